//! Whoever is signed in at a cluster.

use crate::{
    Clock, ProxmoxError, SignIn, Site,
    answer::{Answer, Refusal},
    call::Call,
    http::Http,
    signin::Sign,
    task::Upid,
};
use hyper::header::HeaderMap;
use serde::{Deserialize, de::DeserializeOwned};
use std::{fmt, sync::Arc};

/// A cluster with somebody signed in. Clones share connections and ticket.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    http: Http,
    sign: Sign,
    version: Version,
}

/// What the server says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Version {
    /// `8.2.4`.
    pub version: String,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("site", &self.inner.http.site).finish_non_exhaustive()
    }
}

impl Client {
    /// Signs in at a cluster.
    ///
    /// # Errors
    /// If nobody answers, the certificate is another, or the sign-in is refused: [`ProxmoxError::NeedsCode`] asks for the
    /// same again with a code.
    pub async fn open(site: Site, with: SignIn) -> Result<Self, ProxmoxError> {
        Self::open_at(site, with, Clock::default()).await
    }

    /// The same with a clock of the caller's.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_at(site: Site, with: SignIn, clock: Clock) -> Result<Self, ProxmoxError> {
        let http = Http::new(site);
        let sign = Sign::open(&http, with, clock).await?;
        // A token is only known to be good when it was used.
        let version = ask(&http, &sign, &version()).await?;
        Ok(Self { inner: Arc::new(Inner { http, sign, version }) })
    }

    /// What the server said of itself at signing in.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.inner.version
    }

    /// Whether somebody is still signed in, as far as is known: a ticket that was not renewed in time can have ended, and a
    /// user with a second factor is then asked for it again.
    pub async fn is_signed_in(&self) -> bool {
        self.inner.sign.is_in().await
    }

    /// The server.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.inner.http.site
    }

    pub(crate) fn http(&self) -> &Http {
        &self.inner.http
    }

    /// The headers of a request that is sent in another way.
    pub(crate) async fn headers(&self, reads: bool) -> Result<HeaderMap, ProxmoxError> {
        self.inner.sign.headers(&self.inner.http, reads).await
    }

    pub(crate) async fn ask<T: DeserializeOwned>(&self, call: &Call) -> Result<T, ProxmoxError> {
        ask(&self.inner.http, &self.inner.sign, call).await
    }

    /// Asks for a change that runs as a task.
    pub(crate) async fn start(&self, call: &Call) -> Result<Upid, ProxmoxError> {
        let upid: String = self.ask(call).await?;
        upid.parse().map_err(|_| self.strange(200))
    }

    /// Asks for a change that may be done at once, without a task.
    pub(crate) async fn start_or_done(&self, call: &Call) -> Result<Option<Upid>, ProxmoxError> {
        let upid: Option<String> = self.ask(call).await?;
        upid.map(|upid| upid.parse().map_err(|_| self.strange(200))).transpose()
    }

    pub(crate) fn strange(&self, status: u16) -> ProxmoxError {
        ProxmoxError::Strange { at: self.site().authority(), status }
    }

    /// The data of an answer that came in another way.
    pub(crate) fn data<T: DeserializeOwned>(
        &self,
        call: &Call,
        answer: &Answer,
    ) -> Result<T, ProxmoxError> {
        match answer.data(call, &self.site().authority()) {
            Ok(data) => Ok(data),
            Err(Refusal::SignIn(why)) => Err(self.inner.sign.signed_out(why)),
            Err(Refusal::Other(error)) => Err(error),
        }
    }
}

pub(crate) fn version() -> Call {
    Call::get(&["version"])
}

async fn ask<T: DeserializeOwned>(
    http: &Http,
    sign: &Sign,
    call: &Call,
) -> Result<T, ProxmoxError> {
    let at = http.site.authority();
    let mut again = true;
    loop {
        let headers = sign.headers(http, call.reads()).await?;
        match http.send(call, &headers).await?.data(call, &at) {
            Ok(data) => return Ok(data),
            Err(Refusal::Other(error)) => return Err(error),
            // It was turned away at the door, so nothing was done: a ticket may have ended before its time.
            Err(Refusal::SignIn(why)) => {
                if !(again && sign.refused(&headers).await) {
                    return Err(sign.signed_out(why));
                }
                again = false;
            }
        }
    }
}
