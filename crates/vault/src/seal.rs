//! Sealing items: XChaCha20-Poly1305 with a random nonce, bound to the place the item is kept.

use crate::key::cipher;
use crate::{RowMac, Tally, VaultError, VaultKey, random};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::AeadInOut;
use patchbay_model::VaultId;
use std::fmt;
use zeroize::Zeroizing;

/// The layout of sealed data that this version writes. It is authenticated with every item.
pub const SEAL_FORMAT: u8 = 1;
/// Sealed data ends with this many bytes that only its writer can have made, different each time.
pub const TAG_LENGTH: usize = 16;
const NONCE: usize = 24;
/// The end of the data in its padding (ISO/IEC 7816-4).
const END: u8 = 0x80;
const SMALLEST: usize = 64;

/// Where an item is kept. Sealed data opens in its own slot and in no other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot {
    /// What kind of thing it is.
    pub kind: u8,
    /// Which one.
    pub id: [u8; 16],
    /// Which part of it.
    pub field: u8,
    /// Counts up with every change of the vault, so no two contents of a place share it.
    pub version: u64,
}

impl Slot {
    /// Kind, id, field and version, in that order.
    pub(crate) fn bytes(&self) -> [u8; 26] {
        let mut bytes = [0; 26];
        let parts = std::iter::once(self.kind)
            .chain(self.id)
            .chain(std::iter::once(self.field))
            .chain(self.version.to_le_bytes());
        bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        bytes
    }
}

/// The subkeys of an open vault, ready for use.
pub struct Sealer {
    vault: VaultId,
    key: VaultKey,
    items: Box<XChaCha20Poly1305>,
    tally: Box<XChaCha20Poly1305>,
    rows: Zeroizing<[u8; 32]>,
}

impl Sealer {
    /// Derives the subkeys.
    #[must_use]
    pub fn new(vault: VaultId, key: VaultKey) -> Self {
        Self {
            items: Box::new(cipher(&key.subkey(&vault, "patchbay items v1"))),
            tally: Box::new(cipher(&key.subkey(&vault, "patchbay tally v1"))),
            rows: key.subkey(&vault, "patchbay rows v1"),
            vault,
            key,
        }
    }

    /// The vault key, to be wrapped anew.
    #[must_use]
    pub const fn vault_key(&self) -> &VaultKey {
        &self.key
    }

    /// Seals an item for a slot.
    pub fn seal(&self, slot: &Slot, data: &[u8]) -> Result<Vec<u8>, VaultError> {
        close(&self.items, &self.item_additional(slot), data)
    }

    /// Opens an item that was sealed for this slot.
    pub fn unseal(&self, slot: &Slot, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        open(&self.items, &self.item_additional(slot), sealed)
    }

    /// Seals the tally of all rows.
    pub fn seal_tally(&self, tally: &Tally) -> Result<Vec<u8>, VaultError> {
        close(&self.tally, &self.tally_additional(), &tally.to_bytes())
    }

    /// Opens the tally of all rows.
    pub fn unseal_tally(&self, sealed: &[u8]) -> Result<Tally, VaultError> {
        let bytes = open(&self.tally, &self.tally_additional(), sealed)?;
        Tally::from_bytes(&bytes).ok_or(VaultError::Unsealable)
    }

    /// Makes the contributions of rows to the tally.
    #[must_use]
    pub fn row_mac(&self) -> RowMac {
        RowMac::new(&self.rows)
    }

    fn item_additional(&self, slot: &Slot) -> [u8; 59] {
        self.additional(b"patchbay item   ", &slot.bytes())
    }

    fn tally_additional(&self) -> [u8; 33] {
        self.additional(b"patchbay tally  ", &[])
    }

