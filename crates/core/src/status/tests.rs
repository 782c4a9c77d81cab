//! The service: what is looked at, and how it is told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::{CoreError, Right, testing::Fixture};
use patchbay_model::{
    AppEvent, EntryDraft, Jump, LockReason, NodeId, Reachability, Settings, StatusReport,
};
use std::{collections::HashMap, time::Duration};
use tokio::{io::AsyncWriteExt, net::TcpListener, sync::broadcast::Receiver};

async fn machine(fixture: &Fixture, name: &str, settings: Settings) -> NodeId {
    let draft = EntryDraft {
        name: name.into(),
        address: "127.0.0.1".into(),
        settings,
        ..EntryDraft::default()
    };
    fixture.core.tree().add_entry(&fixture.folder(None), draft).await.unwrap().id
}

/// The last report of each machine, and how many events told them.
async fn reports(
    events: &mut Receiver<AppEvent>,
    count: usize,
) -> (HashMap<NodeId, StatusReport>, usize) {
    let mut last: HashMap<NodeId, StatusReport> = HashMap::new();
    let mut told = 0;
    let collect = async {
        while last.values().filter(|report| report.reachability != Reachability::Checking).count()
            < count
        {
            if let AppEvent::Status { reports } = events.recv().await.unwrap() {
                told += 1;
                last.extend(reports.into_iter().map(|report| (report.id, report)));
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), collect).await.expect("all are told");
    (last, told)
}

#[tokio::test]
async fn many_are_told_in_few_events_and_what_is_behind_a_jump_is_not_guessed() {
    let fixture = Fixture::open().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = Some(listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"SSH-2.0-test\r\n").await.unwrap();
        }
    });
    let mut ids = Vec::new();
    for at in 0..60 {
        ids.push(
            machine(&fixture, &format!("m{at}"), Settings { port, ..Settings::default() }).await,
        );
    }
    let jump = Some(Jump::Through { entry: ids[0] });
    let inner = machine(&fixture, "inner", Settings { jump, ..Settings::default() }).await;
    let folder = fixture.add_folder(None, "folder").await;
    let all: Vec<NodeId> = ids.iter().copied().chain([inner, folder]).collect();

    let mut events = fixture.core.events();
    let asked = fixture.ctx.authorize_all(&all, Right::Use).unwrap();
    fixture.core.status().check(&asked).unwrap();
    let (last, told) = reports(&mut events, ids.len() + 1).await;
    assert!(ids.iter().all(|id| last[id].reachability == Reachability::Up), "{last:?}");
    assert_eq!(
        (last[&inner].reachability, last[&inner].detail.as_str()),
        (Reachability::Unknown, "behind m0")
    );
    assert!(!last.contains_key(&folder), "a folder is no machine");
    assert!(told < ids.len(), "{told} events");

    fixture.core.vault().lock(LockReason::Person, false);
    assert!(matches!(fixture.core.status().check(&asked), Err(CoreError::VaultLocked)));
}
