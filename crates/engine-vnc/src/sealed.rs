//! A stream in sealed frames, under keys that were agreed on before.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is read of the stream below at once.
const PIECE: usize = 64 * 1024;

/// How frames are made and opened.
pub(crate) trait Frames: Send + Unpin {
    /// The most bytes that one frame carries.
    const MOST: usize;

    /// Adds a frame with at most [`MOST`](Self::MOST) bytes in it.
    fn seal(&mut self, plain: &[u8], out: &mut Vec<u8>) -> io::Result<()>;

    /// Opens the first frame and adds what was in it; says how long it was, or nothing if it is not all there.
    fn open(&mut self, sealed: &[u8], out: &mut Vec<u8>) -> io::Result<Opened>;
}

/// What came of opening a frame.
pub(crate) enum Opened {
    /// It was so long.
    Frame(usize),
    /// More has to come first.
    Short,
    /// It says that nothing follows.
    End,
}

/// A stream around another.
pub(crate) struct Sealed<S, F> {
    stream: S,
    frames: F,
    /// What came, and is not opened.
    incoming: Vec<u8>,
    /// What was opened, and how much of it was read.
    plain: Vec<u8>,
    read: usize,
    /// What is to be sent, and how much of it was.
    outgoing: Vec<u8>,
    sent: usize,
    ended: bool,
}

impl<S, F: Frames> Sealed<S, F> {
    pub(crate) fn new(stream: S, frames: F) -> Self {
        Self {
            stream,
            frames,
            incoming: Vec::new(),
            plain: Vec::new(),
            read: 0,
            outgoing: Vec::new(),
            sent: 0,
            ended: false,
        }
    }

    /// Opens all frames that are there.
    fn open(&mut self) -> io::Result<()> {
        self.plain.clear();
        self.read = 0;
        let mut at = 0;
        while let Some(rest) = self.incoming.get(at..).filter(|rest| !rest.is_empty()) {
            match self.frames.open(rest, &mut self.plain)? {
                Opened::Frame(length) => at += length,
                Opened::Short => break,
                Opened::End => {
                    self.ended = true;
                    break;
                }
            }
        }
        self.incoming.drain(..at.min(self.incoming.len()));
        Ok(())
    }
}

impl<S: AsyncWrite + Unpin, F: Frames> Sealed<S, F> {
    fn send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.outgoing.get(self.sent..).filter(|rest| !rest.is_empty()) {
            let count = ready!(Pin::new(&mut self.stream).poll_write(context, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += count;
        }
        self.outgoing.clear();
        self.sent = 0;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin, F: Frames> AsyncRead for Sealed<S, F> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            let opened = this.plain.get(this.read..).unwrap_or_default();
            if !opened.is_empty() {
                let count = opened.len().min(into.remaining());
                into.put_slice(opened.get(..count).unwrap_or_default());
                this.read += count;
                return Poll::Ready(Ok(()));
            }
            if this.ended {
                return Poll::Ready(Ok(()));
            }
            let before = this.incoming.len();
            this.incoming.resize(before + PIECE, 0);
            let mut room = ReadBuf::new(this.incoming.get_mut(before..).unwrap_or_default());
            let polled = Pin::new(&mut this.stream).poll_read(context, &mut room);
            let came = room.filled().len();
            this.incoming.truncate(before + came);
            ready!(polled)?;
            if came == 0 {
                this.ended = true;
            } else {
                this.open()?;
            }
        }
    }
}

impl<S: AsyncWrite + Unpin, F: Frames> AsyncWrite for Sealed<S, F> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        ready!(this.send(context))?;
        let part = from.get(..from.len().min(F::MOST)).unwrap_or_default();
        this.frames.seal(part, &mut this.outgoing)?;
        // Whether it can be sent by now does not matter: it is taken.
        if let Poll::Ready(Err(error)) = this.send(context) {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(part.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.send(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.send(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// What a frame that cannot be opened comes to.
pub(crate) fn forged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "encrypted data was damaged or forged on the way")
}