    fn additional<const N: usize>(&self, domain: &[u8; 16], rest: &[u8]) -> [u8; N] {
        let mut bytes = [0; N];
        let parts = domain.iter().chain([&SEAL_FORMAT]).chain(self.vault.as_bytes()).chain(rest);
        bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
        bytes
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

/// Nonce, padded and encrypted data, tag. Encrypted in place: no second copy of the data is left behind.
pub(crate) fn close(
    cipher: &XChaCha20Poly1305,
    aad: &[u8],
    data: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let nonce: [u8; NONCE] = random::array()?;
    let padded = padded_length(data.len());
    let mut sealed = Vec::with_capacity(NONCE + padded + TAG_LENGTH);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(data);
    sealed.push(END);
    sealed.resize(NONCE + padded, 0);
    let (_, body) = sealed.split_at_mut_checked(NONCE).ok_or(VaultError::Unsealable)?;
    let tag = cipher
        .encrypt_inout_detached(&nonce.into(), aad, body.into())
        .map_err(|_| VaultError::Unsealable)?;
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

pub(crate) fn open(
    cipher: &XChaCha20Poly1305,
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or(VaultError::Unsealable)?;
    let (body, tag) = rest.split_last_chunk::<TAG_LENGTH>().ok_or(VaultError::Unsealable)?;
    let mut data = Zeroizing::new(body.to_vec());
    cipher
        .decrypt_inout_detached(&(*nonce).into(), aad, data.as_mut_slice().into(), &(*tag).into())
        .map_err(|_| VaultError::Unsealable)?;
    let end = data.iter().rposition(|byte| *byte != 0).ok_or(VaultError::Unsealable)?;
    if data.get(end) != Some(&END) {
        return Err(VaultError::Unsealable);
    }
    data.truncate(end);
    Ok(data)
}

/// Sizes are blurred: to 64 bytes at first, then to an eighth of the next smaller power of two, so that the length of a
/// password shows nowhere and padding costs at most about an eighth.
const fn padded_length(length: usize) -> usize {
    let with_end = length + 1;
    if with_end <= SMALLEST {
        return SMALLEST;
    }
    let step = 1_usize << (with_end.ilog2() - 3);
    let step = if step < SMALLEST { SMALLEST } else { step };
    with_end.div_ceil(step) * step
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use chacha20poly1305::KeyInit;
    use chacha20poly1305::aead::{Aead, Payload};
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    fn sealer() -> Sealer {
        Sealer::new(VaultId::from_bytes([1; 16]), VaultKey::from_slice(&[2; 32]).unwrap())
    }

    const SLOT: Slot = Slot { kind: 1, id: [3; 16], field: 2, version: 4 };

    /// draft-irtf-cfrg-xchacha-03 appendix A.3.1.
    #[test]
    fn xchacha20_poly1305_gives_the_answer_of_the_draft() {
        let key: Vec<u8> = (0x80..0xa0).collect();
        let nonce: [u8; NONCE] = std::array::from_fn(|at| 0x40 + at as u8);
        let aad = HEXLOWER.decode(b"50515253c0c1c2c3c4c5c6c7").unwrap();
        let msg = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
        let sealed = XChaCha20Poly1305::new_from_slice(&key)
            .unwrap()
            .encrypt(&nonce.into(), Payload { msg, aad: &aad })
            .unwrap();
        assert_eq!(HEXLOWER.encode(&sealed[..16]), "bd6d179d3e83d43b9576579493c0e939");
        assert_eq!(
            HEXLOWER.encode(&sealed[sealed.len() - 16..]),
            "c0875924c1c7987947deafd8780acf49"
        );
    }

    /// A vault written by the first release must open in every later one.
    #[test]
    fn data_sealed_by_the_first_release_opens() {
        let sealed = include_str!("../testdata/sealed-v1.hex").trim();
        let sealed = HEXLOWER.decode(sealed.as_bytes()).unwrap();
        assert_eq!(sealer().unseal(&SLOT, &sealed).unwrap().as_slice(), b"hello");
    }

    #[test]
    fn sealed_data_opens_in_its_own_slot_only() {
        let sealed = sealer().seal(&SLOT, b"secret").unwrap();
        assert_eq!(sealer().unseal(&SLOT, &sealed).unwrap().as_slice(), b"secret");
        for slot in [
            Slot { kind: 2, ..SLOT },
            Slot { id: [4; 16], ..SLOT },
            Slot { field: 3, ..SLOT },
            Slot { version: 5, ..SLOT },
        ] {
            assert!(sealer().unseal(&slot, &sealed).is_err(), "{slot:?}");
        }
        let key = || VaultKey::from_slice(&[2; 32]).unwrap();
        let elsewhere = Sealer::new(VaultId::from_bytes([9; 16]), key());
        assert!(elsewhere.unseal(&SLOT, &sealed).is_err());
        assert!(sealer().unseal_tally(&sealed).is_err());
        let other = Sealer::new(VaultId::from_bytes([1; 16]), VaultKey::generate().unwrap());
        assert!(other.unseal(&SLOT, &sealed).is_err());
    }

    #[test]
    fn every_flipped_bit_and_every_length_is_refused() {
        let sealed = sealer().seal(&SLOT, b"secret").unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(sealer().unseal(&SLOT, &flipped).is_err());
        }
        for length in 0..sealed.len() {
            assert!(sealer().unseal(&SLOT, &sealed[..length]).is_err());
        }
    }

    #[test]
    fn sizes_are_blurred() {
        assert_eq!(padded_length(0), 64);
        assert_eq!(padded_length(63), 64);
        assert_eq!(padded_length(64), 128);
        assert_eq!(padded_length(1000), 1024);
        assert_eq!(padded_length(1024), 1152);
        let sizes: std::collections::HashSet<usize> = (0..4096).map(padded_length).collect();
        assert!(sizes.len() < 40, "{}", sizes.len());
        assert_eq!(format!("{:?}", sealer()), "Sealer(…)");
    }

    proptest! {
        #[test]
        fn whatever_is_sealed_comes_back(data in proptest::collection::vec(any::<u8>(), 0..2000), zeros in 0_usize..80) {
            let mut data = data;
            data.extend(std::iter::repeat_n(0, zeros));
            let sealed = sealer().seal(&SLOT, &data).unwrap();
            prop_assert_eq!(sealed.len(), NONCE + padded_length(data.len()) + TAG_LENGTH);
            let opened = sealer().unseal(&SLOT, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), data.as_slice());
        }

        #[test]
        fn padding_is_never_too_small_nor_much_too_large(length in 0_usize..10_000_000) {
            let padded = padded_length(length);
            prop_assert!(padded > length);
            prop_assert!(padded <= length + 64 + length / 8 + 1);
        }

        #[test]
        fn garbage_is_refused_without_a_panic(data in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(sealer().unseal(&SLOT, &data).is_err());
            prop_assert!(sealer().unseal_tally(&data).is_err());
        }
    }
}
