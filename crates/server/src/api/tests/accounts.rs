//! Accounts: one's own, and as operators change them.

use super::{Site, script, signed_in};
use crate::team::testing::{PASSWORD, World};
use axum::http::StatusCode;
use patchbay_model::{AccountId, LinkId, PasskeyId, ProviderId, Timestamp};
use patchbay_team::{
    entity::{Account, Change, Link, Passkey, Provider, ProviderKind},
    permission::{Permission, Permissions},
};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_what_the_old_one_began_elsewhere() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let ann = world.joins("ann", None).await;
    let (_, here) = signed_in(&world, ann).await;
    let (_, there) = signed_in(&world, ann).await;
    let asked = "POST /me/password";
    let change = |current: &str, new: &str| json!({ "current": current, "new": new });
    site.ask(&here, asked, change("wrong wrong", PASSWORD)).await.is(
        403,
        "authFailed",
        Some("current"),
    );
    site.ask(&here, asked, change(PASSWORD, "short")).await.is(400, "invalid", Some("new"));
    site.get(&there, "/me").await.ok();
    let new = "walrus ledger mango offset";
    let done = site.ask(&here, asked, change(PASSWORD, new)).await.ok();
    // The one of joining, too.
    assert_eq!(done["ended"], 2);
    site.get(&there, "/me").await.is(401, "signedOut", None);
    site.get(&here, "/me").await.ok();
    site.ask("", "POST /sign-in", json!({ "name": "ann", "password": new })).await.ok();
    let me = site.ask(&here, "PATCH /me", json!({ "display": " Ann W. " })).await.ok();
    assert_eq!(me["display"], "Ann W.");
    site.ask(&here, "PATCH /me", json!({ "display": "x".repeat(129) })).await.is(
        400,
        "invalid",
        Some("display"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_are_listed_and_ended() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let ann = world.joins("ann", None).await;
    let (id, here) = signed_in(&world, ann).await;
    let (other, there) = signed_in(&world, ann).await;
    let list = site.get(&here, "/me/sign-ins").await.ok();
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), 3);
    let current: Vec<_> = list.iter().filter(|one| one["current"] == true).collect();
    assert_eq!(current.len(), 1);
    assert_eq!(current[0]["id"], id.to_string());
    let gone = format!("DELETE /me/sign-ins/{other}");
    assert_eq!(site.ask(&here, &gone, Value::Null).await.status, StatusCode::NO_CONTENT);
    site.get(&there, "/me").await.is(401, "signedOut", None);
    site.ask(&here, &gone, Value::Null).await.is(404, "notFound", None);
    let owners = signed_in(&world, world.owner).await.0;
    let not_own = format!("DELETE /me/sign-ins/{owners}");
    site.ask(&here, &not_own, Value::Null).await.is(404, "notFound", None);
    let ended = site.ask(&here, "DELETE /me/sign-ins", Value::Null).await.ok();
    assert_eq!(ended["ended"], 1);
    assert_eq!(site.get(&here, "/me/sign-ins").await.ok().as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_do_what_they_may_and_say_when_they_did() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let (_, owner) = signed_in(&world, world.owner).await;
    let later = world.team.now().0 + 60_000;
    let wanted = |permissions: Value, networks: Value, expires: Value| json!({ "name": "backup", "permissions": permissions, "networks": networks, "expires": expires });
    let asked = "POST /me/tokens";
    for (body, field) in [
        (wanted(json!([]), json!([]), Value::Null), "permissions"),
        (wanted(json!(["see"]), json!(["ten"]), Value::Null), "networks"),
        (wanted(json!(["see"]), json!([]), json!(later - 120_000)), "expires"),
        (wanted(json!(["everything"]), json!([]), Value::Null), "permissions[0]"),
    ] {
        site.ask(&owner, asked, body).await.is(400, "invalid", Some(field));
    }
    let body = wanted(json!(["see", "connect"]), json!(["127.0.0.0/8"]), json!(later));
    let made = site.ask(&owner, asked, body).await.ok();
    let token = made["token"].as_str().unwrap();
    assert_eq!(made["info"]["lastUsed"], Value::Null);
    let me = site.get(token, "/me").await.ok();
    assert_eq!(me["organisations"][0]["permissions"], json!(["see", "connect"]));
    let elsewhere = wanted(json!(["see"]), json!(["192.0.2.0/24"]), Value::Null);
    let elsewhere = site.ask(&owner, asked, elsewhere).await.ok();
    let elsewhere = elsewhere["token"].as_str().unwrap();
    site.get(elsewhere, "/me").await.is(401, "signedOut", None);
    site.ask(token, asked, wanted(json!(["see"]), json!([]), Value::Null)).await.is(
        403,
        "notAllowed",
        None,
    );
    let list = site.get(token, "/me/tokens").await.ok();
    assert_eq!(list.as_array().unwrap().len(), 2);
    let id = made["info"]["id"].as_str().unwrap();
    let gone = format!("DELETE /me/tokens/{id}");
    site.ask(&owner, &gone, Value::Null).await.ok();
    site.get(token, "/me").await.is(401, "signedOut", None);
    site.ask(&owner, &gone, Value::Null).await.is(404, "notFound", None);
}

