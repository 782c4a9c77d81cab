//! `FreeRDP`'s server, which shows the display of a virtual X server, with or without network level authentication.

use crate::{
    TestkitError, XServer,
    daemon::{Daemon, free_port, run},
};
use std::{fs, net::TcpStream, path::Path, process::Command, time::Duration};
use tempfile::TempDir;

/// The server; ends when it is dropped, with its display.
#[derive(Debug)]
pub struct Shadow {
    port: u16,
    dir: TempDir,
    _daemon: Daemon,
    display: XServer,
}

impl Shadow {
    /// The one account it knows.
    pub const USER: &'static str = "ada";
    /// Its password.
    pub const PASSWORD: &'static str = "pass word 1!";

    /// Starts it with this kind of security: `nla`, `ext` (NLA with an early answer), `tls` or `rdp`.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(security: &str) -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a directory", e))?;
        let display = XServer::start().await?;
        let (user, password) = (Self::USER, Self::PASSWORD);
        let account =
            run(Command::new("winpr-hash").args(["-u", user, "-p", password, "-f", "sam"]), None)?;
        let accounts = dir.path().join("accounts");
        fs::write(&accounts, account).map_err(|e| TestkitError::file("write accounts", e))?;
        let port = free_port()?;
        let mut command = Command::new("freerdp-shadow-cli");
        command
            .arg(format!("/port:{port}"))
            .args(["/bind-address:127.0.0.1", &format!("/sec:{security}")])
            .arg(format!("/sam-file:{}", accounts.display()))
            .env("HOME", dir.path())
            .env("DISPLAY", display.display())
            .env("XAUTHORITY", display.authority());
        if matches!(security, "nla" | "ext") {
            command.arg("+auth");
        } else {
            command.arg("-auth");
        }
        let mut daemon = Daemon::start(command, &dir.path().join("log"))?;
        let listens = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        daemon.until("FreeRDP's server", Duration::from_secs(20), listens).await?;
        Ok(Self { port, dir, _daemon: daemon, display })
    }

    /// The port of 127.0.0.1 it listens on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// A folder for the test's own files.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// A program that runs on the display it shows.
    #[must_use]
    pub fn on_display(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", self.display.display()).env("XAUTHORITY", self.display.authority());
        command
    }

    /// What the display shows: red, green and blue of each pixel.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn picture(&self) -> Result<Vec<u8>, TestkitError> {
        let file = self.dir.path().join("picture");
        let target = format!("rgb:{}", file.display());
        let import = ["-silent", "-window", "root", "-depth", "8", target.as_str()];
        run(self.on_display("import").args(import), None)?;
        fs::read(&file).map_err(|e| TestkitError::file("read a picture", e))
    }

    /// What it logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }
}

/// Whether it can be started; if not, prints that `what` was skipped and why.
#[must_use]
pub fn shadow_or_skip(what: &str) -> bool {
    let there = Path::new("/usr/bin/freerdp-shadow-cli").exists()
        && Path::new("/usr/bin/winpr-hash").exists();
    if !there {
        eprintln!("skipped: {what} (freerdp2-shadow-x11 or winpr-utils is not installed)");
    }
    there
}
