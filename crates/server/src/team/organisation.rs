//! Organisations, their members, groups, roles and invitations.

use super::{
    Team,
    alter::{Altered, about, conflict, forbidden, invalid, saying},
    not_found,
    rights::{must_administer, must_operate},
    space::SpaceItems,
};
use crate::Caller;
use patchbay_model::{
    AccountId, ApiError, GroupId, InvitationId, OrganisationId, RoleId, Secret, Timestamp,
};
use patchbay_team::{
    TeamError, Thing, audit,
    directory::{Directory, OWNER, built_in_roles},
    entity::{Change, Group, Invitation, Organisation, Policy, Record, Role, Space, Subject},
    permission::Permissions,
    token::{self, TokenKind},
};
use std::collections::BTreeSet;

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// The longest that an invitation can be used, in days.
const LONGEST: u32 = 30;
/// The most invitations of an organisation that can be used at a time.
const MOST_INVITATIONS: usize = 500;
/// The most roles, and the most groups, of an organisation.
const MOST: usize = 1000;
/// The most characters that a reason can be asked to have.
const LONGEST_REASON: u8 = 100;
/// The most days that recordings can be kept.
const LONGEST_KEPT: u16 = 3650;

impl Team {
    /// Makes an organisation that the caller owns.
    pub(crate) async fn create_organisation(
        &self,
        caller: &Caller,
        name: &str,
        entry: audit::Entry,
    ) -> Result<OrganisationId, ApiError> {
        let id = OrganisationId::new();
        self.alter(|directory| {
            must_operate(directory, caller)?;
            let members = BTreeSet::from([caller.account]);
            let name = name.trim().to_owned();
            let entry = saying(about(&entry, "organisation", id), &name);
            let created = self.now();
            let organisation =
                Organisation { id, name, members, created, policy: Policy::default() };
            let owner = self.grant(id, Subject::Account(caller.account), OWNER);
            let changes = vec![Change::PutOrganisation(organisation), Change::PutGrant(owner)];
            Ok(Altered::by(changes, entry).and(id))
        })
        .await
    }

