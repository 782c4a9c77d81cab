//! The vault key, wrapped: the three blobs in the header of a vault file.
//!
//! Each says its version and what it needs to be opened, and authenticates that as additional data together with the
//! vault's id, so that parameters cannot be weakened and wraps cannot be carried from one vault to another.

use crate::key::{cipher, derive};
use crate::{KdfCost, KeyringKey, RecoveryKey, VaultError, VaultKey, random};
use chacha20poly1305::aead::{Aead, Payload};
use patchbay_model::{Secret, VaultId};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const SALT: usize = 16;
const NONCE: usize = 24;
const SEALED: usize = 32 + 16;
const PASSPHRASE: &str = "patchbay wrap: passphrase";
const RECOVERY: &str = "patchbay wrap: recovery key";
const KEYRING: &str = "patchbay wrap: keyring";

/// Wraps by a passphrase. Takes as long as `cost` says.
pub fn wrap_by_passphrase(
    vault: &VaultId,
    key: &VaultKey,
    passphrase: &Secret<String>,
    cost: KdfCost,
) -> Result<Vec<u8>, VaultError> {
    let salt = KdfCost::salt()?;
    let wrapping = cost.derive(passphrase.expose_secret().as_bytes(), &salt)?;
    let (memory, passes, lanes) = cost.parameters();
    let mut head = vec![VERSION];
    for number in [memory, passes, lanes] {
        head.extend_from_slice(&number.to_le_bytes());
    }
    head.extend_from_slice(&salt);
    close(vault, PASSPHRASE, head, &wrapping, key)
}

/// Opens a wrap by passphrase. Takes as long as the wrap says, which is refused if it is below the floor.
pub fn unwrap_by_passphrase(
    vault: &VaultId,
    wrap: &[u8],
    passphrase: &Secret<String>,
) -> Result<VaultKey, VaultError> {
    let parsed = PassphraseWrap::parse(wrap)?;
    let wrapping = parsed.cost.derive(passphrase.expose_secret().as_bytes(), parsed.salt)?;
    open(vault, PASSPHRASE, &parsed.parts, &wrapping).ok_or(VaultError::WrongPassphrase)
}

/// The cost a wrap by passphrase was made with.
pub fn cost_of(wrap: &[u8]) -> Result<KdfCost, VaultError> {
    PassphraseWrap::parse(wrap).map(|parsed| parsed.cost)
}

/// Wraps by the recovery key.
pub fn wrap_by_recovery(
    vault: &VaultId,
    key: &VaultKey,
    recovery: &RecoveryKey,
) -> Result<Vec<u8>, VaultError> {
    wrap_by_random(vault, key, RECOVERY, recovery.expose_secret())
}

/// Opens a wrap by the recovery key.
pub fn unwrap_by_recovery(
    vault: &VaultId,
    wrap: &[u8],
    recovery: &RecoveryKey,
) -> Result<VaultKey, VaultError> {
    let opened = unwrap_by_random(vault, wrap, RECOVERY, recovery.expose_secret())
        .ok_or(VaultError::Damaged("part of the header that belongs to the recovery key"))?;
    opened.ok_or(VaultError::WrongRecoveryKey)
}

/// Wraps by the key in the OS keyring.
pub fn wrap_by_keyring(
    vault: &VaultId,
    key: &VaultKey,
    keyring: &KeyringKey,
) -> Result<Vec<u8>, VaultError> {
    wrap_by_random(vault, key, KEYRING, keyring.expose_secret())
}

/// Opens a wrap by the key in the OS keyring.
pub fn unwrap_by_keyring(
    vault: &VaultId,
    wrap: &[u8],
    keyring: &KeyringKey,
) -> Result<VaultKey, VaultError> {
    let opened = unwrap_by_random(vault, wrap, KEYRING, keyring.expose_secret())
        .ok_or(VaultError::Damaged("part of the header that belongs to the system keyring"))?;
    opened.ok_or(VaultError::WrongKeyringKey)
}

