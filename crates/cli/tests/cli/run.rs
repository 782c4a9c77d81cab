//! A command on many machines.

use crate::support::{Home, program};
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

/// Four machines on one server: three in the folder Web, one of them tagged; and one nobody knows the key of.
async fn fleet() -> (Home, patchbay_testkit::Sshd, patchbay_testkit::Sshd) {
    let (home, server) = Home::with_machine().await;
    home.trust(&server);
    let key = std::fs::read_to_string(home.dir.path().join("id")).unwrap();
    let folder = home.add_folder("Web").await;
    for (name, tag) in [("web-1", ""), ("web-2", "spare"), ("web-3", "")] {
        home.add_in(name, &server, &key, Some(folder), tag).await;
    }
    let stranger = patchbay_testkit::Sshd::builder().start().await.unwrap();
    home.add_in("stranger", &stranger, &key, None, "").await;
    (home, server, stranger)
}

#[tokio::test]
async fn lines_are_named_grouped_or_json_and_the_exit_code_tells() {
    let (home, _server, _stranger) = fleet().await;
    let run = home.run(&["run", "--on", "Web", "--", "echo hi; echo oops >&2"]);
    assert_eq!(run.code, 0, "{run:?}");
    let mut lines: Vec<&str> = run.out.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["web-1 | hi", "web-2 | hi", "web-3 | hi"]);
    assert!(run.err.contains("web-2 | oops\n"), "{run:?}");

    let grouped =
        home.run(&["run", "--on", "Web", "--concurrency", "1", "--group", "--", "printf", "a"]);
    assert_eq!(grouped.code, 0, "{grouped:?}");
    assert!(grouped.out.contains("== 3 machines, exit 0: web-1, web-2, web-3\na\n"), "{grouped:?}");

    let failed = home.run(&["run", "--on", "tag:spare", "--on", "web-1", "--", "exit 7"]);
    assert_eq!((failed.code, failed.out.as_str()), (3, ""), "{failed:?}");
    assert!(failed.err.contains("web-2: exit 7"), "{failed:?}");

    let json = home.run(&["--json", "run", "--on", "web-1", "--on", "stranger", "--", "echo", "x"]);
    assert_eq!(json.code, 255, "{json:?}");
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["machines"][0]["stdout"], "x\n");
    assert_eq!(json["machines"][1]["machine"], "stranger");
    assert_eq!(json["machines"][1]["state"]["what"], "hostKeyUnknown");

    let slow = home.run(&["run", "--on", "web-1", "--timeout", "1", "--", "exec sleep 60"]);
    assert_eq!(slow.code, 255, "{slow:?}");
    assert!(slow.err.contains("took too long"), "{slow:?}");
    let unknown = home.run(&["run", "--on", "web", "--", "true"]);
    assert_eq!(unknown.code, 1, "{unknown:?}");
    assert!(unknown.err.contains("No folder, tag or machine"), "{unknown:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_stops_all() {
    let (home, _server, _stranger) = fleet().await;
    let mut child = Command::new(program())
        .args(["run", "--on", "Web", "--", "echo on; exec sleep 300"])
        .envs(home.environment())
        .env_remove("SSH_AUTH_SOCK")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    assert_eq!(out.lines().take(3).count(), 3, "all of them run");
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130), "{ended:?}");
    assert!(String::from_utf8(ended.stderr).unwrap().contains("web-3: stopped"));
}
