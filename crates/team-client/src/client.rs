//! Requests, over connections that are used again.

use crate::{ClientError, Events, Relay, Site, stream};
use bytes::Bytes;
pub use hyper::Method;
use hyper::{
    Request, StatusCode,
    header::{self, HeaderValue},
};
use patchbay_https::{Body, HttpsError, Limits, Pool};
use patchbay_model::{ApiError, ErrorCode, Secret};
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;
use zeroize::Zeroizing;

/// Making a key may take a minute there.
const PATIENCE: Duration = Duration::from_secs(120);
/// Of one request, and of the connections that are kept.
const LIMITS: Limits = Limits {
    // All of a request together may take as long as `PATIENCE`.
    patience: Duration::MAX,
    // A tree of 100,000 machines is a quarter of it.
    largest: 64 * 1024 * 1024,
    // As much as `hyper` takes if nobody says anything.
    headers: 408 * 1024,
    // Servers close what is idle.
    idle: Duration::from_secs(5),
    kept: 4,
};

const fn pool() -> Pool {
    Pool::new("a team server", LIMITS)
}

/// Whoever is signed in at a server, or nobody yet.
pub struct Client {
    site: Site,
    token: Option<Secret<String>>,
    pool: Pool,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("site", &self.site).finish_non_exhaustive()
    }
}

impl Client {
    /// Nobody who is signed in.
    #[must_use]
    pub const fn stranger(site: Site) -> Self {
        Self { site, token: None, pool: pool() }
    }

    /// Whoever has this token.
    #[must_use]
    pub const fn signed_in(site: Site, token: Secret<String>) -> Self {
        Self { site, token: Some(token), pool: pool() }
    }

    /// The same sign-in at another node of the server.
    #[must_use]
    pub fn at(&self, site: Site) -> Self {
        Self { site, token: self.token.clone(), pool: pool() }
    }

    /// The server.
    #[must_use]
    pub const fn site(&self) -> &Site {
        &self.site
    }

