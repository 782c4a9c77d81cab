//! From two readings of a counter to a rate, or to the reason why there is none. Pure; never a spike that was not there.
//!
//! RFC 2578 §7.1.6 and §7.1.10: counters wrap at 2³² or 2⁶⁴ and have no defined first value, so one reading says nothing, and
//! two say something only if nothing began anew between them. Agents do not always say when it did.

use std::time::Duration;

/// Faster than any port: what exceeds it is a mistake of the agent.
const MOST_BITS: f64 = 4e12;
/// Bits that the shortest frame takes on Ethernet, with what goes before and after it.
const FRAME_BITS: f64 = 672.0;
/// What a port may exceed its speed by: readings of one answer are not of one moment.
const SLACK: f64 = 1.1;
/// How far an agent's clock may differ from ours between two readings, and what it may lose or gain beside that.
const CLOCK: (f64, f64) = (5.0, 0.05);

/// How many bits a counter has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Width {
    /// `Counter32`.
    Bits32,
    /// `Counter64`.
    Bits64,
}

/// What a counter counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Bytes.
    Octets,
    /// Packets, also those in error or discarded.
    Packets,
}

/// When something was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// By our clock, since whenever it started.
    pub here: Duration,
    /// `sysUpTime` in the same answer, in hundredths of a second. Wraps after 497 days.
    pub there: u32,
    /// `ifCounterDiscontinuityTime` of the port, where it has one.
    pub discontinuity: Option<u32>,
}

/// A counter's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reading {
    /// The value.
    pub value: u64,
    /// Its width.
    pub width: Width,
}

/// What two readings say.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Rate {
    /// So many a second.
    PerSecond(f64),
    /// Nothing.
    Gap(Gap),
}

/// Why two readings say nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gap {
    /// No time passed, or the agent's answer was an old one.
    NoTime,
    /// The agent started anew.
    Restarted,
    /// The port's counters started anew.
    Discontinuity,
    /// The counter went back, and not because it wrapped.
    WentBack,
    /// At the port's speed it may have wrapped more than once: it has to be read more often.
    MayHaveWrapped,
    /// More than the port can carry.
    Impossible,
    /// The agent changed the counter's width.
    Width,
}

/// The rate between two readings of a port with this speed (bits a second, where it is known and means something).
#[must_use]
pub fn rate(
    unit: Unit,
    speed: Option<u64>,
    earlier: (Moment, Reading),
    later: (Moment, Reading),
) -> Rate {
    match gap_or_rate(unit, speed, earlier, later) {
        Ok(rate) => Rate::PerSecond(rate),
        Err(gap) => Rate::Gap(gap),
    }
}

fn gap_or_rate(
    unit: Unit,
    speed: Option<u64>,
    earlier: (Moment, Reading),
    later: (Moment, Reading),
) -> Result<f64, Gap> {
    let seconds = seconds(earlier.0, later.0)?;
    let (before, after) = (earlier.1, later.1);
    if before.width != after.width {
        return Err(Gap::Width);
    }
    let speed = speed.filter(|speed| *speed > 0).map(|speed| speed as f64);
    // A second is added: what was counted within one answer cannot be told apart.
    let most = |speed: f64| {
        let bits = speed * SLACK * (seconds + 1.0);
        match unit {
            Unit::Octets => bits / 8.0,
            Unit::Packets => bits / FRAME_BITS,
        }
    };
    let counted = match before.width {
        // It takes five years at the speed above until 64 bits of octets wrap.
        Width::Bits64 => after.value.checked_sub(before.value).ok_or(Gap::WentBack)? as f64,
        Width::Bits32 => {
            let whole = f64::from(u32::MAX) + 1.0;
            let wraps = speed.is_some_and(|speed| most(speed) >= whole);
            if wraps {
                return Err(Gap::MayHaveWrapped);
            }
            let back = after.value < before.value;
            let counted = (after.value as u32).wrapping_sub(before.value as u32);
            // Without a speed there is nothing to judge a wrap by. One from the upper quarter to the lower is believed: a
            // counter that began anew in that place would have to have been there by chance.
            let wrapped = before.value >> 30 == 3 && after.value >> 30 == 0;
            if back && speed.is_none() && !wrapped {
                return Err(Gap::WentBack);
            }
            f64::from(counted)
        }
    };
    if counted > most(speed.unwrap_or(MOST_BITS)) {
        let back = after.value < before.value;
        return Err(if back { Gap::WentBack } else { Gap::Impossible });
    }
    Ok(counted / seconds)
}

