//! Machines below their operating systems, from a shell: against `ipmi_sim`, fakepve behind a double of ours, and a switch with a
//! power unit that are ours.

use crate::{connect::Terminal, support::Home};
use patchbay_core::{Ctx, Right};
use patchbay_model::{
    BmcProtocol, EntryDraft, IdentityDraft, IdentityId, IdentityKind, Management, ManagementId,
    ManagementWay, NodeId, Secret, SnmpVersion,
};
use patchbay_testkit::{
    IpmiSim, Pve, SnmpSwitch, ipmi_or_skip, pve_or_skip, snmpsim_or_skip, terminals_or_skip,
};
use serde_json::{Value, json};

async fn identity(home: &Home, user: &str, password: &str) -> IdentityId {
    let core = home.unlocked().await;
    let vault = Ctx::person(core.clone()).authorize_vault(Right::Edit).unwrap();
    let draft = IdentityDraft {
        id: None,
        name: format!("{user} {password}"),
        user: Some(user.to_owned()),
        kind: IdentityKind::Password,
        password: Some(Secret::new(password.to_owned())),
        private_key: None,
        passphrase: None,
        certificate: None,
        agent_fingerprint: None,
    };
    core.identities().add(&vault, draft).await.unwrap().id
}

async fn machine(home: &Home, name: &str, ways: Vec<ManagementWay>) -> NodeId {
    let management = ways
        .into_iter()
        .map(|way| Management { id: ManagementId::new(), name: String::new(), way })
        .collect();
    let draft = EntryDraft {
        name: name.to_owned(),
        address: "127.0.0.1".to_owned(),
        management,
        ..EntryDraft::default()
    };
    home.add_draft(draft).await
}

const fn snmp(port: u16, identity: IdentityId) -> ManagementWay {
    ManagementWay::Snmp {
        address: String::new(),
        port: Some(port),
        version: SnmpVersion::V2c,
        identity: Some(identity),
        hash: None,
        cipher: None,
        privacy_identity: None,
        family: None,
    }
}

#[tokio::test]
async fn power_sensors_log_and_outlets() {
    if !ipmi_or_skip("power_sensors_log_and_outlets") || !snmpsim_or_skip("outlets") {
        return;
    }
    let (home, sim) = (Home::with_vault().await, IpmiSim::start("cat", &[]).await.unwrap());
    let switch = SnmpSwitch::start().await.unwrap();
    let community = identity(&home, "", SnmpSwitch::UNIT).await;
    let pdu = machine(&home, "pdu-a2", vec![snmp(switch.port(), community)]).await;
    let bmc = ManagementWay::Bmc {
        protocol: BmcProtocol::Ipmi,
        address: String::new(),
        port: Some(sim.address().port()),
        identity: Some(identity(&home, IpmiSim::USER, IpmiSim::PASSWORD).await),
        system: None,
        suite: Some(3),
        unprotected: false,
    };
    let outlet = ManagementWay::Outlet { pdu, outlet: "4".to_owned() };
    machine(&home, "metal-01", vec![bmc, outlet]).await;

    let off = home.run(&["power", "metal-01"]);
    assert!(off.code == 0 && off.out.starts_with("off\n"), "{off:?}");
    let on = home.run(&["power", "metal-01", "on"]);
    assert!(on.code == 0 && on.out.contains("done") && sim.on(), "{on:?}");
    let sensors = home.run(&["bmc", "metal-01", "sensors"]);
    assert!(sensors.code == 0 && sensors.out.contains("DJtemp"), "{sensors:?}");
    let boot = home.run(&["bmc", "metal-01", "boot", "network"]);
    assert_eq!(boot.code, 0, "{boot:?}");
    let log = home.run(&["--json", "bmc", "metal-01", "log"]);
    assert!(serde_json::from_str::<Value>(&log.out).unwrap()["entries"].is_array(), "{log:?}");
    let ladder = home.run(&["console", "metal-01", "--list"]);
    assert!(ladder.code == 0 && ladder.out.contains("Serial over LAN"), "{ladder:?}");

    // Nobody is there to type its name.
    let unsure = home.run(&["power", "metal-01", "off"]);
    assert!(
        unsure.code == 1 && unsure.err.contains("--confirm metal-01") && sim.on(),
        "{unsure:?}"
    );
    let wrong = home.run(&["power", "metal-01", "off", "--confirm", "metal"]);
    assert!(wrong.code == 1 && sim.on(), "{wrong:?}");
    let sure = home.run(&["power", "metal-01", "off", "--confirm", "metal-01"]);
    assert!(sure.code == 0 && !sim.on(), "{sure:?}");

    let outlets = home.run(&["outlets", "pdu-a2"]);
    let fed = outlets.out.lines().find(|line| line.contains("metal-01"));
    assert!(fed.is_some_and(|line| line.starts_with('4') && line.contains(" on ")), "{outlets:?}");
    let switched = home.run(&["outlet", "pdu-a2", "4", "off", "--confirm", "metal-01"]);
    let fed = switched.out.lines().find(|line| line.contains("metal-01"));
    assert!(fed.is_some_and(|line| line.contains(" off ")), "{switched:?}");
    let fleet = home.run(&["fleet"]);
    assert!(fleet.code == 0 && fleet.out.contains("metal-01"), "{fleet:?}");
}

