//! Many machines at once: what is known of them, and doing something with their power.

use super::{Devices, guard::confirmed, management::joined};
use crate::{Authorized, CoreError, Right, sync};
use futures_util::{StreamExt, stream};
use patchbay_model::{
    ClusterTaskState, FleetResult, FleetRow, ManagementKind, NodeId, PowerAction, Severity,
};
use std::{collections::HashMap, sync::Mutex};

/// Machines that are asked at once.
const AT_ONCE: usize = 32;
/// Most that somebody may want to have done at once.
const MOST_AT_ONCE: u8 = 64;

/// What was seen of a machine besides its power.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Seen {
    pub(super) sensors_out: Option<u32>,
    pub(super) ports_down: Option<u32>,
    pub(super) guests: Option<(u32, u32)>,
}

/// The same of all machines.
#[derive(Debug, Default)]
pub(crate) struct SeenState(Mutex<HashMap<NodeId, Seen>>);

impl SeenState {
    /// The vault is locked: it goes.
    pub(super) fn rest(&self) {
        sync::lock(&self.0).clear();
    }
}

impl Devices<'_> {
    /// Keeps what was seen of a machine, for lists.
    pub(super) fn saw(&self, entry: NodeId, change: impl FnOnce(&mut Seen)) {
        change(sync::lock(&self.state().seen.0).entry(entry).or_default());
    }

    /// All machines with ways to manage them, and what these said lately or say now.
    pub async fn fleet_list(
        &self,
        folder: &Authorized<Option<NodeId>>,
        refresh: bool,
    ) -> Result<Vec<FleetRow>, CoreError> {
        self.0.own_computer("manage machines below their operating system")?;
        let tree = self.0.tree();
        let mut machines = tree.managed(|_| true)?;
        machines.retain(|(id, _)| tree.is_inside(*id, *folder.get()).unwrap_or(false));
        let mut running = self.cluster_tasks();
        running.retain(|task| task.state == ClusterTaskState::Running);
        let running = &running;
        let rows = machines.into_iter().map(|(id, draft)| async move {
            let entry = Authorized::new(id, Right::Use);
            let status = match refresh {
                true => self.management_status(&entry, true).await.ok(),
                false => self.state().known.last(id),
            };
            if refresh {
                self.look_closely(&entry).await;
            }
            let seen = sync::lock(&self.state().seen.0).get(&id).copied().unwrap_or_default();
            FleetRow {
                status: status.unwrap_or_else(|| joined(id, Vec::new())),
                name: draft.name,
                path: self.0.tree().folders_above(id).unwrap_or_default().join(" / "),
                sensors_out: seen.sensors_out,
                ports_down: seen.ports_down,
                guests: seen.guests,
                tasks: running
                    .iter()
                    .filter(|task| task.entry == id)
                    .count()
                    .try_into()
                    .unwrap_or(u32::MAX),
            }
        });
        let mut rows: Vec<FleetRow> = stream::iter(rows).buffer_unordered(AT_ONCE).collect().await;
        rows.sort_by_cached_key(|row| (row.path.to_lowercase(), row.name.to_lowercase()));
        Ok(rows)
    }

    /// Reads what lists show besides power, after its status was asked, which has read a cluster. What cannot be read is said by that.
    async fn look_closely(&self, entry: &Authorized<NodeId>) {
        for way in self.ways(entry).unwrap_or_default() {
            match way.management.way.kind() {
                ManagementKind::Bmc => {
                    if let Ok(read) = self.bmc_sensors(entry, way.management.id).await {
                        let bad = read.sensors.iter().filter(|one| one.severity > Severity::Good);
                        let out = u32::try_from(bad.count()).ok();
                        self.saw(*entry.get(), |seen| seen.sensors_out = out);
                    }
                }
                ManagementKind::Proxmox => {
                    if let Ok(read) = self.cluster_get(entry, false).await {
                        let guests = read.guests.iter().filter(|guest| !guest.template);
                        let count = |all: usize| u32::try_from(all).unwrap_or(u32::MAX);
                        let running = guests.clone().filter(|guest| guest.status == "running");
                        let both = (count(running.count()), count(guests.count()));
                        self.saw(*entry.get(), |seen| seen.guests = Some(both));
                    }
                }
                ManagementKind::Snmp | ManagementKind::Cli => {
                    if let Ok(read) = self.switch_get(entry, true).await {
                        let down = |port: &&patchbay_model::SwitchPort| {
                            port.physical && port.state == patchbay_model::PortState::Down
                        };
                        let down = u32::try_from(read.ports.iter().filter(down).count()).ok();
                        self.saw(*entry.get(), |seen| seen.ports_down = down);
                    }
                }
                _ => {}
            }
        }
    }

    /// Does something with the power of many machines.
    pub async fn fleet_power(
        &self,
        entries: &Authorized<Vec<NodeId>>,
        action: PowerAction,
        at_once: u8,
        typed: Option<String>,
    ) -> Result<Vec<FleetResult>, CoreError> {
        if at_once == 0 || at_once > MOST_AT_ONCE {
            let message = format!("From 1 to {MOST_AT_ONCE} machines can be told at once.");
            return Err(CoreError::invalid("atOnce", message, "Type a number in between."));
        }
        let guard = self.power_guard(entries, action, None).await?;
        confirmed(&guard, typed.as_deref())?;
        let telling = entries.each().map(|entry| async move {
            let came = self.power_sure(&entry, action, None).await;
            let (done, problem) = match came {
                Ok(done) => (Some(done), None),
                Err(error) => (None, Some(error.into())),
            };
            FleetResult { entry: *entry.get(), done, problem }
        });
        Ok(stream::iter(telling).buffered(usize::from(at_once)).collect().await)
    }
}
