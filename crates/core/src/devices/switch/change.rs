//! Changes of switches on their way: carried out, followed, kept or taken back.

use super::{
    Devices,
    driver::Driver,
    is_wired, later,
    plan::{Planned, lines, risks},
};
use crate::{
    Authorized, CoreError, WholeVault,
    devices::{guard::confirmed, reach::Way},
    sync,
};
use futures_util::future::join_all;
use patchbay_device_switch::{Change, Device as _, Outcome, Plan, Timing};
use patchbay_model::{
    ApiError, AppEvent, ErrorCode, NodeId, SwitchChange, SwitchChangeId, SwitchChangeState,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::watch, time::timeout};

/// How long there is to keep a change, in seconds.
const SECONDS: std::ops::RangeInclusive<u32> = 10..=3600;
/// How long whoever keeps or takes back waits for the end; it comes as an event otherwise.
const PATIENCE: Duration = Duration::from_secs(10);
/// Changes that are remembered.
const REMEMBERED: usize = 100;
/// Lines of a change in the history.
const NOTED: usize = 5;

/// Plans and changes since the app started.
#[derive(Default)]
pub(in crate::devices) struct Changes {
    pub(super) plans: Mutex<HashMap<SwitchChangeId, Planned>>,
    /// The oldest first.
    shown: Mutex<Vec<SwitchChange>>,
    /// Those that somebody may still keep. Dropping one takes it back.
    running: Mutex<HashMap<SwitchChangeId, Running>>,
}

struct Running {
    of: Of,
    change: Change,
}

/// What a change is of.
#[derive(Clone)]
struct Of {
    way: Way,
    driver: Driver,
    plan: Plan,
}

impl Changes {
    /// The vault is locked: what nobody kept is taken back.
    pub(in crate::devices) fn rest(&self) {
        sync::lock(&self.plans).clear();
        sync::lock(&self.running).clear();
    }

    fn get(&self, id: SwitchChangeId) -> Result<SwitchChange, CoreError> {
        let shown = sync::lock(&self.shown);
        let found = shown.iter().find(|change| change.id == id);
        found.cloned().ok_or(CoreError::NotFound("change"))
    }

    fn add(&self, change: SwitchChange) {
        let mut shown = sync::lock(&self.shown);
        if shown.len() >= REMEMBERED {
            // One that has ended, since they are many and few are on their way.
            let ended = shown.iter().position(|change| has_ended(&change.state));
            shown.remove(ended.unwrap_or_default());
        }
        shown.push(change);
    }

    /// A change of this switch that has not ended.
    fn busy(&self, entry: NodeId) -> bool {
        let shown = sync::lock(&self.shown);
        shown.iter().any(|change| change.entry == entry && !has_ended(&change.state))
    }
}

