//! A vault file that is open but locked, and what unlocks it.

use crate::access::{Access, Opened};
use crate::check::{self, Sound};
use crate::create;
use crate::schema::{SCHEMA, Schema, newest};
use crate::{OpenVault, StoreError, migrate, staged};
use patchbay_lock::ProcessLock;
use patchbay_model::{Secret, VaultId};
use patchbay_vault::{KdfCost, KeyringKey, RecoveryKey};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What to unlock with.
#[derive(Clone, Copy, Debug)]
pub enum UnlockWith<'a> {
    /// What the person knows. Takes as long as the key derivation was calibrated to.
    Passphrase(&'a Secret<String>),
    /// What the person wrote down.
    Recovery(&'a RecoveryKey),
    /// What the OS keyring holds.
    Keyring(&'a KeyringKey),
}

/// A vault file this process holds: nobody else can open it until this and every [`OpenVault`] of it are dropped.
///
/// Dropping the last of them closes the database and only then lets others in; that takes a moment, and blocks.
#[derive(Clone)]
pub struct VaultFile {
    pub(crate) access: Arc<Access>,
}

impl VaultFile {
    /// Makes a new vault, unlocked. Refuses if there is anything at the path.
    pub async fn create(
        path: &Path,
        passphrase: &Secret<String>,
        recovery: &RecoveryKey,
        cost: KdfCost,
    ) -> Result<(Self, OpenVault), StoreError> {
        let path = absolute(path)?;
        let lock = create::claim(&path)?;
        let sealer = create::build(&path, passphrase, recovery, cost, SCHEMA).await?;
        let file = Self::open_held(path, lock, SCHEMA).await?;
        let vault = file.unlock_by_key(sealer).await?;
        Ok((file, vault))
    }

    /// Opens a vault, locked. Takes the process lock, checks the file, and migrates it if an older version wrote it.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_as(path, SCHEMA).await
    }

    pub(crate) async fn open_as(path: &Path, schema: Schema) -> Result<Self, StoreError> {
        let path = absolute(path)?;
        if !path.exists() {
            return Err(StoreError::Missing { path });
        }
        let lock = ProcessLock::acquire(&path)?;
        staged::sweep(&path);
        Self::open_held(path, lock, schema).await
    }

    async fn open_held(
        path: PathBuf,
        lock: ProcessLock,
        schema: Schema,
    ) -> Result<Self, StoreError> {
        let mut sound: Sound = check::sound(&path, schema).await?;
        if sound.version < newest(schema) {
            migrate::migrate(&path, sound, schema).await?;
            sound = check::sound(&path, schema).await?;
        }
        Ok(Self { access: Arc::new(Access::new(path, lock, sound)) })
    }

    /// The vault's id. It stays the same when keys and passphrases change.
    #[must_use]
    pub fn id(&self) -> VaultId {
        self.access.id
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.access.path
    }

    /// Whether the OS keyring can unlock it.
    #[must_use]
    pub fn has_keyring_wrap(&self) -> bool {
        self.access.has_keyring_wrap()
    }

    /// Unlocks it, and checks that it holds every row it should and none from another time.
    pub async fn unlock(&self, with: UnlockWith<'_>) -> Result<OpenVault, StoreError> {
        let access = Arc::clone(&self.access);
        let with = with.into();
        let opened = crate::access::finish(async move { access.unlock(with).await }).await?;
        Ok(OpenVault { opened })
    }

    async fn unlock_by_key(&self, sealer: patchbay_vault::Sealer) -> Result<OpenVault, StoreError> {
        let access = Arc::clone(&self.access);
        let opened: Arc<Opened> =
            crate::access::finish(async move { access.unlock_by_key(sealer).await }).await?;
        Ok(OpenVault { opened })
    }
}

impl std::fmt::Debug for VaultFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VaultFile").field("path", &self.access.path).finish_non_exhaustive()
    }
}

/// SQLite gives a meaning to names that start with `file:`; an absolute path never does.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, StoreError> {
    std::path::absolute(path).map_err(StoreError::io("opened", path))
}
