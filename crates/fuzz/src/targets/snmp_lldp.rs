//! What neighbours say of themselves (`device-snmp::switch`), and text of agents (`device-snmp::text`).

use super::acts;
use patchbay_device_snmp::{
    switch::{Identity, capabilities, management_address},
    text,
};

/// The first byte is the kind of an identity, the rest its bytes; or all of it the index of an address, a byte each.
pub(crate) fn run(data: &[u8]) -> bool {
    let Some((kind, rest)) = data.split_first() else { return false };
    let shown = text::of_bytes(rest);
    assert!(!shown.chars().any(|c| c != '\n' && acts(c)), "{shown:?}");
    assert!(shown.chars().count() <= 1024);
    assert!(capabilities(rest).len() <= 8);
    let identity = Identity::of(Some((*kind).into()), 4, 5, rest);
    let index: Vec<u32> = data.iter().map(|byte| u32::from(*byte)).collect();
    let address = management_address(&index);
    if let Some((_, address)) = address {
        assert_eq!(index.len(), 5 + if address.is_ipv4() { 4 } else { 16 });
    }
    address.is_some() || !matches!(identity, Identity::Name(_))
}
