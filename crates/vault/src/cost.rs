//! How much work a guess at the passphrase costs.

use crate::{VaultError, random};
use argon2::{Algorithm, Argon2, Params, Version};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

const MIB: u32 = 1024;

/// Argon2id parameters (RFC 9106).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KdfCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl KdfCost {
    /// 64 MiB in three passes: nothing weaker is written or read.
    pub const FLOOR: Self = Self { memory_kib: 64 * MIB, passes: 3, lanes: 1 };
    /// Nothing dearer is read: a forged file must not tie up the computer.
    const CEILING: Self = Self { memory_kib: 2048 * MIB, passes: 16, lanes: 16 };
    /// What calibration aims for, inside the promised 0.5 to 1 s.
    const AIM: Duration = Duration::from_millis(700);
    const ENOUGH: Duration = Duration::from_millis(500);
    /// Calibration stops here: more would keep a small computer from opening a vault made on a large one.
    const MOST_CHOSEN: u32 = 1024 * MIB;

    /// These parameters, if they are neither weaker than the floor nor implausibly dear.
    pub const fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, VaultError> {
        let (floor, ceiling) = (Self::FLOOR, Self::CEILING);
        if memory_kib < floor.memory_kib || passes < floor.passes || lanes < floor.lanes {
            return Err(VaultError::WeakCost);
        }
        if memory_kib > ceiling.memory_kib || passes > ceiling.passes || lanes > ceiling.lanes {
            return Err(VaultError::ExcessiveCost);
        }
        Ok(Self { memory_kib, passes, lanes })
    }

    /// Picks the memory so that one derivation takes 0.5 to 1 s on this computer. Blocks for two to three of them.
    #[must_use]
    pub fn calibrate() -> Self {
        Self::calibrate_with(|cost| {
            let started = Instant::now();
            cost.derive(b"calibration", &[0; 16]).ok().map(|_| started.elapsed())
        })
    }

    /// `time` says how long a derivation takes, or nothing if there is not enough memory for it.
    fn calibrate_with(time: impl Fn(Self) -> Option<Duration>) -> Self {
        let mut best = Self::FLOOR;
        // Time grows a little faster than memory once it leaves the caches, so one step rarely lands: three do.
        for _ in 0..3 {
            let Some(took) = time(best) else { return Self::FLOOR };
            if took >= Self::ENOUGH || best.memory_kib >= Self::MOST_CHOSEN {
                break;
            }
            let factor = Self::AIM.as_secs_f64() / took.as_secs_f64().max(0.001);
            let wanted = f64::from(best.memory_kib / MIB) * factor.min(8.0);
            // Whole MiB, so that the number tells little about the computer that chose it.
            let memory_kib = (wanted as u32 * MIB).clamp(best.memory_kib, Self::MOST_CHOSEN);
            let next = Self { memory_kib, ..best };
            if time(next).is_none() {
                break;
            }
            best = next;
        }
        best
    }

    /// Memory in KiB, passes and lanes.
    #[must_use]
    pub const fn parameters(&self) -> (u32, u32, u32) {
        (self.memory_kib, self.passes, self.lanes)
    }

    /// Derives a key. Takes as long as it says.
    pub(crate) fn derive(
        &self,
        passphrase: &[u8],
        salt: &[u8; 16],
    ) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let memory = VaultError::Memory { mib: self.memory_kib / MIB };
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .map_err(|_| VaultError::Damaged("passphrase protection"))?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase, salt, key.as_mut_slice())
            .map_err(|_| memory)?;
        Ok(key)
    }

    pub(crate) fn salt() -> Result<[u8; 16], VaultError> {
        random::array()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    /// A computer on which each MiB costs so many microseconds.
    fn computer(us_per_mib: u64) -> impl Fn(KdfCost) -> Option<Duration> {
        move |cost| Some(Duration::from_micros(u64::from(cost.memory_kib / MIB) * us_per_mib))
    }

    #[test]
    fn calibration_lands_between_half_a_second_and_one() {
        for us_per_mib in [800, 1_500, 3_500, 7_000] {
            let machine = computer(us_per_mib);
            let took = machine(KdfCost::calibrate_with(&machine)).unwrap();
            assert!((500..=1000).contains(&took.as_millis()), "{us_per_mib} µs/MiB took {took:?}");
        }
    }

    #[test]
    fn calibration_never_goes_below_the_floor_nor_beyond_what_a_small_computer_has() {
        assert_eq!(KdfCost::calibrate_with(computer(100_000)), KdfCost::FLOOR);
        assert_eq!(KdfCost::calibrate_with(computer(1)).memory_kib, KdfCost::MOST_CHOSEN);
        assert_eq!(KdfCost::calibrate_with(|_| None), KdfCost::FLOOR);
    }

    #[test]
    fn weak_and_absurd_parameters_are_refused() {
        let (m, t, p) = KdfCost::FLOOR.parameters();
        for weak in [(m - 1, t, p), (m, t - 1, p), (m, t, p - 1), (0, 0, 0)] {
            assert!(matches!(KdfCost::new(weak.0, weak.1, weak.2), Err(VaultError::WeakCost)));
        }
        for dear in [(u32::MAX, t, p), (m, 17, p), (m, t, 17)] {
            assert!(matches!(KdfCost::new(dear.0, dear.1, dear.2), Err(VaultError::ExcessiveCost)));
        }
        assert_eq!(KdfCost::new(m, t, p).unwrap(), KdfCost::FLOOR);
    }

    /// RFC 9106 section 5.3, through the same crate: the parameters it uses are far below the floor.
    #[test]
    fn argon2id_gives_the_answer_of_rfc_9106() {
        let params = argon2::ParamsBuilder::new()
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .data(argon2::AssociatedData::new(&[4; 12]).unwrap())
            .build()
            .unwrap();
        let argon =
            Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
        let mut tag = [0; 32];
        argon.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
        let expected = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659";
        assert_eq!(data_encoding::HEXLOWER.encode(&tag), expected);
    }
}
