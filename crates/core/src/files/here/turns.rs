//! Work on the disk that takes its turn: few threads do it, which stay awake while there is some.
//!
//! Waking a thread for every small file, and being woken by it, takes longer than the file does. Deliberately absent:
//! stopping work that has begun.

use std::{
    collections::VecDeque,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{sync::oneshot, task};

type Work = Box<dyn FnOnce() + Send>;

/// Work that waits, and those who do it.
pub(super) struct Turns {
    state: Mutex<State>,
    /// The most threads at work.
    most: usize,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Work>,
    threads: usize,
}

impl Turns {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), most })
    }

    /// Does `work` when its turn comes; nothing of it if nobody waits for it any more by then. `None` if it failed badly.
    pub(super) async fn take<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (tell, told) = oneshot::channel();
        let work = Box::new(move || {
            if !tell.is_closed() {
                let _gone = tell.send(work());
            }
        });
        if self.add(work) {
            let turns = Arc::clone(self);
            task::spawn_blocking(move || turns.work());
        }
        told.await.ok()
    }

    /// Says whether one more thread is to work.
    fn add(&self, work: Work) -> bool {
        let mut state = self.lock();
        state.waiting.push_back(work);
        let more = state.threads < self.most;
        state.threads += usize::from(more);
        more
    }

    fn work(&self) {
        while let Some(next) = self.next() {
            // Whoever waits for it hears that it failed; the others are not to wait for ever.
            let _failed = catch_unwind(AssertUnwindSafe(next));
        }
    }

    fn next(&self) -> Option<Work> {
        let mut state = self.lock();
        let next = state.waiting.pop_front();
        // Under the same lock: what is added from now on finds a thread missing.
        state.threads -= usize::from(next.is_none());
        next
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turns").field("most", &self.most).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use futures_util::future::join_all;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test(flavor = "multi_thread")]
    async fn all_of_it_is_done_and_never_by_more_than_there_may_be() {
        let turns = Turns::new(2);
        let (busy, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let work = (0..500_usize).map(|n| {
            let (busy, most) = (Arc::clone(&busy), Arc::clone(&most));
            turns.take(move || {
                most.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::yield_now();
                busy.fetch_sub(1, Ordering::SeqCst);
                n
            })
        });
        let done: Vec<_> = join_all(work).await.into_iter().flatten().collect();
        assert_eq!(done, (0..500).collect::<Vec<_>>());
        assert!(most.load(Ordering::SeqCst) <= 2);
    }

    #[tokio::test]
    async fn what_fails_badly_holds_up_nobody() {
        let turns = Turns::new(1);
        let failing = turns.take(|| panic!("a fault"));
        let (failed, done) = tokio::join!(failing, turns.take(|| 7));
        assert_eq!((failed, done), (None::<()>, Some(7)));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_not_begun() {
        let turns = Turns::new(1);
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let first = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move { turns.take(move || wait.recv().is_ok()).await }
        });
        let begun = Arc::new(AtomicUsize::new(0));
        let second = tokio::spawn({
            let (turns, begun) = (Arc::clone(&turns), Arc::clone(&begun));
            async move { turns.take(move || begun.fetch_add(1, Ordering::SeqCst)).await }
        });
        while turns.lock().waiting.is_empty() {
            tokio::task::yield_now().await;
        }
        second.abort();
        assert!(second.await.is_err());
        go.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Some(true));
        assert_eq!(turns.take(|| 1).await, Some(1));
        assert_eq!(begun.load(Ordering::SeqCst), 0);
    }
}
