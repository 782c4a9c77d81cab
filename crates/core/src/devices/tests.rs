//! Power with fall-over, guards and history, as a person uses them: against `ipmi_sim`, and a power unit of ours that keeps state.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::{
    Authorized, Right,
    testing::{Fixture, field, password},
};
use patchbay_model::{
    BmcProtocol, DependantEffect, EntryDraft, IdentityDraft, IdentityId, Management, ManagementId,
    ManagementWay, NodeId, OutletAction, PowerAction, PowerState, PowerTaken, SnmpVersion,
};
use patchbay_testkit::{IpmiSim, SnmpSwitch, UdpRelay, Way, ipmi_or_skip, snmpsim_or_skip};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

fn way(way: ManagementWay) -> Management {
    Management { id: ManagementId::new(), name: String::new(), way }
}

fn bmc(at: SocketAddr, identity: IdentityId) -> Management {
    way(ManagementWay::Bmc {
        protocol: BmcProtocol::Ipmi,
        address: at.ip().to_string(),
        port: Some(at.port()),
        identity: Some(identity),
        system: None,
        suite: Some(3),
        unprotected: false,
    })
}

fn outlet(pdu: NodeId, outlet: &str) -> Management {
    way(ManagementWay::Outlet { pdu, outlet: outlet.to_owned() })
}

async fn identity(fixture: &Fixture, user: &str, word: &str) -> IdentityId {
    let draft = IdentityDraft { user: Some(user.to_owned()), ..password(user, word) };
    let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
    fixture.core.identities().add(&vault, draft).await.unwrap().id
}

async fn machine(fixture: &Fixture, name: &str, management: Vec<Management>) -> Authorized<NodeId> {
    let draft = EntryDraft {
        name: name.to_owned(),
        address: "192.0.2.1".to_owned(),
        management,
        ..EntryDraft::default()
    };
    let entry = fixture.core.tree().add_entry(&fixture.folder(None), draft).await.unwrap();
    fixture.node(entry.id)
}

fn all(fixture: &Fixture, one: &Authorized<NodeId>) -> Authorized<Vec<NodeId>> {
    fixture.ctx.authorize_all(&[*one.get()], Right::Edit).unwrap()
}

async fn unit(fixture: &Fixture, pdu: &SnmpSwitch) -> Authorized<NodeId> {
    let community = identity(fixture, "community", SnmpSwitch::UNIT).await;
    let snmp = ManagementWay::Snmp {
        address: "127.0.0.1".to_owned(),
        port: Some(pdu.port()),
        version: SnmpVersion::V2c,
        identity: Some(community),
        hash: None,
        cipher: None,
        privacy_identity: None,
        family: Some("apc".to_owned()),
    };
    machine(fixture, "pdu-a2", vec![way(snmp)]).await
}

async fn outlets(fixture: &Fixture, unit: &Authorized<NodeId>) -> Vec<patchbay_model::OutletState> {
    let read = fixture.core.devices().pdu_get(unit, true).await.unwrap();
    read.outlets.iter().map(|outlet| outlet.state).collect()
}

#[tokio::test]
async fn a_dead_controller_is_followed_by_the_outlets_of_the_machine() {
    if !snmpsim_or_skip("a_dead_controller_is_followed_by_the_outlets_of_the_machine") {
        return;
    }
    let (fixture, pdu) = (Fixture::open().await, SnmpSwitch::start().await.unwrap());
    let unit = unit(&fixture, &pdu).await;
    let signs_in = identity(&fixture, "admin", "secret-pass").await;
    // Somebody has the port and says nothing.
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let dead = bmc(silent.local_addr().unwrap(), signs_in);
    let ways = vec![outlet(*unit.get(), "4"), dead, outlet(*unit.get(), "5")];
    let metal = machine(&fixture, "metal-01", ways).await;
    let devices = fixture.core.devices();

    let guard = devices.power_guard(&all(&fixture, &metal), PowerAction::Off, None).await.unwrap();
    assert_eq!(guard.name.as_deref(), Some("metal-01"));
    let unsure = devices.power_do(&metal, PowerAction::Off, None, None).await;
    assert_eq!(field(unsure), "confirmed");
    let done =
        devices.power_do(&metal, PowerAction::Off, None, Some("metal-01".into())).await.unwrap();
    let taken: Vec<_> = done.tries.iter().map(|tried| tried.taken).collect();
    assert_eq!(taken, [PowerTaken::Failed, PowerTaken::Done, PowerTaken::Done], "{done:?}");
    assert_eq!(done.power, PowerState::Off);
    use patchbay_model::OutletState as S;
    let states = outlets(&fixture, &unit).await;
    // Outlet 2 is off from the beginning; the others are left alone.
    let off: Vec<usize> = (1..=8).filter(|n| states[n - 1] == S::Off).collect();
    assert_eq!(off, [2, 4, 5]);

    let history = devices.power_history(&metal).await.unwrap();
    let said: Vec<_> = history.iter().map(|one| (one.what.as_str(), one.good)).collect();
    assert_eq!(said, [("Force off", true), ("Force off", true), ("Force off", false)]);
    assert!(history.iter().all(|one| one.who == "me"));

    let on = devices.power_do(&metal, PowerAction::On, None, None).await.unwrap();
    assert!(on.tries.iter().any(|tried| tried.taken == PowerTaken::Done), "{on:?}");
    let states = outlets(&fixture, &unit).await;
    assert_eq!((states[3], states[4]), (S::On, S::On));
}

