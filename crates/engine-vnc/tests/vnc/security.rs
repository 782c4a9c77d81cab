//! Getting in, and not getting in.

use crate::{
    desk::{open, options},
    person::Person,
};
use patchbay_engine_vnc::VncError;
use patchbay_model::{PromptKind, Secret};
use patchbay_session::desktop::Size;
use patchbay_testkit::Vnc;
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
