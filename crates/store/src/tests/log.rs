//! A log left over by a process that died: worked in if it is sound, and never at the cost of the file.

use super::*;
use crate::StoreError;
use std::fs;

/// A vault as a killed process leaves it: the file, its log, and what was in it after each change.
async fn left_over() -> (Vec<u8>, Vec<u8>, RecoveryKey, Vec<usize>) {
    let (_folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    let mut states = vec![0];
    for number in 0..4 {
        let node = put(Kind::Node, number, Field::Main, b"web-01");
        vault.apply(vec![node]).await.unwrap();
        states.push(everything(&vault).await.unwrap().len());
    }
    let (bytes, log) =
        (fs::read(&path).unwrap(), fs::read(patchbay_lock::beside(&path, "-wal")).unwrap());
    drop((vault, file));
    (bytes, log, recovery, states)
}

async fn items(path: &Path, recovery: &RecoveryKey) -> Result<usize, StoreError> {
    let file = VaultFile::open(path).await?;
    let vault = file.unlock(UnlockWith::Recovery(recovery)).await?;
    Ok(everything(&vault).await?.len())
}

#[tokio::test]
async fn what_only_the_log_holds_is_there() {
    let (bytes, log, recovery, _) = left_over().await;
    let (_folder, path) = place();
    let log_path = patchbay_lock::beside(&path, "-wal");
    fs::write(&path, &bytes).unwrap();
    fs::write(&log_path, &log).unwrap();
    {
        // Looked at, and not unlocked: neither the file nor its log may change.
        let _file = VaultFile::open(&path).await.unwrap();
    }
    assert!(fs::read(&path).unwrap() == bytes && fs::read(&log_path).unwrap() == log);
    assert_eq!(items(&path, &recovery).await.unwrap(), 4);
    assert!(!log_path.exists(), "worked in and removed");
    assert_eq!(items(&path, &recovery).await.unwrap(), 4);
}

#[tokio::test]
async fn a_damaged_log_costs_changes_at_its_end_and_nothing_else() {
    let (bytes, log, recovery, states) = left_over().await;
    let (_folder, path) = place();
    let log_path = patchbay_lock::beside(&path, "-wal");
    let flips = (0..log.len()).step_by(151).map(|at| {
        let mut damaged = log.clone();
        damaged[at] ^= 1 << (at % 8);
        damaged
    });
    let cuts = (0..log.len()).step_by(577).map(|length| log[..length].to_vec());
    for damaged in flips.chain(cuts) {
        fs::write(&path, &bytes).unwrap();
        fs::write(&log_path, &damaged).unwrap();
        match items(&path, &recovery).await {
            Ok(count) => assert!(states.contains(&count), "{count}"),
            Err(StoreError::Damaged { .. }) => {
                assert!(
                    fs::read(&path).unwrap() == bytes && fs::read(&log_path).unwrap() == damaged
                );
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn the_log_of_another_vault_is_not_taken_for_its_own() {
    let (_, log, _, _) = left_over().await;
    let (bytes, _, recovery, _) = left_over().await;
    let (_folder, path) = place();
    let log_path = patchbay_lock::beside(&path, "-wal");
    fs::write(&path, &bytes).unwrap();
    fs::write(&log_path, &log).unwrap();
    let result = items(&path, &recovery).await;
    assert!(result.is_err(), "{result:?}");
    assert!(fs::read(&path).unwrap() == bytes && fs::read(&log_path).unwrap() == log);
}
