//! Waiting, for an answer or for room to ask, no longer than the caller allows after the last byte that came.
//!
//! Deliberately absent: a limit from the first byte. It would cut transfers over slow links, on which a hundred requests
//! share what little comes.

use crate::{SftpError, answer::Answer, link::Link};
use std::{
    fmt,
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

/// When something was last heard, and for how long silence is borne.
#[derive(Debug)]
pub(crate) struct Patience {
    bears: Duration,
    began: Instant,
    /// Milliseconds after `began`.
    heard: AtomicU64,
}

impl Patience {
    pub(crate) fn new(bears: Duration) -> Self {
        Self { bears, began: Instant::now(), heard: AtomicU64::new(0) }
    }

    pub(crate) fn heard(&self) {
        self.heard_at(Instant::now());
    }

    fn heard_at(&self, now: Instant) {
        let after = now.saturating_duration_since(self.began).as_millis();
        self.heard.store(u64::try_from(after).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// When who waits since `since` gives up, unless something is heard before.
    fn ends(&self, since: Instant) -> Instant {
        let heard = Duration::from_millis(self.heard.load(Ordering::Relaxed));
        let from = self.began.checked_add(heard).map_or(since, |heard| heard.max(since));
        // A century stands for ever, as far as tokio's clock goes.
        from.checked_add(self.bears).unwrap_or(from + Duration::from_secs(100 * 365 * 86_400))
    }

    /// Waits for `what` as long as is borne.
    pub(crate) async fn wait<F: Future>(
        &self,
        since: Instant,
        what: F,
    ) -> Result<F::Output, SftpError> {
        let mut what = pin!(what);
        loop {
            if let Ok(output) = timeout_at(self.ends(since), &mut what).await {
                return Ok(output);
            }
            if self.ends(since) <= Instant::now() {
                return Err(SftpError::TimedOut);
            }
        }
    }
}

/// A request that was sent. Dropping it forgets the answer, which still comes.
pub(crate) struct Waiting {
    pub(crate) link: Arc<Link>,
    pub(crate) since: Instant,
    pub(crate) answer: oneshot::Receiver<Result<Answer, SftpError>>,
}

impl Waiting {
    /// The answer. Can be dropped and called again until it has returned.
    pub(crate) async fn answer(&mut self) -> Result<Answer, SftpError> {
        let answer = self.link.patience.wait(self.since, &mut self.answer).await?;
        answer.unwrap_or_else(|_| Err(self.link.reason()))
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_counts_from_the_last_byte_and_not_from_before_the_request() {
        let second = Duration::from_secs(1);
        let patience = Patience::new(second * 30);
        let began = patience.began;
        assert_eq!(patience.ends(began + second), began + second * 31);
        patience.heard_at(began + second * 20);
        assert_eq!(patience.ends(began + second), began + second * 50);
        assert_eq!(patience.ends(began + second * 40), began + second * 70);
    }

    #[test]
    fn endless_patience_has_no_overflow() {
        let patience = Patience::new(Duration::MAX);
        assert!(patience.ends(patience.began) > patience.began + Duration::from_secs(86_400));
    }
}
