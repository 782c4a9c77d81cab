//! Which machines folders, tags and machines stand for.

use crate::tree::Forest;
use patchbay_model::{NodeId, RunTarget};
use std::collections::HashSet;

/// The machines, each once, in the order of the tree. What is not there any more stands for nothing.
pub(super) fn machines(forest: &Forest, targets: &[RunTarget]) -> Vec<NodeId> {
    let mut nodes: HashSet<NodeId> = HashSet::new();
    let mut tags: HashSet<&str> = HashSet::new();
    let mut all = false;
    for target in targets {
        match target {
            RunTarget::Node { id } => drop(nodes.insert(*id)),
            RunTarget::Tag { tag } => drop(tags.insert(tag)),
            RunTarget::Everything => all = true,
        }
    }
    let mut found = Vec::new();
    // A node, and whether something above it is meant.
    let children = |of| forest.children(of).iter().rev().copied();
    let mut todo: Vec<(NodeId, bool)> = children(None).map(|id| (id, all)).collect();
    while let Some((id, above)) = todo.pop() {
        let Some(node) = forest.get(id) else { continue };
        let meant = above
            || nodes.contains(&id)
            || node.tags().iter().any(|tag| tags.contains(tag.as_str()));
        if node.is_folder() {
            todo.extend(children(Some(id)).map(|child| (child, meant)));
        } else if meant {
            found.push(id);
        }
    }
    found
}
