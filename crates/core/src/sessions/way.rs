//! The way to a desktop: dialled, signed in to, followed to where its server sends it, and gone again after a loss.
//!
//! Deliberately absent: a limit of time. A desktop that is lost is tried again a number of times, each after a longer wait;
//! whoever does not want to wait for that says so.

use super::line::explain;
use crate::devices::ScreenOf;
use patchbay_device_proxmox::{Bidirectional, Screen};
use patchbay_engine_rdp::{RdpOptions, Redirection, Resume};
use patchbay_engine_ssh::{
    Destination, HeldLink, SocketDestination, Target, dial_socket_through, dial_through,
};
use patchbay_engine_vnc::VncOptions;
use patchbay_model::{ApiError, CloseReason, ErrorCode, Secret, Stage};
use patchbay_session::{
    Interaction, Progress,
    desktop::{Desktop, Size},
};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How often a password is asked for before it is over.
const TRIES: u32 = 3;
/// How often in a row a server may send the connection elsewhere.
const MOST_REDIRECTIONS: u32 = 5;
/// How often a desktop that was lost is tried again, as other programs do.
const MOST_ATTEMPTS: u32 = 20;
/// Waits before another attempt: the first, and the longest, which each doubles up to.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// A desktop that was open for so long is no longer one that does not come back.
const STEADY: Duration = Duration::from_secs(10);

/// What is dialled.
#[derive(Clone)]
pub(super) enum Leads {
    Port(Destination),
    Socket(SocketDestination),
    /// Of a virtual machine, by its cluster.
    Screen(Box<ScreenOf>),
}

/// What was dialled.
struct Dialled {
    stream: Box<dyn Bidirectional>,
    /// None where nothing below the stream has to be held.
    link: Option<HeldLink>,
    /// The one to sign in with, where it is another one each time.
    password: Option<Secret<String>>,
}

impl Leads {
    fn machine(&self) -> &str {
        match self {
            Self::Port(to) => &to.name,
            Self::Socket(to) => &to.name,
            Self::Screen(of) => &of.name,
        }
    }

    /// `what` is spoken there.
    async fn dial(
        self,
        jumps: Target,
        gate: Arc<dyn Interaction>,
        cancel: CancellationToken,
        what: &str,
    ) -> Result<Dialled, ApiError> {
        let machine = self.machine().to_owned();
        let dialled = match self {
            Self::Port(to) => dial_through(jumps, to, gate, cancel).await,
            Self::Socket(to) => dial_socket_through(jumps, to, gate, cancel).await,
            Self::Screen(of) => return screen(&of, gate, cancel).await,
        };
        let (stream, link) = dialled.map_err(|error| explain(&error, &machine, what))?;
        Ok(Dialled { stream: Box::new(stream), link: Some(link), password: None })
    }
}

/// Asks a cluster for the screen of a virtual machine.
async fn screen(
    of: &ScreenOf,
    gate: Arc<dyn Interaction>,
    cancel: CancellationToken,
) -> Result<Dialled, ApiError> {
    let (stage, machine) = (Stage::Connect, of.name.clone());
    gate.progress(Progress::Began { stage, machine, detail: of.place.clone() });
    let opened = cancel.run_until_cancelled(of.open()).await;
    let Screen { stream, password } =
        opened.ok_or_else(|| ApiError::new(ErrorCode::Cancelled, "Cancelled."))??;
    gate.progress(Progress::Done { stage, detail: of.place.clone() });
    Ok(Dialled { stream, link: None, password: Some(password) })
}

/// What is spoken there.
#[derive(Clone)]
pub(super) enum Speaks {
    Vnc(VncOptions),
    Rdp(RdpOptions),
}

impl Speaks {
    const fn name(&self) -> &'static str {
        match self {
            Self::Vnc(_) => "VNC",
            Self::Rdp(_) => "RDP",
        }
    }

    /// Signs in with this password over this connection.
    fn with(&mut self, given: Secret<String>) {
        let (password, refused) = match self {
            Self::Vnc(options) => (&mut options.password, &mut options.refused),
            Self::Rdp(options) => (&mut options.password, &mut options.refused),
        };
        (*password, *refused) = (Some(given), false);
    }

    /// Has the person asked for the password over the next connection.
    fn refused(&mut self, again: bool) {
        let (password, refused) = match self {
            Self::Vnc(options) => (&mut options.password, &mut options.refused),
            Self::Rdp(options) => (&mut options.password, &mut options.refused),
        };
        if again {
            *password = None;
        }
        *refused = again;
    }
}

