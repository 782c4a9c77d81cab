//! Switching one outlet: each command is sent once, and then the outlet is looked at.

use crate::{
    Clock, CoreError,
    devices::{reach::Way, snmp::told},
};
use patchbay_device_snmp::{
    Agent, Refusal, SnmpError,
    columns::Index,
    pdu::{Commanded, Family, OutletCommand, OutletState},
};
use patchbay_model::{ApiError, ErrorCode, OutletAction};
use std::{sync::Arc, time::Duration};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(500);
/// How long an outlet may take to go on or off: units with many outlets switch them one after another.
const SETTLES: Duration = Duration::from_secs(20);
/// How long a unit may keep an outlet off while it cycles it by itself.
const CYCLES: Duration = Duration::from_secs(90);
/// How long an outlet is off that is cycled from here: long enough for power supplies to run empty.
const OFF: Duration = Duration::from_secs(5);

/// What became of it.
pub(super) enum Switched {
    /// It was so already, and nothing was sent.
    NotNeeded,
    /// The outlet was seen to be so.
    Done,
    /// It was sent, and nobody knows; in words.
    Unknown(CoreError),
}

/// An outlet that is switched.
pub(super) struct Switching {
    pub(super) way: Way,
    pub(super) agent: Agent,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) family: &'static Family,
    pub(super) index: Index,
}

impl Switching {
    pub(super) async fn run(self, action: OutletAction) -> Result<Switched, CoreError> {
        let before = self.agent.outlet(self.family, &self.index).await;
        let before = before.map_err(|error| told(&self.way, &error))?;
        match (action, before) {
            (OutletAction::On, OutletState::On) | (OutletAction::Off, OutletState::Off) => {
                Ok(Switched::NotNeeded)
            }
            (OutletAction::On, _) => self.turn(OutletCommand::On, OutletState::On).await,
            (OutletAction::Off, _) => self.turn(OutletCommand::Off, OutletState::Off).await,
            (OutletAction::Cycle, _) => self.cycle().await,
        }
    }

    async fn turn(
        &self,
        command: OutletCommand,
        wanted: OutletState,
    ) -> Result<Switched, CoreError> {
        let sent = self.agent.command(self.family, &self.index, command).await;
        let sent = sent.map_err(|error| told(&self.way, &error))?;
        if self.becomes(wanted, SETTLES).await {
            return Ok(Switched::Done);
        }
        Ok(Switched::Unknown(self.unsure(sent)))
    }

    /// Off and on again: by the unit, or from here where it does not know how.
    async fn cycle(&self) -> Result<Switched, CoreError> {
        match self.agent.command(self.family, &self.index, OutletCommand::Cycle).await {
            // Its answer was lost. An outlet that is on now may have been cycled, or not.
            Ok(Commanded::Unknown(state)) => {
                Ok(Switched::Unknown(self.unsure(Commanded::Unknown(state))))
            }
            Ok(Commanded::Taken) => {
                if self.comes_back().await {
                    return Ok(Switched::Done);
                }
                Ok(Switched::Unknown(self.unsure(Commanded::Taken)))
            }
            Err(error) if cannot(&error) => self.off_and_on().await,
            Err(error) => Err(told(&self.way, &error)),
        }
    }

    async fn off_and_on(&self) -> Result<Switched, CoreError> {
        let off = self.turn(OutletCommand::Off, OutletState::Off).await?;
        self.clock.until(self.clock.now() + OFF).await;
        // Also where nobody knows whether it went off: it must not stay so.
        match (off, self.turn(OutletCommand::On, OutletState::On).await) {
            (Switched::Unknown(error), Ok(Switched::Done)) => Ok(Switched::Unknown(error)),
            (_, Ok(Switched::Done | Switched::NotNeeded)) => Ok(Switched::Done),
            (_, Ok(Switched::Unknown(error)) | Err(error)) => Err(self.is_off(error)),
        }
    }

    /// Whether it is seen to be so in time.
    async fn becomes(&self, wanted: OutletState, within: Duration) -> bool {
        let end = self.clock.now() + within;
        loop {
            if self.is(wanted).await {
                return true;
            }
            if self.clock.now() >= end {
                return false;
            }
            self.clock.until(self.clock.now() + LOOK).await;
        }
    }

    /// Whether an outlet that its unit cycles is on again in time. Some are off for too short to be seen.
    async fn comes_back(&self) -> bool {
        let (soon, end) = (self.clock.now() + SETTLES, self.clock.now() + CYCLES);
        let mut was_off = false;
        loop {
            let state = self.agent.outlet(self.family, &self.index).await.ok();
            let on = state == Some(OutletState::On);
            was_off |= state.is_some() && !on;
            let now = self.clock.now();
            if on && (was_off || now >= soon) {
                return true;
            }
            if now >= end {
                return false;
            }
            self.clock.until(now + LOOK).await;
        }
    }

    /// A question that is not answered is asked again by whoever waits.
    async fn is(&self, wanted: OutletState) -> bool {
        self.agent.outlet(self.family, &self.index).await.is_ok_and(|state| state == wanted)
    }

    fn name(&self) -> String {
        self.index.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
    }

    fn unsure(&self, sent: Commanded) -> CoreError {
        let (unit, outlet) = (self.way.machine(), self.name());
        let why = match sent {
            Commanded::Taken => {
                format!("{unit} took the command, and outlet {outlet} is not so yet.")
            }
            Commanded::Unknown(_) => {
                format!(
                    "{unit} was told, and its answer was lost: nobody knows what outlet {outlet} does."
                )
            }
        };
        let error = ApiError::new(ErrorCode::TimedOut, why);
        CoreError::Api(Box::new(error.next("Look at the outlet before you switch it again.")))
    }

    fn is_off(&self, why: CoreError) -> CoreError {
        let (unit, outlet) = (self.way.machine(), self.name());
        let api = ApiError::from(why);
        let message = format!(
            "Outlet {outlet} of {unit} is OFF: it was not turned on again. {}",
            api.message
        );
        CoreError::Api(Box::new(
            ApiError::new(api.code, message).next("Turn it on, here or at the unit itself."),
        ))
    }
}

/// Whether the unit refuses to cycle, as some models of a family do.
const fn cannot(error: &SnmpError) -> bool {
    matches!(
        error,
        SnmpError::Missing { .. }
            | SnmpError::Refused { why: Refusal::BadValue | Refusal::NoSuchName, .. }
    )
}
