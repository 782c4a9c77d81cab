//! What the owner of a session does: links, and who comes by them.

use super::{Link, MOST_LINKS, Shared, Sharing, Team, Why, tend};
use crate::{
    Caller,
    inside::ceiling,
    team::{
        Member, Whose,
        alter::{about, conflict, forbidden, invalid, saying},
        not_found,
    },
};
use patchbay_model::{
    ApiError, GuestId, NodeId, OrganisationId, Secret, SessionId, SessionSharing, SessionTarget,
    ShareId, Timestamp,
};
use patchbay_store::Kind;
use patchbay_team::{
    audit,
    entity::Space,
    token::{self, TokenKind},
};
use std::sync::Arc;

/// A minute, in milliseconds.
const MINUTE: i64 = 60 * 1000;
/// The longest that a link can be used, in minutes.
const LONGEST: u32 = 7 * 24 * 60;

/// For whom a link is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Audience {
    /// Whoever has it.
    Anybody,
    /// Whoever has it and an account.
    Account,
    /// Whoever has it and belongs to the organisation of the machine.
    Organisation,
}

/// A link that is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewShare {
    pub(crate) may_control: bool,
    pub(crate) audience: Audience,
    pub(crate) minutes: u32,
}

/// A link, without its token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShareView {
    pub(crate) id: ShareId,
    pub(crate) may_control: bool,
    pub(crate) audience: Audience,
    pub(crate) created: Timestamp,
    pub(crate) expires: Timestamp,
    /// How many who came by it are there.
    pub(crate) guests: usize,
}

impl Shared {
    fn view(&self, link: &Link) -> ShareView {
        let guests = self.guests.iter().filter(|guest| guest.link == link.id).count();
        let Link { id, may_control, audience, created, expires, .. } = *link;
        ShareView { id, may_control, audience, created, expires, guests }
    }
}

impl Sharing {
    /// The links of a session that can still be used, the newest first.
    pub(crate) fn links(&self, session: SessionId, now: Timestamp) -> Vec<ShareView> {
        let state = self.lock();
        let shared = state.shared.get(&session);
        let good = |link: &&Link| now < link.expires;
        let mut list: Vec<ShareView> = shared
            .into_iter()
            .flat_map(|shared| shared.links.iter().filter(good).map(|link| shared.view(link)))
            .collect();
        list.reverse();
        list
    }

    /// Who is at a session.
    pub(crate) fn present(&self, session: SessionId) -> SessionSharing {
        let state = self.lock();
        let nobody = SessionSharing { links: 0, guests: Vec::new(), control: None };
        state.shared.get(&session).map_or(nobody, Shared::sharing)
    }
}

impl Team {
    /// The services of the caller who has this session open here.
    pub(crate) fn opened(
        &self,
        caller: &Caller,
        session: SessionId,
    ) -> Result<Arc<Member>, ApiError> {
        let member = self.members.present(Whose::of(caller));
        let has = |member: &Arc<Member>| member.core.sessions().info(session).is_ok();
        member.filter(has).ok_or_else(|| not_found("session"))
    }

    /// The organisation that a machine belongs to, of somebody who may see it.
    fn organisation_of(&self, caller: &Caller, node: NodeId) -> Option<OrganisationId> {
        match self.known.home(Whose::of(caller).eyes(), Kind::Node, *node.as_bytes()) {
            Some(Space::Organisation(id)) => Some(id),
            _ => None,
        }
    }

    /// The organisation that the machine of a session belongs to.
    pub(crate) fn session_organisation(
        &self,
        caller: &Caller,
        session: SessionId,
    ) -> Result<Option<OrganisationId>, ApiError> {
        let member = self.opened(caller, session)?;
        let info = member.core.sessions().info(session).map_err(ApiError::from)?;
        Ok(match info.target {
            SessionTarget::Entry { id } | SessionTarget::Files { id } => {
                self.organisation_of(caller, id)
            }
            _ => None,
        })
    }

