//! Snippets with parameters, and triggers on what terminals show.

use crate::steps::{App, Front, Server, TERMINAL, in_both_fronts};
use patchbay_testkit::terminals_or_skip;
use std::fs;

in_both_fronts!(a_snippet_asks_for_its_parameter_and_a_trigger_marks_a_tab);

async fn a_snippet_asks_for_its_parameter_and_a_trigger_marks_a_tab(front: Front) {
    if !terminals_or_skip("the story of a snippet and a trigger") {
        return;
    }
    let server = Server::start().await;
    let app = App::open(front).await;
    let window = &app.window;
    server.add_to(&app, "web-01").await;

    app.choose("Snippets").await;
    app.accessible("no snippets").await;
    window.click("[data-testid=snippet-new]").await.unwrap();
    window.fill("[data-testid=snippet-name]", "Ask a unit").await.unwrap();
    window
        .paste("[data-testid=snippet-body]", "echo unit {{unit}} | tee ~/asked-$((6*7))")
        .await
        .unwrap();
    window.click_text("button", "Ask for unit").await.unwrap();
    app.accessible("a snippet").await;
    window.click("[data-testid=snippet-save]").await.unwrap();
    window.wait_text("[data-testid=snippets] [role=listbox]", "Ask a unit").await.unwrap();

    app.choose("Triggers").await;
    window.click("[data-testid=trigger-new]").await.unwrap();
    window.fill("[data-testid=trigger-name]", "Out of memory").await.unwrap();
    window.fill("[data-testid=trigger-pattern]", "oom-kill(er)?").await.unwrap();
    window.fill("[data-testid=trigger-line]", "kernel: oom-killer invoked").await.unwrap();
    window.wait_text("[data-testid=trigger-dialog]", "It is found.").await.unwrap();
    app.accessible("a trigger").await;
    window.click("[data-testid=trigger-save]").await.unwrap();
    window.wait_text("[data-testid=trigger]", "Out of memory").await.unwrap();
    app.accessible("triggers").await;

    app.connect("web-01").await;
    app.trust().await;
    app.works("ready").await;
    app.choose("Ask a unit").await;
    window.fill("[data-testid=value-unit]", "front desk").await.unwrap();
    window.wait_text("[data-testid=snippet-preview]", "'front desk'").await.unwrap();
    app.accessible("a snippet that asks").await;
    window.click("[data-testid=snippet-run-confirm]").await.unwrap();
    window.wait_text(TERMINAL, "unit front desk").await.unwrap();
    app.works("after").await;
    assert_eq!(fs::read_to_string(server.home("asked-42")).unwrap(), "unit front desk\n");

    // The line comes while another tab is in front.
    let wait = "until [ -e ~/go ]; do :; done; echo 'kernel: oom-ki''ller invoked'\n";
    window.type_keys(wait).await.unwrap();
    window.wait_text(TERMINAL, "invoked").await.unwrap();
    window.click_text("[role=tab]", "Settings").await.unwrap();
    window.wait_text("[role=tab][aria-selected=true]", "Settings").await.unwrap();
    let marked = "return [...document.querySelectorAll('[role=tab]')].some((tab) => \
        /web-01.*bell/.test(tab.getAttribute('aria-label')))";
    assert_eq!(window.run(marked, vec![]).await.unwrap(), false, "nothing came yet");
    fs::write(server.home("go"), "").unwrap();
    window.wait_true(marked).await.unwrap();
    window.wait_true("return document.body.innerText.includes('Out of memory')").await.unwrap();
    app.accessible("a tab that rang").await;
    window.click_text("[role=tab]", "web-01").await.unwrap();
    window.wait_text(TERMINAL, "oom-killer invoked").await.unwrap();
    window.wait_true(&marked.replace("return ", "return !")).await.unwrap();
}
