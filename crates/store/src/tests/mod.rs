//! Tests of the whole crate: against real files, real processes and real damage.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod basics;
mod copies;
mod damage;
mod full;
mod kill;
mod log;
mod many;
mod tamper;

use crate::vault::{KdfCost, RecoveryKey};
use crate::{Change, Field, Kind, OpenVault, UnlockWith, VaultFile};
use patchbay_model::Secret;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

pub(crate) fn passphrase(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

/// A folder that is removed with what is in it, and the path of a vault in it.
pub(crate) fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("home.patchbay");
    (folder, path)
}

/// A vault with the passphrase "ledger mango", and its recovery key, which opens it without a wait.
pub(crate) async fn new_vault(path: &Path) -> (VaultFile, OpenVault, RecoveryKey) {
    let recovery = RecoveryKey::generate().unwrap();
    let right = passphrase("ledger mango");
    let (file, vault) = VaultFile::create(path, &right, &recovery, KdfCost::FLOOR).await.unwrap();
    (file, vault, recovery)
}

pub(crate) async fn reopen(path: &Path, recovery: &RecoveryKey) -> (VaultFile, OpenVault) {
    let file = VaultFile::open(path).await.unwrap();
    let vault = file.unlock(UnlockWith::Recovery(recovery)).await.unwrap();
    (file, vault)
}

pub(crate) fn id(number: u32) -> [u8; 16] {
    let mut id = [0xa5; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    id
}

pub(crate) fn put(kind: Kind, number: u32, field: Field, data: &[u8]) -> Change {
    Change::Put { kind, id: id(number), field, data: Zeroizing::new(data.to_vec()) }
}

/// Every item, in order: kind, id, field, data.
pub(crate) async fn everything(
    vault: &OpenVault,
) -> Result<Vec<(Kind, [u8; 16], Field, Vec<u8>)>, crate::StoreError> {
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let items = vault.load(*kind).await?;
        all.extend(items.into_iter().map(|item| (*kind, item.id, item.field, item.data.to_vec())));
    }
    Ok(all)
}
