//! The server fixture, used by a client that others wrote.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use patchbay_testkit::{KeyPair, Login, Sshd, daemon::run, root_or_skip};
use std::{path::Path, process::Command};

fn ssh(sshd: &Sshd, key: &Path, command: &str) -> Result<String, patchbay_testkit::TestkitError> {
    let known = sshd.dir().join("known_hosts");
    std::fs::write(&known, sshd.known_hosts_line()).unwrap();
    run(
        Command::new("ssh")
            .args([
                "-F",
                "none",
                "-o",
                "BatchMode=yes",
                "-o",
                "IdentitiesOnly=yes",
                "-p",
                &sshd.port().to_string(),
            ])
            .arg("-o")
            .arg(format!("UserKnownHostsFile={}", known.display()))
            .arg("-i")
            .arg(key)
            .arg(format!("{}@127.0.0.1", sshd.user()))
            .arg(command),
        None,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_certificates_and_a_new_host_key() {
    let dir = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(dir.path(), "key").unwrap();
    let authority = KeyPair::ed25519(dir.path(), "ca").unwrap();
    let mut sshd = Sshd::builder()
        .authorized_key(&key.public)
        .user_authority(&authority.public)
        .banner("hello\n")
        .start()
        .await
        .unwrap();
    assert_eq!(ssh(&sshd, &key.path, "echo works").unwrap(), "works\n");

    let other = KeyPair::ed25519(dir.path(), "other").unwrap();
    assert!(ssh(&sshd, &other.path, "true").is_err());
    authority.certify(&other, &["-I", "someone", "-n", sshd.user()]).unwrap();
    assert_eq!(ssh(&sshd, &other.path, "echo certified").unwrap(), "certified\n");

    let before = (sshd.port(), sshd.host_key().public.clone());
    sshd.rotate_host_key().await.unwrap();
    assert_eq!(sshd.port(), before.0);
    assert_ne!(sshd.host_key().public, before.1);
    assert_eq!(ssh(&sshd, &key.path, "echo again").unwrap(), "again\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn throwaway_users_go_with_the_server() {
    if !root_or_skip("throwaway users") {
        return;
    }
    let sshd = Sshd::builder().login(Login::PasswordAndTotp).start().await.unwrap();
    let name = sshd.user().to_owned();
    assert_eq!(sshd.account().unwrap().totp().unwrap().len(), 6);
    assert!(std::fs::read_to_string("/etc/passwd").unwrap().contains(&name));
    drop(sshd);
    assert!(!std::fs::read_to_string("/etc/passwd").unwrap().contains(&name));
    assert!(!Path::new("/etc/pam.d").join(format!("sshd-{name}")).exists());
}
