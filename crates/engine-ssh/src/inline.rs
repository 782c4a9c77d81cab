//! TCP whose urgent bytes are bytes like any other: Telnet sends half of a command that way (RFC 854, the Synch signal),
//! and nothing else sends any.

use socket2::SockRef;
use std::{
    io::{self, Read as _},
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, Interest, ReadBuf},
    net::TcpStream,
};

/// A connection whose reads end only where the kernel has no more.
///
/// A read ends before an urgent byte, whatever has come behind it. Tokio takes a read that leaves room for the last one
/// until more arrives, so that what is there already would lie until then.
pub(crate) struct Inline(TcpStream);

impl Inline {
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        SockRef::from(&stream).set_out_of_band_inline(true)?;
        Ok(Self(stream))
    }
}

impl AsyncRead for Inline {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.poll_read_ready(context))?;
            let free = buffer.initialize_unfilled();
            let read = self.0.try_io(Interest::READABLE, || (&*SockRef::from(&self.0)).read(free));
            match read {
                Ok(count) => {
                    buffer.advance(count);
                    return Poll::Ready(Ok(()));
                }
                // Found only now: waits for the kernel to tell of more.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for Inline {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
