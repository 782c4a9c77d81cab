//! What has to be written for a change of the tree, worked out without changing anything yet.

use super::{
    forest::{Body, Forest, Node, Step},
    order,
};
use crate::CoreError;
use patchbay_model::{MovePlace, NodeId};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The nodes of one folder while some are being put between them.
pub(crate) struct Siblings {
    parent: Option<NodeId>,
    ids: Vec<NodeId>,
    keys: Vec<u64>,
    /// Those whose place has to be written.
    dirty: BTreeSet<NodeId>,
}

impl Siblings {
    /// The nodes of a folder, without those about to leave their places.
    pub(crate) fn of(forest: &Forest, parent: Option<NodeId>, without: &HashSet<NodeId>) -> Self {
        let staying = forest.children(parent).iter().filter(|id| !without.contains(id));
        let (ids, keys) =
            staying.filter_map(|id| forest.get(*id).map(|node| (*id, node.order))).unzip();
        Self { parent, ids, keys, dirty: BTreeSet::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn ids(&self) -> &[NodeId] {
        &self.ids
    }

    pub(crate) fn position(&self, id: NodeId) -> Option<usize> {
        self.ids.iter().position(|other| *other == id)
    }

    /// How many come before a key.
    pub(crate) fn before_key(&self, key: u64) -> usize {
        self.keys.partition_point(|other| *other < key)
    }

    /// Puts nodes in before the one at `index`.
    pub(crate) fn insert(&mut self, index: usize, new: &[NodeId]) {
        let index = index.min(self.ids.len());
        let keys = &self.keys;
        let placement = order::place(
            keys.len(),
            |at| keys.get(at).copied().unwrap_or_default(),
            index,
            new.len(),
        );
        for (at, key) in placement.respaced {
            if let (Some(old), Some(id)) = (self.keys.get_mut(at), self.ids.get(at)) {
                *old = key;
                self.dirty.insert(*id);
            }
        }
        self.keys.splice(index..index, placement.new);
        self.ids.splice(index..index, new.iter().copied());
        self.dirty.extend(new);
    }

    /// What to write; `bodies` holds the nodes that are not in the tree yet.
    pub(crate) fn steps(self, forest: &Forest, bodies: &mut HashMap<NodeId, Body>) -> Vec<Step> {
        let mut steps = Vec::with_capacity(self.dirty.len());
        for (id, order) in self.ids.into_iter().zip(self.keys) {
            if !self.dirty.contains(&id) {
                continue;
            }
            let body = bodies.remove(&id).or_else(|| forest.get(id).map(|node| node.body.clone()));
            if let Some(body) = body {
                steps.push(Step::Put(id, Node { parent: self.parent, order, body }));
            }
        }
        steps
    }
}

/// New nodes at the end of a folder.
pub(crate) fn added(
    forest: &Forest,
    parent: Option<NodeId>,
    nodes: Vec<(NodeId, Body)>,
) -> Vec<Step> {
    let mut siblings = Siblings::of(forest, parent, &HashSet::new());
    let ids: Vec<NodeId> = nodes.iter().map(|(id, _)| *id).collect();
    siblings.insert(siblings.len(), &ids);
    siblings.steps(forest, &mut nodes.into_iter().collect())
}

/// Nodes to another place, in the order the tree shows them. Those inside others that move come along.
pub(crate) fn moved(
    forest: &Forest,
    ids: &[NodeId],
    place: MovePlace,
) -> Result<Vec<Step>, CoreError> {
    let moving = forest.outermost(ids);
    let leaving: HashSet<NodeId> = moving.iter().copied().collect();
    let parent = match place {
        MovePlace::Before { id } | MovePlace::After { id } => forest.require(id)?.parent,
        MovePlace::EndOf { folder } => folder,
    };
    require_folder(forest, parent)?;
    refuse_into_itself(forest, &leaving, parent)?;
    let mut siblings = Siblings::of(forest, parent, &leaving);
    let index = match place {
        MovePlace::EndOf { .. } => siblings.len(),
        MovePlace::Before { id } => staying_before(forest, &leaving, parent, id),
        MovePlace::After { id } => {
            staying_before(forest, &leaving, parent, id) + usize::from(!leaving.contains(&id))
        }
    };
    siblings.insert(index, &moving);
    if siblings.ids() == forest.children(parent) {
        return Ok(Vec::new());
    }
    Ok(siblings.steps(forest, &mut HashMap::new()))
}

/// How many nodes that stay come before one that may itself be moving.
fn staying_before(
    forest: &Forest,
    leaving: &HashSet<NodeId>,
    parent: Option<NodeId>,
    id: NodeId,
) -> usize {
    forest
        .children(parent)
        .iter()
        .take_while(|other| **other != id)
        .filter(|other| !leaving.contains(other))
        .count()
}

/// Fails unless it is the root or a folder.
pub(crate) fn require_folder(forest: &Forest, folder: Option<NodeId>) -> Result<(), CoreError> {
    let Some(id) = folder else { return Ok(()) };
    let node = forest.require(id)?;
    if node.is_folder() {
        return Ok(());
    }
    Err(CoreError::invalid(
        "parent",
        format!("“{}” is a machine: nothing can be put into it.", node.name()),
        "Choose a folder.",
    ))
}

fn refuse_into_itself(
    forest: &Forest,
    leaving: &HashSet<NodeId>,
    parent: Option<NodeId>,
) -> Result<(), CoreError> {
    let Some(target) = parent else { return Ok(()) };
    let target_name = forest.require(target)?.name();
    if leaving.contains(&target) {
        return Err(CoreError::invalid(
            "place",
            format!("The folder “{target_name}” cannot be put into itself."),
            "Choose another folder.",
        ));
    }
    match forest.above(target).find(|(above, _)| leaving.contains(above)) {
        None => Ok(()),
        Some((_, folder)) => Err(CoreError::invalid(
            "place",
            format!(
                "The folder “{}” cannot be put into “{target_name}”, which is inside it.",
                folder.name()
            ),
            "Choose a folder outside.",
        )),
    }
}
