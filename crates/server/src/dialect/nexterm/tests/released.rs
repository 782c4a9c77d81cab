//! The shapes of released servers.

use super::Api;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn list_is_a_tree() {
    let api = Api::new().await;
    let organisation = api.organisation().await;
    let (rack, rack_number) = api.folder(None, "rack").await;
    let (_, shelf) = api.folder(Some(rack), "shelf").await;
    api.world.identity(api.world.owner, "root", "secret").await;
    let config = json!({ "protocol": "ssh", "ip": "192.0.2.1", "macAddress": "aa:bb:cc:00:11:22", "wakeOnLanEnabled": true });
    api.put(json!({ "name": "deep", "folderId": shelf, "config": config, "identities": [1] }))
        .await;
    api.put(json!({ "name": "top", "config": { "protocol": "rdp", "ip": "192.0.2.2" } })).await;
    api.put(
        json!({ "name": "ours", "organizationId": organisation, "config": { "ip": "192.0.2.3" } }),
    )
    .await;
    let list = api.get("/api/entries/list").await;
    let list = list.as_array().unwrap();
    let find =
        |list: &[Value], name: &str| list.iter().find(|one| one["name"] == name).unwrap().clone();
    let lab = find(list, "Lab");
    assert_eq!(
        (&lab["id"], &lab["type"]),
        (&json!(format!("org-{organisation}")), &json!("organization"))
    );
    assert_eq!(find(lab["entries"].as_array().unwrap(), "ours")["ip"], "192.0.2.3");
    let rack = find(list, "rack");
    assert_eq!(
        (&rack["id"], &rack["type"], &rack["organizationId"]),
        (&json!(rack_number), &json!("folder"), &Value::Null)
    );
    assert!(rack["position"].is_i64());
    let shelf = find(rack["entries"].as_array().unwrap(), "shelf");
    let deep = find(shelf["entries"].as_array().unwrap(), "deep");
    assert_eq!(
        deep,
        json!({
            "type": "server", "id": 1, "icon": "server", "name": "deep", "status": null, "position": 0,
            "renderer": "terminal", "tags": [], "identities": [1], "protocol": "ssh", "ip": "192.0.2.1",
            "macAddress": "aa:bb:cc:00:11:22", "wakeOnLanEnabled": true, "notes": "",
        })
    );
    assert_eq!(find(list, "top")["renderer"], "guac");
    assert!(deep.get("config").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_there_too() {
    let api = Api::new().await;
    let put =
        json!({ "name": "web", "config": { "protocol": "ssh", "ip": "192.0.2.1", "port": 22 } });
    let said = api.ask("PUT", "/api/entries", put.clone()).await.ok();
    assert_eq!(said, json!({ "id": 1, "message": "Entry got successfully created" }));
    let other = api.ask("PUT", "/api/entries/", put).await.ok();
    assert_eq!(other["id"], 2);
    let entry = api.get("/api/entries/1").await;
    assert_eq!(entry, api.get("/api/entry/1").await);
    for (method, rest, body, message) in [
        ("PATCH", "/1", json!({ "config": { "port": 2222 } }), "Entry got successfully edited"),
        ("POST", "/1/duplicate", Value::Null, "Entry got successfully duplicated"),
        (
            "PATCH",
            "/1/reposition",
            json!({ "targetId": 2, "placement": "after" }),
            "Entry successfully repositioned",
        ),
        ("DELETE", "/2", Value::Null, "Entry got successfully deleted"),
    ] {
        let said = api.ask(method, &format!("/api/entries{rest}"), body).await.ok();
        assert_eq!(said, json!({ "message": message }));
    }
    // The reference counts more than what released servers do: the rest of the config stays.
    assert_eq!(api.get("/api/entries/1").await["config"]["ip"], "192.0.2.1");
    let wake = api.ask("POST", "/api/entries/1/wake", Value::Null).await;
    assert_eq!(wake.no(), (200, Some(400), "No MAC address configured for this server"));
    let servers = json!({ "folderId": null, "servers": [
        { "name": "new", "ip": "192.0.2.5", "port": 22 }, { "name": "web", "ip": "192.0.2.6" }, { "name": "bad" },
    ] });
    let said = api.ask("POST", "/api/entries/import/ssh-config", servers).await.ok();
    assert_eq!(
        (&said["imported"], &said["skipped"], &said["errors"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(said["details"][0]["status"], "imported");
    assert_eq!(said["details"][1]["reason"], "Entry exists");
    assert_eq!(api.get("/api/entries/recent?limit=x").await, json!([]));
    assert_eq!(api.ask("GET", "/api/entry/recent?limit=x", Value::Null).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_never_older_than_what_was_written() {
    let api = Api::new().await;
    for nth in 1..=20 {
        let id = api.plain("web").await;
        assert_eq!(api.names().await.len(), nth);
        let path = format!("/api/entry/{id}");
        api.ask("PATCH", &path, json!({ "config": { "nth": nth } })).await.ok();
        assert_eq!(api.get("/api/entry/list").await[nth - 1]["config"]["nth"], nth);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_that_go_very_deep_are_told() {
    let api = Api::new().await;
    let mut parent = None;
    let mut last = 0;
    for nth in 0..80 {
        let (id, number) = api.folder(parent, &format!("f{nth}")).await;
        (parent, last) = (Some(id), number);
    }
    api.put(json!({ "name": "bottom", "folderId": last, "config": { "ip": "192.0.2.1" } })).await;
    let list = api.get("/api/entries/list").await;
    assert!(list.to_string().contains("bottom"));
}
