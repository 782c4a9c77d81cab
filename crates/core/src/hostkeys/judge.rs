//! What a presented key is worth, given the vault's own keys and those of the files.

use super::stored::{Stored, of_file, presented};
use patchbay_engine_ssh::{
    SshError,
    known_hosts::{KnownHosts, Marker, Match, Record, name_of},
};
use patchbay_model::{
    HostKeyId, HostKeyQuestion, HostKeyRecord, HostKeyStanding, PresentedCertificate,
};
use patchbay_session::HostKeyCheck;
use std::time::SystemTime;

/// Everything that is on record.
#[derive(Debug)]
pub(super) struct Records {
    pub(super) own: Vec<(HostKeyId, Stored)>,
    pub(super) files: KnownHosts,
}

/// What becomes of a presented key.
#[derive(Debug)]
pub(super) enum Ruling {
    /// It is on record. The id is that of the vault's own record.
    Trusted { own: Option<HostKeyId>, note: String },
    /// The person has to look.
    Ask(Box<HostKeyQuestion>),
}

impl Records {
    /// All records in the form that is looked up.
    pub(super) fn known(&self) -> KnownHosts {
        let mut all = self.own_known();
        all.extend(self.files.clone());
        all
    }

    fn own_known(&self) -> KnownHosts {
        KnownHosts {
            records: self
                .own
                .iter()
                .filter(|(_, key)| key.certificate.is_none())
                .filter_map(|(_, key)| key.record().ok())
                .collect(),
            bad: Vec::new(),
        }
    }

    /// Judges a key.
    pub(super) fn judge(&self, check: &HostKeyCheck, now: SystemTime) -> Result<Ruling, SshError> {
        let all = self.known();
        let lookup =
            |known: &KnownHosts| known.lookup(&check.address, check.port, &check.openssh, now);
        let by_all = lookup(&all)?;
        if matches!(by_all, Match::Revoked(_) | Match::CaTrusted(_)) {
            return Ok(self.rule(by_all, check, &all, now));
        }
        // What was decided here counts more than a file, which may still hold a key that was replaced.
        Ok(match lookup(&self.own_known())? {
            Match::Unknown => self.rule(by_all, check, &all, now),
            Match::Changed(mut records) => {
                records.extend(others(&by_all));
                self.rule(Match::Changed(records), check, &all, now)
            }
            decided => self.rule(decided, check, &all, now),
        })
    }

    fn rule(
        &self,
        found: Match,
        check: &HostKeyCheck,
        all: &KnownHosts,
        now: SystemTime,
    ) -> Ruling {
        let (standing, records) = match found {
            Match::Known(record) => {
                let note = format!("The host key is on record: {}.", place(&record));
                return Ruling::Trusted { own: self.own_id(&record), note };
            }
            Match::CaTrusted(record) => {
                let note = format!(
                    "The host certificate is signed by an authority on record: {}.",
                    place(&record)
                );
                return Ruling::Trusted { own: self.own_id(&record), note };
            }
            Match::Changed(records) => (HostKeyStanding::Changed, records),
            Match::Revoked(record) => (HostKeyStanding::Revoked, vec![record]),
            Match::Unknown => (HostKeyStanding::Unknown, Vec::new()),
        };
        Ruling::Ask(Box::new(HostKeyQuestion {
            machine: check.machine.clone(),
            host: name_of(&check.address, check.port),
            standing,
            presented: presented(&check.openssh),
            certificate: all
                .certificate(&check.address, check.port, &check.openssh, now)
                .map(|(info, fault)| Box::new(PresentedCertificate { info, fault })),
            on_record: records.iter().map(|record| self.shown(record)).collect(),
            also_at: all.also_at(&check.address, check.port, &check.openssh),
        }))
    }

    fn own_id(&self, record: &Record) -> Option<HostKeyId> {
        self.own_of(record).map(|(id, _)| *id)
    }

    fn own_of(&self, record: &Record) -> Option<&(HostKeyId, Stored)> {
        let ours = record.line == 0;
        self.own.iter().find(|(_, key)| {
            ours && key.host == record.names
                && key.key == record.openssh
                && key.authority == (record.marker == Marker::Authority)
        })
    }

