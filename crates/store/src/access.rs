//! The one way to the database of a vault: whose turn it is, and which keys are in memory.

use crate::check::Sound;
use crate::header::Header;
use crate::rows::{self, RowMark};
use crate::sqlite;
use crate::{StoreError, UnlockWith};
use patchbay_lock::ProcessLock;
use patchbay_model::{Secret, VaultId};
use patchbay_vault::{
    KeyringKey, RecoveryKey, Sealer, Tally, VaultKey, unwrap_by_keyring, unwrap_by_passphrase,
    unwrap_by_recovery,
};
use sqlx::SqliteConnection;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use tokio::sync::{Mutex, MutexGuard};

/// A vault file in this process.
pub(crate) struct Access {
    pub(crate) path: PathBuf,
    pub(crate) id: VaultId,
    keyring: AtomicBool,
    state: Mutex<State>,
    opened: RwLock<Weak<Opened>>,
    /// Last, so that others get in only when the database is closed.
    _lock: ProcessLock,
}

/// What only one task at a time may touch.
pub(crate) struct State {
    source: Source,
    pub(crate) header: Header,
    /// As it is in the file; `None` when a write went wrong and the file must be asked.
    pub(crate) tally: Option<Tally>,
}

/// A vault is written to only once somebody has unlocked it.
enum Source {
    Checked(Box<Sound>),
    Writer(SqliteConnection),
    Gone,
}

/// The keys of an unlocked vault. Wiped when the last one who holds it lets go, or before, by locking.
pub(crate) struct Opened {
    pub(crate) access: Arc<Access>,
    sealer: RwLock<Option<Arc<Sealer>>>,
}

/// `UnlockWith`, owned, so that a task can carry it.
pub(crate) enum Unlocking {
    Passphrase(Secret<String>),
    Recovery(RecoveryKey),
    Keyring(KeyringKey),
}

impl From<UnlockWith<'_>> for Unlocking {
    fn from(with: UnlockWith<'_>) -> Self {
        match with {
            UnlockWith::Passphrase(passphrase) => Self::Passphrase(passphrase.clone()),
            UnlockWith::Recovery(key) => Self::Recovery(key.clone()),
            UnlockWith::Keyring(key) => Self::Keyring(key.clone()),
        }
    }
}

impl Unlocking {
    pub(crate) fn unwrap(&self, header: &Header) -> Result<VaultKey, StoreError> {
        let id = &header.id;
        Ok(match self {
            Self::Passphrase(passphrase) => {
                unwrap_by_passphrase(id, &header.passphrase, passphrase)?
            }
            Self::Recovery(key) => unwrap_by_recovery(id, &header.recovery, key)?,
            Self::Keyring(key) => {
                let wrap = header.keyring.as_deref().ok_or(StoreError::NoKeyringWrap)?;
                unwrap_by_keyring(id, wrap, key)?
            }
        })
    }
}

impl Access {
    pub(crate) fn new(path: PathBuf, lock: ProcessLock, sound: Sound) -> Self {
        let header = sound.header.clone();
        Self {
            path,
            id: header.id,
            keyring: AtomicBool::new(header.keyring.is_some()),
            state: Mutex::new(State {
                source: Source::Checked(Box::new(sound)),
                header,
                tally: None,
            }),
            opened: RwLock::default(),
            _lock: lock,
        }
    }

    pub(crate) fn has_keyring_wrap(&self) -> bool {
        self.keyring.load(Ordering::Relaxed)
    }

