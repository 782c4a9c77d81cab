//! Peers without encryption: a Telnet server, a TCP server that says everything back, and a serial line with two ends.

use crate::{
    TestkitError,
    daemon::{Daemon, free_port},
};
use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(10);

/// The Telnet server of GNU inetutils, with a program in place of login, so that it needs no account.
#[derive(Debug)]
pub struct Telnetd {
    port: u16,
    daemon: Daemon,
    _dir: TempDir,
}

impl Telnetd {
    /// Starts it; each connection runs this shell script in a pseudo-terminal. `$USER` is the user name that was told.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(script: &str) -> Result<Self, TestkitError> {
        let dir = folder()?;
        let program = dir.path().join("program");
        write_script(&program, script)?;
        // Since CVE-2026-24061 it takes no variable that it was not told to take.
        let server = dir.path().join("server");
        let telnetd = format!(
            "telnetd=/usr/sbin/telnetd\n\
             $telnetd --help | grep -q -e --accept-env && set -- --accept-env=USER\n\
             exec $telnetd -h -E {} \"$@\"",
            program.display()
        );
        write_script(&server, &telnetd)?;
        let serve = format!("EXEC:{},nofork", server.display());
        let (port, daemon) = listen(&serve, &dir.path().join("log")).await?;
        Ok(Self { port, daemon, _dir: dir })
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Ends every connection as a server does that is killed.
    pub fn drop_connections(&self) {
        self.daemon.kill_children();
    }
}

/// A TCP server that says back what it is told.
#[derive(Debug)]
pub struct EchoServer {
    port: u16,
    _daemon: Daemon,
    _dir: TempDir,
}

impl EchoServer {
    /// Starts it.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start() -> Result<Self, TestkitError> {
        let dir = folder()?;
        let (port, daemon) = listen("EXEC:cat", &dir.path().join("log")).await?;
        Ok(Self { port, _daemon: daemon, _dir: dir })
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }
}

/// A serial line: two pseudo-terminals that hear each other.
#[derive(Debug)]
pub struct SerialPair {
    near: PathBuf,
    far: PathBuf,
    log: PathBuf,
    daemon: Option<Daemon>,
    _dir: TempDir,
}

impl SerialPair {
    /// Lays it.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start() -> Result<Self, TestkitError> {
        let dir = folder()?;
        let at = |name: &str| dir.path().join(name);
        let mut pair =
            Self { near: at("near"), far: at("far"), log: at("log"), daemon: None, _dir: dir };
        pair.plug_in().await?;
        Ok(pair)
    }

    /// The end that a test's subject opens.
    #[must_use]
    pub fn near(&self) -> &Path {
        &self.near
    }

    /// The other end, for the test itself.
    #[must_use]
    pub fn far(&self) -> &Path {
        &self.far
    }

    /// Both ends go away, as an adapter does that is unplugged.
    pub fn unplug(&mut self) {
        self.daemon = None;
        for end in [&self.near, &self.far] {
            // The program takes its links along if it has the time to.
            let _gone = fs::remove_file(end);
        }
    }

    /// Lays it anew under the same names.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn plug_in(&mut self) -> Result<(), TestkitError> {
        let mut command = Command::new("socat");
        for end in [&self.near, &self.far] {
            command.arg(format!("PTY,link={},rawer", end.display()));
        }
        let mut daemon = Daemon::start(command, &self.log)?;
        let (near, far) = (self.near.clone(), self.far.clone());
        daemon.until("a serial line", LIMIT, || near.exists() && far.exists()).await?;
        self.daemon = Some(daemon);
        Ok(())
    }
}

fn write_script(at: &Path, script: &str) -> Result<(), TestkitError> {
    fs::write(at, format!("#!/bin/sh\n{script}\n"))
        .and_then(|()| fs::set_permissions(at, fs::Permissions::from_mode(0o755)))
        .map_err(|e| TestkitError::file(format!("write {}", at.display()), e))
}

fn folder() -> Result<TempDir, TestkitError> {
    tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))
}

/// Serves a free port; a connection that is made to see whether it is up ends at once.
async fn listen(serve: &str, log: &Path) -> Result<(u16, Daemon), TestkitError> {
    let port = free_port()?;
    let mut command = Command::new("socat");
    command.arg(format!("TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr")).arg(serve);
    let mut daemon = Daemon::start(command, log)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let up = || TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok();
    daemon.until("a TCP server", LIMIT, up).await?;
    Ok((port, daemon))
}
