//! The team: what the server knows, how it is changed, and the services that each member has here.
//!
//! Deliberately absent: HTTP (`crate::http`), SQL (`patchbay-team-store`) and the rules (`patchbay-team`).

mod accounts;
pub(crate) mod alter;
mod door;
mod follow;
mod grants;
mod known;
mod log;
mod members;
mod organisation;
mod personal;
mod policy;
mod reach;
pub(crate) mod rights;
mod seat;
mod seen;
mod space;
mod start;
#[cfg(test)]
pub(crate) mod testing;
mod watching;

pub(crate) use door::{
    Credentials, Newcomer, SIGN_IN_LASTS, Visitor, Welcome, totp_name, wrong_code,
};
pub(crate) use grants::Look;
pub(crate) use known::Known;
pub(crate) use members::{Member, Members};
pub(crate) use personal::NewToken;
pub use policy::{POLICIES, Policy, policy};
pub use reach::reach;
pub use start::Opening;

use known::write;
use patchbay_core::{Clock, Reach};
use patchbay_model::{AccountId, ApiError, ErrorCode, Timestamp};
use patchbay_team::{
    audit::{self, Actor, Outcome},
    entity::{Change, Space},
    master::DataKeys,
    throttle::Throttle,
};
use patchbay_team_store::{ItemChange, StoreError, TeamStore, Use, Write};
use space::{Data, Held, Slot, stays_sealed};
use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Arc, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};
use tokio::sync::{Mutex, MutexGuard};
use watching::Watching;
use zeroize::Zeroizing;

/// How often a write is tried again when another node was faster.
const TRIES: u32 = 5;

/// All that a node of the server has.
pub struct Team {
    pub(crate) known: Known,
    pub(crate) store: TeamStore,
    pub(crate) members: Members,
    keys: RwLock<DataKeys>,
    /// One change after the other: what was checked stays so until it is written.
    turn: Mutex<()>,
    /// The revision that is known.
    revision: AtomicI64,
    clock: Arc<dyn Clock>,
    /// Holds a folder for each member's files.
    files: PathBuf,
    /// Which addresses the server may dial.
    reach: Reach,
    watching: Watching,
    throttle: std::sync::Mutex<Throttle>,
    /// Last uses that are to be written down.
    uses: std::sync::Mutex<Vec<Use>>,
    seen: std::sync::Mutex<seen::Seen>,
    /// Passwords are hashed as cheaply as is allowed: for tests.
    cheap: bool,
}

/// Proof that nobody else changes anything meanwhile.
pub(crate) struct Turn<'a>(#[expect(dead_code, reason = "held, not looked at")] MutexGuard<'a, ()>);

/// A change of an item, not sealed yet.
pub(crate) enum Edit {
    Put { space: Space, slot: Slot, data: Zeroizing<Vec<u8>> },
    Delete { space: Space, kind: u8, id: [u8; 16] },
}

impl std::fmt::Debug for Team {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Team").field("known", &self.known).finish_non_exhaustive()
    }
}

