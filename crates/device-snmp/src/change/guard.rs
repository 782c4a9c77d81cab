//! A plan that is carried out and taken back unless somebody confirms it.
//!
//! It lives in a task of its own: whoever started it may be gone by then, cut off by the change itself. Steps are sent once
//! each. One that is not answered may have been done, so the switch is read before anything else is decided.

use super::{
    plan::{Config, Line, Plan},
    steps::DESTROY,
};
use crate::{Agent, SnmpError};
use async_snmp::{Oid, Value};
use std::time::Duration;
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

/// How long things may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timing {
    /// How long the switch is asked again until it answers, so that the change can be taken back.
    pub give_up: Duration,
    /// The pause between two such questions, beside the time that each waits for its answer.
    pub pause: Duration,
}

impl Default for Timing {
    /// Switches that start anew take some minutes.
    fn default() -> Self {
        Self { give_up: Duration::from_secs(15 * 60), pause: Duration::from_secs(1) }
    }
}

/// How far a change is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Steps are sent; so many are done.
    Applying(usize),
    /// All is as planned, and waits for somebody to confirm it.
    Waiting,
    /// Confirmed: it stays.
    Confirmed,
    /// It is taken back; why.
    Reverting(String),
    /// All is as it was before; why.
    Reverted(String),
    /// It could not be taken back; why, and what is still to be done by hand.
    Stuck {
        /// Why.
        why: String,
        /// What differs from what was before. Empty if the switch did not answer any more.
        left: Vec<Line>,
    },
}

impl Outcome {
    /// Whether nothing more happens.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Confirmed | Self::Reverted(_) | Self::Stuck { .. })
    }
}

/// A change on its way. Dropping it without [`Change::confirm`] takes it back.
#[derive(Debug)]
pub struct Change {
    outcome: watch::Receiver<Outcome>,
    confirm: Option<oneshot::Sender<()>>,
}

impl Change {
    /// Carries out a plan, checks it, and takes it back once `deadline` is over, unless it was confirmed before. Must be called
    /// within a Tokio runtime.
    pub fn start(
        agent: Agent,
        plan: Plan,
        timing: Timing,
        deadline: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        let (says, outcome) = watch::channel(Outcome::Applying(0));
        let (confirm, confirmed) = oneshot::channel();
        let guard = Guard { agent, plan, timing, says };
        tokio::spawn(guard.run(deadline, confirmed));
        Self { outcome, confirm: Some(confirm) }
    }

    /// How far it is, now and whenever that changes.
    #[must_use]
    pub fn outcome(&self) -> watch::Receiver<Outcome> {
        self.outcome.clone()
    }

    /// Keeps the change. It is not kept if its time is up already, or if it failed: what comes back says which.
    pub async fn confirm(mut self) -> Outcome {
        if let Some(confirm) = self.confirm.take() {
            let _ = confirm.send(());
        }
        self.end().await
    }

    /// Takes the change back now.
    pub async fn revert(mut self) -> Outcome {
        drop(self.confirm.take());
        self.end().await
    }

    async fn end(&mut self) -> Outcome {
        // It ends with the last word, also when the task went with the runtime.
        let _ = self.outcome.wait_for(Outcome::is_final).await;
        self.outcome.borrow().clone()
    }
}

struct Guard {
    agent: Agent,
    plan: Plan,
    timing: Timing,
    says: watch::Sender<Outcome>,
}

impl Guard {
    async fn run(
        self,
        deadline: impl Future<Output = ()> + Send + 'static,
        mut confirmed: oneshot::Receiver<()>,
    ) {
        if let Err(why) = self.is_as_planned().await {
            self.says.send_replace(Outcome::Reverted(why));
            return;
        }
        let mut kept = false;
        let why = match self.carry_out(&mut confirmed, &mut kept).await {
            Err(why) => why,
            Ok(()) if kept => {
                self.says.send_replace(Outcome::Confirmed);
                return;
            }
            Ok(()) => {
                self.says.send_replace(Outcome::Waiting);
                tokio::select! {
                    kept = &mut confirmed => match kept {
                        Ok(()) => {
                            self.says.send_replace(Outcome::Confirmed);
                            return;
                        }
                        Err(_) => "nobody waits for it any more".to_owned(),
                    },
                    () = deadline => "it was not confirmed in time".to_owned(),
                }
            }
        };
        self.says.send_replace(Outcome::Reverting(why.clone()));
        let end = self.take_back(why).await;
        self.says.send_replace(end);
    }

