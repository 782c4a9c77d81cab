//! A real X server that lets in whoever has its cookie.

use crate::{TestkitError, daemon::Daemon};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

/// An X server without a screen (Xvfb); ends when it is dropped.
#[derive(Debug)]
pub struct XServer {
    display: String,
    authority: PathBuf,
    _daemon: Daemon,
    _dir: TempDir,
}

impl XServer {
    /// Starts it.
    ///
    /// # Errors
    /// When `Xvfb` or `xauth` cannot be run.
    pub async fn start() -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a directory", e))?;
        let authority = dir.path().join("authority");
        // The server takes every cookie of the file, whatever display it is for.
        cookie(&authority, ":0")?;
        let chosen = dir.path().join("display");
        let mut command = Command::new("sh");
        let script = r#"exec Xvfb -displayfd 3 -auth "$1" -screen 0 640x480x24 -nolisten tcp -noreset 3>"$2""#;
        command.args(["-c", script, "sh"]).arg(&authority).arg(&chosen);
        let mut daemon = Daemon::start(command, &dir.path().join("log"))?;
        let number = || fs::read_to_string(&chosen).unwrap_or_default().trim().to_owned();
        daemon.until("Xvfb's display", Duration::from_secs(20), || !number().is_empty()).await?;
        let display = format!(":{}", number());
        let shown = cookie_of(&authority)?;
        run(Command::new("xauth").arg("-f").arg(&authority).args(["add", &display, ".", &shown]))?;
        Ok(Self { display, authority, _daemon: daemon, _dir: dir })
    }

    /// As `DISPLAY` names it.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }

    /// The file with its cookie, as `XAUTHORITY` names it.
    #[must_use]
    pub fn authority(&self) -> &Path {
        &self.authority
    }
}

fn cookie(file: &Path, display: &str) -> Result<(), TestkitError> {
    let random = format!("{:032x}", u128::from_ne_bytes(seed()));
    run(Command::new("xauth").arg("-f").arg(file).args(["add", display, ".", &random]))
}

/// Nobody but the test is to guess it, and only for as long as the test runs.
fn seed() -> [u8; 16] {
    use std::hash::{BuildHasher, Hasher};
    let half = || std::hash::RandomState::new().build_hasher().finish().to_ne_bytes();
    let mut both = [0; 16];
    both[..8].copy_from_slice(&half());
    both[8..].copy_from_slice(&half());
    both
}

fn cookie_of(file: &Path) -> Result<String, TestkitError> {
    let listed = Command::new("xauth").arg("-f").arg(file).arg("list").output();
    let listed = listed.map_err(|error| TestkitError::start("xauth", error))?;
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    Ok(text.split_whitespace().last().unwrap_or_default().to_owned())
}

fn run(command: &mut Command) -> Result<(), TestkitError> {
    let done = command.output().map_err(|error| TestkitError::start("xauth", error))?;
    if done.status.success() { Ok(()) } else { Err(TestkitError::failed("xauth", done.status)) }
}
