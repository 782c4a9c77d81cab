//! The event log, with the names of the sensors that it is about.

use super::{Session, hex, if_there, words};
use crate::{
    devices::bmc::{MOST_ENTRIES, failed::Failed},
    plain::plain,
};
use patchbay_device_ipmi::{SdrSensor, SelEntry, SelEvent};
use patchbay_model::{BmcLog, BmcLogEntry, Severity, Timestamp};

/// The reading type of sensors with thresholds (table 42-1).
const THRESHOLD: u8 = 1;

impl Session {
    pub(in crate::devices::bmc) async fn read_log(&self) -> Result<BmcLog, Failed> {
        let info = self.bmc.log_info().await?;
        let mut found = self.bmc.log().await?;
        found.reverse();
        let cut = info.overflow || found.len() > MOST_ENTRIES;
        found.truncate(MOST_ENTRIES);
        // Without names a log is still a log.
        let repository = if found.is_empty() { None } else { if_there(self.repository().await)? };
        let sensor = |entry: &SelEntry| match entry.event {
            SelEvent::Sensor { generator, sensor, .. } => {
                let [owner, _] = generator.to_le_bytes();
                repository.and_then(|all| all.of_event(owner, sensor))
            }
            SelEvent::Oem { .. } => None,
        };
        let entries = found.iter().map(|entry| show(entry, sensor(entry))).collect();
        Ok(BmcLog { name: "System event log".to_owned(), entries, can_clear: true, cut })
    }
}

fn show(entry: &SelEntry, sensor: Option<&SdrSensor>) -> BmcLogEntry {
    let (source, message, severity) = match &entry.event {
        SelEvent::Sensor { sensor: number, asserted, what, data, reading, .. } => {
            let named = sensor.map(|sensor| plain(sensor.name.as_bytes()));
            let source = named.filter(|name| !name.is_empty());
            let source = source.unwrap_or_else(|| format!("{} {number:#04x}", entry.event.kind()));
            let values = if *reading == THRESHOLD { values(*data, sensor) } else { String::new() };
            let over = if *asserted { "" } else { " (over)" };
            let severity = if *asserted { words::severity(what) } else { Severity::Good };
            (source, format!("{what}{values}{over}"), severity)
        }
        SelEvent::Oem { manufacturer, data } => {
            let maker = manufacturer.and_then(words::manufacturer).unwrap_or("OEM");
            (maker.to_owned(), format!("Known to its maker only: {}", hex(data)), Severity::Good)
        }
    };
    BmcLogEntry {
        id: entry.number.to_string(),
        at: entry.time.map(|seconds| Timestamp(i64::from(seconds) * 1_000)),
        severity,
        source,
        message,
        raw: Some(hex(&entry.raw)),
    }
}

/// What was read, and the threshold, where the event tells them (table 29-6).
fn values([flags, reading, threshold]: [u8; 3], sensor: Option<&SdrSensor>) -> String {
    let value = |raw: u8| {
        let sensor = sensor?;
        // Those that are not linear have a formula for each reading, which belongs to now.
        let formula = sensor.formula.filter(|formula| !formula.is_non_linear())?;
        Some(format!("{} {}", formula.value(raw)?, sensor.unit).trim_end().to_owned())
    };
    let read = if flags >> 6 == 1 { value(reading) } else { None };
    let limit = if flags >> 4 & 3 == 1 { value(threshold) } else { None };
    match (read, limit) {
        (Some(read), Some(limit)) => format!(": {read}, threshold {limit}"),
        (Some(read), None) => format!(": {read}"),
        _ => String::new(),
    }
}
