//! What a switch is told to get from one configuration to another: objects of IF-MIB and Q-BRIDGE-MIB. Pure.

use crate::{
    bits,
    switch::{IF, IF_X, PORT_VLAN, STATIC, column},
};
use async_snmp::{Oid, Value};
use patchbay_device_switch::{Config, PortConfig, VlanConfig};
use std::collections::{BTreeMap, BTreeSet};

/// `RowStatus` (RFC 2579).
const CREATE_AND_GO: i32 = 4;
pub(super) const DESTROY: i32 = 6;

/// Objects that are set together, all or none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// What it does, for people.
    pub text: String,
    /// The objects and their values.
    pub set: Vec<(Oid, Value)>,
}

/// First what makes, then what moves, then what removes: at no moment is a port's VLAN of untagged packets not there, and no
/// port leaves its VLAN before it is in the next. Ports go down last and up first.
#[must_use]
pub fn steps(before: &Config, after: &Config) -> Vec<Step> {
    let mut steps = Vec::new();
    created(before, after, &mut steps);
    let ports =
        || before.ports.iter().filter_map(|(at, port)| Some((*at, port, after.ports.get(at)?)));
    for (index, port, wanted) in ports() {
        described(index, port, wanted, &mut steps);
        if wanted.up && !port.up {
            steps.push(admin(index, wanted));
        }
    }
    // Into the new ones, then what comes in, then out of the old ones.
    let joined = joined(before, after);
    lists(&before.vlans, &joined, after, &mut steps);
    for (_, port, wanted) in ports() {
        if let (Some(at), Some(pvid)) = (wanted.bridge_port, wanted.pvid)
            && port.pvid != wanted.pvid
        {
            let name = cell(&PORT_VLAN, 1, at);
            let text = format!("{}: what comes in untagged goes to VLAN {pvid}", wanted.name);
            steps.push(Step { text, set: vec![(name, Value::Gauge32(pvid.into()))] });
        }
    }
    lists(&joined, &after.vlans, after, &mut steps);
    for id in before.vlans.keys().filter(|id| !after.vlans.contains_key(id)) {
        let name = cell(&STATIC, 5, (*id).into());
        let text = format!("remove VLAN {id}");
        steps.push(Step { text, set: vec![(name, Value::Integer(DESTROY))] });
    }
    for (index, port, wanted) in ports() {
        if port.up && !wanted.up {
            steps.push(admin(index, wanted));
        }
    }
    steps
}

/// A row's cell in a table with a single number as its index.
fn cell(entry: &[u32], number: u32, row: u32) -> Oid {
    column(entry, number).child(row)
}

fn octets(text: &str) -> Value {
    Value::OctetString(text.as_bytes().to_vec().into())
}

fn created(before: &Config, after: &Config, steps: &mut Vec<Step>) {
    for (id, vlan) in &after.vlans {
        let row = u32::from(*id);
        let name = (cell(&STATIC, 1, row), octets(&vlan.name));
        match before.vlans.get(id) {
            None => {
                let row = (cell(&STATIC, 5, row), Value::Integer(CREATE_AND_GO));
                let text = format!("create VLAN {id} {:?}", vlan.name);
                steps.push(Step { text, set: vec![row, name] });
            }
            Some(old) if old.name != vlan.name => {
                let text = format!("rename VLAN {id} {:?}", vlan.name);
                steps.push(Step { text, set: vec![name] });
            }
            Some(_) => {}
        }
    }
}

fn described(index: u32, port: &PortConfig, wanted: &PortConfig, steps: &mut Vec<Step>) {
    if port.alias != wanted.alias {
        let text = format!("{}: describe as {:?}", wanted.name, wanted.alias);
        let set = vec![(cell(&IF_X, 18, index), octets(&wanted.alias))];
        steps.push(Step { text, set });
    }
}

fn admin(index: u32, wanted: &PortConfig) -> Step {
    let (word, number) = if wanted.up { ("up", 1) } else { ("down", 2) };
    let text = format!("{}: {word}", wanted.name);
    Step { text, set: vec![(cell(&IF, 7, index), Value::Integer(number))] }
}

