//! Outlets, against snmpsim: the recorded APC AP7902, and records that are ours where no recorded unit can be had.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use patchbay_device_snmp::{
    Oid, SnmpError, Value,
    columns::Index,
    console::PortStatus,
    pdu::{Commanded, FAMILIES, Family, Kind, OutletCommand, OutletState, States, family},
};
use patchbay_testkit::{Pass, SnmpRelay, Snmpsim, net_snmp, snmpsim_or_skip};
use std::{
    collections::HashSet,
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use support::{LOSSY, PATIENT, agent, v2c};

fn walked(port: u16, community: &str, name: &str) -> Vec<String> {
    let address = format!("127.0.0.1:{port}");
    let said = net_snmp("snmpbulkwalk", &["-v2c", "-c", community, "-Oqv", &address, name]);
    said.unwrap().lines().map(|line| line.trim().trim_matches('"').to_owned()).collect()
}

#[tokio::test]
async fn the_recorded_unit_has_the_outlets_that_snmpbulkwalk_finds() {
    if !snmpsim_or_skip("a recorded unit") {
        return;
    }
    let sim = Snmpsim::start(&[]).await.unwrap();
    let apc = family("apc").unwrap();
    let unit = agent(sim.port(), &v2c(Snmpsim::AP7902), PATIENT).await;
    let outlets = unit.outlets(apc).await.unwrap();
    assert_eq!(outlets.len(), 16);
    let names: Vec<_> = outlets.iter().map(|outlet| outlet.name.clone()).collect();
    let column = |n: u32| format!(".1.3.6.1.4.1.318.1.1.12.3.5.1.1.{n}");
    assert_eq!(names, walked(sim.port(), Snmpsim::AP7902, &column(2)));
    for (outlet, state) in outlets.iter().zip(walked(sim.port(), Snmpsim::AP7902, &column(4))) {
        assert_eq!(outlet.state, if state == "1" { OutletState::On } else { OutletState::Off });
    }
    // Each command goes to the object that the module has for it, with its number.
    let command = |n: u32| Oid::new([1, 3, 6, 1, 4, 1, 318, 1, 1, 12, 3, 3, 1, 1, 4, n]);
    for (told, number) in
        [(OutletCommand::Off, 2), (OutletCommand::Cycle, 3), (OutletCommand::On, 1)]
    {
        assert_eq!(unit.command(apc, &vec![5], told).await.unwrap(), Commanded::Taken);
        assert_eq!(unit.get(&[command(5)]).await.unwrap(), [Some(Value::Integer(number))]);
    }
    let none = unit.command(apc, &vec![17], OutletCommand::Off).await;
    assert!(matches!(none, Err(SnmpError::Refused { .. })), "{none:?}");
    assert!(matches!(unit.outlet(apc, &vec![17]).await, Err(SnmpError::Missing { .. })));
    let other = unit.outlets(family("sentry4").unwrap()).await.unwrap_err();
    assert!(other.to_string().contains("has no outlets as Server Technology Sentry"), "{other}");
}

/// The answer to a command is lost: it goes out once all the same, and the state is what is read.
#[tokio::test]
async fn a_command_is_sent_once_whatever_becomes_of_its_answer() {
    if !snmpsim_or_skip("a lost answer of a unit") {
        return;
    }
    let sim = Snmpsim::start(&[]).await.unwrap();
    let sets = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&sets);
    let mut lose = false;
    let relay = SnmpRelay::start(sim.port(), move |pass, data| {
        // A set-request (RFC 3416: tag 0xa3) after the community.
        if pass == Pass::Ask && data.windows(7).any(|w| w[..6] == *b"ap7902" && w[6] == 0xa3) {
            counts.fetch_add(1, Ordering::SeqCst);
            lose = true;
        }
        if pass == Pass::Answer && std::mem::take(&mut lose) { vec![] } else { vec![data] }
    })
    .unwrap();
    let unit = agent(relay.port(), &v2c(Snmpsim::AP7902), LOSSY).await;
    let apc = family("apc").unwrap();
    let done = unit.command(apc, &vec![3], OutletCommand::Cycle).await.unwrap();
    assert!(matches!(done, Commanded::Unknown(_)), "{done:?}");
    assert_eq!(sets.load(Ordering::SeqCst), 1);
}

