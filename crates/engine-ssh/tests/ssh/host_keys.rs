//! Host keys, judged before anything is offered.

use crate::person::{Person, fails, hop, key, run, target, works};
use patchbay_engine_ssh::{
    Credential, HostKeyHints, SshError, Target, hostkey,
    known_hosts::{self, Match},
};
use patchbay_model::{ErrorCode, Secret};
use patchbay_session::HostKeyVerdict;
use patchbay_testkit::{KeyPair, Sshd};
use std::time::SystemTime;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_offered_before_the_key_is_trusted() {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let sshd = Sshd::builder()
        .authorized_key(&pair.public)
        .option("LogLevel DEBUG2")
        .start()
        .await
        .unwrap();
    let person = Person::who_refuses(HostKeyVerdict::Refused { reason: "nobody knows it".into() });
    let error = fails(target(&sshd, vec![key(&pair)]), &person).await;
    assert_eq!(error.api_error("web-01").code, ErrorCode::HostKey);
    assert!(!sshd.log().contains("userauth-request"), "{}", sshd.log());
    let person =
        Person::who_refuses(HostKeyVerdict::NotSaved { reason: "the disk is full".into() });
    let error = fails(target(&sshd, vec![key(&pair)]), &person).await;
    assert_eq!(error.api_error("web-01").code, ErrorCode::HostKeyNotSaved);
    run(target(&sshd, vec![key(&pair)]), &Person::new(), "true").await.unwrap();
    assert!(sshd.log().contains("userauth-request"), "{}", sshd.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_key_is_seen_as_such() {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let mut sshd = Sshd::builder().authorized_key(&pair.public).start().await.unwrap();
    let known = known_hosts::parse(&sshd.known_hosts_line(), "known_hosts");
    let presented = async |sshd: &Sshd| {
        let person = Person::new();
        works(target(sshd, vec![key(&pair)]), &person).await;
        let check = person.checked.lock().unwrap()[0].clone();
        known.lookup(&check.address, check.port, &check.openssh, SystemTime::now()).unwrap()
    };
    assert!(matches!(presented(&sshd).await, Match::Known(_)));
    sshd.rotate_host_key().await.unwrap();
    assert!(matches!(presented(&sshd).await, Match::Changed(records) if records.len() == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_keys_the_one_on_record_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let rsa = KeyPair::generate(dir.path(), "rsa", &["-t", "rsa", "-b", "2048"], "").unwrap();
    let ecdsa = KeyPair::generate(dir.path(), "ecdsa", &["-t", "ecdsa", "-b", "521"], "").unwrap();
    let sshd = Sshd::builder()
        .authorized_key(&pair.public)
        .option(format!("HostKey {}", rsa.path.display()))
        .option(format!("HostKey {}", ecdsa.path.display()))
        .start()
        .await
        .unwrap();
    for expected in [&rsa, &ecdsa, sshd.host_key()] {
        let line = format!("[127.0.0.1]:{} {}", sshd.port(), expected.public);
        let mut hop = hop(&sshd, vec![key(&pair)]);
        hop.host_keys = known_hosts::parse(&line, "x").hints("127.0.0.1", sshd.port());
        let person = Person::new();
        works(Target { hops: vec![hop], ..Target::default() }, &person).await;
        let shown = person.checked.lock().unwrap()[0].openssh.clone();
        assert!(expected.public.starts_with(&shown), "{shown}");
        assert_eq!(hostkey::fingerprint(&shown).unwrap(), expected.fingerprint().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn host_certificates_are_asked_for_only_where_an_authority_is_on_record() {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let authority = KeyPair::ed25519(dir.path(), "ca").unwrap();
    for host_key in
        [&["-t", "ed25519"][..], &["-t", "rsa", "-b", "2048"], &["-t", "ecdsa", "-b", "256"]]
    {
        let sshd = Sshd::builder()
            .authorized_key(&pair.public)
            .host_authority(&authority)
            .host_key(host_key)
            .start()
            .await
            .unwrap();
        let person = Person::new();
        works(target(&sshd, vec![key(&pair)]), &person).await;
        assert!(!person.checked.lock().unwrap()[0].openssh.contains("-cert-"));

        let known = known_hosts::parse(
            &format!("@cert-authority *.0.0.1,[127.0.0.*]:* {}", authority.public),
            "x",
        );
        let mut hop = hop(&sshd, vec![key(&pair)]);
        hop.host_keys = known.hints("127.0.0.1", sshd.port());
        assert_eq!(hop.host_keys, HostKeyHints { algorithms: vec![], certificates: true });
        let person = Person::new();
        works(Target { hops: vec![hop], ..Target::default() }, &person).await;
        let shown = person.checked.lock().unwrap()[0].openssh.clone();
        assert!(shown.contains("-cert-v01@openssh.com "), "{shown}");
        let now = SystemTime::now();
        let found = known.lookup("127.0.0.1", sshd.port(), &shown, now).unwrap();
        assert!(matches!(found, Match::CaTrusted(_)), "{found:?}");
        // For a name that is not in the certificate it counts for nothing, and the bare key is unknown.
        assert_eq!(known.lookup("127.0.0.9", sshd.port(), &shown, now).unwrap(), Match::Unknown);
        assert!(sshd.host_key().public.starts_with(&hostkey::plain(&shown).unwrap()));
        assert_eq!(hostkey::fingerprint(&shown).unwrap(), sshd.host_key().fingerprint().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sha1_signatures_are_no_common_algorithm() {
    let sshd = Sshd::builder()
        .host_key(&["-t", "rsa", "-b", "2048"])
        .option("HostKeyAlgorithms ssh-rsa")
        .start()
        .await
        .unwrap();
    let any = Credential::Password(Secret::new("x".into()));
    let error = fails(target(&sshd, vec![any]), &Person::new()).await;
    let SshError::NoCommonAlgorithm { kind, theirs, ours } = &error else { panic!("{error:?}") };
    assert_eq!(
        (kind.as_str(), theirs.as_slice()),
        ("host key algorithm", &["ssh-rsa".to_owned()][..])
    );
    assert!(ours.contains(&"ssh-ed25519".to_owned()) && !ours.contains(&"ssh-rsa".to_owned()));
    assert!(
        error
            .api_error("web-01")
            .message
            .contains("It offers ssh-rsa; Patchbay offers ssh-ed25519")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_common_is_named_for_each_kind() {
    for (option, expected) in [
        ("KexAlgorithms diffie-hellman-group14-sha1", "key exchange"),
        ("Ciphers aes128-cbc", "cipher"),
        ("Ciphers aes128-ctr\nMACs hmac-sha1", "MAC"),
    ] {
        let sshd = Sshd::builder().option(option).start().await.unwrap();
        let error = fails(target(&sshd, vec![]), &Person::new()).await;
        let SshError::NoCommonAlgorithm { kind, theirs, .. } = &error else { panic!("{error:?}") };
        assert_eq!(kind, expected);
        assert!(
            theirs.len() == 1 && error.api_error("x").code == ErrorCode::NoCommonAlgorithm,
            "{theirs:?}"
        );
    }
}
