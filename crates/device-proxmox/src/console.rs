//! Consoles: a virtual machine's screen as a stream that VNC is spoken over, and terminals of containers, serial ports
//! and nodes. Both go through a WebSocket (RFC 6455) to the node's API.

use crate::{
    Client, Guest, Node, ProxmoxError,
    call::{Call, encoded},
    lenient,
    termproxy::{self, Frame, Greeting},
};
use bytes::Bytes;
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use hyper::header::{HOST, HeaderValue, SEC_WEBSOCKET_PROTOCOL};
use patchbay_model::{ApiError, CloseReason, ErrorCode, Secret, TerminalSize};
use patchbay_session::{Terminal, TerminalEvent, TerminalInput};
use serde::Deserialize;
use serde_json::Value;
use std::{fmt, io, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
    time::{interval, timeout},
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{self, Message, client::IntoClientRequest as _, protocol::WebSocketConfig},
};
use tokio_util::{
    io::{CopyToBytes, SinkWriter, StreamReader},
    sync::CancellationToken,
};

/// For opening.
const PATIENCE: Duration = Duration::from_secs(20);
/// The server ends a terminal that says nothing for longer than a few minutes.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// Short, so that a viewer that stops reading stops the far end.
const DEPTH: usize = 32;
/// The longest message that is taken.
const LARGEST: usize = 8 * 1024 * 1024;
/// The server takes no message that is longer than 128 KiB.
const CHUNK: usize = 16 * 1024;

type Socket = WebSocketStream<crate::site::Connection>;

/// Bytes both ways.
pub trait Bidirectional: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bidirectional for T {}

/// A virtual machine's screen, before a word of VNC was spoken.
pub struct Screen {
    /// What VNC is spoken over.
    pub stream: Box<dyn Bidirectional>,
    /// The password that VNC will ask for; good for this one connection.
    pub password: Secret<String>,
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Screen")
    }
}

/// Where a terminal is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TerminalAt<'a> {
    /// A shell of a node.
    Node(&'a Node),
    /// A container's console, or the first serial port of a virtual machine.
    Guest(&'a Guest),
}

/// What opens a WebSocket.
#[derive(Deserialize)]
struct Proxy {
    port: Value,
    ticket: Secret<String>,
    #[serde(default)]
    user: String,
    #[serde(default)]
    password: Option<Secret<String>>,
}

impl Client {
    /// Opens the screen of a virtual machine that runs.
    ///
    /// # Errors
    /// If the server says no, or the console does not open.
    pub async fn screen(&self, guest: &Guest) -> Result<Screen, ProxmoxError> {
        let proxy: Proxy = self.ask(&vnc(guest)).await?;
        let port = port(&proxy)?;
        let socket = self.socket(&guest_socket(guest, port), &proxy.ticket).await?;
        // Older servers give none: the ticket is the password there.
        let password = proxy.password.filter(|password| !password.expose_secret().is_empty());
        Ok(Screen { stream: bytes_of(socket), password: password.unwrap_or(proxy.ticket) })
    }

    /// Opens a terminal. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// If the server says no, or the console does not open.
    pub async fn terminal(
        &self,
        at: TerminalAt<'_>,
        size: TerminalSize,
        cancel: &CancellationToken,
    ) -> Result<Terminal, ProxmoxError> {
        let proxy: Proxy = self.ask(&term(at)).await?;
        let port = port(&proxy)?;
        let call = match at {
            TerminalAt::Node(node) => node_socket(node, port),
            TerminalAt::Guest(guest) => guest_socket(guest, port),
        };
        let mut socket = self.socket(&call, &proxy.ticket).await?;
        let opening = timeout(PATIENCE, greet(&mut socket, &proxy, size)).await;
        let first = opening.map_err(|_| no_console("it does not answer"))??;
        let (events, events_out) = mpsc::channel(DEPTH);
        let (input_in, input) = mpsc::channel(DEPTH);
        // Dropping the terminal closes its events, which ends it; a token of its own keeps others of the caller alive.
        let cancel = cancel.child_token();
        tokio::spawn(carry(socket, first, events, input, cancel.clone()));
        Ok(Terminal { events: events_out, input: input_in, cancel })
    }

    async fn socket(&self, call: &Call, ticket: &Secret<String>) -> Result<Socket, ProxmoxError> {
        let site = self.site();
        let ticket = encoded(ticket.expose_secret());
        let url = format!("wss://{}{}&vncticket={ticket}", site.authority(), call.target());
        let mut request = url.into_client_request().map_err(|error| explain(&error))?;
        let headers = request.headers_mut();
        headers.extend(self.headers(true).await?);
        headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("binary"));
        let host = HeaderValue::from_str(&site.authority()).map_err(crate::http::invalid)?;
        headers.insert(HOST, host);
        let config = WebSocketConfig::default()
            .max_message_size(Some(LARGEST))
            .max_frame_size(Some(LARGEST))
            // What is typed goes out at once.
            .write_buffer_size(0);
        let stream = site.connect().await?;
        let opening = timeout(PATIENCE, client_async_with_config(request, stream, Some(config)));
        let opened = opening.await.map_err(|_| no_console("the node does not answer"))?;
        opened.map(|(socket, _)| socket).map_err(|error| explain(&error))
    }
}

