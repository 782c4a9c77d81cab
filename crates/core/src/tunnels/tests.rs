//! Tunnels kept with machines, through a real sshd.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::{Authorized, Right, sessions::OpenTarget, testing::Fixture};
use patchbay_model::{
    CloseReason, EntryDraft, ErrorCode, HostKeyAnswer, IdentityDraft, IdentityKind, MachineTunnels,
    NodeId, Secret, SessionState, Settings, TerminalSize, Tunnel, TunnelEnd, TunnelId, TunnelInfo,
    TunnelKind, TunnelState,
};
use patchbay_testkit::{KeyPair, Sshd};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const PATIENCE: Duration = Duration::from_secs(30);

async fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = stream.split();
                let _ = tokio::io::copy(&mut read, &mut write).await;
            });
        }
    });
    port
}

fn local(name: &str, listen: u16, to: u16, with_session: bool) -> Tunnel {
    let end = |address: &str, port| TunnelEnd::Port { address: address.into(), port };
    Tunnel {
        id: TunnelId::new(),
        name: name.into(),
        kind: TunnelKind::Local,
        listen: end("", listen),
        to: Some(end("127.0.0.1", to)),
        with_session,
    }
}

struct World {
    fixture: Fixture,
    server: Sshd,
    machine: NodeId,
}

impl World {
    async fn with(tunnels: Vec<Tunnel>) -> Self {
        let fixture = Fixture::open().await;
        let key = KeyPair::ed25519(fixture.dir.path(), "id").unwrap();
        let server = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
        let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
        let identity = IdentityDraft {
            kind: IdentityKind::Key,
            password: None,
            private_key: Some(Secret::new(key.private.clone())),
            ..crate::testing::password("id", "")
        };
        let identity = fixture.core.identities().add(&vault, identity).await.unwrap().id;
        let draft = EntryDraft {
            name: "box".into(),
            address: "127.0.0.1".into(),
            settings: Settings {
                port: Some(server.port()),
                user: Some(server.user().to_owned()),
                identities: Some(vec![identity]),
                ..Settings::default()
            },
            tunnels,
            ..EntryDraft::default()
        };
        let machine = fixture.core.tree().add_entry(&fixture.folder(None), draft).await.unwrap().id;
        Self { fixture, server, machine }
    }

    fn id(&self) -> Authorized<NodeId> {
        self.fixture.ctx.authorize(self.machine, Right::Use).unwrap()
    }

    fn now(&self) -> MachineTunnels {
        self.fixture.core.tunnels().of(&self.id())
    }

