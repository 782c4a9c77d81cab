//! Cipher suites: what signs people in, what proves packets, what hides them (sections 13.28 and 22.15.2).

use crate::IpmiError;
use aes::Aes128;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
use hmac::{Hmac, KeyInit, Mac};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const BLOCK: usize = 16;

/// A cipher suite. Each here has one hash for all, and AES-CBC-128, but the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Suite {
    /// 17: RAKP-HMAC-SHA256, HMAC-SHA256-128.
    Sha256,
    /// 8: RAKP-HMAC-MD5, HMAC-MD5-128.
    Md5,
    /// 3: RAKP-HMAC-SHA1, HMAC-SHA1-96.
    Sha1,
    /// 0: signs nobody in, proves nothing and hides nothing.
    None,
}

impl Suite {
    /// What is tried, best first. Suite 0 is not among them.
    pub const BEST_FIRST: [Self; 3] = [Self::Sha256, Self::Md5, Self::Sha1];

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Sha256 => 17,
            Self::Md5 => 8,
            Self::Sha1 => 3,
            Self::None => 0,
        }
    }

    /// The numbers of its algorithms: authentication, integrity, confidentiality.
    #[must_use]
    pub const fn algorithms(self) -> [u8; 3] {
        match self {
            Self::Sha256 => [3, 4, 1],
            Self::Md5 => [2, 2, 1],
            Self::Sha1 => [1, 1, 1],
            Self::None => [0, 0, 0],
        }
    }

    /// How many bytes prove a packet.
    #[must_use]
    pub const fn proof(self) -> usize {
        match self {
            Self::Sha256 | Self::Md5 => 16,
            Self::Sha1 => 12,
            Self::None => 0,
        }
    }

    /// The keyed hash of the parts, whole; empty for suite 0.
    pub(crate) fn mac(self, key: &[u8], parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Sha256 => mac::<Hmac<sha2::Sha256>>(key, parts),
            Self::Md5 => mac::<Hmac<md5::Md5>>(key, parts),
            Self::Sha1 => mac::<Hmac<sha1::Sha1>>(key, parts),
            Self::None => Vec::new(),
        })
    }
}

fn mac<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // HMAC takes keys of every length.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return Vec::new() };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

/// Whether the bytes are equal, in a time that does not tell where they differ.
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// AES-CBC-128 as section 13.29 pads it: 1, 2, 3 …, and how many.
pub(crate) fn encrypt(key: &[u8; BLOCK], iv: [u8; BLOCK], payload: &[u8]) -> Vec<u8> {
    let mut plain = payload.to_vec();
    let pad = BLOCK - 1 - payload.len() % BLOCK;
    plain.extend((1..).take(pad));
    plain.push(u8::try_from(pad).unwrap_or_default());
    let length = plain.len();
    // It fails for a length that is no multiple of the block only.
    let _ = cbc::Encryptor::<Aes128>::new(key.into(), &iv.into())
        .encrypt_padded::<NoPadding>(&mut plain, length);
    [&iv, &*plain].concat()
}

/// Undoes [`encrypt`].
pub(crate) fn decrypt(key: &[u8; BLOCK], sealed: &[u8]) -> Result<Vec<u8>, IpmiError> {
    const WRONG: IpmiError = IpmiError::Garbled("an encrypted payload is damaged");
    let (iv, sealed) = sealed.split_first_chunk::<BLOCK>().ok_or(WRONG)?;
    let mut plain = sealed.to_vec();
    cbc::Decryptor::<Aes128>::new(key.into(), iv.into())
        .decrypt_padded::<NoPadding>(&mut plain)
        .map_err(|_| WRONG)?;
    let pad = usize::from(plain.pop().ok_or(WRONG)?);
    let length = plain.len().checked_sub(pad).filter(|_| pad < BLOCK).ok_or(WRONG)?;
    let padding = plain.split_off(length);
    if padding.iter().zip(1_u8..).any(|(byte, wanted)| *byte != wanted) {
        return Err(WRONG);
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::{Suite, decrypt, encrypt};
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    #[test]
    fn keyed_hashes_of_the_rfcs() {
        // RFC 2202 test case 2 (MD5, SHA-1), RFC 4231 test case 2 (SHA-256).
        let known = [
            (Suite::Md5, "750c783e6ab0b503eaa86e310a5db738"),
            (Suite::Sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (Suite::Sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        ];
        for (suite, digest) in known {
            let parts: [&[u8]; 2] = [b"what do ya want ", b"for nothing?"];
            assert_eq!(HEXLOWER.encode(&suite.mac(b"Jefe", &parts)), digest);
        }
    }

    #[test]
    fn aes_of_nist() {
        // SP 800-38A, F.2.1, the first block; the second is padding.
        let hex = |text: &str| HEXLOWER.decode(text.as_bytes()).unwrap();
        let key = hex("2b7e151628aed2a6abf7158809cf4f3c").try_into().unwrap();
        let iv = hex("000102030405060708090a0b0c0d0e0f").try_into().unwrap();
        let sealed = encrypt(&key, iv, &hex("6bc1bee22e409f96e93d7e117393172a"));
        assert_eq!(HEXLOWER.encode(&sealed[16..32]), "7649abac8119b246cee98e9b12e9197d");
        assert_eq!(sealed.len(), 48);
    }

    proptest! {
        #[test]
        fn what_was_encrypted_is_read(payload in prop::collection::vec(any::<u8>(), 0..80), key: [u8; 16]) {
            let sealed = encrypt(&key, [7; 16], &payload);
            prop_assert_eq!(decrypt(&key, &sealed).unwrap(), payload);
            prop_assert!(decrypt(&key, &sealed[..sealed.len() - 1]).is_err());
        }
    }
}
