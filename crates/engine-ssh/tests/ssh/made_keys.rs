//! Keys that are made here and taken elsewhere, and certificates, as OpenSSH's own tools see them.

use patchbay_engine_ssh::{
    SshError,
    keys::{self, KeyAlgorithm},
};
use patchbay_model::Secret;
use patchbay_testkit::KeyPair;
use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

/// The public half, as `ssh-keygen -y` prints it.
fn public_half(dir: &Path, private: &Secret<String>, passphrase: &str) -> Result<String, String> {
    let path = dir.join("made");
    fs::write(&path, private.expose_secret()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let output =
        Command::new("ssh-keygen").args(["-y", "-P", passphrase, "-f"]).arg(&path).output();
    let output = output.unwrap();
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap().trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn made_keys_are_keys_to_openssh() {
    let dir = tempfile::tempdir().unwrap();
    for (algorithm, bits) in [
        (KeyAlgorithm::Ed25519, None),
        (KeyAlgorithm::EcdsaP256, Some(256)),
        (KeyAlgorithm::Rsa3072, Some(3072)),
    ] {
        let made = keys::generate(algorithm, "ops@desk", None).unwrap();
        assert_eq!(made.public_key.bits, bits);
        assert!(made.public_key.openssh.ends_with(" ops@desk"), "{:?}", made.public_key);
        let seen = public_half(dir.path(), &made.private_key, "").unwrap();
        assert_eq!(seen, made.public_key.openssh);
    }
}

#[test]
fn a_key_is_taken_elsewhere_under_its_own_passphrase() {
    let dir = tempfile::tempdir().unwrap();
    let old =
        KeyPair::generate(dir.path(), "old", &["-t", "ecdsa", "-b", "384"], "before").unwrap();
    let text = secret(&old.private);
    let missing = keys::export(&text, None, &secret("after"));
    assert_eq!(missing.unwrap_err(), SshError::KeyPassphraseNeeded);
    let taken = keys::export(&text, Some(&secret("before")), &secret("after")).unwrap();
    assert_eq!(public_half(dir.path(), &taken, "after").unwrap(), old.public);
    assert!(public_half(dir.path(), &taken, "before").is_err());
    assert!(public_half(dir.path(), &taken, "").is_err());
}

#[test]
fn a_certificate_tells_everything_it_says() {
    let dir = tempfile::tempdir().unwrap();
    let authority = KeyPair::ed25519(dir.path(), "ca").unwrap();
    let pair = KeyPair::ed25519(dir.path(), "mine").unwrap();
    let other = KeyPair::ed25519(dir.path(), "other").unwrap();
    let text = authority
        .certify(
            &pair,
            &[
                "-I",
                "ops@desk",
                "-n",
                "ops,root",
                "-z",
                "18446744073709551615",
                "-V",
                "20260101000000Z:20270101000000Z",
                "-O",
                "source-address=192.0.2.0/24",
                "-O",
                "no-x11-forwarding",
            ],
        )
        .unwrap();
    let info = keys::inspect_certificate(&text).unwrap();
    assert_eq!((info.key_id.as_str(), info.serial.as_str()), ("ops@desk", "18446744073709551615"));
    assert_eq!(info.principals, ["ops", "root"]);
    assert_eq!(info.valid_from.as_deref(), Some("2026-01-01T00:00:00Z"));
    assert_eq!(info.valid_until.as_deref(), Some("2027-01-01T00:00:00Z"));
    assert_eq!(info.authority, authority.fingerprint().unwrap());
    assert_eq!(info.key, pair.fingerprint().unwrap());
    assert_eq!(info.critical_options, ["source-address=192.0.2.0/24"]);
    assert!(info.extensions.contains(&"permit-pty".to_owned()), "{info:?}");
    assert!(!info.extensions.contains(&"permit-X11-forwarding".to_owned()), "{info:?}");

    let mine = secret(&pair.private);
    keys::check_pair(&mine, None, &text).unwrap();
    let error = keys::check_pair(&secret(&other.private), None, &text).unwrap_err();
    let said = error.api_error("x").message;
    assert!(said.contains("another key") && said.contains(&info.key), "{said}");
    let host = authority.certify(&pair, &["-h", "-I", "host", "-n", "box"]).unwrap();
    let said = keys::check_pair(&mine, None, &host).unwrap_err().api_error("x").message;
    assert!(said.contains("for a host"), "{said}");
}
