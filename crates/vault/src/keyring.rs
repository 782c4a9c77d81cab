//! The OS keyring: Secret Service, Keychain or Credential Manager, holding one 32-byte key a vault.
//!
//! Every call blocks, for at most the time-out: run it where blocking is allowed. The keyring may be waiting for a person
//! in a dialog of its own, so a call that ran out of time goes on in a thread of its own until the keyring answers.

use crate::{KeyringKey, VaultError, random};
use ::keyring::{Entry, Error};
use data_encoding::HEXLOWER;
use patchbay_model::{KeyringOffer, VaultId};
use std::{sync::mpsc, thread, time::Duration};
use zeroize::Zeroizing;

const SERVICE: &str = "Patchbay vault";
/// Nobody has asked for anything yet: a keyring that wants a dialog first is not offered.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);
/// A person may have to unlock the keyring in its own dialog.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Whether the keyring works, found out by a write, a read and a delete.
///
/// Asking it is not enough: a locked Secret Service says yes and then refuses the write.
#[must_use]
pub fn probe() -> KeyringOffer {
    let reason = within(PROBE_TIMEOUT, round_trip).err().map(|e| e.to_string());
    KeyringOffer { available: reason.is_none(), reason }
}

/// Keeps the key of a vault.
pub fn store(vault: &VaultId, key: &KeyringKey) -> Result<(), VaultError> {
    let (user, key) = (vault.to_string(), key.clone());
    within(TIMEOUT, move || {
        let entry = entry(&user)?;
        entry.set_secret(key.expose_secret()).map_err(refused)?;
        // Read back: a keyring that says yes and keeps nothing would lock the person out of the short way.
        let kept = Zeroizing::new(entry.get_secret().map_err(refused)?);
        if kept.as_slice() == key.expose_secret() {
            Ok(())
        } else {
            Err(VaultError::Keyring("it did not keep what it was given".to_owned()))
        }
    })
}

/// The key of a vault.
pub fn load(vault: &VaultId) -> Result<KeyringKey, VaultError> {
    let user = vault.to_string();
    within(TIMEOUT, move || {
        let kept = Zeroizing::new(entry(&user)?.get_secret().map_err(refused)?);
        KeyringKey::from_slice(&kept)
    })
}

/// Forgets the key of a vault. That there is none is no error.
pub fn delete(vault: &VaultId) -> Result<(), VaultError> {
    let user = vault.to_string();
    within(TIMEOUT, move || match entry(&user)?.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(other) => Err(refused(other)),
    })
}

fn round_trip() -> Result<(), VaultError> {
    let user = format!("probe {}", HEXLOWER.encode(&random::array::<8>()?));
    let written = random::array::<32>()?;
    let entry = entry(&user)?;
    entry.set_secret(&written).map_err(refused)?;
    let read = entry.get_secret().map_err(refused);
    entry.delete_credential().map_err(refused)?;
    if read? == written {
        Ok(())
    } else {
        Err(VaultError::Keyring("it did not keep what it was given".to_owned()))
    }
}

fn entry(user: &str) -> Result<Entry, VaultError> {
    if let Err(problem) = Entry::store_status() {
        return Err(VaultError::Keyring(plain(problem)));
    }
    Entry::new(SERVICE, user).map_err(refused)
}

fn refused(problem: Error) -> VaultError {
    match problem {
        Error::NoEntry => VaultError::KeyringEmpty,
        other => VaultError::Keyring(plain(&other)),
    }
}

/// Never the error's own data: some of it quotes what was stored.
fn plain(problem: &Error) -> String {
    match problem {
        Error::NoStorageAccess(_) => "it is locked".to_owned(),
        Error::PlatformFailure(cause) => format!("there is none that can be reached ({cause})"),
        Error::NoDefaultStore => "there is none on this computer".to_owned(),
        Error::Ambiguous(_) => "it holds several keys for this vault".to_owned(),
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => {
            "what it holds cannot be read".to_owned()
        }
        other => other.to_string(),
    }
}

/// Runs a blocking call, and stops waiting for it after a while.
fn within<T: Send + 'static>(
    limit: Duration,
    call: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::Builder::new()
        .name("keyring".to_owned())
        .spawn(move || {
            // Nobody listens any more if it took too long.
            let _ = sender.send(call());
        })
        .map_err(|e| VaultError::Keyring(e.to_string()))?;
    receiver.recv_timeout(limit).unwrap_or_else(|gone| match gone {
        mpsc::RecvTimeoutError::Timeout => {
            Err(VaultError::KeyringTimeout { seconds: limit.as_secs() })
        }
        mpsc::RecvTimeoutError::Disconnected => Err(VaultError::Keyring("it broke off".to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyring_that_hangs_is_given_up() {
        let (_keep, never) = mpsc::channel::<()>();
        let hung = within(Duration::from_millis(20), move || {
            let _ = never.recv();
            Ok(())
        });
        assert!(matches!(hung, Err(VaultError::KeyringTimeout { .. })));
    }
}
