//! Desktops as sessions, straight and through a real SSH server, against a VNC server that others wrote.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod recording;

use super::{
    CopiedPicture, DesktopHandle, OpenTarget,
    tests::{SIZE, World},
};
use crate::{CoreError, Right, testing::Fixture};
use patchbay_model::{
    ApiError, CloseReason, EntryDraft, ErrorCode, IdentityDraft, IdentityKind, Jump, NodeId,
    Protocol, SessionId, SessionInfo, SessionState, Settings, Timestamp,
};
use patchbay_session::desktop::{
    Buttons, DesktopInput, DesktopViewer, Size, ToDesktopViewer as Say,
};
use patchbay_testkit::{
    Backend, Farm, Fault, Shadow, Vnc, Websockify, Wire, Xrdp, moment, shadow_or_skip,
    terminals_or_skip, websockify_or_skip, xrdp_or_skip,
};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

fn wall(port: u16, settings: Settings) -> EntryDraft {
    EntryDraft {
        name: "wall".into(),
        protocol: Protocol::Vnc,
        address: "127.0.0.1".into(),
        settings: Settings { port: Some(port), ..settings },
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

async fn until<T>(fixture: &Fixture, id: SessionId, what: impl Fn(&SessionInfo) -> Option<T>) -> T {
    let mut events = fixture.core.events();
    let wait = async {
        loop {
            if let Some(found) = what(&fixture.core.sessions().info(id).unwrap()) {
                return found;
            }
            let _changed = events.recv().await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, wait).await;
    waited.unwrap_or_else(|_| panic!("still {:#?}", fixture.core.sessions().info(id)))
}

async fn opened(fixture: &Fixture, id: SessionId) {
    until(fixture, id, |info| match &info.state {
        SessionState::Open => Some(()),
        SessionState::Closed { reason } => panic!("closed: {reason:?}"),
        _ => None,
    })
    .await;
}

async fn closed(fixture: &Fixture, id: SessionId) -> CloseReason {
    until(fixture, id, |info| match &info.state {
        SessionState::Closed { reason } => Some(reason.clone()),
        _ => None,
    })
    .await
}

/// Waits until it is lost and this attempt comes next: why, and when.
async fn lost(fixture: &Fixture, id: SessionId, which: u32) -> (ApiError, Timestamp) {
    until(fixture, id, |info| match &info.state {
        SessionState::Lost { error, attempt, next, .. } if *attempt == which => {
            Some((error.clone(), *next))
        }
        SessionState::Closed { reason } => panic!("closed: {reason:?}"),
        _ => None,
    })
    .await
}

/// Sees the next prompt, and answers it.
async fn answer(fixture: &Fixture, id: SessionId, text: &str) {
    let prompt = until(fixture, id, |info| match &info.state {
        SessionState::Asking { prompt } => Some(prompt.clone()),
        SessionState::Closed { reason } => panic!("closed: {reason:?}"),
        _ => None,
    })
    .await;
    let answers = Some(vec![text.to_owned().into()]);
    fixture.core.sessions().answer(id, prompt.id, answers).unwrap();
}

/// Sees the next certificate, and trusts it: which host presents it, and what it is called.
async fn trust(fixture: &Fixture, id: SessionId) -> (String, String) {
    let question = until(fixture, id, |info| match &info.state {
        SessionState::HostKey { question } => Some(question.clone()),
        SessionState::Closed { reason } => panic!("closed: {reason:?}"),
        _ => None,
    })
    .await;
    let answer = patchbay_model::HostKeyAnswer::Trust;
    fixture.core.sessions().answer_host_key(id, answer).unwrap();
    (question.host, question.presented.tls.expect("a certificate").subject)
}

/// The wire is cut once, as soon as something goes over it.
fn cut(wire: &Wire) {
    wire.set(Fault::Cut { after: 0, times: wire.cuts() + 1 });
}

fn handle(fixture: &Fixture, id: SessionId) -> DesktopHandle {
    fixture.core.sessions().handle(id).unwrap().desktop.expect("a desktop")
}

/// A picture as a viewer puts it together.
struct Seen {
    size: Size,
    pixels: Vec<u8>,
}

impl Seen {
    /// Takes what comes until the picture is as it should be.
    async fn until(viewer: &DesktopViewer, fits: impl Fn(&Self) -> bool) -> Self {
        let mut seen = Self { size: Size::default(), pixels: Vec::new() };
        let looking = async {
            loop {
                match viewer.next().await.expect("it goes on") {
                    Say::Resized(size) => {
                        seen.size = size;
                        seen.pixels = vec![0; size.pixels() * 4];
                    }
                    Say::Frame { rect, pixels } => {
                        let raw = pixels.unpack(rect).unwrap();
                        let width = usize::from(rect.width) * 4;
                        for (row, line) in raw.chunks(width).enumerate() {
                            let y = usize::from(rect.y) + row;
                            let at = (y * usize::from(seen.size.width) + usize::from(rect.x)) * 4;
                            seen.pixels[at..at + width].copy_from_slice(line);
                        }
                    }
                    Say::FrameEnd(id) => {
                        viewer.ack(id);
                        if fits(&seen) {
                            return seen;
                        }
                    }
                    _ => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, looking).await.expect("the picture comes")
    }

    fn rgb(&self) -> Vec<u8> {
        self.pixels.chunks(4).flat_map(|pixel| pixel[..3].to_vec()).collect()
    }
}

async fn password(fixture: &Fixture, password: &str) -> Settings {
    identity(fixture, None, password).await
}

async fn identity(fixture: &Fixture, user: Option<&str>, password: &str) -> Settings {
    let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let draft = IdentityDraft {
        id: None,
        name: "wall".into(),
        user: user.map(str::to_owned),
        kind: IdentityKind::Password,
        password: Some(password.to_owned().into()),
        private_key: None,
        passphrase: None,
        certificate: None,
        agent_fingerprint: None,
    };
    let identity = fixture.core.identities().add(&vault, draft).await.unwrap();
    Settings { identities: Some(vec![identity.id]), ..Settings::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_is_a_session_like_any_other() {
    let server = Vnc::builder("VncAuth").start().await.unwrap();
    server.run("xsetroot", &["-solid", "#336699"]).unwrap();
    let fixture = Fixture::open().await;
    let settings = password(&fixture, "test").await;
    let machine = add(&fixture, wall(server.port(), settings)).await;
    let id = open(&fixture, machine).await;
    opened(&fixture, id).await;
    let info = fixture.core.sessions().info(id).unwrap();
    assert_eq!(info.subtitle, format!("127.0.0.1:{}", server.port()));
    assert!(!info.desktop.unwrap().view_only);
    let desktop = handle(&fixture, id);
    let viewer = desktop.hub.attach();
    let expected = server.seen().unwrap();
    let seen = Seen::until(&viewer, |seen| seen.rgb() == expected).await;
    assert_eq!((seen.size, &seen.pixels[..4]), (Size::new(640, 480), &[0x33, 0x66, 0x99, 255][..]));

    // It follows what a tab asks for, and the pointer goes where it is told.
    let size = Size::new(800, 500);
    desktop.input.send(DesktopInput::Resize { size, scale: 100 }).await.unwrap();
    Seen::until(&viewer, |seen| seen.size == size).await;
    let buttons = Buttons::default();
    desktop.input.send(DesktopInput::Pointer { x: 123, y: 45, buttons }).await.unwrap();
    let moved = async {
        while !server.run("xdotool", &["getmouselocation"]).unwrap().contains("x:123 y:45") {
            moment().await;
        }
    };
    tokio::time::timeout(PATIENCE, moved).await.unwrap();

    let sessions = fixture.core.sessions();
    sessions.disconnect(id).unwrap();
    assert_eq!(closed(&fixture, id).await, CloseReason::ByPerson);
    sessions.reconnect(&fixture.ctx, id, SIZE).await.unwrap();
    opened(&fixture, id).await;
    Seen::until(&viewer, |seen| seen.size == size).await;
    // It hangs up in order, or is gone in the middle of something: it is lost, and tried again, in vain.
    drop(server);
    let (error, first) = lost(&fixture, id, 1).await;
    assert_eq!(error.code, ErrorCode::Disconnected, "{error}");
    // The last picture stays for whoever comes now.
    Seen::until(&desktop.hub.attach(), |seen| seen.size == size).await;
    // Nobody has to wait for the next attempt.
    sessions.reconnect(&fixture.ctx, id, SIZE).await.unwrap();
    let (error, second) = lost(&fixture, id, 2).await;
    assert_eq!(error.code, ErrorCode::Refused, "{error}");
    assert!(second.0 > first.0);
    sessions.disconnect(id).unwrap();
    assert_eq!(closed(&fixture, id).await, CloseReason::ByPerson);

    let files = OpenTarget::Files(fixture.ctx.authorize(machine, Right::Use).unwrap());
    let Err(CoreError::Invalid { message, .. }) = sessions.open(files, SIZE, None).await else {
        panic!("it has files");
    };
    assert!(message.contains("VNC"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_refused_is_asked_for_and_a_certificate_is_judged() {
    let server = Vnc::builder("X509Vnc").start().await.unwrap();
    let fixture = Fixture::open().await;
    let settings = password(&fixture, "wrong").await;
    let machine = add(&fixture, wall(server.port(), settings)).await;
    let id = open(&fixture, machine).await;
    let sessions = fixture.core.sessions();
    let question = until(&fixture, id, |info| match &info.state {
        SessionState::HostKey { question } => Some(question.clone()),
        SessionState::Closed { reason } => panic!("closed: {reason:?}"),
        _ => None,
    })
    .await;
    let tls = question.presented.tls.expect("a certificate");
    assert!(tls.subject.contains("CN=lab") && tls.names == ["127.0.0.1"], "{tls:?}");
    sessions.answer_host_key(id, patchbay_model::HostKeyAnswer::Trust).unwrap();
    let prompt = until(&fixture, id, |info| match &info.state {
        SessionState::Asking { prompt } => Some(prompt.clone()),
        SessionState::Closed { reason } => panic!("closed: {reason:?}"),
        _ => None,
    })
    .await;
    assert!(prompt.again, "it is said that one was refused");
    sessions.answer(id, prompt.id, Some(vec!["test".to_owned().into()])).unwrap();
    opened(&fixture, id).await;
    // The certificate is known from now on, and so is what was typed as long as it is of use.
    let again = open(&fixture, machine).await;
    opened(&fixture, again).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_safe_is_said_and_a_jump_host_leads_there() {
    if !terminals_or_skip("desktops through a jump host") {
        return;
    }
    let server = Vnc::builder("None").start().await.unwrap();
    let world = World::new().await;
    let fixture = &world.fixture;
    world.trusted().await;
    let jump = Some(Jump::Through { entry: world.machine });
    let draft = wall(server.port(), Settings { jump: jump.clone(), ..Settings::default() });
    let machine = add(fixture, draft).await;
    let CloseReason::Failed { error } = closed(fixture, open(fixture, machine).await).await else {
        panic!("nobody was asked");
    };
    assert!(!error.next_step.is_empty(), "{error:?}");

    let settings =
        Settings { jump, weak_sign_in: Some(true), view_only: Some(true), ..Settings::default() };
    let machine = add(fixture, wall(server.port(), settings)).await;
    let id = open(fixture, machine).await;
    opened(fixture, id).await;
    let desktop = handle(fixture, id);
    let viewer = desktop.hub.attach();
    Seen::until(&viewer, |seen| seen.size == Size::new(640, 480)).await;
    let before = server.run("xdotool", &["getmouselocation"]).unwrap();
    let buttons = Buttons::default();
    desktop.input.send(DesktopInput::Pointer { x: 1, y: 1, buttons }).await.unwrap();
    // Another colour comes later than the pointer would have: what was to stay here stayed.
    server.run("xsetroot", &["-solid", "#aa3311"]).unwrap();
    let other = desktop.hub.attach();
    Seen::until(&other, |seen| seen.pixels.starts_with(&[0xaa, 0x33, 0x11])).await;
    assert_eq!(server.run("xdotool", &["getmouselocation"]).unwrap(), before);
}

/// A session on xrdp that is open.
async fn on_xrdp(fixture: &Fixture, server: &Xrdp) -> SessionId {
    let account = server.account();
    let settings = identity(fixture, Some(account.name()), account.password()).await;
    let settings = Settings {
        port: Some(server.port()),
        weak_sign_in: Some(true),
        share_clipboard: Some(true),
        ..settings
    };
    let draft = EntryDraft {
        protocol: Protocol::Rdp,
        settings,
        ..wall(server.port(), Settings::default())
    };
    let machine = add(fixture, draft).await;
    let id = open(fixture, machine).await;
    until(fixture, id, |info| matches!(info.state, SessionState::HostKey { .. }).then_some(()))
        .await;
    let once = patchbay_model::HostKeyAnswer::Once;
    fixture.core.sessions().answer_host_key(id, once).unwrap();
    opened(fixture, id).await;
    id
}

/// What the display would paste, once it is so.
async fn pasted(server: &Xrdp, kind: &str, so: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let end = std::time::Instant::now() + PATIENCE;
    loop {
        let mut xclip = server.on_display("timeout").await.unwrap();
        xclip.args(["5", "xclip", "-selection", "clipboard", "-t", kind, "-o"]);
        let there = xclip.output().unwrap().stdout;
        if so(&there) {
            return there;
        }
        let text = String::from_utf8_lossy(&there);
        assert!(std::time::Instant::now() < end, "{text}\n{}", server.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until the viewer is told so.
async fn told(viewer: &DesktopViewer, what: impl Fn(&Say) -> bool) {
    let waiting = async { while !what(&viewer.next().await.expect("it goes on")) {} };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_are_copied_both_ways_and_each_once() {
    if !xrdp_or_skip("pictures on the clipboard of xrdp") {
        return;
    }
    let server = Xrdp::start(Backend::Xorg, "exec sleep 600").await.unwrap();
    let fixture = Fixture::open().await;
    let sessions = fixture.core.sessions();
    let id = on_xrdp(&fixture, &server).await;
    let viewer = handle(&fixture, id).hub.attach();
    viewer.show(false);
    told(&viewer, |say| matches!(say, Say::Abilities { clipboard: true, .. })).await;
    assert!(sessions.takes_pictures(id).unwrap());

    let shades = (0..30 * 20 * 4_u32).map(|n| if n % 4 == 3 { 255 } else { n.to_le_bytes()[0] });
    let here = CopiedPicture { width: 30, height: 20, rgba: shades.collect() };
    assert!(sessions.offer_picture(id, here.clone()).await.unwrap());
    assert!(!sessions.offer_picture(id, here.clone()).await.unwrap(), "it is there already");
    let bmp = pasted(&server, "image/bmp", |data| data.starts_with(b"BM")).await;
    assert_eq!(CopiedPicture::from_dib(&bmp[14..]), Some(here.clone()));

    let there = CopiedPicture { rgba: [9, 8, 7, 255].repeat(30 * 20), ..here };
    let dib = there.to_dib();
    let mut bmp = b"BM".to_vec();
    for number in [14 + dib.len(), 0, 14 + 40] {
        bmp.extend(u32::try_from(number).unwrap().to_le_bytes());
    }
    bmp.extend(&dib);
    let file = server.dir().join("copied.bmp");
    std::fs::write(&file, bmp).unwrap();
    let path = file.to_str().unwrap();
    let copying = ["-selection", "clipboard", "-t", "image/bmp", "-i", path];
    // Its child stays to be pasted from, and holds what it was given.
    let mut xclip = server.on_display("xclip").await.unwrap();
    let null = std::process::Stdio::null;
    assert!(xclip.args(copying).stdout(null()).stderr(null()).status().unwrap().success());
    told(&viewer, |say| matches!(say, Say::Picture)).await;
    assert_eq!(sessions.copied_picture(id).await.unwrap(), Some(there.clone()));
    assert_eq!(sessions.copied_picture(id).await.unwrap(), None, "it is taken once");
    // It is here now: it does not go back.
    assert!(!sessions.offer_picture(id, there.clone()).await.unwrap());
    sessions.disconnect(id).unwrap();
    closed(&fixture, id).await;
    assert!(!sessions.takes_pictures(id).unwrap());
    assert!(!sessions.offer_picture(id, there).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_here_can_be_pasted_on_a_desktop_that_takes_them() {
    if !xrdp_or_skip("files for the clipboard of xrdp") {
        return;
    }
    let server = Xrdp::start(Backend::Xorg, "exec sleep 600").await.unwrap();
    let fixture = Fixture::open().await;
    let sessions = fixture.core.sessions();
    let here = fixture.ctx.authorize_files(patchbay_model::FilePlace::Here, Right::View).unwrap();
    let id = on_xrdp(&fixture, &server).await;
    let viewer = handle(&fixture, id).hub.attach();
    viewer.show(false);
    told(&viewer, |say| matches!(say, Say::Abilities { files: true, .. })).await;
    let folder = server.dir().join("for there");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("note.txt"), b"hello").unwrap();
    // This server takes no folders from a clipboard, only what is in them.
    let count = sessions.lend_files(id, &here, vec![folder.to_str().unwrap().to_owned()]).await;
    assert_eq!(count.unwrap(), 2);
    let paths = vec![folder.join("note.txt").to_str().unwrap().to_owned()];
    assert_eq!(sessions.lend_files(id, &here, paths.clone()).await.unwrap(), 1);
    pasted(&server, "text/uri-list", |addresses| {
        String::from_utf8_lossy(addresses).contains("note.txt")
    })
    .await;
    let refused = |error: CoreError| match error {
        CoreError::Invalid { message, .. } => message,
        other => panic!("{other:?}"),
    };
    let none = sessions.lend_files(id, &here, vec!["/nowhere/at-all".into()]).await;
    assert!(refused(none.unwrap_err()).contains("/nowhere/at-all"));
    sessions.disconnect(id).unwrap();
    closed(&fixture, id).await;
    let over = sessions.lend_files(id, &here, paths).await;
    assert!(refused(over.unwrap_err()).contains("takes no copied files"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rdp_takes_user_and_password_of_an_identity_and_the_size_of_the_tab() {
    if !xrdp_or_skip("a session of xrdp") {
        return;
    }
    let server = Xrdp::start(Backend::Xvnc, "exec sleep 600").await.unwrap();
    let fixture = Fixture::open().await;
    let account = server.account();
    let settings = identity(&fixture, Some(account.name()), account.password()).await;
    let settings = Settings { port: Some(server.port()), weak_sign_in: Some(true), ..settings };
    let draft = EntryDraft {
        protocol: Protocol::Rdp,
        settings,
        ..wall(server.port(), Settings::default())
    };
    let machine = add(&fixture, draft).await;
    let target = OpenTarget::Entry(fixture.ctx.authorize(machine, Right::Use).unwrap());
    let tab = patchbay_model::TerminalSize { width: 900, height: 640, ..SIZE };
    let sessions = fixture.core.sessions();
    let id = sessions.open(target, tab, None).await.unwrap().id;
    until(&fixture, id, |info| matches!(info.state, SessionState::HostKey { .. }).then_some(()))
        .await;
    sessions.answer_host_key(id, patchbay_model::HostKeyAnswer::Once).unwrap();
    opened(&fixture, id).await;
    let viewer = handle(&fixture, id).hub.attach();
    let background = [0x20, 0x40, 0x60];
    let seen = Seen::until(&viewer, |seen| {
        seen.rgb().rchunks(3).next().is_some_and(|corner| corner == background)
    });
    assert_eq!(seen.await.size, Size::new(900, 640));
    sessions.disconnect(id).unwrap();
    assert_eq!(closed(&fixture, id).await, CloseReason::ByPerson);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_desktop_comes_back_by_itself_and_asks_nothing_twice() {
    let server = Vnc::builder("X509Vnc").start().await.unwrap();
    server.run("xsetroot", &["-solid", "#336699"]).unwrap();
    let wire = Wire::to(server.port(), Fault::None).await.unwrap();
    let fixture = Fixture::open().await;
    let machine = add(&fixture, wall(wire.port(), Settings::default())).await;
    let id = open(&fixture, machine).await;
    trust(&fixture, id).await;
    answer(&fixture, id, "test").await;
    opened(&fixture, id).await;
    let viewer = handle(&fixture, id).hub.attach();
    Seen::until(&viewer, |seen| seen.pixels.starts_with(&[0x33, 0x66, 0x99])).await;

    for colour in [[0xaa, 0x33, 0x11], [0x11, 0xaa, 0x33]] {
        // What is drawn meanwhile is seen afterwards.
        cut(&wire);
        let (error, _) = lost(&fixture, id, 1).await;
        assert!(error.retryable && error.code == ErrorCode::Disconnected, "{error:?}");
        let [red, green, blue] = colour;
        let colour = format!("#{red:02x}{green:02x}{blue:02x}");
        server.run("xsetroot", &["-solid", &colour]).unwrap();
        opened(&fixture, id).await;
        Seen::until(&viewer, |seen| seen.pixels.starts_with(&[red, green, blue])).await;
        let log = fixture.core.sessions().info(id).unwrap().log;
        assert!(log.iter().any(|line| line.contains("is used again")), "{log:#?}");
        assert!(log[0].contains("It is tried again (1)."), "{log:#?}");
        // So soon after the last time it would be the second attempt.
        fixture.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(wire.cuts(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_that_one_alone_may_see_is_not_taken_back() {
    let server = Vnc::builder("VncAuth").start().await.unwrap();
    let fixture = Fixture::open().await;
    let settings = password(&fixture, "test").await;
    let settings = Settings { shared: Some(false), ..settings };
    let machine = add(&fixture, wall(server.port(), settings)).await;
    let first = open(&fixture, machine).await;
    opened(&fixture, first).await;
    let second = open(&fixture, machine).await;
    opened(&fixture, second).await;
    assert_eq!(closed(&fixture, first).await, CloseReason::Exited { code: None });
    assert_eq!(fixture.core.sessions().info(second).unwrap().state, SessionState::Open);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_rdp_desktop_with_nla_comes_back_without_a_password() {
    if !shadow_or_skip("a lost RDP desktop") {
        return;
    }
    let server = Shadow::start("nla").await.unwrap();
    let wire = Wire::to(server.port(), Fault::None).await.unwrap();
    let fixture = Fixture::open().await;
    let settings = Settings {
        port: Some(wire.port()),
        user: Some(Shadow::USER.to_owned()),
        ..Settings::default()
    };
    let draft = EntryDraft { protocol: Protocol::Rdp, settings, ..wall(0, Settings::default()) };
    let machine = add(&fixture, draft).await;
    let id = open(&fixture, machine).await;
    trust(&fixture, id).await;
    answer(&fixture, id, Shadow::PASSWORD).await;
    opened(&fixture, id).await;
    let desktop = handle(&fixture, id);
    let viewer = desktop.hub.attach();
    Seen::until(&viewer, |seen| seen.size.pixels() > 0).await;
    cut(&wire);
    let buttons = Buttons::default();
    desktop.input.send(DesktopInput::Pointer { x: 9, y: 9, buttons }).await.unwrap();
    lost(&fixture, id, 1).await;
    opened(&fixture, id).await;
    Seen::until(&viewer, |seen| seen.size.pixels() > 0).await;
    assert_eq!(wire.cuts(), 1);
}

/// A machine at a port that signs in to xrdp with the password of an identity.
async fn rdp(fixture: &Fixture, server: &Xrdp, port: u16) -> NodeId {
    let account = server.account();
    let settings = identity(fixture, Some(account.name()), account.password()).await;
    let settings = Settings { port: Some(port), weak_sign_in: Some(true), ..settings };
    let draft = EntryDraft { protocol: Protocol::Rdp, settings, ..wall(0, Settings::default()) };
    add(fixture, draft).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_sends_the_session_elsewhere_is_followed() {
    if !xrdp_or_skip("a redirection") {
        return;
    }
    let server = Xrdp::start(Backend::Xvnc, "exec sleep 600").await.unwrap();
    let farm = Farm::broker(server.port()).await.unwrap();
    let fixture = Fixture::open().await;
    let machine = rdp(&fixture, &server, farm.port()).await;
    let id = open(&fixture, machine).await;
    // Each certificate is judged as that of its own address.
    for (address, subject) in [("127.0.0.1", "CN=farm"), ("127.0.0.2", "CN=127.0.0.1")] {
        let host = format!("[{address}]:{}", farm.port());
        assert_eq!(trust(&fixture, id).await, (host, subject.to_owned()));
    }
    opened(&fixture, id).await;
    let info = fixture.core.sessions().info(id).unwrap();
    let said = "wall sends this session to 127.0.0.2.";
    assert!(info.log.iter().any(|line| line.ends_with(said)), "{:#?}", info.log);
    let steps = format!("{:?}", info.steps);
    assert!(steps.contains(&format!("127.0.0.2:{}", farm.port())), "{steps}");

    // What is lost there is first looked for there; both certificates are known by now.
    let before = farm.shown().len();
    farm.cut();
    lost(&fixture, id, 1).await;
    opened(&fixture, id).await;
    assert_eq!(farm.shown().len(), before, "the broker was not asked again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_s_cookie_is_shown_when_the_connection_was_lost() {
    if !xrdp_or_skip("the cookie of a session") {
        return;
    }
    let server = Xrdp::start(Backend::Xvnc, "exec sleep 600").await.unwrap();
    let bits = *b"sixteen bits all";
    let farm = Farm::with_cookie(server.port(), 7, bits).await.unwrap();
    let fixture = Fixture::open().await;
    let machine = rdp(&fixture, &server, farm.port()).await;
    let id = open(&fixture, machine).await;
    trust(&fixture, id).await;
    opened(&fixture, id).await;
    let viewer = handle(&fixture, id).hub.attach();
    let drawn = |seen: &Seen| seen.rgb().rchunks(3).next() == Some(&[0x20, 0x40, 0x60]);
    Seen::until(&viewer, drawn).await;
    farm.cut();
    lost(&fixture, id, 1).await;
    opened(&fixture, id).await;
    Seen::until(&viewer, drawn).await;
    assert_eq!(farm.shown(), [None, Some((7, Farm::proof(bits).unwrap()))]);

    // Who was sent away by the person begins anew.
    let sessions = fixture.core.sessions();
    sessions.disconnect(id).unwrap();
    closed(&fixture, id).await;
    sessions.reconnect(&fixture.ctx, id, SIZE).await.unwrap();
    opened(&fixture, id).await;
    assert_eq!(farm.shown().last(), Some(&None));
}

fn at(address: &str, settings: Settings) -> EntryDraft {
    EntryDraft {
        name: "wall".into(),
        protocol: Protocol::Vnc,
        address: address.into(),
        settings,
        ..EntryDraft::default()
    }
}

/// Opens it, answers a question about a certificate if there is to be one, and looks at it.
async fn shows(fixture: &Fixture, machine: NodeId, judged: bool) -> SessionInfo {
    let id = open(fixture, machine).await;
    let sessions = fixture.core.sessions();
    if judged {
        let asked = until(fixture, id, |info| match &info.state {
            SessionState::HostKey { question } => Some(question.clone()),
            SessionState::Closed { reason } => panic!("closed: {reason:?}"),
            _ => None,
        });
        assert!(asked.await.presented.tls.is_some());
        sessions.answer_host_key(id, patchbay_model::HostKeyAnswer::Trust).unwrap();
    }
    opened(fixture, id).await;
    let viewer = handle(fixture, id).hub.attach();
    Seen::until(&viewer, |seen| seen.pixels.starts_with(&[0x33, 0x66, 0x99])).await;
    let info = sessions.info(id).unwrap();
    sessions.disconnect(id).unwrap();
    closed(fixture, id).await;
    info
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unix_socket_is_reached_here_and_behind_a_jump_host() {
    if !terminals_or_skip("desktops by a socket behind a jump host") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vnc.sock");
    let path = path.to_str().unwrap();
    let socket = ["-rfbunixpath", path].into_iter();
    let server = socket.fold(Vnc::builder("None"), |server, word| server.argument(word));
    let server = server.start().await.unwrap();
    server.run("xsetroot", &["-solid", "#336699"]).unwrap();
    let world = World::new().await;
    let fixture = &world.fixture;
    world.trusted().await;

    // Nobody else can read it on the way, so that no password is needed.
    let here = add(fixture, at(&format!("unix:{path}"), Settings::default())).await;
    assert_eq!(shows(fixture, here, false).await.subtitle, path);
    let jump = Some(Jump::Through { entry: world.machine });
    let settings = Settings { jump, ..Settings::default() };
    let there = add(fixture, at(path, settings.clone())).await;
    shows(fixture, there, false).await;

    let missing = folder.path().join("no.sock");
    let missing = missing.to_str().unwrap();
    for settings in [Settings::default(), settings] {
        let straight = settings.jump.is_none();
        let machine = add(fixture, at(missing, settings)).await;
        let CloseReason::Failed { error } = closed(fixture, open(fixture, machine).await).await
        else {
            panic!("there is one");
        };
        assert!(error.message.contains(missing), "{error:?}");
        let code = if straight { ErrorCode::Unreachable } else { ErrorCode::Jump };
        assert_eq!(error.code, code, "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_over_tls_is_reached_here_and_behind_a_jump_host() {
    let what = "desktops in a WebSocket behind a jump host";
    if !terminals_or_skip(what) || !websockify_or_skip(what) {
        return;
    }
    let server = Vnc::builder("VncAuth").start().await.unwrap();
    server.run("xsetroot", &["-solid", "#336699"]).unwrap();
    let socket = Websockify::start(server.port(), true).await.unwrap();
    let uri = format!("wss://127.0.0.1:{}/websockify?a=b", socket.port());
    let world = World::new().await;
    let fixture = &world.fixture;
    world.trusted().await;
    let settings = password(fixture, "test").await;
    let here = add(fixture, at(&uri, settings.clone())).await;
    assert_eq!(shows(fixture, here, true).await.subtitle, uri);
    // The certificate is known from now on.
    let jump = Some(Jump::Through { entry: world.machine });
    let there = add(fixture, at(&uri, Settings { jump, ..settings })).await;
    shows(fixture, there, false).await;
}
