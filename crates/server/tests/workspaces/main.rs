#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
//! The desktop app and a whole team server: the server's machines stand in its tree, and sessions with them are its tabs.

mod direct;
mod files;
#[path = "../support/mod.rs"]
mod support;
mod tunnels;

use patchbay_model::{AppEvent, ErrorCode};
use patchbay_testkit::{KeyPair, Sshd, moment};
use serde_json::{Value, json};
use std::time::Duration;
use support::{Fixture, Person, desktop::Desktop, open, serve_again, serve_team};

/// How soon somebody who was put out must have nothing any more.
const PUT_OUT: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(30);
const PASSWORD: &str = "four patch cables humming";

/// A server that Ada runs, with the organisation "Lab".
async fn serve() -> (Fixture, String, String) {
    serve_with(&["--allow-destination", "127.0.0.0/8"]).await
}

async fn serve_with(more: &[&str]) -> (Fixture, String, String) {
    let server = serve_team(more).await;
    let says = &server.started.says;
    let link = says.iter().find_map(|line| line.split_once("/setup#")).unwrap().1.to_owned();
    let named = json!({ "token": link, "name": "ada", "display": "Ada", "password": PASSWORD, "organisation": "Lab" });
    let mut ada = open(&server, "setup", named).await;
    let me = ada.get("GET /api/v1/me", Value::Null).await;
    let lab = text(&me["organisations"][0]["id"]).to_owned();
    let token = ada.token.clone();
    (server, token, lab)
}

fn ada<'a>(server: &'a Fixture, token: &str) -> Person<'a> {
    Person { server, token: token.to_owned(), received: Vec::new() }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

async fn fingerprint(server: &Fixture) -> String {
    let said = server.ask("GET /api/v1/server", &[], b"").await;
    let said: Value = serde_json::from_slice(&said.body).unwrap();
    text(&said["fingerprint"]).to_owned()
}

/// A link that lets somebody work with what is there.
async fn invite(ada: &mut Person<'_>, lab: &str, role: &str) -> String {
    let roles = ada.get(&format!("GET /api/v1/organisations/{lab}/roles"), Value::Null).await;
    let role = roles.as_array().unwrap().iter().find(|one| one["name"] == role).unwrap();
    let wanted = json!({ "role": role["id"], "days": 1 });
    let made = ada.get(&format!("POST /api/v1/organisations/{lab}/invitations"), wanted).await;
    text(&made["token"]).to_owned()
}

/// A desktop at which Bob has joined by a link.
async fn joined(server: &Fixture, token: &str, lab: &str, role: &str) -> Desktop {
    let token = invite(&mut ada(server, token), lab, role).await;
    let desktop = Desktop::open().await;
    let join = json!({ "kind": "join", "token": token, "name": "bob", "display": "Bob", "password": PASSWORD });
    let add = json!({ "address": server.address.to_string(), "fingerprint": fingerprint(server).await, "entry": join });
    desktop.get("workspace_add", add).await;
    desktop.stands("connected").await;
    desktop
}

async fn machine(ada: &mut Person<'_>, lab: &str, name: &str) -> Value {
    let draft = json!({ "name": name, "address": "192.0.2.1" });
    ada.rpc("entry_save", json!({ "id": null, "parent": lab, "draft": draft })).await
}