    /// Asks a route below `/api/v1`.
    ///
    /// # Errors
    /// If there is no answer, or the server says no.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, ClientError> {
        if !is_path(path) {
            return Err(ClientError::Invalid("That is no path of the server.".to_owned()));
        }
        let body = match body.map(serde_json::to_vec).transpose() {
            Ok(body) => body.map(Bytes::from),
            Err(error) => return Err(ClientError::Invalid(error.to_string())),
        };
        let (status, answer) = self.ask(method, &format!("/api/v1{path}"), body).await?;
        if answer.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer).map_err(|_| self.strange(status))
    }

    /// Runs a command of the product there: JSON in, JSON out.
    ///
    /// # Errors
    /// If there is no answer, or the server or the command says no.
    pub async fn rpc(&self, command: &str, args: &str) -> Result<String, ClientError> {
        let body = Bytes::copy_from_slice(args.as_bytes());
        let (status, answer) =
            self.ask(Method::POST, &format!("/api/rpc/{command}"), Some(body)).await?;
        let text = String::from_utf8(answer).map_err(|_| self.strange(status))?;
        // A page of something in between is no answer.
        if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_err() {
            return Err(self.strange(status));
        }
        Ok(text)
    }

    /// What happens there from now on.
    ///
    /// # Errors
    /// If there is no answer, or nobody is signed in.
    pub async fn events(&self) -> Result<Events, ClientError> {
        let mut request = self.head(Method::GET, "/api/events")?;
        let accept = HeaderValue::from_static("text/event-stream");
        request.headers_mut().insert(header::ACCEPT, accept);
        let stream = self.site.connect().await?;
        let mut sender = self.pool.open(stream).await.map_err(|error| self.failed(error))?;
        let response = timeout(PATIENCE, sender.send_request(request)).await;
        let response = response.map_err(|_| self.unreachable("it does not answer"))?;
        let response = response.map_err(|error| {
            tracing::debug!(%error, "a request to a team server failed");
            self.failed(HttpsError::Broke)
        })?;
        let status = response.status();
        if status != StatusCode::OK {
            let answer = self.pool.read(response.into_body()).await;
            let answer = answer.map_err(|error| self.failed(error))?;
            return Err(self.refusal(status, &answer));
        }
        Ok(Events::new(sender, response.into_body(), self.site.address.to_string()))
    }

    /// The bytes of a session, for a ticket that the server gave.
    ///
    /// # Errors
    /// If there is no answer, or the server does not let this in.
    pub async fn stream(&self, ticket: &Secret<String>, resume: u64) -> Result<Relay, ClientError> {
        stream::open(&self.site, self.bearer()?, ticket, resume).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Bytes>,
    ) -> Result<(StatusCode, Vec<u8>), ClientError> {
        let request = self.full(method, path, body)?;
        let answered = timeout(PATIENCE, self.pool.send(request, self.site.connect())).await;
        let answered =
            answered.map_err(|_| self.unreachable("no answer came within two minutes"))?;
        let (head, answer) = answered.map_err(|error| self.failed(error))?.into_parts();
        if head.status.is_success() {
            return Ok((head.status, answer));
        }
        Err(self.refusal(head.status, &answer))
    }

    fn full(
        &self,
        method: Method,
        path: &str,
        body: Option<Bytes>,
    ) -> Result<Request<Body>, ClientError> {
        let mut request = self.head(method, path)?;
        if let Some(body) = body {
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(header::CONTENT_TYPE, json);
            *request.body_mut() = Body::new(body);
        }
        Ok(request)
    }

    fn head(&self, method: Method, path: &str) -> Result<Request<Body>, ClientError> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.site.address.authority())
            .header(header::USER_AGENT, self.site.agent.as_str())
            .body(Body::default())
            .map_err(|error| ClientError::Invalid(format!("That cannot be asked: {error}.")))?;
        if self.token.is_some() {
            request.headers_mut().insert(header::AUTHORIZATION, self.bearer()?);
        }
        Ok(request)
    }

    fn bearer(&self) -> Result<HeaderValue, ClientError> {
        let token = self.token.as_ref().map_or("", |token| token.expose_secret());
        let line = Zeroizing::new(format!("Bearer {token}"));
        let mut value = HeaderValue::from_str(&line)
            .map_err(|_| ClientError::Invalid("The sign-in is not readable.".to_owned()))?;
        value.set_sensitive(true);
        Ok(value)
    }

    fn refusal(&self, status: StatusCode, answer: &[u8]) -> ClientError {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Said {
            error: ApiError,
            #[serde(default)]
            request_id: String,
        }
        let Ok(Said { mut error, request_id }) = serde_json::from_slice(answer) else {
            return self.strange(status);
        };
        if error.code == ErrorCode::Internal && !request_id.is_empty() {
            // Who runs the server finds it in the log by that.
            error.next_step =
                format!("{} Request {request_id}.", error.next_step).trim().to_owned();
        }
        ClientError::Refused { status: status.as_u16(), error: Box::new(error) }
    }

    fn strange(&self, status: StatusCode) -> ClientError {
        ClientError::Strange { at: self.site.address.to_string(), status: status.as_u16() }
    }

    fn unreachable(&self, why: &str) -> ClientError {
        ClientError::Unreachable { at: self.site.address.to_string(), why: why.to_owned() }
    }

    fn failed(&self, error: HttpsError<ClientError>) -> ClientError {
        match error {
            HttpsError::Connect(error) => error,
            HttpsError::Broke | HttpsError::Slow | HttpsError::Stopped => {
                self.unreachable("the connection broke")
            }
            HttpsError::TooLarge => ClientError::TooLarge { at: self.site.address.to_string() },
        }
    }
}

/// A path with a query, and nothing that leads elsewhere.
fn is_path(path: &str) -> bool {
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"#\\".contains(&byte));
    let route = path.split('?').next().unwrap_or_default();
    plain && route.starts_with('/') && !route.split('/').any(|part| part == ".." || part == ".")
}

#[cfg(test)]
mod tests {
    use super::is_path;

    #[test]
    fn a_path_leads_nowhere_else() {
        for good in ["/me", "/why?account=a&node=b", "/invitations/pbi_x"] {
            assert!(is_path(good), "{good}");
        }
        for bad in ["", "me", "/../rpc/x", "/a/./b", "/a b", "/a\r\nX: y", "/a#b", "/ä", "\\x"] {
            assert!(!is_path(bad), "{bad}");
        }
    }
}
