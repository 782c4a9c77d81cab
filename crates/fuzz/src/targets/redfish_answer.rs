//! What a management controller answers.

use super::acts;
use patchbay_device_redfish::{
    Account, Boot, Drive, Firmware, Link, Log, LogEntry, Manager, MemoryModule, NetworkPort,
    Processor, Said, Sensor, Status, Task, Vendor, VirtualMedia,
};
use serde_json::Value;

/// However wrong it is, everybody who reads it gets something, numbers are numbers, and no text acts on a screen.
pub(crate) fn run(data: &[u8]) -> bool {
    let said = Said::read(data);
    plain(&said.to_string());
    let Ok(body) = serde_json::from_slice::<Value>(data) else {
        assert!(said.0.is_empty());
        return false;
    };
    assert_eq!(Said::of(&body), said);
    let link = Link::root();
    let mut sensors = Sensor::of_thermal(&body);
    sensors.extend(Sensor::of_power(&body));
    sensors.extend(Sensor::of_metrics(&body));
    sensors.extend([Sensor::of(&body), Sensor::of_fan(&body)]);
    for sensor in &sensors {
        assert!(sensor.reading.is_none_or(f64::is_finite), "{sensor:?}");
        plain(&sensor.name);
        plain(&sensor.unit);
    }
    for status in [200, 202, 404] {
        let task = Task::of(status, &body);
        assert!(task.percent.is_none_or(|percent| percent <= 100), "{task:?}");
        plain(&task.name);
        plain(&task.state);
    }
    let status = Status::of(&body);
    let texts =
        [&status.manufacturer, &status.model, &status.serial, &status.uuid, &status.host_name];
    texts.into_iter().flatten().for_each(|text| plain(text));
    plain(&LogEntry::of(&body).message);
    plain(&Log::of(&link, &body).id);
    plain(&Account::of(&link, &body).id);
    plain(&VirtualMedia::of(&link, &body).id);
    plain(&Firmware::of(&body).name);
    plain(&Processor::of(&body).slot);
    plain(&MemoryModule::of(&body).slot);
    plain(&Drive::of(&body).name);
    plain(&NetworkPort::of(&body).name);
    Boot::of(&body).targets.iter().for_each(|target| plain(target));
    plain(&Manager::of(&body).firmware.unwrap_or_default());
    let _ = Vendor::of(&body).facts();
    true
}

fn plain(text: &str) {
    assert!(!text.contains(|c| c != '\n' && acts(c)) && text.len() < 20_000, "{text:?}");
}
