//! The tabs of the last time come back, whatever came between.

use crate::steps::{App, Server};
use patchbay_testkit::terminals_or_skip;

#[tokio::test(flavor = "multi_thread")]
async fn tabs_come_back_after_locking_and_after_a_restart() {
    if !terminals_or_skip("the story of tabs that come back") {
        return;
    }
    let server = Server::start().await;
    let app = App::start(&[]).await;
    app.create_vault().await;
    server.add_to(&app, "web-01").await;
    app.choose("Identities").await;
    app.window.find("[data-testid=identities]").await.unwrap();
    app.connect("web-01").await;
    app.trust().await;
    app.works("first").await;

    app.lock().await;
    app.unlock().await;
    both(&app).await;
    app.works("second").await;

    let app = app.restart().await;
    app.unlock().await;
    both(&app).await;
    app.works("third").await;
    assert_eq!(server.sign_ins(), 2, "the machine was connected to once more");

    // Locked again at once, wherever the tabs are on their way.
    let app = app.restart().await;
    app.unlock().await;
    app.lock().await;
    app.unlock().await;
    tabs(&app).await;
    again_if_stopped_by_locking(&app).await;
    both(&app).await;
    app.works("fourth").await;

    // And what came of that is what is kept.
    let app = app.restart().await;
    app.unlock().await;
    both(&app).await;
    app.works("fifth").await;
}

/// A session that wanted something of the vault in the moment of locking has ended, says so, and can be tried again.
async fn again_if_stopped_by_locking(app: &App) {
    let window = &app.window;
    let there = "return !!document.querySelector('.xterm-screen, [data-testid=end-page]')";
    window.wait_true(there).await.unwrap();
    let stopped = "return !!document.querySelector('[data-testid=end-page]')";
    if window.run(stopped, vec![]).await.unwrap() == true {
        window.wait_text("[data-testid=end-page]", "The vault is locked").await.unwrap();
        window.click("[data-testid=retry]").await.unwrap();
    }
}

/// The page and the terminal are there, once each; the terminal is gone to.
async fn both(app: &App) {
    tabs(app).await;
    app.window.click(".xterm-screen").await.unwrap();
}

async fn tabs(app: &App) {
    let window = &app.window;
    for name in ["Identities", "web-01"] {
        let once = format!(
            "return [...document.querySelectorAll('[role=tab]')]\
             .filter((tab) => tab.innerText.includes('{name}')).length === 1"
        );
        window.wait_true(&once).await.unwrap();
    }
    window.click_text("[role=tab]", "web-01").await.unwrap();
    window.wait_text("[role=tab][aria-selected=true]", "web-01").await.unwrap();
}
