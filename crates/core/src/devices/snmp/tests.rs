//! Switches and power units against net-snmp's agent, against snmpsim with the recorded AP7902, and against the testkit's
//! switch and power unit. The last two are ours, since nobody has a real one that can be changed in a test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::{
    CoreError, Right,
    devices::reach::{Trouble, Way},
    testing::{Fixture, field, password},
};
use patchbay_model::{
    ApiError, AppEvent, ConsolePortState, EntryDraft, ErrorCode, IdentityDraft, IdentityId,
    LockReason, Management, ManagementId, ManagementKind, ManagementWay, NodeId, OutletState,
    PlanLine, PortState, PowerAction, PowerGuard, PowerState, PowerTaken, SnmpCipher, SnmpHash,
    SnmpVersion, SwitchChange, SwitchChangeId, SwitchChangeState, SwitchWish,
};
use patchbay_testkit::{
    Pass, SnmpRelay, SnmpSwitch, Snmpd, Snmpsim, net_snmp, snmpd_or_skip, snmpsim_or_skip,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::broadcast, task::JoinHandle};

/// SNMP at a port of this computer.
fn snmp(port: u16, version: SnmpVersion, identity: Option<IdentityId>) -> ManagementWay {
    ManagementWay::Snmp {
        address: "127.0.0.1".into(),
        port: Some(port),
        version,
        identity,
        hash: None,
        cipher: None,
        privacy_identity: None,
        family: None,
    }
}

struct World {
    fixture: Fixture,
    events: broadcast::Receiver<AppEvent>,
}

impl World {
    async fn new() -> Self {
        let fixture = Fixture::open().await;
        let events = fixture.core.events();
        Self { fixture, events }
    }

    async fn identity(&self, user: Option<&str>, text: &str) -> IdentityId {
        let draft = IdentityDraft { user: user.map(str::to_owned), ..password(text, text) };
        let vault = self.fixture.ctx.authorize_vault(Right::Edit).unwrap();
        self.fixture.core.identities().add(&vault, draft).await.unwrap().id
    }

    async fn add(&self, name: &str, ways: Vec<ManagementWay>) -> NodeId {
        self.add_with_mac(name, None, ways).await
    }

    async fn add_with_mac(
        &self,
        name: &str,
        mac: Option<&str>,
        ways: Vec<ManagementWay>,
    ) -> NodeId {
        let way = |way| Management { id: ManagementId::new(), name: String::new(), way };
        let draft = EntryDraft {
            name: name.into(),
            address: "192.0.2.1".into(),
            mac: mac.map(str::to_owned),
            management: ways.into_iter().map(way).collect(),
            ..EntryDraft::default()
        };
        self.fixture.core.tree().add_entry(&self.fixture.folder(None), draft).await.unwrap().id
    }

    async fn add_at(&self, name: &str, address: &str) -> NodeId {
        let draft =
            EntryDraft { name: name.into(), address: address.into(), ..EntryDraft::default() };
        self.fixture.core.tree().add_entry(&self.fixture.folder(None), draft).await.unwrap().id
    }

    /// A machine that is asked with this community.
    async fn asked(&self, name: &str, port: u16, community: &str) -> NodeId {
        let identity = self.identity(None, community).await;
        self.add(name, vec![snmp(port, SnmpVersion::V2c, Some(identity))]).await
    }

    fn way(&self, id: NodeId, kind: ManagementKind) -> Way {
        self.fixture.core.devices().way_of(&self.fixture.node(id), kind).unwrap()
    }

    /// Waits until a change is as it shall be.
    async fn until(
        &mut self,
        id: SwitchChangeId,
        wanted: impl Fn(&SwitchChangeState) -> bool,
    ) -> SwitchChange {
        loop {
            match self.events.recv().await.unwrap() {
                AppEvent::SwitchChange { change } if change.id == id && wanted(&change.state) => {
                    return *change;
                }
                _ => {}
            }
        }
    }

