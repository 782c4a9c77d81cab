//! Telling front ends what something became: at once, or together with whatever else changes in the next moment.

use std::{
    sync::{Arc, MutexGuard},
    time::Duration,
};

/// Something whose state front ends follow.
pub(crate) trait Tells: Send + Sync + Sized + 'static {
    /// What changes of it.
    type Live: Send;

    /// Changes that nobody waits for are told of this often at most.
    const EVERY: Duration;

    /// Its state.
    fn live(&self) -> MutexGuard<'_, Self::Live>;

    /// Whether an event is on its way.
    fn scheduled(live: &mut Self::Live) -> &mut bool;

    /// Tells of it as it is now.
    fn tell(&self, live: &Self::Live);

    /// Changes it and tells: at once, or together with whatever else changes in the next moment.
    fn change<T>(self: &Arc<Self>, at_once: bool, change: impl FnOnce(&mut Self::Live) -> T) -> T {
        let mut live = self.live();
        let result = change(&mut live);
        if at_once {
            // Under the lock, so that events are in the order of the changes.
            self.tell(&live);
        } else if !std::mem::replace(Self::scheduled(&mut live), true) {
            let me = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep(Self::EVERY).await;
                let mut live = me.live();
                *Self::scheduled(&mut live) = false;
                me.tell(&live);
            });
        }
        result
    }
}
