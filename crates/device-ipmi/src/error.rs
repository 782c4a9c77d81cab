//! What can go wrong with a BMC.

use crate::{Privilege, protocol::completion};
use thiserror::Error;

/// Why a BMC did not do what it was told. The messages stand inside a sentence about the BMC.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum IpmiError {
    /// The network did not take the packet.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// No answer.
    #[error("it does not answer: check its address, and that IPMI over LAN is switched on")]
    Silent,
    /// It answers something that is no IPMI, or breaks its rules.
    #[error("what it answers is damaged or no IPMI: {0}")]
    Garbled(&'static str),
    /// No such user, or one who may not sign in over the network.
    #[error("it knows no user of this name who may sign in over the network")]
    WrongUser,
    /// The password, or the key of the BMC (K_g), is another.
    #[error("it refuses the password")]
    WrongPassword,
    /// No way to sign in that both have, or that is allowed here.
    #[error("it has no cipher suite or way to sign in that may be used here: {0}")]
    NoSuite(&'static str),
    /// All its sessions are taken.
    #[error("all its sessions are in use: close others, or wait a minute until it forgets them")]
    Full,
    /// The account does not reach as far.
    #[error("the account's privilege does not reach as far as {0}")]
    Privilege(Privilege),
    /// It understood and refused.
    #[error("it refused “{command}”: {}", completion(*code))]
    Refused {
        /// What it was told.
        command: &'static str,
        /// Its completion code (section 5.2).
        code: u8,
    },
    /// A command that must not be told twice went out and no answer came back.
    #[error("it did not answer “{command}”, and it is not known whether that was done{}", now(*power))]
    NotKnown {
        /// What it was told.
        command: &'static str,
        /// Whether the machine is on, if that could be read afterwards.
        power: Option<bool>,
    },
    /// What it was to be told cannot be said in IPMI.
    #[error("{0}")]
    Invalid(&'static str),
    /// Somebody has the serial console.
    #[error("its serial console is in use by another session")]
    ConsoleBusy,
    /// The serial console is switched off.
    #[error("its serial console is switched off, for this account or altogether")]
    ConsoleOff,
}

const fn now(power: Option<bool>) -> &'static str {
    match power {
        Some(true) => "; the machine is on now",
        Some(false) => "; the machine is off now",
        None => "",
    }
}
