//! The event log (chapters 31 and 32).

use super::states;
use crate::{Bmc, IpmiError, Request, protocol::Reader};
use std::collections::HashSet;

const STORAGE: u8 = 0x0a;
const GET_INFO: u8 = 0x40;
const RESERVE: u8 = 0x42;
const GET_ENTRY: u8 = 0x43;
const CLEAR: u8 = 0x47;
const GET_TIME: u8 = 0x48;
const SET_TIME: u8 = 0x49;
const FIRST: u16 = 0;
const END: u16 = 0xffff;
/// Times below are seconds since the BMC started, and not since 1970 (section 37.1).
const EARLIEST: u32 = 0x2000_0000;

/// How full the log is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SelInfo {
    /// How many entries it has.
    pub entries: u16,
    /// How many bytes are free; 0xffff is that or more.
    pub free: u16,
    /// When an entry came last, in seconds since 1970.
    pub added: Option<u32>,
    /// When it was cleared last, in seconds since 1970.
    pub cleared: Option<u32>,
    /// Entries were lost, because it was full.
    pub overflow: bool,
}

/// An entry of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SelEntry {
    /// Its number in the log.
    pub number: u16,
    /// When it came, in seconds since 1970; `None` if the BMC's clock was not set, or the entry has no time.
    pub time: Option<u32>,
    /// What happened.
    pub event: SelEvent,
    /// The entry as it is, to be exported.
    pub raw: [u8; 16],
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SelEvent {
    /// A sensor told it.
    Sensor {
        /// Who sent it: address or software number, and where it is.
        generator: u16,
        /// Sensor type (table 42-3).
        kind: u8,
        /// Number of the sensor.
        sensor: u8,
        /// Event type (table 42-1).
        reading: u8,
        /// It began, and did not end.
        asserted: bool,
        /// What, in words.
        what: &'static str,
        /// The three bytes of event data.
        data: [u8; 3],
    },
    /// Only the vendor knows.
    Oem {
        /// Number of the manufacturer, given by IANA, if it is told.
        manufacturer: Option<u32>,
        /// Everything else.
        data: Vec<u8>,
    },
}

fn since_1970(time: u32) -> Option<u32> {
    (EARLIEST..u32::MAX).contains(&time).then_some(time)
}

impl SelEntry {
    /// Reads an entry (table 32-1).
    ///
    /// # Errors
    /// When it has not 16 bytes, or its type has no meaning.
    pub fn decode(bytes: &[u8]) -> Result<Self, IpmiError> {
        let raw: [u8; 16] =
            bytes.try_into().map_err(|_| IpmiError::Garbled("an entry of the log is too short"))?;
        let mut reader = Reader::new(&raw);
        let (number, kind) = (reader.u16()?, reader.u8()?);
        if kind >= 0xe0 {
            let event = SelEvent::Oem { manufacturer: None, data: reader.rest().to_vec() };
            return Ok(Self { number, time: None, event, raw });
        }
        let time = since_1970(reader.u32()?);
        let event = match kind {
            0x02 => sensor(reader)?,
            0xc0.. => {
                let [a, b, c] = reader.array()?;
                let manufacturer = Some(u32::from_le_bytes([a, b, c, 0]));
                SelEvent::Oem { manufacturer, data: reader.rest().to_vec() }
            }
            _ => return Err(IpmiError::Garbled("an entry of the log is of an unknown type")),
        };
        Ok(Self { number, time, event, raw })
    }
}

fn sensor(mut reader: Reader<'_>) -> Result<SelEvent, IpmiError> {
    let generator = reader.u16()?;
    let [_revision, kind, sensor, event, a, b, c] = reader.array()?;
    let reading = event & 0x7f;
    Ok(SelEvent::Sensor {
        generator,
        kind,
        sensor,
        reading,
        asserted: event & 0x80 == 0,
        what: states::state(reading, kind, a & 0xf),
        data: [a, b, c],
    })
}

impl SelEvent {
    /// The type of its sensor in words; "OEM" where there is none.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Sensor { kind, .. } => states::sensor_type(*kind),
            Self::Oem { .. } => "OEM",
        }
    }
}

impl Bmc {
    /// How full the log is.
    ///
    /// # Errors
    /// As for every command.
    pub async fn log_info(&self) -> Result<SelInfo, IpmiError> {
        let data = self.send(&Request::again("get log info", STORAGE, GET_INFO, &[])).await?;
        let mut reader = Reader::new(&data);
        let _version = reader.u8()?;
        let (entries, free) = (reader.u16()?, reader.u16()?);
        let (added, cleared) = (since_1970(reader.u32()?), since_1970(reader.u32()?));
        let overflow = reader.u8()? & 0x80 != 0;
        Ok(SelInfo { entries, free, added, cleared, overflow })
    }

