//! A connection of a tunnel, between a machine's session and whoever accepted it elsewhere.
//!
//! The first message says where it leads ([`TunnelEnd`] as JSON), the first answer whether that is reached ([`TunnelReached`]). Then
//! each message is some bytes of the connection, and an empty one says that no more come from there. Deliberately absent: what the
//! bytes mean, and agreeing on how many may be on their way: each connection has a WebSocket of its own.

use crate::{Frame, Heard, StreamError};
use bytes::{Bytes, BytesMut};
use futures_util::{Sink, SinkExt as _, Stream};
use patchbay_model::{TunnelEnd, TunnelReached};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Bytes in one message.
const PIECE: usize = 64 * 1024;
/// Longer than any place.
const LONGEST: usize = 8 * 1024;

/// Connects with what the first message names, and passes bytes until both directions have ended or one is broken.
pub(crate) async fn carry<C: AsyncRead + AsyncWrite>(
    mut sink: impl Sink<Frame, Error = StreamError> + Unpin,
    mut source: Heard<impl Stream<Item = Result<Option<Bytes>, StreamError>> + Unpin>,
    reach: impl AsyncFnOnce(TunnelEnd) -> Result<C, TunnelReached>,
) -> Result<(), StreamError> {
    let Some(first) = source.next(Ok).await? else { return Ok(()) };
    if first.len() > LONGEST {
        return Err(StreamError::Place);
    }
    let to = serde_json::from_slice(&first).map_err(|_| StreamError::Place)?;
    let (said, connection) = match reach(to).await {
        Ok(connection) => (TunnelReached::Connected, Some(connection)),
        Err(refused) => (refused, None),
    };
    let said = serde_json::to_vec(&said).map_err(StreamError::socket)?;
    sink.send(Frame::Message(said.into())).await?;
    match connection {
        Some(connection) => pass(sink, source, connection).await,
        None => sink.close().await,
    }
}

async fn pass(
    mut sink: impl Sink<Frame, Error = StreamError> + Unpin,
    mut source: Heard<impl Stream<Item = Result<Option<Bytes>, StreamError>> + Unpin>,
    connection: impl AsyncRead + AsyncWrite,
) -> Result<(), StreamError> {
    let (mut from, mut to) = tokio::io::split(connection);
    let mut pings = source.pings();
    let show = async {
        let mut piece = BytesMut::new();
        let mut open = true;
        loop {
            piece.reserve(PIECE);
            tokio::select! {
                biased;
                () = pings.due() => sink.send(Frame::Ping).await?,
                read = from.read_buf(&mut piece), if open => {
                    open = read.map_err(StreamError::socket)? > 0;
                    // Nothing, which says so, at the end.
                    sink.send(Frame::Message(piece.split().freeze())).await?;
                }
            }
        }
    };
    let tell = async {
        let mut open = true;
        while let Some(bytes) = source.next(Ok).await? {
            if bytes.is_empty() && open {
                open = false;
                to.shutdown().await.map_err(StreamError::socket)?;
            } else if open {
                to.write_all(&bytes).await.map_err(StreamError::socket)?;
            }
        }
        Ok(())
    };
    // Whoever has heard all and said all closes the WebSocket.
    tokio::select! {
        ended = show => ended,
        ended = tell => ended,
    }
}
