//! OpenID providers on a free port of 127.0.0.1: a real one (the package `oidc-provider`), and a double that says what a test
//! tells it to.

use crate::{
    TestkitError,
    daemon::{Daemon, free_port},
};
use std::{
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(30);
const REAL: &str = include_str!("real.mjs");
const DOUBLE: &str = include_str!("double.mjs");

/// A provider; ends when it is dropped.
#[derive(Debug)]
pub struct OidcProvider {
    port: u16,
    script: PathBuf,
    redirect: String,
    // Before the folder.
    daemon: Option<Daemon>,
    dir: TempDir,
}

impl OidcProvider {
    /// What it calls its only client.
    pub const CLIENT: &str = "patchbay";
    /// The client's secret.
    pub const SECRET: &str = "client-secret-of-the-test";

    /// Starts a real one, which sends browsers back to this address. Whoever comes is signed in as whom
    /// [`Self::person`] says.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn real(redirect: &str) -> Result<Self, TestkitError> {
        Self::with(REAL, redirect).await
    }

    /// Starts a double: it takes every code, and its ID tokens are made by what [`Self::person`] says.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn double(redirect: &str) -> Result<Self, TestkitError> {
        Self::with(DOUBLE, redirect).await
    }

    async fn with(text: &str, redirect: &str) -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let script = dir.path().join("provider.mjs");
        fs::write(&script, text).map_err(|e| TestkitError::file("write a script", e))?;
        let modules = dir.path().join("node_modules");
        #[cfg(unix)]
        std::os::unix::fs::symlink(packages(), modules)
            .map_err(|e| TestkitError::file("link packages", e))?;
        let redirect = redirect.to_owned();
        let mut new = Self { port: free_port()?, script, redirect, daemon: None, dir };
        new.person("{}")?;
        new.start_again().await?;
        Ok(new)
    }

    /// Starts it again on the port it had, with other keys.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_again(&mut self) -> Result<(), TestkitError> {
        self.daemon = None;
        let mut command = Command::new("node");
        command.arg(&self.script).arg(self.port.to_string()).arg(&self.redirect);
        command.args([Self::CLIENT, Self::SECRET]).arg(self.dir.path().join("person.json"));
        let mut daemon = Daemon::start(command, &self.dir.path().join("log"))?;
        let listens = || TcpStream::connect(("127.0.0.1", self.port)).is_ok();
        daemon.until("the OpenID provider", LIMIT, listens).await?;
        self.daemon = Some(daemon);
        Ok(())
    }

    /// Stops it.
    pub fn stop(&mut self) {
        self.daemon = None;
    }

    /// Who comes next, as JSON: claims, `sub` among them.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn person(&self, claims: &str) -> Result<(), TestkitError> {
        fs::write(self.dir.path().join("person.json"), claims)
            .map_err(|e| TestkitError::file("write who comes next", e))
    }

    /// `http://127.0.0.1:port`.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }
}

/// Those of the UI, for tests and build alone.
fn packages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/node_modules")
}

/// Whether it can be started; if not, prints that `what` was skipped and why.
#[must_use]
pub fn oidc_or_skip(what: &str) -> bool {
    let there = packages().join("oidc-provider").exists();
    if !there {
        eprintln!("skipped: {what} (the UI's packages are not installed: npm ci in ui/)");
    }
    there
}
