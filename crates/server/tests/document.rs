#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]
//! The API against its own document: schemathesis makes requests of it, good ones and bad ones, and looks at each answer.
//!
//! Left out is what would end the run: signing out, and deleting the organisation that the requests are about. That a request which
//! fits the schema is refused is no mistake here: whether a password is strong is in no schema.

mod support;

use serde_json::{Value, json};
use std::{path::Path, process::Command};
use support::{open, serve_team};

const PASSWORD: &str = "four patch cables humming";
const NOT_ASKED: [&str; 3] = ["/sign-out", "/me/sign-ins", "/organisations/{organisation}"];

#[tokio::test(flavor = "multi_thread")]
async fn every_route_does_what_the_document_says_of_it() {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let program = program.join("peers/schemathesis/bin/schemathesis");
    assert!(program.exists(), "schemathesis is not there: `cargo xtask test` installs it");
    let server = serve_team(&[]).await;
    let link = server.started.says.iter().find_map(|line| line.split_once("/setup#")).unwrap().1;
    let named = json!({ "token": link, "name": "ada", "display": "Ada", "password": PASSWORD, "organisation": "Lab" });
    let mut ada = open(&server, "setup", named).await;
    let me = ada.get("GET /api/v1/me", Value::Null).await;
    let lab = me["organisations"][0]["id"].as_str().unwrap().to_owned();

    let home = tempfile::tempdir().unwrap();
    let given = format!("[parameters]\n\"path.organisation\" = \"{lab}\"\n");
    std::fs::write(home.path().join("schemathesis.toml"), given).unwrap();
    let mut asking = Command::new(program);
    asking.current_dir(home.path()).arg("run");
    asking.arg(format!("https://{}/api/v1/openapi.json", server.address));
    asking
        .args(["--tls-verify", "false", "--header"])
        .arg(format!("Authorization: Bearer {}", ada.token));
    asking.args(["--phases", "coverage,fuzzing", "--max-examples", "10"]);
    asking.args(["--generation-deterministic", "--exclude-checks", "positive_data_acceptance"]);
    for path in NOT_ASKED {
        asking.arg("--exclude-path").arg(format!("/api/v1{path}"));
    }
    let asked = tokio::task::spawn_blocking(move || asking.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&asked.stdout);
    assert!(asked.status.success(), "{said}");
    assert!(said.contains("Tested: "), "{said}");
}
