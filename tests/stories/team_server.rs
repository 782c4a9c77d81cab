//! A team server is added to the window: its machines stand in the tree, and are reached through it.

use crate::steps::{App, Front, Server};
use patchbay_testkit::terminals_or_skip;

const TREE: &str = "[data-testid=tree]";

#[tokio::test(flavor = "multi_thread")]
async fn a_team_server_is_added_its_machine_opened_and_what_somebody_else_changes_appears() {
    if !terminals_or_skip("the story of a team server in the window") {
        return;
    }
    let machine = Server::start().await;
    let ada = App::open(Front::Chromium).await;
    ada.add_to_lab("web-01", machine.sshd.port(), machine.identity()).await;
    let link = ada.invite("Operator").await;

    let bob = App::open(Front::Window).await;
    let window = &bob.window;
    bob.choose("Add a team server…").await;
    bob.accessible("the address of a team server").await;
    window.fill("[data-testid=workspace-address]", &link).await.unwrap();
    window.click("[data-testid=workspace-next]").await.unwrap();
    let shown = window.wait_text("[data-testid=workspace-certificate]", "localhost").await.unwrap();
    let shown: String = shown.split_whitespace().collect();
    let (_, digits) = ada.server().fingerprint().split_once(':').unwrap();
    assert!(shown.contains(digits), "what the server printed is {digits}: {shown}");
    bob.accessible("the certificate of a team server").await;
    window.click("[data-testid=workspace-trust]").await.unwrap();
    bob.fill_account("Bob", "bob").await;
    bob.accessible("joining a team server").await;
    window.click("[data-testid=workspace-enter]").await.unwrap();
    window.wait_text(TREE, "web-01").await.unwrap();

    bob.connect("web-01").await;
    bob.trust().await;
    bob.works("there").await;
    window.wait_text("[data-testid=relayed]", "through").await.unwrap();
    bob.accessible("a terminal through a team server").await;
    assert_eq!(machine.sign_ins(), 1);

    ada.window.click_text("[data-testid=tree-row]", "web-01").await.unwrap();
    ada.window.press("F2").await.unwrap();
    ada.window.press("Control+a").await.unwrap();
    ada.window.type_keys("web-02").await.unwrap();
    ada.window.press("Enter").await.unwrap();
    ada.window.wait_text(TREE, "web-02").await.unwrap();
    window.wait_text(TREE, "web-02").await.unwrap();
    bob.works("still").await;
    assert_eq!(machine.sign_ins(), 1, "the session goes on");

    // The server is started anew: what ran there is over. Its tabs stay, here and in a browser, and lead on.
    ada.connect("web-02").await;
    ada.trust().await;
    ada.works("here").await;
    let ada = ada.serve_anew().await;
    for app in [&bob, &ada] {
        let bar =
            app.window.wait_text("[data-testid=closed-bar]", "has this session no more").await;
        bar.unwrap();
        app.accessible("a session that a team server no longer has").await;
        app.window.click("[data-testid=closed-reconnect]").await.unwrap();
        app.works("anew").await;
    }
    assert_eq!(machine.sign_ins(), 4);
}
