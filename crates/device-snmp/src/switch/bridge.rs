//! VLANs and learned addresses: BRIDGE-MIB (RFC 4188) and Q-BRIDGE-MIB (RFC 4363).

use super::{bytes, column, number, text};
use crate::{
    Agent, SnmpError, bits,
    columns::{Cells, Index},
};
use std::collections::{BTreeMap, BTreeSet};

/// `dot1dBasePortIfIndex`.
const BASE_PORT: [u32; 10] = [1, 3, 6, 1, 2, 1, 17, 1, 4, 1];
/// `dot1dTpFdbEntry`.
const FDB: [u32; 10] = [1, 3, 6, 1, 2, 1, 17, 4, 3, 1];
/// `dot1qTpFdbEntry`.
const Q_FDB: [u32; 12] = [1, 3, 6, 1, 2, 1, 17, 7, 1, 2, 2, 1];
/// `dot1qVlanCurrentEntry`.
const CURRENT: [u32; 12] = [1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 2, 1];
/// `dot1qVlanStaticEntry`.
pub(crate) const STATIC: [u32; 12] = [1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 3, 1];
/// `dot1qPortVlanEntry`.
pub(crate) const PORT_VLAN: [u32; 12] = [1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 5, 1];

/// The VLANs of a switch. Ports are those of the bridge.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Vlans {
    /// By their numbers.
    pub vlans: BTreeMap<u16, Vlan>,
    /// `dot1qPvid`: the VLAN of what comes in untagged, by port of the bridge.
    pub pvid: BTreeMap<u32, u16>,
    /// `dot1dBasePortIfIndex`: which interface a port of the bridge is.
    pub interfaces: BTreeMap<u32, u32>,
}

impl Vlans {
    /// The port of the bridge that this interface is.
    #[must_use]
    pub fn bridge_port(&self, interface: u32) -> Option<u32> {
        self.interfaces.iter().find(|(_, found)| **found == interface).map(|(port, _)| *port)
    }
}

/// One VLAN, as it is configured.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Vlan {
    /// `dot1qVlanStaticName`.
    pub name: String,
    /// `dot1qVlanStaticEgressPorts`: the ports it leaves by.
    pub egress: BTreeSet<u32>,
    /// `dot1qVlanStaticUntaggedPorts`: those of them it leaves by without a tag.
    pub untagged: BTreeSet<u32>,
    /// `dot1qVlanForbiddenEgressPorts`.
    pub forbidden: BTreeSet<u32>,
    /// How many bytes the switch has in its lists of ports.
    pub width: usize,
}

/// Where an address was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Station {
    /// The address.
    pub mac: [u8; 6],
    /// In which VLAN; `None` where the switch does not tell them apart.
    pub vlan: Option<u16>,
    /// Behind which interface; `None` for the switch itself and where it does not say.
    pub interface: Option<u32>,
    /// How it knows.
    pub learned: Learned,
}

/// `dot1qTpFdbStatus`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Learned {
    /// 3: seen.
    Seen,
    /// 4: its own.
    Own,
    /// 5: written down.
    Configured,
    /// 1, 2 and whatever else.
    Other,
}

impl Agent {
    /// The VLANs as they are configured, and the ports' own; empty where it has no VLANs.
    ///
    /// # Errors
    /// When it does not answer, refuses, or loops.
    pub async fn vlans(&self) -> Result<Vlans, SnmpError> {
        let mut wanted = [1, 2, 3, 4].map(|n| column(&STATIC, n)).to_vec();
        wanted.extend([column(&PORT_VLAN, 1), column(&BASE_PORT, 2)]);
        let cells = self.columns(&wanted).await?;
        let [names, egress, forbidden, untagged, pvid, interfaces] = cells.as_slice() else {
            return Ok(Vlans::default());
        };
        let vlan = |index: &Index| {
            let [id] = index.as_slice() else { return None };
            let list = bytes(egress, index);
            let vlan = Vlan {
                name: text(names, index),
                egress: bits::ports(list),
                untagged: bits::ports(bytes(untagged, index)),
                forbidden: bits::ports(bytes(forbidden, index)),
                width: list.len(),
            };
            Some((u16::try_from(*id).ok().filter(|id| (1..=4094).contains(id))?, vlan))
        };
        let by_port = |cells: &Cells| -> BTreeMap<u32, u32> {
            let row = |(index, _): (&Index, _)| Some((*index.first()?, number(cells, index)?));
            cells.iter().filter_map(row).collect()
        };
        let pvid = by_port(pvid).into_iter();
        Ok(Vlans {
            vlans: egress.keys().filter_map(vlan).collect(),
            pvid: pvid.filter_map(|(port, id)| Some((port, u16::try_from(id).ok()?))).collect(),
            interfaces: by_port(interfaces),
        })
    }

    /// The addresses it knows.
    ///
    /// # Errors
    /// When it does not answer, refuses, loops, or knows more than anybody wants to read.
    pub async fn stations(&self) -> Result<Vec<Station>, SnmpError> {
        let mut wanted = [2, 3].map(|n| column(&Q_FDB, n)).to_vec();
        wanted.extend([column(&CURRENT, 3), column(&BASE_PORT, 2)]);
        let mut cells = self.columns(&wanted).await?;
        // A switch without VLANs, or one that has the older table alone.
        if cells.first().is_some_and(Cells::is_empty) {
            let older = self.columns(&[2, 3].map(|n| column(&FDB, n))).await?;
            cells.splice(0..2, older);
        }
        let [ports, status, databases, interfaces] = cells.as_slice() else {
            return Ok(Vec::new());
        };
        // A database of addresses is a VLAN's, mostly under the same number.
        let vlan_of: BTreeMap<u32, u32> = databases
            .keys()
            .filter_map(|index| Some((number(databases, index)?, *index.last()?)))
            .collect();
        Ok(ports
            .keys()
            .filter_map(|index| {
                let (before, mac) = index.split_at_checked(index.len().checked_sub(6)?)?;
                let mac: Vec<u8> = mac.iter().filter_map(|arc| u8::try_from(*arc).ok()).collect();
                let database = before.first();
                let vlan = database.map(|id| vlan_of.get(id).unwrap_or(id));
                let port = number(ports, index).filter(|port| *port > 0);
                Some(Station {
                    mac: mac.try_into().ok()?,
                    vlan: vlan.and_then(|id| u16::try_from(*id).ok()),
                    interface: port.and_then(|port| number(interfaces, &vec![port])),
                    learned: match number(status, index) {
                        Some(3) => Learned::Seen,
                        Some(4) => Learned::Own,
                        Some(5) => Learned::Configured,
                        _ => Learned::Other,
                    },
                })
            })
            .collect())
    }
}
