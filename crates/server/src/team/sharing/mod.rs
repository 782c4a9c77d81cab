//! Sharing live sessions: links, who came by them, and who has control.
//!
//! All of it lies in the memory of the node that runs the session and ends with it: a guest has to come to that node, and a
//! restart takes links back. What was done is in the audit log. Deliberately absent: a session's bytes (`patchbay-stream`,
//! which asks [`floor`] what a viewer may do), and HTTP.

mod control;
mod floor;
mod guests;
mod links;
mod tend;
#[cfg(test)]
mod tests;
mod why;

pub(crate) use control::Wish;
pub(crate) use guests::Seen;
pub(crate) use links::{Audience, NewShare, ShareView};

use super::{Team, known::Eyes};
use floor::{Floor, OwnerView};
use patchbay_core::{Core, sync::lock};
use patchbay_model::{
    AccountId, GuestId, NodeId, OrganisationId, SessionGuest, SessionId, SessionSharing, ShareId,
    Timestamp,
};
use patchbay_stream::Viewing;
use patchbay_team::{entity::Hash, permission::Permissions, throttle::Throttle};
use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, Weak},
};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;
use why::Why;

/// The most links of a session that can be used at a time.
const MOST_LINKS: usize = 20;
/// The most guests at a session.
const MOST_GUESTS: usize = 16;
/// What is remembered of links and guests that were, to say what became of them.
const MOST_OVER: usize = 1024;

/// What is shared on this node.
#[derive(Default)]
pub(crate) struct Sharing {
    state: Mutex<State>,
    tries: Mutex<Throttle>,
    floors: Mutex<Floors>,
}

#[derive(Default)]
struct Floors {
    all: HashMap<SessionId, Weak<Floor>>,
    /// With so many, those of sessions that are gone are forgotten.
    prune_at: usize,
}

#[derive(Default)]
struct State {
    shared: HashMap<SessionId, Shared>,
    tickets: HashMap<Hash, guests::Ticket>,
    /// Links and guests that are no more.
    over: VecDeque<(Hash, Why)>,
    /// Guests so far.
    count: u64,
}

/// A session that is shared.
struct Shared {
    session: SessionId,
    owner: AccountId,
    /// What the owner may do at most, as a token would say.
    ceiling: Permissions,
    node: NodeId,
    organisation: Option<OrganisationId>,
    core: Weak<Core>,
    floor: Arc<Floor>,
    links: Vec<Link>,
    guests: Vec<Guest>,
    /// Who was thrown out, and does not come back.
    barred: Vec<Barred>,
    /// Something was changed that may end it.
    check: Arc<Notify>,
    ended: CancellationToken,
}

/// A link to a session.
struct Link {
    id: ShareId,
    hash: Hash,
    may_control: bool,
    audience: Audience,
    created: Timestamp,
    expires: Timestamp,
    /// When the last ones joined by it.
    joins: VecDeque<Instant>,
}

/// Somebody who came by a link.
struct Guest {
    id: GuestId,
    /// What [`Floor`] knows them by; never 0.
    number: u64,
    link: ShareId,
    key: Hash,
    name: String,
    /// Whose account it is, and what proved it.
    known: Option<(AccountId, crate::Proof)>,
    address: IpAddr,
    since: Timestamp,
    may_control: bool,
    asks: bool,
    /// When they last changed their mind about that.
    asked: Option<Instant>,
    /// Each ends one of the streams they look through.
    streams: Vec<CancellationToken>,
    /// How many of them are there.
    looks: usize,
    /// Since when they look through none.
    away: Option<Instant>,
}

#[derive(PartialEq, Eq)]
enum Barred {
    Account(AccountId),
    Address(IpAddr),
}

impl Sharing {
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Who may type into a session, shared or not.
    fn floor(&self, session: SessionId) -> Arc<Floor> {
        let mut floors = lock(&self.floors);
        if let Some(floor) = floors.all.get(&session).and_then(Weak::upgrade) {
            return floor;
        }
        if floors.all.len() >= floors.prune_at {
            floors.all.retain(|_, floor| floor.strong_count() > 0);
            floors.prune_at = 2 * floors.all.len().max(64);
        }
        let floor = Arc::new(Floor::default());
        floors.all.insert(session, Arc::downgrade(&floor));
        floor
    }

    /// What the owner of a session may do with it, now and when it is shared.
    pub(crate) fn owner(&self, session: SessionId) -> Arc<dyn Viewing> {
        Arc::new(OwnerView(self.floor(session)))
    }

    /// Something has changed that may end what is shared.
    pub(super) fn check(&self) {
        self.lock().shared.values().for_each(|shared| shared.check.notify_one());
    }

    /// The name of the guest who has control of a session that is named in this text.
    pub(crate) fn held_within(&self, args: &str) -> Option<String> {
        let state = self.lock();
        let mut held = state.shared.values().filter_map(|shared| Some((shared, shared.holder()?)));
        let (_, guest) = held.find(|(shared, _)| args.contains(&shared.session.to_string()))?;
        Some(guest.name.clone())
    }

