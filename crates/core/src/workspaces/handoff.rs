//! Signing in with the browser, as RFC 8628 has it: the server gives a code, its person compares the code on a page of the
//! server and says yes there, however they sign in to that page; then whoever asked is let in.
//!
//! The secret that asks stays here. Nothing stays of a request that was given up: the server hears that nobody asks any more,
//! and a sign-in that it made in the same moment is ended.

use super::{
    Workspaces, api,
    doors::{Door, FAREWELL, Welcome, farewell, said},
    link,
    workspace::host,
};
use crate::{Authorized, CoreError, WholeVault, sync};
use patchbay_model::{
    ApiError, ErrorCode, HandoffId, Secret, Timestamp, WorkspaceAccount, WorkspaceDoor,
    WorkspaceHandoff, WorkspaceInfo,
};
use patchbay_team_client::{Client, ClientError, Method};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Mutex, time::Duration};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How much longer to wait between two questions once the server finds them too many (RFC 8628 section 3.5), in seconds.
const SLOWER: u32 = 5;
/// How often in a row there may be no answer: servers are started again, and networks change.
const MOST_LOST: u32 = 5;
/// What a server may say of the time between two questions, and of the whole, in seconds.
const PACES: (u32, u32) = (1, 60);
const LASTS: (u32, u32) = (10, 3_600);
/// The longest code that fits on the screen.
const LONGEST_CODE: usize = 32;

/// Requests that are open, by what they are called here.
#[derive(Default)]
pub(super) struct Handoffs(Mutex<HashMap<HandoffId, Open>>);

struct Open {
    /// None once somebody waits for the answer.
    request: Option<Request>,
    until: Duration,
    given_up: CancellationToken,
}

/// A request to be let in.
struct Request {
    /// Nobody who is signed in, at the server that is asked.
    stranger: Client,
    door: Door,
    secret: Secret<String>,
    /// Seconds between two questions.
    pace: u32,
    /// By the clock that never goes back.
    until: Duration,
    given_up: CancellationToken,
}

/// What the server gives to begin with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    device_code: Secret<String>,
    user_code: String,
    /// Seconds: its clock may be another.
    expires_in: u32,
    interval: u32,
}

/// How it stands.
#[derive(Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
enum Polled {
    Waiting,
    Denied,
    SignedIn { token: Secret<String>, account: WorkspaceAccount },
}

impl Handoffs {
    /// Keeps a request until it is waited for, and forgets those that nobody waited for.
    fn open(&self, id: HandoffId, request: Request, now: Duration) {
        let (until, given_up) = (request.until, request.given_up.clone());
        let mut all = sync::lock(&self.0);
        all.retain(|_, open| open.until > now);
        all.insert(id, Open { request: Some(request), until, given_up });
    }

    /// The request, for whoever waits for its answer; none for a second one.
    fn take(&self, id: HandoffId) -> Option<Request> {
        sync::lock(&self.0).get_mut(&id)?.request.take()
    }

    /// Forgets a request; what is left of it if nobody waits.
    fn remove(&self, id: HandoffId) -> Option<Open> {
        sync::lock(&self.0).remove(&id)
    }

    /// Gives all of them up: the vault is being locked.
    pub(super) fn give_up_all(&self) {
        for open in std::mem::take(&mut *sync::lock(&self.0)).into_values() {
            open.given_up.cancel();
        }
    }
}

