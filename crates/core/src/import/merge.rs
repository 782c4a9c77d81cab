//! Which folders and machines an import makes of what was found: those that were picked, the folders they are in, and
//! the machines they are reached through.

use super::{
    known::{Known, Machines},
    preview::machine_key,
    remark,
};
use patchbay_exchange::{Found, JumpTo, supported};
use patchbay_model::{EntryDraft, ImportRemark, Jump, NodeId, Settings};
use std::collections::{HashMap, HashSet};

/// Machines in a row to go through: more are a mistake.
const LONGEST_WAY: usize = 16;
/// Steps looked at to find out whether a way ends.
const LONGEST_WALK: usize = 1_000;

/// A machine to be made.
#[derive(Debug)]
pub(super) struct NewMachine {
    pub(super) id: NodeId,
    /// Its number in what was found; the last one there can be for those that are not in it.
    pub(super) at: usize,
    /// The number of the folder in what was found.
    pub(super) folder: Option<usize>,
    pub(super) draft: EntryDraft,
    pub(super) sign_ins: Option<Vec<usize>>,
}

/// What is to be made.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) machines: Vec<NewMachine>,
    /// The folders that are needed, in an order in which each comes after the one it is in.
    pub(super) folders: Vec<usize>,
    /// What machines of the file became, or are there as.
    pub(super) ids: HashMap<usize, NodeId>,
    pub(super) remarks: Vec<ImportRemark>,
}

/// Works out what to make. `whole` also makes folders with nothing in them.
pub(super) fn merge(
    found: &Found,
    picked: &HashSet<String>,
    known: Vec<Known>,
    whole: bool,
) -> Merged {
    let mut merger = Merger {
        found,
        known: Machines::new(known),
        by_name: HashMap::new(),
        by_address: HashMap::new(),
        made: Merged::default(),
        places: HashMap::new(),
        extra: HashMap::new(),
    };
    for (at, machine) in found.machines.iter().enumerate() {
        merger.by_name.entry(&machine.draft.name).or_insert(at);
        merger.by_address.entry(&machine.draft.address).or_default().push(at);
    }
    for (at, machine) in found.machines.iter().enumerate() {
        if picked.contains(&machine_key(at, machine)) {
            merger.make(at);
        }
    }
    merger.folders(whole);
    merger.folder_jumps();
    // Jump hosts are added while this goes on, and have jumps of their own.
    let mut next = 0;
    while let Some((at, depth)) = merger.places.get(&next).copied() {
        merger.link(next, at, depth);
        next += 1;
    }
    merger.break_circles();
    // Jump hosts may be in further folders.
    merger.folders(whole);
    merger.made
}

struct Merger<'a> {
    found: &'a Found,
    known: Machines,
    by_name: HashMap<&'a str, usize>,
    by_address: HashMap<&'a str, Vec<usize>>,
    made: Merged,
    /// For each new machine its number in the file, and how many were added to get to it.
    places: HashMap<usize, (usize, usize)>,
    /// Jump hosts that no machine of the file is, by address, port and user.
    extra: HashMap<(String, u16, Option<String>), NodeId>,
}

