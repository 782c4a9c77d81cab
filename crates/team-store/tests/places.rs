//! Files that are not ours, disks that are full, databases that do not let us in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(missing_docs)]

mod common;

use common::*;
use patchbay_model::{AccountId, OrganisationId, TokenId};
use patchbay_team::audit::{Actor, Entry, verify};
use patchbay_team::entity::{Change, Space};
use patchbay_team_store::{ItemChange, Place, StoreError, TeamStore, Write, restore};
use patchbay_testkit::{Postgres, postgres_or_skip};
use sqlx::{Connection, Executor, SqliteConnection};
use std::path::Path;

async fn raw(path: &Path, sql: &'static str) {
    let mut on =
        SqliteConnection::connect(&format!("sqlite://{}?mode=rwc", path.display())).await.unwrap();
    on.execute(sql).await.unwrap();
    on.close().await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_not_ours_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let foreign = folder.path().join("foreign.db");
    raw(&foreign, "CREATE TABLE accounts (id INTEGER)").await;
    let text = folder.path().join("text");
    std::fs::write(&text, "Dear diary").unwrap();
    for path in [foreign, text] {
        let before = std::fs::read(&path).unwrap();
        let place = Place::Sqlite(path.clone());
        let opened = TeamStore::open(&place).await.map(drop);
        assert!(matches!(opened, Err(StoreError::NotOurs { .. })), "{opened:?}");
        let restored = restore(&path, &Place::Sqlite(folder.path().join("new"))).await;
        assert!(matches!(restored, Err(StoreError::NotOurs { .. })), "{restored:?}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
    let missing = restore(&folder.path().join("x"), &Place::Sqlite("/nowhere/y".into())).await;
    assert!(matches!(missing, Err(StoreError::Missing { .. })));
    let nowhere = TeamStore::open(&Place::Sqlite("/nowhere/team.db".into())).await.map(drop);
    assert!(matches!(nowhere, Err(StoreError::Io { .. })), "{nowhere:?}");
}

#[tokio::test]
async fn a_file_of_a_later_version_or_a_damaged_backup_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("team.db");
    let (place, backup) = (Place::Sqlite(path.clone()), folder.path().join("backup"));
    let store = TeamStore::open(&place).await.unwrap();
    let ada = account("ada");
    let space = Space::Personal(ada.id);
    store.write(of_changes(vec![Change::PutAccount(ada)])).await.unwrap();
    store.write(of_items((0..500).map(|n| put(space, n, None, 1)).collect())).await.unwrap();
    store.backup(&backup).await.unwrap();
    store.close().await;
    #[cfg(unix)]
    for path in [&path, &backup] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    raw(&path, "UPDATE state SET version = 99").await;
    let opened = TeamStore::open(&place).await.map(drop);
    assert!(matches!(opened, Err(StoreError::TooNew { found: 99, known: 5 })), "{opened:?}");
    let target = Place::Sqlite(folder.path().join("target.db"));
    let restored = restore(&path, &target).await;
    assert!(matches!(restored, Err(StoreError::TooNew { found: 99, .. })), "{restored:?}");

    let mut bytes = std::fs::read(&backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xff);
    std::fs::write(&backup, bytes).unwrap();
    let restored = restore(&backup, &target).await;
    assert!(matches!(restored, Err(StoreError::Damaged(_))), "{restored:?}");
    // A restore that failed leaves nothing that would be taken for a database.
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("target") && !name.ends_with(".lock"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn closing_one_clone_closes_all_and_lets_the_file_go() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::Sqlite(folder.path().join("team.db"));
    let store = TeamStore::open(&place).await.unwrap();
    let clone = store.clone();
    store.close().await;
    assert!(matches!(clone.ping().await, Err(StoreError::Closed)));
    assert!(matches!(clone.write(Write::default()).await, Err(StoreError::Closed)));
    let again = TeamStore::open(&place).await.unwrap();
    again.write(Write::default()).await.unwrap();
    again.close().await;
}

/// Whatever column somebody changes, the log says at which record.
#[tokio::test]
async fn an_altered_record_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("team.db");
    let place = Place::Sqlite(path.clone());
    let store = TeamStore::open(&place).await.unwrap();
    let full = Entry {
        actor: Actor::Token { token: TokenId::new(), account: AccountId::new() },
        object: Some("entry:1".to_owned()),
        address: Some("192.0.2.1".to_owned()),
        reason: Some("why".to_owned()),
        detail: Some("more".to_owned()),
        organisation: Some(OrganisationId::new()),
        acting_as: Some(AccountId::new()),
        ..entry("entry.edit")
    };
    let audit = vec![full.clone(), full.clone(), full];
    store.write(Write { audit, ..Write::default() }).await.unwrap();
    store.close().await;
    let good = std::fs::read(&path).unwrap();
    for change in [
        "UPDATE audit SET at = at + 1 WHERE seq = 2",
        "UPDATE audit SET actor = 1, token = NULL WHERE seq = 2",
        "UPDATE audit SET account = randomblob(16) WHERE seq = 2",
        "UPDATE audit SET token = randomblob(16) WHERE seq = 2",
        "UPDATE audit SET action = 'entry.see' WHERE seq = 2",
        "UPDATE audit SET object = 'entry:2' WHERE seq = 2",
        "UPDATE audit SET address = NULL WHERE seq = 2",
        "UPDATE audit SET reason = '' WHERE seq = 2",
        "UPDATE audit SET outcome = 1 WHERE seq = 2",
        "UPDATE audit SET detail = 'less' WHERE seq = 2",
        "UPDATE audit SET organisation = NULL WHERE seq = 2",
        "UPDATE audit SET acting_as = NULL WHERE seq = 2",
        "UPDATE audit SET acting_as = randomblob(16) WHERE seq = 2",
        "UPDATE audit SET acting_as = organisation, organisation = acting_as WHERE seq = 2",
        "UPDATE audit SET previous = randomblob(32) WHERE seq = 2",
        "UPDATE audit SET hash = randomblob(32) WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "UPDATE audit SET seq = seq + 1 WHERE seq = 3",
    ] {
        raw(&path, change).await;
        let store = TeamStore::open(&place).await.unwrap();
        let records = store.audit(1, 10).await.unwrap();
        let found = verify(&records, &[], &[0; 32], None).unwrap_err();
        assert_eq!(found.seq, if change.contains("seq + 1") { 3 } else { 2 }, "{change}");
        store.close().await;
        std::fs::write(&path, &good).unwrap();
    }
}

#[tokio::test]
async fn a_postgres_that_refuses_is_said_to() {
    if !postgres_or_skip("a PostgreSQL that refuses") {
        return;
    }
    let server = Postgres::start().await.unwrap();
    let wrong = server.url().replace("pass-word-1", "pass-word-2");
    let unknown =
        server.url().replace("/postgres", "/nowhere").replace("postgres:/nowhere", "postgres:/");
    for url in [wrong.as_str(), &unknown, "postgres//half-a-url", "mysql://x@y/z"] {
        let Err(problem) = TeamStore::open(&Place::Postgres(url.to_owned())).await else {
            panic!("{url} was let in")
        };
        assert!(matches!(problem, StoreError::Refused(_)), "{url}: {problem:?}");
        assert!(!problem.to_string().contains("pass-word"), "{problem}");
    }
    // Tables of somebody else are not touched.
    server.sql("CREATE TABLE accounts (id int)").unwrap();
    let opened = TeamStore::open(&Place::Postgres(server.url())).await.map(drop);
    assert!(opened.is_err());
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(server.sql(tables).unwrap().trim(), "1");
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
    let place = Place::Sqlite(disk.0.join("team.db"));
    let store = TeamStore::open(&place).await.unwrap();
    let ada = account("ada");
    let space = Space::Personal(ada.id);
    store.write(of_changes(vec![Change::PutAccount(ada)])).await.unwrap();
    let big = |number| {
        let ItemChange::Put { space, kind, id, field, expected, version, .. } =
            put(space, number, None, 1)
        else {
            panic!()
        };
        let sealed = vec![7; 400_000];
        of_items(vec![ItemChange::Put { space, kind, id, field, expected, version, sealed }])
    };
    let filler = disk.0.join("filler");
    fill(&filler);
    for _ in 0..3 {
        let refused = store.write(big(1)).await;
        assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
        assert_eq!(store.items(space).await.unwrap(), []);
    }
    let refused = store.backup(&disk.0.join("backup")).await;
    assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
    std::fs::remove_file(&filler).unwrap();
    assert_eq!(store.write(big(1)).await.unwrap(), 2);
    store.close().await;
    let store = TeamStore::open(&place).await.unwrap();
    assert_eq!(store.items(space).await.unwrap().len(), 1);
    store.close().await;
}

#[cfg(target_os = "linux")]
fn fill(path: &Path) {
    use std::io::Write;
    let mut filler = std::fs::File::create(path).unwrap();
    while filler.write(&[0; 512]).is_ok_and(|written| written > 0) {}
}

#[cfg(target_os = "linux")]
struct SmallDisk(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        let mount = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=2m", "patchbay-test"])
            .arg(at)
            .output();
        mount.is_ok_and(|done| done.status.success()).then(|| Self(at.to_owned()))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("--lazy").arg(&self.0).output();
    }
}
