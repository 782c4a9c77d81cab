//! Several nodes on one PostgreSQL, which goes away and comes back.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(missing_docs)]

mod common;

use common::*;
use patchbay_model::Timestamp;
use patchbay_team::entity::{Change, Space};
use patchbay_team_store::{Changed, Node, Place, StoreError, TeamStore, Write};
use patchbay_testkit::{Postgres, postgres_or_skip};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;

const LIMIT: Duration = Duration::from_secs(30);

async fn next(told: &mut Receiver<Changed>) -> Changed {
    timeout(LIMIT, told.recv()).await.expect("nothing was told").unwrap()
}

/// Writes as soon as it can be written.
async fn write_when_possible(store: &TeamStore, write: Write) -> i64 {
    let end = tokio::time::Instant::now() + LIMIT;
    loop {
        match store.write(write.clone()).await {
            Ok(revision) => return revision,
            Err(problem) if tokio::time::Instant::now() < end => {
                assert!(problem.retryable(), "{problem:?}");
            }
            Err(problem) => panic!("{problem:?}"),
        }
    }
}

#[tokio::test]
async fn nodes_see_each_other_also_after_the_database_was_away() {
    if !postgres_or_skip("several nodes on PostgreSQL") {
        return;
    }
    let mut server = Postgres::start().await.unwrap();
    let place = Place::Postgres(server.url());
    // Both find no tables: one makes them.
    let (one, two) = tokio::join!(TeamStore::open(&place), TeamStore::open(&place));
    let (one, two) = (one.unwrap(), two.unwrap());
    let mut told = [one.changes(), two.changes()];
    let ada = account("ada");
    let space = Space::Personal(ada.id);
    let revision = one.write(of_changes(vec![Change::PutAccount(ada)])).await.unwrap();
    for told in &mut told {
        let changed = next(told).await;
        assert_eq!((changed.revision, changed.directory), (revision, true));
    }
    let mut number = 0;
    for hard in [false, true] {
        if hard {
            server.cut().await.unwrap();
        } else {
            server.stop().await.unwrap();
        }
        let write = of_items(vec![put(space, 1_000, None, 1)]);
        let (written, read, pinged) = tokio::join!(one.write(write), two.items(space), two.ping());
        for result in [written.map(drop), read.map(drop), pinged] {
            let problem = result.unwrap_err();
            assert!(problem.retryable(), "{problem:?}");
            let shown = problem.api_error();
            assert!(shown.retryable && !shown.to_string().contains("pass-word"), "{shown}");
        }
        server.start_again().await.unwrap();
        // By itself, and the other hears of all of it, in order, whenever it came back.
        let mut revisions = Vec::new();
        for _ in 0..3 {
            number += 1;
            let write = of_items(vec![put(space, number, None, 1)]);
            revisions.push(write_when_possible(&one, write).await);
        }
        for told in &mut told {
            for (at, revision) in revisions.iter().enumerate() {
                let changed = next(told).await;
                let which = number - 2 + i64::try_from(at).unwrap();
                assert_eq!((changed.revision, changed.everything), (*revision, false));
                assert_eq!(changed.items, [(space, 1, id(which))]);
            }
        }
        assert_eq!(two.items(space).await.unwrap().len(), usize::try_from(number).unwrap());
    }
    // One goes, the other stays.
    two.close().await;
    one.ping().await.unwrap();
    one.clone().close().await;
    assert!(matches!(one.ping().await, Err(StoreError::Closed)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_kept_whenever_the_database_fails() {
    if !postgres_or_skip("a PostgreSQL that fails under writes") {
        return;
    }
    let mut server = Postgres::start().await.unwrap();
    let place = Place::Postgres(server.url());
    let nodes = [TeamStore::open(&place).await.unwrap(), TeamStore::open(&place).await.unwrap()];
    let ada = account("ada");
    let space = Space::Personal(ada.id);
    nodes[0].write(of_changes(vec![Change::PutAccount(ada)])).await.unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (store, stopped) = (nodes[writer % 2].clone(), stopped.clone());
            tokio::spawn(async move {
                let mut kept = BTreeMap::new();
                let mut lost = 0;
                let mut number = i64::try_from(writer).unwrap() * 1_000_000;
                while !*stopped.borrow() {
                    number += 1;
                    let write = Write {
                        items: vec![put(space, number, None, 1)],
                        audit: vec![entry(&number.to_string())],
                        ..Write::default()
                    };
                    match store.write(write).await {
                        Ok(revision) => drop(kept.insert(revision, number)),
                        Err(StoreError::Unreachable(_) | StoreError::Uncertain(_)) => lost += 1,
                        Err(problem) => panic!("{problem:?}"),
                    }
                }
                (kept, lost)
            })
        })
        .collect();
    let mut told = nodes[1].changes();
    for round in 0..3 {
        for _ in 0..40 {
            next(&mut told).await;
        }
        if round == 1 {
            server.stop().await.unwrap();
        } else {
            server.cut().await.unwrap();
        }
        server.start_again().await.unwrap();
    }
    for _ in 0..40 {
        next(&mut told).await;
    }
    stop.send(true).unwrap();
    let (mut kept, mut lost) = (BTreeMap::new(), 0);
    for writer in writers {
        let (its, failed) = writer.await.unwrap();
        for (revision, number) in its {
            assert_eq!(kept.insert(revision, number), None, "revision {revision} was given twice");
        }
        lost += failed;
    }
    println!("{} writes were acknowledged, {lost} failed", kept.len());
    assert!(lost > 0, "the database never failed a write");
    let log = good_log(&nodes[0]).await.head.seq;
    let (_, revision) = nodes[1].changes_of_directory().await.unwrap();
    assert_eq!(log, revision - 1, "each write but the first has one record");
    let records = nodes[0].audit(1, u32::try_from(log).unwrap()).await.unwrap();
    let items: Vec<_> = nodes[1].items(space).await.unwrap().iter().map(|item| item.id).collect();
    assert_eq!(items.len(), records.len());
    for (revision, number) in kept {
        let at = usize::try_from(revision - 2).unwrap();
        assert_eq!(records[at].entry.action, number.to_string());
        assert!(items.contains(&id(number)));
    }
}

#[tokio::test]
async fn nodes_are_told_where_the_others_are() {
    let home = tempfile::tempdir().unwrap();
    let node = |name: &str, fingerprint: Option<&str>| Node {
        url: format!("https://{name}"),
        fingerprint: fingerprint.map(str::to_owned),
    };
    let (a, b) = (node("a", Some("SHA256:00")), node("b", None));
    let alone = TeamStore::open(&Place::Sqlite(home.path().join("team.db"))).await.unwrap();
    alone.node_is_there(&a, Timestamp(5)).await.unwrap();
    assert_eq!(alone.nodes(Timestamp(0)).await.unwrap(), []);
    alone.node_ends(&a.url, Timestamp(0)).await.unwrap();

    if !postgres_or_skip("where nodes are") {
        return;
    }
    let server = Postgres::start().await.unwrap();
    let place = Place::Postgres(server.url());
    let (one, two) =
        (TeamStore::open(&place).await.unwrap(), TeamStore::open(&place).await.unwrap());
    one.node_is_there(&a, Timestamp(5)).await.unwrap();
    two.node_is_there(&b, Timestamp(7)).await.unwrap();
    assert_eq!(one.nodes(Timestamp(5)).await.unwrap(), [b.clone(), a.clone()]);
    // The first has not been seen for too long.
    assert_eq!(one.nodes(Timestamp(6)).await.unwrap(), std::slice::from_ref(&b));
    // It was started anew with another certificate.
    let renewed = node("a", Some("SHA256:01"));
    one.node_is_there(&renewed, Timestamp(8)).await.unwrap();
    assert_eq!(two.nodes(Timestamp(0)).await.unwrap(), [renewed.clone(), b.clone()]);
    two.node_ends(&b.url, Timestamp(0)).await.unwrap();
    assert_eq!(one.nodes(Timestamp(0)).await.unwrap(), [renewed]);
}
