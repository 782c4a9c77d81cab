#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
//! A passkey of a real browser: Chromium, with the virtual authenticator of its DevTools.

mod support;

use serde_json::{Value, json};
use std::path::Path;
use support::{open, serve_team};

const PASSWORD: &str = "four patch cables humming";

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_makes_a_passkey_and_signs_in_by_it() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/tests/passkeys.mjs");
    let packages = script.parent().unwrap().join("../node_modules/playwright-core");
    if !packages.exists() || !Path::new("/usr/bin/chromium").exists() {
        eprintln!(
            "skipped: passkeys of a browser (chromium or the UI's packages are not installed)"
        );
        return;
    }
    let server = serve_team(&[]).await;
    let link = server.started.says.iter().find_map(|line| line.split_once("/setup#"));
    let link = link.unwrap().1.to_owned();
    let named = json!({ "token": link, "name": "ada", "display": "Ada", "password": PASSWORD, "organisation": "Lab" });
    let ada = open(&server, "setup", named).await;
    let site = format!("https://localhost:{}", server.address.port());
    let browser =
        tokio::process::Command::new("node").arg(script).arg(site).arg(&ada.token).output();
    let browser = browser.await.unwrap();
    let said = String::from_utf8_lossy(&browser.stdout).into_owned();
    assert!(browser.status.success(), "{said}{}", String::from_utf8_lossy(&browser.stderr));
    let said: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!((&said["kept"], &said["discoverable"]), (&json!(204), &json!(true)), "{said}");
    for time in ["first", "second"] {
        assert_eq!(said[time]["json"]["account"]["name"], "ada", "{said}");
    }
    assert_ne!(said["first"]["json"]["token"], said["second"]["json"]["token"]);
}
