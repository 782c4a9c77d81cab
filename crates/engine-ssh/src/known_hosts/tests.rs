#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::{KnownHosts, Marker, Match, Record, name_of, parse};
use proptest::prelude::*;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const A: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK2pr+Bfus1hvPof4Wb/plZCzSbqadHH0u+/f4ODtKnE";
const B: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILagOJFgwaMNhBWQINinKOXmqS4Gh5NgxgriXwdOoINJ";
const C: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBMxBTpMIGvo7CnordO7wP0QQRqpBwUjOLl4eMhfucfE1sjTYyK5wmTl1UqoSDS1PtRVTBdl+0+9pquFb46U7fwg=";

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn found(text: &str, host: &str, port: u16, key: &str) -> Match {
    let known = parse(text, "known_hosts");
    assert_eq!(known.bad, []);
    known.lookup(host, port, key, now()).unwrap()
}

#[test]
fn known_changed_unknown() {
    let text = format!("# a comment\n\nweb-01,10.0.0.1 {A} root@web-01\n");
    assert!(matches!(found(&text, "web-01", 22, A), Match::Known(record) if record.line == 3));
    assert!(matches!(found(&text, "WEB-01", 22, A), Match::Known(_)));
    assert!(matches!(found(&text, "10.0.0.1", 22, A), Match::Known(_)));
    assert!(matches!(found(&text, "web-01", 22, B), Match::Changed(records) if records.len() == 1));
    // A key of another kind is a change too: an impostor could otherwise pass for "new" by lacking the known kind.
    assert!(matches!(found(&text, "web-01", 22, C), Match::Changed(_)));
    assert_eq!(found(&text, "web-02", 22, A), Match::Unknown);
    assert!(parse(&text, "x").lookup("web-01", 22, "no key", now()).is_err());
}

#[test]
fn ports() {
    let text = format!("[web-01]:2222 {A}\nweb-01 {B}\n");
    assert!(matches!(found(&text, "web-01", 2222, A), Match::Known(_)));
    assert!(matches!(found(&text, "web-01", 2222, B), Match::Changed(_)));
    assert!(matches!(found(&text, "web-01", 22, B), Match::Known(_)));
    // The key of port 22 is good for another port, and a different one is no proof of a change.
    assert!(matches!(found(&text, "web-01", 2022, B), Match::Known(_)));
    assert_eq!(found(&text, "web-01", 2022, A), Match::Unknown);
    assert_eq!(name_of("[FE80::1]", 22), "fe80::1");
    assert_eq!(name_of("fe80::1", 2222), "[fe80::1]:2222");
}

#[test]
fn wildcards_and_negation() {
    let text = format!("*.example.com,!bad.example.com,192.168.?.1 {A}\n");
    assert!(matches!(found(&text, "a.example.com", 22, A), Match::Known(_)));
    assert!(matches!(found(&text, "192.168.7.1", 22, A), Match::Known(_)));
    assert_eq!(found(&text, "bad.example.com", 22, A), Match::Unknown);
    assert_eq!(found(&text, "example.com", 22, A), Match::Unknown);
}

