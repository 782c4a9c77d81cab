//! Slowing down whoever guesses at the passphrase on this computer. (Away from it, the key derivation does.)

use crate::CoreError;
use std::time::Duration;

/// Misses that cost nothing: people mistype.
const FREE: u32 = 5;
const LONGEST: Duration = Duration::from_secs(60);

/// Wrong passphrases in a row.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    misses: u32,
    /// Nothing is tried before.
    not_before: Duration,
}

impl Guesses {
    /// Fails while it is too soon.
    pub(super) fn allow(&self, now: Duration) -> Result<(), CoreError> {
        if now >= self.not_before {
            return Ok(());
        }
        Err(CoreError::TooSoon { misses: self.misses, wait: self.not_before.saturating_sub(now) })
    }

    /// Another miss; says how long to wait now.
    pub(super) fn missed(&mut self, now: Duration) -> Option<Duration> {
        self.misses = self.misses.saturating_add(1);
        let beyond = self.misses.checked_sub(FREE)?;
        let wait = Duration::from_secs(1 << beyond.min(6)).min(LONGEST);
        self.not_before = now + wait;
        Some(wait)
    }

    /// The right one.
    pub(super) fn hit(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn the_wait_grows_and_a_hit_ends_it() {
        let mut guesses = Guesses::default();
        let now = Duration::from_secs(100);
        let waits: Vec<_> =
            (0..12).map(|_| guesses.missed(now).map_or(0, |wait| wait.as_secs())).collect();
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]);
        assert!(guesses.allow(now).is_err());
        assert!(guesses.allow(now + LONGEST).is_ok());
        guesses.hit();
        assert!(guesses.allow(now).is_ok());
    }
}
