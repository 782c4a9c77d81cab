//! The recovery key: printed once, kept on paper, typed in years later.
//!
//! 160 random bits as 32 characters of Crockford's alphabet, then four that check them, in groups of four. The checksum
//! tells a typing error from the key of another vault; it guards nothing.

use crate::{VaultError, random};
use patchbay_model::Secret;
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const KEY_BYTES: usize = 20;
const KEY_CHARACTERS: usize = 32;
const CHECK_CHARACTERS: usize = 4;
const CHARACTERS: usize = KEY_CHARACTERS + CHECK_CHARACTERS;
const GROUP: usize = 4;

/// The key that opens a vault whose passphrase is forgotten.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryKey(Zeroizing<[u8; KEY_BYTES]>);

impl RecoveryKey {
    /// A new one.
    pub fn generate() -> Result<Self, VaultError> {
        random::array().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// Reads one as a person types it: any case, spaces and dashes anywhere, O for 0, I and L for 1.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let mut digits = Zeroizing::new(Vec::with_capacity(CHARACTERS));
        for character in text.chars().filter(|c| !c.is_whitespace() && !"-–—_.".contains(*c)) {
            digits.push(digit(character).ok_or_else(|| unfit(character))?);
        }
        if digits.len() != CHARACTERS {
            return Err(VaultError::RecoveryLength { found: digits.len(), expected: CHARACTERS });
        }
        let (key, check) = digits.split_at(KEY_CHARACTERS);
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        // Eight characters of five bits are five bytes.
        for (five, eight) in bytes.chunks_exact_mut(5).zip(key.chunks_exact(8)) {
            let bits = eight.iter().fold(0_u64, |bits, digit| bits << 5 | u64::from(*digit));
            five.iter_mut()
                .zip(bits.to_be_bytes().into_iter().skip(3))
                .for_each(|(to, from)| *to = from);
        }
        if checksum(&bytes) != check {
            return Err(VaultError::RecoveryTypo);
        }
        Ok(Self(bytes))
    }

    /// For the person to write down: nine groups of four, joined by dashes.
    #[must_use]
    pub fn display(&self) -> Secret<String> {
        let digits = Zeroizing::new(
            self.0
                .chunks_exact(5)
                .flat_map(five_bits)
                .chain(checksum(&self.0))
                .collect::<Vec<u8>>(),
        );
        let mut text = String::with_capacity(CHARACTERS + CHARACTERS / GROUP);
        for (at, digit) in digits.iter().enumerate() {
            if at > 0 && at % GROUP == 0 {
                text.push('-');
            }
            text.push(ALPHABET.get(usize::from(*digit)).copied().map_or('?', char::from));
        }
        Secret::new(text)
    }

    pub(crate) fn expose_secret(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKey(…)")
    }
}

/// Five bytes as eight digits.
fn five_bits(five: &[u8]) -> [u8; 8] {
    let bits = five.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let mut digits = [0; 8];
    for (at, digit) in (0_u32..).zip(&mut digits) {
        *digit = (bits >> (35 - 5 * at)) as u8 & 31;
    }
    digits
}

/// Pasted text may hold characters that act on a screen, and a message repeats this one.
fn unfit(character: char) -> VaultError {
    let is_seen = character.is_alphanumeric() || character.is_ascii_graphic();
    VaultError::RecoveryCharacter(if is_seen { character } else { '\u{fffd}' })
}

fn digit(character: char) -> Option<u8> {
    let character = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let position = ALPHABET.iter().position(|known| char::from(*known) == character)?;
    u8::try_from(position).ok()
}

/// Twenty bits of a hash; the salt keeps it from being the start of a hash someone may have of the key.
fn checksum(key: &[u8; KEY_BYTES]) -> [u8; CHECK_CHARACTERS] {
    let hash = Sha256::new().chain_update(b"patchbay recovery key v1").chain_update(key).finalize();
    let mut check = [0; CHECK_CHARACTERS];
    check.iter_mut().zip(hash).for_each(|(to, from)| *to = from & 31);
    check
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    fn key(byte: u8) -> RecoveryKey {
        RecoveryKey(Zeroizing::new([byte; KEY_BYTES]))
    }

    /// What was printed years ago must still be readable.
    #[test]
    fn the_printed_form_does_not_change() {
        let mut bytes = [0; KEY_BYTES];
        bytes.iter_mut().enumerate().for_each(|(at, byte)| *byte = at as u8);
        let text = RecoveryKey(Zeroizing::new(bytes)).display();
        assert_eq!(text.expose_secret(), "000G-40R4-0M30-E209-185G-R38E-1W81-24GK-HHFB");
    }

    #[test]
    fn a_person_may_type_it_their_way() {
        let key = key(0b0000_1000);
        let text = key.display().expose_secret().clone();
        for typed in [
            text.to_lowercase(),
            text.replace('-', ""),
            text.replace('-', " "),
            text.replace('0', "O").replace('1', "l"),
            format!("  {text}\n"),
        ] {
            assert_eq!(RecoveryKey::parse(&typed).unwrap(), key, "{typed}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let text = key(9).display().expose_secret().clone();
        assert!(matches!(
            RecoveryKey::parse(&text[1..]),
            Err(VaultError::RecoveryLength { found: 35, expected: 36 })
        ));
        assert!(matches!(RecoveryKey::parse(""), Err(VaultError::RecoveryLength { found: 0, .. })));
        assert!(matches!(
            RecoveryKey::parse(&text.replace('-', "ü")),
            Err(VaultError::RecoveryCharacter('ü'))
        ));
        for acts in ['\u{1b}', '\u{202e}'] {
            let refused = RecoveryKey::parse(&acts.to_string()).unwrap_err().to_string();
            assert!(!refused.contains(acts), "{refused:?}");
        }
        assert_eq!(format!("{:?}", key(9)), "RecoveryKey(…)");
    }

    proptest! {
        #[test]
        fn every_key_comes_back(bytes: [u8; KEY_BYTES]) {
            let key = RecoveryKey(Zeroizing::new(bytes));
            let text = key.display();
            prop_assert_eq!(text.expose_secret().len(), CHARACTERS + 8);
            prop_assert!(RecoveryKey::parse(text.expose_secret()).unwrap() == key);
        }

        #[test]
        fn one_wrong_character_is_a_typing_error(bytes: [u8; KEY_BYTES], at in 0..CHARACTERS, by in 1_usize..32) {
            let text = RecoveryKey(Zeroizing::new(bytes)).display();
            let mut typed: Vec<char> = text.expose_secret().chars().filter(|c| *c != '-').collect();
            let was = usize::from(digit(typed[at]).unwrap());
            typed[at] = char::from(ALPHABET[(was + by) % 32]);
            let typed: String = typed.into_iter().collect();
            // One in a million wrong keys has a fitting checksum; a proptest run tries 256.
            prop_assert!(matches!(RecoveryKey::parse(&typed), Err(VaultError::RecoveryTypo)));
        }

        #[test]
        fn garbage_is_refused_without_a_panic(text: String) {
            let _ = RecoveryKey::parse(&text);
        }
    }
}
