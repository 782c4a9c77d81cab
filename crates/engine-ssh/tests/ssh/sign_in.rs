//! Keys and certificates.

use crate::person::{Person, fails, hop, key, key_with, run, target, works};
use patchbay_engine_ssh::{SshError, Target};
use patchbay_model::{CloseReason, ErrorCode, PromptKind};
use patchbay_testkit::{KeyPair, Sshd, current_user};

#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_key() {
    let dir = tempfile::tempdir().unwrap();
    let kinds: &[&[&str]] = &[
        &["-t", "ed25519"],
        &["-t", "ecdsa", "-b", "256"],
        &["-t", "ecdsa", "-b", "384"],
        &["-t", "ecdsa", "-b", "521"],
        &["-t", "rsa", "-b", "2048"],
    ];
    let mut builder = Sshd::builder();
    let mut keys = Vec::new();
    for (number, kind) in kinds.iter().enumerate() {
        let pair = KeyPair::generate(dir.path(), &format!("k{number}"), kind, "").unwrap();
        builder = builder.authorized_key(&pair.public);
        keys.push(pair);
    }
    let sshd = builder.start().await.unwrap();
    for pair in &keys {
        works(target(&sshd, vec![key(pair)]), &Person::new()).await;
    }
    let log = sshd.log();
    assert!(log.contains("Accepted publickey") && log.contains("RSA SHA256:"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rsa_never_signs_with_sha1() {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::generate(dir.path(), "k", &["-t", "rsa", "-b", "2048"], "").unwrap();
    let sshd = |accepted: &str| {
        Sshd::builder()
            .authorized_key(&pair.public)
            .option("LogLevel DEBUG2")
            .option(format!("PubkeyAcceptedAlgorithms {accepted}"))
    };
    let modern = sshd("rsa-sha2-512,rsa-sha2-256,ssh-rsa").start().await.unwrap();
    run(target(&modern, vec![key(&pair)]), &Person::new(), "true").await.unwrap();
    assert!(modern.log().contains("querying public key rsa-sha2-512"), "{}", modern.log());
    let ancient = sshd("ssh-rsa").start().await.unwrap();
    let error = fails(target(&ancient, vec![key(&pair)]), &Person::new()).await;
    assert!(matches!(error, SshError::AuthFailed { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates() {
    let dir = tempfile::tempdir().unwrap();
    let authority = KeyPair::ed25519(dir.path(), "ca").unwrap();
    let sshd = Sshd::builder().user_authority(&authority.public).start().await.unwrap();
    let me = current_user().unwrap();
    for (number, kind) in
        [&["-t", "ed25519"][..], &["-t", "rsa", "-b", "2048"], &["-t", "ecdsa", "-b", "384"]]
            .iter()
            .enumerate()
    {
        let pair = KeyPair::generate(dir.path(), &format!("k{number}"), kind, "").unwrap();
        let certificate = authority.certify(&pair, &["-I", "someone", "-n", &me]).unwrap();
        works(target(&sshd, vec![key_with(&pair, None, Some(&certificate))]), &Person::new()).await;
        let error = fails(target(&sshd, vec![key(&pair)]), &Person::new()).await;
        assert!(matches!(error, SshError::AuthFailed { .. }), "{error:?}");
        let expired = authority
            .certify(&pair, &["-I", "late", "-n", &me, "-V", "20200101:20200102"])
            .unwrap();
        let error =
            fails(target(&sshd, vec![key_with(&pair, None, Some(&expired))]), &Person::new()).await;
        assert!(matches!(error, SshError::AuthFailed { .. }), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_for_another_key_is_said_to_be_one() {
    let dir = tempfile::tempdir().unwrap();
    let authority = KeyPair::ed25519(dir.path(), "ca").unwrap();
    let (mine, other) =
        (KeyPair::ed25519(dir.path(), "a").unwrap(), KeyPair::ed25519(dir.path(), "b").unwrap());
    let certificate = authority.certify(&other, &["-I", "other", "-n", "root"]).unwrap();
    let sshd = Sshd::builder().authorized_key(&mine.public).start().await.unwrap();
    let person = Person::new();
    // The bare key still works.
    works(target(&sshd, vec![key_with(&mine, None, Some(&certificate))]), &person).await;
    assert!(person.notes().contains("made for another key"), "{}", person.notes());
}

#[tokio::test(flavor = "multi_thread")]
async fn passphrases_are_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let pair =
        KeyPair::generate(dir.path(), "k", &["-t", "ed25519", "-a", "2"], "open sesame").unwrap();
    let sshd = Sshd::builder().authorized_key(&pair.public).start().await.unwrap();
    works(target(&sshd, vec![key_with(&pair, Some("open sesame"), None)]), &Person::new()).await;

    let person = Person::who_answers(&[&["wrong"], &["open sesame"]]);
    works(target(&sshd, vec![key(&pair)]), &person).await;
    let asked: Vec<_> = person.asked.lock().unwrap().iter().map(|a| (a.kind, a.again)).collect();
    assert_eq!(asked, [(PromptKind::KeyPassphrase, false), (PromptKind::KeyPassphrase, true)]);

    let wrong = vec![key_with(&pair, Some("wrong"), None)];
    let person = Person::new();
    assert_eq!(fails(target(&sshd, wrong.clone()), &person).await, SshError::KeyPassphraseWrong);
    let person = Person::who_answers(&[&["a"], &["b"], &["c"], &["d"]]);
    let error = fails(target(&sshd, wrong), &person).await;
    assert_eq!(error.api_error("web-01").code, ErrorCode::KeyPassphrase);
    assert_eq!(person.asked.lock().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_key_among_others_and_too_many_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let right = KeyPair::ed25519(dir.path(), "right").unwrap();
    let sshd = Sshd::builder()
        .authorized_key(&right.public)
        .option("MaxAuthTries 4")
        .start()
        .await
        .unwrap();
    let wrong: Vec<_> =
        (0..5).map(|n| key(&KeyPair::ed25519(dir.path(), &format!("wrong{n}")).unwrap())).collect();
    let mut some = wrong[..2].to_vec();
    some.push(key(&right));
    works(target(&sshd, some), &Person::new()).await;
    let error = fails(target(&sshd, wrong[..1].to_vec()), &Person::new()).await;
    assert!(
        matches!(&error, SshError::AuthFailed { tried, accepts, .. } if tried.len() == 1 && accepts == &["publickey"]),
        "{error:?}"
    );
    let error = fails(target(&sshd, wrong), &Person::new()).await;
    assert!(matches!(error, SshError::TooManyAttempts { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_keys_where_the_server_wants_two() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) =
        (KeyPair::ed25519(dir.path(), "a").unwrap(), KeyPair::ed25519(dir.path(), "b").unwrap());
    let sshd = Sshd::builder()
        .authorized_key(&a.public)
        .authorized_key(&b.public)
        .option("AuthenticationMethods publickey,publickey")
        .start()
        .await
        .unwrap();
    works(target(&sshd, vec![key(&a), key(&b)]), &Person::new()).await;
    let error = fails(target(&sshd, vec![key(&a)]), &Person::new()).await;
    assert!(matches!(error, SshError::AuthFailed { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_anything_to_offer_it_says_what_would_be_accepted() {
    let sshd = Sshd::builder().start().await.unwrap();
    let error = fails(target(&sshd, vec![]), &Person::new()).await;
    assert_eq!(
        error.api_error("web-01").message,
        format!("Nothing to sign in to web-01 with: it lets {} in by publickey only.", sshd.user())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_user_name_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let sshd = Sshd::builder().authorized_key(&pair.public).start().await.unwrap();
    let mut hop = hop(&sshd, vec![key(&pair)]);
    hop.user = None;
    let target = Target { hops: vec![hop], ..Target::default() };
    let person = Person::who_answers(&[&[" "], &[sshd.user()]]);
    works(target.clone(), &person).await;
    assert_eq!(person.asked.lock().unwrap()[0].kind, PromptKind::User);
    assert_eq!(fails(target, &Person::new()).await, SshError::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn banner_compression_and_what_was_agreed_on() {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let sshd = Sshd::builder()
        .authorized_key(&pair.public)
        .banner("Authorised people only.\n\u{1b}[31mred\u{1b}[0m\n")
        .start()
        .await
        .unwrap();
    let mut hop = hop(&sshd, vec![key(&pair)]);
    hop.compression = true;
    let person = Person::new();
    let (out, _, end) = run(
        Target { hops: vec![hop], ..Target::default() },
        &person,
        "head -c 300000 /dev/zero | tr '\\0' x",
    )
    .await
    .unwrap();
    assert_eq!((out.len(), end), (300_000, CloseReason::Exited { code: Some(0) }));
    let notes = person.notes();
    assert!(notes.contains("Banner(\"Authorised people only.\\n[31mred[0m\\n\")"), "{notes}");
    // Debian's OpenSSH has the answer to Terrapin, so it must be in force.
    assert!(notes.contains("strict key exchange") && !notes.contains("no strict"), "{notes}");
    assert!(notes.contains("SSH-2.0-OpenSSH"), "{notes}");
}
