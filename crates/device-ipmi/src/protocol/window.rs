//! Which numbers of packets came already (section 6.12.12 to 6.12.14).

/// How far behind the newest number a late packet may be.
const BEHIND: u32 = 64;

/// The packets that came, by their numbers.
///
/// What is ahead is taken, however far: whoever gets here has proved that it holds the session's key, and a window that is
/// closed ahead, as the specification wants it, ends a session for good after sixteen lost packets of a serial console.
#[derive(Clone, Copy, Default, Debug)]
pub struct Window {
    newest: u32,
    /// Bit n: the number `newest - n` came.
    seen: u64,
}

impl Window {
    /// Whether this number is new; from now on it is not.
    pub const fn take(&mut self, number: u32) -> bool {
        if number == 0 {
            return false;
        }
        let ahead = number.wrapping_sub(self.newest);
        if self.seen == 0 || (ahead != 0 && ahead < u32::MAX / 2) {
            self.seen = if ahead >= BEHIND || self.seen == 0 { 0 } else { self.seen << ahead };
            self.seen |= 1;
            self.newest = number;
            return true;
        }
        let behind = self.newest.wrapping_sub(number);
        if behind >= BEHIND || self.seen & (1 << behind) != 0 {
            return false;
        }
        self.seen |= 1 << behind;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::Window;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn each_number_once_late_ones_too() {
        let mut window = Window::default();
        assert!(!window.take(0), "zero is outside of sessions");
        assert!(window.take(5) && !window.take(5));
        assert!(window.take(7) && window.take(6) && !window.take(6) && !window.take(7));
        assert!(window.take(1000) && !window.take(900), "too late");
    }

    #[test]
    fn it_goes_round() {
        let mut window = Window::default();
        assert!(window.take(u32::MAX) && window.take(1) && window.take(u32::MAX - 1));
        assert!(!window.take(u32::MAX) && !window.take(1));
    }

    proptest! {
        #[test]
        fn nothing_is_taken_twice(numbers in prop::collection::vec(1_u32..300, 0..400)) {
            let (mut window, mut seen) = (Window::default(), HashSet::new());
            for number in numbers {
                if window.take(number) {
                    prop_assert!(seen.insert(number));
                }
            }
        }
    }
}
