//! Ports: IF-MIB (RFC 2863) and power over Ethernet (POWER-ETHERNET-MIB, RFC 3621).

use super::{bytes, column, number, text};
use crate::{Agent, SnmpError, columns::Cells};
use async_snmp::Oid;
use std::{collections::BTreeMap, time::Duration};

/// `ifEntry`.
pub(crate) const IF: [u32; 9] = [1, 3, 6, 1, 2, 1, 2, 2, 1];
/// `ifXEntry`.
pub(crate) const IF_X: [u32; 10] = [1, 3, 6, 1, 2, 1, 31, 1, 1, 1];
/// `pethPsePortEntry`.
const PSE_PORT: [u32; 10] = [1, 3, 6, 1, 2, 1, 105, 1, 1, 1];

/// One interface.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Port {
    /// `ifIndex`: its number, which may change when the switch starts anew.
    pub index: u32,
    /// `ifName`, or `ifDescr` where there is none: what the switch calls it.
    pub name: String,
    /// `ifDescr`.
    pub description: String,
    /// `ifAlias`: what people wrote there.
    pub alias: String,
    /// `ifType`.
    pub kind: PortKind,
    /// Its hardware address.
    pub mac: Option<[u8; 6]>,
    /// Bits a second; `None` where it says none.
    pub speed: Option<u64>,
    /// `ifAdminStatus`: what is wanted.
    pub admin: State,
    /// `ifOperStatus`: what is.
    pub oper: State,
    /// How long it has been in this state, where that is after the switch started.
    pub since: Option<Duration>,
}

/// `ifType` (IANAifType-MIB), as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PortKind {
    /// `ethernetCsmacd` (6) and its older names.
    Ethernet,
    /// `softwareLoopback` (24).
    Loopback,
    /// `l3ipvlan` (136), `l2vlan` (135).
    Vlan,
    /// `ieee8023adLag` (161), `propMultiplexor` (54).
    Aggregate,
    /// `tunnel` (131).
    Tunnel,
    /// Another, by its number.
    Other(u32),
}

impl From<u32> for PortKind {
    fn from(number: u32) -> Self {
        match number {
            // gigabitEthernet and the fast Ethernets, which RFC 3635 put together.
            6 | 62 | 69 | 117 => Self::Ethernet,
            24 => Self::Loopback,
            135 | 136 => Self::Vlan,
            54 | 161 => Self::Aggregate,
            131 => Self::Tunnel,
            other => Self::Other(other),
        }
    }
}

/// `ifAdminStatus` and `ifOperStatus`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// 1.
    Up,
    /// 2.
    Down,
    /// 3: passes only test packets.
    Testing,
    /// 4, or what it does not say.
    Unknown,
    /// 5: waits for something from outside.
    Dormant,
    /// 6: a part of it is not there.
    NotPresent,
    /// 7: down because of what is below it.
    LowerDown,
}

impl From<Option<u32>> for State {
    fn from(number: Option<u32>) -> Self {
        match number {
            Some(1) => Self::Up,
            Some(2) => Self::Down,
            Some(3) => Self::Testing,
            Some(5) => Self::Dormant,
            Some(6) => Self::NotPresent,
            Some(7) => Self::LowerDown,
            _ => Self::Unknown,
        }
    }
}

/// What a port that feeds a device does. The standard does not say which interface it belongs to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Poe {
    /// `pethPsePortGroupIndex`: the card or the switch of a stack.
    pub group: u32,
    /// `pethPsePortIndex`: on nearly all switches, the number of the port of the bridge.
    pub port: u32,
    /// `pethPsePortAdminEnable`.
    pub enabled: bool,
    /// `pethPsePortDetectionStatus`.
    pub detection: Detection,
    /// `pethPsePortPowerClassifications`, where a device is fed.
    pub class: Option<PoeClass>,
}

