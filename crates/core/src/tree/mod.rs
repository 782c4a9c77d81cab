//! The tree of machines and folders: looking at it, changing it, and what it passes down.
//!
//! The whole tree is in memory while the vault is open. A change is planned on it, written to the vault in one
//! transaction, and only then made in memory. Deliberately absent: connecting (`sessions`) and identities' secrets.

mod change;
mod check;
mod direct;
mod duplicate;
mod forest;
mod graft;
mod inherit;
mod jumps;
mod kept;
mod lines;
pub(crate) mod management;
mod order;
mod plan;
pub mod quick;
mod references;
mod rows;
mod stored;
mod undo;
mod version;
mod vnc;

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests;

pub use jumps::{Handed, ResolvedHop};
pub use kept::{KeptNode, Leads};

pub(crate) use check::{
    address as check_address, is_deceptive, line as check_line, name as check_name, shown,
    user as check_user,
};
pub(crate) use direct::is_of_the_dialler;
pub(crate) use forest::{Body, Forest, Node, Step};
pub(crate) use graft::{Graft, checked};
pub(crate) use jumps::MOST_JUMPS;
pub(crate) use stored::{read as read_node, write as write_node};
pub(crate) use undo::Deletions;

use crate::{Authorized, Core, CoreError, WholeVault, sync};
use inherit::Ladder;
use patchbay_model::{
    Entry, EntryDraft, IdentityId, Jump, Management, NodeDetail, NodeId, Origin, TreeRows, Tunnel,
};
use references::check_references;
use std::collections::HashSet;

/// The tree of machines.
#[derive(Clone, Copy, Debug)]
pub struct Tree<'a>(pub(crate) &'a Core);

/// What deleting would take away.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DeletionPreview {
    /// Machines.
    pub entries: usize,
    /// Folders.
    pub folders: usize,
    /// Sessions that are open to them.
    pub open_sessions: u32,
    /// The first names, outermost first.
    pub names: Vec<String>,
    /// Machines and folders that stay and go through one that is deleted.
    pub used_as_jump_by: Vec<String>,
}