#[tokio::test(flavor = "multi_thread")]
async fn last_uses_are_told_before_they_are_written_down() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let (id, token) = script(&world, world.owner, Permissions::ALL).await;
    let directory = world.team.known.directory();
    let old = directory.token(id).unwrap().clone();
    let created = Timestamp(old.created.0 - 120_000);
    let old = patchbay_team::entity::ApiToken { created, ..old };
    world.make(Change::PutToken(old)).await;
    let list = site.get(&token, "/me/tokens").await.ok();
    assert_eq!(list[0]["lastAddress"], "127.0.0.1");
    assert!(list[0]["lastUsed"].as_i64().unwrap() >= world.team.now().0 - 5_000);
    let accounts = site.get(&token, "/accounts").await.ok();
    assert!(accounts[0]["lastSeen"].as_i64().unwrap() >= list[0]["lastUsed"].as_i64().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_suspended_is_out_and_stays_out_of_what_there_was() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let ann = world.joins("ann", None).await;
    let (sign_in, anns) = signed_in(&world, ann).await;
    let (_, operator) = signed_in(&world, world.owner).await;
    let watched = world.team.watch(ann, crate::Proof::SignIn(sign_in));
    let asked = format!("PATCH /accounts/{ann}");
    let done = site.ask(&operator, &asked, json!({ "suspended": true })).await.ok();
    assert_eq!((&done["suspended"], &done["operator"]), (&json!(true), &json!(false)));
    assert!(watched.is_cancelled(), "what goes on has to end");
    site.get(&anns, "/me").await.is(401, "signedOut", None);
    let credentials = json!({ "name": "ann", "password": PASSWORD });
    let door = site.ask("", "POST /sign-in", credentials.clone()).await;
    door.is(401, "authFailed", Some("password"));
    site.ask(&operator, &asked, json!({ "suspended": false })).await.ok();
    site.get(&anns, "/me").await.is(401, "signedOut", None);
    site.ask("", "POST /sign-in", credentials).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_take_ways_to_sign_in_from_others_even_the_last() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let ann = world.joins("ann", None).await;
    let bob = world.joins("bob", None).await;
    let now = world.team.now();
    let provider = Provider {
        id: ProviderId::new(),
        kind: ProviderKind::Oidc,
        name: "Example ID".to_owned(),
        settings: Vec::new(),
        disabled: false,
        created: now,
    };
    let link = Link {
        id: LinkId::new(),
        account: ann,
        provider: provider.id,
        subject: "0815".to_owned(),
        label: "ann@example.org".to_owned(),
        created: now,
    };
    let passkey = Passkey {
        id: PasskeyId::new(),
        account: ann,
        name: "Phone".to_owned(),
        credential: vec![1; 16],
        key: Vec::new(),
        counter: 0,
        challenge: now,
        created: now,
        last_used: None,
    };
    let account = world.team.known.directory().account(ann).unwrap().clone();
    world.make(Change::PutAccount(Account { password: None, ..account })).await;
    world.make(Change::PutProvider(provider)).await;
    world.make(Change::PutLink(link.clone())).await;
    world.make(Change::PutPasskey(passkey.clone())).await;

    let (_, operator) = signed_in(&world, world.owner).await;
    let ways = site.get(&operator, &format!("/accounts/{ann}/ways")).await.ok();
    assert_eq!(ways["password"], false);
    assert_eq!(ways["links"][0]["label"], "ann@example.org");
    assert_eq!(ways["links"][0]["providerName"], "Example ID");
    assert_eq!(ways["passkeys"][0]["name"], "Phone");
    assert_eq!(ways["passkeys"][0]["id"], passkey.id.to_string());
    let (sign_in, anns) = signed_in(&world, ann).await;
    let (_, bobs) = signed_in(&world, bob).await;
    site.get(&bobs, &format!("/accounts/{ann}/ways")).await.is(403, "notAllowed", None);

    // Not under another account's name, and nobody their own this way.
    let of = |whose: AccountId, what: &str, id: &dyn std::fmt::Display| {
        format!("DELETE /accounts/{whose}/{what}/{id}")
    };
    for (whose, status, code) in [(bob, 404, "notFound"), (world.owner, 403, "notAllowed")] {
        let wrong = site.ask(&operator, &of(whose, "links", &link.id), Value::Null).await;
        wrong.is(status, code, None);
        let wrong = site.ask(&operator, &of(whose, "passkeys", &passkey.id), Value::Null).await;
        wrong.is(status, code, None);
    }
    let odd = site.ask(&operator, &of(ann, "links", &passkey.id), Value::Null).await;
    odd.is(404, "notFound", None);
    site.get(&anns, "/me").await.ok();

    let watched = world.team.watch(ann, crate::Proof::SignIn(sign_in));
    let gone = of(ann, "passkeys", &passkey.id);
    assert_eq!(site.ask(&operator, &gone, Value::Null).await.status, StatusCode::NO_CONTENT);
    // Whoever is there by it is out.
    assert!(watched.is_cancelled());
    site.get(&anns, "/me").await.is(401, "signedOut", None);
    site.ask(&operator, &gone, Value::Null).await.is(404, "notFound", None);
    site.get(&bobs, "/me").await.ok();
    let gone = of(ann, "links", &link.id);
    assert_eq!(site.ask(&operator, &gone, Value::Null).await.status, StatusCode::NO_CONTENT);
    let ways = site.get(&operator, &format!("/accounts/{ann}/ways")).await.ok();
    assert_eq!(ways, json!({ "password": false, "links": [], "passkeys": [] }));

    // With a password there is a way again.
    let set = format!("PUT /accounts/{ann}/password");
    site.ask(&operator, &set, json!({ "password": PASSWORD })).await.ok();
    site.ask("", "POST /sign-in", json!({ "name": "ann", "password": PASSWORD })).await.ok();
    let log = site.get(&operator, "/audit?limit=500").await.ok();
    let told = |action: &str| {
        let is_it =
            |one: &&Value| one["entry"]["action"] == action && one["entry"]["outcome"] == "done";
        let all: Vec<_> = log.as_array().unwrap().iter().filter(is_it).collect();
        assert_eq!(all.len(), 1, "{action}");
        all[0]["entry"].clone()
    };
    for (action, detail) in
        [("account.link", "ann@example.org at Example ID"), ("account.passkey", "Phone")]
    {
        let entry = told(action);
        assert_eq!(entry["object"], format!("account:{ann}"));
        assert_eq!(entry["detail"], detail);
        assert_eq!(entry["actor"]["account"], json!(world.owner));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_always_runs_the_server() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let ann = world.joins("ann", None).await;
    let (_, operator) = signed_in(&world, world.owner).await;
    let own = format!("/accounts/{}", world.owner);
    for body in [json!({ "operator": false }), json!({ "suspended": true })] {
        site.ask(&operator, &format!("PATCH {own}"), body).await.is(409, "conflict", None);
    }
    site.ask(&operator, &format!("DELETE {own}"), Value::Null).await.is(409, "conflict", None);
    let made = format!("PATCH /accounts/{ann}");
    site.ask(&operator, &made, json!({ "operator": true })).await.ok();
    let (_, anns) = signed_in(&world, ann).await;
    site.ask(&anns, &format!("DELETE {own}"), Value::Null).await.ok();
    site.get(&operator, "/me").await.is(401, "signedOut", None);
    let accounts = site.get(&anns, "/accounts").await.ok();
    assert_eq!(accounts.as_array().unwrap().len(), 1);
    // Nobody administers it any more: who runs the server helps.
    let me = site.get(&anns, "/me").await.ok();
    assert_eq!(me["organisations"][0]["permissions"], json!(["administer"]));
    let grants = format!("POST /organisations/{}/grants", world.organisation);
    let owner = json!({ "subject": { "kind": "account", "id": ann }, "node": null, "role": patchbay_team::directory::OWNER });
    site.ask(&anns, &grants, owner).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operators_token_runs_the_server_only_if_it_may_administer() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let all = script(&world, world.owner, Permissions::ALL).await.1;
    let less = Permissions::of(&[Permission::See, Permission::Reveal, Permission::Share]);
    let less = script(&world, world.owner, less).await.1;
    site.get(&all, "/accounts").await.ok();
    site.get(&less, "/accounts").await.is(403, "notAllowed", None);
    let made = site.ask(&all, "POST /organisations", json!({ "name": "Second" })).await.ok();
    assert_eq!((&made["name"], &made["member"]), (&json!("Second"), &json!(true)));
    assert_eq!(made["permissions"].as_array().unwrap().len(), 7);
    let taken = site.ask(&all, "POST /organisations", json!({ "name": "second" })).await;
    taken.is(400, "invalid", Some("name"));
    let gone = format!("DELETE /organisations/{}", made["id"].as_str().unwrap());
    site.ask(&all, &gone, Value::Null).await.ok();
    site.ask(&all, &gone, Value::Null).await.is(404, "notFound", None);
}
