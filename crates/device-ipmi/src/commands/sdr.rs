//! The repository of sensor records (chapters 33 and 43).

use super::{Formula, fru_text::Encoding, units::unit};
use crate::{Bmc, IpmiError, Request, protocol::Reader};
use std::collections::HashSet;

const STORAGE: u8 = 0x0a;
const RESERVE: u8 = 0x22;
const GET: u8 = 0x23;
const CANCELLED: u8 = 0xc5;
/// The number of the record after the last.
const END: u16 = 0xffff;
/// What is read at once at first, and at last.
const PIECES: [u8; 4] = [64, 32, 16, 8];
/// Reservations that are cancelled under our hands before we give up.
const MOST_RESERVATIONS: u32 = 16;

/// A record of the repository.
#[derive(Clone, PartialEq, Debug)]
pub enum Sdr {
    /// A sensor, or several that share a record.
    Sensors(Vec<SdrSensor>),
    /// An inventory.
    Fru(FruLocator),
    /// Something else, by its type.
    Other(u8),
}

/// A sensor as its record tells it.
#[derive(Clone, PartialEq, Debug)]
pub struct SdrSensor {
    /// Whose it is: 0x20 is the BMC's.
    pub owner: u8,
    /// Logical unit.
    pub lun: u8,
    /// Number.
    pub number: u8,
    /// What it is in or on, and which of them (table 43-13).
    pub entity: (u8, u8),
    /// Sensor type (table 42-3).
    pub kind: u8,
    /// Event and reading type (table 42-1): 1 has thresholds.
    pub reading: u8,
    /// It can be read; the others only tell events.
    pub readable: bool,
    /// Its thresholds can be read.
    pub thresholds: bool,
    /// From byte to value.
    pub formula: Option<Formula>,
    /// What it measures in.
    pub unit: String,
    /// Its name.
    pub name: String,
}

/// Where an inventory is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FruLocator {
    /// Number; only those of the BMC itself can be read.
    pub number: u8,
    /// Whether it is the BMC's.
    pub of_bmc: bool,
    /// Its name.
    pub name: String,
}

fn name(mut reader: Reader<'_>) -> Result<String, IpmiError> {
    let kind = reader.u8()?;
    let bytes = reader.take(usize::from(kind & 0x1f))?;
    Ok(Encoding::of_sdr(kind).read(bytes))
}

impl Sdr {
    /// Reads a record.
    ///
    /// # Errors
    /// When it is shorter than it says, or than its type needs.
    pub fn decode(record: &[u8]) -> Result<Self, IpmiError> {
        let mut reader = Reader::new(record);
        let [_, _, _version, kind, length] = reader.array()?;
        let body = Reader::new(reader.take(usize::from(length))?);
        match kind {
            1 => full(body).map(|sensor| Self::Sensors(vec![sensor])),
            2 => compact(body).map(Self::Sensors),
            3 => event_only(body).map(Self::Sensors),
            0x11 => locator(body).map(Self::Fru),
            kind => Ok(Self::Other(kind)),
        }
    }
}

/// What full and compact records have in common, and their three bytes of units.
fn common(reader: &mut Reader<'_>) -> Result<(SdrSensor, [u8; 3]), IpmiError> {
    let [owner, lun, number, entity, instance, _init, capabilities, kind, reading] =
        reader.array()?;
    let _masks: [u8; 6] = reader.array()?;
    let units: [u8; 3] = reader.array()?;
    let [flags, base, modifier] = units;
    let sensor = SdrSensor {
        owner,
        lun: lun & 3,
        number,
        entity: (entity, instance & 0x7f),
        kind,
        reading,
        readable: true,
        thresholds: reading == 1 && capabilities >> 2 & 3 != 0,
        formula: None,
        unit: unit(flags, base, modifier),
        name: String::new(),
    };
    Ok((sensor, units))
}

fn full(mut reader: Reader<'_>) -> Result<SdrSensor, IpmiError> {
    let (mut sensor, [flags, ..]) = common(&mut reader)?;
    let linearization = reader.u8()?;
    let formula = Formula::of(flags >> 6, linearization, reader.array()?);
    sensor.formula = (sensor.reading == 1 && flags >> 6 != 3).then_some(formula);
    let _limits = reader.take(17)?;
    sensor.name = name(reader)?;
    Ok(sensor)
}

