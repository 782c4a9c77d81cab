//! A plan that is carried out and taken back unless somebody confirms it.
//!
//! It lives in a task of its own: whoever started it may be gone by then, cut off by the change itself. Nothing is sent twice.
//! What is not answered may have been done, so the switch is read before anything else is decided.

use crate::plan::{Config, Line, Plan};
use std::time::Duration;
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

/// A switch that can be changed.
pub trait Device: Send + Sync + 'static {
    /// What goes wrong with it.
    type Error: std::error::Error + Send;

    /// Reads what can be changed.
    fn config(&self) -> impl Future<Output = Result<Config, Self::Error>> + Send;

    /// Whether nothing came back, so that it may be asked again.
    fn unanswered(error: &Self::Error) -> bool;

    /// Carries out a plan. A switch with a timer of its own takes it back by itself unless it is kept `within` this time.
    /// `go_on` is told before each step how many are done; where it has an objection, nothing more is sent. What fails is said
    /// in words.
    fn apply(
        &self,
        plan: &Plan,
        within: Duration,
        go_on: &mut (dyn FnMut(usize) -> Result<(), String> + Send),
    ) -> impl Future<Output = Result<(), String>> + Send;

    /// Carries out what takes a plan back, without any timer. What is not answered is no error: it is read again.
    fn put_back(&self, back: &Plan) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Keeps what was applied, where the switch has to be told. What fails is said in words.
    fn keep(&self, _plan: &Plan) -> impl Future<Output = Result<(), String>> + Send {
        std::future::ready(Ok(()))
    }

    /// Has the switch take back by itself what it was to take back when its timer runs out.
    fn withdraw(&self) -> impl Future<Output = Result<(), Self::Error>> + Send {
        std::future::ready(Ok(()))
    }
}

/// How long things may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timing {
    /// How long it may wait to be confirmed, for switches that count by themselves.
    pub within: Duration,
    /// How long the switch is asked again until it answers, so that the change can be taken back.
    pub give_up: Duration,
    /// The pause between two such questions, beside the time that each waits for its answer.
    pub pause: Duration,
}

impl Timing {
    /// For a change that may wait this long. Switches that start anew take some minutes.
    #[must_use]
    pub fn new(within: Duration) -> Self {
        let patience = Duration::from_secs(15 * 60);
        // A switch that takes it back by itself does so some time after we would have.
        let give_up = patience.max(within + Duration::from_secs(5 * 60));
        Self { within, give_up, pause: Duration::from_secs(1) }
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
        device: impl Device,
        plan: Plan,
        timing: Timing,
        deadline: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        let (says, outcome) = watch::channel(Outcome::Applying(0));
        let (confirm, confirmed) = oneshot::channel();
        let guard = Guard { device, plan, timing, says };
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

struct Guard<D> {
    device: D,
    plan: Plan,
    timing: Timing,
    says: watch::Sender<Outcome>,
}

impl<D: Device> Guard<D> {
    async fn run(
        self,
        deadline: impl Future<Output = ()> + Send + 'static,
        mut confirmed: oneshot::Receiver<()>,
    ) {
        if let Err(why) = self.is_as_planned().await {
            self.says.send_replace(Outcome::Reverted(why));
            return;
        }
        let why = match self.carried_out(deadline, &mut confirmed).await {
            Err(why) => why,
            Ok(()) => match self.device.keep(&self.plan).await {
                Ok(()) => {
                    self.says.send_replace(Outcome::Confirmed);
                    return;
                }
                Err(why) => format!("it could not be kept: {why}"),
            },
        };
        self.says.send_replace(Outcome::Reverting(why.clone()));
        let end = self.take_back(why).await;
        self.says.send_replace(end);
    }

    /// Reads whether the switch is still as the plan has it: others change switches too, and lists of ports are set as a whole.
    async fn is_as_planned(&self) -> Result<(), String> {
        let now = self.device.config().await.map_err(|error| error.to_string())?;
        if now == *self.plan.before() {
            Ok(())
        } else {
            Err("the switch was changed since the plan was made; nothing was done".to_owned())
        }
    }

    /// Carries it out, and waits until somebody confirms it.
    async fn carried_out(
        &self,
        deadline: impl Future<Output = ()> + Send + 'static,
        confirmed: &mut oneshot::Receiver<()>,
    ) -> Result<(), String> {
        if self.carry_out(confirmed).await? {
            return Ok(());
        }
        self.says.send_replace(Outcome::Waiting);
        tokio::select! {
            kept = confirmed => kept.map_err(|_| "nobody waits for it any more".to_owned()),
            () = deadline => Err("it was not confirmed in time".to_owned()),
        }
    }

    /// Sends the steps and reads whether all is so. Says whether it was confirmed meanwhile.
    async fn carry_out(&self, confirmed: &mut oneshot::Receiver<()>) -> Result<bool, String> {
        let mut kept = false;
        let mut go_on = |done: usize| {
            if done > 0 {
                self.says.send_replace(Outcome::Applying(done));
            }
            match confirmed.try_recv() {
                Ok(()) => kept = true,
                // Whoever dropped it wants no more of it.
                Err(oneshot::error::TryRecvError::Closed) if !kept => {
                    return Err("it was given up on the way".to_owned());
                }
                Err(_) => {}
            }
            Ok(())
        };
        self.device.apply(&self.plan, self.timing.within, &mut go_on).await?;
        let now = self.device.config().await.map_err(|error| error.to_string())?;
        let missing = self.plan.missing(&now);
        match missing.first() {
            None => Ok(kept),
            Some(line) => Err(format!("the switch did not do all of it: {}", line.text)),
        }
    }

    /// Takes back what was done, as soon as the switch answers, until it is as before or the time is up.
    async fn take_back(&self, why: String) -> Outcome {
        let end = Instant::now() + self.timing.give_up;
        let (mut left, mut withdrawn) = (Vec::new(), false);
        loop {
            // What it cannot take back by itself, or did already, shows when it is read.
            withdrawn = withdrawn
                || self.device.withdraw().await.as_ref().err().is_none_or(|e| !D::unanswered(e));
            match self.device.config().await {
                Ok(now) => {
                    let back = self.plan.restore(&now);
                    left = back.diff();
                    if back.is_empty() {
                        return Outcome::Reverted(why);
                    }
                    if let Err(refused) = self.device.put_back(&back).await {
                        return Outcome::Stuck {
                            why: format!("{why}; going back: {refused}"),
                            left,
                        };
                    }
                }
                Err(error) if D::unanswered(&error) => {}
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
}