impl Devices<'_> {
    /// Carries out a plan; it is taken back by itself unless it is kept in time.
    pub async fn switch_apply(
        &self,
        entry: &Authorized<NodeId>,
        plan: SwitchChangeId,
        seconds: u32,
        typed: Option<String>,
    ) -> Result<SwitchChange, CoreError> {
        if !SECONDS.contains(&seconds) {
            return Err(CoreError::invalid(
                "seconds",
                "There are 10 seconds to an hour to keep a change.",
                "Choose a time between them.",
            ));
        }
        let planned = self.plan(*entry.get(), plan)?;
        confirmed(&planned.guard, typed.as_deref())?;
        let (way, changes) = (&planned.way, &self.0.devices.snmp.changes);
        let machine = way.machine();
        if planned.plan.is_empty() {
            let message = format!("{machine} is so already.");
            return Err(CoreError::invalid("plan", message, "There is nothing to do."));
        }
        // It may have another address or community by now.
        let way = &self.way(entry, way.management.id)?;
        let driver = self.driver(way, plan).await?;
        let now = Box::pin(driver.config()).await.map_err(|error| error.told(way))?;
        if now != *planned.plan.before() {
            sync::lock(&changes.plans).remove(&plan);
            let message =
                format!("{machine} was changed since the plan was made. Nothing was done.");
            return Err(conflict(message, "Plan again, and look at what differs by now."));
        }
        self.begin(plan, Of { way: way.clone(), driver, plan: planned.plan }, seconds)
    }

    fn begin(&self, id: SwitchChangeId, of: Of, seconds: u32) -> Result<SwitchChange, CoreError> {
        let Of { way, driver, plan } = &of;
        let changes = &self.0.devices.snmp.changes;
        let clock = Arc::clone(&self.0.config().clock);
        let shown = SwitchChange {
            id,
            entry: way.entry,
            name: way.machine().to_owned(),
            diff: lines(plan.diff()),
            started: clock.wall(),
            state: applying(0, of.steps()),
        };
        let outcome = {
            let mut running = sync::lock(&changes.running);
            // Not if it was locked meanwhile, which lets go of those that run.
            self.0.vault().unlocked()?;
            if changes.busy(way.entry) {
                let message = format!("A change of {} is still on its way.", way.machine());
                return Err(conflict(message, "Keep it or take it back first."));
            }
            // Whoever had the same plan a moment ago has it.
            let ours = sync::lock(&changes.plans).remove(&id);
            ours.ok_or(CoreError::NotFound("plan"))?;
            // Time runs from when all is done, which is when this is asked for the first time.
            let within = Duration::from_secs(seconds.into());
            let deadline = async move { clock.until(clock.now() + within).await };
            let change = Change::start(driver.clone(), plan.clone(), Timing::new(within), deadline);
            let outcome = change.outcome();
            changes.add(shown.clone());
            running.insert(id, Running { of: of.clone(), change });
            outcome
        };
        self.0.emit(AppEvent::SwitchChange { change: Box::new(shown.clone()) });
        self.follow(id, of, outcome, seconds);
        Ok(shown)
    }

    /// Tells of a change until it has ended.
    fn follow(
        &self,
        id: SwitchChangeId,
        of: Of,
        mut outcome: watch::Receiver<Outcome>,
        seconds: u32,
    ) {
        let core = self.0.weak();
        let all = of.steps();
        tokio::spawn(async move {
            loop {
                let now = outcome.borrow_and_update().clone();
                let Some(core) = core.upgrade() else { return };
                core.devices().record(id, all, &now, seconds);
                if now == Outcome::Waiting {
                    core.devices.snmp.written(of.way.entry);
                }
                if now.is_final() {
                    core.devices().ended(id, &of, &now).await;
                    return;
                }
                drop(core);
                if outcome.changed().await.is_err() {
                    return;
                }
            }
        });
    }

    /// Writes down how far a change is, and tells the front ends where that is new.
    fn record(&self, id: SwitchChangeId, all: u32, outcome: &Outcome, seconds: u32) {
        let until = later(self.0.clock().wall(), seconds);
        let changed = {
            let mut shown = sync::lock(&self.0.devices.snmp.changes.shown);
            let Some(change) = shown.iter_mut().find(|change| change.id == id) else { return };
            let state = match (outcome, &change.state) {
                (Outcome::Applying(done), _) => applying(*done, all),
                (Outcome::Waiting, SwitchChangeState::Waiting { until }) => {
                    SwitchChangeState::Waiting { until: *until }
                }
                (Outcome::Waiting, _) => SwitchChangeState::Waiting { until },
                (Outcome::Confirmed, _) => SwitchChangeState::Kept,
                (Outcome::Reverting(why), _) => SwitchChangeState::Reverting { why: why.clone() },
                (Outcome::Reverted(why), _) => SwitchChangeState::Reverted { why: why.clone() },
                (Outcome::Stuck { why, left }, _) => {
                    SwitchChangeState::Stuck { why: why.clone(), left: lines(left.clone()) }
                }
            };
            if change.state == state {
                return;
            }
            change.state = state;
            change.clone()
        };
        self.0.emit(AppEvent::SwitchChange { change: Box::new(changed) });
    }

    /// What is to be done after the end of a change.
    async fn ended(&self, id: SwitchChangeId, of: &Of, outcome: &Outcome) {
        let Of { way, driver, plan } = of;
        let state = &self.0.devices.snmp;
        sync::lock(&state.changes.running).remove(&id);
        state.outdated(way.entry);
        self.0.devices.cli.outdated(way.entry);
        let new: Vec<String> = plan.diff().into_iter().filter(|l| l.new).map(|l| l.text).collect();
        let more = new.len().saturating_sub(NOTED);
        let mut what = new.into_iter().take(NOTED).collect::<Vec<_>>().join("; ");
        if more > 0 {
            what += &format!("; and {more} more");
        }
        let failed = match outcome {
            Outcome::Confirmed => None,
            Outcome::Stuck { why, .. } => Some(format!("could not be taken back: {why}")),
            Outcome::Reverted(why) => Some(format!("taken back: {why}")),
            Outcome::Applying(_) | Outcome::Waiting | Outcome::Reverting(_) => return,
        };
        self.note(way.entry, &format!("Changed: {what}"), driver.title(), failed.as_deref()).await;
        let risky = risks(plan);
        for (port, machine, _) in self.wired(way.entry).unwrap_or_default() {
            if is_wired(&risky, &port) {
                let by = format!("port {port} of {}", way.machine());
                self.note(machine, &format!("Changed: {what}"), &by, failed.as_deref()).await;
            }
        }
    }

    /// Keeps a change of a switch, if the switch can still be reached and is as planned.
    pub async fn switch_keep(
        &self,
        _vault: &Authorized<WholeVault>,
        id: SwitchChangeId,
    ) -> Result<SwitchChange, CoreError> {
        let changes = &self.0.devices.snmp.changes;
        let shown = changes.get(id)?;
        let found = sync::lock(&changes.running).get(&id).map(|one| one.of.clone());
        let waits = matches!(shown.state, SwitchChangeState::Waiting { .. });
        let (Some(of), true) = (found, waits) else {
            return kept(shown);
        };
        let way = &of.way;
        // Whoever keeps what cuts the switch off has nothing left to take it back with.
        let now = Box::pin(of.driver.config()).await.map_err(|error| error.told(way))?;
        if let Some(line) = of.plan.missing(&now).first() {
            let message = format!("{} is not as planned any more: {}.", way.machine(), line.text);
            return Err(conflict(message, "Take the change back, or wait until that happens."));
        }
        let Some(running) = sync::lock(&changes.running).remove(&id) else {
            return kept(changes.get(id)?);
        };
        let outcome = running.change.outcome();
        // What is said by then is heard, also if this is given up.
        let _ends = timeout(PATIENCE, running.change.confirm()).await;
        let outcome = outcome.borrow().clone();
        self.record(id, of.steps(), &outcome, 0);
        kept(changes.get(id)?)
    }

    /// Takes a change of a switch back now. Where the switch does not answer, that goes on after this.
    pub async fn switch_revert(
        &self,
        _vault: &Authorized<WholeVault>,
        id: SwitchChangeId,
    ) -> Result<SwitchChange, CoreError> {
        let changes = &self.0.devices.snmp.changes;
        let shown = changes.get(id)?;
        let running = sync::lock(&changes.running).remove(&id);
        let Some(running) = running else {
            if shown.state == SwitchChangeState::Kept {
                let message = "This change was kept.".to_owned();
                return Err(conflict(message, "Plan what takes it back."));
            }
            return Ok(shown);
        };
        let outcome = running.change.outcome();
        let _ends = timeout(PATIENCE, running.change.revert()).await;
        let outcome = outcome.borrow().clone();
        self.record(id, running.of.steps(), &outcome, 0);
        changes.get(id)
    }

    /// Changes of switches since the app started, the latest first.
    pub fn switch_changes(&self) -> Vec<SwitchChange> {
        // They name machines.
        if self.0.vault().unlocked().is_err() {
            return Vec::new();
        }
        let shown = sync::lock(&self.0.devices.snmp.changes.shown);
        shown.iter().rev().cloned().collect()
    }

    /// Takes back what nobody kept, and waits until that is so. For the end of the app.
    pub async fn switches_settle(&self) {
        let running = {
            let mut running = sync::lock(&self.0.devices.snmp.changes.running);
            std::mem::take(&mut *running)
        };
        join_all(running.into_values().map(|running| running.change.revert())).await;
    }
}

