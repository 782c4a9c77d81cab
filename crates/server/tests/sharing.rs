#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]
//! Live sessions shared with guests in browsers: the whole server over TLS, a real sshd and a real desktop.

mod support;

use futures_util::{SinkExt as _, StreamExt as _};
use patchbay_session::desktop::{DesktopInput, FromDesktopViewer, Key, ToDesktopViewer};
use patchbay_session::{FromViewer, ToViewer};
use patchbay_testkit::{KeyPair, Sshd, Vnc, moment};
use serde_json::{Value, json};
use std::{process::Command, time::Duration};
use support::{Fixture, Person, Reply, Secured, open, serve_team};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        self, Message, client::IntoClientRequest as _, protocol::frame::coding::CloseCode,
    },
};

const PATIENCE: Duration = Duration::from_secs(20);
/// How soon somebody who may not look any more must see nothing.
const PUT_OUT: Duration = Duration::from_secs(5);
const PASSWORD: &str = "four patch cables humming";

/// A server with Ada, who owns the organisation, and a machine of its with a key.
struct Scene {
    server: Fixture,
    sshd: Sshd,
    key: KeyPair,
    _home: tempfile::TempDir,
}

/// A viewer of a terminal, with all that ever came to it.
struct Viewer {
    socket: WebSocketStream<Secured>,
    shown: Vec<u8>,
    received: Vec<u8>,
}

impl Viewer {
    async fn say(&mut self, message: FromViewer) {
        self.socket.send(Message::Binary(message.encode())).await.unwrap();
    }

    async fn types(&mut self, text: &str) {
        self.say(FromViewer::Input(bytes::Bytes::copy_from_slice(text.as_bytes()))).await;
    }

    /// Waits until the terminal shows something.
    async fn shows(&mut self, text: &str) {
        let is_shown = |all: &[u8], from: usize| {
            let from = from.saturating_sub(text.len());
            all[from..].windows(text.len()).any(|part| part == text.as_bytes())
        };
        let mut looked = 0;
        let seeing = async {
            while !is_shown(&self.shown, looked) {
                looked = self.shown.len();
                let Message::Binary(bytes) = self.socket.next().await.unwrap().unwrap() else {
                    continue;
                };
                self.received.extend(&bytes);
                if let Ok(ToViewer::Output { offset, bytes }) = ToViewer::decode(bytes) {
                    self.shown.extend_from_slice(&bytes);
                    let end = offset + bytes.len() as u64;
                    self.say(FromViewer::Ack(end)).await;
                }
            }
        };
        let seen = tokio::time::timeout(PATIENCE, seeing).await;
        let end = &self.shown[self.shown.len().saturating_sub(300)..];
        assert!(seen.is_ok(), "{text} is not in …{}", String::from_utf8_lossy(end));
    }

    /// Waits until the stream has ended, and says with what.
    async fn ends(&mut self) -> Option<CloseCode> {
        let ending = async {
            loop {
                match self.socket.next().await {
                    None | Some(Err(_)) => return None,
                    Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code),
                    Some(Ok(message)) => self.received.extend(message.into_data()),
                }
            }
        };
        tokio::time::timeout(PUT_OUT, ending).await.expect("it did not end in time")
    }
}

async fn socket(server: &Fixture, headers: &[(&'static str, &str)]) -> WebSocketStream<Secured> {
    let mut request = format!("wss://{}/api/stream", server.address).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    client_async(request, server.connect().await).await.unwrap().0
}

async fn greeted(mut socket: WebSocketStream<Secured>, token: &str) -> Viewer {
    let hello = FromViewer::Hello { resume: 0, token: token.to_owned().into() };
    socket.send(Message::Binary(hello.encode())).await.unwrap();
    Viewer { socket, shown: Vec::new(), received: Vec::new() }
}

/// A guest in a browser who has not signed in.
struct Guest<'a> {
    server: &'a Fixture,
    key: Value,
    id: Value,
    received: Vec<u8>,
}

impl Guest<'_> {
    async fn ask(&mut self, route: &str, mut body: Value) -> Reply {
        if body.get("token").is_none() {
            body["key"] = self.key.clone();
        }
        let origin = self.server.origin();
        let headers = [
            ("Content-Type", "application/json"),
            ("X-Patchbay-Client", "web"),
            ("Origin", origin.as_str()),
        ];
        let line = format!("POST /api/v1/shares/{route}");
        let reply = self.server.ask(&line, &headers, body.to_string().as_bytes()).await;
        self.received.extend(&reply.body);
        reply
    }

    async fn get(&mut self, route: &str, body: Value) -> Value {
        let reply = self.ask(route, body).await;
        assert!(reply.status < 300, "{route}: {} {}", reply.status, reply.text());
        serde_json::from_slice(&reply.body).unwrap_or_default()
    }

    async fn ticket(&mut self) -> String {
        text(&self.get("attach", json!({})).await["token"]).to_owned()
    }

    /// Looks as a page does.
    async fn looks(&mut self) -> Viewer {
        let token = self.ticket().await;
        let origin = self.server.origin();
        greeted(socket(self.server, &[("origin", &origin)]).await, &token).await
    }

    /// How it stands.
    async fn sees(&mut self) -> Value {
        self.get("state", json!({})).await
    }
}