/// Whether the wraps of a header have the right shape, and the passphrase's a cost within bounds. Needs no key.
pub fn check_wraps(
    passphrase: &[u8],
    recovery: &[u8],
    keyring: Option<&[u8]>,
) -> Result<(), VaultError> {
    PassphraseWrap::parse(passphrase)?;
    let random_wraps = std::iter::once(recovery).chain(keyring);
    for wrap in random_wraps {
        split_random(wrap).ok_or(VaultError::Damaged("header"))?;
    }
    Ok(())
}

/// What a wrap says in the clear, its nonce, and the sealed key.
struct Parts<'a> {
    head: &'a [u8],
    nonce: &'a [u8; NONCE],
    sealed: &'a [u8],
}

struct PassphraseWrap<'a> {
    cost: KdfCost,
    salt: &'a [u8; SALT],
    parts: Parts<'a>,
}

impl<'a> PassphraseWrap<'a> {
    fn parse(wrap: &'a [u8]) -> Result<Self, VaultError> {
        let damaged = || VaultError::Damaged("passphrase protection in the header");
        let parts = split(wrap, 1 + 3 * 4 + SALT).ok_or_else(damaged)?;
        let (numbers, salt) = parts.head.split_last_chunk::<SALT>().ok_or_else(damaged)?;
        let (_, numbers) = numbers.split_first().ok_or_else(damaged)?;
        let (numbers, _) = numbers.as_chunks::<4>();
        let &[memory, passes, lanes] = numbers else { return Err(damaged()) };
        let cost = KdfCost::new(
            u32::from_le_bytes(memory),
            u32::from_le_bytes(passes),
            u32::from_le_bytes(lanes),
        )?;
        Ok(Self { cost, salt, parts })
    }
}

fn wrap_by_random(
    vault: &VaultId,
    key: &VaultKey,
    purpose: &str,
    secret: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let salt: [u8; SALT] = random::array()?;
    let mut head = vec![VERSION];
    head.extend_from_slice(&salt);
    close(vault, purpose, head, &derive(&salt, secret, purpose), key)
}

/// The outer `None` is a wrap that cannot be read, the inner one a secret that does not open it.
fn unwrap_by_random(
    vault: &VaultId,
    wrap: &[u8],
    purpose: &str,
    secret: &[u8],
) -> Option<Option<VaultKey>> {
    let (salt, parts) = split_random(wrap)?;
    Some(open(vault, purpose, &parts, &derive(salt, secret, purpose)))
}

fn split_random(wrap: &[u8]) -> Option<(&[u8; SALT], Parts<'_>)> {
    let parts = split(wrap, 1 + SALT)?;
    let (_, salt) = parts.head.split_last_chunk::<SALT>()?;
    Some((salt, parts))
}

fn split(wrap: &[u8], head: usize) -> Option<Parts<'_>> {
    let (head, rest) = wrap.split_at_checked(head)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
    (head.first() == Some(&VERSION) && sealed.len() == SEALED).then_some(Parts {
        head,
        nonce,
        sealed,
    })
}

fn close(
    vault: &VaultId,
    purpose: &str,
    mut head: Vec<u8>,
    wrapping: &Zeroizing<[u8; 32]>,
    key: &VaultKey,
) -> Result<Vec<u8>, VaultError> {
    let nonce: [u8; NONCE] = random::array()?;
    let aad = additional(vault, purpose, &head);
    let sealed = cipher(wrapping)
        .encrypt(&nonce.into(), Payload { msg: key.expose_secret(), aad: &aad })
        .map_err(|_| VaultError::Unsealable)?;
    head.extend_from_slice(&nonce);
    head.extend_from_slice(&sealed);
    Ok(head)
}

fn open(
    vault: &VaultId,
    purpose: &str,
    parts: &Parts<'_>,
    wrapping: &Zeroizing<[u8; 32]>,
) -> Option<VaultKey> {
    let aad = additional(vault, purpose, parts.head);
    let key = cipher(wrapping)
        .decrypt(&(*parts.nonce).into(), Payload { msg: parts.sealed, aad: &aad })
        .map(Zeroizing::new)
        .ok()?;
    VaultKey::from_slice(&key)
}

