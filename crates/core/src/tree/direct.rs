//! Machines of a team server that a member's own computer may dial itself.
//!
//! All that this takes leaves the server then: addresses and secrets of the machine and of every machine on the way to it. So the
//! member has to be allowed to see all of them, and every organisation that they belong to has to let them out. What is recorded
//! by a rule is not opened elsewhere, because nobody would record it there.

use super::{
    forest::{Body, Forest, Node},
    jumps::MOST_JUMPS,
};
use crate::{Beyond, CoreError, Right, Rights};
use patchbay_model::{ApiError, EntryDraft, ErrorCode, IdentityId, NodeId, Protocol, VncPlace};
use std::collections::{HashMap, HashSet};

/// Why something does not leave the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Held {
    /// The person may not connect with it, or not see its secrets.
    Secrets,
    /// Its organisation does not let it out.
    Rule,
    /// Sessions with it are recorded.
    Recorded,
    /// It is a port or socket of the computer that dials.
    Port,
    /// The way to it is broken.
    Way,
}

/// All that may be dialled elsewhere.
pub(super) fn machines(forest: &Forest, rights: &dyn Rights, beyond: &[Beyond]) -> Vec<NodeId> {
    let mut look = Look::new(forest, rights, beyond);
    let roots: Vec<NodeId> = look.open.iter().copied().collect();
    let inside = roots.into_iter().flat_map(|root| forest.inside(root));
    let machines = inside.filter(|id| forest.get(*id).is_some_and(|node| !node.is_folder()));
    machines.filter(|id| look.held(*id).is_none()).collect()
}

/// Fails unless this machine may be dialled elsewhere.
pub(super) fn check(
    forest: &Forest,
    rights: &dyn Rights,
    beyond: &[Beyond],
    id: NodeId,
) -> Result<(), CoreError> {
    let wanted = forest.require(id)?.name();
    let Some((at, why)) = Look::new(forest, rights, beyond).held(id) else { return Ok(()) };
    let name = forest.get(at).map_or(wanted, Node::name);
    let on_the_way =
        if at == id { String::new() } else { format!(", which lies on the way to “{wanted}”") };
    let message = match why {
        Held::Secrets => {
            format!(
                "You may not see the secrets of “{name}”{on_the_way}, so they stay at the team server."
            )
        }
        Held::Rule => {
            format!(
                "“{name}”{on_the_way} is dialled by the team server alone: no rule of its organisation lets it be opened directly."
            )
        }
        Held::Recorded => {
            format!(
                "Sessions with “{name}” are recorded, which the team server does: so it dials itself."
            )
        }
        Held::Port => {
            format!(
                "“{name}” is a port or socket of the computer that dials, and not one of yours."
            )
        }
        Held::Way => format!("The way to “{name}” is broken."),
    };
    let error = ApiError::new(ErrorCode::NotAllowed, message);
    Err(CoreError::Api(Box::new(error.next("Connect through the team server."))))
}

/// Whether a machine is a port or socket of the computer that dials it.
pub(crate) fn is_of_the_dialler(machine: &EntryDraft, behind_another: bool) -> bool {
    match machine.protocol {
        Protocol::Serial => true,
        Protocol::Vnc => {
            let place = VncPlace::of(&machine.address);
            matches!(place, Some(VncPlace::Socket { .. })) && !behind_another
        }
        Protocol::Ssh | Protocol::Telnet | Protocol::Raw | Protocol::Rdp => false,
    }
}

/// A look at many machines, which have identities and ways in common.
struct Look<'a> {
    forest: &'a Forest,
    rights: &'a dyn Rights,
    /// Folders of organisations that let their machines out.
    open: HashSet<NodeId>,
    machines: HashMap<NodeId, Option<Held>>,
    identities: HashMap<IdentityId, Option<Held>>,
}

impl<'a> Look<'a> {
    fn new(forest: &'a Forest, rights: &'a dyn Rights, beyond: &[Beyond]) -> Self {
        let open = beyond.iter().filter(|one| one.direct).map(|one| one.root).collect();
        let (machines, identities) = (HashMap::new(), HashMap::new());
        Self { forest, rights, open, machines, identities }
    }

    /// What does not leave the server of all that is needed for a machine, and why; nothing if all of it does.
    fn held(&mut self, id: NodeId) -> Option<(NodeId, Held)> {
        if let Some(why) = self.as_target(id) {
            return Some((id, why));
        }
        let mut at = id;
        for _ in 0..=MOST_JUMPS {
            if let Some(why) = self.machine(at) {
                return Some((at, why));
            }
            match self.forest.jump_of(at) {
                Some(next) => at = next,
                None => return None,
            }
        }
        Some((id, Held::Way))
    }

    /// What concerns the machine that is opened, and not those on the way.
    fn as_target(&self, id: NodeId) -> Option<Held> {
        let Some(Body::Entry(draft)) = self.forest.get(id).map(|node| &node.body) else {
            return Some(Held::Way);
        };
        if is_of_the_dialler(draft, self.forest.jump_of(id).is_some()) {
            return Some(Held::Port);
        }
        let rule = self.rights.recording_rule(id);
        let recorded = rule.is_some_and(|rule| rule.desktops || !draft.protocol.is_desktop());
        recorded.then_some(Held::Recorded)
    }

    fn machine(&mut self, id: NodeId) -> Option<Held> {
        if let Some(known) = self.machines.get(&id) {
            return *known;
        }
        let held = self.look_at(id);
        self.machines.insert(id, held);
        held
    }

    fn look_at(&mut self, id: NodeId) -> Option<Held> {
        let Some(node) = self.forest.get(id).filter(|node| !node.is_folder()) else {
            return Some(Held::Way);
        };
        if ![Right::Use, Right::Reveal].iter().all(|right| self.rights.node(id, *right)) {
            return Some(Held::Secrets);
        }
        if !self.forest.above(id).any(|(folder, _)| self.open.contains(&folder)) {
            return Some(Held::Rule);
        }
        let above = self.forest.above(id).map(|(_, folder)| folder);
        let identities =
            std::iter::once(node).chain(above).find_map(|one| one.settings().identities.clone());
        identities.into_iter().flatten().find_map(|identity| self.identity(identity))
    }

    fn identity(&mut self, id: IdentityId) -> Option<Held> {
        let rights = self.rights;
        *self.identities.entry(id).or_insert_with(|| {
            if !rights.identity(id, Right::Reveal) {
                return Some(Held::Secrets);
            }
            (!rights.lets_out(id)).then_some(Held::Rule)
        })
    }
}