fn compact(mut reader: Reader<'_>) -> Result<Vec<SdrSensor>, IpmiError> {
    let (mut sensor, _) = common(&mut reader)?;
    let sharing: [u8; 2] = reader.array()?;
    let _rest = reader.take(6)?;
    sensor.name = name(reader)?;
    Ok(shared(&sensor, sharing))
}

fn event_only(mut reader: Reader<'_>) -> Result<Vec<SdrSensor>, IpmiError> {
    let [owner, lun, number, entity, instance, kind, reading] = reader.array()?;
    let sharing: [u8; 2] = reader.array()?;
    let _rest = reader.take(2)?;
    let sensor = SdrSensor {
        owner,
        lun: lun & 3,
        number,
        entity: (entity, instance & 0x7f),
        kind,
        reading,
        readable: false,
        thresholds: false,
        formula: None,
        unit: String::new(),
        name: name(reader)?,
    };
    Ok(shared(&sensor, sharing))
}

/// The sensors of one record: they differ in number, perhaps in instance, and by what is put behind the name.
fn shared(sensor: &SdrSensor, [first, second]: [u8; 2]) -> Vec<SdrSensor> {
    let count = (first & 0xf).max(1);
    let one = |index: u8| {
        let mut one = sensor.clone();
        one.number = one.number.wrapping_add(index);
        if second & 0x80 != 0 {
            one.entity.1 = one.entity.1.wrapping_add(index);
        }
        let place = (second & 0x7f).wrapping_add(index);
        match first >> 4 & 3 {
            _ if count == 1 => {}
            0 => one.name = format!("{}{place}", one.name),
            1 => one.name = format!("{}{}", one.name, char::from(b'A' + place % 26)),
            _ => {}
        }
        one
    };
    (0..count).map(one).collect()
}

fn locator(mut reader: Reader<'_>) -> Result<FruLocator, IpmiError> {
    let [address, number, logical, _channel] = reader.array()?;
    let _rest = reader.take(6)?;
    let of_bmc = logical & 0x80 != 0 && address == 0x20;
    Ok(FruLocator { number, of_bmc, name: name(reader)? })
}

impl Bmc {
    /// All records that can be read; one that breaks the rules is left out.
    ///
    /// # Errors
    /// As for every command.
    pub async fn records(&self) -> Result<Vec<Sdr>, IpmiError> {
        let mut read = Repository { bmc: self, reservation: 0, piece: 0, reservations: 0 };
        read.reserve().await?;
        let (mut next, mut seen, mut records) = (0, HashSet::new(), Vec::new());
        while next != END {
            if !seen.insert(next) {
                return Err(IpmiError::Garbled("its sensor records go round in a circle"));
            }
            let (after, record) = match read.record(next).await {
                // The repository is empty.
                Err(IpmiError::Refused { code: 0xcb, .. }) if records.is_empty() => break,
                result => result?,
            };
            records.extend(Sdr::decode(&record));
            next = after;
        }
        Ok(records)
    }
}

/// Reads the repository.
struct Repository<'a> {
    bmc: &'a Bmc,
    reservation: u16,
    /// Which of [`PIECES`].
    piece: usize,
    reservations: u32,
}

