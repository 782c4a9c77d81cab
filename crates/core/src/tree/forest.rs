//! All nodes of the open vault, in memory. No rules and no storage here: see `plan` and the service.

use crate::CoreError;
use patchbay_model::{Entry, EntryDraft, Folder, FolderDraft, NodeId, Settings};
use std::collections::{HashMap, HashSet};

/// A machine or a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Body {
    Entry(Box<EntryDraft>),
    Folder(Box<FolderDraft>),
}

/// A node and its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Node {
    pub(crate) parent: Option<NodeId>,
    pub(crate) order: u64,
    pub(crate) body: Body,
}

impl Node {
    pub(crate) fn name(&self) -> &str {
        match &self.body {
            Body::Entry(draft) => &draft.name,
            Body::Folder(draft) => &draft.name,
        }
    }

    pub(crate) fn set_name(&mut self, name: String) {
        match &mut self.body {
            Body::Entry(draft) => draft.name = name,
            Body::Folder(draft) => draft.name = name,
        }
    }

    pub(crate) fn settings(&self) -> &Settings {
        match &self.body {
            Body::Entry(draft) => &draft.settings,
            Body::Folder(draft) => &draft.settings,
        }
    }

    pub(crate) fn settings_mut(&mut self) -> &mut Settings {
        match &mut self.body {
            Body::Entry(draft) => &mut draft.settings,
            Body::Folder(draft) => &mut draft.settings,
        }
    }

    pub(crate) fn tags(&self) -> &[String] {
        match &self.body {
            Body::Entry(draft) => &draft.tags,
            Body::Folder(draft) => &draft.tags,
        }
    }

    pub(crate) const fn is_folder(&self) -> bool {
        matches!(self.body, Body::Folder(_))
    }

    pub(crate) fn entry(&self, id: NodeId) -> Option<Entry> {
        match &self.body {
            Body::Entry(draft) => Some(Entry { id, parent: self.parent, draft: (**draft).clone() }),
            Body::Folder(_) => None,
        }
    }

    pub(crate) fn folder(&self, id: NodeId) -> Option<Folder> {
        match &self.body {
            Body::Folder(draft) => {
                Some(Folder { id, parent: self.parent, draft: (**draft).clone() })
            }
            Body::Entry(_) => None,
        }
    }
}

/// One change of a node, for the vault and for memory alike.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// It is so from now on.
    Put(NodeId, Node),
    /// It is gone.
    Remove(NodeId),
}

/// All nodes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forest {
    nodes: HashMap<NodeId, Node>,
    /// In the order they are shown.
    children: HashMap<Option<NodeId>, Vec<NodeId>>,
    /// How many nodes set a jump: while none does, nothing needs to look for loops.
    jumps: usize,
}

impl Forest {
    /// From whatever the vault holds. A node whose folder is missing, is no folder, or is inside itself is shown in the
    /// root: nothing that was saved may disappear.
    pub(crate) fn load(nodes: HashMap<NodeId, Node>) -> Self {
        let mut forest = Self { nodes, ..Self::default() };
        for id in forest.misplaced() {
            if let Some(node) = forest.nodes.get_mut(&id) {
                node.parent = None;
            }
        }
        for (id, node) in &forest.nodes {
            forest.children.entry(node.parent).or_default().push(*id);
            forest.jumps += usize::from(node.settings().jump.is_some());
        }
        let nodes = &forest.nodes;
        for siblings in forest.children.values_mut() {
            siblings.sort_by_cached_key(|id| key(nodes, *id));
        }
        forest
    }

    fn misplaced(&self) -> Vec<NodeId> {
        let mut sound: HashSet<NodeId> = HashSet::new();
        let mut misplaced = Vec::new();
        for start in self.nodes.keys() {
            let mut way = Vec::new();
            let mut seen = HashSet::new();
            let mut at = Some(*start);
            while let Some(id) = at.filter(|id| !sound.contains(id)) {
                let Some(node) = self.nodes.get(&id) else { break };
                seen.insert(id);
                way.push(id);
                at = node.parent;
                let inside_itself = at.is_some_and(|parent| seen.contains(&parent));
                let no_folder = at.is_some_and(|parent| {
                    self.nodes.get(&parent).is_none_or(|node| !node.is_folder())
                });
                if inside_itself || no_folder {
                    misplaced.push(id);
                    break;
                }
            }
            sound.extend(way);
        }
        misplaced
    }

    pub(crate) fn get(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(&id)
    }

    pub(crate) fn require(&self, id: NodeId) -> Result<&Node, CoreError> {
        self.nodes.get(&id).ok_or(CoreError::NotFound("machine or folder"))
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&NodeId, &Node)> {
        self.nodes.iter()
    }

