//! Requests over connections that are used again.

use crate::{ProxmoxError, Site, answer::Answer, call::Call};
use bytes::Bytes;
use hyper::{
    Request, body,
    client::conn::http1,
    ext::ReasonPhrase,
    header::{self, HeaderMap, HeaderValue},
    http::response::Parts,
};
use hyper_util::rt::TokioIo;
use patchbay_https::{Body, HttpsError, Limits, Pool};
use std::time::Duration;
use tokio::time::timeout;

/// The server itself gives up on another node after half a minute.
const PATIENCE: Duration = Duration::from_secs(90);
/// Of one request, and of the connections that are kept.
const LIMITS: Limits = Limits {
    // All of a request together may take as long as `PATIENCE`.
    patience: Duration::MAX,
    // 5,000 guests are a twentieth of it.
    largest: 64 * 1024 * 1024,
    // As much as `hyper` takes if nobody says anything.
    headers: 408 * 1024,
    // The server closes what is idle for five seconds.
    idle: Duration::from_secs(3),
    kept: 4,
};

/// What this program calls itself.
const AGENT: HeaderValue = HeaderValue::from_static("Patchbay");

/// A site, and connections to it.
pub(crate) struct Http {
    pub(crate) site: Site,
    pool: Pool,
}

impl Http {
    pub(crate) const fn new(site: Site) -> Self {
        Self { site, pool: Pool::new("a cluster", LIMITS) }
    }

    /// Sends a request. What changes something is sent once: it goes out again only if the connection was closed before
    /// any of it had gone out.
    pub(crate) async fn send(&self, call: &Call, who: &HeaderMap) -> Result<Answer, ProxmoxError> {
        if call.astray {
            return Err(ProxmoxError::Invalid("A name is empty or a path.".to_owned()));
        }
        let request = self.request(call, who)?;
        let answered = timeout(PATIENCE, self.pool.send(request, self.site.connect())).await;
        let answered =
            answered.map_err(|_| self.unreachable("no answer came within a minute and a half"))?;
        let (head, body) = answered.map_err(|error| self.failed(error))?.into_parts();
        Ok(answer(&head, body))
    }

    /// Sends one request with a body of its own over a connection of its own, which ends with it: whoever drops this has
    /// cancelled it.
    pub(crate) async fn send_alone<B>(&self, request: Request<B>) -> Result<Answer, ProxmoxError>
    where
        B: body::Body<Data = Bytes> + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let stream = TokioIo::new(self.site.connect().await?);
        let opened = http1::handshake(stream).await;
        let (mut sender, connection) = opened.map_err(|error| self.broke(&error))?;
        let answered = async {
            let response = sender.send_request(request).await;
            let (head, body) = response.map_err(|error| self.broke(&error))?.into_parts();
            let body = self.pool.read(body).await;
            Ok(answer(&head, body.map_err(|error| self.failed(error))?))
        };
        tokio::pin!(connection, answered);
        tokio::select! {
            biased;
            answered = &mut answered => answered,
            ended = &mut connection => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection to a cluster ended");
                }
                answered.await
            }
        }
    }

    fn request(&self, call: &Call, who: &HeaderMap) -> Result<Request<Body>, ProxmoxError> {
        let mut request = self.head(call, who)?.body(Body::default()).map_err(invalid)?;
        if let Some(body) = call.body() {
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            request.headers_mut().insert(header::CONTENT_TYPE, form);
            // Wiped when it has gone out: passwords may be in it.
            *request.body_mut() = Body::new(Bytes::from_owner(Wiped(body)));
        }
        Ok(request)
    }

    /// A request without its body.
    pub(crate) fn head(
        &self,
        call: &Call,
        who: &HeaderMap,
    ) -> Result<hyper::http::request::Builder, ProxmoxError> {
        let host = HeaderValue::from_str(&self.site.authority()).map_err(invalid)?;
        let mut head = Request::builder()
            .method(call.method.clone())
            .uri(call.target())
            .header(header::HOST, host)
            .header(header::USER_AGENT, AGENT);
        if let Some(headers) = head.headers_mut() {
            headers.extend(who.clone());
        }
        Ok(head)
    }

    pub(crate) fn unreachable(&self, why: &str) -> ProxmoxError {
        ProxmoxError::Unreachable { at: self.site.authority(), why: why.to_owned() }
    }

    fn broke(&self, error: &hyper::Error) -> ProxmoxError {
        tracing::debug!(%error, "a request to a cluster failed");
        self.failed(HttpsError::Broke)
    }

    fn failed(&self, error: HttpsError<ProxmoxError>) -> ProxmoxError {
        match error {
            HttpsError::Connect(error) => error,
            HttpsError::Broke | HttpsError::Slow | HttpsError::Stopped => {
                self.unreachable("the connection broke")
            }
            HttpsError::TooLarge => ProxmoxError::TooLarge { at: self.site.authority() },
        }
    }
}

fn answer(head: &Parts, body: Vec<u8>) -> Answer {
    let reason = head.extensions.get::<ReasonPhrase>();
    let reason = reason.map(|reason| reason.as_bytes().to_vec());
    Answer { status: head.status.as_u16(), reason, body }
}

struct Wiped(zeroize::Zeroizing<String>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// What cannot stand in a request.
pub(crate) fn invalid(error: impl std::fmt::Display) -> ProxmoxError {
    ProxmoxError::Invalid(format!("That cannot be asked for: {error}."))
}