fn port(proxy: &Proxy) -> Result<u64, ProxmoxError> {
    lenient::count(&proxy.port).ok_or_else(|| no_console("the server names no port"))
}

/// Says who it is, waits to be let in, and gives what was shown by then.
async fn greet(
    socket: &mut Socket,
    proxy: &Proxy,
    size: TerminalSize,
) -> Result<Bytes, ProxmoxError> {
    let line = termproxy::opening(&proxy.user, proxy.ticket.expose_secret());
    socket.send(Message::text(line)).await.map_err(|error| explain(&error))?;
    let mut greeting = Greeting::default();
    loop {
        let Some(message) = socket.next().await else {
            return Err(no_console("the server refused its own ticket"));
        };
        let mut came = match message.map_err(|error| explain(&error))? {
            Message::Binary(bytes) => bytes,
            Message::Text(text) => text.into(),
            Message::Close(_) => return Err(no_console("the server refused its own ticket")),
            _ => continue,
        };
        match greeting.hear(&mut came) {
            Ok(false) => {}
            Ok(true) => {
                let size = message_of(&Frame::size(size));
                socket.send(size).await.map_err(|error| explain(&error))?;
                return Ok(came);
            }
            Err(error) => return Err(no_console(&error.to_string())),
        }
    }
}

/// Text where it is some, as the server's own pages send it; bytes where it is none.
fn message_of(frame: &Frame) -> Message {
    match String::from_utf8(frame.encode()) {
        Ok(text) => Message::text(text),
        Err(error) => Message::binary(error.into_bytes()),
    }
}

/// Carries a terminal both ways until one side ends.
async fn carry(
    socket: Socket,
    first: Bytes,
    events: mpsc::Sender<TerminalEvent>,
    mut input: mpsc::Receiver<TerminalInput>,
    cancel: CancellationToken,
) {
    let (mut to, mut from) = socket.split();
    let reason = tokio::select! {
        () = cancel.cancelled() => CloseReason::ByPerson,
        () = events.closed() => CloseReason::ByPerson,
        reason = show(&mut from, first, &events) => reason,
        reason = tell(&mut to, &mut input) => reason,
    };
    // One that is gone already need not be told.
    let _gone = timeout(Duration::from_secs(1), to.close()).await;
    let _gone = timeout(Duration::from_secs(1), events.send(TerminalEvent::Closed(reason))).await;
}

async fn show(
    from: &mut (impl Stream<Item = Result<Message, tungstenite::Error>> + Unpin),
    first: Bytes,
    events: &mpsc::Sender<TerminalEvent>,
) -> CloseReason {
    let mut bytes = first;
    loop {
        if !bytes.is_empty() && events.send(TerminalEvent::Output(bytes)).await.is_err() {
            return CloseReason::ByPerson;
        }
        bytes = match from.next().await {
            Some(Ok(Message::Binary(bytes))) => bytes,
            Some(Ok(Message::Text(text))) => text.into(),
            Some(Ok(Message::Close(_))) | None => return CloseReason::Exited { code: None },
            Some(Ok(_)) => Bytes::new(),
            Some(Err(error)) => return lost(&error),
        };
    }
}

