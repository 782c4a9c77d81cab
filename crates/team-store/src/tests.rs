//! What cannot be seen from outside: what a node does that missed something.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::connection::Connection;
use crate::revisions::{self, State};
use crate::{Changed, Place, TeamStore, Write, postgres, schema, sqlite};
use patchbay_model::{AccountId, Timestamp};
use patchbay_team::audit::{Actor, Chain, Entry, Head, Outcome, Record, verify};
use patchbay_team::entity::{Change, Policy};
use patchbay_testkit::{Postgres, postgres_or_skip};
use sqlx::{Connection as _, Executor};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, broadcast};

#[tokio::test]
async fn who_missed_more_than_is_remembered_reads_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("team.db");
    let store = TeamStore::open(&Place::Sqlite(path.clone())).await.unwrap();
    for _ in 0..5 {
        store.write(Write::default()).await.unwrap();
    }
    store.close().await;
    let mut on = sqlite::writer(&path).await.unwrap();
    let now = revisions::state(&mut Connection::Sqlite(&mut on)).await.unwrap();
    assert_eq!(now.revision, 5);
    let (told, mut hears) = broadcast::channel(16);
    let mut missed = async |on: &mut _, from: State| -> Vec<Changed> {
        let mut known = from;
        revisions::catch_up(&mut Connection::Sqlite(on), &mut known, &told).await.unwrap();
        assert_eq!(known, now);
        std::iter::from_fn(|| hears.try_recv().ok()).collect()
    };
    let everything =
        [Changed { revision: 5, directory: true, items: Vec::new(), everything: true }];
    assert_eq!(missed(&mut on, now).await, []);
    let two = missed(&mut on, State { revision: 3, ..now }).await;
    assert_eq!(
        two.iter().map(|one| (one.revision, one.everything)).collect::<Vec<_>>(),
        [(4, false), (5, false)]
    );
    // Ahead of the database, or of another history: it was put back.
    assert_eq!(missed(&mut on, State { revision: 9, ..now }).await, everything);
    assert_eq!(missed(&mut on, State { lineage: [0; 16], ..now }).await, everything);
    assert_eq!(missed(&mut on, State { revision: 3, lineage: [0; 16] }).await, everything);
    on.execute("DELETE FROM revisions WHERE revision < 4").await.unwrap();
    assert_eq!(missed(&mut on, State { revision: 3, ..now }).await.len(), 2);
    assert_eq!(missed(&mut on, State { revision: 2, ..now }).await, everything);
}

/// What the first version wrote, and the name of each table that it had.
const FIRST: [&str; 2] = [
    "INSERT INTO organisations (id, name, created) VALUES (x'0102030405060708090a0b0c0d0e0f10', 'Lab', 7)",
    "INSERT INTO audit (seq, at, actor, action, outcome, previous, hash) \
        VALUES (1, 1700000000000, 3, 'server.set_up_link', 0, zeroblob(32), $1)",
];

#[tokio::test]
async fn a_log_of_the_first_version_is_as_it_was_in_the_newest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("team.db");
    let mut old = sqlite::fresh(&path).await.unwrap();
    let first = Entry {
        at: Timestamp(1_700_000_000_000),
        actor: Actor::Server,
        action: "server.set_up_link".to_owned(),
        object: None,
        address: None,
        reason: None,
        outcome: Outcome::Done,
        detail: None,
        organisation: None,
        acting_as: None,
    };
    let mut chain = Chain::default();
    let record = chain.next(first.clone());
    let mut on = Connection::Sqlite(&mut old);
    schema::upgrade(&mut on, 0, 1).await.unwrap();
    on.run(FIRST[0], &[]).await.unwrap();
    on.run(FIRST[1], &[(&record.hash).into()]).await.unwrap();
    old.close().await.unwrap();

    let store = TeamStore::open(&Place::Sqlite(path)).await.unwrap();
    assert_eq!(store.audit(1, 10).await.unwrap(), [record]);
    let (changes, _) = store.changes_of_directory().await.unwrap();
    let [Change::PutOrganisation(lab)] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((lab.name.as_str(), lab.policy), ("Lab", Policy::default()));
    let entry = Entry { organisation: Some(lab.id), ..first.clone() };
    let account = AccountId::from_bytes([1; 16]);
    let acting_as = Some(AccountId::from_bytes([2; 16]));
    let acted = Entry { actor: Actor::Account { account }, acting_as, ..first };
    let audit = vec![entry.clone(), acted.clone()];
    store.write(Write { audit, ..Write::default() }).await.unwrap();
    let records = store.audit(1, 10).await.unwrap();
    assert_eq!((&records[1].entry, &records[2].entry), (&entry, &acted));
    let head = store.audit_head().await.unwrap();
    assert_eq!(verify(&records, &[], &[0; 32], Some(head)).unwrap().head, chain_of(&records));
    store.close().await;
}

fn chain_of(records: &[Record]) -> Head {
    records.last().unwrap().head()
}

/// Without what looks by itself from time to time.
#[tokio::test]
async fn a_node_is_told_of_what_another_writes() {
    if !postgres_or_skip("what nodes tell each other") {
        return;
    }
    let server = Postgres::start().await.unwrap();
    let store = TeamStore::open(&Place::Postgres(server.url())).await.unwrap();
    let wrote = Arc::new(Notify::new());
    let options = postgres::options(&server.url()).unwrap();
    let hearing = Arc::clone(&wrote);
    let ear = tokio::spawn(async move { postgres::hear(&options, &hearing).await });
    let limit = Duration::from_secs(30);
    // Once when it listens, then for each write.
    for _ in 0..4 {
        tokio::time::timeout(limit, wrote.notified()).await.expect("nothing was heard");
        store.write(Write::default()).await.unwrap();
    }
    ear.abort();
    store.close().await;
}
