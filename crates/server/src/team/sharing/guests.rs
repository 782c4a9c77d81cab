//! What a guest does: sees what a link leads to, joins, looks, leaves.

use super::{
    Audience, Barred, Guest, Link, MOST_GUESTS, Shared, Sharing, Team, Why,
    floor::GuestView,
    why::{no_guest, no_link},
};
use crate::{
    Caller, Proof, Stream,
    team::{
        Visitor,
        alter::{conflict, forbidden, invalid, saying},
    },
};
use patchbay_core::sync::lock;
use patchbay_model::{
    AccountId, ApiError, Attachment, ErrorCode, GuestId, Secret, SessionId, SessionInfo,
    SessionSharing, TerminalSize, Timestamp,
};
use patchbay_session::text::{is_shown, on_one_line};
use patchbay_team::{
    audit::{self, Actor},
    directory::Place,
    entity::Hash,
    throttle::Try,
    token::{self, TokenKind},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

/// The longest name of a guest, in characters.
const LONGEST_NAME: usize = 40;
/// How often people may join by one link.
const JOINS: usize = 30;
const JOINS_WITHIN: Duration = Duration::from_secs(60);
/// How long a ticket is good for, and how many there may be.
const TICKET: Duration = Duration::from_secs(10);
const MOST_TICKETS: usize = 1024;
/// Streams that a guest may look through: a page that joins again has two for a moment.
const MOST_STREAMS: usize = 3;
/// How long a guest waits for news before they ask again.
const NEWS: Duration = Duration::from_secs(20);

/// Lets a guest look through one stream.
pub(super) struct Ticket {
    session: SessionId,
    guest: GuestId,
    /// Of the page that asked for it.
    origin: Option<String>,
    until: Instant,
}

/// What a link leads to, before anybody joins.
#[derive(Debug)]
pub(crate) struct Invited {
    pub(crate) owner: AccountId,
    pub(crate) may_control: bool,
    pub(crate) audience: Audience,
    pub(crate) desktop: bool,
    pub(crate) expires: Timestamp,
}

/// Somebody has joined.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) guest: GuestId,
    /// Proves that it is them from now on.
    pub(crate) key: Secret<String>,
}

/// How it stands, as a guest sees it.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) version: u64,
    pub(crate) me: GuestId,
    pub(crate) owner: AccountId,
    pub(crate) info: SessionInfo,
    pub(crate) size: Option<TerminalSize>,
    pub(crate) sharing: SessionSharing,
    pub(crate) may_control: bool,
    pub(crate) expires: Option<Timestamp>,
}

impl Sharing {
    /// A stream of a guest's has ended.
    pub(super) fn looked(&self, session: SessionId, id: GuestId) {
        let mut state = self.lock();
        let shared = state.shared.get_mut(&session);
        let guest = shared.and_then(|one| one.guests.iter_mut().find(|guest| guest.id == id));
        let Some(guest) = guest else { return };
        guest.streams.retain(|stream| !stream.is_cancelled());
        guest.looks = guest.looks.saturating_sub(1);
        if guest.looks == 0 {
            guest.away = Some(Instant::now());
        }
    }
}

impl Shared {
    /// Does not let somebody come back.
    pub(super) fn bar(&mut self, guest: &Guest) {
        let barred = match guest.known {
            Some((account, _)) => Barred::Account(account),
            None => Barred::Address(guest.address),
        };
        if !self.barred.contains(&barred) && self.barred.len() < 1024 {
            self.barred.push(barred);
        }
    }

    fn is_barred(&self, account: Option<AccountId>, address: std::net::IpAddr) -> bool {
        self.barred.contains(&match account {
            Some(account) => Barred::Account(account),
            None => Barred::Address(address),
        })
    }
}

impl Team {
    /// Lets a token be tried by somebody, unless they tried too many that were wrong.
    fn tried<T>(
        &self,
        visitor: &Visitor,
        find: impl FnOnce() -> Result<T, Option<ApiError>>,
        wrong: fn() -> ApiError,
    ) -> Result<T, ApiError> {
        let tries = || lock(&self.sharing.tries);
        let name = visitor.address.to_string();
        let asks = Try { name: &name, address: visitor.address, place: Place::Stranger };
        let charge = tries().begin(&asks, self.now()).map_err(|error| error.api_error())?;
        match find() {
            Err(None) => Err(wrong()),
            found => {
                tries().succeeded(charge);
                found.map_err(|known| known.unwrap_or_else(wrong))
            }
        }
    }

