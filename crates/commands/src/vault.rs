//! Opening, locking and keeping the vault.

use crate::framework::{NoArgs, not_yet};
use patchbay_core::Ctx;
use patchbay_model::{ApiError, KeyringOffer, PassphraseStrength, Secret, VaultStatus};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A recovery key, to be written down.
#[derive(Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecoveryKeyText {
    /// In groups of four.
    pub(crate) recovery_key: String,
}

/// Where to write the recovery key.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SaveRecoveryKey {
    /// The file; it must not be there yet.
    pub(crate) path: String,
}

/// A passphrase to judge.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PassphraseToJudge {
    /// The passphrase.
    pub(crate) passphrase: Secret<String>,
}

/// A vault to create.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VaultCreate {
    /// The file; without one the usual place.
    pub(crate) path: Option<String>,
    /// Opens it from then on.
    pub(crate) passphrase: Secret<String>,
}

/// A vault to switch to.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VaultChoose {
    /// The file.
    pub(crate) path: String,
}

/// What opens the vault.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VaultUnlock {
    /// The passphrase.
    pub(crate) passphrase: Secret<String>,
}

/// What opens a vault whose passphrase is lost.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VaultRecover {
    /// The recovery key, as it was written down.
    pub(crate) recovery_key: Secret<String>,
    /// Opens the vault from then on.
    pub(crate) new_passphrase: Secret<String>,
}

/// How to lock.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VaultLock {
    /// Also end everything that is running.
    pub(crate) close_sessions: bool,
}

/// A change of the passphrase.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VaultChangePassphrase {
    /// The present one.
    pub(crate) current: Secret<String>,
    /// The one from then on.
    pub(crate) new: Secret<String>,
}

/// Proof that the person knows the passphrase.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PassphraseAgain {
    /// The passphrase.
    pub(crate) passphrase: Secret<String>,
}

/// Where to write a copy.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VaultBackup {
    /// The file; it must not be there yet.
    pub(crate) path: String,
}

/// A copy to put back.
#[derive(Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VaultRestore {
    /// The copy.
    pub(crate) from: String,
    /// The vault file; without one the chosen vault.
    pub(crate) to: Option<String>,
}

pub(crate) async fn status(_ctx: Ctx, _: NoArgs) -> Result<VaultStatus, ApiError> {
    Err(not_yet())
}

pub(crate) async fn propose_recovery_key(
    _ctx: Ctx,
    _: NoArgs,
) -> Result<RecoveryKeyText, ApiError> {
    Err(not_yet())
}

pub(crate) async fn save_recovery_key(_ctx: Ctx, _: SaveRecoveryKey) -> Result<(), ApiError> {
    Err(not_yet())
}

pub(crate) async fn passphrase_strength(
    _ctx: Ctx,
    _: PassphraseToJudge,
) -> Result<PassphraseStrength, ApiError> {
    Err(not_yet())
}

pub(crate) async fn create(_ctx: Ctx, _: VaultCreate) -> Result<VaultStatus, ApiError> {
    Err(not_yet())
}

pub(crate) async fn choose(_ctx: Ctx, _: VaultChoose) -> Result<VaultStatus, ApiError> {
    Err(not_yet())
}

pub(crate) async fn unlock(_ctx: Ctx, _: VaultUnlock) -> Result<VaultStatus, ApiError> {
    Err(not_yet())
}

pub(crate) async fn unlock_keyring(_ctx: Ctx, _: NoArgs) -> Result<VaultStatus, ApiError> {
    Err(not_yet())
}

pub(crate) async fn recover(_ctx: Ctx, _: VaultRecover) -> Result<VaultStatus, ApiError> {
    Err(not_yet())
}

pub(crate) async fn lock(_ctx: Ctx, _: VaultLock) -> Result<VaultStatus, ApiError> {
    Err(not_yet())
}

pub(crate) async fn change_passphrase(_ctx: Ctx, _: VaultChangePassphrase) -> Result<(), ApiError> {
    Err(not_yet())
}

pub(crate) async fn replace_recovery_key(
    _ctx: Ctx,
    _: PassphraseAgain,
) -> Result<RecoveryKeyText, ApiError> {
    Err(not_yet())
}

pub(crate) async fn rekey(_ctx: Ctx, _: PassphraseAgain) -> Result<(), ApiError> {
    Err(not_yet())
}

pub(crate) async fn keyring_offer(_ctx: Ctx, _: NoArgs) -> Result<KeyringOffer, ApiError> {
    Err(not_yet())
}

pub(crate) async fn keyring_enable(_ctx: Ctx, _: PassphraseAgain) -> Result<VaultStatus, ApiError> {
    Err(not_yet())
}

pub(crate) async fn keyring_disable(_ctx: Ctx, _: NoArgs) -> Result<VaultStatus, ApiError> {
    Err(not_yet())
}

pub(crate) async fn backup(_ctx: Ctx, _: VaultBackup) -> Result<(), ApiError> {
    Err(not_yet())
}

pub(crate) async fn restore(_ctx: Ctx, _: VaultRestore) -> Result<VaultStatus, ApiError> {
    Err(not_yet())
}

pub(crate) async fn touch(_ctx: Ctx, _: NoArgs) -> Result<(), ApiError> {
    Err(not_yet())
}
