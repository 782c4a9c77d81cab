//! Locking by itself when nobody has touched anything for the time that is set.

use super::Unlocked;
use crate::Core;
use patchbay_model::LockReason;
use std::{
    future::pending,
    sync::{Arc, Weak},
    time::Duration,
};

/// Watches until the vault is locked, by this or otherwise. Keeps neither the services nor the keys alive.
pub(super) fn start(core: &Core, unlocked: &Arc<Unlocked>) {
    let clock = core.config().clock.clone();
    let retimed = unlocked.retimed.clone();
    let (core, unlocked) = (core.weak(), Arc::downgrade(unlocked));
    tokio::spawn(async move {
        loop {
            let due = match look(&core, &unlocked) {
                Look::Over => return,
                Look::Never => None,
                Look::At(at) => Some(clock.until(at)),
            };
            let due = async {
                match due {
                    Some(due) => due.await,
                    None => pending().await,
                }
            };
            tokio::select! {
                () = due => {}
                () = retimed.notified() => {}
            }
        }
    });
}

enum Look {
    /// It is locked: nothing more to watch.
    Over,
    /// It does not lock by itself.
    Never,
    /// It locks then, unless somebody is here before.
    At(Duration),
}

fn look(core: &Weak<Core>, unlocked: &Weak<Unlocked>) -> Look {
    let (Some(core), Some(watched)) = (core.upgrade(), unlocked.upgrade()) else {
        return Look::Over;
    };
    if !core.vault().unlocked().is_ok_and(|open| Arc::ptr_eq(&open, &watched)) {
        return Look::Over;
    }
    match watched.locks_at() {
        None => Look::Never,
        Some(at) if core.clock().now() < at => Look::At(at),
        Some(_) => {
            core.vault().lock(LockReason::Idle, false);
            Look::Over
        }
    }
}
