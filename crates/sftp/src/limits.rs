//! How much goes into one packet: what the server says of itself (`limits@openssh.com`), held within bounds of our own.
//!
//! Deliberately absent: that a server may have a smaller limit than it says; short reads are dealt with where they come.

use crate::{SftpError, codec::Fields};
use bytes::Bytes;

/// What every server must take (section 3 of the draft).
const LEAST_PACKET: usize = 34_000;
/// The longest packet that is sent or taken whatever the server says of itself.
const MOST_PACKET: usize = 1024 * 1024;
/// The longest packet that OpenSSH sends.
const USUAL_PACKET: usize = 256 * 1024;
/// For the fields beside the data.
const SLACK: usize = 1024;
/// What every server must be able to read or write at once (section 3).
const USUAL_DATA: u32 = 32 * 1024;
/// A server that says it takes less does not mean it.
const LEAST_DATA: u32 = 4 * 1024;

/// The pieces of a long transfer, in bytes: larger ones save nothing that can be measured, and on a link of 10 KiB/s
/// their answers would come too seldom to tell it from a dead one.
pub(crate) const PIECE: u32 = 64 * 1024;

/// What goes into one packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The longest packet the server takes, in bytes.
    pub packet: usize,
    /// The most bytes one request reads.
    pub read: u32,
    /// The most bytes one request writes.
    pub write: u32,
    /// How many files and folders can be open at a time, if the server says.
    pub handles: Option<u64>,
}

impl Default for Limits {
    /// For a server that says nothing of itself.
    fn default() -> Self {
        Self { packet: LEAST_PACKET, read: USUAL_DATA, write: USUAL_DATA, handles: None }
    }
}

impl Limits {
    /// Reads the answer to `limits@openssh.com`, in which 0 stands for "not said".
    pub(crate) fn decode(answer: Bytes) -> Result<Self, SftpError> {
        let mut fields = Fields::new(answer);
        let packet = match usize::try_from(fields.u64()?).unwrap_or(usize::MAX) {
            0 => LEAST_PACKET,
            said => said.clamp(LEAST_PACKET, MOST_PACKET),
        };
        let most = u32::try_from(packet.saturating_sub(SLACK)).unwrap_or(USUAL_DATA);
        let data = |said: u64| match u32::try_from(said).unwrap_or(u32::MAX) {
            0 => USUAL_DATA,
            said => said.clamp(LEAST_DATA, most),
        };
        let (read, write) = (data(fields.u64()?), data(fields.u64()?));
        let handles = Some(fields.u64()?).filter(|count| *count > 0);
        fields.finished(Self { packet, read, write, handles })
    }

    /// The longest packet that is taken from the server, in bytes.
    pub(crate) const fn incoming(&self) -> usize {
        let said = if self.packet > USUAL_PACKET { self.packet } else { USUAL_PACKET };
        said + SLACK
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn said(values: [u64; 4]) -> Limits {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
        Limits::decode(bytes.into()).unwrap()
    }

    #[test]
    fn what_a_server_says_is_held_within_bounds() {
        let openssh = said([262_144, 261_120, 261_120, 1019]);
        assert_eq!((openssh.read, openssh.write, openssh.handles), (261_120, 261_120, Some(1019)));
        assert_eq!(openssh.incoming(), 262_144 + SLACK);
        assert_eq!(said([0; 4]), Limits::default());
        let huge = said([u64::MAX; 4]);
        assert_eq!((huge.packet, huge.incoming()), (MOST_PACKET, MOST_PACKET + SLACK));
        assert!(huge.read as usize + SLACK <= MOST_PACKET);
        let tiny = said([1, 1, 1, 1]);
        assert_eq!((tiny.packet, tiny.read, tiny.write), (LEAST_PACKET, LEAST_DATA, LEAST_DATA));
        assert!(Limits::decode(Bytes::from_static(&[0; 31])).is_err());
    }
}
