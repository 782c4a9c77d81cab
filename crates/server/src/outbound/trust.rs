//! Whose certificate counts.

use rustls::{
    CertificateError, ClientConfig, Error, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use sha2::{Digest as _, Sha256};
use std::{io, sync::Arc};
use thiserror::Error;

/// Whose certificate counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Trust {
    /// Those that the system trusts.
    System,
    /// Those that these authorities signed (PEM).
    Authority(String),
    /// The one with this SHA-256 alone, whatever its name and age.
    Pin([u8; 32]),
}

/// Why nothing can be trusted so.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub(crate) enum TrustError {
    /// What was given holds no certificate.
    #[error("there is no certificate in PEM form in what was given as the authority")]
    NoCertificate,
    /// The system has no roots.
    #[error("this computer has no list of authorities that it trusts")]
    NoRoots,
    /// Rustls refuses.
    #[error("TLS cannot be used so: {0}")]
    Unusable(String),
}

impl Trust {
    /// How TLS is spoken.
    pub(crate) fn config(&self) -> Result<Arc<ClientConfig>, TrustError> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| TrustError::Unusable(error.to_string()))?;
        let config = match self {
            Self::System => builder.with_root_certificates(system()?).with_no_client_auth(),
            Self::Authority(pem) => {
                builder.with_root_certificates(authorities(pem)?).with_no_client_auth()
            }
            Self::Pin(hash) => {
                let hash = *hash;
                let fits = move |shown: &[u8]| Sha256::digest(shown).as_slice() == hash;
                builder
                    .dangerous()
                    .with_custom_certificate_verifier(patchbay_tls::holder(provider, fits))
                    .with_no_client_auth()
            }
        };
        Ok(Arc::new(config))
    }
}

fn system() -> Result<RootCertStore, TrustError> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() { Err(TrustError::NoRoots) } else { Ok(roots) }
}

fn authorities(pem: &str) -> Result<RootCertStore, TrustError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|_| TrustError::NoCertificate)?;
        roots.add(certificate).map_err(|_| TrustError::NoCertificate)?;
    }
    if roots.is_empty() { Err(TrustError::NoCertificate) } else { Ok(roots) }
}

/// The SHA-256 of a certificate as it is written: 32 bytes in hexadecimal, with or without colons.
pub(crate) fn parse_pin(text: &str) -> Option<[u8; 32]> {
    let digits: String = text.chars().filter(|c| !matches!(c, ':' | ' ')).collect();
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()?;
    bytes.try_into().ok()
}

/// What is wrong with the certificate that was shown, if that is what an error is about.
pub(crate) fn certificate_words(error: &io::Error) -> Option<&'static str> {
    let mut source = error.get_ref().map(|inner| inner as &(dyn std::error::Error + 'static));
    while let Some(inner) = source {
        if let Some(Error::InvalidCertificate(wrong)) = inner.downcast_ref::<Error>() {
            return Some(words(wrong));
        }
        source = inner.source();
    }
    None
}

const fn words(wrong: &CertificateError) -> &'static str {
    match wrong {
        CertificateError::UnknownIssuer => "no authority that is trusted here signed it",
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; compare the clocks"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name than the one in the address"
        }
        CertificateError::Revoked => "it was revoked",
        CertificateError::ApplicationVerificationFailure => "it is not the one that is pinned",
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "it is not for servers"
        }
        _ => "it is not well-formed, or not signed as it should be",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn pins_are_read_as_they_are_shown() {
        let colons = ["AB"; 32].join(":");
        assert_eq!(parse_pin(&colons), Some([0xab; 32]));
        assert_eq!(parse_pin(&"ab".repeat(32)), Some([0xab; 32]));
        for wrong in ["", "ab", &"ab".repeat(33), &"xy".repeat(32)] {
            assert_eq!(parse_pin(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_holds_no_certificate_is_trusted_in_nothing() {
        for wrong in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            let refused = Trust::Authority(wrong.to_owned()).config();
            assert_eq!(refused.unwrap_err(), TrustError::NoCertificate);
        }
    }
}
