//! Tunnels through machines of a team server: this computer listens, the server connects, over a real sshd.

use super::{PATIENCE, PUT_OUT, ada, joined, serve, ssh_machine, text};
use crate::support::{desktop::Desktop, serve_again};
use patchbay_model::{ErrorCode, TunnelId};
use patchbay_testkit::{KeyPair, Sshd, noise};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// Says everything again, but only once all of it was heard.
async fn parrot() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut heard = Vec::new();
                let _ = stream.read_to_end(&mut heard).await;
                let _ = stream.write_all(&heard).await;
            });
        }
    });
    port
}

fn tunnel(kind: &str, to: Option<u16>) -> Value {
    let to = to.map(|port| json!({ "kind": "port", "address": "127.0.0.1", "port": port }));
    json!({ "id": TunnelId::new(), "name": "", "kind": kind, "to": to, "withSession": false,
        "listen": { "kind": "port", "address": "127.0.0.1", "port": 0 } })
}

impl Desktop {
    async fn starts(&self, machine: &Value, tunnel: &Value) -> Value {
        self.get("tunnel_start_new", json!({ "entry": machine, "tunnel": tunnel })).await
    }

    /// How a tunnel stands.
    async fn tunnel(&self, machine: &Value, id: &Value) -> Value {
        let all = self.get("tunnel_list", json!({ "entry": machine })).await;
        let all = all["tunnels"].as_array().unwrap();
        all.iter().find(|one| one["tunnel"]["id"] == *id).cloned().unwrap_or_default()
    }

    /// Waits until a tunnel carries connections, trusting the machine's key meanwhile; its port.
    async fn carries(&self, machine: &Value, tunnel: &Value) -> u16 {
        let id = &tunnel["id"];
        self.until("a tunnel", async |me| {
            let asked = me.get("session_list", json!({})).await;
            for one in asked.as_array().unwrap() {
                if one["state"]["kind"] == "hostKey" {
                    let answer = json!({ "id": one["id"], "answer": { "kind": "trust" } });
                    // Whoever asks twice is told that it is decided.
                    let _decided = me.ask("session_host_key", answer).await;
                }
            }
            me.tunnel(machine, id).await["state"]["kind"] == "running"
        })
        .await;
        let listening = self.tunnel(machine, id).await["listening"][0].clone();
        text(&listening).rsplit_once(':').unwrap().1.parse().unwrap()
    }
}