impl Of {
    /// How many steps there are.
    fn steps(&self) -> u32 {
        u32::try_from(self.driver.steps(&self.plan)).unwrap_or(u32::MAX)
    }
}

fn applying(done: usize, all: u32) -> SwitchChangeState {
    SwitchChangeState::Applying { done: u32::try_from(done).unwrap_or(u32::MAX), all }
}

const fn has_ended(state: &SwitchChangeState) -> bool {
    matches!(
        state,
        SwitchChangeState::Kept
            | SwitchChangeState::Reverted { .. }
            | SwitchChangeState::Stuck { .. }
    )
}

/// The change, if it is kept; else why it is not.
fn kept(change: SwitchChange) -> Result<SwitchChange, CoreError> {
    let name = &change.name;
    let (message, next) = match &change.state {
        SwitchChangeState::Kept => return Ok(change),
        SwitchChangeState::Applying { .. } | SwitchChangeState::Waiting { .. } => {
            (format!("The change of {name} is not done yet."), "Keep it once it waits for you.")
        }
        SwitchChangeState::Reverting { why } => (
            format!("The change of {name} is being taken back: {why}."),
            "Plan it again once that is done.",
        ),
        SwitchChangeState::Reverted { why } => {
            (format!("The change of {name} was taken back: {why}."), "Plan it again.")
        }
        SwitchChangeState::Stuck { why, .. } => (
            format!("The change of {name} could not be taken back: {why}."),
            "Look at the switch itself.",
        ),
    };
    Err(conflict(message, next))
}

fn conflict(message: String, next: &str) -> CoreError {
    CoreError::Api(Box::new(ApiError::new(ErrorCode::Conflict, message).next(next)))
}
