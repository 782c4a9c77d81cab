//! Signing in by OpenID Connect: at a real provider, and at a double that lies.

use super::{Got, Site, signed_in};
use crate::team::testing::World;
use data_encoding::BASE32_NOPAD;
use patchbay_team::{
    directory::VIEWER,
    entity::{Account, Change},
    totp::TotpKey,
};
use patchbay_testkit::{OidcProvider, oidc_or_skip};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const BACK: &str = "https://localhost:7443/sign-in/back";

/// A server with one provider.
struct Hall {
    world: World,
    site: Site,
    provider: OidcProvider,
    id: String,
    operator: String,
}

fn settings(provider: &OidcProvider, others: &Value) -> Value {
    let mut settings = json!({
        "kind": "oidc", "issuer": provider.issuer(), "clientId": OidcProvider::CLIENT,
        "scopes": ["profile", "email"], "authority": null, "trustedSecondFactor": false,
        "requires": null, "creates": null,
    });
    for (name, value) in others.as_object().unwrap() {
        settings[name] = value.clone();
    }
    settings
}

impl Hall {
    async fn new(provider: OidcProvider, creates: bool, others: Value) -> Self {
        let world = World::new().await;
        let site = Site::new(&world.team);
        let (_, operator) = signed_in(&world, world.owner).await;
        let mut settings = settings(&provider, &others);
        if creates {
            settings["creates"] = json!({ "organisation": world.organisation, "role": VIEWER });
        }
        let body =
            json!({ "name": "Example ID", "settings": settings, "secret": OidcProvider::SECRET });
        let made = site.ask(&operator, "POST /providers", body).await.ok();
        let id = made["id"].as_str().unwrap().to_owned();
        Self { world, site, provider, id, operator }
    }

    fn comes(&self, claims: Value) {
        self.provider.person(&claims.to_string()).unwrap();
    }

    /// Begins, goes through the provider's pages, and gives what the browser brings back.
    async fn brought(&self, token: &str, begin: &str) -> Value {
        let begun = self.site.ask(token, &format!("{begin}/{}", self.id), Value::Null).await.ok();
        let back = walk(begun["address"].as_str().unwrap()).await;
        let mut brought = json!({ "ticket": begun["ticket"] });
        for (name, value) in back.query_pairs() {
            if matches!(&*name, "code" | "state" | "iss") {
                brought[&*name] = json!(value);
            }
        }
        brought
    }

    async fn sign_in(&self) -> Got {
        let brought = self.brought("", "POST /sign-in/oidc").await;
        self.site.ask("", "POST /sign-in/oidc", brought).await
    }
}

