//! The vault as a service: which file it is, whether it is open, and everything that is only there while it is.
//!
//! Deliberately absent: how keys are made and items sealed (`patchbay-vault`, `patchbay-store`), and noticing that the
//! computer sleeps or its screen is locked: the shell does and calls [`Vault::lock`].

mod countdown;
mod files;
mod guess;
mod keys;
mod unlocked;

#[cfg(test)]
mod tests;

pub(crate) use files::private_directory;
pub(crate) use files::require_strong;
pub use unlocked::Unlocked;
pub(crate) use unlocked::{THE_ONE, put, written};

use crate::{Core, CoreError, sync};
use guess::Guesses;
use patchbay_model::{AppEvent, LockReason, VaultPhase, VaultStatus};
use patchbay_store::{Items, OpenVault, VaultFile, vault::RecoveryKey};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, RwLock,
        atomic::{AtomicU32, Ordering},
    },
};
use tokio::sync::Mutex as TurnMutex;

/// What the services keep about the vault between calls.
#[derive(Debug)]
pub(crate) struct VaultState {
    /// Set while it is unlocked. Locking takes it away, and with it every key and cache.
    open: RwLock<Option<Arc<Unlocked>>>,
    shown: Mutex<Shown>,
    /// One opening, closing or change of keys at a time.
    held: TurnMutex<Held>,
    /// A recovery key made and not yet written down.
    fresh: Mutex<Option<RecoveryKey>>,
    /// Never goes back, not even when the vault is locked and opened again.
    tree_revision: AtomicU32,
}

/// What can be told at any time, even while a passphrase is being checked.
#[derive(Debug)]
struct Shown {
    path: PathBuf,
    keyring: bool,
    lock_reason: LockReason,
}

#[derive(Debug, Default)]
struct Held {
    /// The file, held so that no other process changes it.
    file: Option<VaultFile>,
    guesses: Guesses,
}

impl VaultState {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            open: RwLock::default(),
            shown: Mutex::new(Shown { path, keyring: false, lock_reason: LockReason::Start }),
            held: TurnMutex::default(),
            fresh: Mutex::default(),
            tree_revision: AtomicU32::new(1),
        }
    }
}

/// The vault: opening, locking, keys.
#[derive(Clone, Copy, Debug)]
pub struct Vault<'a>(pub(crate) &'a Core);

