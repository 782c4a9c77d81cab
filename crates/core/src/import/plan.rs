//! Which entries an import makes: the hosts that were picked, and the jump hosts they need, linked to each other and to
//! machines that are already there.
//!
//! Nothing is written here, and no key file is read.

use super::{
    read::Place,
    resolve::{Resolved, Resolver},
    values::JumpHost,
};
use patchbay_model::{EntryDraft, ImportRemark, Jump, NodeId, Settings};
use std::collections::HashMap;

/// Jump hosts whose own configuration jumps again: more in a row are a mistake.
const DEEPEST: usize = 8;

/// A machine that is in the vault already, or is going to be.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) id: NodeId,
    pub(super) name: String,
    pub(super) address: String,
    pub(super) user: Option<String>,
    pub(super) port: u16,
    pub(super) jump: Option<NodeId>,
    /// Made for one chain of jumps: it is not reached as its own configuration says.
    pub(super) chained: bool,
}

/// A machine to be made.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) id: NodeId,
    pub(super) draft: EntryDraft,
    pub(super) resolved: Resolved,
}

/// What a host's draft is, without its identities and jump.
pub(super) fn draft(name: &str, resolved: &Resolved) -> EntryDraft {
    EntryDraft {
        name: name.to_owned(),
        address: resolved.host_name.clone(),
        settings: Settings {
            port: resolved.port,
            user: resolved.user.clone(),
            connect_timeout: resolved.connect_timeout,
            keep_alive: resolved.keep_alive,
            compression: resolved.compression,
            ..Settings::default()
        },
        ..EntryDraft::default()
    }
}

/// Makes the plan.
pub(super) struct Planner<'a, 'b> {
    resolver: &'b mut Resolver<'a>,
    known: Vec<Known>,
    planned: Vec<Planned>,
    /// Picked aliases.
    by_alias: HashMap<String, NodeId>,
    remarks: Vec<ImportRemark>,
}

impl<'a, 'b> Planner<'a, 'b> {
    pub(super) fn new(resolver: &'b mut Resolver<'a>, known: Vec<Known>) -> Self {
        Self { resolver, known, planned: Vec::new(), by_alias: HashMap::new(), remarks: Vec::new() }
    }

    /// Plans the aliases, in this order.
    pub(super) fn plan(mut self, aliases: &[String]) -> (Vec<Planned>, Vec<ImportRemark>) {
        // All picked ones first, so that jumps find them whatever the order.
        for alias in aliases {
            self.pick(alias);
        }
        for at in 0..self.planned.len() {
            self.link(at, 0);
        }
        (self.planned, self.remarks)
    }

    fn pick(&mut self, alias: &str) {
        let resolved = self.resolver.resolve(alias);
        let there = self
            .known
            .iter()
            .find(|known| known.name == alias && known.address == resolved.host_name);
        let id = match there {
            Some(known) => known.id,
            None => self.add(draft(alias, &resolved), resolved, None),
        };
        self.by_alias.insert(alias.to_owned(), id);
    }

    fn add(&mut self, draft: EntryDraft, resolved: Resolved, jump: Option<NodeId>) -> NodeId {
        let id = NodeId::new();
        self.known.push(Known {
            id,
            name: draft.name.clone(),
            address: draft.address.clone(),
            user: draft.settings.user.clone(),
            port: draft.settings.port.unwrap_or(22),
            jump,
            chained: jump.is_some(),
        });
        self.planned.push(Planned { id, draft, resolved });
        if let Some(jump) = jump {
            self.set_jump(id, jump);
        }
        id
    }

    /// Sets the jump of a planned machine as its configuration says.
    fn link(&mut self, at: usize, depth: usize) {
        let Some(planned) = self.planned.get(at) else { return };
        let (id, name) = (planned.id, planned.draft.name.clone());
        let (jumps, place) = (planned.resolved.jumps.clone(), planned.resolved.jumps_at.clone());
        let mut via = None;
        for jump in &jumps {
            via = self.hop(jump, via, depth + 1);
            if via.is_none() {
                self.remark(
                    place.as_ref(),
                    format!("The jumps of {name} could not be followed to their end."),
                );
                return;
            }
        }
        match via {
            Some(via) if self.leads_to(via, id) => {
                self.remark(
                    place.as_ref(),
                    format!("{name} would be reached through itself, so it is taken as direct."),
                );
            }
            Some(via) => self.set_jump(id, via),
            None => {}
        }
    }

    /// The machine of a jump host. The first one of a list is reached as its own configuration says, each further one
    /// through the one before it.
    fn hop(&mut self, jump: &JumpHost, via: Option<NodeId>, depth: usize) -> Option<NodeId> {
        if depth > DEEPEST {
            return None;
        }
        let resolved = self.resolver.resolve(&jump.host);
        let user = jump.user.clone().or_else(|| resolved.user.clone());
        let port = jump.port.or(resolved.port);
        let fits = |known: &Known| {
            known.address == resolved.host_name
                && known.port == port.unwrap_or(22)
                && (user.is_none() || known.user == user)
                && if via.is_none() { !known.chained } else { known.jump == via }
        };
        let by_alias = self.by_alias.get(&jump.host).copied();
        let picked = self.known.iter().find(|known| Some(known.id) == by_alias && fits(known));
        if let Some(known) = picked.or_else(|| self.known.iter().find(|known| fits(known))) {
            return Some(known.id);
        }
        let mut draft = draft(&self.free_name(jump, via), &resolved);
        draft.settings.user = user;
        draft.settings.port = port;
        let id = self.add(draft, resolved, via);
        if via.is_none() {
            self.link(self.planned.len() - 1, depth);
        }
        Some(id)
    }

    /// The host's name, with more to it if a machine is called so already.
    fn free_name(&self, jump: &JumpHost, via: Option<NodeId>) -> String {
        let taken = |name: &str| self.known.iter().any(|known| known.name == name);
        let through = via.and_then(|via| self.known.iter().find(|known| known.id == via));
        let mut candidates = vec![jump.host.clone()];
        candidates.extend(jump.user.as_ref().map(|user| format!("{user}@{}", jump.host)));
        candidates.extend(jump.port.map(|port| format!("{}:{port}", jump.host)));
        candidates.extend(through.map(|through| format!("{} through {}", jump.host, through.name)));
        candidates
            .into_iter()
            .find(|name| !taken(name))
            .unwrap_or_else(|| format!("{} (jump host)", jump.host))
    }

    fn set_jump(&mut self, id: NodeId, jump: NodeId) {
        if let Some(planned) = self.planned.iter_mut().find(|planned| planned.id == id) {
            planned.draft.settings.jump = Some(Jump::Through { entry: jump });
        }
        if let Some(known) = self.known.iter_mut().find(|known| known.id == id) {
            known.jump = Some(jump);
        }
    }

    /// Whether the way to `from` goes through `to`.
    fn leads_to(&self, from: NodeId, to: NodeId) -> bool {
        let mut at = Some(from);
        for _ in 0..=self.known.len() {
            match at {
                Some(id) if id == to => return true,
                Some(id) => {
                    at = self.known.iter().find(|known| known.id == id).and_then(|known| known.jump)
                }
                None => return false,
            }
        }
        true
    }

    fn remark(&mut self, place: Option<&Place>, reason: String) {
        self.remarks.extend(place.map(|place| place.remark(reason)));
    }
}
