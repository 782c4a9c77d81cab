//! Clusters as a person meets them, against one that others wrote (fakepve) and a double of ours that says what no cluster
//! should.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::super::{
    Devices,
    reach::{Trouble, Way},
};
use crate::{
    CoreError, Right,
    sessions::OpenTarget,
    testing::{Fixture, field, password},
};
use patchbay_model::{
    ApiError, AppEvent, BackupMode, CloseReason, ClusterTask, ClusterTaskId, ClusterTaskState,
    EntryDraft, ErrorCode, GraphSpan, GuestBackup, GuestChange, GuestClone, GuestFromTemplate,
    GuestMigration, GuestPower, GuestRestore, HostKeyStanding, LockReason, Management,
    ManagementId, ManagementKind, ManagementWay, NewGuestSnapshot, NodeId, PowerAction, PowerState,
    PowerTaken, Secret, SessionId, SessionState, SessionTarget, TerminalSize, WayStatus,
};
use patchbay_session::{TerminalInput, ToViewer};
use patchbay_testkit::{Pve, PveLiar, moment, pve_or_skip};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::broadcast;

const PATIENCE: Duration = Duration::from_secs(30);
const SIZE: TerminalSize = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };

/// Guests of each kind on two nodes, and a template.
fn lab() -> Value {
    let disk = "local-lvm:vm-100-disk-0,size=8G";
    json!({
        "nodes": ["pve1", "pve2"],
        "tokens": { "root@pam!lab": "0000-1111" },
        "guests": [
            { "vmid": 100, "name": "web", "status": "running",
              "config": { "scsi0": disk, "memory": 2048, "cores": 2, "serial0": "socket" } },
            { "vmid": 101, "name": "db", "status": "stopped", "config": { "cores": 1, "memory": 512 } },
            { "vmid": 102, "name": "cache", "type": "lxc", "status": "running",
              "config": { "rootfs": "local-lvm:vm-102-disk-0,size=4G", "memory": 512, "cores": 1 } },
            { "vmid": 900, "name": "debian", "template": true,
              "config": { "scsi0": "local-lvm:base-900-disk-0,size=2G", "ide2": "local-lvm:vm-900-cloudinit,media=cdrom",
                          "template": 1 } },
        ],
    })
}

/// A vault with a way to a cluster, and a machine that is one of its guests.
struct World {
    fixture: Fixture,
    cluster: NodeId,
    guest: NodeId,
}

impl World {
    /// Time goes by until front ends are told that the cluster is not as it was.
    async fn told(&self, events: &mut broadcast::Receiver<AppEvent>) {
        let told = async {
            loop {
                self.fixture.clock.advance(Duration::from_secs(3));
                moment().await;
                while let Ok(event) = events.try_recv() {
                    if matches!(event, AppEvent::Cluster { entry } if entry == self.cluster) {
                        return;
                    }
                }
            }
        };
        tokio::time::timeout(PATIENCE, told).await.expect("it is told");
    }

    async fn new(port: u16, user: &str, secret: &str) -> Self {
        let fixture = Fixture::open().await;
        let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
        let mut identity = password("pve", secret);
        identity.user = Some(user.into());
        let identity = fixture.core.identities().add(&vault, identity).await.unwrap().id;
        let way = ManagementWay::Proxmox {
            address: "127.0.0.1".into(),
            port: Some(port),
            identity: Some(identity),
        };
        let cluster = add(&fixture, "lab", way).await;
        let guest = add(&fixture, "shop", ManagementWay::Guest { cluster, guest: 101 }).await;
        Self { fixture, cluster, guest }
    }

    /// With a cluster whose certificate is on record.
    async fn with(settings: &Value) -> (Pve, Self) {
        let pve = Pve::start(settings).await.unwrap();
        let world = Self::new(pve.port(), Pve::USER, Pve::PASSWORD).await;
        world.trust(pve.port()).await;
        (pve, world)
    }

