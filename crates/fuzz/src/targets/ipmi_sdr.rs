//! A sensor record (`device_ipmi::Sdr`), and what its formula makes of every byte.

use patchbay_device_ipmi::Sdr;

/// Values are numbers, and a record gives at most fifteen sensors. Understood is what is a sensor or an inventory.
pub(crate) fn run(data: &[u8]) -> bool {
    let Ok(record) = Sdr::decode(data) else { return false };
    let sensors = match record {
        Sdr::Sensors(sensors) => sensors,
        Sdr::Fru(_) => return true,
        Sdr::Other(_) => return false,
    };
    assert!((1..=15).contains(&sensors.len()), "{} sensors in a record", sensors.len());
    for formula in sensors.iter().filter_map(|sensor| sensor.formula) {
        let values = (0..=u8::MAX).filter_map(|raw| formula.value(raw));
        assert!(values.into_iter().all(f64::is_finite), "a value is no number");
    }
    true
}
