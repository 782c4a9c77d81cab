//! Layer-3 addresses as the index of a table (`device-snmp::switch`).

use patchbay_device_snmp::switch::interface_address;

/// The index, a byte each.
pub(crate) fn run(data: &[u8]) -> bool {
    let index: Vec<u32> = data.iter().map(|byte| u32::from(*byte)).collect();
    let address = interface_address(&index);
    if let Some(address) = address {
        let bytes = if address.is_ipv4() { 4 } else { 16 };
        // With a zone, where the type says so.
        let zone = if data.first().is_some_and(|kind| *kind > 2) { 4 } else { 0 };
        assert_eq!(index.len(), 2 + bytes + zone);
    }
    address.is_some()
}