impl Team {
    pub(crate) async fn turn(&self) -> Turn<'_> {
        Turn(self.turn.lock().await)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.wall()
    }

    /// Counts up with everything that is written.
    pub(crate) fn revision(&self) -> i64 {
        self.revision.load(Ordering::Acquire)
    }

    /// An entry of the audit log to be filled in.
    pub(crate) fn entry(&self, at: Timestamp, account: AccountId) -> audit::Entry {
        audit::Entry {
            at,
            actor: Actor::Account { account },
            action: String::new(),
            object: None,
            address: None,
            reason: None,
            outcome: Outcome::Done,
            detail: None,
        }
    }

    /// Writes changes that were checked in this turn, and knows them from then on.
    pub(crate) async fn commit(
        &self,
        _turn: &Turn<'_>,
        changes: Vec<Change>,
        edits: Vec<Edit>,
        audit: Vec<audit::Entry>,
    ) -> Result<(), ApiError> {
        let mut tries = 0;
        loop {
            match self.try_commit(&changes, &edits, audit.clone()).await {
                Err(StoreError::Stale { .. }) if tries < TRIES => {
                    tries += 1;
                    self.read_all().await?;
                }
                written => return written.map_err(|error| error.api_error())?,
            }
        }
    }

    async fn try_commit(
        &self,
        changes: &[Change],
        edits: &[Edit],
        audit: Vec<audit::Entry>,
    ) -> Result<Result<(), ApiError>, StoreError> {
        let mut directory = (*self.known.directory()).clone();
        for change in changes {
            if let Err(refused) = directory.check(change) {
                return Ok(Err(refused.api_error()));
            }
            directory.apply(change);
        }
        let sealed = match self.sealed(edits) {
            Ok(sealed) => sealed,
            Err(error) => return Ok(Err(error)),
        };
        let checked = Some(self.revision.load(Ordering::Acquire)).filter(|_| !changes.is_empty());
        let items = sealed.clone();
        let write = Write { changes: changes.to_vec(), items, audit, checked };
        let revision = self.store.write(write).await?;
        self.revision.store(revision, Ordering::Release);
        if !changes.is_empty() {
            self.known.set_directory(directory);
        }
        self.learn(edits, sealed);
        self.tell(!changes.is_empty(), &touched(edits));
        Ok(Ok(()))
    }

    /// What was written is known.
    fn learn(&self, edits: &[Edit], sealed: Vec<ItemChange>) {
        for (edit, change) in edits.iter().zip(sealed) {
            match (edit, change) {
                (Edit::Put { space, slot, data }, ItemChange::Put { version, sealed, .. }) => {
                    let data = if stays_sealed(slot.0) {
                        Data::Sealed(sealed)
                    } else {
                        Data::Open(data.clone())
                    };
                    write(&self.known.space(*space)).put(*slot, Held { version, data });
                }
                (Edit::Delete { space, kind, id }, _) => {
                    write(&self.known.space(*space)).remove(*kind, *id);
                }
                _ => {}
            }
        }
    }

    fn sealed(&self, edits: &[Edit]) -> Result<Vec<ItemChange>, ApiError> {
        let keys = known::read(&self.keys);
        let mut sealed = Vec::with_capacity(edits.len());
        // What an earlier edit of the same write does to a version.
        let mut versions = std::collections::HashMap::new();
        for edit in edits {
            sealed.push(match edit {
                Edit::Delete { space, kind, id } => {
                    versions.retain(|(at, slot): &(Space, Slot), version| {
                        if at == space && slot.0 == *kind && slot.1 == *id {
                            *version = None;
                        }
                        true
                    });
                    for (slot, _) in known::read(&self.known.space(*space)).slots(*kind, *id) {
                        versions.insert((*space, *slot), None);
                    }
                    ItemChange::Delete { space: *space, kind: *kind, id: *id }
                }
                Edit::Put { space, slot, data } => {
                    let (kind, id, field) = *slot;
                    let held = || {
                        known::read(&self.known.space(*space)).get(*slot).map(|held| held.version)
                    };
                    let expected = versions.get(&(*space, *slot)).copied().unwrap_or_else(held);
                    // Never the same again, not even after it was deleted: what was sealed once does not fit later.
                    let version = self.now().0.max(expected.unwrap_or_default() + 1);
                    versions.insert((*space, *slot), Some(version));
                    let sealed = keys
                        .seal(*space, kind, id, field, version, data)
                        .map_err(|error| error.api_error())?;
                    ItemChange::Put { space: *space, kind, id, field, expected, version, sealed }
                }
            });
        }
        Ok(sealed)
    }

    /// Opens an item that stays sealed in memory.
    pub(crate) fn open_item(
        &self,
        space: Space,
        (kind, id, field): Slot,
        version: i64,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, ApiError> {
        let keys = known::read(&self.keys);
        keys.open(space, kind, id, field, version, sealed).map_err(|error| error.api_error())
    }

    /// Seals something of the server's own.
    pub(crate) fn seal_named(&self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, ApiError> {
        known::read(&self.keys).seal_named(name, bytes).map_err(|error| error.api_error())
    }

    /// Opens something of the server's own.
    pub(crate) fn open_named(
        &self,
        name: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, ApiError> {
        known::read(&self.keys).open_named(name, sealed).map_err(|error| error.api_error())
    }

    /// Tells members' services of what has changed.
    fn tell(&self, directory: bool, spaces: &BTreeSet<Space>) {
        if directory {
            self.sweep();
        }
        let known = self.known.directory();
        self.members.changed(|account| {
            directory
                || spaces.iter().any(|space| match space {
                    Space::Personal(owner) => *owner == account,
                    Space::Organisation(id) => known.is_member(account, *id),
                })
        });
    }
}

fn touched(edits: &[Edit]) -> BTreeSet<Space> {
    let space = |edit: &Edit| match edit {
        Edit::Put { space, .. } | Edit::Delete { space, .. } => *space,
    };
    edits.iter().map(space).collect()
}

/// What the person asks for is not there, or not for them: which of the two is not said.
pub(crate) fn not_found(what: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("There is no such {what}."))
        .next("It may have been deleted, or you may not see it any more.")
}