impl Merger<'_> {
    fn make(&mut self, at: usize) -> Option<NodeId> {
        self.make_at(at, 0)
    }

    fn make_at(&mut self, at: usize, depth: usize) -> Option<NodeId> {
        if let Some(id) = self.made.ids.get(&at) {
            return Some(*id);
        }
        let machine = self.found.machines.get(at)?;
        let protocol = supported(&machine.protocol).ok()?;
        let id = NodeId::new();
        let mut draft = machine.draft.clone();
        draft.protocol = protocol;
        self.made.ids.insert(at, id);
        self.places.insert(self.made.machines.len(), (at, depth));
        self.made.machines.push(NewMachine {
            id,
            at,
            folder: machine.folder,
            draft,
            sign_ins: machine.sign_ins.clone(),
        });
        Some(id)
    }

    fn link(&mut self, new: usize, at: usize, depth: usize) {
        let Some(machine) = self.found.machines.get(at) else { return };
        let jump = match &machine.jump {
            None => return,
            Some(JumpTo::Direct) => Some(Jump::Direct),
            Some(_) if depth >= LONGEST_WAY => None,
            Some(JumpTo::Machine(other)) => self.machine(*other, depth),
            Some(JumpTo::Named { host, port, user }) => {
                self.named(at, host, *port, user.as_deref(), depth)
            }
        };
        if jump.is_none() {
            let name = &machine.draft.name;
            let reason =
                format!("The way to {name} could not be followed, so it is reached directly.");
            self.made.remarks.push(remark("", machine.place.1, name, &reason));
        }
        if let Some(new) = self.made.machines.get_mut(new) {
            new.draft.settings.jump = jump;
        }
    }

    /// A machine of the file: as it is picked, as it is there, or made for this.
    fn machine(&mut self, at: usize, depth: usize) -> Option<Jump> {
        if let Some(id) = self.made.ids.get(&at) {
            return Some(Jump::Through { entry: *id });
        }
        let machine = self.found.machines.get(at)?;
        let (draft, protocol) = (&machine.draft, supported(&machine.protocol).ok()?);
        let port = draft.settings.port.or(protocol.default_port()).unwrap_or_default();
        let user = draft.settings.user.as_deref();
        if let Some(known) = self.known.same(protocol, &draft.address, port, user) {
            return Some(Jump::Through { entry: known.id });
        }
        self.make_at(at, depth + 1).map(|entry| Jump::Through { entry })
    }

    /// By name, else by address; else the machine is made.
    fn named(
        &mut self,
        from: usize,
        host: &str,
        port: Option<u16>,
        user: Option<&str>,
        depth: usize,
    ) -> Option<Jump> {
        let fits = |at: &usize, by_name: bool| {
            self.found.machines.get(*at).is_some_and(|machine| {
                let own = &machine.draft.settings;
                let same_port =
                    by_name && port.is_none() || own.port.unwrap_or(22) == port.unwrap_or(22);
                *at != from
                    && supported(&machine.protocol).is_ok()
                    && same_port
                    && (user.is_none() || own.user.as_deref() == user)
            })
        };
        let named = self.by_name.get(host).copied().filter(|at| fits(at, true));
        let by_address = || {
            self.by_address
                .get(host)
                .into_iter()
                .flatten()
                .copied()
                .take(1_000)
                .find(|at| fits(at, false))
        };
        if let Some(at) = named.or_else(by_address) {
            return self.machine(at, depth);
        }
        // The name of a machine that has another user or port: its address, then.
        let same_name = self.by_name.get(host).and_then(|at| self.found.machines.get(*at));
        let address = same_name.map_or(host, |machine| machine.draft.address.as_str()).to_owned();
        let own_port = same_name.and_then(|machine| machine.draft.settings.port);
        let port = port.or(own_port).unwrap_or(22);
        let known = self.known.at(&address, port).find(|known| {
            user.is_none() || known.user.as_deref() == user || known.own_user.as_deref() == user
        });
        if let Some(known) = known {
            return Some(Jump::Through { entry: known.id });
        }
        let key = (address.clone(), port, user.map(str::to_owned));
        if let Some(id) = self.extra.get(&key) {
            return Some(Jump::Through { entry: *id });
        }
        let id = NodeId::new();
        self.extra.insert(key, id);
        let name = user.map_or_else(|| host.to_owned(), |user| format!("{user}@{host}"));
        self.made.machines.push(NewMachine {
            id,
            at: usize::MAX,
            folder: self.found.machines.get(from).and_then(|machine| machine.folder),
            draft: EntryDraft {
                name,
                address,
                settings: Settings {
                    port: Some(port).filter(|port| *port != 22),
                    user: user.map(str::to_owned),
                    ..Settings::default()
                },
                ..EntryDraft::default()
            },
            sign_ins: None,
        });
        // It has no jump of its own, but those after it are still to be looked at.
        self.places.insert(self.made.machines.len() - 1, (usize::MAX, depth));
        Some(Jump::Through { entry: id })
    }

    /// The machines that folders are reached through.
    fn folder_jumps(&mut self) {
        for folder in self.made.folders.clone() {
            let jump = self.found.folders.get(folder).and_then(|folder| folder.jump.clone());
            if let Some(JumpTo::Machine(at)) = jump
                && let Some(Jump::Through { entry }) = self.machine(at, 0)
            {
                self.made.ids.insert(at, entry);
            }
        }
    }

    /// A machine that would be reached through itself is taken as direct.
    fn break_circles(&mut self) {
        let through = |draft: &EntryDraft| match &draft.settings.jump {
            Some(Jump::Through { entry }) => Some(*entry),
            Some(Jump::Direct) | None => None,
        };
        let mut ways: HashMap<NodeId, NodeId> = self
            .made
            .machines
            .iter()
            .filter_map(|machine| Some((machine.id, through(&machine.draft)?)))
            .collect();
        let mut sound: HashSet<NodeId> = HashSet::new();
        for machine in &mut self.made.machines {
            let mut way = HashSet::from([machine.id]);
            let mut at = ways.get(&machine.id).copied();
            while let Some(id) = at.filter(|id| !sound.contains(id)) {
                if id == machine.id || way.len() > LONGEST_WALK {
                    machine.draft.settings.jump = None;
                    ways.remove(&machine.id);
                    let name = &machine.draft.name;
                    let reason = "It would be reached through itself, so it is taken as direct.";
                    self.made.remarks.push(remark("", 0, name, reason));
                    at = None;
                    break;
                }
                if !way.insert(id) {
                    // A circle of others, which is broken at one of them.
                    break;
                }
                at = ways.get(&id).copied();
            }
            if at.is_none_or(|id| sound.contains(&id)) {
                sound.extend(way);
            }
        }
    }

    /// The folders of the new machines, and with `whole` every other one.
    fn folders(&mut self, whole: bool) {
        let mut needed = HashSet::new();
        let starts: Vec<usize> = if whole {
            (0..self.found.folders.len()).collect()
        } else {
            self.made.machines.iter().filter_map(|machine| machine.folder).collect()
        };
        for start in starts {
            let mut at = Some(start);
            while let Some(folder) = at {
                if !needed.insert(folder) {
                    break;
                }
                at = self.found.folders.get(folder).and_then(|folder| folder.parent);
            }
        }
        self.made.folders = needed.into_iter().collect();
        // Each comes after the one it is in.
        self.made.folders.sort_unstable();
    }
}
