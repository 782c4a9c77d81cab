//! Console servers and KVM switches: their ports, and what hangs on each.
//!
//! The tables say which ports there are and whether they are used, and not how one is reached: a Dominion SX gives each port an
//! address or a TCP port of its own if somebody sets it so, which its module does not have. So a port is opened by the machine
//! of the tree that leads there. Deliberately absent: the screens of KVM switches, which only their makers' programs show.

use super::{
    Devices,
    reach::Way,
    snmp::{Reached, about, told},
};
use crate::{Authorized, CoreError};
use patchbay_device_snmp::{System, console};
use patchbay_model::{
    ConsolePort, ConsolePortState, ConsolePortUser, ConsoleServer, EntryDraft, Management,
    ManagementKind, ManagementWay, NodeId, Timestamp,
};
use std::sync::Arc;

/// A console server as it was read.
pub(super) struct Server {
    read: Timestamp,
    system: System,
    ports: Vec<console::ConsolePort>,
}

/// A machine that hangs on a port.
struct Hanging {
    port: u32,
    machine: ConsolePortUser,
}

impl Devices<'_> {
    /// A console server or KVM switch with its ports.
    pub async fn console_ports(
        &self,
        entry: &Authorized<NodeId>,
        refresh: bool,
    ) -> Result<ConsoleServer, CoreError> {
        let way = self.way_of(entry, ManagementKind::Snmp)?;
        let reached = self.snmp(&way).await?;
        let server = Box::pin(self.console_server(&way, &reached, refresh)).await?;
        let hanging = self.hanging(&way)?;
        let port = |port: &console::ConsolePort| ConsolePort {
            number: port.number,
            name: port.name.clone(),
            kind: port.kind.clone(),
            state: state(port.status),
            machines: hanging
                .iter()
                .filter(|one| one.port == port.number)
                .map(|one| one.machine.clone())
                .collect(),
        };
        let mut ports: Vec<ConsolePort> = server.ports.iter().map(port).collect();
        ports.sort_by_key(|port| port.number);
        Ok(ConsoleServer { read: server.read, about: about(&server.system), ports })
    }

    async fn console_server(
        &self,
        way: &Way,
        reached: &Reached,
        refresh: bool,
    ) -> Result<Arc<Server>, CoreError> {
        let now = self.0.clock().now();
        if let Some(server) = reached.kept.consoles.fresh(now).filter(|_| !refresh) {
            return Ok(server);
        }
        let failed = |error| told(way, &error);
        let system = reached.agent.system().await.map_err(failed)?;
        let ports = reached.agent.console_ports().await.map_err(failed)?;
        let read = self.0.clock().wall();
        Ok(reached.kept.consoles.keep(now, Server { read, system, ports }))
    }

    /// The machines that hang on ports of this one: those whose console is the server itself, or a machine at the address of the
    /// server, as one is that leads to a single port.
    fn hanging(&self, way: &Way) -> Result<Vec<Hanging>, CoreError> {
        let addresses = [way.draft.address.as_str(), way.address()?];
        let has_port =
            |one: &Management| matches!(one.way, ManagementWay::Console { port: Some(_), .. });
        let mut found = self.0.tree().managed(has_port)?;
        found.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
        let leads_here = |other: NodeId| {
            other == way.entry
                || self.0.tree().address(other).is_some_and(|at| addresses.contains(&at.as_str()))
        };
        let of_machine = |(entry, draft): &(NodeId, EntryDraft)| {
            let (entry, name) = (*entry, draft.name.clone());
            let hanging = |one: &Management| match one.way {
                ManagementWay::Console { entry: other, port: Some(port) } if leads_here(other) => {
                    let opens = (other != way.entry).then_some(other);
                    let name = name.clone();
                    Some(Hanging { port, machine: ConsolePortUser { entry, name, opens } })
                }
                _ => None,
            };
            draft.management.iter().filter_map(hanging).collect::<Vec<_>>()
        };
        Ok(found.iter().flat_map(of_machine).collect())
    }
}

const fn state(status: console::PortStatus) -> ConsolePortState {
    match status {
        console::PortStatus::Inactive => ConsolePortState::Inactive,
        console::PortStatus::Available => ConsolePortState::Idle,
        console::PortStatus::Connected => ConsolePortState::Connected,
        console::PortStatus::Busy => ConsolePortState::Busy,
        console::PortStatus::Unknown => ConsolePortState::Unknown,
    }
}
