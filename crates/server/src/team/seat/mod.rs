//! A member's place at the server: the items that a member's services work over, and the member's rights.
//!
//! The items are those of the member's own space and, of each organisation, those that the member may see. An organisation is
//! a folder at the root of the tree. Whoever acts as the member has another seat (`apart.rs` in here). Deliberately absent: what a
//! change does (`change.rs`).

mod annex;
mod apart;
mod change;
#[cfg(test)]
mod tests;

use super::{
    Team, Whose,
    known::root_of,
    space::{Data, Held, Slot, SpaceItems},
};
use annex::Annexes;
use apart::Apart;
use patchbay_core::{
    Beyond, RecordingRule, Right, Rights,
    sync::{lock, read},
    tree::KeptNode,
};
use patchbay_model::{AccountId, ApiError, IdentityId, NodeId, OrganisationId, VaultId};
use patchbay_store::{Answer, Change, Field, Item, Items, Kind, StoreError};
use patchbay_team::{
    entity::{Grant, Organisation, Space},
    permission::{Permission, Permissions},
};
use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use zeroize::Zeroizing;

/// Nodes that were deleted here and may come back as they were.
const MOST_REMOVED: usize = 1000;

/// A member's place.
#[derive(Clone)]
pub(crate) struct Seat {
    pub(super) team: Arc<Team>,
    pub(super) account: AccountId,
    /// A token of a script may do no more than this, whatever the account may do.
    pub(super) ceiling: Permissions,
    /// Somebody acts as the member.
    apart: Option<Apart>,
    /// The member's files lie beside this one.
    path: PathBuf,
    removed: Arc<Mutex<HashMap<NodeId, Removed>>>,
    annexes: Annexes,
}

/// A folder or machine that was deleted here, and who had what on it.
#[derive(Clone)]
struct Removed {
    node: KeptNode,
    grants: Vec<Grant>,
}

impl std::fmt::Debug for Seat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seat").field("account", &self.account).finish_non_exhaustive()
    }
}

impl Seat {
    pub(crate) fn new(team: Arc<Team>, whose: Whose, path: PathBuf) -> Self {
        let Whose { account, ceiling, acting } = whose;
        let apart = acting.map(|acting| Apart::new(acting.operator));
        let (removed, annexes) = (Arc::default(), Annexes::default());
        Self { team, account, ceiling, apart, path, removed, annexes }
    }

    /// What the member may do with a folder or machine.
    pub(crate) fn permissions(&self, id: NodeId) -> Permissions {
        self.ceiling.within(self.team.known.node(self.eyes(), id))
    }

    fn identity_permissions(&self, id: IdentityId) -> Permissions {
        self.ceiling.within(self.team.known.identity(self.eyes(), id))
    }

    fn organisations(&self) -> Vec<(OrganisationId, String)> {
        let directory = self.team.known.directory();
        directory.organisations_of(self.account).map(|one| (one.id, one.name.clone())).collect()
    }

    fn space(&self, space: Space) -> Arc<std::sync::RwLock<SpaceItems>> {
        match (space, &self.apart) {
            (Space::Personal(_), Some(apart)) => apart.items(),
            _ => self.team.known.space(space),
        }
    }

    /// Opens what is held.
    fn open(
        &self,
        space: Space,
        slot: Slot,
        held: &Held,
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        match &held.data {
            Data::Open(data) => Ok(data.clone()),
            Data::Sealed(sealed) => self
                .team
                .open_item(space, slot, held.version, sealed)
                .map_err(|error| refused(&error)),
        }
    }

    fn item(&self, space: Space, slot: Slot, held: &Held) -> Result<Option<Item>, StoreError> {
        let Some(field) = Field::ALL.iter().find(|field| field.number() == slot.2) else {
            return Ok(None);
        };
        Ok(Some(Item { id: slot.1, field: *field, data: self.open(space, slot, held)? }))
    }

