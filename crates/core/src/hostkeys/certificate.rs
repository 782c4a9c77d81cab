//! Certificates of desktops (RFC 5280): which are trusted, and what they say of themselves.
//!
//! A certificate is trusted because it is on record, kept as host keys are, and for no other reason: what the machines people
//! look after present is nearly always signed by themselves. Deliberately absent: authorities, revocation lists, and any use
//! of the key inside, which is for TLS.

use super::{
    HostKeys, Judgement, kept,
    stored::{Stored, StoredCertificate},
};
use crate::{CoreError, tree::is_deceptive};
use data_encoding::{BASE64, HEXLOWER};
use patchbay_engine_ssh::known_hosts::name_of;
use patchbay_model::{
    HostKeyId, HostKeyQuestion, HostKeyStanding, PresentedKey, Timestamp, TlsCertificate,
};
use patchbay_session::CertificateCheck;
use patchbay_store::{Change, Kind};
use sha2::{Digest as _, Sha256};
use x509_cert::{
    Certificate,
    der::{Decode as _, asn1::Ia5StringRef},
    ext::pkix::{SubjectAltName, name::GeneralName},
    time::Time,
};

/// What kind of key the list of host keys shows.
pub(super) const ALGORITHM: &str = "TLS certificate";
/// Larger ones are not looked into.
const LARGEST: usize = 64 * 1024;
/// Of a name, and of how many.
const LONGEST: usize = 200;
const MOST_NAMES: usize = 20;

impl HostKeys<'_> {
    /// Judges a presented certificate, and counts it if it is on record.
    pub(crate) async fn judge_certificate(
        &self,
        check: &CertificateCheck,
    ) -> Result<Judgement, CoreError> {
        let own = self.own_certificates().await?;
        match among(&own, check, self.0.clock().wall()) {
            Err(question) => Ok(Judgement::Ask(question)),
            Ok((id, mut seen)) => {
                seen.last_seen = self.0.clock().wall();
                seen.times = seen.times.saturating_add(1);
                // When it was seen last is worth no failed connection.
                if let Err(error) = self.apply(vec![kept(id, &seen)?]).await {
                    tracing::warn!(%error, "when a certificate was seen could not be noted");
                }
                let note = "The certificate is on record: this vault.".to_owned();
                Ok(Judgement::Trusted { note })
            }
        }
    }

    /// Puts a presented certificate on record; with `replace`, instead of every other for the address.
    pub(crate) async fn keep_certificate(
        &self,
        check: &CertificateCheck,
        replace: bool,
    ) -> Result<(), CoreError> {
        let now = self.0.clock().wall();
        let presented = Presented::of(check, now);
        let mut changes = Vec::new();
        if replace {
            let own = self.own_certificates().await?;
            let old = own.into_iter().filter(|(_, stored)| stored.host == presented.host);
            changes.extend(
                old.map(|(id, _)| Change::Delete { kind: Kind::HostKey, id: *id.as_bytes() }),
            );
        }
        let TlsCertificate { subject, issuer, names, from, until, .. } = presented.tls;
        let stored = Stored {
            host: presented.host,
            key: presented.fingerprint,
            first_seen: now,
            last_seen: now,
            times: 1,
            authority: false,
            certificate: Some(StoredCertificate { subject, issuer, names, from, until }),
        };
        changes.push(kept(HostKeyId::new(), &stored)?);
        self.apply(changes).await
    }

    /// The fingerprint on record for an address, as [`name_of`] writes it; the newest if there are several.
    pub(crate) async fn certificate_of(&self, host: &str) -> Result<Option<String>, CoreError> {
        let mut own = self.own_certificates().await?;
        own.retain(|(_, stored)| stored.host == host);
        Ok(own
            .into_iter()
            .max_by_key(|(_, stored)| stored.first_seen)
            .map(|(_, stored)| stored.key))
    }

    async fn own_certificates(&self) -> Result<Vec<(HostKeyId, Stored)>, CoreError> {
        let mut own = self.own().await?;
        own.retain(|(_, stored)| stored.certificate.is_some());
        Ok(own)
    }
}

/// How a presented certificate stands to those on record: the record that it is, or what is to be asked.
pub(super) fn among(
    own: &[(HostKeyId, Stored)],
    check: &CertificateCheck,
    now: Timestamp,
) -> Result<(HostKeyId, Stored), Box<HostKeyQuestion>> {
    let presented = Presented::of(check, now);
    let here = |stored: &Stored| stored.host == presented.host;
    let same = |stored: &Stored| stored.key == presented.fingerprint;
    if let Some(known) = own.iter().find(|(_, stored)| here(stored) && same(stored)) {
        return Ok(known.clone());
    }
    let on_record: Vec<_> = own
        .iter()
        .filter(|(_, stored)| here(stored))
        .map(|(id, stored)| stored.shown(*id))
        .collect();
    let standing =
        if on_record.is_empty() { HostKeyStanding::Unknown } else { HostKeyStanding::Changed };
    let elsewhere = own.iter().filter(|(_, stored)| same(stored) && !here(stored));
    Err(Box::new(HostKeyQuestion {
        machine: check.machine.clone(),
        standing,
        also_at: elsewhere.map(|(_, stored)| stored.host.clone()).collect(),
        host: presented.host,
        presented: PresentedKey {
            algorithm: ALGORITHM.to_owned(),
            fingerprint: presented.fingerprint,
            picture: String::new(),
            openssh: pem(&presented.der),
            tls: Some(presented.tls),
        },
        certificate: None,
        on_record,
    }))
}

