//! What is read of a switch, and what it is made to for people.

use super::written;
use patchbay_device_snmp::{
    Agent, SnmpError, System,
    switch::{
        Detection, Identity, InterfaceAddress, Learned, Neighbour, Poe, Port, PortKind, State,
        Station, Vlan, Vlans,
    },
};
use patchbay_model::{
    NodeId, PortNeighbour, PortPoe, PortRates, PortState, Switch, SwitchPort, SwitchVlan, Timestamp,
};
use std::collections::{BTreeMap, HashMap};

/// A switch as it was read.
pub(in crate::devices) struct Reading {
    read: Timestamp,
    system: System,
    ports: BTreeMap<u32, Port>,
    vlans: Vlans,
    poe: Vec<Poe>,
    neighbours: Vec<Neighbour>,
    stations: Vec<Station>,
    addresses: BTreeMap<u32, Vec<InterfaceAddress>>,
}

impl Reading {
    /// Reads it, one table after another: agents of switches are slow, and answer one question at a time.
    pub(super) async fn of(agent: &Agent, read: Timestamp) -> Result<Self, SnmpError> {
        Ok(Self {
            read,
            system: agent.system().await?,
            ports: agent.ports().await?,
            vlans: if_there(agent.vlans().await)?,
            poe: if_there(agent.poe().await)?,
            neighbours: if_there(agent.neighbours().await)?,
            stations: if_there(agent.stations().await)?,
            addresses: if_there(agent.addresses().await)?,
        })
    }

    pub(super) const fn ports(&self) -> &BTreeMap<u32, Port> {
        &self.ports
    }

    /// The switch as people see it.
    pub(super) fn shown(
        &self,
        rates: &HashMap<u32, PortRates>,
        wired: &[(String, NodeId, String)],
        writable: Option<bool>,
    ) -> Switch {
        let mut stations: HashMap<u32, u32> = HashMap::new();
        let seen = self.stations.iter().filter(|station| station.learned != Learned::Own);
        for interface in seen.filter_map(|station| station.interface) {
            *stations.entry(interface).or_default() += 1;
        }
        let neighbours: HashMap<u32, &Neighbour> = self
            .neighbours
            .iter()
            .rev()
            .filter_map(|neighbour| Some((self.port_of(neighbour)?, neighbour)))
            .collect();
        let poe = self.fed();
        let port = |port: &Port| {
            let mut shown = self.shown_port(port);
            shown.poe = poe.get(&port.index).map(|poe| shown_poe(poe));
            shown.neighbour = neighbours.get(&port.index).map(|one| shown_neighbour(one));
            shown.stations = stations.get(&port.index).copied().unwrap_or_default();
            shown.rates = rates.get(&port.index).copied().unwrap_or_default();
            let here = wired.iter().filter(|(name, ..)| is_called(port, name));
            shown.machines = here.map(|(_, machine, name)| (*machine, name.clone())).collect();
            shown
        };
        Switch {
            read: self.read,
            name: self.system.name.clone(),
            about: self.system.description.clone(),
            uptime: Some(self.system.up.as_secs_f64()),
            ports: self.ports.values().map(port).collect(),
            vlans: self.shown_vlans(),
            writable,
            counted: true,
            layer3: false,
        }
    }

    fn shown_port(&self, port: &Port) -> SwitchPort {
        let bridge = self.vlans.bridge_port(port.index).filter(|_| !self.vlans.vlans.is_empty());
        let tagged = |(id, vlan): (&u16, &Vlan)| {
            let at = bridge?;
            (vlan.egress.contains(&at) && !vlan.untagged.contains(&at)).then_some(*id)
        };
        SwitchPort {
            index: port.index,
            name: port.name.clone(),
            alias: port.alias.clone(),
            kind: kind(port.kind),
            physical: port.kind == PortKind::Ethernet,
            speed: port.speed.map(|speed| speed as f64),
            up: port.admin == State::Up,
            state: match (port.admin, port.oper) {
                (State::Down, _) => PortState::Disabled,
                (_, State::Up) => PortState::Up,
                (_, State::Down | State::LowerDown) => PortState::Down,
                _ => PortState::Other,
            },
            mac: port.mac.filter(|mac| mac.iter().any(|byte| *byte != 0)).map(written),
            switched: bridge.is_some(),
            native: bridge.and_then(|at| self.vlans.pvid.get(&at).copied()),
            tagged: self.vlans.vlans.iter().filter_map(tagged).collect(),
            poe: None,
            neighbour: None,
            stations: 0,
            rates: PortRates::default(),
            machines: Vec::new(),
        }
    }

    fn shown_vlans(&self) -> Vec<SwitchVlan> {
        let mut addresses: HashMap<u16, Vec<String>> = HashMap::new();
        for (interface, found) in &self.addresses {
            if let Some(vlan) = self.ports.get(interface).and_then(vlan_of) {
                let found = found.iter().map(ToString::to_string);
                addresses.entry(vlan).or_default().extend(found);
            }
        }
        let count = |ports: usize| u32::try_from(ports).unwrap_or(u32::MAX);
        let vlan = |(id, vlan): (&u16, &Vlan)| SwitchVlan {
            id: *id,
            name: vlan.name.clone(),
            untagged: count(vlan.egress.intersection(&vlan.untagged).count()),
            tagged: count(vlan.egress.difference(&vlan.untagged).count()),
            addresses: addresses.remove(id).unwrap_or_default(),
        };
        self.vlans.vlans.iter().map(vlan).collect()
    }

