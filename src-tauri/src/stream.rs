//! The bytes of sessions, between the page and the core: a WebSocket server on loopback.
//!
//! Every user and program of this computer can reach a loopback port, so a connection must name this very port as its
//! host, come from the app's own page, and show a token that is good once and for ten seconds. Deliberately absent:
//! anything about what the bytes mean.

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use patchbay_model::Secret;
use patchbay_session::codec::MAX_MESSAGE;
use patchbay_session::desktop::{DesktopHub, DesktopInput};
use patchbay_session::{CodecError, FromViewer, Output, TerminalInput, ToViewer, Viewer};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderMap, StatusCode, header};
use tokio_tungstenite::tungstenite::{self, Message, protocol::WebSocketConfig};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

mod desktop;

/// As long as a token is good.
const GREETING: Duration = Duration::from_secs(10);
/// Connections that have not yet said who they are.
const STRANGERS: usize = 32;
/// Connections in all; a window has one for each terminal.
const CONNECTIONS: usize = 512;
/// How much is handed to the socket before it is pushed out.
const BATCH: usize = 256 * 1024;
/// How long a terminal nobody sees waits for more before it is sent a little: twenty that each say something now and
/// then keep the webview as busy as one, and the one that is seen stays quick.
const UNSEEN: Duration = Duration::from_millis(200);
/// That little. What says more is not held up.
const LITTLE: usize = 16 * 1024;
/// Input waiting for a program that does not read. It must not keep acknowledgements waiting, hence it lies in memory.
const WAITING_INPUT: usize = 64 * 1024 * 1024;
const PATH: &str = "/stream";

type Socket = WebSocketStream<TcpStream>;

/// One end of a session's bytes.
pub(crate) enum Line {
    Terminal {
        /// What it says.
        output: Arc<Output>,
        /// What it is told.
        input: mpsc::Sender<TerminalInput>,
    },
    Desktop {
        /// What it shows.
        hub: Arc<DesktopHub>,
        /// What it is told.
        input: mpsc::Sender<DesktopInput>,
    },
}

/// Gives the session that a token is for; the token is worthless from then on.
pub(crate) type Redeem = Arc<dyn Fn(&str) -> Option<Line> + Send + Sync>;

/// Where the page may come from: the app's own scheme, and the development server in debug builds.
pub(crate) fn own_origins() -> impl Iterator<Item = &'static str> {
    let own: &[&str] = if cfg!(any(windows, target_os = "android")) {
        &["http://tauri.localhost", "https://tauri.localhost"]
    } else {
        &["tauri://localhost"]
    };
    let development: &[&str] =
        if cfg!(debug_assertions) { &["http://127.0.0.1:5173"] } else { &[] };
    own.iter().chain(development).copied()
}

/// A server that is not running yet, so that its address is known before there is anything to serve.
pub(crate) struct StreamServer {
    listener: std::net::TcpListener,
    address: SocketAddr,
    /// How long a connection may take to say who it is.
    greeting: Duration,
}