#[test]
fn hashed_names() {
    // Made by `ssh-keygen -H` from "web-01" and "[web-01]:2222".
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("known");
    std::fs::write(&file, format!("web-01 {A}\n[web-01]:2222 {B}\n")).unwrap();
    let status = std::process::Command::new("ssh-keygen")
        .args(["-q", "-H", "-f"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(status.status.success());
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("web-01") && text.starts_with("|1|"), "{text}");
    assert!(matches!(found(&text, "web-01", 22, A), Match::Known(record) if record.hashed()));
    assert!(matches!(found(&text, "web-01", 2222, B), Match::Known(_)));
    assert!(matches!(found(&text, "web-01", 22, B), Match::Changed(_)));
    assert_eq!(found(&text, "web-02", 22, A), Match::Unknown);
    assert_eq!(parse(&text, "x").also_at("other", 22, A), Vec::<String>::new());
}

#[test]
fn revoked_keys_win() {
    let text = format!("web-01 {A}\n@revoked * {A}\n");
    assert!(
        matches!(found(&text, "web-01", 22, A), Match::Revoked(record) if record.marker == Marker::Revoked)
    );
    assert!(matches!(found(&text, "other", 2222, A), Match::Revoked(_)));
    assert_eq!(found(&text, "other", 22, B), Match::Unknown);
}

#[test]
fn an_authority_is_no_host_key() {
    let text = format!("@cert-authority *.example.com {A}\n");
    assert_eq!(found(&text, "a.example.com", 22, A), Match::Unknown);
    let known = parse(&text, "x");
    assert!(known.hints("a.example.com", 22).certificates);
    assert!(!known.hints("a.example.org", 22).certificates);
}

#[test]
fn hints_and_other_names() {
    let text = format!("web-01 {A}\nweb-01 {C}\nweb-02,[web-03]:22 {A}\n@revoked web-01 {B}\n");
    let known = parse(&text, "x");
    assert_eq!(known.hints("web-01", 22).algorithms, ["ssh-ed25519", "ecdsa-sha2-nistp256"]);
    assert_eq!(known.also_at("web-01", 22, A), ["web-02", "[web-03]:22"]);
    assert!(matches!(known.lookup("web-01", 22, C, now()).unwrap(), Match::Known(_)));
}

#[test]
fn bad_lines_are_reported_and_skipped() {
    let text = format!(
        "web-01\n@unknown x {A}\nweb-01 ssh-ed25519 !!!\nweb-01 ssh-rsa {}\n|1|bad|hash {A}\nweb-01 {A}\n@revoked\n",
        A.split(' ').nth(1).unwrap()
    );
    let known = parse(&text, "/home/me/.ssh/known_hosts");
    assert_eq!(known.bad.iter().map(|b| b.line).collect::<Vec<_>>(), [1, 2, 3, 4, 7]);
    assert!(
        matches!(known.lookup("web-01", 22, A, now()).unwrap(), Match::Known(record) if record.line == 6)
    );
}

#[test]
fn records_of_the_vault_are_looked_up_alike() {
    let mut known = KnownHosts::default();
    known.records.push(Record::new(Marker::Host, "[web-01]:2222", A, "This vault").unwrap());
    known.extend(parse(&format!("web-02 {B}"), "file"));
    assert!(
        matches!(known.lookup("web-01", 2222, A, now()).unwrap(), Match::Known(r) if r.source == "This vault")
    );
    assert!(Record::new(Marker::Host, "x", "nonsense", "y").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_is_survived(text in "[ -~\n\t|@*!,]{0,300}", host in ".{0,40}") {
        let known = parse(&text, "x");
        let _ = known.lookup(&host, 22, A, now());
        let _ = known.hints(&host, 2222);
    }

    #[test]
    fn any_names_are_survived(names in "[a-c*?!,\\[\\]:|1=/]{1,60}", host in "[a-c]{0,30}") {
        let known = parse(&format!("{names} {A}"), "x");
        let _ = known.lookup(&host, 22, A, now());
        let _ = known.also_at(&host, 22, A);
    }

    #[test]
    fn any_key_is_survived(kind in "[a-z0-9@.-]{1,40}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let line = format!("{kind} {}", data_encoding::BASE64.encode(&bytes));
        let known = parse(&format!("web-01 {line}"), "x");
        let _ = known.lookup("web-01", 22, &line, now());
        let mut named = u32::try_from(kind.len()).unwrap().to_be_bytes().to_vec();
        named.extend_from_slice(kind.as_bytes());
        named.extend_from_slice(&bytes);
        let line = format!("{kind} {}", data_encoding::BASE64.encode(&named));
        let _ = crate::hostkey::picture(&line);
        let _ = known.lookup("web-01", 22, &line, now());
    }
}
