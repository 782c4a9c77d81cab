//! Processes and their terminal on Windows: closing the ConPTY ends everything attached to it.

use patchbay_model::CloseReason;
use portable_pty::{Child, ChildKiller, MasterPty};
use std::io::{self, Write};

/// The near side of the terminal, for writing.
pub(crate) fn writer(master: &dyn MasterPty) -> io::Result<Box<dyn Write + Send>> {
    master.take_writer().map_err(io::Error::other)
}

/// A ConPTY speaks UTF-8 from the start.
pub(crate) fn prepare(_master: &dyn MasterPty) {}

/// The process to end with the terminal.
pub(crate) struct Group(Box<dyn ChildKiller + Send + Sync>);

impl Group {
    pub(crate) fn of(child: &(dyn Child + Send + Sync)) -> Self {
        Self(child.clone_killer())
    }

    pub(crate) fn hang_up(&mut self, _master: &dyn MasterPty) {
        if let Err(error) = self.0.kill() {
            tracing::debug!(%error, "the shell was gone already");
        }
    }

    pub(crate) fn kill(&mut self) {
        if let Err(error) = self.0.kill() {
            tracing::debug!(%error, "the shell was gone already");
        }
    }
}

/// Waits for the shell; blocks.
pub(crate) fn wait(mut child: Box<dyn Child + Send + Sync>) -> CloseReason {
    // Exit codes are unsigned on Windows, and NTSTATUS values use the top bit.
    let code = child.wait().ok().map(|status| status.exit_code().cast_signed());
    CloseReason::Exited { code }
}
