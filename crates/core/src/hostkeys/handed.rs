//! Host keys that a team server has handed out with a way to a machine of its own.
//!
//! They count for that way in place of what is on record in this vault and on this computer, and are never kept here: the machine is
//! the server's, and so is the word about whom it is known by. Nor is anything asked of this vault about it.

use super::{
    HostKeys, Judgement, certificate,
    judge::{Records, Ruling},
    stored::{Stored, StoredCertificate},
};
use crate::CoreError;
use patchbay_engine_ssh::{
    HostKeyHints,
    known_hosts::{KnownHosts, Marker, Record, name_of},
};
use patchbay_model::{DirectKey, HostKeyId, Timestamp, TlsCertificate};
use patchbay_session::{CertificateCheck, HostKeyCheck};
use std::time::SystemTime;

/// What these keys are said to come from.
const SOURCE: &str = "The team server";

/// What a team server knows machines by.
#[derive(Debug)]
pub(crate) struct HandedKeys {
    keys: Records,
    certificates: Vec<(HostKeyId, Stored)>,
}

impl HandedKeys {
    /// Of what was handed out. A key that cannot be read is nobody's.
    pub(crate) fn new(keys: Vec<DirectKey>) -> Self {
        let mut known = KnownHosts::default();
        let mut certificates = Vec::new();
        for DirectKey { host, key, authority, tls } in keys {
            if let Some(tls) = tls {
                certificates.push((HostKeyId::new(), certificate_of(host, key, tls)));
                continue;
            }
            let marker = if authority { Marker::Authority } else { Marker::Host };
            known.records.extend(Record::new(marker, &host, &key, SOURCE));
        }
        Self { keys: Records { own: Vec::new(), files: known }, certificates }
    }

    /// Which kinds of key to prefer at an address.
    pub(crate) fn hints(&self, address: &str, port: u16) -> HostKeyHints {
        self.keys.files.hints(address, port)
    }

    /// Judges a presented key.
    pub(crate) fn judge(&self, check: &HostKeyCheck) -> Result<Judgement, CoreError> {
        let ruling = self.keys.judge(check, SystemTime::now());
        match ruling.map_err(|error| CoreError::Api(Box::new(error.api_error(&check.machine))))? {
            Ruling::Trusted { note, .. } => Ok(Judgement::Trusted { note }),
            Ruling::Ask(question) => Ok(Judgement::Ask(question)),
        }
    }

    /// Judges a presented certificate.
    pub(crate) fn judge_certificate(&self, check: &CertificateCheck, now: Timestamp) -> Judgement {
        match certificate::among(&self.certificates, check, now) {
            Ok(_) => Judgement::Trusted {
                note: "The certificate is on record: the team server.".to_owned(),
            },
            Err(mut question) => {
                for record in &mut question.on_record {
                    (record.id, record.source) = (None, SOURCE.to_owned());
                    (record.first_seen, record.last_seen) = (None, None);
                }
                Judgement::Ask(question)
            }
        }
    }
}

fn certificate_of(host: String, key: String, tls: TlsCertificate) -> Stored {
    let TlsCertificate { subject, issuer, names, from, until, .. } = tls;
    Stored {
        host,
        key,
        first_seen: Timestamp(0),
        last_seen: Timestamp(0),
        times: 0,
        authority: false,
        certificate: Some(StoredCertificate { subject, issuer, names, from, until }),
    }
}

impl HostKeys<'_> {
    /// What is on record for these addresses, to be handed out; nothing else of what is on record here.
    pub(crate) async fn of_addresses(
        &self,
        addresses: &[(String, u16)],
    ) -> Result<Vec<DirectKey>, CoreError> {
        let own = self.own().await?;
        let wanted = own.into_iter().map(|(_, stored)| stored).filter(|stored| {
            addresses.iter().any(|(address, port)| concerns(stored, address, *port))
        });
        let handed = |stored: Stored| DirectKey {
            tls: stored.tls(),
            host: stored.host,
            key: stored.key,
            authority: stored.authority,
        };
        Ok(wanted.map(handed).collect())
    }
}

/// Whether a record says something about an address. One for port 22 says something about other ports as well, as OpenSSH has it.
fn concerns(stored: &Stored, address: &str, port: u16) -> bool {
    if stored.certificate.is_some() {
        return stored.host == address || stored.host == name_of(address, port);
    }
    let Ok(record) = stored.record() else { return false };
    let known = KnownHosts { records: vec![record], bad: Vec::new() };
    [port, 22].iter().any(|port| known.hints(address, *port) != HostKeyHints::default())
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use patchbay_model::HostKeyStanding;
    use patchbay_testkit::KeyPair;

    fn key(name: &str) -> String {
        let directory = tempfile::tempdir().unwrap();
        let public = KeyPair::ed25519(directory.path(), name).unwrap().public;
        public.split(' ').take(2).collect::<Vec<_>>().join(" ")
    }

    fn handed(host: &str, key: &str) -> DirectKey {
        DirectKey { host: host.into(), key: key.into(), authority: false, tls: None }
    }

    fn check(address: &str, key: &str) -> HostKeyCheck {
        HostKeyCheck {
            machine: "The box".into(),
            address: address.into(),
            port: 22,
            openssh: key.into(),
        }
    }

    #[test]
    fn what_the_server_trusts_is_trusted_and_the_rest_is_asked_about() {
        let (known, other) = (key("known"), key("other"));
        let keys = HandedKeys::new(vec![handed("box", &known), handed("box", "no key at all")]);
        assert_eq!(keys.hints("box", 22).algorithms, ["ssh-ed25519"]);
        let judged = |address, key| keys.judge(&check(address, key)).unwrap();
        match judged("box", &known) {
            Judgement::Trusted { note } => assert!(note.ends_with("the team server."), "{note}"),
            Judgement::Ask(question) => panic!("{question:?}"),
        }
        let Judgement::Ask(changed) = judged("box", &other) else { panic!("it is another one") };
        assert_eq!(changed.standing, HostKeyStanding::Changed);
        let source = changed.on_record.first().map(|record| record.source.as_str());
        assert_eq!(source, Some("The team server"));
        let Judgement::Ask(unknown) = judged("elsewhere", &known) else { panic!("not known") };
        assert_eq!(unknown.standing, HostKeyStanding::Unknown);
    }

    #[test]
    fn only_what_concerns_the_way_is_handed_out() {
        let stored = |host: &str, authority: bool| Stored {
            host: host.into(),
            key: key("any"),
            first_seen: Timestamp(0),
            last_seen: Timestamp(0),
            times: 0,
            authority,
            certificate: None,
        };
        assert!(concerns(&stored("box", false), "box", 22));
        assert!(concerns(&stored("box", false), "box", 2222), "as OpenSSH has it");
        assert!(concerns(&stored("[box]:2222", false), "box", 2222));
        assert!(concerns(&stored("*.lab", true), "db.lab", 22));
        assert!(!concerns(&stored("[box]:2222", false), "box", 22));
        assert!(!concerns(&stored("other", false), "box", 22));
        assert!(!concerns(&stored("*.lab", true), "db.office", 22));
    }
}
