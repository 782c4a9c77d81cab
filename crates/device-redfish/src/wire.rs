//! Requests, over connections that are used again. Before a certificate is the one that is pinned, nothing is said.

use crate::{Link, RedfishError};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Request, Response,
    body::{Body as _, Incoming},
    client::conn::http1::{self, SendRequest},
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use hyper_util::rt::TokioIo;
use patchbay_tls::fingerprint;
use std::{
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout},
};

/// A log of thousands of entries is a few MiB.
const LARGEST: usize = 8 * 1024 * 1024;
/// Of all headers of an answer.
const HEADERS: usize = 64 * 1024;
/// Controllers close what is idle; a connection that was idle for longer is not used again.
const IDLE: Duration = Duration::from_secs(5);
/// Connections that are kept: controllers have few.
const KEPT: usize = 2;

type Sender = SendRequest<Full<Bytes>>;

/// Where a management controller is, and whom it has to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// A name or an IP address without brackets.
    pub host: String,
    /// Of HTTPS.
    pub port: u16,
    /// The fingerprint of its certificate, as [`patchbay_tls::fingerprint`] writes it.
    pub fingerprint: String,
    /// How long a connection, or an answer, may take.
    pub patience: Duration,
}

impl Place {
    /// The usual port and patience: some controllers think for half a minute.
    #[must_use]
    pub const fn new(host: String, fingerprint: String) -> Self {
        Self { host, port: 443, fingerprint, patience: Duration::from_secs(60) }
    }

    /// As it stands in `Host` and in messages.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = match self.host.parse::<IpAddr>() {
            Ok(IpAddr::V6(address)) => format!("[{address}]"),
            _ => self.host.clone(),
        };
        if self.port == 443 { host } else { format!("{host}:{}", self.port) }
    }

    /// Looks what certificate is shown there, and says nothing.
    ///
    /// # Errors
    /// If nobody answers by TLS.
    pub async fn look(host: &str, port: u16, patience: Duration) -> Result<String, RedfishError> {
        let place = Self { host: host.to_owned(), port, fingerprint: String::new(), patience };
        place.dial().await.map(|(_, shown)| shown)
    }

    async fn dial(&self) -> Result<(patchbay_tls::TlsStream<TcpStream>, String), RedfishError> {
        let at = self.authority();
        let unreachable = |why: String| RedfishError::Unreachable { at: at.clone(), why };
        let slow =
            || unreachable(format!("nothing came within {} seconds", self.patience.as_secs()));
        let connecting = TcpStream::connect((self.host.as_str(), self.port));
        let tcp = timeout(self.patience, connecting).await.map_err(|_| slow())?;
        let tcp = tcp.map_err(|error| unreachable(error.to_string()))?;
        tcp.set_nodelay(true).map_err(|error| unreachable(error.to_string()))?;
        let securing = patchbay_tls::connect(tcp, &self.host);
        let secured = timeout(self.patience, securing).await.map_err(|_| slow())?;
        let secured = secured
            .map_err(|error| RedfishError::NoTls { at: at.clone(), why: error.to_string() })?;
        let shown = fingerprint(secured.chain.first().map_or(&[][..], Vec::as_slice));
        Ok((secured.stream, shown))
    }
}

/// What is asked.
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    pub(crate) link: &'a Link,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Option<Bytes>,
}

/// What came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A header as text.
    pub(crate) fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The connections to one place.
pub(crate) struct Wire {
    pub(crate) place: Place,
    idle: Mutex<Vec<(Instant, Sender)>>,
}

impl Wire {
    pub(crate) const fn new(place: Place) -> Self {
        Self { place, idle: Mutex::new(Vec::new()) }
    }

    /// Asks once. Only what reads is asked again, if a connection that was used before turns out to be dead.
    pub(crate) async fn ask(&self, ask: &Ask<'_>) -> Result<Answer, RedfishError> {
        match self.send(ask).await {
            // Nothing was to be done there, so nothing is in doubt.
            Err(RedfishError::Lost { at, why }) if ask.method == Method::GET => {
                Err(RedfishError::Unreachable { at, why })
            }
            answer => answer,
        }
    }

