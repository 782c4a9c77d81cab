//! Reads sensors (chapter 35).

use super::{Formula, Sdr, SdrSensor, states};
use crate::{Bmc, IpmiError, Request, protocol::Reader};

const SENSOR: u8 = 4;
const GET_FACTORS: u8 = 0x23;
const GET_THRESHOLDS: u8 = 0x27;
const GET_READING: u8 = 0x2d;
const BMC: u8 = 0x20;

/// A sensor of the BMC that can be read.
#[derive(Clone, PartialEq, Debug)]
pub struct Sensor(pub SdrSensor);

/// What a sensor says.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// It is not there, or cannot be read now.
    Absent,
    /// A value in the sensor's unit.
    Number(f64),
    /// States that hold, in words. Empty where nothing is to be told.
    States(Vec<&'static str>),
}

/// A sensor's value, and what it means.
#[derive(Clone, PartialEq, Debug)]
pub struct Reading {
    /// The value.
    pub value: Value,
    /// How bad that is by the sensor's own thresholds: 0 is good, then non-critical, critical, non-recoverable.
    pub severity: u8,
}

/// Where a sensor's value starts to be bad: non-critical, critical, non-recoverable.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Thresholds {
    /// Below.
    pub lower: [Option<f64>; 3],
    /// Above.
    pub upper: [Option<f64>; 3],
}

impl Sensor {
    /// Whether it measures, and does not tell states.
    const fn has_thresholds(&self) -> bool {
        self.0.reading == 1
    }

    /// Its type in words: "Temperature".
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        states::sensor_type(self.0.kind)
    }

    /// Reads the answer to Get Sensor Reading (table 35-15); `formula` is that for this very byte.
    fn decode(&self, data: &[u8], formula: Option<Formula>) -> Result<Reading, IpmiError> {
        let mut reader = Reader::new(data);
        let [raw, flags] = reader.array()?;
        // Bit 5: not available. Bit 6: scanned at all.
        if flags & 0x20 != 0 || flags & 0x40 == 0 {
            return Ok(Reading { value: Value::Absent, severity: 0 });
        }
        let low = reader.u8().unwrap_or_default();
        let high = reader.u8().unwrap_or_default();
        if self.has_thresholds() {
            let value = formula.and_then(|formula| formula.value(raw));
            let severity = (0..3).filter(|bit| low & (0b1001 << bit) != 0).map(|bit| bit + 1).max();
            let value = value.map_or(Value::Absent, Value::Number);
            return Ok(Reading { value, severity: severity.unwrap_or_default() });
        }
        let bits = u16::from_le_bytes([low, high & 0x7f]);
        let names = states::holding(self.0.reading, self.0.kind, bits);
        Ok(Reading { value: Value::States(names), severity: 0 })
    }
}

impl Bmc {
    /// The sensors of the BMC itself that can be read.
    ///
    /// # Errors
    /// As for every command.
    pub async fn sensors(&self) -> Result<Vec<Sensor>, IpmiError> {
        let records = self.records().await?;
        let sensors = records.into_iter().filter_map(|record| match record {
            Sdr::Sensors(sensors) => Some(sensors),
            _ => None,
        });
        let ours = |sensor: &SdrSensor| sensor.readable && sensor.owner == BMC;
        Ok(sensors.flatten().filter(ours).map(Sensor).collect())
    }

    /// What a sensor says now.
    ///
    /// # Errors
    /// As for every command.
    pub async fn reading(&self, sensor: &Sensor) -> Result<Reading, IpmiError> {
        let data = match self.ask(sensor, "get sensor reading", GET_READING, None).await {
            Ok(data) => data,
            // It is not there now.
            Err(IpmiError::Refused { code: 0xcb | 0xcd, .. }) => {
                return Ok(Reading { value: Value::Absent, severity: 0 });
            }
            Err(error) => return Err(error),
        };
        let raw = data.first().copied().unwrap_or_default();
        let formula = self.formula(sensor, raw).await?;
        sensor.decode(&data, formula)
    }

