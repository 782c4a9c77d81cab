//! What a presented key is worth, given the vault's own keys and those of the files.

use super::stored::{Stored, of_file, presented};
use patchbay_engine_ssh::{
    SshError,
    known_hosts::{KnownHosts, Match, Record, name_of},
};
use patchbay_model::{HostKeyId, HostKeyQuestion, HostKeyRecord, HostKeyStanding};
use patchbay_session::HostKeyCheck;
use std::time::SystemTime;

/// Everything that is on record.
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
            records: self.own.iter().filter_map(|(_, key)| key.record().ok()).collect(),
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
            return Ok(self.rule(by_all, check, &all));
        }
        // What was decided here counts more than a file, which may still hold a key that was replaced.
        Ok(match lookup(&self.own_known())? {
            Match::Unknown => self.rule(by_all, check, &all),
            Match::Changed(mut records) => {
                records.extend(others(&by_all));
                self.rule(Match::Changed(records), check, &all)
            }
            decided => self.rule(decided, check, &all),
        })
    }

    fn rule(&self, found: Match, check: &HostKeyCheck, all: &KnownHosts) -> Ruling {
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
                return Ruling::Trusted { own: None, note };
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
            on_record: records.iter().map(|record| self.shown(record)).collect(),
            also_at: all.also_at(&check.address, check.port, &check.openssh),
        }))
    }

    fn own_id(&self, record: &Record) -> Option<HostKeyId> {
        self.own_of(record).map(|(id, _)| *id)
    }

    fn own_of(&self, record: &Record) -> Option<&(HostKeyId, Stored)> {
        let ours = record.line == 0;
        self.own
            .iter()
            .find(|(_, key)| ours && key.host == record.names && key.key == record.openssh)
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
