//! Passwords, and passwords with codes: PAM behind a real sshd. Needs root.

use crate::person::{Person, fails, key, password, target, works};
use patchbay_engine_ssh::SshError;
use patchbay_model::{ErrorCode, PromptKind};
use patchbay_testkit::{KeyPair, Login, Sshd, root_or_skip};

#[tokio::test(flavor = "multi_thread")]
async fn passwords() {
    if !root_or_skip("password sign-in") {
        return;
    }
    let sshd =
        Sshd::builder().login(Login::Password).option("MaxAuthTries 10").start().await.unwrap();
    let right = sshd.account().unwrap().password();
    let person = Person::new();
    works(target(&sshd, vec![password(right)]), &person).await;
    assert!(person.asked.lock().unwrap().is_empty());

    let person = Person::who_answers(&[&["wrong"], &[right]]);
    works(target(&sshd, vec![]), &person).await;
    let asked: Vec<_> = person.asked.lock().unwrap().iter().map(|a| (a.kind, a.again)).collect();
    assert_eq!(asked, [(PromptKind::Password, false), (PromptKind::Password, true)]);
    assert_eq!(person.labels()[0], format!("Password of {}", sshd.user()));

    let person = Person::who_answers(&[&["a"], &["b"], &["c"], &["d"]]);
    let error = fails(target(&sshd, vec![]), &person).await;
    assert_eq!(error.api_error("web-01").code, ErrorCode::AuthFailed);
    let asked: Vec<_> = person.asked.lock().unwrap().iter().map(|a| a.again).collect();
    assert_eq!(asked, [false, true, true]);

    let person = Person::who_answers(&[&[right]]);
    works(target(&sshd, vec![password("wrong")]), &person).await;
    assert!(person.asked.lock().unwrap()[0].again);

    assert_eq!(fails(target(&sshd, vec![]), &Person::new()).await, SshError::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn password_by_keyboard_interactive() {
    if !root_or_skip("keyboard-interactive sign-in") {
        return;
    }
    let sshd = Sshd::builder()
        .login(Login::Password)
        .option("KbdInteractiveAuthentication yes")
        .option("PasswordAuthentication no")
        .start()
        .await
        .unwrap();
    let right = sshd.account().unwrap().password();
    let person = Person::new();
    works(target(&sshd, vec![password(right)]), &person).await;
    assert!(person.asked.lock().unwrap().is_empty());

    let person = Person::who_answers(&[&["wrong"], &[right]]);
    works(target(&sshd, vec![]), &person).await;
    let asked: Vec<_> = person.asked.lock().unwrap().iter().map(|a| (a.kind, a.again)).collect();
    assert_eq!(
        asked,
        [(PromptKind::KeyboardInteractive, false), (PromptKind::KeyboardInteractive, true)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn password_and_code() {
    if !root_or_skip("password and TOTP sign-in") {
        return;
    }
    let sshd = Sshd::builder().login(Login::PasswordAndTotp).start().await.unwrap();
    let account = sshd.account().unwrap();
    let code = account.totp().unwrap();
    let person = Person::who_answers(&[&[&code]]);
    works(target(&sshd, vec![password(account.password())]), &person).await;
    let labels = person.labels();
    assert!(labels.len() == 1 && labels[0].contains("One-time password"), "{labels:?}");

    // The code was used up; a wrong one, then giving up.
    let person = Person::who_answers(&[&["000000"]]);
    let error = fails(target(&sshd, vec![password(account.password())]), &person).await;
    assert!(matches!(error, SshError::Cancelled), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_and_then_a_password() {
    if !root_or_skip("key and password sign-in") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let sshd = Sshd::builder()
        .login(Login::Password)
        .authorized_key(&pair.public)
        .option("AuthenticationMethods publickey,password publickey,keyboard-interactive")
        .start()
        .await
        .unwrap();
    let right = sshd.account().unwrap().password();
    // In whatever order they are stored.
    works(target(&sshd, vec![password(right), key(&pair)]), &Person::new()).await;
    let person = Person::who_answers(&[&[right]]);
    works(target(&sshd, vec![key(&pair)]), &person).await;
    assert!(!person.asked.lock().unwrap()[0].again);
    let error = fails(target(&sshd, vec![password(right)]), &Person::new()).await;
    assert!(matches!(&error, SshError::AuthFailed { tried, .. } if tried.is_empty()), "{error:?}");
}
