//! The outermost header, and the presence ping of ASF (section 13.1 to 13.2.4).

use super::Reader;
use crate::IpmiError;

/// The number of IANA for ASF, by which pings are known.
const ASF: [u8; 4] = 4542_u32.to_be_bytes();
const VERSION: u8 = 6;
/// "Answer without an RMCP acknowledgement".
const NO_ACK: u8 = 0xff;
const PING: u8 = 0x80;
const PONG: u8 = 0x40;

/// What an RMCP packet carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// A presence ping or its answer.
    Asf,
    /// IPMI of any version.
    Ipmi,
}

/// What answers a ping.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pong {
    /// The tag of the ping it answers.
    pub tag: u8,
    /// Whether it says that it speaks IPMI.
    pub ipmi: bool,
}

/// Puts the header before an IPMI packet.
pub(crate) fn wrap(packet: &[u8]) -> Vec<u8> {
    let mut bytes = vec![VERSION, 0, NO_ACK, 7];
    bytes.extend_from_slice(packet);
    bytes
}

/// What a datagram carries.
///
/// # Errors
/// When it is no RMCP, an acknowledgement, or of a class that is not spoken here.
pub fn unwrap(datagram: &[u8]) -> Result<(Class, &[u8]), IpmiError> {
    let mut reader = Reader::new(datagram);
    let [version, _reserved, _sequence, class] = reader.array()?;
    if version != VERSION {
        return Err(IpmiError::Garbled("it is no RMCP"));
    }
    match class {
        6 => Ok((Class::Asf, reader.rest())),
        7 => Ok((Class::Ipmi, reader.rest())),
        _ => Err(IpmiError::Garbled("it is an RMCP message of another class")),
    }
}

/// A whole datagram that asks who is there.
#[must_use]
pub fn ping(tag: u8) -> Vec<u8> {
    let mut bytes = vec![VERSION, 0, NO_ACK, 6];
    bytes.extend_from_slice(&ASF);
    bytes.extend_from_slice(&[PING, tag, 0, 0]);
    bytes
}

/// The answer, from what [`unwrap`] gave.
///
/// # Errors
/// When it is none.
pub fn pong(message: &[u8]) -> Result<Pong, IpmiError> {
    let mut reader = Reader::new(message);
    if reader.array()? != ASF {
        return Err(IpmiError::Garbled("it is no ASF"));
    }
    let [kind, tag, _reserved, length] = reader.array()?;
    if kind != PONG || usize::from(length) != reader.rest().len() {
        return Err(IpmiError::Garbled("it is no answer to a ping"));
    }
    let [_, _, _, _, _, _, _, _, entities] = reader.array()?;
    Ok(Pong { tag, ipmi: entities & 0x80 != 0 })
}

#[cfg(test)]
mod tests {
    use super::{Class, Pong, ping, pong, unwrap, wrap};

    #[test]
    fn a_ping_and_its_answer() {
        // The packets of the specification, tables 13-6 and 13-7.
        assert_eq!(ping(0x21), [6, 0, 0xff, 6, 0, 0, 0x11, 0xbe, 0x80, 0x21, 0, 0]);
        let answer = [
            6, 0, 0xff, 6, 0, 0, 0x11, 0xbe, 0x40, 0x21, 0, 16, 0, 0, 0x11, 0xbe, 0, 0, 0, 0, 0x81,
            0, 0, 0, 0, 0, 0, 0,
        ];
        let (class, message) = unwrap(&answer).unwrap();
        assert_eq!(class, Class::Asf);
        assert_eq!(pong(message), Ok(Pong { tag: 0x21, ipmi: true }));
        for cut in 0..answer.len() {
            assert!(unwrap(&answer[..cut]).and_then(|(_, message)| pong(message)).is_err());
        }
    }

    #[test]
    fn only_our_classes_are_taken() {
        assert_eq!(unwrap(&wrap(&[1, 2])), Ok((Class::Ipmi, &[1, 2][..])));
        assert!(unwrap(&[6, 0, 0xff, 0x87, 1]).is_err(), "an acknowledgement");
        assert!(unwrap(&[5, 0, 0xff, 7, 1]).is_err(), "another version");
    }
}
