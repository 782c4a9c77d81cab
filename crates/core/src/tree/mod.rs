//! The tree of machines and folders: looking at it, changing it, and what it passes down.
//!
//! The whole tree is in memory while the vault is open. A change is planned on it, written to the vault in one
//! transaction, and only then made in memory. Deliberately absent: connecting (`sessions`) and identities' secrets.

mod check;
mod duplicate;
mod forest;
mod inherit;
mod jumps;
mod order;
mod plan;
mod quick;
mod rows;
mod stored;
mod undo;

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests;

pub use jumps::ResolvedHop;

pub(crate) use check::{name as check_name, shown, user as check_user};
pub(crate) use forest::{Body, Forest, Node, Step};
pub(crate) use stored::{read as read_node, write as write_node};
pub(crate) use undo::Deletions;

use crate::{Authorized, Core, CoreError, WholeVault, identities::without, sync, vault::Unlocked};
use inherit::Ladder;
use patchbay_model::{
    AppEvent, Entry, EntryDraft, Folder, FolderDraft, IdentityId, Jump, MovePlace, NodeDetail,
    NodeId, Settings, TreeRows, UndoId,
};
use patchbay_store::Change;
use std::{collections::HashSet, sync::Arc};

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

    /// Plans a change, writes it, and makes it. One at a time: a plan holds only for the state it was made on.
    async fn change<T: Send>(
        &self,
        plan: impl FnOnce(&Forest, &Unlocked) -> Result<(Vec<Step>, T), CoreError> + Send,
    ) -> Result<T, CoreError> {
        let unlocked: Arc<Unlocked> = self.0.vault().unlocked()?;
        let _turn = unlocked.turn().await;
        let (steps, value) = plan(&sync::read(unlocked.forest()), &unlocked)?;
        if !steps.is_empty() {
            unlocked.write_nodes(&steps, Vec::new()).await?;
            sync::write(unlocked.forest()).apply(steps);
            self.0.emit(AppEvent::Tree { revision: self.0.vault().next_tree_revision() });
        }
        Ok(value)
    }

    pub(crate) fn require(&self, id: NodeId) -> Result<(), CoreError> {
        self.look(|forest| forest.require(id).map(drop))
    }

    pub(crate) fn require_folder(&self, folder: Option<NodeId>) -> Result<(), CoreError> {
        self.look(|forest| plan::require_folder(forest, folder))
    }

    /// All rows.
    pub fn rows(&self, _vault: &Authorized<WholeVault>) -> Result<TreeRows, CoreError> {
        let revision = self.0.vault().tree_revision();
        self.look(|forest| Ok(rows::rows(forest, revision)))
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
            let detail = detail(&Ladder::to(forest, id, node));
            Ok(NodeDetail {
                entry: node.entry(id),
                folder: node.folder(id),
                open_sessions: self.0.open_sessions(&inside),
                ..detail
            })
        })
    }

    /// What a new machine in a folder would inherit.
    pub fn new_detail(&self, folder: &Authorized<Option<NodeId>>) -> Result<NodeDetail, CoreError> {
        self.look(|forest| Ok(detail(&Ladder::into(forest, *folder.get()))))
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
            jumps::route_of_draft(forest, *folder.get(), id, draft)
        })
    }

    /// The machines to go through, in the order they are dialled; the last one is the machine itself.
    pub fn route(&self, id: &Authorized<NodeId>) -> Result<Vec<ResolvedHop>, CoreError> {
        self.look(|forest| jumps::route(forest, *id.get()))
    }

    /// Adds a machine at the end of a folder.
    pub async fn add_entry(
        &self,
        folder: &Authorized<Option<NodeId>>,
        draft: EntryDraft,
    ) -> Result<Entry, CoreError> {
        let added = self.add_entries(folder, vec![(NodeId::new(), draft)]).await?;
        added
            .into_iter()
            .next()
            .ok_or_else(|| CoreError::Internal("an added machine is not there".into()))
    }

    /// Adds machines at the end of a folder, all or none. Their ids are given so that they can jump through each other.
    pub async fn add_entries(
        &self,
        folder: &Authorized<Option<NodeId>>,
        drafts: Vec<(NodeId, EntryDraft)>,
    ) -> Result<Vec<Entry>, CoreError> {
        let parent = *folder.get();
        let mut entries = Vec::with_capacity(drafts.len());
        for (id, draft) in drafts {
            entries.push(Entry { id, parent, draft: check::entry(draft)? });
        }
        self.change(|forest, unlocked| {
            plan::require_folder(forest, parent)?;
            let new: HashSet<NodeId> = entries.iter().map(|entry| entry.id).collect();
            if new.len() < entries.len() || new.iter().any(|id| forest.get(*id).is_some()) {
                return Err(CoreError::Internal("a new machine has the id of another one".into()));
            }
            for entry in &entries {
                check_identities(unlocked, &entry.draft.settings)?;
                match &entry.draft.settings.jump {
                    Some(Jump::Through { entry: jump })
                        if new.contains(jump) && *jump != entry.id => {}
                    _ => check_jump(forest, &entry.draft.settings, Some(entry.id))?,
                }
            }
            let nodes = entries
                .iter()
                .map(|entry| (entry.id, Body::Entry(Box::new(entry.draft.clone()))))
                .collect();
            let steps = plan::added(forest, parent, nodes);
            let ids: Vec<NodeId> = entries.iter().map(|entry| entry.id).collect();
            jumps::refuse_circles(forest, &steps, &ids)?;
            Ok((steps, entries))
        })
        .await
    }

    /// Adds a machine from `user@host:port`, in the root.
    pub async fn quick_add(
        &self,
        root: &Authorized<Option<NodeId>>,
        text: &str,
    ) -> Result<Entry, CoreError> {
        self.add_entry(root, quick::parse(text)?).await
    }

    /// Changes a machine.
    pub async fn change_entry(
        &self,
        id: &Authorized<NodeId>,
        draft: EntryDraft,
    ) -> Result<Entry, CoreError> {
        let id = *id.get();
        let draft = check::entry(draft)?;
        self.change(|forest, unlocked| {
            let old = forest.require(id)?;
            if old.is_folder() {
                return Err(CoreError::invalid(
                    "id",
                    format!("“{}” is a folder.", old.name()),
                    "Choose a machine.",
                ));
            }
            let entry = Entry { id, parent: old.parent, draft };
            let body = Body::Entry(Box::new(entry.draft.clone()));
            Ok((change_body(forest, unlocked, id, old, body)?, entry))
        })
        .await
    }

    /// Adds a folder at the end of another one.
    pub async fn add_folder(
        &self,
        folder: &Authorized<Option<NodeId>>,
        draft: FolderDraft,
    ) -> Result<Folder, CoreError> {
        let parent = *folder.get();
        let folder = Folder { id: NodeId::new(), parent, draft: check::folder(draft)? };
        self.change(|forest, unlocked| {
            plan::require_folder(forest, parent)?;
            check_references(forest, unlocked, &folder.draft.settings, None)?;
            let body = Body::Folder(Box::new(folder.draft.clone()));
            Ok((plan::added(forest, parent, vec![(folder.id, body)]), folder))
        })
        .await
    }

    /// Changes a folder.
    pub async fn change_folder(
        &self,
        id: &Authorized<NodeId>,
        draft: FolderDraft,
    ) -> Result<Folder, CoreError> {
        let id = *id.get();
        let draft = check::folder(draft)?;
        self.change(|forest, unlocked| {
            let old = forest.require(id)?;
            if !old.is_folder() {
                return Err(CoreError::invalid(
                    "id",
                    format!("“{}” is a machine.", old.name()),
                    "Choose a folder.",
                ));
            }
            let folder = Folder { id, parent: old.parent, draft };
            let body = Body::Folder(Box::new(folder.draft.clone()));
            Ok((change_body(forest, unlocked, id, old, body)?, folder))
        })
        .await
    }

    /// Renames a machine or folder.
    pub async fn rename(&self, id: &Authorized<NodeId>, name: &str) -> Result<(), CoreError> {
        let id = *id.get();
        let name = check::name(name)?;
        self.change(|forest, _| {
            let mut node = forest.require(id)?.clone();
            node.set_name(name);
            Ok((vec![Step::Put(id, node)], ()))
        })
        .await
    }

    /// Copies machines and folders beside themselves; gives the copies.
    pub async fn duplicate(&self, ids: &Authorized<Vec<NodeId>>) -> Result<Vec<NodeId>, CoreError> {
        self.change(|forest, _| Ok(duplicate::duplicated(forest, ids.get()))).await
    }

    /// Moves machines and folders.
    pub async fn move_to(
        &self,
        ids: &Authorized<Vec<NodeId>>,
        place: &Authorized<MovePlace>,
    ) -> Result<(), CoreError> {
        self.change(|forest, _| {
            let steps = plan::moved(forest, ids.get(), *place.get())?;
            jumps::refuse_circles(forest, &steps, ids.get())?;
            Ok((steps, ()))
        })
        .await
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

    /// Deletes machines and folders with everything inside.
    pub async fn delete(&self, ids: &Authorized<Vec<NodeId>>) -> Result<UndoId, CoreError> {
        let now = self.0.clock().now();
        let unlocked = self.0.vault().unlocked()?;
        let deletion = self.change(|forest, _| Ok(undo::removed(forest, ids.get(), now))).await?;
        Ok(sync::lock(unlocked.deletions()).keep(deletion, now))
    }

    /// Takes a deletion back.
    pub async fn undelete(
        &self,
        _vault: &Authorized<WholeVault>,
        undo: UndoId,
    ) -> Result<(), CoreError> {
        let now = self.0.clock().now();
        let unlocked = self.0.vault().unlocked()?;
        let deletion = sync::lock(unlocked.deletions()).take(undo, now).ok_or_else(|| {
            CoreError::invalid(
                "undo",
                "This deletion cannot be taken back any more.",
                "It is kept for ten minutes, and until the vault is locked.",
            )
        })?;
        let restored = self.change(|forest, _| Ok((undo::restored(forest, &deletion), ()))).await;
        if restored.is_err() {
            // It could not be written, so it can still be tried again.
            sync::lock(unlocked.deletions()).keep(deletion, now);
        }
        restored
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

    /// Makes nodes no longer name an identity, and writes that together with `gone`; `may` sees who names it.
    pub(crate) async fn forget_identity(
        &self,
        identity: IdentityId,
        gone: Vec<Change>,
        may: impl FnOnce(&[String]) -> Result<(), CoreError> + Send,
    ) -> Result<(), CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let _turn = unlocked.turn().await;
        let users = self.users_of(identity)?;
        let names: Vec<String> = users.iter().map(|(_, name)| name.clone()).collect();
        may(&names)?;
        let steps: Vec<Step> = {
            let forest = sync::read(unlocked.forest());
            let node = |id: &NodeId| forest.get(*id).map(|node| without(node, *id, identity));
            users.iter().filter_map(|(id, _)| node(id)).collect()
        };
        unlocked.write_nodes(&steps, gone).await?;
        sync::write(unlocked.identities()).remove(&identity);
        if !steps.is_empty() {
            sync::write(unlocked.forest()).apply(steps);
            self.0.emit(AppEvent::Tree { revision: self.0.vault().next_tree_revision() });
        }
        Ok(())
    }

    /// Nodes that name an identity themselves.
    pub(crate) fn users_of(
        &self,
        identity: IdentityId,
    ) -> Result<Vec<(NodeId, String)>, CoreError> {
        self.look(|forest| {
            let names = |node: &Node| {
                node.settings().identities.as_ref().is_some_and(|ids| ids.contains(&identity))
            };
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
    }
}

fn change_body(
    forest: &Forest,
    unlocked: &Unlocked,
    id: NodeId,
    old: &Node,
    body: Body,
) -> Result<Vec<Step>, CoreError> {
    let new = Node { parent: old.parent, order: old.order, body };
    let (before, after) = (old.settings(), new.settings());
    if before.identities != after.identities {
        check_identities(unlocked, after)?;
    }
    let jump_changed = before.jump != after.jump;
    if jump_changed {
        check_jump(forest, after, Some(id).filter(|_| !new.is_folder()))?;
    }
    let steps = vec![Step::Put(id, new)];
    if jump_changed {
        jumps::refuse_circles(forest, &steps, &[id])?;
    }
    Ok(steps)
}

fn check_references(
    forest: &Forest,
    unlocked: &Unlocked,
    settings: &Settings,
    me: Option<NodeId>,
) -> Result<(), CoreError> {
    check_identities(unlocked, settings)?;
    check_jump(forest, settings, me)
}

fn check_identities(unlocked: &Unlocked, settings: &Settings) -> Result<(), CoreError> {
    let known = sync::read(unlocked.identities());
    if settings.identities.iter().flatten().all(|id| known.contains_key(id)) {
        return Ok(());
    }
    Err(CoreError::invalid(
        "identities",
        "One of the identities is not there any more.",
        "Remove it from the list, or choose another one.",
    ))
}

fn check_jump(forest: &Forest, settings: &Settings, me: Option<NodeId>) -> Result<(), CoreError> {
    let Some(Jump::Through { entry }) = settings.jump else { return Ok(()) };
    if Some(entry) == me {
        return Err(CoreError::invalid(
            "jump",
            "A machine cannot be reached through itself.",
            "Choose another machine, or connect directly.",
        ));
    }
    match forest.get(entry) {
        Some(node) if !node.is_folder() => Ok(()),
        Some(node) => Err(CoreError::invalid(
            "jump",
            format!("“{}” is a folder: nothing can be reached through it.", node.name()),
            "Choose a machine.",
        )),
        None => Err(CoreError::invalid(
            "jump",
            "The machine to go through is not there any more.",
            "Choose another one, or connect directly.",
        )),
    }
}