/// The time between two moments by the agent's clock, if ours agrees that it ran on.
fn seconds(earlier: Moment, later: Moment) -> Result<f64, Gap> {
    let here = later.here.checked_sub(earlier.here).ok_or(Gap::NoTime)?.as_secs_f64();
    // As many times as it wrapped meanwhile, which is at most once in 497 days: nobody waits longer between readings.
    let there = f64::from(later.there.wrapping_sub(earlier.there)) / 100.0;
    if later.there == earlier.there {
        return Err(Gap::NoTime);
    }
    // A clock that did not run on as ours did was set back by a restart. Forward, a wrapped difference of hundreds of days.
    if (there - here).abs() > CLOCK.0 + here * CLOCK.1 {
        return Err(Gap::Restarted);
    }
    if earlier.discontinuity != later.discontinuity {
        return Err(Gap::Discontinuity);
    }
    Ok(there)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GIGABIT: Option<u64> = Some(1_000_000_000);

    fn at(seconds: u64, there: u32) -> Moment {
        Moment { here: Duration::from_secs(seconds), there, discontinuity: Some(0) }
    }

    fn read(width: Width, value: u64) -> Reading {
        Reading { value, width }
    }

    fn octets(width: Width, speed: Option<u64>, before: u64, after: u64) -> Rate {
        let (earlier, later) = (at(0, 100_000), at(10, 101_000));
        rate(Unit::Octets, speed, (earlier, read(width, before)), (later, read(width, after)))
    }

    #[test]
    fn a_counter_that_went_on_has_a_rate() {
        assert_eq!(
            octets(Width::Bits64, GIGABIT, 1 << 40, (1 << 40) + 5000),
            Rate::PerSecond(500.0)
        );
        assert_eq!(octets(Width::Bits32, GIGABIT, 10, 10), Rate::PerSecond(0.0));
        // The agent's clock counts, since it is the agent that counts.
        let (earlier, later) = (at(0, 0), at(11, 1000));
        let (before, after) = (read(Width::Bits64, 0), read(Width::Bits64, 1000));
        assert_eq!(
            rate(Unit::Octets, None, (earlier, before), (later, after)),
            Rate::PerSecond(100.0)
        );
    }

    #[test]
    fn thirty_two_bits_wrap() {
        let top = u64::from(u32::MAX);
        let hundred = Some(100_000_000);
        assert_eq!(octets(Width::Bits32, hundred, top - 99, 900), Rate::PerSecond(100.0));
        assert_eq!(octets(Width::Bits32, None, top - 99, 900), Rate::PerSecond(100.0));
        // Ten seconds at ten gigabits are three times round.
        assert_eq!(
            octets(Width::Bits32, Some(10_000_000_000), 0, 900),
            Rate::Gap(Gap::MayHaveWrapped)
        );
    }

    #[test]
    fn a_counter_that_began_anew_is_no_spike() {
        assert_eq!(octets(Width::Bits64, GIGABIT, 1 << 50, 5), Rate::Gap(Gap::WentBack));
        assert_eq!(octets(Width::Bits32, GIGABIT, 2_000_000_000, 5), Rate::Gap(Gap::WentBack));
        assert_eq!(octets(Width::Bits32, None, 2_000_000_000, 5), Rate::Gap(Gap::WentBack));
        // From its lower 32 bits to all of them: agents that do so are known.
        assert_eq!(octets(Width::Bits64, GIGABIT, 7, (5 << 32) + 7), Rate::Gap(Gap::Impossible));
    }

    #[test]
    fn an_agent_that_started_anew_says_nothing() {
        let value = |value| read(Width::Bits64, value);
        let gap = |earlier, later| rate(Unit::Octets, None, (earlier, value(1)), (later, value(9)));
        assert_eq!(gap(at(0, 100_000), at(60, 300)), Rate::Gap(Gap::Restarted));
        // Its clock wraps after 497 days, which is no restart.
        let wrapped = gap(at(0, u32::MAX - 499), at(10, 500));
        assert_eq!(wrapped, Rate::PerSecond(0.8));
        assert_eq!(gap(at(0, 500), at(60, 500)), Rate::Gap(Gap::NoTime));
        let other = Moment { discontinuity: Some(77), ..at(10, 1500) };
        assert_eq!(gap(at(0, 500), other), Rate::Gap(Gap::Discontinuity));
        assert_eq!(gap(at(10, 500), at(0, 1500)), Rate::Gap(Gap::NoTime));
    }

    #[test]
    fn a_change_of_width_says_nothing() {
        let before = (at(0, 0), read(Width::Bits64, 5));
        let after = (at(10, 1000), read(Width::Bits32, 5));
        assert_eq!(rate(Unit::Octets, None, before, after), Rate::Gap(Gap::Width));
    }

    proptest! {
        /// Whatever an agent says, no more than the port carries is ever shown.
        #[test]
        fn never_more_than_a_port_carries(
            wide: bool, before: u64, after: u64, here in 1u64..100_000, early: u32, late: u32,
            speed in prop::option::of(1_000_000u64..400_000_000_000), packets: bool,
        ) {
            let width = if wide { Width::Bits64 } else { Width::Bits32 };
            let cut = |value: u64| if wide { value } else { value & 0xffff_ffff };
            let earlier = (at(0, early), read(width, cut(before)));
            let later = (at(here, late), read(width, cut(after)));
            let (unit, bits) = if packets { (Unit::Packets, FRAME_BITS) } else { (Unit::Octets, 8.0) };
            if let Rate::PerSecond(rate) = rate(unit, speed, earlier, later) {
                let seconds = f64::from(late.wrapping_sub(early)) / 100.0;
                let speed = speed.map_or(MOST_BITS, |speed| speed as f64);
                prop_assert!(rate >= 0.0 && rate.is_finite());
                prop_assert!(rate * seconds * bits <= speed * SLACK * (seconds + 1.0) * 1.000_001);
            }
        }

        /// What a port really carried comes out, wherever its counter stood.
        #[test]
        fn what_was_carried_comes_out(
            wide: bool, start: u64, carried in 0u64..1_000_000_000, early: u32, ticks in 1_000u32..3_000,
        ) {
            let (width, mask) = if wide { (Width::Bits64, u64::MAX >> 1) } else { (Width::Bits32, 0xffff_ffff) };
            let start = start & mask;
            let end = if wide { start + carried } else { (start + carried) & mask };
            let earlier = (at(0, early), read(width, start));
            let later = (at(u64::from(ticks / 100), early.wrapping_add(ticks)), read(width, end));
            let speed = Some(1_000_000_000);
            let seconds = f64::from(ticks) / 100.0;
            let fits = (carried * 8) as f64 <= 1e9 * seconds;
            if fits {
                let expected = carried as f64 / seconds;
                match rate(Unit::Octets, speed, earlier, later) {
                    Rate::PerSecond(rate) => prop_assert!((rate - expected).abs() < 0.001),
                    Rate::Gap(gap) => prop_assert_eq!((gap, wide), (Gap::MayHaveWrapped, false)),
                }
            }
        }
    }
}
