//! Remote commands: their streams and their exit codes.

use crate::support::{Home, PASSPHRASE};
use serde_json::json;

#[tokio::test]
async fn streams_and_exit_codes_are_those_of_the_remote_command() {
    let (home, server) = Home::with_machine().await;
    home.trust(&server);
    let run = home.run_with(
        &["exec", "box", "--", "cat;", "echo oops >&2;", "exit 3"],
        "to the far end",
        |c| c,
    );
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (3, "to the far end", "oops\n"));
    assert_eq!(home.run(&["exec", "box", "--", "true"]).code, 0);
    let killed = home.run(&["exec", "box", "--", "kill", "-KILL", "$$"]);
    assert_eq!(killed.code, 137, "{killed:?}");
    let much = home.run(&["exec", "BOX", "--", "seq", "1", "200000"]);
    assert_eq!(much.out.lines().count(), 200_000);
    assert!(much.out.ends_with("\n200000\n"));

    let piped = home.run_with(
        &["--passphrase-stdin", "exec", "box", "--", "wc", "-c"],
        &format!("{PASSPHRASE}\n12345"),
        |c| c.env_remove("PATCHBAY_PASSPHRASE"),
    );
    assert_eq!(piped.out.trim(), "5", "the first line is not the command's: {piped:?}");

    let ids = home.json(&["list", "--json"]);
    let checked =
        home.json(&["call", "status_check", &json!({ "ids": [ids[0]["id"]] }).to_string()]);
    assert_eq!(checked[0]["reachability"], "up", "{checked}");
}

#[tokio::test]
async fn what_nobody_can_decide_is_refused_and_explained() {
    let (home, mut server) = Home::with_machine().await;
    let unknown = home.run(&["exec", "box", "--", "true"]);
    assert_eq!(unknown.code, 255);
    assert!(unknown.err.contains(&server.host_key().fingerprint().unwrap()), "{unknown:?}");
    assert!(unknown.err.contains("patchbay-cli connect"), "{unknown:?}");

    home.trust(&server);
    server.rotate_host_key().await.unwrap();
    let changed = home.run(&["exec", "box", "--", "true"]);
    assert_eq!(changed.code, 255);
    assert!(changed.err.contains("HAS CHANGED"), "{changed:?}");

    server.stop();
    let refused = home.run(&["--json", "exec", "box", "--", "true"]);
    assert_eq!(refused.code, 255);
    let error: serde_json::Value = serde_json::from_str(&refused.err).unwrap();
    assert_eq!(error["code"], "refused");
    let scripted = home.run(&["connect", "box"]);
    assert_eq!(scripted.code, 1);
    assert!(scripted.err.contains("exec"), "{scripted:?}");
}
