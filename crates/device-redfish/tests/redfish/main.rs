//! Against OpenStack's emulator, and, for what that does not have, against a double of ours.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod accounts;
mod double;
mod hostile;
mod parts;
mod power;
mod signing;
mod sushy;
mod tasks;

use patchbay_device_redfish::Waiting;
use std::time::Duration;

/// Long enough for what takes its time on a machine that is busy.
fn waiting() -> Waiting {
    Waiting { every: Duration::from_millis(200), limit: Duration::from_secs(180) }
}
