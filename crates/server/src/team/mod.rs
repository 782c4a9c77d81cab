//! The team: what the server knows, how it is changed, and the services that each member has here.
//!
//! Deliberately absent: HTTP (`crate::http`), SQL (`patchbay-team-store`) and the rules (`patchbay-team`).

mod accounts;
mod acting;
pub(crate) mod alter;
mod check;
mod concern;
mod device;
mod door;
mod follow;
mod grants;
mod known;
mod log;
mod members;
mod nodes;
mod organisation;
pub(crate) mod passkeys;
mod personal;
mod placed;
mod policy;
pub(crate) mod providers;
mod reach;
mod recordings;
pub(crate) mod rights;
mod seat;
mod seen;
mod sharing;
mod space;
mod start;
#[cfg(test)]
pub(crate) mod testing;
mod watching;

pub(crate) use check::{Check, CheckState};
pub(crate) use concern::{Concern, object};
pub(crate) use device::{INTERVAL, LASTS as HANDOFF_LASTS, Polled};
pub(crate) use door::{
    Credentials, Newcomer, SIGN_IN_LASTS, Visitor, Welcome, totp_name, wrong_code,
};
pub(crate) use grants::Look;
pub(crate) use known::Known;
pub(crate) use members::{Member, Members, Whose};
pub(crate) use personal::NewToken;
pub use policy::{POLICIES, Policy, policy};
pub use reach::reach;
pub(crate) use sharing::{Audience, NewShare, Seen, ShareView, Sharing, Wish};
pub use start::{Beside, Opening};

pub(crate) use acting::Asking;

use alter::Altered;
use patchbay_core::{
    Clock, Reach, RuleRecordings,
    sync::{read, write},
};
use patchbay_model::{ApiError, ErrorCode, Timestamp};
use patchbay_store::Kind;
use patchbay_team::{
    audit,
    directory::Directory,
    entity::{Change, Space},
    master::DataKeys,
    throttle::Throttle,
};
use patchbay_team_store::{ItemChange, Node, StoreError, TeamStore, Use, Write};
use space::{Data, Held, Slot, stays_sealed};
use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Arc,
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
    /// This node, if it serves.
    node: Option<Node>,
    pub(crate) members: Members,
    keys: DataKeys,
    /// One change after the other: what was checked stays so until it is written.
    turn: Mutex<()>,
    /// The revision that is known.
    revision: AtomicI64,
    clock: Arc<dyn Clock>,
    /// Holds a folder for each member's files.
    files: PathBuf,
    /// Recordings that organisations want.
    recordings: RuleRecordings,
    /// Which addresses the server may dial.
    reach: Reach,
    watching: Watching,
    /// Live sessions that others look at.
    pub(crate) sharing: Sharing,
    throttle: std::sync::Mutex<Throttle>,
    /// How often programs ask whether they are let in.
    pace: device::Pace,
    /// What providers say of themselves.
    descriptions: providers::Descriptions,
    /// Providers on loopback may be asked without TLS: for tests.
    plain_loopback: bool,
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

impl Edit {
    /// In which space, and of what kind.
    const fn place(&self) -> (Space, u8) {
        match self {
            Self::Put { space, slot, .. } => (*space, slot.0),
            Self::Delete { space, kind, .. } => (*space, *kind),
        }
    }
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

    /// Writes changes that were checked in this turn, and knows them from then on.
    pub(crate) async fn commit(
        &self,
        turn: &Turn<'_>,
        changes: Vec<Change>,
        edits: Vec<Edit>,
        entries: Vec<audit::Entry>,
    ) -> Result<(), ApiError> {
        let same = || Altered { changes: changes.clone(), entries: entries.clone(), answer: () };
        self.settle(turn, &edits, |_| Ok(same())).await
    }

    /// Writes edits and the changes that `work` comes to, which is asked anew if another node was faster.
    async fn settle<T>(
        &self,
        _turn: &Turn<'_>,
        edits: &[Edit],
        work: impl Fn(&Directory) -> Result<Altered<T>, ApiError>,
    ) -> Result<T, ApiError> {
        let mut tries = 0;
        loop {
            let Altered { changes, entries, answer } = work(&self.known.directory())?;
            match self.try_commit(changes, edits, entries).await {
                Err(StoreError::Stale { .. }) if tries < TRIES => {
                    tries += 1;
                    self.read_all().await?;
                }
                Err(error) => return Err(error.api_error()),
                Ok(written) => return written.map(|()| answer),
            }
        }
    }

