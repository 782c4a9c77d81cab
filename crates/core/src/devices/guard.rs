//! What is to be known before something goes down: what hangs on it, and whether its name has to be typed.
//!
//! Only what is kept with the machines is known: a machine without its outlets written down does not show. Deliberately absent:
//! the way from this computer to the device itself.

use super::{Devices, cluster::guest_verb, power::word, reach::Part, switch::is_wired};
use crate::{Authorized, CoreError, Right};
use patchbay_model::{
    Dependant, DependantEffect, EntryDraft, GuestPower, ManagementId, ManagementKind,
    ManagementWay, NodeId, OutletAction, PowerAction, PowerGuard, PowerState,
};

/// Fails unless what the guard asks for was typed.
pub(super) fn confirmed(guard: &PowerGuard, typed: Option<&str>) -> Result<(), CoreError> {
    match &guard.name {
        Some(name) if typed.map(str::trim) != Some(name.as_str()) => Err(CoreError::invalid(
            "confirmed",
            format!("{} Nothing was done.", guard.meaning),
            format!("Type {name} to go on."),
        )),
        _ => Ok(()),
    }
}

/// Names in a sentence, the first few.
fn listed(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} and {other}"),
        [one, other, rest @ ..] => format!("{one}, {other} and {} more", rest.len()),
    }
}

fn counted(many: usize, one: &str, more: &str) -> String {
    match many {
        1 => format!("1 {one}"),
        many => format!("{many} {more}"),
    }
}

/// What nothing hangs on, and nobody has to be sure of.
pub(super) const fn harmless(title: String, meaning: String) -> PowerGuard {
    PowerGuard { title, meaning, name: None, dependants: Vec::new(), instead: None }
}

/// How many ways of a kind a machine has.
fn ways_of(draft: &EntryDraft, kind: ManagementKind) -> usize {
    draft.management.iter().filter(|one| one.way.kind() == kind).count()
}