#[tokio::test]
async fn a_port_is_planned_kept_and_taken_back() {
    if !snmpsim_or_skip("a_port_is_planned_kept_and_taken_back") {
        return;
    }
    let (home, switch) = (Home::with_vault().await, SnmpSwitch::start().await.unwrap());
    let community = identity(&home, "", "private").await;
    machine(&home, "sw-core-01", vec![snmp(switch.port(), community)]).await;
    let vlan = |home: &Home| {
        let ports = home.run(&["--json", "ports", "sw-core-01"]);
        let read: Value = serde_json::from_str(&ports.out).unwrap();
        let all = read["ports"].as_array().unwrap().clone();
        all.into_iter().find(|port| port["name"] == "Gi0/3").unwrap()["native"].clone()
    };
    assert_eq!(vlan(&home), json!(1));
    let plan = home.run(&["port", "sw-core-01", "Gi0/3", "--vlan", "20", "--plan"]);
    assert!(plan.code == 0 && plan.out.contains("+ ") && plan.out.contains("20"), "{plan:?}");
    assert_eq!(vlan(&home), json!(1), "only planned");
    // Nobody is there to keep it.
    let reverted = home.run(&["port", "sw-core-01", "Gi0/3", "--vlan", "20"]);
    assert!(reverted.code == 1 && reverted.err.contains("Taken back"), "{reverted:?}");
    assert_eq!(vlan(&home), json!(1), "taken back");
    let kept = home.run(&["port", "sw-core-01", "Gi0/3", "--vlan", "20", "--keep"]);
    assert!(kept.code == 0 && kept.err.contains("is kept"), "{kept:?}");
    assert_eq!(vlan(&home), json!(20));
    let nothing = home.run(&["port", "sw-core-01", "Gi0/3"]);
    assert!(nothing.code == 1 && nothing.err.contains("Nothing is to be changed"), "{nothing:?}");
}

// The cluster's encryption is done in this process, which waits for the program.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_is_started_and_rolled_back_to_a_snapshot() {
    if !pve_or_skip("a_guest_is_started_and_rolled_back_to_a_snapshot") {
        return;
    }
    let settings = json!({ "nodes": ["pve1"], "guests": [
        { "vmid": 101, "name": "db", "node": "pve1", "status": "stopped", "config": { "cores": 1, "memory": 512 } },
    ] });
    let (home, pve) = (Home::with_vault().await, Pve::start(&settings).await.unwrap());
    let signs_in = identity(&home, Pve::USER, Pve::PASSWORD).await;
    let way = ManagementWay::Proxmox {
        address: String::new(),
        port: Some(pve.port()),
        identity: Some(signs_in),
    };
    let cluster = machine(&home, "pve-01", vec![way]).await;

    // Nothing is said to a certificate that nobody has looked at, and nobody is there to look.
    let untrusted = home.run(&["guests", "pve-01"]);
    assert!(untrusted.code == 1 && untrusted.err.contains("not trusted yet"), "{untrusted:?}");
    let refused = home.run(&["trust", "pve-01"]);
    assert!(refused.code == 1 && refused.err.contains("stays untrusted"), "{refused:?}");
    trust(&home, cluster);

    let guests = home.run(&["guests", "pve-01"]);
    assert!(guests.code == 0 && guests.out.contains("101  db"), "{guests:?}");
    for what in [
        &["power", "start"][..],
        &["snapshot", "before"],
        &["roll-back", "before", "--confirm", "db"],
        &["delete-snapshot", "before"],
    ] {
        let run = home.run(&[&["guest", "pve-01", "db"], what].concat());
        assert_eq!(run.code, 0, "{what:?}: {run:?}");
    }
    let unsure = home.run(&["guest", "pve-01", "101", "power", "stop"]);
    assert!(unsure.code == 1 && unsure.err.contains("--confirm db"), "{unsure:?}");
    let none = home.run(&["guest", "pve-01", "999", "show"]);
    assert!(none.code == 1 && none.err.contains("no guest"), "{none:?}");
}

// The same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_code_of_a_second_factor_is_asked_for_on_a_terminal() {
    if !pve_or_skip("a second factor") || !terminals_or_skip("a second factor") {
        return;
    }
    let settings = json!({
        "nodes": ["pve1"],
        "guests": [{ "vmid": 101, "name": "db", "node": "pve1", "status": "stopped", "config": {} }],
        "users": { "ops@pve": "pass" },
        "factors": { "ops@pve": { "code": "123456", "kinds": { "totp": true } } },
    });
    let (home, pve) = (Home::with_vault().await, Pve::start(&settings).await.unwrap());
    let signs_in = identity(&home, "ops@pve", "pass").await;
    let way = ManagementWay::Proxmox {
        address: String::new(),
        port: Some(pve.port()),
        identity: Some(signs_in),
    };
    trust(&home, machine(&home, "pve-01", vec![way]).await);

    let nobody = home.run(&["guests", "pve-01"]);
    assert!(nobody.code == 1 && nobody.err.contains("asks for a one-time password"), "{nobody:?}");
    let mut terminal = Terminal::start(&home, &["guests", "pve-01"], "PATCHBAY_NOTHING");
    terminal.until("or a recovery key: ");
    terminal.type_in("654321\r");
    terminal.until("refused the one-time password of ops@pve");
    terminal.until("or a recovery key: ");
    terminal.type_in("123456\r");
    terminal.until("101  db");
    assert_eq!(terminal.exit_code(), 0);
    assert_eq!(pve.log().matches("wrong code").count(), 1, "no code is sent twice");
}

/// Puts the certificate on record as a person does who has looked at it.
fn trust(home: &Home, cluster: NodeId) {
    let status = json!({ "entry": cluster, "refresh": true }).to_string();
    let run = home.run(&["call", "management_status", &status]);
    let status: Value = serde_json::from_str(&run.out).unwrap();
    let way = &status["ways"][0];
    let args = json!({ "entry": cluster, "way": way["id"], "replace": false,
        "fingerprint": way["question"]["presented"]["fingerprint"] });
    let run = home.run(&["call", "management_trust", &args.to_string()]);
    assert_eq!(run.code, 0, "{run:?}");
}
