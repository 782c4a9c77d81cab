//! Sessions against a real OpenSSH server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::{Answer, ExecEvent, OpenTarget, Person, SessionHandle};
use crate::{
    CoreError, Right,
    testing::{Fixture, field, secret},
};
use patchbay_model::{
    ApiError, CloseReason, EntryDraft, ErrorCode, HostKeyAnswer, HostKeyQuestion, HostKeyRecord,
    HostKeyStanding, IdentityDraft, IdentityKind, LockReason, NodeId, Prompt, Secret, SessionId,
    SessionInfo, SessionState, Settings, StepState, TerminalSize,
};
use patchbay_session::{Ask, Progress, TerminalInput, ToViewer};
use patchbay_testkit::{KeyPair, Login, Sshd, SshdBuilder, root_or_skip, terminals_or_skip};
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

mod recording;
mod typed;

pub(super) const SIZE: TerminalSize = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that lets a key in, and a vault that knows it.
pub(super) struct World {
    pub(super) fixture: Fixture,
    pub(super) server: Sshd,
    pub(super) machine: NodeId,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Sshd::builder(), true).await
    }

    async fn with(builder: SshdBuilder, with_key: bool) -> Self {
        let fixture = Fixture::open().await;
        let key = KeyPair::ed25519(fixture.dir.path(), "id").unwrap();
        // What the account's own profile does is not part of the test.
        let server = builder.option("SetEnv HOME=/nonexistent").authorized_key(&key.public);
        let server = server.start().await.unwrap();
        let identities = with_key.then(|| key_identity("id", &key.private));
        let machine = Self::add(&fixture, &server, "box", identities).await;
        Self { fixture, server, machine }
    }

    async fn add(
        fixture: &Fixture,
        server: &Sshd,
        name: &str,
        identity: Option<IdentityDraft>,
    ) -> NodeId {
        let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
        let mut identities = Vec::new();
        if let Some(draft) = identity {
            identities.push(fixture.core.identities().add(&vault, draft).await.unwrap().id);
        }
        let draft =
            entry(server, name, Settings { identities: Some(identities), ..Settings::default() });
        fixture.core.tree().add_entry(&fixture.folder(None), draft).await.unwrap().id
    }

    async fn open(&self) -> SessionId {
        let target =
            OpenTarget::Entry(self.fixture.ctx.authorize(self.machine, Right::Use).unwrap());
        self.fixture.core.sessions().open(target, SIZE, None).await.unwrap().id
    }

    /// Opens and trusts the key for good.
    pub(super) async fn trusted(&self) -> SessionId {
        let id = self.open().await;
        self.question(id).await;
        self.decide(id, HostKeyAnswer::Trust).unwrap();
        self.opened(id).await;
        id
    }

    fn decide(&self, id: SessionId, answer: HostKeyAnswer) -> Result<(), CoreError> {
        self.fixture.core.sessions().answer_host_key(id, answer)
    }

    pub(super) fn info(&self, id: SessionId) -> SessionInfo {
        self.fixture.core.sessions().info(id).unwrap()
    }

    /// Waits for a state.
    pub(super) async fn until<T>(
        &self,
        id: SessionId,
        what: impl Fn(&SessionInfo) -> Option<T>,
    ) -> T {
        let mut events = self.fixture.core.events();
        let wait = async {
            loop {
                if let Some(found) = what(&self.info(id)) {
                    return found;
                }
                let _changed = events.recv().await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        waited.unwrap_or_else(|_| panic!("still {:#?}\n{}", self.info(id), self.server.log()))
    }

    async fn question(&self, id: SessionId) -> HostKeyQuestion {
        self.until(id, |info| match &info.state {
            SessionState::HostKey { question } => Some(question.clone()),
            SessionState::Closed { reason } => panic!("closed: {reason:?}"),
            _ => None,
        })
        .await
    }

    async fn prompt(&self, id: SessionId) -> Prompt {
        self.until(id, |info| match &info.state {
            SessionState::Asking { prompt } => Some(prompt.clone()),
            SessionState::Closed { reason } => panic!("closed: {reason:?}"),
            _ => None,
        })
        .await
    }

    pub(super) async fn opened(&self, id: SessionId) {
        self.until(id, |info| match &info.state {
            SessionState::Open => Some(()),
            SessionState::Closed { reason } => panic!("closed: {reason:?}"),
            _ => None,
        })
        .await;
    }

    pub(super) async fn closed(&self, id: SessionId) -> CloseReason {
        self.until(id, |info| match &info.state {
            SessionState::Closed { reason } => Some(reason.clone()),
            _ => None,
        })
        .await
    }

    pub(super) async fn failed(&self, id: SessionId) -> ApiError {
        match self.closed(id).await {
            CloseReason::Failed { error } => error,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn handle(&self, id: SessionId) -> SessionHandle {
        self.fixture.core.sessions().handle(id).unwrap()
    }

    /// Types a line and waits for what it prints; the shell must not see the expected text in the line itself.
    pub(super) async fn run(&self, id: SessionId, line: &str, expected: &str) {
        let handle = self.handle(id);
        let typed = format!("{line}\r");
        handle.input.send(TerminalInput::Bytes(typed.into())).await.unwrap();
        shows(&handle, expected).await;
    }

    async fn keys(&self) -> Vec<HostKeyRecord> {
        let vault = self.fixture.ctx.authorize_vault(Right::View).unwrap();
        self.fixture.core.hostkeys().list(&vault).await.unwrap()
    }
}

fn entry(server: &Sshd, name: &str, settings: Settings) -> EntryDraft {
    let settings =
        Settings { port: Some(server.port()), user: Some(server.user().to_owned()), ..settings };
    EntryDraft { name: name.into(), address: "127.0.0.1".into(), settings, ..EntryDraft::default() }
}

fn key_identity(name: &str, private: &str) -> IdentityDraft {
    IdentityDraft {
        kind: IdentityKind::Key,
        password: None,
        private_key: Some(secret(private)),
        ..crate::testing::password(name, "")
    }
}

/// Everything a session has shown, once that holds the text.
pub(super) async fn shows(handle: &SessionHandle, expected: &str) -> String {
    let viewer = handle.output.attach(0);
    let mut shown = Vec::new();
    let read = async {
        while let Some(message) = viewer.next().await {
            if let ToViewer::Output { offset, bytes } = message {
                shown.extend_from_slice(&bytes);
                viewer.ack(offset + bytes.len() as u64);
                if String::from_utf8_lossy(&shown).contains(expected) {
                    break;
                }
            }
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, read).await;
    let text = String::from_utf8_lossy(&shown).into_owned();
    assert!(in_time.is_ok() && text.contains(expected), "no {expected:?} in {text:?}");
    text
}

#[tokio::test]
async fn an_unknown_key_is_asked_about_once_and_kept() {
    if !terminals_or_skip("an unknown key is asked about once and kept") {
        return;
    }
    let world = World::with(Sshd::builder().banner("Mind the gap\n"), true).await;
    let id = world.open().await;
    let question = world.question(id).await;
    assert_eq!(question.standing, HostKeyStanding::Unknown);
    assert_eq!(question.presented.fingerprint, world.server.host_key().fingerprint().unwrap());
    assert_eq!(question.presented.picture.lines().count(), 11);
    assert_eq!(question.host, format!("[127.0.0.1]:{}", world.server.port()));
    let wrong = HostKeyAnswer::Replace { last_eight: "12345678".into() };
    assert!(world.decide(id, wrong).is_err(), "there is nothing to replace");
    world.decide(id, HostKeyAnswer::Trust).unwrap();
    assert!(!matches!(world.info(id).state, SessionState::HostKey { .. }), "it is not asked again");
    world.opened(id).await;

    let info = world.info(id);
    assert!(info.steps.iter().all(|step| step.state == StepState::Done), "{:#?}", info.steps);
    assert_eq!(
        (info.title.as_str(), info.subtitle.starts_with(world.server.user())),
        ("box", true)
    );
    assert!(info.log.iter().any(|line| line.contains("Mind the gap")), "{:#?}", info.log);
    let log = info.log.join("\n");
    assert!(!log.contains("PRIVATE KEY"), "{log}");
    world.run(id, "echo $((6*7))-sum", "42-sum").await;
    assert!(shows(&world.handle(id), "42-sum").await.contains("Mind the gap\r\n"));

    world.opened(world.open().await).await;
    let keys = world.keys().await;
    assert_eq!((keys.len(), keys[0].times, keys[0].source.as_str()), (1, 2, "This vault"));
    let vault = world.fixture.ctx.authorize_vault(Right::View).unwrap();
    assert_eq!(world.fixture.core.recents().list(&vault).unwrap(), [world.machine]);
    assert_eq!(world.fixture.core.sessions().running_to(&[world.machine]), 2);

    world.fixture.core.hostkeys().remove(&vault, keys[0].id.unwrap()).await.unwrap();
    assert_eq!(world.question(world.open().await).await.standing, HostKeyStanding::Unknown);
}

#[tokio::test]
async fn trusting_once_keeps_nothing_and_refusing_connects_nothing() {
    if !terminals_or_skip("trusting once keeps nothing and refusing connects nothing") {
        return;
    }
    let world = World::new().await;
    let id = world.open().await;
    world.question(id).await;
    world.decide(id, HostKeyAnswer::Once).unwrap();
    world.opened(id).await;
    assert!(world.keys().await.is_empty());
    let id = world.open().await;
    world.question(id).await;
    world.decide(id, HostKeyAnswer::Refuse).unwrap();
    assert_eq!(world.failed(id).await.code, ErrorCode::HostKey);
    let failed = world.info(id).steps.iter().position(|step| step.state == StepState::Failed);
    assert!(failed.is_some());
    assert!(world.decide(id, HostKeyAnswer::Trust).is_err(), "nothing is asked any more");
    let id = world.open().await;
    world.question(id).await;
    world.fixture.core.sessions().disconnect(id).unwrap();
    assert_eq!(world.closed(id).await, CloseReason::ByPerson);
}

#[tokio::test]
async fn a_changed_key_blocks_until_its_end_is_typed() {
    if !terminals_or_skip("a changed key blocks until its end is typed") {
        return;
    }
    let mut world = World::new().await;
    let id = world.trusted().await;
    let old = world.server.host_key().fingerprint().unwrap();
    world.fixture.core.sessions().close(id).unwrap();
    world.server.rotate_host_key().await.unwrap();
    let new = world.server.host_key().fingerprint().unwrap();

    let id = world.open().await;
    let question = world.question(id).await;
    assert_eq!(question.standing, HostKeyStanding::Changed);
    assert_eq!(
        (question.presented.fingerprint.as_str(), question.on_record[0].fingerprint.as_str()),
        (new.as_str(), old.as_str())
    );
    for answer in [HostKeyAnswer::Trust, HostKeyAnswer::Once] {
        assert!(world.decide(id, answer).is_err());
    }
    let replace = |fingerprint: &str| HostKeyAnswer::Replace {
        last_eight: fingerprint[fingerprint.len() - 8..].into(),
    };
    assert_eq!(field(world.decide(id, replace(&old))), "lastEight");
    assert!(matches!(world.info(id).state, SessionState::HostKey { .. }), "it is still asked");
    world.decide(id, replace(&new)).unwrap();
    world.opened(id).await;
    let keys = world.keys().await;
    assert_eq!(keys.iter().map(|key| key.fingerprint.clone()).collect::<Vec<_>>(), [new]);
}

#[tokio::test]
async fn known_hosts_is_read_and_what_it_revokes_is_never_trusted() {
    if !terminals_or_skip("known hosts is read and what it revokes is never trusted") {
        return;
    }
    let world = World::new().await;
    let ssh = world.fixture.dir.path().join(".ssh");
    std::fs::create_dir(&ssh).unwrap();
    let line = world.server.known_hosts_line();
    std::fs::write(ssh.join("known_hosts"), format!("{line}\n")).unwrap();
    let id = world.open().await;
    world.opened(id).await;
    assert_eq!(world.keys().await.len(), 1, "only the line of the file");

    std::fs::write(
        ssh.join("known_hosts"),
        format!("{line}\n@revoked * {}\n", world.server.host_key().public),
    )
    .unwrap();
    let id = world.open().await;
    assert_eq!(world.question(id).await.standing, HostKeyStanding::Revoked);
    assert!(world.decide(id, HostKeyAnswer::Trust).is_err());
    world.decide(id, HostKeyAnswer::Refuse).unwrap();
    assert_eq!(world.failed(id).await.code, ErrorCode::HostKey);

    let vault = world.fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let settings = patchbay_model::VaultSettings { read_known_hosts: false, ..Default::default() };
    world.fixture.core.settings().set_vault(&vault, settings).await.unwrap();
    assert_eq!(world.question(world.open().await).await.standing, HostKeyStanding::Unknown);
}

#[tokio::test]
async fn a_locked_vault_trusts_nothing_and_says_so() {
    let world = World::new().await;
    let id = world.open().await;
    world.question(id).await;
    world.fixture.core.vault().lock(LockReason::Person, false);
    world.decide(id, HostKeyAnswer::Trust).unwrap();
    let error = world.failed(id).await;
    assert_eq!(error.code, ErrorCode::HostKeyNotSaved);
    assert!(error.message.contains("locked"), "{}", error.message);

    let sessions = world.fixture.core.sessions();
    let locked = sessions.reconnect(&world.fixture.ctx, id, SIZE).await.unwrap_err();
    let locked = ApiError::from(locked);
    assert_eq!(locked.code, ErrorCode::VaultLocked);
    assert!(!locked.next_step.is_empty());
    world.fixture.unlock().await;
    sessions.reconnect(&world.fixture.ctx, id, SIZE).await.unwrap();
    world.question(id).await;
}

#[tokio::test]
async fn locking_leaves_sessions_alone_unless_asked() {
    if !terminals_or_skip("locking leaves sessions alone unless asked") {
        return;
    }
    let world = World::new().await;
    let id = world.trusted().await;
    let vault = world.fixture.core.vault();
    assert_eq!(vault.status().await.running_sessions, 1);
    vault.lock(LockReason::Idle, false);
    world.run(id, "echo still-$((1+1))", "still-2").await;
    world.fixture.unlock().await;
    let handle = world.handle(id);
    vault.lock(LockReason::Person, true);
    assert!(world.fixture.core.sessions().list().is_empty());
    let viewer = handle.output.attach(u64::MAX);
    let end =
        async { while viewer.next().await.is_some_and(|message| message != ToViewer::End) {} };
    tokio::time::timeout(PATIENCE, end).await.expect("the viewer is told");
}

#[tokio::test]
async fn reconnecting_goes_on_below() {
    if !terminals_or_skip("reconnecting goes on below") {
        return;
    }
    let mut world = World::new().await;
    let id = world.trusted().await;
    world.run(id, "printf 'first-%s\\n' $((40+2))", "first-42").await;
    world.server.drop_sessions();
    let error = world.failed(id).await;
    assert_eq!(error.code, ErrorCode::Disconnected);
    let before = world.handle(id).output.end();

    world.server.start_again().await.unwrap();
    let sessions = world.fixture.core.sessions();
    let info = sessions
        .reconnect(&world.fixture.ctx, id, TerminalSize { cols: 132, ..SIZE })
        .await
        .unwrap();
    assert!(matches!(info.state, SessionState::Connecting { .. }));
    world.opened(id).await;
    world.run(id, "printf 'second-%s ' $((40+3)); stty size", "second-43 24 132").await;
    let text = shows(&world.handle(id), "second-43").await;
    assert!(text.contains("first-42") && text.contains("connected again"), "{text:?}");
    assert!(world.handle(id).output.end() > before);
    // What is open is left as it is.
    let info = sessions.reconnect(&world.fixture.ctx, id, SIZE).await.unwrap();
    assert_eq!(info.state, SessionState::Open);
    world.run(id, "exit 7", "exit").await;
    assert_eq!(world.closed(id).await, CloseReason::Exited { code: Some(7) });
}

#[tokio::test]
async fn passwords_are_asked_for_until_one_fits() {
    if !root_or_skip("checking passwords needs PAM") {
        return;
    }
    let world = World::with(Sshd::builder().login(Login::Password), false).await;
    let id = world.open().await;
    world.question(id).await;
    world.decide(id, HostKeyAnswer::Trust).unwrap();
    let prompt = world.prompt(id).await;
    assert_eq!(prompt.machine, "box");
    assert!(!prompt.again && !prompt.questions[0].echo);
    let sessions = world.fixture.core.sessions();
    assert!(
        sessions.answer(id, patchbay_model::PromptId::new(), None).is_err(),
        "another prompt's answer"
    );
    assert!(sessions.answer(id, prompt.id, Some(Vec::new())).is_err(), "too few answers");
    sessions.answer(id, prompt.id, Some(vec![secret("wrong")])).unwrap();
    let again = world
        .until(id, |info| match &info.state {
            SessionState::Asking { prompt: next } if next.id != prompt.id => Some(next.clone()),
            SessionState::Closed { reason } => panic!("closed: {reason:?}"),
            _ => None,
        })
        .await;
    assert!(again.again);
    let password = world.server.account().unwrap().password().to_owned();
    sessions.answer(id, again.id, Some(vec![Secret::new(password.clone())])).unwrap();
    world.opened(id).await;
    assert!(!world.info(id).log.join("\n").contains(&password), "no secret in the log");

    sessions.close(id).unwrap();
    let id = world.open().await;
    let prompt = world.prompt(id).await;
    sessions.answer(id, prompt.id, None).unwrap();
    world.closed(id).await;
}

#[tokio::test]
async fn the_webviews_way_in_is_good_once() {
    if !terminals_or_skip("the webviews way in is good once") {
        return;
    }
    let world = World::new().await;
    let id = world.trusted().await;
    let sessions = world.fixture.core.sessions();
    assert!(sessions.attach(id).is_err(), "no window, no stream");
    sessions.set_stream_url("ws://127.0.0.1:1/stream");
    let attachment = sessions.attach(id).unwrap();
    assert_eq!(attachment.url, "ws://127.0.0.1:1/stream");
    assert_eq!(sessions.redeem(&attachment.token).unwrap().id, id);
    assert!(sessions.redeem(&attachment.token).is_none());
    let late = sessions.attach(id).unwrap();
    world.fixture.clock.advance(Duration::from_secs(11));
    assert!(sessions.redeem(&late.token).is_none());
    assert_eq!(sessions.rename(id, " main ").unwrap().title, "main");
    assert_eq!(field(sessions.rename(id, "\u{1b}]")), "title");
    assert_eq!(sessions.list().len(), 1);
    sessions.close(id).unwrap();
    assert!(sessions.info(id).is_err() && sessions.attach(id).is_err());
}

#[tokio::test]
async fn an_attempt_asked_for_twice_is_one_session() {
    let fixture = Fixture::empty();
    let sessions = fixture.core.sessions();
    let attempt = || Some("tab-1".to_owned());
    let one = sessions.open(OpenTarget::LocalShell, SIZE, attempt()).await.unwrap();
    let two = sessions.open(OpenTarget::LocalShell, SIZE, attempt()).await.unwrap();
    assert_eq!(one.id, two.id);
    assert_ne!(sessions.open(OpenTarget::LocalShell, SIZE, None).await.unwrap().id, one.id);
    let handle = sessions.handle(one.id).unwrap();
    handle.input.send(TerminalInput::Bytes("echo here-$((2+3))\r".into())).await.unwrap();
    // The terminal's echo is enough: how long the person's own shell takes to start is not ours to say.
    shows(&handle, "echo here-").await;
    fixture.core.sessions().close(one.id).unwrap();
    assert_eq!(one.subtitle, "this computer");
}

#[tokio::test]
async fn a_machine_is_tried_before_it_is_saved() {
    if !terminals_or_skip("a machine is tried before it is saved") {
        return;
    }
    let world = World::new().await;
    let detail = world.fixture.core.tree().detail(&world.fixture.node(world.machine)).unwrap();
    let draft = detail.entry.unwrap().draft;
    let root = world.fixture.folder(None);
    let sessions = world.fixture.core.sessions();
    let tried = sessions.test(draft.clone(), &root, None).await.unwrap();
    world.question(tried.id).await;
    world.decide(tried.id, HostKeyAnswer::Trust).unwrap();
    assert_eq!(world.closed(tried.id).await, CloseReason::Exited { code: Some(0) });
    let mut nobody = draft;
    nobody.settings.identities = Some(Vec::new());
    nobody.settings.port = Some(1);
    let tried = sessions.test(nobody, &root, Some(world.machine)).await.unwrap();
    assert_eq!(world.failed(tried.id).await.code, ErrorCode::Refused);
    assert_eq!(world.info(tried.id).steps[1].detail, "refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_at_once_and_one_floods() {
    if !terminals_or_skip("twenty at once and one floods") {
        return;
    }
    let world = World::new().await;
    let flood = world.trusted().await;
    let mut ids = Vec::new();
    for _ in 0..19 {
        ids.push(world.open().await);
    }
    for id in &ids {
        world.opened(*id).await;
    }
    let handle = world.handle(flood);
    handle.input.send(TerminalInput::Bytes("yes flood\r".into())).await.unwrap();
    shows(&handle, "flood\r\nflood\r\nflood\r\n").await;
    let started = Instant::now();
    for (at, id) in ids.iter().enumerate() {
        world.run(*id, &format!("echo quiet-$(({at}+100))"), &format!("quiet-{}", at + 100)).await;
    }
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());

    // A viewer that never acknowledges holds up its own session and no other.
    let stuck = handle.output.attach(0);
    let _unread = stuck.next().await;
    world.run(ids[0], "echo again-$((1+2))", "again-3").await;
    world.fixture.core.sessions().disconnect(flood).unwrap();
    assert_eq!(world.closed(flood).await, CloseReason::ByPerson);
}

/// Answers without looking.
#[derive(Default)]
struct Trusting(Mutex<Vec<String>>);

impl Person for Trusting {
    fn progress(&self, progress: Progress) {
        self.0.lock().unwrap().push(format!("{progress:?}"));
    }

    fn ask(&self, _: Ask) -> Answer<'_, Option<Vec<Secret<String>>>> {
        Box::pin(async { None })
    }

    fn decide(&self, _: HostKeyQuestion) -> Answer<'_, HostKeyAnswer> {
        Box::pin(async { HostKeyAnswer::Trust })
    }
}

#[tokio::test]
async fn a_command_for_scripts() {
    let world = World::new().await;
    let id = world.fixture.ctx.authorize(world.machine, Right::Use).unwrap();
    let sessions = world.fixture.core.sessions();
    let mut running = sessions
        .exec(&id, "cat; echo err >&2; exit 3".into(), Arc::new(Trusting::default()))
        .await
        .unwrap();
    running.stdin.send("piped".into()).await.unwrap();
    drop(running.stdin);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let reason = loop {
        match running.events.recv().await.unwrap() {
            ExecEvent::Stdout(bytes) => out.extend_from_slice(&bytes),
            ExecEvent::Stderr(bytes) => err.extend_from_slice(&bytes),
            ExecEvent::Closed(reason) => break reason,
        }
    };
    assert_eq!((out.as_slice(), err.as_slice()), (b"piped".as_slice(), b"err\n".as_slice()));
    assert_eq!(reason, CloseReason::Exited { code: Some(3) });
    assert_eq!(world.keys().await.len(), 1);
    assert!(sessions.list().is_empty(), "it is no session");
}

#[tokio::test]
async fn a_host_certificate_by_an_authority_on_record_is_not_asked_about() {
    let dir = tempfile::tempdir().unwrap();
    let authority = KeyPair::ed25519(dir.path(), "ca").unwrap();
    let world = World::with(Sshd::builder().host_authority(&authority), true).await;
    let vault = world.fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let keys = world.fixture.core.hostkeys();
    let record = keys.add_authority(&vault, "127.0.0.*", &authority.public).await.unwrap();
    let id = world.open().await;
    // A question would end the test: nobody answers it.
    world.opened(id).await;
    assert!(
        world.info(id).log.iter().any(|line| line.contains("signed by an authority on record"))
    );
    assert_eq!(world.keys().await.len(), 1, "the host's own key is not put on record");

    keys.remove(&vault, record.id.unwrap()).await.unwrap();
    keys.add_authority(&vault, "127.0.0.1", &KeyPair::ed25519(dir.path(), "other").unwrap().public)
        .await
        .unwrap();
    let id = world.open().await;
    let question = world.question(id).await;
    let certificate = question.certificate.unwrap();
    assert!(certificate.fault.contains("not on record"), "{certificate:?}");
    assert_eq!(certificate.info.authority, authority.fingerprint().unwrap());
    world.decide(id, HostKeyAnswer::Refuse).unwrap();
}
