//! What Patchbay has no place for comes back as it went in, and goes with its machine.

use super::Api;
use patchbay_model::NodeId;
use serde_json::{Value, json};

fn odd() -> Value {
    json!({
        "name": "ct-101", "type": "pve-lxc", "icon": "linux", "renderer": "canvas",
        "config": { "protocol": "ssh", "ip": "192.0.2.101", "port": 2200, "vmid": 101, "macAddress": "aa:bb:cc:00:11:22",
            "wakeOnLanEnabled": false, "keyboardLayout": "en-us-qwerty", "nested": { "deep": [1, null, "x"] } },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn it_comes_back_and_config_merges_key_by_key() {
    let api = Api::new().await;
    let id = api.put(odd()).await;
    let path = format!("/api/entry/{id}");
    let entry = api.get(&path).await;
    for field in ["name", "type", "icon", "renderer", "config"] {
        assert_eq!(entry[field], odd()[field], "{field}");
    }
    let change = json!({ "type": "server", "config": { "vmid": 102, "keyboardLayout": null, "port": null } });
    api.ask("PATCH", &path, change).await.ok();
    let entry = api.get(&path).await;
    assert_eq!(entry["type"], "server");
    assert_eq!(entry["renderer"], "canvas");
    let config = &entry["config"];
    assert_eq!((&config["vmid"], &config["port"]), (&json!(102), &json!(22)));
    assert_eq!(config["nested"], odd()["config"]["nested"]);
    assert!(config.get("keyboardLayout").is_none());
    assert_eq!(config["macAddress"], "aa:bb:cc:00:11:22");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_with_its_machine() {
    let api = Api::new().await;
    let team = &api.world.team;
    let id = api.put(odd()).await;
    api.ask("POST", &format!("/api/entry/{id}/duplicate"), Value::Null).await.ok();
    let list = api.get("/api/entry/list").await;
    assert_eq!((&list[1]["type"], &list[1]["config"]), (&list[0]["type"], &list[0]["config"]));
    // Copied in the window.
    let copied = json!({ "ids": [api.node("ct-101").await] });
    api.world.call(api.world.owner, "nodes_duplicate", copied).await.unwrap();
    let list = api.get("/api/entry/list").await;
    let copy = list.as_array().unwrap().iter().find(|one| one["name"] == "ct-101 copy").unwrap();
    assert_eq!((&copy["type"], &copy["config"]), (&list[0]["type"], &list[0]["config"]));
    // Into an organisation.
    let organisation = api.organisation().await;
    let path = format!("/api/entry/{id}");
    api.ask("PATCH", &path, json!({ "organizationId": organisation, "config": { "vmid": 7 } }))
        .await
        .ok();
    let entry = api.get(&path).await;
    assert_eq!(
        (&entry["organizationId"], &entry["config"]["vmid"]),
        (&json!(organisation), &json!(7))
    );
    assert_eq!(entry["config"]["nested"], odd()["config"]["nested"]);
    // Deleted in the window, and taken back.
    let owner = api.world.owner;
    let node = api.node("ct-101").await;
    let kept = async || {
        let space = patchbay_team::entity::Space::Organisation(api.world.organisation);
        team.store.item(space, 200, *node.as_bytes()).await.unwrap().len()
    };
    assert_eq!(kept().await, 1);
    let undo = api.world.call(owner, "nodes_delete", json!({ "ids": [node] })).await.unwrap();
    assert_eq!(api.ask("GET", &path, Value::Null).await.status, 404);
    assert_eq!(kept().await, 0);
    api.world.call(owner, "nodes_undelete", json!({ "undo": undo })).await.unwrap();
    assert_eq!(api.get(&path).await, entry);
    api.ask("DELETE", &path, Value::Null).await.ok();
    assert_eq!(kept().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn machines_made_in_the_window_are_servers() {
    let api = Api::new().await;
    let mut draft = crate::team::testing::World::machine("box", "192.0.2.9", None);
    draft["protocol"] = json!("vnc");
    draft["mac"] = json!("aa:bb:cc:00:11:22");
    draft["notes"] = json!("in the cellar");
    let node: NodeId = api.world.save(api.world.owner, None, None, draft).await.unwrap();
    let list = api.get("/api/entry/list").await;
    let config = json!({ "protocol": "vnc", "ip": "192.0.2.9", "port": 5900, "notes": "in the cellar",
        "macAddress": "aa:bb:cc:00:11:22", "wakeOnLanEnabled": true });
    assert_eq!(list[0]["type"], "server");
    assert_eq!(list[0]["config"], config);
    assert_eq!(list[0]["renderer"], "guac");
    // A change by a script keeps that.
    let path = format!("/api/entry/{}", list[0]["id"]);
    api.ask("PATCH", &path, json!({ "renderer": "other" })).await.ok();
    assert_eq!(api.get(&path).await["config"], config);
    let detail = api.world.call(api.world.owner, "node_get", json!({ "id": node })).await.unwrap();
    assert_eq!(detail["entry"]["notes"], "in the cellar");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_a_hypervisor_without_an_address_leads_nowhere() {
    let api = Api::new().await;
    let id = api.put(json!({ "name": "vm", "type": "pve-qemu", "config": { "vmid": 5 } })).await;
    let path = format!("/api/entry/{id}");
    let entry = api.get(&path).await;
    assert_eq!(entry["config"], json!({ "protocol": "ssh", "port": 22, "vmid": 5 }));
    let woken = api.ask("POST", &format!("{path}/wake"), Value::Null).await;
    assert_eq!(woken.no(), (400, Some(400), "Wake-On-LAN is only supported for server entries"));
    let seen =
        api.world.call(api.world.owner, "node_get", json!({ "id": api.node("vm").await })).await;
    assert_eq!(seen.unwrap()["entry"]["address"], "proxmox-console.invalid");
    api.ask("PATCH", &path, json!({ "config": { "ip": "192.0.2.5" } })).await.ok();
    assert_eq!(api.get(&path).await["config"]["ip"], "192.0.2.5");
}

#[tokio::test(flavor = "multi_thread")]
async fn jump_hosts_are_machines_of_the_tree() {
    let api = Api::new().await;
    let gate = api.plain("gate").await;
    let behind = json!({ "name": "behind", "config": { "ip": "10.0.0.1", "jumpHosts": [gate] } });
    let behind = api.put(behind).await;
    let path = format!("/api/entry/{behind}");
    assert_eq!(api.get(&path).await["config"]["jumpHosts"], json!([gate]));
    let circle = json!({ "config": { "jumpHosts": [behind] } });
    assert_eq!(api.ask("PATCH", &format!("/api/entry/{gate}"), circle).await.status, 400);
    api.ask("PATCH", &path, json!({ "config": { "jumpHosts": [] } })).await.ok();
    assert!(api.get(&path).await["config"].get("jumpHosts").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_do_not_follow_a_script_that_may_not_be_shown_them() {
    let api = Api::new().await;
    let organisation = api.organisation().await;
    api.world.identity(api.world.owner, "root", "the-very-secret").await;
    let made = json!({ "name": "db", "organizationId": organisation, "identities": [1],
        "config": { "ip": "192.0.2.1", "vmid": 1 } });
    let id = api.put(made).await;
    api.world.joins("editor", Some(patchbay_team::directory::EDITOR)).await;
    let editor = api.sign_in("editor").await;
    let path = format!("/api/entry/{id}");
    let elsewhere = json!({ "config": { "ip": "203.0.113.66", "vmid": 2 } });
    let said = api.by(&editor, "PATCH", &path, elsewhere).await;
    assert_eq!((said.no().0, said.no().1), (403, Some(403)));
    // What is kept beside was not written either.
    assert_eq!(api.get(&path).await["config"]["vmid"], 1);
    api.by(&editor, "PATCH", &path, json!({ "name": "db-1", "config": { "vmid": 3 } })).await.ok();
    let all = api.by(&editor, "GET", "/api/entry/list", Value::Null).await;
    assert!(!all.body.to_string().contains("the-very-secret"));
    assert_eq!(all.ok()[0]["config"]["vmid"], 3);
}
