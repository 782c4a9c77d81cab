//! The annex of a machine: what an API keeps with it that the tree has no place for.
//!
//! An annex is written together with its machine, lies in the same space and goes where that goes. Only whoever may change the
//! machine changes it; whoever may see the machine may read it. Deliberately absent: what is in it (`crate::dialect`).

use super::{Seat, change::Plan};
use crate::team::{
    Edit, Member,
    space::{Data, Slot},
};
use patchbay_core::sync::{lock, read};
use patchbay_model::{NodeId, OrganisationId};
use patchbay_store::Kind;
use patchbay_team::entity::Space;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use zeroize::Zeroizing;

/// Beyond the kinds of items that the services know.
const KIND: u8 = 200;
/// Annexes of deleted machines that may come back with them.
const MOST: usize = 1000;

/// An annex; nothing if there is to be none.
type Annex = Option<Zeroizing<Vec<u8>>>;

/// Annexes that wait for their machines to be written.
#[derive(Clone, Default)]
pub(super) struct Annexes(Arc<Mutex<HashMap<NodeId, Annex>>>);

/// What came of an annex in a change that was written.
pub(super) enum Annexed {
    /// It was written.
    Written(NodeId),
    /// It went with its machine, and may come back with it.
    Deleted(NodeId, Zeroizing<Vec<u8>>),
}

impl Annexes {
    fn get(&self, id: NodeId) -> Option<Annex> {
        lock(&self.0).get(&id).cloned()
    }

    fn put(&self, id: NodeId, annex: Annex) {
        let mut waiting = lock(&self.0);
        if waiting.len() >= MOST {
            waiting.clear();
        }
        waiting.insert(id, annex);
    }

    fn forget(&self, id: NodeId) {
        lock(&self.0).remove(&id);
    }

    pub(super) fn settle(&self, done: Vec<Annexed>) {
        for annexed in done {
            match annexed {
                Annexed::Written(id) => self.forget(id),
                Annexed::Deleted(id, annex) => self.put(id, Some(annex)),
            }
        }
    }
}

const fn slot(id: NodeId) -> Slot {
    (KIND, *id.as_bytes(), 0)
}

impl Seat {
    fn annex(&self, space: Space, id: NodeId) -> Annex {
        match &read(&self.space(space)).get(slot(id))?.data {
            Data::Open(data) => Some(data.clone()),
            Data::Sealed(_) => None,
        }
    }

    /// The annex that waits for this machine is written with it.
    pub(super) fn put_annex(&self, plan: &mut Plan, space: Space, id: NodeId) {
        let Some(waiting) = self.annexes.get(id) else { return };
        plan.edits.push(match waiting {
            Some(data) => Edit::Put { space, slot: slot(id), data },
            None => Edit::Delete { space, kind: KIND, id: *id.as_bytes() },
        });
        plan.annexes.push(Annexed::Written(id));
    }

    /// A machine goes to another space, and its annex with it, unless a newer one was written there just now.
    pub(super) fn bring_annex(&self, plan: &mut Plan, from: Space, to: Space, id: NodeId) {
        let Some(data) = self.annex(from, id) else { return };
        plan.edits.push(Edit::Delete { space: from, kind: KIND, id: *id.as_bytes() });
        if self.annexes.get(id).is_none() {
            plan.edits.push(Edit::Put { space: to, slot: slot(id), data });
        }
    }

    /// A copy of a machine has a copy of its annex.
    pub(super) fn copy_annex(&self, from: NodeId, to: NodeId) {
        let space = self.home(Kind::Node, *from.as_bytes());
        if let Some(annex) = space.and_then(|space| self.annex(space, from)) {
            self.annexes.put(to, Some(annex));
        }
    }

    pub(super) fn delete_annex(&self, plan: &mut Plan, space: Space, id: NodeId) {
        let Some(data) = self.annex(space, id) else { return };
        plan.edits.push(Edit::Delete { space, kind: KIND, id: *id.as_bytes() });
        plan.annexes.push(Annexed::Deleted(id, data));
    }
}

impl Member {
    /// What is kept with a machine that the member may see.
    pub(crate) fn annex(&self, id: NodeId) -> Option<Zeroizing<Vec<u8>>> {
        let seat = &self.seat;
        let space = seat.home(Kind::Node, *id.as_bytes())?;
        seat.annex(space, id)
    }

    /// Writes this annex together with the machine when that is written next by this member.
    pub(crate) fn annex_with_next(&self, id: NodeId, annex: Option<Vec<u8>>) {
        self.seat.annexes.put(id, annex.map(Zeroizing::new));
    }

    /// The machine was not written after all.
    pub(crate) fn annex_not(&self, id: NodeId) {
        self.seat.annexes.forget(id);
    }

    /// The organisation that a machine or folder belongs to.
    pub(crate) fn organisation_of(&self, id: NodeId) -> Option<OrganisationId> {
        match self.seat.home(Kind::Node, *id.as_bytes())? {
            Space::Organisation(organisation) => Some(organisation),
            Space::Personal(_) => None,
        }
    }

    /// The member's organisations, each with its folder in the tree and its name.
    pub(crate) fn organisations(&self) -> Vec<(OrganisationId, NodeId, String)> {
        let all = self.seat.organisations().into_iter();
        all.map(|(id, name)| (id, crate::team::known::root_of(id), name)).collect()
    }
}
