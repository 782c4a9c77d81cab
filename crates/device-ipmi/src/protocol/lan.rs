//! The messages inside every session: a command, and its answer (section 13.8).

use super::Reader;
use crate::IpmiError;

/// The BMC's address on its bus.
const BMC: u8 = 0x20;
/// Ours: a remote console.
const CONSOLE: u8 = 0x81;

/// A command on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LanRequest<'a> {
    /// Even network function.
    pub net_fn: u8,
    /// Logical unit, 0 to 3.
    pub lun: u8,
    /// Six bits by which the answer is known.
    pub sequence: u8,
    /// Command.
    pub command: u8,
    /// Its data.
    pub data: &'a [u8],
}

/// An answer on the wire.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LanReply {
    /// Odd network function.
    pub net_fn: u8,
    /// The sequence number of what it answers.
    pub sequence: u8,
    /// The command it answers.
    pub command: u8,
    /// Completion code; 0 is success.
    pub code: u8,
    /// What follows the code.
    pub data: Vec<u8>,
}

/// Such that all bytes together with it are 0.
fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)).wrapping_neg()
}

impl LanRequest<'_> {
    /// The message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut message = vec![BMC, (self.net_fn << 2) | (self.lun & 3)];
        message.push(checksum(&message));
        let mut body = vec![CONSOLE, self.sequence << 2, self.command];
        body.extend_from_slice(self.data);
        body.push(checksum(&body));
        message.append(&mut body);
        message
    }
}

impl LanReply {
    /// Reads an answer.
    ///
    /// # Errors
    /// When it is too short, not for us, or a checksum is wrong.
    pub fn decode(message: &[u8]) -> Result<Self, IpmiError> {
        let (head, body) =
            message.split_at_checked(3).ok_or(IpmiError::Garbled("a message is too short"))?;
        if checksum(head) != 0 || checksum(body) != 0 {
            return Err(IpmiError::Garbled("a checksum is wrong"));
        }
        let [to, net_fn, _] = Reader::new(head).array()?;
        let mut reader = Reader::new(body);
        let [_from, sequence, command, code] = reader.array()?;
        let data = reader.rest().split_last();
        let (_, data) = data.ok_or(IpmiError::Garbled("a message is too short"))?;
        if to != CONSOLE || net_fn & 4 == 0 {
            return Err(IpmiError::Garbled("it is no answer to us"));
        }
        Ok(Self {
            net_fn: net_fn >> 2,
            sequence: sequence >> 2,
            command,
            code,
            data: data.to_vec(),
        })
    }

    /// Whether it answers this command.
    #[must_use]
    pub fn answers(&self, net_fn: u8, command: u8) -> bool {
        self.net_fn == net_fn | 1 && self.command == command
    }
}

/// A completion code in words (table 5-2).
#[must_use]
pub const fn completion(code: u8) -> &'static str {
    match code {
        0x00 => "done",
        0xc0 => "it is busy; try again",
        0xc1 => "it does not know this command",
        0xc2 => "it does not know this command on this logical unit",
        0xc3 => "it took too long",
        0xc4 => "it has no room left",
        0xc5 => "the reservation was cancelled, because something changed meanwhile",
        0xc6 => "the request is cut short",
        0xc7 => "the request has the wrong length",
        0xc8 => "a field of the request is too long",
        0xc9 => "a value is out of its range",
        0xca => "it cannot give as many bytes",
        0xcb => "there is no such sensor, record or file",
        0xcc => "a value of the request is not valid",
        0xcd => "this sensor or record does not take the command",
        0xce => "it could not give an answer",
        0xcf => "it saw the request twice",
        0xd0 => "its sensor records are being updated",
        0xd1 => "its firmware is being updated",
        0xd2 => "it is still starting",
        0xd3 => "the destination is not available",
        0xd4 => "the privilege does not suffice, or the firmware firewall forbids it",
        0xd5 => "it cannot do that in its present state",
        0xd6 => "this function was switched off",
        0x80..=0xbe => "the command has a reason of its own",
        _ => "it gives no reason",
    }
}

#[cfg(test)]
mod tests {
    use super::{LanReply, LanRequest};

    #[test]
    fn messages_as_ipmitool_and_ipmi_sim_exchange_them() {
        // Chassis status, from a capture.
        let request = LanRequest { net_fn: 0, lun: 0, sequence: 4, command: 1, data: &[] };
        assert_eq!(request.encode(), [0x20, 0x00, 0xe0, 0x81, 0x10, 0x01, 0x6e]);
        let answer = [0x81, 0x04, 0x7b, 0x20, 0x10, 0x01, 0x00, 0x01, 0x00, 0x40, 0x8e];
        let reply = LanReply::decode(&answer).unwrap();
        assert!(reply.answers(0, 1));
        assert_eq!((reply.code, reply.sequence, reply.data), (0, 4, vec![1, 0, 0x40]));
    }

    #[test]
    fn lying_messages_are_refused() {
        let answer = [0x81, 0x04, 0x7b, 0x20, 0x10, 0x01, 0x00, 0x01, 0x00, 0x40, 0x8e];
        for at in 0..answer.len() {
            let mut changed = answer;
            changed[at] ^= 0x08;
            assert!(LanReply::decode(&changed).is_err(), "byte {at}");
            assert!(LanReply::decode(&answer[..at]).is_err(), "cut at {at}");
        }
    }
}
