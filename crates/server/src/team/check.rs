//! Checking the audit log while the server runs: how far it is and what came of it, told on every node.
//!
//! Where it stands is kept in the database, as text that every node can read: whoever asks may be answered by another node than the one
//! that is at it. A node that vanished says nothing more, and its check counts as given up then.

use super::{Team, alter::conflict, log::checked};
use patchbay_model::{ApiError, Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;

const NAME: &str = "audit check";
/// Beside it, so that a word of how far it is cannot take the place of the word to stop.
const STOPPED: &str = "audit check stopped";
/// How often it is written down how far it is.
const TELLS_EVERY: Duration = Duration::from_millis(500);
/// Without a word for so long, in milliseconds, nobody is at it any more.
const SILENT: i64 = 15_000;

/// A check of the log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Check {
    /// Unlike that of every other.
    id: Uuid,
    pub(crate) started: Timestamp,
    /// When this was written.
    pub(crate) told: Timestamp,
    /// Records that were looked at.
    pub(crate) done: i64,
    /// Records there were at the start.
    pub(crate) total: i64,
    pub(crate) state: CheckState,
}

/// Where a check stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum CheckState {
    Running,
    /// It was told to stop.
    Cancelled,
    /// The log is what was written.
    Sound {
        checkpoints: usize,
        vouched: i64,
    },
    /// It is not: from which record on, and how.
    Broken {
        seq: i64,
        how: String,
    },
    /// It could not be looked at.
    Failed {
        why: String,
    },
}

impl Team {
    /// Where the check that was begun last stands, if there was one.
    pub(crate) async fn log_check(&self) -> Result<Option<Check>, ApiError> {
        let kept = self.store.setting(NAME).await.map_err(|error| error.api_error())?;
        let check = kept.and_then(|kept| serde_json::from_slice::<Check>(&kept).ok());
        let stopped = self.store.setting(STOPPED).await.map_err(|error| error.api_error())?;
        Ok(check.map(|mut check| {
            if check.state == CheckState::Running && stopped.as_deref() == Some(check.id.as_bytes())
            {
                check.state = CheckState::Cancelled;
            } else if check.state == CheckState::Running && self.now().0 - check.told.0 > SILENT {
                let why = "The server that was at it ended before it was through.".to_owned();
                check.state = CheckState::Failed { why };
            }
            check
        }))
    }

    /// Begins a check.
    ///
    /// # Errors
    /// One is under way.
    pub(crate) async fn begin_log_check(self: &Arc<Self>) -> Result<Check, ApiError> {
        // Two who ask at once begin one.
        let _turn = self.turn().await;
        if self.log_check().await?.is_some_and(|check| check.state == CheckState::Running) {
            return Err(conflict("The log is being checked already."));
        }
        let head = self.store.audit_head().await.map_err(|error| error.api_error())?;
        let (id, now) = (Uuid::now_v7(), self.now());
        let check = Check {
            id,
            started: now,
            told: now,
            done: 0,
            total: head.seq,
            state: CheckState::Running,
        };
        self.keep_check(&check).await?;
        let (team, started) = (Arc::clone(self), check.clone());
        tokio::spawn(async move { team.run_check(started).await });
        Ok(check)
    }

    /// Tells the check that is under way to stop.
    pub(crate) async fn cancel_log_check(&self) -> Result<(), ApiError> {
        match self.log_check().await? {
            Some(check) if check.state == CheckState::Running => {
                let stopped = self.store.set_setting(STOPPED, check.id.as_bytes()).await;
                stopped.map_err(|error| error.api_error())
            }
            _ => Ok(()),
        }
    }

    async fn run_check(&self, check: Check) {
        let mut told = Instant::now();
        let verified = checked(&self.store, &self.keys, None, |done| {
            let due = told.elapsed() >= TELLS_EVERY;
            if due {
                told = Instant::now();
            }
            let so_far = Check { done, ..check.clone() };
            async move { !due || self.tell_check(so_far).await.unwrap_or(true) }
        })
        .await;
        let (state, done) = match verified {
            Ok(None) => return,
            Ok(Some(Ok(sound))) => {
                let (checkpoints, vouched) = (sound.checkpoints, sound.vouched);
                (CheckState::Sound { checkpoints, vouched }, sound.head.seq)
            }
            Ok(Some(Err(broken))) => {
                let how = broken.how.to_string();
                (CheckState::Broken { seq: broken.seq, how }, broken.seq)
            }
            Err(error) => (CheckState::Failed { why: error.message }, check.done),
        };
        if let Err(error) = self.tell_check(Check { done, state, ..check }).await {
            tracing::warn!(error = %error.message, "what a check of the audit log found was not kept");
        }
    }

    /// Writes down where it stands, unless it was told to stop.
    async fn tell_check(&self, check: Check) -> Result<bool, ApiError> {
        let kept = self.log_check().await?;
        if kept.is_none_or(|kept| kept.id != check.id || kept.state == CheckState::Cancelled) {
            return Ok(false);
        }
        self.keep_check(&Check { told: self.now(), ..check }).await?;
        Ok(true)
    }

    async fn keep_check(&self, check: &Check) -> Result<(), ApiError> {
        let kept = serde_json::to_vec(check).unwrap_or_default();
        self.store.set_setting(NAME, &kept).await.map_err(|error| error.api_error())
    }
}