fn dotted(column: &[u32], index: &Index) -> String {
    let arcs: Vec<String> = column.iter().chain(index).map(ToString::to_string).collect();
    arcs.join(".")
}

/// A number that means on, or off.
fn number(family: &Family, on: bool) -> i32 {
    match &family.states {
        States::Listed { on: ons, off: offs, .. } => {
            if on {
                ons[0]
            } else {
                offs[0]
            }
        }
        States::OddIsOn => i32::from(on),
    }
}

/// A record of two outlets, the first on, each taking 1.5 amperes where that is measured.
fn record(family: &Family) -> String {
    let deep = if family.key.starts_with("sentry") { vec![1, 1] } else { vec![] };
    let mut lines: Vec<(Vec<u32>, String)> = Vec::new();
    for outlet in [1, 2] {
        let index: Index = deep.iter().copied().chain([outlet]).collect();
        let mut line = |column: &[u32], rest: String| {
            let name = column.iter().chain(&index).copied().collect();
            lines.push((name, format!("{}|{rest}\n", dotted(column, &index))));
        };
        line(family.name, format!("4|outlet {outlet}"));
        if family.state != family.command {
            line(family.state, format!("2|{}", number(family, outlet == 1)));
        }
        let tag = if family.kind == Kind::Unsigned { 66 } else { 2 };
        line(family.command, format!("{tag}:writecache|value={}", number(family, outlet == 1)));
        if let Some(meter) = family.outlet.amperes {
            line(meter.column, format!("2|{:.0}", 1.5 * meter.per_unit));
        }
        if let Some(meter) = family.outlet.watts {
            line(meter.column, format!("2|{:.0}", 330.0 * meter.per_unit));
        }
    }
    // Records are in the order of names.
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

#[tokio::test]
async fn every_family_reads_and_commands_the_objects_of_its_table() {
    if !snmpsim_or_skip("every family") {
        return;
    }
    let records: Vec<(&str, String)> = FAMILIES.iter().map(|f| (f.key, record(f))).collect();
    let records: Vec<(&str, &str)> = records.iter().map(|(k, r)| (*k, r.as_str())).collect();
    let sim = Snmpsim::start(&records).await.unwrap();
    for family in FAMILIES {
        let unit = agent(sim.port(), &v2c(family.key), PATIENT).await;
        let outlets = unit.outlets(family).await.unwrap();
        let [first, second] = outlets.as_slice() else { panic!("{}: {outlets:?}", family.key) };
        assert_eq!(
            (first.name.as_str(), first.state),
            ("outlet 1", OutletState::On),
            "{}",
            family.key
        );
        assert_eq!((second.name.as_str(), second.state), ("outlet 2", OutletState::Off));
        assert_eq!(first.load.amperes, family.outlet.amperes.map(|_| 1.5), "{}", family.key);
        assert_eq!(first.load.watts, family.outlet.watts.map(|_| 330.0), "{}", family.key);
        for told in [OutletCommand::Off, OutletCommand::Cycle, OutletCommand::On] {
            unit.command(family, &first.index, told).await.unwrap();
            let name = Oid::parse(&dotted(family.command, &first.index)).unwrap();
            let set = unit.get(&[name]).await.unwrap().remove(0).unwrap();
            let wanted = family.number_of(told).unwrap();
            let found = set.as_i32().or_else(|| i32::try_from(set.as_u32()?).ok());
            assert_eq!(found, Some(wanted), "{} {told:?}", family.key);
        }
    }
}

/// Written by hand from Sentry3-MIB and PDU-MIB, beside the tables.
#[tokio::test]
async fn units_written_by_hand_are_read() {
    if !snmpsim_or_skip("units written by hand") {
        return;
    }
    let mut sentry = String::new();
    for (column, value) in [(7, "2|450"), (11, "2|2300"), (12, "2|1000")] {
        for feed in [1, 2] {
            writeln!(sentry, "1.3.6.1.4.1.1718.3.2.2.1.{column}.1.{feed}|{value}").unwrap();
        }
    }
    // outletName, outletStatus (onWait is 3, reading is 7), outletLoadValue (below zero: not measured).
    for (column, one, two) in [(3, "4|web", "4|db"), (5, "2|3", "2|7"), (7, "2|125", "2|-1")] {
        writeln!(sentry, "1.3.6.1.4.1.1718.3.2.3.1.{column}.1.1.1|{one}").unwrap();
        writeln!(sentry, "1.3.6.1.4.1.1718.3.2.3.1.{column}.1.2.1|{two}").unwrap();
    }
    let raritan = "1.3.6.1.4.1.13742.3.1.4.1.2.1|2|1\n1.3.6.1.4.1.13742.3.1.4.1.3.1|4|mail\n\
        1.3.6.1.4.1.13742.3.1.4.1.4.1|4|DCIM-USB\n1.3.6.1.4.1.13742.3.1.4.1.5.1|2|4\n\
        1.3.6.1.4.1.13742.4.1.2.2.1.2.1|4|mail\n1.3.6.1.4.1.13742.4.1.2.2.1.3.1|2|-1\n\
        1.3.6.1.4.1.13742.4.1.2.2.1.4.1|66|1250\n";
    let sim = Snmpsim::start(&[("sentry", &sentry), ("raritan", raritan)]).await.unwrap();
    let unit = agent(sim.port(), &v2c("sentry"), PATIENT).await;
    let sentry3 = family("sentry3").unwrap();
    let outlets = unit.outlets(sentry3).await.unwrap();
    assert_eq!(outlets[0].index, [1, 1, 1]);
    assert_eq!((outlets[0].state, outlets[0].load.amperes), (OutletState::Pending, Some(1.25)));
    assert_eq!((outlets[1].state, outlets[1].load.amperes), (OutletState::Unknown, None));
    let whole = unit.load(sentry3).await.unwrap();
    assert_eq!((whole.amperes, whole.volts, whole.watts), (Some(9.0), Some(230.0), Some(2000.0)));
    assert_eq!(whole.kilowatt_hours, None);

    let unit = agent(sim.port(), &v2c("raritan"), PATIENT).await;
    let outlets = unit.outlets(family("raritanDominionPduMib1").unwrap()).await.unwrap();
    assert_eq!((outlets[0].state, outlets[0].load.amperes), (OutletState::Unknown, Some(1.25)));
    let ports = unit.console_ports().await.unwrap();
    assert_eq!((ports[0].number, ports[0].name.as_str()), (1, "mail"));
    assert_eq!((ports[0].kind.as_str(), ports[0].status), ("DCIM-USB", PortStatus::Busy));
    let unit = agent(sim.port(), &v2c("sentry"), PATIENT).await;
    assert!(matches!(unit.console_ports().await, Err(SnmpError::Missing { .. })));
}

#[test]
fn tables_are_of_enterprises_and_name_each_family_once() {
    let keys: HashSet<_> = FAMILIES.iter().map(|family| family.key).collect();
    assert_eq!(keys.len(), FAMILIES.len());
    for family in FAMILIES {
        for column in [family.name, family.state, family.command] {
            assert!(column.starts_with(&[1, 3, 6, 1, 4, 1]), "{}", family.key);
        }
        let numbers: HashSet<_> = [OutletCommand::On, OutletCommand::Off, OutletCommand::Cycle]
            .map(|command| family.number_of(command).unwrap())
            .into();
        assert_eq!(numbers.len(), 3, "{}", family.key);
    }
}
