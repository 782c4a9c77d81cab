//! The agent, used by OpenSSH's own programs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::{AgentStatus, line};
use crate::{
    Right,
    identities::{KeyAlgorithm, NewKey},
    testing::{Fixture, password, secret},
};
use patchbay_model::{
    AgentAsk, AppSettings, ErrorCode, Identity, IdentityDraft, IdentityKind, LockReason,
};
use patchbay_testkit::{KeyPair, Sshd, current_user};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Output, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    process::{Child, Command},
};

const PATIENCE: Duration = Duration::from_secs(30);

struct World {
    fixture: Fixture,
    socket: PathBuf,
}

impl World {
    async fn new() -> Self {
        let fixture = Fixture::open().await;
        let socket = fixture.dir.path().join("run/agent.sock");
        fixture.core.agent().follow(socket.clone());
        let world = Self { fixture, socket };
        world.serve(true).await;
        world
    }

    async fn serve(&self, on: bool) {
        let settings = AppSettings { serve_agent: on, ..AppSettings::default() };
        self.fixture.core.settings().set_app(settings).await.unwrap();
        self.until(|status| (status.serving == on).then_some(())).await;
    }

    async fn until<T>(&self, what: impl Fn(&AgentStatus) -> Option<T>) -> T {
        let wait = async {
            loop {
                if let Some(found) = what(&self.fixture.core.agent().status()) {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        waited.unwrap_or_else(|_| panic!("still {:#?}", self.fixture.core.agent().status()))
    }

    async fn asked(&self) -> AgentAsk {
        self.until(|status| status.asks.first().cloned()).await
    }

    async fn key(&self, name: &str, algorithm: KeyAlgorithm, ask: bool) -> Identity {
        let vault = self.fixture.ctx.authorize_vault(Right::Edit).unwrap();
        let key = NewKey {
            name: name.into(),
            user: None,
            algorithm,
            comment: None,
            passphrase: Some(secret("sesame")),
            attempt: None,
        };
        let identities = self.fixture.core.identities();
        let made = identities.generate(&vault, key).await.unwrap();
        let id = self.fixture.ctx.authorize_identity(made.id, Right::Edit).unwrap();
        identities.set_ask_on_use(&id, ask).await.unwrap()
    }

    fn start(&self, program: &str, arguments: &[&str]) -> Child {
        Command::new(program)
            .args(arguments)
            .env("SSH_AUTH_SOCK", &self.socket)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }

    async fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let child = self.start(program, arguments);
        tokio::time::timeout(PATIENCE, child.wait_with_output()).await.expect("in time").unwrap()
    }

    /// What `ssh-add -l` prints.
    async fn listed(&self) -> String {
        let output = self.run("ssh-add", &["-l"]).await;
        String::from_utf8(output.stdout).unwrap()
    }

    fn public(&self, identity: &Identity) -> String {
        let path = self.fixture.dir.path().join(format!("{}.pub", identity.name));
        fs::write(&path, &identity.public_key.as_ref().unwrap().openssh).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_listed_and_sign_while_the_vault_is_open() {
    let world = World::new().await;
    assert!(world.listed().await.contains("no identities"));
    let ed25519 = world.key("ed25519", KeyAlgorithm::Ed25519, false).await;
    let rsa = KeyPair::generate(world.fixture.dir.path(), "r", &["-t", "rsa", "-b", "2048"], "");
    let vault = world.fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let rsa = IdentityDraft {
        kind: IdentityKind::Key,
        password: None,
        private_key: Some(secret(&rsa.unwrap().private)),
        ..password("rsa", "")
    };
    let rsa = world.fixture.core.identities().add(&vault, rsa).await.unwrap();
    let list = world.listed().await;
    for identity in [&ed25519, &rsa] {
        let key = identity.public_key.as_ref().unwrap();
        assert!(list.contains(&key.fingerprint) && list.contains(&identity.name), "{list}");
        // ssh-add signs with the key and verifies what it gets.
        let tested = world.run("ssh-add", &["-T", &world.public(identity)]).await;
        assert!(tested.status.success(), "{tested:?}");
    }
    let status = world.until(|status| (status.times == 2).then(|| status.clone())).await;
    assert_eq!(status.uses[0].program.name, "ssh-add");
    assert!(status.uses[0].program.path.ends_with("/ssh-add"), "{status:?}");
    assert_eq!(status.line.unwrap(), format!("export SSH_AUTH_SOCK={}", world.socket.display()));
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&world.socket), mode(world.socket.parent().unwrap())), (0o600, 0o700));

    world.fixture.core.vault().lock(LockReason::Person, false);
    assert!(world.listed().await.contains("no identities"));
    let tested = world.run("ssh-add", &["-T", &world.public(&ed25519)]).await;
    assert!(!tested.status.success(), "a locked vault signed");
    world.fixture.unlock().await;
    assert!(world.listed().await.contains("ed25519"));

    world.serve(false).await;
    world.until(|_| (!world.socket.exists()).then_some(())).await;
    assert!(!world.run("ssh-add", &["-l"]).await.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn ssh_signs_in_with_a_key_and_with_its_certificate() {
    let world = World::new().await;
    let dir = world.fixture.dir.path();
    let authority = KeyPair::ed25519(dir, "ca").unwrap();
    let pair = KeyPair::generate(dir, "id", &["-t", "ecdsa", "-b", "256"], "").unwrap();
    let me = current_user().unwrap();
    let certificate = authority.certify(&pair, &["-I", "someone", "-n", &me]).unwrap();
    let vault = world.fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let draft = IdentityDraft {
        kind: IdentityKind::Key,
        password: None,
        private_key: Some(secret(&pair.private)),
        certificate: Some(certificate),
        ..password("certified", "")
    };
    world.fixture.core.identities().add(&vault, draft).await.unwrap();
    fs::remove_file(&pair.path).unwrap();
    for server in [
        Sshd::builder().authorized_key(&pair.public),
        Sshd::builder().user_authority(&authority.public),
    ] {
        let server = server.start().await.unwrap();
        let port = server.port().to_string();
        let to = format!("{me}@127.0.0.1");
        let arguments = [
            "-F",
            "none",
            "-p",
            &port,
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "IdentityFile=none",
            "-o",
            "BatchMode=yes",
            &to,
            "echo in",
        ];
        let output = world.run("ssh", &arguments).await;
        assert_eq!(String::from_utf8_lossy(&output.stdout), "in\n", "{output:?}");
        let used = world.until(|status| status.uses.first().cloned()).await;
        assert_eq!(used.purpose, format!("sign in as “{me}”"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_asks_is_used_only_when_allowed() {
    let world = World::new().await;
    let key = world.key("careful", KeyAlgorithm::Ed25519, true).await;
    let public = world.public(&key);
    let agent = world.fixture.core.agent();

    let child = world.start("ssh-add", &["-T", &public]);
    let ask = world.asked().await;
    assert_eq!((ask.identity.as_str(), ask.program.name.as_str()), ("careful", "ssh-add"));
    assert_eq!(ask.fingerprint, key.public_key.as_ref().unwrap().fingerprint);
    agent.answer(ask.id, true).unwrap();
    assert!(child.wait_with_output().await.unwrap().status.success());
    assert!(agent.answer(ask.id, true).is_err(), "an answer counts once");

    let child = world.start("ssh-add", &["-T", &public]);
    agent.answer(world.asked().await.id, false).unwrap();
    assert!(!child.wait_with_output().await.unwrap().status.success());
    let uses = world.until(|status| (status.uses.len() == 2).then(|| status.uses.clone())).await;
    assert_eq!((uses[0].allowed, uses[1].allowed), (false, true));

    // No answer is a no.
    let child = world.start("ssh-add", &["-T", &public]);
    world.asked().await;
    world.fixture.clock.advance(Duration::from_secs(60));
    assert!(!child.wait_with_output().await.unwrap().status.success());

    // So is locking, and what is locked cannot be allowed.
    let child = world.start("ssh-add", &["-T", &public]);
    let ask = world.asked().await;
    world.fixture.core.vault().lock(LockReason::Person, false);
    assert!(agent.answer(ask.id, true).is_err());
    assert!(!child.wait_with_output().await.unwrap().status.success());
    world.fixture.unlock().await;

    // Whoever has gone is not asked about any more.
    let mut child = world.start("ssh-add", &["-T", &public]);
    world.asked().await;
    child.kill().await.unwrap();
    world.until(|status| status.asks.is_empty().then_some(())).await;
    assert_eq!(agent.status().times, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_says_what_it_is_for() {
    let world = World::new().await;
    let key = world.key("signer", KeyAlgorithm::Ed25519, true).await;
    let public = world.public(&key);
    let file = world.fixture.dir.path().join("text");
    fs::write(&file, "text").unwrap();
    let arguments = ["-Y", "sign", "-q", "-n", "git", "-f", &public, file.to_str().unwrap()];
    let child = world.start("ssh-keygen", &arguments);
    let ask = world.asked().await;
    assert_eq!(ask.purpose, "sign something for “git”");
    world.fixture.core.agent().answer(ask.id, true).unwrap();
    let output = child.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_in_from_outside() {
    let world = World::new().await;
    world.key("mine", KeyAlgorithm::Ed25519, false).await;
    let other = KeyPair::ed25519(world.fixture.dir.path(), "other").unwrap();
    for arguments in [vec![other.path.to_str().unwrap()], vec!["-D"], vec!["-x"]] {
        let output = world.run("ssh-add", &arguments).await;
        assert!(!output.status.success(), "{arguments:?}: {output:?}");
    }
    assert!(world.listed().await.contains("mine"));

    // Refused, one after the other: an extension, adding, nonsense of a known length.
    let mut stream = UnixStream::connect(&world.socket).await.unwrap();
    let bind = [&[27u8, 0, 0, 0, 24][..], b"session-bind@openssh.com", &[0; 40]].concat();
    for message in [bind.as_slice(), &[17, 1, 2, 3], &[22], &[255]] {
        let length = u32::try_from(message.len()).unwrap();
        stream.write_all(&length.to_be_bytes()).await.unwrap();
        stream.write_all(message).await.unwrap();
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, [0, 0, 0, 1, 5]);
    }
    // What is no message, or longer than any, ends the line.
    for message in [&[0u8, 0, 0, 0][..], &[0, 4, 0, 1], &[0xff; 8], &[0, 0, 0, 1, 13]] {
        let mut stream = UnixStream::connect(&world.socket).await.unwrap();
        stream.write_all(message).await.unwrap();
        let mut rest = Vec::new();
        let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        assert!(end.expect("it hangs up").is_err() || rest.is_empty(), "{message:?}: {rest:?}");
    }
    assert!(world.listed().await.contains("mine"));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_programs_than_there_is_room_for_are_turned_away() {
    let world = World::new().await;
    let mut streams = Vec::new();
    for _ in 0..super::client::MOST_CLIENTS {
        streams.push(UnixStream::connect(&world.socket).await.unwrap());
    }
    let mut late = UnixStream::connect(&world.socket).await.unwrap();
    let mut rest = Vec::new();
    let end = tokio::time::timeout(PATIENCE, late.read_to_end(&mut rest)).await;
    assert!(end.expect("it hangs up").is_err() || rest.is_empty());
    drop(streams);
    world.until(|_| Some(())).await;
    let listed = async { while !world.listed().await.contains("no identities") {} };
    tokio::time::timeout(PATIENCE, listed).await.expect("there is room again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_taken_is_left_to_whoever_has_it() {
    let world = World::new().await;
    let other = Fixture::open().await;
    let settings = AppSettings { serve_agent: true, ..AppSettings::default() };
    other.core.settings().set_app(settings).await.unwrap();
    other.core.agent().follow(world.socket.clone());
    let status = other.core.agent().status();
    assert_eq!(status.problem.unwrap().code, ErrorCode::Agent);
    assert!(!status.serving);
    assert!(world.listed().await.contains("no identities"));

    // What a killed one left is taken over.
    let stale = other.dir.path().join("stale.sock");
    drop(std::os::unix::net::UnixListener::bind(&stale).unwrap());
    assert!(super::socket::listen_for_test(&stale));
    // A file that is no socket is not.
    let file = other.dir.path().join("file");
    fs::write(&file, "precious").unwrap();
    assert!(!super::socket::listen_for_test(&file));
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
}

#[test]
fn the_line_for_a_shell_is_quoted() {
    assert_eq!(line("/run/user/1000/a.sock"), "export SSH_AUTH_SOCK=/run/user/1000/a.sock");
    assert_eq!(line("/home/o'neil x/a"), r"export SSH_AUTH_SOCK='/home/o'\''neil x/a'");
}