    /// All of a kind in the member's own space.
    fn own(&self, kind: Kind) -> Result<Vec<Item>, StoreError> {
        let space = Space::Personal(self.account);
        let items = self.space(space);
        let items = read(&items);
        let all = items.of_kind(kind).map(|(slot, held)| self.item(space, *slot, held));
        all.filter_map(Result::transpose).collect()
    }

    /// The tree as the member sees it.
    fn nodes(&self) -> Result<Vec<Item>, StoreError> {
        let mut found = self.own(Kind::Node)?;
        for (order, (organisation, name)) in (0..).zip(self.organisations()) {
            let root = root_of(organisation);
            found.push(item_of(root, &KeptNode::folder(&name, order))?);
            let items = self.space(Space::Organisation(organisation));
            let items = read(&items);
            for id in self.seen(organisation, &items) {
                let Some(node) = items.node(id) else { continue };
                let parent = node.parent().filter(|parent| items.node(*parent).is_some());
                found.push(item_of(id, &node.clone().within(Some(parent.unwrap_or(root))))?);
            }
        }
        Ok(found)
    }

    /// What the member may see of an organisation's nodes, with the folders that lead there.
    fn seen(&self, organisation: OrganisationId, items: &SpaceItems) -> HashSet<NodeId> {
        let directory = self.team.known.directory();
        let mut seen = HashSet::new();
        for id in items.nodes().keys() {
            let path = items.path(*id);
            let may = directory.permissions(self.account, organisation, &path);
            if self.ceiling.within(may).has(Permission::See) {
                seen.extend(path);
            }
        }
        seen
    }

    fn identities(&self) -> Result<Vec<Item>, StoreError> {
        let mut found = self.own(Kind::Identity)?;
        for (organisation, _) in self.organisations() {
            let space = Space::Organisation(organisation);
            let items = self.space(space);
            // Rights are asked for below, and need the items themselves.
            let all: Vec<(Slot, Held)> = read(&items)
                .of_kind(Kind::Identity)
                .map(|(slot, held)| (*slot, held.clone()))
                .collect();
            for (slot, held) in all {
                let may = self.identity_permissions(IdentityId::from_bytes(slot.1));
                if may.has(Permission::See) {
                    found.extend(self.item(space, slot, &held)?);
                }
            }
        }
        Ok(found)
    }

    /// Host keys that somebody of an organisation trusted count for all of it.
    fn host_keys(&self) -> Result<Vec<Item>, StoreError> {
        let mut found = self.own(Kind::HostKey)?;
        for (organisation, _) in self.organisations() {
            let space = Space::Organisation(organisation);
            let items = self.space(space);
            for (slot, held) in read(&items).of_kind(Kind::HostKey) {
                found.extend(self.item(space, *slot, held)?);
            }
        }
        Ok(found)
    }

    /// The member's own, and those of organisations that the member administers.
    fn recordings(&self) -> Result<Vec<Item>, StoreError> {
        let mut found = self.own(Kind::Recording)?;
        for (organisation, _) in self.organisations() {
            if !self.reviews(organisation) {
                continue;
            }
            let space = Space::Organisation(organisation);
            let items = self.space(space);
            for (slot, held) in read(&items).of_kind(Kind::Recording) {
                found.extend(self.item(space, *slot, held)?);
            }
        }
        Ok(found)
    }

    fn load_now(&self, kind: Kind) -> Result<Vec<Item>, StoreError> {
        match kind {
            Kind::Node => self.nodes(),
            Kind::Identity => self.identities(),
            Kind::HostKey => self.host_keys(),
            Kind::Recording => self.recordings(),
            _ => self.own(kind),
        }
    }