/// A browser that follows from page to page until it is sent back here.
async fn walk(address: &str) -> openidconnect::url::Url {
    let mut at = openidconnect::url::Url::parse(address).unwrap();
    let mut cookies = BTreeMap::new();
    for _ in 0..10 {
        if at.as_str().starts_with(BACK) {
            return at;
        }
        let place = (at.host_str().unwrap().to_owned(), at.port().unwrap());
        let mut tcp = tokio::net::TcpStream::connect(place).await.unwrap();
        let path = &at[openidconnect::url::Position::BeforePath..];
        let kept: Vec<String> =
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}:{}\r\nConnection: close\r\nCookie: {}\r\n\r\n",
            at.host_str().unwrap(),
            at.port().unwrap(),
            kept.join("; ")
        );
        tcp.write_all(request.as_bytes()).await.unwrap();
        let mut said = String::new();
        tcp.read_to_string(&mut said).await.unwrap();
        let mut next = None;
        for line in said.lines().take_while(|line| !line.is_empty()) {
            let Some((name, value)) = line.split_once(": ") else { continue };
            match name.to_lowercase().as_str() {
                "location" => next = Some(value.to_owned()),
                "set-cookie" => {
                    let (name, value) = value.split(';').next().unwrap().split_once('=').unwrap();
                    cookies.insert(name.to_owned(), value.to_owned());
                }
                _ => {}
            }
        }
        let next = next.unwrap_or_else(|| panic!("{at} leads nowhere: {said}"));
        at = at.join(&next).unwrap();
    }
    panic!("it leads in circles");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_a_real_provider_come_in_once_for_each_code() {
    if !oidc_or_skip("signing in by a real provider") {
        return;
    }
    let provider = OidcProvider::real(BACK).await.unwrap();
    let mut hall = Hall::new(provider, true, json!({})).await;
    assert_eq!(hall.site.get("", "/sign-in/ways").await.ok()["providers"][0]["name"], "Example ID");
    hall.comes(json!({ "sub": "24400320", "name": "Ada Byron", "preferred_username": "Ada" }));
    let brought = hall.brought("", "POST /sign-in/oidc").await;
    assert!(brought["iss"].is_string(), "{brought}");
    // In a browser the token is in the cookie of all sign-ins.
    let request = hall
        .site
        .request("POST", "/sign-in/oidc")
        .header("x-patchbay-client", "web")
        .header("origin", "https://localhost:7443")
        .header("content-type", "application/json");
    let body = axum::body::Body::from(brought.to_string());
    let got = hall.site.send(request.body(body).unwrap()).await;
    assert_eq!(
        (&got.json["token"], &got.json["account"]["name"]),
        (&Value::Null, &json!("ada")),
        "{got:?}"
    );
    let cookie = got.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("patchbay=pbs_") && cookie.contains("SameSite=Strict"), "{cookie}");
    // A code is good once.
    hall.site.ask("", "POST /sign-in/oidc", brought).await.is(401, "authFailed", None);
    // The same person by whatever name; another with the same name is somebody else.
    hall.comes(json!({ "sub": "24400320", "name": "Ada King", "preferred_username": "owner" }));
    assert_eq!(hall.sign_in().await.ok()["account"]["name"], "ada");
    hall.comes(json!({ "sub": "7", "preferred_username": "ada", "email": "ada@example.org" }));
    assert_eq!(hall.sign_in().await.ok()["account"]["name"], "ada-2");
    // The provider has other keys after it was started again, and is known by the old ones.
    hall.provider.start_again().await.unwrap();
    assert_eq!(hall.sign_in().await.ok()["account"]["name"], "ada-2");
    // It says no; it is gone.
    hall.comes(json!({ "sub": "7", "denies": true }));
    let begun =
        hall.site.ask("", &format!("POST /sign-in/oidc/{}", hall.id), Value::Null).await.ok();
    let back = walk(begun["address"].as_str().unwrap()).await;
    assert!(back.query_pairs().any(|(name, value)| name == "error" && value == "access_denied"));
    hall.comes(json!({ "sub": "7" }));
    let brought = hall.brought("", "POST /sign-in/oidc").await;
    hall.provider.stop();
    hall.site.ask("", "POST /sign-in/oidc", brought).await.is(502, "unreachable", None);
    let log = hall.site.get(&hall.operator, "/audit?limit=500").await.ok();
    let made =
        log.as_array().unwrap().iter().filter(|one| one["entry"]["action"] == "account.create");
    assert_eq!(made.count(), 2);
    assert!(!log.to_string().contains(OidcProvider::SECRET));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_linked_and_its_one_time_password_is_still_asked_for() {
    if !oidc_or_skip("links to a provider") {
        return;
    }
    let provider = OidcProvider::real(BACK).await.unwrap();
    let required = json!({ "claim": "teams", "value": "ops" });
    let hall = Hall::new(provider, false, json!({ "requires": required })).await;
    let ann = hall.world.joins("ann", None).await;
    let (_, anns) = signed_in(&hall.world, ann).await;
    // Not by a name, and not by an address for mail.
    hall.comes(json!({ "sub": "a", "preferred_username": "ann", "email": "ann@example.org", "teams": ["dev", "ops"] }));
    hall.sign_in().await.is(401, "authFailed", None);
    let brought = hall.brought(&anns, "POST /me/links/oidc").await;
    assert!(brought["state"].as_str().unwrap().starts_with("link."));
    // What was begun to link signs nobody in, and links nobody else.
    hall.site.ask("", "POST /sign-in/oidc", brought.clone()).await.is(400, "invalid", None);
    hall.site
        .ask(&hall.operator, "POST /me/links/oidc", brought.clone())
        .await
        .is(400, "invalid", None);
    assert_eq!(hall.site.ask(&anns, "POST /me/links/oidc", brought).await.status, 204);
    assert_eq!(hall.sign_in().await.ok()["account"]["name"], "ann");
    hall.comes(json!({ "sub": "a", "teams": ["dev"] }));
    hall.sign_in().await.is(401, "authFailed", None);
    hall.comes(json!({ "sub": "a", "teams": "ops" }));

    let begun = hall.site.ask(&anns, "POST /me/totp", Value::Null).await.ok();
    let secret = BASE32_NOPAD.decode(begun["secret"].as_str().unwrap().as_bytes()).unwrap();
    let key = TotpKey::from_slice(&secret).unwrap();
    let shown = |later: i64| {
        let at = patchbay_model::Timestamp(hall.world.team.now().0 + later);
        key.shown(at).expose_secret().clone()
    };
    hall.site.ask(&anns, "PUT /me/totp", json!({ "code": shown(0) })).await.ok();
    let halfway = hall.sign_in().await.ok();
    assert_eq!((&halfway["token"], &halfway["account"]), (&Value::Null, &Value::Null));
    let ticket = halfway["ticket"].as_str().unwrap();
    let second = |code: String| {
        hall.site.ask("", "POST /sign-in/second", json!({ "ticket": ticket, "code": code }))
    };
    second("000000".to_owned()).await.is(401, "authFailed", Some("code"));
    let next = shown(30_000);
    assert_eq!(second(next.clone()).await.ok()["account"]["name"], "ann");
    second(next).await.is(401, "authFailed", Some("code"));
    let bent = json!({ "ticket": format!("{ticket}AA"), "code": "000000" });
    hall.site.ask("", "POST /sign-in/second", bent).await.is(400, "invalid", None);
    // Unless the provider is trusted for it.
    let trusted =
        settings(&hall.provider, &json!({ "trustedSecondFactor": true, "requires": required }));
    let body = json!({ "name": "Example ID", "settings": trusted });
    hall.site.ask(&hall.operator, &format!("PUT /providers/{}", hall.id), body).await.ok();
    assert_eq!(hall.sign_in().await.ok()["account"]["name"], "ann");
    let account = hall.world.team.known.directory().account(ann).unwrap().clone();
    hall.world.make(Change::PutAccount(Account { suspended: true, ..account })).await;
    hall.sign_in().await.is(401, "authFailed", None);
    // A provider that is not asked any more lets nobody in.
    let trusted = settings(&hall.provider, &json!({}));
    let body = json!({ "name": "Example ID", "settings": trusted, "disabled": true });
    hall.site.ask(&hall.operator, &format!("PUT /providers/{}", hall.id), body).await.ok();
    let begin = format!("POST /sign-in/oidc/{}", hall.id);
    hall.site.ask("", &begin, Value::Null).await.is(404, "notFound", None);
    assert_eq!(hall.site.get("", "/sign-in/ways").await.ok()["providers"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_provider_lies_about_is_believed() {
    if !oidc_or_skip("a double of a provider") {
        return;
    }
    let double = OidcProvider::double(BACK).await.unwrap();
    let hall = Hall::new(double, true, json!({})).await;
    let hour = 3600;
    let tries = [
        (json!({}), true),
        (json!({ "lie": "key" }), false),
        (json!({ "lie": "none" }), false),
        (json!({ "lie": "hmac" }), false),
        (json!({ "claims": { "iss": "https://evil.example" } }), false),
        (json!({ "claims": { "aud": "another" } }), false),
        (json!({ "claims": { "aud": [OidcProvider::CLIENT, "another"] } }), false),
        (json!({ "claims": { "azp": "another" } }), false),
        (json!({ "claims": { "azp": OidcProvider::CLIENT } }), true),
        (json!({ "claims": { "exp": -120 } }), false),
        // Clocks are never quite the same.
        (json!({ "claims": { "exp": -20, "iat": -40 } }), true),
        (json!({ "claims": { "iat": 30 } }), true),
        (json!({ "claims": { "iat": hour, "exp": 2 * hour } }), false),
        (json!({ "claims": { "iat": -hour } }), false),
        (json!({ "claims": { "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" } }), false),
        (json!({ "nonce": "another" }), false),
        (json!({ "nonce": null }), false),
    ];
    for (number, (mut lie, good)) in tries.into_iter().enumerate() {
        let begun =
            hall.site.ask("", &format!("POST /sign-in/oidc/{}", hall.id), Value::Null).await.ok();
        let address = openidconnect::url::Url::parse(begun["address"].as_str().unwrap()).unwrap();
        let asked: BTreeMap<_, _> = address.query_pairs().into_owned().collect();
        assert_eq!(
            (asked["code_challenge_method"].as_str(), asked["response_type"].as_str()),
            ("S256", "code")
        );
        if lie.get("nonce").is_none() {
            lie["nonce"] = json!(asked["nonce"]);
        }
        hall.comes(lie.clone());
        let brought = json!({ "ticket": begun["ticket"], "code": number.to_string(), "state": asked["state"] });
        let got = hall.site.ask("", "POST /sign-in/oidc", brought.clone()).await;
        if good {
            got.ok();
            // Another state, another issuer, or somebody else's page.
            for (name, value) in
                [("state", "in.x"), ("iss", "https://evil.example"), ("ticket", "AAAA")]
            {
                let mut bent = brought.clone();
                bent[name] = json!(value);
                hall.site.ask("", "POST /sign-in/oidc", bent).await.is(400, "invalid", None);
            }
        } else {
            assert_eq!(got.status, 401, "{lie} was believed");
            got.is(401, "authFailed", None);
        }
    }
    assert_eq!(hall.world.team.known.directory().accounts().count(), 2);
    // What it says of itself has to hold together, and leads nowhere else.
    for lie in [
        json!({ "issuer": "https://evil.example" }),
        json!({ "tokenEndpoint": "http://192.0.2.1/token" }),
        json!({ "redirects": "http://192.0.2.1/" }),
    ] {
        hall.comes(lie.clone());
        let body = json!({ "settings": settings(&hall.provider, &json!({})) });
        let said = hall.site.ask(&hall.operator, "POST /providers/try", body).await.ok();
        assert!(said["problem"].is_string(), "{lie}: {said}");
    }
    hall.comes(json!({}));
    let body = json!({ "settings": settings(&hall.provider, &json!({})) });
    let said = hall.site.ask(&hall.operator, "POST /providers/try", body).await.ok();
    assert_eq!(said["problem"], Value::Null);
    assert!(said["says"].to_string().contains(BACK), "{said}");
    for (others, field) in [
        (json!({ "issuer": "http://id.example.org" }), "issuer"),
        (json!({ "issuer": "https://id.example.org/?x" }), "issuer"),
        (json!({ "clientId": " " }), "clientId"),
        (json!({ "scopes": ["a b"] }), "scopes"),
    ] {
        let body = json!({ "name": "X", "settings": settings(&hall.provider, &others) });
        hall.site.ask(&hall.operator, "POST /providers", body).await.is(
            400,
            "invalid",
            Some(field),
        );
    }
}