    /// Lets the clock run a hundred times as fast as it is.
    fn running_clock(&self) -> Running {
        let clock = self.fixture.clock.clone();
        Running(tokio::spawn(async move {
            loop {
                clock.advance(Duration::from_millis(500));
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }))
    }
}

struct Running(JoinHandle<()>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn api<T: std::fmt::Debug>(result: Result<T, CoreError>) -> ApiError {
    result.expect_err("refused").into()
}

/// What net-snmp reads of an object.
fn reads(port: u16, name: &str) -> String {
    let address = format!("127.0.0.1:{port}");
    let said = net_snmp("snmpget", &["-v2c", "-c", "public", "-Oqv", &address, name]).unwrap();
    said.trim().trim_matches('"').trim().to_owned()
}

/// Sets the switch's clock forward.
fn jump(port: u16, seconds: &str) {
    let (address, clock) = (format!("127.0.0.1:{port}"), ".1.3.6.1.4.1.99999.1.0");
    net_snmp("snmpset", &["-v2c", "-c", "private", &address, clock, "i", seconds]).unwrap();
}

const PVID_OF_5: &str = ".1.3.6.1.2.1.17.7.1.4.5.1.1.5";
const ALIAS_OF_5: &str = ".1.3.6.1.2.1.31.1.1.1.18.10105";

#[tokio::test]
async fn a_switch_has_ports_with_all_that_is_known_of_them() {
    if !snmpsim_or_skip("a switch") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let world = World::new().await;
    let id = world.add("sw", vec![snmp(switch.port(), SnmpVersion::V2c, None)]).await;
    let port = |port: &str| ManagementWay::Port { switch: id, port: port.into() };
    let pc = world.add_with_mac("pc", Some("00-11-22-33-44-55"), vec![port("Gi0/3")]).await;
    let other = world.add("other", vec![port("gigabitethernet0/4")]).await;
    let (core, entry) = (&world.fixture.core, world.fixture.node(id));
    let found = core.devices().switch_get(&entry, false).await.unwrap();
    assert_eq!((found.name.as_str(), found.about.as_str()), ("switch", "A switch of 48 ports"));
    assert_eq!((found.ports.len(), found.writable), (49, None));
    let port = |n: usize| &found.ports[n - 1];
    assert_eq!((port(1).name.as_str(), port(1).alias.as_str()), ("Gi0/1", "uplink to the räck"));
    assert_eq!((port(1).up, port(1).state, port(2).state), (true, PortState::Up, PortState::Down));
    assert_eq!(
        (port(1).native, port(1).tagged.as_slice(), port(1).switched),
        (Some(1), &[][..], true)
    );
    assert_eq!((port(48).tagged.as_slice(), port(48).speed), (&[20][..], Some(1e9)));
    assert_eq!(port(1).mac.as_deref(), Some("02:00:00:00:00:01"));
    assert_eq!(port(1).poe.as_ref().unwrap().detail, "delivering, class 3");
    assert_eq!((port(25).poe.as_ref(), port(1).neighbour.as_ref()), (None, None));
    let core1 = port(48).neighbour.as_ref().unwrap();
    assert_eq!((core1.name.as_str(), core1.port.as_str()), ("core1", "xe-0/0/1"));
    assert_eq!(core1.addresses, ["192.0.2.9"]);
    assert_eq!((port(3).stations, port(4).stations, port(48).stations), (1, 0, 1));
    assert_eq!(port(3).machines, [(pc, "pc".to_owned())]);
    assert_eq!(port(4).machines, [(other, "other".to_owned())]);
    let vlan = &found.ports[48];
    assert_eq!((vlan.kind.as_str(), vlan.physical, vlan.switched), ("VLAN", false, false));
    let vlans: Vec<_> = found.vlans.iter().map(|v| (v.id, v.untagged, v.tagged)).collect();
    assert_eq!(vlans, [(1, 48, 0), (20, 0, 1)]);
    assert_eq!(found.vlans[1].addresses, ["192.0.2.1/24"]);

    let stations = core.devices().switch_stations(&entry).await.unwrap();
    let first = (stations[0].mac.as_str(), stations[0].vlan, stations[0].port);
    assert_eq!(first, ("00:11:22:33:44:55", Some(1), Some(SnmpSwitch::interface(3))));
    assert_eq!(
        (stations[0].machine.as_ref(), stations[1].machine.as_ref()),
        (Some(&(pc, "pc".to_owned())), None)
    );

    // What was read is good for a while, but not when it is to be read again.
    drop(switch);
    assert_eq!(core.devices().switch_get(&entry, false).await.unwrap(), found);
    assert_eq!(api(core.devices().switch_get(&entry, true).await).code, ErrorCode::TimedOut);
    world.fixture.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(api(core.devices().switch_get(&entry, false).await).code, ErrorCode::TimedOut);
}

#[tokio::test]
async fn traffic_is_what_two_readings_prove_and_a_restart_is_a_gap() {
    if !snmpsim_or_skip("traffic of a switch") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let world = World::new().await;
    let id = world.add("sw", vec![snmp(switch.port(), SnmpVersion::V2c, None)]).await;
    let (core, entry) = (&world.fixture.core, world.fixture.node(id));
    let wanted = vec![SnmpSwitch::interface(10)];
    let first = core.devices().switch_traffic(&entry, wanted.clone()).await.unwrap();
    assert_eq!(first, []);
    // Less than a restart would be.
    jump(switch.port(), "4");
    world.fixture.clock.advance(Duration::from_secs(4));
    let second = core.devices().switch_traffic(&entry, wanted.clone()).await.unwrap();
    let [(_, rates)] = second[0].points.as_slice() else { panic!("{second:?}") };
    // Port 10 counts 100 bytes in and 200 out each hundredth of a second, and one error a second in.
    let about = |found: Option<f64>, wanted: f64| (found.unwrap() / wanted - 1.0).abs() < 0.1;
    assert!(about(rates.bits_in, 80_000.0) && about(rates.bits_out, 160_000.0), "{rates:?}");
    assert!(rates.errors_in.unwrap() < 2.0 && rates.errors_out == Some(0.0), "{rates:?}");
    let shown = core.devices().switch_get(&entry, false).await.unwrap();
    assert_eq!(shown.ports[9].rates, *rates);
    // Again at once: nothing new is read.
    assert_eq!(core.devices().switch_traffic(&entry, wanted.clone()).await.unwrap(), second);
    // The switch's clock did not run as ours did.
    jump(switch.port(), "3000");
    world.fixture.clock.advance(Duration::from_secs(4));
    let all = core.devices().switch_traffic(&entry, Vec::new()).await.unwrap();
    assert_eq!(all.len(), 48);
    assert!(all.iter().all(|port| port.points.len() == 2 && port.points[1].1.bits_in.is_none()));
    world.fixture.clock.advance(Duration::from_secs(3700));
    let late = core.devices().switch_traffic(&entry, wanted).await.unwrap();
    assert_eq!(late[0].points.len(), 1);
}

#[tokio::test]
async fn whoever_asks_wrongly_is_told_what_is_wrong() {
    if !snmpd_or_skip("wrong communities and passwords") {
        return;
    }
    let snmpd = Snmpd::start().await.unwrap();
    let world = World::new().await;
    let core = &world.fixture.core;
    let status = async |id| {
        let asked = core.devices().snmp_status(&world.way(id, ManagementKind::Snmp)).await;
        asked.map_err(|trouble| match trouble {
            Trouble::Error(error) => error,
            Trouble::Question(_) => panic!("SNMP has no certificates"),
        })
    };
    let id = world.asked("net", snmpd.port(), "wrong").await;
    let silent = status(id).await.unwrap_err();
    assert_eq!(
        (silent.code, silent.message.as_str()),
        (ErrorCode::TimedOut, "net does not answer SNMP at 127.0.0.1.")
    );
    assert!(silent.next_step.contains("community") && silent.retryable);
    let id = world.asked("net", snmpd.port(), "public").await;
    assert!(status(id).await.unwrap().about.contains("Linux"));

    let secure = |identity, hash, cipher, privacy| ManagementWay::Snmp {
        address: "127.0.0.1".into(),
        port: Some(snmpd.port()),
        version: SnmpVersion::V3,
        identity: Some(identity),
        hash,
        cipher,
        privacy_identity: privacy,
        family: None,
    };
    let (hash, cipher) = (Some(SnmpHash::Sha256), Some(SnmpCipher::Aes128));
    let right = world.identity(Some("sha256"), Snmpd::PASSWORD).await;
    let privacy = world.identity(Some("sha256"), Snmpd::PRIVACY).await;
    let safe = world.add("safe", vec![secure(right, hash, cipher, Some(privacy))]).await;
    assert!(status(safe).await.unwrap().about.contains("Linux"));
    let wrong = world.identity(Some("sha256"), "another password").await;
    let stranger = world.identity(Some("nobody"), Snmpd::PASSWORD).await;
    let short = world.identity(Some("sha256"), "short").await;
    for (identity, hash, cipher, code, says) in [
        (wrong, hash, cipher, ErrorCode::AuthFailed, "the password or the hash is another"),
        (stranger, hash, cipher, ErrorCode::AuthFailed, "does not know this SNMP user"),
        (right, hash, None, ErrorCode::NotAllowed, "may not do this"),
        (short, hash, cipher, ErrorCode::Invalid, "shorter than 8 bytes"),
        (right, None, cipher, ErrorCode::Invalid, "not signed"),
    ] {
        let id = world.add("safe", vec![secure(identity, hash, cipher, Some(privacy))]).await;
        let error = status(id).await.unwrap_err();
        assert_eq!(error.code, code, "{error}");
        assert!(error.message.contains(says) && !error.next_step.is_empty(), "{error}");
    }

    // Keys are kept until the secret is another one.
    let draft = password("right", "another password");
    let draft = IdentityDraft { id: Some(right), user: Some("sha256".into()), ..draft };
    let proof = world.fixture.ctx.authorize_identity(right, Right::Edit).unwrap();
    core.identities().change(&proof, draft).await.unwrap();
    assert_eq!(status(safe).await.unwrap_err().code, ErrorCode::AuthFailed);
}

/// Changes that cut nothing off, so that no name has to be typed.
fn harmless() -> Vec<SwitchWish> {
    let port = SnmpSwitch::interface;
    vec![
        SwitchWish::Create { vlan: 30, name: "voice".into() },
        SwitchWish::Alias { port: port(5), alias: "phone".into() },
        SwitchWish::Trunk { port: port(5), native: Some(1), tagged: vec![30] },
    ]
}

#[tokio::test]
async fn a_plan_is_looked_at_applied_and_kept() {
    if !snmpsim_or_skip("a change of a switch") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let mut world = World::new().await;
    let id = world.asked("sw", switch.port(), "private").await;
    let core = Arc::clone(&world.fixture.core);
    let (entry, devices) = (world.fixture.node(id), core.devices());
    let vault = world.fixture.ctx.authorize_vault(Right::Use).unwrap();
    let nothing = devices.switch_plan(&entry, Vec::new()).await.unwrap();
    assert_eq!((nothing.diff.as_slice(), &nothing.guard.name), (&[][..], &None));
    assert_eq!(field(devices.switch_apply(&entry, nothing.id, 60, None).await), "plan");
    let no_vlan = [SwitchWish::Access { port: SnmpSwitch::interface(5), vlan: 99 }];
    assert_eq!(field(devices.switch_plan(&entry, no_vlan.to_vec()).await), "wishes");

    let plan = devices.switch_plan(&entry, harmless()).await.unwrap();
    let line = |new, text: &str| PlanLine { new, text: text.into() };
    let diff = [
        line(true, "vlan 30 name \"voice\""),
        line(false, "Gi0/5 description \"\""),
        line(true, "Gi0/5 description \"phone\""),
        line(false, "Gi0/5 access 1"),
        line(true, "Gi0/5 native 1 tagged 30"),
    ];
    assert_eq!(plan.diff, diff);
    assert_eq!(reads(switch.port(), ALIAS_OF_5), "", "nothing is done yet");
    assert_eq!(field(devices.switch_apply(&entry, plan.id, 5, None).await), "seconds");
    let change = devices.switch_apply(&entry, plan.id, 60, None).await.unwrap();
    assert_eq!(change.state, SwitchChangeState::Applying { done: 0, all: 3 });
    // One at a time.
    let other = devices.switch_plan(&entry, harmless()).await;
    if let Ok(other) = other {
        assert_eq!(
            api(devices.switch_apply(&entry, other.id, 60, None).await).code,
            ErrorCode::Conflict
        );
    }
    let waits = world.until(change.id, |s| matches!(s, SwitchChangeState::Waiting { .. })).await;
    let SwitchChangeState::Waiting { until } = waits.state else { panic!("{waits:?}") };
    assert_eq!(until.0 - change.started.0, 60_000);
    assert_eq!(reads(switch.port(), ALIAS_OF_5), "phone");
    let kept = devices.switch_keep(&vault, change.id).await.unwrap();
    assert_eq!((kept.state, kept.diff), (SwitchChangeState::Kept, plan.diff.clone()));
    world.fixture.clock.advance(Duration::from_secs(100));
    assert_eq!(reads(switch.port(), ALIAS_OF_5), "phone");
    assert_eq!(api(devices.switch_revert(&vault, change.id).await).code, ErrorCode::Conflict);
    assert_eq!(field(devices.switch_apply(&entry, plan.id, 60, None).await), "plan");
    let shown = devices.switch_get(&entry, false).await.unwrap();
    assert_eq!((shown.ports[4].tagged.as_slice(), shown.writable), (&[30][..], Some(true)));
    assert_eq!(devices.switch_changes().len(), 1);
}

#[tokio::test]
async fn a_plan_of_a_switch_that_somebody_else_changed_does_nothing() {
    if !snmpsim_or_skip("an old plan") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let mut world = World::new().await;
    let id = world.asked("sw", switch.port(), "private").await;
    let reader = world.asked("reader", switch.port(), "public").await;
    let core = Arc::clone(&world.fixture.core);
    let (entry, devices) = (world.fixture.node(id), core.devices());
    let plan = devices.switch_plan(&entry, harmless()).await.unwrap();
    let old = devices.switch_plan(&entry, harmless()).await.unwrap();
    let address = format!("127.0.0.1:{}", switch.port());
    let name = ".1.3.6.1.2.1.31.1.1.1.18.10109";
    net_snmp("snmpset", &["-v2c", "-c", "private", &address, name, "s", "theirs"]).unwrap();
    let refused = api(devices.switch_apply(&entry, plan.id, 60, None).await);
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert!(refused.message.contains("was changed since"), "{refused}");
    world.fixture.clock.advance(Duration::from_secs(600));
    assert_eq!(field(devices.switch_apply(&entry, old.id, 60, None).await), "plan");
    assert_eq!(reads(switch.port(), ALIAS_OF_5), "");

    // Whoever may only read is told so, and nothing is half done.
    let entry = world.fixture.node(reader);
    let plan = devices.switch_plan(&entry, harmless()).await.unwrap();
    let change = devices.switch_apply(&entry, plan.id, 60, None).await.unwrap();
    let end = world.until(change.id, |s| matches!(s, SwitchChangeState::Reverted { .. })).await;
    let SwitchChangeState::Reverted { why } = end.state else { panic!("{end:?}") };
    assert!(why.contains("may not do this"), "{why}");
}

/// A guard that asks for the switch's name, as it does before a port leaves its VLAN.
fn asks_for_name() -> PowerGuard {
    PowerGuard {
        title: "Change sw?".into(),
        meaning: "Gi0/5 leaves VLAN 1.".into(),
        name: Some("sw".into()),
        dependants: Vec::new(),
        instead: None,
    }
}

impl World {
    /// A port into another VLAN, planned and begun below the guard.
    async fn moves_a_port(&self, id: NodeId) -> SwitchChange {
        let (entry, devices) = (self.fixture.node(id), self.fixture.core.devices());
        let wishes = vec![
            SwitchWish::Create { vlan: 30, name: "voice".into() },
            SwitchWish::Access { port: SnmpSwitch::interface(5), vlan: 30 },
        ];
        let plan = devices.planned(&entry, wishes, Some(asks_for_name())).await.unwrap();
        for typed in [None, Some("other".to_owned())] {
            let refused = devices.switch_apply(&entry, plan.id, 30, typed).await;
            assert_eq!(field(refused), "confirmed");
        }
        devices.switch_apply(&entry, plan.id, 30, Some("sw".into())).await.unwrap()
    }
}

const fn waits(state: &SwitchChangeState) -> bool {
    matches!(state, SwitchChangeState::Waiting { .. })
}

const fn is_back(state: &SwitchChangeState) -> bool {
    matches!(state, SwitchChangeState::Reverted { .. })
}

#[tokio::test]
async fn what_nobody_keeps_is_taken_back() {
    if !snmpsim_or_skip("a change that is not kept") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let mut world = World::new().await;
    let id = world.asked("sw", switch.port(), "private").await;
    let core = Arc::clone(&world.fixture.core);
    let vault = world.fixture.ctx.authorize_vault(Right::Use).unwrap();
    // Its time is up.
    let change = world.moves_a_port(id).await;
    world.until(change.id, waits).await;
    assert_eq!(reads(switch.port(), PVID_OF_5), "30");
    world.fixture.clock.advance(Duration::from_secs(31));
    world.until(change.id, is_back).await;
    assert_eq!(reads(switch.port(), PVID_OF_5), "1");
    let late = api(core.devices().switch_keep(&vault, change.id).await);
    assert_eq!(late.code, ErrorCode::Conflict);
    assert!(late.message.contains("not confirmed in time"), "{late}");
    // Somebody thought better of it.
    let change = world.moves_a_port(id).await;
    world.until(change.id, waits).await;
    let back = core.devices().switch_revert(&vault, change.id).await.unwrap();
    assert!(is_back(&back.state), "{back:?}");
    assert_eq!(reads(switch.port(), PVID_OF_5), "1");
    // The app ends.
    let change = world.moves_a_port(id).await;
    world.until(change.id, waits).await;
    core.devices().switches_settle().await;
    assert_eq!(reads(switch.port(), PVID_OF_5), "1");
    world.until(change.id, is_back).await;
    // The vault is locked.
    let change = world.moves_a_port(id).await;
    world.until(change.id, waits).await;
    core.vault().lock(LockReason::Person, false);
    world.until(change.id, is_back).await;
    assert_eq!(reads(switch.port(), PVID_OF_5), "1");
    assert_eq!(core.devices().switch_changes(), []);
    world.fixture.unlock().await;
    assert_eq!(core.devices().switch_changes().len(), 4);
}

/// The change cuts the way to the switch off: it cannot be kept, and is taken back once the switch answers.
#[tokio::test]
async fn a_switch_that_is_cut_off_goes_back() {
    if !snmpsim_or_skip("a switch that is cut off") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let cut = Arc::new(AtomicBool::new(false));
    let cuts = Arc::clone(&cut);
    let relay = SnmpRelay::start(switch.port(), move |_, data| {
        if cuts.load(Ordering::SeqCst) { vec![] } else { vec![data] }
    })
    .unwrap();
    let mut world = World::new().await;
    let id = world.asked("sw", relay.port(), "private").await;
    let core = Arc::clone(&world.fixture.core);
    let vault = world.fixture.ctx.authorize_vault(Right::Use).unwrap();
    let change = world.moves_a_port(id).await;
    world.until(change.id, waits).await;
    cut.store(true, Ordering::SeqCst);
    let kept = api(core.devices().switch_keep(&vault, change.id).await);
    assert_eq!(kept.code, ErrorCode::TimedOut, "{kept}");
    world.fixture.clock.advance(Duration::from_secs(31));
    world.until(change.id, |s| matches!(s, SwitchChangeState::Reverting { .. })).await;
    assert_eq!(reads(switch.port(), PVID_OF_5), "30");
    cut.store(false, Ordering::SeqCst);
    world.until(change.id, is_back).await;
    assert_eq!(reads(switch.port(), PVID_OF_5), "1");
}

#[tokio::test]
async fn the_recorded_unit_is_found_out_and_shown_with_what_it_feeds() {
    if !snmpsim_or_skip("a recorded power unit") {
        return;
    }
    let sim = Snmpsim::start(&[]).await.unwrap();
    let world = World::new().await;
    let id = world.asked("pdu", sim.port(), Snmpsim::AP7902).await;
    let outlet = ManagementWay::Outlet { pdu: id, outlet: "5".into() };
    let pc = world.add("pc", vec![outlet]).await;
    let core = &world.fixture.core;
    let unit = core.devices().pdu_get(&world.fixture.node(id), false).await.unwrap();
    assert_eq!((unit.family_key.as_str(), unit.outlets.len(), unit.cycles), ("apc", 16, true));
    assert!(unit.about.contains("AP7902"), "{}", unit.about);
    assert_eq!(
        (unit.outlets[4].id.as_str(), &unit.outlets[4].feeds),
        ("5", &vec![(pc, "pc".to_owned())])
    );
    assert_eq!(unit.outlets[5].feeds, []);
    let asked = core.devices().outlet_status(&world.way(pc, ManagementKind::Outlet)).await.unwrap();
    let wanted =
        if unit.outlets[4].state == OutletState::On { PowerState::On } else { PowerState::Off };
    assert_eq!(asked.power, wanted);
    assert_eq!(asked.offers, [PowerAction::On, PowerAction::Off, PowerAction::Cycle]);
    let families = core.devices().management_families();
    assert!(families.iter().any(|(key, title)| key == "apc" && title.contains("APC")));

    // A switch is none.
    let switch = SnmpSwitch::start().await.unwrap();
    let id = world.asked("sw", switch.port(), "public").await;
    let none = api(core.devices().pdu_get(&world.fixture.node(id), false).await);
    assert_eq!(none.code, ErrorCode::NotFound);
    assert!(none.message.contains("sw has no outlets"), "{none}");
}

/// `portDataEntry` of a Dominion SX, written by hand from its module.
const DOMINION: &str = "1.3.6.1.2.1.1.1.0|4|Dominion SX\n1.3.6.1.2.1.1.5.0|4|console-a2\n\
    1.3.6.1.4.1.13742.3.1.4.1.2.1|2|1\n1.3.6.1.4.1.13742.3.1.4.1.2.2|2|2\n\
    1.3.6.1.4.1.13742.3.1.4.1.2.3|2|3\n1.3.6.1.4.1.13742.3.1.4.1.3.1|4|db-01\n\
    1.3.6.1.4.1.13742.3.1.4.1.3.2|4|sw-core\n1.3.6.1.4.1.13742.3.1.4.1.3.3|4|Port 3\n\
    1.3.6.1.4.1.13742.3.1.4.1.4.1|4|Serial\n1.3.6.1.4.1.13742.3.1.4.1.4.2|4|Serial\n\
    1.3.6.1.4.1.13742.3.1.4.1.4.3|4|Not Available\n1.3.6.1.4.1.13742.3.1.4.1.5.1|2|4\n\
    1.3.6.1.4.1.13742.3.1.4.1.5.2|2|2\n1.3.6.1.4.1.13742.3.1.4.1.5.3|2|1\n";

#[tokio::test]
async fn a_console_server_shows_its_ports_and_what_hangs_on_them() {
    if !snmpsim_or_skip("ports of a console server") {
        return;
    }
    let sim = Snmpsim::start(&[("dominion", DOMINION)]).await.unwrap();
    let world = World::new().await;
    let id = world.asked("console-a2", sim.port(), "dominion").await;
    let console = |entry, port| ManagementWay::Console { entry, port: Some(port) };
    // One that leads to a port of its own, one whose console is the server's menu, one of another server.
    let leads = world.add_at("console-a2 port 1", "127.0.0.1").await;
    let db = world.add("db-01", vec![console(leads, 1)]).await;
    let core_switch = world.add("sw-core", vec![console(id, 2)]).await;
    let elsewhere = world.add_at("console-b7", "192.0.2.77").await;
    world.add("far", vec![console(elsewhere, 1)]).await;
    let devices = world.fixture.core.devices();
    let server = devices.console_ports(&world.fixture.node(id), false).await.unwrap();
    let ports: Vec<_> =
        server.ports.iter().map(|port| (port.number, port.name.as_str(), port.state)).collect();
    use ConsolePortState as S;
    assert_eq!(ports, [(1, "db-01", S::Busy), (2, "sw-core", S::Idle), (3, "Port 3", S::Inactive)]);
    assert_eq!(server.ports[0].kind, "Serial");
    let hanging = |at: usize| {
        let machines = &server.ports[at].machines;
        machines.iter().map(|one| (one.entry, one.opens)).collect::<Vec<_>>()
    };
    assert_eq!(hanging(0), [(db, Some(leads))]);
    assert_eq!(hanging(1), [(core_switch, None)]);
    assert_eq!(hanging(2), []);
    assert_eq!(server.about, "console-a2, Dominion SX");
    // It is kept for a while, and asked again when somebody wants that.
    drop(sim);
    let kept = devices.console_ports(&world.fixture.node(id), false).await.unwrap();
    assert_eq!(kept, server);
    assert!(devices.console_ports(&world.fixture.node(id), true).await.is_err());

    // A power unit is none.
    let switch = SnmpSwitch::start().await.unwrap();
    let id = world.asked("pdu", switch.port(), SnmpSwitch::UNIT).await;
    let none = api(devices.console_ports(&world.fixture.node(id), false).await);
    assert_eq!(none.code, ErrorCode::NotFound);
    assert!(none.message.contains("pdu has no ports as Raritan Dominion has them"), "{none}");
}

/// The machine that an outlet of the testkit's unit feeds.
async fn fed(world: &World, unit: NodeId, outlet: &str) -> Way {
    let outlet = ManagementWay::Outlet { pdu: unit, outlet: outlet.into() };
    let id = world.add("pc", vec![outlet]).await;
    world.way(id, ManagementKind::Outlet)
}

#[tokio::test]
async fn an_outlet_is_switched_and_seen_to_be_so() {
    if !snmpsim_or_skip("outlets that switch") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let world = World::new().await;
    let _runs = world.running_clock();
    let id = world.asked("pdu", switch.port(), SnmpSwitch::UNIT).await;
    let devices = world.fixture.core.devices();
    let one = fed(&world, id, "1").await;
    let power = async |way: &Way, action| devices.outlet_power(way, action).await.unwrap();
    let state = async |way: &Way| devices.outlet_status(way).await.unwrap().power;
    assert_eq!(power(&one, PowerAction::On).await, PowerTaken::NotNeeded);
    assert_eq!(power(&one, PowerAction::Off).await, PowerTaken::Done);
    assert_eq!(state(&one).await, PowerState::Off);
    let unit = devices.pdu_get(&world.fixture.node(id), false).await.unwrap();
    assert_eq!(
        (unit.outlets[0].state, unit.outlets[0].load.amperes),
        (OutletState::Off, Some(0.0))
    );
    assert_eq!(
        (unit.load.watts, unit.about.as_str()),
        (Some(420.0), "unit, A power unit of 8 outlets")
    );
    assert_eq!(power(&one, PowerAction::Off).await, PowerTaken::NotNeeded);
    assert_eq!(power(&one, PowerAction::Cycle).await, PowerTaken::Done);
    assert_eq!(state(&one).await, PowerState::On);
    // The unit refuses, so it is done from here.
    let eight = fed(&world, id, "8").await;
    assert_eq!(power(&eight, PowerAction::Cycle).await, PowerTaken::Done);
    assert_eq!(state(&eight).await, PowerState::On);
    // And where it does not go on again, that is said.
    let seven = fed(&world, id, "7").await;
    let off = devices.outlet_power(&seven, PowerAction::Cycle).await;
    let Err(Trouble::Error(off)) = off else { panic!("{off:?}") };
    assert!(off.message.starts_with("Outlet 7 of pdu is OFF"), "{off}");
    assert_eq!(state(&seven).await, PowerState::Off);
    for (outlet, action) in [("9", PowerAction::Off), ("1", PowerAction::ShutDown)] {
        let way = fed(&world, id, outlet).await;
        assert!(devices.outlet_power(&way, action).await.is_err(), "{outlet} {action:?}");
    }
}

#[tokio::test]
async fn a_command_whose_answer_is_lost_is_unknown_and_not_sent_again() {
    if !snmpsim_or_skip("a lost answer of a unit") {
        return;
    }
    let switch = SnmpSwitch::start().await.unwrap();
    let sets = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&sets);
    let (mut lose, through) = (false, Arc::new(AtomicBool::new(false)));
    let passes = Arc::clone(&through);
    let relay = SnmpRelay::start(switch.port(), move |pass, data| {
        // A set-request (RFC 3416: tag 0xa3) after the community.
        let set = pass == Pass::Ask && data.windows(5).any(|w| w[..4] == *b"unit" && w[4] == 0xa3);
        if set {
            counts.fetch_add(1, Ordering::SeqCst);
            lose = true;
            if !passes.load(Ordering::SeqCst) {
                lose = false;
                return vec![];
            }
        }
        if pass == Pass::Answer && std::mem::take(&mut lose) { vec![] } else { vec![data] }
    })
    .unwrap();
    let world = World::new().await;
    let _runs = world.running_clock();
    let id = world.asked("pdu", relay.port(), SnmpSwitch::UNIT).await;
    let devices = world.fixture.core.devices();
    let one = fed(&world, id, "1").await;
    // It never arrives, and nobody can know that.
    let lost = devices.outlet_power(&one, PowerAction::Off).await.unwrap();
    assert_eq!((lost, sets.swap(0, Ordering::SeqCst)), (PowerTaken::Unknown, 1));
    // It arrives, its answer does not. Off can be seen; whether it was cycled cannot.
    through.store(true, Ordering::SeqCst);
    let cycled = devices.outlet_power(&one, PowerAction::Cycle).await.unwrap();
    assert_eq!((cycled, sets.swap(0, Ordering::SeqCst)), (PowerTaken::Unknown, 1));
    let off = devices.outlet_power(&one, PowerAction::Off).await.unwrap();
    assert_eq!((off, sets.swap(0, Ordering::SeqCst)), (PowerTaken::Done, 1));
}
