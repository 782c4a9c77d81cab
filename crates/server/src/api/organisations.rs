//! Organisations, their members, groups, roles and invitations.

use super::{
    Answered, Api,
    input::{At, Sent},
    policy::{Somebody, Within},
    route::{Nothing, Told},
    views, wire,
};
use patchbay_model::{AccountId, GroupId, InvitationId, OrganisationId, RoleId};
use std::sync::Arc;

pub(super) async fn create(
    api: Arc<Api>,
    who: Somebody,
    Sent(asked): Sent<wire::OrganisationName>,
) -> Answered<Told<wire::MyOrganisation>> {
    let id = api.team.create_organisation(&who.caller, &asked.name, who.entry(&api)).await?;
    Ok(Told(api.my_organisation(&who.caller, id)?))
}

pub(super) async fn delete(
    api: Arc<Api>,
    who: Somebody,
    At(id): At<OrganisationId>,
) -> Answered<Nothing> {
    api.team.delete_organisation(&who.caller, id, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn rename(
    api: Arc<Api>,
    who: Within,
    Sent(asked): Sent<wire::OrganisationName>,
) -> Answered<Told<wire::MyOrganisation>> {
    let (caller, id) = (&who.caller, who.organisation);
    api.team.rename_organisation(caller, id, &asked.name, who.entry(&api)).await?;
    Ok(Told(api.my_organisation(caller, id)?))
}

pub(super) async fn set_policy(
    api: Arc<Api>,
    who: Within,
    Sent(asked): Sent<wire::OrganisationPolicy>,
) -> Answered<Told<wire::MyOrganisation>> {
    let (caller, id) = (&who.caller, who.organisation);
    api.team.set_policy(caller, id, asked.into(), who.entry(&api)).await?;
    Ok(Told(api.my_organisation(caller, id)?))
}

pub(super) async fn members(
    api: Arc<Api>,
    who: Within,
    (): (),
) -> Answered<Told<Vec<wire::Member>>> {
    Ok(Told(api.members(&who.caller, who.organisation)?))
}

pub(super) async fn remove_member(
    api: Arc<Api>,
    who: Within,
    At(account): At<AccountId>,
) -> Answered<Nothing> {
    let entry = who.entry(&api);
    api.team.remove_member(&who.caller, who.organisation, account, entry).await?;
    Ok(Nothing)
}

pub(super) async fn groups(api: Arc<Api>, who: Within, (): ()) -> Answered<Told<Vec<wire::Group>>> {
    let directory = api.team.known.directory();
    let mut groups: Vec<_> = directory.groups(who.organisation).map(views::group).collect();
    groups.sort_by_key(|group| views::folded(&group.name));
    Ok(Told(groups))
}

pub(super) async fn create_group(
    api: Arc<Api>,
    who: Within,
    Sent(asked): Sent<wire::WantedGroup>,
) -> Answered<Told<wire::Group>> {
    put_group(&api, &who, None, &asked).await
}

pub(super) async fn change_group(
    api: Arc<Api>,
    who: Within,
    (At(id), Sent(asked)): (At<GroupId>, Sent<wire::WantedGroup>),
) -> Answered<Told<wire::Group>> {
    put_group(&api, &who, Some(id), &asked).await
}

async fn put_group(
    api: &Api,
    who: &Within,
    id: Option<GroupId>,
    asked: &wire::WantedGroup,
) -> Answered<Told<wire::Group>> {
    let wanted = (asked.name.as_str(), &asked.members);
    let entry = who.entry(api);
    let group = api.team.put_group(&who.caller, who.organisation, id, wanted, entry).await?;
    Ok(Told(views::group(&group)))
}

pub(super) async fn delete_group(
    api: Arc<Api>,
    who: Within,
    At(id): At<GroupId>,
) -> Answered<Nothing> {
    api.team.delete_group(&who.caller, who.organisation, id, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn roles(api: Arc<Api>, who: Within, (): ()) -> Answered<Told<Vec<wire::Role>>> {
    Ok(Told(api.roles(who.organisation)))
}

pub(super) async fn create_role(
    api: Arc<Api>,
    who: Within,
    Sent(asked): Sent<wire::WantedRole>,
) -> Answered<Told<wire::Role>> {
    put_role(&api, &who, None, &asked).await
}

pub(super) async fn change_role(
    api: Arc<Api>,
    who: Within,
    (At(id), Sent(asked)): (At<RoleId>, Sent<wire::WantedRole>),
) -> Answered<Told<wire::Role>> {
    put_role(&api, &who, Some(id), &asked).await
}

async fn put_role(
    api: &Api,
    who: &Within,
    id: Option<RoleId>,
    asked: &wire::WantedRole,
) -> Answered<Told<wire::Role>> {
    let wanted = (asked.name.as_str(), asked.permissions);
    let entry = who.entry(api);
    let role = api.team.put_role(&who.caller, who.organisation, id, wanted, entry).await?;
    Ok(Told(views::role(&role)))
}

pub(super) async fn delete_role(
    api: Arc<Api>,
    who: Within,
    At(id): At<RoleId>,
) -> Answered<Nothing> {
    api.team.delete_role(&who.caller, who.organisation, id, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn invitations(
    api: Arc<Api>,
    who: Within,
    (): (),
) -> Answered<Told<Vec<wire::Invitation>>> {
    let (directory, now) = (api.team.known.directory(), api.team.now());
    let open = directory.invitations(Some(who.organisation)).filter(|one| now < one.expires);
    Ok(Told(open.map(|one| api.invitation(one)).collect()))
}

pub(super) async fn invite(
    api: Arc<Api>,
    who: Within,
    Sent(asked): Sent<wire::WantedInvitation>,
) -> Answered<Told<wire::NewInvitation>> {
    let wanted = (asked.role, asked.days);
    let entry = who.entry(&api);
    let (token, kept) = api.team.invite(&who.caller, who.organisation, wanted, entry).await?;
    let token = token.expose_secret().clone();
    Ok(Told(wire::NewInvitation { token, invitation: api.invitation(&kept) }))
}

pub(super) async fn delete_invitation(
    api: Arc<Api>,
    who: Within,
    At(id): At<InvitationId>,
) -> Answered<Nothing> {
    api.team.delete_invitation(&who.caller, who.organisation, id, who.entry(&api)).await?;
    Ok(Nothing)
}
