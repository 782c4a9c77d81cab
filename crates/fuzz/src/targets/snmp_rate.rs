//! Rates between two readings of a counter (`device-snmp::rate`).

use patchbay_device_snmp::rate::{Moment, Rate, Reading, Unit, Width, rate};
use std::time::Duration;

/// Two readings of 24 bytes each after a byte that says what is counted: no rate is more than the port carries.
pub(crate) fn run(data: &[u8]) -> bool {
    let Some((how, rest)) = data.split_first() else { return false };
    let (width, unit, bits) = match how & 3 {
        0 => (Width::Bits64, Unit::Octets, 8.0),
        1 => (Width::Bits32, Unit::Octets, 8.0),
        2 => (Width::Bits64, Unit::Packets, 672.0),
        _ => (Width::Bits32, Unit::Packets, 672.0),
    };
    let mut numbers =
        rest.chunks_exact(8).map(|chunk| u64::from_be_bytes(chunk.try_into().unwrap_or_default()));
    let mut reading = || {
        let (here, there, value) = (numbers.next()?, numbers.next()?, numbers.next()?);
        let there = u32::try_from(there & 0xffff_ffff).unwrap_or_default();
        let value = if width == Width::Bits32 { value & 0xffff_ffff } else { value };
        let here = Duration::from_millis(here & 0xffff_ffff);
        Some((Moment { here, there, discontinuity: None }, Reading { value, width }))
    };
    let (Some(earlier), Some(later)) = (reading(), reading()) else { return false };
    let speed = (how & 4 != 0).then_some(1_000_000_000);
    let Rate::PerSecond(found) = rate(unit, speed, earlier, later) else { return false };
    let seconds = f64::from(later.0.there.wrapping_sub(earlier.0.there)) / 100.0;
    let most = if how & 4 != 0 { 1e9 } else { 4e12 };
    assert!(found.is_finite() && found >= 0.0);
    assert!(found * seconds * bits <= most * 1.1 * (seconds + 1.0) * 1.000_001, "{found}");
    true
}
