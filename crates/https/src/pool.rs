//! Connections to one server, kept for the next request.

use crate::{Body, HttpsError, Sender};
use bytes::BytesMut;
use http_body_util::BodyExt as _;
use hyper::{
    Method, Request, Response,
    body::{Body as _, Incoming},
    client::conn::http1,
};
use hyper_util::rt::TokioIo;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, timeout},
};

/// What is expected of a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// How long an answer may take to begin, and then to end; [`Duration::MAX`] if the caller limits all of it together.
    pub patience: Duration,
    /// Bytes of an answer's body.
    pub largest: usize,
    /// Bytes that are read ahead, into which the headers of an answer have to fit; at least 8 KiB.
    pub headers: usize,
    /// One that was idle for this long is not used again: servers close what is idle.
    pub idle: Duration,
    /// Connections that are kept for the next request.
    pub kept: usize,
}

/// The connections to one server.
pub struct Pool {
    to: &'static str,
    limits: Limits,
    idle: Mutex<Vec<(Instant, Sender)>>,
}

impl Pool {
    /// None yet. `to` is what the log calls the server.
    #[must_use]
    pub const fn new(to: &'static str, limits: Limits) -> Self {
        Self { to, limits, idle: Mutex::new(Vec::new()) }
    }

    /// Sends a request on a connection that is idle, or else on one that `connect` makes, which is awaited only then. What
    /// changes something is sent once: it goes out again only if a connection was closed before any of it had gone out.
    ///
    /// # Errors
    /// If there is no whole answer, whatever its status.
    pub async fn send<S, E>(
        &self,
        request: Request<Body>,
        connect: impl Future<Output = Result<S, E>>,
    ) -> Result<Response<Vec<u8>>, HttpsError<E>>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        while let Some(mut sender) = self.idle() {
            let sending = sender.try_send_request(request.clone());
            match timeout(self.limits.patience, sending).await {
                Err(_) => return Err(HttpsError::Slow),
                Ok(Ok(response)) => return self.whole(response, sender).await,
                Ok(Err(mut error)) => {
                    if error.take_message().is_some() {
                        // It was closed before any of it went out.
                        continue;
                    }
                    let error = error.into_error();
                    // What only reads may be asked again; whether anything else was done nobody knows.
                    if *request.method() == Method::GET && error.is_incomplete_message() {
                        break;
                    }
                    return Err(self.broke(&error));
                }
            }
        }
        let mut sender = self.open(connect.await.map_err(HttpsError::Connect)?).await?;
        let sending = sender.send_request(request);
        let response = timeout(self.limits.patience, sending).await;
        let response = response.map_err(|_| HttpsError::Slow)?;
        self.whole(response.map_err(|error| self.broke(&error))?, sender).await
    }

    /// A connection over this stream that is nobody else's, for an answer that is read while it comes.
    ///
    /// # Errors
    /// If the stream is no more.
    pub async fn open<S, E>(&self, stream: S) -> Result<Sender, HttpsError<E>>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let mut http = http1::Builder::new();
        http.max_buf_size(self.limits.headers);
        let opened = http.handshake(TokioIo::new(stream)).await;
        let (sender, connection) = opened.map_err(|error| self.broke(&error))?;
        let to = self.to;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to {to} ended");
            }
        });
        Ok(sender)
    }

    /// Reads the body of an answer, for as long as it takes.
    ///
    /// # Errors
    /// [`HttpsError::Stopped`] if it does not end as it should, or [`HttpsError::TooLarge`].
    pub async fn read<E>(&self, mut body: Incoming) -> Result<Vec<u8>, HttpsError<E>> {
        let largest = self.limits.largest;
        if body.size_hint().lower() > largest as u64 {
            return Err(HttpsError::TooLarge);
        }
        let mut all = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| {
                tracing::debug!(%error, "a request to {} failed", self.to);
                HttpsError::Stopped
            })?;
            let Some(data) = frame.data_ref() else { continue };
            if all.len() + data.len() > largest {
                return Err(HttpsError::TooLarge);
            }
            all.extend_from_slice(data);
        }
        Ok(all.into())
    }

    async fn whole<E>(
        &self,
        response: Response<Incoming>,
        sender: Sender,
    ) -> Result<Response<Vec<u8>>, HttpsError<E>> {
        let (head, body) = response.into_parts();
        let reading = timeout(self.limits.patience, self.read(body)).await;
        let body = reading.map_err(|_| HttpsError::Stopped)??;
        // If the server wants it closed, it is not ready any more (RFC 9112 section 9.3).
        self.keep(sender);
        Ok(Response::from_parts(head, body))
    }

    fn idle(&self) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        idle.retain(|(since, sender)| sender.is_ready() && now - *since < self.limits.idle);
        idle.pop().map(|(_, sender)| sender)
    }

    fn keep(&self, sender: Sender) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.limits.kept {
            idle.push((Instant::now(), sender));
        }
    }

    fn broke<E>(&self, error: &hyper::Error) -> HttpsError<E> {
        tracing::debug!(%error, "a request to {} failed", self.to);
        HttpsError::Broke
    }
}
