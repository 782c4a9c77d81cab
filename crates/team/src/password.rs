//! Passwords of accounts: Argon2id in PHC form.
//!
//! A hash takes a good part of a second and 64 MiB: the caller runs it off its event loop and few at once.

use crate::{TeamError, random};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use patchbay_model::Secret;

/// The fewest characters of a password (NIST SP 800-63B asks for no kinds of characters, and neither do we).
pub const SHORTEST: usize = 10;
/// The most bytes of one: nobody types more, and hashing must not be made dear by sending more.
pub const LONGEST: usize = 1024;
/// As the vault judges them: from here on a password is not found by trying.
const SCORE: u8 = 3;

/// KiB, passes and lanes: the same floor as a vault's passphrase (RFC 9106 section 4).
const COST: (u32, u32, u32) = (64 * 1024, 3, 1);
/// For tests that hash a lot. Nothing is safe with it.
const CHEAP: (u32, u32, u32) = (64, 1, 1);
/// Nothing dearer is verified: a forged row must not tie up the server.
const DEAREST: (u32, u32, u32) = (1024 * 1024, 16, 16);

/// Random salts and outputs that nobody knows a password for, with [`COST`] and [`CHEAP`].
const NOBODY: &str = "$argon2id$v=19$m=65536,t=3,p=1$bm9ib2R5IGhhcyB0aGlzIQ$q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k";
const NOBODY_CHEAP: &str = "$argon2id$v=19$m=64,t=1,p=1$bm9ib2R5IGhhcyB0aGlzIQ$q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k";

/// Hashes a password with a random salt. `cheap` is for tests only.
pub fn hash(password: &Secret<String>, cheap: bool) -> Result<String, TeamError> {
    let password = bounded(password)?;
    let (memory, passes, lanes) = if cheap { CHEAP } else { COST };
    let salt: [u8; 16] = random::array()?;
    let failed = |e: &dyn std::fmt::Display| TeamError::Hashing(e.to_string());
    let params = Params::new(memory, passes, lanes, None).map_err(|e| failed(&e))?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(password, &salt)
        .map(|phc| phc.to_string())
        .map_err(|e| failed(&e))
}

/// Whether it is the password of the hash.
#[must_use]
pub fn verify(phc: &str, password: &Secret<String>) -> bool {
    let Ok(password) = bounded(password) else { return false };
    let Ok(parsed) = PasswordHash::new(phc) else { return false };
    is_bearable(&parsed) && Argon2::default().verify_password(password, &parsed).is_ok()
}

/// The same for an account that may not be there, or has no password: it takes as long to say no as for one that has.
/// `cheap` is for tests only.
#[must_use]
pub fn verify_or_pretend(phc: Option<&str>, password: &Secret<String>, cheap: bool) -> bool {
    let nobody = if cheap { NOBODY_CHEAP } else { NOBODY };
    let is_right = verify(phc.unwrap_or(nobody), password);
    phc.is_some() && is_right
}

/// Whether a new password is good enough. `names` are what it must not be made of: of the person, of the organisation.
pub fn check_strength(password: &Secret<String>, names: &[&str]) -> Result<(), TeamError> {
    bounded(password)?;
    let password = password.expose_secret();
    let weak = |hint: &str| Err(TeamError::WeakPassword { hint: hint.to_owned() });
    if password.chars().count() < SHORTEST {
        return weak(&format!("Use at least {SHORTEST} characters; a few words are best."));
    }
    let judged = patchbay_vault::strength(password);
    if judged.score < SCORE {
        return weak(&judged.hint);
    }
    // What is left of it without the names has to be good by itself.
    let mut rest = password.to_lowercase();
    for name in names.iter().flat_map(|name| name.split(|c: char| !c.is_alphanumeric())) {
        if name.chars().count() >= 3 {
            rest = rest.replace(&name.to_lowercase(), "");
        }
    }
    if rest.len() != password.to_lowercase().len() && patchbay_vault::strength(&rest).score < SCORE
    {
        return weak("Leave your names out of it.");
    }
    Ok(())
}

