//! New keys.

use super::describe;
use crate::SshError;
use patchbay_model::{PublicKeyInfo, Secret};
use russh::keys::{
    Algorithm, EcdsaCurve, PrivateKey,
    key::safe_rng,
    ssh_key::{
        Error, LineEnding,
        private::{KeypairData, RsaKeypair},
        rand_core::CryptoRng,
    },
};

/// Kinds of key Patchbay makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyAlgorithm {
    /// The one to choose.
    Ed25519,
    /// For servers that lack Ed25519; takes seconds to make.
    Rsa3072,
    /// For servers that lack Ed25519 and rules that want this length; takes many seconds to make.
    Rsa4096,
    /// For servers that insist on NIST curves.
    EcdsaP256,
}

/// A new key.
#[derive(Clone, Debug)]
pub struct Generated {
    /// In OpenSSH's format, encrypted if a passphrase was given.
    pub private_key: Secret<String>,
    /// Its public half.
    pub public_key: PublicKeyInfo,
}

fn rsa<R: CryptoRng>(rng: &mut R, bits: usize) -> Result<PrivateKey, Error> {
    RsaKeypair::random(rng, bits).and_then(|pair| PrivateKey::new(KeypairData::Rsa(pair), ""))
}

/// Makes a key. Slow for RSA: not for async tasks.
///
/// # Errors
/// When the system has no randomness.
pub fn generate(
    algorithm: KeyAlgorithm,
    comment: &str,
    passphrase: Option<&Secret<String>>,
) -> Result<Generated, SshError> {
    let failed = |e: Error| SshError::Internal(format!("no key was made: {e}"));
    let mut rng = safe_rng();
    let mut key = match algorithm {
        KeyAlgorithm::Ed25519 => PrivateKey::random(&mut rng, Algorithm::Ed25519),
        KeyAlgorithm::EcdsaP256 => {
            PrivateKey::random(&mut rng, Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 })
        }
        KeyAlgorithm::Rsa3072 => rsa(&mut rng, 3072),
        KeyAlgorithm::Rsa4096 => rsa(&mut rng, 4096),
    }
    .map_err(failed)?;
    key.set_comment(comment);
    let public_key = describe(key.public_key())?;
    if let Some(passphrase) = passphrase.filter(|p| !p.expose_secret().is_empty()) {
        key = key.encrypt(&mut rng, passphrase.expose_secret()).map_err(failed)?;
    }
    let text = key.to_openssh(LineEnding::LF).map_err(failed)?;
    Ok(Generated { private_key: Secret::new(text.to_string()), public_key })
}

/// The same private key in OpenSSH's format, encrypted with another passphrase, to be taken elsewhere. Slow: not for async
/// tasks.
///
/// # Errors
/// As [`inspect`](super::inspect).
pub fn export(
    text: &Secret<String>,
    passphrase: Option<&Secret<String>>,
    new_passphrase: &Secret<String>,
) -> Result<Secret<String>, SshError> {
    let failed = |e: Error| SshError::Internal(format!("the key was not encrypted: {e}"));
    let key = super::read(text, passphrase)?;
    let sealed = key.encrypt(&mut safe_rng(), new_passphrase.expose_secret()).map_err(failed)?;
    Ok(Secret::new(sealed.to_openssh(LineEnding::LF).map_err(failed)?.to_string()))
}
