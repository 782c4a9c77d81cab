//! Private keys and certificates as text: reading, describing, making.

mod generate;
mod limits;
mod openssh;
mod pem;
mod ppk;
mod wire;

use crate::{SshError, hostkey};
use data_encoding::BASE64;
use patchbay_model::{CertificateInfo, PublicKeyInfo, Secret};
use russh::keys::{
    Certificate, PrivateKey, PublicKey,
    ssh_key::certificate::{CertType, OptionsMap},
};
use std::time::{SystemTime, UNIX_EPOCH};

pub use generate::{Generated, KeyAlgorithm, export, generate};
pub use limits::Limits;

/// A private key is a few kilobytes; anything longer is not one.
const LONGEST: usize = 256 * 1024;
/// A certificate has a handful of options; more are not shown.
const MOST_OPTIONS: usize = 64;

/// Describes the public half of a private key.
///
/// # Errors
/// [`SshError::KeyPassphraseNeeded`] and [`SshError::KeyPassphraseWrong`] for an encrypted key, otherwise why it is not
/// usable.
pub fn inspect(
    text: &Secret<String>,
    passphrase: Option<&Secret<String>>,
) -> Result<PublicKeyInfo, SshError> {
    inspect_within(text, passphrase, &Limits::USUAL)
}

/// The same, with less or more patience than usual.
///
/// # Errors
/// As [`inspect`].
pub fn inspect_within(
    text: &Secret<String>,
    passphrase: Option<&Secret<String>>,
    limits: &Limits,
) -> Result<PublicKeyInfo, SshError> {
    describe(read_within(text, passphrase, limits)?.public_key())
}

/// Describes an OpenSSH certificate (`…-cert.pub`).
///
/// # Errors
/// When it is not one.
pub fn inspect_certificate(text: &str) -> Result<CertificateInfo, SshError> {
    Ok(describe_certificate(&certificate(text)?))
}

pub(crate) fn describe_certificate(certificate: &Certificate) -> CertificateInfo {
    let time = |seconds: u64| rfc3339(seconds);
    let options = |map: &OptionsMap| {
        let said = map.iter().map(|(name, value)| match value.as_str() {
            "" => crate::text::phrase(name),
            value => crate::text::phrase(&format!("{name}={value}")),
        });
        said.take(MOST_OPTIONS).collect()
    };
    CertificateInfo {
        key_id: crate::text::phrase(certificate.key_id()),
        principals: certificate.valid_principals().iter().map(|p| crate::text::phrase(p)).collect(),
        valid_from: Some(certificate.valid_after()).filter(|s| *s != 0).and_then(time),
        valid_until: Some(certificate.valid_before()).filter(|s| *s != u64::MAX).and_then(time),
        authority: hostkey::fingerprint_of(certificate.signature_key()),
        serial: certificate.serial().to_string(),
        key: hostkey::fingerprint_of(certificate.public_key()),
        critical_options: options(certificate.critical_options()),
        extensions: options(certificate.extensions()),
    }
}

/// Says whether a certificate was made for a private key.
///
/// # Errors
/// When it was not, or either is unusable.
pub fn check_pair(
    text: &Secret<String>,
    passphrase: Option<&Secret<String>>,
    certificate_text: &str,
) -> Result<(), SshError> {
    pair(&read(text, passphrase)?, &certificate(certificate_text)?)
}

pub(crate) fn pair(key: &PrivateKey, certificate: &Certificate) -> Result<(), SshError> {
    let unusable = |reason: String| Err(SshError::CertificateUnusable { reason });
    if certificate.cert_type() != CertType::User {
        return unusable(
            "it is a certificate for a host, and signing in takes one for users".into(),
        );
    }
    if certificate.public_key() != key.public_key().key_data() {
        let made_for = hostkey::fingerprint_of(certificate.public_key());
        return unusable(format!("it was made for another key, {made_for}"));
    }
    Ok(())
}

pub(crate) fn certificate(text: &str) -> Result<Certificate, SshError> {
    let unusable = |reason: &str| SshError::CertificateUnusable { reason: reason.to_owned() };
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'))
        .ok_or_else(|| unusable("it is empty"))?;
    let blob =
        hostkey::Blob::parse(line).map_err(|_| unusable("it is not an OpenSSH certificate"))?;
    if !blob.is_certificate() {
        return Err(unusable("it is a public key, not a certificate"));
    }
    blob.certificate().ok_or_else(|| unusable("it is damaged, or of a kind Patchbay does not know"))
}

