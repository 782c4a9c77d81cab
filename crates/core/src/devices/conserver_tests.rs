//! Consoles of the conserver that others wrote, as a person meets them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::{
    Right,
    sessions::OpenTarget,
    testing::{Fixture, password},
};
use patchbay_model::{
    CloseReason, EntryDraft, ErrorCode, IdentityId, LineSignal, Management, ManagementId,
    ManagementWay, NodeId, SessionId, SessionState, SessionTarget, Settings, TerminalSize,
    WayStatus,
};
use patchbay_session::{TerminalInput, ToViewer};
use patchbay_testkit::{Conserver, conserver_or_skip};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);
const SIZE: TerminalSize = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };
const SHELL: &str = "stty -echo; exec env PS1='ready> ' sh -i";

/// A vault with a conserver and a machine whose console it keeps.
struct World {
    fixture: Fixture,
    server: Conserver,
    machine: NodeId,
    way: ManagementId,
}

async fn add(fixture: &Fixture, draft: EntryDraft) -> NodeId {
    fixture.core.tree().add_entry(&fixture.folder(None), draft).await.unwrap().id
}

async fn identity(fixture: &Fixture, user: &str) -> IdentityId {
    let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let mut draft = password(user, Conserver::PASSWORD);
    draft.user = Some(user.into());
    fixture.core.identities().add(&vault, draft).await.unwrap().id
}

impl World {
    /// `console` is what the way calls it; empty is the machine's name, which is `box`.
    async fn new(certified: bool, plain: bool, console: &str) -> Self {
        let server = Conserver::start(&[("box", SHELL)], certified).await.unwrap();
        let fixture = Fixture::open().await;
        let of_server = identity(&fixture, Conserver::USER).await;
        let at = EntryDraft {
            name: "cs-01".into(),
            address: "127.0.0.1".into(),
            settings: Settings { identities: Some(vec![of_server]), ..Settings::default() },
            ..EntryDraft::default()
        };
        let at = add(&fixture, at).await;
        let way = ManagementId::new();
        let draft = EntryDraft {
            name: "box".into(),
            address: "192.0.2.1".into(),
            management: vec![Management {
                id: way,
                name: String::new(),
                way: ManagementWay::Conserver {
                    server: at,
                    console: console.into(),
                    port: Some(server.port()),
                    identity: None,
                    plain,
                },
            }],
            ..EntryDraft::default()
        };
        let machine = add(&fixture, draft).await;
        Self { fixture, server, machine, way }
    }

    async fn status(&self) -> WayStatus {
        let entry = self.fixture.node(self.machine);
        let status = self.fixture.core.devices().management_status(&entry, true).await.unwrap();
        status.ways.into_iter().next().unwrap()
    }

    async fn trust(&self) {
        let question = self.status().await.question.expect("nobody has seen its certificate");
        let (entry, shown) = (self.fixture.node(self.machine), question.presented.fingerprint);
        let devices = self.fixture.core.devices();
        devices.management_trust(&entry, self.way, &shown, false).await.unwrap();
    }

    async fn open(&self, force: bool) -> SessionId {
        let target = SessionTarget::Conserver { id: self.machine, way: self.way, force };
        let target = OpenTarget::of(&self.fixture.ctx, target).unwrap();
        self.fixture.core.sessions().open(target, SIZE, None).await.unwrap().id
    }

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

    async fn types(&self, id: SessionId, keys: &str) {
        let handle = self.fixture.core.sessions().handle(id).unwrap();
        handle.input.send(TerminalInput::Bytes(keys.to_owned().into())).await.unwrap();
    }

