//! How long the start took, for the log and for `bench startup`.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// When `main` began, and how old the process was by then.
static START: OnceLock<(Instant, Duration)> = OnceLock::new();

/// Called first in `main`.
pub fn process_starts() {
    let _ = START.set((Instant::now(), age().unwrap_or_default()));
}

/// Notes that a part of starting is done.
pub(crate) fn note(what: &str) {
    let Some((main, before)) = START.get() else { return };
    let ms = (main.elapsed() + *before).as_millis();
    tracing::info!(ms, "{what}");
    if std::env::var_os("PATCHBAY_TRACE_START").is_some() {
        eprintln!("patchbay-start {what} {ms} ms");
    }
}

/// What loading the libraries cost, in the kernel's ticks of 10 ms.
#[cfg(target_os = "linux")]
fn age() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
    age_from(&stat, &uptime)
}

#[cfg(not(target_os = "linux"))]
fn age() -> Option<Duration> {
    None
}

/// The start time is field 22 of `stat`, in ticks since the system started; the name in field 2 may hold anything.
#[cfg(target_os = "linux")]
fn age_from(stat: &str, uptime: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: f64 = fields.split_whitespace().nth(19)?.parse().ok()?;
    let now: f64 = uptime.split_whitespace().next()?.parse().ok()?;
    Duration::try_from_secs_f64(now - ticks / 100.0).ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_age_is_read_past_a_strange_name() {
        let stat = "7 (a) b) S 1 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 12345 0 0";
        assert_eq!(age_from(stat, "124.00 9.9").unwrap().as_millis(), 550);
        assert!(age().unwrap() < Duration::from_secs(3600));
    }
}
