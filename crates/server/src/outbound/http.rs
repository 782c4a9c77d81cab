//! One request over HTTPS, answered within a time and a length.

use super::{Trust, TrustError, certificate_words};
use axum::http::{HeaderValue, Request, Response, Uri, header, uri::Authority};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::{io, net::IpAddr, time::Duration};
use thiserror::Error;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

/// How long an answer may take in all.
const WITHIN: Duration = Duration::from_secs(10);
/// The longest answer, in bytes.
const LONGEST: usize = 512 * 1024;

/// Why there is no answer. The messages stand inside a sentence about the server.
#[derive(Debug, Error)]
pub(crate) enum OutboundError {
    #[error("its address {0} does not begin with https://")]
    Plain(String),
    #[error("“{0}” is no address")]
    Address(String),
    #[error("its name {0} does not resolve")]
    Unknown(String),
    #[error("{0} does not answer: {1}")]
    Unreachable(String, io::Error),
    #[error("the certificate of {0} is not good: {1}")]
    Certificate(String, &'static str),
    #[error("TLS with {0} failed: {1}")]
    Tls(String, io::Error),
    #[error("{0} took longer than {1} seconds to answer")]
    Slow(String, u64),
    #[error("what {0} answers is no HTTP, or broke off: {1}")]
    Broken(String, String),
    #[error("{0} answers with more than {1} bytes")]
    Long(String, usize),
    #[error(transparent)]
    Trust(#[from] TrustError),
}

/// How servers are asked.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(crate) trust: Trust,
    /// Loopback may be asked without TLS: for tests.
    pub(crate) plain_loopback: bool,
}

impl Asking {
    /// Whether an address may be asked: `https`, or loopback without TLS if that was allowed.
    pub(crate) fn allows(&self, address: &str) -> Result<(), OutboundError> {
        let uri: Uri = address.parse().map_err(|_| OutboundError::Address(address.to_owned()))?;
        let host = uri.host().ok_or_else(|| OutboundError::Address(address.to_owned()))?;
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_loopback = bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        match uri.scheme_str() {
            Some("https") => Ok(()),
            Some("http") if self.plain_loopback && is_loopback => Ok(()),
            _ => Err(OutboundError::Plain(address.to_owned())),
        }
    }

    /// Asks. A redirect is an answer, and not followed.
    pub(crate) async fn ask(
        &self,
        request: Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, OutboundError> {
        self.allows(&request.uri().to_string())?;
        let host = request.uri().host().unwrap_or_default().to_owned();
        match tokio::time::timeout(WITHIN, self.answer(request, &host)).await {
            Ok(answer) => answer,
            Err(_) => Err(OutboundError::Slow(host, WITHIN.as_secs())),
        }
    }

    async fn answer(
        &self,
        request: Request<Vec<u8>>,
        host: &str,
    ) -> Result<Response<Vec<u8>>, OutboundError> {
        let secure = request.uri().scheme_str() == Some("https");
        let port = request.uri().port_u16().unwrap_or(if secure { 443 } else { 80 });
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let addresses = tokio::net::lookup_host((bare, port)).await;
        let addresses = addresses.map_err(|_| OutboundError::Unknown(host.to_owned()))?;
        let addresses: Vec<_> = addresses.collect();
        let tcp = TcpStream::connect(addresses.as_slice()).await;
        let tcp = tcp.map_err(|error| OutboundError::Unreachable(host.to_owned(), error))?;
        if !secure {
            return exchange(tcp, request, host).await;
        }
        let name = ServerName::try_from(bare.to_owned())
            .map_err(|_| OutboundError::Address(host.to_owned()))?;
        let tls = TlsConnector::from(self.trust.config()?).connect(name, tcp).await;
        let tls = tls.map_err(|error| match certificate_words(&error) {
            Some(words) => OutboundError::Certificate(host.to_owned(), words),
            None => OutboundError::Tls(host.to_owned(), error),
        })?;
        exchange(tls, request, host).await
    }
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    request: Request<Vec<u8>>,
    host: &str,
) -> Result<Response<Vec<u8>>, OutboundError> {
    let broken =
        |error: &dyn std::fmt::Display| OutboundError::Broken(host.to_owned(), error.to_string());
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
    let driven = tokio::spawn(connection);
    let (mut parts, body) = request.into_parts();
    if let Some(authority) = parts.uri.authority() {
        let value = HeaderValue::from_str(without_user(authority)).map_err(|e| broken(&e))?;
        parts.headers.insert(header::HOST, value);
    }
    parts.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = path.parse().map_err(|error| broken(&error))?;
    let request = Request::from_parts(parts, Full::new(bytes::Bytes::from(body)));
    let answered = async {
        let answer = sender.send_request(request).await.map_err(|error| broken(&error))?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, LONGEST).collect().await.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                OutboundError::Long(host.to_owned(), LONGEST)
            } else {
                broken(&error)
            }
        })?;
        Ok(Response::from_parts(parts, body.to_bytes().to_vec()))
    };
    let answer = answered.await;
    driven.abort();
    answer
}

fn without_user(authority: &Authority) -> &str {
    authority.as_str().rsplit('@').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_asked_without_tls_but_loopback_where_that_was_allowed() {
        let strict = Asking { trust: Trust::System, plain_loopback: false };
        let loose = Asking { plain_loopback: true, ..strict.clone() };
        assert!(strict.allows("https://id.example.org/x").is_ok());
        assert!(loose.allows("http://127.0.0.1:3000").is_ok());
        assert!(loose.allows("http://[::1]:3000/").is_ok());
        assert!(strict.allows("http://127.0.0.1:3000").is_err());
        for wrong in [
            "http://id.example.org",
            "http://localhost:3000",
            "http://127.0.0.1.example.org",
            "ftp://127.0.0.1",
            "127.0.0.1",
            "/x",
            "",
        ] {
            assert!(loose.allows(wrong).is_err(), "{wrong}");
        }
    }
}
