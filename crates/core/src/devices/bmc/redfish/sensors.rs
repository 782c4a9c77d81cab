//! Sensors.

use super::{Session, severity};
use crate::{devices::bmc::failed::Failed, plain::plain};
use patchbay_device_redfish::{Sensor, SensorKind, Thresholds};
use patchbay_model::{BmcSensor, BmcSensorKind, Severity};

/// Sensors of one machine that are shown.
const MOST: usize = 1_000;

impl Session {
    pub(in crate::devices::bmc) async fn read_sensors(&self) -> Result<Vec<BmcSensor>, Failed> {
        let mut found = self.client.sensors().await?;
        found.truncate(MOST);
        Ok(found.into_iter().map(show).collect())
    }
}

fn show(sensor: Sensor) -> BmcSensor {
    let Sensor { name, kind, reading, unit, health, state, thresholds } = sensor;
    let Thresholds {
        upper_caution,
        upper_critical,
        upper_fatal,
        lower_caution,
        lower_critical,
        lower_fatal,
    } = thresholds;
    let lower = (lower_caution, lower_critical, lower_fatal);
    let upper = (upper_caution, upper_critical, upper_fatal);
    // What is well and runs needs no word.
    let states = state.filter(|state| state != "Enabled").map(|state| plain(state.as_bytes()));
    BmcSensor {
        name: plain(name.as_bytes()),
        kind: match kind {
            SensorKind::Temperature => BmcSensorKind::Temperature,
            SensorKind::Fan => BmcSensorKind::Fan,
            SensorKind::Voltage => BmcSensorKind::Voltage,
            SensorKind::Current => BmcSensorKind::Current,
            SensorKind::Power | SensorKind::PowerSupply => BmcSensorKind::Power,
            SensorKind::Other => BmcSensorKind::Other,
        },
        value: reading,
        unit: match unit.as_str() {
            "Cel" => "°C".to_owned(),
            "RPM" | "{rev}/min" => "rpm".to_owned(),
            other => plain(other.as_bytes()),
        },
        states: states.into_iter().collect(),
        severity: severity(health).max(by_thresholds(reading, lower, upper)),
        lower,
        upper,
        history: Vec::new(),
    }
}

type Limits = (Option<f64>, Option<f64>, Option<f64>);

/// How bad a reading is by its thresholds: not all who have them say it.
fn by_thresholds(reading: Option<f64>, lower: Limits, upper: Limits) -> Severity {
    let Some(reading) = reading else { return Severity::Good };
    let below = |limit: Option<f64>| limit.is_some_and(|limit| reading <= limit);
    let above = |limit: Option<f64>| limit.is_some_and(|limit| reading >= limit);
    if below(lower.1) || below(lower.2) || above(upper.1) || above(upper.2) {
        Severity::Critical
    } else if below(lower.0) || above(upper.0) {
        Severity::Warning
    } else {
        Severity::Good
    }
}

#[cfg(test)]
mod tests {
    use super::by_thresholds;
    use patchbay_model::Severity;

    #[test]
    fn how_bad_a_reading_is() {
        let (lower, upper) = ((Some(10.0), Some(5.0), None), (Some(60.0), Some(70.0), Some(80.0)));
        for (reading, wanted) in [
            (Some(40.0), Severity::Good),
            (Some(60.0), Severity::Warning),
            (Some(75.0), Severity::Critical),
            (Some(8.0), Severity::Warning),
            (Some(1.0), Severity::Critical),
            (None, Severity::Good),
        ] {
            assert_eq!(by_thresholds(reading, lower, upper), wanted, "{reading:?}");
        }
    }
}
