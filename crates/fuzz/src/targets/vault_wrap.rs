//! The wrapped keys in the header of a vault file (`vault::wrap`).
//!
//! Opening a wrap by passphrase is left out: it takes a quarter of a second by design, and what it reads is read by
//! `cost_of` too.

use super::assert_message;
use patchbay_model::VaultId;
use patchbay_vault::{
    KdfCost, KeyringKey, RecoveryKey, VaultKey, check_wraps, cost_of, unwrap_by_keyring,
    unwrap_by_recovery,
};

/// The vault of the seeds.
pub(super) const VAULT: VaultId = VaultId::from_bytes([1; 16]);
/// Opens the seeds, here and in `vault_file`.
pub(super) const RECOVERY: &str = "000G-40R4-0M30-E209-185G-R38E-1W81-24GK-HHFB";
const BY_RECOVERY: &[u8] = include_bytes!("../../corpus/vault_wrap/good-recovery");
const BY_PASSPHRASE: &[u8] = include_bytes!("../../corpus/vault_wrap/good-passphrase");
const BY_KEYRING: &[u8] = include_bytes!("../../corpus/vault_wrap/good-keyring");

/// Nothing opens but what was wrapped, and no wrap asks for less work than the floor or for more than the ceiling.
pub(crate) fn run(data: &[u8]) -> bool {
    let by_recovery = RecoveryKey::parse(RECOVERY)
        .and_then(|recovery| unwrap_by_recovery(&VAULT, data, &recovery));
    assert_eq!(by_recovery.is_ok(), data == BY_RECOVERY, "by the recovery key");
    let by_keyring = KeyringKey::from_slice(&[7; 32])
        .and_then(|keyring| unwrap_by_keyring(&VAULT, data, &keyring));
    assert_eq!(by_keyring.is_ok(), data == BY_KEYRING, "by the key in the keyring");
    let _ = KeyringKey::from_slice(data);

    let cost = cost_of(data);
    if let Ok(cost) = &cost {
        let ((memory, passes, lanes), floor) = (cost.parameters(), KdfCost::FLOOR.parameters());
        assert!(memory >= floor.0 && passes >= floor.1 && lanes >= floor.2, "{cost:?}");
        assert!(memory <= 2 << 20 && passes <= 16 && lanes <= 16, "{cost:?}");
    }
    // Each wrap is of one kind, so none is in order in all three places.
    assert!(check_wraps(data, data, Some(data)).is_err());
    let random = check_wraps(BY_PASSPHRASE, data, None);
    for error in [by_recovery.err(), by_keyring.err()].into_iter().flatten() {
        assert_message(&error.to_string());
    }
    cost.is_ok() || random.is_ok()
}

/// The vault key of the seeds.
pub(super) fn seed_key() -> Option<VaultKey> {
    unwrap_by_recovery(&VAULT, BY_RECOVERY, &RecoveryKey::parse(RECOVERY).ok()?).ok()
}
