//! Installing keys on a real server that gives files and nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::{
    Right,
    identities::{KeyAlgorithm, NewKey},
    sessions::OpenTarget,
    testing::{Fixture, password, secret},
};
use patchbay_model::{
    EntryDraft, ErrorCode, FilePlace, HostKeyAnswer, Identity, IdentityDraft, IdentityKind,
    KeyInstalled, SessionId, SessionState, Settings, TerminalSize,
};
use patchbay_testkit::{KeyPair, Sshd, current_user};
use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::PathBuf,
    time::Duration,
};

/// An account with a home of its own, open for files by a certificate.
struct World {
    fixture: Fixture,
    home: PathBuf,
    session: SessionId,
    new: Identity,
    _server: Sshd,
}

impl World {
    /// The server reads keys from this file of the home.
    async fn reading(keys: &str) -> Self {
        let fixture = Fixture::open().await;
        let dir = fixture.dir.path();
        let home = dir.join("account");
        fs::create_dir(&home).unwrap();
        let authority = KeyPair::ed25519(dir, "ca").unwrap();
        let first = KeyPair::ed25519(dir, "first").unwrap();
        let certificate =
            authority.certify(&first, &["-I", "first", "-n", &current_user().unwrap()]).unwrap();
        let server = Sshd::builder()
            .user_authority(&authority.public)
            .option(format!("ForceCommand internal-sftp -d {}", home.display()))
            .option(format!("AuthorizedKeysFile {}", home.join(keys).display()))
            .start()
            .await
            .unwrap();
        let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
        let first = IdentityDraft {
            kind: IdentityKind::Key,
            password: None,
            private_key: Some(secret(&first.private)),
            certificate: Some(certificate),
            ..password("first", "")
        };
        let identities = fixture.core.identities();
        let first = identities.add(&vault, first).await.unwrap();
        let new = NewKey {
            name: "new".into(),
            user: None,
            algorithm: KeyAlgorithm::Ed25519,
            comment: Some("new@desk".into()),
            passphrase: None,
            attempt: None,
        };
        let new = identities.generate(&vault, new).await.unwrap();
        let settings = Settings {
            port: Some(server.port()),
            user: Some(server.user().to_owned()),
            identities: Some(vec![first.id]),
            ..Settings::default()
        };
        let entry = EntryDraft {
            name: "box".into(),
            address: "127.0.0.1".into(),
            settings,
            ..EntryDraft::default()
        };
        let machine = fixture.core.tree().add_entry(&fixture.folder(None), entry).await.unwrap().id;
        let target = OpenTarget::Files(fixture.ctx.authorize(machine, Right::Use).unwrap());
        let size = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };
        let session = fixture.core.sessions().open(target, size, None).await.unwrap().id;
        let mut events = fixture.core.events();
        let open = async {
            loop {
                match fixture.core.sessions().info(session).unwrap().state {
                    SessionState::Open => return,
                    SessionState::HostKey { .. } => fixture
                        .core
                        .sessions()
                        .answer_host_key(session, HostKeyAnswer::Trust)
                        .unwrap(),
                    SessionState::Closed { reason } => panic!("{reason:?}\n{}", server.log()),
                    _ => {}
                }
                let _changed = events.recv().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), open).await.expect("in time");
        Self { home, session, new, _server: server, fixture }
    }

    async fn install(&self) -> Result<KeyInstalled, crate::CoreError> {
        let id = self.fixture.ctx.authorize_identity(self.new.id, Right::Use).unwrap();
        let place = FilePlace::Machine { session: self.session };
        let files = self.fixture.ctx.authorize_files(place, Right::Edit).unwrap();
        self.fixture.core.identities().install(&id, &files).await
    }

    fn line(&self) -> String {
        self.new.public_key.as_ref().unwrap().openssh.clone()
    }

    fn keys(&self) -> PathBuf {
        self.home.join(".ssh/authorized_keys")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.keys()).unwrap()
    }

    /// Nothing is left lying about.
    fn names(&self) -> Vec<String> {
        let folder = fs::read_dir(self.home.join(".ssh")).unwrap();
        folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_nothing_it_is_made_and_lets_in() {
    let world = World::reading(".ssh/authorized_keys").await;
    let done = world.install().await.unwrap();
    assert_eq!(done.problem, None);
    assert!(done.added && !done.options, "{done:?}");
    assert_eq!(done.notes, [""; 0]);
    assert_eq!(world.text(), format!("{}\n", world.line()));
    assert_eq!((mode(&world.home.join(".ssh")), mode(&world.keys())), (0o700, 0o600));
    assert_eq!(world.names(), ["authorized_keys"]);
    // A second time changes nothing.
    let again = world.install().await.unwrap();
    assert!(!again.added && again.problem.is_none(), "{again:?}");
    assert_eq!(world.text(), format!("{}\n", world.line()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_stays_as_it_is() {
    let world = World::reading(".ssh/authorized_keys").await;
    fs::create_dir(world.home.join(".ssh")).unwrap();
    fs::create_dir(world.home.join("dotfiles")).unwrap();
    let real = world.home.join("dotfiles/keys");
    let before = "# mine\r\nfrom=\"10.0.0.0/8\" ssh-ed25519 AAAA someone\r\n\u{0}\u{ff} no end";
    fs::write(&real, before).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o664)).unwrap();
    symlink("../dotfiles/keys", world.keys()).unwrap();
    let done = world.install().await.unwrap();
    assert_eq!(done.problem, None);
    assert!(done.path.ends_with("dotfiles/keys"), "{done:?}");
    assert_eq!(fs::read_to_string(&real).unwrap(), format!("{before}\r\n{}\r\n", world.line()));
    assert!(fs::symlink_metadata(world.keys()).unwrap().is_symlink());
    assert_eq!(mode(&real), 0o664);
    assert!(done.notes.iter().any(|note| note.contains("mode 0664")), "{done:?}");
    assert_eq!(world.names(), ["authorized_keys"]);
    assert_eq!(fs::read_dir(world.home.join("dotfiles")).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_behind_options_is_there_already() {
    let world = World::reading(".ssh/authorized_keys").await;
    fs::create_dir(world.home.join(".ssh")).unwrap();
    let line = format!("no-pty,command=\"internal-sftp\" {} other comment", {
        let line = world.line();
        line.split(' ').take(2).collect::<Vec<_>>().join(" ")
    });
    fs::write(world.keys(), &line).unwrap();
    let done = world.install().await.unwrap();
    assert!(!done.added && done.options && done.problem.is_none(), "{done:?}");
    assert_eq!(world.text(), line);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_reads_elsewhere_is_found_out() {
    let world = World::reading("elsewhere").await;
    let done = world.install().await.unwrap();
    assert!(done.added, "{done:?}");
    let problem = done.problem.unwrap();
    assert_eq!(problem.code, ErrorCode::AuthFailed, "{problem:?}");
    assert!(problem.message.contains("box"), "{problem:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_of_keys_is_left_alone() {
    let world = World::reading(".ssh/authorized_keys").await;
    let refused = async |what: &str| {
        let error = patchbay_model::ApiError::from(world.install().await.unwrap_err());
        assert!(error.message.contains(what), "{error:?}");
        assert!(!error.next_step.is_empty(), "{error:?}");
    };
    fs::write(world.home.join(".ssh"), "a file").unwrap();
    refused("is not a folder").await;
    fs::remove_file(world.home.join(".ssh")).unwrap();
    fs::create_dir(world.home.join(".ssh")).unwrap();
    symlink("nowhere", world.keys()).unwrap();
    refused("leads nowhere").await;
    fs::remove_file(world.keys()).unwrap();
    fs::create_dir(world.keys()).unwrap();
    refused("is no file").await;
    fs::remove_dir(world.keys()).unwrap();
    let large = "x".repeat(1024 * 1024 + 1);
    fs::write(world.keys(), &large).unwrap();
    refused("larger than 1 MiB").await;
    assert!(world.text() == large, "it was changed");
    assert_eq!(world.names(), ["authorized_keys"]);
}
