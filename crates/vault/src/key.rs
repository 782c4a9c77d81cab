//! The vault key, its subkeys, and the key that lies in the OS keyring.

use crate::{VaultError, random};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use hkdf::Hkdf;
use patchbay_model::VaultId;
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// The random key everything in a vault hangs on. On the heap, so that moving it leaves no copies.
pub struct VaultKey(Box<Zeroizing<[u8; 32]>>);

impl VaultKey {
    /// A new one.
    pub fn generate() -> Result<Self, VaultError> {
        let mut key = Box::new(Zeroizing::new([0; 32]));
        random::fill(key.as_mut_slice())?;
        Ok(Self(key))
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut key = Box::new(Zeroizing::new([0; 32]));
        if bytes.len() != key.len() {
            return None;
        }
        key.copy_from_slice(bytes);
        Some(Self(key))
    }

    pub(crate) fn expose_secret(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key for one purpose in one vault (RFC 5869).
    pub(crate) fn subkey(&self, vault: &VaultId, purpose: &str) -> Zeroizing<[u8; 32]> {
        derive(vault.as_bytes(), self.expose_secret(), purpose)
    }
}

impl fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultKey(…)")
    }
}

/// A 32-byte key that the OS keyring keeps and that opens the third wrap.
#[derive(Clone)]
pub struct KeyringKey(Zeroizing<[u8; 32]>);

impl KeyringKey {
    /// A new one.
    pub fn generate() -> Result<Self, VaultError> {
        random::array().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The key with these bytes, as read from the keyring.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, VaultError> {
        let bytes: [u8; 32] =
            bytes.try_into().map_err(|_| VaultError::Damaged("key in the system keyring"))?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// The bytes, to be handed to the keyring.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for KeyringKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyringKey(…)")
    }
}

/// HKDF-SHA-256 to 32 bytes. Enough where the input is random: only passphrases need Argon2.
pub(crate) fn derive(salt: &[u8], random_key: &[u8], purpose: &str) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    // The one way `expand` fails is an output beyond 255 hashes, which 32 bytes are not.
    let _ =
        Hkdf::<Sha256>::new(Some(salt), random_key).expand(purpose.as_bytes(), key.as_mut_slice());
    key
}

pub(crate) fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use data_encoding::HEXLOWER;

    /// RFC 5869 appendix A.1.
    #[test]
    fn hkdf_gives_the_answer_of_rfc_5869() {
        let salt = HEXLOWER.decode(b"000102030405060708090a0b0c").unwrap();
        let info = HEXLOWER.decode(b"f0f1f2f3f4f5f6f7f8f9").unwrap();
        let mut okm = [0; 42];
        Hkdf::<Sha256>::new(Some(&salt), &[0x0b; 22]).expand(&info, &mut okm).unwrap();
        let expected =
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
        assert_eq!(HEXLOWER.encode(&okm), expected);
    }

    #[test]
    fn subkeys_differ_by_purpose_and_by_vault() {
        let key = VaultKey::from_slice(&[7; 32]).unwrap();
        let (a, b) = (VaultId::from_bytes([1; 16]), VaultId::from_bytes([2; 16]));
        assert_ne!(key.subkey(&a, "one"), key.subkey(&a, "two"));
        assert_ne!(key.subkey(&a, "one"), key.subkey(&b, "one"));
        assert_eq!(key.subkey(&a, "one"), key.subkey(&a, "one"));
    }

    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", VaultKey::generate().unwrap()), "VaultKey(…)");
        assert_eq!(format!("{:?}", KeyringKey::generate().unwrap()), "KeyringKey(…)");
    }
}