fn additional(vault: &VaultId, purpose: &str, head: &[u8]) -> Vec<u8> {
    [purpose.as_bytes(), &[0], vault.as_bytes(), head].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn vault(byte: u8) -> VaultId {
        VaultId::from_bytes([byte; 16])
    }

    fn passphrase(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_passphrase_opens_what_it_closed_and_nothing_else_does() {
        let key = VaultKey::generate().unwrap();
        let right = passphrase("correct horse");
        let wrap = wrap_by_passphrase(&vault(1), &key, &right, KdfCost::FLOOR).unwrap();
        let opened = unwrap_by_passphrase(&vault(1), &wrap, &right).unwrap();
        assert_eq!(opened.expose_secret(), key.expose_secret());
        for (id, typed) in [(vault(1), passphrase("correct horsf")), (vault(2), right)] {
            let refused = unwrap_by_passphrase(&id, &wrap, &typed);
            assert!(matches!(refused, Err(VaultError::WrongPassphrase)));
        }
    }

    #[test]
    fn a_passphrase_wrap_with_other_parameters_is_refused() {
        let (key, right) = (VaultKey::generate().unwrap(), passphrase("correct horse"));
        let wrap = wrap_by_passphrase(&vault(1), &key, &right, KdfCost::FLOOR).unwrap();
        let with = |at: usize, value: u32| {
            let mut forged = wrap.clone();
            forged[at..at + 4].copy_from_slice(&value.to_le_bytes());
            unwrap_by_passphrase(&vault(1), &forged, &right)
        };
        let (memory, passes, _) = KdfCost::FLOOR.parameters();
        assert!(matches!(with(1, 8), Err(VaultError::WeakCost)));
        assert!(matches!(with(5, 1), Err(VaultError::WeakCost)));
        assert!(matches!(with(9, 0), Err(VaultError::WeakCost)));
        assert!(matches!(with(1, u32::MAX), Err(VaultError::ExcessiveCost)));
        assert!(matches!(with(5, u32::MAX), Err(VaultError::ExcessiveCost)));
        // Stronger than they were, and still not what was authenticated.
        assert!(matches!(with(5, passes + 1), Err(VaultError::WrongPassphrase)));
        assert_eq!(cost_of(&wrap).unwrap().parameters(), (memory, passes, 1));
    }

    #[test]
    fn random_keys_open_what_they_closed_and_nothing_else_does() {
        let key = VaultKey::generate().unwrap();
        let recovery = RecoveryKey::generate().unwrap();
        let wrap = wrap_by_recovery(&vault(1), &key, &recovery).unwrap();
        let opened = unwrap_by_recovery(&vault(1), &wrap, &recovery).unwrap();
        assert_eq!(opened.expose_secret(), key.expose_secret());
        let other = RecoveryKey::generate().unwrap();
        let refused = unwrap_by_recovery(&vault(1), &wrap, &other);
        assert!(matches!(refused, Err(VaultError::WrongRecoveryKey)));
        let elsewhere = unwrap_by_recovery(&vault(2), &wrap, &recovery);
        assert!(matches!(elsewhere, Err(VaultError::WrongRecoveryKey)));

        let keyring = KeyringKey::generate().unwrap();
        let wrap = wrap_by_keyring(&vault(1), &key, &keyring).unwrap();
        let opened = unwrap_by_keyring(&vault(1), &wrap, &keyring).unwrap();
        assert_eq!(opened.expose_secret(), key.expose_secret());
        let refused = unwrap_by_keyring(&vault(1), &wrap, &KeyringKey::generate().unwrap());
        assert!(matches!(refused, Err(VaultError::WrongKeyringKey)));
    }

    #[test]
    fn every_flipped_bit_and_every_length_of_a_wrap_is_refused() {
        let (key, recovery) = (VaultKey::generate().unwrap(), RecoveryKey::generate().unwrap());
        let wrap = wrap_by_recovery(&vault(1), &key, &recovery).unwrap();
        for bit in 0..wrap.len() * 8 {
            let mut flipped = wrap.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(unwrap_by_recovery(&vault(1), &flipped, &recovery).is_err());
        }
        for length in 0..wrap.len() {
            let cut = unwrap_by_recovery(&vault(1), &wrap[..length], &recovery);
            assert!(matches!(cut, Err(VaultError::Damaged(_))));
        }
    }
}
