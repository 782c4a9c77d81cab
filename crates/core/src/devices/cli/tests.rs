//! Switches by their command lines, against the testkit's switches: OpenSSH is real, what stands behind its prompt is ours, since
//! no real switch can be had in a test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::{
    CoreError, Right,
    testing::{Fixture, password, secret},
};
use patchbay_model::{
    ApiError, AppEvent, EntryDraft, ErrorCode, IdentityDraft, IdentityId, IdentityKind, LockReason,
    Management, ManagementId, ManagementWay, NodeId, PortState, Settings, SwitchChange,
    SwitchChangeId, SwitchChangeState, SwitchPlatform, SwitchWish,
};
use patchbay_testkit::{CliSwitch, KeyPair, SnmpSwitch, snmpsim_or_skip};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::sync::broadcast;

const PLATFORMS: [(&str, SwitchPlatform); 5] = [
    ("junos", SwitchPlatform::Junos),
    ("eos", SwitchPlatform::Eos),
    ("nxos", SwitchPlatform::NxOs),
    ("iosxe", SwitchPlatform::IosXe),
    ("os10", SwitchPlatform::Os10),
];

struct World {
    fixture: Fixture,
    events: broadcast::Receiver<AppEvent>,
    switch: CliSwitch,
    platform: SwitchPlatform,
    key: KeyPair,
    id: NodeId,
}

impl World {
    /// A switch whose host key is on file, and a machine with a way to its command line.
    async fn new(platform: &str, options: Value) -> Self {
        let world = Self::strange(platform, options).await;
        let ssh = world.fixture.dir.path().join(".ssh");
        std::fs::create_dir_all(&ssh).unwrap();
        let line = world.switch.sshd().known_hosts_line() + "\n";
        std::fs::write(ssh.join("known_hosts"), line).unwrap();
        world
    }

    /// One whose host key nobody has seen.
    async fn strange(platform: &str, options: Value) -> Self {
        let fixture = Fixture::open().await;
        let key = KeyPair::ed25519(fixture.dir.path(), "id").unwrap();
        let switch = CliSwitch::start(platform, &key, &options).await.unwrap();
        let events = fixture.core.events();
        let platform = PLATFORMS.iter().find(|(name, _)| *name == platform).unwrap().1;
        let mut world = Self { fixture, events, switch, platform, key, id: NodeId::new() };
        world.id = world.add(vec![ManagementWay::Cli { platform }]).await;
        world
    }

    async fn identity(&self) -> IdentityId {
        let draft = IdentityDraft {
            kind: IdentityKind::Key,
            user: Some(self.switch.sshd().user().to_owned()),
            password: None,
            private_key: Some(secret(&self.key.private)),
            ..password("key", "")
        };
        let vault = self.fixture.ctx.authorize_vault(Right::Edit).unwrap();
        self.fixture.core.identities().add(&vault, draft).await.unwrap().id
    }

    async fn add(&self, ways: Vec<ManagementWay>) -> NodeId {
        let way = |way| Management { id: ManagementId::new(), name: String::new(), way };
        let settings = Settings {
            port: Some(self.switch.sshd().port()),
            identities: Some(vec![self.identity().await]),
            connect_timeout: Some(20),
            ..Settings::default()
        };
        let draft = EntryDraft {
            name: "sw".into(),
            address: "127.0.0.1".into(),
            settings,
            management: ways.into_iter().map(way).collect(),
            ..EntryDraft::default()
        };
        let tree = self.fixture.core.tree();
        tree.add_entry(&self.fixture.folder(None), draft).await.unwrap().id
    }

    /// Its second port, by what the platform calls it.
    async fn port(&self, at: usize) -> (u32, String) {
        let entry = self.fixture.node(self.id);
        let found = self.fixture.core.devices().switch_get(&entry, false).await.unwrap();
        (found.ports[at].index, found.ports[at].name.clone())
    }

