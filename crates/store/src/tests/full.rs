//! A disk that is full, or a limit that is reached, while something is being saved.

use super::*;
use crate::StoreError;
use std::process::{Command, Output};

const CHILD: &str = "tests::full::child_under_a_limit";
const VAULT: &str = "PATCHBAY_TEST_FULL_VAULT";
const RECOVERY: &str = "PATCHBAY_TEST_FULL_RECOVERY";

fn node(number: u32, length: usize) -> Change {
    put(Kind::Node, number, Field::Main, &vec![b'n'; length])
}

/// Not a test by itself: what runs under the limit that the test below sets.
#[tokio::test]
async fn child_under_a_limit() {
    let (Ok(vault), Ok(recovery)) = (std::env::var(VAULT), std::env::var(RECOVERY)) else { return };
    let path = PathBuf::from(vault);
    let (_file, vault) = reopen(&path, &RecoveryKey::parse(&recovery).unwrap()).await;
    let before = everything(&vault).await.unwrap();
    for attempt in 0..3 {
        let refused = vault.apply(vec![node(9, 8 << 20)]).await;
        assert!(matches!(refused, Err(StoreError::Full { .. })), "{attempt}: {refused:?}");
        assert_eq!(everything(&vault).await.unwrap(), before);
    }
    let backup = vault.backup(&path.with_extension("backup")).await;
    backup.unwrap();
    vault.apply(vec![node(2, 10)]).await.unwrap();
    println!("\nfull-and-went-on");
}

/// Works for everybody, root or not: the largest file the child may write is 1 to 2 MB.
#[cfg(unix)]
#[tokio::test]
async fn a_save_that_reaches_a_limit_changes_nothing_and_the_next_one_works() {
    let (_folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    vault.apply(vec![node(1, 100)]).await.unwrap();
    drop((vault, file));
    // Without the trap the kernel ends the process instead of refusing the write.
    let Output { stdout, stderr, status } = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 2048; exec \"$0\" --exact \"$1\" --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .arg(CHILD)
        .env(VAULT, &path)
        .env(RECOVERY, recovery.display().expose_secret())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&stdout);
    assert!(status.success(), "{said}\n{}", String::from_utf8_lossy(&stderr));
    assert!(said.contains("full-and-went-on"), "{said}");
    let (_file, vault) = reopen(&path, &recovery).await;
    let sizes =
        everything(&vault).await.unwrap().into_iter().map(|(_, id, _, data)| (id, data.len()));
    assert_eq!(sizes.collect::<Vec<_>>(), [(id(1), 100), (id(2), 10)]);
}

/// A small disk, really full. Only root may mount one.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_changes_nothing_and_room_makes_it_work_again() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(folder.path()) else {
        println!("skipped: mounting a small disk needs root");
        return;
    };
    let path = disk.0.join("home.patchbay");
    let (file, vault, recovery) = new_vault(&path).await;
    vault.apply(vec![node(1, 100)]).await.unwrap();
    let before = everything(&vault).await.unwrap();
    let filler = disk.0.join("filler");
    fill(&filler);

    let is_full = |result: Result<(), StoreError>| matches!(result, Err(StoreError::Full { .. }));
    assert!(is_full(vault.apply(vec![node(2, 100_000)]).await));
    assert!(is_full(vault.backup(&disk.0.join("backup")).await));
    let second = disk.0.join("second");
    let right = passphrase("x");
    let made = VaultFile::create(&second, &right, &recovery, KdfCost::FLOOR).await.map(drop);
    assert!(is_full(made));
    assert!(!second.exists() && !disk.0.join("backup").exists());
    assert_eq!(everything(&vault).await.unwrap(), before);
    drop((vault, file));
    let (file, vault) = reopen(&path, &recovery).await;
    assert_eq!(everything(&vault).await.unwrap(), before);

    std::fs::remove_file(&filler).unwrap();
    vault.apply(vec![node(2, 100_000)]).await.unwrap();
    drop((vault, file));
    let (file, vault) = reopen(&path, &recovery).await;
    assert_eq!(everything(&vault).await.unwrap().len(), 2);
    drop((vault, file));
}

#[cfg(target_os = "linux")]
fn fill(path: &Path) {
    use std::io::Write;
    let mut filler = std::fs::File::create(path).unwrap();
    while filler.write(&[0; 512]).is_ok_and(|written| written > 0) {}
}

#[cfg(target_os = "linux")]
struct SmallDisk(PathBuf);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "patchbay-test"])
            .arg(at)
            .output();
        mount.is_ok_and(|done| done.status.success()).then(|| Self(at.to_owned()))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).output();
    }
}
