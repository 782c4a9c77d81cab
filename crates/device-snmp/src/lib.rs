//! Switches, power distribution units and console servers over SNMP.
//!
//! [`Socket`] has any number of [`Agent`]s. What they say becomes [`System`], ports and outlets by pure code. Deliberately
//! absent: messages and their security (`async-snmp`), traps, and the command lines of switches.

mod agent;
pub mod bits;
pub mod change;
pub mod columns;
pub mod console;
mod credentials;
mod error;
pub mod pdu;
pub mod rate;
pub mod switch;
mod system;
pub mod text;

pub use agent::{Agent, Patience, Socket};
pub use credentials::{
    Access, Authentication, AuthenticationProtocol, Credentials, Privacy, PrivacyProtocol, User,
};
pub use error::{Asked, Refusal, SnmpError};
pub use system::System;

/// Object identifiers, values and the two together, as `async-snmp` has them.
pub use async_snmp::{Oid, Value, VarBind};
