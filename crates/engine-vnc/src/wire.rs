//! The stream while security is agreed on: what is read and written is short, and all of it is awaited.

use crate::{VncError, error::Waiting};
use std::{future::Future, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

/// What carries RFB: TCP, a channel of SSH, a Unix socket, encryption on top of one of them.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// The longest reason that a server may give.
const MOST_REASON: u32 = 64 * 1024;

/// A stream, and what is being waited for.
pub(crate) struct Wire {
    pub(crate) stream: Box<dyn Stream>,
    waiting: Waiting,
    limit: Duration,
}

impl Wire {
    pub(crate) fn new(stream: impl Stream + 'static) -> Self {
        let limit = Duration::from_secs(20);
        Self { stream: Box::new(stream), waiting: Waiting::Greeting, limit }
    }

    /// From now on this is being waited for, each part of it at most for so long.
    pub(crate) const fn wait_for(&mut self, waiting: Waiting, seconds: u64) {
        self.waiting = waiting;
        self.limit = Duration::from_secs(seconds);
    }

    pub(crate) async fn bytes<const N: usize>(&mut self) -> Result<[u8; N], VncError> {
        let mut bytes = [0; N];
        self.read(&mut bytes).await?;
        Ok(bytes)
    }

    pub(crate) async fn u8(&mut self) -> Result<u8, VncError> {
        let [byte] = self.bytes().await?;
        Ok(byte)
    }

    pub(crate) async fn u16(&mut self) -> Result<u16, VncError> {
        Ok(u16::from_be_bytes(self.bytes().await?))
    }

    pub(crate) async fn u32(&mut self) -> Result<u32, VncError> {
        Ok(u32::from_be_bytes(self.bytes().await?))
    }

    /// So many bytes; the caller has bounded how many.
    pub(crate) async fn vec(&mut self, length: usize) -> Result<Vec<u8>, VncError> {
        let mut bytes = vec![0; length];
        self.read(&mut bytes).await?;
        Ok(bytes)
    }

    /// A reason: a length and text.
    pub(crate) async fn reason(&mut self) -> Result<String, VncError> {
        let length = self.u32().await?;
        if length > MOST_REASON {
            return Err(VncError::protocol("the reason it gives is far too long"));
        }
        let text = self.vec(usize::try_from(length).unwrap_or_default()).await?;
        Ok(crate::text::name(&text))
    }

    async fn read(&mut self, into: &mut [u8]) -> Result<(), VncError> {
        let (waiting, limit) = (self.waiting, self.limit);
        in_time(waiting, limit, self.stream.read_exact(into)).await.map(|_| ())
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), VncError> {
        let (waiting, limit) = (self.waiting, self.limit);
        let writing = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        in_time(waiting, limit, writing).await
    }

    /// Anything else that takes its time. Holds no reference meanwhile: a stream need not be shared between threads.
    pub(crate) fn in_time<T, F: Future<Output = std::io::Result<T>>>(
        &self,
        doing: F,
    ) -> impl Future<Output = Result<T, VncError>> + use<T, F> {
        in_time(self.waiting, self.limit, doing)
    }

    /// The stream, for whoever [puts](Self::put) another around it.
    pub(crate) fn take(&mut self) -> Box<dyn Stream> {
        std::mem::replace(&mut self.stream, Box::new(tokio::io::empty()))
    }

    /// From now on this is read and written.
    pub(crate) fn put(&mut self, stream: impl Stream + 'static) {
        self.stream = Box::new(stream);
    }
}

async fn in_time<T>(
    waiting: Waiting,
    after: Duration,
    doing: impl Future<Output = std::io::Result<T>>,
) -> Result<T, VncError> {
    match timeout(after, doing).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(VncError::broke_off(waiting, &error)),
        Err(_) => Err(VncError::TimedOut { waiting, after }),
    }
}
