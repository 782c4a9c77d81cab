//! A channel to a machine between its session and whoever speaks the machine's protocol elsewhere.
//!
//! Deliberately absent: knowing what the bytes mean, and agreeing on how many may be on their way: whoever takes no more holds up
//! their own channel alone.

use crate::{Frame, Heard, StreamError};
use bytes::{Bytes, BytesMut};
use futures_util::{Sink, SinkExt as _, Stream};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Bytes in one message.
const PIECE: usize = 256 * 1024;

/// Passes bytes both ways until one side ends.
pub(crate) async fn carry(
    mut sink: impl Sink<Frame, Error = StreamError> + Unpin,
    mut source: Heard<impl Stream<Item = Result<Option<Bytes>, StreamError>> + Unpin>,
    channel: impl AsyncRead + AsyncWrite,
) -> Result<(), StreamError> {
    let (mut from, mut to) = tokio::io::split(channel);
    let mut pings = source.pings();
    let show = async {
        let mut piece = BytesMut::new();
        loop {
            piece.reserve(PIECE);
            tokio::select! {
                biased;
                () = pings.due() => sink.send(Frame::Ping).await?,
                read = from.read_buf(&mut piece) => {
                    if read.map_err(StreamError::socket)? == 0 {
                        return sink.close().await;
                    }
                    sink.send(Frame::Message(piece.split().freeze())).await?;
                }
            }
        }
    };
    let tell = async {
        while let Some(bytes) = source.next(Ok).await? {
            to.write_all(&bytes).await.map_err(StreamError::socket)?;
        }
        // Whoever spoke has left; that the machine hears it is a courtesy.
        let _gone = to.shutdown().await;
        Ok(())
    };
    tokio::select! {
        ended = show => ended,
        ended = tell => ended,
    }
}