    fn get_now(
        &self,
        kind: Kind,
        id: [u8; 16],
        field: Field,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let may = match kind {
            Kind::Node => self.permissions(NodeId::from_bytes(id)).has(Permission::See),
            Kind::Identity => {
                self.identity_permissions(IdentityId::from_bytes(id)).has(Permission::See)
            }
            Kind::IdentitySecret => {
                let may = self.identity_permissions(IdentityId::from_bytes(id));
                may.has(Permission::UseSecret) || may.has(Permission::Reveal)
            }
            _ => true,
        };
        if !may {
            return Ok(None);
        }
        // A secret lies where its identity lies.
        let found = self.home(kind, id);
        let Some(space) = found else { return Ok(None) };
        if let (Kind::Recording, Space::Organisation(organisation)) = (kind, space)
            && !self.reviews(organisation)
        {
            return Ok(None);
        }
        let slot = (kind.number(), id, field.number());
        let items = self.space(space);
        let held = read(&items).get(slot).cloned();
        held.map(|held| self.open(space, slot, &held)).transpose()
    }

    fn was_removed(&self, id: NodeId) -> Option<Removed> {
        lock(&self.removed).get(&id).cloned()
    }

    fn remember_removed(&self, gone: Vec<(NodeId, Removed)>) {
        let mut removed = lock(&self.removed);
        if removed.len() + gone.len() > MOST_REMOVED {
            removed.clear();
        }
        removed.extend(gone.into_iter().take(MOST_REMOVED));
    }
}

impl Items for Seat {
    fn id(&self) -> VaultId {
        VaultId::from_bytes(*self.account.as_bytes())
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn load(&self, kind: Kind) -> Answer<'_, Vec<Item>> {
        Box::pin(async move { self.load_now(kind) })
    }

    fn get(
        &self,
        kind: Kind,
        id: [u8; 16],
        field: Field,
    ) -> Answer<'_, Option<Zeroizing<Vec<u8>>>> {
        Box::pin(async move { self.get_now(kind, id, field) })
    }

    fn apply(&self, changes: Vec<Change>) -> Answer<'_, ()> {
        Box::pin(async move { self.change(changes).await.map_err(|error| refused(&error)) })
    }

    fn lock(&self) {}
}

impl Rights for Seat {
    fn node(&self, id: NodeId, right: Right) -> bool {
        self.permissions(id).has(permission(right))
    }

    fn secrets(&self, id: NodeId) -> bool {
        self.permissions(id).has(Permission::UseSecret)
    }

    fn root(&self, right: Right) -> bool {
        // The root is the member's own; what lies in it are folders with rights of their own.
        self.ceiling.has(permission(right)) && (self.apart.is_none() || right == Right::View)
    }

    fn identity(&self, id: IdentityId, right: Right) -> bool {
        let wanted = match right {
            Right::Use => Permission::UseSecret,
            right => permission(right),
        };
        self.identity_permissions(id).has(wanted)
    }

    fn recording_rule(&self, machine: NodeId) -> Option<RecordingRule> {
        self.rule_of(machine)
    }

    fn beyond(&self) -> Vec<Beyond> {
        let directory = self.team.known.directory();
        let organisations = directory.organisations_of(self.account);
        let says = |one: &Organisation| Beyond {
            root: root_of(one.id),
            keep_offline: one.policy.keep_offline,
            direct: one.policy.direct,
        };
        organisations.map(says).collect()
    }

    fn lets_out(&self, identity: IdentityId) -> bool {
        match self.home(Kind::Identity, *identity.as_bytes()) {
            Some(Space::Personal(_)) => true,
            Some(Space::Organisation(id)) => {
                let directory = self.team.known.directory();
                directory.organisation(id).is_some_and(|one| one.policy.direct)
            }
            None => false,
        }
    }

    fn copying(&self, from: NodeId, to: NodeId) {
        self.copy_annex(from, to);
    }
}

const fn permission(right: Right) -> Permission {
    match right {
        Right::View => Permission::See,
        Right::Use => Permission::Connect,
        Right::Edit => Permission::Edit,
        Right::Reveal => Permission::Reveal,
    }
}

fn item_of(id: NodeId, node: &KeptNode) -> Result<Item, StoreError> {
    let data = node.write().map_err(|error| StoreError::Database(error.to_string()))?;
    Ok(Item { id: *id.as_bytes(), field: Field::Main, data: Zeroizing::new(data) })
}

fn refused(error: &ApiError) -> StoreError {
    StoreError::Refused(Box::new(error.clone()))
}
