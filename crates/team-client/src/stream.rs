//! The bytes of a session: a WebSocket to the server, and carrying them on to whoever shows them.

use crate::{ClientError, Site, trust::Connection};
use bytes::Bytes;
use futures_util::{FutureExt as _, Sink, SinkExt as _, Stream, StreamExt as _};
use hyper::header::{self, HeaderValue};
use patchbay_model::Secret;
use patchbay_session::FromViewer;
use std::{error::Error, io, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{self, Message, client::IntoClientRequest as _, protocol::WebSocketConfig},
};
use tokio_util::io::{CopyToBytes, SinkWriter, StreamReader};

/// For the WebSocket's handshake.
const PATIENCE: Duration = Duration::from_secs(10);
/// The server asks every 20 seconds whether anybody is there.
const SILENCE: Duration = Duration::from_secs(50);
/// No message of a session is longer.
const LARGEST: usize = 16 * 1024 * 1024;
/// How much is handed on before it is pushed out.
const BATCH: usize = 256 * 1024;

/// Both ways to a session at a server.
pub struct Relay {
    socket: WebSocketStream<Connection>,
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Relay")
    }
}

/// Why bytes were carried no further. Nobody reads it but a log.
pub type Broken = Box<dyn Error + Send + Sync>;

/// Opens it, and greets the server with the ticket that it gave.
pub(crate) async fn open(
    site: &Site,
    bearer: HeaderValue,
    ticket: &Secret<String>,
    resume: u64,
) -> Result<Relay, ClientError> {
    let at = || site.address.to_string();
    let broke = |error: &tungstenite::Error| match error {
        tungstenite::Error::Http(response) => {
            ClientError::Strange { at: at(), status: response.status().as_u16() }
        }
        error => {
            tracing::debug!(%error, "a stream of a team server could not be opened");
            ClientError::Unreachable { at: at(), why: "the connection broke".to_owned() }
        }
    };
    let url = format!("wss://{}/api/stream", site.address.authority());
    let mut request = url.into_client_request().map_err(|error| broke(&error))?;
    request.headers_mut().insert(header::AUTHORIZATION, bearer);
    if let Ok(agent) = HeaderValue::from_str(&site.agent) {
        request.headers_mut().insert(header::USER_AGENT, agent);
    }
    let stream = site.connect().await?;
    let config =
        WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
    let opening = client_async_with_config(request, stream, Some(config));
    let opened = timeout(PATIENCE, opening).await;
    let opened = opened
        .map_err(|_| ClientError::Unreachable { at: at(), why: "it does not answer".into() })?;
    let (mut socket, _) = opened.map_err(|error| broke(&error))?;
    let hello = FromViewer::Hello { resume, token: ticket.clone() };
    socket.send(Message::Binary(hello.encode())).await.map_err(|error| broke(&error))?;
    Ok(Relay { socket })
}

fn silent() -> tungstenite::Error {
    tungstenite::Error::Io(io::ErrorKind::TimedOut.into())
}

impl Relay {
    /// What goes and what comes, as the bytes of a channel to a machine. It ends when the server is not heard any more.
    pub fn channel(
        self,
    ) -> (impl AsyncRead + Send + Unpin + 'static, impl AsyncWrite + Send + Unpin + 'static) {
        let (told, heard) = self.messages();
        (StreamReader::new(heard), SinkWriter::new(CopyToBytes::new(told)))
    }

    /// What goes and what comes, message by message. It ends when the server is not heard any more.
    pub fn messages(
        self,
    ) -> (
        impl Sink<Bytes, Error = io::Error> + Send + Unpin + 'static,
        impl Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
    ) {
        let (to, from) = self.socket.split();
        let heard = futures_util::stream::unfold(from, async |mut from| {
            loop {
                let next = timeout(SILENCE, from.next()).await;
                let bytes = match next.unwrap_or_else(|_| Some(Err(silent()))) {
                    Some(Ok(Message::Binary(bytes))) => Ok(bytes),
                    Some(Ok(Message::Close(_))) | None => return None,
                    Some(Ok(_)) => continue,
                    Some(Err(error)) => Err(io::Error::other(error)),
                };
                return Some((bytes, from));
            }
        });
        let told = to
            .sink_map_err(io::Error::other)
            .with(async |bytes: Bytes| Ok::<_, io::Error>(Message::Binary(bytes)));
        (Box::pin(told), Box::pin(heard))
    }

    /// Carries messages both ways until one side ends; what they say is nobody's business on the way. How much may be on
    /// the way at a time is agreed between the two ends, by what the viewer acknowledges.
    ///
    /// # Errors
    /// If a connection breaks, or nothing is heard of the server any more.
    pub async fn carry<E: Into<Broken>>(
        self,
        mut sink: impl Sink<Bytes, Error = E> + Unpin,
        mut source: impl Stream<Item = Result<Option<Bytes>, E>> + Unpin,
    ) -> Result<(), Broken> {
        let (mut to, mut from) = self.socket.split();
        let show = async {
            loop {
                let heard = timeout(SILENCE, from.next()).await;
                let mut next = heard.map_err(|_| "nothing was heard of the server any more")?;
                let mut batch = 0;
                loop {
                    let Some(message) = next else {
                        sink.close().await.map_err(Into::into)?;
                        return Ok::<(), Broken>(());
                    };
                    if let Message::Binary(bytes) = message? {
                        batch += bytes.len();
                        sink.feed(bytes).await.map_err(Into::into)?;
                    }
                    let more = if batch < BATCH { from.next().now_or_never() } else { None };
                    let Some(more) = more else { break };
                    next = more;
                }
                sink.flush().await.map_err(Into::into)?;
            }
        };
        let tell = async {
            while let Some(message) = source.next().await {
                if let Some(bytes) = message.map_err(Into::into)? {
                    to.send(Message::Binary(bytes)).await?;
                }
            }
            // The viewer has left; a clean goodbye is a courtesy.
            let _gone = to.close().await;
            Ok::<(), Broken>(())
        };
        let ended = tokio::select! {
            ended = show => ended,
            ended = tell => ended,
        };
        if ended.is_err() {
            // Whoever shows it joins again.
            let _gone = sink.close().await;
        }
        ended
    }
}
