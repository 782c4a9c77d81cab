//! One story over both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use patchbay_model::{AccountId, Timestamp};
use patchbay_team::entity::{Account, Change, Space};
use patchbay_team_store::{ItemChange, Place, TeamStore, Write};

#[tokio::test]
async fn sqlite_smoke() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::Sqlite(folder.path().join("team.db"));
    let store = TeamStore::open(&place).await.unwrap();
    let account = Account {
        id: AccountId::new(),
        name: "ada".into(),
        display: "Ada".into(),
        password: None,
        totp: None,
        totp_step: 0,
        operator: true,
        suspended: false,
        created: Timestamp(5),
    };
    let space = Space::Personal(account.id);
    let item = ItemChange::Put {
        space,
        kind: 1,
        id: [3; 16],
        field: 0,
        expected: None,
        version: 1,
        sealed: vec![1, 2],
    };
    let write = Write {
        changes: vec![Change::PutAccount(account.clone())],
        items: vec![item],
        ..Write::default()
    };
    assert_eq!(store.write(write).await.unwrap(), 1);
    store.close().await;
    let store = TeamStore::open(&place).await.unwrap();
    assert_eq!(store.changes_of_directory().await.unwrap(), (vec![Change::PutAccount(account)], 1));
    assert_eq!(store.items(space).await.unwrap().len(), 1);
}
