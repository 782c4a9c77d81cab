//! Packets of IPMI 1.5, and what is asked before any session (sections 13.6, 22.13, 22.16 and 22.17).

use super::{Privilege, Reader, Window, rmcp, suite::equal};
use crate::IpmiError;
use md5::{Digest, Md5};
use zeroize::Zeroizing;

const MOST_PASSWORD: usize = 16;

/// How packets of IPMI 1.5 are proved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AuthType {
    /// Not at all.
    None = 0,
    /// By a hash over password and packet.
    Md5 = 2,
    /// By the password itself, in clear.
    Straight = 4,
}

impl AuthType {
    pub(crate) const fn of(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::None),
            2 => Some(Self::Md5),
            4 => Some(Self::Straight),
            _ => None,
        }
    }
}

/// What a BMC says of itself before anybody signs in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AuthCapabilities {
    /// The channel that the request came in by.
    pub channel: u8,
    /// Bit n: the way number n of [`AuthType`] is there.
    pub ways: u8,
    /// It speaks IPMI 2.0.
    pub v20: bool,
    /// Packets after the first need no proof.
    pub unproved: bool,
    /// Somebody without a name and password may sign in.
    pub anonymous: bool,
}

impl AuthCapabilities {
    /// Data of the request: this channel, and the fields of IPMI 2.0.
    #[must_use]
    pub const fn request(privilege: Privilege) -> [u8; 2] {
        [0x8e, privilege.number()]
    }

    /// Reads the answer's data.
    ///
    /// # Errors
    /// When it is too short.
    pub fn decode(data: &[u8]) -> Result<Self, IpmiError> {
        let [channel, ways, status, extended] = Reader::new(data).array()?;
        let has_extended = ways & 0x80 != 0;
        Ok(Self {
            channel,
            ways: ways & 0x3f,
            v20: has_extended && extended & 2 != 0,
            unproved: status & 0x10 != 0,
            anonymous: status & 1 != 0,
        })
    }

    /// The best of ours that it has, or none.
    #[must_use]
    pub fn best(&self, allowed: &[AuthType]) -> Option<AuthType> {
        allowed.iter().copied().find(|way| self.ways & (1 << *way as u8) != 0)
    }
}

/// A datagram outside of any session.
#[must_use]
pub fn plain_packet(message: &[u8]) -> Vec<u8> {
    rmcp::wrap(&packet(AuthType::None, 0, 0, &[0; MOST_PASSWORD], message))
}

/// What is in a packet outside of any session.
pub(crate) fn open_plain(packet: &[u8]) -> Result<Vec<u8>, IpmiError> {
    let parts = Parts::read(packet)?;
    if (parts.way, parts.session, parts.number) != (AuthType::None, 0, 0) {
        return Err(IpmiError::Garbled("a packet is of another session"));
    }
    Ok(parts.message.to_vec())
}

/// One side of a session.
#[derive(Debug)]
pub struct Session15 {
    way: AuthType,
    /// What was agreed on for packets after the first.
    later: AuthType,
    password: Zeroizing<[u8; MOST_PASSWORD]>,
    session: u32,
    next: u32,
    came: Window,
}

impl Session15 {
    /// A session that is being opened under a temporary number.
    ///
    /// # Errors
    /// When the password is longer than 16 bytes.
    pub fn new(way: AuthType, password: &[u8], temporary: u32) -> Result<Self, IpmiError> {
        if password.len() > MOST_PASSWORD {
            return Err(IpmiError::Invalid("a password has at most 16 bytes in IPMI 1.5"));
        }
        let mut padded = Zeroizing::new([0; MOST_PASSWORD]);
        for (to, from) in padded.iter_mut().zip(password) {
            *to = *from;
        }
        let (later, came) = (way, Window::default());
        Ok(Self { way, later, password: padded, session: temporary, next: 0, came })
    }

    /// The BMC took it: the session's own number, our first number, and how packets are proved from now on.
    pub(crate) const fn activated(&mut self, session: u32, next: u32, later: AuthType) {
        self.session = session;
        self.next = next;
        self.later = later;
    }

