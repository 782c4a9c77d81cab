//! Who is let in.

use super::Api;
use patchbay_team::{
    directory::{EDITOR, VIEWER},
    entity::{Account, Change},
    permission::Permission,
};
use serde_json::{Value, json};

const ROUTES: [(&str, &str); 10] = [
    ("GET", "/list"),
    ("GET", "/recent"),
    ("GET", "/1"),
    ("PUT", ""),
    ("PATCH", "/1"),
    ("DELETE", "/1"),
    ("POST", "/1/duplicate"),
    ("POST", "/import/ssh-config"),
    ("PATCH", "/1/reposition"),
    ("POST", "/1/wake"),
];

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_in_without_a_token() {
    let api = Api::new().await;
    api.plain("web").await;
    let wrong = "Bearer pbs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (method, rest) in ROUTES {
        let (entry, entries) = (format!("/api/entry{rest}"), format!("/api/entries{rest}"));
        let missing = api.send(method, &entry, &[], "").await;
        let text = "You need to provide the 'authorization' header";
        assert_eq!(missing.no(), (401, Some(401), text), "{method} {rest}");
        assert!(missing.headers.contains_key("www-authenticate"));
        let missing = api.send(method, &entries, &[], "").await;
        assert_eq!(missing.no(), (400, None, text), "{method} {rest}");
        for bad in [wrong, "Bearer", "Bearer ", "Basic YTpi", "Bearer a b"] {
            let headers = [("Authorization", bad)];
            assert_eq!(api.send(method, &entry, &headers, "").await.status, 401, "{bad}");
            let refused = api.send(method, &entries, &headers, "").await;
            let status = if bad.split(' ').count() == 2 { 401 } else { 400 };
            let (is, code, _) = refused.no();
            assert_eq!((is, code), (status, None), "{bad}");
        }
    }
    assert_eq!(api.names().await, ["web"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_is_no_token_here() {
    let api = Api::new().await;
    let cookie = format!("patchbay={}", api.token);
    let said = api.send("GET", "/api/entry/list", &[("Cookie", &cookie)], "").await;
    assert_eq!(said.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_in_as_somebody_else() {
    let api = Api::new().await;
    let ann = api.world.joins("ann", Some(VIEWER)).await;
    let token = api.world.acting(api.world.owner, ann).await;
    let bearer = format!("Bearer {token}");
    for (method, rest) in ROUTES {
        for mount in ["entry", "entries"] {
            let path = format!("/api/{mount}{rest}");
            let said = api.send(method, &path, &[("Authorization", &bearer)], "").await;
            assert_eq!(said.status, 403, "{method} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_revoked_and_suspended_are_refused() {
    let api = Api::new().await;
    let list =
        async |token: &str| api.by(token, "GET", "/api/entry/list", Value::Null).await.status;
    let (late, _) = api.script(api.world.owner, &[Permission::See], -1).await;
    assert_eq!(list(&late).await, 401);
    let (script, id) = api.script(api.world.owner, &[Permission::See], 60_000).await;
    assert_eq!(list(&script).await, 200);
    api.world.make(Change::DeleteToken(id)).await;
    assert_eq!(list(&script).await, 401);
    let editor = api.world.joins("editor", Some(EDITOR)).await;
    let token = api.sign_in("editor").await;
    assert_eq!(list(&token).await, 200);
    let account = api.world.team.known.directory().account(editor).unwrap().clone();
    api.world.make(Change::PutAccount(Account { suspended: true, ..account })).await;
    assert_eq!(list(&token).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_may_only_see_changes_nothing() {
    let api = Api::new().await;
    let organisation = api.organisation().await;
    api.plain("mine").await;
    let config =
        json!({ "ip": "192.0.2.2", "macAddress": "aa:bb:cc:00:11:22", "wakeOnLanEnabled": true });
    api.put(json!({ "name": "ours", "organizationId": organisation, "config": config })).await;
    let before = api.get("/api/entry/list").await;
    let (script, _) = api.script(api.world.owner, &[Permission::See], 60_000).await;
    assert_eq!(api.by(&script, "GET", "/api/entry/list", Value::Null).await.ok(), before);
    let new = json!({ "name": "new", "config": { "ip": "192.0.2.3" } });
    for entry in ["1", "2"] {
        for (method, rest, body) in [
            ("PUT", String::new(), new.clone()),
            ("PATCH", format!("/{entry}"), json!({ "name": "x" })),
            ("DELETE", format!("/{entry}"), Value::Null),
            ("POST", format!("/{entry}/duplicate"), Value::Null),
            ("PATCH", format!("/{entry}/reposition"), json!({ "placement": "after" })),
            ("POST", "/2/wake".to_owned(), Value::Null),
        ] {
            let said = api.by(&script, method, &format!("/api/entry{rest}"), body.clone()).await;
            assert_eq!(
                (said.status.as_u16(), said.body["code"].as_u64()),
                (403, Some(403)),
                "{method} {rest}"
            );
            let said = api.by(&script, method, &format!("/api/entries{rest}"), body).await;
            assert_eq!(
                (said.status.as_u16(), said.body["code"].as_u64()),
                (200, Some(403)),
                "{method} {rest}"
            );
        }
    }
    let import = api.by(&script, "POST", "/api/entry/import/ssh-config", json!([new])).await;
    assert_eq!(import.ok(), json!({ "imported": 0, "failed": 1 }));
    assert_eq!(api.get("/api/entry/list").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_of_others_sound_like_none() {
    let api = Api::new().await;
    let organisation = api.organisation().await;
    let mine = api.plain("mine").await;
    let config = json!({ "ip": "192.0.2.2" });
    let ours = json!({ "name": "ours", "organizationId": organisation, "config": config });
    let ours = api.put(ours).await;
    api.world.joins("guest", None).await;
    api.world.joins("viewer", Some(VIEWER)).await;
    let (guest, viewer) = (api.sign_in("guest").await, api.sign_in("viewer").await);
    for (method, rest, body) in [
        ("GET", "", Value::Null),
        ("PATCH", "", json!({ "name": "x" })),
        ("DELETE", "", Value::Null),
        ("POST", "/duplicate", Value::Null),
        ("PATCH", "/reposition", json!({ "placement": "after" })),
        ("POST", "/wake", Value::Null),
    ] {
        for at in ["/api/entry", "/api/entries"] {
            let none = api.by(&guest, method, &format!("{at}/999{rest}"), body.clone()).await;
            for id in [
                mine.to_string(),
                ours.to_string(),
                "0".into(),
                "-1".into(),
                "1e9".into(),
                "x".into(),
            ] {
                let said = api.by(&guest, method, &format!("{at}/{id}{rest}"), body.clone()).await;
                assert_eq!(
                    (said.status, &said.body),
                    (none.status, &none.body),
                    "{method} {id}{rest}"
                );
            }
            assert_eq!(none.status.as_u16(), if at == "/api/entry" { 404 } else { 200 });
            assert_eq!(none.body, json!({ "code": 401, "message": "Entry does not exist" }));
        }
    }
    // Who may see it may not change it, and is told so.
    let seen = api.by(&viewer, "GET", &format!("/api/entry/{ours}"), Value::Null).await.ok();
    assert_eq!((&seen["name"], &seen["organizationId"]), (&json!("ours"), &json!(organisation)));
    let path = format!("/api/entry/{ours}");
    assert_eq!(api.by(&viewer, "PATCH", &path, json!({ "name": "x" })).await.status, 403);
    assert_eq!(api.names().await.len(), 2);
    let refused = api.world.team.store.audit(1, 10_000).await.unwrap();
    assert!(refused.iter().any(|record| record.entry.action == "api.entry.edit"
        && record.entry.outcome == patchbay_team::audit::Outcome::Refused));
}

#[tokio::test(flavor = "multi_thread")]
async fn login_as_released_servers_do_it() {
    let api = Api::new().await;
    let login =
        async |body: Value| api.send("POST", "/api/auth/login", &[], &body.to_string()).await;
    let said =
        login(json!({ "username": "owner", "password": crate::team::testing::PASSWORD })).await;
    let token = said.body["token"].as_str().unwrap().to_owned();
    assert_eq!(said.headers["authorization"], *token);
    assert_eq!(said.body["totpRequired"], false);
    assert_eq!(api.by(&token, "GET", "/api/entry/list", Value::Null).await.ok(), json!([]));
    for name in ["owner", "nobody"] {
        let wrong = login(json!({ "username": name, "password": "wrong" })).await;
        assert_eq!(wrong.no(), (200, Some(201), "Username or password incorrect"));
        assert!(wrong.body.get("token").is_none());
    }
    for body in [
        json!({}),
        json!({ "username": "owner" }),
        json!({ "username": 1, "password": "x" }),
        json!([]),
    ] {
        let said = login(body.clone()).await;
        assert_eq!((said.no().0, said.no().1), (400, None), "{body}");
    }
    assert_eq!(api.send("POST", "/api/auth/login", &[], "{").await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn login_asks_for_the_second_factor() {
    let api = Api::new().await;
    let team = &api.world.team;
    let sealed = team.seal_named(&crate::team::totp_name(api.world.owner), &[7; 20]).unwrap();
    let account = team.known.directory().account(api.world.owner).unwrap().clone();
    api.world.make(Change::PutAccount(Account { totp: Some(sealed), ..account })).await;
    let (codes, kept) = patchbay_team::recovery::generate(api.world.owner).unwrap();
    api.world.make(Change::PutRecoveryCodes(api.world.owner, kept)).await;
    let login = async |code: Option<&str>| {
        let body = json!({ "username": "owner", "password": crate::team::testing::PASSWORD, "code": code });
        api.send("POST", "/api/auth/login", &[], &body.to_string()).await
    };
    assert_eq!(login(None).await.no(), (200, Some(202), "TOTP is required for this account"));
    assert_eq!(login(Some("no code")).await.no().1, Some(203));
    let said = login(Some(codes[0].expose_secret())).await.ok();
    assert_eq!(said["totpRequired"], true);
}