    /// Waits for something to become true of the machine; host keys are trusted on the way.
    async fn until(&self, what: impl Fn(&MachineTunnels) -> bool) -> MachineTunnels {
        let mut events = self.fixture.core.events();
        let wait = async {
            loop {
                let now = self.now();
                if let Some(session) = now.session {
                    let sessions = self.fixture.core.sessions();
                    let asks = sessions
                        .info(session)
                        .is_ok_and(|info| matches!(info.state, SessionState::HostKey { .. }));
                    if asks {
                        sessions.answer_host_key(session, HostKeyAnswer::Trust).unwrap();
                    }
                }
                if what(&now) {
                    return now;
                }
                let _changed = events.recv().await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        waited.unwrap_or_else(|_| panic!("still {:#?}\n{}", self.now(), self.server.log()))
    }

    async fn running(&self, at: usize) -> TunnelInfo {
        let now = self.until(|now| now.tunnels[at].state == TunnelState::Running).await;
        now.tunnels[at].clone()
    }
}

async fn answers(at: &str) {
    let mut stream = TcpStream::connect(at).await.unwrap_or_else(|error| panic!("{at}: {error}"));
    stream.write_all(b"hello").await.unwrap();
    let mut back = [0; 5];
    tokio::time::timeout(PATIENCE, stream.read_exact(&mut back)).await.unwrap().unwrap();
    assert_eq!(&back, b"hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_for_all_and_none_when_they_are_stopped() {
    let to = echo().await;
    let kept = vec![local("one", 0, to, false), local("two", 0, to, false)];
    let world = World::with(kept.clone()).await;
    let tunnels = world.fixture.core.tunnels();
    assert!(
        world.now().tunnels.iter().all(|info| info.saved && info.state == TunnelState::Stopped)
    );

    tunnels.start(&world.id(), kept[0].id).await.unwrap();
    let one = world.running(0).await;
    answers(&one.listening[0]).await;
    tunnels.start(&world.id(), kept[1].id).await.unwrap();
    let two = world.running(1).await;
    answers(&two.listening[0]).await;
    // One by hand, on the same connection.
    let extra = local("", 0, to, false);
    tunnels.start_new(&world.id(), extra.clone()).await.unwrap();
    let third = world.running(2).await;
    assert!(!third.saved);
    answers(&third.listening[0]).await;
    assert_eq!(world.fixture.core.sessions().list().len(), 1);
    assert_eq!(tunnels.started().len(), 1);
    let counted = world.until(|now| now.tunnels.iter().all(|info| info.down >= 5.0)).await;
    assert_eq!(counted.tunnels[0].total, 1);

    let stopped = tunnels.stop(&world.id(), kept[0].id).await;
    assert_eq!(stopped.tunnels[0].state, TunnelState::Stopped);
    assert!(TcpStream::connect(&one.listening[0]).await.is_err(), "the port is free");
    answers(&two.listening[0]).await;
    tunnels.stop_all(&world.id()).await;
    assert!(tunnels.started().is_empty());
    assert!(world.fixture.core.sessions().list().is_empty(), "nothing is left to be connected for");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_said_at_once_and_by_whom() {
    let to = echo().await;
    let taken = echo().await;
    let world = World::with(vec![local("db", 0, to, false)]).await;
    let tunnels = world.fixture.core.tunnels();
    let start = async |port| {
        let one = local("", port, to, false);
        let started = tunnels.start_new(&world.id(), one).await;
        patchbay_model::ApiError::from(started.unwrap_err())
    };
    let error = start(taken).await;
    assert_eq!(error.code, ErrorCode::AddressTaken);
    assert!(error.message.contains("another program"), "{error}");
    assert!(world.fixture.core.sessions().list().is_empty(), "nothing was connected for it");

    let id = world.now().tunnels[0].tunnel.id;
    tunnels.start(&world.id(), id).await.unwrap();
    let db = world.running(0).await;
    let port = db.listening[0].rsplit_once(':').unwrap().1.parse().unwrap();
    let error = start(port).await;
    assert!(error.message.contains("taken by the tunnel “db” of box"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_made_again_and_the_port_stays() {
    let to = echo().await;
    let kept = local("db", 0, to, false);
    let mut world = World::with(vec![kept.clone()]).await;
    world.fixture.core.tunnels().start(&world.id(), kept.id).await.unwrap();
    let before = world.running(0).await;
    world.server.stop();
    let away =
        world.until(|now| matches!(now.tunnels[0].state, TunnelState::Reconnecting { .. })).await;
    assert_eq!(away.tunnels[0].listening, before.listening);
    world.server.start_again().await.unwrap();
    let after = world.running(0).await;
    assert_eq!(after.listening, before.listening);
    answers(&after.listening[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_waiting_helps_against_ends_it() {
    let kept = local("db", 0, 1, false);
    let mut world = World::with(vec![kept.clone()]).await;
    world.server.stop();
    world.fixture.core.tunnels().start(&world.id(), kept.id).await.unwrap();
    let failed =
        world.until(|now| matches!(now.tunnels[0].state, TunnelState::Failed { .. })).await;
    let TunnelState::Failed { error } = &failed.tunnels[0].state else { unreachable!() };
    assert_eq!(error.code, ErrorCode::Refused);
    // It can be tried again.
    world.server.start_again().await.unwrap();
    world.fixture.core.tunnels().start(&world.id(), kept.id).await.unwrap();
    world.running(0).await;
    assert_eq!(world.fixture.core.sessions().list().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn some_come_and_go_with_the_terminal() {
    let to = echo().await;
    let kept = vec![
        local("with", 0, to, true),
        local("without", 0, to, false),
        local("both", 0, to, true),
    ];
    let world = World::with(kept.clone()).await;
    let sessions = world.fixture.core.sessions();
    // By hand first: it stays when the terminal goes.
    world.fixture.core.tunnels().start(&world.id(), kept[2].id).await.unwrap();
    world.running(2).await;
    let size = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };
    let terminal = sessions.open(OpenTarget::Entry(world.id()), size, None).await.unwrap().id;
    let with = world.running(0).await;
    assert!(with.by_session);
    answers(&with.listening[0]).await;
    assert_eq!(world.now().tunnels[1].state, TunnelState::Stopped);
    sessions.disconnect(terminal).unwrap();
    world.until(|now| now.tunnels[0].state == TunnelState::Stopped).await;
    assert_eq!(world.now().tunnels[2].state, TunnelState::Running);
    assert!(matches!(
        sessions.info(terminal).unwrap().state,
        SessionState::Closed { reason: CloseReason::ByPerson }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_its_session_stops_them() {
    let to = echo().await;
    let kept = local("db", 0, to, false);
    let world = World::with(vec![kept.clone()]).await;
    world.fixture.core.tunnels().start(&world.id(), kept.id).await.unwrap();
    world.running(0).await;
    world.fixture.core.sessions().close_all();
    world.until(|now| now.tunnels[0].state == TunnelState::Stopped).await;
    assert!(world.fixture.core.tunnels().started().is_empty());
}