    /// Where a sensor's value starts to be bad.
    ///
    /// # Errors
    /// As for every command.
    pub async fn thresholds(&self, sensor: &Sensor) -> Result<Thresholds, IpmiError> {
        if !sensor.0.thresholds {
            return Ok(Thresholds::default());
        }
        let data = self.ask(sensor, "get sensor thresholds", GET_THRESHOLDS, None).await?;
        let mut reader = Reader::new(&data);
        let (readable, bytes) = (reader.u8()?, reader.array::<6>()?);
        let mut values = [None; 6];
        for (bit, (value, raw)) in values.iter_mut().zip(bytes).enumerate() {
            if readable & (1 << bit) != 0 {
                *value = self.formula(sensor, raw).await?.and_then(|formula| formula.value(raw));
            }
        }
        let [l0, l1, l2, u0, u1, u2] = values;
        Ok(Thresholds { lower: [l0, l1, l2], upper: [u0, u1, u2] })
    }

    /// The formula for this byte: of its own, where the sensor is not linear (section 35.5).
    async fn formula(&self, sensor: &Sensor, raw: u8) -> Result<Option<Formula>, IpmiError> {
        let Some(formula) = sensor.0.formula.filter(Formula::is_non_linear) else {
            return Ok(sensor.0.formula);
        };
        let data = self.ask(sensor, "get reading factors", GET_FACTORS, Some(raw)).await?;
        let mut reader = Reader::new(&data);
        let _next = reader.u8()?;
        Ok(Some(Formula::of(formula.format, formula.linearization, reader.array()?)))
    }

    async fn ask(
        &self,
        sensor: &Sensor,
        name: &'static str,
        command: u8,
        raw: Option<u8>,
    ) -> Result<Vec<u8>, IpmiError> {
        let mut data = vec![sensor.0.number];
        data.extend(raw);
        let mut request = Request::again(name, SENSOR, command, &data);
        request.lun = sensor.0.lun;
        self.send(&request).await
    }
}

#[cfg(test)]
mod tests {
    use super::{Formula, Reading, SdrSensor, Sensor, Value};

    fn sensor(reading: u8, kind: u8) -> Sensor {
        Sensor(SdrSensor {
            owner: 0x20,
            lun: 0,
            number: 1,
            entity: (3, 1),
            kind,
            reading,
            readable: true,
            thresholds: reading == 1,
            formula: Some(Formula::of(0, 0, [1, 0, 0, 0, 0, 0])),
            unit: String::new(),
            name: "one".to_owned(),
        })
    }

    #[test]
    fn values_and_how_bad_they_are() {
        let one = sensor(1, 1);
        let read = |data: &[u8]| one.decode(data, one.0.formula).unwrap();
        assert_eq!(read(&[96, 0xc0, 0xc0]), Reading { value: Value::Number(96.0), severity: 0 });
        assert_eq!(read(&[96, 0xc0, 0x08]).severity, 1, "upper non-critical");
        assert_eq!(read(&[96, 0xc0, 0x1a]).severity, 2, "lower and upper critical");
        assert_eq!(read(&[96, 0xc0, 0x24]).severity, 3, "non-recoverable");
        assert_eq!(read(&[96, 0xe0, 0]).value, Value::Absent);
        assert_eq!(read(&[96, 0x80, 0]).value, Value::Absent, "not scanned");
        assert!(one.decode(&[96], None).is_err());
    }

    #[test]
    fn states() {
        let supply = sensor(0x6f, 8);
        let read = |data: &[u8]| supply.decode(data, None).unwrap().value;
        let both = vec!["Presence detected", "Power Supply AC lost"];
        assert_eq!(read(&[0, 0xc0, 0x09, 0x80]), Value::States(both));
        assert_eq!(read(&[0, 0xc0, 0, 0x80]), Value::States(Vec::new()));
        assert_eq!(read(&[0, 0xc0]), Value::States(Vec::new()), "states may be left out");
    }
}
