//! The items of one space, opened: every node of the server has them in memory.
//!
//! Secrets stay sealed here, and are opened one by one when they are used.

use patchbay_core::tree::KeptNode;
use patchbay_model::{IdentityId, NodeId};
use patchbay_store::{Field, Kind};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use zeroize::Zeroizing;

/// Which item: its kind, id and field, as numbers.
pub(super) type Slot = (u8, [u8; 16], u8);

/// What is held of an item.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) version: i64,
    pub(super) data: Data,
}

/// An item's content.
#[derive(Clone)]
pub(super) enum Data {
    Open(Zeroizing<Vec<u8>>),
    Sealed(Vec<u8>),
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Data")
    }
}

/// The items of a space, and what is asked of its nodes over and over.
#[derive(Debug, Default)]
pub(super) struct SpaceItems {
    items: BTreeMap<Slot, Held>,
    nodes: HashMap<NodeId, KeptNode>,
    /// Which nodes name an identity themselves.
    named_by: HashMap<IdentityId, HashSet<NodeId>>,
}

/// Whether the content of this kind stays sealed in memory.
pub(super) const fn stays_sealed(kind: u8) -> bool {
    kind == Kind::IdentitySecret.number()
}

/// The slot of an item's main field.
pub(super) const fn main(kind: Kind, id: [u8; 16]) -> Slot {
    (kind.number(), id, Field::Main.number())
}

impl SpaceItems {
    pub(super) fn put(&mut self, slot: Slot, held: Held) {
        if slot.0 == Kind::Node.number()
            && let Data::Open(data) = &held.data
        {
            let id = NodeId::from_bytes(slot.1);
            self.forget_node(id);
            match KeptNode::read(data) {
                Ok(node) => {
                    for identity in node.named_identities() {
                        self.named_by.entry(identity).or_default().insert(id);
                    }
                    self.nodes.insert(id, node);
                }
                Err(_) => tracing::warn!("a node cannot be read and is left out"),
            }
        }
        self.items.insert(slot, held);
    }

    pub(super) fn remove(&mut self, kind: u8, id: [u8; 16]) {
        if kind == Kind::Node.number() {
            self.forget_node(NodeId::from_bytes(id));
        }
        let slots: Vec<Slot> = self.slots(kind, id).map(|(slot, _)| *slot).collect();
        for slot in slots {
            self.items.remove(&slot);
        }
    }

    fn forget_node(&mut self, id: NodeId) {
        let Some(node) = self.nodes.remove(&id) else { return };
        for identity in node.named_identities() {
            if let Some(nodes) = self.named_by.get_mut(&identity) {
                nodes.remove(&id);
            }
        }
    }

    /// All fields of an item.
    pub(super) fn slots(&self, kind: u8, id: [u8; 16]) -> impl Iterator<Item = (&Slot, &Held)> {
        self.items.range((kind, id, 0)..=(kind, id, u8::MAX))
    }

    /// All items of a kind.
    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&Slot, &Held)> {
        let kind = kind.number();
        self.items.range((kind, [0; 16], 0)..=(kind, [u8::MAX; 16], u8::MAX))
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&Held> {
        self.items.get(&slot)
    }

    pub(super) fn has(&self, kind: Kind, id: [u8; 16]) -> bool {
        self.slots(kind.number(), id).next().is_some()
    }

    pub(super) const fn nodes(&self) -> &HashMap<NodeId, KeptNode> {
        &self.nodes
    }

    pub(super) fn node(&self, id: NodeId) -> Option<&KeptNode> {
        self.nodes.get(&id)
    }

    /// Nodes that name the identity themselves.
    pub(super) fn naming(&self, id: IdentityId) -> impl Iterator<Item = NodeId> {
        self.named_by.get(&id).into_iter().flatten().copied()
    }

    /// A node and the folders around it, innermost first. Empty if there is no such node.
    pub(super) fn path(&self, id: NodeId) -> Vec<NodeId> {
        let mut path = Vec::new();
        let mut at = Some(id);
        while let Some(id) = at {
            // A circle ends at its first node.
            let Some(node) = self.nodes.get(&id).filter(|_| !path.contains(&id)) else { break };
            path.push(id);
            at = node.parent();
        }
        path
    }

    /// Everything inside a folder, however deep.
    pub(super) fn inside(&self, folder: NodeId) -> BTreeSet<NodeId> {
        let mut children: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
        for (id, node) in &self.nodes {
            if let Some(parent) = node.parent() {
                children.entry(parent).or_default().push(*id);
            }
        }
        let (mut found, mut todo) = (BTreeSet::new(), vec![folder]);
        while let Some(id) = todo.pop() {
            for child in children.get(&id).into_iter().flatten() {
                if found.insert(*child) {
                    todo.push(*child);
                }
            }
        }
        found
    }

    /// The identities that count for a node: its own, or those of the nearest folder that names some.
    pub(super) fn effective_identities(&self, path: &[NodeId]) -> Vec<IdentityId> {
        let named = path.iter().find_map(|id| self.nodes.get(id)?.identities());
        named.unwrap_or_default().to_vec()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn put(space: &mut SpaceItems, id: NodeId, node: &KeptNode) {
        let data = Data::Open(Zeroizing::new(node.write().unwrap()));
        space.put(main(Kind::Node, *id.as_bytes()), Held { version: 1, data });
    }

    #[test]
    fn paths_lead_outwards_and_end_in_circles() {
        let mut space = SpaceItems::default();
        let (rack, shelf, box_) = (NodeId::new(), NodeId::new(), NodeId::new());
        put(&mut space, rack, &KeptNode::folder("rack", 1));
        put(&mut space, shelf, &KeptNode::folder("shelf", 1).within(Some(rack)));
        put(&mut space, box_, &KeptNode::folder("box", 1).within(Some(shelf)));
        assert_eq!(space.path(box_), [box_, shelf, rack]);
        assert_eq!(space.inside(rack), BTreeSet::from([shelf, box_]));
        put(&mut space, rack, &KeptNode::folder("rack", 1).within(Some(box_)));
        assert_eq!(space.path(box_), [box_, shelf, rack]);
        space.remove(Kind::Node.number(), *shelf.as_bytes());
        assert_eq!(space.path(box_), [box_]);
        assert_eq!(space.path(shelf), []);
    }
}
