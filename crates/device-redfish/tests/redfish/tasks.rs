//! Work that goes on after it was accepted: an accepted request is no success.

use crate::{
    double::{Double, Reply},
    waiting,
};
use patchbay_device_redfish::{Client, Link, RedfishError, Sent, Waiting};
use serde_json::{Value, json};
use std::time::Duration;

const SYSTEM: &str = "/redfish/v1/Systems/437XR1138R2";
const MONITOR: &str = "/redfish/v1/TaskService/TaskMonitors/545";

/// A drive whose images come by a task, and the answers at its monitor, the last one for ever.
async fn with_task(answers: Vec<Reply>) -> (Double, Client, Sent) {
    let bmc = Double::start().await;
    let insert = format!("{SYSTEM}/VirtualMedia/CD1/Actions/VirtualMedia.InsertMedia");
    bmc.put(
        &format!("{SYSTEM}/VirtualMedia/CD1"),
        json!({
            "Actions": { "#VirtualMedia.InsertMedia": { "target": insert } },
        }),
    );
    bmc.special(move |asked, _| {
        let task = json!({ "@odata.type": "#Task.v1_7_0.Task", "Id": "545", "TaskState": "New" });
        (asked.path == insert).then(|| Reply::json(202, &task).with("location", MONITOR))
    });
    let mut answers = answers.into_iter().peekable();
    bmc.special(move |asked, _| {
        if asked.path != MONITOR {
            return None;
        }
        let now = answers.next()?;
        if answers.peek().is_none() {
            return Some(now);
        }
        Some(now.with("retry-after", "0"))
    });
    let client = bmc.client().await;
    let drive = Link::parse(&format!("{SYSTEM}/VirtualMedia/CD1")).unwrap();
    let sent = client.insert_media(&drive, "http://images.example/a.iso", None).await.unwrap();
    (bmc, client, sent)
}

fn task(state: &str, percent: u8, status: &str) -> Value {
    json!({
        "@odata.type": "#Task.v1_7_0.Task", "Id": "545", "Name": "Task 545", "TaskState": state, "TaskStatus": status,
        "PercentComplete": percent,
        "Messages": [{ "MessageId": "Base.1.8.SourceDoesNotSupportProtocol", "Message": "The image could not be read." }],
    })
}

#[tokio::test]
async fn a_monitor_is_followed_to_its_end() {
    let (_bmc, client, sent) = with_task(vec![
        Reply::json(202, &task("Running", 20, "OK")),
        Reply::json(202, &task("Running", 80, "OK")),
        Reply::empty(204),
    ])
    .await;
    assert_eq!(sent, Sent::Task(Link::parse(MONITOR).unwrap()));
    let mut seen = Vec::new();
    client.finish(sent, &waiting(), |task| seen.push(task.percent)).await.unwrap();
    assert_eq!(seen, [Some(20), Some(80), Some(100)]);
}

#[tokio::test]
async fn a_task_in_place_of_a_monitor_is_followed_too() {
    let (_bmc, client, sent) = with_task(vec![
        Reply::json(200, &task("Starting", 0, "OK")),
        Reply::json(200, &task("Completed", 100, "OK")),
    ])
    .await;
    client.finish(sent, &waiting(), |_| {}).await.unwrap();
}

#[tokio::test]
async fn a_task_that_fails_after_it_was_accepted_has_failed() {
    let refusal =
        Reply::refusal(400, "SourceDoesNotSupportProtocol", "The image could not be read.");
    for last in [
        Reply::json(200, &task("Exception", 30, "Critical")),
        Reply::json(200, &task("Completed", 100, "Critical")),
        refusal,
    ] {
        let (_bmc, client, sent) =
            with_task(vec![Reply::json(202, &task("Running", 30, "OK")), last]).await;
        let error = client.finish(sent, &waiting(), |_| {}).await.unwrap_err();
        assert!(matches!(error, RedfishError::TaskFailed { .. }), "{error}");
        assert!(error.to_string().ends_with("The image could not be read."), "{error}");
    }
}

#[tokio::test]
async fn a_task_that_is_gone_is_not_taken_for_done() {
    let (_bmc, client, sent) =
        with_task(vec![Reply::json(202, &task("Running", 30, "OK")), Reply::empty(404)]).await;
    let error = client.finish(sent, &waiting(), |_| {}).await.unwrap_err();
    assert!(matches!(error, RedfishError::Missing { .. }), "{error}");
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let (bmc, client, sent) = with_task(Vec::new()).await;
    bmc.put(MONITOR, task("Running", 30, "OK"));
    let waiting = Waiting { every: Duration::from_millis(250), limit: Duration::from_secs(5) };
    let error = client.finish(sent, &waiting, |_| {}).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Waited in vain until the task had ended; it is Running at 30 %."
    );
    // Nor longer than that because a machine asks for it.
    bmc.special(|asked, _| {
        let there = asked.path == MONITOR;
        there.then(|| Reply::empty(202).with("retry-after", "999999999"))
    });
    let monitor = Link::parse(MONITOR).unwrap();
    let error = client.follow(&monitor, &waiting, |_| {}).await.unwrap_err();
    assert!(matches!(error, RedfishError::Waited { .. }), "{error}");
}
