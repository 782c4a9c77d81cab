//! Private keys as text (`engine_ssh::keys`): OpenSSH's, PEM and PuTTY's, plain and encrypted.

use super::{acts, assert_message, text};
use patchbay_engine_ssh::{
    SshError, hostkey,
    keys::{Limits, inspect_within},
};
use patchbay_model::{PublicKeyInfo, Secret};

/// Of the encrypted seeds.
const PASSPHRASE: &str = "test";

/// As much as the encrypted seeds need: a file that asks for more costs time and shows nothing.
const LIMITS: Limits = Limits {
    bcrypt_rounds: 1,
    argon2_memory: 64,
    argon2_work: 128,
    pbkdf2_rounds: 16,
    scrypt_memory: 64 * 1024,
};

/// A key is described by its public half alone, with or without a passphrase it does not need, and why one is refused
/// can be shown.
pub(crate) fn run(data: &[u8]) -> bool {
    check(&text(data))
}

/// The same for text another target has put together.
pub(super) fn check(text: &str) -> bool {
    let text = Secret::new(text.to_owned());
    let without = inspect_within(&text, None, &LIMITS);
    let with = inspect_within(&text, Some(&Secret::new(PASSPHRASE.to_owned())), &LIMITS);
    match (&without, &with) {
        (Ok(info), Ok(again)) => assert_eq!(info, again, "a needless passphrase changed the key"),
        (Ok(_), Err(error)) => unreachable!("a needless passphrase did not fit: {error}"),
        (Err(_), _) => {}
    }
    if let Err(error) = &without {
        assert!(!matches!(error, SshError::KeyPassphraseWrong), "none was given");
    }
    if let Err(error) = &with {
        assert!(!matches!(error, SshError::KeyPassphraseNeeded), "one was given");
    }
    for result in [&without, &with] {
        match result {
            Ok(info) => described(info),
            Err(error) => assert_message(&error.to_string()),
        }
    }
    without.is_ok() || with.is_ok()
}

fn described(info: &PublicKeyInfo) {
    assert!(!info.openssh.contains(acts), "{info:?}");
    assert_eq!(hostkey::fingerprint(&info.openssh).ok().as_ref(), Some(&info.fingerprint));
    assert_eq!(hostkey::algorithm(&info.openssh).ok().as_ref(), Some(&info.algorithm));
    if let Some(bits) = info.bits {
        assert!((256..=8192).contains(&bits), "{info:?}");
    }
}