    pub(crate) async fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().await
    }

    /// Takes over the header a transaction has just written.
    pub(crate) fn adopt(&self, state: &mut State, header: Header) {
        self.keyring.store(header.keyring.is_some(), Ordering::Relaxed);
        state.header = header;
    }

    pub(crate) async fn unlock(
        self: Arc<Self>,
        with: Unlocking,
    ) -> Result<Arc<Opened>, StoreError> {
        let mut state = self.state().await;
        let header = state.header.clone();
        // The rows are read while the key is derived.
        let deriving = tokio::task::spawn_blocking(move || {
            let key = with.unwrap(&header)?;
            Ok::<_, StoreError>(Sealer::new(header.id, key))
        });
        let read = self.read_all(&mut state).await;
        let sealer = joined(deriving.await)??;
        self.verified(&mut state, sealer, read?).await
    }

    pub(crate) async fn unlock_by_key(
        self: Arc<Self>,
        sealer: Sealer,
    ) -> Result<Arc<Opened>, StoreError> {
        let mut state = self.state().await;
        let read = self.read_all(&mut state).await?;
        self.verified(&mut state, sealer, read).await
    }

    async fn read_all(&self, state: &mut State) -> Result<(Vec<u8>, Vec<RowMark>), StoreError> {
        let connection = state.connection()?;
        let tally = rows::sealed_tally(&self.path, connection).await?;
        Ok((tally, rows::marks(&self.path, connection).await?))
    }

    async fn verified(
        self: &Arc<Self>,
        state: &mut State,
        sealer: Sealer,
        (tally, marks): (Vec<u8>, Vec<RowMark>),
    ) -> Result<Arc<Opened>, StoreError> {
        let header = state.header.clone();
        let checking = tokio::task::spawn_blocking(move || {
            let tally = rows::verify(&sealer, &header, &tally, &marks)?;
            Ok::<_, StoreError>((sealer, tally))
        });
        let (sealer, tally) = joined(checking.await)??;
        self.become_writer(state).await?;
        state.tally = Some(tally);
        Ok(self.share(sealer))
    }

    /// Who unlocks a second time gets the same keys, so that a change of them reaches everybody.
    fn share(self: &Arc<Self>, sealer: Sealer) -> Arc<Opened> {
        let mut place = self.opened.write().unwrap_or_else(PoisonError::into_inner);
        match place.upgrade() {
            Some(opened) if opened.sealer().is_ok() => opened,
            _ => {
                let sealer = RwLock::new(Some(Arc::new(sealer)));
                let opened = Arc::new(Opened { access: Arc::clone(self), sealer });
                *place = Arc::downgrade(&opened);
                opened
            }
        }
    }

    async fn become_writer(&self, state: &mut State) -> Result<(), StoreError> {
        if matches!(state.source, Source::Writer(_)) {
            return Ok(());
        }
        let writer = sqlite::writer(&self.path).await?;
        if let Source::Checked(sound) = std::mem::replace(&mut state.source, Source::Writer(writer))
        {
            sound.close().await?;
        }
        Ok(())
    }
}

impl State {
    pub(crate) fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        match &mut self.source {
            Source::Checked(sound) => Ok(&mut sound.connection),
            Source::Writer(connection) => Ok(connection),
            Source::Gone => Err(StoreError::Locked),
        }
    }
}

impl Opened {
    pub(crate) fn sealer(&self) -> Result<Arc<Sealer>, StoreError> {
        let sealer = self.sealer.read().unwrap_or_else(PoisonError::into_inner);
        sealer.clone().ok_or(StoreError::Locked)
    }

    /// Takes up a new key, unless it was locked meanwhile.
    pub(crate) fn renew(&self, by: Arc<Sealer>) {
        let mut sealer = self.sealer.write().unwrap_or_else(PoisonError::into_inner);
        *sealer = sealer.take().map(|_| by);
    }

    pub(crate) fn wipe(&self) {
        *self.sealer.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Drop for Access {
    fn drop(&mut self) {
        let source = std::mem::replace(&mut self.state.get_mut().source, Source::Gone);
        let connection = match source {
            Source::Writer(connection) => connection,
            Source::Checked(sound) => sound.connection,
            Source::Gone => return,
        };
        let path = std::mem::take(&mut self.path);
        // Waited for: if the lock went first, the next process would look at a file that is still being written.
        let closing = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().ok()?;
            runtime.block_on(sqlite::close(&path, connection)).ok()
        });
        if !matches!(closing.join(), Ok(Some(()))) {
            tracing::warn!(
                "the vault file was not closed cleanly; it will be checked when it is next opened"
            );
        }
    }
}

/// Runs something to its end even if whoever asked for it no longer waits: half a transaction is nobody's wish.
pub(crate) async fn finish<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    joined(tokio::spawn(work).await)?
}

/// The result of a task or of a blocking call.
pub(crate) fn joined<T>(result: Result<T, tokio::task::JoinError>) -> Result<T, StoreError> {
    result.map_err(|e| StoreError::Database(format!("the work on it broke off ({e})")))
}