impl Tree<'_> {
    fn look<T>(&self, look: impl FnOnce(&Forest) -> Result<T, CoreError>) -> Result<T, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let forest = sync::read(unlocked.forest());
        look(&forest)
    }

    pub(crate) fn require(&self, id: NodeId) -> Result<(), CoreError> {
        self.look(|forest| forest.require(id).map(drop))
    }

    pub(crate) fn require_folder(&self, folder: Option<NodeId>) -> Result<(), CoreError> {
        self.look(|forest| plan::require_folder(forest, folder))
    }

    /// The folder a node is in.
    pub(crate) fn parent(&self, id: NodeId) -> Result<Option<NodeId>, CoreError> {
        self.look(|forest| Ok(forest.require(id)?.parent))
    }

    /// All rows.
    pub fn rows(&self, _vault: &Authorized<WholeVault>) -> Result<TreeRows, CoreError> {
        let revision = self.0.vault().tree_revision();
        self.look(|forest| {
            let mut rows = rows::rows(forest, revision);
            if let Some(served) = self.0.served() {
                let beyond = served.rights.beyond();
                rows.direct = direct::machines(forest, &*served.rights, &beyond);
                rows.unkept =
                    beyond.iter().filter(|one| !one.keep_offline).map(|one| one.root).collect();
            }
            Ok(rows)
        })
    }

    /// Fails unless all that it takes to dial a machine may leave this server.
    pub(crate) fn may_be_dialled_elsewhere(
        &self,
        id: &Authorized<NodeId>,
    ) -> Result<(), CoreError> {
        let Some(served) = self.0.served() else {
            return Err(CoreError::Forbidden("hand out what your own vault keeps".to_owned()));
        };
        self.look(|forest| {
            direct::check(forest, &*served.rights, &served.rights.beyond(), *id.get())
        })
    }

    /// A machine.
    pub fn entry(&self, id: &Authorized<NodeId>) -> Result<Entry, CoreError> {
        let id = *id.get();
        self.look(|forest| {
            forest
                .require(id)?
                .entry(id)
                .ok_or_else(|| CoreError::invalid("id", "This is a folder.", "Choose a machine."))
        })
    }

    /// A machine or folder with everything its editor shows.
    pub fn detail(&self, id: &Authorized<NodeId>) -> Result<NodeDetail, CoreError> {
        let id = *id.get();
        self.look(|forest| {
            let node = forest.require(id)?;
            let inside = forest.inside(id);
            let detail = self.detail_of(&Ladder::to(forest, id, node))?;
            Ok(NodeDetail {
                entry: node.entry(id),
                folder: node.folder(id),
                open_sessions: self.0.open_sessions(&inside),
                version: version::of(&node.body),
                ..detail
            })
        })
    }

    /// What a new machine in a folder would inherit.
    pub fn new_detail(&self, folder: &Authorized<Option<NodeId>>) -> Result<NodeDetail, CoreError> {
        self.look(|forest| self.detail_of(&Ladder::into(forest, *folder.get())))
    }

    /// The settings a machine that is not saved would have in a folder, as a way to dial it.
    pub fn route_of_draft(
        &self,
        folder: &Authorized<Option<NodeId>>,
        id: Option<NodeId>,
        draft: EntryDraft,
    ) -> Result<Vec<ResolvedHop>, CoreError> {
        let draft = check::entry(draft)?;
        let unlocked = self.0.vault().unlocked()?;
        let id = id.unwrap_or_else(NodeId::new);
        self.look(|forest| {
            check_references(forest, &unlocked, &draft.settings, Some(id))?;
            management::check_named(forest, &unlocked, id, &draft.management, &[])?;
            jumps::route_of_draft(forest, *folder.get(), id, draft)
        })
    }

    /// The machines to go through, in the order they are dialled; the last one is the machine itself.
    pub fn route(&self, id: &Authorized<NodeId>) -> Result<Vec<ResolvedHop>, CoreError> {
        self.look(|forest| jumps::route(forest, *id.get()))
    }

    /// What deleting would take away.
    pub fn preview_deletion(
        &self,
        ids: &Authorized<Vec<NodeId>>,
    ) -> Result<DeletionPreview, CoreError> {
        /// As many names as a dialog can show.
        const SHOWN: usize = 20;
        self.look(|forest| {
            let all: Vec<NodeId> =
                forest.outermost(ids.get()).iter().flat_map(|id| forest.inside(*id)).collect();
            let gone: HashSet<NodeId> = all.iter().copied().collect();
            let mut preview = DeletionPreview {
                open_sessions: self.0.open_sessions(&all),
                ..DeletionPreview::default()
            };
            for node in all.iter().filter_map(|id| forest.get(*id)) {
                match node.body {
                    Body::Entry(_) => preview.entries += 1,
                    Body::Folder(_) => preview.folders += 1,
                }
                if preview.names.len() < SHOWN {
                    preview.names.push(node.name().to_owned());
                }
            }
            for (id, node) in forest.iter() {
                if let Some(Jump::Through { entry }) = &node.settings().jump
                    && gone.contains(entry)
                    && !gone.contains(id)
                {
                    preview.used_as_jump_by.push(node.name().to_owned());
                }
            }
            preview.used_as_jump_by.sort();
            Ok(preview)
        })
    }

    /// All tags in use, in alphabetical order.
    pub fn tags(&self, _vault: &Authorized<WholeVault>) -> Result<Vec<String>, CoreError> {
        self.look(|forest| {
            let tags: HashSet<&String> = forest.iter().flat_map(|(_, node)| node.tags()).collect();
            let mut tags: Vec<String> = tags.into_iter().cloned().collect();
            tags.sort();
            Ok(tags)
        })
    }

    /// The tunnels kept with a machine.
    pub(crate) fn tunnels(&self, id: NodeId) -> Result<Vec<Tunnel>, CoreError> {
        self.look(|forest| match &forest.require(id)?.body {
            Body::Entry(draft) => Ok(draft.tunnels.clone()),
            Body::Folder(_) => Ok(Vec::new()),
        })
    }

    /// Machines and folders that name a machine as the one to go through.
    pub(crate) fn reached_through(&self, jump: NodeId) -> Result<Vec<(NodeId, String)>, CoreError> {
        self.look(|forest| {
            let through = Some(Jump::Through { entry: jump });
            let named = forest.iter().filter(|(_, node)| node.settings().jump == through);
            Ok(named.map(|(id, node)| (*id, node.name().to_owned())).collect())
        })
    }

    /// Names of the folders above a machine, outermost first.
    pub(crate) fn folders_above(&self, id: NodeId) -> Result<Vec<String>, CoreError> {
        self.look(|forest| Ok(Ladder::to(forest, id, forest.require(id)?).path()))
    }

    /// Whether a machine is in a folder; everything is in the root.
    pub(crate) fn is_inside(&self, id: NodeId, folder: Option<NodeId>) -> Result<bool, CoreError> {
        let Some(folder) = folder else { return Ok(true) };
        self.look(|forest| Ok(forest.above(id).any(|(above, _)| above == folder)))
    }

    /// Machines with such ways to manage them, in no order.
    pub(crate) fn managed(
        &self,
        such: impl Fn(&Management) -> bool,
    ) -> Result<Vec<(NodeId, EntryDraft)>, CoreError> {
        self.look(|forest| {
            let managed = forest.iter().filter_map(|(id, node)| match &node.body {
                Body::Entry(draft) if draft.management.iter().any(&such) => {
                    Some((*id, draft.as_ref().clone()))
                }
                _ => None,
            });
            Ok(managed.collect())
        })
    }

    /// Machines with a hardware address, as it was typed: which, their names, and it.
    pub(crate) fn hardware_addresses(&self) -> Result<Vec<(NodeId, String, String)>, CoreError> {
        self.look(|forest| {
            let with = forest.iter().filter_map(|(id, node)| match &node.body {
                Body::Entry(draft) => Some((*id, draft.name.clone(), draft.mac.clone()?)),
                Body::Folder(_) => None,
            });
            Ok(with.collect())
        })
    }

    /// What a machine or folder is called, if that can be told.
    pub(crate) fn name(&self, id: NodeId) -> Option<String> {
        self.look(|forest| forest.require(id).map(|node| node.name().to_owned())).ok()
    }

    /// The address of a machine, if that can be told.
    pub(crate) fn address(&self, id: NodeId) -> Option<String> {
        let address = |node: &Node| match &node.body {
            Body::Entry(draft) => Some(draft.address.clone()),
            Body::Folder(_) => None,
        };
        self.look(|forest| forest.require(id).map(address)).ok().flatten()
    }

    /// Nodes that name an identity themselves.
    pub(crate) fn users_of(
        &self,
        identity: IdentityId,
    ) -> Result<Vec<(NodeId, String)>, CoreError> {
        self.look(|forest| {
            let names = |node: &Node| node.named_identities().any(|id| id == identity);
            let mut users: Vec<_> = forest
                .iter()
                .filter(|(_, node)| names(node))
                .map(|(id, node)| (*id, node.name().to_owned()))
                .collect();
            users.sort_by(|one, other| one.1.cmp(&other.1));
            Ok(users)
        })
    }
}

impl Tree<'_> {
    /// Where nobody in the tree says what is recorded, the settings of the vault do.
    fn detail_of(&self, ladder: &Ladder<'_>) -> Result<NodeDetail, CoreError> {
        let mut detail = detail(ladder);
        let of_the_vault = self.0.vault().unlocked()?.settings().record;
        let record = &mut detail.effective.record;
        if record.origin == Origin::BuiltIn {
            record.value = of_the_vault;
        }
        if record.inherited_origin == Origin::BuiltIn {
            record.inherited = of_the_vault;
        }
        Ok(detail)
    }
}

fn detail(ladder: &Ladder<'_>) -> NodeDetail {
    let effective = ladder.effective();
    NodeDetail {
        entry: None,
        folder: None,
        ladder: ladder.described(&effective),
        effective,
        inherited_tags: ladder.inherited_tags(),
        path: ladder.path(),
        open_sessions: 0,
        version: String::new(),
    }
}
