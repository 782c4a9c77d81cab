//! Stories in the real window and in Chromium against real servers: what a person does, from the first start on.
//!
//! What has a meaning in both runs in both, from the same code. In the window alone is what is about the computer beneath it:
//! its files (transfers, import and export), its ports (tunnels), its SSH agent, its windows (layouts), what a vault
//! does at a restart (restoring), and RDP, whose story pastes from its clipboard.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

mod steps;
mod stories;

use patchbay_testkit::{KeyPair, Login, SshAgent, Sshd, root_or_skip, terminals_or_skip};
use serde_json::json;
use std::fs;
use steps::{App, Front, TERMINAL, in_both_fronts};

in_both_fronts!(
    a_newcomer_reaches_a_terminal_and_a_changed_host_key_blocks,
    a_reload_of_the_page_keeps_the_session_and_its_screen,
    signing_in_by_password_and_by_code,
    two_jumps_each_with_its_own_key_and_host_key,
);

async fn a_newcomer_reaches_a_terminal_and_a_changed_host_key_blocks(front: Front) {
    if !terminals_or_skip("the story of a newcomer") {
        return;
    }
    let keys = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(keys.path(), "id").unwrap();
    let mut sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    let app = App::open(front).await;

    add_identity_by_hand(&app, &fs::read_to_string(&key.path).unwrap(), sshd.user()).await;
    add_machine_by_hand(&app, "web-01", sshd.port()).await;
    app.window.find("[data-testid=trust-card]").await.unwrap();
    app.accessible("a machine that is not known").await;
    app.trust().await;
    app.works("first").await;
    app.accessible("terminal").await;

    sshd.rotate_host_key().await.unwrap();
    app.window.wait_text("[data-testid=closed-bar]", "web-01").await.unwrap();
    app.window.click("[data-testid=closed-reconnect]").await.unwrap();
    let card = app.window.wait_text("[data-testid=trust-card]", "has changed").await.unwrap();
    assert!(card.contains("no password, key or agent was offered"), "{card}");
    assert!(
        app.window
            .run("return !document.querySelector('[data-testid=trust]')", vec![])
            .await
            .unwrap()
            == true
    );
    assert_eq!(
        sshd.log().matches("Accepted publickey").count(),
        1,
        "the changed key saw no sign-in"
    );

    app.accessible("a changed host key").await;
    app.window.click("[data-testid=replace-key]").await.unwrap();
    app.window.fill("[data-testid=last-eight]", &last_eight(&sshd)).await.unwrap();
    app.window.click("[data-testid=replace-confirm]").await.unwrap();
    app.window.wait_text(TERMINAL, "connected again").await.unwrap();
    app.works("second").await;
    app.window.wait_text(TERMINAL, "second-42").await.unwrap();

    app.lock().await;
    let behind = app.window.page_text().await;
    assert!(
        !behind.contains("web-01") && !behind.contains("second-42"),
        "a locked page hides everything: {behind}"
    );
    app.accessible("a locked page").await;
    app.unlock().await;
    app.window.click(".xterm-screen").await.unwrap();
    app.works("third").await;

    // Without the tabs of before, so that there is one terminal to type into.
    let mut settings = app.call("settings_get", json!({})).await;
    settings["restoreTabs"] = json!(false);
    app.call("settings_set", json!({ "settings": settings })).await;
    let app = app.restart().await;
    app.unlock().await;
    app.connect("web-01").await;
    app.works("fourth").await;
}

