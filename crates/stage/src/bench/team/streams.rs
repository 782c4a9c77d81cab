//! 2,000 streams in use and 10,000 that wait, on one server. The far end is an echo of this process's own: no machine
//! could be told apart from the server otherwise.

use crate::{
    Error,
    bench::{
        connections,
        figure::{Better, Figure, percentile},
        memory,
        peers::Login,
        session,
    },
    team::{Person, Server},
};
use futures_util::{SinkExt as _, StreamExt as _};
use patchbay_session::{FromViewer, ToViewer};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::{
    io::copy,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

/// Sessions of each person: as many as one may have.
const SESSIONS: usize = 1000;
/// Streams of a session that is in use, and of one that waits.
const ACTIVE: usize = 2;
const IDLE: usize = 10;
/// How often a key is pressed in each session in use, and for how long.
const EVERY: Duration = Duration::from_secs(1);
const FOR: Duration = Duration::from_secs(15);

/// A session's bytes over the server's WebSocket.
pub(crate) struct Stream {
    socket: WebSocketStream<TcpStream>,
    tail: Vec<u8>,
}

impl Stream {
    pub(crate) async fn attach(port: u16, person: &mut Person, id: &Value) -> Result<Self, Error> {
        let attached = person.rpc("session_attach", json!({ "id": id })).await?;
        let token = attached.get("token").and_then(Value::as_str).ok_or("no ticket")?.to_owned();
        let tcp = TcpStream::connect(("127.0.0.1", port)).await?;
        tcp.set_nodelay(true)?;
        let mut request = "ws://localhost/api/stream".into_client_request()?;
        let bearer = format!("Bearer {}", person.token).parse()?;
        request.headers_mut().append("authorization", bearer);
        let (mut socket, _) = client_async(request, tcp).await?;
        let hello = FromViewer::Hello { resume: 0, token: token.into() };
        socket.send(Message::Binary(hello.encode())).await?;
        Ok(Self { socket, tail: Vec::new() })
    }

    pub(crate) async fn type_in(&mut self, text: &str) -> Result<(), Error> {
        let input = FromViewer::Input(text.as_bytes().to_vec().into());
        Ok(self.socket.send(Message::Binary(input.encode())).await?)
    }

    /// Reads until this came, and forgets everything.
    pub(crate) async fn until(&mut self, text: &str) -> Result<(), Error> {
        while !self.tail.windows(text.len()).any(|piece| piece == text.as_bytes()) {
            let Message::Binary(bytes) = self.socket.next().await.ok_or("hung up")?? else {
                continue;
            };
            if let ToViewer::Output { offset, bytes } = ToViewer::decode(bytes)? {
                let ack = FromViewer::Ack(offset + u64::try_from(bytes.len())?);
                self.socket.send(Message::Binary(ack.encode())).await?;
                self.tail.extend_from_slice(&bytes);
                let surplus = self.tail.len().saturating_sub(4096);
                self.tail.drain(..surplus);
            }
        }
        self.tail.clear();
        Ok(())
    }
}

pub(crate) async fn take() -> Result<Vec<Figure>, Error> {
    let echo = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = echo.local_addr()?.port();
    tokio::spawn(echoes(echo));
    let server = Server::start(None).await?;
    let (mut owner, lab) = server.set_up().await?;
    let mut member = server.join(&mut owner, &lab, "Operator", "operator", "Operator").await?;
    let draft = json!({ "name": "echo", "address": "127.0.0.1", "protocol": "raw", "settings": { "port": port } });
    let machine = owner.machine(&lab, draft).await?;

    // Alone, for what lies on the way when there is nothing else.
    let id = owner.open(&machine).await?;
    let mut alone = vec![Stream::attach(server.port, &mut owner, &id).await?];
    let quiet = percentile(&press(&mut alone).await?, 99);
    let before = memory::of_process(server.id()).ok_or("no figures of the server")?;

    let mut idle = Vec::new();
    let mut active = Vec::new();
    let mut watching = Vec::new();
    for _ in 1..SESSIONS {
        let id = owner.open(&machine).await?;
        for _ in 0..IDLE {
            idle.push(Stream::attach(server.port, &mut owner, &id).await?);
        }
        let id = member.open(&machine).await?;
        for watched in [false, true].into_iter().take(ACTIVE) {
            let stream = Stream::attach(server.port, &mut member, &id).await?;
            if watched { watching.push(stream) } else { active.push(stream) }
        }
    }
    let streams = idle.len() + active.len() + watching.len();
    eprintln!("bench: {streams} streams are open");
    // Those who only watch take what they are shown.
    for mut stream in watching {
        tokio::spawn(async move { while stream.until("\n").await.is_ok() {} });
    }
    let busy = percentile(&press(&mut active).await?, 99);
    let after = memory::of_process(server.id()).ok_or("no figures of the server")?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let each = (after - before) * 1024.0 / streams as f64;
    let (peer, better) = ("one-stream", Better::Lower);
    Ok(vec![
        Figure {
            name: "streams-p99",
            unit: "ms",
            better,
            ours: vec![busy],
            peer,
            peers: vec![quiet],
        },
        Figure {
            name: "streams-memory",
            unit: "KiB",
            better,
            ours: vec![each],
            peer: "ssh",
            peers: vec![ssh().await?],
        },
    ])
}

/// KiB of a client of OpenSSH: what a gateway takes that starts one for each terminal.
async fn ssh() -> Result<f64, Error> {
    let (world, _ctx) = session::world().await?;
    let peer = connections::prompted(&Login::to(&world)?).await?;
    let used = memory::of_process(peer.id().ok_or("ssh has ended")?).ok_or("no figures of ssh")?;
    Ok(used * 1024.0)
}

/// Presses keys in all of them for a while, each at its own moment, and gives how long each took to come back, in milliseconds.
async fn press(streams: &mut Vec<Stream>) -> Result<Vec<f64>, Error> {
    let count = u32::try_from(streams.len())?;
    let begin = tokio::time::Instant::now();
    let mut pressing = JoinSet::new();
    for (number, mut stream) in (0..).zip(streams.drain(..)) {
        pressing.spawn(async move {
            let mut taken = Vec::new();
            let mut next = begin + EVERY * number / count;
            while next < begin + FOR {
                tokio::time::sleep_until(next).await;
                let pressed = Instant::now();
                stream.type_in("x").await?;
                stream.until("x").await?;
                taken.push(pressed.elapsed().as_secs_f64() * 1000.0);
                next += EVERY;
            }
            Ok::<_, Error>(taken)
        });
    }
    let mut all = Vec::new();
    while let Some(taken) = pressing.join_next().await {
        all.extend(taken??);
    }
    Ok(all)
}

async fn echoes(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            let (mut from, mut to) = stream.into_split();
            copy(&mut from, &mut to).await
        });
    }
}
