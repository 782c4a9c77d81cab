//! Recovery codes: ten, each good once, for somebody who has lost the device of the one-time passwords.
//!
//! Eighty random bits each, so that whoever gets hold of the hashes cannot find the codes by trying.

use crate::entity::{Hash, RecoveryCode};
use crate::{TeamError, random, token};
use patchbay_model::{AccountId, Secret};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// How many there are.
pub const CODES: usize = 10;
const BYTES: usize = 10;
const CHARACTERS: usize = 16;
const GROUP: usize = 4;
/// Crockford's: nothing in it is mistaken for another.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// New codes, as `xxxx-xxxx-xxxx-xxxx` to be shown once, and what is kept of them.
pub fn generate(account: AccountId) -> Result<(Vec<Secret<String>>, Vec<RecoveryCode>), TeamError> {
    let mut shown = Vec::with_capacity(CODES);
    let mut kept = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let random = Zeroizing::new(random::array()?);
        let digits = digits(&random);
        kept.push(RecoveryCode { account, hash: hash(account, &digits) });
        shown.push(display(&digits));
    }
    Ok((shown, kept))
}

/// Which of the kept codes of an account this is, however a person types it. It has to be deleted when it is taken: the
/// deletion is what makes it count once.
#[must_use]
pub fn find(account: AccountId, typed: &str, kept: &[RecoveryCode]) -> Option<RecoveryCode> {
    let hash = hash(account, &*read(typed)?);
    let mut found = None;
    // The account is in the hash. All are compared, so that the time does not tell which one it is.
    for code in kept {
        if token::same(&code.hash, &hash) {
            found = Some(code.clone());
        }
    }
    found
}

fn digits(random: &[u8; BYTES]) -> Zeroizing<[u8; CHARACTERS]> {
    let mut digits = Zeroizing::new([0; CHARACTERS]);
    // Five bytes are eight digits of five bits.
    for (five, eight) in random.chunks_exact(5).zip(digits.chunks_exact_mut(8)) {
        let bits = five.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        for (at, digit) in (0_u32..).zip(eight) {
            *digit = (bits >> (35 - 5 * at)) as u8 & 31;
        }
    }
    digits
}

fn display(digits: &[u8; CHARACTERS]) -> Secret<String> {
    let mut text = String::with_capacity(CHARACTERS + CHARACTERS / GROUP);
    for (at, digit) in digits.iter().enumerate() {
        if at > 0 && at % GROUP == 0 {
            text.push('-');
        }
        text.extend(ALPHABET.get(usize::from(*digit)).map(|byte| char::from(*byte)));
    }
    Secret::new(text)
}

fn read(typed: &str) -> Option<Zeroizing<[u8; CHARACTERS]>> {
    let mut digits = Zeroizing::new([0; CHARACTERS]);
    let mut room = digits.iter_mut();
    for character in typed.chars().filter(|c| !c.is_whitespace() && !"-–—".contains(*c)) {
        let character = match character.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        };
        let digit = ALPHABET.iter().position(|known| char::from(*known) == character)?;
        *room.next()? = u8::try_from(digit).ok()?;
    }
    room.next().is_none().then_some(digits)
}

fn hash(account: AccountId, digits: &[u8; CHARACTERS]) -> Hash {
    Sha256::new()
        .chain_update(b"patchbay recovery code v1\0")
        .chain_update(account.as_bytes())
        .chain_update(digits)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_of_ten_codes_is_found_however_it_is_typed_and_only_for_its_account() {
        let (ann, bob) = (AccountId::new(), AccountId::new());
        let (shown, kept) = generate(ann).unwrap();
        assert_eq!((shown.len(), kept.len()), (CODES, CODES));
        for (code, kept_code) in shown.iter().zip(&kept) {
            let text = code.expose_secret();
            assert_eq!(text.len(), 19);
            for typed in [
                text.clone(),
                text.to_uppercase(),
                text.replace('-', ""),
                text.replace('-', " "),
                text.replace('0', "O").replace('1', "l"),
                format!(" {text}\n"),
            ] {
                assert_eq!(find(ann, &typed, &kept).as_ref(), Some(kept_code), "{typed}");
            }
            assert_eq!(find(bob, text, &kept), None);
            let rest: Vec<_> = kept.iter().filter(|one| *one != kept_code).cloned().collect();
            assert_eq!(find(ann, text, &rest), None, "it counts once");
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let ann = AccountId::new();
        let (shown, kept) = generate(ann).unwrap();
        let text = shown[0].expose_secret();
        for bad in ["", "-", &text[1..], &format!("{text}0"), &text.replace('-', "u"), "ääää"] {
            assert_eq!(find(ann, bad, &kept), None, "{bad}");
        }
        let mut other = text.clone().into_bytes();
        other[0] = if other[0] == b'2' { b'3' } else { b'2' };
        assert_eq!(find(ann, &String::from_utf8(other).unwrap(), &kept), None);
    }

    proptest! {
        #[test]
        fn every_code_is_read_as_it_is_shown(random: [u8; BYTES]) {
            let made = digits(&random);
            prop_assert_eq!(read(display(&made).expose_secret()), Some(made));
        }

        #[test]
        fn codes_of_different_randomness_differ(a: [u8; BYTES], b: [u8; BYTES]) {
            prop_assert_eq!(digits(&a) == digits(&b), a == b);
        }

        #[test]
        fn garbage_is_refused_without_a_panic(text: String) {
            let _ = read(&text);
        }
    }
}
