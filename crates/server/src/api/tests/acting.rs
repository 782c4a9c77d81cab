//! Those who run the server see it as somebody else does: what they see, what they may not, when it ends, and what the log says.

use super::{Got, Site, owned, script, signed_in};
use crate::team::testing::{PASSWORD, World};
use axum::{
    body::Body,
    http::{StatusCode, header},
};
use data_encoding::BASE32_NOPAD;
use patchbay_core::ManualClock;
use patchbay_model::{AccountId, IdentityId, NodeId, OrganisationId};
use patchbay_team::{
    audit::{Actor, verify},
    directory::{EDITOR, OWNER},
    entity::{Account, Change},
    permission::Permissions,
    totp::TotpKey,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

const REASON: &str = "her machines do not show up";

/// Ann, who owns the organisation Works with a machine in it, and has one of her own; somebody else runs the server.
struct Scene {
    world: World,
    site: Site,
    ann: AccountId,
    works: OrganisationId,
    web: NodeId,
    identity: IdentityId,
    clock: ManualClock,
}

impl Scene {
    async fn new() -> Self {
        let clock = ManualClock::default();
        let world = World::at(Arc::new(clock.clone())).await;
        let site = Site::new(&world.team);
        let ann = world.joins("ann", Some(EDITOR)).await;
        let works = owned(&world, "Works", ann).await;
        let identity = world.identity(ann, "root", "the-very-secret").await;
        let root = Some(NodeId::from_bytes(*works.as_bytes()));
        let web = World::machine("web", "192.0.2.1", Some(identity));
        let web = world.save(ann, None, root, web).await.unwrap();
        let own = World::machine("secret-laptop", "192.0.2.2", None);
        world.save(ann, None, None, own).await.unwrap();
        Self { world, site, ann, works, web, identity, clock }
    }

    async fn asks(&self, token: &str, of: AccountId, body: Value) -> Got {
        self.site.ask(token, &format!("POST /accounts/{of}/act-as"), body).await
    }

    /// Begins to act as Ann; the operator's own token and the other.
    async fn begin(&self) -> (String, String) {
        let (_, own) = signed_in(&self.world, self.world.owner).await;
        let begun = self.asks(&own, self.ann, asking()).await.ok();
        let token = begun["token"].as_str().unwrap().to_owned();
        assert!(token.starts_with("pba_"), "{begun}");
        (own, token)
    }

    async fn names(&self, token: &str) -> Vec<String> {
        let rows = self.site.rpc(token, "tree_load", json!({})).await.ok();
        let mut names: Vec<String> = serde_json::from_value(rows["names"].clone()).unwrap();
        names.sort();
        names
    }

    /// Entries that fit, newest first: the action, who did it, and as whom.
    async fn log(&self, filter: &str) -> Vec<(String, Option<String>, Option<String>)> {
        let (_, own) = signed_in(&self.world, self.world.owner).await;
        let page = self.site.get(&own, &format!("/audit/entries?{filter}")).await.ok();
        let name = |name: &Value| name.as_str().map(str::to_owned);
        let entries = page["entries"].as_array().unwrap().iter();
        let told = entries.map(|one| {
            (name(&one["entry"]["action"]).unwrap(), name(&one["who"]), name(&one["asName"]))
        });
        told.collect()
    }

    #[track_caller]
    fn is_over(got: &Got) {
        got.is(401, "signedOut", Some("acting"));
    }
}

fn asking() -> Value {
    json!({ "reason": format!(" {REASON} "), "password": PASSWORD })
}

fn size() -> Value {
    json!({ "cols": 80, "rows": 24, "width": 0, "height": 0 })
}

#[tokio::test(flavor = "multi_thread")]
async fn it_shows_what_the_person_sees_of_organisations_and_no_secret() {
    let scene = Scene::new().await;
    let (own, token) = scene.begin().await;
    let me = scene.site.get(&token, "/me").await.ok();
    assert_eq!((&me["name"], &me["operator"]), (&json!("ann"), &json!(false)));
    assert_eq!(me["acting"]["operator"], "owner");
    assert_eq!(scene.site.get(&own, "/me").await.ok()["acting"], Value::Null);
    assert_eq!(scene.names(&token).await, ["Lab", "Works", "web"]);
    let (_, anns) = signed_in(&scene.world, scene.ann).await;
    assert_eq!(scene.names(&anns).await, ["Lab", "Works", "secret-laptop", "web"]);
    // Not by its id either.
    let laptop = scene.site.rpc(&anns, "tree_load", json!({})).await.ok();
    let at = laptop["names"].as_array().unwrap().iter().position(|one| one == "secret-laptop");
    let laptop = laptop["ids"][at.unwrap()].clone();
    let got = scene.site.rpc(&token, "node_get", json!({ "id": laptop })).await;
    assert!(!got.status.is_success(), "{got:?}");
    let open =
        json!({ "target": { "kind": "entry", "id": laptop }, "size": size(), "attempt": null });
    let got = scene.site.rpc(&token, "session_open", open).await;
    assert!(!got.status.is_success(), "{got:?}");
    scene
        .site
        .get(&token, &format!("/access/{}", laptop.as_str().unwrap()))
        .await
        .is(404, "notFound", None);
    // She may be shown the secret, and whoever acts as her may not, nor send it elsewhere.
    let reveal = json!({ "id": scene.identity, "secret": "password", "passphrase": null });
    scene.site.rpc(&anns, "identity_reveal", reveal.clone()).await.ok();
    scene.site.rpc(&token, "identity_reveal", reveal).await.is(403, "notAllowed", None);
    let rules = json!({ "askReason": 0, "record": "off", "keepDays": 0, "keepOffline": true, "direct": true });
    scene.site.ask(&anns, &format!("PUT /organisations/{}/policy", scene.works), rules).await.ok();
    let hand_out = json!({ "id": scene.web });
    scene.site.rpc(&anns, "session_hand_out", hand_out.clone()).await.ok();
    scene.site.rpc(&token, "session_hand_out", hand_out).await.is(403, "notAllowed", None);
    let root = NodeId::from_bytes(*scene.works.as_bytes());
    let elsewhere = World::machine("web", "203.0.113.66", Some(scene.identity));
    let moved = json!({ "id": scene.web, "parent": root, "draft": elsewhere });
    scene.site.rpc(&token, "entry_save", moved).await.is(403, "notAllowed", None);
    let granted = json!({ "subject": { "kind": "everyone" }, "node": null, "role": OWNER });
    let grants = format!("POST /organisations/{}/grants", scene.works);
    let got = scene.site.ask(&token, &grants, granted.clone()).await;
    assert_eq!(got.status, StatusCode::FORBIDDEN, "a role with `reveal`: {got:?}");
    scene.site.ask(&anns, &grants, granted).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn it_changes_what_is_shared_and_nothing_of_the_persons_own() {
    let scene = Scene::new().await;
    let (_, token) = scene.begin().await;
    let (_, anns) = signed_in(&scene.world, scene.ann).await;
    let root = NodeId::from_bytes(*scene.works.as_bytes());
    let save = |parent: Option<NodeId>| json!({ "id": null, "parent": parent, "draft": World::machine("new", "192.0.2.7", None) });
    scene.site.rpc(&token, "entry_save", save(None)).await.is(403, "notAllowed", None);
    scene.site.rpc(&token, "entry_save", save(Some(root))).await.ok();
    assert_eq!(scene.names(&token).await, ["Lab", "Works", "new", "web"]);
    let snippet = json!({ "id": null, "near": null, "draft": { "name": "df", "description": "", "body": "df -h",
        "parameters": [], "appendEnter": true } });
    scene.site.rpc(&token, "snippet_save", snippet.clone()).await.is(403, "notAllowed", None);
    scene.site.rpc(&anns, "snippet_save", snippet).await.ok();
    assert_eq!(scene.site.rpc(&token, "snippet_list", json!({})).await.ok(), json!([]));
    let identity = json!({ "draft": { "id": null, "name": "new", "user": "x", "kind": "password", "password": "x",
        "privateKey": null, "passphrase": null, "certificate": null, "agentFingerprint": null } });
    let got = scene.site.rpc(&token, "identity_save", identity).await;
    got.is(403, "notAllowed", None);
    assert!(got.json["error"]["message"].as_str().unwrap().contains("ann’s own is left out"));
    // What the page keeps by itself stays with whoever acts.
    let before = scene.site.rpc(&anns, "vault_settings_get", json!({})).await.ok();
    let mut changed = before.clone();
    let (key, value) = before
        .as_object()
        .unwrap()
        .iter()
        .find_map(|(key, value)| value.as_bool().map(|value| (key.clone(), value)))
        .unwrap();
    changed[&key] = json!(!value);
    scene.site.rpc(&token, "vault_settings_set", json!({ "settings": changed })).await.ok();
    assert_eq!(scene.site.rpc(&token, "vault_settings_get", json!({})).await.ok(), changed);
    assert_eq!(scene.site.rpc(&anns, "vault_settings_get", json!({})).await.ok(), before);
    let before = scene.site.rpc(&anns, "settings_get", json!({})).await.ok();
    let mut changed = before.clone();
    changed["theme"] = json!(if before["theme"] == "light" { "dark" } else { "light" });
    scene.site.rpc(&token, "settings_set", json!({ "settings": changed })).await.ok();
    assert_eq!(scene.site.rpc(&token, "settings_get", json!({})).await.ok(), changed);
    assert_eq!(scene.site.rpc(&anns, "settings_get", json!({})).await.ok(), before);
    // Her sessions are hers, and theirs are theirs.
    let open =
        json!({ "target": { "kind": "entry", "id": scene.web }, "size": size(), "attempt": null });
    scene.site.rpc(&token, "session_open", open).await.ok();
    let list = scene.site.rpc(&anns, "session_list", json!({})).await.ok();
    assert_eq!(list, json!([]));
    assert_eq!(
        scene.site.rpc(&token, "session_list", json!({})).await.ok().as_array().unwrap().len(),
        1
    );
    scene.site.ask(&token, "DELETE /acting", Value::Null).await.ok();
    assert!(
        scene
            .world
            .team
            .members
            .all()
            .iter()
            .all(|one| one.account != scene.ann || one.core.sessions().list().is_empty())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_asks_for_a_reason_and_for_whoever_asks() {
    let scene = Scene::new().await;
    let (world, ann) = (&scene.world, scene.ann);
    let (_, own) = signed_in(world, world.owner).await;
    let said = |reason: &str, password: &str| json!({ "reason": reason, "password": password });
    for (body, status, code, field) in [
        (said("  ", PASSWORD), 400, "invalid", Some("reason")),
        (said(&"x".repeat(501), PASSWORD), 400, "invalid", Some("reason")),
        (said(REASON, "wrong wrong"), 403, "authFailed", Some("password")),
        (json!({ "reason": REASON }), 403, "authFailed", Some("password")),
        (json!({ "password": PASSWORD }), 400, "invalid", Some("reason")),
    ] {
        scene.asks(&own, ann, body).await.is(status, code, field);
    }
    scene.asks(&own, world.owner, asking()).await.is(409, "conflict", None);
    scene.asks(&own, AccountId::new(), asking()).await.is(404, "notFound", None);
    let (_, anns) = signed_in(world, ann).await;
    scene.asks(&anns, world.owner, asking()).await.is(403, "notAllowed", None);
    let (_, steward) = script(world, world.owner, Permissions::ALL).await;
    scene.asks(&steward, ann, asking()).await.is(403, "notAllowed", None);
    // Not as another operator, nor as somebody who is not let in, nor as a third person.
    let bob = world.joins("bob", None).await;
    let account = world.team.known.directory().account(bob).unwrap().clone();
    let put = |account: Account| world.make(Change::PutAccount(account));
    put(Account { operator: true, ..account.clone() }).await;
    scene.asks(&own, bob, asking()).await.is(403, "notAllowed", None);
    put(Account { suspended: true, ..account.clone() }).await;
    scene.asks(&own, bob, asking()).await.is(409, "conflict", None);
    put(account).await;
    let token = world.acting(world.owner, ann).await;
    scene.asks(&token, bob, asking()).await.is(403, "notAllowed", None);
    assert_eq!(world.team.known.directory().acting().count(), 1);
    // With one-time passwords, both.
    let begun = scene.site.ask(&own, "POST /me/totp", Value::Null).await.ok();
    let secret = BASE32_NOPAD.decode(begun["secret"].as_str().unwrap().as_bytes()).unwrap();
    let key = TotpKey::from_slice(&secret).unwrap();
    let code = |later: i64| {
        let at = patchbay_model::Timestamp(world.team.now().0 + later * 30_000);
        key.shown(at).expose_secret().clone()
    };
    scene.site.ask(&own, "PUT /me/totp", json!({ "code": code(0) })).await.ok();
    scene.asks(&own, ann, asking()).await.is(400, "invalid", Some("code"));
    let with = |code: String| json!({ "reason": REASON, "password": PASSWORD, "code": code });
    scene.asks(&own, ann, with(code(0))).await.is(403, "authFailed", Some("code"));
    scene.clock.advance(Duration::from_secs(30));
    scene.asks(&own, ann, with(code(0))).await.ok();
    let wrong = scene.log("action=account.act_as&outcome=refused").await;
    assert!(wrong.len() >= 3, "{wrong:?}");
    assert!(
        wrong.iter().all(|(_, _, as_whom)| as_whom.is_none() || as_whom.as_deref() == Some("ann"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_with_time_with_either_sign_in_and_with_either_account() {
    let scene = Scene::new().await;
    let (world, site) = (&scene.world, &scene.site);
    // By itself.
    let (_, token) = scene.begin().await;
    scene.clock.advance(Duration::from_secs(30 * 60 - 1));
    site.get(&token, "/me").await.ok();
    scene.clock.advance(Duration::from_secs(1));
    Scene::is_over(&site.get(&token, "/me").await);
    world.team.end_what_acts_no_longer().await.unwrap();
    let server = ("account.act_as_end".to_owned(), None, None);
    assert_eq!(scene.log("action=account.").await[0], server);
    // Stopped, which the operator's own sign-in is not.
    let (own_too, token) = scene.begin().await;
    site.ask(&token, "DELETE /acting", Value::Null).await.ok();
    Scene::is_over(&site.get(&token, "/me").await);
    site.get(&own_too, "/me").await.ok();
    site.ask(&token, "DELETE /acting", Value::Null).await.ok();
    let by = |who: &str, as_whom: Option<&str>| {
        ("account.act_as_end".to_owned(), Some(who.to_owned()), as_whom.map(str::to_owned))
    };
    assert_eq!(scene.log("action=account.").await[0], by("owner", Some("ann")));
    // With the operator's own, and before the next begins.
    let (own_again, first) = scene.begin().await;
    let second = scene.asks(&own_again, scene.ann, asking()).await.ok();
    Scene::is_over(&site.get(&first, "/me").await);
    let watched = {
        let directory = world.team.known.directory();
        let one = directory.acting().next().unwrap();
        let operator = world.owner;
        let acting = crate::Acting { sign_in: one.id, operator };
        world.team.watch(scene.ann, crate::Proof::Acting(acting))
    };
    site.ask(&own_again, "POST /sign-out", Value::Null).await.ok();
    assert!(watched.is_cancelled(), "what goes on has to end");
    Scene::is_over(&site.get(second["token"].as_str().unwrap(), "/me").await);
    assert_eq!(scene.log("action=account.act_as_end").await[0], by("owner", Some("ann")));
    // By the person, who sees it among the sign-ins.
    let (_, token) = scene.begin().await;
    let (_, anns) = signed_in(world, scene.ann).await;
    let list = site.get(&anns, "/me/sign-ins").await.ok();
    let theirs: Vec<&Value> =
        list.as_array().unwrap().iter().filter(|one| one["operator"] == "owner").collect();
    assert_eq!(theirs.len(), 1, "{list}");
    let end = format!("DELETE /me/sign-ins/{}", theirs[0]["id"].as_str().unwrap());
    site.ask(&anns, &end, Value::Null).await.ok();
    Scene::is_over(&site.get(&token, "/me").await);
    assert_eq!(scene.log("action=account.act_as_end").await[0], by("ann", None));
    // When either may not any more.
    let (_, token) = scene.begin().await;
    let (_, third) = signed_in(world, world.owner).await;
    let change = format!("PATCH /accounts/{}", scene.ann);
    for operator in [true, false] {
        site.ask(&third, &change, json!({ "operator": operator })).await.ok();
        Scene::is_over(&site.get(&token, "/me").await);
    }
    assert_eq!(scene.log("action=account.act_as_end").await[0], by("owner", Some("ann")));
    let directory = world.team.known.directory();
    let [ann, owner] = [scene.ann, world.owner].map(|id| directory.account(id).unwrap().clone());
    let bob = world.joins("bob", None).await;
    let bob = world.team.known.directory().account(bob).unwrap().clone();
    world.make(Change::PutAccount(Account { operator: true, ..bob })).await;
    for (change, back) in [
        (Account { suspended: true, ..ann.clone() }, ann.clone()),
        (Account { operator: true, ..ann.clone() }, ann),
        (Account { operator: false, ..owner.clone() }, owner.clone()),
        (Account { suspended: true, ..owner.clone() }, owner),
    ] {
        let (_, token) = scene.begin().await;
        site.get(&token, "/me").await.ok();
        world.make(Change::PutAccount(change)).await;
        Scene::is_over(&site.get(&token, "/me").await);
        world.make(Change::PutAccount(back)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_who_did_it_as_whom_and_holds() {
    let scene = Scene::new().await;
    let (own, token) = scene.begin().await;
    let root = NodeId::from_bytes(*scene.works.as_bytes());
    let draft = World::machine("new", "192.0.2.7", None);
    let save = json!({ "id": null, "parent": root, "draft": draft });
    scene.site.rpc(&token, "entry_save", save).await.ok();
    let open =
        json!({ "target": { "kind": "entry", "id": scene.web }, "size": size(), "attempt": null });
    scene.site.rpc(&token, "session_open", open).await.ok();
    let group = json!({ "name": "On call", "members": [] });
    let groups = format!("POST /organisations/{}/groups", scene.works);
    scene.site.ask(&token, &groups, group).await.ok();
    scene.site.ask(&token, "POST /me/join", json!({ "token": "pbi_x" })).await.is(
        403,
        "notAllowed",
        None,
    );
    scene.site.ask(&token, "DELETE /acting", Value::Null).await.ok();
    let expected = [
        "account.act_as_end",
        "me.join",
        "group.create",
        "session.open",
        "machine.create",
        "account.act_as",
    ];
    let both = |action: &str| (action.to_owned(), Some("owner".to_owned()), Some("ann".to_owned()));
    // Under either name, and for whoever administers the organisation.
    for who in [scene.ann, scene.world.owner] {
        let found = scene.log(&format!("who={who}&limit=6")).await;
        assert_eq!(found, expected.map(both));
    }
    let (_, anns) = signed_in(&scene.world, scene.ann).await;
    let within = format!("/organisations/{}/audit?limit=3", scene.works);
    let page = scene.site.get(&anns, &within).await.ok();
    for line in page["entries"].as_array().unwrap() {
        assert_eq!((&line["who"], &line["asName"]), (&json!("owner"), &json!("ann")), "{line}");
        assert_eq!(line["entry"]["as"], json!(scene.ann));
    }
    // In both kinds of files.
    let find = format!("?who={}&action=account.act_as", scene.ann);
    let lines = scene.site.get(&own, &format!("/audit/export.jsonl{find}")).await.ok();
    let line: Value = serde_json::from_str(lines.as_str().unwrap().trim()).unwrap();
    assert_eq!((&line["asName"], &line["entry"]["as"]), (&json!("ann"), &json!(scene.ann)));
    assert_eq!(line["entry"]["reason"], REASON);
    let table = scene.site.get(&own, &format!("/audit/export.csv{find}")).await.ok();
    let rows: Vec<&str> = table.as_str().unwrap().split("\r\n").collect();
    assert!(rows[0].ends_with(",hash,as,as_account"), "{}", rows[0]);
    assert!(rows[1].ends_with(&format!(",ann,{}", scene.ann)), "{}", rows[1]);
    // The chain has both, and whoever takes one out is found.
    let store = &scene.world.team.store;
    let head = store.audit_head().await.unwrap();
    let mut records = store.audit(1, 500).await.unwrap();
    assert_eq!(verify(&records, &[], &[0; 32], Some(head)).unwrap().head, head);
    let begun = records.iter_mut().find(|one| one.entry.action == "account.act_as").unwrap();
    assert_eq!(begun.entry.actor, Actor::Account { account: scene.world.owner });
    assert_eq!(begun.entry.acting_as, Some(scene.ann));
    assert_eq!(begun.entry.object, Some(format!("account:{}", scene.ann)));
    let at = begun.seq;
    begun.entry.acting_as = None;
    assert_eq!(verify(&records, &[], &[0; 32], None).unwrap_err().seq, at);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_goes_back_to_its_own_sign_in() {
    let scene = Scene::new().await;
    let (_, own) = signed_in(&scene.world, scene.world.owner).await;
    let own = format!("patchbay={own}");
    let send = async |method: &str, path: &str, cookies: &str, body: Value| {
        let mut request = scene
            .site
            .request(method, path)
            .header(header::COOKIE, cookies)
            .header("x-patchbay-client", "web")
            .header(header::ORIGIN, "https://localhost:7443");
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        };
        scene.site.send(request.body(body).unwrap()).await
    };
    let path = format!("/accounts/{}/act-as", scene.ann);
    let got = send("POST", &path, &own, asking()).await;
    assert_eq!((got.status, &got.json["token"]), (StatusCode::OK, &Value::Null));
    let cookie = got.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("patchbay-as=pba_"), "{cookie}");
    assert!(cookie.ends_with("HttpOnly; Secure; SameSite=Strict"), "{cookie}");
    let both = format!("{own}; {}", cookie.split(';').next().unwrap());
    let me = async |cookies: &str| send("GET", "/me", cookies, Value::Null).await;
    assert_eq!(me(&both).await.ok()["name"], "ann");
    // It is over: nobody is taken for the operator who thinks to act as somebody else.
    scene.clock.advance(Duration::from_secs(30 * 60));
    let (_, fresh) = signed_in(&scene.world, scene.world.owner).await;
    let both = both.replace(&own, &format!("patchbay={fresh}"));
    Scene::is_over(&me(&both).await);
    let got = send("DELETE", "/acting", &both, Value::Null).await;
    assert_eq!(got.status, StatusCode::NO_CONTENT);
    let cookie = got.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("patchbay-as=;") && cookie.contains("Max-Age=0"), "{cookie}");
    assert_eq!(me(&format!("patchbay={fresh}")).await.ok()["name"], "owner");
    // Whoever signs in is themselves.
    let body = json!({ "name": "ann", "password": PASSWORD });
    let got = send("POST", "/sign-in", &both, body).await;
    let cookies: Vec<_> = got.headers.get_all(header::SET_COOKIE).iter().collect();
    assert!(cookies.iter().any(|one| one.to_str().unwrap().starts_with("patchbay-as=;")));
    // Another site makes nobody act or stop.
    let request = scene.site.request("DELETE", "/acting").header(header::COOKIE, both.as_str());
    let got = scene.site.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);
}
