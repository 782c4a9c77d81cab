//! Requests, over connections that are used again. Before a certificate is the one that is pinned, nothing is said.

use crate::{Link, RedfishError};
use bytes::Bytes;
use hyper::{
    Method, Request,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use patchbay_https::{Body, HttpsError, Limits, Pool};
use patchbay_tls::{TlsStream, fingerprint};
use std::{net::IpAddr, time::Duration};
use tokio::{net::TcpStream, time::timeout};

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

    /// Connects, and makes sure of who answers before anything is said.
    async fn connect(&self) -> Result<TlsStream<TcpStream>, RedfishError> {
        let (stream, shown) = self.dial().await?;
        if shown != self.fingerprint {
            return Err(RedfishError::Changed { at: self.authority(), shown });
        }
        Ok(stream)
    }

    async fn dial(&self) -> Result<(TlsStream<TcpStream>, String), RedfishError> {
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
    pool: Pool,
}

impl Wire {
    pub(crate) const fn new(place: Place) -> Self {
        let limits = Limits {
            patience: place.patience,
            // A log of thousands of entries is a few MiB.
            largest: 8 * 1024 * 1024,
            headers: 64 * 1024,
            idle: Duration::from_secs(5),
            // Controllers have few.
            kept: 2,
        };
        Self { place, pool: Pool::new("a management controller", limits) }
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
        let sending = self.pool.send(self.request(ask)?, self.place.connect());
        let (head, body) = sending.await.map_err(|error| self.failed(error))?.into_parts();
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    fn request(&self, ask: &Ask<'_>) -> Result<Request<Body>, RedfishError> {
        let mut request = Request::builder()
            .method(ask.method.clone())
            .uri(ask.link.as_str())
            .header(header::HOST, self.place.authority())
            .header(header::ACCEPT, "application/json")
            // A compressed answer has a weak etag at best, and controllers have no time for it.
            .header(header::ACCEPT_ENCODING, "identity")
            .header("odata-version", "4.0")
            .body(Body::new(ask.body.clone().unwrap_or_default()))
            .map_err(|error| RedfishError::Invalid(format!("That cannot be asked: {error}.")))?;
        let headers = request.headers_mut();
        if ask.body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        headers.extend(ask.headers.iter().cloned());
        Ok(request)
    }

    fn failed(&self, error: HttpsError<RedfishError>) -> RedfishError {
        let at = || self.place.authority();
        match error {
            HttpsError::Connect(error) => error,
            HttpsError::Broke | HttpsError::Slow | HttpsError::Stopped => {
                RedfishError::Lost { at: at(), why: error.to_string() }
            }
            HttpsError::TooLarge => RedfishError::TooLarge { at: at() },
        }
    }
}
