//! Files between a member's computer and machines of the server: it connects, and this computer speaks SFTP with them.

use super::{PUT_OUT, ada, joined, serve, ssh_machine, text};
use crate::support::{Person, Reply, desktop::Desktop, serve_again};
use patchbay_model::ErrorCode;
use patchbay_testkit::{KeyPair, Sshd, moment, noise};
use serde_json::{Value, json};
use std::{fs, path::PathBuf, time::Duration};
use tokio::io::AsyncWriteExt as _;

impl Desktop {
    /// Opens the files of a machine, and trusts its key if that is asked.
    async fn files(&self, machine: &Value) -> Value {
        let size = json!({ "cols": 80, "rows": 24, "width": 0, "height": 0 });
        let target = json!({ "kind": "files", "id": machine });
        let open = json!({ "target": target, "size": size, "attempt": null });
        let session = self.get("session_open", open).await;
        self.opens(&session).await;
        session
    }

    async fn copies(&self, from: (&Value, &str), to: (&Value, &str)) -> Value {
        let args = json!({ "from": from.0, "paths": [from.1], "to": to.0, "folder": to.1, "conflict": "overwrite" });
        self.get("files_copy", args).await
    }

    async fn task(&self, id: &Value) -> Value {
        let all = self.get("task_list", json!({})).await;
        all.as_array().unwrap().iter().find(|one| one["id"] == *id).unwrap().clone()
    }

    /// Waits until a task is done, and gives how it stands.
    async fn done(&self, task: &Value) {
        self.until("the end of a task", async |me| {
            let now = me.task(&task["id"]).await;
            assert_ne!(now["state"]["kind"], "failed", "{now}");
            now["state"]["kind"] == "done"
        })
        .await;
    }

    /// Where the copy of a file that is edited lies.
    fn edited(&self, edit: &Value) -> PathBuf {
        let id = serde_json::from_value(edit["id"].clone()).unwrap();
        self.ctx.core.files().edit_local(id).unwrap()
    }
}

fn machine(session: &Value) -> Value {
    json!({ "kind": "machine", "session": session["id"] })
}

