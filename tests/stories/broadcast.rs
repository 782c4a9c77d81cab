//! What is typed goes to several terminals.

use crate::steps::{App, Front, Server, in_both_fronts};
use patchbay_testkit::terminals_or_skip;
use std::fs;

/// How many panes show a prompt with nothing after it.
const READY: &str = "return [...document.querySelectorAll('.xterm-rows')]\
    .filter((rows) => /[#$] *$/.test(rows.innerText.trimEnd())).length === 2";

in_both_fronts!(typing_goes_to_two_panes_until_it_is_stopped);

async fn typing_goes_to_two_panes_until_it_is_stopped(front: Front) {
    if !terminals_or_skip("the story of a broadcast") {
        return;
    }
    let server = Server::start().await;
    let app = App::open(front).await;
    let window = &app.window;
    server.add_to(&app, "web-01").await;
    app.connect("web-01").await;
    app.trust().await;
    app.works("first").await;
    app.choose("Split right").await;
    window.wait_true(READY).await.unwrap();
    assert_eq!(server.sign_ins(), 2, "each pane is a session of its own");

    window.press("Control+Shift+g").await.unwrap();
    window.wait_text("[data-testid=broadcast-bar]", "2 terminals").await.unwrap();
    app.accessible("broadcast").await;
    let badges = "return document.querySelectorAll('[data-testid=broadcast-badge]').length === 2";
    window.wait_true(badges).await.unwrap();
    window.type_keys("echo both-$((6*7)) | tee -a ~/heard\n").await.unwrap();
    window.wait_true(&shown_in("both-42", 2)).await.unwrap();
    window.wait_true(READY).await.unwrap();
    assert_eq!(fs::read_to_string(server.home("heard")).unwrap(), "both-42\nboth-42\n");

    window.click("[data-testid=broadcast-stop]").await.unwrap();
    window
        .wait_true("return !document.querySelector('[data-testid=broadcast-bar]')")
        .await
        .unwrap();
    window.click(".xterm-screen").await.unwrap();
    window.type_keys("echo one-$((6*7)) | tee -a ~/heard\n").await.unwrap();
    window.wait_true(&shown_in("one-42", 1)).await.unwrap();
    window.wait_true(READY).await.unwrap();
    assert_eq!(fs::read_to_string(server.home("heard")).unwrap(), "both-42\nboth-42\none-42\n");
    window.wait_true(&shown_in("one-42", 1)).await.unwrap();
}

/// A script that is true while so many panes show a word.
fn shown_in(word: &str, panes: usize) -> String {
    format!(
        "return [...document.querySelectorAll('.xterm-rows')]\
         .filter((rows) => rows.innerText.includes('{word}')).length === {panes}"
    )
}
