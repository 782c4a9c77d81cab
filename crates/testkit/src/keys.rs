//! Keys, certificates and an agent, by OpenSSH's own tools.

use crate::{
    TestkitError,
    daemon::{Daemon, run},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

/// A key pair in files.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// The private key's file; `.pub` is beside it.
    pub path: PathBuf,
    /// Text of the private key.
    pub private: String,
    /// The public key's line.
    pub public: String,
}

impl KeyPair {
    /// Makes one with `ssh-keygen` and these further arguments, such as `["-t", "ecdsa", "-b", "384", "-m", "PEM"]`.
    ///
    /// # Errors
    /// When `ssh-keygen` fails.
    pub fn generate(
        dir: &Path,
        name: &str,
        arguments: &[&str],
        passphrase: &str,
    ) -> Result<Self, TestkitError> {
        let path = dir.join(name);
        run(
            Command::new("ssh-keygen")
                .args(arguments)
                .args(["-q", "-N", passphrase, "-C", name, "-f"])
                .arg(&path),
            None,
        )?;
        Self::read(path)
    }

    /// An Ed25519 key without a passphrase.
    ///
    /// # Errors
    /// When `ssh-keygen` fails.
    pub fn ed25519(dir: &Path, name: &str) -> Result<Self, TestkitError> {
        Self::generate(dir, name, &["-t", "ed25519"], "")
    }

    /// Signs `public` with this key as an authority: arguments are those of `ssh-keygen -s`, such as
    /// `["-I", "id", "-n", "root"]` or `["-h", "-I", "id", "-n", "127.0.0.1"]`. Yields the certificate's text.
    ///
    /// # Errors
    /// When `ssh-keygen` fails.
    pub fn certify(&self, public: &KeyPair, arguments: &[&str]) -> Result<String, TestkitError> {
        let file = public.public_path();
        run(
            Command::new("ssh-keygen")
                .arg("-q")
                .arg("-s")
                .arg(&self.path)
                .args(arguments)
                .arg(&file),
            None,
        )?;
        read(&beside(&public.path, "-cert.pub"))
    }

    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    ///
    /// # Errors
    /// When `ssh-keygen` fails.
    pub fn fingerprint(&self) -> Result<String, TestkitError> {
        let line = run(Command::new("ssh-keygen").arg("-lf").arg(self.public_path()), None)?;
        Ok(line.split_ascii_whitespace().nth(1).unwrap_or_default().to_owned())
    }

    /// The public key's file.
    #[must_use]
    pub fn public_path(&self) -> PathBuf {
        beside(&self.path, ".pub")
    }

    fn read(path: PathBuf) -> Result<Self, TestkitError> {
        let mut pair = Self { private: read(&path)?, public: String::new(), path };
        pair.public = read(&pair.public_path())?.trim().to_owned();
        Ok(pair)
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn read(path: &Path) -> Result<String, TestkitError> {
    fs::read_to_string(path).map_err(|e| TestkitError::file(format!("read {}", path.display()), e))
}

/// OpenSSH's `ssh-agent` on a socket of its own.
#[derive(Debug)]
pub struct SshAgent {
    socket: PathBuf,
    _daemon: Daemon,
    _dir: TempDir,
}

impl SshAgent {
    /// Starts it, empty.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn start() -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a directory", e))?;
        let socket = dir.path().join("agent");
        let mut command = Command::new("ssh-agent");
        command.arg("-D").arg("-a").arg(&socket);
        let mut daemon = Daemon::start(command, &dir.path().join("log"))?;
        let made = socket.clone();
        daemon.until("the agent's socket", Duration::from_secs(10), move || made.exists()).await?;
        Ok(Self { socket, _daemon: daemon, _dir: dir })
    }

    /// Its socket, as `SSH_AUTH_SOCK` would name it.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Adds a key that has no passphrase, and the certificate beside it if there is one.
    ///
    /// # Errors
    /// When `ssh-add` fails.
    pub fn add(&self, key: &KeyPair) -> Result<(), TestkitError> {
        self.tool(&["-q"], Some(&key.path), None)
    }

    /// Makes it forget every key.
    ///
    /// # Errors
    /// When `ssh-add` fails.
    pub fn remove_all(&self) -> Result<(), TestkitError> {
        self.tool(&["-q", "-D"], None, None)
    }

    fn tool(
        &self,
        arguments: &[&str],
        file: Option<&Path>,
        input: Option<&str>,
    ) -> Result<(), TestkitError> {
        let mut command = Command::new("ssh-add");
        command.args(arguments).args(file).env("SSH_AUTH_SOCK", &self.socket);
        run(&mut command, input).map(drop)
    }
}
