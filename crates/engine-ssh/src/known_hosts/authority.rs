//! Host certificates (PROTOCOL.certkeys): whether one is good for a host at a time.

use super::names::wildcard;
use crate::hostkey::Blob;
use russh::keys::{Algorithm, Certificate, HashAlg, PublicKey, ssh_key::certificate::CertType};
use std::time::{SystemTime, UNIX_EPOCH};

/// The key of the authority that signed it.
pub(super) fn signer(certificate: &Certificate) -> Option<Blob> {
    let key = PublicKey::new(certificate.signature_key().clone(), "");
    Some(Blob { algorithm: key.algorithm().to_string(), bytes: key.to_bytes().ok()? })
}

/// Whether its signature, kind, time and names are right. That its signer is trusted is for the caller to find.
pub(super) fn valid(certificate: &Certificate, host: &str, now: SystemTime) -> bool {
    let Ok(now) = now.duration_since(UNIX_EPOCH) else { return false };
    let signer = certificate.signature_key().fingerprint(HashAlg::Sha256);
    let host = host.trim_start_matches('[').trim_end_matches(']').to_lowercase();
    let names = certificate.valid_principals();
    certificate.cert_type() == CertType::Host
        && certificate.validate_at(now.as_secs(), [&signer]).is_ok()
        // SHA-1 can be forged.
        && !matches!(certificate.signature().algorithm(), Algorithm::Rsa { hash: None } | Algorithm::Dsa)
        // No critical option is defined for hosts, and an unknown one means "refuse".
        && certificate.critical_options().is_empty()
        && (names.is_empty() || names.iter().any(|name| wildcard(&name.to_lowercase(), &host)))
}
