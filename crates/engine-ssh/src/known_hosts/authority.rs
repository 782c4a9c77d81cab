//! Host certificates (PROTOCOL.certkeys): whether one is good for a host at a time.

use super::names::wildcard;
use crate::{hostkey::Blob, text::phrase};
use russh::keys::{Algorithm, Certificate, HashAlg, PublicKey, ssh_key::certificate::CertType};
use std::time::{SystemTime, UNIX_EPOCH};

/// The key of the authority that signed it.
pub(super) fn signer(certificate: &Certificate) -> Option<Blob> {
    let key = PublicKey::new(certificate.signature_key().clone(), "");
    Some(Blob { algorithm: key.algorithm().to_string(), bytes: key.to_bytes().ok()? })
}

/// Why its signature, kind, time or names are not right for a host, as the end of "it …"; `None` if they are. That its
/// signer is trusted is for the caller to find.
pub(super) fn fault(certificate: &Certificate, host: &str, now: SystemTime) -> Option<String> {
    let host = host.trim_start_matches('[').trim_end_matches(']').to_lowercase();
    let names = certificate.valid_principals();
    if certificate.cert_type() != CertType::Host {
        return Some("is a certificate for users, not for hosts".into());
    }
    if let Some(how) = crate::keys::out_of_time(certificate, now) {
        return Some(if how.starts_with("not") { format!("is {how}") } else { how });
    }
    if !names.is_empty() && !names.iter().any(|name| wildcard(&name.to_lowercase(), &host)) {
        let list: Vec<String> = names.iter().take(5).map(|name| phrase(name)).collect();
        return Some(format!("is for {} and not for {}", list.join(", "), phrase(&host)));
    }
    // No critical option is defined for hosts, and an unknown one means "refuse".
    if !certificate.critical_options().is_empty() {
        return Some("asks for conditions nobody here knows".into());
    }
    // SHA-1 can be forged.
    let weak = matches!(
        certificate.signature().algorithm(),
        Algorithm::Rsa { hash: None } | Algorithm::Dsa
    );
    let Ok(since) = now.duration_since(UNIX_EPOCH) else { return Some("cannot be dated".into()) };
    let signer = certificate.signature_key().fingerprint(HashAlg::Sha256);
    if weak || certificate.validate_at(since.as_secs(), [&signer]).is_err() {
        return Some("is not signed as it should be".into());
    }
    None
}
