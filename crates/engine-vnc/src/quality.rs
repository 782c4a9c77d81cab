//! How good the picture is, by what the link bears.
//!
//! A number that the server sends back comes after all that it sent before. So when it takes much longer than it ever
//! took, data has piled up on the way, and there should be less of it.

use std::time::Duration;

/// Below this a link is a wire in the same room: nothing need be lost.
const NEAR: Duration = Duration::from_millis(4);
/// What may pile up before the picture gets worse.
const MUCH: Duration = Duration::from_millis(120);
/// As little as to think of a better picture.
const LITTLE: Duration = Duration::from_millis(30);
/// How often there has to be little.
const CALM: u32 = 4;
/// Before anything is known.
const FIRST: u8 = 8;

/// A link as it was measured, and what was chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    least: Option<Duration>,
    level: u8,
    calm: u32,
    /// What the person wants instead.
    fixed: Option<u8>,
}

impl Link {
    pub(crate) const fn new(fixed: Option<u8>) -> Self {
        Self { least: None, level: FIRST, calm: 0, fixed }
    }

    /// What the person wants; nothing leaves it to the link.
    pub(crate) const fn fix(&mut self, fixed: Option<u8>) {
        self.fixed = fixed;
    }

    /// From 0 to 9 (lossless).
    pub(crate) const fn level(&self) -> u8 {
        match self.fixed {
            Some(level) => level,
            None => self.level,
        }
    }

    /// A round trip took so long.
    pub(crate) fn measured(&mut self, took: Duration) {
        let Some(least) = self.least else {
            self.least = Some(took);
            self.level = if took < NEAR { 9 } else { FIRST };
            return;
        };
        let least = least.min(took);
        // A route that has become longer is found out in time.
        self.least = Some(least + Duration::from_millis(1).min((took - least) / 64));
        let waited = took - least;
        let best = if least < NEAR { 9 } else { FIRST };
        if waited > MUCH {
            self.calm = 0;
            self.level = self.level.saturating_sub(if waited > MUCH * 3 { 3 } else { 1 });
        } else if waited < LITTLE {
            self.calm += 1;
            if self.calm >= CALM {
                self.calm = 0;
                self.level = (self.level + 1).min(best);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(round_trips: &[u64]) -> u8 {
        let mut link = Link::new(None);
        round_trips.iter().for_each(|ms| link.measured(Duration::from_millis(*ms)));
        link.level()
    }

    #[test]
    fn what_piles_up_makes_the_picture_worse_and_calm_better() {
        assert_eq!(after(&[]), FIRST);
        assert_eq!(after(&[1]), 9);
        assert_eq!(after(&[40; 50]), 8);
        assert_eq!(after(&[40, 200, 300]), 6);
        assert_eq!(after(&[40, 900, 900, 900]), 0);
        let mut recovered = vec![40, 900, 900];
        recovered.extend([42; 100]);
        assert_eq!(after(&recovered), 8);
        let mut busy = vec![1];
        busy.extend([500; 9]);
        assert_eq!(after(&busy), 0);
    }

    #[test]
    fn the_person_decides() {
        let mut link = Link::new(Some(3));
        link.measured(Duration::from_millis(1));
        assert_eq!(link.level(), 3);
        link.fix(None);
        assert_eq!(link.level(), 9);
    }
}
