//! What opens the vault: passphrase, recovery key, keyring.

use super::{Vault, files::require_strong};
use crate::CoreError;
use patchbay_model::{KeyringOffer, PassphraseStrength, Secret, VaultId, VaultStatus};
use patchbay_store::{
    StoreError, UnlockWith,
    vault::{KeyringKey, RecoveryKey, VaultError, keyring, strength},
};

impl Vault<'_> {
    /// How hard a passphrase is to guess.
    #[must_use]
    pub fn strength(&self, passphrase: &Secret<String>) -> PassphraseStrength {
        strength(passphrase.expose_secret())
    }

    /// Opens the vault. If it is open, this proves that the person knows the passphrase.
    pub async fn unlock(&self, passphrase: &Secret<String>) -> Result<VaultStatus, CoreError> {
        if self.unlocked().is_ok() {
            self.prove("passphrase", passphrase).await?;
            return Ok(self.status_now());
        }
        self.open_with(UnlockWith::Passphrase(passphrase), true).await
    }

    /// Opens the vault with the key in the keyring of this computer.
    pub async fn unlock_by_keyring(&self) -> Result<VaultStatus, CoreError> {
        if self.unlocked().is_ok() {
            return Ok(self.status_now());
        }
        let id = {
            let mut held = self.state().held.lock().await;
            let file = self.hold(&mut held).await?;
            if !file.has_keyring_wrap() {
                return Err(StoreError::NoKeyringWrap.into());
            }
            file.id()
        };
        let key = blocking(move || keyring::load(&id)).await?;
        // Nobody typed anything: secrets are not shown on the strength of this.
        self.open_with(UnlockWith::Keyring(&key), false).await
    }

    /// Opens the vault with the recovery key and sets a new passphrase.
    pub async fn recover(
        &self,
        recovery: &Secret<String>,
        new: &Secret<String>,
    ) -> Result<VaultStatus, CoreError> {
        require_strong("newPassphrase", new)?;
        let key = RecoveryKey::parse(recovery.expose_secret()).map_err(|error| {
            CoreError::invalid(
                "recoveryKey",
                error.to_string(),
                "Compare it with what you wrote down.",
            )
        })?;
        let mut held = self.state().held.lock().await;
        let file = self.hold(&mut held).await?;
        let vault = file.unlock(UnlockWith::Recovery(&key)).await?;
        vault.change_passphrase(new).await?;
        held.guesses.hit();
        if let Ok(unlocked) = self.unlocked() {
            unlocked.prove(self.0.clock().now());
            return Ok(self.status_now());
        }
        self.let_in(vault, true).await
    }

    async fn open_with(&self, with: UnlockWith<'_>, typed: bool) -> Result<VaultStatus, CoreError> {
        let mut held = self.state().held.lock().await;
        if self.unlocked().is_ok() {
            // Somebody else was faster.
            return Ok(self.status_now());
        }
        if typed {
            held.guesses.allow(self.0.clock().now())?;
        }
        let opened = self.hold(&mut held).await?.unlock(with).await;
        match opened {
            Ok(vault) => {
                held.guesses.hit();
                self.let_in(vault, typed).await
            }
            Err(StoreError::Vault(VaultError::WrongPassphrase)) => {
                let wait = held.guesses.missed(self.0.clock().now());
                Err(CoreError::WrongPassphrase { field: "passphrase", vault: self.name(), wait })
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Checks the passphrase of the open vault, slowing down whoever guesses. For the next minute secrets may be shown.
    pub(crate) async fn prove(
        &self,
        field: &'static str,
        passphrase: &Secret<String>,
    ) -> Result<(), CoreError> {
        let unlocked = self.unlocked()?;
        let mut held = self.state().held.lock().await;
        held.guesses.allow(self.0.clock().now())?;
        if unlocked.file()?.verify_passphrase(passphrase).await? {
            held.guesses.hit();
            unlocked.prove(self.0.clock().now());
            return Ok(());
        }
        let wait = held.guesses.missed(self.0.clock().now());
        Err(CoreError::WrongPassphrase { field, vault: self.name(), wait })
    }

    /// Sets another passphrase.
    pub async fn change_passphrase(
        &self,
        current: &Secret<String>,
        new: &Secret<String>,
    ) -> Result<(), CoreError> {
        require_strong("new", new)?;
        self.prove("current", current).await?;
        Ok(self.unlocked()?.file()?.change_passphrase(new).await?)
    }

    /// Makes another recovery key, which is the text to write down. The old one is worthless from then on.
    pub async fn replace_recovery_key(
        &self,
        passphrase: &Secret<String>,
    ) -> Result<Secret<String>, CoreError> {
        self.prove("passphrase", passphrase).await?;
        let key = RecoveryKey::generate().map_err(StoreError::from)?;
        self.unlocked()?.file()?.replace_recovery_key(&key).await?;
        Ok(self.keep_fresh(key))
    }

    /// Seals everything anew under a fresh key. Only a new recovery key can open it then: this is its text. A keyring
    /// that could open the vault still can.
    pub async fn rekey(&self, passphrase: &Secret<String>) -> Result<Secret<String>, CoreError> {
        self.prove("passphrase", passphrase).await?;
        let unlocked = self.unlocked()?;
        let had_keyring = self.status_now().keyring;
        let recovery = RecoveryKey::generate().map_err(StoreError::from)?;
        unlocked.file()?.rekey(passphrase, &recovery).await?;
        let text = self.keep_fresh(recovery);
        let again = had_keyring && self.wrap_for_keyring().await.is_ok();
        self.set_keyring(again);
        Ok(text)
    }

    /// Whether the keyring of this computer can be used: found out by using it.
    pub async fn keyring_offer(&self) -> Result<KeyringOffer, CoreError> {
        tokio::task::spawn_blocking(keyring::probe)
            .await
            .map_err(|stopped| CoreError::Internal(stopped.to_string()))
    }

    /// Lets the keyring of this computer open the vault.
    pub async fn enable_keyring(
        &self,
        passphrase: &Secret<String>,
    ) -> Result<VaultStatus, CoreError> {
        self.prove("passphrase", passphrase).await?;
        let offer = self.keyring_offer().await?;
        if !offer.available {
            return Err(CoreError::Keyring(
                offer.reason.unwrap_or_else(|| "it does not say why".into()),
            ));
        }
        self.wrap_for_keyring().await?;
        Ok(self.set_keyring(true))
    }

    /// Takes the vault's key out of the keyring.
    pub async fn disable_keyring(&self) -> Result<VaultStatus, CoreError> {
        let unlocked = self.unlocked()?;
        unlocked.file()?.set_keyring_wrap(None).await?;
        let id = unlocked.file()?.id();
        if let Err(error) = blocking(move || keyring::delete(&id)).await {
            // What is left there opens nothing any more.
            tracing::info!(%error, "the key stays in the keyring");
        }
        Ok(self.set_keyring(false))
    }

    async fn wrap_for_keyring(&self) -> Result<(), CoreError> {
        let unlocked = self.unlocked()?;
        let id: VaultId = unlocked.file()?.id();
        let key = KeyringKey::generate().map_err(StoreError::from)?;
        let kept = key.clone();
        blocking(move || keyring::store(&id, &kept)).await?;
        Ok(unlocked.file()?.set_keyring_wrap(Some(&key)).await?)
    }

    fn set_keyring(&self, keyring: bool) -> VaultStatus {
        crate::sync::lock(&self.state().shown).keyring = keyring;
        self.changed()
    }
}

/// The keyring blocks, perhaps until a person has answered its dialog.
async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, CoreError> {
    let called = tokio::task::spawn_blocking(call).await;
    Ok(called
        .map_err(|stopped| CoreError::Internal(stopped.to_string()))?
        .map_err(StoreError::from)?)
}
