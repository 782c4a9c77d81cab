//! Deleting, and taking it back: kept in memory until the vault is locked or ten minutes have passed.

use super::{
    forest::{Forest, Node, Step},
    plan::Siblings,
};
use patchbay_model::{NodeId, UndoId};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

/// How long a deletion can be taken back.
const KEPT: Duration = Duration::from_secs(600);

/// What was deleted together.
#[derive(Debug)]
pub(crate) struct Deletion {
    id: UndoId,
    at: Duration,
    /// In the order the tree showed them.
    tops: Vec<Top>,
    /// Everything inside the tops.
    inner: Vec<(NodeId, Node)>,
}

/// A deleted node whose folder stayed, and what it lay between.
#[derive(Debug)]
struct Top {
    id: NodeId,
    node: Node,
    previous: Option<NodeId>,
    next: Option<NodeId>,
}

/// The deletions that can be taken back.
#[derive(Debug, Default)]
pub(crate) struct Deletions(Vec<Deletion>);

impl Deletions {
    pub(crate) fn keep(&mut self, deletion: Deletion, now: Duration) -> UndoId {
        self.forget_old(now);
        let id = deletion.id;
        self.0.push(deletion);
        id
    }

    pub(crate) fn take(&mut self, id: UndoId, now: Duration) -> Option<Deletion> {
        self.forget_old(now);
        let at = self.0.iter().position(|deletion| deletion.id == id)?;
        Some(self.0.remove(at))
    }

    fn forget_old(&mut self, now: Duration) {
        self.0.retain(|deletion| now.saturating_sub(deletion.at) <= KEPT);
    }
}

/// Deletes nodes with everything inside.
pub(crate) fn removed(forest: &Forest, ids: &[NodeId], now: Duration) -> (Vec<Step>, Deletion) {
    let mut deletion = Deletion { id: UndoId::new(), at: now, tops: Vec::new(), inner: Vec::new() };
    let mut steps = Vec::new();
    for top in forest.outermost(ids) {
        let Some(node) = forest.get(top) else { continue };
        let siblings = forest.children(node.parent);
        let at = forest.position(top).unwrap_or(siblings.len());
        deletion.tops.push(Top {
            id: top,
            node: node.clone(),
            previous: at.checked_sub(1).and_then(|before| siblings.get(before).copied()),
            next: siblings.get(at.saturating_add(1)).copied(),
        });
        for id in forest.inside(top) {
            steps.push(Step::Remove(id));
            if let Some(node) = forest.get(id).filter(|_| id != top) {
                deletion.inner.push((id, node.clone()));
            }
        }
    }
    (steps, deletion)
}

/// Puts a deletion back where it was. Where the folder is gone meanwhile, the root takes its place.
pub(crate) fn restored(forest: &Forest, deletion: &Deletion) -> Vec<Step> {
    let mut folders: BTreeMap<Option<NodeId>, Siblings> = BTreeMap::new();
    let mut bodies = HashMap::new();
    for Top { id, node, previous, next } in &deletion.tops {
        let home = node.parent.filter(|parent| forest.get(*parent).is_some_and(Node::is_folder));
        let lost = home != node.parent;
        let siblings =
            folders.entry(home).or_insert_with(|| Siblings::of(forest, home, &HashSet::new()));
        let after = previous.and_then(|previous| siblings.position(previous)).map(|at| at + 1);
        let before = || next.and_then(|next| siblings.position(next));
        let by_key = || siblings.before_key(node.order);
        let index =
            if lost { siblings.len() } else { after.or_else(before).unwrap_or_else(by_key) };
        siblings.insert(index, &[*id]);
        bodies.insert(*id, node.body.clone());
    }
    let tops = folders
        .into_values()
        .flat_map(|siblings| siblings.steps(forest, &mut bodies))
        .collect::<Vec<_>>();
    let inner = deletion.inner.iter().map(|(id, node)| Step::Put(*id, node.clone()));
    tops.into_iter().chain(inner).collect()
}
