#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
//! A team with two people in it, from the set-up link to the audit log: the whole server over TLS, and a real sshd.

mod support;

use futures_util::{SinkExt as _, StreamExt as _};
use patchbay_session::{FromViewer, ToViewer};
use patchbay_testkit::{KeyPair, Sshd, moment};
use serde_json::{Value, json};
use std::{process::Command, time::Duration};
use support::{Person, open, serve_team};
use tokio_tungstenite::{
    client_async, tungstenite::Message, tungstenite::client::IntoClientRequest as _,
};

const PATIENCE: Duration = Duration::from_secs(20);
/// How soon somebody who was put out must have nothing any more.
const PUT_OUT: Duration = Duration::from_secs(5);
const PASSWORD: &str = "four patch cables humming";

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_used_by_who_cannot_see_its_secret_until_they_are_put_out() {
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(home.path(), "shared").unwrap();
    let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    let mut server = serve_team(&["--allow-destination", "127.0.0.0/8"]).await;
    let link = server
        .started
        .says
        .iter()
        .find_map(|line| line.split_once("/setup#"))
        .unwrap()
        .1
        .to_owned();
    let named = json!({ "token": link, "name": "ada", "display": "Ada", "password": PASSWORD, "organisation": "Lab" });
    let mut ada = open(&server, "setup", named.clone()).await;
    let json = [("Content-Type", "application/json")];
    let again = server.ask("POST /api/v1/setup", &json, named.to_string().as_bytes()).await;
    assert_eq!(again.status, 404, "{}", again.text());

    // A machine with a key, in the organisation.
    let me = ada.get("GET /api/v1/me", Value::Null).await;
    let lab = me["organisations"][0]["id"].clone();
    let draft = json!({ "id": null, "name": "shared key", "user": sshd.user(), "kind": "key", "password": null,
        "privateKey": key.private, "passphrase": null, "certificate": null, "agentFingerprint": null });
    let identity = ada.rpc("identity_save", json!({ "draft": draft })).await;
    let settings = json!({ "port": sshd.port(), "identities": [identity["id"]] });
    let end = |port| json!({ "kind": "port", "address": "127.0.0.1", "port": port });
    // Its ports would be the server's: at home it starts with the terminal.
    let tunnel = json!({ "id": patchbay_model::TunnelId::new(), "name": "", "kind": "local", "listen": end(0),
        "to": end(sshd.port()), "withSession": true });
    let draft = json!({ "name": "web-01", "address": "127.0.0.1", "settings": settings, "tunnels": [tunnel] });
    let machine = ada.rpc("entry_save", json!({ "id": null, "parent": lab, "draft": draft })).await;

    // Somebody joins with a link, to work with what is there.
    let roles =
        ada.get(&format!("GET /api/v1/organisations/{}/roles", text(&lab)), Value::Null).await;
    let operator =
        roles.as_array().unwrap().iter().find(|role| role["name"] == "Operator").unwrap();
    let invite = json!({ "role": operator["id"], "days": 1 });
    let invitation =
        ada.get(&format!("POST /api/v1/organisations/{}/invitations", text(&lab)), invite).await;
    let named = json!({ "token": invitation["token"], "name": "bob", "display": "Bob", "password": PASSWORD });
    let mut bob = open(&server, "join", named).await;
    let bobs = bob.get("GET /api/v1/me", Value::Null).await["id"].clone();
    let rows = bob.rpc("tree_load", json!({})).await;
    assert_eq!(rows["names"], json!(["Lab", "web-01"]));
    let target = json!({ "kind": "entry", "id": machine["id"] });
    let size = json!({ "cols": 80, "rows": 24, "width": 0, "height": 0 });
    let session =
        bob.rpc("session_open", json!({ "target": target, "size": size, "attempt": null })).await;
    let id = session["id"].clone();
    trust(&mut bob, &id).await;

    // It is seen and typed into over one WebSocket.
    let attached = bob.rpc("session_attach", json!({ "id": id })).await;
    let mut request = format!("wss://{}/api/stream", server.address).into_client_request().unwrap();
    let bearer = format!("Bearer {}", bob.token);
    request.headers_mut().append("authorization", bearer.parse().unwrap());
    let (mut stream, _) = client_async(request, server.connect().await).await.unwrap();
    let token = attached["token"].as_str().unwrap().to_owned();
    let hello = FromViewer::Hello { resume: 0, token: token.into() };
    stream.send(Message::Binary(hello.encode())).await.unwrap();
    let typed = FromViewer::Input(bytes::Bytes::from_static(b"echo $((6 * 7))from-there\n"));
    stream.send(Message::Binary(typed.encode())).await.unwrap();
    let mut shown = Vec::new();
    let seeing = async {
        while !String::from_utf8_lossy(&shown).contains("42from-there") {
            let Message::Binary(bytes) = stream.next().await.unwrap().unwrap() else { continue };
            bob.received.extend(&bytes);
            if let Ok(ToViewer::Output { bytes, .. }) = ToViewer::decode(bytes) {
                shown.extend_from_slice(&bytes);
            }
        }
    };
    tokio::time::timeout(PATIENCE, seeing).await.unwrap();

    // Whatever he asks for, the key is not in it.
    for (command, args) in [
        ("node_get", json!({ "id": machine["id"] })),
        ("identity_list", json!({})),
        ("identity_public_key", json!({ "id": identity["id"] })),
        (
            "identity_reveal",
            json!({ "id": identity["id"], "secret": "privateKey", "passphrase": null }),
        ),
        ("identity_export_private", json!({ "id": identity["id"] })),
        ("session_list", json!({})),
    ] {
        bob.ask(&format!("POST /api/rpc/{command}"), args).await;
    }
    let received = String::from_utf8_lossy(&bob.received).into_owned();
    let secret = key.private.lines().filter(|line| !line.starts_with("-----"));
    for line in secret.map(|line| &line[..line.len().min(40)]).filter(|line| line.len() > 20) {
        // What its two halves begin with is public, and in every key of this kind.
        let public = key.private.lines().take(3).any(|known| known.starts_with(line));
        assert!(public || !received.contains(line), "a part of the key came to who may not see it");
    }

    assert_eq!(bob.rpc("tunnel_started", json!({})).await, json!([]));

    // Put out, and everything ends.
    ada.get(
        &format!("DELETE /api/v1/organisations/{}/members/{}", text(&lab), text(&bobs)),
        Value::Null,
    )
    .await;
    let ending = async {
        loop {
            match stream.next().await {
                None | Some(Err(_) | Ok(Message::Close(_))) => return,
                Some(Ok(Message::Binary(bytes)))
                    if matches!(ToViewer::decode(bytes.clone()), Ok(ToViewer::End)) =>
                {
                    return;
                }
                Some(Ok(_)) => {}
            }
        }
    };
    tokio::time::timeout(PUT_OUT, ending).await.unwrap();
    assert_eq!(bob.rpc("session_list", json!({})).await, json!([]));
    assert_eq!(bob.rpc("tree_load", json!({})).await["names"], json!([]));
    let again = bob
        .ask(
            "POST /api/rpc/session_open",
            json!({ "target": target, "size": size, "attempt": null }),
        )
        .await;
    assert!(again.status == 403 || again.status == 404, "{}", again.text());

    // The log tells all of it, and is whole.
    let log = ada.get("GET /api/v1/audit?from=1&limit=500", Value::Null).await.to_string();
    for action in
        ["server.set_up", "machine.create", "organisation.join", "session.open", "identity.reveal"]
    {
        assert!(log.contains(action), "{action} is not in {log}");
    }
    assert!(!log.contains(key.private.lines().nth(3).unwrap()));
    server.started.drain.cancel();
    server.started.ended().await;
    // The database is let go of once the last task has ended.
    let data = server.folder.path().to_str().unwrap();
    let verifying = async {
        loop {
            let mut verify = Command::new(env!("CARGO_BIN_EXE_patchbay-server"));
            let said = verify.args(["verify", "--data", data]).output().unwrap();
            let busy = String::from_utf8_lossy(&said.stderr).contains("is open in another program");
            if !busy {
                return said;
            }
            moment().await;
        }
    };
    let verified = tokio::time::timeout(PATIENCE, verifying).await.unwrap();
    assert!(verified.status.success(), "{verified:?}");
    assert!(String::from_utf8_lossy(&verified.stdout).contains("as they were written"));
}

/// Answers the question about the host key, and waits until the session is open.
async fn trust(person: &mut Person<'_>, id: &Value) {
    let waiting = async {
        loop {
            let sessions = person.rpc("session_list", json!({})).await;
            let state =
                sessions.as_array().unwrap().iter().find(|one| one["id"] == *id).unwrap()["state"]
                    .clone();
            match state["kind"].as_str().unwrap() {
                "open" => return,
                "hostKey" => {
                    let answer = json!({ "id": id, "answer": { "kind": "trust" } });
                    person.rpc("session_host_key", answer).await;
                }
                "closed" => panic!("{state}"),
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
