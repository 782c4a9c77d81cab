//! Starting, stopping and deleting guests.

use crate::{Client, Guest, GuestKind, ProxmoxError, Upid, call::Call};
use serde::Deserialize;
use std::time::Duration;

/// What is done to a guest's power.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Power {
    /// Switches it on.
    Start,
    /// Asks the guest to shut down.
    Shutdown {
        /// How long it may take; the server's own bound if it is not said.
        timeout: Option<Duration>,
        /// Whether it is switched off when that is over.
        force: bool,
    },
    /// Switches it off at once.
    Stop,
    /// Resets a virtual machine, as its button would.
    Reset,
    /// Shuts it down and starts it, with what was changed meanwhile.
    Reboot {
        /// How long shutting down may take.
        timeout: Option<Duration>,
    },
    /// Stops its processors; everything stays in memory, or is put on disk.
    Suspend {
        /// Whether a virtual machine's memory is put on disk, and it is switched off.
        to_disk: bool,
    },
    /// Goes on after that.
    Resume,
}

/// A guest at this moment.
#[derive(Deserialize)]
struct Now {
    #[serde(default)]
    status: String,
    /// What QEMU itself says, which knows more than running and stopped.
    #[serde(rename = "qmpstatus", default)]
    qemu: Option<String>,
}

impl Client {
    /// What a guest is doing at this moment: `running`, `stopped`, `paused` and so on. Nodes tell each other only every ten
    /// seconds, so that [`Client::resources`] may still say what it was before.
    ///
    /// # Errors
    /// If there is no answer, or the server says no.
    pub async fn now(&self, guest: &Guest) -> Result<String, ProxmoxError> {
        let Now { status, qemu } = self.ask(&now(guest)).await?;
        Ok(qemu.filter(|_| status == "running").unwrap_or(status))
    }

    /// Asks for it once. That the request was taken is no success: the task says whether it was done.
    ///
    /// # Errors
    /// If the server says no, or a container has no such thing.
    pub async fn power(&self, guest: &Guest, power: Power) -> Result<Upid, ProxmoxError> {
        self.start(&power_call(guest, power)?).await
    }

    /// Deletes a guest that is off, with its disks. `purge` takes it out of backup jobs, replication and high availability
    /// too, and deletes disks of its number that it does not use.
    ///
    /// # Errors
    /// If the server says no.
    pub async fn delete(&self, guest: &Guest, purge: bool) -> Result<Upid, ProxmoxError> {
        self.start(&delete(guest, purge)).await
    }
}

pub(crate) fn now(guest: &Guest) -> Call {
    guest.call(Call::get, &["status", "current"])
}

pub(crate) fn power_call(guest: &Guest, power: Power) -> Result<Call, ProxmoxError> {
    let (container, seconds) = (guest.kind == GuestKind::Lxc, |time: Duration| time.as_secs());
    let to = |what: &'static str| guest.call(Call::post, &["status", what]);
    Ok(match power {
        Power::Start => to("start"),
        Power::Shutdown { timeout, force } => {
            to("shutdown").maybe("timeout", timeout.map(seconds)).flag("forceStop", force)
        }
        Power::Stop => to("stop"),
        Power::Reset if container => {
            return Err(ProxmoxError::Invalid("A container has no reset button.".to_owned()));
        }
        Power::Reset => to("reset"),
        Power::Reboot { timeout } => to("reboot").maybe("timeout", timeout.map(seconds)),
        Power::Suspend { to_disk: true } if container => {
            return Err(ProxmoxError::Invalid("A container cannot be put on disk.".to_owned()));
        }
        Power::Suspend { to_disk } => to("suspend").flag("todisk", to_disk),
        Power::Resume => to("resume"),
    })
}

pub(crate) fn delete(guest: &Guest, purge: bool) -> Call {
    let call = guest.call(Call::delete, &[]);
    call.flag("purge", purge).flag("destroy-unreferenced-disks", purge)
}
