//! The keyring module against a real Secret Service: unlocked, locked, and absent.
//!
//! Each case runs this test program again in a session of its own, with a throwaway home.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use patchbay_model::VaultId;
use patchbay_vault::{KeyringKey, VaultError, keyring};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const CASE: &str = "PATCHBAY_TEST_KEYRING";
const CHILD: &str = "child_in_a_session_of_its_own";

/// Not a test by itself: what runs inside the session that the tests below make.
#[test]
fn child_in_a_session_of_its_own() {
    let Ok(case) = std::env::var(CASE) else { return };
    let offer = keyring::probe();
    println!("\noffer: {offer:?}");
    if case != "unlocked" {
        assert!(!offer.available);
        assert!(!offer.reason.unwrap().is_empty());
        return;
    }
    assert!(offer.available && offer.reason.is_none());
    let (one, two) = (VaultId::new(), VaultId::new());
    let (key, other) = (KeyringKey::generate().unwrap(), KeyringKey::generate().unwrap());
    assert!(matches!(keyring::load(&one), Err(VaultError::KeyringEmpty)));
    keyring::store(&one, &other).unwrap();
    keyring::store(&one, &key).unwrap();
    keyring::store(&two, &other).unwrap();
    assert_eq!(keyring::load(&one).unwrap().expose_secret(), key.expose_secret());
    assert_eq!(keyring::load(&two).unwrap().expose_secret(), other.expose_secret());
    keyring::delete(&one).unwrap();
    keyring::delete(&one).unwrap();
    assert!(matches!(keyring::load(&one), Err(VaultError::KeyringEmpty)));
    keyring::load(&two).unwrap();
}

/// Runs the child after `before` in a session with a bus of its own; `None` if the tools are not installed.
fn in_a_session(case: &str, before: &str) -> Option<Output> {
    let installed = |tool: &str| {
        let found = Command::new("sh").args(["-c", &format!("command -v {tool}")]).output();
        found.is_ok_and(|found| found.status.success())
    };
    if !installed("dbus-run-session") || !installed("gnome-keyring-daemon") {
        println!("skipped: dbus-run-session and gnome-keyring-daemon are not installed");
        return None;
    }
    let home = tempfile::tempdir().unwrap();
    let script = format!(
        "{before}; \"$0\" --exact {CHILD} --nocapture; result=$?; kill $(jobs -p) 2>/dev/null; exit $result"
    );
    let output = Command::new("dbus-run-session")
        .args(["--", "bash", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env(CASE, case)
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env("XDG_DATA_HOME", home.path().join("data"))
        .env("XDG_CACHE_HOME", home.path().join("cache"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    Some(output)
}

fn passed(output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("offer: "), "the child did not run: {said}");
}

#[test]
fn an_unlocked_keyring_keeps_one_key_a_vault() {
    let unlock = "printf 'test\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null";
    if let Some(output) = in_a_session("unlocked", unlock) {
        passed(&output);
    }
}

#[test]
fn a_locked_keyring_is_not_offered_and_does_not_hang() {
    let started = Instant::now();
    let locked = "gnome-keyring-daemon --start --components=secrets >/dev/null";
    if let Some(output) = in_a_session("locked", locked) {
        passed(&output);
        assert!(started.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn without_a_session_no_keyring_is_offered_at_once() {
    let started = Instant::now();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", CHILD, "--nocapture"])
        .env(CASE, "absent")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .output()
        .unwrap();
    passed(&output);
    assert!(started.elapsed() < Duration::from_secs(10));
}
