//! A second person works with a machine whose password they cannot see, shows it to somebody, and is put out; the audit log
//! proves all of it.

use crate::steps::{App, Front, TERMINAL};
use patchbay_testkit::{Login, Received, Sshd, root_or_skip};
use serde_json::json;
use std::time::Duration;

/// How soon somebody who was put out must have nothing any more.
const PUT_OUT: Duration = Duration::from_secs(5);
const AUDIT: &str = "[data-testid=audit-list]";

#[tokio::test(flavor = "multi_thread")]
async fn a_second_person_joins_works_without_the_secret_shares_is_put_out_and_all_of_it_is_proved()
{
    if !root_or_skip("the story of a second person") {
        return;
    }
    let machine = Sshd::builder().login(Login::Password).start().await.unwrap();
    let password = machine.account().unwrap().password().to_owned();
    let ada = App::open(Front::Chromium).await;
    let identity = json!({ "user": machine.user(), "password": password });
    let (_, identity) = ada.add_to_lab("web-01", machine.port(), identity).await;
    ada.make_role("Presenter", &["Open sessions", "Connect with kept", "share live"]).await;
    let link = ada.invite("Presenter").await;

    let bob = ada.visitor(&link).await;
    bob.window.wait_text("[data-testid=join]", "Join Lab").await.unwrap();
    bob.accessible("an invitation that was opened").await;
    bob.fill_account("Bob", "bob").await;
    bob.window.click("[data-testid=join-go]").await.unwrap();
    bob.window.wait_text("[data-testid=tree]", "web-01").await.unwrap();
    bob.connect("web-01").await;
    bob.trust().await;
    bob.works("seen").await;
    assert_eq!(machine.log().matches("Accepted password").count(), 1);

    // He is not told the password, and she is.
    let reveal = json!({ "id": identity, "secret": "password", "passphrase": null });
    let refused = bob.ask("identity_reveal", reveal.clone()).await;
    assert_eq!(refused["error"]["code"], "notAllowed", "{refused}");
    bob.choose("Identities").await;
    bob.window.wait_text("[data-testid=identities]", "web-01 identity").await.unwrap();
    bob.window.click_text("[role=tab]", "web-01").await.unwrap();
    let elsewhere = ada.visitor(&ada.server().origin()).await;
    elsewhere.unlock().await;
    let told = elsewhere.call("identity_reveal", reveal).await;
    assert_eq!(told["text"], password.as_str());

    let link = bob.share().await;
    let eve = ada.visitor(&link).await;
    eve.window.wait_text("[data-testid=guest-door]", "Bob shares a terminal").await.unwrap();
    eve.accessible("a link to a session").await;
    eve.window.fill("[data-testid=guest-name]", "Eve").await.unwrap();
    eve.window.click("[data-testid=guest-join]").await.unwrap();
    eve.window.wait_text(TERMINAL, "seen-42").await.unwrap();
    bob.window.wait_text("[data-testid=presence]", "Eve").await.unwrap();
    bob.accessible("a session that is shared").await;
    bob.window.click(".xterm-screen").await.unwrap();
    bob.works("both").await;
    eve.window.wait_text(TERMINAL, "both-42").await.unwrap();
    eve.accessible("a session of somebody else").await;

    ada.choose("People and permissions").await;
    ada.window.click("[data-testid=people-people]").await.unwrap();
    ada.window.click("[aria-label='More about Bob']").await.unwrap();
    ada.window.click_text("[role=menuitem]", "Remove from Lab").await.unwrap();
    ada.window.wait_text("[role=dialog]", "Remove Bob from Lab?").await.unwrap();
    ada.window.click_text("[role=dialog] button", "Remove").await.unwrap();
    let nothing =
        "return !document.querySelector('.xterm') && !document.body.innerText.includes('web-01')";
    let gone = async { tokio::join!(bob.window.wait_true(nothing), eve.window.wait_true(nothing)) };
    let (his, hers) =
        tokio::time::timeout(PUT_OUT, gone).await.expect("they have nothing any more");
    his.unwrap();
    hers.unwrap();
    eve.window.find("[data-testid=guest-over]").await.unwrap();
    eve.accessible("a session that is not shared any more").await;
    let refused = bob.ask("tree_load", json!({})).await;
    assert!(!refused.to_string().contains("web-01"), "{refused}");

    let log = audit(&ada).await;
    for (who, deed) in [
        ("Ada", "Set up the server"),
        ("Ada", "Made a link to join"),
        ("Bob", "Joined"),
        ("Bob", "Opened web-01"),
        ("Bob", "Was shown a secret of web-01 identity"),
        ("Ada", "Was shown a secret of web-01 identity"),
        ("Bob", "Made a link to a session"),
        ("A guest", "Came to a shared session"),
        ("Ada", "Removed from the organisation"),
        ("The server", "Ended a visit to a shared session"),
    ] {
        assert!(
            log.iter().any(|line| line.contains(who) && line.contains(deed)),
            "{who}: {deed}; {log:#?}"
        );
    }

    for page in [bob, eve] {
        let (_, home) = page.close().await;
        let received = Received::read(home.path()).unwrap();
        // In an answer and in a terminal, first and last: it would be found.
        for shown in ["web-01", "seen-42", "both-42"] {
            assert!(received.holds(shown), "{shown}");
        }
        assert!(!received.holds(&password), "the password came to who may not see it");
    }
    let (_, home) = elsewhere.close().await;
    assert!(Received::read(home.path()).unwrap().holds(&password), "it came to who was shown it");
    let (server, _) = ada.close().await;
    let mut server = server.unwrap();
    server.stop().await.unwrap();
    let said = server.verify().unwrap();
    assert!(said.contains("as they were written"), "{said}");
}

/// The lines of the audit log, after the server has looked at all of them.
async fn audit(ada: &App) -> Vec<String> {
    // What the server does because of somebody's deed is written down behind it.
    let written = "const ask = new XMLHttpRequest();
        ask.open('GET', '/api/v1/audit/entries?action=share.leave', false);
        ask.send();
        return JSON.parse(ask.responseText).entries.length > 0";
    ada.window.wait_true(written).await.unwrap();
    ada.choose("Audit log").await;
    ada.window.wait_text(AUDIT, "Set up the server").await.unwrap();
    ada.accessible("the audit log").await;
    let lines = "return [...document.querySelectorAll('[data-testid=audit-list] [role=option]')].map((line) => line.innerText)";
    let lines = ada.window.run(lines, vec![]).await.unwrap();
    ada.window.click("[data-testid=audit-proofs]").await.unwrap();
    ada.window.click_text("[role=menuitem]", "Check the log now").await.unwrap();
    ada.window.wait_text("[data-testid=audit-check]", "as they were written").await.unwrap();
    lines.as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect()
}
