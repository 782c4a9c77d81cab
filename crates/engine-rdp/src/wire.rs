//! The stream as frames, each checked for its size before memory is taken.

use crate::{RdpError, Waiting};
use bytes::{Bytes, BytesMut};
use ironrdp_core::MonotonicInstant;
use ironrdp_pdu::{Action, PduHint};
use std::{io, time::Duration, time::Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};

/// The largest frame there is: TPKT says its length in 16 bits.
const MOST_FRAME: usize = u16::MAX as usize;
/// The most bytes a message of signing in may have; real ones have a few kilobytes.
const MOST_SIGN_IN: usize = 256 * 1024;
/// How long the server may take for each answer while a connection is opened.
const ANSWER: Duration = Duration::from_secs(20);
/// The same for the desktop: somebody's profile may have to be loaded first.
const DESKTOP: Duration = Duration::from_secs(60);

/// A stream with what was read and not yet used.
pub(crate) struct Wire<S> {
    stream: S,
    buffer: BytesMut,
    started: Instant,
    read_at: Option<MonotonicInstant>,
}

impl<S> Wire<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, buffer: BytesMut::new(), started: Instant::now(), read_at: None }
    }

    /// When the last bytes came; what measures the link wants to know.
    pub(crate) const fn read_at(&self) -> Option<MonotonicInstant> {
        self.read_at
    }

    /// The stream, if nothing was read that is not used.
    pub(crate) fn into_inner(self) -> Option<S> {
        self.buffer.is_empty().then_some(self.stream)
    }
}

impl<S: AsyncRead + AsyncWrite> Wire<S> {
    /// Reading and writing apart from each other.
    pub(crate) fn split(self) -> (Wire<ReadHalf<S>>, WriteHalf<S>) {
        let (stream, writer) = tokio::io::split(self.stream);
        let Self { buffer, started, read_at, .. } = self;
        (Wire { stream, buffer, started, read_at }, writer)
    }
}

impl<S: AsyncRead + Unpin> Wire<S> {
    /// The next frame of either kind. Nothing is lost when the future is dropped.
    pub(crate) async fn frame(&mut self) -> io::Result<(Action, Bytes)> {
        loop {
            if let Some(info) = ironrdp_pdu::find_size(&self.buffer).map_err(malformed)? {
                let frame = self.exactly(info.length, MOST_FRAME).await?;
                return Ok((info.action, frame));
            }
            self.more().await?;
        }
    }

    async fn hinted(&mut self, hint: &dyn PduHint) -> io::Result<Bytes> {
        loop {
            match hint.find_size(&self.buffer).map_err(malformed)? {
                Some((wanted, length)) => {
                    let frame = self.exactly(length, MOST_SIGN_IN).await?;
                    if wanted {
                        return Ok(frame);
                    }
                }
                None => self.more().await?,
            }
        }
    }

    async fn exactly(&mut self, length: usize, most: usize) -> io::Result<Bytes> {
        if length == 0 || length > most {
            return Err(malformed(format!("a message of {length} bytes")));
        }
        while self.buffer.len() < length {
            self.more().await?;
        }
        Ok(self.buffer.split_to(length).freeze())
    }

    async fn more(&mut self) -> io::Result<()> {
        self.buffer.reserve(16 * 1024);
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let since = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.read_at = Some(MonotonicInstant::from_millis(since));
        Ok(())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// The next message of the kind that is waited for, while a connection is opened.
    pub(crate) async fn answer(
        &mut self,
        hint: &dyn PduHint,
        waiting: Waiting,
    ) -> Result<Bytes, RdpError> {
        let after = if waiting == Waiting::Desktop { DESKTOP } else { ANSWER };
        match tokio::time::timeout(after, self.hinted(hint)).await {
            Ok(Ok(message)) => Ok(message),
            Ok(Err(error)) => Err(RdpError::broke_off(waiting, &error)),
            Err(_) => Err(RdpError::TimedOut { waiting, after }),
        }
    }

    /// Sends a message while a connection is opened.
    pub(crate) async fn send(&mut self, message: &[u8], waiting: Waiting) -> Result<(), RdpError> {
        let sent = async {
            self.stream.write_all(message).await?;
            self.stream.flush().await
        };
        match tokio::time::timeout(ANSWER, sent).await {
            Ok(sent) => sent.map_err(|error| RdpError::broke_off(waiting, &error)),
            Err(_) => Err(RdpError::TimedOut { waiting, after: ANSWER }),
        }
    }
}

fn malformed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    struct Claims(usize);

    impl std::fmt::Debug for Claims {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Claims")
        }
    }

    impl PduHint for Claims {
        fn find_size(&self, bytes: &[u8]) -> ironrdp_core::DecodeResult<Option<(bool, usize)>> {
            Ok((!bytes.is_empty()).then_some((true, self.0)))
        }
    }

    #[tokio::test]
    async fn a_length_is_refused_before_it_is_waited_for() {
        for length in [0, MOST_SIGN_IN + 1, usize::MAX] {
            let mut wire = Wire::new(std::io::Cursor::new(vec![0; 8]));
            let error = wire.hinted(&Claims(length)).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{length}");
        }
    }

    #[tokio::test]
    async fn frames_are_cut_where_they_end() {
        let bytes = [&[3, 0, 0, 7, 1, 2, 3][..], &[0, 3, 9], &[3, 0]].concat();
        let mut wire = Wire::new(std::io::Cursor::new(bytes));
        let (action, frame) = wire.frame().await.unwrap();
        assert_eq!((action, frame.len()), (Action::X224, 7));
        let (action, frame) = wire.frame().await.unwrap();
        assert_eq!((action, frame.len()), (Action::FastPath, 3));
        assert_eq!(wire.frame().await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
