//! RFB inside of a WebSocket (RFC 6455), as websockify, QEMU, LibVNCServer and the consoles of hypervisors offer it: binary
//! messages, whose bounds mean nothing.
//!
//! Deliberately absent: text in Base64, which servers gave up long ago, compression, cookies and signing in by HTTP.

use crate::{VncError, ask::Person, error::Waiting, security::tls, text, wire::Wire};
use futures_util::{Sink as _, Stream as _};
use patchbay_model::WebSocketPlace;
use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Bytes, Error, Message,
        error::ProtocolError,
        handshake::client::generate_key,
        http::{Request, StatusCode, Uri},
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

/// The longest message, and the longest part of one. Servers send what they have read at once: 64 KiB, rarely more.
const LONGEST: usize = 8 * 1024 * 1024;
/// Written as one message.
const CHUNK: usize = 16 * 1024;

/// Opens it, with TLS below and the certificate judged where that is wanted.
pub(crate) async fn open(
    wire: &mut Wire,
    person: &Person,
    place: &WebSocketPlace,
) -> Result<(), VncError> {
    wire.wait_for(Waiting::WebSocket, 20);
    if place.encrypted {
        let (chain, _) =
            tls::certificate(wire, &place.host).await.map_err(|error| match error {
                VncError::Tls { reason } => no_websocket(&format!("its TLS failed, {reason}")),
                other => other,
            })?;
        person.judge(chain, &place.host, place.port).await?;
    }
    let request = request(place).map_err(|error| VncError::Internal(error.to_string()))?;
    let stream = wire.take();
    let opening = async { Ok(client_async_with_config(request, stream, Some(config())).await) };
    let (stream, _) = wire.in_time(opening).await?.map_err(explain)?;
    wire.put(Messages::of(stream));
    wire.wait_for(Waiting::Greeting, 20);
    Ok(())
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(LONGEST))
        .max_frame_size(Some(LONGEST))
        // What is typed goes out at once.
        .write_buffer_size(0)
}

/// The bytes that a recording of an open WebSocket holds, as a client reads them.
///
/// # Errors
/// When it breaks the protocol, or does not end in order.
pub async fn replay(recorded: &[u8]) -> io::Result<Vec<u8>> {
    let stream = tokio::io::join(recorded, tokio::io::sink());
    let stream = WebSocketStream::from_raw_socket(stream, Role::Client, Some(config())).await;
    let mut bytes = Vec::new();
    Messages::of(stream).read_to_end(&mut bytes).await.map(|_| bytes)
}

fn request(place: &WebSocketPlace) -> Result<Request<()>, Box<dyn std::error::Error>> {
    let scheme = if place.encrypted { "wss" } else { "ws" };
    let authority = place.authority();
    let uri = Uri::builder().scheme(scheme).authority(authority.as_str());
    let uri = uri.path_and_query(place.path.as_str()).build()?;
    let request = Request::builder()
        .uri(uri)
        .header("Host", authority)
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", generate_key())
        .header("Sec-WebSocket-Protocol", "binary");
    Ok(request.body(())?)
}

fn no_websocket(reason: &str) -> VncError {
    VncError::NoWebSocket { reason: reason.to_owned() }
}

/// Why there is none.
fn explain(error: Error) -> VncError {
    match error {
        Error::Http(response) => match response.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => no_websocket(
                "the web server wants somebody to sign in to it, which Patchbay cannot do",
            ),
            // Reasons of our own: what the server says may be anything.
            status => no_websocket(&format!("the web server answered “{status}”")),
        },
        Error::Io(error) => VncError::broke_off(Waiting::WebSocket, &error),
        Error::Protocol(ProtocolError::HandshakeIncomplete) | Error::ConnectionClosed => {
            VncError::BrokeOff { waiting: Waiting::WebSocket, reason: None }
        }
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) => {
            no_websocket("the web server does not offer plain bytes (the subprotocol “binary”)")
        }
        Error::Protocol(_) | Error::HttpFormat(_) | Error::AttackAttempt => {
            no_websocket("what answers is not a WebSocket server")
        }
        other => no_websocket(&text::phrase(&other.to_string())),
    }
}

/// The bytes in the messages of a WebSocket.
struct Messages<S> {
    stream: WebSocketStream<S>,
    unread: Bytes,
    over: bool,
}

