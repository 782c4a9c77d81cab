//! What the ways to manage a machine say, and whether they are trusted.

use super::{
    Devices, FRESH,
    cli::platform_of,
    reach::{Asked, Trouble, Way},
};
use crate::{Authorized, CoreError, Right, sync};
use futures_util::{StreamExt, stream};
use patchbay_device_snmp::pdu::{FAMILIES, Family};
use patchbay_model::{
    AppEvent, BmcProtocol, EntryDraft, MachineStatus, ManagementId, ManagementKind, ManagementWay,
    NodeId, PowerAction, PowerState, Secret, WayStatus,
};
use std::{collections::HashMap, sync::Mutex, time::Duration};
use tokio::time::Instant;

/// Ways of one machine that are asked at once.
const AT_ONCE: usize = 8;

/// What was said lately, and when by the clock of the services.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<HashMap<NodeId, (Duration, MachineStatus)>>);

impl Known {
    /// The vault is locked: it goes.
    pub(super) fn rest(&self) {
        sync::lock(&self.0).clear();
    }

    fn fresh(&self, entry: NodeId, ways: &[Way], now: Duration) -> Option<MachineStatus> {
        let known = sync::lock(&self.0);
        let (read, status) = known.get(&entry)?;
        let same = status.ways.len() == ways.len()
            && ways.iter().all(|way| status.ways.iter().any(|one| one.id == way.management.id));
        (same && now.saturating_sub(*read) < FRESH).then(|| status.clone())
    }

    /// What was said last, however long ago.
    pub(super) fn last(&self, entry: NodeId) -> Option<MachineStatus> {
        sync::lock(&self.0).get(&entry).map(|(_, status)| status.clone())
    }
}

/// The order in which ways are tried for a machine's power, and shown.
const fn rank(kind: ManagementKind) -> u8 {
    match kind {
        ManagementKind::Bmc => 0,
        ManagementKind::Guest => 1,
        ManagementKind::Outlet => 2,
        ManagementKind::Proxmox => 3,
        ManagementKind::Snmp => 4,
        ManagementKind::Cli => 5,
        ManagementKind::Port => 6,
        ManagementKind::Conserver => 7,
        ManagementKind::Console => 8,
    }
}

/// The actions in the order of the model.
const ACTIONS: [PowerAction; 7] = [
    PowerAction::On,
    PowerAction::ShutDown,
    PowerAction::Restart,
    PowerAction::Off,
    PowerAction::Cycle,
    PowerAction::Reset,
    PowerAction::Interrupt,
];

/// One machine's answers as a whole.
pub(super) fn joined(entry: NodeId, ways: Vec<WayStatus>) -> MachineStatus {
    let known = |status: &&WayStatus| status.power != PowerState::Unknown;
    // An outlet that feeds tells nothing of whether the machine behind it was started.
    let says = |status: &&WayStatus| {
        status.kind != ManagementKind::Outlet || status.power == PowerState::Off
    };
    let power = ways.iter().filter(known).find(says).map_or(PowerState::Unknown, |one| one.power);
    let offered = |action: &PowerAction| ways.iter().any(|one| one.offers.contains(action));
    MachineStatus { entry, power, offers: ACTIONS.into_iter().filter(offered).collect(), ways }
}

