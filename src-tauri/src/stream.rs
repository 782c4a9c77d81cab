//! The bytes of sessions, between the page and the core: a WebSocket server on loopback.
//!
//! Every user and program of this computer can reach a loopback port, so a connection must name this very port as its
//! host, come from the app's own page, and show a token that is good once and for ten seconds. Deliberately absent:
//! anything about what the bytes mean.

use futures_util::future::{BoxFuture, ready};
use futures_util::{SinkExt as _, StreamExt as _};
use patchbay_core::{CoreError, workspaces::Relay};
use patchbay_session::codec::MAX_MESSAGE;
pub(crate) use patchbay_stream::Line;
use patchbay_stream::{Frame, StreamError};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderMap, StatusCode, header};
use tokio_tungstenite::tungstenite::{self, Message, protocol::WebSocketConfig};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

/// As long as a token is good.
const GREETING: Duration = Duration::from_secs(10);
/// Connections that have not yet said who they are.
const STRANGERS: usize = 32;
/// Connections in all; a window has one for each terminal.
const CONNECTIONS: usize = 512;
const PATH: &str = "/stream";

type Socket = WebSocketStream<TcpStream>;

/// Opens the bytes of a session elsewhere, from where the page has got to.
type Open = Box<dyn FnOnce(u64) -> BoxFuture<'static, Result<Relay, CoreError>> + Send>;

/// The session that a token is for.
pub(crate) enum Redeemed {
    /// It runs here.
    Here(Line),
    /// A team server dials for it: bytes are carried on as they are.
    Relayed(Open),
}

/// Gives the session that a token is for; the token is worthless from then on.
pub(crate) type Redeem = Arc<dyn Fn(&str) -> Option<Redeemed> + Send + Sync>;

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

/// Why a connection ended before its session did.
#[derive(Debug, thiserror::Error)]
enum EndError {
    #[error("too many connections")]
    Crowded,
    #[error("it did not say in time who it is")]
    Silent,
    #[error("its token is not good")]
    Token,
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error(transparent)]
    Elsewhere(#[from] CoreError),
    #[error("it was carried no further: {0}")]
    Carried(Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    Socket(#[from] Box<tungstenite::Error>),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<tungstenite::Error> for EndError {
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
    async fn serve(&self, tcp: TcpStream) -> Result<(), EndError> {
        let _connection = self.connections.try_acquire().map_err(|_| EndError::Crowded)?;
        let stranger = self.strangers.try_acquire().map_err(|_| EndError::Crowded)?;
        tcp.set_nodelay(true)?;
        let greeted =
            timeout(self.greeting, self.greet(tcp)).await.map_err(|_| EndError::Silent)?;
        drop(stranger);
        let (mut socket, redeemed, resume) = greeted?;
        let line = match redeemed {
            Redeemed::Here(line) => line,
            Redeemed::Relayed(open) => {
                return match open(resume).await {
                    Ok(relay) => relayed(socket, relay).await,
                    Err(error) => {
                        // The page asks for another ticket, and is told then why there is none.
                        let _ = socket.close(None).await;
                        Err(error.into())
                    }
                };
            }
        };
        let (sink, source) = socket.split();
        let sink = sink.sink_map_err(StreamError::socket).with(|frame| {
            ready(Ok::<_, StreamError>(match frame {
                Frame::Message(bytes) => Message::Binary(bytes),
                Frame::Ping => Message::Ping(bytes::Bytes::new()),
            }))
        });
        Ok(patchbay_stream::carry(sink, source.map(heard), line, resume, None).await?)
    }

    /// Checks where the connection comes from and what it may see.
    #[expect(clippy::result_large_err, reason = "the shape the WebSocket library asks for")]
    async fn greet(&self, tcp: TcpStream) -> Result<(Socket, Redeemed, u64), EndError> {
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

    async fn first(&self, socket: &mut Socket) -> Result<(Redeemed, u64), EndError> {
        let (resume, token) = patchbay_stream::greeting(&mut socket.map(heard)).await?;
        let line = (self.redeem)(token.expose_secret()).ok_or(EndError::Token)?;
        Ok((line, resume))
    }
}

/// Carries the bytes of a session elsewhere; nobody looks at them here.
async fn relayed(socket: Socket, relay: Relay) -> Result<(), EndError> {
    let (sink, source) = socket.split();
    let sink = sink
        .sink_map_err(StreamError::socket)
        .with(|bytes| ready(Ok::<_, StreamError>(Message::Binary(bytes))));
    relay.carry(sink, source.map(heard)).await.map_err(EndError::Carried)
}

/// A header's value, if it is there exactly once.
fn only(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// The bytes of a message, if it has any to say.
fn heard(
    message: Result<Message, tungstenite::Error>,
) -> Result<Option<bytes::Bytes>, StreamError> {
    Ok(match message.map_err(StreamError::socket)? {
        Message::Binary(bytes) => Some(bytes),
        Message::Text(text) => Some(text.into()),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => None,
    })
}

#[cfg(test)]
mod tests;
