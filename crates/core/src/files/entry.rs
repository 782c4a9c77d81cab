//! Files as front ends see them.

use super::{
    disk::{Disk, Node},
    names,
    task::exact,
};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use patchbay_model::{FileEntry, FileKind, Timestamp};
use std::collections::HashMap;

/// Of so many links in a folder it is looked where they lead.
const MOST_LINKS: usize = 2_000;

/// A line of a folder, with what a node says by itself.
pub(super) fn plain(node: &Node) -> FileEntry {
    FileEntry {
        name: names::text(&node.name),
        kind: node.kind,
        size: exact(node.size),
        modified: node.modified.map(|seconds| Timestamp(seconds.saturating_mul(1000))),
        mode: node.mode,
        owner: node.owner.map(|(user, _)| user.to_string()),
        group: node.owner.map(|(_, group)| group.to_string()),
        leads_to: None,
        end: None,
    }
}

/// The lines of a folder, with names of users and groups and the ends of links.
pub(super) async fn all(disk: &Disk, folder: &[u8], nodes: &[Node]) -> Vec<FileEntry> {
    let owners = disk.owners(nodes).await;
    let mut ends = ends(disk, folder, nodes).await;
    let lines = nodes.iter().map(|node| {
        let (leads_to, end) = ends.remove(&node.name).unwrap_or_default();
        let plain = plain(node);
        let name = |names: &HashMap<u32, String>, id: Option<u32>, number: &Option<String>| {
            id.and_then(|id| names.get(&id).cloned()).or_else(|| number.clone())
        };
        FileEntry {
            owner: name(&owners.users, node.owner.map(|owner| owner.0), &plain.owner),
            group: name(&owners.groups, node.owner.map(|owner| owner.1), &plain.group),
            leads_to,
            end,
            ..plain
        }
    });
    lines.collect()
}

type End = (Option<String>, Option<FileKind>);

async fn ends(disk: &Disk, folder: &[u8], nodes: &[Node]) -> HashMap<Vec<u8>, End> {
    let mut ends = HashMap::new();
    let mut looking = FuturesUnordered::new();
    let links: Vec<&Node> =
        nodes.iter().filter(|node| node.kind == FileKind::Link).take(MOST_LINKS).collect();
    for node in links {
        if looking.len() >= disk.at_once() {
            ends.extend(looking.next().await);
        }
        looking.push(end(disk, folder, node));
    }
    while let Some(found) = looking.next().await {
        ends.insert(found.0, found.1);
    }
    ends
}

async fn end(disk: &Disk, folder: &[u8], node: &Node) -> (Vec<u8>, End) {
    let path = disk.join(folder, &node.name);
    let leads_to = disk.leads_to(&path).await.ok().map(|path| names::text(&path));
    let end = disk.look(&path).await.ok().map(|node| node.kind);
    (node.name.clone(), (leads_to, end))
}
