//! What the HTTP side asks of the services, and what it tells them about who asks.

use crate::http::RequestId;
use futures_util::future::BoxFuture;
use patchbay_core::sessions::SessionHandle;
use patchbay_model::{AccountId, ApiError, AppEvent, SignInId, TokenId};
use patchbay_stream::Viewing;
use patchbay_team::permission::Permissions;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// What proves who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proof {
    /// The person signed in.
    SignIn(SignInId),
    /// A script has a token, which may do no more than this.
    Token(TokenId, Permissions),
    /// Somebody who runs the server sees it as the person does.
    Acting(Acting),
}

/// Somebody who runs the server and sees it as another person.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Acting {
    /// By which sign-in, which is one of the other person's.
    pub sign_in: SignInId,
    /// Who does so.
    pub operator: AccountId,
}

impl Proof {
    /// Who acts as the caller, if somebody does.
    #[must_use]
    pub const fn acting(self) -> Option<Acting> {
        match self {
            Self::Acting(acting) => Some(acting),
            Self::SignIn(_) | Self::Token(..) => None,
        }
    }
}

/// Who asks, once that is proved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Caller {
    /// Who.
    pub account: AccountId,
    /// By what.
    pub proof: Proof,
    /// From where; what a trusted proxy says, if one is in between.
    pub address: IpAddr,
    /// For which request.
    pub request: RequestId,
}

/// Events of one caller.
#[derive(Debug)]
pub struct Watch {
    /// They.
    pub events: broadcast::Receiver<AppEvent>,
    /// Cancelled as soon as the caller may hear no more: signed out, revoked, suspended.
    pub end: CancellationToken,
}

/// The bytes of a session, for one viewer.
pub struct Stream {
    /// They.
    pub session: SessionHandle,
    /// What this viewer may do with it.
    pub viewing: Arc<dyn Viewing>,
    /// Cancelled as soon as the viewer may see no more: revoked, or what was shared is taken back.
    pub end: CancellationToken,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("session", &self.session).finish_non_exhaustive()
    }
}

/// A figure for `/metrics`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Gauge {
    /// Its name behind `patchbay_`, of lower-case letters and underscores.
    pub name: &'static str,
    /// What it is, one line.
    pub help: &'static str,
    /// Now.
    pub value: f64,
}

/// What comes later.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, ApiError>>;

/// What the HTTP side asks of the services.
pub trait Service: Send + Sync + 'static {
    /// Who has this token. An error that is not [retryable](ApiError::retryable) is answered with 401.
    fn authenticate<'a>(
        &'a self,
        bearer: &'a str,
        address: IpAddr,
    ) -> Answer<'a, (AccountId, Proof)>;

    /// Runs a command of the product: arguments and result are JSON.
    fn rpc<'a>(&'a self, caller: &'a Caller, command: &'a str, args: &'a str)
    -> Answer<'a, String>;

    /// What the caller is told from now on.
    ///
    /// # Errors
    /// If the caller may hear nothing.
    fn events<'a>(&'a self, caller: &'a Caller) -> Answer<'a, Watch>;

    /// The session that a single-use token is for, if it was made for this caller and this origin. A viewer who was given
    /// a link has no caller; a program has no origin.
    fn redeem(&self, token: &str, caller: Option<&Caller>, origin: Option<&str>) -> Option<Stream>;

    /// Whether requests can be answered: the database does.
    fn ready(&self) -> Answer<'_, ()>;

    /// Whether the caller runs this server.
    fn operator(&self, caller: &Caller) -> bool;

    /// Figures of its own.
    fn gauges(&self) -> Vec<Gauge>;
}
