//! Which entries an import makes: the hosts that were picked, and the jump hosts they need, linked to each other and to
//! machines that are already there.
//!
//! Nothing is written here, and no key file is read.

use super::{
    super::known::{Known, Machines},
    read::{LONGEST_REMARK_TEXT, Place, harmless},
    resolve::{Resolved, Resolver},
    values::JumpHost,
};
use patchbay_model::{EntryDraft, ImportRemark, Jump, NodeId, Settings};
use std::collections::HashMap;

/// Jump hosts whose own configuration jumps again: more in a row are a mistake.
const DEEPEST: usize = 8;

/// A machine to be made.
#[derive(Debug)]
pub(in crate::import) struct Planned {
    pub(in crate::import) id: NodeId,
    pub(in crate::import) draft: EntryDraft,
    pub(in crate::import) resolved: Resolved,
}

/// What a host's draft is, without its identities and jump.
pub(in crate::import) fn draft(name: &str, resolved: &Resolved) -> EntryDraft {
    EntryDraft {
        name: name.to_owned(),
        address: resolved.host_name.clone(),
        settings: Settings {
            port: resolved.port,
            user: resolved.user.clone(),
            connect_timeout: resolved.connect_timeout,
            keep_alive: resolved.keep_alive,
            compression: resolved.compression,
            forward_agent: resolved.forward_agent,
            forward_x11: resolved.forward_x11,
            ..Settings::default()
        },
        tunnels: resolved.tunnels.clone(),
        ..EntryDraft::default()
    }
}

/// Makes the plan.
pub(in crate::import) struct Planner<'a, 'b> {
    resolver: &'b mut Resolver<'a>,
    known: Machines,
    planned: Vec<Planned>,
    planned_at: HashMap<NodeId, usize>,
    /// Picked aliases.
    by_alias: HashMap<String, NodeId>,
    /// What the configuration says of jump hosts: one may be named by every machine.
    jump_hosts: HashMap<String, Resolved>,
    remarks: Vec<ImportRemark>,
}

impl<'a, 'b> Planner<'a, 'b> {
    pub(in crate::import) fn new(resolver: &'b mut Resolver<'a>, known: Vec<Known>) -> Self {
        Self {
            resolver,
            known: Machines::new(known),
            planned: Vec::new(),
            planned_at: HashMap::new(),
            jump_hosts: HashMap::new(),
            by_alias: HashMap::new(),
            remarks: Vec::new(),
        }
    }

    /// Plans the aliases, in this order.
    pub(in crate::import) fn plan(
        mut self,
        aliases: &[String],
    ) -> (Vec<Planned>, Vec<ImportRemark>) {
        // All picked ones first, so that jumps find them whatever the order.
        for alias in aliases {
            if self.resolver.exhausted() {
                self.remarks.push(ImportRemark {
                    file: String::new(),
                    line: 0,
                    text: harmless(alias, LONGEST_REMARK_TEXT),
                    reason: "There is more than fits into one import: the hosts from here on are left out."
                        .to_owned(),
                });
                break;
            }
            self.pick(alias);
        }
        // However much work that was, there is as much for the jumps.
        self.resolver.rest();
        for at in 0..self.planned.len() {
            self.link(at, 0);
        }
        (self.planned, self.remarks)
    }

    fn pick(&mut self, alias: &str) {
        let resolved = self.resolver.resolve(alias);
        // Also one that is there already: whoever picks it wants it once more.
        let id = self.add(draft(alias, &resolved), resolved, None);
        self.by_alias.insert(alias.to_owned(), id);
    }

    fn add(&mut self, draft: EntryDraft, resolved: Resolved, jump: Option<NodeId>) -> NodeId {
        let id = NodeId::new();
        self.resolver.keep(draft.name.len() + draft.address.len());
        self.known.add(Known {
            id,
            name: draft.name.clone(),
            address: draft.address.clone(),
            protocol: draft.protocol,
            own_user: draft.settings.user.clone(),
            user: draft.settings.user.clone(),
            port: draft.settings.port.unwrap_or(22),
            jump,
            chained: jump.is_some(),
        });
        self.planned_at.insert(id, self.planned.len());
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
                break;
            }
        }
        let circle = via.is_some_and(|via| self.leads_to(via, id));
        match via {
            _ if jumps.is_empty() => {}
            None => self.remark(
                place.as_ref(),
                format!("The jumps of {name} could not be followed to their end."),
            ),
            Some(_) if circle => self.remark(
                place.as_ref(),
                format!("{name} would be reached through itself, so it is taken as direct."),
            ),
            Some(via) => self.set_jump(id, via),
        }
    }

    /// The machine of a jump host. The first one of a list is reached as its own configuration says, each further one
    /// through the one before it.
    fn hop(&mut self, jump: &JumpHost, via: Option<NodeId>, depth: usize) -> Option<NodeId> {
        if depth > DEEPEST || self.resolver.exhausted() {
            return None;
        }
        let resolved = self.jump_host(&jump.host);
        let user = jump.user.clone().or_else(|| resolved.user.clone());
        let port = jump.port.or(resolved.port);
        let fits = |known: &Known| {
            (user.is_none() || known.user == user)
                && if via.is_none() { !known.chained } else { known.jump == via }
        };
        let by_alias = self.by_alias.get(&jump.host).copied();
        // Of those that were there before a file cannot bring many to one place, only of those that are made here.
        let here = || self.known.at(&resolved.host_name, port.unwrap_or(22));
        let made = here().filter(|known| self.planned_at.contains_key(&known.id)).count();
        self.resolver.spend(made as u64);
        let picked = here().find(|known| Some(known.id) == by_alias && fits(known));
        if let Some(known) = picked.or_else(|| here().find(|known| fits(known))) {
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

    fn jump_host(&mut self, alias: &str) -> Resolved {
        if let Some(resolved) = self.jump_hosts.get(alias) {
            return resolved.clone();
        }
        let resolved = self.resolver.resolve(alias);
        self.jump_hosts.insert(alias.to_owned(), resolved.clone());
        resolved
    }

    /// The host's name, with more to it if a machine is called so already.
    fn free_name(&self, jump: &JumpHost, via: Option<NodeId>) -> String {
        let through = via.and_then(|via| self.known.get(via));
        let mut candidates = vec![jump.host.clone()];
        candidates.extend(jump.user.as_ref().map(|user| format!("{user}@{}", jump.host)));
        candidates.extend(jump.port.map(|port| format!("{}:{port}", jump.host)));
        candidates.extend(through.map(|through| format!("{} through {}", jump.host, through.name)));
        candidates
            .into_iter()
            .find(|name| !self.known.called(name))
            .unwrap_or_else(|| format!("{} (jump host)", jump.host))
    }

    fn set_jump(&mut self, id: NodeId, jump: NodeId) {
        let at = self.planned_at.get(&id).copied();
        if let Some(planned) = at.and_then(|at| self.planned.get_mut(at)) {
            planned.draft.settings.jump = Some(Jump::Through { entry: jump });
        }
        if let Some(known) = self.known.get_mut(id) {
            known.jump = Some(jump);
        }
    }

    /// Whether the way to `from` goes through `to`.
    fn leads_to(&mut self, from: NodeId, to: NodeId) -> bool {
        let mut at = Some(from);
        while let Some(id) = at {
            self.resolver.spend(1);
            if id == to || self.resolver.exhausted() {
                return true;
            }
            at = self.known.get(id).and_then(|known| known.jump);
        }
        false
    }

    fn remark(&mut self, place: Option<&Place>, reason: String) {
        self.remarks.extend(place.map(|place| place.remark(reason)));
    }
}
