//! The few SSH data types (RFC 4251 section 5) that private keys are made of, read from untrusted bytes.

use super::{unreadable, unsupported};
use crate::SshError;
use russh::keys::{
    PrivateKey, PublicKey,
    ssh_key::{
        Mpint,
        private::{EcdsaKeypair, Ed25519Keypair, KeypairData, RsaKeypair, RsaPrivateKey},
        public::{EcdsaPublicKey, KeyData},
    },
};
use zeroize::Zeroizing;

/// Reads fields one after the other.
pub(super) struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn u32(&mut self) -> Result<u32, SshError> {
        let (head, rest) = self.0.split_first_chunk::<4>().ok_or_else(short)?;
        self.0 = rest;
        Ok(u32::from_be_bytes(*head))
    }

    /// `string`: length, then bytes.
    pub(super) fn string(&mut self) -> Result<&'a [u8], SshError> {
        let length = usize::try_from(self.u32()?).map_err(|_| short())?;
        let (head, rest) = self.0.split_at_checked(length).ok_or_else(short)?;
        self.0 = rest;
        Ok(head)
    }

    /// `mpint`, not negative, leading zeros dropped.
    pub(super) fn integer(&mut self) -> Result<&'a [u8], SshError> {
        let mut bytes = self.string()?;
        while let [0, rest @ ..] = bytes {
            bytes = rest;
        }
        Ok(bytes)
    }
}

fn short() -> SshError {
    unreadable("it is cut short")
}

/// The longest RSA key that can be used, 8192 bits, in bytes.
const LONGEST_RSA: usize = 1024;

/// Puts an RSA key together.
pub(super) fn rsa(
    public: PublicKey,
    d: &[u8],
    p: &[u8],
    q: &[u8],
    iqmp: &[u8],
) -> Result<PrivateKey, SshError> {
    let KeyData::Rsa(half) = public.key_data().clone() else { return Err(mismatch()) };
    // Time grows with the cube of the length: a key of some hundred kilobytes would take days to try.
    let longest = half.n().as_bytes().len().max(half.e().as_bytes().len());
    if longest > LONGEST_RSA + 1 || [d, p, q, iqmp].iter().any(|part| part.len() > LONGEST_RSA) {
        return Err(unsupported("its RSA length is beyond 8192 bits"));
    }
    let int = Mpint::from_positive_bytes;
    let private = RsaPrivateKey::new(int(d), int(iqmp), int(p), int(q)).map_err(|_| mismatch())?;
    let pair = RsaKeypair::new(half, private).map_err(|_| mismatch())?;
    // The conversion checks that the halves belong together.
    whole(KeypairData::Rsa(pair), &public)
}

/// Puts an Ed25519 key together; `seed` may lack zeros at its end.
pub(super) fn ed25519(public: PublicKey, seed: &[u8]) -> Result<PrivateKey, SshError> {
    let mut full = Zeroizing::new([0u8; 32]);
    full.get_mut(..seed.len()).ok_or_else(mismatch)?.copy_from_slice(seed);
    whole(KeypairData::Ed25519(Ed25519Keypair::from_seed(&full)), &public)
}

/// Puts an ECDSA key together; `d` may lack zeros at its start, as its `mpint` does once in 256 keys.
pub(super) fn ecdsa(public: PublicKey, d: &[u8]) -> Result<PrivateKey, SshError> {
    fn padded<const N: usize>(d: &[u8]) -> Result<Zeroizing<[u8; N]>, SshError> {
        let mut full = Zeroizing::new([0u8; N]);
        let start = N.checked_sub(d.len()).ok_or_else(mismatch)?;
        full.get_mut(start..).ok_or_else(mismatch)?.copy_from_slice(d);
        Ok(full)
    }
    let KeyData::Ecdsa(half) = public.key_data().clone() else { return Err(mismatch()) };
    let pair = match half {
        EcdsaPublicKey::NistP256(public) => {
            EcdsaKeypair::NistP256 { public, private: (*padded::<32>(d)?).into() }
        }
        EcdsaPublicKey::NistP384(public) => {
            EcdsaKeypair::NistP384 { public, private: (*padded::<48>(d)?).into() }
        }
        EcdsaPublicKey::NistP521(public) => {
            EcdsaKeypair::NistP521 { public, private: (*padded::<66>(d)?).into() }
        }
    };
    whole(KeypairData::Ecdsa(pair), &public)
}

fn whole(data: KeypairData, public: &PublicKey) -> Result<PrivateKey, SshError> {
    let mut key = PrivateKey::new(data, "").map_err(|_| mismatch())?;
    if key.public_key().key_data() != public.key_data() {
        return Err(mismatch());
    }
    key.set_comment(public.comment().clone());
    prove(&key)?;
    Ok(key)
}

/// Signs and verifies once: halves that do not belong together would otherwise only be noticed by a server.
fn prove(key: &PrivateKey) -> Result<(), SshError> {
    use russh::keys::signature::{Signer, Verifier};
    const TEXT: &[u8] = b"patchbay";
    let signature = key.try_sign(TEXT).map_err(|_| mismatch())?;
    Verifier::verify(key.public_key(), TEXT, &signature).map_err(|_| mismatch())
}

fn mismatch() -> SshError {
    unreadable("its two halves do not belong together")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn an_ed25519_seed_that_ends_in_zeros_may_be_short() {
        let mut seed = [7u8; 32];
        seed[31] = 0;
        seed[30] = 0;
        let pair = Ed25519Keypair::from_seed(&seed);
        let public = PublicKey::new(KeyData::Ed25519(pair.public), "");
        assert!(ed25519(public.clone(), &seed[..30]).is_ok());
        assert!(ed25519(public, &[7u8; 32]).is_err());
    }

    #[test]
    fn an_ecdsa_scalar_that_starts_with_zeros_may_be_short() {
        let key = short_scalar();
        let d = key.key_data().ecdsa().unwrap().private_key_bytes().to_vec();
        let public = key.public_key().clone();
        assert_eq!(d[0], 0);
        assert!(ecdsa(public.clone(), &d[1..]).is_ok());
        assert!(ecdsa(public, &[1u8; 32]).is_err());
    }

    /// One in 256 keys; found in milliseconds.
    fn short_scalar() -> PrivateKey {
        use russh::keys::{Algorithm, EcdsaCurve, key::safe_rng};
        loop {
            let key = PrivateKey::random(
                &mut safe_rng(),
                Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
            )
            .unwrap();
            if key.key_data().ecdsa().unwrap().private_key_bytes()[0] == 0 {
                return key;
            }
        }
    }
}
