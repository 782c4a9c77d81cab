//! All that the server knows, in memory: people and what they may do, and the items of every space.
//!
//! Deliberately absent: changing it (`alter.rs`), and what a member makes of it (`seat/`).

use super::space::SpaceItems;
use patchbay_core::sync::{read, write};
use patchbay_model::{AccountId, IdentityId, NodeId, OrganisationId};
use patchbay_store::Kind;
use patchbay_team::{
    directory::Directory,
    entity::Space,
    permission::{Permission, Permissions},
};
use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

/// What the server knows.
#[derive(Debug, Default)]
pub(crate) struct Known {
    directory: RwLock<Arc<Directory>>,
    spaces: RwLock<HashMap<Space, Arc<RwLock<SpaceItems>>>>,
}

/// The folder that an organisation is in the tree of its members.
pub(crate) const fn root_of(organisation: OrganisationId) -> NodeId {
    NodeId::from_bytes(*organisation.as_bytes())
}

/// Through whose eyes the spaces are looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Eyes {
    pub(crate) account: AccountId,
    /// Their own space is left out: somebody acts as them.
    pub(crate) shared_alone: bool,
}

impl Eyes {
    /// Their own.
    pub(crate) const fn of(account: AccountId) -> Self {
        Self { account, shared_alone: false }
    }
}

impl Known {
    pub(crate) fn directory(&self) -> Arc<Directory> {
        Arc::clone(&read(&self.directory))
    }

    pub(super) fn set_directory(&self, directory: Directory) {
        *write(&self.directory) = Arc::new(directory);
    }

    /// The items of a space; an empty one if nothing was ever put into it.
    pub(super) fn space(&self, space: Space) -> Arc<RwLock<SpaceItems>> {
        let known = read(&self.spaces);
        if let Some(items) = known.get(&space) {
            return Arc::clone(items);
        }
        drop(known);
        let mut spaces = write(&self.spaces);
        Arc::clone(spaces.entry(space).or_default())
    }

    pub(super) fn set_space(&self, space: Space, items: SpaceItems) {
        *write(&self.space(space)) = items;
    }

    /// The spaces of a person: their own first, then those of their organisations.
    fn spaces_of(&self, who: Eyes) -> Vec<Space> {
        let directory = self.directory();
        let shared = directory.organisations_of(who.account);
        let shared = shared.map(|found| Space::Organisation(found.id));
        let own = (!who.shared_alone).then_some(Space::Personal(who.account));
        own.into_iter().chain(shared).collect()
    }

    /// Where an item is, of those that could be a person's concern.
    pub(super) fn home(&self, who: Eyes, kind: Kind, id: [u8; 16]) -> Option<Space> {
        self.spaces_of(who).into_iter().find(|space| read(&self.space(*space)).has(kind, id))
    }

    /// The organisation whose folder in the tree this is, if the person is in it.
    pub(super) fn organisation(&self, who: AccountId, root: NodeId) -> Option<OrganisationId> {
        let directory = self.directory();
        directory.organisations_of(who).map(|found| found.id).find(|id| root_of(*id) == root)
    }

    /// What a person may do with a folder or machine; nothing with one that is not there for them.
    pub(crate) fn node(&self, who: Eyes, id: NodeId) -> Permissions {
        let account = who.account;
        if let Some(organisation) = self.organisation(account, id) {
            // That one is a member shows it; the folder itself is nobody's to change.
            let permissions = self.directory().permissions(account, organisation, &[]);
            return permissions.and(Permissions::of(&[Permission::See]));
        }
        match self.home(who, Kind::Node, *id.as_bytes()) {
            None => Permissions::NONE,
            Some(Space::Personal(_)) => Permissions::ALL,
            Some(space @ Space::Organisation(organisation)) => {
                let path = read(&self.space(space)).path(id);
                self.directory().permissions(account, organisation, &path)
            }
        }
    }

    /// What a person may do with an identity: what they may do with all of the organisation, and with everything that names it.
    pub(crate) fn identity(&self, who: Eyes, id: IdentityId) -> Permissions {
        let account = who.account;
        match self.home(who, Kind::Identity, *id.as_bytes()) {
            None => Permissions::NONE,
            Some(Space::Personal(_)) => Permissions::ALL,
            Some(space @ Space::Organisation(organisation)) => {
                let directory = self.directory();
                let items = self.space(space);
                let items = read(&items);
                let whole = directory.permissions(account, organisation, &[]);
                items.naming(id).fold(whole, |all, node| {
                    all.and(directory.permissions(account, organisation, &items.path(node)))
                })
            }
        }
    }
}
