//! The power of guests: for the cluster's own page, and as one of the ways to a machine's power.
//!
//! A command is sent once. What was accepted is done when its task says so.

use super::super::{
    Devices, guard,
    reach::{Asked, Trouble, Way},
};
use super::{client::is_lost, reading::Found, task::What};
use crate::{Authorized, CoreError};
use patchbay_device_proxmox::{Client, Power, ProxmoxError};
use patchbay_model::{
    ApiError, ClusterTask, ErrorCode, GuestPower, ManagementKind, ManagementWay, NodeId,
    PowerAction, PowerGuard, PowerState, PowerTaken,
};
use std::time::Duration;

/// How long a guest may take to shut down before the task says that it does not.
const PATIENCE: Option<Duration> = Some(Duration::from_secs(180));

impl Devices<'_> {
    /// What a cluster is: "Proxmox VE 8.2, 3 nodes, 12 guests".
    pub(in super::super) async fn cluster_status(&self, way: &Way) -> Result<Asked, Trouble> {
        let reading = self.read(way).await?;
        let version: Vec<&str> = reading.version.split('.').take(2).collect();
        let count = |number: usize, what: &str| {
            format!("{number} {what}{}", if number == 1 { "" } else { "s" })
        };
        let (nodes, guests) = reading.counts();
        let about = format!(
            "Proxmox VE {}, {}, {}",
            version.join("."),
            count(nodes, "node"),
            count(guests, "guest")
        );
        Ok(Asked { about, ..Asked::default() })
    }

    /// Whether a guest runs, and what can be done about that.
    pub(in super::super) async fn guest_status(&self, way: &Way) -> Result<Asked, Trouble> {
        let (cluster, found) = self.guest_by(way).await?;
        let kind = if found.is_container() { "container" } else { "virtual machine" };
        let state = if found.online { found.status.as_str() } else { "its node is away" };
        let about = format!(
            "{kind} {} on {} of {}: {state}",
            found.called(),
            found.guest.node,
            cluster.machine()
        );
        Ok(Asked { power: found.power(), offers: found.offers(), about })
    }

    /// Does something with a guest's power, and waits until it is done.
    pub(in super::super) async fn guest_do_power(
        &self,
        way: &Way,
        action: PowerAction,
    ) -> Result<PowerTaken, Trouble> {
        let (cluster, found) = self.guest_by(way).await?;
        found.can_be_asked()?;
        let is = found.power();
        let steps: &[Power] = match (action, is) {
            (PowerAction::On, PowerState::On)
            | (PowerAction::ShutDown | PowerAction::Off, PowerState::Off) => {
                return Ok(PowerTaken::NotNeeded);
            }
            // Its processors stand still.
            (PowerAction::On, _) if found.status == "paused" => &[Power::Resume],
            (PowerAction::On, _) => &[Power::Start],
            (PowerAction::ShutDown, _) => &[Power::Shutdown { timeout: PATIENCE, force: false }],
            (PowerAction::Restart, _) => &[Power::Reboot { timeout: PATIENCE }],
            (PowerAction::Off, _) => &[Power::Stop],
            (PowerAction::Cycle, _) => &[Power::Stop, Power::Start],
            (PowerAction::Reset, _) => &[Power::Reset],
            (PowerAction::Interrupt, _) => {
                let message = "A cluster has no way to interrupt a guest.".to_owned();
                return Err(Trouble::Error(ProxmoxError::Invalid(message).into()));
            }
        };
        if is == PowerState::Off && action != PowerAction::On {
            let message = format!("{} is off.", found.called());
            let error = ApiError::new(ErrorCode::Invalid, message).next("Turn it on instead.");
            return Err(Trouble::Error(error));
        }
        let client = self.cluster_client(&cluster).await?;
        for step in steps {
            let done = async {
                let upid = client.power(&found.guest, *step).await?;
                client.finish(&upid).await
            };
            match done.await {
                Ok(_) => {}
                Err(error) if is_lost(&error) => {
                    tracing::info!(%error, "what became of a guest's power is not known");
                    return Ok(PowerTaken::Unknown);
                }
                Err(error) => return Err(self.trouble(&cluster, error).await),
            }
        }
        self.read_again(&cluster).await;
        Ok(PowerTaken::Done)
    }

    /// The cluster of a way to a guest, and where the guest is and what it does at this moment.
    async fn guest_by(&self, way: &Way) -> Result<(Way, Found), Trouble> {
        let ManagementWay::Guest { guest, .. } = way.management.way else {
            return Err(CoreError::NotFound("guest").into());
        };
        let cluster = self.other(way, ManagementKind::Proxmox)?;
        let mut found = self.find(&cluster, guest).await?;
        if found.online {
            let of = found.guest.clone();
            let asking = self.ask_cluster(&cluster, |client| async move { client.now(&of).await });
            found.status = asking.await?;
        }
        Ok((cluster, found))
    }

    /// What is to be known before something is done with a guest's power.
    pub async fn guest_power_guard(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
        action: GuestPower,
    ) -> Result<PowerGuard, CoreError> {
        let (way, found) = self.guest_of(entry, guest).await?;
        self.guard_guest(way.entry, (guest, &found.name), action).await
    }

    /// Does something with a guest's power.
    pub async fn guest_power(
        &self,
        entry: &Authorized<NodeId>,
        guest: u32,
        action: GuestPower,
        confirmed: Option<String>,
    ) -> Result<ClusterTask, CoreError> {
        let (way, found) = self.guest_of(entry, guest).await?;
        // Nothing goes down by the others.
        if !matches!(action, GuestPower::Start | GuestPower::Resume) {
            let asked = self.guard_guest(way.entry, (guest, &found.name), action).await?;
            guard::confirmed(&asked, confirmed.as_deref())?;
        }
        found.can_be_asked().map_err(CoreError::from)?;
        let power = power_of(action);
        let title = format!("{} {}", guest_verb(action), found.called());
        let what = What { noted: self.machine_of(&way, guest), ..found.what(title) };
        let doing =
            |client: Client| async move { client.power(&found.guest, power).await.map(Some) };
        self.begin_task(&way, what, doing).await
    }
}

