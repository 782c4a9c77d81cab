//! How much work a key file may ask for: what its key derivation costs is the file's own choice, and it may be anybody's.

use super::{unreadable, unsupported};
use crate::SshError;

/// The most work that is done to try a passphrase.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Rounds of bcrypt. `ssh-keygen -a` takes 16 unless told otherwise.
    pub bcrypt_rounds: u32,
    /// KiB of memory for Argon2. PuTTYgen takes 8 MiB.
    pub argon2_memory: u32,
    /// KiB that Argon2 fills, all its passes together.
    pub argon2_work: u64,
    /// Rounds of PBKDF2.
    pub pbkdf2_rounds: u64,
    /// Bytes of memory for scrypt, times its parallelism.
    pub scrypt_memory: u64,
}

impl Limits {
    /// Up to about a minute of bcrypt, twenty seconds of anything else, and half a gigabyte.
    pub const USUAL: Self = Self {
        bcrypt_rounds: 4096,
        argon2_memory: 256 * 1024,
        argon2_work: 16 * 1024 * 1024,
        pbkdf2_rounds: 20_000_000,
        scrypt_memory: 512 * 1024 * 1024,
    };

    pub(super) fn bcrypt(&self, rounds: u32) -> Result<(), SshError> {
        if rounds > self.bcrypt_rounds {
            return Err(too_slow(&format!("{rounds} bcrypt rounds")));
        }
        Ok(())
    }

    pub(super) fn argon2(&self, memory: u32, passes: u32) -> Result<(), SshError> {
        if memory > self.argon2_memory {
            return Err(too_large(&format!("Argon2 with {memory} KiB")));
        }
        if u64::from(memory).saturating_mul(passes.into()) > self.argon2_work {
            return Err(too_slow(&format!("Argon2 with {memory} KiB and {passes} passes")));
        }
        Ok(())
    }

    pub(super) fn pbkdf2(&self, rounds: u64) -> Result<(), SshError> {
        if rounds > self.pbkdf2_rounds {
            return Err(too_slow(&format!("{rounds} PBKDF2 rounds")));
        }
        Ok(())
    }

    pub(super) fn scrypt(&self, memory: u64) -> Result<(), SshError> {
        // The decoder panics at a cost of 0.
        if memory == 0 {
            return Err(unreadable("its key derivation is impossible"));
        }
        if memory > self.scrypt_memory {
            return Err(too_large("scrypt"));
        }
        Ok(())
    }
}

fn too_slow(why: &str) -> SshError {
    unsupported(format!("opening it would take minutes ({why})"))
}

fn too_large(why: &str) -> SshError {
    unsupported(format!("opening it would take too much memory ({why})"))
}
