//! Connections: certificates, the listener and its limits.

mod certificate;
mod listener;
mod permit;
mod stall;

pub use certificate::{Certificate, CertificateError, Reloaded};
pub use listener::{Bound, Timing};
pub use permit::{Permit, Permits};
