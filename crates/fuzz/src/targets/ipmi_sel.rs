//! An entry of a BMC's event log (`device_ipmi::SelEntry`).

use patchbay_device_ipmi::{SelEntry, SelEvent};

/// The entry is kept as it is, and a sensor's event has words. Understood is what is an entry.
pub(crate) fn run(data: &[u8]) -> bool {
    let Ok(entry) = SelEntry::decode(data) else { return false };
    assert_eq!(entry.raw, data);
    assert!(!entry.event.kind().is_empty(), "a type without words");
    if let SelEvent::Sensor { what, .. } = entry.event {
        assert!(!what.is_empty(), "an event without words");
    }
    true
}