async fn joined<'a>(server: &'a Fixture, token: &Value, name: &str) -> Guest<'a> {
    let mut guest = Guest { server, key: Value::Null, id: Value::Null, received: Vec::new() };
    let joined = guest.get("join", json!({ "token": token, "name": name })).await;
    (guest.key, guest.id) = (joined["key"].clone(), joined["guest"].clone());
    guest
}

async fn scene() -> Scene {
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(home.path(), "shared").unwrap();
    let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    let server = serve_team(&["--allow-destination", "127.0.0.0/8"]).await;
    Scene { server, sshd, key, _home: home }
}

impl Scene {
    /// Sets the server up, and adds a machine.
    async fn ada(&self) -> (Person<'_>, Value, Value) {
        let says = &self.server.started.says;
        let link = says.iter().find_map(|line| line.split_once("/setup#")).unwrap().1;
        let named = json!({ "token": link, "name": "ada", "display": "Ada", "password": PASSWORD, "organisation": "Lab" });
        let mut ada = open(&self.server, "setup", named).await;
        let lab = ada.get("GET /api/v1/me", Value::Null).await["organisations"][0]["id"].clone();
        let draft = json!({ "id": null, "name": "shared key", "user": self.sshd.user(), "kind": "key", "password": null,
            "privateKey": self.key.private, "passphrase": null, "certificate": null, "agentFingerprint": null });
        let identity = ada.rpc("identity_save", json!({ "draft": draft })).await;
        let settings = json!({ "port": self.sshd.port(), "identities": [identity["id"]] });
        let draft = json!({ "name": "web-01", "address": "127.0.0.1", "settings": settings });
        let machine =
            ada.rpc("entry_save", json!({ "id": null, "parent": lab, "draft": draft })).await;
        (ada, lab, machine["id"].clone())
    }

    /// Somebody who joins with this role.
    async fn member(
        &self,
        ada: &mut Person<'_>,
        lab: &Value,
        name: &str,
        role: &str,
    ) -> Person<'_> {
        let path = format!("/api/v1/organisations/{}", text(lab));
        let roles = ada.get(&format!("GET {path}/roles"), Value::Null).await;
        let role = roles.as_array().unwrap().iter().find(|one| one["name"] == role).unwrap();
        let invite = json!({ "role": role["id"], "days": 1 });
        let invitation = ada.get(&format!("POST {path}/invitations"), invite).await;
        let named = json!({ "token": invitation["token"], "name": name, "display": name, "password": PASSWORD });
        open(&self.server, "join", named).await
    }

    fn secrets(&self) -> impl Iterator<Item = &str> {
        let lines = self.key.private.lines().filter(|line| !line.starts_with("-----"));
        // What its two halves begin with is public, and in every key of this kind.
        lines.skip(2).map(|line| &line[..line.len().min(40)]).filter(|line| line.len() > 20)
    }
}

