//! Time, handed in so that tests decide when it passes.

use patchbay_model::Timestamp;
use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::sync::watch;

/// A wait that ends when the clock says so.
pub type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where the services take the time from.
pub trait Clock: Send + Sync {
    /// Time since some fixed moment; never goes back.
    fn now(&self) -> Duration;

    /// The time of day.
    fn wall(&self) -> Timestamp;

    /// Waits until [`Clock::now`] is at least `at`.
    fn until(&self, at: Duration) -> Wait;
}

/// The computer's own clock.
#[derive(Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn wall(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn until(&self, at: Duration) -> Wait {
        let left = at.saturating_sub(self.0.elapsed());
        Box::pin(tokio::time::sleep(left))
    }
}

/// A clock that moves when it is told to, for tests here and of the front ends.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<watch::Sender<Duration>>);

impl Default for ManualClock {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Duration::from_secs(1))))
    }
}

impl ManualClock {
    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|now| *now += by);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        *self.0.borrow()
    }

    fn wall(&self) -> Timestamp {
        let millis = i64::try_from(self.now().as_millis()).unwrap_or(i64::MAX);
        Timestamp(1_800_000_000_000_i64.saturating_add(millis))
    }

    fn until(&self, at: Duration) -> Wait {
        let mut now = self.0.subscribe();
        Box::pin(async move {
            // The sender lives as long as the clock; without it no time will ever come.
            if now.wait_for(|now| *now >= at).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}
