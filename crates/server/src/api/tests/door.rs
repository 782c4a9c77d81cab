//! Coming in: setting up, signing in, one-time passwords, links.

use super::{Site, organisation, signed_in};
use crate::team::testing::{PASSWORD, World, opened};
use axum::{
    body::Body,
    http::{StatusCode, header},
};
use data_encoding::BASE32_NOPAD;
use patchbay_model::Timestamp;
use patchbay_team::{directory::EDITOR, entity::Change, totp::TotpKey};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_server_is_set_up_once_by_its_link() {
    let home = tempfile::tempdir().unwrap();
    let team = opened(&home).await;
    let site = Site::new(&team);
    let info = site.get("", "/server").await.ok();
    assert_eq!((&info["setUp"], &info["name"]), (&json!(false), &json!("Test server")));
    let link = team.set_up_token().await.unwrap().unwrap();
    let link = link.expose_secret();
    let look = site.get("", &format!("/invitations/{link}")).await.ok();
    assert_eq!((&look["organisation"], &look["by"]), (&Value::Null, &Value::Null));
    let set_up = |organisation: &str, password: &str| json!({ "token": link, "name": "Ann", "display": "Ann Walker", "password": password, "organisation": organisation });
    let asked = "POST /setup";
    site.ask("", asked, set_up(" ", PASSWORD)).await.is(400, "invalid", Some("organisation"));
    site.ask("", asked, set_up("Lab", "annwalker1")).await.is(400, "invalid", Some("password"));
    let mut wrong = set_up("Lab", PASSWORD);
    wrong["name"] = json!("Ann Walker");
    site.ask("", asked, wrong).await.is(400, "invalid", Some("name"));
    let done = site.ask("", asked, set_up("Lab", PASSWORD)).await.ok();
    let token = done["token"].as_str().unwrap();
    assert_eq!(done["account"]["operator"], true);
    assert_eq!(done["account"]["organisations"][0]["name"], "Lab");
    assert_eq!(site.get(token, "/me").await.ok(), done["account"]);
    site.ask("", asked, set_up("Lab2", PASSWORD)).await.is(404, "notFound", None);
    site.get("", &format!("/invitations/{link}")).await.is(404, "notFound", None);
    assert_eq!(site.get("", "/server").await.ok()["setUp"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_gets_its_token_in_a_cookie_that_scripts_cannot_read() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let body = json!({ "name": "OWNER ", "password": PASSWORD });
    let request = site
        .request("POST", "/sign-in")
        .header("x-patchbay-client", "web")
        .header(header::ORIGIN, "https://localhost:7443")
        .header(header::USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0")
        .header(header::CONTENT_TYPE, "application/json");
    let got = site.send(request.body(Body::from(body.to_string())).unwrap()).await;
    assert_eq!((got.status, &got.json["token"]), (StatusCode::OK, &Value::Null));
    let cookie = got.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly; Secure; SameSite=Strict"), "{cookie}");
    let pair = cookie.split(';').next().unwrap().to_owned();
    let with_cookie = |method: &str, path: &str| {
        site.request(method, path)
            .header(header::COOKIE, pair.as_str())
            .header("x-patchbay-client", "web")
            .header(header::ORIGIN, "https://localhost:7443")
            .body(Body::empty())
            .unwrap()
    };
    let list = site.send(with_cookie("GET", "/me/sign-ins")).await.ok();
    assert_eq!(list[0]["client"], "Firefox on Linux");
    assert_eq!(list[0]["current"], true);
    let got = site.send(with_cookie("POST", "/sign-out")).await;
    assert_eq!(got.status, StatusCode::NO_CONTENT);
    assert!(got.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    site.send(with_cookie("GET", "/me")).await.is(401, "signedOut", None);
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_judged_as_they_are_taken() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let judge = async |password: &str, name: &str| {
        let body = json!({ "password": password, "name": name });
        site.ask("", "POST /password-strength", body).await.ok()
    };
    let good = judge(PASSWORD, "ann").await;
    assert!(good["score"].as_u64().unwrap() >= 3 && good["hint"] == "", "{good}");
    for (bad, name) in
        [("password", "ann"), ("nightingale-k", "nightingale"), (&"a".repeat(5000), "")]
    {
        let judged = judge(bad, name).await;
        assert!(judged["score"].as_u64().unwrap() < 3 && judged["hint"] != "", "{judged}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_time_passwords_from_the_first_to_the_last() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let ann = world.joins("ann", None).await;
    let (_, token) = signed_in(&world, ann).await;
    let credentials = |code: Value| match code {
        Value::Null => json!({ "name": "ann", "password": PASSWORD }),
        code => json!({ "name": "ann", "password": PASSWORD, "code": code }),
    };
    let begun = site.ask(&token, "POST /me/totp", Value::Null).await.ok();
    let secret = begun["secret"].as_str().unwrap();
    let uri = begun["uri"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/Test%20server:ann?secret="), "{uri}");
    // Nothing is asked for yet.
    site.ask("", "POST /sign-in", credentials(Value::Null)).await.ok();
    let key = TotpKey::from_slice(&BASE32_NOPAD.decode(secret.as_bytes()).unwrap()).unwrap();
    let shown = |later: i64| {
        let at = Timestamp(world.team.now().0 + later);
        key.shown(at).expose_secret().clone()
    };
    let wrong = json!({ "code": if shown(0) == "000000" { "111111" } else { "000000" } });
    let asked = "PUT /me/totp";
    site.ask(&token, asked, wrong.clone()).await.is(403, "authFailed", Some("code"));
    let confirmed = site.ask(&token, asked, json!({ "code": shown(0) })).await.ok();
    let codes: Vec<String> = serde_json::from_value(confirmed["recoveryCodes"].clone()).unwrap();
    assert_eq!(codes.len(), 10);
    site.ask(&token, asked, json!({ "code": shown(0) })).await.is(409, "conflict", None);
    site.ask(&token, "POST /me/totp", Value::Null).await.is(409, "conflict", None);
    let me = site.get(&token, "/me").await.ok();
    assert_eq!((&me["totp"], &me["recoveryCodes"]), (&json!(true), &json!(10)));
    let door = async |code: Value| site.ask("", "POST /sign-in", credentials(code)).await;
    door(Value::Null).await.is(401, "needsCode", Some("code"));
    door(wrong["code"].clone()).await.is(401, "authFailed", Some("code"));
    // The one that confirmed it does not count again; the next does, once.
    door(json!(shown(0))).await.is(401, "authFailed", Some("code"));
    let next = json!(shown(30_000));
    door(next.clone()).await.ok();
    door(next).await.is(401, "authFailed", Some("code"));
    // A recovery code lets in once, however it is typed.
    let first = codes[0].to_uppercase().replace('-', " ");
    door(json!(first)).await.ok();
    door(json!(codes[0])).await.is(401, "authFailed", Some("code"));
    assert_eq!(site.get(&token, "/me").await.ok()["recoveryCodes"], 9);
    let renew = "POST /me/recovery-codes";
    site.ask(&token, renew, wrong.clone()).await.is(403, "authFailed", Some("code"));
    let renewed = site.ask(&token, renew, json!({ "code": codes[1] })).await.ok();
    let renewed: Vec<String> = serde_json::from_value(renewed["recoveryCodes"].clone()).unwrap();
    door(json!(codes[2])).await.is(401, "authFailed", Some("code"));
    door(json!(renewed[0])).await.ok();
    site.ask(&token, "DELETE /me/totp", wrong).await.is(403, "authFailed", Some("code"));
    let ended = site.ask(&token, "DELETE /me/totp", json!({ "code": renewed[1] })).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT, "{ended:?}");
    door(Value::Null).await.ok();
    let me = site.get(&token, "/me").await.ok();
    assert_eq!((&me["totp"], &me["recoveryCodes"]), (&json!(false), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_everything_is_helped_by_an_operator() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let ann = world.joins("ann", None).await;
    let (_, anns) = signed_in(&world, ann).await;
    let (_, operator) = signed_in(&world, world.owner).await;
    let begun = site.ask(&anns, "POST /me/totp", Value::Null).await.ok();
    let secret = begun["secret"].as_str().unwrap();
    let key = TotpKey::from_slice(&BASE32_NOPAD.decode(secret.as_bytes()).unwrap()).unwrap();
    let code = key.shown(world.team.now());
    site.ask(&anns, "PUT /me/totp", json!({ "code": code.expose_secret() })).await.ok();
    let totp = format!("DELETE /accounts/{ann}/totp");
    site.ask(&operator, &totp, Value::Null).await.ok();
    let password = format!("PUT /accounts/{ann}/password");
    let new = "walrus ledger mango offset";
    site.ask(&operator, &password, json!({ "password": "ann" })).await.is(
        400,
        "invalid",
        Some("password"),
    );
    site.ask(&operator, &password, json!({ "password": new })).await.ok();
    site.get(&anns, "/me").await.is(401, "signedOut", None);
    let old = json!({ "name": "ann", "password": PASSWORD });
    site.ask("", "POST /sign-in", old).await.is(401, "authFailed", Some("password"));
    site.ask("", "POST /sign-in", json!({ "name": "ann", "password": new })).await.ok();
    // Not for the own account: whoever finds an operator signed in must not be able to take the account over.
    for asked in ["PUT", "DELETE"] {
        let (path, body) = match asked {
            "PUT" => ("password", json!({ "password": new })),
            _ => ("totp", Value::Null),
        };
        let asked = format!("{asked} /accounts/{}/{path}", world.owner);
        site.ask(&operator, &asked, body).await.is(403, "notAllowed", None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_once() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let (_, owner) = signed_in(&world, world.owner).await;
    let invite = format!("POST /organisations/{}/invitations", world.organisation);
    for days in [0, 31] {
        let got = site.ask(&owner, &invite, json!({ "role": null, "days": days })).await;
        got.is(400, "invalid", Some("days"));
    }
    let new = json!({ "role": EDITOR, "days": 7 });
    let made = site.ask(&owner, &invite, new.clone()).await.ok();
    let token = made["token"].as_str().unwrap();
    let list = format!("/organisations/{}/invitations", world.organisation);
    assert_eq!(site.get(&owner, &list).await.ok(), json!([made["invitation"]]));
    let look = site.get("", &format!("/invitations/{token}")).await.ok();
    assert_eq!((&look["organisation"], &look["role"]), (&json!("Lab"), &json!("Editor")));
    assert_eq!(look["by"], "owner");
    let join =
        |name: &str| json!({ "token": token, "name": name, "display": "", "password": PASSWORD });
    site.ask("", "POST /join", join("owner")).await.is(400, "invalid", Some("name"));
    let joined = site.ask("", "POST /join", join("bob")).await.ok();
    let its = &joined["account"]["organisations"][0];
    assert_eq!((&its["member"], &joined["account"]["display"]), (&json!(true), &json!("bob")));
    assert_eq!(its["permissions"], json!(["see", "connect", "useSecret", "edit"]));
    site.ask("", "POST /join", join("eve")).await.is(404, "notFound", None);
    assert_eq!(site.get(&owner, &list).await.ok(), json!([]));
    // With the account there is, to a further organisation.
    let bob = joined["token"].as_str().unwrap();
    let more = organisation(&world, "More", &[world.owner]).await;
    let invite = format!("POST /organisations/{more}/invitations");
    let first = site.ask(&owner, &invite, new.clone()).await.ok();
    let second = site.ask(&owner, &invite, new).await.ok();
    let me = site.ask(bob, "POST /me/join", json!({ "token": first["token"] })).await.ok();
    assert_eq!(me["organisations"].as_array().unwrap().len(), 2);
    let again = site.ask(bob, "POST /me/join", json!({ "token": second["token"] })).await;
    again.is(409, "conflict", None);
    // Taken back.
    let id = second["invitation"]["id"].as_str().unwrap();
    let gone = format!("DELETE /organisations/{more}/invitations/{id}");
    site.ask(&owner, &gone, Value::Null).await.ok();
    let token = second["token"].as_str().unwrap();
    site.get("", &format!("/invitations/{token}")).await.is(404, "notFound", None);
    world.make(Change::DeleteOrganisation(more)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_wrong_tries_have_to_wait() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let (_, token) = signed_in(&world, world.owner).await;
    let wrong = json!({ "current": "not it at all", "new": PASSWORD });
    let mut last = None;
    for _ in 0..12 {
        let got = site.ask(&token, "POST /me/password", wrong.clone()).await;
        if got.status != StatusCode::FORBIDDEN {
            last = Some(got);
            break;
        }
        got.is(403, "authFailed", Some("current"));
    }
    let got = last.unwrap();
    got.is(429, "throttled", None);
    assert_eq!(got.json["error"]["retryable"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_use_a_link_at_once_one_is_first() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let (_, owner) = signed_in(&world, world.owner).await;
    let invite = format!("POST /organisations/{}/invitations", world.organisation);
    let made = site.ask(&owner, &invite, json!({ "role": null, "days": 1 })).await.ok();
    let join = |name: &str| {
        let token = &made["token"];
        site.ask(
            "",
            "POST /join",
            json!({ "token": token, "name": name, "display": "", "password": PASSWORD }),
        )
    };
    let (ann, bob) = tokio::join!(join("ann"), join("bob"));
    let mut statuses = [ann.status.as_u16(), bob.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404]);
    let accounts = site.get(&owner, "/accounts").await.ok();
    assert_eq!(accounts.as_array().unwrap().len(), 2);
}