impl Workspaces<'_> {
    /// Begins to ask a team server to be let in by somebody in a browser. It asks for nothing before
    /// [`handed_over`](Self::handed_over).
    ///
    /// # Errors
    /// If a new server is there already, or if it does not answer, is not trusted, or takes no further requests.
    pub async fn begin_handoff(
        &self,
        _vault: &Authorized<WholeVault>,
        door: WorkspaceDoor,
    ) -> Result<WorkspaceHandoff, CoreError> {
        let (stranger, door) = match door {
            WorkspaceDoor::New { address, fingerprint } => {
                self.new_door(&address, fingerprint).await?
            }
            WorkspaceDoor::Known { id } => self.known_door(id)?,
        };
        let client = match host(self.0) {
            unnamed if unnamed.trim().is_empty() => "Patchbay".to_owned(),
            host => format!("Patchbay on {host}"),
        };
        let asks = json!({ "client": client });
        let begun = stranger.request(Method::POST, "/sign-in/device", Some(&asks)).await;
        let begun: Begun = link::read(begun.map_err(said)?, &stranger).map_err(said)?;
        let code = code(begun.user_code, &stranger)?;
        // The server may have been asked for longer than the vault is open.
        self.0.vault().unlocked()?;
        let (now, lasts) = (self.0.clock().now(), begun.expires_in.clamp(LASTS.0, LASTS.1));
        let handoff = WorkspaceHandoff {
            id: HandoffId::new(),
            // At the server that is trusted, whatever it would say itself.
            link: format!("{}/device#{code}", stranger.site().address),
            code,
            client,
            expires: Timestamp(self.0.clock().wall().0 + i64::from(lasts) * 1_000),
        };
        let request = Request {
            stranger,
            door,
            secret: begun.device_code,
            pace: begun.interval.clamp(PACES.0, PACES.1),
            until: now + seconds(lasts),
            given_up: CancellationToken::new(),
        };
        self.0.workspaces.handoffs.open(handoff.id, request, now);
        Ok(handoff)
    }

    /// Waits until somebody has answered in a browser, and adds the workspace or signs in to it.
    ///
    /// # Errors
    /// If they said no or nothing, if the request was given up or is waited for already, or if the server is gone.
    pub async fn handed_over(
        &self,
        _vault: &Authorized<WholeVault>,
        id: HandoffId,
    ) -> Result<WorkspaceInfo, CoreError> {
        let handoffs = &self.0.workspaces.handoffs;
        let request = handoffs.take(id).ok_or(CoreError::NotFound("request to sign in"))?;
        let answer = self.answer(&request).await;
        handoffs.remove(id);
        let Request { stranger, door, secret, given_up, .. } = request;
        match answer {
            Some(Ok(welcome)) if given_up.is_cancelled() => {
                farewell(&Client::signed_in(stranger.site().clone(), welcome.token)).await;
                Err(cancelled())
            }
            Some(Ok(welcome)) => self.let_in(&stranger, door, welcome).await,
            Some(Err(error)) => Err(error),
            None => {
                withdraw(&stranger, &secret).await;
                Err(cancelled())
            }
        }
    }

    /// Gives a request up. One that is not there is over already.
    pub async fn give_up_handoff(&self, id: HandoffId) {
        let Some(open) = self.0.workspaces.handoffs.remove(id) else { return };
        open.given_up.cancel();
        if let Some(request) = open.request {
            withdraw(&request.stranger, &request.secret).await;
        }
    }

    /// Asks until there is an answer; none if it was given up.
    async fn answer(&self, request: &Request) -> Option<Result<Welcome, CoreError>> {
        let clock = self.0.clock();
        let (mut pace, mut lost) = (request.pace, 0);
        loop {
            // Never broken off in the middle: the answer may be the sign-in, which is told once.
            match request.poll().await {
                Ok(Polled::SignedIn { token, account }) => {
                    return Some(Ok(Welcome { token, account }));
                }
                Ok(Polled::Denied) => return Some(Err(denied())),
                Ok(Polled::Waiting) => lost = 0,
                Err(ClientError::Refused { status: 404, .. }) => return Some(Err(ran_out())),
                Err(ClientError::Refused { status: 429, .. }) => pace += SLOWER,
                Err(error) if lost < MOST_LOST && may_pass(&error) => lost += 1,
                Err(error) => return Some(Err(said(error))),
            }
            let next = clock.now() + seconds(pace);
            if request.given_up.is_cancelled() {
                return None;
            }
            if next >= request.until {
                return Some(Err(ran_out()));
            }
            tokio::select! {
                () = clock.until(next) => {}
                () = request.given_up.cancelled() => return None,
            }
        }
    }
}

impl Request {
    async fn poll(&self) -> Result<Polled, ClientError> {
        let shows = proof(&self.secret);
        let answer = self.stranger.request(Method::POST, "/sign-in/device/token", Some(&shows));
        link::read(answer.await?, &self.stranger)
    }
}

/// Tells a server that nobody asks any more. It ends by itself if the server does not hear it.
async fn withdraw(stranger: &Client, secret: &Secret<String>) {
    let shows = proof(secret);
    let telling = stranger.request(Method::DELETE, "/sign-in/device", Some(&shows));
    if !matches!(timeout(FAREWELL, telling).await, Ok(Ok(_))) {
        tracing::info!("a team server did not hear that a request to sign in was given up");
    }
}

fn proof(secret: &Secret<String>) -> Value {
    json!({ "deviceCode": secret.expose_secret() })
}

/// A code that people can compare, and that stays what it is in an address.
fn code(code: String, stranger: &Client) -> Result<String, CoreError> {
    let is_code = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !code.is_empty() && code.len() <= LONGEST_CODE && code.chars().all(is_code) {
        return Ok(code);
    }
    let message = format!("The code that {} gives cannot be shown.", stranger.site().address);
    let next = "Sign in by name and password, or tell whoever runs the server.";
    Err(api(ApiError::new(ErrorCode::Protocol, message).next(next)))
}

