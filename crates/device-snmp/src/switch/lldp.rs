//! Who is at the other end of a wire: LLDP-MIB (IEEE 802.1AB-2005).

use super::{bytes, column, number, text};
use crate::{
    Agent, SnmpError,
    columns::{Cells, Index},
    text::of_bytes,
};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// `lldpLocPortEntry`.
const LOCAL: [u32; 10] = [1, 0, 8802, 1, 1, 2, 1, 3, 7, 1];
/// `lldpRemEntry`.
const REMOTE: [u32; 10] = [1, 0, 8802, 1, 1, 2, 1, 4, 1, 1];
/// `lldpRemManAddrEntry`.
const ADDRESS: [u32; 10] = [1, 0, 8802, 1, 1, 2, 1, 4, 2, 1];

/// One neighbour.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Neighbour {
    /// Our port, as LLDP numbers it.
    pub local_port: u32,
    /// What our port is called: its interface's name, where LLDP says it by that.
    pub local_name: Option<String>,
    /// Which machine it is.
    pub chassis: Identity,
    /// Which of its ports.
    pub port: Identity,
    /// What it says of that port.
    pub port_description: String,
    /// What it is called.
    pub name: String,
    /// What it says of itself.
    pub description: String,
    /// What it can be, as short words.
    pub capabilities: Vec<&'static str>,
    /// Where it is managed.
    pub addresses: Vec<IpAddr>,
}

/// `LldpChassisId` and `LldpPortId`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Identity {
    /// A hardware address.
    Mac([u8; 6]),
    /// A network address.
    Address(IpAddr),
    /// A name of any kind.
    Name(String),
}

impl Identity {
    /// From its kind's number and its bytes. `mac` and `address` are the numbers of these kinds, which differ between
    /// chassis (4 and 5) and port (3 and 4).
    #[must_use]
    pub fn of(kind: Option<u32>, mac: u32, address: u32, data: &[u8]) -> Self {
        let parsed = if kind == Some(mac) {
            data.try_into().ok().map(Self::Mac)
        } else if kind == Some(address) {
            // IANA's address family before it.
            data.split_first()
                .and_then(|(family, rest)| ip(u32::from(*family), rest))
                .map(Self::Address)
        } else {
            None
        };
        parsed.unwrap_or_else(|| Self::Name(of_bytes(data)))
    }
}

fn ip(family: u32, data: &[u8]) -> Option<IpAddr> {
    match family {
        1 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(data).ok()?).into()),
        2 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(data).ok()?).into()),
        _ => None,
    }
}

/// The address in the index of `lldpRemManAddrTable`: time mark, our port, number, then family, length and bytes.
#[must_use]
pub fn management_address(index: &[u32]) -> Option<((u32, u32), IpAddr)> {
    let [_, port, which, family, length, rest @ ..] = index else { return None };
    if usize::try_from(*length) != Ok(rest.len()) {
        return None;
    }
    let data: Option<Vec<u8>> = rest.iter().map(|arc| u8::try_from(*arc).ok()).collect();
    Some(((*port, *which), ip(*family, &data?)?))
}

/// `LldpSystemCapabilitiesMap`: bit 0 is the highest of the first byte.
#[must_use]
pub fn capabilities(bits: &[u8]) -> Vec<&'static str> {
    const WORDS: [&str; 8] = [
        "other",
        "repeater",
        "bridge",
        "access point",
        "router",
        "telephone",
        "cable modem",
        "station",
    ];
    let byte = bits.first().copied().unwrap_or_default();
    WORDS
        .iter()
        .enumerate()
        .filter(|(at, _)| byte & (0x80 >> at) != 0)
        .map(|(_, word)| *word)
        .collect()
}

impl Agent {
    /// Its neighbours; empty where it does not speak LLDP.
    ///
    /// # Errors
    /// When it does not answer, refuses, or loops.
    pub async fn neighbours(&self) -> Result<Vec<Neighbour>, SnmpError> {
        let mut wanted = [4, 5, 6, 7, 8, 9, 10, 12].map(|n| column(&REMOTE, n)).to_vec();
        wanted.extend([column(&ADDRESS, 3), column(&LOCAL, 2), column(&LOCAL, 3)]);
        Ok(of_cells(&self.columns(&wanted).await?))
    }
}

fn of_cells(cells: &[Cells]) -> Vec<Neighbour> {
    let [
        chassis_kind,
        chassis,
        port_kind,
        port,
        described,
        named,
        system,
        enabled,
        managed,
        local_kind,
        local,
    ] = cells
    else {
        return Vec::new();
    };
    let mut addresses: BTreeMap<(u32, u32), Vec<IpAddr>> = BTreeMap::new();
    for (of, address) in managed.keys().filter_map(|index| management_address(index)) {
        addresses.entry(of).or_default().push(address);
    }
    let neighbour = |index: &Index| {
        let [_, at, which] = index.as_slice() else { return None };
        // 5 is an interface's name, 7 what the switch itself calls it.
        let named_so = matches!(number(local_kind, &vec![*at]), Some(5 | 7));
        Some(Neighbour {
            local_port: *at,
            local_name: named_so.then(|| text(local, &vec![*at])).filter(|name| !name.is_empty()),
            chassis: Identity::of(number(chassis_kind, index), 4, 5, bytes(chassis, index)),
            port: Identity::of(number(port_kind, index), 3, 4, bytes(port, index)),
            port_description: text(described, index),
            name: text(named, index),
            description: text(system, index),
            capabilities: capabilities(bytes(enabled, index)),
            addresses: addresses.get(&(*at, *which)).cloned().unwrap_or_default(),
        })
    };
    chassis.keys().filter_map(neighbour).collect()
}