    /// The whole log, oldest first. Entries of unknown types are left out.
    ///
    /// # Errors
    /// As for every command.
    pub async fn log(&self) -> Result<Vec<SelEntry>, IpmiError> {
        let (mut next, mut seen, mut entries) = (FIRST, HashSet::new(), Vec::new());
        while next != END {
            if !seen.insert(next) {
                return Err(IpmiError::Garbled("its log goes round in a circle"));
            }
            let (after, raw) = match self.raw_entry(next).await {
                // There are none.
                Err(IpmiError::Refused { code: 0xcb, .. }) if next == FIRST => break,
                result => result?,
            };
            entries.extend(SelEntry::decode(&raw));
            next = after;
        }
        Ok(entries)
    }

    /// An entry by its number.
    ///
    /// # Errors
    /// When there is none, and as for every command.
    pub async fn log_entry(&self, number: u16) -> Result<SelEntry, IpmiError> {
        let (_, raw) = self.raw_entry(number).await?;
        SelEntry::decode(&raw)
    }

    /// The number of the next entry, and this one.
    async fn raw_entry(&self, number: u16) -> Result<(u16, [u8; 16]), IpmiError> {
        let [low, high] = number.to_le_bytes();
        // Whole entries need no reservation.
        let data = [0, 0, low, high, 0, 0xff];
        let answer = self.send(&Request::again("get log entry", STORAGE, GET_ENTRY, &data)).await?;
        let mut reader = Reader::new(&answer);
        Ok((reader.u16()?, reader.array()?))
    }

    /// Empties the log. Under a reservation: an entry that came since the caller looked is not lost, if the BMC keeps to that.
    ///
    /// # Errors
    /// As for every command; [`IpmiError::NotKnown`] when no answer came.
    pub async fn clear_log(&self) -> Result<(), IpmiError> {
        let data = self.send(&Request::again("reserve log", STORAGE, RESERVE, &[])).await?;
        let [low, high] = Reader::new(&data).array()?;
        let data = [low, high, b'C', b'L', b'R', 0xaa];
        self.send(&Request::once("clear log", STORAGE, CLEAR, &data)).await.map(drop)
    }

    /// The log's clock, in seconds since 1970; `None` if it was never set.
    ///
    /// # Errors
    /// As for every command.
    pub async fn log_time(&self) -> Result<Option<u32>, IpmiError> {
        let data = self.send(&Request::again("get log time", STORAGE, GET_TIME, &[])).await?;
        Ok(since_1970(Reader::new(&data).u32()?))
    }

    /// Sets the log's clock, in seconds since 1970.
    ///
    /// # Errors
    /// As for every command.
    pub async fn set_log_time(&self, time: u32) -> Result<(), IpmiError> {
        let data = time.to_le_bytes();
        self.send(&Request::again("set log time", STORAGE, SET_TIME, &data)).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::{SelEntry, SelEvent};

    #[test]
    fn a_sensor_told_it() {
        let raw = [1, 0, 2, 0x10, 0x32, 0x54, 0x66, 0x20, 0, 4, 1, 0x30, 1, 0x59, 0x60, 0x5a];
        let entry = SelEntry::decode(&raw).unwrap();
        assert_eq!((entry.number, entry.time), (1, Some(0x6654_3210)));
        let SelEvent::Sensor { kind, sensor, asserted, what, data, .. } = entry.event else {
            panic!()
        };
        assert_eq!((kind, sensor, asserted, data), (1, 0x30, true, [0x59, 0x60, 0x5a]));
        assert_eq!(what, "Upper Critical going high");
    }

    #[test]
    fn vendors_and_clocks_that_were_never_set() {
        let mut raw = [2, 0, 0xc1, 5, 0, 0, 0, 0x57, 1, 0, 1, 2, 3, 4, 5, 6];
        let entry = SelEntry::decode(&raw).unwrap();
        assert_eq!(entry.time, None, "five seconds after its start");
        let manufacturer = Some(343);
        assert_eq!(entry.event, SelEvent::Oem { manufacturer, data: vec![1, 2, 3, 4, 5, 6] });
        raw[2] = 0xe0;
        let SelEvent::Oem { manufacturer: None, data } = SelEntry::decode(&raw).unwrap().event
        else {
            panic!()
        };
        assert_eq!(data.len(), 13);
        raw[2] = 0x10;
        assert!(SelEntry::decode(&raw).is_err() && SelEntry::decode(&raw[..15]).is_err());
    }
}
