//! What bad bodies get, and that nothing is written by them.

use super::Api;
use serde_json::{Value, json};

fn with(config: Value) -> Value {
    json!({ "name": "web", "config": config })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_malformed_is_refused_and_not_written() {
    let api = Api::new().await;
    let ip = "192.0.2.1";
    let fine = json!({ "ip": ip });
    let cases = [
        json!([]),
        json!("text"),
        json!({}),
        json!({ "config": fine }),
        json!({ "name": "web" }),
        json!({ "name": "", "config": fine }),
        json!({ "name": "  ", "config": fine }),
        json!({ "name": null, "config": fine }),
        json!({ "name": 7, "config": fine }),
        json!({ "name": "a\u{202E}b", "config": fine }),
        json!({ "name": "x".repeat(300), "config": fine }),
        json!({ "name": "web", "config": fine, "type": "vm" }),
        json!({ "name": "web", "config": fine, "type": 1 }),
        json!({ "name": "web", "config": fine, "icon": ["server"] }),
        json!({ "name": "web", "config": fine, "icon": "no/icon" }),
        json!({ "name": "web", "config": fine, "renderer": 1 }),
        json!({ "name": "web", "config": fine, "renderer": "x".repeat(65) }),
        json!({ "name": "web", "config": fine, "folderId": "one" }),
        json!({ "name": "web", "config": fine, "folderId": 1.5 }),
        json!({ "name": "web", "config": fine, "organizationId": [] }),
        json!({ "name": "web", "config": fine, "identities": 1 }),
        json!({ "name": "web", "config": fine, "identities": ["a"] }),
        json!({ "name": "web", "config": fine, "owner": 1 }),
        json!({ "name": "web", "config": "ssh" }),
        json!({ "name": "web", "config": [] }),
        with(json!({})),
        with(json!({ "ip": "" })),
        with(json!({ "ip": 7 })),
        with(json!({ "ip": "no host" })),
        with(json!({ "ip": "300.1.1.1" })),
        with(json!({ "ip": ip, "protocol": "gopher" })),
        with(json!({ "ip": ip, "protocol": 22 })),
        with(json!({ "ip": ip, "protocol": "raw" })),
        with(json!({ "ip": ip, "port": 0 })),
        with(json!({ "ip": ip, "port": 65536 })),
        with(json!({ "ip": ip, "port": -1 })),
        with(json!({ "ip": ip, "port": 22.5 })),
        with(json!({ "ip": ip, "port": "ssh" })),
        with(json!({ "ip": ip, "port": {} })),
        with(json!({ "ip": ip, "macAddress": "aa:bb" })),
        with(json!({ "ip": ip, "macAddress": 1 })),
        with(json!({ "ip": ip, "wakeOnLanEnabled": "yes" })),
        with(json!({ "ip": ip, "notes": 1 })),
        with(json!({ "ip": ip, "jumpHosts": "a" })),
        with(json!({ "ip": ip, "jumpHosts": [1, 2] })),
        with(json!({ "ip": ip, "much": "x".repeat(70_000) })),
    ];
    for body in cases {
        let said = api.ask("PUT", "/api/entry", body.clone()).await;
        let (status, code, message) = said.no();
        assert_eq!((status, code), (400, Some(400)), "{body}");
        assert!(!message.is_empty() && message.len() < 500);
        let said = api.ask("PUT", "/api/entries", body.clone()).await;
        let (status, code, _) = said.no();
        assert_eq!((status, code), (400, None), "{body}");
    }
    let headers = [("Authorization", &*format!("Bearer {}", api.token))];
    for body in ["", "{", "\u{0}", "nul", "{\"name\":\"a\"}x", &"[".repeat(10_000)] {
        let said = api.send("PUT", "/api/entry", &headers, body).await;
        assert_eq!(said.no().0, 400, "{body}");
        assert_eq!(api.send("PATCH", "/api/entry/1", &headers, body).await.status, 400);
    }
    let large = "x".repeat(1024 * 1024 + 1);
    let refused = api.send("PUT", "/api/entry", &headers, &large).await;
    assert_eq!(
        (refused.status.as_u16(), refused.body["error"]["code"].as_str()),
        (413, Some("invalid"))
    );
    assert_eq!(api.names().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_named_and_not_there_is_refused() {
    let api = Api::new().await;
    let stranger = api.world.joins("stranger", None).await;
    let theirs = api.world.identity(stranger, "theirs", "secret").await;
    let store = &api.world.team.store;
    let theirs =
        store.number(patchbay_team_store::Numbered::Identity, *theirs.as_bytes()).await.unwrap();
    let fine = json!({ "ip": "192.0.2.1" });
    for (body, code) in [
        (json!({ "name": "web", "config": fine, "identities": [99] }), 501),
        (json!({ "name": "web", "config": fine, "identities": [theirs] }), 501),
        (json!({ "name": "web", "config": fine, "folderId": 99 }), 404),
        (json!({ "name": "web", "config": fine, "organizationId": 99 }), 404),
        (json!({ "name": "web", "config": { "ip": "192.0.2.1", "jumpHosts": [99] } }), 404),
    ] {
        let said = api.ask("PUT", "/api/entry", body.clone()).await;
        assert_eq!((said.no().0, said.no().1), (404, Some(code)), "{body}");
        let said = api.ask("PUT", "/api/entries", body.clone()).await;
        assert_eq!((said.no().0, said.no().1), (200, Some(code)), "{body}");
    }
    assert_eq!(api.names().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_that_is_refused_changes_nothing() {
    let api = Api::new().await;
    let (_, folder) = api.folder(None, "rack").await;
    let id = api.plain("web").await;
    let path = format!("/api/entry/{id}");
    let before = api.get(&path).await;
    for body in [
        json!({ "name": "", "folderId": folder }),
        json!({ "name": "new", "config": { "port": 70_000 } }),
        json!({ "name": "new", "renderer": "other", "config": { "ip": "no host" }, "folderId": folder }),
        json!({ "name": "new", "identities": [99] }),
        json!({ "name": "new", "folderId": 99 }),
        json!({ "id": id }),
    ] {
        assert!(api.ask("PATCH", &path, body.clone()).await.status.is_client_error(), "{body}");
        assert_eq!(api.get(&path).await, before, "{body}");
    }
    api.ask("PATCH", &path, json!({})).await.ok();
    assert_eq!(api.get(&path).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn import_takes_arrays_and_objects_and_counts_what_fails() {
    let api = Api::new().await;
    let import =
        async |body: Value| api.ask("POST", "/api/entry/import/ssh-config", body).await.ok();
    let list = json!([
        { "name": "a", "config": { "ip": "192.0.2.1" } },
        { "name": "", "config": { "ip": "192.0.2.1" } },
        { "name": "b", "config": { "ip": "no host" } },
        { "name": "c", "ip": "192.0.2.3", "port": 2222 },
        { "name": "d", "config": { "ip": "192.0.2.4" }, "identities": [99] },
        7,
    ]);
    assert_eq!(import(list).await, json!({ "imported": 2, "failed": 4 }));
    assert_eq!(api.names().await, ["a", "c"]);
    let one = json!({ "name": "single", "config": { "ip": "192.0.2.5" } });
    assert_eq!(import(one).await, json!({ "imported": 1, "failed": 0 }));
    let under_names =
        json!({ "e": { "ip": "192.0.2.6" }, "f": { "config": { "ip": "192.0.2.7" } } });
    assert_eq!(import(under_names).await, json!({ "imported": 2, "failed": 0 }));
    let (_, folder) = api.folder(None, "rack").await;
    let servers =
        json!({ "folderId": folder, "servers": [{ "name": "g", "ip": "192.0.2.8", "port": 22 }] });
    assert_eq!(import(servers).await, json!({ "imported": 1, "failed": 0 }));
    assert_eq!(import(json!([])).await, json!({ "imported": 0, "failed": 0 }));
    let list = api.get("/api/entry/list").await;
    let ports: Vec<_> =
        list.as_array().unwrap().iter().map(|one| one["config"]["port"].clone()).collect();
    assert!(ports.contains(&json!(2222)));
    assert_eq!(api.ask("POST", "/api/entry/import/ssh-config", json!(7)).await.status, 400);
}
