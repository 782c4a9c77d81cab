//! What bad requests get, what is written down, and the document of it all.

use super::{Site, script, signed_in};
use crate::{
    api::table::table,
    team::testing::{PASSWORD, World},
};
use axum::{body::Body, http::header};
use patchbay_team::permission::{Permission, Permissions};
use serde_json::{Value, json};
use std::collections::HashSet;

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_are_told_apart_by_their_fields_and_never_repeated() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let asked = "POST /sign-in";
    let secret = "swordfish swordfish";
    for (body, field) in [
        (json!({ "name": "owner" }), Some("password")),
        (json!({ "name": "owner", "password": secret, "admin": true }), Some("admin")),
        (json!({ "name": "owner", "password": [secret] }), Some("password")),
        (json!({ "name": "owner", "password": secret, "code": { "is": secret } }), Some("code")),
        (json!([secret]), None),
        (json!(secret), None),
    ] {
        let got = site.ask("", asked, body.clone()).await;
        assert_eq!(got.status.as_u16(), 400, "{body}: {got:?}");
        if field.is_some() {
            got.is(400, "invalid", field);
        }
        assert!(!got.json.to_string().contains("swordfish"), "{got:?}");
    }
    let raw = async |kind: &str, body: &'static str| {
        let request = site.request("POST", "/sign-in").header(header::CONTENT_TYPE, kind);
        site.send(request.body(Body::from(body)).unwrap()).await
    };
    raw("text/plain", r#"{"name":"owner","password":"x"}"#).await.is(415, "invalid", None);
    let json = "application/json; charset=utf-8";
    for body in ["", "{", r#"{"name":"owner","password":"x"}}"#, "\u{0}", r#"["owner","x",null]"#] {
        raw(json, body).await.is(400, "invalid", None);
    }
    let twice = r#"{"name":"owner","name":"owner","password":"x"}"#;
    raw(json, twice).await.is(400, "invalid", Some("name"));
    let deep = Box::leak("[".repeat(100_000).into_boxed_str());
    raw(json, deep).await.is(400, "invalid", None);
    let (_, token) = signed_in(&world, world.owner).await;
    let got = site.ask(&token, "POST /sign-out", json!({ "all": true })).await;
    got.is(400, "invalid", None);
    site.get(&token, "/audit?from=1&until=5").await.is(400, "invalid", Some("until"));
    site.get(&token, "/audit?limit=501").await.is(400, "invalid", Some("limit"));
    site.get(&token, "/why?account=x&node=y").await.is(400, "invalid", None);
    site.get(&token, "/access/nothing").await.is(404, "notFound", None);
    site.get(&token, "/nothing").await.is(404, "notFound", None);
    site.ask(&token, "PUT /server", json!({})).await.is(405, "invalid", None);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_input_is_refused() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let (_, token) = signed_in(&world, world.owner).await;
    let long = "x".repeat(5000);
    let at = |path: &str| format!("POST /organisations/{}{path}", world.organisation);
    for (asked, body) in [
        ("PATCH /me".to_owned(), json!({ "display": long })),
        ("POST /organisations".to_owned(), json!({ "name": long })),
        (at("/groups"), json!({ "name": long, "members": [] })),
        (at("/roles"), json!({ "name": long, "permissions": ["see"] })),
        ("POST /me/password".to_owned(), json!({ "current": PASSWORD, "new": long })),
        (
            "POST /me/tokens".to_owned(),
            json!({ "name": long, "permissions": ["see"], "networks": [], "expires": null }),
        ),
        (
            "POST /me/tokens".to_owned(),
            json!({ "name": "t", "permissions": ["see"], "networks": vec!["192.0.2.1"; 101], "expires": null }),
        ),
    ] {
        let got = site.ask(&token, &asked, body).await;
        assert_eq!(got.status.as_u16(), 400, "{asked}: {got:?}");
        assert!(got.json["error"]["field"].is_string(), "{asked}: {got:?}");
    }
    let body = json!({ "name": long, "password": long });
    site.ask("", "POST /sign-in", body).await.is(401, "authFailed", Some("password"));
    site.get("", &format!("/invitations/{long}")).await.is(404, "notFound", None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_and_what_is_tried_is_written_down() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let (_, owner) = signed_in(&world, world.owner).await;
    let (id, token) = script(&world, world.owner, Permissions::of(&[Permission::See])).await;
    let roles = format!("POST /organisations/{}/roles", world.organisation);
    let role = json!({ "name": "Auditor", "permissions": ["see"] });
    site.ask(&token, &roles, role.clone()).await.is(403, "notAllowed", None);
    let made = site.ask(&owner, &roles, role).await.ok();
    let log = site.get(&owner, "/audit").await.ok();
    let log = log.as_array().unwrap();
    let [tried, done] = &log[log.len() - 2..] else { panic!("{log:?}") };
    assert_eq!(tried["entry"]["action"], "role.create");
    assert_eq!(tried["entry"]["outcome"], "refused");
    assert_eq!(
        tried["entry"]["actor"],
        json!({ "kind": "token", "token": id, "account": world.owner })
    );
    assert_eq!(done["entry"]["outcome"], "done");
    assert_eq!(done["entry"]["actor"], json!({ "kind": "account", "account": world.owner }));
    assert_eq!(done["entry"]["object"], format!("role:{}", made["id"].as_str().unwrap()));
    assert_eq!(done["entry"]["address"], "127.0.0.1");
    assert_eq!(done["entry"]["detail"], "Auditor");
    let head = site.get(&owner, "/audit/head").await.ok();
    assert_eq!((&head["seq"], &head["hash"]), (&done["seq"], &done["hash"]));
    let page = site.get(&owner, "/audit?from=2&limit=2").await.ok();
    let numbers: Vec<&Value> = page.as_array().unwrap().iter().map(|one| &one["seq"]).collect();
    assert_eq!(numbers, [&json!(2), &json!(3)]);
    assert_eq!(site.get(&owner, "/audit?from=1000000").await.ok(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_has_every_route_and_lacks_no_type() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let document = site.get("", "/openapi.json").await.ok();
    assert_eq!(document["openapi"], "3.1.0");
    let routes = table();
    let mut names = HashSet::new();
    for route in &routes {
        let operation = &document["paths"][format!("/api/v1{}", route.path)][route.verb.name()];
        assert_eq!(operation["operationId"], route.action, "{}", route.path);
        assert!(names.insert((route.action, route.verb.name())), "{} is there twice", route.action);
        assert!(operation["responses"].as_object().unwrap().len() > 1);
    }
    let paths = document["paths"].as_object().unwrap();
    let described: usize = paths.values().map(|path| path.as_object().unwrap().len()).sum();
    assert_eq!(described, routes.len());
    let ids: HashSet<&str> = routes.iter().map(|route| route.action).collect();
    assert_eq!(ids.len(), routes.len(), "operationId is unique");
    let mut wanted = Vec::new();
    references(&document, &mut wanted);
    assert!(wanted.len() > 60, "{wanted:?}");
    for reference in wanted {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let body = &document["components"]["schemas"]["WantedRole"];
    assert_eq!(body["additionalProperties"], false);
    assert_eq!(body["required"], json!(["name", "permissions"]));
    let answer = &document["components"]["schemas"]["ApiTokenInfo"]["required"];
    assert!(answer.as_array().unwrap().contains(&json!("lastUsed")), "{answer}");
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|one| references(one, found));
        }
        Value::Array(list) => list.iter().for_each(|one| references(one, found)),
        _ => {}
    }
}