    /// Our port of a neighbour: LLDP says its name, or a number that is mostly the interface's or else the bridge's.
    fn port_of(&self, neighbour: &Neighbour) -> Option<u32> {
        let at = neighbour.local_port;
        let named = neighbour.local_name.as_ref().and_then(|name| {
            self.ports.values().find(|port| is_called(port, name)).map(|port| port.index)
        });
        let numbered = Some(at).filter(|at| self.ports.contains_key(at));
        named.or(numbered).or_else(|| self.vlans.interfaces.get(&at).copied())
    }

    /// Ports that feed, by interface. The standard does not say which interface it is: on nearly all switches the number is
    /// the bridge's, but not where several units of a stack begin with 1 each.
    fn fed(&self) -> HashMap<u32, &Poe> {
        let mut times: HashMap<u32, u32> = HashMap::new();
        for poe in &self.poe {
            *times.entry(poe.port).or_default() += 1;
        }
        let once = self.poe.iter().filter(|poe| times.get(&poe.port) == Some(&1));
        once.filter_map(|poe| Some((*self.vlans.interfaces.get(&poe.port)?, poe))).collect()
    }
}

/// What a switch keeps to itself is as good as not there.
fn if_there<T: Default>(read: Result<T, SnmpError>) -> Result<T, SnmpError> {
    match read {
        Err(SnmpError::Refused { .. } | SnmpError::Missing { .. }) => Ok(T::default()),
        read => read,
    }
}

/// Whether this is what the switch calls a port, shortly or at length.
pub(super) fn is_called(port: &Port, name: &str) -> bool {
    let name = name.trim();
    port.name.eq_ignore_ascii_case(name) || port.description.eq_ignore_ascii_case(name)
}

/// The VLAN whose interface it is: `Vlan20`, `vlan.20`, `irb.20`, `Vl20`, or any interface of that type with a number at its end.
fn vlan_of(port: &Port) -> Option<u16> {
    let number = |text: &str| text.parse().ok().filter(|id| (1..=4094).contains(id));
    for name in [&port.name, &port.description] {
        let digits = name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let (before, after) = name.split_at_checked(digits)?;
        let word = before.trim_end_matches(['.', ' ', '-', '_', '/', ':']).to_ascii_lowercase();
        let named = matches!(word.as_str(), "vlan" | "vl" | "irb" | "svi" | "ve" | "vlanif");
        if let Some(vlan) = number(after).filter(|_| named || port.kind == PortKind::Vlan) {
            return Some(vlan);
        }
    }
    None
}

fn kind(kind: PortKind) -> String {
    match kind {
        PortKind::Ethernet => "Ethernet".to_owned(),
        PortKind::Loopback => "loopback".to_owned(),
        PortKind::Vlan => "VLAN".to_owned(),
        PortKind::Aggregate => "aggregate".to_owned(),
        PortKind::Tunnel => "tunnel".to_owned(),
        PortKind::Other(number) => format!("type {number}"),
    }
}

fn shown_poe(poe: &Poe) -> PortPoe {
    let delivering = poe.detection == Detection::Delivering;
    let word = match poe.detection {
        Detection::Disabled => "disabled",
        Detection::Searching => "searching",
        Detection::Delivering => "delivering",
        Detection::Fault | Detection::OtherFault => "fault",
        Detection::Test => "test",
        Detection::Unknown => "unknown",
    };
    let class = poe.class.map(|class| format!(", class {}", class.0)).unwrap_or_default();
    PortPoe { enabled: poe.enabled, delivering, detail: format!("{word}{class}") }
}

fn shown_neighbour(neighbour: &Neighbour) -> PortNeighbour {
    let named = Some(neighbour.name.clone()).filter(|name| !name.is_empty());
    PortNeighbour {
        name: named.unwrap_or_else(|| identity(&neighbour.chassis)),
        port: identity(&neighbour.port),
        description: neighbour.description.clone(),
        addresses: neighbour.addresses.iter().map(ToString::to_string).collect(),
    }
}

fn identity(identity: &Identity) -> String {
    match identity {
        Identity::Mac(mac) => written(*mac),
        Identity::Address(address) => address.to_string(),
        Identity::Name(name) => name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::vlan_of;
    use patchbay_device_snmp::switch::{Port, PortKind, State};

    fn port(name: &str, kind: PortKind) -> Port {
        Port {
            index: 1,
            name: name.to_owned(),
            description: String::new(),
            alias: String::new(),
            kind,
            mac: None,
            speed: None,
            admin: State::Up,
            oper: State::Up,
            since: None,
        }
    }

    #[test]
    fn interfaces_of_vlans_are_known_by_what_makers_call_them() {
        let other = PortKind::Other(53);
        for name in ["Vlan20", "VLAN 20", "vlan.20", "irb.20", "Vl20", "Vlanif20"] {
            assert_eq!(vlan_of(&port(name, other)), Some(20), "{name}");
        }
        assert_eq!(vlan_of(&port("office-20", PortKind::Vlan)), Some(20));
        for name in ["Gi0/20", "vlan", "vlan5000", "Vlan0", "mgmt20"] {
            assert_eq!(vlan_of(&port(name, PortKind::Ethernet)), None, "{name}");
        }
    }
}
