//! Layer-3 addresses of interfaces: IP-MIB (RFC 4293), and the older `ipAddrTable` that is in it for version 4.

use super::{column, number};
use crate::{Agent, SnmpError, columns::Cells};
use async_snmp::Value;
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// `ipAddressEntry`.
const ADDRESS: [u32; 9] = [1, 3, 6, 1, 2, 1, 4, 34, 1];
/// `ipAddressPrefixEntry`, whose last number is the prefix's length.
const PREFIX: [u32; 9] = [1, 3, 6, 1, 2, 1, 4, 32, 1];
/// `ipAddrEntry`.
const OLDER: [u32; 9] = [1, 3, 6, 1, 2, 1, 4, 20, 1];

/// An address of an interface.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct InterfaceAddress {
    /// It.
    pub address: IpAddr,
    /// How many bits of it name the network, where that is said.
    pub prefix: Option<u8>,
}

impl std::fmt::Display for InterfaceAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.prefix {
            Some(prefix) => write!(f, "{}/{prefix}", self.address),
            None => write!(f, "{}", self.address),
        }
    }
}

impl Agent {
    /// The addresses of its interfaces, by `ifIndex`; empty where it has none.
    ///
    /// # Errors
    /// When it does not answer, refuses, or loops.
    pub async fn addresses(&self) -> Result<BTreeMap<u32, Vec<InterfaceAddress>>, SnmpError> {
        let mut wanted = [3, 4, 5].map(|n| column(&ADDRESS, n)).to_vec();
        wanted.extend([2, 3].map(|n| column(&OLDER, n)));
        Ok(of_cells(&self.columns(&wanted).await?))
    }
}

fn of_cells(cells: &[Cells]) -> BTreeMap<u32, Vec<InterfaceAddress>> {
    let [interfaces, kinds, prefixes, older, masks] = cells else { return BTreeMap::new() };
    let mut found: BTreeMap<u32, BTreeMap<IpAddr, Option<u8>>> = BTreeMap::new();
    for index in interfaces.keys() {
        // Of anycast (2) and broadcast (3) there is nothing to reach it by.
        let unicast = number(kinds, index).is_none_or(|kind| kind == 1);
        if let (true, Some(address), Some(interface)) =
            (unicast, interface_address(index), number(interfaces, index))
        {
            let prefix = prefixes.get(index).and_then(|value| prefix_length(value, address));
            found.entry(interface).or_default().insert(address, prefix);
        }
    }
    for index in older.keys() {
        let bytes: Option<Vec<u8>> = index.iter().map(|arc| u8::try_from(*arc).ok()).collect();
        let bytes = bytes.and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
        let (Some(bytes), Some(interface)) = (bytes, number(older, index)) else { continue };
        let mask = masks.get(index).and_then(mask_length);
        let kept = found.entry(interface).or_default().entry(Ipv4Addr::from(bytes).into());
        let kept = kept.or_insert(mask);
        *kept = kept.or(mask);
    }
    let listed = |addresses: BTreeMap<IpAddr, Option<u8>>| {
        let one = |(address, prefix)| InterfaceAddress { address, prefix };
        addresses.into_iter().map(one).collect()
    };
    found.into_iter().map(|(interface, addresses)| (interface, listed(addresses))).collect()
}

/// The address in the index of `ipAddressTable`: `InetAddressType` and `InetAddress` (RFC 4001), that is type, length and bytes.
/// Those with a zone have four more.
#[must_use]
pub fn interface_address(index: &[u32]) -> Option<IpAddr> {
    let [kind, length, bytes @ ..] = index else { return None };
    if usize::try_from(*length) != Ok(bytes.len()) {
        return None;
    }
    let bytes: Option<Vec<u8>> = bytes.iter().map(|arc| u8::try_from(*arc).ok()).collect();
    let bytes = bytes?;
    match kind {
        1 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?).into()),
        2 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).into()),
        3 => Some(Ipv4Addr::from(without_zone(&bytes)?).into()),
        4 => Some(Ipv6Addr::from(without_zone(&bytes)?).into()),
        _ => None,
    }
}

fn without_zone<const LENGTH: usize>(bytes: &[u8]) -> Option<[u8; LENGTH]> {
    bytes.split_last_chunk::<4>()?.0.try_into().ok()
}

/// `ipAddressPrefix`: a pointer to a row of the table of prefixes, or to nothing (`0.0`).
fn prefix_length(value: &Value, address: IpAddr) -> Option<u8> {
    let arcs = value.as_oid()?.arcs();
    if !arcs.starts_with(&PREFIX) {
        return None;
    }
    let most = if address.is_ipv4() { 32 } else { 128 };
    u8::try_from(*arcs.last()?).ok().filter(|length| *length <= most)
}

/// `ipAdEntNetMask`: ones, then zeros.
fn mask_length(value: &Value) -> Option<u8> {
    let mask = match value {
        Value::IpAddress(bytes) => u32::from_be_bytes(*bytes),
        _ => return None,
    };
    let length = mask.leading_ones();
    (mask.checked_shl(length).unwrap_or_default() == 0).then(|| u8::try_from(length).ok())?
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::columns::Index;
    use async_snmp::Oid;

    fn row(index: &[u32], value: Value) -> (Index, Value) {
        (index.to_vec(), value)
    }

    #[test]
    fn both_tables_are_one_and_what_is_no_address_is_left_out() {
        let four = [1, 4, 192, 0, 2, 1];
        let cast = [1, 4, 192, 0, 2, 255];
        let six = [2, 16, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        let zone = [4, 20, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 7];
        let lies = [1, 9, 192, 0, 2, 1];
        let rows = [&four[..], &cast, &six, &zone, &lies];
        let interfaces = rows.iter().map(|index| row(index, Value::Integer(20))).collect();
        let kinds = [row(&four, Value::Integer(1)), row(&cast, Value::Integer(3))].into();
        let pointer: Vec<u32> =
            PREFIX.into_iter().chain([5, 20, 2, 16]).chain([0; 16]).chain([64]).collect();
        let nowhere = Value::ObjectIdentifier(Oid::from_slice(&[0, 0]));
        let prefixes =
            [row(&four, nowhere), row(&six, Value::ObjectIdentifier(Oid::from_slice(&pointer)))]
                .into();
        let older = [
            row(&[192, 0, 2, 1], Value::Integer(20)),
            row(&[198, 51, 100, 1], Value::Integer(30)),
            row(&[198, 51, 100, 999], Value::Integer(30)),
        ]
        .into();
        let masks = [
            row(&[192, 0, 2, 1], Value::IpAddress([255, 255, 255, 0])),
            row(&[198, 51, 100, 1], Value::IpAddress([255, 0, 255, 0])),
        ]
        .into();
        let found = of_cells(&[interfaces, kinds, prefixes, older, masks]);
        let said: Vec<(u32, Vec<String>)> = found
            .into_iter()
            .map(|(at, all)| (at, all.iter().map(ToString::to_string).collect()))
            .collect();
        let twenty = ["192.0.2.1/24", "2001:db8::1/64", "fe80::9"].map(str::to_owned).to_vec();
        assert_eq!(said, [(20, twenty), (30, vec!["198.51.100.1".to_owned()])]);
    }
}