    /// What a link leads to.
    pub(crate) fn invited(&self, link: &str, visitor: &Visitor) -> Result<Invited, ApiError> {
        let (session, hash) = self.shown_link(link, visitor)?;
        let state = self.sharing.lock();
        let shared = state.shared.get(&session).ok_or_else(no_link)?;
        let link = shared.links.iter().find(|one| one.hash == hash).ok_or_else(no_link)?;
        Ok(Invited {
            owner: shared.owner,
            may_control: link.may_control,
            audience: link.audience,
            desktop: shared.info().is_some_and(|info| info.desktop.is_some()),
            expires: link.expires,
        })
    }

    /// The session that a link leads to.
    fn shown_link(&self, shown: &str, visitor: &Visitor) -> Result<(SessionId, Hash), ApiError> {
        let hash = token::hash(shown);
        let find = || {
            let state = self.sharing.lock();
            let (now, has) = (self.now(), TokenKind::of(shown) == Some(TokenKind::Share));
            let good = |link: &Link| link.hash == hash && now < link.expires;
            let found = state.shared.values().find(|shared| shared.links.iter().any(good));
            match found.filter(|_| has) {
                Some(shared) => Ok((shared.session, hash)),
                None => Err(state.is_over(&hash).map(Why::error)),
            }
        };
        self.tried(visitor, find, no_link)
    }

    /// The hash of a guest's key, if it is one.
    pub(super) fn guest_key(&self, shown: &str, visitor: &Visitor) -> Result<Hash, ApiError> {
        let hash = token::hash(shown);
        let find = || {
            let mut state = self.sharing.lock();
            if TokenKind::of(shown) == Some(TokenKind::Guest) && state.by_key(&hash).is_some() {
                return Ok(hash);
            }
            Err(state.is_over(&hash).map(Why::error))
        };
        self.tried(visitor, find, no_guest)
    }

    /// Whether somebody is whom a link is for.
    pub(super) fn is_audience(
        &self,
        shared: &Shared,
        audience: Audience,
        account: Option<AccountId>,
    ) -> bool {
        match (audience, account) {
            (Audience::Anybody, _) | (Audience::Account, Some(_)) => true,
            (Audience::Account | Audience::Organisation, None) => false,
            (Audience::Organisation, Some(account)) => {
                let directory = self.known.directory();
                shared.organisation.is_some_and(|id| directory.is_member(account, id))
            }
        }
    }

    /// Somebody joins by a link: by their account if they have signed in, or else by a name.
    pub(crate) async fn join_share(
        &self,
        link: &str,
        caller: Option<&Caller>,
        name: &str,
        visitor: &Visitor,
    ) -> Result<Joined, ApiError> {
        let (session, hash) = self.shown_link(link, visitor)?;
        let known = caller
            .filter(|caller| matches!(caller.proof, Proof::SignIn(_)))
            .map(|caller| (caller.account, caller.proof));
        let (key, key_hash) =
            token::generate(TokenKind::Guest).map_err(|error| error.api_error())?;
        let (guest, entry) = {
            let mut state = self.sharing.lock();
            state.count += 1;
            let number = state.count;
            let shared = state.shared.get_mut(&session).ok_or_else(no_link)?;
            let name = self.name_of(shared, known.map(|(account, _)| account), name)?;
            self.admit(shared, &hash, known.map(|(account, _)| account), visitor)?;
            let link = shared.links.iter_mut().find(|one| one.hash == hash).ok_or_else(no_link)?;
            link.joins.push_back(Instant::now());
            let guest = Guest {
                id: GuestId::new(),
                number,
                link: link.id,
                key: key_hash,
                name,
                known,
                address: visitor.address,
                since: self.now(),
                may_control: link.may_control,
                asks: false,
                asked: None,
                streams: Vec::new(),
                looks: 0,
                away: Some(Instant::now()),
            };
            let entry = self.by_guest(&guest, "share.join");
            let entry = saying(entry, format!("{} joined session:{session}", guest.name));
            let id = guest.id;
            shared.guests.push(guest);
            (id, entry)
        };
        let written = self.write_down(vec![entry]).await;
        let mut state = self.sharing.lock();
        if let Err(error) = written {
            state.end_guests(session, |one| one.id == guest, Why::Left);
            return Err(error);
        }
        state.settle(session);
        Ok(Joined { guest, key })
    }

