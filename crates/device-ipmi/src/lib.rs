//! IPMI over LAN: power, sensors, event log, inventory, users, settings and serial console of a machine through its BMC.
//!
//! `protocol` is the wire without I/O: packets, session set-up and keys. [`Bmcs`] moves packets, any number of BMCs over one
//! socket; a [`Bmc`] has one session and runs one command at a time. `commands` has what a BMC can be told, `sol` the serial
//! console. Section numbers are those of the specification of IPMI 2.0, revision 1.1.
//!
//! Deliberately absent: MD2 and the cipher suites without encryption but suite 0, which has to be asked for by name; OEM
//! payloads and commands ([`Bmc::raw`] sends those); messages bridged to other controllers, whose sensors are left out;
//! alerts (platform event traps) and firmware updates.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod commands;
mod error;
mod protocol;
mod sol;

mod transport;

pub use commands::*;
pub use error::IpmiError;
pub use protocol::*;
pub use sol::*;

pub use transport::*;
