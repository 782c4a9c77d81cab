//! Packets of IPMI 2.0 (RMCP+, section 13.6).

use super::{
    Reader, Suite, Window, rmcp,
    suite::{decrypt, encrypt, equal},
};
use crate::IpmiError;
use zeroize::Zeroizing;

const FORMAT: u8 = 6;
const ENCRYPTED: u8 = 0x80;
const AUTHENTICATED: u8 = 0x40;
const NEXT_HEADER: u8 = 7;
/// What makes the length of what is proved a multiple of four.
const PAD: u8 = 0xff;

/// What a packet carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayloadType {
    /// A command or its answer.
    Ipmi = 0,
    /// Serial console.
    Sol = 1,
    /// Open session request.
    OpenRequest = 0x10,
    /// Open session response.
    OpenResponse = 0x11,
    /// RAKP message 1.
    Rakp1 = 0x12,
    /// RAKP message 2.
    Rakp2 = 0x13,
    /// RAKP message 3.
    Rakp3 = 0x14,
    /// RAKP message 4.
    Rakp4 = 0x15,
}

impl PayloadType {
    const fn of(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Ipmi,
            1 => Self::Sol,
            0x10 => Self::OpenRequest,
            0x11 => Self::OpenResponse,
            0x12 => Self::Rakp1,
            0x13 => Self::Rakp2,
            0x14 => Self::Rakp3,
            0x15 => Self::Rakp4,
            _ => return None,
        })
    }
}

/// What came in a packet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    /// What it is.
    pub kind: PayloadType,
    /// The payload, in clear.
    pub payload: Vec<u8>,
}

/// One side of an open session: its keys and numbers.
#[derive(Debug)]
pub struct Session20 {
    /// The number by which the other side knows the session.
    pub theirs: u32,
    /// The number by which we know it.
    pub ours: u32,
    suite: Suite,
    keys: Keys,
    sent: u32,
    came: Window,
}

/// Proves and hides packets.
pub(crate) struct Keys {
    k1: Zeroizing<Vec<u8>>,
    k2: Zeroizing<[u8; 16]>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// From the session's own key (section 13.32).
    pub(crate) fn of(suite: Suite, session_key: &[u8]) -> Self {
        let k1 = suite.mac(session_key, &[&[1; 20]]);
        let hash = suite.mac(session_key, &[&[2; 20]]);
        let mut k2 = Zeroizing::new([0; 16]);
        for (to, from) in k2.iter_mut().zip(hash.iter()) {
            *to = *from;
        }
        Self { k1, k2 }
    }
}

/// Header of a packet: type, numbers and length.
fn header(kind: u8, session: u32, number: u32, length: usize) -> Result<Vec<u8>, IpmiError> {
    let length =
        u16::try_from(length).map_err(|_| IpmiError::Invalid("the request is too long"))?;
    let mut packet = vec![FORMAT, kind];
    packet.extend_from_slice(&session.to_le_bytes());
    packet.extend_from_slice(&number.to_le_bytes());
    packet.extend_from_slice(&length.to_le_bytes());
    Ok(packet)
}

/// A datagram outside of any session, as those are that open one.
pub(crate) fn bare(kind: PayloadType, payload: &[u8]) -> Result<Vec<u8>, IpmiError> {
    let mut packet = header(kind as u8, 0, 0, payload.len())?;
    packet.extend_from_slice(payload);
    Ok(rmcp::wrap(&packet))
}

/// What is in a packet outside of any session.
pub(crate) fn open_bare(packet: &[u8]) -> Result<Opened, IpmiError> {
    let mut reader = Reader::new(packet);
    let [format, kind] = reader.array()?;
    let (session, _number) = (reader.u32()?, reader.u32()?);
    let length = usize::from(reader.u16()?);
    let kind = PayloadType::of(kind).filter(|_| format == FORMAT && session == 0);
    let kind = kind.ok_or(IpmiError::Garbled("it is no message that opens a session"))?;
    if reader.rest().len() != length {
        return Err(IpmiError::Garbled("a length is wrong"));
    }
    Ok(Opened { kind, payload: reader.rest().to_vec() })
}

impl Session20 {
    pub(crate) fn new(suite: Suite, ours: u32, theirs: u32, keys: Keys) -> Self {
        Self { theirs, ours, suite, keys, sent: 0, came: Window::default() }
    }

    /// One side of a session whose key is known already, as in captures.
    #[must_use]
    pub fn of_key(suite: Suite, ours: u32, theirs: u32, session_key: &[u8]) -> Self {
        Self::new(suite, ours, theirs, Keys::of(suite, session_key))
    }

