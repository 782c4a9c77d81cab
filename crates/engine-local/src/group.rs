//! Processes and their terminal on Unix: writing to it, hanging up, and reading how the shell ended.

use patchbay_model::CloseReason;
use portable_pty::{Child, MasterPty};
use rustix::process::{Pid, Signal, kill_process_group};
use rustix::termios::{InputModes, OptionalActions, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;

/// The near side of the terminal, for writing.
///
/// The crate's own writer types a line feed and an end-of-file when it is dropped, which would run a command that was
/// typed and not sent when its tab is closed.
pub(crate) fn writer(master: &dyn MasterPty) -> io::Result<Box<dyn Write + Send>> {
    Ok(Box::new(File::from(descriptor(master)?)))
}

/// Makes the line discipline erase whole UTF-8 characters; without it, erasing one in `cat` leaves half of it.
pub(crate) fn prepare(master: &dyn MasterPty) {
    let set = || -> io::Result<()> {
        let terminal = descriptor(master)?;
        let mut modes = tcgetattr(terminal.as_fd())?;
        modes.input_modes |= InputModes::IUTF8;
        Ok(tcsetattr(terminal.as_fd(), OptionalActions::Now, &modes)?)
    };
    if let Err(error) = set() {
        tracing::debug!(%error, "the terminal does not take UTF-8 mode");
    }
}

#[expect(
    unsafe_code,
    reason = "a descriptor is only to be had raw; `master` keeps it open meanwhile"
)]
fn descriptor(master: &dyn MasterPty) -> io::Result<OwnedFd> {
    let raw = master.as_raw_fd().ok_or(io::ErrorKind::Unsupported)?;
    // SAFETY: `raw` is the open descriptor of `master`, which is borrowed for longer than this.
    unsafe { BorrowedFd::borrow_raw(raw) }.try_clone_to_owned()
}

/// The processes to end with the terminal.
pub(crate) struct Group {
    /// The shell, which leads its own group.
    shell: Option<Pid>,
    /// What runs in the foreground, if that is another group.
    foreground: Option<Pid>,
}

impl Group {
    pub(crate) fn of(child: &(dyn Child + Send + Sync)) -> Self {
        let id = child.process_id().and_then(|id| i32::try_from(id).ok());
        Self { shell: id.and_then(Pid::from_raw), foreground: None }
    }

    /// What a closing terminal does: the shell passes it on to its jobs.
    pub(crate) fn hang_up(&mut self, master: &dyn MasterPty) {
        self.foreground = master.process_group_leader().and_then(Pid::from_raw);
        self.signal(Signal::HUP);
    }

    /// For those that ignored it.
    pub(crate) fn kill(&self) {
        self.signal(Signal::KILL);
    }

    fn signal(&self, signal: Signal) {
        let other = self.foreground.filter(|group| Some(*group) != self.shell);
        for group in [self.shell, other].into_iter().flatten() {
            if let Err(error) = kill_process_group(group, signal) {
                tracing::debug!(%error, ?signal, "nothing left to signal");
            }
        }
    }
}

/// Waits for the shell; blocks.
pub(crate) fn wait(child: Box<dyn Child + Send + Sync>) -> CloseReason {
    let mut child: Box<dyn Child> = child;
    // The crate's own status tells a signal by a translated sentence only.
    let Some(process) = child.downcast_mut::<std::process::Child>() else {
        let code = child.wait().ok().and_then(|status| i32::try_from(status.exit_code()).ok());
        return CloseReason::Exited { code };
    };
    let Ok(status) = process.wait() else {
        return CloseReason::Exited { code: None };
    };
    match status.signal() {
        None => CloseReason::Exited { code: status.code() },
        Some(number) => {
            let message = if status.core_dumped() { "core dumped" } else { "" };
            CloseReason::Signalled { signal: name(number), message: message.to_owned() }
        }
    }
}

fn name(number: i32) -> String {
    const NAMES: &[(Signal, &str)] = &[
        (Signal::HUP, "HUP"),
        (Signal::INT, "INT"),
        (Signal::QUIT, "QUIT"),
        (Signal::ILL, "ILL"),
        (Signal::TRAP, "TRAP"),
        (Signal::ABORT, "ABRT"),
        (Signal::BUS, "BUS"),
        (Signal::FPE, "FPE"),
        (Signal::KILL, "KILL"),
        (Signal::USR1, "USR1"),
        (Signal::SEGV, "SEGV"),
        (Signal::USR2, "USR2"),
        (Signal::PIPE, "PIPE"),
        (Signal::ALARM, "ALRM"),
        (Signal::TERM, "TERM"),
        (Signal::XCPU, "XCPU"),
        (Signal::SYS, "SYS"),
    ];
    let known = NAMES.iter().find(|(signal, _)| signal.as_raw() == number);
    known.map_or_else(|| number.to_string(), |(_, name)| (*name).to_owned())
}