impl<'a> Vault<'a> {
    const fn state(&self) -> &'a VaultState {
        &self.0.vault
    }

    /// What is there only while the vault is unlocked. Keep it no longer than one operation: it holds the keys.
    pub fn unlocked(&self) -> Result<Arc<Unlocked>, CoreError> {
        sync::read(&self.state().open).clone().ok_or(CoreError::VaultLocked)
    }

    /// Where the vault stands. While it is locked, this takes hold of the file, to know what can open it.
    pub async fn status(&self) -> VaultStatus {
        // If somebody is at it, they take hold of the file themselves.
        if self.unlocked().is_err()
            && self.path().exists()
            && let Ok(mut held) = self.state().held.try_lock()
            && let Err(error) = self.hold(&mut held).await
        {
            // Unlocking will run into the same and say it to the person.
            tracing::info!(%error, "the vault cannot be opened now");
        }
        self.status_now()
    }

    /// Where the vault stands, as far as it is known without looking at the file.
    #[must_use]
    pub fn status_now(&self) -> VaultStatus {
        let open = sync::read(&self.state().open).clone();
        let now = self.0.clock().now();
        let shown = sync::lock(&self.state().shown);
        let phase = match (&open, shown.path.exists()) {
            (Some(_), _) => VaultPhase::Unlocked,
            (None, true) => VaultPhase::Locked,
            (None, false) => VaultPhase::Missing,
        };
        let left = open.as_ref().and_then(|open| open.locks_at()).map(|at| at.saturating_sub(now));
        VaultStatus {
            phase,
            name: name(&shown.path),
            path: shown.path.display().to_string(),
            lock_reason: (phase == VaultPhase::Locked).then_some(shown.lock_reason),
            locks_in: left.map(|left| u32::try_from(left.as_secs()).unwrap_or(u32::MAX)),
            keyring: shown.keyring,
            running_sessions: self.0.running_sessions(),
        }
    }

    /// The chosen vault file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        sync::lock(&self.state().shown).path.clone()
    }

    fn name(&self) -> String {
        name(&self.path())
    }

    fn changed(&self) -> VaultStatus {
        let status = self.status_now();
        self.0.emit(AppEvent::Vault { status: status.clone() });
        status
    }

    /// The file, opened and held if it was not.
    async fn hold<'h>(&self, held: &'h mut Held) -> Result<&'h VaultFile, CoreError> {
        let file = match held.file.take() {
            Some(file) => file,
            None => VaultFile::open(&self.path()).await?,
        };
        sync::lock(&self.state().shown).keyring = file.has_keyring_wrap();
        Ok(held.file.insert(file))
    }

    /// Fills the caches and lets everybody in.
    async fn let_in(&self, vault: OpenVault, proved: bool) -> Result<VaultStatus, CoreError> {
        let unlocked = Unlocked::load(vault, self.0.clock().now(), proved).await?;
        self.let_into(unlocked).await
    }

    /// Lets everybody in to items that are kept elsewhere than in a vault file. There is nothing to unlock, then.
    pub async fn open_items(&self, items: Arc<dyn Items>) -> Result<VaultStatus, CoreError> {
        let unlocked = Unlocked::over(items, self.0.clock().now()).await?;
        self.let_into(unlocked).await
    }

    /// Somebody else has changed items: what was read of them is read again, and front ends are told.
    pub async fn changed_elsewhere(&self) -> Result<(), CoreError> {
        self.unlocked()?.reload().await?;
        self.0.emit(AppEvent::Tree { revision: self.next_tree_revision() });
        Ok(())
    }

    async fn let_into(&self, unlocked: Unlocked) -> Result<VaultStatus, CoreError> {
        let unlocked = Arc::new(unlocked);
        self.0.triggers().load(&unlocked).await?;
        *sync::write(&self.state().open) = Some(unlocked.clone());
        self.0.files().restore(&**unlocked.vault()).await;
        if let Err(error) = self.0.workspaces().begin(&unlocked).await {
            // The machines of this vault are worth opening it for.
            tracing::warn!(%error, "the team servers that were added cannot be read");
        }
        self.next_tree_revision();
        countdown::start(self.0, &unlocked);
        self.0.recordings().tidy_soon();
        Ok(self.changed())
    }

    /// Locks: drops keys and caches. Sessions go on unless they are to be closed.
    pub fn lock(&self, reason: LockReason, close_sessions: bool) -> VaultStatus {
        if close_sessions {
            self.0.close_sessions();
        }
        let open = sync::write(&self.state().open).take();
        self.0.workspaces().rest();
        self.0.triggers().rest();
        self.0.devices().rest();
        self.0.sessions().forget_typed();
        self.0.recordings().stop_playing();
        *sync::lock(&self.state().fresh) = None;
        if let Some(open) = open {
            // Somebody may hold a clone for a moment longer: the keys are gone all the same.
            open.vault().lock();
            open.retimed.notify_one();
            sync::lock(&self.state().shown).lock_reason = reason;
        }
        self.changed()
    }

    /// Says that a person is here, which postpones locking.
    pub fn touch(&self) {
        if let Ok(unlocked) = self.unlocked() {
            unlocked.touch(self.0.clock().now());
            self.changed();
        }
    }

    /// The present revision of the tree.
    #[must_use]
    pub fn tree_revision(&self) -> u32 {
        self.state().tree_revision.load(Ordering::Acquire)
    }

    /// The tree has changed.
    pub(crate) fn next_tree_revision(&self) -> u32 {
        self.state().tree_revision.fetch_add(1, Ordering::AcqRel).wrapping_add(1)
    }
}

/// A vault is called like its file.
fn name(path: &Path) -> String {
    path.file_stem().map_or_else(|| "vault".to_owned(), |stem| stem.to_string_lossy().into_owned())
}
