//! Each example of the reference, word for word.

use super::{Api, Said};
use serde_json::{Value, json};

/// What the example's command sends. The commands use four options, and quote with `'`.
async fn curl(api: &Api, command: &str) -> Said {
    let command = command.replace("\\\n", " ").replace("YOUR_TOKEN", &api.token);
    let mut words = Vec::new();
    for (nth, part) in command.split('\'').enumerate() {
        if nth % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    assert_eq!(words[0], "curl");
    let option = |name: &str| {
        words
            .windows(2)
            .filter(|pair| pair[0] == name)
            .map(|pair| pair[1].clone())
            .collect::<Vec<_>>()
    };
    let method = option("--request").remove(0);
    let url = option("--url").remove(0);
    let path = url.strip_prefix("http://your-server:6989").unwrap().to_owned();
    let headers = option("--header");
    let headers: Vec<(&str, &str)> =
        headers.iter().map(|header| header.split_once(": ").unwrap()).collect();
    let body = option("--data").pop().unwrap_or_default();
    api.send(&method, &path, &headers, &body).await
}

/// A server on which the examples' ids are there: entries up to 42, and an identity.
async fn filled() -> Api {
    let api = Api::new().await;
    api.world.identity(api.world.owner, "root", "the-very-secret").await;
    for nth in 1..=42 {
        assert_eq!(api.plain(&format!("server-{nth:02}")).await, nth);
    }
    api
}

const LIST: &str = r"curl --request GET \
  --url http://your-server:6989/api/entry/list \
  --header 'Authorization: Bearer YOUR_TOKEN'";
const RECENT: &str = r"curl --request GET \
  --url 'http://your-server:6989/api/entry/recent?limit=10' \
  --header 'Authorization: Bearer YOUR_TOKEN'";
const GET: &str = r"curl --request GET \
  --url http://your-server:6989/api/entry/42 \
  --header 'Authorization: Bearer YOUR_TOKEN'";
const PUT: &str = r#"curl --request PUT \
  --url http://your-server:6989/api/entry \
  --header 'Authorization: Bearer YOUR_TOKEN' \
  --header 'Content-Type: application/json' \
  --data '{
    "name": "Production Web Server",
    "type": "server",
    "config": {
      "protocol": "ssh",
      "ip": "192.168.1.10",
      "port": 22
    },
    "identities": [1]
  }'"#;
const PATCH: &str = r#"curl --request PATCH \
  --url http://your-server:6989/api/entry/42 \
  --header 'Authorization: Bearer YOUR_TOKEN' \
  --header 'Content-Type: application/json' \
  --data '{"name": "Renamed Server", "config": {"port": 2222}}'"#;
const DELETE: &str = r"curl --request DELETE \
  --url http://your-server:6989/api/entry/42 \
  --header 'Authorization: Bearer YOUR_TOKEN'";
const DUPLICATE: &str = r"curl --request POST \
  --url http://your-server:6989/api/entry/42/duplicate \
  --header 'Authorization: Bearer YOUR_TOKEN'";
const IMPORT: &str = r#"curl --request POST \
  --url http://your-server:6989/api/entry/import/ssh-config \
  --header 'Authorization: Bearer YOUR_TOKEN' \
  --header 'Content-Type: application/json' \
  --data '[{"name": "server-1", "config": {"protocol": "ssh", "ip": "10.0.0.1", "port": 22}, "identities": [1]}]'"#;
const REPOSITION: &str = r#"curl --request PATCH \
  --url http://your-server:6989/api/entry/42/reposition \
  --header 'Authorization: Bearer YOUR_TOKEN' \
  --header 'Content-Type: application/json' \
  --data '{"targetId": 38, "placement": "after"}'"#;
const WAKE: &str = r"curl --request POST \
  --url http://your-server:6989/api/entry/42/wake \
  --header 'Authorization: Bearer YOUR_TOKEN'";

