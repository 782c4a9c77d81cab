//! `known_hosts` (`engine_ssh::known_hosts`).

use super::{assert_message, text};
use patchbay_engine_ssh::known_hosts::{Marker, Match, Record, name_of, parse};
use std::time::{Duration, UNIX_EPOCH};

/// Looking up takes a walk over all records, so only these many are looked up.
const LOOKED_UP: usize = 16;

/// Every line is a record or a bad line, a record is written as it was read, and a key on record is found.
pub(crate) fn run(data: &[u8]) -> bool {
    let text = text(data);
    let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let known = parse(&text, "file");
    let said = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with('#');
    assert_eq!(known.records.len() + known.bad.len(), text.lines().filter(said).count());
    assert!(known.records.is_sorted_by(|a, b| a.line < b.line));
    assert!(known.bad.is_sorted_by(|a, b| a.line < b.line));
    for bad in &known.bad {
        assert_message(&bad.reason);
    }
    for record in known.records.iter().take(LOOKED_UP) {
        let again = Record::new(record.marker, &record.names, &record.openssh, &record.source);
        let same = again.map(|mut again| {
            again.line = record.line;
            again == *record
        });
        assert!(same.is_ok_and(|same| same), "{record:?}");
        let (host, port) = place(&record.names);
        let hints = known.hints(host, port);
        assert!(!known.also_at(host, port, &record.openssh).contains(&name_of(host, port)));
        let found = known.lookup(host, port, &record.openssh, now);
        if is_simple(host) && !record.names.contains('!') && is_key(&record.openssh) {
            match record.marker {
                Marker::Host => {
                    assert!(matches!(found, Ok(Match::Known(_) | Match::Revoked(_))), "{record:?}");
                    assert!(!hints.algorithms.is_empty());
                }
                Marker::Revoked => assert!(matches!(found, Ok(Match::Revoked(_))), "{record:?}"),
                Marker::Authority => assert!(hints.certificates),
            }
        }
    }
    !known.records.is_empty()
}

/// The first name and its port.
fn place(names: &str) -> (&str, u16) {
    let name = names.split(',').next().unwrap_or_default();
    let bracketed = name.strip_prefix('[').and_then(|rest| rest.split_once("]:"));
    match bracketed.and_then(|(host, port)| Some((host, port.parse().ok()?))) {
        // As `name_of` writes it, and no other way.
        Some((host, port)) if name_of(host, port) == name.to_lowercase() => (host, port),
        _ => (name, 22),
    }
}

/// Neither hashed nor with wildcards.
fn is_simple(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
}

/// A certificate is judged by the key inside it.
fn is_key(openssh: &str) -> bool {
    openssh.split(' ').next().is_some_and(|name| !name.ends_with("-cert-v01@openssh.com"))
}
