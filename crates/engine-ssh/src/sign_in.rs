//! Signing in (RFC 4252): what is stored first, in the order it was given; then whatever the person can answer.
//!
//! A server may accept one way and ask for another on top ("partial success"); that starts over with what is left.

mod public_key;
mod questions;

use crate::{Credential, Hop, SshError, Waiting, dial, link::Link, report::Report};
use patchbay_model::{PromptKind, Stage};
use russh::{
    MethodKind, MethodSet,
    client::AuthResult,
    keys::{HashAlg, PrivateKey},
};
use std::{collections::BTreeMap, future::Future, path::Path, sync::Arc, time::Duration};
use tokio::time::timeout;

/// For answers that may hang on a directory server or on a telephone; sshd's own limit.
const SLOW: Duration = Duration::from_secs(120);
/// More ways in a row than any server asks for.
const MOST_PARTS: usize = 8;

/// What an attempt came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    In,
    Partial,
    Refused,
}

struct SignIn<'a> {
    link: &'a mut Link,
    hop: &'a Hop,
    agent: Option<&'a Path>,
    report: &'a Report,
    user: String,
    /// What the server would accept next.
    accepts: MethodSet,
    /// Keys and passwords that were offered, by fingerprint or by place in the list.
    spent: Vec<String>,
    /// Private keys that were opened, or why they cannot be, by place in the list.
    opened: BTreeMap<usize, Result<Arc<PrivateKey>, SshError>>,
    /// `server-sig-algs`, once it was asked for.
    rsa_hash: Option<Option<Option<HashAlg>>>,
    tried: Vec<String>,
    /// Why something that was stored could not even be tried.
    obstacles: Vec<SshError>,
    /// The person cancelled a question: ask no more.
    declined: bool,
    /// A password was refused, so the next question says so.
    refused: bool,
}

/// Signs in, or says why not.
pub(crate) async fn sign_in(
    link: &mut Link,
    hop: &Hop,
    agent: Option<&Path>,
    report: &Report,
) -> Result<(), SshError> {
    report.began(Stage::SignIn, hop.user.clone().unwrap_or_default());
    let user = match hop.user.clone().filter(|u| !u.is_empty()) {
        Some(user) => user,
        None => ask_user(hop, report).await?,
    };
    let mut attempt = SignIn {
        link,
        hop,
        agent,
        report,
        user,
        accepts: MethodSet::empty(),
        spent: Vec::new(),
        opened: BTreeMap::new(),
        rsa_hash: None,
        tried: Vec::new(),
        obstacles: Vec::new(),
        declined: false,
        refused: false,
    };
    attempt.run().await?;
    let how = attempt
        .tried
        .last()
        .map_or_else(|| "without being asked".to_owned(), |way| format!("with {way}"));
    report.done(Stage::SignIn, format!("{} {how}", attempt.user));
    Ok(())
}

async fn ask_user(hop: &Hop, report: &Report) -> Result<String, SshError> {
    for again in [false, true, true] {
        let answer = report
            .ask_one(
                PromptKind::User,
                "User name",
                true,
                again,
                format!("user at {}", dial::shown(hop)),
            )
            .await
            .ok_or(SshError::Cancelled)?;
        let name = answer.expose_secret().trim();
        if !name.is_empty() {
            return Ok(name.to_owned());
        }
    }
    Err(SshError::Cancelled)
}

impl SignIn<'_> {
    async fn run(&mut self) -> Result<(), SshError> {
        let asking = self.link.handle.authenticate_none(self.user.clone());
        let first = answered(self.hop, self.hop.connect_timeout, asking).await?;
        if self.take(first)? == Step::In {
            return Ok(());
        }
        let names = self.accepts.iter().map(<&str>::from).collect::<Vec<_>>().join(", ");
        self.report.note(format!("The server accepts: {names}"));
        for _ in 0..MOST_PARTS {
            match self.part().await? {
                Step::In => return Ok(()),
                Step::Partial => {
                    self.report.note("Accepted; the server asks for one more way to sign in")
                }
                Step::Refused => return Err(self.failure()),
            }
        }
        Err(SshError::Protocol { detail: "it asks for ever more ways to sign in".into() })
    }

    /// Everything that fits what the server accepts now, until something works.
    async fn part(&mut self) -> Result<Step, SshError> {
        let hop = self.hop;
        for (at, credential) in hop.credentials.iter().enumerate() {
            let step = match credential {
                Credential::Password(password) => self.stored_password(at, password).await?,
                Credential::Key { text, passphrase, certificate } => {
                    self.stored_key(at, text, passphrase.as_ref(), certificate.as_deref()).await?
                }
                Credential::Agent { fingerprint } => {
                    self.agent_keys(fingerprint.as_deref()).await?
                }
            };
            if step != Step::Refused {
                return Ok(step);
            }
        }
        self.ask_person().await
    }

    /// Learns from the server's answer.
    fn take(&mut self, answer: AuthResult) -> Result<Step, SshError> {
        match answer {
            AuthResult::Success => Ok(Step::In),
            AuthResult::Failure { remaining_methods, partial_success } => {
                // russh says "failure, and nothing remains" when the connection is gone.
                let end = self.link.shared.end().filter(|_| self.link.handle.is_closed());
                if remaining_methods.is_empty() && end.is_some_and(|end| !end.no_ways) {
                    return Err(self.ended());
                }
                self.accepts = remaining_methods;
                Ok(if partial_success { Step::Partial } else { Step::Refused })
            }
        }
    }

    fn ended(&self) -> SshError {
        let said = self.link.shared.end().and_then(|end| end.reason).unwrap_or_default();
        if said.to_lowercase().contains("too many") {
            return SshError::TooManyAttempts { user: self.user.clone(), said };
        }
        self.link.broke_off(Waiting::SignIn)
    }

    /// Names the password of the account, whichever way the server asks for it.
    fn the_password(&self) -> String {
        format!("password of {} at {}", self.user, dial::shown(self.hop))
    }

    fn accepts(&self, method: MethodKind) -> bool {
        self.accepts.contains(&method)
    }

    /// Whether this is offered for the first time.
    fn fresh(&mut self, what: String) -> bool {
        let fresh = !self.spent.contains(&what);
        if fresh {
            self.spent.push(what);
        }
        fresh
    }

    fn note_tried(&mut self, way: String) {
        self.report.note(format!("Trying {way}"));
        self.tried.retain(|known| *known != way);
        self.tried.push(way);
    }

    fn obstacle(&mut self, error: SshError) {
        if !self.obstacles.contains(&error) {
            self.report.note(error.to_string());
            self.obstacles.push(error);
        }
    }

    fn failure(&mut self) -> SshError {
        let nothing_tried = self.tried.is_empty();
        match self.obstacles.first() {
            Some(obstacle) if nothing_tried || self.declined => obstacle.clone(),
            _ if self.declined => SshError::Cancelled,
            _ => SshError::AuthFailed {
                user: self.user.clone(),
                tried: self.tried.clone(),
                accepts: self.accepts.iter().map(|m| <&str>::from(m).to_owned()).collect(),
            },
        }
    }
}

/// Bounds the wait for an answer.
async fn answered<T, E>(
    hop: &Hop,
    limit: Duration,
    answer: impl Future<Output = Result<T, E>>,
) -> Result<T, SshError>
where
    SshError: From<E>,
{
    match timeout(limit, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(SshError::TimedOut {
            address: dial::shown(hop),
            waiting: Waiting::SignIn,
            after: limit,
        }),
    }
}
