//! A terminal between its session and a viewer.

use crate::{Frame, Heard, StreamError};
use bytes::Bytes;
use futures_util::{Sink, SinkExt as _, Stream};
use patchbay_session::{FromViewer, TerminalInput, ToViewer, Viewer};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

/// How much is handed to the socket before it is pushed out.
const BATCH: usize = 256 * 1024;
/// How long a terminal nobody sees waits for more before it is sent a little: twenty that each say something now and
/// then keep the webview as busy as one, and the one that is seen stays quick.
const UNSEEN: Duration = Duration::from_millis(200);
/// That little. What says more is not held up.
const LITTLE: usize = 16 * 1024;
/// Input waiting for a program that does not read. It must not keep acknowledgements waiting, hence it lies in memory.
const WAITING_INPUT: usize = 64 * 1024 * 1024;

/// Passes bytes both ways until one side ends.
pub(crate) async fn carry(
    mut sink: impl Sink<Frame, Error = StreamError> + Unpin,
    mut source: Heard<impl Stream<Item = Result<Option<Bytes>, StreamError>> + Unpin>,
    viewer: &Viewer,
    input: mpsc::Sender<TerminalInput>,
) -> Result<(), StreamError> {
    let (queue, mut queued) = mpsc::unbounded_channel();
    let waiting = AtomicUsize::new(0);
    let (seen, mut looked_at) = watch::channel(true);
    let mut pings = source.pings();

    let show = async {
        loop {
            let message = tokio::select! {
                biased;
                () = pings.due() => {
                    sink.send(Frame::Ping).await?;
                    continue;
                }
                message = viewer.next() => message,
            };
            let Some(message) = message else { break };
            let mut batch = 0;
            let mut next = Some(message);
            while let Some(message) = next {
                batch += size(&message);
                sink.feed(Frame::Message(message.encode())).await?;
                next = if batch < BATCH { viewer.try_next() } else { None };
            }
            sink.flush().await?;
            if batch < LITTLE && !*looked_at.borrow() {
                // An error is the time being up.
                let _ = timeout(UNSEEN, looked_at.wait_for(|seen| *seen)).await;
            }
        }
        sink.close().await
    };
    let hear = async {
        while let Some(message) = source.next(FromViewer::decode).await? {
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
