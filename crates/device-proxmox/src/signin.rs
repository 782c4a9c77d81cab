//! Who asks: an API token, or a user whose ticket is renewed before it ends.

use crate::{
    ProxmoxError,
    answer::Refusal,
    call::Call,
    http::{Http, invalid},
};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use patchbay_model::Secret;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, de::IgnoredAny};
use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

/// A ticket is good for two hours; a renewed one is a new ticket, and asks for no code.
const LIFE: Duration = Duration::from_secs(2 * 3600);
/// Half of it, so that a cluster that is away for a while can be asked again.
const RENEW: Duration = Duration::from_secs(3600);
/// Before it ends, because clocks differ.
const MARGIN: Duration = Duration::from_secs(300);

const CSRF: HeaderName = HeaderName::from_static("csrfpreventiontoken");

/// What somebody signs in with.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// An API token.
    Token {
        /// `user@realm!name`.
        id: String,
        /// The value that the cluster showed once.
        secret: Secret<String>,
    },
    /// A user's password.
    Password {
        /// `user@realm`.
        user: String,
        /// The password.
        password: Secret<String>,
        /// What the authenticator app shows (RFC 6238), or a recovery key, if the user has a second factor.
        code: Option<Secret<String>>,
    },
}

impl SignIn {
    fn who(&self) -> &str {
        match self {
            Self::Token { id: who, .. } | Self::Password { user: who, .. } => who,
        }
    }
}

/// What says what time it is: a test lets hours pass without waiting.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Instant + Send + Sync>);

