//! How a host key is kept in the vault.

use super::certificate;
use patchbay_engine_ssh::{
    SshError, hostkey,
    known_hosts::{Marker, Record},
};
use patchbay_model::{HostKeyId, HostKeyRecord, PresentedKey, Timestamp};
use serde::{Deserialize, Serialize};

/// What keys of the vault are said to come from.
pub(super) const SOURCE: &str = "This vault";
/// A name of which only a hash is known.
const HASHED: &str = "(hashed)";

/// A trusted key. Its own type, and not that of the API: what is on disk must stay readable when the API changes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stored {
    /// `host` or `[host]:port`.
    pub(super) host: String,
    /// `algorithm base64`.
    pub(super) key: String,
    pub(super) first_seen: Timestamp,
    pub(super) last_seen: Timestamp,
    pub(super) times: u32,
    /// The key of an authority; `host` holds patterns then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) authority: bool,
    /// Set for the certificate of a desktop; `key` holds its fingerprint then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) certificate: Option<StoredCertificate>,
}

/// What a certificate on record says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StoredCertificate {
    pub(super) subject: String,
    pub(super) issuer: String,
    #[serde(default)]
    pub(super) names: Vec<String>,
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

impl Stored {
    /// As a line of `known_hosts` would say it.
    pub(super) fn record(&self) -> Result<Record, SshError> {
        let marker = if self.authority { Marker::Authority } else { Marker::Host };
        Record::new(marker, &self.host, &self.key, SOURCE)
    }

    /// As front ends see it.
    pub(super) fn shown(&self, id: HostKeyId) -> HostKeyRecord {
        let tls = self.tls();
        let PresentedKey { algorithm, fingerprint, picture, .. } = match &tls {
            None => presented(&self.key),
            Some(_) => PresentedKey {
                algorithm: certificate::ALGORITHM.to_owned(),
                fingerprint: self.key.clone(),
                picture: String::new(),
                openssh: String::new(),
                tls: None,
            },
        };
        HostKeyRecord {
            id: Some(id),
            host: if self.host.starts_with('|') { HASHED.to_owned() } else { self.host.clone() },
            authority: self.authority,
            algorithm,
            fingerprint,
            picture,
            source: SOURCE.to_owned(),
            first_seen: Some(self.first_seen),
            last_seen: Some(self.last_seen),
            times: self.times,
            tls,
        }
    }
}

/// A key as people compare it. One that cannot be read is shown as such: it was readable when it was judged.
pub(super) fn presented(openssh: &str) -> PresentedKey {
    let or_unreadable =
        |text: Result<String, SshError>| text.unwrap_or_else(|_| "unreadable".to_owned());
    PresentedKey {
        algorithm: or_unreadable(hostkey::algorithm(openssh)),
        fingerprint: or_unreadable(hostkey::fingerprint(openssh)),
        picture: hostkey::picture(openssh).unwrap_or_default(),
        openssh: openssh.to_owned(),
        tls: None,
    }
}

/// A line of a file as front ends see it.
pub(super) fn of_file(record: &Record) -> HostKeyRecord {
    let PresentedKey { algorithm, fingerprint, picture, .. } = presented(&record.openssh);
    let host = if record.hashed() { HASHED.to_owned() } else { record.names.clone() };
    let host = match record.marker {
        Marker::Host | Marker::Authority => host,
        Marker::Revoked => format!("@revoked {host}"),
    };
    HostKeyRecord {
        id: None,
        host,
        authority: record.marker == Marker::Authority,
        algorithm,
        fingerprint,
        picture,
        // What was not read from a file has no lines.
        source: match record.line {
            0 => record.source.clone(),
            line => format!("{}, line {line}", record.source),
        },
        first_seen: None,
        last_seen: None,
        times: 0,
        tls: None,
    }
}
