//! Lists of ports as bits: `PortList` (RFC 4363). The first bit of the first byte is port 1.

use std::collections::BTreeSet;

/// Ports that are kept of a list. The largest switches have some thousand.
const MOST_BYTES: usize = 4096;

/// The ports of a list.
#[must_use]
pub fn ports(list: &[u8]) -> BTreeSet<u32> {
    let bytes = (0u32..).zip(list.iter().take(MOST_BYTES));
    bytes
        .flat_map(|(at, byte)| {
            (0..8).filter(move |bit| byte & (0x80 >> bit) != 0).map(move |bit| at * 8 + bit + 1)
        })
        .collect()
}

/// The list of ports, of this many bytes or as many as it takes: switches want as many as they send.
#[must_use]
pub fn list(ports: &BTreeSet<u32>, bytes: usize) -> Vec<u8> {
    let last = ports.last().map_or(0, |port| port.div_ceil(8) as usize);
    let mut list = vec![0; bytes.max(last).min(MOST_BYTES)];
    for port in ports.iter().filter_map(|port| port.checked_sub(1)) {
        if let Some(byte) = list.get_mut((port / 8) as usize) {
            *byte |= 0x80 >> (port % 8);
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::{list, ports};
    use std::collections::BTreeSet;

    #[test]
    fn the_first_bit_is_port_one_and_the_length_stays() {
        let some = BTreeSet::from([1, 8, 9, 48]);
        assert_eq!(list(&some, 6), [0x81, 0x80, 0, 0, 0, 0x01]);
        assert_eq!(list(&some, 8).len(), 8);
        assert_eq!(list(&some, 1), list(&some, 6));
        assert_eq!(ports(&list(&some, 8)), some);
        assert_eq!(ports(&[]), BTreeSet::new());
        assert_eq!(list(&BTreeSet::from([0, 4_000_000_000]), 1).len(), 4096);
    }
}