impl Clock {
    /// One that asks this.
    pub fn new(now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    fn now(&self) -> Instant {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(Instant::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// Who asks, with the ticket of the moment.
pub(crate) struct Sign {
    with: SignIn,
    clock: Clock,
    ticket: Mutex<Option<Ticket>>,
}

struct Ticket {
    ticket: Secret<String>,
    csrf: Secret<String>,
    since: Instant,
}

/// The answer to signing in.
#[derive(Deserialize)]
struct Given {
    ticket: Secret<String>,
    #[serde(rename = "CSRFPreventionToken", default)]
    csrf: Secret<String>,
    #[serde(rename = "NeedTFA", default, deserialize_with = "crate::lenient::de_flag")]
    needs_code: bool,
}

impl Sign {
    /// Signs in. A code is used up by that.
    pub(crate) async fn open(
        http: &Http,
        mut with: SignIn,
        clock: Clock,
    ) -> Result<Self, ProxmoxError> {
        let code = match &mut with {
            SignIn::Password { code, .. } => code.take(),
            SignIn::Token { .. } => None,
        };
        let ticket = match &with {
            SignIn::Password { user, password, .. } => {
                Some(sign_in(http, user, password, code.as_ref(), clock.now()).await?)
            }
            SignIn::Token { .. } => None,
        };
        Ok(Self { with, clock, ticket: Mutex::new(ticket) })
    }

    /// The headers of a request, with a ticket that is good for a while.
    pub(crate) async fn headers(
        &self,
        http: &Http,
        reads: bool,
    ) -> Result<HeaderMap, ProxmoxError> {
        match &self.with {
            SignIn::Token { id, secret } => {
                let line = Zeroizing::new(format!("PVEAPIToken={id}={}", secret.expose_secret()));
                Ok(HeaderMap::from_iter([(header::AUTHORIZATION, sensitive(&line)?)]))
            }
            SignIn::Password { user, password, .. } => {
                let mut held = self.ticket.lock().await;
                // What was there stays until there is another: whoever stops waiting loses no ticket.
                let new = match held.as_ref() {
                    Some(ticket) => self.renewed(http, user, password, ticket).await,
                    None => sign_in(http, user, password, None, self.clock.now()).await.map(Some),
                };
                if matches!(new, Err(ProxmoxError::NeedsCode { .. })) {
                    // What was there is of no use any more.
                    *held = None;
                }
                let new = new?;
                if let Some(new) = new {
                    *held = Some(new);
                }
                let ticket = held.as_ref().ok_or_else(|| invalid("there is no ticket"))?;
                ticket.headers(reads)
            }
        }
    }

    /// Another ticket, if this one is no longer young.
    async fn renewed(
        &self,
        http: &Http,
        user: &str,
        password: &Secret<String>,
        ticket: &Ticket,
    ) -> Result<Option<Ticket>, ProxmoxError> {
        let now = self.clock.now();
        let age = now.saturating_duration_since(ticket.since);
        if age < RENEW {
            return Ok(None);
        }
        let good = age + MARGIN < LIFE;
        let renewed = if good {
            // A ticket stands for the password (and the code) as long as it is good.
            get(http, ask(user, &ticket.ticket), now).await
        } else {
            Err(Refusal::SignIn("the ticket is too old".to_owned()))
        };
        match renewed {
            Ok((renewed, _)) => Ok(Some(renewed)),
            Err(Refusal::SignIn(_)) => sign_in(http, user, password, None, now).await.map(Some),
            Err(Refusal::Other(error)) if error.is_passing() && good => {
                tracing::debug!(%error, "a ticket is not renewed yet");
                Ok(None)
            }
            Err(Refusal::Other(error)) => Err(error),
        }
    }

    /// The server takes these headers no more. Says whether others can be had.
    pub(crate) async fn refused(&self, headers: &HeaderMap) -> bool {
        if matches!(self.with, SignIn::Token { .. }) {
            return false;
        }
        let mut held = self.ticket.lock().await;
        let same = |ticket: &Ticket| {
            ticket
                .headers(true)
                .is_ok_and(|own| own.get(header::COOKIE) == headers.get(header::COOKIE))
        };
        // Another request may have signed in again already.
        if held.as_ref().is_some_and(same) {
            *held = None;
        }
        true
    }

    /// Whether there is something to ask with, as far as is known.
    pub(crate) async fn is_in(&self) -> bool {
        matches!(self.with, SignIn::Token { .. }) || self.ticket.lock().await.is_some()
    }

    pub(crate) fn signed_out(&self, why: String) -> ProxmoxError {
        ProxmoxError::SignedOut { who: self.with.who().to_owned(), why }
    }
}

impl Ticket {
    fn headers(&self, reads: bool) -> Result<HeaderMap, ProxmoxError> {
        let ticket = self.ticket.expose_secret();
        // It came from the server, and must not add to the header.
        if ticket.contains([';', ',', ' ', '"']) {
            return Err(invalid("the ticket is none"));
        }
        let cookie = Zeroizing::new(format!("PVEAuthCookie={ticket}"));
        let mut headers = HeaderMap::from_iter([(header::COOKIE, sensitive(&cookie)?)]);
        if !reads {
            headers.insert(CSRF, sensitive(self.csrf.expose_secret())?);
        }
        Ok(headers)
    }
}

fn sensitive(line: &str) -> Result<HeaderValue, ProxmoxError> {
    let mut value =
        HeaderValue::from_str(line).map_err(|_| invalid("the sign-in is not readable"))?;
    value.set_sensitive(true);
    Ok(value)
}

pub(crate) fn ask(user: &str, password: &Secret<String>) -> Call {
    let call = Call::post(&["access", "ticket"]).with("username", user);
    call.with("password", password.expose_secret())
}

pub(crate) fn answer_challenge(
    user: &str,
    challenge: &Secret<String>,
    code: &Secret<String>,
) -> Call {
    let code = Zeroizing::new(factor(code.expose_secret()));
    let call = Call::post(&["access", "ticket"]).with("username", user);
    call.with("tfa-challenge", challenge.expose_secret()).with("password", code.as_str())
}

/// A code with the kind of factor that it is of: what an app shows is digits, and a recovery key is groups of hexadecimal digits
/// with hyphens between. Apps show digits in groups, which are typed along.
fn factor(typed: &str) -> String {
    let bare: Zeroizing<String> =
        Zeroizing::new(typed.chars().filter(|c| !c.is_whitespace()).collect());
    let digits = bare.len() <= 8 && bare.bytes().all(|byte| byte.is_ascii_digit());
    let kind = if digits { "totp" } else { "recovery" };
    format!("{kind}:{}", bare.as_str())
}

/// From the password on.
async fn sign_in(
    http: &Http,
    user: &str,
    password: &Secret<String>,
    code: Option<&Secret<String>>,
    now: Instant,
) -> Result<Ticket, ProxmoxError> {
    let user_of = || user.to_owned();
    let (first, needs_code) = get(http, ask(user, password), now)
        .await
        .map_err(|refusal| refused(refusal, ProxmoxError::WrongPassword { user: user_of() }))?;
    if !needs_code {
        return Ok(first);
    }
    if !takes_codes(first.ticket.expose_secret()) {
        return Err(ProxmoxError::OtherFactor { user: user_of() });
    }
    let code = code.ok_or_else(|| ProxmoxError::NeedsCode { user: user_of() })?;
    let challenge = answer_challenge(user, &first.ticket, code);
    let (ticket, still) = get(http, challenge, now)
        .await
        .map_err(|refusal| refused(refusal, ProxmoxError::WrongCode { user: user_of() }))?;
    if still { Err(ProxmoxError::WrongCode { user: user_of() }) } else { Ok(ticket) }
}

fn refused(refusal: Refusal, wrong: ProxmoxError) -> ProxmoxError {
    match refusal {
        Refusal::SignIn(_) => wrong,
        Refusal::Other(error) => error,
    }
}

async fn get(http: &Http, call: Call, now: Instant) -> Result<(Ticket, bool), Refusal> {
    let answer = http.send(&call, &HeaderMap::new()).await?;
    let given: Given = answer.data(&call, &http.site.authority())?;
    let ticket = Ticket { ticket: given.ticket, csrf: given.csrf, since: now };
    Ok((ticket, given.needs_code))
}

/// Whether a challenge (`PVE:!tfa!{…}:…`, with the kinds of factors in encoded JSON) can be answered by a code; one that is
/// not understood may be.
fn takes_codes(challenge: &str) -> bool {
    #[derive(Deserialize)]
    struct Kinds {
        #[serde(default, deserialize_with = "crate::lenient::de_flag")]
        totp: bool,
        /// The numbers of the keys that were not used yet.
        #[serde(default)]
        recovery: Vec<IgnoredAny>,
    }
    let rest = challenge.split_once("!tfa!").map_or(challenge, |(_, rest)| rest);
    let json = percent_decode_str(rest.split(':').next().unwrap_or_default()).decode_utf8_lossy();
    serde_json::from_str(&json)
        .map_or(true, |kinds: Kinds| kinds.totp || !kinds.recovery.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_says_whether_a_code_answers_it() {
        for (challenge, takes) in [
            ("PVE:!tfa!%7B%22totp%22%3Atrue%7D:6565::sig", true),
            ("PVE:!tfa!%7B%22totp%22%3Afalse%2C%22webauthn%22%3A%7B%7D%7D:6565::sig", false),
            ("PVE:!tfa!%7B%22recovery%22%3A%5B%5D%7D:6565::sig", false),
            ("PVE:!tfa!%7B%22recovery%22%3A%5B0%2C4%5D%7D:6565::sig", true),
            ("PVE:!tfa!0123456789abcdef", true),
            ("", true),
        ] {
            assert_eq!(takes_codes(challenge), takes, "{challenge}");
        }
    }

    #[test]
    fn what_is_typed_is_a_code_or_a_recovery_key() {
        for (typed, sent) in [
            ("123456", "totp:123456"),
            (" 123 456\n", "totp:123456"),
            ("0123-4567-89ab-cdef", "recovery:0123-4567-89ab-cdef"),
        ] {
            assert_eq!(factor(typed), sent);
        }
    }

    #[test]
    fn a_hostile_ticket_adds_nothing_to_a_header() {
        for ticket in ["a; b=c", "a\r\nX: y", "a\0"] {
            let ticket = Ticket {
                ticket: Secret::new(ticket.to_owned()),
                csrf: Secret::default(),
                since: Instant::now(),
            };
            assert!(ticket.headers(true).is_err());
        }
    }
}
