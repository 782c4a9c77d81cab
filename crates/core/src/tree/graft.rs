//! Adding folders with machines inside at once: what an import makes.

use super::{
    Body, Step, Tree, check,
    forest::Node,
    jumps,
    plan::Siblings,
    references::{check_identities, check_jump},
};
use crate::{Authorized, CoreError};
use patchbay_model::{Jump, NodeId};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A node to be added.
#[derive(Clone, Debug)]
pub(crate) struct Graft {
    pub(crate) id: NodeId,
    /// A folder that is there, or one that is added before it; `None` is the folder everything goes into.
    pub(crate) parent: Option<NodeId>,
    pub(crate) body: Body,
}

/// The body as it is kept, or why it cannot be.
pub(crate) fn checked(body: Body) -> Result<Body, CoreError> {
    Ok(match body {
        Body::Entry(draft) => Body::Entry(Box::new(check::entry(*draft)?)),
        Body::Folder(draft) => Body::Folder(Box::new(check::folder(*draft)?)),
    })
}

impl Tree<'_> {
    /// Adds nodes that were checked, all or none, at the ends of their folders.
    pub(crate) async fn graft(
        &self,
        folder: &Authorized<Option<NodeId>>,
        grafts: Vec<Graft>,
    ) -> Result<(), CoreError> {
        let target = *folder.get();
        self.change(|forest, unlocked| {
            super::plan::require_folder(forest, target)?;
            let new: HashSet<NodeId> = grafts.iter().map(|graft| graft.id).collect();
            if new.len() < grafts.len() || new.iter().any(|id| forest.get(*id).is_some()) {
                return Err(CoreError::Internal("a new node has the id of another one".into()));
            }
            let mut folders = HashSet::new();
            let mut children: BTreeMap<Option<NodeId>, Vec<NodeId>> = BTreeMap::new();
            let mut bodies = HashMap::new();
            let mut ids = Vec::with_capacity(grafts.len());
            for graft in grafts {
                let parent = graft.parent.or(target);
                match graft.parent {
                    Some(parent) if folders.contains(&parent) => {}
                    parent => super::plan::require_folder(forest, parent)?,
                }
                let settings = match &graft.body {
                    Body::Entry(draft) => &draft.settings,
                    Body::Folder(draft) => &draft.settings,
                };
                check_identities(unlocked, settings)?;
                match settings.jump {
                    Some(Jump::Through { entry }) if new.contains(&entry) && entry != graft.id => {}
                    _ => check_jump(forest, settings, Some(graft.id))?,
                }
                if matches!(graft.body, Body::Folder(_)) {
                    folders.insert(graft.id);
                }
                children.entry(parent).or_default().push(graft.id);
                ids.push(graft.id);
                bodies.insert(graft.id, graft.body);
            }
            let mut steps: Vec<Step> = Vec::with_capacity(ids.len());
            for (parent, inside) in children {
                let mut siblings = Siblings::of(forest, parent, &HashSet::new());
                siblings.insert(siblings.len(), &inside);
                steps.extend(siblings.steps(forest, &mut bodies));
            }
            jumps::refuse_circles(forest, &steps, &ids)?;
            Ok((steps, ()))
        })
        .await
    }

    /// The folder of this name in another one.
    pub(crate) fn folder_named(
        &self,
        parent: Option<NodeId>,
        name: &str,
    ) -> Result<Option<(NodeId, Node)>, CoreError> {
        self.look(|forest| {
            let named = |id: &&NodeId| {
                forest.get(**id).is_some_and(|node| node.is_folder() && node.name() == name)
            };
            let found = forest.children(parent).iter().find(named);
            Ok(found.and_then(|id| Some((*id, forest.get(*id)?.clone()))))
        })
    }
}
