//! Old devices: servers that know nothing better than what the switch for them adds.

use crate::person::{Person, fails, hop, key, works};
use patchbay_engine_ssh::{Credential, Hop, SshError, Target};
use patchbay_testkit::{KeyPair, Sshd};

fn legacy(sshd: &Sshd, credentials: Vec<Credential>) -> Target {
    let hop = Hop { legacy_algorithms: true, ..hop(sshd, credentials) };
    Target { hops: vec![hop], ..Target::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_device_is_reached_with_the_switch_and_only_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::generate(dir.path(), "rsa", &["-t", "rsa", "-b", "2048"], "").unwrap();
    for (kex, cipher, mac) in [
        ("diffie-hellman-group14-sha1", "aes128-cbc", "hmac-sha1"),
        ("diffie-hellman-group1-sha1", "aes192-cbc", "hmac-sha1-etm@openssh.com"),
        ("diffie-hellman-group-exchange-sha1", "3des-cbc", "hmac-sha1"),
        ("diffie-hellman-group14-sha1", "aes256-cbc", "hmac-sha1"),
    ] {
        let sshd = Sshd::builder()
            .authorized_key(&pair.public)
            .host_key(&["-t", "rsa", "-b", "2048"])
            .option(format!("KexAlgorithms {kex}"))
            .option(format!("Ciphers {cipher}"))
            .option(format!("MACs {mac}"))
            .option("HostKeyAlgorithms ssh-rsa")
            .option("PubkeyAcceptedAlgorithms ssh-rsa")
            .start()
            .await
            .unwrap();
        let person = Person::new();
        works(legacy(&sshd, vec![key(&pair)]), &person).await;
        assert!(person.notes().contains(&format!("Agreed on {kex}")), "{}", person.notes());
        let safe = Target { hops: vec![hop(&sshd, vec![key(&pair)])], ..Target::default() };
        let error = fails(safe, &Person::new()).await;
        assert!(matches!(error, SshError::NoCommonAlgorithm { .. }), "{error:?}");
        let said = error.api_error("web-01");
        assert_eq!(said.field.as_deref(), Some("legacyAlgorithms"), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_switch_a_server_that_knows_better_takes_better() {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let sshd = Sshd::builder().authorized_key(&pair.public).start().await.unwrap();
    let person = Person::new();
    works(legacy(&sshd, vec![key(&pair)]), &person).await;
    let notes = person.notes();
    assert!(!notes.contains("sha1") && !notes.contains("cbc"), "{notes}");
    assert!(notes.contains("chacha20-poly1305"), "{notes}");
}
