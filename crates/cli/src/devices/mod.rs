//! Machines below their operating systems: power, controllers, guests, ports and outlets.

mod args;
mod bmc;
mod cluster;
mod console;
mod pdu;
mod power;
mod sure;
mod switch;
mod table;
mod trust;

pub(crate) use args::{Bmc, Console, Guest, Outlet, Port, Power, Vlan};
pub(crate) use bmc::bmc;
pub(crate) use cluster::{guest, guests};
pub(crate) use console::{console, ports as console_ports};
pub(crate) use pdu::{outlet, outlets};
pub(crate) use power::{fleet, power};
pub(crate) use switch::{port, ports, vlan};
pub(crate) use trust::trust;
