//! What a switch says, against the testkit's switch of 48 ports (its agent is pysnmp's, its tables are ours) and snmpd.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use patchbay_device_snmp::{
    Credentials, Oid, SnmpError, Value,
    rate::{Gap, Rate},
    switch::{Detection, Identity, Learned, PoeClass, PortKind, State, rates},
};
use patchbay_model::Secret;
use patchbay_testkit::{
    Pass, SnmpRelay, SnmpSwitch, Snmpd, net_snmp, snmpd_or_skip, snmpsim_or_skip,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use support::{PATIENT, agent, v2c};

/// Sets the switch's clock forward.
async fn jump(port: u16, seconds: i32) {
    let clock = Oid::from_slice(&[1, 3, 6, 1, 4, 1, 99999, 1, 0]);
    let changes = agent(port, &v2c("private"), PATIENT).await;
    changes.set(&[(clock, Value::Integer(seconds))]).await.unwrap();
}

fn walked(port: u16, name: &str) -> Vec<String> {
    let address = format!("127.0.0.1:{port}");
    let said = net_snmp("snmpbulkwalk", &["-v2c", "-c", "public", "-Oqv", &address, name]);
    said.unwrap().lines().map(|line| line.trim().trim_matches('"').to_owned()).collect()
}

#[tokio::test]
async fn ports_power_vlans_addresses_and_neighbours_are_read() {
    if !snmpsim_or_skip("a switch") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let agent = agent(switch.port(), &v2c("public"), PATIENT).await;

    let ports = agent.ports().await.unwrap();
    // With the interface of a VLAN.
    assert_eq!(ports.len(), 49);
    let names: Vec<_> = ports.values().map(|port| port.name.clone()).collect();
    assert_eq!(names, walked(switch.port(), ".1.3.6.1.2.1.31.1.1.1.1"));
    let first = &ports[&SnmpSwitch::interface(1)];
    assert_eq!((first.name.as_str(), first.alias.as_str()), ("Gi0/1", "uplink to the räck"));
    assert_eq!(
        (first.description.as_str(), first.kind),
        ("GigabitEthernet0/1", PortKind::Ethernet)
    );
    assert_eq!((first.admin, first.oper, first.speed), (State::Up, State::Up, Some(1_000_000_000)));
    assert_eq!(first.mac, Some([2, 0, 0, 0, 0, 1]));
    assert_eq!(ports[&SnmpSwitch::interface(2)].oper, State::Down);

    let vlan = ports.values().find(|port| port.kind == PortKind::Vlan).unwrap();
    let addresses = agent.addresses().await.unwrap();
    assert_eq!(addresses.keys().collect::<Vec<_>>(), [&vlan.index]);
    assert_eq!(addresses[&vlan.index][0].to_string(), "192.0.2.1/24");

    let poe = agent.poe().await.unwrap();
    assert_eq!(poe.len(), 24);
    assert_eq!((poe[0].detection, poe[0].class), (Detection::Delivering, Some(PoeClass(3))));
    assert_eq!(
        (poe[5].detection, poe[5].class, poe[5].enabled),
        (Detection::Searching, None, true)
    );

    let vlans = agent.vlans().await.unwrap();
    assert_eq!(vlans.vlans.keys().copied().collect::<Vec<_>>(), [1, 20]);
    assert_eq!(vlans.vlans[&1].untagged.len(), 48);
    assert_eq!(vlans.vlans[&20].name, "servers");
    assert_eq!(vlans.vlans[&20].egress.iter().copied().collect::<Vec<_>>(), [48]);
    assert_eq!((vlans.pvid[&48], vlans.vlans[&20].width), (1, 6));
    assert_eq!(vlans.bridge_port(SnmpSwitch::interface(7)), Some(7));

    let stations = agent.stations().await.unwrap();
    assert_eq!(stations.len(), 2);
    assert_eq!(stations[1].mac, [0, 17, 34, 51, 68, 86]);
    assert_eq!((stations[1].vlan, stations[1].learned), (Some(20), Learned::Seen));
    assert_eq!(stations[1].interface, Some(SnmpSwitch::interface(48)));

    let neighbours = agent.neighbours().await.unwrap();
    let [core] = neighbours.as_slice() else { panic!("{neighbours:?}") };
    assert_eq!((core.name.as_str(), core.local_name.as_deref()), ("core1", Some("Gi0/48")));
    assert_eq!(core.chassis, Identity::Mac([0, 17, 34, 0, 0, 1]));
    assert_eq!(core.port, Identity::Name("xe-0/0/1".to_owned()));
    assert_eq!(core.capabilities, ["router"]);
    assert_eq!(core.addresses, ["192.0.2.9".parse::<std::net::IpAddr>().unwrap()]);
}

#[tokio::test]
async fn a_switch_is_read_in_few_requests() {
    if !snmpsim_or_skip("requests to a switch") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&asked);
    let relay = SnmpRelay::start(switch.port(), move |pass, data| {
        counts.fetch_add(usize::from(pass == Pass::Ask), Ordering::SeqCst);
        vec![data]
    })
    .unwrap();
    let agent = agent(relay.port(), &v2c("public"), PATIENT).await;
    let ports = agent.ports().await.unwrap();
    // One for the clock, and as many rows of ten columns at a time as fit into the 64 variables of this agent's answers.
    let for_ports = asked.swap(0, Ordering::SeqCst);
    assert!(for_ports <= 10, "{for_ports}");
    let counters = agent.counters(Instant::now()).await.unwrap();
    let for_counters = asked.swap(0, Ordering::SeqCst);
    assert!(for_counters <= 9, "{for_counters}");
    assert_eq!((ports.len(), counters.len()), (49, 48));
    // The same columns by snmpbulkwalk, which goes through them one after another.
    let address = format!("127.0.0.1:{}", relay.port());
    for column in [6, 7, 10, 11].map(|n| format!(".1.3.6.1.2.1.31.1.1.1.{n}")) {
        net_snmp("snmpbulkwalk", &["-v2c", "-c", "public", "-Oqv", &address, &column]).unwrap();
    }
    assert!(asked.load(Ordering::SeqCst) > 2 * for_counters);
}

