//! A whole vault file, and its restoring as a backup (`store`).

use super::{assert_message, folder, vault_wrap::RECOVERY};
use patchbay_store::{Kind, OpenVault, StoreError, UnlockWith, VaultFile, restore};
use patchbay_vault::RecoveryKey;
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use tokio::runtime::{Builder, Runtime};

/// What the seed holds.
const ITEMS: [(Kind, [u8; 16], &[u8]); 2] = [
    (Kind::Node, [1; 16], br#"{"order":1,"entry":{"name":"web-01","address":"10.0.0.1"}}"#),
    (Kind::IdentitySecret, [2; 16], b"hunter2"),
];

/// A file that is refused stays as it is and replaces nothing, and one that opens holds what was put into it.
pub(crate) fn run(data: &[u8]) -> bool {
    try_run(data).unwrap_or_else(|error| unreachable!("no room to work in: {error}"))
}

fn try_run(data: &[u8]) -> io::Result<bool> {
    let folder = folder()?;
    let path = folder.path().join("vault");
    fs::write(&path, data)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let understood = match runtime.block_on(look(&path)) {
        Ok(understood) => understood,
        Err(error) => {
            assert_message(&error.to_string());
            assert!(fs::read(&path)? == data, "a file that was refused was written to: {error}");
            false
        }
    };
    restored(&runtime, &path, folder.path().join("other"), data)?;
    Ok(understood)
}

/// Whether it opens with the seed's recovery key.
async fn look(path: &Path) -> Result<bool, StoreError> {
    let before = fs::read(path).unwrap_or_default();
    let file = VaultFile::open(path).await?;
    assert!(fs::read(path).unwrap_or_default() == before, "looking at a file changed it");
    let recovery = RecoveryKey::parse(RECOVERY)?;
    // Damage below the header shows only now.
    let vault = match file.unlock(UnlockWith::Recovery(&recovery)).await {
        Ok(vault) => vault,
        Err(error) => {
            assert_message(&error.to_string());
            return Ok(false);
        }
    };
    holds_the_seed(&vault).await?;
    Ok(true)
}

async fn holds_the_seed(vault: &OpenVault) -> Result<(), StoreError> {
    for kind in Kind::ALL.iter().copied() {
        // The tally stands for a row by its tag: that its data is whole shows when it is opened.
        let Ok(items) = vault.load(kind).await else { continue };
        let expected = ITEMS.iter().filter(|(known, ..)| *known == kind);
        assert!(
            items
                .iter()
                .map(|item| (item.id, item.data.as_slice()))
                .eq(expected.map(|(_, id, data)| (*id, *data))),
            "{kind:?} holds what nobody put there"
        );
    }
    Ok(())
}

/// A backup that is refused leaves no file behind; one that is taken is a vault.
fn restored(runtime: &Runtime, backup: &Path, to: PathBuf, data: &[u8]) -> io::Result<()> {
    match runtime.block_on(restore(backup, &to)) {
        Ok(aside) => {
            assert!(aside.is_none() && to.exists());
            assert!(
                runtime.block_on(VaultFile::open(&to)).is_ok(),
                "what was restored is no vault"
            );
        }
        Err(_) => {
            assert!(!to.exists(), "a bad backup was put in place");
            assert!(fs::read(backup)? == data, "a backup was written to");
        }
    }
    Ok(())
}
