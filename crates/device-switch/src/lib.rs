//! Switches, whatever they are told by: what can be changed of one, plans of that, changes that are taken back unless somebody
//! keeps them, and the command lines of makers.
//!
//! [`Plan`] is pure. [`Change`] carries one out over anything that is a [`Device`]; SNMP is one in `patchbay-device-snmp`, and
//! [`cli`] has what it takes to make one of a command line. Deliberately absent: how a switch is reached, which is SSH's matter.

mod change;
pub mod cli;
mod plan;

pub use change::{Change, Device, Outcome, Timing};
pub use plan::{Config, Line, Manner, Plan, PlanError, PortConfig, VlanConfig, Wish};
