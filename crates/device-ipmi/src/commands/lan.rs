//! Settings of the BMC's own network (section 23.1 to 23.2, table 23-4).

use crate::{Bmc, IpmiError, Request};
use std::net::Ipv4Addr;

const TRANSPORT: u8 = 0x0c;
const SET: u8 = 1;
const GET: u8 = 2;
const THIS_CHANNEL: u8 = 0x0e;
const SET_IN_PROGRESS: u8 = 0;
const ADDRESS: u8 = 3;
const SOURCE: u8 = 4;
const MAC: u8 = 5;
const NETMASK: u8 = 6;
const GATEWAY: u8 = 12;
const VLAN: u8 = 20;

/// Where the BMC's address comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IpSource {
    /// Not told.
    Unspecified,
    /// Set by hand.
    Static,
    /// DHCP.
    Dhcp,
    /// The machine's firmware.
    Firmware,
    /// Something else.
    Other,
}

impl IpSource {
    const fn of(number: u8) -> Self {
        match number & 0xf {
            0 => Self::Unspecified,
            1 => Self::Static,
            2 => Self::Dhcp,
            3 => Self::Firmware,
            _ => Self::Other,
        }
    }

    const fn number(self) -> Option<u8> {
        match self {
            Self::Static => Some(1),
            Self::Dhcp => Some(2),
            Self::Firmware => Some(3),
            Self::Unspecified | Self::Other => None,
        }
    }
}

/// The BMC's network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LanSettings {
    /// Where the address comes from.
    pub source: IpSource,
    /// The address.
    pub address: Ipv4Addr,
    /// The mask.
    pub netmask: Ipv4Addr,
    /// The router; `0.0.0.0` is none.
    pub gateway: Ipv4Addr,
    /// 802.1Q VLAN, 1 to 4094.
    pub vlan: Option<u16>,
    /// The hardware's address; it is never set.
    pub mac: [u8; 6],
}

impl Bmc {
    /// The BMC's network.
    ///
    /// # Errors
    /// As for every command.
    pub async fn lan_settings(&self) -> Result<LanSettings, IpmiError> {
        let [vlan, flags] = self.lan(VLAN).await?;
        Ok(LanSettings {
            source: IpSource::of(self.lan::<1>(SOURCE).await?[0]),
            address: self.lan::<4>(ADDRESS).await?.into(),
            netmask: self.lan::<4>(NETMASK).await?.into(),
            gateway: self.lan::<4>(GATEWAY).await?.into(),
            vlan: (flags & 0x80 != 0).then_some(u16::from_le_bytes([vlan, flags & 0xf])),
            mac: self.lan(MAC).await?,
        })
    }

    /// Sets what differs from now. The address goes last: the BMC may be gone with it, and then
    /// [`IpmiError::NotKnown`] says so. Addresses are left alone where DHCP gives them.
    ///
    /// # Errors
    /// When a value cannot be set, and as for every command.
    pub async fn set_lan_settings(&self, new: &LanSettings) -> Result<(), IpmiError> {
        if new.vlan.is_some_and(|vlan| !(1..=4094).contains(&vlan)) {
            return Err(IpmiError::Invalid("a VLAN has a number from 1 to 4094"));
        }
        let now = self.lan_settings().await?;
        // Not every BMC knows it.
        let _unknown = self.set_lan(SET_IN_PROGRESS, &[1]).await;
        let result = self.change_lan(&now, new).await;
        if !matches!(result, Err(IpmiError::NotKnown { .. })) {
            if result.is_ok() {
                // BMCs that can roll back take nothing without it.
                let _unknown = self.set_lan(SET_IN_PROGRESS, &[2]).await;
            }
            let _unknown = self.set_lan(SET_IN_PROGRESS, &[0]).await;
        }
        result
    }

    async fn change_lan(&self, now: &LanSettings, new: &LanSettings) -> Result<(), IpmiError> {
        if new.source != now.source {
            let number = new.source.number();
            let number = number.ok_or(IpmiError::Invalid("that source cannot be chosen"))?;
            self.set_lan(SOURCE, &[number]).await?;
        }
        if new.source == IpSource::Static {
            if new.netmask != now.netmask {
                self.set_lan(NETMASK, &new.netmask.octets()).await?;
            }
            if new.gateway != now.gateway {
                self.set_lan(GATEWAY, &new.gateway.octets()).await?;
            }
        }
        if new.vlan != now.vlan {
            let [low, high] = new.vlan.unwrap_or_default().to_le_bytes();
            let enabled = u8::from(new.vlan.is_some()) << 7;
            self.set_last(VLAN, &[low, high | enabled]).await?;
        }
        if new.source == IpSource::Static && new.address != now.address {
            self.set_last(ADDRESS, &new.address.octets()).await?;
        }
        Ok(())
    }

    async fn lan<const N: usize>(&self, parameter: u8) -> Result<[u8; N], IpmiError> {
        let data = [THIS_CHANNEL, parameter, 0, 0];
        let answer = self.send(&Request::again("get LAN settings", TRANSPORT, GET, &data)).await?;
        // A revision comes first.
        let value = answer.get(1..).and_then(<[u8]>::first_chunk::<N>);
        value.copied().ok_or(IpmiError::Garbled("a message is too short"))
    }

    async fn set_lan(&self, parameter: u8, value: &[u8]) -> Result<(), IpmiError> {
        self.tell_lan(Request::again, parameter, value).await
    }

    /// Sets something after which the BMC may be somewhere else, so that a lost answer is told as what it is.
    async fn set_last(&self, parameter: u8, value: &[u8]) -> Result<(), IpmiError> {
        self.tell_lan(Request::once, parameter, value).await
    }

    async fn tell_lan(
        &self,
        kind: fn(&'static str, u8, u8, &[u8]) -> Request,
        parameter: u8,
        value: &[u8],
    ) -> Result<(), IpmiError> {
        let data = [&[THIS_CHANNEL, parameter], value].concat();
        self.send(&kind("set LAN settings", TRANSPORT, SET, &data)).await.map(drop)
    }
}