async fn tell(
    to: &mut (impl Sink<Message, Error = tungstenite::Error> + Unpin),
    input: &mut mpsc::Receiver<TerminalInput>,
) -> CloseReason {
    let mut alive = interval(KEEP_ALIVE);
    let mut typing = true;
    loop {
        let told = tokio::select! {
            told = input.recv(), if typing => told,
            _ = alive.tick() => match to.send(message_of(&Frame::KeepAlive)).await {
                Ok(()) => continue,
                Err(error) => return lost(&error),
            },
        };
        let sent = match told {
            Some(TerminalInput::Bytes(bytes)) => typed(to, &bytes).await,
            Some(TerminalInput::Resize(size)) => to.send(message_of(&Frame::size(size))).await,
            // There is nothing of the kind; that it is dropped says so.
            Some(TerminalInput::Signal { .. }) => Ok(()),
            None => {
                typing = false;
                Ok(())
            }
        };
        if let Err(error) = sent {
            return lost(&error);
        }
    }
}

async fn typed(
    to: &mut (impl Sink<Message, Error = tungstenite::Error> + Unpin),
    bytes: &Bytes,
) -> Result<(), tungstenite::Error> {
    for piece in bytes.chunks(termproxy::LONGEST) {
        to.feed(message_of(&Frame::Typed(bytes.slice_ref(piece)))).await?;
    }
    to.flush().await
}

fn lost(error: &tungstenite::Error) -> CloseReason {
    tracing::debug!(%error, "a terminal of a cluster was lost");
    let error = ApiError::new(ErrorCode::Disconnected, "The connection to the console was lost.");
    CloseReason::Failed { error: error.next("Connect again.").retry() }
}

/// The bytes in the messages of a WebSocket, whose bounds mean nothing.
fn bytes_of(socket: Socket) -> Box<dyn Bidirectional> {
    let (to, from) = socket.split();
    let heard = futures_util::stream::unfold(from, async |mut from| {
        let bytes = loop {
            match from.next().await {
                Some(Ok(Message::Binary(bytes))) => break Ok(bytes),
                Some(Ok(Message::Text(_))) => break Err(io::ErrorKind::InvalidData.into()),
                Some(Ok(Message::Close(_))) | None => return None,
                Some(Ok(_)) => {}
                Some(Err(error)) => break Err(io::Error::other(error)),
            }
        };
        Some((bytes, from))
    });
    let told = to.sink_map_err(io::Error::other).with_flat_map(|bytes: Bytes| {
        let pieces: Vec<_> = bytes
            .chunks(CHUNK)
            .map(|piece| Ok::<_, io::Error>(Message::Binary(bytes.slice_ref(piece))))
            .collect();
        futures_util::stream::iter(pieces)
    });
    Box::new(tokio::io::join(
        StreamReader::new(Box::pin(heard)),
        SinkWriter::new(CopyToBytes::new(Box::pin(told))),
    ))
}

fn no_console(why: &str) -> ProxmoxError {
    ProxmoxError::Console { why: why.to_owned() }
}

fn explain(error: &tungstenite::Error) -> ProxmoxError {
    match error {
        tungstenite::Error::Http(response) => {
            no_console(&format!("the node answered {}", response.status().as_u16()))
        }
        error => {
            tracing::debug!(%error, "a console of a cluster did not open");
            no_console("the connection broke")
        }
    }
}

pub(crate) fn vnc(guest: &Guest) -> Call {
    guest.call(Call::post, &["vncproxy"]).flag("websocket", true).flag("generate-password", true)
}

pub(crate) fn term(at: TerminalAt<'_>) -> Call {
    match at {
        TerminalAt::Node(node) => Call::post(&["nodes", node.as_str(), "termproxy"]),
        TerminalAt::Guest(guest) => guest.call(Call::post, &["termproxy"]),
    }
}

pub(crate) fn guest_socket(guest: &Guest, port: u64) -> Call {
    guest.call(Call::get, &["vncwebsocket"]).with("port", port)
}

pub(crate) fn node_socket(node: &Node, port: u64) -> Call {
    Call::get(&["nodes", node.as_str(), "vncwebsocket"]).with("port", port)
}