fn is_confirmed(said: Said) {
    let body = said.ok();
    assert!(body["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
}

/// The fields that the reference names, each of its type.
fn is_entry(entry: &Value) {
    assert!(entry["id"].is_i64() && entry["name"].is_string() && entry["config"].is_object());
    assert!(
        ["server", "pve-shell", "pve-lxc", "pve-qemu"].contains(&entry["type"].as_str().unwrap())
    );
    for (field, fits) in [
        ("icon", entry["icon"].is_string()),
        ("folderId", entry["folderId"].is_i64()),
        ("organizationId", entry["organizationId"].is_i64()),
    ] {
        assert!(entry.get(field).is_some_and(|value| fits || value.is_null()), "{field}: {entry}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn list_is_flat() {
    let api = filled().await;
    let list = curl(&api, LIST).await.ok();
    assert_eq!(list.as_array().unwrap().len(), 42);
    list.as_array().unwrap().iter().for_each(is_entry);
    assert_eq!(list[41], curl(&api, GET).await.ok());
    assert_eq!(list[41]["config"], json!({ "protocol": "ssh", "ip": "192.0.2.1", "port": 22 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn recent_is_what_was_opened_latest_first() {
    let api = filled().await;
    assert_eq!(curl(&api, RECENT).await.ok(), json!([]));
    for name in ["server-07", "server-42"] {
        let id = api.node(name).await;
        let open = json!({ "target": { "kind": "entry", "id": id }, "attempt": null,
            "size": { "cols": 80, "rows": 24, "width": 0, "height": 0 } });
        api.world.call(api.world.owner, "session_open", open).await.unwrap();
    }
    let recent = curl(&api, RECENT).await.ok();
    let names: Vec<_> = recent.as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["server-42", "server-07"]);
    recent.as_array().unwrap().iter().for_each(is_entry);
    let one = api.get("/api/entry/recent?limit=1").await;
    assert_eq!(one.as_array().unwrap().len(), 1);
    // The same on the other mount, in its shape.
    let recent = api.get("/api/entries/recent").await;
    assert_eq!(recent[0]["entryId"], 42);
    assert_eq!(recent[0]["connectionType"], "entry.ssh_connect");
    assert_eq!(recent[0]["protocol"], "ssh");
    assert_eq!(recent[0]["identities"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn put_makes_an_entry() {
    let api = filled().await;
    let said = curl(&api, PUT).await.ok();
    assert_eq!(said["id"], 43);
    assert!(said["message"].is_string());
    let made = api.get("/api/entry/43").await;
    is_entry(&made);
    assert_eq!(made["name"], "Production Web Server");
    assert_eq!(made["config"], json!({ "protocol": "ssh", "ip": "192.168.1.10", "port": 22 }));
    assert_eq!(made["identities"], json!([1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn patch_changes_what_is_in_the_body() {
    let api = filled().await;
    is_confirmed(curl(&api, PATCH).await);
    let entry = curl(&api, GET).await.ok();
    assert_eq!(entry["name"], "Renamed Server");
    assert_eq!(entry["config"], json!({ "protocol": "ssh", "ip": "192.0.2.1", "port": 2222 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_is_for_good() {
    let api = filled().await;
    is_confirmed(curl(&api, DELETE).await);
    assert_eq!(curl(&api, GET).await.no(), (404, Some(401), "Entry does not exist"));
    assert_eq!(curl(&api, DELETE).await.status, 404);
    assert_eq!(api.names().await.len(), 41);
    // Its number is not given again.
    assert_eq!(api.plain("next").await, 43);
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicate_makes_a_copy() {
    let api = filled().await;
    is_confirmed(curl(&api, DUPLICATE).await);
    let (one, copy) =
        (api.get("/api/entry/42").await, api.get("/api/entry/list").await[42].clone());
    assert_eq!(copy["name"], "server-42 (Copy)");
    assert_eq!(copy["config"], one["config"]);
    assert_ne!(copy["id"], one["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn import_counts() {
    let api = filled().await;
    assert_eq!(curl(&api, IMPORT).await.ok(), json!({ "imported": 1, "failed": 0 }));
    let made = api.get("/api/entry/43").await;
    assert_eq!(made["name"], "server-1");
    assert_eq!(made["config"]["ip"], "10.0.0.1");
    assert_eq!(made["identities"], json!([1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn reposition_puts_it_beside_the_target() {
    let api = filled().await;
    is_confirmed(curl(&api, REPOSITION).await);
    let names = api.names().await;
    assert_eq!(names[37..40], ["server-38", "server-42", "server-39"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wake_wants_an_address_and_that_it_is_enabled() {
    let api = filled().await;
    let no = "No MAC address configured for this server";
    assert_eq!(curl(&api, WAKE).await.no(), (400, Some(400), no));
    let mac = json!({ "config": { "macAddress": "AA-BB-CC-00-11-22" } });
    api.ask("PATCH", "/api/entry/42", mac).await.ok();
    let no = "Wake-On-LAN is not enabled for this server";
    assert_eq!(curl(&api, WAKE).await.no(), (400, Some(400), no));
    let enabled = json!({ "config": { "wakeOnLanEnabled": true } });
    api.ask("PATCH", "/api/entry/42", enabled).await.ok();
    // Whether a broadcast goes out depends on the networks of the computer that tests run on.
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.set_broadcast(true).unwrap();
    let goes_out = socket.send_to(b"", "255.255.255.255:9").is_ok();
    let woken = curl(&api, WAKE).await;
    if goes_out {
        is_confirmed(woken);
    } else {
        assert_eq!(woken.status, 502);
    }
    assert_eq!(api.actions().await.last().unwrap().0, "api.entry.wake");
}
