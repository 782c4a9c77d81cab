//! What the server does not dial: machines that are opened directly, and trees that are not kept.

use super::{PUT_OUT, ada, joined, machine, serve, serve_with, ssh_machine, text};
use crate::support::{Person, desktop::Desktop, serve_again};
use patchbay_model::ErrorCode;
use patchbay_testkit::{KeyPair, Sshd};
use serde_json::{Value, json};

/// Rules of the organisation that Ada runs.
async fn rules(ada: &mut Person<'_>, lab: &str, keep_offline: bool, direct: bool) {
    let rules = json!({ "askReason": 0, "record": "off", "keepDays": 0, "keepOffline": keep_offline, "direct": direct });
    ada.get(&format!("PUT /api/v1/organisations/{lab}/policy"), rules).await;
}

/// A role whose members may see the secrets of what they may connect with.
async fn role_of_the_trusted(ada: &mut Person<'_>, lab: &str) {
    let role =
        json!({ "name": "Trusted", "permissions": ["see", "connect", "useSecret", "reveal"] });
    ada.get(&format!("POST /api/v1/organisations/{lab}/roles"), role).await;
}

async fn may_dial(bob: &Desktop, machine: &Value) -> bool {
    let rows = bob.get("tree_load", json!({})).await;
    rows["direct"].as_array().unwrap().contains(machine)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_does_not_reach_is_opened_directly_for_as_long_as_that_is_allowed() {
    let (server, token, lab) = serve_with(&[]).await;
    let mut ada = ada(&server, &token);
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(home.path(), "shared").unwrap();
    let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    ssh_machine(&mut ada, &lab, "web-01", (&sshd, &key), Value::Null).await;
    role_of_the_trusted(&mut ada, &lab).await;
    let bob = joined(&server, &token, &lab, "Trusted").await;
    let workspace = bob.workspaces().await[0].clone();
    let web = bob.node("web-01").await;

    // The server does not get there, and without the rule nothing leaves it.
    let size = json!({ "cols": 80, "rows": 24, "width": 0, "height": 0 });
    let target = json!({ "kind": "entry", "id": web });
    let relayed =
        bob.get("session_open", json!({ "target": target, "size": size, "attempt": null })).await;
    bob.until("the end of it", async |me| {
        let all = me.get("session_list", json!({})).await;
        let one = all.as_array().unwrap().iter().find(|one| one["id"] == relayed["id"]).unwrap();
        one["state"]["kind"] == "closed"
    })
    .await;
    bob.get("session_close", json!({ "id": relayed["id"] })).await;
    let open = json!({ "id": web, "size": size, "attempt": null });
    let refused = bob.refused("session_open_direct", open.clone()).await;
    assert_eq!(refused.code, ErrorCode::NotAllowed, "{refused}");
    assert!(!may_dial(&bob, &web).await);

    rules(&mut ada, &lab, true, true).await;
    bob.until("the rule", async |me| may_dial(me, &web).await).await;
    let session = bob.direct_terminal(&web).await;
    assert_eq!((&session["direct"], &session["workspace"]), (&workspace["id"], &Value::Null));
    assert_eq!(bob.opens(&session).await, 1, "nobody knows its key yet");
    bob.types(&session, "echo $((6 * 7))from-there\n", "42from-there").await;

    // Connected again, it is handed out again, and asked about again: nothing of it was kept.
    bob.get("session_disconnect", json!({ "id": session["id"] })).await;
    bob.until("its end", async |me| {
        me.get("session_list", json!({})).await[0]["state"]["kind"] == "closed"
    })
    .await;
    bob.get("session_reconnect", json!({ "id": session["id"], "size": size })).await;
    assert_eq!(bob.opens(&session).await, 1);
    bob.types(&session, "echo $((6 * 8))again\n", "48again").await;
    assert_eq!(bob.get("hostkey_list", json!({})).await, json!([]));
    assert_eq!(bob.get("recents_list", json!({})).await, json!([web]), "the server's own list");
    bob.never_saw(&key.private);
    let found = ada.get("GET /api/v1/audit/entries?action=session.hand.out", Value::Null).await;
    let outcomes: Vec<&str> = found["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(&one["entry"]["outcome"]))
        .collect();
    assert_eq!(outcomes, ["done", "done", "refused"], "{found}");
    assert_eq!(found["entries"][0]["objectName"], "web-01");

    // The page asks for secrets in vain.
    let own = bob.refused("session_hand_out", json!({ "id": web })).await;
    assert_eq!(own.code, ErrorCode::NotFound, "{own}");

    // The rule goes, and the session with it; and so it is with who is put out.
    let gone = async |me: &Desktop| me.get("session_list", json!({})).await == json!([]);
    rules(&mut ada, &lab, true, false).await;
    tokio::time::timeout(PUT_OUT, bob.until("its end", gone)).await.unwrap();
    rules(&mut ada, &lab, true, true).await;
    bob.until("the rule", async |me| may_dial(me, &web).await).await;
    let session = bob.direct_terminal(&web).await;
    bob.opens(&session).await;
    bob.types(&session, "echo $((6 * 9))last\n", "54last").await;
    let member = text(&workspace["account"]["id"]).to_owned();
    ada.get(&format!("DELETE /api/v1/organisations/{lab}/members/{member}"), Value::Null).await;
    tokio::time::timeout(PUT_OUT, bob.until("its end", gone)).await.unwrap();
    let refused = bob.refused("session_open_direct", open).await;
    assert_eq!(refused.code, ErrorCode::NotFound, "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_way_leads_through_jump_hosts_and_trusts_what_the_server_trusts() {
    let (server, token, lab) = serve().await;
    let mut ada = ada(&server, &token);
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(home.path(), "shared").unwrap();
    let bastion =
        Sshd::builder().authorized_key(&key.public).forwarding(true).start().await.unwrap();
    let inner = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    let jump = ssh_machine(&mut ada, &lab, "bastion", (&bastion, &key), Value::Null).await;
    let through = json!({ "kind": "through", "entry": jump["id"] });
    ssh_machine(&mut ada, &lab, "inner", (&inner, &key), through).await;
    role_of_the_trusted(&mut ada, &lab).await;
    rules(&mut ada, &lab, true, true).await;
    let bob = joined(&server, &token, &lab, "Trusted").await;
    let node = bob.node("inner").await;

    // Relayed, the keys of both are trusted; from here nothing is asked any more.
    let relayed = bob.terminal(&node).await;
    bob.get("session_close", json!({ "id": relayed["id"] })).await;
    let session = bob.direct_terminal(&node).await;
    assert_eq!(bob.opens(&session).await, 0);
    bob.types(&session, "echo $((6 * 7))behind\n", "42behind").await;
    assert_eq!(bob.get("hostkey_list", json!({})).await, json!([]));

    // Away, the server can take nothing back, and hands out nothing.
    server.started.drain.cancel();
    bob.stands("offline").await;
    bob.types(&session, "echo $((6 * 8))goes-on\n", "48goes-on").await;
    assert!(!may_dial(&bob, &node).await);
    let size = json!({ "cols": 80, "rows": 24, "width": 0, "height": 0 });
    let open = json!({ "id": node, "size": size, "attempt": null });
    assert_eq!(bob.refused("session_open_direct", open).await.code, ErrorCode::Unreachable);
    let id = bob.workspaces().await[0]["id"].clone();
    bob.get("workspace_remove", json!({ "id": id })).await;
    assert_eq!(bob.get("session_list", json!({})).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_to_be_kept_offline_is_neither_kept_nor_shown() {
    let (server, token, lab) = serve().await;
    machine(&mut ada(&server, &token), &lab, "web-01").await;
    let mine = json!({ "name": "hers", "address": "192.0.2.7" });
    let bob = joined(&server, &token, &lab, "Editor").await;
    let root = bob.workspaces().await[0]["root"].clone();
    bob.get("entry_save", json!({ "id": null, "parent": root, "draft": mine })).await;
    let kept = async |me: &Desktop, name: &str| {
        let vault = me.ctx.core.vault().unlocked().unwrap();
        let all = vault.vault().load(patchbay_store::Kind::WorkspaceTree).await.unwrap();
        all.iter().any(|item| String::from_utf8_lossy(&item.data).contains(name))
    };
    bob.until("the sealed tree", async |me| kept(me, "web-01").await && kept(me, "hers").await)
        .await;
    rules(&mut ada(&server, &token), &lab, false, false).await;
    bob.until("what is left of it", async |me| {
        !kept(me, "web-01").await && !kept(me, "Lab").await && kept(me, "hers").await
    })
    .await;
    assert!(bob.names().await.contains(&"web-01".to_owned()), "it is there while the server is");

    server.started.drain.cancel();
    let name = bob.stands("offline").await["name"].clone();
    assert_eq!(bob.names().await, [text(&name), "hers"]);
    let bob = bob.restarted();
    bob.unlock().await;
    assert_eq!(bob.names().await, [text(&name), "hers"]);
    bob.stands("offline").await;
    let server = serve_again(server).await;
    bob.stands("connected").await;
    bob.until("the machine", async |me| me.names().await.contains(&"web-01".to_owned())).await;
    drop(server);
}