    /// Whether one more may come by this link.
    fn admit(
        &self,
        shared: &mut Shared,
        link: &Hash,
        account: Option<AccountId>,
        visitor: &Visitor,
    ) -> Result<(), ApiError> {
        if shared.is_barred(account, visitor.address) {
            return Err(Why::ThrownOut.error());
        }
        let at = shared.links.iter().position(|one| one.hash == *link).ok_or_else(no_link)?;
        let audience = shared.links.get(at).map_or(Audience::Organisation, |one| one.audience);
        if !self.is_audience(shared, audience, account) {
            return Err(match (audience, account) {
                (Audience::Organisation, Some(_)) => forbidden(
                    "This link is for members of the organisation that the machine belongs to.",
                )
                .next("Ask whoever sent it for another one."),
                _ => forbidden("This link is for people who have an account here.")
                    .next("Sign in, and open it again."),
            });
        }
        if shared.guests.len() >= MOST_GUESTS {
            let message = format!("There are {MOST_GUESTS} guests already.");
            return Err(conflict(message).next("Try again when somebody has left.").retry());
        }
        let joins = shared.links.get_mut(at).map(|one| &mut one.joins).ok_or_else(no_link)?;
        while joins.front().is_some_and(|joined| joined.elapsed() >= JOINS_WITHIN) {
            joins.pop_front();
        }
        if joins.len() >= JOINS {
            let message = "Too many people have joined by this link within a minute.";
            let error = ApiError::new(ErrorCode::Throttled, message);
            return Err(error.next("Try again in a minute.").retry());
        }
        Ok(())
    }

    /// What a guest is called: by their account, or as they say, if nobody else there is called so.
    fn name_of(
        &self,
        shared: &Shared,
        account: Option<AccountId>,
        said: &str,
    ) -> Result<String, ApiError> {
        let directory = self.known.directory();
        if let Some(account) = account.and_then(|id| directory.account(id)) {
            return Ok(account.display.clone());
        }
        let name: String = on_one_line(said).take(LONGEST_NAME + 1).collect();
        let name = name.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let length = name.chars().count();
        if length == 0 || length > LONGEST_NAME || !said.chars().all(is_shown) {
            let message = format!("A name has 1 to {LONGEST_NAME} characters that can be seen.");
            return Err(invalid("name", message));
        }
        let folded = name.to_lowercase();
        let owner = directory.account(shared.owner);
        let taken = owner.is_some_and(|owner| {
            owner.display.to_lowercase() == folded || owner.name.to_lowercase() == folded
        }) || shared.guests.iter().any(|guest| guest.name.to_lowercase() == folded);
        if taken {
            return Err(
                invalid("name", "Somebody there is called that.").next("Take another name.")
            );
        }
        Ok(name)
    }

    /// How it stands: at once if it is not as it was at `after`, or else when something has changed.
    pub(crate) async fn guest_sees(
        &self,
        key: &str,
        after: Option<u64>,
        visitor: &Visitor,
        drain: &CancellationToken,
    ) -> Result<Seen, ApiError> {
        let hash = self.guest_key(key, visitor)?;
        let until = Instant::now() + NEWS;
        loop {
            let (seen, mut versions) = self.see(&hash)?;
            if Some(seen.version) != after {
                return Ok(seen);
            }
            tokio::select! {
                // Without a sender all of it is over, which the next look says.
                _changed = versions.changed() => {}
                () = sleep_until(until) => return Ok(seen),
                () = drain.cancelled() => return Ok(seen),
            }
        }
    }

