//! The two halves of a PuTTY key. Its MAC is made to fit, as who writes a file without a passphrase can: otherwise it
//! would keep a fuzzer from ever getting behind it.

use super::{halves, key_text};
use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const ALGORITHMS: [&str; 7] = [
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-dss",
    "ssh-ed448",
];

/// The first byte picks the algorithm, two say how long the public half is.
pub(crate) fn run(data: &[u8]) -> bool {
    let Some((pick, rest)) = data.split_first() else { return false };
    let algorithm = ALGORITHMS.get(usize::from(*pick) % ALGORITHMS.len()).copied().unwrap_or("");
    let (public, private) = halves(rest);
    let Some(mac) = mac(&[algorithm.as_bytes(), b"none", b"fuzz", public, private]) else {
        return false;
    };
    key_text::check(&format!(
        "PuTTY-User-Key-File-3: {algorithm}\nEncryption: none\nComment: fuzz\nPublic-Lines: 1\n{}\n\
         Private-Lines: 1\n{}\nPrivate-MAC: {mac}\n",
        BASE64.encode(public),
        BASE64.encode(private),
    ))
}

/// With the empty key of a file that is not encrypted.
fn mac(parts: &[&[u8]]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&[]).ok()?;
    for part in parts {
        mac.update(&u32::try_from(part.len()).ok()?.to_be_bytes());
        mac.update(part);
    }
    Some(HEXLOWER.encode(&mac.finalize().into_bytes()))
}
