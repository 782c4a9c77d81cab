//! What was accepted is not done, and each refusal is told apart.

use crate::support::{done, id, lab, node, open, secret, site, vm};
use patchbay_device_proxmox::{
    Client, ConfigChange, Exit, Guest, GuestKind, Migration, Power, ProxmoxError, SignIn,
};
use patchbay_testkit::pve_or_skip;
use serde_json::json;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_guest_that_is_missing_is_accepted_and_fails() {
    if !pve_or_skip("a task that fails") {
        return;
    }
    let (_pve, client) = open(&lab()).await;
    let upid = client.power(&vm(999), Power::Start).await.unwrap();
    assert_eq!((upid.kind.as_str(), upid.about.as_str()), ("qmstart", "999"));
    let error = client.finish(&upid).await.unwrap_err();
    let ProxmoxError::TaskFailed { why, log, .. } = &error else { panic!("{error}") };
    assert!(why.contains("999.conf' does not exist"), "{why}");
    assert!(log.last().unwrap().starts_with("TASK ERROR"), "{log:?}");
    // The list of tasks says so too.
    let tasks = client.tasks().await.unwrap();
    assert!(matches!(&tasks[0].exit, Some(Exit::Failed(_))), "{tasks:?}");
    assert_eq!(tasks[0].upid, upid);
}

#[tokio::test]
async fn a_start_that_fails_says_why() {
    if !pve_or_skip("a start that fails") {
        return;
    }
    let guest = json!({ "vmid": 100, "name": "web", "start_error": "no such disk" });
    for plain in [false, true] {
        let (_pve, client) = open(&json!({ "plain": plain, "guests": [guest] })).await;
        let upid = client.power(&vm(100), Power::Start).await.unwrap();
        let error = client.finish(&upid).await.unwrap_err();
        assert_eq!(error.to_string(), "The task qmstart of 100 on pve1 failed: no such disk.");
    }
}

#[tokio::test]
async fn a_task_is_ended_when_it_is_cancelled() {
    if !pve_or_skip("cancelling a task") {
        return;
    }
    let mut settings = lab();
    settings["time_scale"] = json!(1);
    settings["guests"][1]["start_secs"] = json!(3_600);
    let (_pve, client) = open(&settings).await;
    let upid = client.power(&vm(101), Power::Start).await.unwrap();
    let cancel = CancellationToken::new();
    let following = client.follow(&upid, &cancel, |_| {});
    let cancelling = async {
        // It runs until somebody ends it.
        while !client
            .tasks()
            .await
            .unwrap()
            .iter()
            .any(|task| task.upid == upid && task.exit.is_none())
        {
            patchbay_testkit::moment().await;
        }
        cancel.cancel();
    };
    let (ended, ()) = tokio::join!(following, cancelling);
    assert!(matches!(ended, Err(ProxmoxError::Cancelled)), "{ended:?}");
    assert_eq!(crate::support::status(&client, &vm(101)).await, "stopped");
}

#[tokio::test]
async fn a_log_is_told_as_it_grows() {
    if !pve_or_skip("a task's log") {
        return;
    }
    let mut settings = lab();
    settings["time_scale"] = json!(0.2);
    let (_pve, client) = open(&settings).await;
    let (target, online) = (node("pve2"), true);
    let how = Migration { target, online, local_disks: true, storage: None };
    let upid = client.migrate(&vm(100), &how).await.unwrap();
    let (mut lines, mut done) = (Vec::new(), Vec::new());
    let exit = client
        .follow(&upid, &CancellationToken::new(), |news| {
            lines.extend(news.lines);
            done.extend(news.done);
        })
        .await
        .unwrap();
    assert_eq!(exit, Exit::Good);
    assert_eq!(done.last(), Some(&1.0));
    assert_eq!(lines.last().map(String::as_str), Some("TASK OK"));
    assert_eq!(lines.iter().filter(|line| line.contains("transferred")).count(), 3, "{lines:?}");
}

#[tokio::test]
async fn refusals_are_told_apart() {
    if !pve_or_skip("refusals of requests") {
        return;
    }
    let mut settings = lab();
    settings["nodes"] = json!(["pve1", "pve2", "pve3"]);
    settings["offline"] = json!(["pve3"]);
    settings["users"] = json!({ "guest@pve": "pass" });
    settings["rights"] = json!([["guest@pve", "/vms/100", ["VM.Audit"]]]);
    let (pve, client) = open(&settings).await;

    let on = |name: &str| Guest { node: node(name), kind: GuestKind::Qemu, id: id(100) };
    let error = client.config(&on("nowhere")).await.unwrap_err();
    assert!(matches!(&error, ProxmoxError::UnknownNode { node } if node == "nowhere"), "{error}");
    let error = client.config(&on("pve3")).await.unwrap_err();
    let off = matches!(&error, ProxmoxError::NodeUnreachable { node, .. } if node == "pve3");
    assert!(off, "{error}");
    let error = client.config(&on("pve2")).await.unwrap_err();
    assert!(matches!(error, ProxmoxError::Gone { .. }), "{error}");
    let error = client.power(&vm(101), Power::Reset).await.unwrap_err();
    assert_eq!(error.to_string(), "The cluster refused: VM 101 not running.");
    let none = ConfigChange { cores: Some(0), ..ConfigChange::default() };
    let error = client.change(&vm(100), &none, "x").await.unwrap_err();
    let named = matches!(&error, ProxmoxError::Parameters { fields } if fields[0].0 == "cores");
    assert!(named, "{error}");

    let user = "guest@pve".to_owned();
    let guest = SignIn::Password { user, password: secret("pass"), code: None };
    let guest = Client::open(site(&pve), guest).await.unwrap();
    let error = guest.power(&vm(100), Power::Stop).await.unwrap_err();
    assert!(
        matches!(&error, ProxmoxError::NotAllowed { why } if why.contains("VM.PowerMgmt")),
        "{error}"
    );
    // Whoever may see less is shown less.
    let seen = guest.resources().await.unwrap();
    assert_eq!(seen.iter().filter(|one| one.guest().is_some()).count(), 1);
}

#[tokio::test]
async fn connections_are_used_again() {
    if !pve_or_skip("connections") {
        return;
    }
    let (pve, client) = open(&lab()).await;
    for _ in 0..5 {
        done(&client, client.power(&vm(100), Power::Stop).await).await;
        done(&client, client.power(&vm(100), Power::Start).await).await;
    }
    // Each request one after the other, and one connection may have been closed between.
    assert!(pve.connections() <= 3, "{} connections", pve.connections());
}

#[tokio::test]
async fn a_name_leads_nowhere_else() {
    if !pve_or_skip("names in paths") {
        return;
    }
    let (_pve, client) = open(&lab()).await;
    // It stays one segment, so that the server sees a name that is none.
    let error = client.delete_snapshot(&vm(100), "x/../../..").await.unwrap_err();
    let named = matches!(&error, ProxmoxError::Parameters { fields } if fields[0].0 == "snapname");
    assert!(named, "{error}");
    let error = client.delete_snapshot(&vm(100), "..").await.unwrap_err();
    assert!(matches!(error, ProxmoxError::Invalid(_)), "{error}");
    assert_eq!(crate::support::status(&client, &vm(100)).await, "running");
}
