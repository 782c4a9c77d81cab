//! The byte stream below SSH: it can be ended at any moment, and before sign-in the server may send only so much.
//!
//! russh runs each connection in a task of its own that waits for the peer; ending the stream is what ends that task.
//! It also queues answers without a bound while a person is thinking, so the bound is put here.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, BufReader, ReadBuf};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Greeting, key exchange, banners and questions take some ten kilobytes.
const BEFORE_SIGN_IN: u64 = 256 * 1024;
/// russh gives up on the greeting within this.
const HEAD: usize = 8 * 1024;

/// What the stream has seen.
#[derive(Debug)]
pub(crate) struct Gate {
    closing: CancellationToken,
    signed_in: AtomicBool,
    flooded: AtomicBool,
    read: AtomicU64,
    head: Mutex<Vec<u8>>,
}

impl Gate {
    pub(crate) fn new(closing: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            closing,
            signed_in: AtomicBool::new(false),
            flooded: AtomicBool::new(false),
            read: AtomicU64::new(0),
            head: Mutex::new(Vec::new()),
        })
    }

    /// Resolves when the stream is to end.
    pub(crate) async fn closed(&self) {
        self.closing.cancelled().await;
    }

    /// Lifts the limit.
    pub(crate) fn signed_in(&self) {
        self.signed_in.store(true, Ordering::Relaxed);
    }

    pub(crate) fn flooded(&self) -> bool {
        self.flooded.load(Ordering::Relaxed)
    }

    /// The server's SSH greeting, if there was one.
    pub(crate) fn greeting(&self) -> Option<String> {
        self.lines().into_iter().find(|line| line.starts_with("SSH-"))
    }

    /// The first words of whatever it is.
    pub(crate) fn first_words(&self) -> String {
        self.lines()
            .into_iter()
            .find(|line| !line.is_empty())
            .map(|line| line.chars().take(80).collect())
            .unwrap_or_default()
    }

    fn lines(&self) -> Vec<String> {
        let head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&head).lines().map(crate::text::phrase).collect()
    }

    fn note(&self, bytes: &[u8]) -> io::Result<()> {
        if self.signed_in.load(Ordering::Relaxed) {
            return Ok(());
        }
        let before = self.read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        if before < HEAD as u64 {
            let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
            let room = HEAD.saturating_sub(head.len()).min(bytes.len());
            head.extend(bytes.iter().take(room));
        }
        if before > BEFORE_SIGN_IN {
            self.flooded.store(true, Ordering::Relaxed);
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a flood before sign-in"));
        }
        Ok(())
    }
}

/// A stream behind a [`Gate`].
pub(crate) struct Gated<S> {
    inner: BufReader<S>,
    gate: Arc<Gate>,
    // One for each direction, since each remembers one waker.
    read_end: Pin<Box<WaitForCancellationFutureOwned>>,
    write_end: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl<S: AsyncRead> Gated<S> {
    /// `buffer` is how many bytes are read at once: russh reads each packet in two or three pieces.
    pub(crate) fn new(stream: S, gate: Arc<Gate>, buffer: usize) -> Self {
        let end = || Box::pin(gate.closing.clone().cancelled_owned());
        Self {
            inner: BufReader::with_capacity(buffer, stream),
            read_end: end(),
            write_end: end(),
            gate,
        }
    }
}

fn ended() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "closed here")
}

impl<S: AsyncRead + Unpin> AsyncRead for Gated<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.read_end.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(ended()));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.inner).poll_read(cx, buf))?;
        Poll::Ready(this.gate.note(buf.filled().get(before..).unwrap_or_default()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Gated<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.write_end.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(ended()));
        }
        Pin::new(&mut this.inner).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.write_end.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(ended()));
        }
        Pin::new(&mut this.inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}
