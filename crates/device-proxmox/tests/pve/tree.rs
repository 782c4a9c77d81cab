//! All of a cluster in one request, and what is different after something was done.

use crate::support::{done, id, lab, node, open, vm};
use patchbay_device_proxmox::{Migration, NewClone, Power, ResourceKind, difference};
use patchbay_testkit::pve_or_skip;
use serde_json::json;

#[tokio::test]
async fn a_live_folder_follows_creation_migration_and_deletion() {
    if !pve_or_skip("a live folder") {
        return;
    }
    let (_pve, client) = open(&lab()).await;
    let first = client.resources().await.unwrap();
    let kinds = |of: fn(&ResourceKind) -> bool| first.iter().filter(|one| of(&one.kind)).count();
    assert_eq!(kinds(|kind| matches!(kind, ResourceKind::Node(_))), 2);
    assert_eq!(kinds(|kind| matches!(kind, ResourceKind::Guest { .. })), 4);
    assert_eq!(kinds(|kind| matches!(kind, ResourceKind::Storage { .. })), 4);

    let new = NewClone {
        id: client.next_id().await.unwrap(),
        name: Some("db2".to_owned()),
        description: None,
        node: None,
        pool: None,
        full: true,
        storage: None,
        snapshot: None,
    };
    assert_eq!(new.id, id(103));
    done(&client, client.clone_guest(&vm(101), &new).await).await;
    let (target, online) = (node("pve2"), false);
    let how = Migration { target, online, local_disks: false, storage: None };
    done(&client, client.migrate(&vm(101), &how).await).await;
    done(&client, client.power(&vm(100), Power::Stop).await).await;
    done(&client, client.delete(&vm(100), true).await).await;
    let second = client.resources().await.unwrap();
    let found = difference(&first, &second);
    assert_eq!(found.created.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["db2"]);
    assert_eq!(found.gone, ["qemu/100"]);
    let moved: Vec<_> = found
        .moved
        .iter()
        .map(|(from, now)| (from.as_str(), now.guest().unwrap().clone()))
        .collect();
    assert_eq!(moved, [("pve1", vm(101).on(node("pve2")))]);
    assert!(found.changed.is_empty(), "{:?}", found.changed);
}

#[tokio::test]
async fn five_thousand_guests_are_one_request() {
    if !pve_or_skip("many guests") {
        return;
    }
    let (pve, client) = open(&json!({ "many": 5_000 })).await;
    let before = pve.connections();
    let all = client.resources().await.unwrap();
    assert_eq!(all.iter().filter(|one| one.guest().is_some()).count(), 5_000);
    assert!(pve.connections() <= before + 1);
    assert!(difference(&all, &client.resources().await.unwrap()).is_empty());
}
