//! Lists of ports of a switch (`device-snmp::bits`).

use patchbay_device_snmp::bits::{list, ports};

/// What is read of a list is what is written of it, in as many bytes.
pub(crate) fn run(data: &[u8]) -> bool {
    let found = ports(data);
    let written = list(&found, data.len());
    assert_eq!(ports(&written), found);
    assert_eq!(written, data.get(..written.len()).unwrap_or_default());
    !found.is_empty()
}
