//! Power. A command is sent once, whatever becomes of its answer.

use crate::{Client, PowerState, RedfishError, Resource, Sent, Status, task::Waiting};
use serde_json::json;
use tokio::time::{Instant, sleep, timeout_at};

/// What to do (`ResetType` of DSP0268).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PowerAction {
    /// Turns it on.
    On,
    /// Takes the power away.
    ForceOff,
    /// Asks the operating system to stop.
    GracefulShutdown,
    /// Asks the operating system to stop and to begin anew.
    GracefulRestart,
    /// Begins anew without asking.
    ForceRestart,
    /// Takes the power away and gives it back.
    PowerCycle,
    /// Interrupts the operating system for a diagnosis; most write a dump.
    Nmi,
    /// As somebody who presses the button.
    PushPowerButton,
}

impl PowerAction {
    /// The words for it, in the order in which they are tried: the first that the machine offers is sent. Another than the
    /// first stands here only where it does the same. So a shutdown does not become a press of the button, which turns on a
    /// machine that is off, and a restart not a power cycle, which drives notice.
    #[must_use]
    pub const fn words(self) -> &'static [&'static str] {
        match self {
            // `ForceOn` differs by not waiting for anything, which a machine that is off has nothing to do with.
            Self::On => &["On", "ForceOn"],
            Self::ForceOff => &["ForceOff"],
            Self::GracefulShutdown => &["GracefulShutdown"],
            Self::GracefulRestart => &["GracefulRestart"],
            Self::ForceRestart => &["ForceRestart"],
            Self::PowerCycle => &["PowerCycle"],
            Self::Nmi => &["Nmi"],
            Self::PushPowerButton => &["PushPowerButton"],
        }
    }

    /// The state that it leads to, if it leads to one.
    #[must_use]
    pub const fn leads_to(self) -> Option<PowerState> {
        match self {
            Self::On | Self::GracefulRestart | Self::ForceRestart | Self::PowerCycle => {
                Some(PowerState::On)
            }
            Self::ForceOff | Self::GracefulShutdown => Some(PowerState::Off),
            Self::Nmi | Self::PushPowerButton => None,
        }
    }

    /// Whether it changes nothing where its state is there already.
    const fn is_state(self) -> bool {
        matches!(self, Self::On | Self::ForceOff | Self::GracefulShutdown)
    }
}

/// What became of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    /// It was not sent: the machine was in that state already.
    NotNeeded,
    /// The machine has taken it.
    Yes,
    /// It was sent, and its answer was lost.
    Unknown,
}

/// What came of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PowerDone {
    /// What became of it.
    pub taken: Taken,
    /// The state that was read afterwards.
    pub state: PowerState,
}

impl Client {
    /// What the machine lets one do with its power; all of it if it does not say.
    ///
    /// # Errors
    /// If there is no answer, or the machine says no.
    pub async fn power_actions(&self) -> Result<Vec<PowerAction>, RedfishError> {
        use PowerAction as A;
        const ALL: [A; 8] = [
            A::On,
            A::ForceOff,
            A::GracefulShutdown,
            A::GracefulRestart,
            A::ForceRestart,
            A::PowerCycle,
            A::Nmi,
            A::PushPowerButton,
        ];
        let system = self.system().await?;
        let Some((_, offered)) = self.reset_of(&system).await? else { return Ok(Vec::new()) };
        let is_offered = |action: &A| chosen(*action, &offered).is_some();
        Ok(ALL.into_iter().filter(is_offered).collect())
    }

    /// Does something with the machine's power, and waits until it is in the state that this leads to. The command is sent
    /// once: where its answer is lost, the state is read, and no answer leads to a second one. Dropping this stops waiting.
    ///
    /// # Errors
    /// If the machine does not offer it, refuses it, or is not in that state when the time is up.
    pub async fn power(
        &self,
        action: PowerAction,
        waiting: &Waiting,
    ) -> Result<PowerDone, RedfishError> {
        let end = Instant::now() + waiting.limit;
        let system = self.fresh_system().await?;
        let before = Status::of(&system.body);
        if action.is_state() && action.leads_to() == Some(before.power) {
            return Ok(PowerDone { taken: Taken::NotNeeded, state: before.power });
        }
        let sent = self.tell(&system, action).await;
        let taken = match sent {
            Ok(Sent::Done { .. }) => Taken::Yes,
            Ok(Sent::Task(task)) => {
                let limit = end.saturating_duration_since(Instant::now());
                self.follow(&task, &Waiting { limit, ..*waiting }, |_| {}).await?;
                Taken::Yes
            }
            Err(error) if error.is_lost() => {
                tracing::debug!(%error, "the state is read, since the answer to a power command was lost");
                Taken::Unknown
            }
            Err(error) => return Err(error),
        };
        let state = self.reached(action, &before, taken, waiting, end).await?;
        Ok(PowerDone { taken, state })
    }

