//! OpenSSH's own private key format (PROTOCOL.key).

use super::{Limits, unreadable, unsupported, wire};
use crate::SshError;
use russh::keys::{
    Algorithm, PrivateKey,
    ssh_key::{Error, Kdf},
};
use zeroize::Zeroizing;

pub(super) fn read(
    bytes: &[u8],
    passphrase: Option<&str>,
    limits: &Limits,
) -> Result<PrivateKey, SshError> {
    let key = match PrivateKey::from_bytes(bytes) {
        Ok(key) => key,
        Err(error) => return short_scalar(bytes).ok_or_else(|| explain(&error)),
    };
    if !key.is_encrypted() {
        return Ok(key);
    }
    if let Kdf::Bcrypt { rounds, .. } = key.kdf() {
        limits.bcrypt(*rounds)?;
    }
    let passphrase = passphrase.ok_or(SshError::KeyPassphraseNeeded)?;
    match key.decrypt(passphrase) {
        Ok(key) => Ok(key),
        Err(Error::Crypto) => Err(SshError::KeyPassphraseWrong),
        Err(error) => decrypt_short_scalar(&key, passphrase).ok_or_else(|| explain(&error)),
    }
}

fn explain(error: &Error) -> SshError {
    match error {
        Error::AlgorithmUnknown | Error::AlgorithmUnsupported { .. } => {
            unsupported("its algorithm is unknown")
        }
        Error::Version { .. } => unsupported("it was written by a newer OpenSSH"),
        _ => unreadable("it is damaged"),
    }
}

/// `ssh-key` refuses the one ECDSA key in 256 whose number starts with a zero byte, which OpenSSH leaves out.
fn short_scalar(bytes: &[u8]) -> Option<PrivateKey> {
    let mut fields = wire::Fields(bytes.strip_prefix(b"openssh-key-v1\0")?);
    let (cipher, _kdf, _options) =
        (fields.string().ok()?, fields.string().ok()?, fields.string().ok()?);
    if cipher != b"none" || fields.u32().ok()? != 1 {
        return None;
    }
    let _public = fields.string().ok()?;
    private_section(fields.string().ok()?)
}

fn decrypt_short_scalar(key: &PrivateKey, passphrase: &str) -> Option<PrivateKey> {
    if !matches!(key.public_key().algorithm(), Algorithm::Ecdsa { .. }) {
        return None;
    }
    let mut section = Zeroizing::new(key.key_data().encrypted()?.to_vec());
    let (secret, iv) = key.kdf().derive_key_and_iv(key.cipher(), passphrase).ok()?;
    // Ciphers with a tag were verified by the first attempt, and their tag is not reachable from here.
    if key.cipher().has_tag() {
        return None;
    }
    key.cipher().decrypt(&secret, &iv, &mut section, None).ok()?;
    private_section(&section)
}

fn private_section(section: &[u8]) -> Option<PrivateKey> {
    let mut fields = wire::Fields(section);
    if fields.u32().ok()? != fields.u32().ok()? {
        return None;
    }
    let (name, curve, point) =
        (fields.string().ok()?, fields.string().ok()?, fields.string().ok()?);
    let scalar = fields.integer().ok()?;
    let comment = String::from_utf8_lossy(fields.string().ok()?).into_owned();
    let mut blob = Vec::new();
    for part in [name, curve, point] {
        blob.extend_from_slice(&u32::try_from(part.len()).ok()?.to_be_bytes());
        blob.extend_from_slice(part);
    }
    let mut public = russh::keys::key::parse_public_key(&blob).ok()?;
    public.set_comment(comment);
    wire::ecdsa(public, scalar).ok()
}