#[tokio::test]
async fn a_lost_answer_is_the_end_and_no_outlet_is_touched() {
    let name = "a_lost_answer_is_the_end_and_no_outlet_is_touched";
    if !ipmi_or_skip(name) || !snmpsim_or_skip(name) {
        return;
    }
    let (fixture, pdu) = (Fixture::open().await, SnmpSwitch::start().await.unwrap());
    let sim = IpmiSim::start("cat", &[]).await.unwrap();
    let lose = Arc::new(AtomicBool::new(false));
    let (losing, there) = (Arc::clone(&lose), AtomicUsize::new(0));
    let fate = move |way: Way, datagram: &[u8]| {
        let command = datagram.len() > 16 && datagram[4] == 6 && datagram[6..10] != [0; 4];
        if way == Way::There && command && losing.load(Ordering::SeqCst) {
            there.fetch_add(1, Ordering::SeqCst);
        }
        // The first question is for the state, the second a sign of life, the third one is the command: its answer, and all
        // that follow, are lost.
        let lost = way != Way::There && there.load(Ordering::SeqCst) >= 3;
        if lost { Vec::new() } else { vec![datagram.to_vec()] }
    };
    let relay = UdpRelay::start(sim.address(), Box::new(fate)).await.unwrap();
    let unit = unit(&fixture, &pdu).await;
    let signs_in = identity(&fixture, IpmiSim::USER, IpmiSim::PASSWORD).await;
    let ways = vec![bmc(relay.address(), signs_in), outlet(*unit.get(), "4")];
    let metal = machine(&fixture, "metal-01", ways).await;
    let devices = fixture.core.devices();
    assert_eq!(devices.management_status(&metal, true).await.unwrap().power, PowerState::Off);
    lose.store(true, Ordering::SeqCst);
    let done = devices.power_do(&metal, PowerAction::On, None, None).await.unwrap();
    assert_eq!(done.tries.len(), 1, "no other way is tried: {done:?}");
    assert_eq!(done.tries[0].taken, PowerTaken::Unknown, "{done:?}");
    let told = sim.told().iter().filter(|line| line.contains("set power")).count();
    assert_eq!(told, 1, "told once: {:?}", sim.told());
}

#[tokio::test]
async fn what_hangs_on_an_outlet_is_said_before_it_is_switched() {
    if !snmpsim_or_skip("what_hangs_on_an_outlet_is_said_before_it_is_switched") {
        return;
    }
    let (fixture, pdu) = (Fixture::open().await, SnmpSwitch::start().await.unwrap());
    let unit = unit(&fixture, &pdu).await;
    let id = *unit.get();
    machine(&fixture, "both", vec![outlet(id, "1"), outlet(id, "3")]).await;
    let alone = machine(&fixture, "alone", vec![outlet(id, "3")]).await;
    let console = way(ManagementWay::Console { entry: *alone.get(), port: None });
    machine(&fixture, "behind", vec![console]).await;
    let devices = fixture.core.devices();

    let guard = devices.outlet_guard(&unit, "3", OutletAction::Off).await.unwrap();
    assert_eq!(guard.title, "Switch off outlet Outlet 3 of pdu-a2, which feeds alone and both?");
    let effects: Vec<_> =
        guard.dependants.iter().map(|one| (one.name.as_str(), one.effect)).collect();
    use DependantEffect as E;
    assert!(effects.contains(&("alone", E::GoesDown)), "{effects:?}");
    assert!(effects.contains(&("both", E::LosesOne)), "its other feed is on: {effects:?}");
    assert!(effects.contains(&("behind", E::LosesOne)), "its console goes: {effects:?}");
    assert_eq!(guard.name.as_deref(), Some("alone"));
    let refused = devices.outlet_do(&unit, "3", OutletAction::Off, None).await;
    assert_eq!(field(refused), "confirmed");

    // Without its other feed the machine goes down, too.
    devices.outlet_do(&unit, "1", OutletAction::Off, Some("pdu-a2".into())).await.unwrap();
    let guard = devices.outlet_guard(&unit, "3", OutletAction::Cycle).await.unwrap();
    let of_both = guard.dependants.iter().find(|one| one.name == "both").unwrap();
    assert_eq!(of_both.effect, E::GoesDown, "{of_both:?}");
    assert!(of_both.detail.contains("its other feed is off"), "{of_both:?}");
}

#[tokio::test]
async fn what_names_another_machine_survives_its_deletion_and_says_so() {
    let fixture = Fixture::open().await;
    let unit = machine(&fixture, "pdu", Vec::new()).await;
    let metal = machine(&fixture, "metal", vec![outlet(*unit.get(), "1")]).await;
    let all = all(&fixture, &unit);
    fixture.core.tree().delete(&all).await.unwrap();
    let status = fixture.core.devices().management_status(&metal, true).await.unwrap();
    let problem = status.ways[0].problem.as_ref().expect("said");
    assert!(!problem.message.is_empty() && status.power == PowerState::Unknown, "{problem:?}");
    let own = way(ManagementWay::Outlet { pdu: *metal.get(), outlet: "1".to_owned() });
    let draft = EntryDraft {
        name: "metal".to_owned(),
        address: "192.0.2.1".to_owned(),
        management: vec![own],
        ..EntryDraft::default()
    };
    assert_eq!(field(fixture.core.tree().change_entry(&metal, draft, None).await), "management");
}
