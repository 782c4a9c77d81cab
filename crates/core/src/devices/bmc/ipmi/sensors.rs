//! Sensors, and the records that name them.

use super::{Session, words};
use crate::{devices::bmc::failed::Failed, plain::plain};
use patchbay_device_ipmi::{
    FruLocator, IpmiError, Reading, Sdr, SdrSensor, Sensor, Thresholds, Value,
};
use patchbay_model::{BmcSensor, BmcSensorKind, Severity};

/// Sensors of one machine that are read.
const MOST: usize = 1_000;
/// The controller's own address.
const BMC: u8 = 0x20;

/// What the records of sensors say.
#[derive(Debug)]
pub(super) struct Repository {
    /// Those that can be read, with their thresholds.
    readable: Vec<(Sensor, Thresholds)>,
    /// All of them, also of others and those that only tell events.
    all: Vec<SdrSensor>,
    /// Inventories besides the machine's own.
    pub(super) inventories: Vec<FruLocator>,
}

impl Repository {
    /// The sensor that an event is about: of whom, and which.
    pub(super) fn of_event(&self, owner: u8, number: u8) -> Option<&SdrSensor> {
        let is_it = |one: &&SdrSensor| one.owner == owner && one.number == number;
        self.all.iter().find(is_it)
    }
}

impl Session {
    /// The records, read when they are first needed.
    pub(super) async fn repository(&self) -> Result<&Repository, IpmiError> {
        self.repository.get_or_try_init(|| self.read_repository()).await
    }

    async fn read_repository(&self) -> Result<Repository, IpmiError> {
        let (mut all, mut inventories) = (Vec::new(), Vec::new());
        for record in self.bmc.records().await? {
            match record {
                Sdr::Sensors(sensors) => all.extend(sensors),
                Sdr::Fru(inventory) => inventories.push(inventory),
                Sdr::Other(_) => {}
            }
        }
        let mut readable = Vec::new();
        let ours = |sensor: &&SdrSensor| sensor.readable && sensor.owner == BMC;
        for sensor in all.iter().filter(ours).take(MOST) {
            let sensor = Sensor(sensor.clone());
            let thresholds = super::if_there(self.bmc.thresholds(&sensor).await)?;
            readable.push((sensor, thresholds.unwrap_or_default()));
        }
        Ok(Repository { readable, all, inventories })
    }

    pub(in crate::devices::bmc) async fn read_sensors(&self) -> Result<Vec<BmcSensor>, Failed> {
        let mut shown = Vec::new();
        for (sensor, thresholds) in &self.repository().await?.readable {
            let reading = super::if_there(self.bmc.reading(sensor).await)?;
            let reading = reading.unwrap_or(Reading { value: Value::Absent, severity: 0 });
            shown.push(show(sensor, *thresholds, reading));
        }
        Ok(shown)
    }
}

fn kind(sensor: &SdrSensor) -> BmcSensorKind {
    match (sensor.reading, sensor.kind) {
        (1, 1) => BmcSensorKind::Temperature,
        (1, _) if sensor.unit == "W" => BmcSensorKind::Power,
        (1, 2) => BmcSensorKind::Voltage,
        (1, 3) => BmcSensorKind::Current,
        (1, 4) => BmcSensorKind::Fan,
        (1, _) => BmcSensorKind::Other,
        _ => BmcSensorKind::State,
    }
}

fn show(sensor: &Sensor, thresholds: Thresholds, reading: Reading) -> BmcSensor {
    let worst = |states: &[&str]| states.iter().map(|state| words::severity(state)).max();
    let (value, states, severity) = match reading.value {
        Value::Absent => (None, Vec::new(), Severity::Good),
        Value::Number(value) => (Some(value), Vec::new(), of_number(reading.severity)),
        Value::States(states) => {
            let severity = worst(&states).unwrap_or_default();
            (None, states.into_iter().map(str::to_owned).collect(), severity)
        }
    };
    let Thresholds { lower: [l0, l1, l2], upper: [u0, u1, u2] } = thresholds;
    let unit = if sensor.0.unit == "RPM" { "rpm" } else { &sensor.0.unit };
    BmcSensor {
        name: plain(sensor.0.name.as_bytes()),
        kind: kind(&sensor.0),
        value,
        unit: unit.to_owned(),
        states,
        severity,
        lower: (l0, l1, l2),
        upper: (u0, u1, u2),
        history: Vec::new(),
    }
}

const fn of_number(severity: u8) -> Severity {
    match severity {
        0 => Severity::Good,
        1 => Severity::Warning,
        _ => Severity::Critical,
    }
}
