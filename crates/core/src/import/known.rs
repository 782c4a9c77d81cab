//! The machines there are, or are going to be, and quick ways to find them: there may be a hundred thousand.

use patchbay_model::{NodeId, Protocol};
use std::collections::HashMap;

/// A machine that is in the vault already, or is going to be.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) id: NodeId,
    pub(super) name: String,
    pub(super) protocol: Protocol,
    pub(super) address: String,
    /// Set by itself.
    pub(super) own_user: Option<String>,
    /// With what it inherits.
    pub(super) user: Option<String>,
    pub(super) port: u16,
    pub(super) jump: Option<NodeId>,
    /// Made for one chain of jumps: it is not reached as its own configuration says.
    pub(super) chained: bool,
}

/// All of them, in the order they came.
#[derive(Debug, Default)]
pub(super) struct Machines {
    all: Vec<Known>,
    by_id: HashMap<NodeId, usize>,
    by_place: HashMap<(String, u16), Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Machines {
    pub(super) fn new(known: Vec<Known>) -> Self {
        let mut machines = Self::default();
        for known in known {
            machines.add(known);
        }
        machines
    }

    pub(super) fn add(&mut self, known: Known) {
        let at = self.all.len();
        self.by_id.insert(known.id, at);
        self.by_place.entry((known.address.to_lowercase(), known.port)).or_default().push(at);
        self.by_name.entry(known.name.clone()).or_default().push(at);
        self.all.push(known);
    }

    pub(super) fn get(&self, id: NodeId) -> Option<&Known> {
        self.by_id.get(&id).and_then(|at| self.all.get(*at))
    }

    pub(super) fn get_mut(&mut self, id: NodeId) -> Option<&mut Known> {
        self.by_id.get(&id).and_then(|at| self.all.get_mut(*at))
    }

    /// Those that answer at this address and port.
    pub(super) fn at(&self, address: &str, port: u16) -> impl Iterator<Item = &Known> {
        let found = self.by_place.get(&(address.to_lowercase(), port));
        found.into_iter().flatten().filter_map(|at| self.all.get(*at))
    }

    /// Whether one has this name.
    pub(super) fn called(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The first one that is reached the same way: protocol, address, port and user. Without a user of its own it may be
    /// anyone's who says none either.
    pub(super) fn same(
        &self,
        protocol: Protocol,
        address: &str,
        port: u16,
        user: Option<&str>,
    ) -> Option<&Known> {
        let user = user.map(str::to_owned);
        self.at(&address.to_lowercase(), port).find(|known| {
            known.protocol == protocol && (known.own_user == user || known.user == user)
        })
    }
}
