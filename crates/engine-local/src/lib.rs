//! A shell on this computer as a session like any other.
//!
//! The shell runs in a pseudo-terminal (a ConPTY on Windows) and is handed over as a
//! [`Terminal`]. Deliberately absent: which shells exist and how they are called in
//! the interface, and anything that outlives the shell.

#[cfg(unix)]
mod group;
#[cfg(windows)]
#[path = "group_windows.rs"]
mod group;
mod pump;
mod shell;

pub use shell::LocalShell;

use patchbay_model::{ApiError, ErrorCode, TerminalSize};
use patchbay_session::Terminal;
use portable_pty::{PtySize, native_pty_system};
use tokio_util::sync::CancellationToken;

/// Why a shell did not start.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// The system gave no pseudo-terminal.
    #[error("No pseudo-terminal could be opened: {reason}")]
    Pty {
        /// What the system said.
        reason: String,
    },
    /// The shell could not be started.
    #[error("{shell} could not be started: {reason}")]
    Start {
        /// Its path.
        shell: String,
        /// What the system said.
        reason: String,
    },
}

impl LocalError {
    /// The error as front ends show it.
    #[must_use]
    pub fn api_error(&self) -> ApiError {
        let step = match self {
            Self::Pty { .. } => "Close a few terminals and try again.",
            Self::Start { .. } => {
                "Check that the shell of your account exists and may be executed."
            }
        };
        ApiError::new(ErrorCode::ShellRefused, self.to_string()).next(step).retry()
    }
}

/// Starts a shell in a terminal of this size. Must be called within a Tokio runtime.
///
/// # Errors
/// If there is no pseudo-terminal left, or the shell does not exist.
pub fn open(
    size: TerminalSize,
    shell: LocalShell,
    cancel: CancellationToken,
) -> Result<Terminal, LocalError> {
    let pty = |error: &dyn std::fmt::Display| LocalError::Pty { reason: error.to_string() };
    let pair = native_pty_system().openpty(pty_size(size)).map_err(|error| pty(&error))?;
    let reader = pair.master.try_clone_reader().map_err(|error| pty(&error))?;
    let writer = group::writer(pair.master.as_ref()).map_err(|error| pty(&error))?;
    group::prepare(pair.master.as_ref());
    let child = pair.slave.spawn_command(shell.command()).map_err(|error| LocalError::Start {
        shell: shell.path(),
        reason: one_line(&error.to_string()),
    })?;
    // As long as this process has the far side open, the near side never ends.
    drop(pair.slave);
    pump::start(pair.master, reader, writer, child, cancel)
        .map_err(|error| LocalError::Pty { reason: error.to_string() })
}

const fn pty_size(size: TerminalSize) -> PtySize {
    PtySize { rows: size.rows, cols: size.cols, pixel_width: size.width, pixel_height: size.height }
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