    pub(super) fn see(&self, hash: &Hash) -> Result<(Seen, watch::Receiver<u64>), ApiError> {
        let mut state = self.sharing.lock();
        let over = state.is_over(hash);
        let Some((shared, at)) = state.by_key(hash) else {
            return Err(over.map_or_else(no_guest, Why::error));
        };
        let versions = shared.floor.versions();
        let version = *versions.borrow();
        let guest = shared.guests.get(at).ok_or_else(no_guest)?;
        let info = shared.info().ok_or_else(|| Why::Closed.error())?;
        let link = shared.links.iter().find(|link| link.id == guest.link);
        let seen = Seen {
            version,
            me: guest.id,
            owner: shared.owner,
            info,
            size: shared.size(),
            sharing: shared.sharing(),
            may_control: guest.may_control,
            expires: link.map(|link| link.expires),
        };
        Ok((seen, versions))
    }

    /// Lets a guest look through a stream, from a page of this origin.
    pub(crate) fn guest_ticket(
        &self,
        key: &str,
        origin: Option<String>,
        visitor: &Visitor,
    ) -> Result<Attachment, ApiError> {
        let hash = self.guest_key(key, visitor)?;
        let (text, kept) = token::generate(TokenKind::Guest).map_err(|error| error.api_error())?;
        let mut state = self.sharing.lock();
        let (shared, at) = state.by_key(&hash).ok_or_else(no_guest)?;
        let guest = shared.guests.get(at).ok_or_else(no_guest)?.id;
        let (session, now) = (shared.session, Instant::now());
        state.tickets.retain(|_, ticket| ticket.until > now);
        if state.tickets.len() >= MOST_TICKETS {
            let error = ApiError::new(ErrorCode::Throttled, "Too many are about to look.");
            return Err(error.next("Try again in a few seconds.").retry());
        }
        state.tickets.insert(kept, Ticket { session, guest, origin, until: now + TICKET });
        Ok(Attachment { url: "/api/stream".to_owned(), token: text.expose_secret().clone() })
    }

    /// The stream of a ticket, which is worthless from then on.
    pub(crate) fn guest_stream(
        self: &Arc<Self>,
        ticket: &str,
        origin: Option<&str>,
    ) -> Option<Stream> {
        let mut state = self.sharing.lock();
        let ticket = state.tickets.remove(&token::hash(ticket))?;
        if ticket.until <= Instant::now() || ticket.origin.as_deref() != origin {
            return None;
        }
        let shared = state.shared.get_mut(&ticket.session)?;
        let session = shared.core.upgrade()?.sessions().handle(ticket.session).ok()?;
        let floor = Arc::clone(&shared.floor);
        let guest = shared.guests.iter_mut().find(|guest| guest.id == ticket.guest)?;
        if guest.streams.len() >= MOST_STREAMS {
            guest.streams.remove(0).cancel();
        }
        let end = CancellationToken::new();
        guest.streams.push(end.clone());
        guest.looks += 1;
        guest.away = None;
        let viewing = GuestView {
            floor,
            number: guest.number,
            session: ticket.session,
            guest: guest.id,
            team: Arc::downgrade(self),
            end: end.clone(),
        };
        Some(Stream { session, viewing: Arc::new(viewing), end })
    }

    /// A guest leaves.
    pub(crate) async fn leave_share(&self, key: &str, visitor: &Visitor) -> Result<(), ApiError> {
        let hash = self.guest_key(key, visitor)?;
        let gone = {
            let mut state = self.sharing.lock();
            let session = state.by_key(&hash).map(|(shared, _)| shared.session);
            session.map(|session| state.end_guests(session, |one| one.key == hash, Why::Left))
        };
        let entries = self.leaving(&gone.unwrap_or_default(), Why::Left);
        self.write_down(entries).await
    }

    /// An entry of the audit log about what a guest does.
    pub(super) fn by_guest(&self, guest: &Guest, action: &str) -> audit::Entry {
        audit::Entry {
            actor: guest.known.map_or(Actor::Nobody, |(account, _)| Actor::Account { account }),
            object: Some(format!("share:{}", guest.link)),
            address: Some(guest.address.to_string()),
            ..self.server_entry(action)
        }
    }
}