#[tokio::test]
async fn rates_are_what_was_carried_and_a_restart_is_a_gap() {
    if !snmpsim_or_skip("rates of a switch") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let v1 = Credentials::V1 { community: Secret::new("public".to_owned()) };
    for credentials in [v2c("public"), v1] {
        let agent = agent(switch.port(), &credentials, PATIENT).await;
        let ports = agent.ports().await.unwrap();
        let start = Instant::now();
        let earlier = agent.counters(start).await.unwrap();
        // Not longer: at a gigabit, 32 bits may wrap twice in 34 seconds.
        jump(switch.port(), 10).await;
        let mut later = agent.counters(start).await.unwrap();
        // As if we had waited as long as the switch's clock was set forward.
        for port in later.values_mut() {
            port.at.here += Duration::from_secs(10);
        }
        let found = rates(&ports, &earlier, &later);
        assert_eq!(found.len(), 48);
        for (at, port) in (1u32..).zip(found.values()) {
            // The switch counts so many in each hundredth of a second. One of its answers may take some of them.
            let about = |rate: &Option<Rate>, wanted: f64| match rate {
                Some(Rate::PerSecond(found)) => (found - wanted).abs() < wanted / 20.0,
                _ => false,
            };
            assert!(
                about(&port.octets_in, f64::from(at) * 1000.0),
                "{at} {credentials:?} {port:?}"
            );
            assert!(
                about(&port.octets_out, f64::from(at) * 2000.0),
                "{at} {credentials:?} {port:?}"
            );
            assert_eq!(port.discards_in, Some(Rate::PerSecond(0.0)));
        }
        // Its clock goes 30 seconds forward, ours does not: as after a restart.
        jump(switch.port(), 30).await;
        let again = agent.counters(start).await.unwrap();
        let odd = rates(&ports, &earlier, &again);
        assert!(odd.values().all(|port| port.octets_in == Some(Rate::Gap(Gap::Restarted))));
    }
}

#[tokio::test]
async fn the_interfaces_of_this_machine_are_what_snmpbulkwalk_says() {
    if !snmpd_or_skip("interfaces of this machine") {
        return;
    }
    let snmpd = Snmpd::start().await.unwrap();
    let agent = agent(snmpd.port(), &v2c("public"), PATIENT).await;
    let ports = agent.ports().await.unwrap();
    let names: Vec<_> = ports.values().map(|port| port.name.clone()).collect();
    assert_eq!(names, walked(snmpd.port(), ".1.3.6.1.2.1.31.1.1.1.1"));
    let loopback = ports.values().find(|port| port.name == "lo").unwrap();
    assert_eq!((loopback.kind, loopback.oper), (PortKind::Loopback, State::Up));
    let addresses = agent.addresses().await.unwrap();
    let own = addresses[&loopback.index].iter().map(ToString::to_string);
    assert!(own.into_iter().any(|address| address == "127.0.0.1/8"), "{addresses:?}");
    let counters = agent.counters(Instant::now()).await.unwrap();
    assert_eq!(counters.keys().collect::<Vec<_>>(), ports.keys().collect::<Vec<_>>());
    assert!(counters[&loopback.index].octets_in.is_some());
    // A machine is no switch, and says so with empty tables.
    assert!(agent.vlans().await.unwrap().vlans.is_empty());
    assert!(agent.neighbours().await.unwrap().is_empty());
    assert!(agent.poe().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_agent_that_loops_goes_back_or_never_ends_is_stopped() {
    if !snmpsim_or_skip("an agent that loops") {
        return;
    }
    let mut switch = SnmpSwitch::start().await.unwrap();
    let v1 = |community: &str| Credentials::V1 { community: Secret::new(community.to_owned()) };
    for community in ["loops", "back"] {
        for credentials in [v2c(community), v1(community)] {
            let ended = agent(switch.port(), &credentials, PATIENT).await.ports().await;
            // The first question is about its clock, which a liar answers too: with what was not asked.
            assert!(
                matches!(ended, Err(SnmpError::Refused { .. } | SnmpError::Nonsense(_))),
                "{ended:?}"
            );
            let agent = agent(switch.port(), &credentials, PATIENT).await;
            let names = Oid::from_slice(&[1, 3, 6, 1, 2, 1, 2, 2, 1, 2]);
            let ended = agent.columns(&[names]).await;
            assert!(matches!(ended, Err(SnmpError::Loops(_))), "{community}: {ended:?}");
        }
    }
    let mut hasty = PATIENT;
    hasty.table = Duration::from_secs(1);
    let agent = agent(switch.port(), &v2c("endless"), hasty).await;
    let ended = agent.columns(&[Oid::from_slice(&[1, 3, 6, 1, 2, 1, 2, 2, 1, 2])]).await;
    assert!(matches!(ended, Err(SnmpError::TooMuch(_))), "{ended:?}");
    assert!(switch.alive());
}
