//! How many connections there may be, in all and from one address.

use crate::http::metrics::Counted;
use patchbay_core::sync::lock;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Hands out permits.
#[derive(Debug)]
pub struct Permits {
    in_all: usize,
    by_address: usize,
    taken: Mutex<Taken>,
    gauge: Arc<AtomicI64>,
    tracker: TaskTracker,
}

#[derive(Default, Debug)]
struct Taken {
    in_all: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl Permits {
    /// At most `in_all`, and `by_address` from each address.
    #[must_use]
    pub fn new(in_all: usize, by_address: usize, gauge: &Arc<AtomicI64>) -> Arc<Self> {
        let gauge = Arc::clone(gauge);
        let (taken, tracker) = (Mutex::default(), TaskTracker::new());
        Arc::new(Self { in_all, by_address, taken, gauge, tracker })
    }

    /// One more, if it may be. Proxies (`limited` is false) stand for many and count in all only.
    pub fn take(self: &Arc<Self>, address: IpAddr, limited: bool) -> Option<Permit> {
        let place = limited.then(|| network(address));
        let mut taken = lock(&self.taken);
        if taken.in_all >= self.in_all {
            return None;
        }
        if let Some(place) = place {
            let mine = taken.by_address.entry(place).or_default();
            if *mine >= self.by_address {
                return None;
            }
            *mine += 1;
        }
        taken.in_all += 1;
        drop(taken);
        let (counted, token) = (Counted::new(&self.gauge), self.tracker.token());
        Some(Permit { permits: Arc::clone(self), place, _counted: counted, _token: token })
    }

    /// Returns when all permits were given back.
    pub async fn all_back(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}

/// A household has a /64 of IPv6, and could have each address of it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// One connection; given back when it is dropped.
#[derive(Debug)]
pub struct Permit {
    permits: Arc<Permits>,
    place: Option<IpAddr>,
    _counted: Counted,
    _token: TaskTrackerToken,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut taken = lock(&self.permits.taken);
        taken.in_all = taken.in_all.saturating_sub(1);
        let Some(place) = self.place else { return };
        if let Some(mine) = taken.by_address.get_mut(&place) {
            *mine = mine.saturating_sub(1);
            if *mine == 0 {
                taken.by_address.remove(&place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn both_limits_hold_and_what_is_given_back_is_free() {
        let permits = Permits::new(3, 2, &Arc::default());
        let [a, b] = ["192.0.2.1", "2001:db8::1"].map(|text| text.parse().unwrap());
        let first = permits.take(a, true).unwrap();
        let _second = permits.take(a, true).unwrap();
        assert!(permits.take(a, true).is_none());
        assert!(permits.take("::ffff:192.0.2.1".parse().unwrap(), true).is_none());
        let third = permits.take(b, true).unwrap();
        assert!(permits.take("2001:db8:1::1".parse().unwrap(), true).is_none());
        drop((first, third));
        let _again = permits.take(a, false).unwrap();
        let _again = permits.take(a, true).unwrap();
        assert!(permits.take(b, true).is_none());
    }
}
