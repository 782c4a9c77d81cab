//! Sealing what is too long for an item: chunk by chunk, into a file beside the vault.
//!
//! Each stream has a random key of its own, which the vault keeps in a sealed item. So changing the vault's key leaves
//! the files as they are, and forgetting the item makes a file unreadable for good. A chunk opens only as the one it was
//! written as, and the last one says that it is, so that none can be moved, left out or cut off unnoticed.

use crate::key::cipher;
use crate::seal::{self, SEAL_FORMAT};
use crate::{VaultError, random};
use chacha20poly1305::XChaCha20Poly1305;
use patchbay_model::VaultId;
use std::fmt;
use zeroize::Zeroizing;

/// The key of one stream.
#[derive(Clone)]
pub struct StreamKey(Zeroizing<[u8; 32]>);

impl StreamKey {
    /// A new one.
    pub fn generate() -> Result<Self, VaultError> {
        random::array().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The key with these bytes, as the vault kept them.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, VaultError> {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| VaultError::Damaged("key of a file"))?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// The bytes, to be kept in a sealed item.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamKey(…)")
    }
}

/// Seals and opens the chunks of one stream.
pub struct StreamSealer {
    vault: VaultId,
    stream: [u8; 16],
    cipher: Box<XChaCha20Poly1305>,
}

impl StreamSealer {
    /// For the stream with this id, of this vault.
    #[must_use]
    pub fn new(vault: VaultId, stream: [u8; 16], key: &StreamKey) -> Self {
        Self { vault, stream, cipher: Box::new(cipher(key.expose_secret())) }
    }

    /// Seals a chunk. Numbers count up from 0; `last` says that none follows.
    pub fn seal(&self, number: u32, last: bool, data: &[u8]) -> Result<Vec<u8>, VaultError> {
        seal::close(&self.cipher, &self.additional(number, last), data)
    }

    /// Opens the chunk that was sealed as this one.
    pub fn unseal(
        &self,
        number: u32,
        last: bool,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        seal::open(&self.cipher, &self.additional(number, last), sealed)
    }

    fn additional(&self, number: u32, last: bool) -> [u8; 54] {
        let mut bytes = [0; 54];
        let parts = b"patchbay stream "
            .iter()
            .chain([&SEAL_FORMAT])
            .chain(self.vault.as_bytes())
            .chain(&self.stream)
            .copied()
            .chain(number.to_le_bytes())
            .chain(std::iter::once(u8::from(last)));
        bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        bytes
    }
}

impl fmt::Debug for StreamSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamSealer(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_chunk_opens_as_itself_only() {
        let (vault, other) = (VaultId::from_bytes([1; 16]), VaultId::from_bytes([2; 16]));
        let key = StreamKey::generate().unwrap();
        let again = StreamKey::from_slice(key.expose_secret()).unwrap();
        let sealed = StreamSealer::new(vault, [3; 16], &key).seal(7, false, b"text").unwrap();
        let sealer = StreamSealer::new(vault, [3; 16], &again);
        assert_eq!(sealer.unseal(7, false, &sealed).unwrap().as_slice(), b"text");
        assert!(sealer.unseal(8, false, &sealed).is_err());
        assert!(sealer.unseal(7, true, &sealed).is_err());
        assert!(StreamSealer::new(other, [3; 16], &key).unseal(7, false, &sealed).is_err());
        assert!(StreamSealer::new(vault, [4; 16], &key).unseal(7, false, &sealed).is_err());
        let strange = StreamKey::generate().unwrap();
        assert!(StreamSealer::new(vault, [3; 16], &strange).unseal(7, false, &sealed).is_err());
        for byte in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[byte] ^= 1;
            assert!(sealer.unseal(7, false, &flipped).is_err());
        }
        assert_eq!(format!("{key:?}{sealer:?}"), "StreamKey(…)StreamSealer(…)");
        assert!(StreamKey::from_slice(b"short").is_err());
    }
}
