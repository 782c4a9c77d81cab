//! Tabs are kept under a name, and move between windows.

use crate::steps::{App, Server, TERMINAL};
use patchbay_testkit::terminals_or_skip;

#[tokio::test(flavor = "multi_thread")]
async fn a_layout_is_saved_and_opened_and_a_tab_moves_to_another_window_and_back() {
    if !terminals_or_skip("the story of layouts and windows") {
        return;
    }
    let server = Server::start().await;
    let app = App::start(&[]).await;
    let window = &app.window;
    app.create_vault().await;
    server.add_to(&app, "left-one").await;
    server.add_to(&app, "right-one").await;
    app.connect("left-one").await;
    app.trust().await;
    app.works("left").await;
    app.connect("right-one").await;
    app.works("right").await;

    app.choose("Save layout as…").await;
    window.fill("[data-testid=layout-name]", "pair").await.unwrap();
    app.accessible("a layout to be named").await;
    window.click("[data-testid=layout-name-confirm]").await.unwrap();
    window.wait_true("return !document.querySelector('[role=dialog]')").await.unwrap();
    for name in ["right-one", "left-one"] {
        app.choose("Close tab").await;
        window.wait_text("[data-testid=close-dialog]", name).await.unwrap();
        window.click("[data-testid=close-confirm]").await.unwrap();
        let gone =
            format!("return {}", tab_is(name).replace("some", "every").replace("=> ", "=> !"));
        window.wait_true(&gone).await.unwrap();
    }
    assert_eq!(server.sign_ins(), 2);

    app.choose("Open layout…").await;
    window.wait_text("[data-testid=layout-open]", "pair").await.unwrap();
    app.accessible("layouts").await;
    window.click("[data-testid=layout-open]").await.unwrap();
    for name in ["left-one", "right-one"] {
        window.wait_true(&format!("return {}", tab_is(name))).await.unwrap();
        window.click_text("[role=tab]", name).await.unwrap();
        window.wait_text("[role=tab][aria-selected=true]", name).await.unwrap();
        app.works(&name.replace('-', "")).await;
    }
    assert_eq!(server.sign_ins(), 4, "each machine was connected to once more");

    app.choose("Move tab to a new window").await;
    window.go_to_other_window().await.unwrap();
    window.wait_text(TERMINAL, "rightone-42").await.unwrap();
    window.click(".xterm-screen").await.unwrap();
    app.works("apart").await;
    app.accessible("another window").await;
    app.choose("Move tab to the main window").await;
    window.go_to_other_window().await.unwrap();
    window.wait_text("[role=tab][aria-selected=true]", "right-one").await.unwrap();
    window.wait_text(TERMINAL, "apart-42").await.unwrap();
    app.works("home").await;
    assert_eq!(server.sign_ins(), 4, "moving a tab does not connect");
}

/// A part of a script: whether some tab is called so.
fn tab_is(name: &str) -> String {
    format!(
        "[...document.querySelectorAll('[role=tab]')].some((tab) => tab.innerText.includes('{name}'))"
    )
}
