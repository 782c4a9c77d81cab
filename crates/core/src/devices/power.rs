//! The power of machines, by the best way that works.
//!
//! Controller, hypervisor, outlets, in that order, unless one is asked for alone. A way that refuses, or cannot be reached before
//! anything was sent, is followed by the next. A way whose answer was lost is the last: what it was told may be done already, and
//! nothing is told twice.

use super::{
    Devices,
    guard::confirmed,
    reach::{Trouble, Way},
};
use crate::{Authorized, CoreError};
use patchbay_model::{
    ApiError, ErrorCode, ManagementId, ManagementKind, ManagementWay, NodeId, PowerAction,
    PowerDone, PowerGuard, PowerTaken, PowerTry,
};
use std::time::Duration;

/// How long a machine with several supplies stays without power when it is cycled by its outlets.
const DARK: Duration = Duration::from_secs(5);

/// What an action is called in a history.
pub(super) const fn word(action: PowerAction) -> &'static str {
    match action {
        PowerAction::On => "Power on",
        PowerAction::ShutDown => "Shut down",
        PowerAction::Restart => "Restart",
        PowerAction::Off => "Force off",
        PowerAction::Cycle => "Power cycle",
        PowerAction::Reset => "Reset",
        PowerAction::Interrupt => "Diagnostic interrupt",
    }
}

/// Whether anything was told to the machine: what comes of it is not told by another way too.
const fn is_told(taken: PowerTaken) -> bool {
    !matches!(taken, PowerTaken::Failed)
}

impl Devices<'_> {
    /// What is to be known before something is done with the power of machines.
    pub async fn power_guard(
        &self,
        entries: &Authorized<Vec<NodeId>>,
        action: PowerAction,
        way: Option<ManagementId>,
    ) -> Result<PowerGuard, CoreError> {
        match entries.get().as_slice() {
            [one] => self.guard_machine(*one, action, way).await,
            many => self.guard_machines(many, action).await,
        }
    }

    /// Does something with a machine's power, by one way or by the best that works.
    pub async fn power_do(
        &self,
        entry: &Authorized<NodeId>,
        action: PowerAction,
        way: Option<ManagementId>,
        typed: Option<String>,
    ) -> Result<PowerDone, CoreError> {
        let guard = self.guard_machine(*entry.get(), action, way).await?;
        confirmed(&guard, typed.as_deref())?;
        self.power_sure(entry, action, way).await
    }

    /// The same after somebody has said that they are sure.
    pub(super) async fn power_sure(
        &self,
        entry: &Authorized<NodeId>,
        action: PowerAction,
        only: Option<ManagementId>,
    ) -> Result<PowerDone, CoreError> {
        let ways = self.power_ways(entry, only)?;
        let (mut outlets, rest): (Vec<_>, Vec<_>) =
            ways.into_iter().partition(|way| way.management.way.kind() == ManagementKind::Outlet);
        let mut tries = Vec::new();
        for way in &rest {
            let tried = self.tried(way, self.power_by(way, action).await);
            let told = is_told(tried.taken);
            tries.push(tried);
            if told {
                outlets.clear();
                break;
            }
        }
        tries.extend(self.by_outlets(&outlets, action).await);
        for tried in &tries {
            let why = tried.problem.as_ref().map(|error| error.message.as_str());
            self.note(*entry.get(), word(action), &tried.name, why).await;
        }
        let power = self.management_status(entry, true).await?.power;
        Ok(PowerDone { entry: *entry.get(), action, tries, power })
    }

    fn power_ways(
        &self,
        entry: &Authorized<NodeId>,
        only: Option<ManagementId>,
    ) -> Result<Vec<Way>, CoreError> {
        let mut ways = self.ranked(entry)?;
        ways.retain(|way| {
            matches!(
                way.management.way.kind(),
                ManagementKind::Bmc | ManagementKind::Guest | ManagementKind::Outlet
            ) && only.is_none_or(|only| way.management.id == only)
        });
        if ways.is_empty() {
            return Err(CoreError::invalid(
                "entry",
                "There is no way to this machine's power.",
                "Edit the machine, and add its controller, guest or outlet under Management.",
            ));
        }
        Ok(ways)
    }

    async fn power_by(&self, way: &Way, action: PowerAction) -> Result<PowerTaken, Trouble> {
        match way.management.way {
            ManagementWay::Bmc { .. } => self.bmc_power(way, action).await,
            ManagementWay::Guest { .. } => self.guest_do_power(way, action).await,
            _ => self.outlet_power(way, action).await,
        }
    }

    fn tried(&self, way: &Way, came: Result<PowerTaken, Trouble>) -> PowerTry {
        let (taken, problem) = match came {
            Ok(taken) => (taken, None),
            Err(trouble) => (PowerTaken::Failed, Some(ApiError::from(CoreError::from(trouble)))),
        };
        PowerTry { way: way.management.id, name: self.called(way), taken, problem }
    }

    /// A machine with several supplies is off when all of its outlets are.
    async fn by_outlets(&self, outlets: &[Way], action: PowerAction) -> Vec<PowerTry> {
        let steps: &[PowerAction] = match (action, outlets) {
            (_, []) => return Vec::new(),
            (PowerAction::On | PowerAction::Off, _) => &[action],
            (PowerAction::Cycle, [_]) => &[PowerAction::Cycle],
            (PowerAction::Cycle, _) => &[PowerAction::Off, PowerAction::On],
            (PowerAction::Reset, _) => return self.none_can(outlets, "reset a machine"),
            _ => return self.none_can(outlets, "ask a machine for anything"),
        };
        let mut tries: Vec<PowerTry> = Vec::new();
        for (nth, step) in steps.iter().enumerate() {
            if nth > 0 {
                tokio::time::sleep(DARK).await;
            }
            for way in outlets {
                let tried = self.tried(way, self.power_by(way, *step).await);
                match tries.iter_mut().find(|before| before.way == tried.way) {
                    // That it went off and not on again is what counts.
                    Some(before) if tried.problem.is_some() => *before = tried,
                    Some(_) => {}
                    None => tries.push(tried),
                }
            }
        }
        tries
    }

    fn none_can(&self, outlets: &[Way], what: &str) -> Vec<PowerTry> {
        let error = ApiError::new(ErrorCode::Invalid, format!("An outlet cannot {what}."))
            .next("Use its controller, or cycle the outlet.");
        let refused = |way: &Way| self.tried(way, Err(Trouble::Error(error.clone())));
        outlets.iter().map(refused).collect()
    }
}