    async fn try_commit(
        &self,
        changes: Vec<Change>,
        edits: &[Edit],
        audit: Vec<audit::Entry>,
    ) -> Result<Result<(), ApiError>, StoreError> {
        let directory = match self.changed_directory(&changes) {
            Ok(directory) => directory,
            Err(refused) => return Ok(Err(refused)),
        };
        let items = match self.sealed(edits) {
            Ok(sealed) => sealed,
            Err(error) => return Ok(Err(error)),
        };
        let told = Told {
            people: directory.is_some(),
            rights: changes.iter().any(concerns_rights),
            trees: trees(edits),
        };
        let checked = directory.is_some().then(|| self.revision());
        let sealed = items.clone();
        let mut audit = audit;
        if let Some(after) = &directory {
            audit.extend(self.endings(after, &audit));
        }
        let audit = self.placed(edits, audit);
        let revision = self.store.write(Write { changes, items, audit, checked }).await?;
        self.revision.store(revision, Ordering::Release);
        if let Some(directory) = directory {
            self.known.set_directory(directory);
        }
        self.learn(edits, sealed);
        self.tell(&told);
        Ok(Ok(()))
    }

    /// The directory as it will be; nothing if it stays.
    fn changed_directory(&self, changes: &[Change]) -> Result<Option<Directory>, ApiError> {
        if changes.is_empty() {
            return Ok(None);
        }
        let mut directory = (*self.known.directory()).clone();
        for change in changes {
            directory.check(change).map_err(|refused| refused.api_error())?;
            directory.apply(change);
        }
        Ok(Some(directory))
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
                    for (slot, _) in read(&self.known.space(*space)).slots(*kind, *id) {
                        versions.insert((*space, *slot), None);
                    }
                    ItemChange::Delete { space: *space, kind: *kind, id: *id }
                }
                Edit::Put { space, slot, data } => {
                    let (kind, id, field) = *slot;
                    let held =
                        || read(&self.known.space(*space)).get(*slot).map(|held| held.version);
                    let expected = versions.get(&(*space, *slot)).copied().unwrap_or_else(held);
                    // Never the same again, not even after it was deleted: what was sealed once does not fit later.
                    let version = self.now().0.max(expected.unwrap_or_default() + 1);
                    versions.insert((*space, *slot), Some(version));
                    let sealed = self
                        .keys
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
        self.keys.open(space, kind, id, field, version, sealed).map_err(|error| error.api_error())
    }

    /// Seals something of the server's own.
    pub(crate) fn seal_named(&self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, ApiError> {
        self.keys.seal_named(name, bytes).map_err(|error| error.api_error())
    }

    /// Opens something of the server's own.
    pub(crate) fn open_named(
        &self,
        name: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, ApiError> {
        self.keys.open_named(name, sealed).map_err(|error| error.api_error())
    }

    /// Ends what is not allowed any more, and tells those members' services whose tree may be another one now.
    fn tell(&self, told: &Told) {
        if told.people {
            self.sweep();
        }
        // What was moved to another folder may be allowed to others.
        self.sharing.check();
        let known = self.known.directory();
        self.members.changed(|account| {
            told.rights
                || told.trees.iter().any(|space| match space {
                    Space::Personal(owner) => *owner == account,
                    Space::Organisation(id) => known.is_member(account, *id),
                })
        });
    }
}

/// What a write means to those who were not asked.
#[derive(Default)]
struct Told {
    /// Something is known of people that was not: who is signed in, at the least.
    people: bool,
    /// Who may do what has changed.
    rights: bool,
    /// Whose machines or identities have changed.
    trees: BTreeSet<Space>,
}

/// Whether somebody may do more or less after this. What ends with an account or a sign-in is swept away.
const fn concerns_rights(change: &Change) -> bool {
    use Change::{
        DeleteGrant, DeleteGroup, DeleteOrganisation, DeleteRole, PutGrant, PutGroup,
        PutOrganisation, PutRole,
    };
    matches!(
        change,
        PutOrganisation(_)
            | DeleteOrganisation(_)
            | PutGroup(_)
            | DeleteGroup(_)
            | PutRole(_)
            | DeleteRole(_)
            | PutGrant(_)
            | DeleteGrant(_)
    )
}

/// Whether trees are made of this kind; the rest is read when it is asked for.
const fn makes_trees(kind: u8) -> bool {
    kind == Kind::Node.number() || kind == Kind::Identity.number()
}

fn trees(edits: &[Edit]) -> BTreeSet<Space> {
    let touched = edits.iter().map(Edit::place);
    touched.filter(|(_, kind)| makes_trees(*kind)).map(|(space, _)| space).collect()
}

/// What the person asks for is not there, or not for them: which of the two is not said.
pub(crate) fn not_found(what: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("There is no such {what}."))
        .next("It may have been deleted, or you may not see it any more.")
}