fn bounded(password: &Secret<String>) -> Result<&[u8], TeamError> {
    let bytes = password.expose_secret().as_bytes();
    if bytes.len() > LONGEST { Err(TeamError::LongPassword(LONGEST)) } else { Ok(bytes) }
}

/// Argon2id with parameters that do not tie up the server.
fn is_bearable(phc: &PasswordHash) -> bool {
    let Ok(params) = Params::try_from(phc) else { return false };
    let is_argon2id = Algorithm::try_from(phc.algorithm.as_str()) == Ok(Algorithm::Argon2id);
    let (memory, passes, lanes) = DEAREST;
    is_argon2id
        && params.m_cost() <= memory
        && params.t_cost() <= passes
        && params.p_cost() <= lanes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_password_opens_its_own_hash_and_no_other_does() {
        let phc = hash(&secret("ledger mango offset"), false).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"), "{phc}");
        assert!(verify(&phc, &secret("ledger mango offset")));
        let cheap = hash(&secret("ledger mango offset"), true).unwrap();
        for wrong in ["", "ledger mango offse", "ledger mango offset ", "Ledger mango offset"] {
            assert!(!verify(&cheap, &secret(wrong)), "{wrong}");
        }
        assert_ne!(cheap, hash(&secret("ledger mango offset"), true).unwrap(), "salted");
        assert!(verify_or_pretend(Some(&cheap), &secret("ledger mango offset"), true));
    }

    /// Of the reference implementation: printf password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32 -e
    #[test]
    fn hashes_of_other_implementations_are_verified() {
        let phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(verify(phc, &secret("password")));
        assert!(!verify(phc, &secret("passwore")));
    }

    #[test]
    fn nobody_has_the_password_of_nobody_and_the_work_is_the_same() {
        for (nobody, cheap) in [(NOBODY, false), (NOBODY_CHEAP, true)] {
            let real = hash(&secret("x"), cheap).unwrap();
            let (real, pretended) =
                (PasswordHash::new(&real).unwrap(), PasswordHash::new(nobody).unwrap());
            assert_eq!(real.params, pretended.params);
            assert_eq!(real.algorithm, pretended.algorithm);
            assert_eq!(real.version, pretended.version);
            assert_eq!(real.hash.unwrap().len(), pretended.hash.unwrap().len());
            assert!(is_bearable(&pretended));
            assert!(!verify_or_pretend(None, &secret("x"), cheap));
        }
    }

    #[test]
    fn forged_hashes_are_refused_without_work() {
        let good = hash(&secret("x"), true).unwrap();
        for (from, to) in [
            ("m=64", "m=4294967295"),
            ("m=64", "m=2097152"),
            ("t=1", "t=4000000"),
            ("p=1", "p=200"),
            ("argon2id", "argon2d"),
            ("argon2id", "scrypt"),
            ("$v=19", "$v=99"),
        ] {
            let forged = good.replace(from, to);
            assert_ne!(forged, good);
            assert!(!verify(&forged, &secret("x")), "{forged}");
        }
        for garbage in ["", "$", "plain", "$argon2id$", &good[..good.len() - 1]] {
            assert!(!verify(garbage, &secret("x")), "{garbage}");
        }
    }

    #[test]
    fn weak_passwords_are_refused_with_a_hint() {
        let judge =
            |password: &str| check_strength(&secret(password), &["ann.walker", "Night Shift"]);
        for weak in [
            "",
            "short",
            "ninechars",
            "passwordpassword",
            "1234567890123",
            "annwalker1",
            "ann.walker.walker",
            "Nightshift2024",
        ] {
            let Err(TeamError::WeakPassword { hint }) = judge(weak) else { panic!("{weak}") };
            assert!(!hint.is_empty(), "{weak}");
        }
        assert_eq!(judge("ledger mango offset walrus"), Ok(()));
        assert_eq!(judge("ann likes ledger mango offset walrus"), Ok(()));
        assert_eq!(judge(&"x".repeat(LONGEST + 1)), Err(TeamError::LongPassword(LONGEST)));
        assert_eq!(
            hash(&secret(&"x".repeat(LONGEST + 1)), true),
            Err(TeamError::LongPassword(LONGEST))
        );
    }
}
