//! A home directory with a vault, and the built program run in it.

use patchbay_core::{Core, CoreConfig, Ctx, Right};
use patchbay_model::{
    ApiError, EntryDraft, ErrorCode, FolderDraft, IdentityDraft, IdentityKind, NodeId, Secret,
    Settings,
};
use patchbay_testkit::{KeyPair, Sshd, moment};
use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

pub(crate) const PASSPHRASE: &str = "correct horse battery staple patchbay";
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);
const PROGRAM: &str = env!("CARGO_BIN_EXE_patchbay-cli");

/// A person's home with a vault in it.
pub(crate) struct Home {
    pub(crate) dir: TempDir,
    pub(crate) vault: PathBuf,
}

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Home {
    /// With no vault yet.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let vault = dir.path().join("test.patchbay");
        Self { dir, vault }
    }

    /// With a vault whose key is cheap to derive, so that many runs take little time.
    pub(crate) async fn with_vault() -> Self {
        let home = Self::new();
        let core = home.core();
        core.vault().propose_recovery_key().unwrap();
        core.vault().create(None, &Secret::new(PASSPHRASE.to_owned())).await.unwrap();
        home
    }

    /// With a machine that lets a key in; its host key is on file.
    pub(crate) async fn with_machine() -> (Self, Sshd) {
        let home = Self::with_vault().await;
        let key = KeyPair::ed25519(home.dir.path(), "id").unwrap();
        // What the account's own profile does is not part of the tests.
        let server = Sshd::builder().option("SetEnv HOME=/nonexistent").authorized_key(&key.public);
        let server = server.start().await.unwrap();
        home.add("box", &server, &key.private).await;
        (home, server)
    }

    /// Puts the host key of a server on file.
    pub(crate) fn trust(&self, server: &Sshd) {
        let ssh = self.dir.path().join(".ssh");
        std::fs::create_dir_all(&ssh).unwrap();
        std::fs::write(ssh.join("known_hosts"), server.known_hosts_line() + "\n").unwrap();
    }

    /// The services, in this process.
    pub(crate) fn core(&self) -> std::sync::Arc<Core> {
        let mut config = CoreConfig::of_this_computer().unwrap();
        config.vault_path = Some(self.vault.clone());
        config.config_dir = self.dir.path().join("config");
        config.home = self.dir.path().to_path_buf();
        config.cheap_key_derivation = true;
        Core::new(config)
    }

    /// The services with the vault open. Those that were dropped let go of it once the last of their tasks is over.
    pub(crate) async fn unlocked(&self) -> std::sync::Arc<Core> {
        let core = self.core();
        let unlocking = async {
            let passphrase = Secret::new(PASSPHRASE.to_owned());
            while let Err(error) = core.vault().unlock(&passphrase).await {
                assert_eq!(ApiError::from(error).code, ErrorCode::VaultInUse);
                moment().await;
            }
        };
        tokio::time::timeout(PATIENCE, unlocking).await.unwrap();
        core
    }

    /// Adds a machine of any kind.
    pub(crate) async fn add_draft(&self, draft: EntryDraft) -> NodeId {
        let core = self.unlocked().await;
        let ctx = Ctx::person(core.clone());
        let root = ctx.authorize_folder(None, Right::Edit).unwrap();
        core.tree().add_entry(&root, draft).await.unwrap().id
    }

    async fn add(&self, name: &str, server: &Sshd, private_key: &str) -> NodeId {
        self.add_in(name, server, private_key, None, "").await
    }

    pub(crate) async fn add_folder(&self, name: &str) -> NodeId {
        let core = self.unlocked().await;
        let root = Ctx::person(core.clone()).authorize_folder(None, Right::Edit).unwrap();
        let draft = FolderDraft { name: name.into(), ..FolderDraft::default() };
        core.tree().add_folder(&root, draft).await.unwrap().id
    }

    pub(crate) async fn add_in(
        &self,
        name: &str,
        server: &Sshd,
        private_key: &str,
        folder: Option<NodeId>,
        tag: &str,
    ) -> NodeId {
        let core = self.unlocked().await;
        let ctx = Ctx::person(core.clone());
        let vault = ctx.authorize_vault(Right::Edit).unwrap();
        let identity = IdentityDraft {
            id: None,
            name: "key".into(),
            user: Some(server.user().to_owned()),
            kind: IdentityKind::Key,
            password: None,
            private_key: Some(Secret::new(private_key.to_owned())),
            passphrase: None,
            certificate: None,
            agent_fingerprint: None,
        };
        let identity = core.identities().add(&vault, identity).await.unwrap().id;
        let settings = Settings {
            port: Some(server.port()),
            identities: Some(vec![identity]),
            start_command: Some("exec env PS1='ready> ' sh -i".into()),
            ..Settings::default()
        };
        let draft = EntryDraft {
            name: name.into(),
            address: "127.0.0.1".into(),
            tags: [tag].into_iter().filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
            settings,
            ..EntryDraft::default()
        };
        let folder = ctx.authorize_folder(folder, Right::Edit).unwrap();
        core.tree().add_entry(&folder, draft).await.unwrap().id
    }

    /// The environment of every run.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let path = |name: &str| self.dir.path().join(name).display().to_string();
        vec![
            ("HOME", self.dir.path().display().to_string()),
            ("XDG_CONFIG_HOME", path("config")),
            ("XDG_DATA_HOME", path("data")),
            ("PATCHBAY_VAULT", self.vault.display().to_string()),
            ("PATCHBAY_PASSPHRASE", PASSPHRASE.to_owned()),
        ]
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, "", |command| command)
    }

    /// Runs the program with this on its standard input and whatever else is to be different.
    pub(crate) fn run_with(
        &self,
        arguments: &[&str],
        input: &str,
        change: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Run {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .envs(self.environment())
            .env_remove("SSH_AUTH_SOCK")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = change(&mut command).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that does not read its input closes it.
        let _unread = stdin.write_all(input.as_bytes());
        drop(stdin);
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        Run {
            code: status.code().expect("it was not killed"),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Runs the program, which must work, and takes what it prints as JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let run = self.run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {run:?}");
        serde_json::from_str(&run.out).unwrap()
    }
}

/// The program, for a terminal of its own.
pub(crate) const fn program() -> &'static str {
    PROGRAM
}
