//! The tally: what says that a vault holds all its rows, and none from another time.
//!
//! Each row is sealed to its place and version, which does not keep an old row from being put back or a row from being
//! left out. So a keyed fingerprint of every row is added into one sum, which is sealed: XOR, so that a change costs as
//! much as what changed. Nobody without the key knows what a row contributes, so nobody can find rows that cancel out.
//! What is not noticed, and cannot be without something outside the file, is the whole file from another time.

use crate::{Slot, TAG_LENGTH};
use hkdf::hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The count and sum of all rows, the number of the last change, and a fingerprint of the header.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// How many rows there are.
    pub rows: u64,
    /// The number of the last change. Versions of rows are taken from it.
    pub change: u64,
    /// The sum of what the rows contribute.
    pub sum: [u8; 32],
    /// A fingerprint of the header, so that an old wrap cannot be put back.
    pub header: [u8; 32],
}

impl Tally {
    const LENGTH: usize = 8 + 8 + 32 + 32;

    /// Counts a row in.
    pub fn add(&mut self, row: &[u8; 32]) {
        self.rows = self.rows.wrapping_add(1);
        self.mix(row);
    }

    /// Counts a row out.
    pub fn remove(&mut self, row: &[u8; 32]) {
        self.rows = self.rows.wrapping_sub(1);
        self.mix(row);
    }

    fn mix(&mut self, row: &[u8; 32]) {
        self.sum.iter_mut().zip(row).for_each(|(sum, byte)| *sum ^= byte);
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        [&self.rows.to_le_bytes()[..], &self.change.to_le_bytes(), &self.sum, &self.header].concat()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (rows, rest) = bytes.split_first_chunk()?;
        let (change, rest) = rest.split_first_chunk()?;
        let (sum, rest) = rest.split_first_chunk()?;
        let header = rest.try_into().ok()?;
        debug_assert_eq!(bytes.len(), Self::LENGTH);
        Some(Self {
            rows: u64::from_le_bytes(*rows),
            change: u64::from_le_bytes(*change),
            sum: *sum,
            header,
        })
    }
}

/// Makes what a row contributes to the tally (HMAC-SHA-256).
#[derive(Clone)]
pub struct RowMac(Hmac<Sha256>);

impl RowMac {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        // A shorter key is filled up with zeros to the block of the hash (RFC 2104).
        let mut block = Zeroizing::new([0; 64]);
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        Self(<Hmac<Sha256> as KeyInit>::new((&*block).into()))
    }

    /// What the row in this slot contributes. `tag` is the end of its sealed data and stands for all of it.
    #[must_use]
    pub fn row(&self, slot: &Slot, changed_at: i64, tag: &[u8; TAG_LENGTH]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(&slot.bytes());
        mac.update(&changed_at.to_le_bytes());
        mac.update(tag);
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const SLOT: Slot = Slot { kind: 1, id: [3; 16], field: 2, version: 4 };

    #[test]
    fn everything_about_a_row_counts() {
        let mac = RowMac::new(&[1; 32]);
        let row = mac.row(&SLOT, 5, &[6; 16]);
        assert_eq!(row, mac.row(&SLOT, 5, &[6; 16]));
        assert_ne!(row, mac.row(&SLOT, 6, &[6; 16]));
        assert_ne!(row, mac.row(&SLOT, 5, &[7; 16]));
        assert_ne!(row, mac.row(&Slot { version: 5, ..SLOT }, 5, &[6; 16]));
        assert_ne!(row, RowMac::new(&[2; 32]).row(&SLOT, 5, &[6; 16]));
    }

    proptest! {
        #[test]
        fn the_order_of_changes_does_not_matter(rows: Vec<[u8; 32]>, leave in 0_usize..20) {
            let mut there = Tally::default();
            rows.iter().for_each(|row| there.add(row));
            rows.iter().take(leave).for_each(|row| there.remove(row));
            let mut direct = Tally::default();
            rows.iter().skip(leave).rev().for_each(|row| direct.add(row));
            prop_assert_eq!(there, direct);
        }

        #[test]
        fn a_tally_comes_back(rows: u64, change: u64, sum: [u8; 32], header: [u8; 32]) {
            let tally = Tally { rows, change, sum, header };
            prop_assert_eq!(Tally::from_bytes(&tally.to_bytes()).unwrap(), tally);
        }

        #[test]
        fn other_lengths_are_no_tally(bytes: Vec<u8>) {
            prop_assert_eq!(Tally::from_bytes(&bytes).is_some(), bytes.len() == Tally::LENGTH);
        }
    }
}
