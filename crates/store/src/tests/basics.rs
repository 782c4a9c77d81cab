//! What a vault is for, and who is let in.

use super::*;
use crate::StoreError;
use crate::vault::{KeyringKey, VaultError};

#[tokio::test]
async fn what_is_put_is_there_after_closing() {
    let (_folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    let secret = put(Kind::IdentitySecret, 1, Field::Password, b"hunter2");
    vault.apply(vec![put(Kind::Node, 1, Field::Main, b"web-01"), secret]).await.unwrap();
    vault.apply(vec![put(Kind::Node, 2, Field::Main, b"db-01")]).await.unwrap();
    let before = everything(&vault).await.unwrap();
    assert_eq!(before.len(), 3);
    let vault_id = file.id();
    drop((vault, file));

    let (file, vault) = reopen(&path, &recovery).await;
    assert_eq!(file.id(), vault_id);
    assert_eq!(everything(&vault).await.unwrap(), before);
    let got = vault.get(Kind::IdentitySecret, id(1), Field::Password).await.unwrap().unwrap();
    assert_eq!(got.as_slice(), b"hunter2");
    assert!(vault.get(Kind::IdentitySecret, id(1), Field::PrivateKey).await.unwrap().is_none());
    drop((vault, file));
    let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().flatten().collect();
    assert_eq!(left.len(), 2, "only the vault and its lock stay: {left:?}");
}

#[tokio::test]
async fn later_changes_count_over_earlier_ones() {
    let (_folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    let delete = |number| Change::Delete { kind: Kind::Node, id: id(number) };
    let node = |number, text: &str| put(Kind::Node, number, Field::Main, text.as_bytes());
    vault
        .apply(vec![node(1, "a"), node(1, "b"), node(2, "gone"), delete(2), delete(9)])
        .await
        .unwrap();
    vault.apply(vec![]).await.unwrap();
    vault.apply(vec![delete(1), node(1, "c"), node(3, "d")]).await.unwrap();
    vault.apply(vec![put(Kind::Node, 3, Field::Password, b"x")]).await.unwrap();
    vault.apply(vec![delete(3), put(Kind::Node, 3, Field::Passphrase, b"y")]).await.unwrap();
    let expected = vec![
        (Kind::Node, id(1), Field::Main, b"c".to_vec()),
        (Kind::Node, id(3), Field::Passphrase, b"y".to_vec()),
    ];
    assert_eq!(everything(&vault).await.unwrap(), expected);
    drop((vault, file));
    let (_file, vault) = reopen(&path, &recovery).await;
    assert_eq!(everything(&vault).await.unwrap(), expected);
}

#[tokio::test]
async fn each_way_in_opens_and_a_wrong_one_says_so() {
    let (_folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    vault.apply(vec![put(Kind::Node, 1, Field::Main, b"web-01")]).await.unwrap();
    let keyring = KeyringKey::generate().unwrap();
    assert!(!file.has_keyring_wrap());
    let none = file.unlock(UnlockWith::Keyring(&keyring)).await;
    assert!(matches!(none, Err(StoreError::NoKeyringWrap)));
    vault.set_keyring_wrap(Some(&keyring)).await.unwrap();
    assert!(file.has_keyring_wrap());
    drop((vault, file));

    let file = VaultFile::open(&path).await.unwrap();
    assert!(file.has_keyring_wrap());
    let right = passphrase("ledger mango");
    for with in [
        UnlockWith::Passphrase(&right),
        UnlockWith::Recovery(&recovery),
        UnlockWith::Keyring(&keyring),
    ] {
        let vault = file.unlock(with).await.unwrap();
        assert_eq!(everything(&vault).await.unwrap().len(), 1);
    }
    let wrong = (passphrase("ledger mangos"), RecoveryKey::generate().unwrap());
    let other = KeyringKey::generate().unwrap();
    let refused = file.unlock(UnlockWith::Passphrase(&wrong.0)).await;
    assert!(matches!(refused, Err(StoreError::Vault(VaultError::WrongPassphrase))));
    let refused = file.unlock(UnlockWith::Recovery(&wrong.1)).await;
    assert!(matches!(refused, Err(StoreError::Vault(VaultError::WrongRecoveryKey))));
    let refused = file.unlock(UnlockWith::Keyring(&other)).await;
    assert!(matches!(refused, Err(StoreError::Vault(VaultError::WrongKeyringKey))));
}

#[tokio::test]
async fn replaced_keys_open_nothing_any_more() {
    let (_folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    vault.apply(vec![put(Kind::Node, 1, Field::Main, b"web-01")]).await.unwrap();
    let (old, new) = (passphrase("ledger mango"), passphrase("offset walrus"));
    assert!(vault.verify_passphrase(&old).await.unwrap());
    vault.change_passphrase(&new).await.unwrap();
    assert!(!vault.verify_passphrase(&old).await.unwrap());
    assert!(vault.verify_passphrase(&new).await.unwrap());
    let fresh = RecoveryKey::generate().unwrap();
    vault.replace_recovery_key(&fresh).await.unwrap();
    drop((vault, file));

    let file = VaultFile::open(&path).await.unwrap();
    let refused = file.unlock(UnlockWith::Recovery(&recovery)).await;
    assert!(matches!(refused, Err(StoreError::Vault(VaultError::WrongRecoveryKey))));
    let vault = file.unlock(UnlockWith::Recovery(&fresh)).await.unwrap();
    assert_eq!(everything(&vault).await.unwrap().len(), 1);
}

#[tokio::test]
async fn rekeying_seals_everything_anew_and_everybody_goes_on() {
    let (_folder, path) = place();
    let (file, vault, old_recovery) = new_vault(&path).await;
    let nodes = (0..1200).map(|n| put(Kind::Node, n, Field::Main, format!("web-{n}").as_bytes()));
    vault.apply(nodes.collect()).await.unwrap();
    vault.set_keyring_wrap(Some(&KeyringKey::generate().unwrap())).await.unwrap();
    let before = everything(&vault).await.unwrap();
    let other = vault.clone();
    let (new, recovery) = (passphrase("offset walrus"), RecoveryKey::generate().unwrap());
    vault.rekey(&new, &recovery).await.unwrap();
    assert_eq!(everything(&other).await.unwrap(), before);
    other.apply(vec![put(Kind::Node, 1200, Field::Main, b"after")]).await.unwrap();
    assert!(!file.has_keyring_wrap());
    drop((vault, other, file));

    let file = VaultFile::open(&path).await.unwrap();
    assert!(file.unlock(UnlockWith::Recovery(&old_recovery)).await.is_err());
    let vault = file.unlock(UnlockWith::Passphrase(&new)).await.unwrap();
    assert_eq!(everything(&vault).await.unwrap().len(), 1201);
}

#[tokio::test]
async fn locking_takes_the_keys_from_every_clone() {
    let (_folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    let clone = vault.clone();
    vault.lock();
    assert!(!clone.is_unlocked());
    let refused = clone.apply(vec![put(Kind::Node, 1, Field::Main, b"x")]).await;
    assert!(matches!(refused, Err(StoreError::Locked)));
    assert!(matches!(clone.load(Kind::Node).await, Err(StoreError::Locked)));
    assert!(matches!(clone.get(Kind::Node, id(1), Field::Main).await, Err(StoreError::Locked)));
    let again = file.unlock(UnlockWith::Recovery(&recovery)).await.unwrap();
    again.apply(vec![put(Kind::Node, 1, Field::Main, b"x")]).await.unwrap();
    assert!(!clone.is_unlocked());
}

#[tokio::test]
async fn a_second_holder_is_told_who_has_it() {
    let (_folder, path) = place();
    let (file, vault, _) = new_vault(&path).await;
    let Err(StoreError::InUse { by }) = VaultFile::open(&path).await else { panic!("let in") };
    assert!(by.contains(&format!("process {}", std::process::id())), "{by}");
    drop(file);
    assert!(matches!(VaultFile::open(&path).await, Err(StoreError::InUse { .. })));
    drop(vault);
    VaultFile::open(&path).await.unwrap();
}

#[tokio::test]
async fn files_that_are_no_vaults_are_told_apart() {
    let (folder, path) = place();
    assert!(matches!(VaultFile::open(&path).await, Err(StoreError::Missing { .. })));
    std::fs::write(&path, "just a letter, of some length; it is not a vault at all").unwrap();
    assert!(matches!(VaultFile::open(&path).await, Err(StoreError::NotAVault { .. })));
    std::fs::write(&path, "").unwrap();
    assert!(matches!(VaultFile::open(&path).await, Err(StoreError::Damaged { .. })));
    let recovery = RecoveryKey::generate().unwrap();
    let taken = VaultFile::create(&path, &passphrase("x"), &recovery, KdfCost::FLOOR).await;
    assert!(matches!(taken, Err(StoreError::Exists { .. })));
    let other = folder.path().join("other.db");
    std::fs::write(&other, "").unwrap();
    let mut connection = crate::sqlite::writer(&other).await.unwrap();
    sqlx::query("CREATE TABLE t (a)").execute(&mut connection).await.unwrap();
    crate::sqlite::close(&other, connection).await.unwrap();
    assert!(matches!(VaultFile::open(&other).await, Err(StoreError::NotAVault { .. })));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_what_is_written() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = place();
    let (_file, vault, _) = new_vault(&path).await;
    vault.apply(vec![put(Kind::Node, 1, Field::Main, b"x")]).await.unwrap();
    vault.backup(&folder.path().join("backup")).await.unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap().flatten() {
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
}