pub(crate) fn describe(key: &PublicKey) -> Result<PublicKeyInfo, SshError> {
    let bytes = key.to_bytes().map_err(|e| SshError::KeyUnreadable { reason: e.to_string() })?;
    let algorithm = key.algorithm().to_string();
    let comment = crate::text::phrase(key.comment().as_ref());
    let mut openssh = format!("{algorithm} {}", BASE64.encode(&bytes));
    if !comment.is_empty() {
        openssh.push(' ');
        openssh.push_str(&comment);
    }
    Ok(PublicKeyInfo {
        bits: hostkey::key_bits(key.key_data()).filter(|_| algorithm != "ssh-ed25519"),
        fingerprint: hostkey::fingerprint_of(key.key_data()),
        algorithm,
        openssh,
    })
}

/// Reads a private key in any of the formats. Deriving a key from a passphrase is slow on purpose: not for async tasks.
pub(crate) fn read(
    text: &Secret<String>,
    passphrase: Option<&Secret<String>>,
) -> Result<PrivateKey, SshError> {
    read_within(text, passphrase, &Limits::USUAL)
}

fn read_within(
    text: &Secret<String>,
    passphrase: Option<&Secret<String>>,
    limits: &Limits,
) -> Result<PrivateKey, SshError> {
    let text = text.expose_secret();
    if text.len() > LONGEST {
        return Err(unreadable("it is far too long"));
    }
    let passphrase = passphrase.filter(|p| !p.expose_secret().is_empty());
    let key = if text.trim_start().starts_with("PuTTY-User-Key-File-") {
        ppk::read(text.trim_start(), passphrase, limits)?
    } else {
        pem::read(text, passphrase, limits)?
    };
    usable(key)
}

/// Refuses what no server is going to accept or russh cannot sign with.
fn usable(key: PrivateKey) -> Result<PrivateKey, SshError> {
    use russh::keys::Algorithm;
    match key.algorithm() {
        Algorithm::Ed25519 | Algorithm::Ecdsa { .. } => Ok(key),
        Algorithm::Rsa { .. } => {
            let bits = hostkey::key_bits(key.public_key().key_data()).unwrap_or(0);
            if (1024..=8192).contains(&bits) {
                Ok(key)
            } else {
                Err(unsupported(format!(
                    "its RSA length is {bits} bits, and 1024 to 8192 can be used"
                )))
            }
        }
        Algorithm::Dsa => Err(unsupported("DSA is broken, and servers no longer accept it")),
        other if other.to_string().starts_with("sk-") => {
            Err(unsupported("it lives in a security key; use it through the SSH agent"))
        }
        other => Err(unsupported(format!("its algorithm is {other}"))),
    }
}

pub(crate) fn unreadable(reason: impl Into<String>) -> SshError {
    SshError::KeyUnreadable { reason: reason.into() }
}

pub(crate) fn unsupported(reason: impl Into<String>) -> SshError {
    SshError::KeyUnsupported { reason: reason.into() }
}

/// Whether a certificate is good at this time; otherwise how it is not, in a few words.
pub(crate) fn out_of_time(certificate: &Certificate, now: SystemTime) -> Option<String> {
    let now = now.duration_since(UNIX_EPOCH).ok()?.as_secs();
    let day = |seconds| rfc3339(seconds).unwrap_or_else(|| "a far year".into());
    if certificate.valid_before() <= now {
        return Some(format!("expired on {}", day(certificate.valid_before())));
    }
    (certificate.valid_after() > now)
        .then(|| format!("not valid before {}", day(certificate.valid_after())))
}

/// UTC, to the second. Years past 9999 are "forever".
fn rfc3339(seconds: u64) -> Option<String> {
    let days = i64::try_from(seconds / 86_400).ok().filter(|d| *d < 2_932_897)?;
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    // Civil date from days since 1970-01-01, counting years from March so that the leap day is the last.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

#[cfg(test)]
mod tests;
