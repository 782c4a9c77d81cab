//! A switch as people see it, by what its command line tells.

use super::Shown;
use crate::devices::switch::is_wired;
use patchbay_device_switch::{Config, PortConfig, cli::PortStatus};
use patchbay_model::{NodeId, PortRates, PortState, Switch, SwitchPort, SwitchVlan};

impl Shown {
    /// The switch, without what only SNMP tells.
    pub(in crate::devices) fn switch(&self, wired: &[(String, NodeId, String)]) -> Switch {
        let config = &self.reading.config;
        let system = format!("{} {}", self.platform.title(), self.about.version);
        let about = [system.trim(), self.about.model.as_str()];
        let about: Vec<&str> = about.into_iter().filter(|part| !part.is_empty()).collect();
        let status = |at: &u32| self.reading.ports.get(at).cloned().unwrap_or_default();
        let ports = config.ports.iter();
        let mut ports: Vec<SwitchPort> =
            ports.map(|(at, one)| port(config, *at, one, &status(at), wired)).collect();
        ports.sort_by_cached_key(|port| order(&port.name));
        Switch {
            read: self.read,
            name: self.about.name.clone(),
            about: about.join(", "),
            uptime: None,
            ports,
            vlans: vlans(config),
            writable: None,
            counted: false,
            layer3: config.manner.addresses,
        }
    }
}

/// As people count: words first, and 9 before 10.
fn order(name: &str) -> (String, Vec<u32>) {
    let at = name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len());
    let (word, numbers) = name.split_at(at);
    let numbers = numbers.split(|c: char| !c.is_ascii_digit());
    (word.to_ascii_lowercase(), numbers.filter_map(|digits| digits.parse().ok()).collect())
}

fn port(
    config: &Config,
    at: u32,
    port: &PortConfig,
    status: &PortStatus,
    wired: &[(String, NodeId, String)],
) -> SwitchPort {
    let bridge = port.bridge_port;
    let tagged = config.vlans.iter().filter(|(_, vlan)| {
        bridge.is_some_and(|at| vlan.egress.contains(&at) && !vlan.untagged.contains(&at))
    });
    let here = wired.iter().filter(|(name, ..)| is_wired(std::slice::from_ref(&port.name), name));
    SwitchPort {
        index: at,
        name: port.name.clone(),
        alias: port.alias.clone(),
        kind: if status.aggregate { "aggregate" } else { "Ethernet" }.to_owned(),
        physical: !status.aggregate,
        speed: status.speed.map(|speed| speed as f64),
        up: port.up,
        state: match (port.up, status.link) {
            (false, _) => PortState::Disabled,
            (true, Some(true)) => PortState::Up,
            (true, Some(false)) => PortState::Down,
            (true, None) => PortState::Other,
        },
        mac: None,
        switched: bridge.is_some(),
        native: port.pvid,
        tagged: tagged.map(|(id, _)| *id).collect(),
        poe: None,
        neighbour: None,
        stations: 0,
        rates: PortRates::default(),
        machines: here.map(|(_, machine, name)| (*machine, name.clone())).collect(),
    }
}

fn vlans(config: &Config) -> Vec<SwitchVlan> {
    let count = |ports: usize| u32::try_from(ports).unwrap_or(u32::MAX);
    let vlans = config.vlans.iter().map(|(id, vlan)| SwitchVlan {
        id: *id,
        name: vlan.name.clone(),
        untagged: count(vlan.egress.intersection(&vlan.untagged).count()),
        tagged: count(vlan.egress.difference(&vlan.untagged).count()),
        addresses: vlan.addresses.clone(),
    });
    vlans.collect()
}
