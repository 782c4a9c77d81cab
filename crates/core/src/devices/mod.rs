//! Machines below their operating systems: controllers, clusters, switches, power units and console servers.
//!
//! What asks a device has a file or folder of its own; [`reach`] gives all of them an address, a sign-in and a certificate that is
//! trusted. At a team server none of it is offered yet. Deliberately absent: jump hosts, which only command lines are reached
//! through yet.

mod bmc;
mod cli;
mod cluster;
mod conserver;
#[cfg(all(test, unix))]
mod conserver_tests;
mod console;
mod consoles;
mod fleet;
mod guard;
mod history;
mod ladder;
mod management;
mod pdu;
mod power;
mod reach;
mod snmp;
mod switch;
#[cfg(all(test, unix))]
mod tests;

use crate::Core;
pub(crate) use cluster::ScreenOf;
pub(crate) use console::Console;
use std::time::Duration;

/// How long what was read is given again to whoever does not ask for it anew.
const FRESH: Duration = Duration::from_secs(15 * 60);

/// What the services keep about devices between calls.
#[derive(Debug, Default)]
pub(crate) struct DevicesState {
    known: management::Known,
    seen: fleet::SeenState,
    bmc: bmc::State,
    cluster: cluster::State,
    snmp: snmp::State,
    cli: cli::State,
}

/// Machines below their operating systems.
#[derive(Clone, Copy, Debug)]
pub struct Devices<'a>(pub(crate) &'a Core);

impl Devices<'_> {
    const fn state(&self) -> &DevicesState {
        &self.0.devices
    }

    /// The vault is locked: nobody is signed in at a device any more, and what was kept of them goes.
    pub(crate) fn rest(&self) {
        self.0.devices.known.rest();
        self.0.devices.seen.rest();
        self.0.devices.bmc.rest();
        self.0.devices.cluster.rest();
        self.0.devices.snmp.rest();
        self.0.devices.cli.rest();
    }
}