/// `pethPsePortDetectionStatus`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detection {
    /// 1.
    Disabled,
    /// 2.
    Searching,
    /// 3: a device is fed.
    Delivering,
    /// 4.
    Fault,
    /// 5.
    Test,
    /// 6.
    OtherFault,
    /// What is not in the standard.
    Unknown,
}

/// The class of a device that is fed, 0 to 4.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PoeClass(pub u8);

impl Agent {
    /// All ports, by `ifIndex`.
    ///
    /// # Errors
    /// When it does not answer, refuses, or loops.
    pub async fn ports(&self) -> Result<BTreeMap<u32, Port>, SnmpError> {
        let wanted: Vec<Oid> = [2, 3, 5, 6, 7, 8, 9]
            .map(|n| column(&IF, n))
            .into_iter()
            .chain([1, 15, 18].map(|n| column(&IF_X, n)))
            .collect();
        let up = self.get(&[Oid::from_slice(&crate::system::UP_TIME)]).await?;
        let up = up.first().and_then(|v| v.as_ref()?.as_u32());
        Ok(of_cells(&self.columns(&wanted).await?, up))
    }

    /// What the ports that feed devices do; empty where there are none.
    ///
    /// # Errors
    /// When it does not answer, refuses, or loops.
    pub async fn poe(&self) -> Result<Vec<Poe>, SnmpError> {
        let cells = self.columns(&[3, 6, 10].map(|n| column(&PSE_PORT, n))).await?;
        let [enabled, detection, class] = cells.as_slice() else { return Ok(Vec::new()) };
        let row = |index: &Vec<u32>| {
            let [group, port] = index.as_slice() else { return None };
            let detection = match number(detection, index) {
                Some(1) => Detection::Disabled,
                Some(2) => Detection::Searching,
                Some(3) => Detection::Delivering,
                Some(4) => Detection::Fault,
                Some(5) => Detection::Test,
                Some(6) => Detection::OtherFault,
                _ => Detection::Unknown,
            };
            // class0 is 1, class4 is 5, and it says something only while a device is fed.
            let class = number(class, index).and_then(|n| u8::try_from(n).ok()?.checked_sub(1));
            let fed = detection == Detection::Delivering;
            Some(Poe {
                group: *group,
                port: *port,
                enabled: number(enabled, index) == Some(1),
                detection,
                class: class.filter(|class| fed && *class < 5).map(PoeClass),
            })
        };
        Ok(enabled.keys().filter_map(row).collect())
    }
}

fn of_cells(cells: &[Cells], up: Option<u32>) -> BTreeMap<u32, Port> {
    let [description, kind, speed, mac, admin, oper, change, name, high_speed, alias] = cells
    else {
        return BTreeMap::new();
    };
    let port = |index: &Vec<u32>| {
        let [number_of_it] = index.as_slice() else { return None };
        let described = text(description, index);
        let named = text(name, index);
        // ifSpeed says 2³²-1 for what it cannot say; ifHighSpeed counts millions.
        let fast = number(high_speed, index).filter(|n| *n > 0).map(|n| u64::from(n) * 1_000_000);
        let slow = number(speed, index).filter(|n| *n > 0 && *n < u32::MAX).map(u64::from);
        let slow = slow.filter(|slow| fast.is_none() || *slow < 1_000_000);
        let since = number(change, index).zip(up).and_then(|(at, up)| up.checked_sub(at));
        let port = Port {
            index: *number_of_it,
            name: if named.is_empty() { described.clone() } else { named },
            description: described,
            alias: text(alias, index),
            kind: number(kind, index).unwrap_or(1).into(),
            mac: bytes(mac, index).try_into().ok(),
            speed: slow.or(fast),
            admin: number(admin, index).into(),
            oper: number(oper, index).into(),
            since: since.map(|ticks| Duration::from_millis(u64::from(ticks) * 10)),
        };
        Some((*number_of_it, port))
    };
    description.keys().filter_map(port).collect()
}
