//! Host keys as people compare them. Input is one line, `algorithm base64`, as `known_hosts` holds it after the names.

use crate::SshError;
use data_encoding::BASE64;
use russh::keys::{
    Certificate, HashAlg, PublicKey,
    ssh_key::{Fingerprint, public::KeyData},
};

/// A host key in the form it travels in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Blob {
    /// `ssh-ed25519` and so on, as written.
    pub algorithm: String,
    /// What is behind the base64.
    pub bytes: Vec<u8>,
}

impl Blob {
    /// Reads `algorithm base64`, ignoring what follows; the algorithm must be the one the key itself names.
    pub(crate) fn parse(line: &str) -> Result<Self, SshError> {
        let unreadable = |reason: &str| SshError::KeyUnreadable { reason: reason.to_owned() };
        let mut words = line.split_ascii_whitespace();
        let (Some(algorithm), Some(base64)) = (words.next(), words.next()) else {
            return Err(unreadable("a key is an algorithm and base64"));
        };
        let bytes =
            BASE64.decode(base64.as_bytes()).map_err(|_| unreadable("the base64 is damaged"))?;
        if embedded_name(&bytes) != Some(algorithm.as_bytes()) {
            return Err(unreadable("the key is not of the algorithm it is labelled with"));
        }
        Ok(Self { algorithm: algorithm.to_owned(), bytes })
    }

    pub(crate) fn is_certificate(&self) -> bool {
        self.algorithm.ends_with("-cert-v01@openssh.com")
    }

    pub(crate) fn certificate(&self) -> Option<Certificate> {
        (self.is_certificate() && !nested(&self.bytes))
            .then(|| Certificate::from_bytes(&self.bytes).ok())
            .flatten()
    }

    pub(crate) fn openssh(&self) -> String {
        format!("{} {}", self.algorithm, BASE64.encode(&self.bytes))
    }
}

/// Whether certificates are inside each other: their decoder calls itself for each, until the stack ends and the process
/// with it. Each has its name, and a real one has one.
fn nested(bytes: &[u8]) -> bool {
    const NAME: &[u8] = b"-cert-v01@";
    bytes.windows(NAME.len()).filter(|window| *window == NAME).count() > 4
}

fn embedded_name(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// `SHA256:…` of a key; of the key inside, for a certificate.
///
/// # Errors
/// When the line is not a key.
pub fn fingerprint(openssh: &str) -> Result<String, SshError> {
    Ok(digest(openssh)?.to_string())
}

/// The OpenSSH random art (`ssh-keygen -lv`): eleven lines.
///
/// # Errors
/// When the line is not a key.
pub fn picture(openssh: &str) -> Result<String, SshError> {
    let line = plain(openssh)?;
    let name = algorithm(&line)?;
    let title = match name.as_str() {
        "ssh-ed25519" => "ED25519",
        "ssh-rsa" => "RSA",
        "ssh-dss" => "DSA",
        other if other.starts_with("ecdsa-") => "ECDSA",
        other if other.starts_with("sk-ssh-ed25519") => "ED25519-SK",
        other if other.starts_with("sk-ecdsa") => "ECDSA-SK",
        _ => "KEY",
    };
    let title = match bits(&line)? {
        // OpenSSH drops the bits where both do not fit between the corners.
        Some(bits) if format!("[{title} {bits}]").len() <= 17 => format!("[{title} {bits}]"),
        _ => format!("[{title}]"),
    };
    Ok(digest(&line)?.to_randomart(&title))
}

/// The algorithm of a key, `ssh-ed25519` and so on; `…-cert-v01@openssh.com` for a certificate.
///
/// # Errors
/// When the line is not a key.
pub fn algorithm(openssh: &str) -> Result<String, SshError> {
    Ok(Blob::parse(openssh)?.algorithm)
}

/// The line itself without a comment or, for a certificate, the line of the key inside: what goes on record.
///
/// # Errors
/// When the line is not a key.
pub fn plain(openssh: &str) -> Result<String, SshError> {
    let blob = Blob::parse(openssh)?;
    if !blob.is_certificate() {
        return Ok(blob.openssh());
    }
    let certificate = blob
        .certificate()
        .ok_or_else(|| SshError::KeyUnreadable { reason: "the certificate is damaged".into() })?;
    PublicKey::new(certificate.public_key().clone(), "")
        .to_openssh()
        .map_err(|e| SshError::KeyUnreadable { reason: e.to_string() })
}

/// Whether the key itself can be read, and not just its name: what cannot be would never verify anything.
#[must_use]
pub fn is_whole(openssh: &str) -> bool {
    bits(openssh).is_ok_and(|bits| bits.is_some_and(|bits| bits > 0))
}

/// Length of a key in bits, where it is known.
pub(crate) fn bits(openssh: &str) -> Result<Option<u32>, SshError> {
    let line = plain(openssh)?;
    let blob = Blob::parse(&line)?;
    let Ok(key) = russh::keys::key::parse_public_key(&blob.bytes) else { return Ok(None) };
    Ok(key_bits(key.key_data()))
}

pub(crate) fn key_bits(key: &KeyData) -> Option<u32> {
    match key {
        KeyData::Ed25519(_) | KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_) => Some(256),
        KeyData::Ecdsa(key) => Some(match key.curve() {
            russh::keys::EcdsaCurve::NistP256 => 256,
            russh::keys::EcdsaCurve::NistP384 => 384,
            russh::keys::EcdsaCurve::NistP521 => 521,
        }),
        KeyData::Rsa(key) => {
            let modulus = key.n().as_positive_bytes()?;
            let leading = modulus.first()?.leading_zeros();
            u32::try_from(modulus.len()).ok()?.checked_mul(8)?.checked_sub(leading)
        }
        _ => None,
    }
}

fn digest(openssh: &str) -> Result<Fingerprint, SshError> {
    use sha2::Digest;
    let line = plain(openssh)?;
    let blob = Blob::parse(&line)?;
    Ok(Fingerprint::Sha256(sha2::Sha256::digest(&blob.bytes).into()))
}

/// `SHA256:…` of a key that is already parsed.
pub(crate) fn fingerprint_of(key: &KeyData) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}