async fn opened(person: &mut Person<'_>, machine: &Value) -> String {
    let target = json!({ "kind": "entry", "id": machine });
    let size = json!({ "cols": 97, "rows": 31, "width": 0, "height": 0 });
    let args = json!({ "target": target, "size": size, "attempt": null });
    let id = person.rpc("session_open", args).await["id"].clone();
    let waiting = async {
        loop {
            let sessions = person.rpc("session_list", json!({})).await;
            let session = sessions.as_array().unwrap().iter().find(|one| one["id"] == id).unwrap();
            let state = session["state"].clone();
            match text(&state["kind"]) {
                "open" => return,
                "hostKey" => {
                    let answer = json!({ "id": id, "answer": { "kind": "trust" } });
                    person.rpc("session_host_key", answer).await;
                }
                "closed" => panic!("{state}"),
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
    text(&id).to_owned()
}

async fn attached(person: &mut Person<'_>, session: &str) -> Viewer {
    let attached = person.rpc("session_attach", json!({ "id": session })).await;
    let bearer = format!("Bearer {}", person.token);
    let socket = socket(person.server, &[("authorization", &bearer)]).await;
    greeted(socket, text(&attached["token"])).await
}

async fn shared(person: &mut Person<'_>, session: &str, may_control: bool, whom: &str) -> Value {
    let wanted = json!({ "mayControl": may_control, "audience": whom, "minutes": 60 });
    person.get(&format!("POST /api/v1/sessions/{session}/shares"), wanted).await
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

async fn verified(mut server: Fixture) {
    server.started.drain.cancel();
    server.started.ended().await;
    // The database is let go of once the last task has ended.
    let data = server.folder.path().to_str().unwrap();
    let verifying = async {
        loop {
            let mut verify = Command::new(env!("CARGO_BIN_EXE_patchbay-server"));
            let said = verify.args(["verify", "--data", data]).output().unwrap();
            if !String::from_utf8_lossy(&said.stderr).contains("is open in another program") {
                return said;
            }
            moment().await;
        }
    };
    let verified = tokio::time::timeout(PATIENCE, verifying).await.unwrap();
    assert!(verified.status.success(), "{verified:?}");
    assert!(String::from_utf8_lossy(&verified.stdout).contains("as they were written"));
}

/// What the log tells of sharing.
fn told_of(log: &Value) -> Vec<String> {
    let entries = log.as_array().unwrap().iter().map(|one| &one["entry"]);
    let told = |entry: &Value| {
        format!("{} {}", text(&entry["action"]), entry["detail"].as_str().unwrap_or_default())
    };
    entries.filter(|one| text(&one["action"]).starts_with("share.")).map(told).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn guests_see_a_terminal_and_only_who_has_control_types_into_it() {
    let scene = scene().await;
    let (mut ada, ..) = scene.ada().await;
    let lab = ada.get("GET /api/v1/me", Value::Null).await["organisations"][0]["id"].clone();
    let rows = ada.rpc("tree_load", json!({})).await;
    let machine = rows["ids"].as_array().unwrap().last().unwrap().clone();
    let mut carol = scene.member(&mut ada, &lab, "carol", "Owner").await;
    let session = opened(&mut carol, &machine).await;
    let mut own = attached(&mut carol, &session).await;
    own.types("state=untouched; echo be''fore\n").await;
    own.shows("before").await;

    let looks = shared(&mut carol, &session, false, "anybody").await;
    let types = shared(&mut carol, &session, true, "anybody").await;
    // What is kept of links is no token.
    let listed = carol.get(&format!("GET /api/v1/sessions/{session}/shares"), Value::Null).await;
    assert_eq!(listed["shares"].as_array().unwrap().len(), 2);
    assert_eq!(listed["organisation"], "Lab");
    assert!(!listed.to_string().contains("pbl_"), "{listed}");
    // Somebody else's session is none, and so is one that is not there.
    let wanted = json!({ "mayControl": true, "audience": "anybody", "minutes": 60 });
    let stolen = ada.ask(&format!("POST /api/v1/sessions/{session}/shares"), wanted).await;
    assert_eq!(stolen.error(), (404, "notFound".to_owned()));

    let path = format!("GET /api/v1/shares/{}", text(&looks["token"]));
    let look = scene.server.ask(&path, &[], b"").await.text();
    assert!(look.contains("carol") && !look.contains("web-01"), "{look}");
    let mut eve = joined(&scene.server, &looks["token"], "Eve").await;
    let mut bob = joined(&scene.server, &types["token"], "Bob").await;
    let mut eve_sees = eve.looks().await;
    let mut bob_sees = bob.looks().await;
    // What was there before they came is there.
    eve_sees.shows("before").await;
    bob_sees.shows("before").await;
    let stands = eve.sees().await;
    assert_eq!((&stands["title"], &stands["owner"]), (&json!("web-01"), &json!("carol")));
    assert_eq!(stands["size"], json!({ "cols": 97, "rows": 31 }));
    let names: Vec<_> =
        stands["guests"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Eve", "Bob"]);

    // Nobody but the owner types, whatever they send.
    for guest in [&mut eve_sees, &mut bob_sees] {
        guest
            .say(FromViewer::Resize(patchbay_model::TerminalSize {
                cols: 9,
                rows: 9,
                width: 0,
                height: 0,
            }))
            .await;
        guest.types("state=broken; echo bro''ken\n").await;
    }
    own.types("echo $state; stty size\n").await;
    own.shows("untouched").await;
    own.shows("31 97").await;
    assert!(!String::from_utf8_lossy(&own.shown).contains("broken"));
    let give = |guest: Value| json!({ "guest": guest });
    let control = format!("POST /api/v1/sessions/{session}/control");
    let refused = carol.ask(&control, give(eve.id.clone())).await;
    assert_eq!(refused.error(), (409, "conflict".to_owned()));

    // Asked for, given: the guest types, and the owner does not.
    bob.get("control", json!({ "wish": "ask" })).await;
    let sessions = carol.rpc("session_list", json!({})).await;
    assert_eq!(sessions[0]["sharing"]["guests"][1]["asks"], true, "{sessions}");
    carol.get(&control, give(bob.id.clone())).await;
    assert_eq!(eve.sees().await["control"], bob.id);
    bob_sees.types("state=helped; echo from-b''ob\n").await;
    for viewer in [&mut own, &mut eve_sees, &mut bob_sees] {
        viewer.shows("from-bob").await;
    }
    own.types("state=lost\n").await;
    eve_sees.types("state=broken\n").await;
    bob_sees.types("echo now-$state\n").await;
    own.shows("now-helped").await;

    // Taken back in the middle of a flood.
    bob_sees.types("n=0\n").await;
    bob_sees.types(&"n=$((n+1))\n".repeat(20_000)).await;
    carol.get(&control, give(Value::Null)).await;
    bob_sees.types("state=again\n").await;
    own.types("echo mine-$state; test $n -lt 20000 && echo cut-sh''ort\n").await;
    own.shows("mine-helped").await;
    own.shows("cut-short").await;

    // A ticket is good once, from the page that asked for it.
    let used = bob.ticket().await;
    let origin = scene.server.origin();
    let mut first = greeted(socket(&scene.server, &[("origin", &origin)]).await, &used).await;
    first.shows("before").await;
    let mut second = greeted(socket(&scene.server, &[("origin", &origin)]).await, &used).await;
    assert_eq!(second.ends().await, Some(CloseCode::Policy));
    for headers in [&[][..], &[("origin", "https://localhost:1"), ("host", "localhost:1")][..]] {
        let ticket = bob.ticket().await;
        let mut request =
            format!("wss://{}/api/stream", scene.server.address).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let connected = client_async(request, scene.server.connect().await).await;
        let Ok((connected, _)) = connected else { panic!("{:?}", connected.err()) };
        assert_eq!(greeted(connected, &ticket).await.ends().await, Some(CloseCode::Policy));
    }
    let mut foreign =
        format!("wss://{}/api/stream", scene.server.address).into_client_request().unwrap();
    foreign.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    let foreign = client_async(foreign, scene.server.connect().await).await;
    assert!(matches!(foreign, Err(tungstenite::Error::Http(answer)) if answer.status() == 403));

    // A link that is taken back takes those along who came by it, and no others.
    let id = text(&looks["share"]["id"]);
    carol.get(&format!("DELETE /api/v1/sessions/{session}/shares/{id}"), Value::Null).await;
    assert_eq!(eve_sees.ends().await, Some(CloseCode::Policy));
    assert_eq!(eve.ask("state", json!({})).await.error().0, 404);
    assert_eq!(eve.ask("attach", json!({})).await.error().0, 404);
    let again = json!({ "token": looks["token"], "name": "Eve" });
    assert_eq!(eve.ask("join", again).await.error().0, 404);
    own.types("echo still-h''ere\n").await;
    bob_sees.shows("still-here").await;

    // The owner of the session is put out of the organisation: everybody is out.
    let carols = carol.get("GET /api/v1/me", Value::Null).await["id"].clone();
    let out = format!("DELETE /api/v1/organisations/{}/members/{}", text(&lab), text(&carols));
    ada.get(&out, Value::Null).await;
    bob_sees.ends().await;
    first.ends().await;
    assert_eq!(bob.ask("state", json!({})).await.error().0, 404);

    // No byte of a guest's held the secret, and the log tells it all.
    for bytes in
        [&eve.received, &eve_sees.received, &bob.received, &bob_sees.received, &first.received]
    {
        let received = String::from_utf8_lossy(bytes);
        assert!(!received.is_empty());
        assert!(scene.secrets().all(|line| !received.contains(line)));
    }
    let expected = [
        "share.create share:",
        "share.join Eve joined session:",
        "share.join Bob joined session:",
        "share.control control to Bob",
        "share.control control back from Bob",
        "share.end the link was taken back",
        "share.leave Eve: the link was taken back",
        "share.leave Bob: its owner may not share it any more",
        "share.end its owner may not share it any more",
    ];
    let mut log = Value::Null;
    let telling = async {
        loop {
            log = ada.get("GET /api/v1/audit?from=1&limit=500", Value::Null).await;
            let told = told_of(&log);
            if expected.iter().all(|one| told.iter().any(|told| told.starts_with(one))) {
                return;
            }
        }
    };
    let told = tokio::time::timeout(PUT_OUT, telling).await;
    assert!(told.is_ok(), "{:#?}", told_of(&log));
    let joins = log.as_array().unwrap().iter().filter(|one| one["entry"]["action"] == "share.join");
    assert!(
        joins.clone().count() == 2
            && joins.into_iter().all(|one| one["entry"]["address"] == "127.0.0.1")
    );
    assert!(!log.to_string().contains("pbl_") && !log.to_string().contains("pbg_"));
    drop(carol);
    verified(scene.server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_who_shows_nothing_holds_nobody_up() {
    let scene = scene().await;
    let (mut ada, _, machine) = scene.ada().await;
    let session = opened(&mut ada, &machine).await;
    let mut own = attached(&mut ada, &session).await;
    let link = shared(&mut ada, &session, false, "anybody").await;
    let mut eve = joined(&scene.server, &link["token"], "Eve").await;
    // It acknowledges nothing, and reads nothing.
    let mut eve_sees = eve.looks().await;
    own.types("seq 1 500000; echo do''ne\n").await;
    own.shows("done").await;
    // And says more than anybody can.
    for _ in 0..2_000 {
        eve_sees.say(FromViewer::Ack(1)).await;
        eve_sees.types("exit\n").await;
    }
    own.types("echo qu''ick\n").await;
    own.shows("quick").await;
    // Once it reads, it gets to where the others are.
    eve_sees.shows("quick").await;
    // Ended: at once, for good.
    ada.get(&format!("DELETE /api/v1/sessions/{session}/shares"), Value::Null).await;
    assert_eq!(eve_sees.ends().await, Some(CloseCode::Policy));
    let state = eve.ask("state", json!({})).await;
    assert!(state.text().contains("The sharing was ended."), "{}", state.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joined_by_an_account_is_out_with_it() {
    let scene = scene().await;
    let (mut ada, lab, machine) = scene.ada().await;
    let mut bob = scene.member(&mut ada, &lab, "bob", "Viewer").await;
    let session = opened(&mut ada, &machine).await;
    let link = shared(&mut ada, &session, false, "organisation").await;
    let mut nobody =
        Guest { server: &scene.server, key: Value::Null, id: Value::Null, received: Vec::new() };
    let token = json!({ "token": link["token"], "name": "Nobody" });
    assert_eq!(nobody.ask("join", token.clone()).await.error(), (403, "notAllowed".to_owned()));
    let joined = bob.get("POST /api/v1/shares/join", token).await;
    let key = json!({ "key": joined["key"] });
    let ticket = bob.get("POST /api/v1/shares/attach", key.clone()).await;
    let mut sees = greeted(socket(&scene.server, &[]).await, text(&ticket["token"])).await;
    let mut own = attached(&mut ada, &session).await;
    own.types("echo he''re\n").await;
    sees.shows("here").await;
    let bobs = bob.get("GET /api/v1/me", Value::Null).await["id"].clone();
    ada.get(
        &format!("DELETE /api/v1/organisations/{}/members/{}", text(&lab), text(&bobs)),
        Value::Null,
    )
    .await;
    assert_eq!(sees.ends().await, Some(CloseCode::Policy));
    assert_eq!(bob.ask("POST /api/v1/shares/state", key).await.status, 404);
    assert_eq!(ada.rpc("session_list", json!({})).await[0]["sharing"]["guests"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_is_seen_and_only_touched_by_who_has_control() {
    let scene = scene().await;
    let (mut ada, lab, _) = scene.ada().await;
    let vnc = Vnc::builder("VncAuth").start().await.unwrap();
    let draft = json!({ "id": null, "name": "wall", "user": null, "kind": "password", "password": "test",
        "privateKey": null, "passphrase": null, "certificate": null, "agentFingerprint": null });
    let identity = ada.rpc("identity_save", json!({ "draft": draft })).await;
    let settings = json!({ "port": vnc.port(), "identities": [identity["id"]] });
    let draft =
        json!({ "name": "wall", "protocol": "vnc", "address": "127.0.0.1", "settings": settings });
    let machine = ada.rpc("entry_save", json!({ "id": null, "parent": lab, "draft": draft })).await;
    let session = opened(&mut ada, &machine["id"]).await;
    let link = shared(&mut ada, &session, true, "anybody").await;
    let mut eve = joined(&scene.server, &link["token"], "Eve").await;
    let stands = eve.sees().await;
    assert!(stands["desktop"].is_object() && stands["size"].is_null(), "{stands}");
    let mut eve_sees = eve.looks().await;
    // A whole picture comes.
    let seeing = async {
        loop {
            let Message::Binary(bytes) = eve_sees.socket.next().await.unwrap().unwrap() else {
                continue;
            };
            if let Ok(ToDesktopViewer::FrameEnd(_)) = ToDesktopViewer::decode(bytes) {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, seeing).await.unwrap();
    let pointer = |x, y| {
        let buttons = patchbay_session::desktop::Buttons::default();
        FromDesktopViewer::Input(DesktopInput::Pointer { x, y, buttons }).encode().unwrap()
    };
    let at = || {
        let said = vnc.run("xdotool", &["getmouselocation"]).unwrap();
        said.split(' ').take(2).collect::<Vec<_>>().join(" ")
    };
    let moves = async |viewer: &mut Viewer, x: u16, y: u16| {
        viewer.socket.send(Message::Binary(pointer(x, y))).await.unwrap();
    };
    let until = async |x: u16, y: u16| {
        let wanted = format!("x:{x} y:{y}");
        let moving = async {
            while at() != wanted {
                moment().await;
            }
        };
        let moved = tokio::time::timeout(PATIENCE, moving).await;
        assert!(moved.is_ok(), "{} and not {wanted}", at());
    };
    let mut own = attached(&mut ada, &session).await;
    moves(&mut own, 30, 40).await;
    until(30, 40).await;
    let key = Key { keysym: 0x61, scancode: 0x1E, down: true };
    let typed = FromDesktopViewer::Input(DesktopInput::Key(key)).encode().unwrap();
    eve_sees.socket.send(Message::Binary(typed)).await.unwrap();
    moves(&mut eve_sees, 111, 99).await;
    moves(&mut own, 31, 41).await;
    until(31, 41).await;
    let control = format!("POST /api/v1/sessions/{session}/control");
    ada.get(&control, json!({ "guest": eve.id })).await;
    moves(&mut own, 5, 5).await;
    moves(&mut eve_sees, 120, 130).await;
    until(120, 130).await;
    ada.get(&control, json!({ "guest": null })).await;
    moves(&mut eve_sees, 1, 1).await;
    moves(&mut own, 50, 60).await;
    until(50, 60).await;
    // Closing the session ends it.
    ada.rpc("session_close", json!({ "id": session })).await;
    eve_sees.ends().await;
    assert_eq!(eve.ask("state", json!({})).await.error().0, 404);
}
