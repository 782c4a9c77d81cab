//! What a machine measures: `Sensors` where the machine has them, and before those `Thermal` and `Power` (deprecated in favour of
//! `ThermalSubsystem` and `PowerSubsystem` by DSP0266 1.15, and all that most machines have).

use crate::{
    Client, Health, RedfishError,
    json::{link, list, number, text},
};
use serde_json::Value;

/// Readings of one chassis that are kept.
const MOST: usize = 1_000;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SensorKind {
    /// How warm it is.
    Temperature,
    /// How fast it turns.
    Fan,
    /// Volts.
    Voltage,
    /// Amperes.
    Current,
    /// Watts.
    Power,
    /// A power supply, whose reading is what it gives.
    PowerSupply,
    /// Anything else.
    Other,
}

/// From where on a reading is out of range; none where the machine does not say.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Thresholds {
    /// Above it, attention is wanted.
    pub upper_caution: Option<f64>,
    /// Above it, it is wanted at once.
    pub upper_critical: Option<f64>,
    /// Above it, something breaks.
    pub upper_fatal: Option<f64>,
    /// Below it, attention is wanted.
    pub lower_caution: Option<f64>,
    /// Below it, it is wanted at once.
    pub lower_critical: Option<f64>,
    /// Below it, something breaks.
    pub lower_fatal: Option<f64>,
}

/// One thing that is measured.
#[derive(Clone, PartialEq, Debug)]
pub struct Sensor {
    /// What it is called.
    pub name: String,
    /// What it measures.
    pub kind: SensorKind,
    /// What it shows; none if it is not there or shows nothing.
    pub reading: Option<f64>,
    /// In what: `Cel`, `RPM`, `V`, `A`, `W`, `%`.
    pub unit: String,
    /// How well the machine finds it.
    pub health: Option<Health>,
    /// `Enabled`, `Absent` and so on.
    pub state: Option<String>,
    /// From where on it is out of range.
    pub thresholds: Thresholds,
}

impl Sensor {
    /// Reads a `Sensor`.
    #[must_use]
    pub fn of(body: &Value) -> Self {
        let kind = match text(body, &["ReadingType"]).as_deref() {
            Some("Temperature") => SensorKind::Temperature,
            Some("Rotational") => SensorKind::Fan,
            Some("Voltage") => SensorKind::Voltage,
            Some("Current") => SensorKind::Current,
            Some("Power") => SensorKind::Power,
            _ => SensorKind::Other,
        };
        let threshold = |key: &str| number(body, &["Thresholds", key, "Reading"]);
        let thresholds = Thresholds {
            upper_caution: threshold("UpperCaution"),
            upper_critical: threshold("UpperCritical"),
            upper_fatal: threshold("UpperFatal"),
            lower_caution: threshold("LowerCaution"),
            lower_critical: threshold("LowerCritical"),
            lower_fatal: threshold("LowerFatal"),
        };
        let unit = text(body, &["ReadingUnits"]).unwrap_or_default();
        Self { thresholds, ..Self::plain(body, kind, &["Reading"], &unit) }
    }

    /// Reads `Thermal`.
    #[must_use]
    pub fn of_thermal(body: &Value) -> Vec<Self> {
        let temperatures = list(body, &["Temperatures"])
            .map(|one| Self::old(one, SensorKind::Temperature, &["ReadingCelsius"], "Cel"));
        let fans = list(body, &["Fans"]).map(|one| {
            let unit = text(one, &["ReadingUnits"]).unwrap_or_else(|| "RPM".to_owned());
            let unit = if unit == "Percent" { "%" } else { &unit };
            Self::old(one, SensorKind::Fan, &["Reading"], unit)
        });
        temperatures.chain(fans).take(MOST).collect()
    }

    /// Reads `Power`.
    #[must_use]
    pub fn of_power(body: &Value) -> Vec<Self> {
        let voltages = list(body, &["Voltages"])
            .map(|one| Self::old(one, SensorKind::Voltage, &["ReadingVolts"], "V"));
        let drawn = list(body, &["PowerControl"])
            .map(|one| Self::old(one, SensorKind::Power, &["PowerConsumedWatts"], "W"));
        let supplies = list(body, &["PowerSupplies"]).map(|one| {
            let keys = ["PowerOutputWatts", "LastPowerOutputWatts", "PowerInputWatts"];
            let key = keys.into_iter().find(|key| number(one, &[key]).is_some());
            Self::old(one, SensorKind::PowerSupply, &[key.unwrap_or("PowerOutputWatts")], "W")
        });
        voltages.chain(drawn).chain(supplies).take(MOST).collect()
    }