    fn shown(&self, record: &Record) -> HostKeyRecord {
        self.own_of(record).map_or_else(|| of_file(record), |(id, key)| key.shown(*id))
    }
}

/// What the files hold beside the vault's own records.
fn others(found: &Match) -> Vec<Record> {
    match found {
        Match::Changed(records) => {
            records.iter().filter(|record| record.line > 0).cloned().collect()
        }
        Match::Known(record) if record.line > 0 => vec![record.clone()],
        _ => Vec::new(),
    }
}

fn place(record: &Record) -> String {
    if record.line == 0 {
        record.source.to_lowercase()
    } else {
        format!("{}, line {}", record.source, record.line)
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::{Records, Ruling};
    use crate::hostkeys::stored::Stored;
    use patchbay_engine_ssh::known_hosts::parse;
    use patchbay_model::{HostKeyId, HostKeyQuestion, HostKeyStanding, Timestamp};
    use patchbay_session::HostKeyCheck;
    use patchbay_testkit::KeyPair;
    use std::time::SystemTime;

    /// The public halves of two keys.
    fn keys() -> [String; 2] {
        let directory = tempfile::tempdir().unwrap();
        ["a", "b"].map(|name| {
            let public = KeyPair::ed25519(directory.path(), name).unwrap().public;
            public.split(' ').take(2).collect::<Vec<_>>().join(" ")
        })
    }

    fn records(own: &[(&str, &str)], file: &str) -> Records {
        let stored = |(host, key): &(&str, &str)| Stored {
            host: (*host).to_owned(),
            key: (*key).to_owned(),
            first_seen: Timestamp(1),
            last_seen: Timestamp(2),
            times: 3,
            authority: false,
            certificate: None,
        };
        Records {
            own: own.iter().map(|one| (HostKeyId::new(), stored(one))).collect(),
            files: parse(file, "known_hosts"),
        }
    }

    fn judge(records: &Records, key: &str, port: u16) -> Ruling {
        let check = HostKeyCheck {
            machine: "The box".into(),
            address: "box".into(),
            port,
            openssh: key.to_owned(),
        };
        records.judge(&check, SystemTime::now()).unwrap()
    }

    fn asked(ruling: Ruling) -> HostKeyQuestion {
        match ruling {
            Ruling::Ask(question) => *question,
            Ruling::Trusted { note, .. } => panic!("trusted: {note}"),
        }
    }

    #[test]
    fn what_was_decided_here_counts_more_than_a_file() {
        let [old, new] = keys();
        let replaced = records(&[("box", &new)], &format!("box {old}\n"));
        assert!(matches!(judge(&replaced, &new, 22), Ruling::Trusted { own: Some(_), .. }));
        let question = asked(judge(&replaced, &old, 22));
        assert_eq!(question.standing, HostKeyStanding::Changed);
        assert_eq!(question.on_record.len(), 2, "the vault's key and the file's line are shown");
        assert_eq!(question.on_record[0].times, 3);
        assert_eq!(question.on_record[1].source, "known_hosts, line 1");
    }

    #[test]
    fn a_file_that_revokes_counts_more_than_anything() {
        let [key, _] = keys();
        let revoked = records(&[("box", &key)], &format!("@revoked * {key}\n"));
        assert_eq!(asked(judge(&revoked, &key, 22)).standing, HostKeyStanding::Revoked);
    }

    #[test]
    fn files_alone_are_enough_and_other_names_of_a_key_are_told() {
        let [key, other] = keys();
        let known = records(&[("[other]:2222", &other)], &format!("box {key}\nmirror {other}\n"));
        assert!(matches!(judge(&known, &key, 22), Ruling::Trusted { own: None, .. }));
        let question = asked(judge(&known, &other, 22));
        assert_eq!(question.standing, HostKeyStanding::Changed);
        assert_eq!(question.also_at, ["[other]:2222", "mirror"]);
        assert_eq!(asked(judge(&known, &other, 2200)).standing, HostKeyStanding::Unknown);
        assert_eq!(asked(judge(&known, &other, 2200)).host, "[box]:2200");
    }
}
