//! Consoles that a cluster gives: terminals of guests and nodes, and screens of virtual machines.

use super::super::{Devices, reach::Way};
use super::guest::node;
use crate::{Authorized, Core, CoreError, Right};
use patchbay_device_proxmox::{Node, Screen, TerminalAt};
use patchbay_model::{ApiError, ErrorCode, ManagementKind, NodeId, TerminalSize};
use patchbay_session::Terminal;
use std::sync::Weak;
use tokio_util::sync::CancellationToken;

/// Where a terminal is.
#[derive(Clone, Debug)]
enum At {
    Guest(u32),
    Node(Node),
}

/// A terminal of a guest or a node, opened anew each time.
#[derive(Clone, Debug)]
pub(in super::super) struct TerminalOf {
    core: Weak<Core>,
    cluster: NodeId,
    at: At,
}

/// The screen of a virtual machine, opened anew each time: its password is good for one connection.
#[derive(Clone, Debug)]
pub(crate) struct ScreenOf {
    core: Weak<Core>,
    cluster: NodeId,
    guest: u32,
    /// What people call it.
    pub(crate) name: String,
    /// Where it is, in a few words.
    pub(crate) place: String,
}

impl Devices<'_> {
    /// The terminal of a guest, with the title of its tab and where it is.
    pub(in super::super) fn guest_terminal(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
    ) -> Result<(String, String, TerminalOf), CoreError> {
        let ScreenOf { core, cluster, name, place, .. } = self.screen_of(entry, guest)?;
        Ok((name, place, TerminalOf { core, cluster, at: At::Guest(guest) }))
    }

    /// A shell of a node, with the title of its tab and where it is.
    pub(in super::super) fn node_shell(
        &self,
        entry: &Authorized<NodeId>,
        name: &str,
    ) -> Result<(String, String, TerminalOf), CoreError> {
        let way = self.way_of(entry, ManagementKind::Proxmox)?;
        let at = At::Node(node("target", name)?);
        let place = format!("shell of a node of {}", way.machine());
        Ok((name.to_owned(), place, TerminalOf { core: self.0.weak(), cluster: way.entry, at }))
    }

    /// The screen of a virtual machine.
    pub(crate) fn screen_of(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
    ) -> Result<ScreenOf, CoreError> {
        let way = self.way_of(entry, ManagementKind::Proxmox)?;
        let name = self.guest_name(&way, guest)?;
        let place = format!("guest {guest} of {}", way.machine());
        Ok(ScreenOf { core: self.0.weak(), cluster: way.entry, guest, name, place })
    }

    /// What a guest is called, as far as that is known without asking.
    fn guest_name(&self, way: &Way, guest: u32) -> Result<String, CoreError> {
        let known = self.kept_reading(way)?.and_then(|reading| reading.guest(guest));
        let machine = || {
            let machine = self.machine_of(way, guest).filter(|machine| *machine != way.entry)?;
            self.0.tree().name(machine)
        };
        let known = known.map(|found| found.name).or_else(machine);
        Ok(known.unwrap_or_else(|| format!("Guest {guest}")))
    }
}

impl TerminalOf {
    /// Opens it.
    pub(in super::super) async fn open(
        self,
        size: TerminalSize,
        cancel: CancellationToken,
    ) -> Result<Terminal, ApiError> {
        let core = self.core.upgrade().ok_or_else(ended)?;
        let (devices, way) = (core.devices(), way(&core, self.cluster)?);
        let opening = async {
            let terminal = match &self.at {
                At::Node(node) => {
                    let at = TerminalAt::Node(node);
                    let asking = devices.ask_cluster(&way, |client| async move {
                        client.terminal(at, size, &cancel).await
                    });
                    asking.await?
                }
                At::Guest(guest) => {
                    let guest = devices.find(&way, *guest).await?.guest;
                    let asking = devices.ask_cluster(&way, |client| async move {
                        client.terminal(TerminalAt::Guest(&guest), size, &cancel).await
                    });
                    asking.await?
                }
            };
            Ok::<_, CoreError>(terminal)
        };
        opening.await.map_err(ApiError::from)
    }
}

impl ScreenOf {
    /// Asks for it, with a ticket of its own.
    pub(crate) async fn open(&self) -> Result<Screen, ApiError> {
        let core = self.core.upgrade().ok_or_else(ended)?;
        let (devices, way) = (core.devices(), way(&core, self.cluster)?);
        let opening = async {
            let found = devices.find(&way, self.guest).await?;
            if found.is_container() {
                let message = format!("{} is a container and has no screen.", found.called());
                return Err(CoreError::invalid("target", message, "Open its terminal."));
            }
            let asking = devices
                .ask_cluster(&way, |client| async move { client.screen(&found.guest).await });
            Ok(asking.await?)
        };
        opening.await.map_err(ApiError::from)
    }
}

fn way(core: &Core, cluster: NodeId) -> Result<Way, ApiError> {
    // Whoever opened the session was asked whether they may, and it may be connected again for as long as it is there.
    let entry = Authorized::new(cluster, Right::Use);
    Ok(core.devices().way_of(&entry, ManagementKind::Proxmox)?)
}

fn ended() -> ApiError {
    ApiError::new(ErrorCode::Cancelled, "Patchbay ends.")
}