    /// Guests in all.
    pub(crate) fn guests(&self) -> usize {
        self.lock().shared.values().map(|shared| shared.guests.len()).sum()
    }
}

impl State {
    fn is_over(&self, hash: &Hash) -> Option<Why> {
        self.over.iter().rev().find(|(known, _)| known == hash).map(|(_, why)| *why)
    }

    fn remember(&mut self, hash: Hash, why: Why) {
        if self.over.len() >= MOST_OVER {
            self.over.pop_front();
        }
        self.over.push_back((hash, why));
    }

    fn by_key(&mut self, key: &Hash) -> Option<(&mut Shared, usize)> {
        self.shared.values_mut().find_map(|shared| {
            let at = shared.guests.iter().position(|guest| guest.key == *key)?;
            Some((shared, at))
        })
    }

    /// Ends a link, and lets those go who came by it. Gives their names.
    fn end_link(&mut self, session: SessionId, id: ShareId, why: Why) -> Vec<Guest> {
        let Some(shared) = self.shared.get_mut(&session) else { return Vec::new() };
        let Some(at) = shared.links.iter().position(|link| link.id == id) else {
            return Vec::new();
        };
        let link = shared.links.remove(at);
        let gone = shared.let_go(|guest| guest.link == id);
        self.remember(link.hash, why);
        gone.iter().for_each(|guest| self.remember(guest.key, why));
        self.settle(session);
        gone
    }

    /// Lets guests go.
    fn end_guests(
        &mut self,
        session: SessionId,
        which: impl Fn(&Guest) -> bool,
        why: Why,
    ) -> Vec<Guest> {
        let Some(shared) = self.shared.get_mut(&session) else { return Vec::new() };
        let gone = shared.let_go(which);
        gone.iter().for_each(|guest| self.remember(guest.key, why));
        if !gone.is_empty() {
            self.settle(session);
        }
        gone
    }

    /// Ends all of it.
    fn end(&mut self, session: SessionId, why: Why) -> Vec<Guest> {
        let Some(shared) = self.shared.get_mut(&session) else { return Vec::new() };
        let links: Vec<Hash> = shared.links.drain(..).map(|link| link.hash).collect();
        let gone = shared.let_go(|_| true);
        links.into_iter().for_each(|hash| self.remember(hash, why));
        gone.iter().for_each(|guest| self.remember(guest.key, why));
        self.settle(session);
        gone
    }

    /// Tells everybody how it stands; what nobody can come to any more is shared no more.
    fn settle(&mut self, session: SessionId) {
        let Some(shared) = self.shared.get(&session) else { return };
        let over = shared.links.is_empty();
        shared.tell((!over).then(|| shared.sharing()));
        if over {
            shared.ended.cancel();
            self.shared.remove(&session);
        }
    }
}

impl Shared {
    /// The guest who has control; none if the owner has it.
    fn holder(&self) -> Option<&Guest> {
        let number = self.floor.holder();
        self.guests.iter().find(|guest| guest.number == number)
    }

    fn let_go(&mut self, which: impl Fn(&Guest) -> bool) -> Vec<Guest> {
        let gone: Vec<Guest> = self.guests.extract_if(.., |guest| which(guest)).collect();
        for guest in &gone {
            guest.streams.iter().for_each(CancellationToken::cancel);
        }
        if gone.iter().any(|guest| guest.number == self.floor.holder()) {
            self.hand_to(0);
        }
        gone
    }

    /// As front ends show it.
    fn sharing(&self) -> SessionSharing {
        let guest = |guest: &Guest| SessionGuest {
            id: guest.id,
            name: guest.name.clone(),
            known: guest.known.is_some(),
            may_control: guest.may_control,
            since: guest.since,
            asks: guest.asks,
        };
        SessionSharing {
            links: u32::try_from(self.links.len()).unwrap_or(u32::MAX),
            guests: self.guests.iter().map(guest).collect(),
            control: self.holder().map(|guest| guest.id),
        }
    }

    fn tell(&self, sharing: Option<SessionSharing>) {
        if let Some(core) = self.core.upgrade() {
            // It may be gone already, and then nobody is shown it.
            let _gone = core.sessions().set_sharing(self.session, sharing);
        }
        self.floor.changed();
    }
}

impl Team {
    /// What the owner of shared sessions may do with them.
    fn may_share(&self, owner: AccountId, ceiling: Permissions, node: NodeId) -> bool {
        use patchbay_team::permission::Permission::{Connect, Share};
        let active = self.known.directory().account(owner).is_some_and(|one| !one.suspended);
        let may = ceiling.within(self.known.node(Eyes::of(owner), node));
        active && may.has(Share) && may.has(Connect)
    }
}
