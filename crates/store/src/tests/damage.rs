//! Damaged files: every byte, every length, and rows from elsewhere or from another time.

use super::*;
use crate::{StoreError, sqlite};
use std::fs;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

type Content = Vec<(Kind, [u8; 16], Field, Vec<u8>)>;

/// A small vault at rest, with every sort of page in it: its bytes, its recovery key and what is in it. Pages are the
/// smallest that hold the header, so that most bytes mean something.
async fn small_vault() -> (Vec<u8>, RecoveryKey, Content) {
    let (_folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    let changes = vec![
        put(Kind::Node, 1, Field::Main, b"web-01"),
        put(Kind::Node, 2, Field::Main, b"db-01"),
        put(Kind::Identity, 3, Field::Main, b"ops"),
        put(Kind::IdentitySecret, 3, Field::Password, b"hunter2"),
    ];
    vault.apply(changes).await.unwrap();
    drop((vault, file));
    let (_other_folder, small) = place();
    let mut connection = sqlite::writer(&path).await.unwrap();
    for statement in ["PRAGMA journal_mode = DELETE", "PRAGMA page_size = 1024", "VACUUM"] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    sqlite::close(&path, connection).await.unwrap();
    fs::copy(&path, &small).unwrap();
    let (file, vault) = reopen(&small, &recovery).await;
    // The long ones leave overflow pages and free pages.
    let long = put(Kind::Node, 4, Field::Main, &[b'n'; 1500]);
    vault.apply(vec![long, put(Kind::Node, 5, Field::Main, &[b'm'; 1000])]).await.unwrap();
    let change = put(Kind::Node, 1, Field::Main, b"web-02");
    vault.apply(vec![change, Change::Delete { kind: Kind::Node, id: id(5) }]).await.unwrap();
    let content = everything(&vault).await.unwrap();
    drop((vault, file));
    let path = small;
    (fs::read(&path).unwrap(), recovery, content)
}

/// Opens what is at the path and reads all of it.
async fn read(path: &Path, recovery: &RecoveryKey) -> Result<Content, StoreError> {
    let file = VaultFile::open(path).await?;
    let vault = file.unlock(UnlockWith::Recovery(recovery)).await?;
    everything(&vault).await
}

/// Tries a damaged file: either an error that leaves it as it was, or everything is still there. True if it opened.
async fn survives(path: &Path, damaged: &[u8], recovery: &RecoveryKey, content: &Content) -> bool {
    fs::write(path, damaged).unwrap();
    match read(path, recovery).await {
        Ok(found) => {
            assert_eq!(&found, content);
            true
        }
        Err(error) => {
            let clear = matches!(
                error,
                StoreError::Damaged { .. }
                    | StoreError::NotAVault { .. }
                    | StoreError::TooNew { .. }
                    | StoreError::Vault(_)
            );
            assert!(clear, "{error:?}");
            assert!(fs::read(path).unwrap() == damaged, "the file was written to: {error}");
            let folder = fs::read_dir(path.parent().unwrap()).unwrap().flatten();
            let names: Vec<_> = folder.map(|entry| entry.file_name()).collect();
            assert_eq!(names.len(), 2, "something was left behind: {names:?}");
            false
        }
    }
}

/// Runs `case` for every number of a range, spread over the processors, each with a folder of its own.
fn in_parallel(range: Range<usize>, case: impl AsyncFn(&Path, usize) + Sync) {
    let next = AtomicUsize::new(range.start);
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                let (_folder, path) = place();
                runtime.block_on(async {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= range.end {
                            return;
                        }
                        case(&path, number).await;
                    }
                });
            });
        }
    });
}

fn blocking<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

#[test]
fn every_flipped_byte_is_noticed_or_harmless() {
    let (bytes, recovery, content) = blocking(small_vault());
    let opened = AtomicUsize::new(0);
    in_parallel(0..bytes.len(), async |path, at| {
        let mut damaged = bytes.clone();
        // One bit at most places, all of them at every ninth, so that both kinds fall everywhere.
        damaged[at] ^= if at % 9 == 0 { 0xff } else { 1 << (at % 8) };
        if survives(path, &damaged, &recovery, &content).await {
            opened.fetch_add(1, Ordering::Relaxed);
        }
    });
    let opened = opened.into_inner();
    println!("{} flips: {opened} fell on unused bytes, the others were refused", bytes.len());
    assert!(opened < bytes.len());
}

#[test]
fn every_truncated_length_is_noticed() {
    let (bytes, recovery, content) = blocking(small_vault());
    in_parallel(0..bytes.len(), async |path, length| {
        assert!(!survives(path, &bytes[..length], &recovery, &content).await, "{length} bytes");
    });
}
