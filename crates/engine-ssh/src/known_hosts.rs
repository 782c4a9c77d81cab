//! Host keys on record in the format of OpenSSH's `known_hosts` (sshd(8)): hashed and wildcard names, `[host]:port`,
//! `@revoked`, `@cert-authority`.
//!
//! Reading never fails: a bad line is reported and skipped, as one bad line must not make every host unknown.
//! Deliberately absent: files and writing. The caller reads the files, and the vault keeps its own records.

mod authority;
mod lookup;
mod names;

use crate::{HostKeyHints, SshError, hostkey::Blob};
use names::Names;

pub use lookup::Match;

/// What a line says of its key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Marker {
    /// It is the host's.
    Host,
    /// It signs certificates of hosts.
    Authority,
    /// It must never be trusted again.
    Revoked,
}

/// One line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// What it says of its key.
    pub marker: Marker,
    /// The names, as written.
    pub names: String,
    /// The key as `algorithm base64`.
    pub openssh: String,
    /// Where it is written: a path, or "This vault".
    pub source: String,
    /// The line, from 1; 0 if it was not read from a file.
    pub line: u32,
    pattern: Names,
    key: Blob,
}

impl Record {
    /// A record that was not read from a file. `names` is as in `known_hosts`: `host` or `[host]:port`.
    ///
    /// # Errors
    /// When the key is no key.
    pub fn new(marker: Marker, names: &str, openssh: &str, source: &str) -> Result<Self, SshError> {
        let key = Blob::parse(openssh)?;
        Ok(Self {
            marker,
            names: names.to_owned(),
            openssh: key.openssh(),
            source: source.to_owned(),
            line: 0,
            pattern: Names::parse(names),
            key,
        })
    }

    /// Whether its names are hashed, so that they cannot be shown.
    #[must_use]
    pub fn hashed(&self) -> bool {
        self.names.starts_with('|')
    }
}

/// A line that is not understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadLine {
    /// The file.
    pub source: String,
    /// The line, from 1.
    pub line: u32,
    /// Why.
    pub reason: String,
}

/// All that is on record.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct KnownHosts {
    /// The lines that were understood.
    pub records: Vec<Record>,
    /// The lines that were not.
    pub bad: Vec<BadLine>,
}

impl KnownHosts {
    /// Adds what another place holds.
    pub fn extend(&mut self, other: Self) {
        self.records.extend(other.records);
        self.bad.extend(other.bad);
    }

    /// What a hop should prefer, see [`HostKeyHints`].
    #[must_use]
    pub fn hints(&self, host: &str, port: u16) -> HostKeyHints {
        let mut hints = HostKeyHints::default();
        for record in self.at(host, port) {
            match record.marker {
                Marker::Host if !hints.algorithms.contains(&record.key.algorithm) => {
                    hints.algorithms.push(record.key.algorithm.clone());
                }
                Marker::Authority => hints.certificates = true,
                Marker::Host | Marker::Revoked => {}
            }
        }
        hints
    }

    /// Names other than this address that have this very key on record; hashed names are left out.
    #[must_use]
    pub fn also_at(&self, host: &str, port: u16, openssh: &str) -> Vec<String> {
        let Ok(key) = crate::hostkey::plain(openssh).and_then(|line| Blob::parse(&line)) else {
            return Vec::new();
        };
        let here = name_of(host, port);
        let mut names = Vec::new();
        for record in
            self.records.iter().filter(|r| r.marker == Marker::Host && r.key == key && !r.hashed())
        {
            for name in record.names.split(',').filter(|n| !n.is_empty() && *n != here) {
                if !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
        }
        names
    }

    /// What concerns an address. An authority named without a port counts for every port, as OpenSSH has it.
    fn at<'a>(&'a self, host: &str, port: u16) -> impl Iterator<Item = &'a Record> {
        let name = name_of(host, port);
        let host = name_of(host, 22);
        self.records.iter().filter(move |record| {
            record.pattern.matches(&name)
                || record.marker == Marker::Authority && record.pattern.matches(&host)
        })
    }
}

/// How `known_hosts` names an address: `host`, or `[host]:port` for a port other than 22.
#[must_use]
pub fn name_of(host: &str, port: u16) -> String {
    let host = host.trim_start_matches('[').trim_end_matches(']').to_lowercase();
    if port == 22 { host } else { format!("[{host}]:{port}") }
}

/// Reads a file's text. `source` is its path, for messages.
#[must_use]
pub fn parse(text: &str, source: &str) -> KnownHosts {
    let mut known = KnownHosts::default();
    for (number, line) in (1u32..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match read_line(line, source) {
            Ok(mut record) => {
                record.line = number;
                known.records.push(record);
            }
            Err(reason) => {
                known.bad.push(BadLine { source: source.to_owned(), line: number, reason })
            }
        }
    }
    known
}

fn read_line(line: &str, source: &str) -> Result<Record, String> {
    let (marker, rest) = match line.strip_prefix('@') {
        None => (Marker::Host, line),
        Some(marked) => match marked.split_once(|c: char| c.is_ascii_whitespace()) {
            Some(("cert-authority", rest)) => (Marker::Authority, rest),
            Some(("revoked", rest)) => (Marker::Revoked, rest),
            _ => return Err("an unknown marker".into()),
        },
    };
    let Some((names, key)) = rest.trim_start().split_once(|c: char| c.is_ascii_whitespace()) else {
        return Err("no key".into());
    };
    Record::new(marker, names, key, source).map_err(|e| match e {
        SshError::KeyUnreadable { reason } => reason,
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests;
