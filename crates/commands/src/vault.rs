//! Opening, locking and keeping the vault.

use crate::framework::NoArgs;
use patchbay_core::Ctx;
use patchbay_model::{ApiError, KeyringOffer, LockReason, PassphraseStrength, Secret, VaultStatus};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A recovery key, to be written down.
#[derive(Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecoveryKeyText {
    /// In groups of four.
    pub(crate) recovery_key: String,
}

impl RecoveryKeyText {
    /// The one secret a person must see, since nothing but paper is to keep it.
    fn of(key: Secret<String>) -> Self {
        Self { recovery_key: key.expose_secret().clone() }
    }
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

pub(crate) async fn status(ctx: Ctx, _: NoArgs) -> Result<VaultStatus, ApiError> {
    Ok(ctx.core.vault().status().await)
}

pub(crate) async fn propose_recovery_key(ctx: Ctx, _: NoArgs) -> Result<RecoveryKeyText, ApiError> {
    ctx.core.vault().propose_recovery_key().map(RecoveryKeyText::of).map_err(Into::into)
}

pub(crate) async fn save_recovery_key(ctx: Ctx, args: SaveRecoveryKey) -> Result<(), ApiError> {
    Ok(ctx.core.vault().save_recovery_key(&args.path).await?)
}

pub(crate) async fn passphrase_strength(
    ctx: Ctx,
    args: PassphraseToJudge,
) -> Result<PassphraseStrength, ApiError> {
    Ok(ctx.core.vault().strength(&args.passphrase))
}

pub(crate) async fn create(ctx: Ctx, args: VaultCreate) -> Result<VaultStatus, ApiError> {
    Ok(ctx.core.vault().create(args.path.as_deref(), &args.passphrase).await?)
}

pub(crate) async fn choose(ctx: Ctx, args: VaultChoose) -> Result<VaultStatus, ApiError> {
    Ok(ctx.core.vault().choose(&args.path).await?)
}

pub(crate) async fn unlock(ctx: Ctx, args: VaultUnlock) -> Result<VaultStatus, ApiError> {
    Ok(ctx.core.vault().unlock(&args.passphrase).await?)
}

pub(crate) async fn unlock_keyring(ctx: Ctx, _: NoArgs) -> Result<VaultStatus, ApiError> {
    Ok(ctx.core.vault().unlock_by_keyring().await?)
}

pub(crate) async fn recover(ctx: Ctx, args: VaultRecover) -> Result<VaultStatus, ApiError> {
    Ok(ctx.core.vault().recover(&args.recovery_key, &args.new_passphrase).await?)
}

pub(crate) async fn lock(ctx: Ctx, args: VaultLock) -> Result<VaultStatus, ApiError> {
    Ok(ctx.core.vault().lock(LockReason::Person, args.close_sessions))
}

pub(crate) async fn change_passphrase(
    ctx: Ctx,
    args: VaultChangePassphrase,
) -> Result<(), ApiError> {
    Ok(ctx.core.vault().change_passphrase(&args.current, &args.new).await?)
}

pub(crate) async fn replace_recovery_key(
    ctx: Ctx,
    args: PassphraseAgain,
) -> Result<RecoveryKeyText, ApiError> {
    Ok(RecoveryKeyText::of(ctx.core.vault().replace_recovery_key(&args.passphrase).await?))
}

pub(crate) async fn rekey(ctx: Ctx, args: PassphraseAgain) -> Result<RecoveryKeyText, ApiError> {
    Ok(RecoveryKeyText::of(ctx.core.vault().rekey(&args.passphrase).await?))
}

pub(crate) async fn keyring_offer(ctx: Ctx, _: NoArgs) -> Result<KeyringOffer, ApiError> {
    Ok(ctx.core.vault().keyring_offer().await?)
}

pub(crate) async fn keyring_enable(
    ctx: Ctx,
    args: PassphraseAgain,
) -> Result<VaultStatus, ApiError> {
    Ok(ctx.core.vault().enable_keyring(&args.passphrase).await?)
}

pub(crate) async fn keyring_disable(ctx: Ctx, _: NoArgs) -> Result<VaultStatus, ApiError> {
    Ok(ctx.core.vault().disable_keyring().await?)
}

pub(crate) async fn backup(ctx: Ctx, args: VaultBackup) -> Result<(), ApiError> {
    Ok(ctx.core.vault().backup(&args.path).await?)
}

pub(crate) async fn restore(ctx: Ctx, args: VaultRestore) -> Result<VaultStatus, ApiError> {
    Ok(ctx.core.vault().restore(&args.from, args.to.as_deref()).await?)
}

pub(crate) async fn touch(ctx: Ctx, _: NoArgs) -> Result<(), ApiError> {
    ctx.core.vault().touch();
    Ok(())
}
