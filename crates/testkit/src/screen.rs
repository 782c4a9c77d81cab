//! A virtual display and a session bus of its own, so that a window under test touches nothing of the person's desktop.

use crate::TestkitError;
use std::{path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
};

/// An X display that no screen shows (Xvfb), with a D-Bus session bus beside it. Both end when it is dropped.
#[derive(Debug)]
pub struct Screen {
    display: String,
    bus: String,
    _processes: [Child; 2],
}

impl Screen {
    /// Starts both, with a display of this many pixels.
    ///
    /// # Errors
    /// Says which of the programs could not be started.
    pub async fn start(width: u32, height: u32) -> Result<Self, TestkitError> {
        let mut xvfb = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                &format!("{width}x{height}x24"),
                "-nolisten",
                "tcp",
                "-noreset",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| TestkitError::start("Xvfb", error))?;
        let number = first_line("Xvfb", xvfb.stdout.take()).await?;
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| TestkitError::start("dbus-daemon", error))?;
        let bus = first_line("dbus-daemon", daemon.stdout.take()).await?;
        Ok(Self { display: format!(":{number}"), bus, _processes: [xvfb, daemon] })
    }

    /// The environment a program needs to appear here.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, &str); 3] {
        [
            ("DISPLAY", &self.display),
            ("DBUS_SESSION_BUS_ADDRESS", &self.bus),
            ("GDK_BACKEND", "x11"),
        ]
    }

    /// Takes a picture of the whole display: the reliable way, see ARCHITECTURE.md.
    ///
    /// # Errors
    /// When ImageMagick's `import` fails.
    pub async fn picture(&self, to: &Path) -> Result<(), TestkitError> {
        let status = Command::new("import")
            .args(["-display", &self.display, "-window", "root", "-depth", "8"])
            .arg(to)
            .status()
            .await
            .map_err(|error| TestkitError::start("import", error))?;
        if status.success() { Ok(()) } else { Err(TestkitError::failed("import", status)) }
    }
}

async fn first_line(
    program: &'static str,
    output: Option<impl AsyncRead + Unpin>,
) -> Result<String, TestkitError> {
    let mut line = String::new();
    if let Some(output) = output {
        BufReader::new(output)
            .read_line(&mut line)
            .await
            .map_err(|error| TestkitError::start(program, error))?;
    }
    let line = line.trim();
    if line.is_empty() { Err(TestkitError::silent(program)) } else { Ok(line.to_owned()) }
}
