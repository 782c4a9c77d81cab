//! How long recordings are kept: the vault's rule, applied when it is opened, when a recording ends and when the rule is
//! changed. The oldest go first, and none that goes on.
//!
//! Behind a locked vault nothing is deleted: that waits for the next unlocking.

use super::Recordings;
use crate::{Authorized, CoreError, WholeVault};
use patchbay_model::{
    AppEvent, RecordingInfo, RecordingState, RecordingsExpiring, RecordingsKept, Timestamp,
};
use std::sync::Arc;

/// Milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;
const GIB: u64 = 1024 * 1024 * 1024;
const MOST_DAYS: u32 = 3650;
const MOST_GIB: u32 = 1024;

/// Whether it is a rule that somebody could mean.
pub(crate) fn check(rule: RecordingsKept) -> Result<(), CoreError> {
    let refused = |message: String| {
        Err(CoreError::invalid("recordingsKept", message, "Type another number."))
    };
    match rule {
        RecordingsKept::Days { days } if !(1..=MOST_DAYS).contains(&days) => {
            refused(format!("Recordings are kept for 1 to {MOST_DAYS} days."))
        }
        RecordingsKept::Size { gib } if !(1..=MOST_GIB).contains(&gib) => {
            refused(format!("Recordings have room in 1 to {MOST_GIB} GiB."))
        }
        _ => Ok(()),
    }
}

impl Recordings<'_> {
    /// What a rule would delete now.
    pub async fn expiring(
        &self,
        vault: &Authorized<WholeVault>,
        rule: RecordingsKept,
    ) -> Result<RecordingsExpiring, CoreError> {
        check(rule)?;
        let all = self.list(vault).await?;
        let gone = expired(rule, &all, self.0.clock().wall());
        Ok(RecordingsExpiring {
            count: u32::try_from(gone.len()).unwrap_or(u32::MAX),
            bytes: gone.iter().map(|info| info.bytes).sum(),
        })
    }

    /// Deletes what the vault's rule does not keep, and nobody waits for it.
    pub(crate) fn tidy_soon(&self) {
        let core = self.0.weak();
        tokio::spawn(async move {
            let Some(core) = core.upgrade() else { return };
            match core.recordings().tidy().await {
                // It was locked again: the next unlocking does it.
                Ok(()) | Err(CoreError::VaultLocked) => {}
                Err(error) => tracing::warn!(%error, "old recordings could not be deleted"),
            }
        });
    }

    /// Deletes what the vault's rule does not keep.
    pub(crate) async fn tidy(&self) -> Result<(), CoreError> {
        // One at a time, so that none is counted twice.
        let _turn = self.0.recordings.tidying.lock().await;
        let unlocked = self.0.vault().unlocked()?;
        let rule = unlocked.settings().recordings_kept;
        if rule == RecordingsKept::Forever {
            return Ok(());
        }
        let vault = Arc::clone(unlocked.vault());
        let all = self.all(&*vault).await?;
        let mut count = 0;
        for info in expired(rule, &all, self.0.clock().wall()) {
            match self.remove(&*vault, info.id).await {
                Ok(()) => count += 1,
                // Somebody was faster.
                Err(CoreError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        if count > 0 {
            tracing::info!(count, ?rule, "recordings that are not kept any longer were deleted");
            self.0.emit(AppEvent::Recordings);
            self.0.emit(AppEvent::RecordingsExpired { count });
        }
        Ok(())
    }
}

/// What a rule does not keep, the oldest first, of recordings of which the latest is the first.
fn expired(rule: RecordingsKept, all: &[RecordingInfo], now: Timestamp) -> Vec<&RecordingInfo> {
    // What belongs to an organisation is kept as that wants it.
    let over = all.iter().rev().filter(|info| info.organisation.is_none());
    let over = over.filter(|info| info.state != RecordingState::Running);
    match rule {
        RecordingsKept::Forever => Vec::new(),
        RecordingsKept::Days { days } => {
            let ended = |info: &RecordingInfo| info.started.0.saturating_add(info.length.into());
            let longest = i64::from(days) * DAY;
            over.filter(|info| now.0.saturating_sub(ended(info)) >= longest).collect()
        }
        RecordingsKept::Size { gib } => {
            let own = all.iter().filter(|info| info.organisation.is_none());
            let mut left: u64 = own.map(|info| info.bytes).sum();
            // One without a file makes no room.
            over.filter(|info| info.bytes > 0)
                .take_while(|info| {
                    let too_much = left > u64::from(gib) * GIB;
                    left -= info.bytes;
                    too_much
                })
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use patchbay_model::RecordingId;

    fn info(days_ago: i64, bytes: u64, state: RecordingState) -> RecordingInfo {
        RecordingInfo {
            id: RecordingId::new(),
            title: String::new(),
            subtitle: String::new(),
            machine: None,
            started: Timestamp((100 - days_ago) * DAY - 1000),
            length: 1000,
            bytes,
            desktop: false,
            cols: 80,
            rows: 24,
            keys: false,
            state,
            organisation: None,
            who: None,
        }
    }

    fn gone(rule: RecordingsKept, all: &[RecordingInfo]) -> Vec<usize> {
        let place = |info: &RecordingInfo| all.iter().position(|other| other.id == info.id);
        expired(rule, all, Timestamp(100 * DAY)).into_iter().filter_map(place).collect()
    }

    #[test]
    fn the_oldest_go_first_and_none_that_goes_on() {
        use RecordingState::{Damaged, Interrupted, Running, Whole};
        let all = [
            info(0, GIB / 2, Running),
            info(1, GIB, Whole),
            info(7, GIB, Interrupted),
            info(8, 0, Damaged),
            info(9, GIB, Running),
            info(10, GIB, Whole),
        ];
        assert_eq!(gone(RecordingsKept::Forever, &all), [0_usize; 0]);
        assert_eq!(gone(RecordingsKept::Days { days: 7 }, &all), [5, 3, 2], "to the millisecond");
        assert_eq!(gone(RecordingsKept::Days { days: 11 }, &all), [0_usize; 0]);
        assert_eq!(gone(RecordingsKept::Size { gib: 5 }, &all), [0_usize; 0]);
        assert_eq!(gone(RecordingsKept::Size { gib: 4 }, &all), [5]);
        assert_eq!(gone(RecordingsKept::Size { gib: 3 }, &all), [5, 2]);
        // What goes on alone is more than that, and stays.
        assert_eq!(gone(RecordingsKept::Size { gib: 1 }, &all), [5, 2, 1]);
    }

    #[test]
    fn a_clock_that_was_set_back_deletes_nothing() {
        let all = [info(0, GIB, RecordingState::Whole)];
        assert!(expired(RecordingsKept::Days { days: 1 }, &all, Timestamp(0)).is_empty());
    }

    #[test]
    fn rules_are_sensible() {
        for good in [1, 3650] {
            assert!(check(RecordingsKept::Days { days: good }).is_ok());
        }
        for bad in [0, 3651, u32::MAX] {
            assert!(check(RecordingsKept::Days { days: bad }).is_err());
            assert!(check(RecordingsKept::Size { gib: bad }).is_err());
        }
    }
}
