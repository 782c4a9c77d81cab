//! Telnet, raw TCP and serial lines as sessions, straight and through a real SSH server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::{
    OpenTarget, SessionHandle,
    tests::{SIZE, World, shows},
};
use crate::{CoreError, Right, testing::Fixture, testing::field};
use patchbay_model::{
    ApiError, CloseReason, EntryDraft, ErrorCode, FlowControl, Jump, LineEnding, LineSignal,
    NodeId, Protocol, SessionId, SessionState, Settings, StepState,
};
use patchbay_testkit::{EchoServer, SerialPair, Telnetd, daemon, root_or_skip, terminals_or_skip};
use std::{path::Path, time::Duration};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const SHELL: &str = "exec env PS1='ready> ' sh -i";

fn tcp(protocol: Protocol, port: u16, jump: Option<Jump>) -> EntryDraft {
    EntryDraft {
        name: "sw-01".into(),
        protocol,
        address: "127.0.0.1".into(),
        settings: Settings { port: Some(port), jump, ..Settings::default() },
        ..EntryDraft::default()
    }
}

fn serial(port: &Path) -> EntryDraft {
    EntryDraft {
        name: "console".into(),
        protocol: Protocol::Serial,
        address: port.display().to_string(),
        settings: Settings {
            baud: Some(9600),
            flow_control: Some(FlowControl::XonXoff),
            enter: Some(LineEnding::CrLf),
            ..Settings::default()
        },
        ..EntryDraft::default()
    }
}

async fn add(fixture: &Fixture, draft: EntryDraft) -> NodeId {
    fixture.core.tree().add_entry(&fixture.folder(None), draft).await.unwrap().id
}

async fn open(fixture: &Fixture, machine: NodeId) -> SessionId {
    let target = OpenTarget::Entry(fixture.ctx.authorize(machine, Right::Use).unwrap());
    fixture.core.sessions().open(target, SIZE, None).await.unwrap().id
}

/// Waits until a session is open, or says why it is over.
async fn settled(fixture: &Fixture, id: SessionId) -> Result<(), CloseReason> {
    ends(fixture, id, |state| match state {
        SessionState::Open => Some(Ok(())),
        SessionState::Closed { reason } => Some(Err(reason.clone())),
        _ => None,
    })
    .await
}

async fn closed(fixture: &Fixture, id: SessionId) -> CloseReason {
    ends(fixture, id, |state| match state {
        SessionState::Closed { reason } => Some(reason.clone()),
        _ => None,
    })
    .await
}

