//! Answers that no controller should give.

use crate::{
    double::{Double, PASSWORD, Reply},
    waiting,
};
use patchbay_device_redfish::{PowerAction, RedfishError};
use serde_json::json;

const SYSTEMS: &str = "/redfish/v1/Systems";
const SYSTEM: &str = "/redfish/v1/Systems/437XR1138R2";

#[tokio::test]
async fn nothing_leads_to_another_host() {
    let bmc = Double::start().await;
    for elsewhere in [
        "https://elsewhere.example/redfish/v1/Systems/1",
        "//elsewhere.example/redfish",
        "/etc/passwd",
    ] {
        bmc.put(SYSTEMS, json!({ "Members": [{ "@odata.id": elsewhere }] }));
        let error = bmc.client().await.status().await.unwrap_err();
        assert!(matches!(error, RedfishError::Missing { .. }), "{elsewhere}: {error}");
    }
    bmc.put(SYSTEMS, json!({ "Members": [{ "@odata.id": SYSTEM }] }));
    let mut actions = bmc.get(SYSTEM)["Actions"].clone();
    actions["#ComputerSystem.Reset"]["target"] =
        "https://elsewhere.example/redfish/v1/reset".into();
    bmc.set(SYSTEM, "Actions", actions);
    let error = bmc.client().await.power(PowerAction::ForceOff, &waiting()).await.unwrap_err();
    assert!(matches!(error, RedfishError::Missing { .. }), "{error}");
    // Redirects stay here too.
    bmc.special(|asked, _| {
        let there = asked.path == SYSTEMS;
        there.then(|| {
            Reply::empty(307).with("location", "https://elsewhere.example/redfish/v1/Systems")
        })
    });
    let error = bmc.client().await.status().await.unwrap_err();
    assert!(matches!(error, RedfishError::NotRedfish { .. }), "{error}");
}

#[tokio::test]
async fn collections_without_an_end_have_one() {
    let bmc = Double::start().await;
    bmc.put(
        SYSTEMS,
        json!({
            "Members": [], "Members@odata.nextLink": "/redfish/v1/Systems",
        }),
    );
    let client = bmc.client().await;
    let error = client.status().await.unwrap_err();
    assert!(matches!(error, RedfishError::Missing { .. }), "{error}");
    assert!(bmc.asked().len() < 10, "{}", bmc.asked().len());
    let many: Vec<_> =
        (0..5_000).map(|id| json!({ "@odata.id": format!("/redfish/v1/Systems/{id}") })).collect();
    bmc.put(SYSTEMS, json!({ "Members": many }));
    assert_eq!(client.systems().await.unwrap().len(), 1_000);
}

#[tokio::test]
async fn what_is_too_large_too_deep_or_no_json_is_refused() {
    let large = format!(r#"{{"Members": ["{}"]}}"#, "x".repeat(9 * 1024 * 1024));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for (body, is_large) in
        [(large, true), (deep, false), ("<html>".to_owned(), false), ("[]".to_owned(), false)]
    {
        let bmc = Double::start().await;
        bmc.special(move |asked, _| {
            (asked.path == SYSTEMS)
                .then(|| Reply::Whole(200, Vec::new(), body.clone().into_bytes()))
        });
        let error = bmc.client().await.status().await.unwrap_err();
        let fits = match error {
            RedfishError::TooLarge { .. } => is_large,
            RedfishError::NotRedfish { .. } => !is_large,
            _ => false,
        };
        assert!(fits, "{error}");
    }
}

#[tokio::test]
async fn what_is_no_redfish_service_is_said_to_be_none() {
    for reply in [
        Reply::Whole(200, Vec::new(), b"<html>Login</html>".to_vec()),
        Reply::empty(404),
        Reply::json(200, &json!({ "hello": "world" })),
    ] {
        let bmc = Double::start().await;
        bmc.special(move |asked, _| (asked.path == "/redfish/v1/").then(|| reply.clone()));
        let error = bmc.try_with(bmc.place(), PASSWORD).await.unwrap_err();
        assert!(matches!(error, RedfishError::NotRedfish { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_controller_that_stops_in_the_middle_does_not_hold_anybody_up() {
    for reply in [Reply::Cut, Reply::Stall, Reply::Lost] {
        let bmc = Double::start().await;
        let client = bmc.hasty().await;
        let said = reply.clone();
        bmc.special(move |asked, _| (asked.path == SYSTEM).then(|| said.clone()));
        let error = client.status().await.unwrap_err();
        assert!(matches!(error, RedfishError::Unreachable { .. }), "{reply:?}: {error}");
    }
}

#[tokio::test]
async fn properties_of_another_type_are_none() {
    let bmc = Double::start().await;
    bmc.put(
        SYSTEM,
        json!({
            "Id": 7, "PowerState": ["On"], "Status": "OK", "Links": 3, "Actions": null, "Boot": [],
            "Model": "evil\u{1b}[2J", "LogServices": { "@odata.id": 4 },
        }),
    );
    let client = bmc.client().await;
    let status = client.status().await.unwrap();
    assert_eq!(status.model.as_deref(), Some("evil[2J"));
    assert_eq!(status.health, None);
    assert_eq!(client.logs().await.unwrap(), []);
    assert_eq!(client.boot().await.unwrap().targets, [""; 0]);
    assert_eq!(client.sensors().await.unwrap(), []);
}
