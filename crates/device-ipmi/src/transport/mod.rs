//! Moves packets: sockets, sessions, and commands that are told as often as they may be.

mod bmc;
mod link;
mod open;
mod options;
mod request;
mod socket;

pub use bmc::Bmc;
pub(crate) use link::Link;
pub use options::{Insecure, Options, Versions};
pub use request::Request;
pub use socket::Bmcs;
