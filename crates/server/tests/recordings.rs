#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
//! Sessions that an organisation wants recorded: by the whole server over TLS, with a real sshd.

mod support;

use patchbay_testkit::{KeyPair, Sshd, moment};
use serde_json::{Value, json};
use std::time::Duration;
use support::{Person, open, serve_team};

const PATIENCE: Duration = Duration::from_secs(20);
const PASSWORD: &str = "four patch cables humming";
const SAID: &str = "seen-by-the-rule-42";

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_has_what_its_members_do_recorded() {
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(home.path(), "shared").unwrap();
    let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    let server = serve_team(&["--allow-destination", "127.0.0.0/8"]).await;
    let link = server.started.says.iter().find_map(|line| line.split_once("/setup#")).unwrap().1;
    let named = json!({ "token": link, "name": "ada", "display": "Ada", "password": PASSWORD, "organisation": "Lab" });
    let mut ada = open(&server, "setup", named).await;
    let me = ada.get("GET /api/v1/me", Value::Null).await;
    let lab = me["organisations"][0]["id"].as_str().unwrap().to_owned();
    let rules = json!({ "askReason": 0, "record": "terminals", "keepDays": 30, "keepOffline": true, "direct": false });
    ada.get(&format!("PUT /api/v1/organisations/{lab}/policy"), rules).await;
    let draft = json!({ "id": null, "name": "shared key", "user": sshd.user(), "kind": "key", "password": null,
        "privateKey": key.private, "passphrase": null, "certificate": null, "agentFingerprint": null });
    let identity = ada.rpc("identity_save", json!({ "draft": draft })).await;
    let settings = json!({ "port": sshd.port(), "identities": [identity["id"]],
        "startCommand": format!("echo {SAID}; exec sleep 600") });
    let draft = json!({ "name": "web-01", "address": "127.0.0.1", "settings": settings });
    let machine = ada.rpc("entry_save", json!({ "id": null, "parent": lab, "draft": draft })).await;
    let roles = ada.get(&format!("GET /api/v1/organisations/{lab}/roles"), Value::Null).await;
    let operator =
        roles.as_array().unwrap().iter().find(|role| role["name"] == "Operator").unwrap();
    let invite = json!({ "role": operator["id"], "days": 1 });
    let invitation =
        ada.get(&format!("POST /api/v1/organisations/{lab}/invitations"), invite).await;
    let named = json!({ "token": invitation["token"], "name": "bob", "display": "Bob", "password": PASSWORD });
    let mut bob = open(&server, "join", named).await;

    // Whose session it is sees that it is recorded, and cannot stop it.
    let size = json!({ "cols": 80, "rows": 24, "width": 0, "height": 0 });
    let target = json!({ "kind": "entry", "id": machine["id"] });
    let session =
        bob.rpc("session_open", json!({ "target": target, "size": size, "attempt": null })).await;
    let id = session["id"].clone();
    let recorded = recorded(&mut bob, &id).await;
    assert_eq!((&recorded["rule"], &recorded["problem"]), (&json!("Lab"), &Value::Null));
    let stopped = bob.ask("POST /api/rpc/session_record_stop", json!({ "id": id })).await;
    assert_eq!(stopped.status, 403, "{}", stopped.text());
    let recording = recorded["id"].clone();

    // It is not his, and it is hers.
    assert_eq!(bob.rpc("recording_list", json!({})).await, json!([]));
    for command in ["recording_read", "recording_delete"] {
        let args = match command {
            "recording_read" => json!({ "id": recording, "from": 0 }),
            _ => json!({ "id": recording }),
        };
        let refused = bob.ask(&format!("POST /api/rpc/{command}"), args).await;
        assert_eq!(refused.status, 404, "{}", refused.text());
    }
    let list = ada.rpc("recording_list", json!({})).await;
    assert_eq!(list[0]["id"], recording);
    assert_eq!((&list[0]["who"], &list[0]["organisation"]), (&json!("Bob"), &json!(lab)));
    assert_eq!(list[0]["state"], "running");
    let running = ada.ask("POST /api/rpc/recording_delete", json!({ "id": recording })).await;
    assert_eq!(running.status, 400, "{}", running.text());
    let search = json!({ "text": SAID, "id": null, "from": null });
    let seen = async {
        while ada.rpc("recording_search", search.clone()).await["hits"] == json!([]) {
            moment().await;
        }
    };
    tokio::time::timeout(PATIENCE, seen).await.unwrap();

    bob.rpc("session_close", json!({ "id": id })).await;
    let whole = async {
        while ada.rpc("recording_list", json!({})).await[0]["state"] != "whole" {
            moment().await;
        }
    };
    tokio::time::timeout(PATIENCE, whole).await.unwrap();
    let part = ada.rpc("recording_read", json!({ "id": recording, "from": 0 })).await;
    assert!(part["data"].to_string().contains(SAID), "{part}");
    // Nothing of it can be read from the disk.
    let folder = server.folder.path().join("members/organisations").join(&lab);
    let files: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    let bytes = std::fs::read(&files[0]).unwrap();
    assert!(!bytes.windows(SAID.len()).any(|part| part == SAID.as_bytes()));

    ada.rpc("recording_delete", json!({ "id": recording })).await;
    assert_eq!(ada.rpc("recording_list", json!({})).await, json!([]));
    assert!(!files[0].exists());

    // Who looked at what is in the log. The many searches above are more than a page of it.
    let audit = format!("GET /api/v1/organisations/{lab}/audit?action");
    let searched = ada.get(&format!("{audit}=recording.search"), Value::Null).await;
    let kinds = "recording.read,recording.delete,session.record.stop";
    let mut log = ada.get(&format!("{audit}={kinds}"), Value::Null).await;
    let entries = log["entries"].as_array_mut().unwrap();
    entries.extend(searched["entries"].as_array().unwrap().iter().cloned());
    let entries = log["entries"].as_array().unwrap();
    let said = |action: &str, outcome: &str, who: &str| {
        entries.iter().any(|one| {
            one["entry"]["action"] == action
                && one["entry"]["outcome"] == outcome
                && one["who"] == who
        })
    };
    assert!(said("recording.read", "done", "Ada"), "{log}");
    assert!(said("recording.search", "done", "Ada"), "{log}");
    assert!(said("recording.read", "refused", "Bob"), "{log}");
    assert!(said("session.record.stop", "refused", "Bob"), "{log}");
    let deleted = entries.iter().find(|one| one["entry"]["action"] == "recording.delete").unwrap();
    assert_eq!(deleted["entry"]["detail"], list[0]["title"], "{log}");
}

/// Answers the question about the host key, and waits until the session is open; how it is recorded then.
async fn recorded(person: &mut Person<'_>, id: &Value) -> Value {
    let waiting = async {
        loop {
            let sessions = person.rpc("session_list", json!({})).await;
            let session =
                sessions.as_array().unwrap().iter().find(|one| one["id"] == *id).unwrap().clone();
            match session["state"]["kind"].as_str().unwrap() {
                "open" => return session["recording"].clone(),
                "hostKey" => {
                    let answer = json!({ "id": id, "answer": { "kind": "trust" } });
                    person.rpc("session_host_key", answer).await;
                }
                "closed" => panic!("{session}"),
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap()
}
