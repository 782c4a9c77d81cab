//! Taking connections, and letting them go.

use super::stall::Stall;
use super::{Certificate, Permit, Permits, Reloaded};
use crate::http::{Connection, Door};
use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::http::Request;
use futures_util::future::join_all;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// The first byte of TLS (RFC 8446 section 5.1: a record of the handshake).
const TLS: u8 = 0x16;
/// Streams of one HTTP/2 connection at a time.
const STREAMS: u32 = 128;
/// The longest head of a request.
const HEAD: usize = 32 * 1024;
/// What is told to whoever speaks plain HTTP.
const PLAIN: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 158\r\nConnection: close\r\n\r\n{\"error\":{\"code\":\"invalid\",\"message\":\"This server speaks HTTPS.\",\"nextStep\":\"Begin the address with https://.\",\"field\":null,\"retryable\":false},\"requestId\":\"\"}";

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// From the connection to the end of the TLS handshake.
    pub handshake: Duration,
    /// For the head of a request, and between two.
    pub head: Duration,
    /// Without a request, over HTTP/2.
    pub idle: Duration,
    /// For a client that takes nothing of what it is sent.
    pub stall: Duration,
    /// For connections to end after the server was told to.
    pub drain: Duration,
    /// For a connection on which nothing is going on, in that time.
    pub last: Duration,
    /// Between two looks at the files of the certificate.
    pub reload: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(20),
            idle: Duration::from_secs(90),
            stall: Duration::from_secs(45),
            drain: Duration::from_secs(18),
            last: Duration::from_secs(1),
            reload: Duration::from_secs(10),
        }
    }
}

/// Addresses that are ours and not served yet.
#[derive(Debug)]
pub struct Bound {
    listeners: Vec<(TcpListener, SocketAddr)>,
}

impl Bound {
    /// Takes all of them.
    ///
    /// # Errors
    /// The first that cannot be had, and why.
    pub async fn bind(addresses: &[SocketAddr]) -> Result<Self, (SocketAddr, io::Error)> {
        let mut listeners = Vec::new();
        for address in addresses {
            let failed = |error| (*address, error);
            let listener = TcpListener::bind(address).await.map_err(failed)?;
            let address = listener.local_addr().map_err(failed)?;
            listeners.push((listener, address));
        }
        Ok(Self { listeners })
    }

    /// They, with the ports that were found for port 0.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().map(|(_, address)| *address).collect()
    }

    /// Serves until the door is drained and everything has ended, or its time is up.
    pub async fn serve(
        self,
        door: Arc<Door>,
        app: Router,
        certificate: Arc<Certificate>,
        permits: Arc<Permits>,
        timing: Timing,
    ) {
        let hall = Arc::new(Hall {
            acceptor: TlsAcceptor::from(certificate.config()),
            door,
            app,
            permits,
            timing,
            over: CancellationToken::new(),
        });
        let accepting = join_all(
            self.listeners.into_iter().map(|(listener, _)| Arc::clone(&hall).accept(listener)),
        );
        let renewing = renew(&certificate, timing.reload);
        let draining = async {
            hall.door.drain.cancelled().await;
            if timeout(timing.drain, hall.permits.all_back()).await.is_err() {
                tracing::warn!("connections that did not end were cut off");
            }
        };
        // Connections are taken to the last, so that who asks for /readyz is told.
        tokio::select! {
            () = draining => {}
            _ = accepting => {}
            () = renewing => {}
        }
        hall.over.cancel();
    }
}

/// Looks now and then whether the certificate's files have changed.
async fn renew(certificate: &Certificate, every: Duration) {
    let mut complained = String::new();
    loop {
        tokio::time::sleep(every).await;
        match certificate.reload() {
            Ok(Reloaded::Same) => complained.clear(),
            Ok(Reloaded::New) => {
                tracing::info!(
                    fingerprint = certificate.fingerprint(),
                    "a new certificate is shown"
                );
            }
            Err(error) => {
                let error = error.to_string();
                if error != complained {
                    tracing::warn!(error, "the old certificate is still shown");
                    complained = error;
                }
            }
        }
    }
}

struct Hall {
    acceptor: TlsAcceptor,
    door: Arc<Door>,
    app: Router,
    permits: Arc<Permits>,
    timing: Timing,
    /// Whatever is left ends now.
    over: CancellationToken,
}