    /// The number of the session.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.session
    }

    /// The next datagram.
    pub fn seal(&mut self, message: &[u8]) -> Vec<u8> {
        let number = self.next;
        if number != 0 {
            self.next = number.checked_add(1).unwrap_or(1);
        }
        rmcp::wrap(&packet(self.later, self.session, number, &self.password, message))
    }

    /// What is in a packet of this session.
    ///
    /// # Errors
    /// When it is of another session, not proved as agreed, was here before, or lies about its length.
    pub fn open(&mut self, bytes: &[u8]) -> Result<Vec<u8>, IpmiError> {
        let parts = Parts::read(bytes)?;
        if parts.session != self.session {
            return Err(IpmiError::Garbled("a packet is of another session"));
        }
        if parts.way != self.way && parts.way != self.later {
            return Err(IpmiError::Garbled("a packet is not protected as agreed"));
        }
        let expected = code(parts.way, parts.session, parts.number, &self.password, parts.message);
        if !equal(parts.code, expected.as_deref().map_or(&[], <[u8; 16]>::as_slice)) {
            return Err(IpmiError::Garbled("a packet's proof is wrong"));
        }
        // The answer that activates it is the only one that may have the number 0.
        if !self.came.take(parts.number) && (self.next != 0 || parts.number != 0) {
            return Err(IpmiError::Garbled("a packet came twice"));
        }
        Ok(parts.message.to_vec())
    }
}

struct Parts<'a> {
    way: AuthType,
    number: u32,
    session: u32,
    code: &'a [u8],
    message: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(packet: &'a [u8]) -> Result<Self, IpmiError> {
        let mut reader = Reader::new(packet);
        let way = AuthType::of(reader.u8()?).ok_or(IpmiError::Garbled("it is no IPMI 1.5"))?;
        let (number, session) = (reader.u32()?, reader.u32()?);
        let code = if way == AuthType::None { &[][..] } else { reader.take(16)? };
        let length = usize::from(reader.u8()?);
        let message = reader.take(length)?;
        // Some lengths are followed by a byte of padding, which no network card here needs (section 13.6).
        if reader.rest().len() > 1 {
            return Err(IpmiError::Garbled("a length is wrong"));
        }
        Ok(Self { way, number, session, code, message })
    }
}

fn packet(
    way: AuthType,
    session: u32,
    number: u32,
    password: &[u8; MOST_PASSWORD],
    message: &[u8],
) -> Vec<u8> {
    let mut packet = vec![way as u8];
    packet.extend_from_slice(&number.to_le_bytes());
    packet.extend_from_slice(&session.to_le_bytes());
    if let Some(code) = code(way, session, number, password, message) {
        packet.extend_from_slice(&*code);
    }
    // Requests have at most 255 bytes: `Request` sees to it.
    packet.push(u8::try_from(message.len()).unwrap_or(u8::MAX));
    packet.extend_from_slice(message);
    packet
}

/// The proof of a packet (section 22.17.1).
fn code(
    way: AuthType,
    session: u32,
    number: u32,
    password: &[u8; MOST_PASSWORD],
    message: &[u8],
) -> Option<Zeroizing<[u8; 16]>> {
    match way {
        AuthType::None => None,
        AuthType::Straight => Some(Zeroizing::new(*password)),
        AuthType::Md5 => {
            let hash = Md5::new()
                .chain_update(password)
                .chain_update(session.to_le_bytes())
                .chain_update(message)
                .chain_update(number.to_le_bytes())
                .chain_update(password);
            Some(Zeroizing::new(hash.finalize().into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AuthCapabilities, AuthType, Session15, open_plain, plain_packet};

    #[test]
    fn capabilities_as_ipmi_sim_tells_them() {
        let caps = AuthCapabilities::decode(&[1, 0x97, 0x06, 2, 0, 0, 0, 0]).unwrap();
        assert!(caps.v20 && !caps.unproved && !caps.anonymous);
        let ours = [AuthType::Md5, AuthType::Straight];
        assert_eq!(caps.best(&ours), Some(AuthType::Md5));
        let old = AuthCapabilities::decode(&[1, 0x10, 0x10, 2, 0, 0, 0, 0]).unwrap();
        assert!(!old.v20, "without the bit, the byte means nothing");
        assert_eq!(old.best(&ours), Some(AuthType::Straight));
        assert_eq!(old.best(&[AuthType::Md5]), None);
    }

    #[test]
    fn each_packet_once_and_only_whole() {
        let side = || {
            let mut session = Session15::new(AuthType::Md5, b"secret", 7).unwrap();
            session.activated(9, 100, AuthType::Md5);
            session
        };
        let (mut here, mut there) = (side(), side());
        let datagram = here.seal(b"a command");
        let packet = &datagram[4..];
        for at in 0..packet.len() {
            let mut changed = packet.to_vec();
            changed[at] ^= 1;
            assert!(there.open(&changed).is_err(), "byte {at}");
            assert!(there.open(&packet[..at]).is_err(), "cut at {at}");
        }
        assert_eq!(there.open(packet).unwrap(), b"a command");
        assert!(there.open(packet).is_err(), "it was here before");
    }

    #[test]
    fn outside_of_sessions() {
        let datagram = plain_packet(b"hello");
        assert_eq!(open_plain(&datagram[4..]).unwrap(), b"hello");
        assert!(Session15::new(AuthType::Md5, &[0; 17], 1).is_err());
    }
}
