//! Bytes between a channel and a socket of this computer, in both directions, each ending by itself.

use super::{Flow, Traffic};
use bytes::Bytes;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf, client::Msg};
use std::{
    sync::atomic::{AtomicU32, AtomicUsize, Ordering},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::{Notify, mpsc},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

const PIECE: usize = 32 * 1024;
/// What all connections together may leave untaken, and what one of them may.
const ALL_BEHIND: usize = 64 * 1024 * 1024;
const MOST_BEHIND: usize = 8 * 1024 * 1024;
const LEAST_BEHIND: usize = 256 * 1024;
/// How long a reader that takes nothing at all may hold up others.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// One side or the other ended it.
    Done,
    /// It took nothing for too long, and others waited.
    HeldUpOthers,
}

/// Passes bytes until both directions have ended, one is broken, or `stop` says so.
pub(super) async fn pipe(
    near: impl AsyncRead + AsyncWrite + Unpin,
    far: Channel<Msg>,
    flow: &Flow,
    traffic: &Traffic,
    stop: &CancellationToken,
) -> End {
    let (near_read, near_write) = tokio::io::split(near);
    let (read, write) = far.split();
    let _open = Counted::new(&flow.open);
    let (queue, queued) = mpsc::unbounded_channel();
    let behind = Behind::default();
    let heard_all = Notify::new();
    let both = async {
        let down = async {
            let mut giving = std::pin::pin!(give(near_write, queued, &behind, &heard_all));
            tokio::select! {
                end = take(read, queue, &behind, flow, traffic) => {
                    if end == End::Done {
                        giving.await;
                    }
                    end
                }
                () = &mut giving => End::Done,
            }
        };
        let mut down = std::pin::pin!(down);
        tokio::select! {
            whole = up(near_read, &write, traffic) => {
                if !whole {
                    return End::Done;
                }
                // Everything is said here: it ends when everything is said there.
                tokio::select! {
                    end = &mut down => end,
                    () = heard_all.notified() => End::Done,
                }
            }
            end = &mut down => end,
        }
    };
    let end = tokio::select! {
        end = both => end,
        () = stop.cancelled() => End::Done,
    };
    // Otherwise the server keeps its half for ever.
    let _gone = write.close().await;
    end
}

enum Piece {
    Bytes(Bytes),
    /// The far end has said all, and still listens.
    Half,
}

/// Bytes that arrived and were not taken yet.
#[derive(Default)]
struct Behind {
    bytes: AtomicUsize,
    taken: Notify,
}

/// From the socket into the channel. Says whether the channel is still good for the other direction.
async fn up(
    mut near: impl AsyncRead + Unpin,
    far: &ChannelWriteHalf<Msg>,
    traffic: &Traffic,
) -> bool {
    let mut buffer = vec![0; PIECE];
    loop {
        match near.read(&mut buffer).await {
            Ok(0) => return far.eof().await.is_ok(),
            Ok(count) => {
                let bytes = Bytes::copy_from_slice(buffer.get(..count).unwrap_or_default());
                if far.data_bytes(bytes).await.is_err() {
                    return false;
                }
                traffic.up.fetch_add(count as u64, Ordering::Relaxed);
            }
            Err(_) => return false,
        }
    }
}

/// From the channel into the queue, at once, so that nobody else waits for our reader.
async fn take(
    mut far: ChannelReadHalf,
    queue: mpsc::UnboundedSender<Piece>,
    behind: &Behind,
    flow: &Flow,
    traffic: &Traffic,
) -> End {
    loop {
        let message = far.wait().await;
        flow.hear();
        match message {
            Some(ChannelMsg::Data { data }) => {
                if !room(behind, flow, &queue).await {
                    return End::HeldUpOthers;
                }
                traffic.down.fetch_add(data.len() as u64, Ordering::Relaxed);
                behind.bytes.fetch_add(data.len(), Ordering::Relaxed);
                if queue.send(Piece::Bytes(data)).is_err() {
                    return End::Done;
                }
            }
            Some(ChannelMsg::Eof) => {
                let _nobody = queue.send(Piece::Half);
            }
            Some(ChannelMsg::Close) | None => return End::Done,
            Some(_) => {}
        }
    }
}

/// Waits until there is room for more; false if that takes too long and others wait as well.
async fn room(behind: &Behind, flow: &Flow, queue: &mpsc::UnboundedSender<Piece>) -> bool {
    let full = || {
        let open = flow.open.load(Ordering::Relaxed).max(1) as usize;
        let share = (ALL_BEHIND / open).clamp(LEAST_BEHIND, MOST_BEHIND);
        behind.bytes.load(Ordering::Relaxed) >= share
    };
    let mut stalled = None;
    while full() && !queue.is_closed() {
        stalled.get_or_insert_with(|| Counted::new(&flow.stalled));
        let waited = timeout(PATIENCE, behind.taken.notified()).await;
        if waited.is_err() && flow.open.load(Ordering::Relaxed) > 1 {
            return false;
        }
    }
    true
}

/// From the queue into the socket, until there is no more to come or the socket breaks.
async fn give(
    mut near: impl AsyncWrite + Unpin,
    mut queue: mpsc::UnboundedReceiver<Piece>,
    behind: &Behind,
    heard_all: &Notify,
) {
    while let Some(piece) = queue.recv().await {
        match piece {
            Piece::Bytes(bytes) => {
                if near.write_all(&bytes).await.is_err() || near.flush().await.is_err() {
                    return;
                }
                behind.bytes.fetch_sub(bytes.len(), Ordering::Relaxed);
                behind.taken.notify_one();
            }
            Piece::Half => {
                let _broken = near.shutdown().await;
                heard_all.notify_one();
            }
        }
    }
    let _broken = near.shutdown().await;
}

/// Counts one for as long as it lives.
struct Counted<'a>(&'a AtomicU32);

impl<'a> Counted<'a> {
    fn new(count: &'a AtomicU32) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