    async fn wishes(&self) -> Vec<SwitchWish> {
        let ((second, _), (third, _)) = (self.port(1).await, self.port(2).await);
        vec![
            SwitchWish::Create { vlan: 30, name: "voice".into() },
            SwitchWish::Rename { vlan: 20, name: "hosts".into() },
            SwitchWish::Alias { port: second, alias: "printer, room 4".into() },
            SwitchWish::Access { port: second, vlan: 30 },
            SwitchWish::Trunk { port: third, native: Some(20), tagged: vec![1, 30] },
            SwitchWish::Up { port: third, up: false },
            SwitchWish::Addresses {
                vlan: 30,
                addresses: vec!["10.0.30.1/24".into(), "2001:db8:30::1/64".into()],
            },
            SwitchWish::Addresses {
                vlan: 20,
                addresses: vec!["10.0.21.1/24".into(), "10.0.20.1/24".into()],
            },
        ]
    }

    /// Plans and begins.
    async fn begin(&self, wishes: Vec<SwitchWish>, seconds: u32) -> SwitchChange {
        let (entry, devices) = (self.fixture.node(self.id), self.fixture.core.devices());
        let plan = devices.switch_plan(&entry, wishes).await.unwrap();
        devices.switch_apply(&entry, plan.id, seconds, plan.guard.name).await.unwrap()
    }

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
                AppEvent::SwitchChange { change } if change.id == id && is_final(&change.state) => {
                    panic!("{change:?}\n{:?}", self.switch.typed());
                }
                _ => {}
            }
        }
    }

    fn running(&self) -> Value {
        self.switch.state()["running"].clone()
    }
}

fn is_final(state: &SwitchChangeState) -> bool {
    use SwitchChangeState as S;
    matches!(state, S::Kept | S::Reverted { .. } | S::Stuck { .. })
}

fn waits(state: &SwitchChangeState) -> bool {
    matches!(state, SwitchChangeState::Waiting { .. })
}

fn reverted(state: &SwitchChangeState) -> bool {
    matches!(state, SwitchChangeState::Reverted { .. })
}

fn api<T: std::fmt::Debug>(result: Result<T, CoreError>) -> ApiError {
    result.expect_err("refused").into()
}

#[tokio::test]
async fn each_platform_is_read_changed_and_kept() {
    for (platform, kind) in PLATFORMS {
        let mut world = World::new(platform, json!({})).await;
        let core = Arc::clone(&world.fixture.core);
        let (entry, devices) = (world.fixture.node(world.id), core.devices());
        let found = devices.switch_get(&entry, false).await.unwrap();
        assert_eq!(
            (found.ports.len(), found.counted, found.layer3),
            (6, false, true),
            "{platform}"
        );
        let (first, second) = (&found.ports[0], &found.ports[1]);
        assert_eq!(
            (first.alias.as_str(), first.state),
            ("uplink to core", PortState::Up),
            "{platform}"
        );
        assert_eq!((first.native, first.tagged.as_slice()), (Some(1), &[20][..]), "{platform}");
        assert_eq!(
            (second.native, second.state, second.switched),
            (Some(1), PortState::Down, true)
        );
        assert_eq!(found.vlans[1].addresses, ["10.0.20.1/24"], "{platform}");
        assert_eq!((found.vlans[1].untagged, found.vlans[1].tagged), (0, 1));

        let wishes = world.wishes().await;
        let plan = devices.switch_plan(&entry, wishes).await.unwrap();
        let own =
            matches!(kind, SwitchPlatform::Junos | SwitchPlatform::Eos | SwitchPlatform::IosXe);
        assert_eq!(plan.own_timer, own, "{platform}");
        assert!(plan.commands.len() > 8, "{:?}", plan.commands);
        let change = devices.switch_apply(&entry, plan.id, 60, plan.guard.name).await.unwrap();
        world.until(change.id, waits).await;
        assert_eq!(world.switch.state()["pending"].is_null(), !own, "{platform}");
        // What is typed is what was shown.
        let typed = world.switch.typed();
        let at = typed.iter().position(|line| *line == plan.commands[0]).unwrap();
        assert_eq!(typed[at..at + plan.commands.len()], plan.commands, "{platform}");
        let vault = world.fixture.ctx.authorize_vault(Right::Use).unwrap();
        let kept = devices.switch_keep(&vault, change.id).await.unwrap();
        assert_eq!(kept.state, SwitchChangeState::Kept, "{platform}: {:?}", world.switch.typed());
        let state = world.switch.state();
        assert!(state["pending"].is_null(), "{platform}");
        assert_eq!(state["saved"], json!(i32::from(kind != SwitchPlatform::Junos)), "{platform}");

        let found = devices.switch_get(&entry, false).await.unwrap();
        let (second, third) = (&found.ports[1], &found.ports[2]);
        assert_eq!(
            (second.alias.as_str(), second.native),
            ("printer, room 4", Some(30)),
            "{platform}"
        );
        assert_eq!(
            (third.native, third.tagged.as_slice(), third.up),
            (Some(20), &[1, 30][..], false)
        );
        assert_eq!(third.state, PortState::Disabled);
        assert_eq!(found.vlans[1].name, "hosts");
        // Where none is the primary one, their order means nothing.
        let mut both = ["10.0.21.1/24", "10.0.20.1/24"];
        if kind == SwitchPlatform::Junos {
            both.reverse();
        }
        assert_eq!(found.vlans[1].addresses, both, "{platform}");
        assert_eq!(found.vlans[2].addresses, ["10.0.30.1/24", "2001:db8:30::1/64"], "{platform}");
        let again = devices.switch_plan(&entry, world.wishes().await[1..].to_vec()).await.unwrap();
        assert_eq!((again.diff.len(), again.commands.len()), (0, 0), "{platform}");
    }
}

