//! The server of QEMU, which takes keys by their place.

use crate::desk::{event, open, options, shown, tell, until};
use patchbay_session::desktop::{DesktopEvent, DesktopInput, Key};
use patchbay_testkit::QemuVnc;
use std::sync::Arc;

#[tokio::test]
async fn keys_go_by_their_place() {
    let qemu = QemuVnc::start(false).await.unwrap();
    let mut desktop = open(options(qemu.port()), &Arc::default()).await.unwrap();
    event(&mut desktop, |event| matches!(event, DesktopEvent::Leds(_)).then_some(())).await;
    // A German "ö" lies where an American semicolon does, and there is a Ctrl on the right.
    let places = [(0xf6, 0x27, "semicolon"), (0xffe4, 0xe01d, "ctrl_r"), (0xff52, 0xe048, "up")];
    for (keysym, scancode, name) in places {
        for (down, number) in [(true, 1), (false, 0)] {
            tell(&desktop, DesktopInput::Key(Key { keysym, scancode, down })).await;
            let line = format!("key qcode {name}, down {number}");
            until(&mut desktop, &line, |_| qemu.log().contains(&line)).await;
        }
    }
    until(&mut desktop, "the screen", |desktop| shown(desktop).iter().any(|byte| *byte > 99)).await;
}

#[tokio::test]
async fn encryption_without_a_certificate() {
    let qemu = QemuVnc::start(true).await.unwrap();
    let mut with = options(qemu.port());
    with.allow_anonymous_plain = false;
    let mut desktop = open(with, &Arc::default()).await.unwrap();
    until(&mut desktop, "the screen", |desktop| shown(desktop).iter().any(|byte| *byte > 99)).await;
}