impl Repository<'_> {
    async fn reserve(&mut self) -> Result<(), IpmiError> {
        self.reservations += 1;
        if self.reservations > MOST_RESERVATIONS {
            return Err(IpmiError::Garbled("its sensor records change all the time"));
        }
        let request = Request::again("reserve sensor records", STORAGE, RESERVE, &[]);
        self.reservation = match self.bmc.send(&request).await {
            Ok(data) => Reader::new(&data).u16()?,
            // Whoever has no reservations needs none.
            Err(IpmiError::Refused { code: 0xc1, .. }) => 0,
            Err(error) => return Err(error),
        };
        Ok(())
    }

    /// The number of the next record, and this one.
    async fn record(&mut self, number: u16) -> Result<(u16, Vec<u8>), IpmiError> {
        loop {
            match self.try_record(number).await {
                Err(IpmiError::Refused { code: CANCELLED, .. }) => self.reserve().await?,
                result => return result,
            }
        }
    }

    async fn try_record(&mut self, number: u16) -> Result<(u16, Vec<u8>), IpmiError> {
        let (next, mut record) = self.get(number, 0, 5).await?;
        let [_, _, _, _, length] = Reader::new(&record).array()?;
        let whole = 5 + usize::from(length);
        while record.len() < whole {
            let at = u8::try_from(record.len())
                .map_err(|_| IpmiError::Garbled("a sensor record is too long"))?;
            let most = PIECES.get(self.piece).copied().unwrap_or(1);
            let count = u8::try_from(whole - record.len()).unwrap_or(u8::MAX).min(most);
            match self.get(number, at, count).await {
                Ok((_, bytes)) => record.extend_from_slice(&bytes),
                // It cannot give as many at once.
                Err(IpmiError::Refused { code: 0xca | 0xc8 | 0xc7 | 0xff, .. })
                    if self.piece + 1 < PIECES.len() =>
                {
                    self.piece += 1;
                }
                Err(error) => return Err(error),
            }
        }
        Ok((next, record))
    }

    async fn get(&self, number: u16, at: u8, count: u8) -> Result<(u16, Vec<u8>), IpmiError> {
        let mut data = self.reservation.to_le_bytes().to_vec();
        data.extend_from_slice(&number.to_le_bytes());
        data.extend_from_slice(&[at, count]);
        let answer =
            self.bmc.send(&Request::again("get sensor record", STORAGE, GET, &data)).await?;
        let mut reader = Reader::new(&answer);
        let next = reader.u16()?;
        let bytes = reader.rest();
        if bytes.len() != usize::from(count) {
            return Err(IpmiError::Garbled("a piece of a sensor record has a wrong length"));
        }
        Ok((next, bytes.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::{FruLocator, Sdr};
    use data_encoding::HEXLOWER;

    fn decode(hex: &str) -> Sdr {
        Sdr::decode(&HEXLOWER.decode(hex.replace(' ', "").as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn a_full_record() {
        let hex = "0000 51 01 31 200001 0301 67 88 01 01 c00f c07f 3838 00 0100 00 0100 0000 0000 \
                   03 60b000b000a0 9070000000000000 0000 c6 444a74656d70";
        let Sdr::Sensors(sensors) = decode(hex) else { panic!() };
        let [sensor] = &*sensors else { panic!() };
        assert_eq!((&*sensor.name, &*sensor.unit), ("DJtemp", "°C"));
        assert_eq!((sensor.owner, sensor.number, sensor.kind), (0x20, 1, 1));
        assert!(sensor.thresholds && sensor.readable);
        assert_eq!(sensor.formula.and_then(|formula| formula.value(0x60)), Some(96.0));
    }

    #[test]
    fn sensors_that_share_a_record() {
        let hex = "0200 51 02 20 200010 0401 67 40 0d 6f 0000 0000 0000 c0 0000 13 81 0000 000000 00 \
                   c5 4472697665";
        let Sdr::Sensors(sensors) = decode(hex) else { panic!() };
        let names: Vec<_> = sensors.iter().map(|one| (&*one.name, one.number)).collect();
        assert_eq!(names, [("DriveB", 16), ("DriveC", 17), ("DriveD", 18)]);
        assert_eq!(sensors[2].entity, (4, 3));
    }

    #[test]
    fn an_inventory_and_others() {
        let fru = FruLocator { number: 0, of_bmc: true, name: "FRU".to_owned() };
        assert_eq!(decode("0300 51 11 0e 20 00 80 00 00 10 00 07 01 00 c3 465255"), Sdr::Fru(fru));
        assert_eq!(decode("0400 51 12 01 00"), Sdr::Other(0x12));
        assert!(Sdr::decode(&[0, 0, 0x51, 1, 0x31, 0x20]).is_err(), "it is shorter than it says");
    }
}
