//! Requests over connections that are used again.

use crate::{ProxmoxError, Site, answer::Answer, call::Call};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response,
    body::{Body, Incoming},
    client::conn::http1::{self, SendRequest},
    ext::ReasonPhrase,
    header::{self, HeaderMap, HeaderValue},
};
use hyper_util::rt::TokioIo;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout};

/// The server itself gives up on another node after half a minute.
const PATIENCE: Duration = Duration::from_secs(90);
/// 5,000 guests are a twentieth of it.
const LARGEST: usize = 64 * 1024 * 1024;
/// The server closes what is idle for five seconds; one that was idle for longer is not used again.
const IDLE: Duration = Duration::from_secs(3);
/// Connections that are kept for the next request.
const KEPT: usize = 4;

/// What this program calls itself.
const AGENT: HeaderValue = HeaderValue::from_static("Patchbay");

type Sender = SendRequest<Full<Bytes>>;

/// A site, and connections to it.
pub(crate) struct Http {
    pub(crate) site: Site,
    idle: Mutex<Vec<(Instant, Sender)>>,
}

impl Http {
    pub(crate) const fn new(site: Site) -> Self {
        Self { site, idle: Mutex::new(Vec::new()) }
    }

    /// Sends a request. What changes something is sent once: it goes out again only if the connection was closed before
    /// any of it had gone out.
    pub(crate) async fn send(&self, call: &Call, who: &HeaderMap) -> Result<Answer, ProxmoxError> {
        if call.astray {
            return Err(ProxmoxError::Invalid("A name is empty or a path.".to_owned()));
        }
        let answered = timeout(PATIENCE, self.try_send(call, who)).await;
        answered.map_err(|_| self.unreachable("no answer came within a minute and a half"))?
    }

    async fn try_send(&self, call: &Call, who: &HeaderMap) -> Result<Answer, ProxmoxError> {
        while let Some(mut sender) = self.idle() {
            match sender.try_send_request(self.request(call, who)?).await {
                Ok(response) => return self.whole(response, sender).await,
                Err(mut error) => {
                    if error.take_message().is_some() {
                        // It was closed before any of it went out.
                        continue;
                    }
                    let error = error.into_error();
                    // What only reads may be asked again; whether anything else was done nobody knows.
                    if call.reads() && error.is_incomplete_message() {
                        break;
                    }
                    return Err(self.broke(&error));
                }
            }
        }
        let (mut sender, connection) = self.connect().await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to a cluster ended");
            }
        });
        let response = sender.send_request(self.request(call, who)?).await;
        self.whole(response.map_err(|error| self.broke(&error))?, sender).await
    }

    /// Sends one request with a body of its own over a connection of its own, which ends with it: whoever drops this has
    /// cancelled it.
    pub(crate) async fn send_alone<B>(&self, request: Request<B>) -> Result<Answer, ProxmoxError>
    where
        B: Body<Data = Bytes> + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (mut sender, connection) = self.connect().await?;
        let answered = async {
            let response = sender.send_request(request).await;
            self.read(response.map_err(|error| self.broke(&error))?).await
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

    async fn connect<B>(
        &self,
    ) -> Result<
        (SendRequest<B>, http1::Connection<TokioIo<crate::site::Connection>, B>),
        ProxmoxError,
    >
    where
        B: Body<Data = Bytes> + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let stream = self.site.connect().await?;
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| self.broke(&error))
    }

    fn request(&self, call: &Call, who: &HeaderMap) -> Result<Request<Full<Bytes>>, ProxmoxError> {
        let mut request = self.head(call, who)?.body(Full::default()).map_err(invalid)?;
        if let Some(body) = call.body() {
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            request.headers_mut().insert(header::CONTENT_TYPE, form);
            // Wiped when it has gone out: passwords may be in it.
            *request.body_mut() = Full::new(Bytes::from_owner(Wiped(body)));
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

    async fn whole(
        &self,
        response: Response<Incoming>,
        sender: Sender,
    ) -> Result<Answer, ProxmoxError> {
        let said = response.headers().get(header::CONNECTION);
        let stays = !said.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"close"));
        let answer = self.read(response).await?;
        if stays {
            self.keep(sender);
        }
        Ok(answer)
    }

    async fn read(&self, response: Response<Incoming>) -> Result<Answer, ProxmoxError> {
        let too_large = || ProxmoxError::TooLarge { at: self.site.authority() };
        let status = response.status().as_u16();
        let reason = response.extensions().get::<ReasonPhrase>();
        let reason = reason.map(|reason| reason.as_bytes().to_vec());
        let mut body = response.into_body();
        if body.size_hint().lower() > LARGEST as u64 {
            return Err(too_large());
        }
        let mut all = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| self.broke(&error))?;
            let Some(data) = frame.data_ref() else { continue };
            if all.len() + data.len() > LARGEST {
                return Err(too_large());
            }
            all.extend_from_slice(data);
        }
        Ok(Answer { status, reason, body: all.into() })
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

    pub(crate) fn unreachable(&self, why: &str) -> ProxmoxError {
        ProxmoxError::Unreachable { at: self.site.authority(), why: why.to_owned() }
    }

    fn broke(&self, error: &hyper::Error) -> ProxmoxError {
        tracing::debug!(%error, "a request to a cluster failed");
        self.unreachable("the connection broke")
    }
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