async fn a_reload_of_the_page_keeps_the_session_and_its_screen(front: Front) {
    if !terminals_or_skip("the story of a reload") {
        return;
    }
    let keys = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(keys.path(), "id").unwrap();
    let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    let app = App::open(front).await;
    let secret = fs::read_to_string(&key.path).unwrap();
    app.add_machine(
        "web-01",
        sshd.port(),
        json!({ "kind": "key", "privateKey": secret, "user": sshd.user() }),
        json!({}),
    )
    .await;
    app.connect("web-01").await;
    app.trust().await;
    app.works("before").await;
    app.window.reload().await.unwrap();
    app.window.wait_text(TERMINAL, "before-42").await.unwrap();
    app.window.click(".xterm-screen").await.unwrap();
    app.works("after").await;
    assert_eq!(
        sshd.log().matches("Accepted publickey").count(),
        1,
        "the session was not dialled again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_by_certificate_and_by_agent() {
    if !terminals_or_skip("the story of certificate and agent") {
        return;
    }
    let keys = tempfile::tempdir().unwrap();
    let authority = KeyPair::ed25519(keys.path(), "authority").unwrap();
    let certified = KeyPair::ed25519(keys.path(), "certified").unwrap();
    let held = KeyPair::ed25519(keys.path(), "held").unwrap();
    let sshd = Sshd::builder()
        .user_authority(&authority.public)
        .authorized_key(&held.public)
        .start()
        .await
        .unwrap();
    let certificate = authority.certify(&certified, &["-I", "story", "-n", sshd.user()]).unwrap();
    let agent = SshAgent::start().await.unwrap();
    agent.add(&held).unwrap();

    let app = App::start(&[("SSH_AUTH_SOCK", &agent.socket().to_string_lossy())]).await;
    app.create_vault().await;
    let secret = fs::read_to_string(&certified.path).unwrap();
    let identity = json!({ "kind": "key", "privateKey": secret, "certificate": certificate, "user": sshd.user() });
    app.add_machine("by-certificate", sshd.port(), identity, json!({})).await;
    app.add_machine(
        "by-agent",
        sshd.port(),
        json!({ "kind": "agent", "user": sshd.user() }),
        json!({}),
    )
    .await;

    app.connect("by-certificate").await;
    app.trust().await;
    app.works("certified").await;
    app.connect("by-agent").await;
    app.works("held").await;
    assert!(sshd.log().contains("ED25519-CERT"), "{}", sshd.log());
}

async fn signing_in_by_password_and_by_code(front: Front) {
    if !root_or_skip("a server that checks passwords through PAM") {
        return;
    }
    let by_password = Sshd::builder().login(Login::Password).start().await.unwrap();
    let by_code = Sshd::builder().login(Login::PasswordAndTotp).start().await.unwrap();
    let app = App::open(front).await;
    let password = by_password.account().unwrap().password().to_owned();
    app.add_machine(
        "by-password",
        by_password.port(),
        json!({ "user": by_password.user(), "password": password }),
        json!({}),
    )
    .await;
    app.connect("by-password").await;
    app.trust().await;
    app.works("known").await;

    // No password is stored: every round is asked.
    app.add_machine("by-code", by_code.port(), json!({ "user": by_code.user() }), json!({})).await;
    app.connect("by-code").await;
    app.trust().await;
    let account = by_code.account().unwrap();
    app.answer("Password", account.password()).await;
    app.answer("One-time password", &account.totp().unwrap()).await;
    app.works("coded").await;
}

async fn two_jumps_each_with_its_own_key_and_host_key(front: Front) {
    if !terminals_or_skip("the story of two jumps") {
        return;
    }
    let keys = tempfile::tempdir().unwrap();
    let app = App::open(front).await;
    let mut servers = Vec::new();
    let mut through = json!({ "kind": "direct" });
    for name in ["gate-outer", "gate-inner", "inside"] {
        let key = KeyPair::ed25519(keys.path(), name).unwrap();
        let sshd =
            Sshd::builder().authorized_key(&key.public).forwarding(true).start().await.unwrap();
        let secret = fs::read_to_string(&key.path).unwrap();
        let identity = json!({ "kind": "key", "privateKey": secret, "user": sshd.user() });
        let id = app.add_machine(name, sshd.port(), identity, json!({ "jump": through })).await;
        through = json!({ "kind": "through", "entry": id });
        servers.push(sshd);
    }
    app.connect("inside").await;
    for name in ["gate-outer", "gate-inner", "inside"] {
        app.window
            .wait_text("[data-testid=trust-card]", &format!("{name} is not known yet"))
            .await
            .unwrap();
        app.trust().await;
    }
    app.works("deep").await;
    for server in &servers {
        assert_eq!(
            server.log().matches("Accepted publickey").count(),
            1,
            "each hop signs in once with its own key"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_to_a_machine_and_come_back_by_keyboard_alone() {
    let keys = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(keys.path(), "id").unwrap();
    let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    let there = tempfile::tempdir().unwrap();
    let app = App::start(&[]).await;
    fs::write(app.home().join("report.txt"), "all is well").unwrap();
    app.create_vault().await;
    let secret = fs::read_to_string(&key.path).unwrap();
    let identity = json!({ "kind": "key", "privateKey": secret, "user": sshd.user() });
    app.add_machine("box", sshd.port(), identity, json!({})).await;

    app.window.click_text("[data-testid=tree-row]", "box").await.unwrap();
    app.choose("Open files").await;
    app.trust().await;
    app.window.find("[data-testid=files-machine]").await.unwrap();
    app.go_to_folder(there.path()).await;
    app.window.wait_text("[data-testid=files-page]", "This folder is empty").await.unwrap();
    app.accessible("files").await;

    app.window.click_text("[data-testid=files-here] [role=row]", "report.txt").await.unwrap();
    app.window.press("F5").await.unwrap();
    app.window.wait_text("[data-testid=files-machine]", "report.txt").await.unwrap();
    assert_eq!(fs::read_to_string(there.path().join("report.txt")).unwrap(), "all is well");

    fs::write(there.path().join("answer.txt"), "so it is").unwrap();
    app.window.click_text("[data-testid=files-machine] [role=row]", "report.txt").await.unwrap();
    app.window.press("Control+r").await.unwrap();
    app.window.click_text("[data-testid=files-machine] [role=row]", "answer.txt").await.unwrap();
    app.window.press("F5").await.unwrap();
    app.window.wait_text("[data-testid=files-here]", "answer.txt").await.unwrap();
    assert_eq!(fs::read_to_string(app.home().join("answer.txt")).unwrap(), "so it is");
    app.accessible("files and tasks").await;
}

/// Through the page of identities.
async fn add_identity_by_hand(app: &App, private_key: &str, user: &str) {
    app.window.press("Control+Shift+p").await.unwrap();
    app.window.fill("[data-testid=palette-input]", "Identities").await.unwrap();
    app.window.press("Enter").await.unwrap();
    app.window.click("[data-testid=identity-new]").await.unwrap();
    app.window.fill("[data-testid=identity-name]", "ops").await.unwrap();
    app.window.fill("[data-testid=identity-user]", user).await.unwrap();
    app.window.click_text("button, [role=radio], label", "Private key").await.unwrap();
    app.window.paste("[data-testid=identity-privateKey]", private_key).await.unwrap();
    app.window.click("[data-testid=identity-save]").await.unwrap();
    app.window.wait_text("[data-testid=identities] [role=listbox]", "SHA256").await.unwrap();
    app.accessible("identities").await;
}

/// Through the editor, and connects.
async fn add_machine_by_hand(app: &App, name: &str, port: u16) {
    app.window.press("Control+n").await.unwrap();
    app.window.fill("[data-testid=editor-name]", name).await.unwrap();
    app.accessible("editor").await;
    app.window.fill("[data-testid=editor-address]", "127.0.0.1").await.unwrap();
    app.window.fill("[data-testid=editor-port]", &port.to_string()).await.unwrap();
    app.window.click("[data-field=identities]").await.unwrap();
    app.window.click_text("[role=option]", "ops").await.unwrap();
    app.window.click("[data-testid=editor-save-connect]").await.unwrap();
}

fn last_eight(sshd: &Sshd) -> String {
    let fingerprint = sshd.host_key().fingerprint().unwrap();
    fingerprint.chars().skip(fingerprint.chars().count() - 8).collect()
}
