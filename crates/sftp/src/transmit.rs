//! The task that writes requests to the server, in the order in which they were made.
//!
//! Deliberately absent: waiting for more to write; what is there is written at once, and together.

use crate::{SftpError, link::Link};
use bytes::{Buf, Bytes, BytesMut};
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::{OwnedSemaphorePermit, mpsc},
    time::timeout,
};

/// The most requests that are written together.
const TOGETHER: usize = 32;
/// For telling the server that nothing follows.
const GOODBYE: Duration = Duration::from_secs(2);

/// A request as bytes.
pub(crate) struct Frame {
    pub(crate) head: Bytes,
    pub(crate) payload: Bytes,
    pub(crate) _unwritten: Option<OwnedSemaphorePermit>,
}

/// Writes until the link ends.
pub(crate) async fn run<W: AsyncWrite + Unpin>(
    link: Arc<Link>,
    mut frames: mpsc::UnboundedReceiver<Frame>,
    mut writer: W,
) {
    let mut batch = Vec::with_capacity(TOGETHER);
    let writing = async {
        while frames.recv_many(&mut batch, TOGETHER).await > 0 {
            write(&mut writer, &mut batch).await?;
        }
        Ok::<_, io::Error>(())
    };
    let written = tokio::select! {
        written = writing => written,
        () = link.closing.cancelled() => Ok(()),
    };
    link.end(written.err().map_or(SftpError::Closed, SftpError::from));
    let _ = timeout(GOODBYE, writer.shutdown()).await;
}

/// Small requests are gathered, since over SSH each write is a packet of its own; payloads are not copied.
async fn write<W: AsyncWrite + Unpin>(writer: &mut W, batch: &mut Vec<Frame>) -> io::Result<()> {
    let mut heads = BytesMut::new();
    for frame in batch.drain(..) {
        heads.extend_from_slice(&frame.head);
        if !frame.payload.is_empty() {
            writer.write_all_buf(&mut heads.split().chain(frame.payload)).await?;
        }
    }
    if !heads.is_empty() {
        writer.write_all_buf(&mut heads).await?;
    }
    writer.flush().await
}