impl Found {
    fn power(&self) -> PowerState {
        match self.status.as_str() {
            _ if !self.online => PowerState::Unknown,
            "running" => PowerState::On,
            "stopped" => PowerState::Off,
            _ => PowerState::Unknown,
        }
    }

    fn offers(&self) -> Vec<PowerAction> {
        use PowerAction as A;
        if self.template {
            return Vec::new();
        }
        let all = [A::On, A::ShutDown, A::Restart, A::Off, A::Cycle, A::Reset];
        all.into_iter().filter(|action| *action != A::Reset || !self.is_container()).collect()
    }

    /// Fails if its node is away: nothing is to be sent that would only be lost.
    fn can_be_asked(&self) -> Result<(), Trouble> {
        if self.online {
            return Ok(());
        }
        let (node, guest) = (&self.guest.node, self.called());
        let message = format!("The node {node} is away, and {guest} is on it.");
        let error = ApiError::new(ErrorCode::Unreachable, message);
        Err(Trouble::Error(error.next("Look after the node first.").retry()))
    }
}

/// What people call it.
pub(in super::super) const fn guest_verb(action: GuestPower) -> &'static str {
    match action {
        GuestPower::Start => "Start",
        GuestPower::ShutDown => "Shut down",
        GuestPower::Reboot => "Reboot",
        GuestPower::Stop => "Force off",
        GuestPower::Reset => "Reset",
        GuestPower::Suspend => "Pause",
        GuestPower::Hibernate => "Hibernate",
        GuestPower::Resume => "Resume",
    }
}

/// What the cluster calls it.
const fn power_of(action: GuestPower) -> Power {
    match action {
        GuestPower::Start => Power::Start,
        GuestPower::ShutDown => Power::Shutdown { timeout: PATIENCE, force: false },
        GuestPower::Reboot => Power::Reboot { timeout: PATIENCE },
        GuestPower::Stop => Power::Stop,
        GuestPower::Reset => Power::Reset,
        GuestPower::Suspend => Power::Suspend { to_disk: false },
        GuestPower::Hibernate => Power::Suspend { to_disk: true },
        GuestPower::Resume => Power::Resume,
    }
}