#[tokio::test]
async fn what_nobody_keeps_is_taken_back_to_what_it_was() {
    for (platform, _) in PLATFORMS {
        let mut world = World::new(platform, json!({})).await;
        let before = {
            world.port(0).await;
            world.running()
        };
        let change = world.begin(world.wishes().await, 60).await;
        world.until(change.id, waits).await;
        assert_ne!(world.running(), before, "{platform}");
        world.fixture.clock.advance(Duration::from_secs(60));
        let end = world.until(change.id, reverted).await;
        let SwitchChangeState::Reverted { why } = end.state else { panic!("{end:?}") };
        assert_eq!(why, "it was not confirmed in time", "{platform}");
        let devices = world.fixture.core.devices();
        let found = devices.switch_get(&world.fixture.node(world.id), true).await.unwrap();
        assert_eq!(
            (found.ports[1].native, found.ports[1].alias.as_str()),
            (Some(1), ""),
            "{platform}"
        );
        assert_eq!((found.ports[2].tagged.len(), found.ports[2].up), (0, true), "{platform}");
        assert_eq!((found.vlans.len(), found.vlans[1].name.as_str()), (2, "servers"), "{platform}");
        assert_eq!(found.vlans[1].addresses, ["10.0.20.1/24"], "{platform}");
        let state = world.switch.state();
        assert!(state["pending"].is_null() && state["saved"] == json!(0), "{platform}");
    }
}

/// The port that carries the management goes down: every session ends, and only the switch itself can take that back.
#[tokio::test]
async fn a_change_that_cuts_the_switch_off_is_taken_back_by_the_switch() {
    for platform in ["junos", "eos", "iosxe"] {
        let mut world = World::new(platform, json!({ "minute": 1.0 })).await;
        let (first, _) = world.port(0).await;
        let before = world.running();
        let change = world.begin(vec![SwitchWish::Up { port: first, up: false }], 60).await;
        let end = world.until(change.id, reverted).await;
        let SwitchChangeState::Reverted { why } = end.state else { panic!("{end:?}") };
        assert!(why.contains("ended the session") || why.contains("not"), "{platform}: {why}");
        assert_eq!(world.running(), before, "{platform}");
        assert!(world.switch.state()["pending"].is_null(), "{platform}");
    }
}

/// This computer is gone for good, as far as the switch can tell.
#[tokio::test]
async fn what_a_lock_lets_go_of_is_taken_back_with_what_was_trusted_before() {
    for platform in ["eos", "nxos"] {
        let mut world = World::new(platform, json!({})).await;
        world.port(0).await;
        let before = world.running();
        let change = world.begin(world.wishes().await, 600).await;
        world.until(change.id, waits).await;
        assert_ne!(world.running(), before);
        world.fixture.core.vault().lock(LockReason::Person, false);
        world.until(change.id, reverted).await;
        let ports = |running: &Value| running["vlans"].as_object().unwrap().len();
        assert_eq!(ports(&world.running()), ports(&before), "{platform}");
    }
}

