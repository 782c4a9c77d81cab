//! The tree as lists show it.

use super::forest::{Body, Forest, Node};
use patchbay_model::{ManagedMachine, NodeId, Protocol, TreeRows};

/// All rows, depth first.
pub(crate) fn rows(forest: &Forest, revision: u32) -> TreeRows {
    let mut rows = TreeRows { revision, ..TreeRows::default() };
    reserve(&mut rows, forest.len());
    // (node, depth, tags of the folders above)
    let mut todo: Vec<(NodeId, u16, std::rc::Rc<[String]>)> = Vec::new();
    let none: std::rc::Rc<[String]> = std::rc::Rc::new([]);
    todo.extend(forest.children(None).iter().rev().map(|id| (*id, 0, none.clone())));
    while let Some((id, depth, above)) = todo.pop() {
        let Some(node) = forest.get(id) else { continue };
        rows.ids.push(id);
        rows.depths.push(depth);
        rows.folders.push(u8::from(node.is_folder()));
        rows.names.push(node.name().to_owned());
        rows.protocols.push(match &node.body {
            Body::Entry(draft) => column(draft.protocol),
            Body::Folder(_) => 0,
        });
        let (address, icon, color) = match &node.body {
            Body::Entry(draft) => (draft.address.clone(), &draft.icon, &draft.color),
            Body::Folder(draft) => (String::new(), &draft.icon, &draft.color),
        };
        rows.managed.extend(managed(id, node));
        rows.addresses.push(address);
        rows.icons.push(icon.clone().unwrap_or_default());
        rows.colors.push(color.clone().unwrap_or_default());
        let own = node.tags().iter().filter(|tag| !above.contains(tag));
        let tags: Vec<&str> = above.iter().chain(own).map(String::as_str).collect();
        rows.tags.push(tags.join(" "));
        let children = forest.children(Some(id));
        if !children.is_empty() {
            let tags: std::rc::Rc<[String]> = if node.tags().is_empty() {
                above
            } else {
                tags.into_iter().map(str::to_owned).collect()
            };
            todo.extend(
                children.iter().rev().map(|child| (*child, depth.saturating_add(1), tags.clone())),
            );
        }
    }
    rows
}

/// What it can be managed by, if by anything.
fn managed(id: NodeId, node: &Node) -> Option<ManagedMachine> {
    let mut kinds = Vec::new();
    for kind in node.management().iter().map(|one| one.way.kind()) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    (!kinds.is_empty()).then_some(ManagedMachine { id, kinds })
}

/// A number and not a word: 100,000 words cost the webview more to parse.
const fn column(protocol: Protocol) -> u8 {
    match protocol {
        Protocol::Ssh => 0,
        Protocol::Telnet => 1,
        Protocol::Raw => 2,
        Protocol::Serial => 3,
        Protocol::Vnc => 4,
        Protocol::Rdp => 5,
    }
}

fn reserve(rows: &mut TreeRows, len: usize) {
    rows.ids.reserve(len);
    rows.depths.reserve(len);
    rows.folders.reserve(len);
    rows.protocols.reserve(len);
    for column in
        [&mut rows.names, &mut rows.addresses, &mut rows.tags, &mut rows.icons, &mut rows.colors]
    {
        column.reserve(len);
    }
}