    async fn shows(&self, id: SessionId, expected: &str) -> String {
        let handle = self.fixture.core.sessions().handle(id).unwrap();
        let viewer = handle.output.attach(0);
        let mut shown = String::new();
        let wait = async {
            while !shown.contains(expected) {
                let next = viewer.next().await.expect("it goes on");
                if let ToViewer::Output { offset, bytes } = next {
                    shown.push_str(&String::from_utf8_lossy(&bytes));
                    viewer.ack(offset + bytes.len() as u64);
                }
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        assert!(waited.is_ok(), "no {expected:?} in {shown:?}");
        shown
    }
}

#[tokio::test]
async fn a_console_is_opened_once_the_servers_certificate_is_on_record() {
    if !conserver_or_skip("a console of conserver") {
        return;
    }
    let world = World::new(true, false, "").await;
    let id = world.open(false).await;
    let Err(CloseReason::Failed { error }) = world.settled(id).await else { panic!("it is asked") };
    assert_eq!(error.code, ErrorCode::HostKey, "{error}");
    assert!(!world.server.log().contains("login"), "nothing was said to it");
    world.trust().await;
    let status = world.status().await;
    assert_eq!(status.name, "console box of cs-01");
    assert_eq!((status.problem, status.about.as_str()), (None, "console box: up, nobody has it"));

    let entry = world.fixture.node(world.machine);
    let ladder = world.fixture.core.devices().console_ladder(&entry).await.unwrap();
    let rung = ladder.iter().find(|rung| rung.name == "Console server").unwrap();
    assert!(rung.ready && rung.problem.is_none(), "{rung:?}");
    let target = SessionTarget::Conserver { id: world.machine, way: world.way, force: false };
    assert_eq!(rung.target, target);
    let id = world.open(false).await;
    world.settled(id).await.unwrap();
    world.types(id, "echo one-$((1+1))\r").await;
    world.shows(id, "one-2").await;
    world.fixture.core.sessions().signal(id, LineSignal::Break).await.unwrap();
    world.shows(id, "[halt sent]").await;
    let info = world.fixture.core.sessions().info(id).unwrap();
    assert_eq!((info.title.as_str(), info.subtitle.as_str()), ("box", "console box of cs-01"));
}

#[tokio::test]
async fn what_somebody_else_has_is_looked_at_and_taken_over_only_when_told_to() {
    if !conserver_or_skip("a console that somebody else has") {
        return;
    }
    let world = World::new(false, true, "box").await;
    let first = world.open(false).await;
    world.settled(first).await.unwrap();
    let status = world.status().await;
    assert!(status.about.contains("ops@") && status.about.ends_with("has it"), "{status:?}");
    let entry = world.fixture.node(world.machine);
    let ladder = world.fixture.core.devices().console_ladder(&entry).await.unwrap();
    let rung = ladder.iter().find(|rung| rung.name == "Console server").unwrap();
    let problem = rung.problem.as_ref().expect("it is said who has it");
    assert!(rung.ready && problem.code == ErrorCode::Conflict, "{rung:?}");
    assert!(problem.message.starts_with("ops@"), "{problem}");

    let second = world.open(false).await;
    world.settled(second).await.unwrap();
    world.shows(second, "has this console: you see what is done there").await;
    world.types(first, "echo seen-$((1+1))\r").await;
    world.shows(second, "seen-2").await;
    let third = world.open(true).await;
    world.settled(third).await.unwrap();
    world.shows(third, "You have taken this console over").await;
    world.shows(first, "forced to `spy' mode").await;
    // Connected again, it takes nothing from anybody.
    let info = world.fixture.core.sessions().info(third).unwrap();
    let calm = SessionTarget::Conserver { id: world.machine, way: world.way, force: false };
    assert_eq!(info.target, calm);
}

#[tokio::test]
async fn a_server_that_proves_nothing_is_told_no_password() {
    if !conserver_or_skip("a conserver without a certificate") {
        return;
    }
    let world = World::new(false, false, "box").await;
    let problem = world.status().await.problem.unwrap();
    assert!(problem.message.contains("it does not encrypt"), "{problem}");
    assert!(problem.next_step.contains("certificate"), "{problem}");
    let world = World::new(false, true, "nix").await;
    let problem = world.status().await.problem.unwrap();
    assert_eq!(problem.code, ErrorCode::NotFound);
    assert_eq!(
        problem.message,
        "The console server cs-01 gives no console: it has no console nix."
    );
}