#[tokio::test]
async fn a_refusal_in_the_middle_leaves_nothing_behind() {
    for (platform, _) in PLATFORMS {
        let words = match platform {
            "junos" => "error: permission denied: vlan",
            "os10" => "% Error: Illegal parameter.",
            _ => "% Invalid input",
        };
        let options = json!({ "refuse": { "2001:db8:30": words } });
        let mut world = World::new(platform, options).await;
        let before = {
            world.port(0).await;
            world.running()
        };
        let change = world.begin(world.wishes().await, 60).await;
        let end = world.until(change.id, reverted).await;
        let SwitchChangeState::Reverted { why } = end.state else { panic!("{end:?}") };
        assert!(why.contains(words) && why.contains("2001:db8:30"), "{platform}: {why}");
        let vlans = |running: &Value| match platform {
            "junos" => running["lines"].clone(),
            _ => running["vlans"].clone(),
        };
        assert_eq!(vlans(&world.running()), vlans(&before), "{platform}");
        assert!(world.switch.state()["pending"].is_null(), "{platform}");
    }
}

#[tokio::test]
async fn an_unexpected_question_is_a_plain_message_and_is_not_answered() {
    let asks = json!({ "ask": { "show vlan brief": "Continue with this? [confirm]" } });
    let world = World::new("eos", asks).await;
    let (entry, devices) = (world.fixture.node(world.id), world.fixture.core.devices());
    let error = api(devices.switch_get(&entry, true).await);
    assert_eq!(error.code, ErrorCode::Protocol);
    assert!(error.message.contains("Continue with this? [confirm]"), "{error}");
    assert!(!world.switch.typed().iter().any(|line| line.contains("ANSWERED")));
    // A save that asks is no save: what was applied goes back.
    let asks = json!({
        "platform": "iosxe",
        "ask": { "write memory": "Overwrite the previous NVRAM configuration?[confirm]" },
    });
    let mut world = World::new("iosxe", asks).await;
    let (second, _) = world.port(1).await;
    let change = world.begin(vec![SwitchWish::Alias { port: second, alias: "x".into() }], 60).await;
    world.until(change.id, waits).await;
    let vault = world.fixture.ctx.authorize_vault(Right::Use).unwrap();
    let core = Arc::clone(&world.fixture.core);
    let refused = api(core.devices().switch_keep(&vault, change.id).await);
    assert!(refused.message.contains("NVRAM"), "{refused}");
    let found = core.devices().switch_get(&world.fixture.node(world.id), true).await.unwrap();
    assert_eq!(found.ports[1].alias, "");
    assert!(!world.switch.typed().iter().any(|line| line.contains("ANSWERED")));
}

#[tokio::test]
async fn what_is_wrong_with_a_way_is_said() {
    // A password for `enable` is not typed.
    let world = World::new("iosxe", json!({ "enable": true })).await;
    let status = async |world: &World| {
        let entry = world.fixture.node(world.id);
        let status = world.fixture.core.devices().management_status(&entry, true).await.unwrap();
        status.ways.into_iter().next().unwrap()
    };
    let problem = status(&world).await.problem.unwrap();
    assert_eq!(problem.code, ErrorCode::NotAllowed);
    assert!(problem.next_step.contains("privilege 15"), "{problem}");
    assert_eq!(world.switch.typed(), ["enable"]);
    // Another system.
    let mut other = World::new("eos", json!({})).await;
    other.id = other.add(vec![ManagementWay::Cli { platform: SwitchPlatform::IosXe }]).await;
    let problem = status(&other).await.problem.unwrap();
    assert!(problem.message.contains("not Cisco IOS-XE"), "{problem}");
    // Its own.
    world.switch.set(&json!({ "platform": "iosxe" })).unwrap();
    let good = status(&world).await;
    assert_eq!(good.problem, None);
    assert!(good.about.contains("cat9k, Cisco IOS-XE 17.09.04a"), "{}", good.about);
    assert!(good.name.starts_with("Cisco IOS-XE command line at 127.0.0.1"), "{}", good.name);
    // A description that would mean something else there is not planned.
    let (second, _) = world.port(1).await;
    let entry = world.fixture.node(world.id);
    let wish = SwitchWish::Alias { port: second, alias: "what?".into() };
    let refused = api(world.fixture.core.devices().switch_plan(&entry, vec![wish]).await);
    assert!(refused.message.contains("cannot be typed"), "{refused}");
    // Without an archive it has no timer.
    world.switch.set(&json!({ "platform": "iosxe", "archive": false })).unwrap();
    let wish = SwitchWish::Alias { port: second, alias: "x".into() };
    let plan = world.fixture.core.devices().switch_plan(&entry, vec![wish]).await.unwrap();
    assert!(!plan.own_timer);
}

