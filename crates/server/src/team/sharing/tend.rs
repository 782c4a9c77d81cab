//! Looks after a shared session: ends what its time is up for, and what is not allowed any more.

use super::{Guest, Shared, Team, Why};
use crate::team::watching::is_good;
use patchbay_model::{AppEvent, SessionId, SessionInfo, SessionState, TerminalSize, Timestamp};
use patchbay_team::audit::{self, Actor};
use std::{
    mem::{Discriminant, discriminant},
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;

/// How often it is looked after in any case.
const EVERY: Duration = Duration::from_secs(1);
/// How long a size takes at most from the owner's window to the session.
const SETTLES: Duration = Duration::from_millis(50);
/// How long a guest may look through no stream: a page that is loaded again comes back within it.
const AWAY: Duration = Duration::from_secs(8);

/// Looks after it until it is shared no more.
pub(super) fn start(team: &Arc<Team>, shared: &Shared, events: Receiver<AppEvent>) {
    let (team, session) = (Arc::downgrade(team), shared.session);
    let (check, ended) = (Arc::clone(&shared.check), shared.ended.clone());
    let floor = Arc::clone(&shared.floor);
    tokio::spawn(async move {
        let woken = || {
            let (check, floor) = (Arc::clone(&check), Arc::clone(&floor));
            async move {
                tokio::select! {
                    () = check.notified() => {}
                    () = floor.resized.notified() => sleep(SETTLES).await,
                }
            }
        };
        follow(&team, session, events, woken, &ended).await;
    });
}

async fn follow<F: Future<Output = ()>>(
    team: &Weak<Team>,
    session: SessionId,
    mut events: Receiver<AppEvent>,
    woken: impl Fn() -> F,
    ended: &CancellationToken,
) {
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut shown = None;
    loop {
        tokio::select! {
            // Only here: who has ended it writes that down first.
            () = ended.cancelled() => return,
            () = woken() => {}
            _ = tick.tick() => {}
            event = events.recv() => match event {
                Ok(AppEvent::SessionGone { id }) if id == session => {}
                Ok(AppEvent::Session { session: info }) if info.id == session => {}
                Ok(_) => continue,
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
        }
        let Some(team) = team.upgrade() else { return };
        team.look_after(session, &mut shown).await;
    }
}

/// What guests are shown besides who is there.
type Shown = (String, Discriminant<SessionState>, Option<TerminalSize>);

impl Team {
    async fn look_after(&self, session: SessionId, shown: &mut Option<Shown>) {
        let entries = self.end_what_is_over(session);
        {
            let state = self.sharing.lock();
            if let Some(shared) = state.shared.get(&session) {
                let now = shared.shown();
                if now != *shown {
                    *shown = now;
                    shared.floor.changed();
                }
            }
        }
        if entries.is_empty() {
            return;
        }
        if let Err(error) = self.write_down(entries).await {
            tracing::error!(error = %error.message, "the end of sharing could not be written down");
        }
    }

    /// Ends what is over, and says what of that is to be written down.
    pub(super) fn end_what_is_over(&self, session: SessionId) -> Vec<audit::Entry> {
        let now = self.now();
        let mut state = self.sharing.lock();
        let Some(shared) = state.shared.get(&session) else { return Vec::new() };
        // Who may not share it may not have it open either: that is why it is closed, then.
        let over = if !self.may_share(shared.owner, shared.ceiling, shared.node) {
            Some(Why::NotAllowed)
        } else if shared.info().is_none() {
            Some(Why::Closed)
        } else {
            None
        };
        if let Some(why) = over {
            let gone = state.end(session, why);
            drop(state);
            let object = Some(format!("session:{session}"));
            let detail = Some(why.words().to_owned());
            let entry = audit::Entry { object, detail, ..self.server_entry("share.end") };
            return std::iter::once(entry).chain(self.leaving(&gone, why)).collect();
        }
        let late = |link: &&super::Link| link.expires <= now;
        let expired: Vec<_> = shared.links.iter().filter(late).map(|link| link.id).collect();
        let no_more: Vec<_> = shared
            .guests
            .iter()
            .filter_map(|guest| Some((guest.id, self.no_guest_any_more(shared, guest, now)?)))
            .collect();
        let mut entries = Vec::new();
        for id in expired {
            let gone = state.end_link(session, id, Why::Expired);
            let object = Some(format!("share:{id}"));
            let detail = Some(Why::Expired.words().to_owned());
            entries.push(audit::Entry { object, detail, ..self.server_entry("share.end") });
            entries.extend(self.leaving(&gone, Why::Expired));
        }
        for (id, why) in no_more {
            let gone = state.end_guests(session, |guest| guest.id == id, why);
            entries.extend(self.leaving(&gone, why));
        }
        entries
    }

    fn no_guest_any_more(&self, shared: &Shared, guest: &Guest, now: Timestamp) -> Option<Why> {
        if guest.away.is_some_and(|since| since.elapsed() >= AWAY) {
            return Some(Why::Away);
        }
        let (account, proof) = guest.known?;
        let directory = self.known.directory();
        let link = shared.links.iter().find(|link| link.id == guest.link)?;
        let may = is_good(&directory, account, proof, now)
            && self.is_audience(shared, link.audience, Some(account));
        (!may).then_some(Why::SignedOut)
    }

    /// What is written down of guests who are gone.
    pub(super) fn leaving(&self, gone: &[Guest], why: Why) -> Vec<audit::Entry> {
        let left = |guest: &Guest| {
            let actor = match why {
                Why::Left => self.by_guest(guest, "").actor,
                _ => Actor::Server,
            };
            let detail = Some(format!("{}: {}", guest.name, why.words()));
            audit::Entry { actor, detail, ..self.by_guest(guest, "share.leave") }
        };
        gone.iter().map(left).collect()
    }
}

impl Shared {
    pub(super) fn info(&self) -> Option<SessionInfo> {
        self.core.upgrade()?.sessions().info(self.session).ok()
    }

    pub(super) fn size(&self) -> Option<TerminalSize> {
        self.core.upgrade()?.sessions().size(self.session).ok()
    }

    fn shown(&self) -> Option<Shown> {
        let info = self.info()?;
        Some((info.title, discriminant(&info.state), self.size()))
    }
}
