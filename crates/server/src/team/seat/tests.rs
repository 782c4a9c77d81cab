//! Rights, and what comes of changes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::team::{
    Credentials,
    known::Eyes,
    testing::{PASSWORD, World, visitor},
};
use patchbay_model::{AccountId, AppEvent, ErrorCode, NodeId, Secret};
use patchbay_team::{
    directory::{EDITOR, OPERATOR, OWNER, VIEWER},
    entity::{Change, Space},
};
use serde_json::json;
use std::time::Duration;

async fn names(world: &World, who: AccountId) -> Vec<String> {
    let rows = world.call(who, "tree_load", json!({})).await.unwrap();
    let mut names: Vec<String> = serde_json::from_value(rows["names"].clone()).unwrap();
    names.sort();
    names
}

/// What others change is seen a moment later.
async fn until(mut so: impl AsyncFnMut() -> bool) {
    let looking = async {
        while !so().await {
            patchbay_testkit::moment().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), looking).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn members_see_what_they_were_given_and_the_folders_that_lead_there() {
    let world = World::new().await;
    let folder = json!({ "id": null, "parent": world.root(), "draft": { "name": "rack" } });
    let rack = world.call(world.owner, "folder_save", folder).await.unwrap();
    let rack: NodeId = serde_json::from_value(rack["id"].clone()).unwrap();
    let web = World::machine("web", "192.0.2.1", None);
    let web = world.save(world.owner, None, Some(rack), web).await.unwrap();
    let db = World::machine("db", "192.0.2.2", None);
    world.save(world.owner, None, Some(rack), db).await.unwrap();
    let guest = world.joins("guest", None).await;
    assert_eq!(names(&world, guest).await, ["Lab"]);
    let given = world.grant(guest, web, VIEWER).await;
    until(async || names(&world, guest).await == ["Lab", "rack", "web"]).await;
    // The folder is there, and is none of the guest's business.
    let looked = world.call(guest, "node_get", json!({ "id": rack })).await;
    assert_eq!(looked.unwrap_err().code, ErrorCode::NotAllowed);
    world.call(guest, "node_get", json!({ "id": web })).await.unwrap();
    let open = json!({ "target": { "kind": "entry", "id": web }, "size": { "cols": 80, "rows": 24, "width": 0, "height": 0 }, "attempt": null });
    let opened = world.call(guest, "session_open", open).await;
    assert_eq!(opened.unwrap_err().code, ErrorCode::NotAllowed);
    world.make(Change::DeleteGrant(given)).await;
    until(async || names(&world, guest).await == ["Lab"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_saves_others_see_and_strangers_do_not() {
    let world = World::new().await;
    let editor = world.joins("editor", Some(EDITOR)).await;
    assert_eq!(names(&world, editor).await, ["Lab"]);
    let own = World::machine("mine", "192.0.2.9", None);
    world.save(editor, None, None, own).await.unwrap();
    let shared = World::machine("ours", "192.0.2.8", None);
    world.save(editor, None, Some(world.root()), shared).await.unwrap();
    until(async || names(&world, world.owner).await == ["Lab", "ours"]).await;
    assert_eq!(names(&world, editor).await, ["Lab", "mine", "ours"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_use_a_secret_may_neither_see_it_nor_send_it_elsewhere() {
    let world = World::new().await;
    let identity = world.identity(world.owner, "root", "the-very-secret").await;
    let draft = World::machine("web", "192.0.2.1", Some(identity));
    let web = world.save(world.owner, None, Some(world.root()), draft.clone()).await.unwrap();
    // What is named in the organisation belongs to it.
    let home = world.team.known.home(
        Eyes::of(world.owner),
        patchbay_store::Kind::IdentitySecret,
        *identity.as_bytes(),
    );
    assert_eq!(home, Some(Space::Organisation(world.organisation)));
    for (name, role) in [("operator", OPERATOR), ("editor", EDITOR)] {
        let who = world.joins(name, Some(role)).await;
        let listed = world.call(who, "identity_list", json!({})).await.unwrap();
        assert!(
            listed.to_string().contains("root") && !listed.to_string().contains("the-very-secret")
        );
        let shown = world
            .call(
                who,
                "identity_reveal",
                json!({ "id": identity, "secret": "password", "passphrase": null }),
            )
            .await;
        assert_eq!(shown.unwrap_err().code, ErrorCode::NotAllowed, "{name}");
        let mut elsewhere = draft.clone();
        elsewhere["address"] = json!("203.0.113.66");
        let moved = world.save(who, Some(web), Some(world.root()), elsewhere.clone()).await;
        assert_eq!(moved.unwrap_err().code, ErrorCode::NotAllowed, "{name}");
        let made = world.save(who, None, Some(world.root()), elsewhere.clone()).await;
        assert_eq!(made.unwrap_err().code, ErrorCode::NotAllowed, "{name}");
        // Not even in a space of one's own.
        let tried = json!({ "draft": elsewhere, "parent": null, "id": null });
        let tried = world.call(who, "session_test", tried).await;
        assert_eq!(tried.unwrap_err().code, ErrorCode::NotAllowed, "{name}");
    }
    let mut renamed = draft.clone();
    renamed["notes"] = json!("patched");
    let editor = world.joins("second-editor", Some(EDITOR)).await;
    world.save(editor, Some(web), Some(world.root()), renamed).await.unwrap();
    let owner = world.joins("second-owner", Some(OWNER)).await;
    let shown = world.call(
        owner,
        "identity_reveal",
        json!({ "id": identity, "secret": "password", "passphrase": null }),
    );
    assert!(shown.await.unwrap().to_string().contains("the-very-secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_computer_beneath_is_nobodys() {
    let world = World::new().await;
    let size = json!({ "cols": 80, "rows": 24, "width": 0, "height": 0 });
    let shell = json!({ "target": { "kind": "localShell" }, "size": size, "attempt": null });
    let opened = world.call(world.owner, "session_open", shell).await;
    assert_eq!(opened.unwrap_err().code, ErrorCode::NotAllowed);
    let files = json!({ "place": { "kind": "here" }, "path": "/etc" });
    let listed = world.call(world.owner, "files_list", files).await;
    assert_eq!(listed.unwrap_err().code, ErrorCode::NotAllowed);
    let mut serial = World::machine("console", "/dev/ttyS0", None);
    serial["protocol"] = json!("serial");
    let serial = world.save(world.owner, None, None, serial).await.unwrap();
    let open =
        json!({ "target": { "kind": "entry", "id": serial }, "size": size, "attempt": null });
    let opened = world.call(world.owner, "session_open", open).await;
    assert_eq!(opened.unwrap_err().code, ErrorCode::NotAllowed);
}

#[tokio::test(flavor = "multi_thread")]
async fn trees_are_read_again_when_they_are_others_and_not_when_somebody_signs_in() {
    let world = World::new().await;
    let editor = world.joins("editor", Some(EDITOR)).await;
    let mut events = world.member(editor).await.core.events();
    let shown = Credentials {
        name: "owner".to_owned(),
        password: Secret::new(PASSWORD.to_owned()),
        code: None,
    };
    world.team.sign_in(shown, &visitor()).await.unwrap();
    let layout = json!({ "layout": { "json": "{}" } });
    world.call(editor, "layout_set", layout).await.unwrap();
    let lab = World::machine("lab", "192.0.2.1", None);
    let lab = world.save(world.owner, None, Some(world.root()), lab).await.unwrap();
    let mut told = 0;
    until(async || {
        told += tree_events(&mut events);
        told > 0
    })
    .await;
    assert_eq!(names(&world, editor).await, ["Lab", "lab"]);
    assert_eq!(told, 1);
    world.grant(editor, lab, OWNER).await;
    until(async || tree_events(&mut events) > 0).await;
}

fn tree_events(events: &mut tokio::sync::broadcast::Receiver<AppEvent>) -> usize {
    std::iter::from_fn(|| events.try_recv().ok())
        .filter(|event| matches!(event, AppEvent::Tree { .. }))
        .count()
}