async fn ends<T>(fixture: &Fixture, id: SessionId, what: impl Fn(&SessionState) -> Option<T>) -> T {
    let mut events = fixture.core.events();
    let wait = async {
        loop {
            if let Some(found) = what(&fixture.core.sessions().info(id).unwrap().state) {
                return found;
            }
            let _changed = events.recv().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.expect("it settles")
}

async fn types(fixture: &Fixture, id: SessionId, keys: &str, expected: &str) {
    shows(&sends(fixture, id, keys).await, expected).await;
}

async fn sends(fixture: &Fixture, id: SessionId, keys: &str) -> SessionHandle {
    let handle = fixture.core.sessions().handle(id).unwrap();
    let bytes = patchbay_session::TerminalInput::Bytes(keys.to_owned().into());
    handle.input.send(bytes).await.unwrap();
    handle
}

/// The echo may be lost: telnetd hangs up as soon as the shell is gone.
async fn leaves(fixture: &Fixture, id: SessionId) {
    sends(fixture, id, "exit\r").await;
    assert_eq!(closed(fixture, id).await, CloseReason::Exited { code: None });
}

fn error(reason: CloseReason) -> ApiError {
    match reason {
        CloseReason::Failed { error } => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn telnet_is_a_session_like_any_other() {
    if !root_or_skip("Telnet is a session like any other") {
        return;
    }
    let server = Telnetd::start(SHELL).await.unwrap();
    let fixture = Fixture::open().await;
    let machine = add(&fixture, tcp(Protocol::Telnet, server.port(), None)).await;
    let sessions = fixture.core.sessions();
    let id = open(&fixture, machine).await;
    settled(&fixture, id).await.unwrap();
    types(&fixture, id, "echo is-$TERM; stty size\r", "is-xterm-256color\r\n24 80\r\nready> ")
        .await;
    let info = sessions.info(id).unwrap();
    assert_eq!(info.subtitle, format!("127.0.0.1:{}", server.port()));
    assert_eq!(info.protocol, Some(Protocol::Telnet));
    assert_eq!(info.steps.len(), 2);
    assert!(info.steps.iter().all(|step| step.state == StepState::Done), "{:?}", info.steps);
    assert_eq!(field(sessions.signal(id, LineSignal::RtsOn).await), "signal");
    leaves(&fixture, id).await;
    assert_eq!(field(sessions.signal(id, LineSignal::Break).await), "signal");
    sessions.reconnect(&fixture.ctx, id, SIZE).await.unwrap();
    settled(&fixture, id).await.unwrap();
    types(&fixture, id, "echo again-$((1+1))\r", "again-2\r\nready> ").await;
    // Last: with it, what is typed around that time is thrown away.
    sessions.signal(id, LineSignal::Break).await.unwrap();
    shows(&sessions.handle(id).unwrap(), "^\\").await;
    let files = OpenTarget::Files(fixture.ctx.authorize(machine, Right::Use).unwrap());
    let Err(CoreError::Invalid { message, .. }) = sessions.open(files, SIZE, None).await else {
        panic!("it has files");
    };
    assert!(message.contains("Telnet"), "{message}");
}

#[tokio::test]
async fn telnet_and_raw_tcp_go_through_a_jump_host() {
    if !root_or_skip("Telnet and raw TCP go through a jump host")
        || !terminals_or_skip("Telnet and raw TCP go through a jump host")
    {
        return;
    }
    let world = World::new().await;
    let trusted = world.trusted().await;
    world.fixture.core.sessions().close(trusted).unwrap();
    let jump = Some(Jump::Through { entry: world.machine });
    let telnetd = Telnetd::start(SHELL).await.unwrap();
    let telnet = tcp(Protocol::Telnet, telnetd.port(), jump.clone());
    let telnet = add(&world.fixture, telnet).await;
    let id = open(&world.fixture, telnet).await;
    settled(&world.fixture, id).await.unwrap();
    types(
        &world.fixture,
        id,
        "echo is-$TERM; stty size\r",
        "is-xterm-256color\r\n24 80\r\nready> ",
    )
    .await;
    assert_eq!(world.info(id).steps[1].detail, "through box");
    leaves(&world.fixture, id).await;

    let echo = EchoServer::start().await.unwrap();
    let raw = add(&world.fixture, tcp(Protocol::Raw, echo.port(), jump.clone())).await;
    let id = open(&world.fixture, raw).await;
    settled(&world.fixture, id).await.unwrap();
    types(&world.fixture, id, "said and heard\r", "said and heard").await;
    world.server.drop_sessions();
    let lost = error(closed(&world.fixture, id).await);
    assert!(lost.message.contains("box"), "{}", lost.message);

    let nobody = daemon::free_port().unwrap();
    let nobody = add(&world.fixture, tcp(Protocol::Raw, nobody, jump)).await;
    let id = open(&world.fixture, nobody).await;
    let refused = error(settled(&world.fixture, id).await.unwrap_err());
    assert_eq!(refused.code, ErrorCode::Jump);
    assert!(refused.message.contains("box"), "{}", refused.message);
}

#[tokio::test]
async fn what_refuses_says_so_in_its_own_words() {
    let fixture = Fixture::open().await;
    let port = daemon::free_port().unwrap();
    let machine = add(&fixture, tcp(Protocol::Telnet, port, None)).await;
    let id = open(&fixture, machine).await;
    let refused = error(settled(&fixture, id).await.unwrap_err());
    assert_eq!(refused.code, ErrorCode::Refused);
    assert!(refused.message.contains("nothing accepts Telnet at 127.0.0.1"), "{refused}");
    assert!(!refused.to_string().contains("SSH"), "{refused}");
}

#[tokio::test]
async fn a_serial_line_is_a_session_that_comes_back() {
    let mut pair = SerialPair::start().await.unwrap();
    let fixture = Fixture::open().await;
    let machine = add(&fixture, serial(pair.near())).await;
    let sessions = fixture.core.sessions();
    let id = open(&fixture, machine).await;
    settled(&fixture, id).await.unwrap();
    let info = sessions.info(id).unwrap();
    assert_eq!(info.subtitle, format!("{}, 9600 8N1", pair.near().display()));
    assert_eq!(info.steps.len(), 1);
    let mut far = tokio::fs::File::options().read(true).write(true).open(pair.far()).await.unwrap();
    far.write_all(b"Router> ").await.unwrap();
    types(&fixture, id, "enable\r", "Router> ").await;
    let mut heard = [0; 8];
    far.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"enable\r\n");

    let second = open(&fixture, machine).await;
    let busy = error(settled(&fixture, second).await.unwrap_err());
    assert_eq!(busy.code, ErrorCode::SerialPort);
    assert!(busy.message.contains("in use"), "{busy}");

    drop(far);
    pair.unplug();
    let gone = error(closed(&fixture, id).await);
    assert!(gone.message.contains("unplugged"), "{gone}");
    sessions.reconnect(&fixture.ctx, id, SIZE).await.unwrap();
    let missing = error(settled(&fixture, id).await.unwrap_err());
    assert!(missing.message.contains("is not there"), "{missing}");
    pair.plug_in().await.unwrap();
    sessions.reconnect(&fixture.ctx, id, SIZE).await.unwrap();
    settled(&fixture, id).await.unwrap();
}

#[tokio::test]
async fn lines_are_tried_before_they_are_saved() {
    let pair = SerialPair::start().await.unwrap();
    let echo = EchoServer::start().await.unwrap();
    let fixture = Fixture::open().await;
    for draft in [serial(pair.near()), tcp(Protocol::Raw, echo.port(), None)] {
        let tried = fixture.core.sessions().test(draft, &fixture.folder(None), None).await.unwrap();
        assert_eq!(closed(&fixture, tried.id).await, CloseReason::Exited { code: Some(0) });
    }
}

#[tokio::test]
async fn only_ssh_machines_are_gone_through() {
    let fixture = Fixture::open().await;
    let tree = fixture.core.tree();
    let telnet = add(&fixture, tcp(Protocol::Telnet, 23, None)).await;
    let through = |entry| tcp(Protocol::Ssh, 22, Some(Jump::Through { entry }));
    let refused = tree.add_entry(&fixture.folder(None), through(telnet)).await;
    assert_eq!(field(refused), "jump");
    // What is gone through stays what can be gone through.
    let ssh = add(&fixture, tcp(Protocol::Ssh, 22, None)).await;
    add(&fixture, through(ssh)).await;
    let changed =
        tree.change_entry(&fixture.node(ssh), tcp(Protocol::Telnet, 23, None), None).await;
    assert_eq!(field(changed), "protocol");
    // A serial port lies behind nothing, whatever its folder says.
    let folder = fixture.add_folder(None, "site").await;
    let mut draft = patchbay_model::FolderDraft { name: "site".into(), ..Default::default() };
    draft.settings.jump = Some(Jump::Through { entry: ssh });
    draft.settings.port = Some(2222);
    tree.change_folder(&fixture.node(folder), draft, None).await.unwrap();
    let inside = fixture.folder(Some(folder));
    let console = tree.add_entry(&inside, serial(Path::new("/dev/ttyUSB0"))).await.unwrap().id;
    assert_eq!(tree.route(&fixture.node(console)).unwrap().len(), 1);
    // And a folder's port is that of SSH.
    let mut other = tcp(Protocol::Telnet, 23, None);
    other.settings.port = None;
    let other = tree.add_entry(&inside, other).await.unwrap().id;
    let route = tree.route(&fixture.node(other)).unwrap();
    assert_eq!(route.last().unwrap().settings.port_of(Protocol::Telnet), Some(23));
    assert_eq!(route.len(), 2);
}