    /// The same without waiting for the state: only a task is followed to its end. Once the command was sent, it is
    /// [`Taken::Unknown`] whatever happens, unless the machine says that it was not done.
    ///
    /// # Errors
    /// If nothing was sent, or the machine refused it, or its task failed.
    pub async fn send_power(
        &self,
        action: PowerAction,
        waiting: &Waiting,
    ) -> Result<Taken, RedfishError> {
        let system = self.fresh_system().await?;
        if action.is_state() && action.leads_to() == Some(Status::of(&system.body).power) {
            return Ok(Taken::NotNeeded);
        }
        let unknown = |error: RedfishError| {
            tracing::debug!(%error, "what became of a power command is not known");
            Ok(Taken::Unknown)
        };
        match self.tell(&system, action).await {
            Ok(Sent::Done { .. }) => Ok(Taken::Yes),
            Ok(Sent::Task(task)) => match self.follow(&task, waiting, |_| {}).await {
                Ok(_) => Ok(Taken::Yes),
                Err(error @ RedfishError::TaskFailed { .. }) => Err(error),
                Err(error) => unknown(error),
            },
            Err(error @ (RedfishError::Lost { .. } | RedfishError::TooLarge { .. })) => {
                unknown(error)
            }
            // Something between here and the controller has not heard of it again.
            Err(error) if error.is_refused(&[502, 504]) => unknown(error),
            Err(error) => Err(error),
        }
    }

    /// Sends a command, once.
    async fn tell(&self, system: &Resource, action: PowerAction) -> Result<Sent, RedfishError> {
        let none = || self.missing("way to change its power");
        let (target, offered) = self.reset_of(system).await?.ok_or_else(none)?;
        let word = chosen(action, &offered).ok_or_else(|| RedfishError::NotOffered {
            asked: action.words().first().copied().unwrap_or_default().to_owned(),
            offered: offered.join(", "),
        })?;
        self.post(&target, &json!({ "ResetType": word })).await
    }

    async fn reset_of(
        &self,
        system: &Resource,
    ) -> Result<Option<(crate::Link, Vec<String>)>, RedfishError> {
        self.action(system, "#ComputerSystem.Reset", "ResetType").await
    }

    /// Waits for the state. What cannot be read meanwhile may be there at the next look.
    async fn reached(
        &self,
        action: PowerAction,
        before: &Status,
        taken: Taken,
        waiting: &Waiting,
        end: Instant,
    ) -> Result<PowerState, RedfishError> {
        let mut last: Option<PowerState> = None;
        let mut was_away = before.power != PowerState::On;
        loop {
            match timeout_at(end, self.fresh_system()).await {
                Ok(Ok(now)) => {
                    let now = Status::of(&now.body);
                    if is_reached(action, before, &now, taken, was_away) {
                        return Ok(now.power);
                    }
                    was_away |= now.power != PowerState::On;
                    last = Some(now.power);
                }
                Ok(Err(error @ RedfishError::Unreachable { .. })) => {
                    tracing::debug!(%error, "the state after a power command could not be read yet");
                }
                Ok(Err(error)) => return Err(error),
                Err(_) => break,
            }
            if Instant::now() + waiting.every >= end {
                break;
            }
            sleep(waiting.every).await;
        }
        let wanted = action.leads_to().map_or_else(String::new, |state| state.to_string());
        let now = match (last, taken) {
            (None, _) => "its state could not be read".to_owned(),
            (Some(state), Taken::Unknown) => {
                format!("it is {state}, and whether it took the command is not known")
            }
            (Some(state), _) => format!("it is {state}"),
        };
        Err(RedfishError::Waited { what: format!("the machine was {wanted}"), now })
    }
}

/// Which word to send: one that is offered, or the first if the machine does not say what is.
fn chosen(action: PowerAction, offered: &[String]) -> Option<&'static str> {
    let mut words = action.words().iter().copied();
    if offered.is_empty() {
        return words.next();
    }
    words.find(|word| offered.iter().any(|one| one == word))
}

/// Whether what was asked for is there. That a restart took place shows in the time of the last one, where the machine keeps
/// it, or in the machine being away meanwhile; where it keeps none, one that took the command is back when it is on.
fn is_reached(
    action: PowerAction,
    before: &Status,
    now: &Status,
    taken: Taken,
    was_away: bool,
) -> bool {
    let Some(wanted) = action.leads_to() else { return true };
    if action.is_state() {
        return now.power == wanted;
    }
    let knows = before.last_reset.is_some() && now.last_reset.is_some();
    let again = was_away || knows && before.last_reset != now.last_reset;
    now.power == wanted && (again || !knows && taken == Taken::Yes)
}

#[cfg(test)]
mod tests {
    use super::{PowerAction, chosen};

    #[test]
    fn the_first_word_that_is_offered_is_sent() {
        let offered =
            |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(chosen(PowerAction::On, &offered(&["ForceOn", "ForceOff"])), Some("ForceOn"));
        assert_eq!(chosen(PowerAction::On, &offered(&["ForceOn", "On"])), Some("On"));
        assert_eq!(
            chosen(PowerAction::GracefulShutdown, &offered(&["PushPowerButton", "ForceOff"])),
            None
        );
        assert_eq!(
            chosen(PowerAction::ForceRestart, &offered(&["PowerCycle", "GracefulRestart"])),
            None
        );
        assert_eq!(chosen(PowerAction::Nmi, &[]), Some("Nmi"));
    }
}
