//! Folders, organisations and the order of entries.

use super::Api;
use patchbay_model::{OrganisationId, Timestamp};
use patchbay_team::{
    directory::{EDITOR, OWNER},
    entity::{Change, Grant, Organisation, Policy, Subject},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

async fn until(mut so: impl AsyncFnMut() -> bool) {
    let looking = async {
        while !so().await {
            patchbay_testkit::moment().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), looking).await.unwrap();
}

/// A second organisation of the owner's, and its number.
async fn second(api: &Api) -> i64 {
    let world = &api.world;
    let id = OrganisationId::new();
    let members = BTreeSet::from([world.owner]);
    let made = Organisation {
        id,
        name: "Works".to_owned(),
        members,
        created: Timestamp(1),
        policy: Policy::default(),
    };
    world.make(Change::PutOrganisation(made)).await;
    world
        .make(Change::PutGrant(Grant {
            id: patchbay_model::GrantId::new(),
            organisation: id,
            subject: Subject::Account(world.owner),
            node: None,
            role: OWNER,
            created: Timestamp(1),
        }))
        .await;
    until(async || {
        api.world.call(world.owner, "tree_load", json!({})).await.unwrap()["names"]
            .as_array()
            .unwrap()
            .contains(&json!("Works"))
    })
    .await;
    let store = &world.team.store;
    store.number(patchbay_team_store::Numbered::Organisation, *id.as_bytes()).await.unwrap()
}

fn made(name: &str, place: Value) -> Value {
    let mut body = json!({ "name": name, "config": { "ip": "192.0.2.1" } });
    for (key, value) in place.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_lie_in_folders_and_organisations() {
    let api = Api::new().await;
    let organisation = api.organisation().await;
    let (_, own) = api.folder(None, "own").await;
    let (_, shared) = api.folder(Some(api.world.root()), "rack").await;
    let place = async |body: Value| {
        let id = api.put(body).await;
        let entry = api.get(&format!("/api/entry/{id}")).await;
        (entry["folderId"].clone(), entry["organizationId"].clone())
    };
    let null = Value::Null;
    assert_eq!(place(made("a", json!({}))).await, (null.clone(), null.clone()));
    assert_eq!(
        place(made("b", json!({ "folderId": null, "organizationId": null }))).await,
        (null.clone(), null.clone())
    );
    assert_eq!(place(made("c", json!({ "folderId": own }))).await, (json!(own), null.clone()));
    assert_eq!(
        place(made("d", json!({ "organizationId": organisation }))).await,
        (null, json!(organisation))
    );
    let there = (json!(shared), json!(organisation));
    assert_eq!(place(made("e", json!({ "folderId": shared }))).await, there);
    assert_eq!(
        place(made("f", json!({ "folderId": shared, "organizationId": organisation }))).await,
        there
    );
    let amiss = made("g", json!({ "folderId": own, "organizationId": organisation }));
    assert_eq!(api.ask("PUT", "/api/entry", amiss).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn patch_moves() {
    let api = Api::new().await;
    let organisation = api.organisation().await;
    let (_, own) = api.folder(None, "own").await;
    let (_, shared) = api.folder(Some(api.world.root()), "rack").await;
    let other = second(&api).await;
    let id = api.plain("web").await;
    let path = format!("/api/entry/{id}");
    let place = async || {
        let entry = api.get(&path).await;
        (entry["folderId"].as_i64(), entry["organizationId"].as_i64())
    };
    for (body, expected) in [
        (json!({ "folderId": own, "name": "moved" }), (Some(own), None)),
        (json!({ "name": "stays" }), (Some(own), None)),
        (json!({ "folderId": null }), (None, None)),
        (json!({ "organizationId": organisation }), (None, Some(organisation))),
        (json!({ "folderId": shared }), (Some(shared), Some(organisation))),
        (json!({ "organizationId": organisation }), (Some(shared), Some(organisation))),
        (json!({ "folderId": null }), (None, Some(organisation))),
    ] {
        api.ask("PATCH", &path, body.clone()).await.ok();
        assert_eq!(place().await, expected, "{body}");
    }
    // What belongs to an organisation does not leave it.
    for body in [
        json!({ "organizationId": null }),
        json!({ "organizationId": other }),
        json!({ "folderId": own }),
    ] {
        let said = api.ask("PATCH", &path, body.clone()).await;
        assert_eq!((said.no().0, said.no().1), (403, Some(403)), "{body}");
        assert_eq!(place().await, (None, Some(organisation)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reposition_before_after_end_and_elsewhere() {
    let api = Api::new().await;
    let organisation = api.organisation().await;
    let (_, own) = api.folder(None, "own").await;
    let (a, b, c) = (api.plain("a").await, api.plain("b").await, api.plain("c").await);
    let inside = api.put(made("inside", json!({ "folderId": own }))).await;
    let to = async |id: i64, body: Value| {
        api.ask("PATCH", &format!("/api/entry/{id}/reposition"), body).await
    };
    let order = async || {
        let mut names = api.names().await;
        names.retain(|name| name.len() == 1);
        names.concat()
    };
    to(c, json!({ "targetId": a, "placement": "before" })).await.ok();
    assert_eq!(order().await, "cab");
    to(c, json!({ "targetId": a, "placement": "after" })).await.ok();
    assert_eq!(order().await, "acb");
    to(a, json!({ "targetId": null, "placement": "after" })).await.ok();
    assert_eq!(order().await, "cba");
    to(a, json!({ "placement": "before", "targetId": a })).await.ok();
    assert_eq!(order().await, "cba");
    // Beside a target in another folder, and to a folder by its number.
    to(b, json!({ "targetId": inside, "placement": "before" })).await.ok();
    let folder = async |id: i64| api.get(&format!("/api/entry/{id}")).await["folderId"].clone();
    assert_eq!(folder(b).await, own);
    to(c, json!({ "targetId": null, "placement": "after", "folderId": own })).await.ok();
    assert_eq!(folder(c).await, own);
    to(c, json!({ "targetId": null, "placement": "after", "folderId": null })).await.ok();
    assert_eq!(folder(c).await, Value::Null);
    // A target that is not in the named folder, or not there at all.
    for target in [inside, 99] {
        let body = json!({ "targetId": target, "placement": "after", "folderId": null });
        assert_eq!(to(c, body).await.no(), (404, Some(404), "Target entry not found"));
    }
    to(c, json!({ "targetId": null, "placement": "after", "organizationId": organisation }))
        .await
        .ok();
    let entry = api.get(&format!("/api/entry/{c}")).await;
    assert_eq!(entry["organizationId"], organisation);
    let other = second(&api).await;
    let away = json!({ "targetId": null, "placement": "after", "organizationId": other });
    assert_eq!(to(c, away).await.status, 403);
    for bad in [
        json!({}),
        json!({ "placement": "beside" }),
        json!({ "placement": 1 }),
        json!({ "targetId": a }),
        json!({ "placement": "after", "targetId": "x" }),
        json!({ "placement": "after", "position": 1 }),
    ] {
        assert_eq!(to(a, bad.clone()).await.status, 400, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn others_see_it_at_once_and_it_is_written_down() {
    let api = Api::new().await;
    let organisation = api.organisation().await;
    api.world.joins("editor", Some(EDITOR)).await;
    let editor = api.sign_in("editor").await;
    let theirs = async || api.by(&editor, "GET", "/api/entry/list", Value::Null).await.ok();
    assert_eq!(theirs().await, json!([]));
    let id = api.put(made("ours", json!({ "organizationId": organisation }))).await;
    until(async || theirs().await[0]["name"] == "ours").await;
    let path = format!("/api/entry/{id}");
    let said = api.by(&editor, "PATCH", &path, json!({ "name": "renamed" })).await;
    said.ok();
    until(async || api.get(&path).await["name"] == "renamed").await;
    api.ask("DELETE", &path, Value::Null).await.ok();
    until(async || theirs().await == json!([])).await;
    api.plain("mine").await;
    let actions = api.actions().await;
    for action in ["machine.create", "machine.edit", "machine.delete"] {
        assert!(actions.iter().any(|(one, _)| one == action), "{action}");
    }
    let by_api: Vec<_> = actions.iter().filter(|(one, _)| one.starts_with("api.entry")).collect();
    let expected = ["api.entry.create", "api.entry.edit", "api.entry.delete", "api.entry.create"];
    assert_eq!(by_api.iter().map(|(one, _)| one.as_str()).collect::<Vec<_>>(), expected);
    assert!(by_api.iter().all(|(_, address)| address.as_deref() == Some("127.0.0.1")));
}
