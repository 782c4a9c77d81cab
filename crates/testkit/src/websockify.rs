//! A server of WebSockets that others wrote, in front of a TCP port: websockify.

use crate::{
    TestkitError,
    daemon::{Daemon, free_port},
    vnc::certificate,
};
use std::{
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

/// The server; ends when it is dropped.
#[derive(Debug)]
pub struct Websockify {
    port: u16,
    certificate: Option<PathBuf>,
    dir: TempDir,
    _daemon: Daemon,
}

impl Websockify {
    /// Starts it in front of a port of 127.0.0.1, with TLS only or with none.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(target: u16, encrypted: bool) -> Result<Self, TestkitError> {
        Self::with(folder()?, &[&format!("127.0.0.1:{target}")], encrypted).await
    }

    /// Starts it in front of one port for each name, which has to be asked for as `?token=name`.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn with_tokens(targets: &[(&str, u16)]) -> Result<Self, TestkitError> {
        let dir = folder()?;
        let file = dir.path().join("tokens");
        let lines = targets.iter().map(|(name, port)| format!("{name}: 127.0.0.1:{port}\n"));
        fs::write(&file, lines.collect::<String>())
            .map_err(|e| TestkitError::file("write the tokens", e))?;
        let source = format!("--token-source={}", file.display());
        Self::with(dir, &["--token-plugin=TokenFile", &source], false).await
    }

    async fn with(dir: TempDir, arguments: &[&str], encrypted: bool) -> Result<Self, TestkitError> {
        let port = free_port()?;
        let mut command = Command::new("websockify");
        let certificate = if encrypted { Some(certificate(dir.path())?) } else { None };
        if let Some(certificate) = &certificate {
            command.arg("--ssl-only").arg(format!("--cert={}", certificate.display()));
            command.arg(format!("--key={}", dir.path().join("x509.key").display()));
        }
        command.arg("--verbose").arg(format!("127.0.0.1:{port}")).args(arguments);
        let mut daemon = Daemon::start(command, &dir.path().join("log"))?;
        let listens = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        daemon.until("websockify", Duration::from_secs(20), listens).await?;
        Ok(Self { port, certificate, dir, _daemon: daemon })
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its certificate in PEM, if it has one.
    #[must_use]
    pub fn certificate(&self) -> Option<&Path> {
        self.certificate.as_deref()
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }
}

fn folder() -> Result<TempDir, TestkitError> {
    tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))
}

/// Whether it can be started; if not, prints that `what` was skipped and why.
#[must_use]
pub fn websockify_or_skip(what: &str) -> bool {
    let there = Path::new("/usr/bin/websockify").exists();
    if !there {
        eprintln!("skipped: {what} (websockify is not installed)");
    }
    there
}