impl<S> Messages<S> {
    const fn of(stream: WebSocketStream<S>) -> Self {
        Self { stream, unread: Bytes::new(), over: false }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Messages<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.unread.is_empty() {
            if self.over {
                return Poll::Ready(Ok(()));
            }
            match ready!(Pin::new(&mut self.stream).poll_next(context)) {
                Some(Ok(Message::Binary(bytes))) => self.unread = bytes,
                // Pings are answered by the library.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Text(_))) => {
                    return Poll::Ready(Err(broken("it sends text where bytes were agreed on")));
                }
                Some(Ok(Message::Close(frame))) => {
                    self.over = true;
                    if let Some(said) = frame.and_then(|frame| reason(&frame)) {
                        return Poll::Ready(Err(io::Error::other(said)));
                    }
                }
                Some(Err(error)) => {
                    self.over = true;
                    return Poll::Ready(Err(told(error)));
                }
                None => self.over = true,
            }
        }
        let part = buffer.remaining().min(self.unread.len());
        buffer.put_slice(&self.unread.split_to(part));
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Messages<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let part = bytes.get(..CHUNK).unwrap_or(bytes);
        if part.is_empty() {
            return Poll::Ready(Ok(0));
        }
        ready!(Pin::new(&mut self.stream).poll_ready(context)).map_err(told)?;
        let message = Message::Binary(Bytes::copy_from_slice(part));
        Pin::new(&mut self.stream).start_send(message).map_err(told)?;
        Poll::Ready(Ok(part.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context).map_err(told)
    }

    /// Says goodbye, then shuts down what is below without waiting for an answer.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // One that is gone already need not be told.
        let _gone = ready!(Pin::new(&mut self.stream).poll_close(context));
        Pin::new(self.stream.get_mut()).poll_shutdown(context)
    }
}

/// What a server says when it hangs up for a reason: that it cannot reach the desktop, for one.
fn reason(frame: &CloseFrame) -> Option<String> {
    let orderly = matches!(frame.code, CloseCode::Normal | CloseCode::Away | CloseCode::Status);
    let said = text::phrase(frame.reason.as_str());
    match (orderly, said.is_empty()) {
        (true, _) => None,
        (false, true) => Some(format!("WebSocket error {}", u16::from(frame.code))),
        (false, false) => Some(said),
    }
}

fn broken(how: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, how.to_owned())
}