/// Both: where ports are and where they go to. Untagged wins, since a port sends one VLAN one way only.
fn joined(before: &Config, after: &Config) -> BTreeMap<u16, VlanConfig> {
    let mut joined = BTreeMap::new();
    for id in before.vlans.keys().chain(after.vlans.keys()).collect::<BTreeSet<_>>() {
        let empty = VlanConfig::default();
        let old = before.vlans.get(id).unwrap_or(&empty);
        let new = after.vlans.get(id).unwrap_or(&empty);
        let vlan = VlanConfig {
            name: new.name.clone(),
            egress: &old.egress | &new.egress,
            // Where it was and stays, as it shall be; where it leaves, as it was.
            untagged: &new.untagged | &(&old.untagged - &new.egress),
            width: old.width.max(new.width),
            ..VlanConfig::default()
        };
        joined.insert(*id, vlan);
    }
    joined
}

fn lists(
    before: &BTreeMap<u16, VlanConfig>,
    after: &BTreeMap<u16, VlanConfig>,
    whole: &Config,
    steps: &mut Vec<Step>,
) {
    let empty = VlanConfig::default();
    for (id, vlan) in after {
        let old = before.get(id).unwrap_or(&empty);
        if old.egress == vlan.egress && old.untagged == vlan.untagged {
            continue;
        }
        let list = |ports| Value::OctetString(bits::list(ports, vlan.width).into());
        let row = u32::from(*id);
        let set = vec![
            (cell(&STATIC, 2, row), list(&vlan.egress)),
            (cell(&STATIC, 4, row), list(&vlan.untagged)),
        ];
        let names = |ports: &BTreeSet<u32>| {
            let name = |at: &u32| {
                let port = whole.ports.values().find(|port| port.bridge_port == Some(*at));
                port.map_or_else(|| at.to_string(), |port| port.name.clone())
            };
            ports.iter().map(name).collect::<Vec<_>>().join(", ")
        };
        let (joins, leaves) = (&vlan.egress - &old.egress, &old.egress - &vlan.egress);
        let text = match (joins.is_empty(), leaves.is_empty()) {
            (false, true) => format!("VLAN {id}: {} in", names(&joins)),
            (true, false) => format!("VLAN {id}: {} out", names(&leaves)),
            (false, false) => format!("VLAN {id}: {} in, {} out", names(&joins), names(&leaves)),
            (true, true) => {
                format!("VLAN {id}: tags of {}", names(&(&old.untagged ^ &vlan.untagged)))
            }
        };
        steps.push(Step { text, set });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use patchbay_device_switch::{Plan, Wish};
    use proptest::prelude::*;

    #[test]
    fn a_port_is_in_its_next_vlan_before_it_leaves_the_one_it_is_in() {
        let all: BTreeSet<u32> = (1..=8).collect();
        let default =
            VlanConfig { egress: all.clone(), untagged: all, width: 1, ..VlanConfig::default() };
        let port = PortConfig {
            name: "p2".to_owned(),
            up: true,
            bridge_port: Some(2),
            pvid: Some(1),
            ..PortConfig::default()
        };
        let config = Config {
            ports: BTreeMap::from([(102, port)]),
            vlans: BTreeMap::from([(1, default)]),
            ..Config::default()
        };
        let wishes = [
            Wish::Create { vlan: 20, name: "new".to_owned() },
            Wish::Access { port: 102, vlan: 20 },
            Wish::Up { port: 102, up: false },
        ];
        let plan = Plan::new(config, &wishes).unwrap();
        let said = |plan: &Plan| sent(plan).into_iter().map(|step| step.text).collect::<Vec<_>>();
        let expected = [
            "create VLAN 20 \"new\"",
            "VLAN 20: p2 in",
            "p2: what comes in untagged goes to VLAN 20",
            "VLAN 1: p2 out",
            "p2: down",
        ];
        assert_eq!(said(&plan), expected);
        let back = [
            "p2: up",
            "VLAN 1: p2 in",
            "p2: what comes in untagged goes to VLAN 1",
            "remove VLAN 20",
        ];
        assert_eq!(said(&plan.inverse()), back);
        let list = sent(&plan).remove(3).set.remove(0);
        assert_eq!(list.0, Oid::from_slice(&[1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 3, 1, 2, 1]));
        assert_eq!(list.1, Value::OctetString(vec![0b1011_1111].into()));
    }

    fn sent(plan: &Plan) -> Vec<Step> {
        steps(plan.before(), plan.after())
    }

    fn config() -> Config {
        let port = |n: u32| PortConfig {
            name: format!("Gi0/{n}"),
            up: true,
            bridge_port: Some(n),
            pvid: Some(1),
            ..PortConfig::default()
        };
        let vlan = |name: &str, ports: &[u32]| VlanConfig {
            name: name.to_owned(),
            egress: ports.iter().copied().collect(),
            untagged: ports.iter().copied().collect(),
            width: 1,
            ..VlanConfig::default()
        };
        Config {
            ports: (1..=4).map(|n| (100 + n, port(n))).collect(),
            vlans: BTreeMap::from([
                (1, vlan("default", &[1, 2, 3, 4])),
                (20, vlan("servers", &[])),
            ]),
            ..Config::default()
        }
    }

    fn wish() -> impl Strategy<Value = Wish> {
        let (port, vlan) = (101u32..105, prop::sample::select(vec![1u16, 20, 30]));
        let tagged = prop::collection::btree_set(prop::sample::select(vec![1u16, 20, 30]), 0..3);
        prop_oneof![
            (port.clone(), any::<bool>()).prop_map(|(port, up)| Wish::Up { port, up }),
            (port.clone(), vlan.clone()).prop_map(|(port, vlan)| Wish::Access { port, vlan }),
            (port, prop::option::of(vlan.clone()), tagged)
                .prop_map(|(port, native, tagged)| Wish::Trunk { port, native, tagged }),
            vlan.clone().prop_map(|vlan| Wish::Create { vlan, name: "new".to_owned() }),
            vlan.prop_map(|vlan| Wish::Remove { vlan }),
        ]
    }

    /// Does what a step says, as a switch would.
    fn obey(config: &mut Config, step: &Step) {
        use crate::{
            bits,
            switch::{IF, IF_X, PORT_VLAN, STATIC, column},
        };
        for (name, value) in &step.set {
            let (row, at) = (*name.arcs().last().unwrap(), name.parent().unwrap());
            let vlan = u16::try_from(row).unwrap_or_default();
            let number = || value.as_u32().or_else(|| u32::try_from(value.as_i32()?).ok()).unwrap();
            let text = || crate::text::of(value);
            let list = || bits::ports(value.as_bytes().unwrap());
            if at == column(&IF, 7) {
                config.ports.get_mut(&row).unwrap().up = number() == 1;
            } else if at == column(&IF_X, 18) {
                config.ports.get_mut(&row).unwrap().alias = text();
            } else if at == column(&PORT_VLAN, 1) {
                let to = u16::try_from(number()).unwrap();
                assert!(config.vlans.contains_key(&to));
                let port = config.ports.values_mut().find(|port| port.bridge_port == Some(row));
                port.unwrap().pvid = Some(to);
            } else if at == column(&STATIC, 5) && number() == 4 {
                let new = VlanConfig { width: 1, ..VlanConfig::default() };
                assert!(config.vlans.insert(vlan, new).is_none());
            } else if at == column(&STATIC, 5) {
                assert!(config.ports.values().all(|port| port.pvid != Some(vlan)));
                config.vlans.remove(&vlan).unwrap();
            } else {
                let vlan = config.vlans.get_mut(&vlan).unwrap();
                match at.arcs().last().unwrap() {
                    1 => vlan.name = text(),
                    2 => vlan.egress = list(),
                    4 => vlan.untagged = list(),
                    other => panic!("column {other}"),
                }
            }
        }
    }

    proptest! {
        /// The steps lead to what was planned, and from wherever they were left, there is a way back to what was.
        #[test]
        fn the_way_back_ends_where_it_began(wishes in prop::collection::vec(wish(), 0..6), done in 0usize..12) {
            let mut wishes = wishes;
            while Plan::new(config(), &wishes).is_err() {
                wishes.pop();
            }
            let plan = Plan::new(config(), &wishes).unwrap();
            let mut now = config();
            for step in sent(&plan).iter().take(done) {
                obey(&mut now, step);
            }
            let back = plan.restore(&now);
            for step in sent(&back) {
                obey(&mut now, &step);
            }
            prop_assert_eq!(&now, plan.before());
            for step in sent(&plan) {
                obey(&mut now, &step);
            }
            prop_assert_eq!(&now, plan.after());
            prop_assert!(plan.missing(&now).is_empty());
        }
    }
}
