//! Vault files: making, choosing, copying, putting back.

use super::{Held, Vault};
use crate::{CoreError, sync};
use patchbay_model::{LockReason, Secret, VaultStatus};
use patchbay_store::{
    self as store, VaultFile,
    vault::{self as keys, KdfCost, RecoveryKey},
};
use std::path::{Path, PathBuf};

impl Vault<'_> {
    /// Makes a recovery key for a vault to be created, and keeps it until then. This is the text to write down.
    pub fn propose_recovery_key(&self) -> Result<Secret<String>, CoreError> {
        let key = RecoveryKey::generate().map_err(store::StoreError::from)?;
        Ok(self.keep_fresh(key))
    }

    /// Keeps a recovery key so that it can be saved to a file; gives its text.
    pub(super) fn keep_fresh(&self, key: RecoveryKey) -> Secret<String> {
        let text = key.display();
        *sync::lock(&self.state().fresh) = Some(key);
        text
    }

    /// Writes the recovery key made last to a new file only its owner can read.
    pub async fn save_recovery_key(&self, path: &str) -> Result<(), CoreError> {
        let path = self.file_path("path", path)?;
        let text = match &*sync::lock(&self.state().fresh) {
            Some(key) => key.display(),
            None => {
                return Err(CoreError::invalid(
                    "path",
                    "The recovery key is not here any more: it is kept only until the vault is locked.",
                    "Make a new recovery key in the settings.",
                ));
            }
        };
        let name = self.name();
        tokio::task::spawn_blocking(move || write_private(&path, &recovery_page(&name, &text)))
            .await
            .map_err(|stopped| CoreError::Internal(stopped.to_string()))?
    }

    /// Creates a vault with the recovery key that was proposed, and opens it.
    pub async fn create(
        &self,
        path: Option<&str>,
        passphrase: &Secret<String>,
    ) -> Result<VaultStatus, CoreError> {
        require_strong("passphrase", passphrase)?;
        let path = path.map_or_else(|| Ok(self.path()), |path| self.file_path("path", path))?;
        let recovery = sync::lock(&self.state().fresh).clone().ok_or_else(|| {
            CoreError::invalid(
                "recoveryKey",
                "There is no recovery key yet.",
                "Have one made and write it down: it opens the vault when the passphrase is forgotten.",
            )
        })?;
        if path.exists() {
            return Err(store::StoreError::Exists { path }.into());
        }
        if let Some(parent) = path.parent() {
            private_directory(parent)?;
        }
        let mut held = self.state().held.lock().await;
        let cost = self.cost().await?;
        let (file, vault) = VaultFile::create(&path, passphrase, &recovery, cost).await?;
        self.put_away(&mut held, LockReason::Person).await;
        self.take(&mut held, file);
        self.let_in(vault, true).await
    }

    /// Switches to another vault file, locked. Fails, and changes nothing, if it cannot be opened.
    pub async fn choose(&self, path: &str) -> Result<VaultStatus, CoreError> {
        let path = self.file_path("path", path)?;
        let mut held = self.state().held.lock().await;
        self.switch(&mut held, &path).await
    }

    async fn switch(&self, held: &mut Held, path: &Path) -> Result<VaultStatus, CoreError> {
        if held.file.is_some() && path == self.path() {
            return Ok(self.lock(LockReason::Person, false));
        }
        let file = VaultFile::open(path).await?;
        self.put_away(held, LockReason::Person).await;
        self.take(held, file);
        Ok(self.changed())
    }

    /// Locks and lets go of the file, so that others can open it.
    async fn put_away(&self, held: &mut Held, reason: LockReason) {
        if self.unlocked().is_ok() {
            self.lock(reason, false);
        }
        let file = held.file.take();
        // Closing a database blocks for a moment.
        let closed = tokio::task::spawn_blocking(move || drop(file)).await;
        if let Err(error) = closed {
            tracing::warn!(%error, "closing a vault file did not end");
        }
    }

    fn take(&self, held: &mut Held, file: VaultFile) {
        let path = file.path().to_path_buf();
        {
            let mut shown = sync::lock(&self.state().shown);
            shown.path.clone_from(&path);
            shown.keyring = file.has_keyring_wrap();
            shown.lock_reason = LockReason::Start;
        }
        held.guesses = super::Guesses::default();
        held.file = Some(file);
        if self.0.config().vault_path.is_none()
            && let Err(error) = self.0.settings_file().remember_vault(&path)
        {
            tracing::warn!(%error, "the chosen vault will not be remembered");
        }
    }

    /// Writes a verified copy of the open vault to a new file.
    pub async fn backup(&self, path: &str) -> Result<(), CoreError> {
        let path = self.file_path("path", path)?;
        Ok(self.unlocked()?.file()?.backup(&path).await?)
    }

    /// Puts a copy back, here or elsewhere, and switches to it, locked. What was there is moved aside.
    pub async fn restore(&self, from: &str, to: Option<&str>) -> Result<VaultStatus, CoreError> {
        let from = self.file_path("from", from)?;
        let to = to.map_or_else(|| Ok(self.path()), |to| self.file_path("to", to))?;
        if from == to {
            return Err(CoreError::invalid(
                "from",
                "This is the vault in use, not a copy of it.",
                "Choose a backup file.",
            ));
        }
        if let Some(parent) = to.parent() {
            private_directory(parent)?;
        }
        let mut held = self.state().held.lock().await;
        self.put_away(&mut held, LockReason::Person).await;
        if let Some(aside) = store::restore(&from, &to).await? {
            tracing::info!(path = %aside.display(), "what was there before the backup was kept");
        }
        self.switch(&mut held, &to).await
    }

    async fn cost(&self) -> Result<KdfCost, CoreError> {
        if self.0.config().cheap_key_derivation {
            return Ok(KdfCost::FLOOR);
        }
        tokio::task::spawn_blocking(KdfCost::calibrate)
            .await
            .map_err(|stopped| CoreError::Internal(stopped.to_string()))
    }

    /// A file as a person names it: `~` is their home, and it must not be a directory.
    pub(crate) fn file_path(&self, field: &str, text: &str) -> Result<PathBuf, CoreError> {
        let text = text.trim();
        let problem = |message: String, next: &str| Err(CoreError::invalid(field, message, next));
        if text.is_empty() || text.contains('\0') {
            return problem("The path is empty.".into(), "Choose a file.");
        }
        let path = match text.strip_prefix("~/") {
            Some(rest) => self.0.config().home.join(rest),
            None => PathBuf::from(text),
        };
        if !path.is_absolute() {
            return problem(
                format!("“{}” does not say in which directory.", path.display()),
                "Give the whole path.",
            );
        }
        if path.is_dir() {
            return problem(format!("{} is a directory.", path.display()), "Add a file name.");
        }
        Ok(path)
    }
}