fn told(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        Error::ConnectionClosed | Error::AlreadyClosed => io::ErrorKind::BrokenPipe.into(),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            io::ErrorKind::UnexpectedEof.into()
        }
        Error::Capacity(_) => broken("it sends a message that is far too long"),
        _ => broken("it breaks the WebSocket protocol"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use futures_util::{SinkExt as _, StreamExt as _};
    use std::time::Duration;
    use tokio::{
        io::{AsyncWriteExt as _, DuplexStream, duplex},
        time::timeout,
    };
    use tokio_tungstenite::accept_hdr_async;
    use tokio_tungstenite::tungstenite::handshake::server;

    const LIMIT: Duration = Duration::from_secs(20);

    /// This side as it reads and writes, and the other side after its handshake.
    async fn pair() -> (Messages<DuplexStream>, WebSocketStream<DuplexStream>) {
        let (near, far) = duplex(4096);
        let place = WebSocketPlace {
            encrypted: false,
            host: "2001:db8::1".into(),
            port: 6080,
            path: "/a?b=c".into(),
        };
        #[expect(clippy::result_large_err, reason = "the library asks for it")]
        let accept = |request: &server::Request, mut response: server::Response| {
            assert_eq!(request.uri().to_string(), "/a?b=c");
            assert_eq!(request.headers()["Host"], "[2001:db8::1]:6080");
            assert_eq!(request.headers()["Sec-WebSocket-Protocol"], "binary");
            response.headers_mut().insert("Sec-WebSocket-Protocol", "binary".parse().unwrap());
            Ok(response)
        };
        let near = client_async_with_config(request(&place).unwrap(), near, Some(config()));
        let (near, far) = tokio::join!(near, accept_hdr_async(far, accept));
        let near = Messages::of(near.unwrap().0);
        (near, far.unwrap())
    }

    async fn read_end(near: &mut Messages<DuplexStream>) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        timeout(LIMIT, near.read_to_end(&mut all)).await.expect("it ends").map(|_| all)
    }

    #[tokio::test]
    async fn the_bounds_of_messages_mean_nothing() {
        let (mut near, mut far) = pair().await;
        let sent: Vec<u8> = (0..100_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let parts = sent.clone();
        let far = tokio::spawn(async move {
            for part in parts.chunks(777) {
                far.send(Message::Ping(Bytes::new())).await.unwrap();
                far.send(Message::Binary(Bytes::new())).await.unwrap();
                far.send(Message::Binary(Bytes::copy_from_slice(part))).await.unwrap();
            }
            let mut back = Vec::new();
            let mut pongs = 0;
            while back.len() < 100_000 {
                match far.next().await.unwrap().unwrap() {
                    Message::Binary(bytes) => back.extend(bytes),
                    Message::Pong(_) => pongs += 1,
                    other => panic!("{other:?}"),
                }
            }
            assert!(pongs > 0, "pings are answered");
            far.close(None).await.unwrap();
            back
        });
        let mut came = vec![0; sent.len()];
        timeout(LIMIT, near.read_exact(&mut came)).await.expect("all of it").unwrap();
        assert!(came == sent);
        near.write_all(&sent).await.unwrap();
        near.flush().await.unwrap();
        assert!(read_end(&mut near).await.unwrap().is_empty(), "an orderly end is one");
        assert!(far.await.unwrap() == sent);
    }

    #[tokio::test]
    async fn what_is_no_byte_of_the_desktop_ends_it() {
        let close = |code, reason: &str| {
            Message::Close(Some(CloseFrame { code, reason: reason.to_owned().into() }))
        };
        for (message, said) in [
            (Message::Text("RFB".into()), "it sends text where bytes were agreed on"),
            (close(CloseCode::Error, "No route\u{1b}[31m."), "No route[31m"),
            (close(CloseCode::Policy, ""), "WebSocket error 1008"),
        ] {
            let (mut near, mut far) = pair().await;
            far.send(message).await.unwrap();
            assert_eq!(read_end(&mut near).await.unwrap_err().to_string(), said);
        }
        let (mut near, mut far) = pair().await;
        far.send(close(CloseCode::Normal, "Target closed")).await.unwrap();
        assert!(read_end(&mut near).await.unwrap().is_empty());
        let (mut near, far) = pair().await;
        drop(far);
        let gone = read_end(&mut near).await.unwrap_err();
        assert_eq!(gone.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn frames_that_are_too_long_or_wrong_are_refused_before_there_is_room_for_them() {
        let long = u64::try_from(LONGEST).unwrap() + 1;
        let announced = [&[0x82, 127][..], &long.to_be_bytes()].concat();
        let ping = [&[0x89, 126, 0, 126][..], &[0; 126]].concat();
        for (frame, said) in [
            (announced.as_slice(), "it sends a message that is far too long"),
            (
                &[0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255],
                "it sends a message that is far too long",
            ),
            // A reserved bit, a fragment of nothing, a ping of 126 bytes.
            (&[0xf2, 0], "it breaks the WebSocket protocol"),
            (&[0x80, 1, 0], "it breaks the WebSocket protocol"),
            (&ping, "it breaks the WebSocket protocol"),
        ] {
            let (mut near, mut far) = pair().await;
            far.get_mut().write_all(frame).await.unwrap();
            let refused = read_end(&mut near).await.unwrap_err();
            assert_eq!(refused.to_string(), said, "{frame:?}");
        }
        // In many parts as well.
        let (mut near, mut far) = pair().await;
        let part = LONGEST / 2;
        let head = |first| {
            let mut head: Vec<u8> = vec![first, 127];
            head.extend(u64::try_from(part).unwrap().to_be_bytes());
            head
        };
        let sending = async {
            for first in [0x02, 0, 0] {
                let mut frame = head(first);
                frame.resize(frame.len() + part, 0);
                // It may have been refused meanwhile.
                let _refused = far.get_mut().write_all(&frame).await;
            }
        };
        let reading = async {
            let refused = read_end(&mut near).await.unwrap_err();
            drop(near);
            refused
        };
        let (refused, ()) = tokio::join!(reading, sending);
        assert_eq!(refused.to_string(), "it sends a message that is far too long");
    }
}