#[tokio::test]
async fn an_unknown_host_key_is_looked_at_first() {
    let mut world = World::strange("eos", json!({})).await;
    let core = Arc::clone(&world.fixture.core);
    let (entry, devices) = (world.fixture.node(world.id), core.devices());
    let ask = async || devices.management_status(&entry, true).await.unwrap().ways.remove(0);
    let asked = ask().await;
    let question = asked.question.expect("a question");
    let print = world.switch.sshd().host_key().fingerprint().unwrap();
    assert_eq!((question.presented.fingerprint.as_str(), asked.problem), (print.as_str(), None));
    assert_eq!(api(devices.switch_get(&entry, true).await).code, ErrorCode::HostKey);
    assert!(world.switch.typed().is_empty(), "nothing was said to it");
    let other = devices.management_trust(&entry, asked.id, "SHA256:other", false).await;
    assert_eq!(api(other).code, ErrorCode::Invalid);
    let good = devices.management_trust(&entry, asked.id, &print, false).await.unwrap();
    assert_eq!((good.question, good.problem), (None, None));
    // Another key takes its place only if that is said.
    world.switch.sshd_mut().rotate_host_key().await.unwrap();
    let print = world.switch.sshd().host_key().fingerprint().unwrap();
    assert!(ask().await.question.is_some());
    let kept = devices.management_trust(&entry, asked.id, &print, false).await;
    assert_eq!(api(kept).code, ErrorCode::Invalid);
    let good = devices.management_trust(&entry, asked.id, &print, true).await.unwrap();
    assert_eq!((good.question, good.problem), (None, None));
}

/// With both, it is read by SNMP and changed by the command line: ports are those of the same names.
#[tokio::test]
async fn both_ways_are_one_switch() {
    if !snmpsim_or_skip("a switch with two ways") {
        return;
    }
    let snmp = SnmpSwitch::start().await.unwrap();
    let world = World::new("eos", json!({})).await;
    let by_snmp = ManagementWay::Snmp {
        address: "127.0.0.1".into(),
        port: Some(snmp.port()),
        version: patchbay_model::SnmpVersion::V2c,
        identity: None,
        hash: None,
        cipher: None,
        privacy_identity: None,
        family: None,
    };
    let both = world.add(vec![by_snmp, ManagementWay::Cli { platform: world.platform }]).await;
    let (entry, devices) = (world.fixture.node(both), world.fixture.core.devices());
    let found = devices.switch_get(&entry, false).await.unwrap();
    assert_eq!((found.ports.len(), found.counted, found.layer3), (49, true, true));
    // These two are not one switch, so its ports are called otherwise.
    let wish = SwitchWish::Alias { port: SnmpSwitch::interface(2), alias: "x".into() };
    let error = api(devices.switch_plan(&entry, vec![wish]).await);
    assert!(error.message.contains("has no port Gi0/2"), "{error}");
    let addresses = vec!["10.0.20.9/24".into()];
    let wish = SwitchWish::Addresses { vlan: 20, addresses };
    let plan = devices.switch_plan(&entry, vec![wish]).await.unwrap();
    assert_eq!(plan.commands, ["interface Vlan20", "ip address 10.0.20.9/24", "exit"]);
}
