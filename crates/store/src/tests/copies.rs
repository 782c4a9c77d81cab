//! Backups, restoring, and bringing old vaults up to date.

use super::*;
use crate::schema::{Schema, VERSION_1, Version};
use crate::{StoreError, restore, sqlite};
use std::fs;

/// What a later version might do to the tables.
pub(crate) const NEXT_SCHEMA: Schema = &[VERSION_1, VERSION_2];

const BY_TIME: &str = "CREATE INDEX by_time ON items (changed_at)";
const VERSION_2: Version = Version {
    number: 2,
    upgrade: &[BY_TIME],
    tables: &[VERSION_1.tables[0], VERSION_1.tables[1], VERSION_1.tables[2], ("by_time", BY_TIME)],
};
/// One that goes wrong half-way.
const BROKEN_SCHEMA: Schema = &[
    VERSION_1,
    Version { number: 2, upgrade: &[BY_TIME, "DROP TABLE nothing"], tables: VERSION_2.tables },
];
/// One that loses the header, which no check of the tables alone would notice.
const LOSSY_SCHEMA: Schema = &[
    VERSION_1,
    Version { number: 2, upgrade: &[BY_TIME, "DELETE FROM header"], tables: VERSION_2.tables },
];

fn node(number: u32) -> Change {
    put(Kind::Node, number, Field::Main, b"web-01")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_backup_is_a_vault_of_its_own() {
    let (folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    vault.apply(vec![node(1)]).await.unwrap();
    let backup = folder.path().join("backup.patchbay");
    vault.backup(&backup).await.unwrap();
    vault.apply(vec![node(2)]).await.unwrap();
    assert!(matches!(vault.backup(&backup).await, Err(StoreError::Exists { .. })));
    assert!(matches!(vault.backup(&path).await, Err(StoreError::Exists { .. })));

    let (copy, copied) = reopen(&backup, &recovery).await;
    assert_eq!(copy.id(), file.id());
    assert_eq!(everything(&copied).await.unwrap().len(), 1);
    assert_eq!(everything(&vault).await.unwrap().len(), 2);
}

#[tokio::test]
async fn restoring_moves_what_was_there_aside() {
    let (folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    vault.apply(vec![node(1)]).await.unwrap();
    let backup = folder.path().join("backup.patchbay");
    vault.backup(&backup).await.unwrap();
    vault.apply(vec![node(2)]).await.unwrap();
    assert!(matches!(restore(&backup, &path).await, Err(StoreError::InUse { .. })));
    // A log left beside it must not be taken for the restored file's.
    let log = fs::read(patchbay_lock::beside(&path, "-wal")).unwrap();
    drop((vault, file));
    fs::write(patchbay_lock::beside(&path, "-wal"), log).unwrap();

    let aside = restore(&backup, &path).await.unwrap().unwrap();
    let (file, vault) = reopen(&path, &recovery).await;
    assert_eq!(everything(&vault).await.unwrap().len(), 1);
    drop((vault, file));
    let (_file, vault) = reopen(&aside, &recovery).await;
    assert_eq!(everything(&vault).await.unwrap().len(), 2);

    let elsewhere = folder.path().join("new folder").join("home.patchbay");
    assert_eq!(restore(&backup, &elsewhere).await.unwrap(), None);
    reopen(&elsewhere, &recovery).await;
}

#[tokio::test]
async fn a_damaged_backup_is_not_restored() {
    let (folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    vault.apply(vec![node(1)]).await.unwrap();
    let backup = folder.path().join("backup.patchbay");
    vault.backup(&backup).await.unwrap();
    drop((vault, file));
    let before = names(folder.path());
    let bytes = fs::read(&backup).unwrap();
    fs::write(&backup, &bytes[..bytes.len() - 1]).unwrap();
    assert!(matches!(restore(&backup, &path).await, Err(StoreError::Damaged { .. })));
    fs::write(&backup, "a letter").unwrap();
    assert!(matches!(restore(&backup, &path).await, Err(StoreError::NotAVault { .. })));
    assert_eq!(names(folder.path()), before);
    assert_eq!(everything(&reopen(&path, &recovery).await.1).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_old_vault_is_brought_up_to_date_and_kept() {
    let (folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    vault.apply(vec![node(1), node(2)]).await.unwrap();
    drop((vault, file));
    let old = fs::read(&path).unwrap();

    let file = VaultFile::open_as(&path, NEXT_SCHEMA).await.unwrap();
    let vault = file.unlock(UnlockWith::Recovery(&recovery)).await.unwrap();
    vault.apply(vec![node(3)]).await.unwrap();
    assert_eq!(everything(&vault).await.unwrap().len(), 3);
    drop((vault, file));
    let kept = folder.path().join("home.patchbay.before-2");
    assert!(fs::read(&kept).unwrap() == old);
    assert_eq!(
        names(folder.path()),
        ["home.patchbay", "home.patchbay.before-2", "home.patchbay.lock"]
    );
    // This version must not touch what the next one wrote.
    let newer = VaultFile::open(&path).await;
    assert!(matches!(newer, Err(StoreError::TooNew { found: 2, known: 1 })));
    assert_eq!(everything(&reopen(&kept, &recovery).await.1).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_migration_works_in_a_log_that_was_left_over() {
    let (_folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    vault.apply(vec![node(1)]).await.unwrap();
    let (bytes, log) =
        (fs::read(&path).unwrap(), fs::read(patchbay_lock::beside(&path, "-wal")).unwrap());
    drop((vault, file));
    fs::write(&path, bytes).unwrap();
    fs::write(patchbay_lock::beside(&path, "-wal"), log).unwrap();
    let file = VaultFile::open_as(&path, NEXT_SCHEMA).await.unwrap();
    let vault = file.unlock(UnlockWith::Recovery(&recovery)).await.unwrap();
    assert_eq!(everything(&vault).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_migration_that_goes_wrong_changes_nothing() {
    let (folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    vault.apply(vec![node(1)]).await.unwrap();
    drop((vault, file));
    let old = fs::read(&path).unwrap();
    for schema in [BROKEN_SCHEMA, LOSSY_SCHEMA] {
        assert!(VaultFile::open_as(&path, schema).await.is_err());
        assert!(fs::read(&path).unwrap() == old);
        assert_eq!(names(folder.path()), ["home.patchbay", "home.patchbay.lock"]);
    }
    assert_eq!(everything(&reopen(&path, &recovery).await.1).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_dead_process_was_making_is_swept_up() {
    let (folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    drop((vault, file));
    let stale = crate::staged::Staged::create(&path).unwrap();
    fs::write(patchbay_lock::beside(stale.path(), "-wal"), "x").unwrap();
    std::mem::forget(stale);
    let neighbour = folder.path().join("home.patchbay.notes");
    fs::write(&neighbour, "mine").unwrap();
    reopen(&path, &recovery).await;
    assert_eq!(
        names(folder.path()),
        ["home.patchbay", "home.patchbay.lock", "home.patchbay.notes"]
    );
}

/// The file of this crate's first release, made by it. Later versions must open it.
#[tokio::test]
async fn a_vault_of_the_first_release_opens() {
    let (_folder, path) = place();
    fs::write(&path, include_bytes!("../../testdata/vault-1.patchbay")).unwrap();
    let recovery = include_str!("../../testdata/vault-1.recovery");
    let (_file, vault) = reopen(&path, &RecoveryKey::parse(recovery).unwrap()).await;
    let expected = vec![
        (Kind::Node, id(1), Field::Main, b"web-01".to_vec()),
        (Kind::IdentitySecret, id(2), Field::Password, b"hunter2".to_vec()),
    ];
    assert_eq!(everything(&vault).await.unwrap(), expected);
    let mut connection = sqlite::immutable(&path).await.unwrap();
    let number: i64 = sqlite::one(&path, &mut connection, "PRAGMA user_version").await.unwrap();
    assert_eq!(number, 1);
}