impl Devices<'_> {
    /// The ways in the order in which they are tried.
    pub(super) fn ranked(&self, entry: &Authorized<NodeId>) -> Result<Vec<Way>, CoreError> {
        let mut ways = self.ways(entry)?;
        ways.sort_by_key(|way| rank(way.management.way.kind()));
        Ok(ways)
    }

    /// Asks the ways to manage a machine, or gives what they said lately.
    pub async fn management_status(
        &self,
        entry: &Authorized<NodeId>,
        refresh: bool,
    ) -> Result<MachineStatus, CoreError> {
        let ways = self.ranked(entry)?;
        if !refresh
            && let Some(fresh) = self.state().known.fresh(*entry.get(), &ways, self.0.clock().now())
        {
            return Ok(fresh);
        }
        let asking = ways.into_iter().map(|way| async move { self.asked(&way).await });
        let said = stream::iter(asking).buffered(AT_ONCE).collect::<Vec<_>>().await;
        let status = joined(*entry.get(), said);
        self.remember(&status);
        Ok(status)
    }

    fn remember(&self, status: &MachineStatus) {
        let mut known = sync::lock(&self.state().known.0);
        known.insert(status.entry, (self.0.clock().now(), status.clone()));
        drop(known);
        self.0.emit(AppEvent::Machine { status: Box::new(status.clone()) });
    }

    /// Asks one way.
    async fn asked(&self, way: &Way) -> WayStatus {
        let began = Instant::now();
        let said = self.said_by(way).await;
        let mut status = WayStatus {
            id: way.management.id,
            kind: way.management.way.kind(),
            name: self.called(way),
            read: Some(self.0.clock().wall()),
            ms: u32::try_from(began.elapsed().as_millis()).ok(),
            power: PowerState::Unknown,
            offers: Vec::new(),
            about: String::new(),
            problem: None,
            question: None,
        };
        match said {
            Ok(Asked { power, offers, about }) => {
                (status.power, status.offers, status.about) = (power, offers, about);
            }
            Err(Trouble::Question(question)) => status.question = Some(question),
            Err(Trouble::Error(error)) => status.problem = Some(error),
        }
        status
    }

    async fn said_by(&self, way: &Way) -> Result<Asked, Trouble> {
        match &way.management.way {
            ManagementWay::Bmc { .. } => self.bmc_status(way).await,
            ManagementWay::Proxmox { .. } => self.cluster_status(way).await,
            ManagementWay::Snmp { .. } => self.snmp_status(way).await,
            ManagementWay::Cli { .. } => self.cli_status(way).await,
            ManagementWay::Guest { .. } => self.guest_status(way).await,
            ManagementWay::Outlet { .. } => self.outlet_status(way).await,
            ManagementWay::Conserver { .. } => self.conserver_status(way).await,
            // The switch and the console are machines with a state of their own.
            ManagementWay::Port { .. } | ManagementWay::Console { .. } => Ok(Asked::default()),
        }
    }

    /// What a way is called in lists.
    pub(super) fn called(&self, way: &Way) -> String {
        let of = |id: &NodeId| self.0.tree().name(*id).unwrap_or_else(|| "a machine".to_owned());
        let at = || way.address().unwrap_or("no address").to_owned();
        let what = match &way.management.way {
            ManagementWay::Bmc { protocol: BmcProtocol::Ipmi, .. } => format!("IPMI at {}", at()),
            ManagementWay::Bmc { protocol: BmcProtocol::Redfish, .. } => {
                format!("Redfish at {}", at())
            }
            ManagementWay::Proxmox { .. } => format!("Proxmox VE at {}", at()),
            ManagementWay::Snmp { .. } => format!("SNMP at {}", at()),
            ManagementWay::Cli { platform } => {
                format!("{} command line at {}", platform_of(*platform).title(), at())
            }
            ManagementWay::Guest { cluster, guest } => format!("guest {guest} of {}", of(cluster)),
            ManagementWay::Port { switch, port } => format!("port {port} of {}", of(switch)),
            ManagementWay::Outlet { pdu, outlet } => format!("outlet {outlet} of {}", of(pdu)),
            ManagementWay::Console { entry, .. } => format!("console {}", of(entry)),
            ManagementWay::Conserver { server, console, .. } => {
                let console = if console.is_empty() { way.machine() } else { console.as_str() };
                format!("console {console} of {}", of(server))
            }
        };
        match way.management.name.as_str() {
            "" => what,
            name => format!("{name}, {what}"),
        }
    }

    /// Asks one way to manage a machine that is not saved yet.
    pub async fn management_test(
        &self,
        folder: &Authorized<Option<NodeId>>,
        id: Option<NodeId>,
        draft: EntryDraft,
        way: ManagementId,
    ) -> Result<WayStatus, CoreError> {
        let way = self.way_of_draft(folder, id, draft, way)?;
        // What is not saved could lead anywhere: its secrets go only where the person knows them anyway.
        for identity in way.management.way.identities() {
            self.0.may_identity(identity, Right::Reveal)?;
        }
        if way.management.way.kind() == ManagementKind::Cli {
            for identity in way.route.iter().flat_map(|hop| hop.identities.get()) {
                self.0.may_identity(*identity, Right::Reveal)?;
            }
        }
        Ok(self.asked(&way).await)
    }

    /// The families of power units that are known: their keys, and makers with models.
    #[must_use]
    pub fn management_families(&self) -> Vec<(String, String)> {
        let family = |family: &Family| (family.key.to_owned(), family.title.to_owned());
        FAMILIES.iter().map(family).collect()
    }

    /// Puts the certificate or host key of a way to manage a machine on record.
    pub async fn management_trust(
        &self,
        entry: &Authorized<NodeId>,
        way: ManagementId,
        fingerprint: &str,
        replace: bool,
    ) -> Result<WayStatus, CoreError> {
        let way = self.way(entry, way)?;
        let (at, port) = match &way.management.way {
            ManagementWay::Bmc { protocol: BmcProtocol::Redfish, port, .. } => {
                (way.clone(), port.unwrap_or(443))
            }
            ManagementWay::Proxmox { port, .. } => (way.clone(), port.unwrap_or(8006)),
            ManagementWay::Conserver { plain: false, .. } => self.conserver_of(&way)?,
            ManagementWay::Cli { .. } => {
                self.cli_trust(&way, fingerprint, replace).await?;
                return self.asked_anew(entry, &way).await;
            }
            _ => {
                return Err(CoreError::invalid(
                    "way",
                    "This way to manage a machine has no certificate.",
                    "",
                ));
            }
        };
        self.keep_shown(&at, (at.address()?, port), fingerprint, replace).await?;
        self.asked_anew(entry, &way).await
    }

    /// Signs in with the code of a second factor, or a recovery key: at this way, or at the machine's cluster or its guest's.
    /// It is sent once, and what it opened is kept until the vault is locked.
    pub async fn management_sign_in(
        &self,
        entry: &Authorized<NodeId>,
        way: Option<ManagementId>,
        code: Secret<String>,
    ) -> Result<WayStatus, CoreError> {
        let asks = |way: &Way| {
            matches!(way.management.way.kind(), ManagementKind::Proxmox | ManagementKind::Guest)
        };
        let is_it = |one: &Way| way.is_none_or(|id| id == one.management.id);
        let mut ways = self.ways(entry)?.into_iter().filter(is_it);
        let way = ways.find(asks).ok_or_else(|| {
            CoreError::invalid("way", "This way to manage a machine asks for no code.", "")
        })?;
        self.cluster_sign_in(&way, code).await?;
        self.asked_anew(entry, &way).await
    }

    /// What a way says now.
    async fn asked_anew(
        &self,
        entry: &Authorized<NodeId>,
        way: &Way,
    ) -> Result<WayStatus, CoreError> {
        let status = self.management_status(entry, true).await?;
        let mut ways = status.ways.into_iter();
        ways.find(|one| one.id == way.management.id).ok_or(CoreError::NotFound("way to manage it"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: ManagementKind, power: PowerState, offers: &[PowerAction]) -> WayStatus {
        WayStatus {
            id: ManagementId::new(),
            kind,
            name: String::new(),
            read: None,
            ms: None,
            power,
            offers: offers.to_vec(),
            about: String::new(),
            problem: None,
            question: None,
        }
    }

    #[test]
    fn an_outlet_that_feeds_does_not_mean_that_the_machine_runs() {
        use PowerAction as A;
        let entry = NodeId::new();
        let outlet = said(ManagementKind::Outlet, PowerState::On, &[A::Cycle, A::On]);
        assert_eq!(joined(entry, vec![outlet.clone()]).power, PowerState::Unknown);
        let bmc = said(ManagementKind::Bmc, PowerState::Off, &[A::Reset, A::On]);
        let both = joined(entry, vec![bmc, outlet]);
        assert_eq!(both.power, PowerState::Off);
        assert_eq!(both.offers, [A::On, A::Cycle, A::Reset], "each once, in one order");
        let dark = said(ManagementKind::Outlet, PowerState::Off, &[]);
        assert_eq!(joined(entry, vec![dark]).power, PowerState::Off);
    }
}