    /// Reads whether the switch is still as the plan has it: others change switches too, and lists of ports are set as a whole.
    async fn is_as_planned(&self) -> Result<(), String> {
        let now = self.agent.config().await.map_err(|error| error.to_string())?;
        if now == *self.plan.before() {
            Ok(())
        } else {
            Err("the switch was changed since the plan was made; nothing was done".to_owned())
        }
    }

    /// Sends the steps and reads whether all is so. `kept` says afterwards whether it was confirmed meanwhile.
    async fn carry_out(
        &self,
        confirmed: &mut oneshot::Receiver<()>,
        kept: &mut bool,
    ) -> Result<(), String> {
        for (done, step) in (1..).zip(self.plan.steps()) {
            match confirmed.try_recv() {
                Ok(()) => *kept = true,
                // Whoever dropped it wants no more of it.
                Err(oneshot::error::TryRecvError::Closed) if !*kept => {
                    return Err("it was given up on the way".to_owned());
                }
                Err(_) => {}
            }
            match self.agent.set(&step.set).await {
                Ok(()) => {}
                Err(error) if error.unanswered() => self.was_done(&step.set, &error).await?,
                Err(error) => return Err(format!("{}: {error}", step.text)),
            }
            self.says.send_replace(Outcome::Applying(done));
        }
        let now = self.agent.config().await.map_err(|error| error.to_string())?;
        let missing = self.plan.missing(&now);
        match missing.first() {
            None => Ok(()),
            Some(line) => Err(format!("the switch did not do all of it: {}", line.text)),
        }
    }

    /// Whether a step that was not answered was done all the same.
    async fn was_done(&self, set: &[(Oid, Value)], error: &SnmpError) -> Result<(), String> {
        let names: Vec<Oid> = set.iter().map(|(name, _)| name.clone()).collect();
        let now = self.agent.get(&names).await.map_err(|error| error.to_string())?;
        let done = now.iter().zip(set).all(|(now, (name, wanted))| reads_as(name, wanted, now));
        if done { Ok(()) } else { Err(error.to_string()) }
    }

    /// Takes back what was done, as soon as the switch answers, until it is as before or the time is up.
    async fn take_back(&self, why: String) -> Outcome {
        let end = Instant::now() + self.timing.give_up;
        let mut left = Vec::new();
        loop {
            match self.agent.config().await {
                Ok(now) => {
                    let back = self.plan.restore(&now);
                    left = back.diff();
                    if back.is_empty() {
                        return Outcome::Reverted(why);
                    }
                    if let Err(refused) = self.send(&back).await {
                        return Outcome::Stuck {
                            why: format!("{why}; going back: {refused}"),
                            left,
                        };
                    }
                }
                Err(error) if error.unanswered() => {}
                Err(error) => {
                    return Outcome::Stuck { why: format!("{why}; going back: {error}"), left };
                }
            }
            if Instant::now() >= end {
                return Outcome::Stuck {
                    why: format!("{why}; the switch did not let it be taken back in time"),
                    left,
                };
            }
            tokio::time::sleep(self.timing.pause).await;
        }
    }

    /// Sends the steps of the way back; what is not answered is read again by the caller.
    async fn send(&self, back: &Plan) -> Result<(), SnmpError> {
        for step in back.steps() {
            match self.agent.set(&step.set).await {
                Ok(()) => {}
                Err(error) if error.unanswered() => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Whether an object that was set reads as it then would. What makes a row or removes it reads otherwise than it is set.
fn reads_as(name: &Oid, wanted: &Value, now: &Option<Value>) -> bool {
    if name.starts_with(&crate::switch::column(&crate::switch::STATIC, 5)) {
        now.is_some() != (*wanted == Value::Integer(DESTROY))
    } else {
        now.as_ref() == Some(wanted)
    }
}

impl Plan {
    /// Reads the switch again: what of this plan is not so. Empty when all is.
    ///
    /// # Errors
    /// When it does not answer, refuses, or loops.
    pub async fn check(&self, agent: &Agent) -> Result<Vec<Line>, SnmpError> {
        let now: Config = agent.config().await?;
        Ok(self.missing(&now))
    }
}
