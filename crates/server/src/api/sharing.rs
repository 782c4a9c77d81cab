//! Sharing live sessions: what whoever opened one does, and what their guests do.

use super::{
    Answered, Api,
    input::{At, Sent},
    policy::{Opened, Visiting},
    route::{Nothing, Told},
    wire,
};
use crate::team::{Audience, NewShare, Seen, ShareView, Wish};
use patchbay_model::{AccountId, GuestId, SessionState, ShareId};
use std::sync::Arc;

impl From<wire::ShareAudience> for Audience {
    fn from(audience: wire::ShareAudience) -> Self {
        match audience {
            wire::ShareAudience::Anybody => Self::Anybody,
            wire::ShareAudience::Account => Self::Account,
            wire::ShareAudience::Organisation => Self::Organisation,
        }
    }
}

impl From<Audience> for wire::ShareAudience {
    fn from(audience: Audience) -> Self {
        match audience {
            Audience::Anybody => Self::Anybody,
            Audience::Account => Self::Account,
            Audience::Organisation => Self::Organisation,
        }
    }
}

impl From<ShareView> for wire::Share {
    fn from(share: ShareView) -> Self {
        let ShareView { id, may_control, audience, created, expires, guests } = share;
        Self { id, may_control, audience: audience.into(), created, expires, guests }
    }
}

pub(super) async fn list(api: Arc<Api>, who: Opened, (): ()) -> Answered<Told<wire::Shares>> {
    let organisation = api.team.session_organisation(&who.caller, who.session)?;
    let directory = api.team.known.directory();
    let organisation = organisation.and_then(|id| directory.organisation(id));
    let links = api.team.sharing.links(who.session, api.team.now());
    Ok(Told(wire::Shares {
        shares: links.into_iter().map(wire::Share::from).collect(),
        organisation: organisation.map(|one| one.name.clone()),
    }))
}

pub(super) async fn create(
    api: Arc<Api>,
    who: Opened,
    Sent(asked): Sent<wire::WantedShare>,
) -> Answered<Told<wire::NewShare>> {
    let wire::WantedShare { may_control, audience, minutes } = asked;
    let wanted = NewShare { may_control, audience: audience.into(), minutes };
    let entry = who.entry(&api);
    let (token, share) = api.team.create_share(&who.caller, who.session, wanted, entry).await?;
    let token = token.expose_secret().clone();
    Ok(Told(wire::NewShare { token, share: share.into() }))
}

pub(super) async fn delete(api: Arc<Api>, who: Opened, At(id): At<ShareId>) -> Answered<Nothing> {
    api.team.delete_share(&who.caller, who.session, id, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn end(api: Arc<Api>, who: Opened, (): ()) -> Answered<Nothing> {
    api.team.end_sharing(&who.caller, who.session, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn guests(api: Arc<Api>, who: Opened, (): ()) -> Answered<Told<wire::Guests>> {
    Ok(Told(api.team.sharing.present(who.session).into()))
}

pub(super) async fn remove_guest(
    api: Arc<Api>,
    who: Opened,
    At(id): At<GuestId>,
) -> Answered<Nothing> {
    api.team.remove_guest(&who.caller, who.session, id, who.entry(&api)).await?;
    Ok(Nothing)
}

pub(super) async fn control(
    api: Arc<Api>,
    who: Opened,
    Sent(asked): Sent<wire::Control>,
) -> Answered<Told<wire::Guests>> {
    let entry = who.entry(&api);
    api.team.give_control(&who.caller, who.session, asked.guest, entry).await?;
    Ok(Told(api.team.sharing.present(who.session).into()))
}

pub(super) async fn look(
    api: Arc<Api>,
    who: Visiting,
    At(token): At<String>,
) -> Answered<Told<wire::ShareLook>> {
    let found = api.team.invited(&token, &who.visitor)?;
    Ok(Told(wire::ShareLook {
        by: display(&api, found.owner),
        desktop: found.desktop,
        may_control: found.may_control,
        audience: found.audience.into(),
        expires: found.expires,
    }))
}

fn display(api: &Api, account: AccountId) -> String {
    let directory = api.team.known.directory();
    directory.account(account).map(|one| one.display.clone()).unwrap_or_default()
}

pub(super) async fn join(
    api: Arc<Api>,
    who: Visiting,
    Sent(asked): Sent<wire::JoinShare>,
) -> Answered<Told<wire::JoinedShare>> {
    let wire::JoinShare { token, name } = asked;
    let token = token.expose_secret();
    let joined = api.team.join_share(token, who.caller.as_ref(), &name, &who.visitor).await?;
    let key = joined.key.expose_secret().clone();
    Ok(Told(wire::JoinedShare { guest: joined.guest, key }))
}

pub(super) async fn state(
    api: Arc<Api>,
    who: Visiting,
    Sent(asked): Sent<wire::GuestAsks>,
) -> Answered<Told<wire::SharedSession>> {
    let wire::GuestAsks { key, after } = asked;
    let seen = api.team.guest_sees(key.expose_secret(), after, &who.visitor, &who.drain).await?;
    let Seen { version, me, owner, info, size, sharing, may_control, expires } = seen;
    let desktop = info.desktop;
    Ok(Told(wire::SharedSession {
        version,
        title: info.title,
        state: match info.state {
            SessionState::Open => wire::SharedState::Open,
            SessionState::Lost { .. } => wire::SharedState::Lost,
            SessionState::Closed { .. } => wire::SharedState::Closed,
            // What it asks is the owner's to answer.
            SessionState::Connecting { .. }
            | SessionState::Asking { .. }
            | SessionState::HostKey { .. } => wire::SharedState::Connecting,
        },
        desktop,
        size: size.filter(|_| desktop.is_none()).map(wire::SharedSize::from),
        owner: display(&api, owner),
        me,
        may_control,
        present: sharing.into(),
        expires,
    }))
}

pub(super) async fn attach(
    api: Arc<Api>,
    who: Visiting,
    Sent(asked): Sent<wire::GuestKey>,
) -> Answered<Told<wire::Attachment>> {
    let Visiting { visitor, origin, .. } = who;
    let attachment = api.team.guest_ticket(asked.key.expose_secret(), origin, &visitor)?;
    Ok(Told(wire::Attachment { url: attachment.url, token: attachment.token }))
}

pub(super) async fn wish(
    api: Arc<Api>,
    who: Visiting,
    Sent(asked): Sent<wire::GuestControl>,
) -> Answered<Nothing> {
    let wish = match asked.wish {
        wire::GuestWish::Ask => Wish::Ask,
        wire::GuestWish::Withdraw => Wish::Withdraw,
        wire::GuestWish::GiveBack => Wish::GiveBack,
    };
    api.team.wish(asked.key.expose_secret(), wish, &who.visitor).await?;
    Ok(Nothing)
}

pub(super) async fn leave(
    api: Arc<Api>,
    who: Visiting,
    Sent(asked): Sent<wire::GuestKey>,
) -> Answered<Nothing> {
    api.team.leave_share(asked.key.expose_secret(), &who.visitor).await?;
    Ok(Nothing)
}