    /// Makes a link to a session.
    pub(crate) async fn create_share(
        self: &Arc<Self>,
        caller: &Caller,
        session: SessionId,
        wanted: NewShare,
        entry: audit::Entry,
    ) -> Result<(Secret<String>, ShareView), ApiError> {
        let NewShare { may_control, audience, minutes } = wanted;
        let member = self.opened(caller, session)?;
        let info = member.core.sessions().info(session).map_err(ApiError::from)?;
        let SessionTarget::Entry { id: node } = info.target else {
            return Err(conflict("Only terminals and desktops can be shared.")
                .next("Open the machine’s terminal or desktop, and share that."));
        };
        if !self.may_share(caller.account, ceiling(caller.proof), node) {
            return Err(forbidden(format!("You may not share sessions with {}.", info.title))
                .next("Ask somebody who administers it to let you share."));
        }
        if !(1..=LONGEST).contains(&minutes) {
            let message = format!("A link is good for 1 to {LONGEST} minutes.");
            return Err(invalid("minutes", message));
        }
        let organisation = self.organisation_of(caller, node);
        if audience == Audience::Organisation && organisation.is_none() {
            let message = "The machine is your own, and belongs to no organisation.";
            return Err(invalid("audience", message));
        }
        if may_control && info.desktop.is_some_and(|desktop| desktop.view_only) {
            let message = format!("The settings of {} allow nobody more than to look.", info.title);
            return Err(invalid("mayControl", message));
        }
        let (token, hash) = token::generate(TokenKind::Share).map_err(|error| error.api_error())?;
        let created = self.now();
        let expires = Timestamp(created.0 + i64::from(minutes) * MINUTE);
        let id = ShareId::new();
        let joins = Default::default();
        let link = Link { id, hash, may_control, audience, created, expires, joins };
        let what = if may_control { "may control" } else { "may look" };
        let whom = match audience {
            Audience::Anybody => "anybody with the link",
            Audience::Account => "people with an account",
            Audience::Organisation => "members of the organisation",
        };
        let entry = saying(
            about(&entry, "session", session),
            format!("share:{id} of {}: {whom} {what}, for {minutes} minutes", info.title),
        );
        let view = self.add_link(caller, (session, node, organisation), &member, link)?;
        let written = self.write_down(vec![entry]).await;
        let mut state = self.sharing.lock();
        if let Err(error) = written {
            state.end_link(session, id, Why::Ended);
            return Err(error);
        }
        state.settle(session);
        Ok((token, view))
    }

    fn add_link(
        self: &Arc<Self>,
        caller: &Caller,
        (session, node, organisation): (SessionId, NodeId, Option<OrganisationId>),
        member: &Arc<Member>,
        link: Link,
    ) -> Result<ShareView, ApiError> {
        let mut state = self.sharing.lock();
        if let Some(shared) = state.shared.get_mut(&session) {
            if shared.links.len() >= MOST_LINKS {
                let message = format!("There are {MOST_LINKS} links to this session already.");
                return Err(conflict(message).next("Take those back that nobody needs."));
            }
            let view = shared.view(&link);
            shared.links.push(link);
            return Ok(view);
        }
        let shared = Shared {
            session,
            owner: caller.account,
            ceiling: ceiling(caller.proof),
            node,
            organisation,
            core: Arc::downgrade(&member.core),
            floor: self.sharing.floor(session),
            links: Vec::new(),
            guests: Vec::new(),
            barred: Vec::new(),
            check: Arc::default(),
            ended: Default::default(),
        };
        let view = shared.view(&link);
        tend::start(self, &shared, member.core.events());
        state.shared.entry(session).or_insert(shared).links.push(link);
        Ok(view)
    }

    /// Takes a link back; whoever came by it is out at once.
    pub(crate) async fn delete_share(
        &self,
        caller: &Caller,
        session: SessionId,
        id: ShareId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.opened(caller, session)?;
        let gone = {
            let mut state = self.sharing.lock();
            let links = state.shared.get(&session).map(|shared| &shared.links);
            if !links.is_some_and(|links| links.iter().any(|link| link.id == id)) {
                return Err(not_found("link"));
            }
            state.end_link(session, id, Why::TakenBack)
        };
        let action = "share.end".to_owned();
        let entry = audit::Entry { action, ..entry };
        let mut entries = vec![saying(about(&entry, "share", id), Why::TakenBack.words())];
        entries.extend(self.leaving(&gone, Why::TakenBack));
        self.write_down(entries).await
    }

    /// Ends the sharing of a session: links are good for nothing any more, and everybody is out at once.
    pub(crate) async fn end_sharing(
        &self,
        caller: &Caller,
        session: SessionId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.opened(caller, session)?;
        let gone = {
            let mut state = self.sharing.lock();
            if !state.shared.contains_key(&session) {
                return Ok(());
            }
            state.end(session, Why::Ended)
        };
        let mut entries = vec![saying(about(&entry, "session", session), Why::Ended.words())];
        entries.extend(self.leaving(&gone, Why::Ended));
        self.write_down(entries).await
    }

    /// Throws somebody out, who does not come back while the session is shared.
    pub(crate) async fn remove_guest(
        &self,
        caller: &Caller,
        session: SessionId,
        id: GuestId,
        entry: audit::Entry,
    ) -> Result<(), ApiError> {
        self.opened(caller, session)?;
        let gone = {
            let mut state = self.sharing.lock();
            let gone = state.end_guests(session, |guest| guest.id == id, Why::ThrownOut);
            if let (Some(shared), Some(guest)) = (state.shared.get_mut(&session), gone.first()) {
                shared.bar(guest);
            }
            gone
        };
        let Some(guest) = gone.first() else { return Err(not_found("guest")) };
        let action = "share.leave".to_owned();
        let entry = audit::Entry { action, ..about(&entry, "share", guest.link) };
        let entry = saying(entry, format!("{}: {}", guest.name, Why::ThrownOut.words()));
        self.write_down(vec![entry]).await
    }
}
