//! The audit log as administrators read it, and the reasons that an organisation asks for.

use super::{Site, given, owned, signed_in};
use crate::team::testing::World;
use patchbay_model::{NodeId, OrganisationId};
use patchbay_team::{
    audit::{Actor, Entry, Outcome},
    directory::OPERATOR,
};
use patchbay_team_store::Write;
use serde_json::{Value, json};
use std::time::Duration;

/// The actions of a page, newest first.
fn actions(page: &Value) -> Vec<&str> {
    page["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["entry"]["action"].as_str().unwrap())
        .collect()
}

fn rules(least: u8) -> Value {
    json!({ "askReason": least, "record": "off", "keepDays": 0, "keepOffline": true, "direct": false })
}

fn root(organisation: OrganisationId) -> NodeId {
    NodeId::from_bytes(*organisation.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_administers_an_organisation_reads_what_concerns_it_and_nothing_else() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let ann = world.joins("ann", None).await;
    let works = owned(&world, "Works", ann).await;
    let (_, owner) = signed_in(&world, world.owner).await;
    let (_, anns) = signed_in(&world, ann).await;

    let machine = World::machine("web", "192.0.2.1", None);
    let web = world.save(ann, None, Some(root(works)), machine).await.unwrap();
    let own = World::machine("secret-laptop", "192.0.2.2", None);
    world.save(ann, None, None, own).await.unwrap();
    let group = json!({ "name": "On call", "members": [ann] });
    site.ask(&anns, &format!("POST /organisations/{works}/groups"), group).await.ok();
    let gone = site.rpc(&anns, "nodes_delete", json!({ "ids": [web] })).await;
    gone.ok();
    site.ask(&owner, "POST /organisations", json!({ "name": "Third" })).await.ok();

    let page = site.get(&anns, &format!("/organisations/{works}/audit")).await.ok();
    assert_eq!(actions(&page), ["machine.delete", "group.create", "machine.create"]);
    assert_eq!(page["next"], Value::Null);
    let entries = page["entries"].as_array().unwrap();
    assert!(entries.iter().all(|one| one["organisationName"] == "Works" && one["who"] == "ann"));
    assert_eq!(
        (&entries[1]["objectKind"], &entries[1]["objectName"]),
        (&json!("group"), &json!("On call"))
    );
    // What is deleted has no name any more but what was written down.
    assert_eq!(entries[0]["objectName"], Value::Null);
    assert_eq!(entries[0]["entry"]["detail"], "web");

    let all = site.get(&owner, "/audit/entries?limit=500").await.ok();
    assert_eq!(actions(&all)[0], "organisation.create");
    assert!(actions(&all).contains(&"server.set_up"));
    assert!(!all.to_string().contains("secret-laptop"));
    let head = site.get(&owner, "/audit/head").await.ok();
    assert_eq!(all["head"], head["seq"]);
    assert_eq!(all["entries"][0]["hash"], head["hash"]);

    // Every filter narrows, also together.
    let find = |filter: String| {
        let (site, owner) = (&site, &owner);
        async move { site.get(owner, &format!("/audit/entries?{filter}")).await.ok() }
    };
    let by_ann = find(format!("who={ann}&action=machine.")).await;
    assert_eq!(actions(&by_ann), ["machine.delete", "machine.create"]);
    assert_eq!(actions(&find(format!("object={web}")).await), actions(&by_ann));
    assert_eq!(actions(&find("who=server".to_owned()).await), ["server.set_up_link"]);
    assert_eq!(actions(&find("text=ON%20CALL".to_owned()).await), ["group.create"]);
    assert_eq!(actions(&find("outcome=failed".to_owned()).await), [""; 0]);
    let two = find("limit=2".to_owned()).await;
    let rest = find(format!("limit=2&before={}", two["next"])).await;
    assert_eq!([actions(&two), actions(&rest)].concat(), actions(&all)[..4]);
    let newer = find(format!("after={}", two["next"].as_i64().unwrap() - 1)).await;
    assert_eq!(actions(&newer), actions(&two));
    for (filter, field) in
        [("who=me", "who"), ("limit=0", "limit"), ("limit=501", "limit"), ("text=", "")]
    {
        let got = site.get(&owner, &format!("/audit/entries?{filter}")).await;
        if field.is_empty() {
            got.ok();
        } else {
            got.is(400, "invalid", Some(field));
        }
    }
    let long = format!("/audit/entries?text={}", "x".repeat(201));
    site.get(&owner, &long).await.is(400, "invalid", Some("text"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_has_all_that_fits_and_is_written_down() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let (_, owner) = signed_in(&world, world.owner).await;
    let organisation = world.organisation;
    // More than is read at a time.
    let one = Entry {
        at: world.team.now(),
        actor: Actor::Account { account: world.owner },
        action: "session.open".to_owned(),
        object: None,
        address: None,
        reason: Some("=1+1, \"quoted\"".to_owned()),
        outcome: Outcome::Done,
        detail: None,
        organisation: Some(organisation),
        acting_as: None,
    };
    let audit = vec![one; 1201];
    world.team.store.write(Write { audit, ..Write::default() }).await.unwrap();
    let got = site.get(&owner, "/audit/export.jsonl?action=session.open").await;
    assert_eq!(got.headers["content-type"], "application/jsonl");
    let lines = got.ok();
    let lines: Vec<Value> =
        lines.as_str().unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1201);
    assert!(lines.windows(2).all(|two| two[0]["seq"].as_i64() > two[1]["seq"].as_i64()));

    let within = format!("/organisations/{organisation}/audit/export.csv");
    let got = site.get(&owner, &within).await;
    assert_eq!(got.headers["content-disposition"], "attachment; filename=\"patchbay-audit.csv\"");
    let table = got.ok();
    let rows: Vec<&str> = table.as_str().unwrap().split("\r\n").collect();
    assert!(rows[0].starts_with("number,time,who,"));
    assert!(rows[1].contains("organisation.audit_export_table"), "{}", rows[1]);
    assert!(rows[2].contains("\"'=1+1, \"\"quoted\"\"\""), "{}", rows[2]);
    assert_eq!(rows.len(), 1201 + 3);
    let page = site.get(&owner, "/audit/entries?limit=2").await.ok();
    let details: Vec<&Value> =
        page["entries"].as_array().unwrap().iter().map(|one| &one["entry"]["detail"]).collect();
    assert_eq!(details, ["everything", "what a filter let through"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_checked_while_the_server_runs() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let (_, owner) = signed_in(&world, world.owner).await;
    assert_eq!(site.get(&owner, "/audit/check").await.ok(), Value::Null);
    world.team.checkpoint(true).await.unwrap();
    let begun = site.ask(&owner, "POST /audit/check", Value::Null).await.ok();
    assert_eq!(begun["state"]["kind"], "running");
    let ended = async {
        loop {
            let check = site.get(&owner, "/audit/check").await.ok();
            if check["state"]["kind"] != "running" {
                return check;
            }
            patchbay_testkit::moment().await;
        }
    };
    let check = tokio::time::timeout(Duration::from_secs(30), ended).await.unwrap();
    assert_eq!(check["state"]["kind"], "sound", "{check}");
    assert_eq!(check["state"]["checkpoints"], 1);
    assert!(check["state"]["vouched"].as_i64() <= check["done"].as_i64());
    // That there was one is in the log, and what there is no need to stop is not stopped.
    let page = site.get(&owner, "/audit/entries?action=audit.check").await.ok();
    assert_eq!(actions(&page).len(), 1);
    site.ask(&owner, "DELETE /audit/check", Value::Null).await.ok();
    assert_eq!(site.get(&owner, "/audit/check").await.ok(), check);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_asks_why() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let ann = world.joins("ann", None).await;
    given(&world, world.organisation, ann, OPERATOR).await;
    let (_, owner) = signed_in(&world, world.owner).await;
    let (_, anns) = signed_in(&world, ann).await;
    let policy = format!("/organisations/{}/policy", world.organisation);
    let asked = rules(101);
    site.ask(&owner, &format!("PUT {policy}"), asked).await.is(400, "invalid", Some("askReason"));
    let lab = site.ask(&owner, &format!("PUT {policy}"), rules(8)).await.ok();
    assert_eq!(lab["policy"]["askReason"], 8);
    site.ask(&anns, &format!("PUT {policy}"), rules(0)).await.is(403, "notAllowed", None);

    let identity = world.identity(world.owner, "root", "humming").await;
    // Nothing listens there.
    let draft = World::machine("web", "127.0.0.1", Some(identity));
    let web = world.save(world.owner, None, Some(world.root()), draft).await.unwrap();
    let own = World::machine("own", "127.0.0.1", None);
    let own = world.save(ann, None, None, own).await.unwrap();
    let size = json!({ "cols": 80, "rows": 24, "width": 0, "height": 0 });
    let open = |id: NodeId, reason: Value| json!({ "target": { "kind": "entry", "id": id }, "size": size, "attempt": null, "reason": reason });
    for short in [Value::Null, json!(""), json!("  ticket  ")] {
        let got = site.rpc(&anns, "session_open", open(web, short)).await;
        got.is(403, "needsReason", Some("reason"));
        assert!(got.json["error"]["message"].as_str().unwrap().contains("at least 8 characters"));
    }
    // One's own machines are nobody else's business.
    site.rpc(&anns, "session_open", open(own, Value::Null)).await.ok();
    let session = site.rpc(&anns, "session_open", open(web, json!(" Ticket 4711 "))).await.ok();
    let again = json!({ "id": session["id"], "size": size });
    site.rpc(&anns, "session_reconnect", again).await.is(403, "needsReason", Some("reason"));
    let closed = site.rpc(&anns, "session_close", json!({ "id": session["id"] })).await;
    closed.ok();
    let run = |reason: Value| {
        let options = json!({ "parallel": 1, "timeoutSeconds": 5, "stopAfter": null });
        json!({ "command": { "kind": "text", "text": "true" }, "targets": [{ "kind": "node", "id": web }],
            "options": options, "grouping": {}, "reason": reason })
    };
    site.rpc(&anns, "run_start", run(Value::Null)).await.is(403, "needsReason", Some("reason"));
    let reveal = |reason: &str| json!({ "id": identity, "secret": "password", "passphrase": null, "reason": reason });
    site.rpc(&owner, "identity_reveal", reveal("")).await.is(403, "needsReason", Some("reason"));
    let shown = site.rpc(&owner, "identity_reveal", reveal("Rotating it")).await.ok();
    assert_eq!(shown["text"], "humming");

    // What was done stands there with its reason and the machine; that a reason was asked for does not.
    let audit =
        format!("/organisations/{}/audit?action=session.,identity.reveal,run.", world.organisation);
    let page = site.get(&owner, &audit).await.ok();
    assert_eq!(actions(&page), ["identity.reveal", "session.close", "session.open"]);
    let entries = page["entries"].as_array().unwrap();
    assert_eq!(entries[0]["entry"]["reason"], "Rotating it");
    assert_eq!(
        (&entries[0]["objectKind"], &entries[0]["objectName"]),
        (&json!("identity"), &json!("root"))
    );
    assert_eq!(entries[2]["entry"]["reason"], "Ticket 4711");
    for entry in &entries[1..] {
        assert_eq!(
            (&entry["objectKind"], &entry["objectName"]),
            (&json!("machine"), &json!("web"))
        );
    }
}
