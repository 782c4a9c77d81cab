//! One command on many machines.

use crate::steps::{App, Front, Server, in_both_fronts};
use patchbay_testkit::terminals_or_skip;
use serde_json::json;
use std::fs;

const LIST: &str = "[data-testid=run-machines]";

in_both_fronts!(a_command_on_a_folder_shows_the_odd_one_out_and_is_retried);

async fn a_command_on_a_folder_shows_the_odd_one_out_and_is_retried(front: Front) {
    if !terminals_or_skip("the story of a command on many machines") {
        return;
    }
    let app = App::open(front).await;
    let window = &app.window;
    let folder = app.add_folder("racks").await;
    let mut servers = Vec::new();
    for (name, release) in [("one", "8.1"), ("two", "7.9"), ("three", "8.1")] {
        let server = Server::start().await;
        fs::write(server.home("release"), format!("product\nrelease {release}\nend\n")).unwrap();
        let id = server.add_to(&app, name).await;
        app.call(
            "nodes_move",
            json!({ "ids": [id], "place": { "kind": "endOf", "folder": folder } }),
        )
        .await;
        servers.push(server);
    }
    for name in ["one", "two"] {
        app.connect(name).await;
        app.trust().await;
        app.works(name).await;
    }

    window.click_text("[data-testid=tree-row]", "racks").await.unwrap();
    app.choose("Run on these…").await;
    window.wait_text("[data-testid=run-count]", "3").await.unwrap();
    window.fill("[data-testid=run-command]", "cat ~/release").await.unwrap();
    app.accessible("a command that is put together").await;
    window.click("[data-testid=run-start]").await.unwrap();
    window.wait_text("[data-testid=run-counts]", "2 went well").await.unwrap();
    window.wait_text("[data-testid=run-counts]", "1 needs you").await.unwrap();

    // Whoever is not known yet is looked at in a tab of its own.
    window.click_text("[data-testid=run-machines] [role=option]", "three").await.unwrap();
    window.wait_text("[data-testid=run-session]", "Open session").await.unwrap();
    app.accessible("a machine that needs somebody").await;
    assert_eq!(servers[2].sign_ins(), 0, "an unknown machine is offered nothing");
    window.click("[data-testid=run-session]").await.unwrap();
    app.trust().await;
    app.works("known").await;
    window.click_text("[role=tab]", "cat ~/release").await.unwrap();
    window.click("[data-testid=run-retry]").await.unwrap();
    window.wait_text("[data-testid=run-counts]", "3 went well").await.unwrap();

    let said = window.wait_text("[data-testid=run]", "2 different answers").await.unwrap();
    assert!(!said.contains("needs you"), "{said}");
    let list = window.wait_text(LIST, "2 machines").await.unwrap();
    let lines: Vec<&str> = list.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let names: Vec<&str> =
        lines.iter().copied().filter(|line| ["one", "two", "three"].contains(line)).collect();
    assert_eq!(names, ["two", "one", "three"], "the odd one out comes first: {list}");
    assert!(list.contains("differs") && list.contains("same"), "{list}");

    window.click_text("[data-testid=run-machines] [role=option]", "two").await.unwrap();
    let diff = window.wait_text("[data-testid=run-diff]", "release 7.9").await.unwrap();
    assert!(diff.contains("release 8.1"), "what is there instead is shown too: {diff}");
    app.accessible("an answer that differs").await;
}
