//! The tree of machines, without a pointer.

use crate::steps::{App, Front, Server, in_both_fronts};
use patchbay_testkit::terminals_or_skip;

in_both_fronts!(a_machine_is_found_in_the_tree_trusted_and_reached_by_keyboard_alone);

async fn a_machine_is_found_in_the_tree_trusted_and_reached_by_keyboard_alone(front: Front) {
    if !terminals_or_skip("the story of a machine that is found by keyboard") {
        return;
    }
    let server = Server::start().await;
    let app = App::open(front).await;
    let window = &app.window;
    for name in ["mail-01", "web-01", "db-01"] {
        server.add_to(&app, name).await;
    }
    window.wait_text("[data-testid=tree]", "db-01").await.unwrap();

    window.press("Control+Shift+m").await.unwrap();
    window.wait_true(&at("[data-find]")).await.unwrap();
    window.type_keys("web").await.unwrap();
    window
        .wait_true("return document.querySelectorAll('[data-testid=tree-row]').length === 1")
        .await
        .unwrap();
    app.accessible("a tree that is searched").await;
    window.press("Enter").await.unwrap();
    window.find("[data-testid=trust-card]").await.unwrap();
    // No key that is pressed without looking accepts it.
    window.press("Enter").await.unwrap();
    let mut steps = 0;
    while window.run(&at("[data-testid=trust]"), vec![]).await.unwrap() == false {
        window.press("Tab").await.unwrap();
        steps += 1;
        assert!(steps < 50, "no way to the button; {}", window.page_text().await);
    }
    window.press("Enter").await.unwrap();
    app.works("found").await;

    window.press("Control+Shift+m").await.unwrap();
    window.wait_true(&at("[data-find]")).await.unwrap();
    window.press("Escape").await.unwrap();
    window.wait_text("[data-testid=tree]", "mail-01").await.unwrap();
}

/// A script: whether the keyboard is there.
fn at(css: &str) -> String {
    format!("return !!document.activeElement?.matches('{css}')")
}
