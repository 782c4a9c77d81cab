//! Whether what a node names is there: identities, and the machine to go through.

use super::{
    forest::{Body, Forest, Node, Step},
    jumps, lines, management,
};
use crate::{CoreError, sync, vault::Unlocked};
use patchbay_model::{Jump, NodeId, Protocol, Settings};

/// A node with other content in its old place, if everything it names is there.
pub(super) fn change_body(
    forest: &Forest,
    unlocked: &Unlocked,
    id: NodeId,
    old: &Node,
    body: Body,
) -> Result<Vec<Step>, CoreError> {
    let new = Node { parent: old.parent, order: old.order, body };
    let (before, after) = (old.settings(), new.settings());
    if before.identities != after.identities {
        check_identities(unlocked, after)?;
    }
    management::check_named(forest, unlocked, id, new.management(), old.management())?;
    refuse_if_jump(forest, id, &new)?;
    let jump_changed = before.jump != after.jump;
    if jump_changed {
        check_jump(forest, after, Some(id).filter(|_| !new.is_folder()))?;
    }
    let steps = vec![Step::Put(id, new)];
    if jump_changed {
        jumps::refuse_circles(forest, &steps, &[id])?;
    }
    Ok(steps)
}

/// A machine that others go through stays one that can be gone through.
fn refuse_if_jump(forest: &Forest, id: NodeId, new: &Node) -> Result<(), CoreError> {
    let Body::Entry(machine) = &new.body else { return Ok(()) };
    if machine.protocol == Protocol::Ssh {
        return Ok(());
    }
    let through = Some(Jump::Through { entry: id });
    match forest.iter().find(|(_, node)| node.settings().jump == through) {
        None => Ok(()),
        Some((_, user)) => Err(CoreError::invalid(
            "protocol",
            format!("“{}” is reached through this machine, which takes SSH.", user.name()),
            "Give it another way first, or keep SSH.",
        )),
    }
}

pub(super) fn check_references(
    forest: &Forest,
    unlocked: &Unlocked,
    settings: &Settings,
    me: Option<NodeId>,
) -> Result<(), CoreError> {
    check_identities(unlocked, settings)?;
    check_jump(forest, settings, me)
}

pub(super) fn check_identities(unlocked: &Unlocked, settings: &Settings) -> Result<(), CoreError> {
    let known = sync::read(unlocked.identities());
    if settings.identities.iter().flatten().all(|id| known.contains_key(id)) {
        return Ok(());
    }
    Err(CoreError::invalid(
        "identities",
        "One of the identities is not there any more.",
        "Remove it from the list, or choose another one.",
    ))
}

pub(super) fn check_jump(
    forest: &Forest,
    settings: &Settings,
    me: Option<NodeId>,
) -> Result<(), CoreError> {
    let Some(Jump::Through { entry }) = settings.jump else { return Ok(()) };
    if Some(entry) == me {
        return Err(CoreError::invalid(
            "jump",
            "A machine cannot be reached through itself.",
            "Choose another machine, or connect directly.",
        ));
    }
    match forest.get(entry) {
        Some(Node { body: Body::Entry(machine), .. }) => {
            lines::refuse_as_jump(&machine.name, machine.protocol)
        }
        Some(node) => Err(CoreError::invalid(
            "jump",
            format!("“{}” is a folder: nothing can be reached through it.", node.name()),
            "Choose a machine.",
        )),
        None => Err(CoreError::invalid(
            "jump",
            "The machine to go through is not there any more.",
            "Choose another one, or connect directly.",
        )),
    }
}