impl Hall {
    async fn accept(self: Arc<Self>, listener: TcpListener) {
        loop {
            match listener.accept().await {
                Ok((tcp, from)) => {
                    let limited = !self.door.proxies.include(from.ip());
                    let Some(permit) = self.permits.take(from.ip(), limited) else {
                        self.door.metrics.refused.fetch_add(1, Ordering::Relaxed);
                        tracing::debug!(%from, "one connection too many");
                        continue;
                    };
                    let hall = Arc::clone(&self);
                    tokio::spawn(async move {
                        let over = hall.over.clone();
                        tokio::select! {
                            biased;
                            () = over.cancelled() => {}
                            ended = hall.connection(tcp, from, permit) => {
                                if let Err(error) = ended {
                                    tracing::debug!(%from, %error, "a connection ended");
                                }
                            }
                        }
                    });
                }
                // Out of descriptors, most likely: accepting again at once would only spin.
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    async fn connection(
        &self,
        tcp: TcpStream,
        from: SocketAddr,
        permit: Permit,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        tcp.set_nodelay(true)?;
        self.notice_the_dead(&tcp)?;
        let to = tcp.local_addr()?;
        let greeted = tokio::select! {
            greeted = timeout(self.timing.handshake, self.greet(tcp, from)) => greeted??,
            // Whoever has not even begun is not waited for at the end.
            () = self.last_call() => return Ok(()),
        };
        let permit = Arc::new(permit);
        match greeted {
            Greeted::Tls(stream) => {
                let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                self.http(*stream, Connection { from, to, tls: true, permit }, h2).await
            }
            Greeted::Plain(stream) => {
                self.http(stream, Connection { from, to, tls: false, permit }, false).await
            }
            Greeted::Refused => Ok(()),
        }
    }

    /// Finds out what the client speaks.
    async fn greet(&self, tcp: TcpStream, from: SocketAddr) -> io::Result<Greeted> {
        let mut first = [0];
        if tcp.peek(&mut first).await? == 0 {
            return Ok(Greeted::Refused);
        }
        let mut tcp = Stall::new(tcp, self.timing.stall);
        if first == [TLS] {
            return Ok(Greeted::Tls(Box::new(self.acceptor.accept(tcp).await?)));
        }
        if self.door.proxies.include(from.ip()) {
            return Ok(Greeted::Plain(tcp));
        }
        tcp.write_all(PLAIN).await?;
        tcp.shutdown().await?;
        // Hanging up on what was not read would take the answer along.
        let mut rest = [0; 1024];
        while tcp.read(&mut rest).await? > 0 {}
        Ok(Greeted::Refused)
    }

    /// Returns a moment after the server was told to end.
    async fn last_call(&self) {
        self.door.drain.cancelled().await;
        tokio::time::sleep(self.timing.last).await;
    }

    /// A client that is gone without a word is noticed by the system.
    fn notice_the_dead(&self, tcp: &TcpStream) -> io::Result<()> {
        let socket = socket2::SockRef::from(tcp);
        let alive = socket2::TcpKeepalive::new().with_time(self.timing.stall);
        socket.set_tcp_keepalive(&alive.with_interval(self.timing.stall / 4))?;
        #[cfg(target_os = "linux")]
        socket.set_tcp_user_timeout(Some(self.timing.stall))?;
        Ok(())
    }

    async fn http(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        connection: Connection,
        h2: bool,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let (busy, _) = watch::channel(0_usize);
        let busy = Arc::new(busy);
        let (app, requests) = (self.app.clone(), Arc::clone(&busy));
        let service = tower::service_fn(move |mut request: Request<Incoming>| {
            let during = During::begin(&requests);
            request.extensions_mut().insert(connection.clone());
            let answered = app.clone().oneshot(request);
            async move {
                let answer = answered.await?;
                Ok::<_, std::convert::Infallible>(answer.map(|body| until_sent(body, during)))
            }
        });
        let builder = self.builder(h2);
        let served = builder.serve_connection_with_upgrades(
            TokioIo::new(stream),
            TowerToHyperService::new(service),
        );
        let mut served = pin!(served);
        let drain = &self.door.drain;
        let mut begun = busy.subscribe();
        if drain.is_cancelled() {
            // It came after the end was told, to ask whether the server is ready: one request is answered.
            tokio::select! {
                biased;
                ended = served.as_mut() => return ended,
                _ = timeout(self.timing.last, begun.changed()) => {}
            }
        }
        tokio::select! {
            biased;
            ended = served.as_mut() => return ended,
            () = drain.cancelled() => {}
            () = idle(&busy, self.timing.idle), if h2 => {}
        }
        served.as_mut().graceful_shutdown();
        tokio::select! {
            biased;
            ended = served => ended,
            () = idle(&busy, self.timing.last) => Ok(()),
        }
    }

    fn builder(&self, h2: bool) -> Builder<TokioExecutor> {
        let builder = Builder::new(TokioExecutor::new());
        if h2 {
            let mut builder = builder.http2_only();
            builder
                .http2()
                .timer(TokioTimer::new())
                .max_concurrent_streams(STREAMS)
                .max_header_list_size(u32::try_from(HEAD).unwrap_or(u32::MAX))
                .keep_alive_interval(self.timing.head)
                .keep_alive_timeout(self.timing.head);
            builder
        } else {
            let mut builder = builder.http1_only();
            builder
                .http1()
                .timer(TokioTimer::new())
                .header_read_timeout(self.timing.head)
                .max_buf_size(HEAD);
            builder
        }
    }
}

/// What a client speaks.
enum Greeted {
    Tls(Box<TlsStream<Stall<TcpStream>>>),
    /// Only proxies may.
    Plain(Stall<TcpStream>),
    /// It was told why, or has left.
    Refused,
}

/// A request is being answered until this is dropped.
struct During(Arc<watch::Sender<usize>>);

impl During {
    fn begin(busy: &Arc<watch::Sender<usize>>) -> Self {
        busy.send_modify(|requests| *requests += 1);
        Self(Arc::clone(busy))
    }
}

impl Drop for During {
    fn drop(&mut self) {
        self.0.send_modify(|requests| *requests = requests.saturating_sub(1));
    }
}

/// The answer lasts as long as its body.
fn until_sent(body: Body, during: During) -> Body {
    if body.is_end_stream() {
        return body;
    }
    Body::new(body.map_frame(move |frame| {
        let _alive = &during;
        frame
    }))
}

/// Returns when there was no request for so long.
async fn idle(busy: &watch::Sender<usize>, patience: Duration) {
    let mut busy = busy.subscribe();
    loop {
        let requests = *busy.borrow_and_update();
        if requests > 0 {
            // The other end is held by the caller.
            if busy.changed().await.is_err() {
                return;
            }
        } else if timeout(patience, busy.changed()).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PLAIN;

    #[test]
    fn the_plain_answer_is_as_long_as_it_says() {
        let text = String::from_utf8_lossy(PLAIN);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
        assert!(head.contains(&format!("Content-Length: {}\r", body.len())), "{}", body.len());
    }
}