    /// Reads `ThermalMetrics`, which has readings of sensors in place of sensors.
    #[must_use]
    pub fn of_metrics(body: &Value) -> Vec<Self> {
        let readings = list(body, &["TemperatureReadingsCelsius"]).take(MOST);
        let named = |one| {
            let sensor = Self::plain(one, SensorKind::Temperature, &["Reading"], "Cel");
            let name = text(one, &["DeviceName"]).unwrap_or(sensor.name);
            Self { name, ..sensor }
        };
        readings.map(named).collect()
    }

    /// Reads a `Fan` of a `ThermalSubsystem`.
    #[must_use]
    pub fn of_fan(body: &Value) -> Self {
        let turns = number(body, &["SpeedPercent", "SpeedRPM"]).is_some();
        if turns {
            Self::plain(body, SensorKind::Fan, &["SpeedPercent", "SpeedRPM"], "RPM")
        } else {
            Self::plain(body, SensorKind::Fan, &["SpeedPercent", "Reading"], "%")
        }
    }

    fn plain(body: &Value, kind: SensorKind, reading: &[&str], unit: &str) -> Self {
        let name = text(body, &["Name"]).or_else(|| text(body, &["FanName"]));
        Self {
            name: name.or_else(|| text(body, &["MemberId"])).unwrap_or_default(),
            kind,
            reading: number(body, reading),
            unit: unit.to_owned(),
            health: Health::of(body),
            state: text(body, &["Status", "State"]),
            thresholds: Thresholds::default(),
        }
    }

    fn old(body: &Value, kind: SensorKind, reading: &[&str], unit: &str) -> Self {
        let threshold = |key: &str| number(body, &[key]);
        let thresholds = Thresholds {
            upper_caution: threshold("UpperThresholdNonCritical"),
            upper_critical: threshold("UpperThresholdCritical"),
            upper_fatal: threshold("UpperThresholdFatal"),
            lower_caution: threshold("LowerThresholdNonCritical"),
            lower_critical: threshold("LowerThresholdCritical"),
            lower_fatal: threshold("LowerThresholdFatal"),
        };
        Self { thresholds, ..Self::plain(body, kind, reading, unit) }
    }
}

impl Client {
    /// All that is measured in the chassis that the machine is in.
    ///
    /// # Errors
    /// If there is no answer, or the machine says no.
    pub async fn sensors(&self) -> Result<Vec<Sensor>, RedfishError> {
        let mut all = Vec::new();
        for chassis in self.chassis().await? {
            if let Some(chassis) = self.get_if_there(Some(chassis)).await? {
                all.extend(self.sensors_of(&chassis.body).await?);
            }
        }
        Ok(all)
    }

    async fn sensors_of(&self, chassis: &Value) -> Result<Vec<Sensor>, RedfishError> {
        let sensors = link(chassis, &["Sensors"]);
        let (thermal, power) = (link(chassis, &["Thermal"]), link(chassis, &["Power"]));
        // One request for each of hundreds of sensors is for machines that have nothing else.
        if self.expands() || thermal.is_none() && power.is_none() {
            let found = self.members_if_there(sensors).await?;
            if !found.is_empty() {
                return Ok(found.iter().map(|sensor| Sensor::of(&sensor.body)).collect());
            }
        }
        let thermal = self.get_if_there(thermal).await?;
        let power = self.get_if_there(power).await?;
        let mut all = thermal.map(|body| Sensor::of_thermal(&body.body)).unwrap_or_default();
        all.extend(power.iter().flat_map(|body| Sensor::of_power(&body.body)));
        if all.is_empty() {
            let thermal = self.get_if_there(link(chassis, &["ThermalSubsystem"])).await?;
            let Some(thermal) = thermal else { return Ok(all) };
            let metrics = self.get_if_there(link(&thermal.body, &["ThermalMetrics"])).await?;
            all.extend(metrics.iter().flat_map(|metrics| Sensor::of_metrics(&metrics.body)));
            let fans = self.members_if_there(link(&thermal.body, &["Fans"])).await?;
            all.extend(fans.iter().map(|fan| Sensor::of_fan(&fan.body)));
        }
        Ok(all)
    }
}