    fn devices(&self) -> Devices<'_> {
        self.fixture.core.devices()
    }

    fn entry(&self) -> crate::Authorized<NodeId> {
        self.fixture.ctx.authorize(self.cluster, Right::Use).unwrap()
    }

    fn way(&self) -> Way {
        self.devices().way_of(&self.entry(), ManagementKind::Proxmox).unwrap()
    }

    fn guest_way(&self) -> Way {
        let guest = self.fixture.ctx.authorize(self.guest, Right::Use).unwrap();
        self.devices().way_of(&guest, ManagementKind::Guest).unwrap()
    }

    async fn trust(&self, port: u16) {
        let Err(Trouble::Question(question)) = self.devices().cluster_status(&self.way()).await
        else {
            panic!("a certificate that nobody has seen is asked about")
        };
        let replace = question.standing != HostKeyStanding::Unknown;
        let shown = question.presented.fingerprint.clone();
        let keeping =
            self.devices().keep_shown(&self.way(), ("127.0.0.1", port), &shown, replace).await;
        keeping.unwrap();
    }

    /// Waits until a task is as it should be.
    async fn until<T>(&self, id: ClusterTaskId, what: impl Fn(&ClusterTask) -> Option<T>) -> T {
        let mut events = self.fixture.core.events();
        let now = || self.devices().cluster_tasks().into_iter().find(|task| task.id == id).unwrap();
        let wait = async {
            loop {
                if let Some(found) = what(&now()) {
                    return found;
                }
                let _changed = events.recv().await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        waited.unwrap_or_else(|_| panic!("still {:#?}", now()))
    }

    /// How a task that was begun ends.
    async fn ends(&self, begun: Result<ClusterTask, CoreError>) -> ClusterTask {
        let over =
            |task: &ClusterTask| (task.state != ClusterTaskState::Running).then(|| task.clone());
        self.until(begun.unwrap().id, over).await
    }

    async fn done(&self, begun: Result<ClusterTask, CoreError>) -> ClusterTask {
        let task = self.ends(begun).await;
        assert_eq!(task.state, ClusterTaskState::Done { warnings: false }, "{task:#?}");
        task
    }

    async fn status(&self, guest: u32) -> String {
        let cluster = self.devices().cluster_get(&self.entry(), true).await.unwrap();
        cluster.guests.into_iter().find(|one| one.id == guest).unwrap().status
    }

    async fn open(&self, target: SessionTarget) -> SessionId {
        let target = OpenTarget::of(&self.fixture.ctx, target).unwrap();
        self.fixture.core.sessions().open(target, SIZE, None).await.unwrap().id
    }

    /// Waits until a session is open, or says why it is over.
    async fn settled(&self, id: SessionId) -> Result<(), CloseReason> {
        let mut events = self.fixture.core.events();
        let wait = async {
            loop {
                match self.fixture.core.sessions().info(id).unwrap().state {
                    SessionState::Open => return Ok(()),
                    SessionState::Closed { reason } => return Err(reason),
                    _ => {}
                }
                let _changed = events.recv().await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("it settles")
    }
}

async fn add(fixture: &Fixture, name: &str, way: ManagementWay) -> NodeId {
    let management = Management { id: ManagementId::new(), name: String::new(), way };
    let draft = EntryDraft {
        name: name.into(),
        address: "192.0.2.1".into(),
        management: vec![management],
        ..EntryDraft::default()
    };
    fixture.core.tree().add_entry(&fixture.folder(None), draft).await.unwrap().id
}

fn api<T: std::fmt::Debug>(result: Result<T, CoreError>) -> ApiError {
    result.expect_err("it fails").into()
}

fn snapshot(name: &str) -> NewGuestSnapshot {
    NewGuestSnapshot { name: name.into(), description: format!("{name} it is"), memory: false }
}

/// A cluster with a user who has a second factor, as our double over fakepve has it, and a world that signs in as them.
async fn with_factor() -> (Pve, World) {
    let mut settings = lab();
    settings["users"] = json!({ "ops@pve": "pass" });
    settings["factors"] = json!({
        "ops@pve": {
            "code": "123456",
            "keys": ["0123-4567-89ab-cdef"],
            "kinds": { "totp": true, "recovery": [0] },
        },
    });
    let pve = Pve::start(&settings).await.unwrap();
    let world = World::new(pve.port(), "ops@pve", "pass").await;
    world.trust(pve.port()).await;
    (pve, world)
}

impl World {
    async fn sign_in(&self, entry: NodeId, code: &str) -> Result<WayStatus, CoreError> {
        let entry = self.fixture.ctx.authorize(entry, Right::Use).unwrap();
        self.devices().management_sign_in(&entry, None, Secret::new(code.to_owned())).await
    }

    /// Whether front ends were told that the cluster is not as it was.
    fn is_told(&self, events: &mut broadcast::Receiver<AppEvent>) -> bool {
        let about = |event| matches!(event, AppEvent::Cluster { entry } if entry == self.cluster);
        std::iter::from_fn(|| events.try_recv().ok()).any(about)
    }

    async fn way_status(&self) -> WayStatus {
        let status = self.devices().management_status(&self.entry(), true).await.unwrap();
        status.ways.into_iter().next().unwrap()
    }
}

#[tokio::test]
async fn a_second_factor_is_asked_for_once_until_the_vault_is_locked() {
    if !pve_or_skip("a second factor") {
        return;
    }
    let (pve, world) = with_factor().await;
    let asked = || pve.log().matches("asks for a code").count();
    for _ in 0..3 {
        let problem = world.way_status().await.problem.unwrap();
        assert_eq!(problem.code, ErrorCode::NeedsCode, "{problem}");
        assert!(problem.next_step.contains("the Guests page of lab"), "{problem}");
        let error = api(world.devices().cluster_get(&world.entry(), true).await);
        assert_eq!(error.code, ErrorCode::NeedsCode, "{error}");
    }
    assert_eq!(asked(), 1, "whoever waits for somebody does not ask again and again");

    let mut events = world.fixture.core.events();
    let status = world.sign_in(world.cluster, " 123 456 ").await.unwrap();
    assert_eq!(status.problem, None);
    assert!(status.about.starts_with("Proxmox VE 9.0, 2 nodes"), "{}", status.about);
    assert!(world.is_told(&mut events), "pages that wait for the cluster read it");
    world.devices().cluster_get(&world.entry(), true).await.unwrap();
    assert_eq!(asked(), 2, "the ticket is kept");

    world.fixture.core.vault().lock(LockReason::Person, false);
    world.fixture.unlock().await;
    let problem = world.way_status().await.problem.unwrap();
    assert_eq!(problem.code, ErrorCode::NeedsCode, "locking forgets it: {problem}");
}

#[tokio::test]
async fn a_wrong_code_is_said_and_not_sent_again() {
    if !pve_or_skip("a wrong code") {
        return;
    }
    let (pve, world) = with_factor().await;
    let wrong = || pve.log().matches("wrong code").count();
    let error = api(world.sign_in(world.cluster, "654321").await);
    assert_eq!(error.code, ErrorCode::NeedsCode);
    assert_eq!(error.message, "The cluster refused the one-time password of ops@pve.");
    assert_eq!(error.field.as_deref(), Some("code"));
    for _ in 0..3 {
        assert_eq!(world.way_status().await.problem.unwrap().code, ErrorCode::NeedsCode);
    }
    assert_eq!(wrong(), 1);
    let error = api(world.sign_in(world.cluster, "  ").await);
    assert_eq!((error.code, wrong()), (ErrorCode::Invalid, 1), "nothing is sent: {error}");
    // A machine that is a guest there says so too, and takes the code.
    let guest = world.fixture.ctx.authorize(world.guest, Right::Use).unwrap();
    let status = world.devices().management_status(&guest, true).await.unwrap();
    assert_eq!(status.ways[0].problem.as_ref().unwrap().code, ErrorCode::NeedsCode);
    let status = world.sign_in(world.guest, "0123-4567-89ab-cdef").await.unwrap();
    assert_eq!((status.problem, status.power), (None, PowerState::Off));
    assert_eq!(world.way_status().await.problem, None);
}

#[tokio::test]
async fn a_session_that_ended_at_the_cluster_asks_for_a_code_again() {
    if !pve_or_skip("a session that ended") {
        return;
    }
    let (pve, world) = with_factor().await;
    world.sign_in(world.cluster, "123456").await.unwrap();
    pve.forget_sign_ins().await.unwrap();
    let mut events = world.fixture.core.events();
    for _ in 0..3 {
        let problem = world.way_status().await.problem.unwrap();
        assert_eq!(problem.code, ErrorCode::NeedsCode, "{problem}");
    }
    assert!(world.is_told(&mut events), "pages that show the cluster ask for it");
    assert_eq!(pve.log().matches("asks for a code").count(), 2);
    world.sign_in(world.cluster, "123456").await.unwrap();
    assert_eq!(world.way_status().await.problem, None);
}

#[tokio::test]
async fn a_cluster_is_read_once_its_certificate_is_on_record() {
    if !pve_or_skip("a certificate") {
        return;
    }
    let pve = Pve::start(&lab()).await.unwrap();
    for (user, secret) in [(Pve::USER, Pve::PASSWORD), ("root@pam!lab", "0000-1111")] {
        let world = World::new(pve.port(), user, secret).await;
        let error = api(world.devices().cluster_get(&world.entry(), false).await);
        assert_eq!(error.code, ErrorCode::HostKey, "{error}");
        world.trust(pve.port()).await;
        let cluster = world.devices().cluster_get(&world.entry(), false).await.unwrap();
        let names: Vec<_> = cluster.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["pve1", "pve2"]);
        let guests: Vec<_> =
            cluster.guests.iter().map(|guest| (guest.id, guest.name.as_str())).collect();
        assert_eq!(guests, [(100, "web"), (101, "db"), (102, "cache"), (900, "debian")]);
        assert_eq!(cluster.guests[1].entry, Some(world.guest));
        assert_eq!((cluster.guests[0].entry, cluster.guests[3].template), (None, true));
        assert!(cluster.storages.iter().any(|storage| storage.name == "local"));
        let asked = world.devices().cluster_status(&world.way()).await.unwrap();
        assert_eq!(asked.about, "Proxmox VE 9.0, 2 nodes, 4 guests");
    }
}

#[tokio::test]
async fn a_reading_is_kept_for_a_quarter_of_an_hour_and_many_share_one() {
    if !pve_or_skip("a reading") {
        return;
    }
    let (_pve, world) = World::with(&lab()).await;
    let first = world.devices().cluster_get(&world.entry(), false).await.unwrap();
    world.fixture.clock.advance(Duration::from_secs(60));
    let again = world.devices().cluster_get(&world.entry(), false).await.unwrap();
    assert_eq!(again.read, first.read);
    let now = world.devices().cluster_get(&world.entry(), true).await.unwrap();
    assert_ne!(now.read, first.read);
    for _ in 0..2 {
        // The vault would lock itself.
        world.fixture.core.vault().touch();
        world.fixture.clock.advance(Duration::from_secs(8 * 60));
    }
    let later = world.devices().cluster_get(&world.entry(), false).await.unwrap();
    assert_ne!(later.read, now.read);
    // Whoever waits for the reading of another one takes that.
    let (devices, way) = (world.devices(), world.way());
    let all = futures_util::future::join_all((0..50).map(|_| devices.read(&way))).await;
    let read: Vec<_> = all.into_iter().map(Result::unwrap).collect();
    let mut all: Vec<_> = read.iter().map(std::sync::Arc::as_ptr).collect();
    all.sort();
    all.dedup();
    assert!(all.len() <= 2, "{} readings", all.len());
}

#[tokio::test]
async fn a_wrong_password_and_another_certificate_are_told_apart() {
    if !pve_or_skip("a wrong password") {
        return;
    }
    let pve = Pve::start(&lab()).await.unwrap();
    let world = World::new(pve.port(), Pve::USER, "wrong").await;
    world.trust(pve.port()).await;
    let error = api(world.devices().cluster_get(&world.entry(), false).await);
    assert_eq!(error.code, ErrorCode::AuthFailed, "{error}");

    let (port, (pve, world)) = (pve.port(), World::with(&lab()).await);
    assert_ne!(port, pve.port());
    world.devices().cluster_get(&world.entry(), true).await.unwrap();
    let port = pve.port();
    drop(pve);
    let _other = Pve::start_at(&lab(), port).await.unwrap();
    let Err(Trouble::Question(question)) = world.devices().cluster_status(&world.way()).await
    else {
        panic!("another certificate is asked about")
    };
    assert!(matches!(question.standing, HostKeyStanding::Changed), "{question:?}");
    world.trust(port).await;
    world.devices().cluster_get(&world.entry(), true).await.unwrap();
}

#[tokio::test]
async fn nobody_is_signed_in_while_the_vault_is_locked() {
    if !pve_or_skip("a locked vault") {
        return;
    }
    let (_pve, world) = World::with(&lab()).await;
    world.devices().cluster_get(&world.entry(), false).await.unwrap();
    world.devices().cluster_watch(&world.entry(), true).await.unwrap();
    let state = || &world.fixture.core.devices.cluster;
    assert!(!state().places.lock().unwrap().is_empty());
    let entry = world.entry();
    world.fixture.core.vault().lock(LockReason::Person, false);
    assert!(state().places.lock().unwrap().is_empty());
    assert!(state().watched.lock().unwrap().is_empty());
    let locked = world.devices().cluster_get(&entry, false).await;
    assert!(matches!(locked, Err(CoreError::VaultLocked)), "{locked:?}");
    world.fixture.unlock().await;
    world.devices().cluster_get(&world.entry(), false).await.unwrap();
}

#[tokio::test]
async fn a_cluster_that_is_watched_says_when_it_changed() {
    if !pve_or_skip("watching") {
        return;
    }
    let (pve, world) = World::with(&lab()).await;
    world.devices().cluster_get(&world.entry(), false).await.unwrap();
    world.devices().cluster_watch(&world.entry(), true).await.unwrap();
    let mut events = world.fixture.core.events();
    // Somebody else, elsewhere.
    let other = World::new(pve.port(), Pve::USER, Pve::PASSWORD).await;
    other.trust(pve.port()).await;
    other
        .done(other.devices().guest_power(&other.entry(), 101, GuestPower::Start, None).await)
        .await;
    world.told(&mut events).await;
    let cluster = world.devices().cluster_get(&world.entry(), false).await.unwrap();
    assert_eq!(cluster.guests[1].status, "running");

    // What was there before is not shown for what is there now.
    let port = pve.port();
    drop(pve);
    world.told(&mut events).await;
    assert!(world.devices().cluster_get(&world.entry(), false).await.is_err());
    let _back = Pve::start_at(&lab(), port).await.unwrap();
    world.trust(port).await;
    world.told(&mut events).await;
    world.devices().cluster_watch(&world.entry(), false).await.unwrap();
    assert!(world.fixture.core.devices.cluster.watched.lock().unwrap().is_empty());
}

#[tokio::test]
async fn power_is_one_of_the_ways_to_a_machine() {
    if !pve_or_skip("power") {
        return;
    }
    let (_pve, world) = World::with(&lab()).await;
    let (devices, way) = (world.devices(), world.guest_way());
    let asked = devices.guest_status(&way).await.unwrap();
    assert_eq!(asked.about, "virtual machine db (101) on pve1 of lab: stopped");
    assert_eq!(asked.power, PowerState::Off);
    assert!(asked.offers.contains(&PowerAction::Reset));
    let taken = |action| {
        let way = way.clone();
        async move { devices.guest_do_power(&way, action).await.unwrap() }
    };
    assert_eq!(taken(PowerAction::Off).await, PowerTaken::NotNeeded);
    let Err(Trouble::Error(off)) = devices.guest_do_power(&way, PowerAction::Reset).await else {
        panic!("what is off is not reset")
    };
    assert_eq!(off.message, "db (101) is off.");
    for (action, after) in [
        (PowerAction::On, PowerState::On),
        (PowerAction::Reset, PowerState::On),
        (PowerAction::Cycle, PowerState::On),
        (PowerAction::Restart, PowerState::On),
        (PowerAction::ShutDown, PowerState::Off),
        (PowerAction::On, PowerState::On),
        (PowerAction::Off, PowerState::Off),
    ] {
        assert_eq!(taken(action).await, PowerTaken::Done, "{action:?}");
        assert_eq!(devices.guest_status(&way).await.unwrap().power, after, "{action:?}");
    }
    taken(PowerAction::On).await;
    assert_eq!(taken(PowerAction::On).await, PowerTaken::NotNeeded);
}

#[tokio::test]
async fn what_was_accepted_and_fails_has_failed() {
    if !pve_or_skip("a task that fails") {
        return;
    }
    let mut settings = lab();
    settings["guests"][1]["start_error"] = json!("no such disk");
    let (_pve, world) = World::with(&settings).await;
    let begun = world.devices().guest_power(&world.entry(), 101, GuestPower::Start, None).await;
    let task = world.ends(begun).await;
    let ClusterTaskState::Failed { error } = &task.state else { panic!("{task:#?}") };
    assert_eq!(error.message, "The task qmstart of 101 on pve1 failed: no such disk.");
    assert_eq!((task.title.as_str(), task.guest), ("Start db (101)", Some(101)));
    assert!(task.log.last().unwrap().starts_with("TASK ERROR"), "{:?}", task.log);
    let failed = world.devices().guest_do_power(&world.guest_way(), PowerAction::On).await;
    let Err(Trouble::Error(error)) = failed else { panic!("{failed:?}") };
    assert!(error.message.ends_with("no such disk."), "{error}");

    // What was never accepted is no task.
    let before = world.devices().cluster_tasks().len();
    let missing = world.devices().guest_power(&world.entry(), 999, GuestPower::Start, None).await;
    assert_eq!(api(missing).code, ErrorCode::NotFound);
    let nowhere = GuestMigration { node: "pve9".into(), online: true, with_local_disks: true };
    api(world.devices().guest_migrate(&world.entry(), 100, nowhere).await);
    assert_eq!(world.devices().cluster_tasks().len(), before);
    let vault = world.fixture.ctx.authorize_vault(Right::Use).unwrap();
    world.devices().cluster_task_forget(&vault, task.id).await.unwrap();
    assert_eq!(world.devices().cluster_tasks().len(), before - 1);
}

/// By the double: the answer to a change never comes.
#[tokio::test]
async fn what_became_of_a_command_is_not_guessed_and_it_is_not_sent_again() {
    let json = |body: &str| {
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length:";
        format!("{head} {}\r\n\r\n{body}", body.len())
    };
    let version = json(r#"{"data":{"version":"8.2.4"}}"#);
    let guest = r#"{"id":"qemu/101","type":"qemu","vmid":101,"node":"pve1","name":"db","status":"stopped"}"#;
    let all = json(&format!(r#"{{"data":[{guest}]}}"#));
    let now = json(r#"{"data":{"status":"stopped"}}"#);
    // One for each connection: two that only look at the certificate, then one for each request.
    let says = ["", "", &version, &all, &now, ""].map(str::as_bytes);
    let liar = PveLiar::start(&says, None).await.unwrap();
    let world = World::new(liar.port(), "root@pam!lab", "0000-1111").await;
    world.trust(liar.port()).await;
    let way = world.guest_way();
    let taken = world.devices().guest_do_power(&way, PowerAction::On).await.unwrap();
    assert_eq!(taken, PowerTaken::Unknown);
    // It is not sent a second time.
    assert_eq!(liar.connections(), 6);
}

#[tokio::test]
async fn a_guest_is_changed_and_taken_back() {
    if !pve_or_skip("snapshots") {
        return;
    }
    let (_pve, world) = World::with(&lab()).await;
    let (devices, entry) = (world.devices(), world.entry());
    let take = |name: &str| devices.guest_take_snapshot(&entry, 101, snapshot(name));
    assert_eq!(field(take("no name").await), "name");
    let task = world.done(take("clean").await).await;
    assert_eq!(task.title, "Snapshot clean of db (101)");
    assert_eq!(task.done, Some(1.0));

    let read = devices.guest_get(&entry, 101).await.unwrap();
    assert_eq!(
        (read.cores, read.memory, read.guest.entry),
        (Some(1), Some(512), Some(world.guest))
    );
    let names: Vec<_> = read.snapshots.iter().map(|row| (row.depth, row.name.as_str())).collect();
    assert_eq!(names, [(0, "clean"), (1, "")]);
    let change = |digest: &str| GuestChange {
        digest: digest.to_owned(),
        name: Some("db-01".into()),
        description: Some("orders".into()),
        cores: Some(4),
        ..GuestChange::default()
    };
    world.done(devices.guest_change(&entry, 101, change(&read.digest)).await).await;
    let now = devices.guest_get(&entry, 101).await.unwrap();
    assert_eq!((now.guest.name.as_str(), now.description.trim()), ("db-01", "orders"));
    assert_eq!(now.cores, Some(4));
    // Somebody else was faster.
    let late = match devices.guest_change(&entry, 101, change(&read.digest)).await {
        Err(error) => ApiError::from(error),
        begun => match world.ends(begun).await.state {
            ClusterTaskState::Failed { error } => error,
            other => panic!("{other:?}"),
        },
    };
    assert_eq!(late.code, ErrorCode::Conflict, "{late}");

    let back = |name| devices.guest_roll_back(&entry, 101, "clean", false, name);
    assert_eq!(field(back("db").await), "confirmed");
    world.done(back("db-01").await).await;
    assert_eq!(devices.guest_get(&entry, 101).await.unwrap().cores, Some(1));
    world.done(devices.guest_delete_snapshot(&entry, 101, "clean").await).await;
    assert_eq!(devices.guest_get(&entry, 101).await.unwrap().snapshots.len(), 1);

    let grown = devices.guest_grow_disk(&entry, 100, "scsi0", 2).await;
    world.done(grown).await;
    let disks = devices.guest_get(&entry, 100).await.unwrap().disks;
    assert_eq!((disks[0].slot.as_str(), disks[0].size.as_str()), ("scsi0", "10G"));
    assert_eq!(field(devices.guest_grow_disk(&entry, 100, "scsi0", 0).await), "gibibytes");
    let points = devices.guest_graph(&entry, 100, GraphSpan::Hour).await.unwrap();
    assert!(points.len() > 60 && points[0].cpu.is_some());
}

#[tokio::test]
async fn a_guest_is_backed_up_restored_copied_moved_and_deleted() {
    if !pve_or_skip("backups") {
        return;
    }
    let (_pve, world) = World::with(&lab()).await;
    let (devices, entry) = (world.devices(), world.entry());
    let backup = GuestBackup {
        storage: "local".into(),
        mode: BackupMode::Snapshot,
        compression: "zstd".into(),
        note: "before the upgrade".into(),
    };
    let odd = GuestBackup { compression: "rar".into(), ..backup.clone() };
    assert_eq!(field(devices.guest_back_up(&entry, 100, odd).await), "compression");
    world.done(devices.guest_back_up(&entry, 100, backup).await).await;
    let backups = devices.guest_backups(&entry, 100).await.unwrap();
    assert_eq!((backups.len(), backups[0].note.as_str()), (1, "before the upgrade"));

    let volume = backups[0].id.clone();
    let restore = |guest| GuestRestore {
        volume: volume.clone(),
        node: "pve2".into(),
        guest,
        storage: String::new(),
        start: false,
    };
    // One that is there is written over only by who has typed its name.
    assert_eq!(field(devices.guest_restore(&entry, restore(101), None).await), "confirmed");
    world.done(devices.guest_restore(&entry, restore(200), None).await).await;
    assert_eq!(world.status(200).await, "stopped");

    let copy = GuestClone {
        id: None,
        name: "copy".into(),
        node: String::new(),
        full: true,
        storage: String::new(),
        snapshot: String::new(),
    };
    let task = world.done(devices.guest_clone(&entry, 101, copy.clone()).await).await;
    assert!(task.title.starts_with("Copy db (101) to copy ("), "{}", task.title);
    let made = GuestFromTemplate {
        clone: GuestClone { id: Some(300), name: "new".into(), ..copy },
        user: "ops".into(),
        ssh_keys: "ssh-ed25519 AAAA ada@lab\n".into(),
        address: "192.0.2.7/24".into(),
        gateway: "192.0.2.1".into(),
        start: true,
    };
    let from = devices.guest_from_template(&entry, 101, made.clone()).await;
    assert_eq!(field(from), "guest");
    let task = world.done(devices.guest_from_template(&entry, 900, made).await).await;
    assert_eq!(task.guest, Some(300));
    assert_eq!(world.status(300).await, "running");
    let other = devices.guest_get(&entry, 300).await.unwrap().other;
    assert!(other.contains(&("ipconfig0".into(), "ip=192.0.2.7/24,gw=192.0.2.1".into())));

    let to = GuestMigration { node: "pve2".into(), online: true, with_local_disks: true };
    world.done(devices.guest_migrate(&entry, 100, to).await).await;
    assert_eq!(devices.guest_get(&entry, 100).await.unwrap().guest.node, "pve2");

    assert_eq!(field(devices.guest_delete(&entry, 101, "web").await), "confirmed");
    world.done(devices.guest_delete(&entry, 101, "db").await).await;
    assert_eq!(api(devices.guest_get(&entry, 101).await).code, ErrorCode::NotFound);
    let gone = devices.volume_delete(&entry, "pve1", &volume, "no").await;
    assert_eq!(field(gone), "confirmed");
    let last = volume.rsplit('/').next().unwrap();
    world.done(devices.volume_delete(&entry, "pve1", &volume, last).await).await;
    assert!(devices.guest_backups(&entry, 100).await.unwrap().is_empty());
}

#[tokio::test]
async fn files_are_uploaded() {
    if !pve_or_skip("an upload") {
        return;
    }
    let (_pve, world) = World::with(&lab()).await;
    let (devices, entry) = (world.devices(), world.entry());
    let path = world.fixture.dir.path().join("debian.iso");
    std::fs::write(&path, vec![7; 300_000]).unwrap();
    let path = path.display().to_string();
    let upload = |content, path| devices.storage_upload(&entry, "pve1", "local", content, path);
    assert_eq!(field(upload("images", &path).await), "content");
    let folder = world.fixture.dir.path().display().to_string();
    assert_eq!(field(upload("iso", &folder).await), "path");
    let missing = upload("iso", "/nonexistent/debian.iso").await;
    assert_eq!(api(missing).code, ErrorCode::Storage);
    let task = world.done(upload("iso", &path).await).await;
    assert_eq!(task.title, "Upload debian.iso to local of pve1");
    let content = devices.storage_content(&entry, "pve1", "local").await.unwrap();
    let iso = content.iter().find(|one| one.id == "local:iso/debian.iso").unwrap();
    assert_eq!((iso.content.as_str(), iso.size), ("iso", 300_000.0));

    // One that is cancelled leaves nothing.
    let large = world.fixture.dir.path().join("large.iso");
    std::fs::File::create(&large).unwrap().set_len(1 << 30).unwrap();
    let task = upload("iso", &large.display().to_string()).await.unwrap();
    let vault = world.fixture.ctx.authorize_vault(Right::Use).unwrap();
    devices.cluster_task_cancel(&vault, task.id).await.unwrap();
    assert_eq!(world.ends(Ok(task)).await.state, ClusterTaskState::Cancelled);
    let content = devices.storage_content(&entry, "pve1", "local").await.unwrap();
    assert!(!content.iter().any(|one| one.id.ends_with("large.iso")), "{content:?}");
}

#[tokio::test]
async fn a_task_is_ended_when_it_is_cancelled() {
    if !pve_or_skip("cancelling") {
        return;
    }
    let mut settings = lab();
    settings["time_scale"] = json!(1);
    settings["guests"][1]["start_secs"] = json!(3_600);
    let (_pve, world) = World::with(&settings).await;
    let begun = world.devices().guest_power(&world.entry(), 101, GuestPower::Start, None).await;
    let task = begun.unwrap();
    let vault = world.fixture.ctx.authorize_vault(Right::Use).unwrap();
    let early = world.devices().cluster_task_forget(&vault, task.id).await;
    assert_eq!(field(early), "id");
    world.devices().cluster_task_cancel(&vault, task.id).await.unwrap();
    let ended = world.ends(Ok(task)).await;
    assert_eq!(ended.state, ClusterTaskState::Cancelled);
    assert_eq!(world.status(101).await, "stopped");
}

#[tokio::test]
async fn terminals_of_guests_and_nodes_are_sessions() {
    if !pve_or_skip("terminals") {
        return;
    }
    let (_pve, world) = World::with(&lab()).await;
    let id = world.cluster;
    for (target, title) in [
        (SessionTarget::Guest { id, guest: 102, screen: false }, "cache"),
        (SessionTarget::Guest { id, guest: 100, screen: false }, "web"),
        (SessionTarget::NodeShell { id, node: "pve2".into() }, "pve2"),
    ] {
        world.devices().cluster_get(&world.entry(), true).await.unwrap();
        let session = world.open(target).await;
        world.settled(session).await.unwrap();
        let sessions = world.fixture.core.sessions();
        assert_eq!(sessions.info(session).unwrap().title, title);
        let handle = sessions.handle(session).unwrap();
        handle.input.send(TerminalInput::Bytes("uname -a\r".into())).await.unwrap();
        let (viewer, mut shown) = (handle.output.attach(0), Vec::new());
        let reading = async {
            while !String::from_utf8_lossy(&shown).contains("uname -a") {
                if let Some(ToViewer::Output { offset, bytes }) = viewer.next().await {
                    viewer.ack(offset + bytes.len() as u64);
                    shown.extend_from_slice(&bytes);
                }
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("it is shown");
        assert!(String::from_utf8_lossy(&shown).contains("starting serial terminal"));
    }
    let missing = world.open(SessionTarget::Guest { id, guest: 999, screen: false }).await;
    let Err(CloseReason::Failed { error }) = world.settled(missing).await else {
        panic!("there is no such guest")
    };
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_screen_of_a_virtual_machine_is_a_desktop() {
    if !pve_or_skip("a screen") {
        return;
    }
    let (_pve, world) = World::with(&lab()).await;
    let id = world.cluster;
    let session = world.open(SessionTarget::Guest { id, guest: 100, screen: true }).await;
    world.settled(session).await.unwrap();
    let sessions = world.fixture.core.sessions();
    let info = sessions.info(session).unwrap();
    assert!(info.desktop.is_some());
    assert_eq!((info.title.as_str(), info.subtitle.as_str()), ("Guest 100", "guest 100 of lab"));
    assert!(sessions.handle(session).unwrap().desktop.is_some());
    // Its ticket was good once; another connection has another one.
    sessions.disconnect(session).unwrap();
    assert_eq!(world.settled_again(session).await, CloseReason::ByPerson);
    sessions.reconnect(&world.fixture.ctx, session, SIZE).await.unwrap();
    world.settled(session).await.unwrap();

    let container = world.open(SessionTarget::Guest { id, guest: 102, screen: true }).await;
    let Err(CloseReason::Failed { error }) = world.settled(container).await else {
        panic!("a container has no screen")
    };
    assert_eq!(error.message, "cache (102) is a container and has no screen.");
}

impl World {
    /// Waits until a session that was open is over.
    async fn settled_again(&self, id: SessionId) -> CloseReason {
        let mut events = self.fixture.core.events();
        let wait = async {
            loop {
                if let SessionState::Closed { reason } =
                    self.fixture.core.sessions().info(id).unwrap().state
                {
                    return reason;
                }
                let _changed = events.recv().await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("it ends")
    }
}
