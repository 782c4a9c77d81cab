//! A command, and whether it may be told twice.

use crate::IpmiError;

/// So that a message fits every version's packets.
const MOST_DATA: usize = 200;

/// A command for a BMC.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    pub(crate) name: &'static str,
    pub(crate) net_fn: u8,
    pub(crate) command: u8,
    pub(crate) lun: u8,
    pub(crate) data: Vec<u8>,
    /// Told at most once, whatever gets lost.
    pub(crate) once: bool,
}

impl Request {
    /// A command that may be told again: it reads, or sets what is set already the second time.
    pub(crate) fn again(name: &'static str, net_fn: u8, command: u8, data: &[u8]) -> Self {
        Self { name, net_fn, command, lun: 0, data: data.to_vec(), once: false }
    }

    /// A command that does something each time it is told.
    pub(crate) fn once(name: &'static str, net_fn: u8, command: u8, data: &[u8]) -> Self {
        Self { once: true, ..Self::again(name, net_fn, command, data) }
    }

    /// Any command. Nobody here knows what it does, so it is told once.
    ///
    /// # Errors
    /// When the network function is no even number up to 62, or there are more than 200 bytes of data.
    pub fn raw(net_fn: u8, command: u8, data: &[u8]) -> Result<Self, IpmiError> {
        if net_fn > 0x3e || net_fn & 1 != 0 {
            return Err(IpmiError::Invalid("a network function is an even number up to 62"));
        }
        if data.len() > MOST_DATA {
            return Err(IpmiError::Invalid("a raw command has at most 200 bytes of data"));
        }
        Ok(Self::once("a raw command", net_fn, command, data))
    }
}