/// Where a desktop is, and what the connections to it so far have left.
pub(super) struct Way {
    jumps: Target,
    to: Leads,
    speaks: Speaks,
    /// Where its server has sent the connection.
    sent: Option<Redirection>,
    redirections: u32,
    resume: Resume,
}

impl Way {
    pub(super) fn new(jumps: Target, to: Leads, speaks: Speaks) -> Self {
        Self { jumps, to, speaks, sent: None, redirections: 0, resume: Resume::default() }
    }

    /// How large the desktop should be from the beginning, where that can be said.
    pub(super) const fn resize(&mut self, size: Size) {
        if let Speaks::Rdp(options) = &mut self.speaks {
            options.size = size;
        }
    }

    /// Connects; the way comes back with what it has learnt.
    pub(super) async fn go(
        mut self,
        gate: Arc<dyn Interaction>,
        cancel: CancellationToken,
    ) -> Result<(Self, Result<(Desktop, Option<HeldLink>), ApiError>), ApiError> {
        let opened = self.open(&gate, &cancel).await;
        Ok((self, opened))
    }

    /// Dials and signs in. A password that is refused is asked for, over another connection.
    async fn open(
        &mut self,
        gate: &Arc<dyn Interaction>,
        cancel: &CancellationToken,
    ) -> Result<(Desktop, Option<HeldLink>), ApiError> {
        let mut tries = 0;
        loop {
            let (to, mut speaks) = self.now();
            let machine = to.machine().to_owned();
            let (jumps, what) = (self.jumps.clone(), speaks.name());
            let Dialled { stream, link, password } =
                to.dial(jumps, Arc::clone(gate), cancel.clone(), what).await?;
            if let Some(password) = password {
                speaks.with(password);
            }
            // Of its own: ending one connection ends no further one.
            let (asked, stop) = (Arc::clone(gate), cancel.child_token());
            let opened = match speaks {
                Speaks::Vnc(options) => patchbay_engine_vnc::connect(stream, options, asked, stop)
                    .await
                    .map_err(|error| error.api_error(&machine)),
                Speaks::Rdp(options) => {
                    let resume = &self.resume;
                    patchbay_engine_rdp::connect_again(stream, options, asked, stop, resume)
                        .await
                        .map_err(|error| error.api_error(&machine))
                }
            };
            match opened {
                Ok(desktop) => {
                    self.speaks.refused(false);
                    return Ok((desktop, link));
                }
                Err(_) if self.follow(|note| gate.progress(Progress::Note(note)))? => {}
                Err(error) if error.code == ErrorCode::AuthFailed && tries + 1 < TRIES => {
                    tries += 1;
                    let text = format!("{} Another password is asked for.", error.message);
                    gate.progress(Progress::Note(text));
                    self.speaks.refused(true);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Where to and as whom, now.
    fn now(&self) -> (Leads, Speaks) {
        let (mut to, mut speaks) = (self.to.clone(), self.speaks.clone());
        if let (Some(sent), Speaks::Rdp(options)) = (&self.sent, &mut speaks) {
            if let (Some(address), Leads::Port(to)) = (&sent.address, &mut to) {
                to.address.clone_from(address);
                options.address.clone_from(address);
            }
            if let Some(user) = &sent.user {
                options.user = Some(user.clone());
                options.domain.clone_from(&sent.domain);
            }
        }
        (to, speaks)
    }

    /// Whether the server has sent the connection elsewhere: from now on the way leads there.
    ///
    /// # Errors
    /// When it leads on and on.
    pub(super) fn follow(&mut self, note: impl FnOnce(String)) -> Result<bool, ApiError> {
        let Some(mut sent) = self.resume.redirected() else { return Ok(false) };
        let machine = self.to.machine();
        self.redirections += 1;
        if self.redirections > MOST_REDIRECTIONS {
            let text = format!(
                "{machine} sends this session from one server to the next: {MOST_REDIRECTIONS} times so far."
            );
            return Err(ApiError::new(ErrorCode::Protocol, text)
                .next("Whoever runs its connection broker must look at it.")
                .retry());
        }
        note(match &sent.address {
            Some(address) => format!("{machine} sends this session to {address}."),
            None => format!("{machine} sends this session to another server behind its address."),
        });
        // What is not said stays as it is.
        if let Some(before) = self.sent.take() {
            sent.address = sent.address.or(before.address);
            if sent.user.is_none() {
                (sent.user, sent.domain) = (before.user, before.domain);
            }
        }
        self.sent = Some(sent);
        Ok(true)
    }

    /// Why an open desktop was lost, if connecting again may bring it back; the reason it is over otherwise.
    pub(super) fn lost(&self, reason: CloseReason) -> Result<ApiError, CloseReason> {
        match reason {
            CloseReason::Failed { error } if error.code == ErrorCode::Disconnected => Ok(error),
            // VNC has no word for the end. Where one alone may look, another one has come, who would be sent away in turn.
            CloseReason::Exited { code: None } if matches!(&self.speaks, Speaks::Vnc(options) if options.shared) =>
            {
                let text = format!("{} closed the connection.", self.to.machine());
                let error = ApiError::new(ErrorCode::Disconnected, text);
                Ok(error.next("Connect again.").retry())
            }
            reason => Err(reason),
        }
    }

    /// An attempt to come back has failed: the next one begins where the first of all did.
    pub(super) fn start_over(&mut self) {
        self.redirections = 0;
        if self.sent.take().is_some() {
            self.resume = Resume::default();
        }
    }
}

/// Whether waiting may help.
pub(super) const fn comes_back(error: &ApiError) -> bool {
    error.retryable && !matches!(error.code, ErrorCode::Cancelled | ErrorCode::AuthFailed)
}

/// Attempts to come back.
pub(super) struct Attempts {
    /// It was open at some time.
    pub(super) ever: bool,
    made: u32,
    wait: Duration,
}

impl Attempts {
    pub(super) const MOST: u32 = MOST_ATTEMPTS;

    pub(super) const fn new() -> Self {
        Self { ever: false, made: 0, wait: FIRST_WAIT }
    }

    /// It was open for so long.
    pub(super) fn opened(&mut self, lasted: Duration) {
        if lasted >= STEADY {
            *self = Self::new();
        }
        self.ever = true;
    }

    /// The number of the next attempt and the wait before it; nothing after the last.
    pub(super) fn next(&mut self) -> Option<(u32, Duration)> {
        if self.made >= Self::MOST {
            return None;
        }
        self.made += 1;
        let wait = self.wait;
        self.wait = (wait * 2).min(LONGEST_WAIT);
        Some((self.made, wait))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use patchbay_model::VncPlace;

    fn vnc(shared: bool) -> Way {
        let options = VncOptions {
            machine: "wall".into(),
            address: "192.0.2.1".into(),
            port: 5900,
            place: VncPlace::Tcp,
            user: None,
            password: Some(Secret::new("x".into())),
            refused: false,
            shared,
            view_only: false,
            allow_anonymous_plain: false,
            clipboard: false,
            quality: None,
        };
        let to = Destination {
            name: "wall".into(),
            address: "192.0.2.1".into(),
            port: 5900,
            connect_timeout: Duration::from_secs(1),
            silence: None,
        };
        Way::new(Target::default(), Leads::Port(to), Speaks::Vnc(options))
    }

    #[test]
    fn waits_grow_and_end() {
        let mut attempts = Attempts::new();
        let mut waits = Vec::new();
        while let Some((number, wait)) = attempts.next() {
            waits.push(wait.as_secs());
            assert_eq!(number as usize, waits.len());
        }
        assert_eq!(waits.get(..7), Some(&[1, 2, 4, 8, 16, 30, 30][..]));
        assert_eq!(waits.len(), 20);
        // One that comes and goes at once is counted on, one that has lasted is not.
        attempts.opened(Duration::from_secs(1));
        assert_eq!(attempts.next(), None);
        attempts.opened(STEADY);
        assert_eq!(attempts.next(), Some((1, FIRST_WAIT)));
        assert!(attempts.ever);
    }

    #[test]
    fn what_is_lost_and_what_has_ended() {
        let error = |code| CloseReason::Failed { error: ApiError::new(code, "x").retry() };
        let hung_up = CloseReason::Exited { code: None };
        assert!(vnc(true).lost(error(ErrorCode::Disconnected)).is_ok());
        assert!(vnc(true).lost(error(ErrorCode::Ended)).is_err());
        assert!(vnc(true).lost(error(ErrorCode::Protocol)).is_err());
        assert_eq!(vnc(true).lost(hung_up.clone()).unwrap().code, ErrorCode::Disconnected);
        assert_eq!(vnc(false).lost(hung_up.clone()), Err(hung_up));
        assert_eq!(vnc(true).lost(CloseReason::ByPerson), Err(CloseReason::ByPerson));
        assert!(comes_back(&ApiError::new(ErrorCode::Refused, "x").retry()));
        assert!(!comes_back(&ApiError::new(ErrorCode::Refused, "x")));
        assert!(!comes_back(&ApiError::new(ErrorCode::AuthFailed, "x").retry()));
    }
}
