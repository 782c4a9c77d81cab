//! The seat of somebody who acts as a member, to see what the member sees: the organisations with the member's rights, and nothing of
//! the member's own space.
//!
//! What the services keep of a person besides machines, as open tabs and host keys that were just trusted, is kept in memory for as long
//! as somebody acts. Nothing else has a place there, so nothing that was saved is lost at the end.

use super::Seat;
use crate::team::{
    Edit,
    alter::forbidden,
    known::Eyes,
    space::{Data, Held, SpaceItems},
};
use patchbay_core::sync::{read, write};
use patchbay_model::{AccountId, ApiError};
use patchbay_store::Kind;
use patchbay_team::entity::Space;
use std::sync::{Arc, RwLock};

/// What goes by itself, and may go with whoever acts.
const PASSING: [Kind; 5] =
    [Kind::HostKey, Kind::Settings, Kind::Layout, Kind::Recent, Kind::Transfer];

/// What somebody who acts as a member has for themselves.
#[derive(Clone, Debug)]
pub(super) struct Apart {
    operator: AccountId,
    items: Arc<RwLock<SpaceItems>>,
}

impl Apart {
    pub(super) fn new(operator: AccountId) -> Self {
        Self { operator, items: Arc::default() }
    }

    pub(super) fn items(&self) -> Arc<RwLock<SpaceItems>> {
        Arc::clone(&self.items)
    }
}

impl Seat {
    /// Through whose eyes the server is looked at.
    pub(super) const fn eyes(&self) -> Eyes {
        Eyes { account: self.account, shared_alone: self.apart.is_some() }
    }

    /// Who does what is done from here: what stands in the audit log.
    pub(in crate::team) fn doer(&self) -> AccountId {
        self.apart.as_ref().map_or(self.account, |apart| apart.operator)
    }

    /// Where an item is.
    pub(super) fn home(&self, kind: Kind, id: [u8; 16]) -> Option<Space> {
        let kept = self.apart.as_ref().filter(|apart| read(&apart.items).has(kind, id));
        let own = kept.map(|_| Space::Personal(self.account));
        own.or_else(|| self.team.known.home(self.eyes(), kind, id))
    }

    /// Edits that are to be written, and those that stay in memory.
    ///
    /// # Errors
    /// Something of the member's own space would be changed by somebody who acts as them.
    pub(super) fn told_apart(&self, edits: Vec<Edit>) -> Result<(Vec<Edit>, Vec<Edit>), ApiError> {
        if self.apart.is_none() {
            return Ok((edits, Vec::new()));
        }
        let is_own = |edit: &Edit| matches!(edit.place().0, Space::Personal(_));
        let (own, shared): (Vec<_>, Vec<_>) = edits.into_iter().partition(is_own);
        let passes = |edit: &Edit| PASSING.iter().any(|kind| kind.number() == edit.place().1);
        if own.iter().all(passes) {
            return Ok((shared, own));
        }
        let directory = self.team.known.directory();
        let name = directory.account(self.account).map(|one| one.display.clone());
        let name = name.unwrap_or_default();
        Err(forbidden(format!("You see this as {name}: what is {name}’s own is left out."))
            .next("Put it into an organisation, or stop first and do it as yourself."))
    }

    /// Keeps what was told apart for as long as somebody acts.
    pub(super) fn keep_apart(&self, edits: Vec<Edit>) {
        let Some(apart) = &self.apart else { return };
        let mut items = write(&apart.items);
        for edit in edits {
            match edit {
                Edit::Put { slot, data, .. } => {
                    let version = self.team.now().0;
                    items.put(slot, Held { version, data: Data::Open(data) });
                }
                Edit::Delete { kind, id, .. } => items.remove(kind, id),
            }
        }
    }
}
