//! Public keys of passkeys (COSE, RFC 9052 section 7 and RFC 9053).

use super::{PasskeyError, cbor::Reader};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

pub(super) const EDDSA: i64 = -8;
pub(super) const ES256: i64 = -7;
pub(super) const RS256: i64 = -257;

/// The most parts of a key.
const MOST_PARTS: u64 = 16;

/// A key that is understood.
#[derive(Debug)]
pub(super) enum PublicKey<'a> {
    Ed25519(&'a [u8]),
    /// A point, not compressed.
    P256([u8; 65]),
    Rsa {
        n: &'a [u8],
        e: &'a [u8],
    },
}

/// The parts of a key that mean something here, by their labels.
#[derive(Default)]
struct Parts<'a> {
    kind: i64,
    algorithm: i64,
    /// -1 as a number, and as bytes.
    curve: i64,
    first: Option<&'a [u8]>,
    second: Option<&'a [u8]>,
    third: Option<&'a [u8]>,
}

impl<'a> PublicKey<'a> {
    pub(super) fn read(key: &'a [u8]) -> Result<Self, PasskeyError> {
        let parts = parts(key).ok_or(PasskeyError::Malformed)?;
        let whole = |bytes: Option<&'a [u8]>, length| {
            bytes.filter(|bytes| bytes.len() == length).ok_or(PasskeyError::Malformed)
        };
        match (parts.algorithm, parts.kind, parts.curve) {
            (EDDSA, 1, 6) => Ok(Self::Ed25519(whole(parts.second, 32)?)),
            (ES256, 2, 1) => {
                let (x, y) = (whole(parts.second, 32)?, whole(parts.third, 32)?);
                let mut point = [4; 65];
                for (to, from) in point.iter_mut().skip(1).zip(x.iter().chain(y)) {
                    *to = *from;
                }
                Ok(Self::P256(point))
            }
            (RS256, 3, _) => match (parts.first, parts.second) {
                (Some(n), Some(e)) if (256..=1024).contains(&n.len()) && e.len() <= 8 => {
                    Ok(Self::Rsa { n, e })
                }
                _ => Err(PasskeyError::Unsupported),
            },
            _ => Err(PasskeyError::Unsupported),
        }
    }

    pub(super) fn verify(&self, text: &[u8], signature: &[u8]) -> Result<(), PasskeyError> {
        let verified = match self {
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(text, signature),
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(text, signature)
            }
            Self::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, text, signature)
            }
        };
        verified.map_err(|_| PasskeyError::Signature)
    }
}

fn parts(key: &[u8]) -> Option<Parts<'_>> {
    let mut reader = Reader::new(key);
    let mut parts = Parts::default();
    let pairs = reader.map().filter(|pairs| *pairs <= MOST_PARTS)?;
    for _ in 0..pairs {
        match reader.number()? {
            1 => parts.kind = reader.number()?,
            3 => parts.algorithm = reader.number()?,
            -1 => match reader.clone().number() {
                Some(curve) => {
                    parts.curve = curve;
                    reader.skip()?;
                }
                None => parts.first = Some(reader.bytes()?),
            },
            -2 => parts.second = Some(reader.bytes()?),
            -3 => parts.third = Some(reader.bytes()?),
            _ => reader.skip()?,
        }
    }
    reader.rest().is_empty().then_some(parts)
}
