//! A team server in a process of its own, as whoever runs one starts it.

use crate::{
    TestkitError,
    daemon::{Daemon, free_port, run},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;

/// How long it may take to start, and to end.
const PATIENCE: Duration = Duration::from_secs(30);
/// In the line with the link that sets up a new server.
const SET_UP: &str = "/setup#";

/// A server on loopback whose members may reach machines on loopback; it ends when it is dropped.
#[derive(Debug)]
pub struct TeamServer {
    binary: PathBuf,
    port: u16,
    process: Daemon,
    set_up: String,
    fingerprint: String,
    // After the process.
    home: TempDir,
}

impl TeamServer {
    /// Starts a new one. `options`: further ones of its command line.
    ///
    /// # Errors
    /// When it ends, or does not serve within half a minute.
    pub async fn start(binary: PathBuf, options: &[&str]) -> Result<Self, TestkitError> {
        let home = tempfile::tempdir().map_err(|e| TestkitError::file("make a directory", e))?;
        let port = free_port()?;
        let (process, said) = serving(&binary, home.path(), port, options, SET_UP).await?;
        let behind = |part: &str| {
            let found = said.lines().find_map(|line| line.split_once(part));
            found.map(|(_, rest)| rest.to_owned()).unwrap_or_default()
        };
        let (set_up, fingerprint) = (behind(SET_UP), behind("certificate is "));
        Ok(Self { binary, port, process, set_up, fingerprint, home })
    }

    /// Stops it, and starts it again on its data at its address with other options.
    ///
    /// # Errors
    /// When it does not end, or does not serve again.
    pub async fn again(mut self, options: &[&str]) -> Result<Self, TestkitError> {
        self.stop().await?;
        let home = self.home.path();
        let (process, _) = serving(&self.binary, home, self.port, options, "fingerprint").await?;
        Ok(Self { process, ..self })
    }

    /// Has it end in good order.
    ///
    /// # Errors
    /// When it does not end within half a minute.
    pub async fn stop(&mut self) -> Result<(), TestkitError> {
        self.send("-TERM").await
    }

    /// Ends it at once, whatever it is doing.
    ///
    /// # Errors
    /// When it is still there half a minute later.
    pub async fn kill(&mut self) -> Result<(), TestkitError> {
        self.send("-KILL").await
    }

    async fn send(&mut self, signal: &str) -> Result<(), TestkitError> {
        let id = self.process.id().to_string();
        let _ = Command::new("kill").args([signal, &id]).stderr(Stdio::null()).status();
        self.process.ended("the team server to end", PATIENCE).await
    }

    /// What its own check of the audit log says; it has to be stopped.
    ///
    /// # Errors
    /// When the log is not as it was written.
    pub fn verify(&self) -> Result<String, TestkitError> {
        run(Command::new(&self.binary).arg("verify").arg("--data").arg(self.data()), None)
    }

    /// The port of 127.0.0.1 it listens on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Where its pages are.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// The secret in the link that sets it up.
    #[must_use]
    pub fn set_up_token(&self) -> &str {
        &self.set_up
    }

    /// The link that sets it up.
    #[must_use]
    pub fn set_up_link(&self) -> String {
        format!("{}{SET_UP}{}", self.origin(), self.set_up)
    }

    /// The folder with all that it keeps.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        data(self.home.path())
    }

    /// Its own certificate.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.data().join("certificate.pem")
    }

    /// The fingerprint of its certificate, as it printed it.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

fn data(home: &Path) -> PathBuf {
    home.join("data")
}

/// Starts it and waits until it says this; all that it said.
async fn serving(
    binary: &Path,
    home: &Path,
    port: u16,
    options: &[&str],
    until: &str,
) -> Result<(Daemon, String), TestkitError> {
    let log = home.join("log");
    // What it said before is not what is waited for.
    let _ = fs::remove_file(&log);
    let mut command = Command::new(binary);
    command.arg("--data").arg(data(home));
    command.args(["--listen", &format!("127.0.0.1:{port}"), "--name", "localhost"]);
    command.args(["--allow-destination", "127.0.0.0/8"]).args(options);
    command.env("PATCHBAY_LOG", "error");
    let mut process = Daemon::start(command, &log)?;
    let said = || fs::read_to_string(&log).unwrap_or_default();
    let whole = || said().lines().any(|line| line.contains(until)) && said().ends_with('\n');
    let served = process.until("the team server to serve", PATIENCE, whole).await;
    match served {
        Ok(()) => Ok((process, said())),
        Err(error) => Err(TestkitError::driver(format!("{}: {}", binary.display(), said()), error)),
    }
}
