//! Authorities of hosts in a real vault, before real certificates.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::{Judgement, SOURCE};
use crate::{
    Right,
    testing::{Fixture, field},
};
use patchbay_model::{HostKeyQuestion, HostKeyStanding};
use patchbay_session::HostKeyCheck;
use patchbay_testkit::KeyPair;
use std::path::Path;

/// A host's certificate by an authority.
fn certified(dir: &Path, authority: &KeyPair, name: &str, how: &[&str]) -> (String, String) {
    let host = KeyPair::ed25519(dir, name).unwrap();
    let text = authority.certify(&host, &[&["-h", "-I", name], how].concat()).unwrap();
    let short = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    (short(text.trim()), short(&host.public))
}

async fn judge(fixture: &Fixture, address: &str, port: u16, openssh: &str) -> Judgement {
    let check = HostKeyCheck {
        machine: "The box".into(),
        address: address.into(),
        port,
        openssh: openssh.into(),
    };
    fixture.core.hostkeys().judge(&check).await.unwrap()
}

async fn asked(fixture: &Fixture, address: &str, openssh: &str) -> HostKeyQuestion {
    match judge(fixture, address, 22, openssh).await {
        Judgement::Ask(question) => *question,
        Judgement::Trusted { note } => panic!("trusted: {note}"),
    }
}

#[tokio::test]
async fn its_certificates_are_believed_for_its_hosts_only() {
    let fixture = Fixture::open().await;
    let dir = tempfile::tempdir().unwrap();
    let keys = fixture.core.hostkeys();
    let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let authority = KeyPair::ed25519(dir.path(), "ca").unwrap();
    let stranger = KeyPair::ed25519(dir.path(), "stranger").unwrap();
    let line = format!("@cert-authority *.example.net,10.0.0.? {}", authority.public);
    let record = keys.add_authority(&vault, "", &line).await.unwrap();
    assert!(record.authority && record.source == SOURCE, "{record:?}");
    assert_eq!(record.host, "*.example.net,10.0.0.?");
    assert_eq!(record.fingerprint, authority.fingerprint().unwrap());
    assert_eq!(field(keys.add_authority(&vault, "", &line).await), "publicKey");

    let (good, bare) = certified(dir.path(), &authority, "a", &["-n", "db.example.net"]);
    for port in [22, 2222] {
        assert!(matches!(
            judge(&fixture, "db.example.net", port, &good).await,
            Judgement::Trusted { .. }
        ));
        assert!(keys.hints().await.unwrap().at("db.example.net", port).certificates);
    }
    assert!(!keys.hints().await.unwrap().at("db.example.org", 22).certificates);

    let fault = |question: HostKeyQuestion| {
        assert_eq!(question.standing, HostKeyStanding::Unknown);
        assert!(question.on_record.is_empty(), "an authority is no key of the host");
        question.certificate.unwrap().fault
    };
    let other_name = asked(&fixture, "web.example.net", &good).await;
    assert_eq!(fault(other_name), "is for db.example.net and not for web.example.net");
    let when = ["-n", "db.example.net", "-V", "20200101000000Z:20200201000000Z"];
    let (late, _) = certified(dir.path(), &authority, "b", &when);
    let said = fault(asked(&fixture, "db.example.net", &late).await);
    assert_eq!(said, "expired on 2020-02-01T00:00:00Z");
    let (unknown, _) = certified(dir.path(), &stranger, "c", &["-n", "db.example.net"]);
    let said = fault(asked(&fixture, "db.example.net", &unknown).await);
    assert!(said.contains("authority that is not on record"), "{said}");
    assert_eq!(asked(&fixture, "db.example.net", &bare).await.certificate, None);

    // Replacing a host's key leaves authorities alone, and removing one ends its word.
    keys.remove(&vault, record.id.unwrap()).await.unwrap();
    asked(&fixture, "db.example.net", &good).await;
}

#[tokio::test]
async fn what_is_no_authority_is_refused() {
    let fixture = Fixture::open().await;
    let dir = tempfile::tempdir().unwrap();
    let keys = fixture.core.hostkeys();
    let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
    let authority = KeyPair::ed25519(dir.path(), "ca").unwrap();
    let (certificate, _) = certified(dir.path(), &authority, "a", &["-n", "x"]);
    for key in ["", "# nothing", "ssh-ed25519 AAAA", &certificate, &authority.private] {
        assert_eq!(field(keys.add_authority(&vault, "*", key).await), "publicKey", "{key}");
    }
    for patterns in ["", " , ", "!*.example.net", "|1|abc", "a\u{202e}b"] {
        let refused = keys.add_authority(&vault, patterns, &authority.public).await;
        assert_eq!(field(refused), "patterns", "{patterns}");
    }
}
