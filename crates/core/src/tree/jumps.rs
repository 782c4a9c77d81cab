//! The way to a machine through others, and refusing ways that go round in circles.

use super::{
    forest::{Body, Forest, Node, Step},
    inherit::Ladder,
    lines, plan,
};
use crate::{Authorized, CoreError, Right};
use patchbay_engine_ssh::HostKeyHints;
use patchbay_model::{
    DirectCredential, EffectiveSettings, Entry, EntryDraft, IdentityId, Jump, NodeId, Protocol,
};
use std::collections::HashMap;

/// A machine on the way to another one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ResolvedHop {
    /// The machine.
    pub entry: Entry,
    /// Its settings after inheritance.
    pub settings: EffectiveSettings,
    /// Its identities, with proof that they may be used to reach it.
    pub identities: Authorized<Vec<IdentityId>>,
    /// Set where a team server has handed out how to reach it: nothing of this vault is used then.
    pub handed: Option<Handed>,
}

/// What a team server has handed out for a machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handed {
    /// The user name of the first identity that has one.
    pub user: Option<String>,
    /// In the order in which they are to be tried.
    pub credentials: Vec<DirectCredential>,
    /// Which kinds of host key the server has on record for it.
    pub host_keys: HostKeyHints,
}

/// More jumps than this in a row are a mistake, even without a circle.
pub(crate) const MOST_JUMPS: usize = 16;

/// The machines to go through, in the order they are dialled; the last one is the machine itself.
pub(crate) fn route(forest: &Forest, id: NodeId) -> Result<Vec<ResolvedHop>, CoreError> {
    let target = forest.require(id)?.name().to_owned();
    let mut hops: Vec<ResolvedHop> = Vec::new();
    let mut at = Some(id);
    while let Some(id) = at {
        let hop = hop(forest, id, hops.last(), &target)?;
        if hops.iter().any(|earlier| earlier.entry.id == id) {
            let names = hops.iter().map(|hop| hop.entry.draft.name.as_str()).collect();
            return Err(circle(names, &hop.entry.draft.name));
        }
        if !hops.is_empty() {
            lines::refuse_as_jump(&hop.entry.draft.name, hop.entry.draft.protocol)?;
        }
        at = match &hop.settings.jump.value {
            // A port of this computer lies behind nothing.
            _ if hop.entry.draft.protocol == Protocol::Serial => None,
            Jump::Through { entry } => Some(*entry),
            Jump::Direct => None,
        };
        hops.push(hop);
        if hops.len() > MOST_JUMPS + 1 {
            return Err(CoreError::invalid(
                "jump",
                format!("The way to “{target}” goes through more than {MOST_JUMPS} machines."),
                "Let it jump through fewer.",
            ));
        }
    }
    hops.reverse();
    Ok(hops)
}

/// The same for a machine that is not saved, or not saved like this.
pub(crate) fn route_of_draft(
    forest: &Forest,
    folder: Option<NodeId>,
    id: NodeId,
    draft: EntryDraft,
) -> Result<Vec<ResolvedHop>, CoreError> {
    let body = Body::Entry(Box::new(draft));
    let steps = match forest.get(id) {
        Some(old) => vec![Step::Put(id, Node { parent: old.parent, order: old.order, body })],
        None => plan::added(forest, folder, vec![(id, body)]),
    };
    let mut as_if = forest.clone();
    as_if.apply(steps);
    route(&as_if, id)
}

fn hop(
    forest: &Forest,
    id: NodeId,
    from: Option<&ResolvedHop>,
    target: &str,
) -> Result<ResolvedHop, CoreError> {
    let gone = || {
        let from = from.map_or(target, |from| &from.entry.draft.name);
        CoreError::invalid(
            "jump",
            format!("“{from}” is reached through a machine that was deleted."),
            format!("Edit “{from}” (or the folder it is in) and choose another way."),
        )
    };
    let node = forest.get(id).ok_or_else(gone)?;
    let Some(entry) = node.entry(id) else {
        return Err(CoreError::invalid(
            "id",
            format!("“{}” is a folder: there is nothing to connect to.", node.name()),
            "Choose a machine.",
        ));
    };
    let settings = Ladder::to(forest, id, node).effective();
    let identities = Authorized::new(settings.identities.value.clone(), Right::Use);
    Ok(ResolvedHop { entry, settings, identities, handed: None })
}

fn circle<'a>(mut names: Vec<&'a str>, again: &'a str) -> CoreError {
    names.push(again);
    let way: Vec<String> = names.into_iter().map(|name| format!("“{name}”")).collect();
    CoreError::invalid(
        "jump",
        format!("The jumps would go in a circle: {}.", way.join(" through ")),
        "Let one of them connect directly.",
    )
}

/// Refuses a change after which a way from one of these nodes, or from a machine inside one, would end up where it was.
pub(crate) fn refuse_circles(
    forest: &Forest,
    steps: &[Step],
    changed: &[NodeId],
) -> Result<(), CoreError> {
    let new: HashMap<NodeId, &Node> = steps
        .iter()
        .filter_map(|step| match step {
            Step::Put(id, node) => Some((*id, node)),
            Step::Remove(_) => None,
        })
        .collect();
    if !forest.has_jumps() && new.values().all(|node| node.settings().jump.is_none()) {
        return Ok(());
    }
    let after = |id: NodeId| new.get(&id).copied().or_else(|| forest.get(id));
    for id in changed.iter().flat_map(|id| forest.inside(*id)) {
        if after(id).is_some_and(|node| !node.is_folder()) {
            follow(&after, id)?;
        }
    }
    Ok(())
}

fn follow<'a>(get: &impl Fn(NodeId) -> Option<&'a Node>, id: NodeId) -> Result<(), CoreError> {
    let mut way = vec![id];
    let mut at = jump_of(get, id);
    while let Some(next) = at {
        if let Some(start) = way.iter().position(|seen| *seen == next) {
            let name = |id: &NodeId| get(*id).map_or("?", Node::name);
            return Err(circle(way.iter().skip(start).map(name).collect(), name(&next)));
        }
        way.push(next);
        at = jump_of(get, next);
    }
    Ok(())
}

impl Forest {
    /// Where a machine jumps to in the end, if it does.
    pub(crate) fn jump_of(&self, id: NodeId) -> Option<NodeId> {
        jump_of(&|id| self.get(id), id)
    }
}

/// Where a machine jumps to in the end, if it does. It never inherits a jump through itself: a bastion may lie in the
/// folder that goes through it.
fn jump_of<'a>(get: &impl Fn(NodeId) -> Option<&'a Node>, id: NodeId) -> Option<NodeId> {
    let mut at = Some(id);
    while let Some(here) = at {
        let node = get(here)?;
        match &node.settings().jump {
            Some(Jump::Direct) => return None,
            Some(Jump::Through { entry }) if here == id || *entry != id => return Some(*entry),
            Some(Jump::Through { .. }) | None => at = node.parent,
        }
    }
    None
}
