//! Programs that are let in by somebody in a browser.

use super::{Site, script, signed_in};
use crate::team::testing::World;
use patchbay_team::{
    entity::{Account, Answer, Change, Handoff},
    permission::Permissions,
};
use serde_json::{Value, json};

const BEGIN: &str = "POST /sign-in/device";
const POLL: &str = "POST /sign-in/device/token";
const WITHDRAW: &str = "DELETE /sign-in/device";
const LOOK: &str = "POST /me/device/look";
const ANSWER: &str = "POST /me/device";

async fn begun(site: &Site) -> (Value, String) {
    let begun = site.ask("", BEGIN, json!({ "client": "Patchbay on Linux" })).await.ok();
    let code = begun["userCode"].as_str().unwrap().to_owned();
    (json!({ "deviceCode": begun["deviceCode"] }), code)
}

/// Asks until the program may ask again; that it is told to slow down is no answer.
async fn polled(site: &Site, secret: &Value) -> super::Got {
    loop {
        let got = site.ask("", POLL, secret.clone()).await;
        if got.status != 429 {
            return got;
        }
        got.is(429, "throttled", None);
        patchbay_testkit::moment().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_let_in_once_and_the_log_says_by_whom() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let ann = world.joins("ann", None).await;
    let (_, anns) = signed_in(&world, ann).await;
    let begun = site.ask("", BEGIN, json!({ "client": "Patchbay\n on Linux" })).await.ok();
    let code = begun["userCode"].as_str().unwrap();
    assert_eq!(begun["link"], format!("https://localhost:7443/device#{code}"));
    assert_eq!((code.len(), begun["interval"].as_u64()), (9, Some(3)));
    let until = world.team.now().0 + begun["expiresIn"].as_i64().unwrap() * 1_000;
    assert!((until - begun["expires"].as_i64().unwrap()).abs() < 5_000, "{begun}");
    let secret = json!({ "deviceCode": begun["deviceCode"] });
    assert_eq!(polled(&site, &secret).await.ok()["state"], "waiting");
    site.ask("", POLL, secret.clone()).await.is(429, "throttled", None);
    let typed = json!({ "userCode": code.to_lowercase().replace('-', " ") });
    let seen = site.ask(&anns, LOOK, typed).await.ok();
    assert_eq!((&seen["client"], &seen["userCode"]), (&json!("Patchbay on Linux"), &json!(code)));
    assert_eq!((&seen["address"], &seen["sameAddress"]), (&json!("127.0.0.1"), &json!(true)));
    // The secret opens nothing by itself, and is not what a person types.
    site.get(begun["deviceCode"].as_str().unwrap(), "/me").await.is(401, "signedOut", None);
    let allow = json!({ "userCode": code, "allow": true });
    assert_eq!(site.ask(&anns, ANSWER, allow.clone()).await.status, 204);
    site.ask(&anns, ANSWER, allow).await.is(404, "notFound", Some("userCode"));
    // Of many that ask with the same secret, one is let in.
    let asks = (0..8).map(|_| polled(&site, &secret));
    let answers = futures_util::future::join_all(asks).await;
    let let_in: Vec<_> = answers.iter().filter(|one| one.status == 200).collect();
    assert_eq!(let_in.len(), 1, "{answers:?}");
    for refused in answers.iter().filter(|one| one.status != 200) {
        refused.is(404, "notFound", None);
    }
    assert_eq!(let_in[0].json["state"], "signedIn");
    assert_eq!(let_in[0].json["account"]["name"], "ann");
    let token = let_in[0].json["token"].as_str().unwrap();
    let list = site.get(token, "/me/sign-ins").await.ok();
    let here = list.as_array().unwrap().iter().find(|one| one["current"] == true).unwrap();
    assert_eq!(here["client"], "Patchbay on Linux");
    let (_, operator) = signed_in(&world, world.owner).await;
    let log = site.get(&operator, "/audit?limit=500").await.ok();
    let log = log.as_array().unwrap();
    let entry = |action: &str| {
        let is_it = |one: &&Value| {
            one["entry"]["action"] == action
                && one["entry"]["object"].as_str().is_some_and(|it| it.starts_with("device:"))
        };
        log.iter().rfind(is_it).unwrap()["entry"].clone()
    };
    assert_eq!(entry("device.answer")["detail"], "Patchbay on Linux at 127.0.0.1");
    assert_eq!(entry("device.answer")["actor"]["account"], json!(ann));
    assert_eq!(entry("account.sign_in")["object"], entry("device.answer")["object"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_no_or_is_suspended_lets_nothing_in() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let ann = world.joins("ann", None).await;
    let (_, anns) = signed_in(&world, ann).await;
    let (secret, code) = begun(&site).await;
    let deny = json!({ "userCode": code, "allow": false });
    assert_eq!(site.ask(&anns, ANSWER, deny).await.status, 204);
    let told = polled(&site, &secret).await.ok();
    assert_eq!((&told["state"], &told["token"]), (&json!("denied"), &Value::Null));
    polled(&site, &secret).await.is(404, "notFound", None);

    let (secret, code) = begun(&site).await;
    let allow = json!({ "userCode": code, "allow": true });
    // A script may not let others in.
    let (_, script) = script(&world, ann, Permissions::ALL).await;
    site.ask(&script, ANSWER, allow.clone()).await.is(403, "notAllowed", None);
    site.ask("", ANSWER, allow.clone()).await.is(401, "signedOut", None);
    site.ask(&anns, ANSWER, allow).await;
    let account = world.team.known.directory().account(ann).unwrap().clone();
    world.make(Change::PutAccount(Account { suspended: true, ..account })).await;
    polled(&site, &secret).await.is(404, "notFound", None);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_no_more_is_let_in_by_nobody() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let ann = world.joins("ann", None).await;
    let (_, anns) = signed_in(&world, ann).await;
    let (secret, code) = begun(&site).await;
    // The code is for everybody to see; only the secret takes the request back.
    site.ask("", WITHDRAW, json!({ "deviceCode": code })).await.is(404, "notFound", None);
    assert_eq!(site.ask("", WITHDRAW, secret.clone()).await.status, 204);
    let allow = |code: &str| json!({ "userCode": code, "allow": true });
    site.ask(&anns, ANSWER, allow(&code)).await.is(404, "notFound", Some("userCode"));
    polled(&site, &secret).await.is(404, "notFound", None);
    site.ask("", WITHDRAW, secret).await.is(404, "notFound", None);

    // Nor by somebody who was faster.
    let (secret, code) = begun(&site).await;
    assert_eq!(site.ask(&anns, ANSWER, allow(&code)).await.status, 204);
    let before = world.team.known.directory().sign_ins_of(ann).count();
    assert_eq!(site.ask("", WITHDRAW, secret.clone()).await.status, 204);
    polled(&site, &secret).await.is(404, "notFound", None);
    assert_eq!(world.team.known.directory().sign_ins_of(ann).count(), before);
    assert_eq!(world.team.known.directory().handoffs().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_end_by_themselves_and_are_few() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let (_, owner) = signed_in(&world, world.owner).await;
    let (secret, code) = begun(&site).await;
    let kept = world.team.known.directory().handoffs().next().unwrap().clone();
    let ended = Handoff { expires: world.team.now(), ..kept };
    world.make(Change::PutHandoff(ended.clone())).await;
    polled(&site, &secret).await.is(404, "notFound", None);
    let typed = json!({ "userCode": code });
    site.ask(&owner, LOOK, typed.clone()).await.is(404, "notFound", Some("userCode"));
    // Not even one that was allowed in time.
    let allowed = Handoff { answer: Answer::Allowed(world.owner), ..ended };
    world.make(Change::PutHandoff(allowed)).await;
    polled(&site, &secret).await.is(404, "notFound", None);
    // The next one sweeps it away; more than a few from one place are not taken.
    for _ in 0..10 {
        begun(&site).await;
    }
    assert_eq!(world.team.known.directory().handoffs().count(), 10);
    site.ask("", BEGIN, json!({})).await.is(429, "throttled", None);
    let far = world.team.known.directory().handoffs().next().unwrap().clone();
    let far = Handoff { address: "192.0.2.77".to_owned(), ..far };
    world.make(Change::PutHandoff(far)).await;
    site.ask("", BEGIN, json!({})).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_of_codes_cost_time_and_are_written_down() {
    let world = World::new().await;
    let site = Site::new(&world.team);
    let ann = world.joins("ann", None).await;
    let (_, anns) = signed_in(&world, ann).await;
    let (_, code) = begun(&site).await;
    let right = json!({ "userCode": code });
    let wrong = json!({ "userCode": "BBBB-BBBB" });
    let mut refused = 0;
    while site.ask(&anns, LOOK, wrong.clone()).await.status == 404 {
        refused += 1;
        assert!(refused < 50, "nobody is slowed down");
        // A right one in between does not start the count afresh.
        if refused == 5 {
            site.ask(&anns, LOOK, right.clone()).await.ok();
        }
    }
    assert_eq!(refused, 10);
    site.ask(&anns, LOOK, right.clone()).await.is(429, "throttled", None);
    let (_, operator) = signed_in(&world, world.owner).await;
    site.ask(&operator, LOOK, right).await.ok();
    let log = site.get(&operator, "/audit?limit=500").await.ok();
    let is_it = |one: &&Value| {
        one["entry"]["action"] == "device.look" && one["entry"]["outcome"] == "refused"
    };
    assert_eq!(log.as_array().unwrap().iter().filter(is_it).count(), 10);
}
