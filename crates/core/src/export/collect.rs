//! What belongs to a folder that is exported: the folders above it (their settings are passed down), the machines that
//! are gone through, the identities that are named, the host keys of the machines.

use super::archive::{Contents, KeptHostKey, KeptIdentity};
use crate::{
    CoreError,
    identities::Secrets,
    sync,
    tree::{Body, Forest, Node},
    vault::Unlocked,
};
use patchbay_engine_ssh::known_hosts::name_of;
use patchbay_model::{ExportDone, Jump, NodeId};
use std::collections::HashSet;

/// The nodes, in the order of the tree.
pub(super) fn nodes(
    unlocked: &Unlocked,
    folder: Option<NodeId>,
) -> Result<Vec<(NodeId, Node)>, CoreError> {
    let forest = sync::read(unlocked.forest());
    let all: Vec<NodeId> =
        forest.children(None).iter().flat_map(|top| forest.inside(*top)).collect();
    let wanted = match folder {
        None => None,
        Some(folder) => {
            forest.require(folder)?;
            Some(needed(&forest, folder))
        }
    };
    let wanted = |id: &NodeId| wanted.as_ref().is_none_or(|wanted| wanted.contains(id));
    let nodes = all.into_iter().filter(wanted);
    Ok(nodes.filter_map(|id| Some((id, forest.get(id)?.clone()))).collect())
}

fn needed(forest: &Forest, folder: NodeId) -> HashSet<NodeId> {
    let mut needed = HashSet::new();
    let mut todo = forest.inside(folder);
    while let Some(id) = todo.pop() {
        if !needed.insert(id) {
            continue;
        }
        let Some(node) = forest.get(id) else { continue };
        todo.extend(node.parent);
        if let Some(Jump::Through { entry }) = node.settings().jump {
            todo.push(entry);
        }
        todo.extend(node.management().iter().filter_map(|one| one.way.other()));
    }
    needed
}

/// The identities that nodes name; with everything, all of them.
pub(super) async fn identities(
    unlocked: &Unlocked,
    folder: Option<NodeId>,
    nodes: &[(NodeId, Node)],
) -> Result<Vec<KeptIdentity>, CoreError> {
    let named: HashSet<_> = nodes.iter().flat_map(|(_, node)| node.named_identities()).collect();
    let all: Vec<_> = sync::read(unlocked.identities())
        .iter()
        .filter(|(id, _)| folder.is_none() || named.contains(id))
        .map(|(id, stored)| (*id, stored.clone()))
        .collect();
    let mut kept = Vec::with_capacity(all.len());
    for (id, identity) in all {
        let Secrets { password, private_key, passphrase } = Secrets::load(unlocked, id).await?;
        kept.push(KeptIdentity { id, identity, password, private_key, passphrase });
    }
    Ok(kept)
}

/// The host keys of the machines; with everything, all of them.
pub(super) fn host_keys(
    unlocked: &Unlocked,
    folder: Option<NodeId>,
    nodes: &[(NodeId, Node)],
    own: Vec<(String, String)>,
) -> Vec<KeptHostKey> {
    let forest = sync::read(unlocked.forest());
    let name = |id: NodeId, node: &Node| match &node.body {
        Body::Entry(draft) => {
            let above = || forest.above(id).find_map(|(_, folder)| folder.settings().port);
            let port = draft.settings.port.or_else(above).unwrap_or(22);
            Some(name_of(&draft.address, port))
        }
        Body::Folder(_) => None,
    };
    let names: HashSet<String> = nodes.iter().filter_map(|(id, node)| name(*id, node)).collect();
    own.into_iter()
        .filter(|(host, _)| folder.is_none() || names.contains(host))
        .map(|(host, key)| KeptHostKey { host, key })
        .collect()
}

/// Tells how much it is.
pub(super) fn count(contents: &Contents, done: &mut ExportDone) {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let read = contents.nodes.iter().filter_map(super::archive::KeptNode::read);
    let folders = read.filter(Node::is_folder).count();
    done.folders = number(folders);
    done.machines = number(contents.nodes.len().saturating_sub(folders));
    done.identities = number(contents.identities.len());
    done.host_keys = number(contents.host_keys.len());
}
