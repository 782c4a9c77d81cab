//! Copies of machines and folders, each beside its original.

use super::{
    forest::{Forest, Node, Step},
    plan::Siblings,
};
use patchbay_model::{Jump, ManagementId, NodeId};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What to write, the ids of the copies of the outermost nodes, and which copy each node has.
pub(crate) fn duplicated(
    forest: &Forest,
    ids: &[NodeId],
) -> (Vec<Step>, Vec<NodeId>, HashMap<NodeId, NodeId>) {
    let tops = forest.outermost(ids);
    let copies: HashMap<NodeId, NodeId> =
        tops.iter().flat_map(|top| forest.inside(*top)).map(|id| (id, NodeId::new())).collect();
    let mut steps = Vec::new();
    let mut made = Vec::new();
    let mut bodies = HashMap::new();
    let mut folders: BTreeMap<Option<NodeId>, (Siblings, HashSet<String>)> = BTreeMap::new();
    for top in tops {
        let (Some(node), Some(copy)) = (forest.get(top), copies.get(&top)) else { continue };
        let (siblings, names) = folders.entry(node.parent).or_insert_with(|| {
            let names = forest.children(node.parent).iter().filter_map(|id| forest.get(*id));
            (
                Siblings::of(forest, node.parent, &HashSet::new()),
                names.map(|node| node.name().to_owned()).collect(),
            )
        });
        let mut twin = copied(node, &copies);
        twin.set_name(free_name(node.name(), names));
        names.insert(twin.name().to_owned());
        let after = siblings.position(top).map_or(siblings.len(), |at| at + 1);
        siblings.insert(after, &[*copy]);
        bodies.insert(*copy, twin.body);
        made.push(*copy);
        for id in forest.inside(top).into_iter().skip(1) {
            if let (Some(node), Some(copy)) = (forest.get(id), copies.get(&id)) {
                steps.push(Step::Put(*copy, copied(node, &copies)));
            }
        }
    }
    steps.extend(
        folders.into_values().flat_map(|(siblings, _)| siblings.steps(forest, &mut bodies)),
    );
    (steps, made, copies)
}

/// A node whose folder and jump, where they are copied too, are the copies.
fn copied(node: &Node, copies: &HashMap<NodeId, NodeId>) -> Node {
    let mut twin = node.clone();
    twin.parent = node.parent.map(|parent| copies.get(&parent).copied().unwrap_or(parent));
    if let Some(Jump::Through { entry }) = &mut twin.settings_mut().jump
        && let Some(copy) = copies.get(entry)
    {
        *entry = *copy;
    }
    for way in twin.management_mut() {
        way.id = ManagementId::new();
        if let Some(other) = way.way.other_mut()
            && let Some(copy) = copies.get(other)
        {
            *other = *copy;
        }
    }
    twin
}

/// "name copy", "name copy 2" and so on.
fn free_name(name: &str, taken: &HashSet<String>) -> String {
    let base = name
        .rsplit_once(" copy")
        .filter(|(_, tail)| is_number(tail))
        .map_or(name, |(base, _)| base);
    let numbered =
        |nth: u32| if nth == 1 { format!("{base} copy") } else { format!("{base} copy {nth}") };
    (1..=u32::MAX)
        .map(numbered)
        .find(|candidate| !taken.contains(candidate))
        .unwrap_or_else(|| numbered(1))
}

fn is_number(tail: &str) -> bool {
    tail.is_empty() || tail.strip_prefix(' ').is_some_and(|digits| digits.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn names_of_copies() {
        let taken =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<HashSet<_>>();
        assert_eq!(free_name("web", &taken(&["web"])), "web copy");
        assert_eq!(free_name("web", &taken(&["web", "web copy"])), "web copy 2");
        assert_eq!(free_name("web copy", &taken(&["web copy"])), "web copy 2");
        assert_eq!(free_name("web copy 2", &taken(&["web copy", "web copy 2"])), "web copy 3");
        assert_eq!(free_name("carbon copy paper", &taken(&[])), "carbon copy paper copy");
    }
}