impl StreamServer {
    /// Takes a free port.
    pub(crate) fn bind() -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, greeting: GREETING })
    }

    /// Where the page connects to.
    pub(crate) fn url(&self) -> String {
        format!("ws://{}{PATH}", self.address)
    }

    /// Serves for as long as the app runs.
    pub(crate) async fn run(self, redeem: Redeem) -> io::Result<()> {
        let listener = TcpListener::from_std(self.listener)?;
        let door = Arc::new(Door {
            host: self.address.to_string(),
            greeting: self.greeting,
            redeem,
            strangers: Semaphore::new(STRANGERS),
            connections: Semaphore::new(CONNECTIONS),
        });
        loop {
            match listener.accept().await {
                Ok((tcp, _)) => {
                    let door = Arc::clone(&door);
                    tokio::spawn(async move {
                        if let Err(error) = door.serve(tcp).await {
                            tracing::debug!(%error, "a stream ended");
                        }
                    });
                }
                // Out of descriptors, most likely: accepting again at once would only spin.
                Err(error) => {
                    tracing::warn!(%error, "a stream was not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

/// Why a stream ended before its session did.
#[derive(Debug, thiserror::Error)]
enum StreamError {
    #[error("too many connections")]
    Crowded,
    #[error("it did not say in time who it is")]
    Silent,
    #[error("its token is not good")]
    Token,
    #[error("its first message is not a greeting")]
    Greeting,
    #[error("a second greeting")]
    Again,
    #[error("more input than the program reads")]
    Flood,
    #[error(transparent)]
    Codec(#[from] CodecError),
    #[error(transparent)]
    Socket(#[from] Box<tungstenite::Error>),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<tungstenite::Error> for StreamError {
    fn from(error: tungstenite::Error) -> Self {
        Self::Socket(Box::new(error))
    }
}

struct Door {
    host: String,
    greeting: Duration,
    redeem: Redeem,
    strangers: Semaphore,
    connections: Semaphore,
}

impl Door {
    async fn serve(&self, tcp: TcpStream) -> Result<(), StreamError> {
        let _connection = self.connections.try_acquire().map_err(|_| StreamError::Crowded)?;
        let stranger = self.strangers.try_acquire().map_err(|_| StreamError::Crowded)?;
        tcp.set_nodelay(true)?;
        let greeted =
            timeout(self.greeting, self.greet(tcp)).await.map_err(|_| StreamError::Silent)?;
        drop(stranger);
        let (socket, line, resume) = greeted?;
        match line {
            Line::Terminal { output, input } => carry(socket, &output.attach(resume), input).await,
            Line::Desktop { hub, input } => desktop::carry(socket, &hub.attach(), input).await,
        }
    }

    /// Checks where the connection comes from and what it may see.
    #[expect(clippy::result_large_err, reason = "the shape the WebSocket library asks for")]
    async fn greet(&self, tcp: TcpStream) -> Result<(Socket, Line, u64), StreamError> {
        let config = WebSocketConfig::default()
            .read_buffer_size(16 * 1024)
            .max_message_size(Some(MAX_MESSAGE))
            .max_frame_size(Some(MAX_MESSAGE));
        let check = |request: &Request, response: Response| self.check(request, response);
        let mut socket = accept_hdr_async_with_config(tcp, check, Some(config)).await?;
        match self.first(&mut socket).await {
            Ok((line, resume)) => Ok((socket, line, resume)),
            Err(error) => {
                // A clean goodbye is a courtesy; the reason is told to nobody.
                let _ = socket.close(None).await;
                Err(error)
            }
        }
    }

    #[expect(clippy::result_large_err, reason = "the shape the WebSocket library asks for")]
    fn check(&self, request: &Request, response: Response) -> Result<Response, ErrorResponse> {
        let headers = request.headers();
        let host = only(headers, header::HOST) == Some(self.host.as_str());
        let origin = only(headers, header::ORIGIN)
            .is_some_and(|origin| own_origins().any(|own| own == origin));
        if request.uri().path() == PATH && host && origin {
            return Ok(response);
        }
        tracing::warn!(host, origin, "a stranger knocked at the terminals' port");
        let mut refused = ErrorResponse::new(None);
        *refused.status_mut() = StatusCode::FORBIDDEN;
        Err(refused)
    }

    async fn first(&self, socket: &mut Socket) -> Result<(Line, u64), StreamError> {
        let first = socket.next().await.ok_or(StreamError::Greeting)??;
        let (Message::Binary(_) | Message::Text(_)) = first else {
            return Err(StreamError::Greeting);
        };
        let FromViewer::Hello { resume, token } = FromViewer::decode(first.into_data())? else {
            return Err(StreamError::Greeting);
        };
        let line = self.redeem(&token).ok_or(StreamError::Token)?;
        Ok((line, resume))
    }

    fn redeem(&self, token: &Secret<String>) -> Option<Line> {
        (self.redeem)(token.expose_secret())
    }
}

/// A header's value, if it is there exactly once.
fn only(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// Passes bytes both ways until one side ends.
async fn carry(
    socket: Socket,
    viewer: &Viewer,
    input: mpsc::Sender<TerminalInput>,
) -> Result<(), StreamError> {
    let (mut sink, mut source) = socket.split();
    let (queue, mut queued) = mpsc::unbounded_channel();
    let waiting = AtomicUsize::new(0);
    let (seen, mut looked_at) = watch::channel(true);

    let show = async {
        while let Some(message) = viewer.next().await {
            let mut batch = 0;
            let mut next = Some(message);
            while let Some(message) = next {
                batch += size(&message);
                sink.feed(Message::Binary(message.encode())).await?;
                next = if batch < BATCH { viewer.try_next() } else { None };
            }
            sink.flush().await?;
            if batch < LITTLE && !*looked_at.borrow() {
                // An error is the time being up.
                let _ = timeout(UNSEEN, looked_at.wait_for(|seen| *seen)).await;
            }
        }
        sink.close().await?;
        Ok(())
    };
    let hear = async {
        while let Some(message) = source.next().await {
            let Some(message) = heard(message?)? else { continue };
            match message {
                FromViewer::Ack(offset) => viewer.ack(offset),
                FromViewer::Shown(shown) => drop(seen.send(shown)),
                FromViewer::Hello { .. } => return Err(StreamError::Again),
                FromViewer::Resize(size) => drop(queue.send(TerminalInput::Resize(size))),
                FromViewer::Input(bytes) => {
                    if waiting.fetch_add(bytes.len(), Ordering::Relaxed) > WAITING_INPUT {
                        return Err(StreamError::Flood);
                    }
                    drop(queue.send(TerminalInput::Bytes(bytes)));
                }
            }
        }
        Ok(())
    };
    let tell = async {
        while let Some(told) = queued.recv().await {
            if let TerminalInput::Bytes(bytes) = &told {
                waiting.fetch_sub(bytes.len(), Ordering::Relaxed);
            }
            if input.send(told).await.is_err() {
                break;
            }
        }
        // The session takes nothing any more; what it said last may still be shown.
        std::future::pending().await
    };
    tokio::select! {
        ended = show => ended,
        ended = hear => ended,
        never = tell => never,
    }
}

const fn size(message: &ToViewer) -> usize {
    match message {
        ToViewer::Output { bytes, .. } => bytes.len(),
        ToViewer::Start { .. } | ToViewer::Live | ToViewer::End => 0,
    }
}

/// What a message says, if anything.
fn heard(message: Message) -> Result<Option<FromViewer>, StreamError> {
    understood(message, FromViewer::decode)
}

fn understood<T>(
    message: Message,
    decode: impl FnOnce(Bytes) -> Result<T, CodecError>,
) -> Result<Option<T>, StreamError> {
    let bytes: Bytes = match message {
        Message::Binary(bytes) => bytes,
        Message::Text(text) => text.into(),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => {
            return Ok(None);
        }
    };
    match decode(bytes) {
        Ok(message) => Ok(Some(message)),
        Err(later) if later.may_skip() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
