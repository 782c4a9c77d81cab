//! Host keys and certificates: what a server presented, what is on record, and what the person decides.

use crate::{CertificateInfo, HostKeyId, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

/// How a presented key stands to what is on record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum HostKeyStanding {
    /// No key is on record for this address.
    Unknown,
    /// Another key is on record.
    Changed,
    /// The key is marked `@revoked`.
    Revoked,
}

/// A key on record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HostKeyRecord {
    /// `None` for a line of a `known_hosts` file.
    pub id: Option<HostKeyId>,
    /// `host` or `[host]:port`, as in `known_hosts`; patterns for an authority.
    pub host: String,
    /// Whether it is the key of an authority, which signs the certificates of hosts.
    pub authority: bool,
    /// `ssh-ed25519` and so on.
    pub algorithm: String,
    /// `SHA256:…`.
    pub fingerprint: String,
    /// The OpenSSH random art, eleven lines.
    pub picture: String,
    /// Where it is recorded: "This vault" or the file's path.
    pub source: String,
    /// When it was first trusted; unknown for files.
    pub first_seen: Option<Timestamp>,
    /// When a server last proved it.
    pub last_seen: Option<Timestamp>,
    /// How often a server proved it.
    pub times: u32,
    /// Set for the certificate of a desktop; what it says of itself.
    pub tls: Option<TlsCertificate>,
}

/// The key a server presents now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PresentedKey {
    /// `ssh-ed25519` and so on.
    pub algorithm: String,
    /// `SHA256:…`.
    pub fingerprint: String,
    /// The OpenSSH random art, eleven lines.
    pub picture: String,
    /// One line, as `known_hosts` holds it after the name; for a certificate its text in PEM.
    pub openssh: String,
    /// Set if it is a certificate, and no host key; the fingerprint is then its SHA-256 in hexadecimal digits.
    pub tls: Option<TlsCertificate>,
}

/// What a certificate (RFC 5280) says of itself: hostile text, control characters removed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TlsCertificate {
    /// Whom it is for.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// The names and addresses it is good for.
    pub names: Vec<String>,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Why it does not vouch for the machine by itself, as the end of "it …".
    pub fault: String,
}

/// A host certificate that does not count.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PresentedCertificate {
    /// What it says of itself.
    pub info: CertificateInfo,
    /// Why it does not count, as the end of "it …".
    pub fault: String,
}

/// What the trust card asks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HostKeyQuestion {
    /// Name of the machine or jump host that presents the key.
    pub machine: String,
    /// `host` or `[host]:port`.
    pub host: String,
    /// How the key stands.
    pub standing: HostKeyStanding,
    /// The key.
    pub presented: PresentedKey,
    /// The certificate it came with, if an authority is on record for the address.
    pub certificate: Option<Box<PresentedCertificate>>,
    /// What is on record for the address.
    pub on_record: Vec<HostKeyRecord>,
    /// Other addresses on record with the very same key.
    pub also_at: Vec<String>,
}

/// What the person decides.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum HostKeyAnswer {
    /// Trust an unknown key and keep it on record.
    Trust,
    /// Trust an unknown key for this connection only.
    Once,
    /// Replace what is on record by the presented key.
    Replace {
        /// The last eight characters of the presented fingerprint, typed by the person.
        last_eight: String,
    },
    /// Close the connection.
    Refuse,
}
