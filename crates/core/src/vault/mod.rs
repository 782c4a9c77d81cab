//! The vault as a service: which file it is, whether it is open, and everything that is only there while it is.

mod unlocked;

pub use unlocked::Unlocked;

use crate::{Core, CoreError, sync};
use std::sync::{Arc, RwLock};

/// What the services keep about the vault between calls.
#[derive(Debug, Default)]
pub(crate) struct VaultState {
    /// Set while it is unlocked. Locking takes it away, and with it every key and cache.
    open: RwLock<Option<Arc<Unlocked>>>,
}

/// The vault: opening, locking, keys.
#[derive(Clone, Copy, Debug)]
pub struct Vault<'a>(pub(crate) &'a Core);

impl Vault<'_> {
    /// What is there only while the vault is unlocked. Keep it no longer than one operation: it holds the keys.
    pub fn unlocked(&self) -> Result<Arc<Unlocked>, CoreError> {
        sync::read(&self.0.vault.open).clone().ok_or(CoreError::VaultLocked)
    }
}