/// Fails unless a passphrase is hard enough to guess.
pub(crate) fn require_strong(field: &str, passphrase: &Secret<String>) -> Result<(), CoreError> {
    /// Of 4; below, a stolen file is opened in days.
    const ENOUGH: u8 = 3;
    let strength = keys::strength(passphrase.expose_secret());
    if strength.score >= ENOUGH {
        return Ok(());
    }
    let next = if strength.hint.is_empty() {
        "Use four or more unrelated words.".into()
    } else {
        strength.hint
    };
    Err(CoreError::invalid(
        field,
        format!("This passphrase is too easy to guess ({}).", strength.guess_time),
        next,
    ))
}

fn recovery_page(vault: &str, key: &Secret<String>) -> Secret<String> {
    Secret::new(format!(
        "Recovery key of the Patchbay vault “{vault}”\n\n    {}\n\n\
         It opens the vault without the passphrase. Print it, keep it where only you get at it, and delete this file.\n",
        key.expose_secret()
    ))
}

pub(crate) fn private_directory(path: &Path) -> Result<(), CoreError> {
    if path.exists() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| CoreError::File {
        action: "Creating",
        path: path.to_path_buf(),
        source,
    })
}

fn write_private(path: &Path, text: &Secret<String>) -> Result<(), CoreError> {
    use std::io::Write;
    let failed = |source| CoreError::File { action: "Writing", path: path.to_path_buf(), source };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.expose_secret().as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}
