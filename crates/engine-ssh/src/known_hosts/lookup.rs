//! How a presented key stands to what is on record.

use super::{KnownHosts, Marker, Record, authority};
use crate::{
    SshError,
    hostkey::{Blob, plain},
    keys::describe_certificate,
};
use patchbay_model::CertificateInfo;
use std::time::SystemTime;

/// How a presented key stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Match {
    /// This very key is on record.
    Known(Record),
    /// Other keys are on record, and not this one.
    Changed(Vec<Record>),
    /// The key, or the authority that signed its certificate, is marked `@revoked`.
    Revoked(Record),
    /// Nothing is on record for the address.
    Unknown,
    /// A certificate by an authority on record, good for this host now.
    CaTrusted(Record),
}

impl KnownHosts {
    /// What a presented certificate says of itself, and why it does not count here; `None` for a bare key.
    #[must_use]
    pub fn certificate(
        &self,
        host: &str,
        port: u16,
        openssh: &str,
        now: SystemTime,
    ) -> Option<(CertificateInfo, String)> {
        let certificate = Blob::parse(openssh).ok()?.certificate()?;
        let signer = authority::signer(&certificate);
        let known = self.at(host, port).any(|record| {
            record.marker == Marker::Authority && Some(&record.key) == signer.as_ref()
        });
        let fault = if known {
            authority::fault(&certificate, host, now).unwrap_or_default()
        } else {
            "is signed by an authority that is not on record for this address".into()
        };
        Some((describe_certificate(&certificate), fault))
    }

    /// Judges the key (`algorithm base64`, or a certificate) a server at `host` and `port` presents at `now`.
    ///
    /// A certificate no authority on record vouches for is judged by the key inside it, as OpenSSH does.
    ///
    /// # Errors
    /// When `openssh` is no key.
    pub fn lookup(
        &self,
        host: &str,
        port: u16,
        openssh: &str,
        now: SystemTime,
    ) -> Result<Match, SshError> {
        let presented = Blob::parse(openssh)?;
        let key = Blob::parse(&plain(openssh)?)?;
        let certificate = presented.certificate();
        let here: Vec<&Record> = self.at(host, port).collect();

        let signer = certificate.as_ref().and_then(authority::signer);
        let revoked = here.iter().find(|r| {
            r.marker == Marker::Revoked && (r.key == key || Some(&r.key) == signer.as_ref())
        });
        if let Some(record) = revoked {
            return Ok(Match::Revoked((*record).clone()));
        }
        if let Some(certificate) = &certificate {
            let vouching = here.iter().find(|r| {
                r.marker == Marker::Authority
                    && Some(&r.key) == signer.as_ref()
                    && authority::fault(certificate, host, now).is_none()
            });
            if let Some(record) = vouching {
                return Ok(Match::CaTrusted((*record).clone()));
            }
        }
        let keys: Vec<&Record> = here.into_iter().filter(|r| r.marker == Marker::Host).collect();
        if let Some(record) = keys.iter().find(|r| r.key == key) {
            return Ok(Match::Known((*record).clone()));
        }
        if !keys.is_empty() {
            return Ok(Match::Changed(keys.into_iter().cloned().collect()));
        }
        // OpenSSH accepts, for another port, the key it knows from port 22 of the same host.
        let same_host = (port != 22)
            .then(|| self.at(host, 22).find(|r| r.marker == Marker::Host && r.key == key))
            .flatten();
        Ok(same_host.map_or(Match::Unknown, |record| Match::Known(record.clone())))
    }
}
