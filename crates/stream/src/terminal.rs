//! A terminal between its session and a viewer.

use crate::viewing::{Pace, taken};
use crate::{Frame, Heard, StreamError, Viewing};
use bytes::Bytes;
use futures_util::{Sink, SinkExt as _, Stream};
use patchbay_session::{FromViewer, TerminalInput, ToViewer, Viewer};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

/// How much is handed to the socket before it is pushed out.
const BATCH: usize = 256 * 1024;
/// How long a terminal nobody sees waits for more before it is sent a little: twenty that each say something now and
/// then keep the webview as busy as one, and the one that is seen stays quick.
const UNSEEN: Duration = Duration::from_millis(200);
/// That little. What says more is not held up.
const LITTLE: usize = 16 * 1024;
/// Input waiting for a program that does not read. It must not keep acknowledgements waiting, hence it lies in memory.
const WAITING_INPUT: usize = 64 * 1024 * 1024;
/// The same of a viewer that is not waited for, and how much of it goes to the machine at a time: what it was not given yet it
/// never gets if the viewer may type no more.
const WAITING_BESIDE: usize = 1024 * 1024;
const PIECE: usize = 1024;
const BETWEEN_PIECES: Duration = Duration::from_millis(20);

/// Passes bytes both ways until one side ends.
pub(crate) async fn carry(
    viewing: &dyn Viewing,
    mut sink: impl Sink<Frame, Error = StreamError> + Unpin,
    mut source: Heard<impl Stream<Item = Result<Option<Bytes>, StreamError>> + Unpin>,
    viewer: &Viewer,
    input: mpsc::Sender<TerminalInput>,
) -> Result<(), StreamError> {
    let (queue, mut queued) = mpsc::unbounded_channel();
    let waiting = AtomicUsize::new(0);
    let (seen, mut looked_at) = watch::channel(true);
    let mut pings = source.pings();
    let mut pace = Pace::of(viewing);
    let (most, piece) =
        if viewing.is_waited_for() { (WAITING_INPUT, usize::MAX) } else { (WAITING_BESIDE, PIECE) };

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
            pace.next().await;
            match message {
                FromViewer::Ack(offset) => viewer.ack(offset),
                FromViewer::Shown(shown) => drop(seen.send(shown)),
                FromViewer::Hello { .. } => return Err(StreamError::Again),
                FromViewer::Resize(size) => drop(queue.send(TerminalInput::Resize(size))),
                FromViewer::Input(mut bytes) => {
                    if !viewing.may_type(&TerminalInput::Bytes(bytes.clone())) {
                        continue;
                    }
                    if waiting.fetch_add(bytes.len(), Ordering::Relaxed) > most {
                        return Err(StreamError::Flood);
                    }
                    while !bytes.is_empty() {
                        let part = bytes.split_to(bytes.len().min(piece));
                        drop(queue.send(TerminalInput::Bytes(part)));
                    }
                }
            }
        }
        Ok(())
    };
    let tell = async {
        while let Some(told) = queued.recv().await {
            if let TerminalInput::Bytes(bytes) = &told {
                waiting.fetch_sub(bytes.len(), Ordering::Relaxed);
                if bytes.len() >= piece && viewing.may_type(&told) {
                    sleep(BETWEEN_PIECES).await;
                }
            }
            taken(viewing, &input).await;
            let Ok(room) = input.reserve().await else { break };
            // What was allowed when it was said need not be any more.
            if viewing.may_type(&told) {
                room.send(told);
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