    async fn send(&self, ask: &Ask<'_>) -> Result<Answer, RedfishError> {
        while let Some(mut sender) = self.idle() {
            match timeout(self.place.patience, sender.try_send_request(self.request(ask)?)).await {
                Err(_) => return Err(self.lost("nothing came in time")),
                Ok(Ok(response)) => return self.whole(response, sender).await,
                Ok(Err(mut error)) => {
                    if error.take_message().is_some() {
                        // It was closed before any of it went out.
                        continue;
                    }
                    if ask.method == Method::GET && error.into_error().is_incomplete_message() {
                        break;
                    }
                    return Err(self.lost("the connection broke"));
                }
            }
        }
        let mut sender = self.connect().await?;
        let sending = sender.send_request(self.request(ask)?);
        let response = timeout(self.place.patience, sending).await;
        let response = response.map_err(|_| self.lost("nothing came in time"))?;
        let response = response.map_err(|error| {
            tracing::debug!(%error, "a request to a management controller failed");
            self.lost("the connection broke")
        })?;
        self.whole(response, sender).await
    }

    async fn whole(
        &self,
        response: Response<Incoming>,
        sender: Sender,
    ) -> Result<Answer, RedfishError> {
        let (head, body) = response.into_parts();
        let reading = timeout(self.place.patience, self.read(body)).await;
        let body = reading.map_err(|_| self.lost("it stopped in the middle"))??;
        let closes = head.headers.get(header::CONNECTION);
        if !closes.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"close")) {
            self.keep(sender);
        }
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    async fn read(&self, mut body: Incoming) -> Result<Vec<u8>, RedfishError> {
        let too_large = || RedfishError::TooLarge { at: self.place.authority() };
        if body.size_hint().lower() > LARGEST as u64 {
            return Err(too_large());
        }
        let mut answer = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| self.lost("it stopped in the middle"))?;
            let Some(data) = frame.data_ref() else { continue };
            if answer.len() + data.len() > LARGEST {
                return Err(too_large());
            }
            answer.extend_from_slice(data);
        }
        Ok(answer.into())
    }

    async fn connect(&self) -> Result<Sender, RedfishError> {
        let at = self.place.authority();
        let (stream, shown) = self.place.dial().await?;
        if shown != self.place.fingerprint {
            return Err(RedfishError::Changed { at, shown });
        }
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(HEADERS)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| RedfishError::Unreachable { at, why: error.to_string() })?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to a management controller ended");
            }
        });
        Ok(sender)
    }

    fn request(&self, ask: &Ask<'_>) -> Result<Request<Full<Bytes>>, RedfishError> {
        let mut request = Request::builder()
            .method(ask.method.clone())
            .uri(ask.link.as_str())
            .header(header::HOST, self.place.authority())
            .header(header::ACCEPT, "application/json")
            // A compressed answer has a weak etag at best, and controllers have no time for it.
            .header(header::ACCEPT_ENCODING, "identity")
            .header("odata-version", "4.0")
            .body(Full::new(ask.body.clone().unwrap_or_default()))
            .map_err(|error| RedfishError::Invalid(format!("That cannot be asked: {error}.")))?;
        let headers = request.headers_mut();
        if ask.body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        headers.extend(ask.headers.iter().cloned());
        Ok(request)
    }

    fn idle(&self) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        idle.retain(|(since, sender)| sender.is_ready() && now - *since < IDLE);
        idle.pop().map(|(_, sender)| sender)
    }

    fn keep(&self, sender: Sender) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push((Instant::now(), sender));
        }
    }

    pub(crate) fn lost(&self, why: &str) -> RedfishError {
        RedfishError::Lost { at: self.place.authority(), why: why.to_owned() }
    }
}