struct Presented {
    host: String,
    fingerprint: String,
    der: Vec<u8>,
    tls: TlsCertificate,
}

impl Presented {
    fn of(check: &CertificateCheck, now: Timestamp) -> Self {
        // An engine hands at least one; an empty one has the fingerprint of nothing, which nobody trusts twice by chance.
        let der = check.chain.first().cloned().unwrap_or_default();
        let tls = describe(&der, &check.address, now).unwrap_or_else(|| TlsCertificate {
            subject: "unreadable".to_owned(),
            issuer: "unreadable".to_owned(),
            names: Vec::new(),
            from: Timestamp(0),
            until: Timestamp(0),
            fault: "cannot be read".to_owned(),
        });
        let fingerprint = format!("SHA256:{}", HEXLOWER.encode(&Sha256::digest(&der)));
        // A socket and a WebSocket are named whole.
        let host = match check.port {
            0 => check.address.clone(),
            port => name_of(&check.address, port),
        };
        Self { host, fingerprint, der, tls }
    }
}

impl Stored {
    /// What a certificate on record says of itself, as front ends see it.
    pub(super) fn tls(&self) -> Option<TlsCertificate> {
        self.certificate.clone().map(|StoredCertificate { subject, issuer, names, from, until }| {
            TlsCertificate { subject, issuer, names, from, until, fault: String::new() }
        })
    }
}

/// What a certificate says of itself, for a machine of this address; nothing if it cannot be read.
#[must_use]
pub fn describe(der: &[u8], address: &str, now: Timestamp) -> Option<TlsCertificate> {
    if der.len() > LARGEST {
        return None;
    }
    let certificate = Certificate::from_der(der).ok()?;
    let inner = certificate.tbs_certificate();
    let (subject, issuer) = (inner.subject().to_string(), inner.issuer().to_string());
    let (from, until) = (when(inner.validity().not_before), when(inner.validity().not_after));
    let names = names(&certificate);
    let fits = |name: &String| is_for(name, address);
    let fault = if until < now {
        "is no longer valid"
    } else if from > now {
        "is not valid yet"
    } else if !names.is_empty() && !names.iter().any(fits) {
        "is made out for other names"
    } else if subject == issuer {
        "is signed by itself, so nobody vouches for it"
    } else {
        "is signed by an issuer that this computer is not asked about"
    };
    Some(TlsCertificate {
        subject: line(&subject),
        issuer: line(&issuer),
        names,
        from,
        until,
        fault: fault.to_owned(),
    })
}

fn names(certificate: &Certificate) -> Vec<String> {
    let found = certificate.tbs_certificate().get_extension::<SubjectAltName>();
    let Ok(Some((_, SubjectAltName(names)))) = found else { return Vec::new() };
    let name = |name: &GeneralName| match name {
        GeneralName::DnsName(name) => {
            Some(line(Ia5StringRef::from(name).as_str())).filter(|name| !name.is_empty())
        }
        GeneralName::IpAddress(bytes) => match bytes.as_bytes() {
            bytes if bytes.len() == 4 => {
                <[u8; 4]>::try_from(bytes).ok().map(|v4| std::net::Ipv4Addr::from(v4).to_string())
            }
            bytes => {
                <[u8; 16]>::try_from(bytes).ok().map(|v6| std::net::Ipv6Addr::from(v6).to_string())
            }
        },
        _ => None,
    };
    names.iter().filter_map(name).take(MOST_NAMES).collect()
}

/// Whether a name of a certificate covers an address (RFC 6125 section 6.4).
fn is_for(name: &str, address: &str) -> bool {
    let (name, address) =
        (name.to_ascii_lowercase(), address.trim_end_matches('.').to_ascii_lowercase());
    match name.strip_prefix("*.") {
        Some(rest) => address.split_once('.').is_some_and(|(_, domain)| domain == rest),
        None => name == address,
    }
}

fn when(time: Time) -> Timestamp {
    Timestamp(i64::try_from(time.to_unix_duration().as_millis()).unwrap_or(i64::MAX))
}

/// One bounded line: a certificate may say anything.
fn line(text: &str) -> String {
    let plain =
        text.chars().map(|c| if c.is_control() || is_deceptive(c) { '\u{FFFD}' } else { c });
    plain.take(LONGEST).collect()
}

fn pem(der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----", lines.join("\n"))
}

#[cfg(test)]
mod tests;
