//! Changing the tree.

use super::{
    Tree, check, duplicate,
    forest::{Body, Forest, Node, Step},
    jumps, management, plan, quick,
    references::{change_body, check_identities, check_jump, check_references},
    undo, version,
};
use crate::{Authorized, CoreError, WholeVault, identities::without, sync, vault::Unlocked};
use patchbay_model::{
    AppEvent, Entry, EntryDraft, Folder, FolderDraft, IdentityId, Jump, MovePlace, NodeId, UndoId,
};
use patchbay_store::Change;
use std::{collections::HashSet, sync::Arc};

impl Tree<'_> {
    /// Plans a change, writes it, and makes it. One at a time: a plan holds only for the state it was made on.
    pub(super) async fn change<T: Send>(
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
                let ways = &entry.draft.management;
                management::check_named(forest, unlocked, entry.id, ways, &[])?;
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

    /// Changes a machine and moves it, both or neither.
    pub async fn change_and_move(
        &self,
        id: &Authorized<NodeId>,
        draft: EntryDraft,
        place: &Authorized<MovePlace>,
    ) -> Result<(), CoreError> {
        let id = *id.get();
        let draft = check::entry(draft)?;
        self.change(|forest, unlocked| {
            let old = machine(forest, id)?;
            let body = Body::Entry(Box::new(draft));
            let mut steps = plan::moved(forest, &[id], *place.get())?;
            let own = steps.iter_mut().find_map(|step| match step {
                Step::Put(at, node) if *at == id => Some(node),
                _ => None,
            });
            let changed = change_body(forest, unlocked, id, old, body.clone())?;
            match own {
                Some(node) => node.body = body,
                None => steps.extend(changed),
            }
            jumps::refuse_circles(forest, &steps, &[id])?;
            Ok((steps, ()))
        })
        .await
    }

    /// Changes a machine; only what `based_on` is the version of, if that is given.
    pub async fn change_entry(
        &self,
        id: &Authorized<NodeId>,
        draft: EntryDraft,
        based_on: Option<&str>,
    ) -> Result<Entry, CoreError> {
        let id = *id.get();
        let draft = check::entry(draft)?;
        self.change(|forest, unlocked| {
            let old = machine(forest, id)?;
            version::require(old, based_on)?;
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

    /// Changes a folder; only what `based_on` is the version of, if that is given.
    pub async fn change_folder(
        &self,
        id: &Authorized<NodeId>,
        draft: FolderDraft,
        based_on: Option<&str>,
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
            version::require(old, based_on)?;
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
        self.change(|forest, _| {
            let (steps, made, copies) = duplicate::duplicated(forest, ids.get());
            self.0.copying(&copies);
            Ok((steps, made))
        })
        .await
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
}

/// A machine of the tree, and no folder.
fn machine(forest: &Forest, id: NodeId) -> Result<&Node, CoreError> {
    let node = forest.require(id)?;
    if node.is_folder() {
        return Err(CoreError::invalid(
            "id",
            format!("“{}” is a folder.", node.name()),
            "Choose a machine.",
        ));
    }
    Ok(node)
}
