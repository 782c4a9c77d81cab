//! When the computer sleeps or its screen is locked, the vault is to be locked as well.
//!
//! Idleness is the core's own business. Where a source is missing (no D-Bus, no login1) there is quietly none: the
//! clock notices a sleep on every system, after the fact.

#[cfg(target_os = "linux")]
mod bus;

use patchbay_model::LockReason;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// Locks if the vault's settings want it for this reason; the keys are gone when it returns.
pub(crate) type Locker = Arc<dyn Fn(LockReason) + Send + Sync>;

/// How often the clocks are compared.
const BEAT: Duration = Duration::from_secs(5);
/// A beat this late was not merely slow.
const SLEPT: Duration = Duration::from_secs(45);

/// Starts all sources. Must be called within a Tokio runtime.
pub(crate) fn start(lock: Locker) {
    tokio::spawn(clock(Arc::clone(&lock)));
    #[cfg(target_os = "linux")]
    bus::start(&lock);
}

/// One of the two clocks goes on while the computer sleeps: which one depends on the system.
async fn clock(lock: Locker) {
    let mut before = (Instant::now(), SystemTime::now());
    loop {
        tokio::time::sleep(BEAT).await;
        let now = (Instant::now(), SystemTime::now());
        let steady = now.0.saturating_duration_since(before.0);
        // The clock was set back: nothing to learn from it.
        let wall = now.1.duration_since(before.1).unwrap_or_default();
        if slept(steady, wall) {
            lock(LockReason::Sleep);
        }
        before = now;
    }
}

fn slept(steady: Duration, wall: Duration) -> bool {
    steady.max(wall) > BEAT + SLEPT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_of_either_clock_is_a_sleep() {
        let seconds = Duration::from_secs;
        assert!(!slept(seconds(5), seconds(5)));
        assert!(!slept(seconds(20), seconds(20)), "a busy computer");
        assert!(!slept(seconds(5), seconds(0)), "a clock set back");
        assert!(slept(seconds(5), seconds(3600)));
        assert!(slept(seconds(3600), seconds(3600)));
    }
}
