//! Tokens: what proves a sign-in, what scripts use, and what is in links.
//!
//! 32 random bytes as text. Only the SHA-256 of the text is kept: with that much randomness nothing slower is needed.

use crate::entity::Hash;
use crate::{TeamError, random};
use data_encoding::BASE32_NOPAD;
use patchbay_model::Secret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What a token is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TokenKind {
    /// Proves that somebody has signed in: `pbs_…`.
    SignIn,
    /// Scripts sign in with it: `pbt_…`.
    Api,
    /// Lets somebody join: `pbi_…`.
    Invitation,
    /// Leads to a live session: `pbl_…`.
    Share,
    /// Proves that somebody came to a live session by such a link: `pbg_…`.
    Guest,
    /// A program asks with it whether it was let in: `pbd_…`.
    Handoff,
    /// Proves that somebody who runs the server sees it as another person: `pba_…`.
    Acting,
}

/// Characters of 32 bytes in base32.
const CHARACTERS: usize = 52;

impl TokenKind {
    const ALL: [Self; 7] = [
        Self::SignIn,
        Self::Api,
        Self::Invitation,
        Self::Share,
        Self::Guest,
        Self::Handoff,
        Self::Acting,
    ];

    /// What its text begins with, so that people, and programs that look for leaked secrets, know one when they see it.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::SignIn => "pbs_",
            Self::Api => "pbt_",
            Self::Invitation => "pbi_",
            Self::Share => "pbl_",
            Self::Guest => "pbg_",
            Self::Handoff => "pbd_",
            Self::Acting => "pba_",
        }
    }

    /// The kind of a text that could be a token; none if it cannot be one, and need not be looked up.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte);
        let kind = Self::ALL.into_iter().find(|kind| text.starts_with(kind.prefix()))?;
        let digits = text.as_bytes().get(kind.prefix().len()..)?;
        (digits.len() == CHARACTERS && digits.iter().all(|byte| is_digit(*byte))).then_some(kind)
    }
}

/// A new token, to be shown once, and what is kept of it.
pub fn generate(kind: TokenKind) -> Result<(Secret<String>, Hash), TeamError> {
    let random = Zeroizing::new(random::array()?);
    Ok(from_random(kind, &random))
}

fn from_random(kind: TokenKind, random: &[u8; 32]) -> (Secret<String>, Hash) {
    let mut text = String::with_capacity(kind.prefix().len() + CHARACTERS);
    text.push_str(kind.prefix());
    BASE32_NOPAD.encode_append(random, &mut text);
    text.make_ascii_lowercase();
    let hash = hash(&text);
    (Secret::new(text), hash)
}

/// What is kept of a token.
#[must_use]
pub fn hash(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}

/// Whether two hashes are the same, in the same time whether or not.
#[must_use]
pub fn same(a: &Hash, b: &Hash) -> bool {
    bool::from(a.ct_eq(b))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    #[test]
    fn tokens_look_like_what_they_are_and_no_two_are_the_same() {
        for kind in TokenKind::ALL {
            let (text, kept) = generate(kind).unwrap();
            let text = text.expose_secret();
            assert_eq!(text.len(), 56);
            assert_eq!(TokenKind::of(text), Some(kind));
            assert!(same(&kept, &hash(text)));
            assert_ne!(generate(kind).unwrap().1, kept);
            // What is kept says nothing of the token.
            assert!(!text.contains(&HEXLOWER.encode(&kept)[..8]));
        }
    }

    /// Hashes that are stored must be found again by every later version.
    #[test]
    fn the_form_and_the_hash_do_not_change() {
        let (text, kept) = from_random(TokenKind::Api, &[0xa5; 32]);
        assert_eq!(
            text.expose_secret(),
            "pbt_uws2ljnfuws2ljnfuws2ljnfuws2ljnfuws2ljnfuws2ljnfuwsq"
        );
        assert_eq!(
            HEXLOWER.encode(&kept),
            HEXLOWER.encode(&Sha256::digest(text.expose_secret().as_bytes()))
        );
        // FIPS 180-2 appendix B.1.
        assert_eq!(
            HEXLOWER.encode(&hash("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn what_cannot_be_a_token_is_not_one() {
        let good = from_random(TokenKind::SignIn, &[1; 32]).0;
        let good = good.expose_secret();
        for bad in [
            "",
            "pbs_",
            &good[..55],
            &format!("{good}a"),
            &good.to_uppercase(),
            &good.replacen("pbs", "pbx", 1),
            &format!("{}1", &good[..55]),
            &format!("{}ä", &good[..54]),
        ] {
            assert_eq!(TokenKind::of(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_token_is_recognised(random: [u8; 32]) {
            let (text, kept) = from_random(TokenKind::SignIn, &random);
            prop_assert_eq!(TokenKind::of(text.expose_secret()), Some(TokenKind::SignIn));
            prop_assert!(same(&hash(text.expose_secret()), &kept));
        }

        #[test]
        fn hashes_are_the_same_only_if_they_are(a: [u8; 32], at in 0_usize..32, by in 1_u8..) {
            let mut b = a;
            prop_assert!(same(&a, &b));
            b[at] ^= by;
            prop_assert!(!same(&a, &b));
        }

        #[test]
        fn garbage_is_no_token(text: String) {
            prop_assert_eq!(TokenKind::of(&text), None);
        }
    }
}