/// Whether it may be over with the next question: nobody answers, or something in between does.
const fn may_pass(error: &ClientError) -> bool {
    matches!(
        error,
        ClientError::Unreachable { .. }
            | ClientError::Strange { .. }
            | ClientError::Refused { status: 500.., .. }
    )
}

fn denied() -> CoreError {
    let message = "Somebody answered in the browser that this computer is not to be let in.";
    api(ApiError::new(ErrorCode::NotAllowed, message)
        .next("Begin anew for another code, and let it in there if it is you who asks."))
}

fn ran_out() -> CoreError {
    let message = "The code is good no more: nobody let this computer in with it in time.";
    api(ApiError::new(ErrorCode::TimedOut, message).next("Begin anew for another code.").retry())
}

fn cancelled() -> CoreError {
    api(ApiError::new(ErrorCode::Cancelled, "Signing in with the browser was cancelled."))
}

fn seconds(number: u32) -> Duration {
    Duration::from_secs(number.into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::{
        super::{doors::Door, workspace::site},
        *,
    };
    use crate::{Right, testing::Fixture};
    use patchbay_team_client::{Address, Place};

    /// A request at an address where nothing listens.
    fn begun(fixture: &Fixture) -> HandoffId {
        let nobody: Address = Place::read("127.0.0.1:1").unwrap().address;
        let now = fixture.core.clock().now();
        let id = HandoffId::new();
        let request = Request {
            stranger: Client::stranger(site(nobody, None, "test".to_owned())),
            door: Door::New("hub".to_owned()),
            secret: Secret::new("pbd_secret".to_owned()),
            pace: 3,
            until: now + seconds(600),
            given_up: CancellationToken::new(),
        };
        fixture.core.workspaces.handoffs.open(id, request, now);
        id
    }

    /// What comes of waiting, while time passes for as long as it waits.
    async fn waited(fixture: &Fixture, id: HandoffId, step: Duration) -> (ApiError, Duration) {
        let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
        let workspaces = fixture.core.workspaces();
        let began = fixture.core.clock().now();
        let waiting = workspaces.handed_over(&vault, id);
        let passing = async {
            loop {
                fixture.clock.advance(step);
                tokio::task::yield_now().await;
            }
        };
        let error = tokio::select! {
            answer = waiting => answer.unwrap_err(),
            () = passing => unreachable!(),
        };
        let CoreError::Api(error) = error else { panic!("{error}") };
        (*error, fixture.core.clock().now() - began)
    }

    #[tokio::test]
    async fn a_server_that_is_gone_is_said_to_be_and_a_short_break_is_not() {
        let fixture = Fixture::open().await;
        let id = begun(&fixture);
        let (error, after) = waited(&fixture, id, Duration::from_millis(1)).await;
        assert_eq!(error.code, ErrorCode::Unreachable, "{error}");
        assert!(after >= seconds(3 * MOST_LOST), "{after:?}");
        assert!(sync::lock(&fixture.core.workspaces.handoffs.0).is_empty());
    }

    #[tokio::test]
    async fn a_code_that_nobody_answers_runs_out() {
        let fixture = Fixture::open().await;
        let id = begun(&fixture);
        // Whoever was away for longer than it is good hears that first.
        fixture.clock.advance(seconds(601));
        let (error, _) = waited(&fixture, id, Duration::ZERO).await;
        assert_eq!(error.code, ErrorCode::TimedOut, "{error}");
        assert!(!error.next_step.is_empty() && error.retryable);

        // Those that nobody waited for are forgotten with the next one.
        let forgotten = begun(&fixture);
        fixture.clock.advance(seconds(601));
        let next = begun(&fixture);
        let all = &fixture.core.workspaces.handoffs;
        assert!(all.take(forgotten).is_none());
        assert!(all.take(next).is_some() && all.take(next).is_none());
    }

    #[test]
    fn a_code_is_shown_as_it_is_or_not_at_all() {
        let nobody = Place::read("127.0.0.1:1").unwrap().address;
        let stranger = Client::stranger(site(nobody, None, "test".to_owned()));
        assert_eq!(code("BCDF-GHJK".to_owned(), &stranger).unwrap(), "BCDF-GHJK");
        for wrong in ["", "BCDF GHJK", "a/b", "x\u{202e}y", &"B".repeat(LONGEST_CODE + 1)] {
            assert!(code(wrong.to_owned(), &stranger).is_err(), "{wrong}");
        }
    }
}
