#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
//! Two nodes on one PostgreSQL: any of them serves any request, and each hears of what the other writes.

mod support;

use patchbay_testkit::{Postgres, TeamServer, moment, postgres_or_skip};
use serde_json::{Value, json};
use std::time::Duration;
use support::{Person, desktop::Desktop, open, serve_team};

const PATIENCE: Duration = Duration::from_secs(60);
const PASSWORD: &str = "four patch cables humming";

async fn until(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let looking = async {
        while !so().await {
            moment().await;
        }
    };
    let seen = tokio::time::timeout(PATIENCE, looking).await;
    assert!(seen.is_ok(), "waited in vain for {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_writes_the_other_knows_and_a_sign_in_counts_at_both() {
    if !postgres_or_skip("two nodes on one PostgreSQL") {
        return;
    }
    let mut postgres = Postgres::start().await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let key = home.path().join("master.key");
    std::fs::write(&key, "a".repeat(64)).unwrap();
    let url = postgres.url();
    let more = ["--database", url.as_str(), "--master-key-file", key.to_str().unwrap()];
    let first = serve_team(&more).await;
    let second = serve_team(&more).await;
    // Each start makes another link as long as nobody has used one: the last counts.
    let link = second.started.says.iter().find_map(|line| line.split_once("/setup#")).unwrap().1;
    let named = json!({ "token": link, "name": "ada", "display": "Ada", "password": PASSWORD, "organisation": "Lab" });
    let mut ada = open(&second, "setup", named).await;
    let mut elsewhere = Person { server: &first, token: ada.token.clone(), received: Vec::new() };
    until("the sign-in at the first", async || {
        elsewhere.ask("GET /api/v1/me", Value::Null).await.status == 200
    })
    .await;
    let lab = elsewhere.get("GET /api/v1/me", Value::Null).await["organisations"][0]["id"].clone();

    let save = async |person: &mut Person<'_>, name: &str| {
        let draft = json!({ "name": name, "address": "192.0.2.1" });
        person.rpc("entry_save", json!({ "id": null, "parent": lab, "draft": draft })).await
    };
    save(&mut ada, "from-the-second").await;
    let names =
        async |person: &mut Person<'_>| person.rpc("tree_load", json!({})).await["names"].clone();
    until("the second's machine", async || {
        names(&mut elsewhere).await == json!(["Lab", "from-the-second"])
    })
    .await;
    save(&mut elsewhere, "from-the-first").await;
    until("the first's machine", async || names(&mut ada).await.as_array().unwrap().len() == 3)
        .await;

    // A database that goes away is said, and is there again by itself.
    postgres.stop().await.unwrap();
    let draft = json!({ "name": "lost", "address": "192.0.2.1" });
    let args = json!({ "id": null, "parent": lab, "draft": draft });
    let refused = ada.ask("POST /api/rpc/entry_save", args).await;
    assert!(refused.status >= 500, "{} {}", refused.status, refused.text());
    assert!(refused.text().contains("\"retryable\":true"), "{}", refused.text());
    let ready = first.ask("GET /readyz", &[], b"").await;
    assert_eq!(ready.status, 503);
    postgres.start_again().await.unwrap();
    until("the first to be ready", async || first.ask("GET /readyz", &[], b"").await.status == 200)
        .await;
    save(&mut elsewhere, "afterwards").await;
    until("a machine after the outage", async || {
        names(&mut ada).await.as_array().unwrap().len() == 4
    })
    .await;

    // Signed out at one, nobody any more at the other.
    let out = ada.ask("POST /api/v1/sign-out", Value::Null).await;
    assert_eq!(out.status, 204, "{}", out.text());
    until("the end of the sign-in", async || {
        elsewhere.ask("GET /api/v1/me", Value::Null).await.status == 401
    })
    .await;
}

/// Bob has joined at one node, which is then killed: he goes on at the other, with the same sign-in, and hears what happens there.
#[tokio::test(flavor = "multi_thread")]
async fn clients_of_a_killed_node_go_on_at_another() {
    if !postgres_or_skip("two nodes on one PostgreSQL") {
        return;
    }
    let postgres = Postgres::start().await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let key = home.path().join("master.key");
    std::fs::write(&key, "a".repeat(64)).unwrap();
    let url = postgres.url();
    let more = ["--database", url.as_str(), "--master-key-file", key.to_str().unwrap()];
    let binary = env!("CARGO_BIN_EXE_patchbay-server").into();
    let mut first = TeamServer::start(binary, &more).await.unwrap();
    let second = serve_team(&more).await;
    let link = second.started.says.iter().find_map(|line| line.split_once("/setup#")).unwrap().1;
    let named = json!({ "token": link, "name": "ada", "display": "Ada", "password": PASSWORD, "organisation": "Lab" });
    let mut ada = open(&second, "setup", named).await;
    let lab = ada.get("GET /api/v1/me", Value::Null).await["organisations"][0]["id"].clone();

    let bob = Desktop::open().await;
    let entry = json!({ "kind": "signIn", "name": "ada", "password": PASSWORD, "code": null });
    let add =
        json!({ "address": first.origin(), "fingerprint": first.fingerprint(), "entry": entry });
    until("the account at the first", async || bob.ask("workspace_add", add.clone()).await.is_ok())
        .await;
    bob.stands("connected").await;
    // Another one would be a second of the same.
    let again = json!({ "address": second.address.to_string(), "fingerprint": second.started.fingerprint, "entry": entry });
    assert_eq!(bob.refused("workspace_add", again).await.field.as_deref(), Some("address"));

    first.kill().await.unwrap();
    let draft = json!({ "name": "web-01", "address": "192.0.2.1" });
    ada.rpc("entry_save", json!({ "id": null, "parent": lab, "draft": draft })).await;
    bob.until("the machine that was made at the second", async |me| {
        me.names().await.iter().any(|name| name == "web-01")
    })
    .await;
    assert_eq!(bob.stands("connected").await["problem"], Value::Null);
    let draft = json!({ "name": "web-02", "address": "192.0.2.2" });
    bob.get("entry_save", json!({ "id": null, "parent": lab, "draft": draft })).await;

    // It finds its way also after a start, which begins where it was joined.
    let bob = bob.restarted();
    bob.unlock().await;
    bob.stands("connected").await;
    bob.until("both machines", async |me| me.names().await.len() == 4).await;
}
