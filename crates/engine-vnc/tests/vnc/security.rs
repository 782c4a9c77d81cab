//! Getting in, and not getting in.

use crate::{
    desk::{open, options, shown, until},
    person::Person,
};
use patchbay_engine_vnc::{VncError, VncOptions};
use patchbay_model::{PromptKind, Secret, Stage};
use patchbay_session::{Progress, desktop::Size};
use patchbay_testkit::{Vnc, X11vnc, root_or_skip};
use std::sync::Arc;

#[tokio::test]
async fn the_password_is_checked() {
    let vnc = Vnc::builder("VncAuth").password("s3cret!ü").start().await.unwrap();
    let mut with = options(vnc.port());
    with.allow_anonymous_plain = false;
    with.password = Some(Secret::new("s3cret!".to_owned()));
    let refused = open(with.clone(), &Arc::default()).await.unwrap_err();
    assert!(matches!(refused, VncError::AuthFailed { user: None, .. }), "{refused}");

    with.password = None;
    let person = Arc::new(Person { password: Some("s3cret!ü".to_owned()), ..Person::default() });
    let desktop = open(with.clone(), &person).await.unwrap();
    assert_eq!(desktop.screen.size(), Size::new(640, 480));
    assert_eq!(*person.asked.lock().unwrap(), [PromptKind::Password]);

    // Nobody answers.
    assert_eq!(open(with, &Arc::default()).await.unwrap_err(), VncError::Cancelled);
}

#[tokio::test]
async fn old_versions_are_spoken() {
    let vnc = Vnc::builder("None").start().await.unwrap();
    vnc.run("xsetroot", &["-solid", "red"]).unwrap();
    for version in ["3.3", "3.7"] {
        let open_to_all = ["-rfbversion", version, "-nopw"];
        let other = X11vnc::start(&vnc, &open_to_all).await.unwrap();
        let said = looked_at(version, options(other.port()), &Arc::default()).await;
        assert_eq!(said, "without a password, not encrypted");
        let with_password = ["-rfbversion", version, "-passwd", "test"];
        let other = X11vnc::start(&vnc, &with_password).await.unwrap();
        let said = looked_at(version, options(other.port()), &Arc::default()).await;
        assert_eq!(said, "VncAuth, not encrypted");
        let mut with = options(other.port());
        with.password = Some(Secret::new("wrong".to_owned()));
        let refused = open(with, &Arc::default()).await.unwrap_err();
        assert!(matches!(refused, VncError::AuthFailed { .. }), "{refused}");
    }
}

#[tokio::test]
async fn nothing_is_opened_to_everybody_without_leave() {
    let vnc = Vnc::builder("None").start().await.unwrap();
    let mut with = options(vnc.port());
    with.allow_anonymous_plain = false;
    let refused = open(with, &Arc::default()).await.unwrap_err();
    assert_eq!(refused, VncError::Unsafe { theirs: vec!["None".to_owned()] });
}

#[tokio::test]
async fn another_protocol_is_named() {
    let echo = patchbay_testkit::Telnetd::start("echo hello world; sleep 9").await.unwrap();
    let refused = open(options(echo.port()), &Arc::default()).await.unwrap_err();
    assert!(matches!(refused, VncError::NotVnc { .. }), "{refused}");
}

/// Opens a desktop and looks at it; gives what the handshake agreed on.
async fn looked_at(security: &str, with: VncOptions, person: &Arc<Person>) -> String {
    let mut desktop = open(with, person).await.unwrap();
    until(&mut desktop, "the desktop", |desktop| shown(desktop).iter().any(|byte| *byte != 0))
        .await;
    assert_eq!(desktop.screen.size(), Size::new(640, 480), "{security}");
    let progress = person.progress.lock().unwrap();
    let handshake = progress.iter().find_map(|step| match step {
        Progress::Done { stage: Stage::Handshake, detail } => Some(detail.clone()),
        _ => None,
    });
    handshake.unwrap()
}

#[tokio::test]
async fn a_certificate_is_judged_before_a_password_is_sent() {
    let vnc = Vnc::builder("X509Vnc").start().await.unwrap();
    vnc.run("xsetroot", &["-solid", "red"]).unwrap();
    let person = Arc::new(Person::default());
    let said = looked_at("X509Vnc", options(vnc.port()), &person).await;
    assert_eq!(said, "X509Vnc, TLS 1.3");
    let judged = person.judged.lock().unwrap().clone();
    assert_eq!((judged.len(), judged[0].port), (1, vnc.port()));
    let pem = std::fs::read_to_string(vnc.certificate().unwrap()).unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    assert_eq!(base64(&judged[0].chain[0]), body);

    let distrusts = Arc::new(Person { distrusts: true, ..Person::default() });
    let mut with = options(vnc.port());
    with.password = None;
    let refused = open(with, &distrusts).await.unwrap_err();
    assert_eq!(refused, VncError::CertificateRefused { reason: "Nobody knows it.".to_owned() });
    assert!(distrusts.asked.lock().unwrap().is_empty());
}

fn base64(bytes: &[u8]) -> String {
    data_encoding::BASE64.encode(bytes)
}

#[tokio::test]
async fn encryption_without_a_certificate() {
    for security in ["TLSNone", "TLSVnc"] {
        let vnc = Vnc::builder(security).start().await.unwrap();
        vnc.run("xsetroot", &["-solid", "red"]).unwrap();
        let mut with = options(vnc.port());
        with.allow_anonymous_plain = false;
        let said = looked_at(security, with, &Arc::default()).await;
        assert_eq!(said, format!("{security}, TLS 1.2 without a certificate"));
    }
}

#[tokio::test]
async fn encryption_without_a_password() {
    let vnc = Vnc::builder("X509None").start().await.unwrap();
    vnc.run("xsetroot", &["-solid", "red"]).unwrap();
    let mut with = options(vnc.port());
    with.allow_anonymous_plain = false;
    with.password = None;
    let said = looked_at("X509None", with, &Arc::default()).await;
    assert_eq!(said, "X509None, TLS 1.3");
}

#[tokio::test]
async fn accounts_of_the_system_sign_in() {
    if !root_or_skip("accounts of the system sign in to VNC") {
        return;
    }
    for (security, said) in [
        ("X509Plain", "X509Plain, TLS 1.3"),
        ("TLSPlain", "TLSPlain, TLS 1.2 without a certificate"),
        ("Plain", "Plain, not encrypted"),
    ] {
        let vnc = Vnc::builder(security).account().start().await.unwrap();
        vnc.run("xsetroot", &["-solid", "red"]).unwrap();
        let account = vnc.account().unwrap();
        let mut with = options(vnc.port());
        with.password = None;
        let person = Arc::new(Person {
            user: Some(account.name().to_owned()),
            password: Some(account.password().to_owned()),
            ..Person::default()
        });
        assert_eq!(looked_at(security, with.clone(), &person).await, said);
        assert_eq!(*person.asked.lock().unwrap(), [PromptKind::User, PromptKind::Password]);
        with.user = Some(account.name().to_owned());
        with.password = Some(Secret::new("wrong".to_owned()));
        let refused = open(with.clone(), &Arc::default()).await.unwrap_err();
        let VncError::AuthFailed { user, .. } = refused else { panic!("{refused}") };
        assert_eq!(user, with.user);
    }
    let vnc = Vnc::builder("Plain").start().await.unwrap();
    let mut with = options(vnc.port());
    with.allow_anonymous_plain = false;
    let refused = open(with, &Arc::default()).await.unwrap_err();
    assert_eq!(refused, VncError::Unsafe { theirs: vec!["Plain".to_owned()] });
}