impl Devices<'_> {
    /// Before something is done with a machine's power.
    pub(super) async fn guard_machine(
        &self,
        entry: NodeId,
        action: PowerAction,
        way: Option<ManagementId>,
    ) -> Result<PowerGuard, CoreError> {
        let name = self.0.tree().name(entry).ok_or(CoreError::NotFound("machine"))?;
        if !action.stops() {
            let meaning = format!("{name} gets power.");
            let title = format!("{} {name}?", word(action));
            return Ok(harmless(title, meaning));
        }
        // One outlet of several is that outlet's affair.
        if let Some(way) = way
            && let Some(guard) = self.guard_one_outlet(entry, way, action).await?
        {
            return Ok(guard);
        }
        let dependants = self.falls(entry).await;
        let meaning = match action {
            PowerAction::ShutDown => format!("{name} is asked to shut down."),
            PowerAction::Restart => format!("{name} is asked to shut down, and starts again."),
            PowerAction::Interrupt => {
                format!("{name} stops what it does; most systems write a dump and start again.")
            }
            _ => format!("{name} stops at once: what it has not saved is lost."),
        };
        let typed = action.is_hard() || !dependants.is_empty();
        let offers = self.state().known.last(entry).map(|known| known.offers).unwrap_or_default();
        let softer = match action {
            PowerAction::Off => Some(PowerAction::ShutDown),
            PowerAction::Cycle | PowerAction::Reset => Some(PowerAction::Restart),
            _ => None,
        };
        Ok(PowerGuard {
            title: format!("{} {name}?", word(action)),
            meaning,
            name: typed.then(|| name.clone()),
            dependants,
            instead: softer.filter(|softer| offers.contains(softer)),
        })
    }

    async fn guard_one_outlet(
        &self,
        entry: NodeId,
        way: ManagementId,
        action: PowerAction,
    ) -> Result<Option<PowerGuard>, CoreError> {
        let way = self.way(&Authorized::new(entry, Right::Use), way)?;
        let ManagementWay::Outlet { pdu, outlet } = &way.management.way else { return Ok(None) };
        let action = match action {
            PowerAction::Off => OutletAction::Off,
            PowerAction::Cycle => OutletAction::Cycle,
            _ => return Ok(None),
        };
        self.guard_outlet(*pdu, (outlet, outlet), action).await.map(Some)
    }

    /// Before something is done with the power of many machines.
    pub(super) async fn guard_machines(
        &self,
        entries: &[NodeId],
        action: PowerAction,
    ) -> Result<PowerGuard, CoreError> {
        let many = counted(entries.len(), "machine", "machines");
        let title = format!("{} {many}?", word(action));
        if !action.stops() || entries.is_empty() {
            let meaning = format!("{many} will be told, and each says what came of it.");
            return Ok(harmless(title, meaning));
        }
        let mut dependants: Vec<Dependant> = Vec::new();
        for entry in entries {
            for dependant in self.falls(*entry).await {
                let known = dependants.iter().any(|one| one.name == dependant.name);
                if !known && !dependant.entry.is_some_and(|id| entries.contains(&id)) {
                    dependants.push(dependant);
                }
            }
        }
        let meaning = match action.is_hard() {
            true => "They stop at once: what they have not saved is lost.".to_owned(),
            false => "Each is asked to stop.".to_owned(),
        };
        Ok(PowerGuard { title, meaning, name: Some(many), dependants, instead: None })
    }

    /// Before an outlet is switched. `name` is what its unit calls it.
    pub(super) async fn guard_outlet(
        &self,
        pdu: NodeId,
        (outlet, name): (&str, &str),
        action: OutletAction,
    ) -> Result<PowerGuard, CoreError> {
        let unit = self.0.tree().name(pdu).unwrap_or_default();
        let mut fed = self.parts_of(pdu)?;
        fed.retain(|part| part.is_outlet(outlet));
        let names: Vec<&str> = fed.iter().map(|part| part.draft.name.as_str()).collect();
        let verb = match action {
            OutletAction::On => "Switch on",
            OutletAction::Off => "Switch off",
            OutletAction::Cycle => "Cycle",
        };
        let feeds = match names.as_slice() {
            [] => String::new(),
            names => format!(", which feeds {}", listed(names)),
        };
        let title = format!("{verb} outlet {name} of {unit}{feeds}?");
        if action == OutletAction::On {
            let meaning = format!("{} gets power.", listed(&names));
            return Ok(harmless(title, meaning));
        }
        let (mut dependants, mut down) = (Vec::new(), Vec::new());
        for part in &fed {
            let (effect, detail) = self.loses_outlet(part).await;
            if effect == DependantEffect::GoesDown {
                down.push(part.draft.name.clone());
                dependants.push(self.dependant(part, effect, detail));
                dependants.extend(self.falls(part.entry).await);
            } else {
                dependants.push(self.dependant(part, effect, detail));
            }
        }
        let meaning = match down.as_slice() {
            [] if fed.is_empty() => "No machine is known to hang on it.".to_owned(),
            [] => format!("{} keeps running on its other feed.", listed(&names)),
            [one, ..] => format!("{one} loses power at once: what it has not saved is lost."),
        };
        let typed = down.first().cloned().or_else(|| (!fed.is_empty()).then_some(unit));
        Ok(PowerGuard { title, meaning, name: typed, dependants, instead: None })
    }

    /// What happens to a machine when one of its outlets is off.
    async fn loses_outlet(&self, part: &Part) -> (DependantEffect, String) {
        let others: Vec<_> = part
            .draft
            .management
            .iter()
            .filter(|one| one.way.kind() == ManagementKind::Outlet && one.id != part.management.id)
            .collect();
        if others.is_empty() {
            return (DependantEffect::GoesDown, "this is its only feed".to_owned());
        }
        let entry = Authorized::new(part.entry, Right::Use);
        for other in &others {
            let Ok(way) = self.way(&entry, other.id) else { continue };
            match self.outlet_status(&way).await {
                Ok(said) if said.power == PowerState::On => {
                    let detail = format!("loses one of {} feeds", others.len() + 1);
                    return (DependantEffect::LosesOne, detail);
                }
                Ok(_) => {}
                // What cannot be asked may be dead.
                Err(_) => {
                    let detail = format!("{} could not be asked", self.called(&way));
                    return (DependantEffect::GoesDown, detail);
                }
            }
        }
        (DependantEffect::GoesDown, "its other feed is off".to_owned())
    }

    /// Before ports of a switch are changed so that what hangs on them may be cut off. `ports` are their names.
    pub(super) async fn guard_ports(
        &self,
        switch: NodeId,
        ports: &[String],
    ) -> Result<PowerGuard, CoreError> {
        let name = self.0.tree().name(switch).unwrap_or_default();
        let shown: Vec<&str> = ports.iter().map(String::as_str).collect();
        let title = match ports {
            [] => format!("Change {name}?"),
            _ => format!("Change {} of {name}?", listed(&shown)),
        };
        let mut dependants = Vec::new();
        for part in self.parts_of(switch)? {
            let ManagementWay::Port { port, .. } = &part.management.way else { continue };
            if !is_wired(ports, port) {
                continue;
            }
            let all = ways_of(&part.draft, ManagementKind::Port);
            let (effect, detail) = match all {
                1 => (DependantEffect::CutsOff, format!("{port} is its only port")),
                all => (DependantEffect::LosesOne, format!("loses one of {all} ports")),
            };
            dependants.push(self.dependant(&part, effect, detail));
        }
        let meaning = match dependants.is_empty() {
            true => "No machine is known to hang on these ports.".to_owned(),
            false => "What hangs on these ports may not be reached any more.".to_owned(),
        };
        let typed = (!dependants.is_empty()).then_some(name);
        Ok(PowerGuard { title, meaning, name: typed, dependants, instead: None })
    }

    /// Before something is done with a guest's power.
    pub(super) async fn guard_guest(
        &self,
        cluster: NodeId,
        (guest, name): (u32, &str),
        action: GuestPower,
    ) -> Result<PowerGuard, CoreError> {
        let verb = guest_verb(action);
        let title = format!("{verb} {name} ({guest})?");
        let hard = matches!(action, GuestPower::Stop | GuestPower::Reset);
        if matches!(action, GuestPower::Start | GuestPower::Resume) {
            let meaning = format!("{name} runs then.");
            return Ok(harmless(title, meaning));
        }
        let mut dependants = Vec::new();
        for part in self.parts_of(cluster)? {
            if part.is_guest(guest) {
                dependants.extend(self.falls(part.entry).await);
            }
        }
        let meaning = match hard {
            true => format!("{name} stops at once: what it has not saved is lost."),
            false => format!("{name} stops, and nothing in it is lost."),
        };
        let typed = (hard || !dependants.is_empty()).then(|| name.to_owned());
        let instead = hard.then_some(match action {
            GuestPower::Stop => PowerAction::ShutDown,
            _ => PowerAction::Restart,
        });
        Ok(PowerGuard { title, meaning, name: typed, dependants, instead })
    }

    fn dependant(&self, part: &Part, effect: DependantEffect, mut detail: String) -> Dependant {
        if effect == DependantEffect::GoesDown {
            let with_it = self.parts_of(part.entry).map(|parts| parts.len()).unwrap_or_default();
            if with_it > 0 {
                detail = format!("{detail}; {} with it", counted(with_it, "machine", "machines"));
            }
        }
        Dependant {
            entry: Some(part.entry),
            name: part.draft.name.clone(),
            place: part.draft.address.clone(),
            effect,
            detail,
        }
    }

    /// What goes down together with a machine: guests, machines that it feeds, wires, reaches or is the console of, and sessions.
    pub(super) async fn falls(&self, entry: NodeId) -> Vec<Dependant> {
        let mut found = self.guests_on(entry).await;
        for part in self.parts_of(entry).unwrap_or_default() {
            let (effect, detail) = match &part.management.way {
                ManagementWay::Outlet { outlet, .. } => {
                    match ways_of(&part.draft, ManagementKind::Outlet) {
                        1 => (DependantEffect::GoesDown, format!("fed by outlet {outlet}")),
                        all => (DependantEffect::LosesOne, format!("loses one of {all} feeds")),
                    }
                }
                ManagementWay::Port { port, .. } => {
                    match ways_of(&part.draft, ManagementKind::Port) {
                        1 => (DependantEffect::CutsOff, format!("wired to {port} alone")),
                        all => (DependantEffect::LosesOne, format!("loses one of {all} ports")),
                    }
                }
                ManagementWay::Console { .. } | ManagementWay::Conserver { .. } => {
                    (DependantEffect::LosesOne, "loses its serial console".to_owned())
                }
                // Those that run are among the guests.
                _ => continue,
            };
            found.push(self.dependant(&part, effect, detail));
        }
        for (id, name) in self.0.tree().reached_through(entry).unwrap_or_default() {
            let detail = "is reached through it".to_owned();
            let (place, effect) = (String::new(), DependantEffect::CutsOff);
            found.push(Dependant { entry: Some(id), name, place, effect, detail });
        }
        let open = self.0.open_sessions(&[entry]);
        if open > 0 {
            found.push(Dependant {
                entry: None,
                name: counted(open as usize, "open session", "open sessions"),
                place: String::new(),
                effect: DependantEffect::CutsOff,
                detail: "of this app with it".to_owned(),
            });
        }
        found
    }

    /// Guests that run on a machine which is a node of a cluster, or a cluster by itself.
    async fn guests_on(&self, entry: NodeId) -> Vec<Dependant> {
        let right = Authorized::new(entry, Right::Use);
        let Ok(way) = self.way_of(&right, ManagementKind::Proxmox) else { return Vec::new() };
        let Ok(cluster) = self.cluster_get(&right, false).await else { return Vec::new() };
        // A node is the machine if it has its name; a single node is it in any case.
        let called = |node: &str| way.machine().split('.').next().is_some_and(|name| name == node);
        let alone = cluster.nodes.len() == 1;
        let guests = cluster.guests.into_iter();
        let running = guests.filter(|one| one.status == "running" && (alone || called(&one.node)));
        running
            .map(|guest| Dependant {
                entry: guest.entry,
                name: guest.name,
                place: format!("guest {}", guest.id),
                effect: DependantEffect::GoesDown,
                detail: format!("runs on {}", guest.node),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn guard(name: Option<&str>) -> PowerGuard {
        PowerGuard {
            title: "Force off web?".into(),
            meaning: "web stops at once.".into(),
            name: name.map(str::to_owned),
            dependants: Vec::new(),
            instead: None,
        }
    }

    #[test]
    fn a_name_has_to_be_typed_as_it_is() {
        assert!(confirmed(&guard(None), None).is_ok());
        assert!(confirmed(&guard(Some("web")), Some(" web ")).is_ok());
        for wrong in [None, Some(""), Some("Web"), Some("web-01")] {
            let error = confirmed(&guard(Some("web")), wrong).unwrap_err();
            assert!(error.to_string().contains("Nothing was done"), "{error}");
        }
    }

    #[test]
    fn names_in_a_sentence() {
        assert_eq!(listed(&["a"]), "a");
        assert_eq!(listed(&["a", "b"]), "a and b");
        assert_eq!(listed(&["a", "b", "c", "d"]), "a, b and 2 more");
    }
}
