//! Signing in and out, and looking at the state.

use crate::double::{Double, PASSWORD, Reply};
use hyper::Method;
use patchbay_device_redfish::{Health, PowerState, RedfishError};
use patchbay_model::Secret;
use patchbay_testkit::moment;
use serde_json::json;

const SESSIONS: &str = "/redfish/v1/SessionService/Sessions";
const SYSTEM: &str = "/redfish/v1/Systems/437XR1138R2";

#[tokio::test]
async fn a_session_ends_with_whoever_began_it() {
    let bmc = Double::start().await;
    let client = bmc.client().await;
    assert!(client.has_session());
    assert_eq!(bmc.state().sessions.len(), 1);
    assert!(!format!("{client:?}").contains(PASSWORD));
    client.close().await.unwrap();
    assert_eq!(bmc.state().sessions.len(), 0);
    assert_eq!(bmc.asked().last().unwrap(), &format!("DELETE {SESSIONS}/1"));

    drop(bmc.client().await);
    while !bmc.state().sessions.is_empty() {
        moment().await;
    }
    // Once each.
    let ended = bmc.asked().iter().filter(|one| one.starts_with("DELETE")).count();
    assert_eq!(ended, 2);
}

#[tokio::test]
async fn the_password_is_shown_each_time_where_sessions_are_not_to_be_had() {
    let bmc = Double::start().await;
    bmc.special(|asked, _| (asked.path == SESSIONS).then(|| Reply::empty(405)));
    let client = bmc.client().await;
    assert!(!client.has_session());
    assert_eq!(client.status().await.unwrap().power, PowerState::On);
    let state = bmc.state();
    let shown = state.asked.iter().filter(|asked| asked.headers.contains_key("authorization"));
    // The root and the attempt to begin go without.
    assert_eq!(shown.count(), state.asked.len() - 2);
}

#[tokio::test]
async fn why_nobody_is_let_in_is_said_plainly() {
    let bmc = Double::start().await;
    let error = bmc.try_with(bmc.place(), "wrong").await.unwrap_err();
    assert!(matches!(error, RedfishError::WrongPassword { .. }), "{error}");
    assert!(!error.to_string().contains("wrong password"), "{error}");
    assert_eq!(bmc.asked().iter().filter(|one| one.starts_with("POST")).count(), 1);

    for (status, key, text) in [
        (403, "AccountLocked", "The account has been locked out."),
        (403, "InsufficientPrivilege", "There are insufficient privileges."),
        (
            503,
            "SessionLimitExceeded",
            "The session establishment failed due to the number of sessions.",
        ),
        (403, "PasswordChangeRequired", "The password must be changed."),
        (500, "InternalError", "The request failed due to an internal service error."),
    ] {
        let bmc = Double::start().await;
        bmc.special(move |asked, _| {
            (asked.path == SESSIONS).then(|| Reply::refusal(status, key, text))
        });
        let error = bmc.try_with(bmc.place(), PASSWORD).await.unwrap_err();
        let fits = match key {
            "AccountLocked" => matches!(error, RedfishError::Locked { .. }),
            "InsufficientPrivilege" => matches!(error, RedfishError::NotAllowed { .. }),
            "SessionLimitExceeded" => matches!(error, RedfishError::SessionsFull { .. }),
            "PasswordChangeRequired" => {
                matches!(error, RedfishError::PasswordChangeRequired { .. })
            }
            _ => matches!(&error, RedfishError::Refused { said, .. } if said.to_string() == text),
        };
        assert!(fits, "{key}: {error}");
    }
}

/// DSP0266 section 13.5: the session begins, and is good for nothing but the password.
#[tokio::test]
async fn a_password_that_must_be_changed_can_be() {
    const ACCOUNT: &str = "/redfish/v1/AccountService/Accounts/1";
    let bmc = Double::start().await;
    bmc.put(ACCOUNT, json!({ "UserName": "admin" }));
    bmc.special(|asked, _| {
        if asked.path == SESSIONS {
            let info = json!([{ "MessageId": "Base.1.8.PasswordChangeRequired", "MessageArgs": [ACCOUNT] }]);
            let reply = Reply::json(201, &json!({ "@Message.ExtendedInfo": info }));
            return Some(reply.with("x-auth-token", "narrow").with("location", "/redfish/v1/SessionService/Sessions/9"));
        }
        let narrow = asked.headers.get("x-auth-token").is_some_and(|token| token == "narrow");
        let may = asked.path == ACCOUNT && asked.method == Method::PATCH;
        if narrow && may {
            return Some(Reply::empty(204));
        }
        narrow.then(|| Reply::refusal(403, "PasswordChangeRequired", ""))
    });
    let client = bmc.client().await;
    assert!(client.must_change_password());
    let error = client.status().await.unwrap_err();
    assert!(matches!(error, RedfishError::PasswordChangeRequired { .. }), "{error}");
    client.change_demanded_password(&Secret::new("another".to_owned())).await.unwrap();
    assert_eq!(bmc.changes(), [(format!("PATCH {ACCOUNT}"), json!({ "Password": "another" }))]);
}

#[tokio::test]
async fn a_session_that_timed_out_begins_anew_once() {
    let bmc = Double::start().await;
    let client = bmc.client().await;
    client.status().await.unwrap();
    bmc.state().sessions.clear();
    client.status().await.unwrap();
    assert_eq!(bmc.state().sessions, ["token-2"]);
    // One for all who find out at the same time.
    bmc.state().sessions.clear();
    let (first, second, third) =
        tokio::join!(client.status(), client.manager(), client.power_actions());
    assert!(first.is_ok() && second.is_ok() && third.is_ok());
    assert_eq!(bmc.state().sessions, ["token-3"]);
    // Where nobody is let in any more, that is said and not tried for ever.
    bmc.state().sessions.clear();
    bmc.special(|asked, _| (asked.path == SESSIONS).then(|| Reply::refusal(401, "x", "")));
    bmc.forget();
    let error = client.status().await.unwrap_err();
    assert!(matches!(error, RedfishError::WrongPassword { .. }), "{error}");
    assert_eq!(bmc.asked().len(), 2);
}

#[tokio::test]
async fn a_look_takes_at_most_three_requests() {
    let bmc = Double::start().await;
    let client = bmc.client().await;
    bmc.forget();
    let status = client.status().await.unwrap();
    assert_eq!((status.power, status.health), (PowerState::On, Some(Health::Warning)));
    assert_eq!(status.host_name.as_deref(), Some("web483"));
    assert_eq!(status.serial.as_deref(), Some("437XR1138R2"));
    assert!(bmc.asked().len() <= 3, "{:?}", bmc.asked());

    bmc.forget();
    assert_eq!(client.status().await.unwrap(), status);
    assert_eq!(bmc.asked(), [format!("GET {SYSTEM}")]);
    assert!(bmc.state().asked[0].headers.contains_key("if-none-match"));
    // What has changed is seen.
    bmc.set(SYSTEM, "PowerState", "Off".into());
    assert_eq!(client.status().await.unwrap().power, PowerState::Off);
}

#[tokio::test]
async fn another_certificate_hears_nothing() {
    let bmc = Double::start().await;
    let mut place = bmc.place();
    place.fingerprint = place.fingerprint.replace('a', "b");
    let error = bmc.try_with(place, PASSWORD).await.unwrap_err();
    assert!(matches!(error, RedfishError::Changed { .. }), "{error}");
    assert!(error.to_string().contains(&bmc.place().fingerprint));
    assert_eq!(bmc.asked(), [""; 0]);
}
