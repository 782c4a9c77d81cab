//! Switches: ports, VLANs, and changes that are taken back unless somebody keeps them.
//!
//! A change belongs to a task that puts everything back when its time is up, when it is told to, or when nobody holds the change
//! any more: SNMP has no commit that a switch takes back by itself. A command line that has one is told so as well, and then does
//! it also after this computer lost its power. Locking the vault lets go of all
//! changes that were not kept, and so does closing the app, which waits a while for that ([`Devices::switches_settle`]).
//! While a switch does not answer it is asked again for a quarter of an hour at least. Deliberately absent: what a switch keeps
//! over a restart of what was changed by SNMP, which the standard leaves to it.

mod change;
mod driver;
mod plan;
mod read;
mod traffic;

pub(super) use change::Changes;
pub(super) use read::Reading;
pub(super) use traffic::Traffic;

use super::{
    Devices,
    reach::Way,
    snmp::{Reached, told},
};
use crate::{Authorized, CoreError, sync, wake::parse_mac};
use patchbay_device_snmp::switch::Learned;
use patchbay_model::{
    ManagementKind, ManagementWay, NodeId, PortTraffic, Switch, SwitchStation, Timestamp,
};
use std::{collections::HashMap, sync::Arc};

impl Devices<'_> {
    /// A switch with its ports and VLANs.
    pub async fn switch_get(
        &self,
        entry: &Authorized<NodeId>,
        refresh: bool,
    ) -> Result<Switch, CoreError> {
        let line = self.way_of(entry, ManagementKind::Cli).ok();
        let way = match (self.way_of(entry, ManagementKind::Snmp), &line) {
            (Ok(way), _) => way,
            (Err(_), Some(line)) => {
                let shown = self.cli_shown(line, refresh).await?;
                return Ok(shown.switch(&self.wired(line.entry)?));
            }
            (Err(none), None) => return Err(none),
        };
        let reached = self.snmp(&way).await?;
        let kept = &reached.kept;
        let now = self.0.clock().now();
        let reading = match kept.switch.fresh(now).filter(|_| !refresh) {
            Some(reading) => reading,
            None => Box::pin(self.read_switch(&way, &reached)).await?,
        };
        let rates = kept.traffic.lock().await.rates();
        let wired = self.wired(way.entry)?;
        let writable = *sync::lock(&kept.writable);
        Ok(Switch { layer3: line.is_some(), ..reading.shown(&rates, &wired, writable) })
    }

    /// Reads the counters of a switch, and gives what each port carried in the last hour.
    pub async fn switch_traffic(
        &self,
        entry: &Authorized<NodeId>,
        ports: Vec<u32>,
    ) -> Result<Vec<PortTraffic>, CoreError> {
        let way = match self.way_of(entry, ManagementKind::Snmp) {
            Ok(way) => way,
            // Its command line counts nothing.
            Err(none) => {
                return self
                    .way_of(entry, ManagementKind::Cli)
                    .map_or(Err(none), |_| Ok(Vec::new()));
            }
        };
        let reached = self.snmp(&way).await?;
        match reached.kept.switch.last() {
            // What a port's speed is does not change with every look.
            Some(reading) => Box::pin(self.count(&way, &reached, &reading)).await?,
            None => drop(Box::pin(self.read_switch(&way, &reached)).await?),
        }
        Ok(reached.kept.traffic.lock().await.points(&ports))
    }

    /// The addresses that a switch has seen, and behind which ports.
    pub async fn switch_stations(
        &self,
        entry: &Authorized<NodeId>,
    ) -> Result<Vec<SwitchStation>, CoreError> {
        let way = self.way_of(entry, ManagementKind::Snmp)?;
        let reached = self.snmp(&way).await?;
        let found = Box::pin(reached.agent.stations()).await.map_err(|error| told(&way, &error))?;
        let machines = self.0.tree().hardware_addresses()?;
        let machines =
            machines.into_iter().filter_map(|(id, name, mac)| Some((parse_mac(&mac)?, (id, name))));
        let machines: HashMap<[u8; 6], (NodeId, String)> = machines.collect();
        let mut stations: Vec<SwitchStation> = found
            .into_iter()
            .map(|station| SwitchStation {
                mac: written(station.mac),
                vlan: station.vlan,
                port: station.interface.filter(|_| station.learned != Learned::Own),
                machine: machines.get(&station.mac).cloned(),
            })
            .collect();
        stations.sort_by(|a, b| (a.port, a.vlan, &a.mac).cmp(&(b.port, b.vlan, &b.mac)));
        Ok(stations)
    }

    /// Reads it anew, with its counters.
    async fn read_switch(&self, way: &Way, reached: &Reached) -> Result<Arc<Reading>, CoreError> {
        let now = self.0.clock().now();
        let read = Reading::of(&reached.agent, self.0.clock().wall()).await;
        let reading = reached.kept.switch.keep(now, read.map_err(|error| told(way, &error))?);
        self.count(way, reached, &reading).await?;
        Ok(reading)
    }

    async fn count(
        &self,
        way: &Way,
        reached: &Reached,
        reading: &Reading,
    ) -> Result<(), CoreError> {
        let mut traffic = reached.kept.traffic.lock().await;
        let clock = self.0.clock();
        let counted = traffic.count(&reached.agent, reading.ports(), clock).await;
        counted.map_err(|error| told(way, &error))
    }

    /// Machines of the tree that are wired to ports of a switch: what it calls the port, the machine and its name.
    pub(super) fn wired(&self, switch: NodeId) -> Result<Vec<(String, NodeId, String)>, CoreError> {
        let parts = self.parts_of(switch)?.into_iter();
        let wired = parts.filter_map(|part| match part.management.way {
            ManagementWay::Port { port, .. } => Some((port, part.entry, part.draft.name)),
            _ => None,
        });
        Ok(wired.collect())
    }
}

/// Whether a machine is wired to one of these ports.
pub(super) fn is_wired(ports: &[String], port: &str) -> bool {
    ports.iter().any(|name| name.eq_ignore_ascii_case(port.trim()))
}

/// A hardware address as people write it.
fn written(mac: [u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}

/// So many seconds later.
fn later(time: Timestamp, seconds: u32) -> Timestamp {
    Timestamp(time.0.saturating_add(i64::from(seconds) * 1000))
}