    /// The next datagram. Each has a number of its own, also one that says the same again.
    ///
    /// # Errors
    /// When the payload is too long.
    pub fn seal(
        &mut self,
        kind: PayloadType,
        payload: &[u8],
        iv: [u8; 16],
    ) -> Result<Vec<u8>, IpmiError> {
        self.sent = self.sent.checked_add(1).unwrap_or(1);
        if self.suite == Suite::None {
            let mut packet = header(kind as u8, self.theirs, self.sent, payload.len())?;
            packet.extend_from_slice(payload);
            return Ok(rmcp::wrap(&packet));
        }
        let payload = encrypt(&self.keys.k2, iv, payload);
        let kind = kind as u8 | ENCRYPTED | AUTHENTICATED;
        let mut packet = header(kind, self.theirs, self.sent, payload.len())?;
        packet.extend_from_slice(&payload);
        let pad = (4 - (packet.len() + 2) % 4) % 4;
        packet.extend(std::iter::repeat_n(PAD, pad));
        packet.push(u8::try_from(pad).unwrap_or_default());
        packet.push(NEXT_HEADER);
        let proof = self.suite.mac(&self.keys.k1, &[&packet]);
        packet.extend(proof.iter().take(self.suite.proof()));
        Ok(rmcp::wrap(&packet))
    }

    /// What is in a packet of this session.
    ///
    /// # Errors
    /// When it is of another session, not proved or hidden as agreed, was here before, or lies about lengths.
    pub fn open(&mut self, packet: &[u8]) -> Result<Opened, IpmiError> {
        let proved = packet.len().checked_sub(self.suite.proof());
        let (proved, proof) = proved
            .and_then(|at| packet.split_at_checked(at))
            .ok_or(IpmiError::Garbled("a packet is too short"))?;
        let mut reader = Reader::new(proved);
        let [format, kind] = reader.array()?;
        let (session, number) = (reader.u32()?, reader.u32()?);
        let length = usize::from(reader.u16()?);
        if format != FORMAT || session != self.ours {
            return Err(IpmiError::Garbled("a packet is of another session"));
        }
        let flags = if self.suite == Suite::None { 0 } else { ENCRYPTED | AUTHENTICATED };
        if kind & (ENCRYPTED | AUTHENTICATED) != flags {
            return Err(IpmiError::Garbled("a packet is not protected as agreed"));
        }
        let expected = self.suite.mac(&self.keys.k1, &[proved]);
        if !equal(proof, expected.get(..self.suite.proof()).unwrap_or_default()) {
            return Err(IpmiError::Garbled("a packet's proof is wrong"));
        }
        let payload = reader.take(length)?;
        let payload = if self.suite == Suite::None {
            payload.to_vec()
        } else {
            trailer(reader.rest())?;
            decrypt(&self.keys.k2, payload)?
        };
        let kind = PayloadType::of(kind & 0x3f).ok_or(IpmiError::Garbled("an unknown payload"))?;
        if !self.came.take(number) {
            return Err(IpmiError::Garbled("a packet came twice"));
        }
        Ok(Opened { kind, payload })
    }
}

/// What is between payload and proof.
fn trailer(bytes: &[u8]) -> Result<(), IpmiError> {
    match bytes {
        [pad @ .., count, NEXT_HEADER] if pad.len() == usize::from(*count) => Ok(()),
        _ => Err(IpmiError::Garbled("a packet's padding is wrong")),
    }
}

#[cfg(test)]
mod tests {
    use super::{PayloadType, Session20};
    use crate::Suite;

    fn pair(suite: Suite) -> (Session20, Session20) {
        let side = |ours, theirs| Session20::of_key(suite, ours, theirs, b"the key of both");
        (side(1, 2), side(2, 1))
    }

    #[test]
    fn each_packet_once_and_only_whole() {
        for suite in [Suite::Sha256, Suite::Md5, Suite::Sha1] {
            let (mut here, mut there) = pair(suite);
            let datagram = here.seal(PayloadType::Ipmi, b"a command", [9; 16]).unwrap();
            let packet = &datagram[4..];
            for at in 0..packet.len() {
                let mut changed = packet.to_vec();
                changed[at] ^= 1;
                assert!(there.open(&changed).is_err(), "{suite:?}: byte {at}");
                assert!(there.open(&packet[..at]).is_err(), "{suite:?}: cut at {at}");
            }
            assert_eq!(there.open(packet).unwrap().payload, b"a command");
            assert!(there.open(packet).is_err(), "it was here before");
            assert!(here.open(packet).is_err(), "our own, sent back");
            let again = here.seal(PayloadType::Ipmi, b"a command", [9; 16]).unwrap();
            assert_ne!(datagram, again, "a number of its own");
            assert!(there.open(&again[4..]).is_ok());
        }
    }

    #[test]
    fn what_is_not_protected_is_not_taken() {
        let (mut here, _) = pair(Suite::None);
        let (_, mut there) = pair(Suite::Sha1);
        let datagram = here.seal(PayloadType::Ipmi, b"a command", [0; 16]).unwrap();
        assert!(there.open(&datagram[4..]).is_err());
    }
}