/// A machine of the organisation that is signed in to with this key.
async fn ssh_machine(
    ada: &mut Person<'_>,
    lab: &str,
    name: &str,
    (sshd, key): (&Sshd, &KeyPair),
    jump: Value,
) -> Value {
    let draft = json!({ "id": null, "name": name, "user": sshd.user(), "kind": "key", "password": null,
        "privateKey": key.private, "passphrase": null, "certificate": null, "agentFingerprint": null });
    let identity = ada.rpc("identity_save", json!({ "draft": draft })).await;
    let settings = json!({ "port": sshd.port(), "identities": [identity["id"]], "jump": jump });
    let draft = json!({ "name": name, "address": "127.0.0.1", "settings": settings });
    ada.rpc("entry_save", json!({ "id": null, "parent": lab, "draft": draft })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_looked_at_compared_and_joined_by_a_link() {
    let (server, token, lab) = serve().await;
    machine(&mut ada(&server, &token), &lab, "web-01").await;
    let link = invite(&mut ada(&server, &token), &lab, "Viewer").await;
    let bob = Desktop::open().await;
    bob.get("entry_quick_add", json!({ "text": "root@mine" })).await;

    let address = format!("https://{}/join#{link}", server.address);
    let offer = bob.get("workspace_look", json!({ "address": address })).await;
    assert_eq!(offer["address"], format!("https://{}", server.address));
    assert_eq!(offer["fingerprint"], fingerprint(&server).await);
    assert_eq!((&offer["setUp"], &offer["token"]), (&json!(true), &json!(link)));

    // Neither another certificate nor one that nobody vouches for is told anything.
    let join = json!({ "kind": "join", "token": link, "name": "bob", "display": "Bob", "password": PASSWORD });
    for pin in [json!(format!("SHA256:{}", "0".repeat(64))), Value::Null] {
        let add = json!({ "address": address, "fingerprint": pin, "entry": join });
        let refused = bob.refused("workspace_add", add).await;
        assert_eq!(refused.code, ErrorCode::HostKey, "{refused}");
        let link = json!({ "address": address, "fingerprint": pin, "token": link });
        assert_eq!(bob.refused("workspace_invitation", link).await.code, ErrorCode::HostKey);
    }
    let asked = async |token: &str| {
        let pin = &offer["fingerprint"];
        let link = json!({ "address": address, "fingerprint": pin, "token": token });
        bob.ask("workspace_invitation", link).await
    };
    let invitation = asked(&link).await.unwrap();
    assert_eq!(
        (&invitation["organisation"], &invitation["by"], &invitation["role"]),
        (&json!("Lab"), &json!("Ada"), &json!("Viewer"))
    );
    assert_eq!(asked("pbi_other").await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(bob.workspaces().await, json!([]));
    let nobody = bob.refused("workspace_look", json!({ "address": "127.0.0.1:1" })).await;
    assert_eq!(nobody.code, ErrorCode::Unreachable);

    let add = json!({ "address": address, "fingerprint": offer["fingerprint"], "entry": join });
    let added = bob.get("workspace_add", add.clone()).await;
    assert_eq!(
        (&added["account"]["name"], &added["account"]["display"]),
        (&json!("bob"), &json!("Bob"))
    );
    let stands = bob.stands("connected").await;
    assert_eq!((&stands["problem"], &stands["asOf"]), (&Value::Null, &Value::Null));
    let name = text(&stands["name"]).to_owned();
    assert_eq!(bob.names().await, ["mine", &name, "Lab", "web-01"]);
    assert_eq!(bob.node(&name).await, stands["root"]);
    let depths = bob.get("tree_load", json!({})).await["depths"].clone();
    assert_eq!(depths, json!([0, 0, 1, 2]));
    assert_eq!(bob.refused("workspace_add", add).await.field.as_deref(), Some("address"));

    // What others change is there by itself.
    machine(&mut ada(&server, &token), &lab, "db-01").await;
    bob.until("Ada's machine", async |me| me.names().await.contains(&"db-01".to_owned())).await;
    let told = bob.events.lock().unwrap().clone();
    assert!(told.iter().any(|event| matches!(event, AppEvent::Tree { .. })));

    // Routes of the server, and what the person may not do there.
    let ask = json!({ "id": stands["id"], "method": "GET", "path": "/me", "body": null });
    assert_eq!(bob.get("workspace_request", ask).await["name"], "bob");
    let ask = json!({ "id": stands["id"], "method": "GET", "path": "/../rpc/app_info" });
    assert_eq!(bob.refused("workspace_request", ask).await.code, ErrorCode::Invalid);
    let web = bob.node("web-01").await;
    let renamed = bob.refused("node_rename", json!({ "id": web, "name": "x" })).await;
    assert_eq!(renamed.code, ErrorCode::NotAllowed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_a_workspace_is_a_tab_until_its_member_is_put_out() {
    let (server, token, lab) = serve().await;
    let mut ada = ada(&server, &token);
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(home.path(), "shared").unwrap();
    let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    let draft = json!({ "id": null, "name": "shared key", "user": sshd.user(), "kind": "key", "password": null,
        "privateKey": key.private, "passphrase": null, "certificate": null, "agentFingerprint": null });
    let identity = ada.rpc("identity_save", json!({ "draft": draft })).await;
    let settings = json!({ "port": sshd.port(), "identities": [identity["id"]] });
    let draft = json!({ "name": "web-01", "address": "127.0.0.1", "settings": settings });
    ada.rpc("entry_save", json!({ "id": null, "parent": lab, "draft": draft })).await;

    let bob = joined(&server, &token, &lab, "Operator").await;
    let workspace = bob.workspaces().await[0].clone();
    let web = bob.node("web-01").await;
    let session = bob.terminal(&web).await;
    assert_eq!(session["workspace"], workspace["id"]);
    let listed = bob.get("session_list", json!({})).await;
    assert_eq!(listed[0]["workspace"], workspace["id"]);

    let mut viewer = bob.attach(&session["id"]).await;
    viewer.say("echo $((6 * 7))from-there\n").await;
    viewer.sees("42from-there").await;

    // Behind the lock it goes on, and nobody comes to it anew.
    bob.get("vault_lock", json!({ "closeSessions": false })).await;
    let locked = bob.refused("session_attach", json!({ "id": session["id"] })).await;
    assert_eq!(locked.code, ErrorCode::VaultLocked);
    viewer.say("echo $((6 * 8))behind-the-lock\n").await;
    viewer.sees("48behind-the-lock").await;
    bob.unlock().await;
    bob.stands("connected").await;
    bob.until("the session", async |me| {
        me.get("session_list", json!({})).await[0]["id"] == session["id"]
    })
    .await;

    // Whatever comes to the page, the key is not in it.
    let named = json!({ "id": identity["id"], "secret": "privateKey", "passphrase": null });
    for (command, args) in [
        ("node_get", json!({ "id": web })),
        ("identity_list", json!({})),
        ("identity_public_key", json!({ "id": identity["id"] })),
        ("identity_reveal", named),
        ("session_list", json!({})),
    ] {
        let _refused_or_not = bob.ask(command, args).await;
    }
    let identities = bob.get("identity_list", json!({})).await;
    assert_eq!(identities[0]["workspace"], workspace["id"], "{identities}");
    bob.never_saw(&key.private);
    let received = String::from_utf8_lossy(&bob.received.lock().unwrap()).into_owned();
    assert!(!received.contains("pbs_"), "the sign-in came to the page");

    // Put out, and everything ends.
    let member = workspace["account"]["id"].clone();
    let put_out = format!("DELETE /api/v1/organisations/{lab}/members/{}", text(&member));
    ada.get(&put_out, Value::Null).await;
    tokio::time::timeout(PUT_OUT, viewer.ends()).await.unwrap();
    bob.until("the end of all", async |me| {
        me.get("session_list", json!({})).await == json!([]) && me.names().await.len() == 1
    })
    .await;
    let told = bob.events.lock().unwrap().clone();
    assert!(told.iter().any(|event| matches!(event, AppEvent::SessionGone { .. })));
    assert_eq!(bob.refused("node_get", json!({ "id": web })).await.code, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_stays_while_the_server_is_away_and_it_comes_back_by_itself() {
    let (server, token, lab) = serve().await;
    machine(&mut ada(&server, &token), &lab, "web-01").await;
    let bob = joined(&server, &token, &lab, "Editor").await;
    let names = bob.names().await;
    let web = bob.node("web-01").await;
    bob.until("the sealed tree", async |me| {
        let kept = me.ctx.core.vault().unlocked().unwrap();
        let all = kept.vault().load(patchbay_store::Kind::WorkspaceTree).await.unwrap();
        all.iter().any(|item| String::from_utf8_lossy(&item.data).contains("web-01"))
    })
    .await;

    server.started.drain.cancel();
    let away = bob.stands("offline").await;
    assert_eq!(away["problem"]["code"], "unreachable");
    assert!(away["asOf"].is_i64());
    assert_eq!(bob.names().await, names);
    let draft = json!({ "name": "new", "address": "192.0.2.2" });
    let save = json!({ "id": null, "parent": web, "draft": draft });
    assert_eq!(bob.refused("entry_save", save).await.code, ErrorCode::Unreachable);

    // Nor does the tree need the network after a restart; locked, there is nothing.
    let bob = bob.restarted();
    let locked = bob.refused("workspace_list", json!({})).await;
    assert_eq!(locked.code, ErrorCode::VaultLocked);
    assert!(!bob.ctx.core.workspaces().is_any());
    bob.unlock().await;
    assert_eq!(bob.names().await, names);
    let away = bob.stands("offline").await;
    assert!(away["asOf"].is_i64());

    let server = serve_again(server).await;
    bob.stands("connected").await;
    machine(&mut ada(&server, &token), &lab, "db-01").await;
    bob.until("Ada's machine", async |me| me.names().await.contains(&"db-01".to_owned())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_certificate_is_told_nothing_until_it_is_trusted() {
    let (server, token, lab) = serve().await;
    let bob = joined(&server, &token, &lab, "Viewer").await;
    let id = bob.workspaces().await[0]["id"].clone();
    std::fs::remove_file(server.folder.path().join("certificate.pem")).unwrap();
    let server = serve_again(server).await;
    let stands = bob.stands("certificateChanged").await;
    let now = fingerprint(&server).await;
    assert!(text(&stands["problem"]["nextStep"]).contains(&now), "{stands}");
    assert_eq!(
        bob.refused("workspace_request", json!({ "id": id, "method": "GET", "path": "/me" }))
            .await
            .code,
        ErrorCode::HostKey
    );
    let other = json!({ "id": id, "fingerprint": stands["fingerprint"] });
    assert_eq!(bob.refused("workspace_trust", other).await.code, ErrorCode::HostKey);
    bob.get("workspace_trust", json!({ "id": id, "fingerprint": now })).await;
    assert_eq!(bob.stands("connected").await["fingerprint"], now);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_vault_has_no_sign_in_and_calls_nobody() {
    let (server, token, lab) = serve().await;
    let bob = joined(&server, &token, &lab, "Viewer").await;
    // All that the server has answered, but for what is counted here.
    let requests = async || {
        let figures = server.ask("GET /metrics", &[], b"").await.text();
        let counted =
            figures.lines().filter(|line| line.starts_with("patchbay_http_requests_total"));
        let counted = counted.filter(|line| line.contains("/api/"));
        counted.map(str::to_owned).collect::<Vec<_>>()
    };
    bob.get("vault_lock", json!({ "closeSessions": false })).await;
    let before = requests().await;
    machine(&mut ada(&server, &token), &lab, "web-01").await;
    for (command, args) in
        [("tree_load", json!({})), ("workspace_list", json!({})), ("recents_list", json!({}))]
    {
        assert_eq!(bob.refused(command, args).await.code, ErrorCode::VaultLocked, "{command}");
    }
    let others = |all: &[String]| {
        let quiet =
            |line: &&String| !line.contains("entry_save") && !line.contains("/api/rpc/{command}");
        all.iter().filter(quiet).cloned().collect::<Vec<_>>()
    };
    assert_eq!(others(&requests().await), others(&before));
    assert!(!format!("{:?}", bob.ctx.core).contains("pbs_"));
    bob.unlock().await;
    bob.stands("connected").await;
    bob.until("Ada's machine", async |me| me.names().await.contains(&"web-01".to_owned())).await;
}

/// What somebody in a browser says to a code.
async fn answered(ada: &mut Person<'_>, begun: &Value, allow: bool) {
    let code = json!({ "userCode": begun["code"] });
    let seen = ada.get("POST /api/v1/me/device/look", code).await;
    assert_eq!((&seen["userCode"], &seen["client"]), (&begun["code"], &begun["client"]));
    let answer = json!({ "userCode": begun["code"], "allow": allow });
    ada.get("POST /api/v1/me/device", answer).await;
}

/// What the server has counted of questions whether somebody was let in.
async fn questions(server: &Fixture) -> String {
    let figures = server.ask("GET /metrics", &[], b"").await.text();
    let counted = figures.lines().filter(|line| line.contains("/sign-in/device/token"));
    counted.collect::<Vec<_>>().join("\n")
}

/// Waits until the server was asked once more than before.
async fn is_asked(server: &Fixture, before: &str) {
    let asking = async {
        while questions(server).await == before {
            moment().await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap();
}

async fn sign_ins(ada: &mut Person<'_>) -> usize {
    ada.get("GET /api/v1/me/sign-ins", Value::Null).await.as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_signs_the_desktop_in_and_in_again() {
    let (server, token, lab) = serve().await;
    let mut ada = ada(&server, &token);
    machine(&mut ada, &lab, "web-01").await;
    let desktop = Desktop::open().await;
    let address = server.address.to_string();
    let new = |fingerprint: &str| json!({ "door": { "kind": "new", "address": address, "fingerprint": fingerprint } });

    // A certificate that was not compared is asked for nothing.
    let other = new(&format!("SHA256:{}", "0".repeat(64)));
    assert_eq!(desktop.refused("workspace_browser_begin", other).await.code, ErrorCode::HostKey);

    let fingerprint = fingerprint(&server).await;
    let begun = desktop.get("workspace_browser_begin", new(&fingerprint)).await;
    let code = text(&begun["code"]);
    assert_eq!(begun["link"], format!("https://{address}/device#{code}"));
    assert_eq!(begun["client"], "Patchbay on here");
    assert_eq!(desktop.workspaces().await, json!([]));
    let id = json!({ "id": begun["id"] });
    // It waits from before the answer on; the page of another window does not wait a second time.
    let before = questions(&server).await;
    let (waited, ()) = tokio::join!(desktop.get("workspace_browser_wait", id.clone()), async {
        is_asked(&server, &before).await;
        answered(&mut ada, &begun, true).await;
        let twice = desktop.refused("workspace_browser_wait", id.clone()).await;
        assert_eq!(twice.code, ErrorCode::NotFound);
    });
    assert_eq!(waited["account"]["name"], "ada");
    assert_eq!(waited["fingerprint"], fingerprint);
    let stands = desktop.stands("connected").await;
    assert!(desktop.names().await.contains(&"web-01".to_owned()));
    let listed = ada.get("GET /api/v1/me/sign-ins", Value::Null).await;
    assert!(listed.to_string().contains("Patchbay on here"), "{listed}");
    let again = desktop.refused("workspace_browser_begin", new(&fingerprint)).await;
    assert_eq!(again.field.as_deref(), Some("address"));

    // Signed out and in again: the same workspace.
    desktop.get("workspace_sign_out", json!({ "id": stands["id"] })).await;
    desktop.stands("signedOut").await;
    let known = json!({ "door": { "kind": "known", "id": stands["id"] } });
    let begun = desktop.get("workspace_browser_begin", known).await;
    answered(&mut ada, &begun, true).await;
    let waited = desktop.get("workspace_browser_wait", json!({ "id": begun["id"] })).await;
    assert_eq!(waited["id"], stands["id"]);
    desktop.stands("connected").await;
    assert_eq!(sign_ins(&mut ada).await, 2);

    // Neither what asks nor what lets in came to the page.
    let received = String::from_utf8_lossy(&desktop.received.lock().unwrap()).into_owned();
    for secret in ["pbs_", "pbd_"] {
        assert!(!received.contains(secret), "{secret}");
    }
    // With the workspace added meanwhile, nothing is left of a second one.
    desktop.get("workspace_remove", json!({ "id": stands["id"] })).await;
    let begun = desktop.get("workspace_browser_begin", new(&fingerprint)).await;
    answered(&mut ada, &begun, true).await;
    let faster = json!({ "kind": "signIn", "name": "ada", "password": PASSWORD, "code": null });
    let faster = json!({ "address": address, "fingerprint": fingerprint, "entry": faster });
    desktop.get("workspace_add", faster).await;
    let before = sign_ins(&mut ada).await;
    let late = desktop.refused("workspace_browser_wait", json!({ "id": begun["id"] })).await;
    assert_eq!(late.field.as_deref(), Some("address"));
    assert_eq!(sign_ins(&mut ada).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_says_no_or_is_not_waited_for_signs_nobody_in() {
    let (server, token, _) = serve().await;
    let mut ada = ada(&server, &token);
    let desktop = Desktop::open().await;
    let (address, fingerprint) = (server.address.to_string(), fingerprint(&server).await);
    let new = json!({ "door": { "kind": "new", "address": address, "fingerprint": fingerprint } });
    let begin = async || desktop.get("workspace_browser_begin", new.clone()).await;
    let wait = |begun: &Value| {
        let id = json!({ "id": begun["id"] });
        desktop.refused("workspace_browser_wait", id)
    };
    let cancel = async |begun: &Value| {
        desktop.get("workspace_browser_cancel", json!({ "id": begun["id"] })).await;
    };
    let nobody_waits = async |ada: &mut Person<'_>, begun: &Value| {
        let code = json!({ "userCode": begun["code"], "allow": true });
        let answer = ada.ask("POST /api/v1/me/device", code).await;
        assert_eq!(answer.error(), (404, "notFound".to_owned()));
    };

    let denied = begin().await;
    answered(&mut ada, &denied, false).await;
    let refused = wait(&denied).await;
    assert_eq!(refused.code, ErrorCode::NotAllowed);
    assert!(refused.next_step.contains("anew"), "{refused}");

    // Given up before, while and after it is waited for.
    let before = begin().await;
    cancel(&before).await;
    assert_eq!(wait(&before).await.code, ErrorCode::NotFound);
    nobody_waits(&mut ada, &before).await;
    let during = begin().await;
    let asked = questions(&server).await;
    let (refused, ()) = tokio::join!(wait(&during), async {
        is_asked(&server, &asked).await;
        cancel(&during).await;
    });
    assert_eq!(refused.code, ErrorCode::Cancelled);
    nobody_waits(&mut ada, &during).await;
    let allowed = begin().await;
    answered(&mut ada, &allowed, true).await;
    cancel(&allowed).await;
    assert_eq!(wait(&allowed).await.code, ErrorCode::NotFound);
    cancel(&allowed).await;

    // Behind the lock nobody goes on asking.
    let locked = begin().await;
    let asked = questions(&server).await;
    let (refused, ()) = tokio::join!(wait(&locked), async {
        is_asked(&server, &asked).await;
        desktop.get("vault_lock", json!({ "closeSessions": false })).await;
    });
    assert_eq!(refused.code, ErrorCode::Cancelled);
    nobody_waits(&mut ada, &locked).await;
    assert_eq!(sign_ins(&mut ada).await, 1);
    desktop.unlock().await;
    assert_eq!(desktop.workspaces().await, json!([]));
    let kept = desktop.ctx.core.vault().unlocked().unwrap();
    let kept = kept.vault().load(patchbay_store::Kind::WorkspaceSecret).await.unwrap();
    assert_eq!(kept.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn things_of_two_places_are_not_mixed() {
    let (server, token, lab) = serve().await;
    machine(&mut ada(&server, &token), &lab, "web-01").await;
    let bob = joined(&server, &token, &lab, "Editor").await;
    let root = bob.workspaces().await[0]["root"].clone();
    let mine = bob.get("entry_quick_add", json!({ "text": "root@mine" })).await["id"].clone();
    let web = bob.node("web-01").await;
    let into = json!({ "kind": "endOf", "folder": root });
    for (command, args) in [
        ("nodes_delete", json!({ "ids": [mine, web] })),
        ("nodes_move", json!({ "ids": [mine], "place": into })),
        ("nodes_move", json!({ "ids": [web], "place": { "kind": "before", "id": mine } })),
        ("nodes_move", json!({ "ids": [web], "place": { "kind": "endOf", "folder": null } })),
        ("nodes_move", json!({ "ids": [web], "place": { "kind": "after", "id": root } })),
        ("node_get", json!({ "id": root })),
        ("nodes_delete", json!({ "ids": [root] })),
        (
            "run_targets",
            json!({ "targets": [{ "kind": "node", "id": mine }, { "kind": "node", "id": web }] }),
        ),
    ] {
        let refused = bob.refused(command, args).await;
        assert_eq!(refused.code, ErrorCode::Invalid, "{command}: {refused}");
        assert!(!refused.next_step.is_empty(), "{command}");
    }
    assert!(bob.names().await.contains(&"mine".to_owned()));

    // At both places at once, for each what is there.
    bob.get("status_check", json!({ "ids": [mine, web, root] })).await;
    bob.until("what was found of both", async |me| {
        let told = me.events.lock().unwrap().clone();
        let found: Vec<String> = told
            .iter()
            .filter_map(|event| match event {
                AppEvent::Status { reports } => Some(reports.iter().map(|one| one.id.to_string())),
                _ => None,
            })
            .flatten()
            .collect();
        [&mine, &web].into_iter().all(|id| found.iter().any(|one| one == text(id)))
    })
    .await;

    // Into the folder of the workspace is to its root there, which is the member's own; beside it is the end of here.
    let draft = json!({ "name": "own", "address": "192.0.2.3", "tags": ["blue"] });
    let own = bob.get("entry_save", json!({ "id": null, "parent": root, "draft": draft })).await;
    assert_eq!(own["parent"], root);
    let detail = bob.get("node_get", json!({ "id": own["id"] })).await;
    assert_eq!(
        (&detail["entry"]["parent"], &detail["path"][0]),
        (&root, &bob.workspaces().await[0]["name"])
    );
    bob.until("the new machine", async |me| me.names().await.contains(&"own".to_owned())).await;
    assert!(bob.get("tags_list", json!({})).await.to_string().contains("blue"));
    let beside = json!({ "ids": [mine], "place": { "kind": "after", "id": root } });
    bob.get("nodes_move", beside).await;
    let everything = json!({ "targets": [{ "kind": "node", "id": root }] });
    let all = bob.get("run_targets", everything).await;
    assert!(
        all.to_string().contains(text(&web)) && !all.to_string().contains(text(&mine)),
        "{all}"
    );
    let undo = bob.get("nodes_delete", json!({ "ids": [own["id"]] })).await;
    bob.get("nodes_undelete", json!({ "undo": undo })).await;

    // An identity for a machine there is made there.
    let draft = json!({ "id": null, "name": "there", "user": "me", "kind": "password", "password": "hunter2 hunter2",
        "privateKey": null, "passphrase": null, "certificate": null, "agentFingerprint": null });
    let there = bob.get("identity_save", json!({ "draft": draft, "near": own["id"] })).await;
    let here = bob.get("identity_save", json!({ "draft": draft })).await;
    assert!(there["workspace"].is_string() && here["workspace"].is_null());
    let draft = |identity: &Value| json!({ "name": "own", "address": "192.0.2.3", "settings": { "identities": [identity["id"]] } });
    bob.get("entry_save", json!({ "id": own["id"], "draft": draft(&there) })).await;
    let mixed = bob.refused("entry_save", json!({ "id": own["id"], "draft": draft(&here) })).await;
    assert_eq!(mixed.code, ErrorCode::Invalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_saved_first_is_not_written_over() {
    let (server, token, lab) = serve().await;
    let mut ada = ada(&server, &token);
    let web = machine(&mut ada, &lab, "web-01").await;
    let bob = joined(&server, &token, &lab, "Editor").await;
    let seen = bob.get("node_get", json!({ "id": web["id"] })).await["version"].clone();
    let theirs = json!({ "name": "web-01", "address": "192.0.2.1", "notes": "by Ada" });
    ada.rpc("entry_save", json!({ "id": web["id"], "draft": theirs, "basedOn": seen })).await;
    let mine = json!({ "name": "web-01", "address": "192.0.2.1", "notes": "by Bob" });
    let save = |based_on: &Value| json!({ "id": web["id"], "draft": mine, "basedOn": based_on });
    assert_eq!(bob.refused("entry_save", save(&seen)).await.code, ErrorCode::Conflict);
    let now = bob.get("node_get", json!({ "id": web["id"] })).await;
    assert_eq!(now["entry"]["notes"], "by Ada");
    bob.get("entry_save", save(&now["version"])).await;
    // Others see it a moment later.
    let shown = async {
        while ada.rpc("node_get", json!({ "id": web["id"] })).await["entry"]["notes"] != "by Bob" {
            moment().await;
        }
    };
    tokio::time::timeout(PATIENCE, shown).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_sign_in_takes_what_it_showed_along() {
    let (server, token, lab) = serve().await;
    machine(&mut ada(&server, &token), &lab, "web-01").await;
    let bob = joined(&server, &token, &lab, "Viewer").await;
    let workspace = bob.workspaces().await[0].clone();
    let id = workspace["id"].clone();
    let only = vec![text(&workspace["name"]).to_owned()];
    bob.get("workspace_sign_out", json!({ "id": id })).await;
    assert_eq!(bob.stands("signedOut").await["problem"], Value::Null);
    assert_eq!(bob.names().await, only);
    let wrong = json!({ "id": id, "name": "bob", "password": "something else" });
    assert_eq!(bob.refused("workspace_sign_in", wrong).await.code, ErrorCode::AuthFailed);
    let right = json!({ "id": id, "name": "bob", "password": PASSWORD });
    bob.get("workspace_sign_in", right).await;
    bob.stands("connected").await;
    bob.until("the machines", async |me| me.names().await.len() == 3).await;

    // The server puts somebody out.
    let member = text(&workspace["account"]["id"]).to_owned();
    let suspend = format!("PATCH /api/v1/accounts/{member}");
    ada(&server, &token).get(&suspend, json!({ "suspended": true })).await;
    assert_eq!(bob.stands("signedOut").await["problem"]["code"], "signedOut");
    assert_eq!(bob.names().await, only);
    let asked = json!({ "id": id, "method": "GET", "path": "/me" });
    assert_eq!(bob.refused("workspace_request", asked).await.code, ErrorCode::SignedOut);

    bob.get("workspace_remove", json!({ "id": id })).await;
    assert_eq!((bob.workspaces().await, bob.names().await.len()), (json!([]), 0));
    let kept = bob.ctx.core.vault().unlocked().unwrap();
    for kind in [
        patchbay_store::Kind::Workspace,
        patchbay_store::Kind::WorkspaceSecret,
        patchbay_store::Kind::WorkspaceTree,
    ] {
        assert_eq!(kept.vault().load(kind).await.unwrap().len(), 0, "{kind:?}");
    }
}
