//! Diffie and Hellman's key exchange, in the same time whatever the secret is.

use crate::VncError;
use crypto_bigint::{
    BoxedUint, Odd,
    modular::{BoxedMontyForm, BoxedMontyParams},
};
use zeroize::Zeroizing;

/// Our half, and what both have in common; each as long as the modulus.
pub(super) struct Agreed {
    pub(super) public: Vec<u8>,
    pub(super) shared: Zeroizing<Vec<u8>>,
}

/// Answers the server's half. All numbers are in big endian.
pub(super) fn agree(generator: &[u8], modulus: &[u8], theirs: &[u8]) -> Result<Agreed, VncError> {
    let mut secret = Zeroizing::new(vec![0; modulus.len()]);
    random(&mut secret)?;
    let public = power(generator, &secret, modulus)?;
    let shared = Zeroizing::new(power(theirs, &secret, modulus)?);
    if shared.iter().rev().skip(1).all(|byte| *byte == 0) {
        return Err(unusable());
    }
    Ok(Agreed { public, shared })
}

fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Result<Vec<u8>, VncError> {
    let bits = u32::try_from(modulus.len() * 8).map_err(|_| unusable())?;
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, bits).map_err(|_| unusable());
    let (base, exponent, modulus_number) = (number(base)?, number(exponent)?, number(modulus)?);
    let odd = Odd::new(modulus_number).into_option().ok_or_else(unusable)?;
    if base >= *odd.as_ref() {
        return Err(unusable());
    }
    let params = BoxedMontyParams::new(odd);
    let power = BoxedMontyForm::new(base, &params).pow(&exponent).retrieve();
    let bytes = power.to_be_bytes();
    // The number may be kept with more bytes than the modulus has.
    let start = bytes.len().saturating_sub(modulus.len());
    Ok(bytes.get(start..).unwrap_or_default().to_vec())
}

fn unusable() -> VncError {
    VncError::protocol("its numbers for the key exchange cannot be used")
}

/// Nobody can guess these.
pub(super) fn random(bytes: &mut [u8]) -> Result<(), VncError> {
    getrandom::fill(bytes)
        .map_err(|error| VncError::Internal(format!("no random numbers: {error}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn powers_are_right_and_bad_numbers_refused() {
        assert_eq!(power(&[3], &[0, 5], &[0, 251]).unwrap(), [0, 243]);
        assert_eq!(power(&[2], &[200], &[1, 1]).unwrap(), [1, 0]);
        assert!(power(&[3], &[5], &[250]).is_err());
        assert!(power(&[252], &[5], &[251]).is_err());
        assert!(power(&[1], &[1], &[]).is_err());
    }

    #[test]
    fn both_sides_get_the_same() {
        let modulus = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc5];
        let secret = [0, 1, 2, 3, 4, 5, 6, 7];
        let theirs = power(&[5], &secret, &modulus).unwrap();
        let ours = agree(&[5], &modulus, &theirs).unwrap();
        assert_eq!(*ours.shared, power(&ours.public, &secret, &modulus).unwrap());
        // A half that leaves no secret.
        assert!(agree(&[5], &modulus, &[1]).is_err());
    }
}