    pub(crate) fn children(&self, of: Option<NodeId>) -> &[NodeId] {
        self.children.get(&of).map_or(&[], Vec::as_slice)
    }

    /// Whether any node sets a jump.
    pub(crate) const fn has_jumps(&self) -> bool {
        self.jumps > 0
    }

    /// Where a node is among its siblings.
    pub(crate) fn position(&self, id: NodeId) -> Option<usize> {
        let node = self.nodes.get(&id)?;
        self.children(node.parent)
            .binary_search_by_key(&(node.order, id), |other| key(&self.nodes, *other))
            .ok()
    }

    /// The folders above a node, nearest first.
    pub(crate) fn above(&self, id: NodeId) -> impl Iterator<Item = (NodeId, &Node)> {
        let mut at = self.nodes.get(&id).and_then(|node| node.parent);
        std::iter::from_fn(move || {
            let id = at?;
            let node = self.nodes.get(&id)?;
            at = node.parent;
            Some((id, node))
        })
    }

    /// A node and everything inside, depth first.
    pub(crate) fn inside(&self, id: NodeId) -> Vec<NodeId> {
        let mut all = Vec::new();
        let mut todo = vec![id];
        while let Some(next) = todo.pop() {
            all.push(next);
            todo.extend(self.children(Some(next)).iter().rev());
        }
        all
    }

    /// The given nodes without those that are inside another one, each once, in the order the tree shows them.
    pub(crate) fn outermost(&self, ids: &[NodeId]) -> Vec<NodeId> {
        let chosen: HashSet<NodeId> = ids.iter().copied().collect();
        let mut tops: Vec<NodeId> = chosen
            .iter()
            .copied()
            .filter(|id| {
                self.nodes.contains_key(id)
                    && self.above(*id).all(|(above, _)| !chosen.contains(&above))
            })
            .collect();
        tops.sort_by_cached_key(|id| {
            let mut way: Vec<_> =
                self.above(*id).map(|(above, _)| key(&self.nodes, above)).collect();
            way.reverse();
            way.push(key(&self.nodes, *id));
            way
        });
        tops
    }

    /// Makes changes that were planned on this very state.
    pub(crate) fn apply(&mut self, steps: Vec<Step>) {
        let mut left: HashSet<NodeId> = HashSet::new();
        let mut shrunk: HashSet<Option<NodeId>> = HashSet::new();
        let mut grown: HashMap<Option<NodeId>, Vec<NodeId>> = HashMap::new();
        for step in steps {
            let (id, node) = match step {
                Step::Put(id, node) => (id, Some(node)),
                Step::Remove(id) => (id, None),
            };
            let new_place = node.as_ref().map(|node| (node.parent, node.order));
            self.jumps +=
                usize::from(node.as_ref().is_some_and(|node| node.settings().jump.is_some()));
            let old = match node {
                Some(node) => self.nodes.insert(id, node),
                None => self.nodes.remove(&id),
            };
            let old_place = old.as_ref().map(|node| (node.parent, node.order));
            self.jumps -= usize::from(old.is_some_and(|node| node.settings().jump.is_some()));
            if old_place == new_place {
                continue;
            }
            if let Some((parent, _)) = old_place {
                shrunk.insert(parent);
                left.insert(id);
            }
            if let Some((parent, _)) = new_place {
                grown.entry(parent).or_default().push(id);
            }
        }
        for parent in shrunk {
            if let Some(siblings) = self.children.get_mut(&parent) {
                siblings.retain(|id| !left.contains(id));
            }
        }
        for (parent, added) in grown {
            self.grow(parent, added);
        }
        let nodes = &self.nodes;
        self.children.retain(|parent, siblings| {
            !siblings.is_empty() && parent.is_none_or(|parent| nodes.contains_key(&parent))
        });
    }

    fn grow(&mut self, parent: Option<NodeId>, added: Vec<NodeId>) {
        /// From here on, sorting once is cheaper than finding each place.
        const MANY: usize = 16;
        let nodes = &self.nodes;
        let siblings = self.children.entry(parent).or_default();
        if added.len() >= MANY {
            siblings.extend(added);
            siblings.sort_by_cached_key(|id| key(nodes, *id));
            return;
        }
        for id in added {
            let place = key(nodes, id);
            let at = siblings.partition_point(|other| key(nodes, *other) < place);
            siblings.insert(at, id);
        }
    }
}

/// Siblings are shown by this; the id decides should two keys ever be the same.
fn key(nodes: &HashMap<NodeId, Node>, id: NodeId) -> (u64, NodeId) {
    (nodes.get(&id).map_or(0, |node| node.order), id)
}
