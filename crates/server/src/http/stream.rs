//! `GET /api/stream`: the bytes of one session over a WebSocket, by the protocol of the desktop window.

use super::peer::only;
use super::{Connection, Door, Failure, Limits, Peer};
use crate::service::{Caller, Stream};
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use futures_util::future::ready;
use futures_util::{SinkExt as _, StreamExt as _};
use patchbay_core::sessions::{DesktopHandle, SessionHandle};
use patchbay_session::codec::MAX_MESSAGE;
use patchbay_stream::{Frame, KeepAlive, Line, StreamError};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

pub(super) async fn open(
    State(door): State<Arc<Door>>,
    Extension(connection): Extension<Connection>,
    peer: Peer,
    caller: Option<Caller>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Failure> {
    if door.drain.is_cancelled() {
        return Err(Failure::busy("The server is about to end.", "Connect again in a moment."));
    }
    let origin = only(&headers, "origin").map(str::to_owned);
    let upgrade = upgrade
        .read_buffer_size(16 * 1024)
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE);
    Ok(upgrade.on_upgrade(async move |socket| {
        let visit = Visit { door, caller, origin };
        let request = peer.request;
        if let Err(error) = visit.serve(socket).await {
            tracing::debug!(%request, %error, "a stream ended");
        }
        // Until here it counts as a connection.
        drop(connection.permit);
    }))
}

struct Visit {
    door: Arc<Door>,
    caller: Option<Caller>,
    origin: Option<String>,
}

impl Visit {
    async fn serve(&self, mut socket: WebSocket) -> Result<(), StreamError> {
        let Limits { greeting, alive, .. } = self.door.limits;
        let drained = self.door.drain.cancelled();
        let greeted = async {
            let mut source = (&mut socket).map(heard);
            timeout(greeting, patchbay_stream::greeting(&mut source)).await
        };
        let greeted = tokio::select! {
            biased;
            () = drained => return leave(&mut socket, close_code::AWAY, ENDING).await,
            greeted = greeted => greeted,
        };
        let Ok(greeted) = greeted else {
            return leave(&mut socket, close_code::POLICY, "no greeting came in time").await;
        };
        let (resume, token) = match greeted {
            Ok(greeting) => greeting,
            Err(error) => {
                leave(&mut socket, close_code::PROTOCOL, "that is no greeting").await?;
                return Err(error);
            }
        };
        let origin = self.origin.as_deref();
        let token = token.expose_secret();
        let Some(stream) = self.door.service.redeem(token, self.caller.as_ref(), origin) else {
            return leave(&mut socket, close_code::POLICY, "the token is not good").await;
        };
        self.carry(socket, stream, resume, KeepAlive(alive)).await
    }

    async fn carry(
        &self,
        mut socket: WebSocket,
        Stream { session, viewing, end }: Stream,
        resume: u64,
        alive: KeepAlive,
    ) -> Result<(), StreamError> {
        let _counted = self.door.metrics.stream();
        let (sink, source) = (&mut socket).split();
        let sink = sink.sink_map_err(StreamError::socket).with(|frame| {
            ready(Ok::<_, StreamError>(match frame {
                Frame::Message(bytes) => Message::Binary(bytes),
                Frame::Ping => Message::Ping(Bytes::new()),
            }))
        });
        let source = source.map(heard);
        let carried = async {
            let line = match session {
                SessionHandle { files: Some(files), .. } => {
                    let channel = files.open().await.map_err(StreamError::socket)?;
                    return patchbay_stream::carry_channel(sink, source, channel, Some(alive))
                        .await;
                }
                SessionHandle { tunnels: Some(tunnels), .. } => {
                    let reach = async |to| tunnels.connect(to).await;
                    return patchbay_stream::carry_forward(sink, source, reach, Some(alive)).await;
                }
                SessionHandle { desktop: Some(DesktopHandle { hub, input }), .. } => {
                    Line::Desktop { hub, input }
                }
                SessionHandle { output, input, .. } => Line::Terminal { output, input },
            };
            patchbay_stream::carry_for(&*viewing, sink, source, line, resume, Some(alive)).await
        };
        let (code, why, error) = tokio::select! {
            biased;
            () = end.cancelled() => (close_code::POLICY, REVOKED, None),
            () = self.door.drain.cancelled() => (close_code::AWAY, ENDING, None),
            ended = carried => match ended {
                Ok(()) => return Ok(()),
                Err(error @ (StreamError::Socket(_) | StreamError::Silent)) => return Err(error),
                Err(error @ StreamError::Flood) => (close_code::POLICY, FLOOD, Some(error)),
                Err(error) => (close_code::PROTOCOL, MISTAKE, Some(error)),
            },
        };
        leave(&mut socket, code, why).await?;
        error.map_or(Ok(()), Err)
    }
}

const ENDING: &str = "the server is about to end: connect again";
const FLOOD: &str = "that is more input than the machine takes";
const MISTAKE: &str = "that was not understood";
const REVOKED: &str = "access was taken away";

/// Says why, and waits a little for the other side to hear it.
async fn leave(socket: &mut WebSocket, code: u16, why: &'static str) -> Result<(), StreamError> {
    let goodbye = async {
        let frame = CloseFrame { code, reason: why.into() };
        socket.send(Message::Close(Some(frame))).await.map_err(StreamError::socket)?;
        while let Some(Ok(_)) = socket.recv().await {}
        Ok(())
    };
    timeout(GOODBYE, goodbye).await.unwrap_or(Ok(()))
}

/// The bytes of a message, if it has any to say.
fn heard(message: Result<Message, axum::Error>) -> Result<Option<Bytes>, StreamError> {
    Ok(match message.map_err(StreamError::socket)? {
        Message::Binary(bytes) => Some(bytes),
        Message::Text(text) => Some(text.into()),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => None,
    })
}