fn here() -> Value {
    json!({ "kind": "here" })
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_between_this_computer_and_a_machine_of_the_server() {
    let (server, token, lab) = serve().await;
    let mut ada = ada(&server, &token);
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(home.path(), "shared").unwrap();
    let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    ssh_machine(&mut ada, &lab, "web-01", (&sshd, &key), Value::Null).await;
    let bob = joined(&server, &token, &lab, "Operator").await;
    let web = bob.node("web-01").await;
    let (mine, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (local, remote) = (mine.path().to_str().unwrap(), theirs.path().to_str().unwrap());
    let long = noise(20 << 20, 7);
    fs::create_dir_all(mine.path().join("tree/deeper")).unwrap();
    fs::write(mine.path().join("tree/long"), &long).unwrap();
    fs::write(mine.path().join("tree/deeper/small"), b"hello").unwrap();

    let session = bob.files(&web).await;
    let up = bob.copies((&here(), &format!("{local}/tree")), (&machine(&session), remote)).await;
    assert_eq!(up["kind"], "upload");
    bob.done(&up).await;
    assert!(fs::read(theirs.path().join("tree/long")).unwrap() == long);
    assert_eq!(fs::read(theirs.path().join("tree/deeper/small")).unwrap(), b"hello");
    let verified = bob.get("task_verify", json!({ "id": up["id"] })).await;
    bob.done(&verified).await;

    // Back again by a task that outlives the tab, with a connection of its own at the server.
    bob.get("session_close", json!({ "id": session["id"] })).await;
    let session = bob.files(&web).await;
    let down =
        bob.copies((&machine(&session), &format!("{remote}/tree/long")), (&here(), local)).await;
    bob.get("session_close", json!({ "id": session["id"] })).await;
    bob.done(&down).await;
    assert!(fs::read(mine.path().join("long")).unwrap() == long);
    bob.until("no session that is left over", async |me| {
        me.get("session_list", json!({})).await == json!([])
    })
    .await;
    bob.never_saw(&key.private);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_goes_on_when_the_server_lost_the_machine() {
    let (server, token, lab) = serve().await;
    let mut ada = ada(&server, &token);
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(home.path(), "shared").unwrap();
    let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    ssh_machine(&mut ada, &lab, "web-01", (&sshd, &key), Value::Null).await;
    let bob = joined(&server, &token, &lab, "Operator").await;
    let session = bob.files(&bob.node("web-01").await).await;
    let (mine, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let long = noise(96 << 20, 7);
    fs::write(mine.path().join("long"), &long).unwrap();
    let path = mine.path().join("long");
    let up = bob
        .copies(
            (&here(), path.to_str().unwrap()),
            (&machine(&session), theirs.path().to_str().unwrap()),
        )
        .await;
    bob.until("some of it", async |me| me.task(&up["id"]).await["bytesDone"].as_f64() > Some(4e6))
        .await;
    sshd.drop_sessions();
    bob.done(&up).await;
    assert!(fs::read(theirs.path().join("long")).unwrap() == long);
    assert_eq!(fs::read_dir(theirs.path()).unwrap().count(), 1, "nothing is left of the first try");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_machine_of_the_server_is_edited_here() {
    let (server, token, lab) = serve().await;
    let mut ada = ada(&server, &token);
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(home.path(), "shared").unwrap();
    let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    ssh_machine(&mut ada, &lab, "web-01", (&sshd, &key), Value::Null).await;
    let bob = joined(&server, &token, &lab, "Operator").await;
    let session = bob.files(&bob.node("web-01").await).await;
    let theirs = tempfile::tempdir().unwrap();
    let path = theirs.path().join("motd");
    fs::write(&path, b"before").unwrap();
    let args = json!({ "place": machine(&session), "path": path.to_str().unwrap() });
    let edit = bob.get("files_edit", args).await;
    assert_eq!((&edit["machine"], &edit["name"]), (&json!("web-01"), &json!("motd")));
    let copy = bob.edited(&edit);
    assert_eq!(fs::read(&copy).unwrap(), b"before");
    fs::write(&copy, b"after").unwrap();
    bob.until("the upload", async |_| fs::read(&path).unwrap() == b"after").await;
    bob.until("that it is saved", async |me| {
        me.get("edit_list", json!({})).await[0]["state"]["kind"] == "saved"
    })
    .await;
    bob.get("edit_stop", json!({ "id": edit["id"], "discard": false })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_put_out_copies_no_further() {
    let (server, token, lab) = serve().await;
    let mut ada = ada(&server, &token);
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(home.path(), "shared").unwrap();
    let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    ssh_machine(&mut ada, &lab, "web-01", (&sshd, &key), Value::Null).await;
    let bob = joined(&server, &token, &lab, "Operator").await;
    let session = bob.files(&bob.node("web-01").await).await;
    let (mine, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = mine.path().join("long");
    fs::write(&path, noise(256 << 20, 7)).unwrap();
    let to = theirs.path().to_str().unwrap();
    let up = bob.copies((&here(), path.to_str().unwrap()), (&machine(&session), to)).await;
    bob.until("some of it", async |me| me.task(&up["id"]).await["bytesDone"].as_f64() > Some(4e6))
        .await;
    let member = bob.workspaces().await[0]["account"]["id"].clone();
    let member = format!("DELETE /api/v1/organisations/{lab}/members/{}", text(&member));
    ada.get(&member, Value::Null).await;
    let stopped = bob.until("its end", async |me| {
        let now = me.task(&up["id"]).await;
        assert_ne!(now["state"]["kind"], "done", "{now}");
        ["failed", "paused"].contains(&text(&now["state"]["kind"]))
    });
    tokio::time::timeout(PUT_OUT, stopped).await.unwrap();
    assert!(!theirs.path().join("long").exists());
    let more = json!({ "from": here(), "paths": [path], "to": machine(&session), "folder": to, "conflict": "skip" });
    assert_eq!(bob.refused("files_copy", more).await.code, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_a_server_that_was_started_anew_is_lost_and_no_tab_is_closed() {
    let (server, token, lab) = serve().await;
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(home.path(), "shared").unwrap();
    let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    ssh_machine(&mut ada(&server, &token), &lab, "web-01", (&sshd, &key), Value::Null).await;
    let bob = joined(&server, &token, &lab, "Operator").await;
    let web = bob.node("web-01").await;
    let session = bob.files(&web).await["id"].clone();
    let _server = serve_again(server).await;
    let heard = |wanted: &str| {
        let events = bob.events.lock().unwrap();
        let events = events.iter().map(|event| serde_json::to_value(event).unwrap());
        events
            .filter(|event| event["kind"] == wanted)
            .map(|event| event["id"].clone())
            .collect::<Vec<_>>()
    };
    bob.until("that it is lost", async |_| heard("sessionLost") == [session.clone()]).await;
    assert_eq!(heard("sessionGone"), Vec::<Value>::new());
    assert_eq!(bob.get("session_list", json!({})).await, json!([]));
    assert_ne!(bob.files(&web).await["id"], session);
}

/// The files of a machine that somebody has open at the server, for requests without a desktop.
struct Script<'a> {
    person: Person<'a>,
    session: Value,
}

impl Script<'_> {
    async fn open(person: Person<'_>, machine: Value) -> Script<'_> {
        let mut person = person;
        let size = json!({ "cols": 80, "rows": 24, "width": 0, "height": 0 });
        let target = json!({ "kind": "files", "id": machine });
        let open = json!({ "target": target, "size": size, "attempt": null });
        let session = person.rpc("session_open", open).await;
        let waiting = async {
            loop {
                let all = person.rpc("session_list", json!({})).await;
                match text(&all[0]["state"]["kind"]) {
                    "open" => return,
                    "hostKey" => {
                        let answer = json!({ "id": session["id"], "answer": { "kind": "trust" } });
                        // Whoever asks twice is told that it is decided.
                        let _decided = person.ask("POST /api/rpc/session_host_key", answer).await;
                    }
                    "closed" => panic!("{all}"),
                    _ => {}
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap();
        Script { person, session }
    }

    async fn ask(&self, verb: &str, query: &str, body: &[u8]) -> Reply {
        let bearer = format!("Bearer {}", self.person.token);
        let line = format!("{verb} /api/v1/sessions/{}/file{query}", text(&self.session["id"]));
        self.person.server.ask(&line, &[("Authorization", &bearer)], body).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_sent_and_fetched_over_http_whatever_it_is_called_and_however_long() {
    let (server, token, lab) = serve().await;
    let mut ada = ada(&server, &token);
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(home.path(), "shared").unwrap();
    let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    let web = ssh_machine(&mut ada, &lab, "web-01", (&sshd, &key), Value::Null).await;
    let script = Script::open(ada, web["id"].clone()).await;
    let theirs = tempfile::tempdir().unwrap();
    let folder = theirs.path().to_str().unwrap();
    let long = noise(8 << 20, 7);

    let query = format!("?path={folder}/b%C3%A4r%20%22%3B.bin");
    let sent = script.ask("PUT", &query, &long).await;
    assert_eq!((sent.status, sent.text().as_str()), (200, r#"{"size":8388608.0}"#));
    let there = theirs.path().join("b\u{e4}r \";.bin");
    assert!(fs::read(&there).unwrap() == long);
    let fetched = script.ask("GET", &query, b"").await;
    assert_eq!((fetched.status, fetched.header("content-length")), (200, "8388608"));
    let named = "attachment; filename*=UTF-8''b%C3%A4r%20%22%3B.bin";
    assert_eq!(fetched.header("content-disposition"), named);
    assert_eq!(fetched.header("content-type"), "application/octet-stream");
    assert!(fetched.body == long);

    // What is there is left alone unless it is to be replaced.
    assert_eq!(script.ask("PUT", &query, b"new").await.error(), (409, "conflict".to_owned()));
    assert!(fs::read(&there).unwrap() == long);
    assert_eq!(script.ask("PUT", &format!("{query}&replace=true"), b"new").await.status, 200);
    assert_eq!(fs::read(&there).unwrap(), b"new");
    assert_eq!(script.ask("PUT", &format!("?path={folder}/empty"), b"").await.status, 200);
    assert_eq!(fs::read(theirs.path().join("empty")).unwrap(), b"");

    // What breaks off leaves nothing.
    let bearer = format!("Bearer {}", script.person.token);
    let line =
        format!("PUT /api/v1/sessions/{}/file?path={folder}/half", text(&script.session["id"]));
    let headers = [("Authorization", bearer.as_str()), ("Content-Length", "1000000")];
    let mut stream = server.connect().await;
    stream.write_all(&server.request(&line, &headers, b"")).await.unwrap();
    stream.write_all(&long[..500_000]).await.unwrap();
    let part = async || loop {
        let names = fs::read_dir(theirs.path()).unwrap().map(|one| one.unwrap().file_name());
        let parts = names.filter(|name| name.to_string_lossy().contains(".part-")).count();
        if parts == 1 {
            return;
        }
        moment().await;
    };
    tokio::time::timeout(Duration::from_secs(30), part()).await.unwrap();
    drop(stream);
    let clean = async {
        while fs::read_dir(theirs.path()).unwrap().count() != 2 {
            moment().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), clean).await.unwrap();

    for (verb, query, status) in [
        ("GET", String::new(), 400),
        ("GET", "?path=".to_owned(), 400),
        ("GET", format!("?path={folder}"), 400),
        ("GET", format!("?path={folder}/nothing"), 404),
        ("GET", format!("?path={folder}/empty&x=1"), 400),
        ("PUT", format!("?path={folder}"), 400),
        ("PUT", format!("?path={folder}/none/deeper"), 404),
    ] {
        let refused = script.ask(verb, &query, b"").await;
        assert_eq!(refused.error().0, status, "{verb} {query}");
    }
    let Script { person: mut ada, .. } = script;
    let log = ada.get("GET /api/v1/audit/entries?action=files.upload", Value::Null).await;
    let entries = log["entries"].as_array().unwrap();
    assert_eq!((entries.len(), &entries[0]["objectName"]), (3, &json!("web-01")), "{log}");
    assert_eq!(entries[0]["entry"]["detail"], format!("{folder}/empty"));
    ada.get("GET /api/v1/audit/entries?action=files.download", Value::Null).await["entries"][0]["seq"]
        .as_f64()
        .unwrap();
}