    pub(crate) async fn rename_organisation(
        &self,
        caller: &Caller,
        id: OrganisationId,
        name: &str,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            let old = must_administer(directory, caller, id)?;
            let name = name.trim().to_owned();
            let entry = saying(about(&entry, "organisation", id), &name);
            let new = Organisation { name, ..old.clone() };
            Ok(Altered::by(vec![Change::PutOrganisation(new)], entry))
        })
        .await
    }

    /// Changes what an organisation demands.
    pub(crate) async fn set_policy(
        &self,
        caller: &Caller,
        id: OrganisationId,
        policy: Policy,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        if policy.ask_reason > LONGEST_REASON {
            let message = format!("A reason has {LONGEST_REASON} characters at most.");
            return Err(invalid("askReason", message));
        }
        if policy.keep_days > LONGEST_KEPT {
            let message =
                format!("Recordings are kept for {LONGEST_KEPT} days at most, or for ever.");
            return Err(invalid("keepDays", message));
        }
        self.alter(|directory| {
            let old = must_administer(directory, caller, id)?;
            let reasons = match policy.ask_reason {
                0 => "reasons not asked for".to_owned(),
                least => format!("reasons of at least {least} characters"),
            };
            let recorded = match policy.record {
                Record::Off => "nothing recorded",
                Record::Terminals => "terminals recorded",
                Record::Everything => "terminals and desktops recorded",
            };
            let kept = match policy.keep_days {
                0 => "for ever".to_owned(),
                days => format!("for {days} days"),
            };
            let offline = match policy.keep_offline {
                true => "the tree kept offline",
                false => "no tree kept offline",
            };
            let direct = match policy.direct {
                true => "direct sessions allowed",
                false => "no direct sessions",
            };
            let words = format!("{reasons}, {recorded}, kept {kept}, {offline}, {direct}");
            let new = Organisation { policy, ..old.clone() };
            let entry = saying(about(&entry, "organisation", id), words);
            Ok(Altered::by(vec![Change::PutOrganisation(new)], entry))
        })
        .await
    }

    /// Deletes an organisation with everything in it.
    pub(crate) async fn delete_organisation(
        &self,
        caller: &Caller,
        id: OrganisationId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            must_operate(directory, caller)?;
            let old = directory.organisation(id).ok_or_else(|| not_found("organisation"))?;
            let entry = saying(about(&entry, "organisation", id), &old.name);
            Ok(Altered::by(vec![Change::DeleteOrganisation(id)], entry))
        })
        .await?;
        self.known.set_space(Space::Organisation(id), SpaceItems::default());
        self.forget_recordings(id).await;
        Ok(())
    }

    /// Takes somebody out of an organisation, with all they were given there.
    pub(crate) async fn remove_member(
        &self,
        caller: &Caller,
        id: OrganisationId,
        account: AccountId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            let old = must_administer(directory, caller, id)?;
            let mut new = old.clone();
            if !new.members.remove(&account) {
                return Err(not_found("member"));
            }
            let entry = saying(about(&entry, "account", account), format!("organisation:{id}"));
            Ok(Altered::by(vec![Change::PutOrganisation(new)], entry))
        })
        .await
    }

    /// Makes a group, or changes the one with this id.
    pub(crate) async fn put_group(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
        old: Option<GroupId>,
        (name, members): (&str, &BTreeSet<AccountId>),
        entry: audit::Entry,
    ) -> Result<Group, ApiError> {
        let id = old.unwrap_or_else(GroupId::new);
        self.alter(|directory| {
            must_administer(directory, caller, organisation)?;
            if old.is_some() {
                let before = group(directory, organisation, id)?;
                if !members.is_subset(&before.members) {
                    self.must_cover_group(directory, caller, before)?;
                }
            } else if directory.groups(organisation).count() >= MOST {
                return Err(conflict(format!("There are {MOST} groups already.")));
            }
            let name = name.trim().to_owned();
            let entry = saying(about(&entry, "group", id), &name);
            let group = Group { id, organisation, name, members: members.clone() };
            let change = Change::PutGroup(group.clone());
            directory.check(&change).map_err(|error| match error {
                TeamError::Unknown(Thing::Member) => {
                    invalid("members", "Not all of them are members of the organisation.")
                }
                error => error.api_error(),
            })?;
            Ok(Altered::by(vec![change], entry).and(group))
        })
        .await
    }

    /// Whoever is put into a group gets what it was given: that must not be more than the caller could give.
    fn must_cover_group(
        &self,
        directory: &Directory,
        caller: &Caller,
        group: &Group,
    ) -> Result<(), ApiError> {
        let grants = directory.grants(group.organisation);
        let mut its = grants.filter(|grant| grant.subject == Subject::Group(group.id));
        if its.all(|grant| self.may_give(directory, caller, grant)) {
            return Ok(());
        }
        Err(forbidden(format!("“{}” was given more than you may do yourself.", group.name))
            .next("Ask somebody who may do all of it to add people to it.")
            .on("members"))
    }

    pub(crate) async fn delete_group(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
        id: GroupId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            must_administer(directory, caller, organisation)?;
            let old = group(directory, organisation, id)?;
            let entry = saying(about(&entry, "group", id), &old.name);
            Ok(Altered::by(vec![Change::DeleteGroup(id)], entry))
        })
        .await
    }

    /// Makes a role, or changes the one with this id.
    pub(crate) async fn put_role(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
        old: Option<RoleId>,
        (name, permissions): (&str, Permissions),
        entry: audit::Entry,
    ) -> Result<Role, ApiError> {
        let id = old.unwrap_or_else(RoleId::new);
        self.alter(|directory| {
            must_administer(directory, caller, organisation)?;
            if permissions == Permissions::NONE {
                return Err(invalid("permissions", "A role allows at least one thing."));
            }
            if let Some(id) = old {
                let before = own_role(directory, organisation, id)?;
                // Whoever has the role has the new permissions at once.
                let added = Permissions::from_bits(permissions.bits() & !before.permissions.bits());
                if !self.givable(directory, caller, organisation, None).covers(added) {
                    return Err(forbidden("The role would allow more than you may do yourself.")
                        .next(
                            "Leave out what you may not do, or ask somebody who may do all of it.",
                        )
                        .on("permissions"));
                }
            } else if directory.roles(organisation).count() >= MOST {
                return Err(conflict(format!("There are {MOST} roles already.")));
            }
            let name = name.trim().to_owned();
            let entry = saying(about(&entry, "role", id), &name);
            let role = Role { id, organisation: Some(organisation), name, permissions };
            Ok(Altered::by(vec![Change::PutRole(role.clone())], entry).and(role))
        })
        .await
    }

    pub(crate) async fn delete_role(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
        id: RoleId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            must_administer(directory, caller, organisation)?;
            let old = own_role(directory, organisation, id)?;
            let entry = saying(about(&entry, "role", id), &old.name);
            let mut changes: Vec<Change> = self.outlived(directory, organisation);
            changes.push(Change::DeleteRole(id));
            Ok(Altered::by(changes, entry))
        })
        .await
    }

    /// Makes a link to join.
    pub(crate) async fn invite(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
        (role, days): (Option<RoleId>, u32),
        entry: audit::Entry,
    ) -> Result<(Secret<String>, Invitation), ApiError> {
        if !(1..=LONGEST).contains(&days) {
            return Err(invalid("days", format!("An invitation is good for 1 to {LONGEST} days.")));
        }
        let (token, hash) =
            token::generate(TokenKind::Invitation).map_err(|error| error.api_error())?;
        let id = InvitationId::new();
        let invitation = self
            .alter(|directory| {
                must_administer(directory, caller, organisation)?;
                if let Some(role) = role {
                    let known = directory.roles(organisation).find(|one| one.id == role);
                    let known = known.ok_or_else(|| not_found("role").on("role"))?;
                    if !self
                        .givable(directory, caller, organisation, None)
                        .covers(known.permissions)
                    {
                        return Err(forbidden(format!(
                            "“{}” allows more than you may do yourself.",
                            known.name
                        ))
                        .next("Choose another role, or ask somebody who may do all of it.")
                        .on("role"));
                    }
                }
                let mut changes = self.outlived(directory, organisation);
                if directory.invitations(Some(organisation)).count()
                    >= MOST_INVITATIONS + changes.len()
                {
                    return Err(conflict(format!(
                        "There are {MOST_INVITATIONS} invitations already."
                    ))
                    .next("Delete those that nobody will use."));
                }
                let expires = Timestamp(self.now().0 + i64::from(days) * DAY);
                let by = Some(caller.account);
                let organisation = Some(organisation);
                let invitation = Invitation { id, organisation, hash, role, by, expires };
                changes.push(Change::PutInvitation(invitation.clone()));
                Ok(Altered::by(changes, about(&entry, "invitation", id)).and(invitation))
            })
            .await?;
        Ok((token, invitation))
    }

    pub(crate) async fn delete_invitation(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
        id: InvitationId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.alter(|directory| {
            must_administer(directory, caller, organisation)?;
            let found = directory.invitation(id);
            if found.is_none_or(|one| one.organisation != Some(organisation)) {
                return Err(not_found("invitation"));
            }
            let entry = about(&entry, "invitation", id);
            Ok(Altered::by(vec![Change::DeleteInvitation(id)], entry))
        })
        .await
    }

    /// Deletes invitations that can be used no more.
    fn outlived(&self, directory: &Directory, organisation: OrganisationId) -> Vec<Change> {
        let now = self.now();
        let over = directory.invitations(Some(organisation)).filter(|one| one.expires <= now);
        over.map(|one| Change::DeleteInvitation(one.id)).collect()
    }
}

fn group(
    directory: &Directory,
    organisation: OrganisationId,
    id: GroupId,
) -> Result<&Group, ApiError> {
    let found = directory.group(id).filter(|group| group.organisation == organisation);
    found.ok_or_else(|| not_found("group"))
}

/// A role that was made in this organisation.
fn own_role(
    directory: &Directory,
    organisation: OrganisationId,
    id: RoleId,
) -> Result<&Role, ApiError> {
    if let Some(built_in) = built_in_roles().into_iter().find(|role| role.id == id) {
        return Err(TeamError::BuiltInRole { name: built_in.name }.api_error());
    }
    let found = directory.role(id).filter(|role| role.organisation == Some(organisation));
    found.ok_or_else(|| not_found("role"))
}