async fn said_again(mut stream: TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut heard = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut heard)).await.unwrap().unwrap();
    assert!(heard == bytes, "{} bytes of {}", heard.len(), bytes.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn tunnels_lead_through_machines_of_the_server_until_somebody_is_put_out() {
    let (server, token, lab) = serve().await;
    let mut ada = ada(&server, &token);
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(home.path(), "shared").unwrap();
    let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    ssh_machine(&mut ada, &lab, "web-01", (&sshd, &key), Value::Null).await;
    let bob = joined(&server, &token, &lab, "Operator").await;
    let web = bob.node("web-01").await;
    let far = parrot().await;

    let local = tunnel("local", Some(far));
    bob.starts(&web, &local).await;
    let port = bob.carries(&web, &local).await;
    let long = noise(3 << 20, 5);
    for bytes in [&b"hello"[..], &long] {
        said_again(TcpStream::connect(("127.0.0.1", port)).await.unwrap(), bytes).await;
    }
    bob.until("that all is counted", async |me| {
        let now = me.tunnel(&web, &local["id"]).await;
        let counted = [&now["total"], &now["open"]] == [&json!(2), &json!(0)];
        counted && now["up"] == now["down"] && now["up"].as_f64() > Some(3e6)
    })
    .await;

    // Wherever a program asks for, by the same connection of the server's with the machine.
    let dynamic = tunnel("dynamic", None);
    bob.starts(&web, &dynamic).await;
    let socks = bob.carries(&web, &dynamic).await;
    let asks = async |to: u16| {
        let mut stream = TcpStream::connect(("127.0.0.1", socks)).await.unwrap();
        let asked = [&[5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1][..], &to.to_be_bytes()].concat();
        stream.write_all(&asked).await.unwrap();
        let mut answer = [0; 12];
        timeout(PATIENCE, stream.read_exact(&mut answer)).await.unwrap().unwrap();
        (answer[3], stream)
    };
    let (answer, stream) = asks(far).await;
    assert_eq!(answer, 0);
    said_again(stream, b"by name").await;
    assert_eq!(asks(1).await.0, 5, "nobody listens there");
    let problem = bob.tunnel(&web, &dynamic["id"]).await["problem"].clone();
    assert!(text(&problem).starts_with("web-01 did not connect to 127.0.0.1:1: "), "{problem}");
    assert_eq!(sshd.log().matches("Accepted publickey").count(), 1);

    let remote = json!({ "entry": web, "tunnel": tunnel("remote", Some(far)) });
    let refused = bob.refused("tunnel_start_new", remote).await;
    assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::Invalid, Some("kind")));

    // One that is stopped gives its port back; the others go on.
    let stop = json!({ "entry": web, "tunnel": local["id"] });
    bob.get("tunnel_stop", stop).await;
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    let (answer, mut open) = asks(far).await;
    assert_eq!(answer, 0);

    let member = bob.workspaces().await[0]["account"]["id"].clone();
    let member = format!("DELETE /api/v1/organisations/{lab}/members/{}", text(&member));
    ada.get(&member, Value::Null).await;
    let ended = timeout(PUT_OUT, open.read(&mut [0; 1])).await.unwrap();
    assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
    bob.until("an end of all of them", async |me| {
        me.get("tunnel_started", json!({})).await == json!([])
            || TcpStream::connect(("127.0.0.1", socks)).await.is_err()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_keeps_with_a_machine_is_started_and_says_when_the_server_was_started_anew()
{
    let (server, token, lab) = serve().await;
    let home = tempfile::tempdir().unwrap();
    let key = KeyPair::ed25519(home.path(), "shared").unwrap();
    let sshd = Sshd::builder().authorized_key(&key.public).start().await.unwrap();
    let mut ada_here = ada(&server, &token);
    let web =
        ssh_machine(&mut ada_here, &lab, "web-01", (&sshd, &key), Value::Null).await["id"].clone();
    let far = parrot().await;
    let kept = tunnel("local", Some(far));
    let mut detail = ada_here.rpc("node_get", json!({ "id": web })).await;
    let mut draft = detail["entry"].take();
    draft["tunnels"] = json!([kept]);
    let save = json!({ "id": web, "parent": lab, "draft": draft });
    ada_here.rpc("entry_save", save).await;

    let bob = joined(&server, &token, &lab, "Operator").await;
    let shown = bob.tunnel(&web, &kept["id"]).await;
    assert_eq!((&shown["saved"], &shown["state"]["kind"]), (&json!(true), &json!("stopped")));
    bob.get("tunnel_start_all", json!({ "entry": web })).await;
    let port = bob.carries(&web, &kept).await;
    said_again(TcpStream::connect(("127.0.0.1", port)).await.unwrap(), b"kept").await;

    // Where a reason is asked for, it is asked of whoever starts one, and stands in the log.
    bob.get("tunnel_stop_all", json!({ "entry": web })).await;
    let rules = json!({ "askReason": 5, "record": "off", "keepDays": 0, "keepOffline": true, "direct": false });
    ada_here.get(&format!("PUT /api/v1/organisations/{lab}/policy"), rules).await;
    bob.until("that a reason is asked for", async |me| {
        let start = json!({ "entry": web, "tunnel": kept["id"] });
        let asked = me.ask("tunnel_start", start).await;
        me.get("tunnel_stop_all", json!({ "entry": web })).await;
        asked.is_err_and(|error| error.code == ErrorCode::NeedsReason)
    })
    .await;
    let why = "the database is slow";
    bob.get("tunnel_start_all", json!({ "entry": web, "reason": why })).await;
    bob.carries(&web, &kept).await;
    let log = ada_here.get("GET /api/v1/audit/entries", Value::Null).await.to_string();
    assert!(log.contains(why), "{log}");

    let server = serve_again(server).await;
    let mut ada = super::ada(&server, &token);
    let rules = json!({ "askReason": 0, "record": "off", "keepDays": 0, "keepOffline": true, "direct": false });
    ada.get(&format!("PUT /api/v1/organisations/{lab}/policy"), rules).await;
    bob.until("that it has ended", async |me| {
        me.tunnel(&web, &kept["id"]).await["state"]["kind"] == "failed"
    })
    .await;
    bob.stands("connected").await;
    bob.get("tunnel_start", json!({ "entry": web, "tunnel": kept["id"] })).await;
    let port = bob.carries(&web, &kept).await;
    said_again(TcpStream::connect(("127.0.0.1", port)).await.unwrap(), b"again").await;

    // The port is this computer's, whatever becomes of the server.
    server.started.drain.cancel();
    bob.stands("offline").await;
    bob.get("tunnel_stop", json!({ "entry": web, "tunnel": kept["id"] })).await;
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}
