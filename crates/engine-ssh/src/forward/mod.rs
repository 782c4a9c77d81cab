//! Forwarding (RFC 4254 sections 6.3 and 7, and OpenSSH's PROTOCOL for Unix sockets and the agent).
//!
//! Tunnels have a connection of their own ([`forwards`]); X11 and the agent belong to a terminal's. russh gives a server
//! new room in a channel when bytes arrive and not when somebody takes them, so each connection keeps what its reader has
//! not taken yet (see `pipe`): only one that is far behind can hold up the others. Deliberately absent: SOCKS 4, UDP and
//! BIND, `tun` devices.

mod agent;
mod inbound;
mod listen;
mod local;
mod pipe;
mod remote;
pub mod socks;
pub mod x11;
pub mod xauth;

pub(crate) use agent::serve as serve_agent;
pub(crate) use inbound::{Arrival, Door, Inbound};
pub(crate) use x11::{Offer as X11Offer, serve as serve_x11};

pub use listen::Listening;
pub use local::{Opened, Reach, serve_local};
pub use remote::RemoteListening;

use crate::{
    SshError, Target, algorithms::Carries, held::ping, report::Report, route::Route, session,
};
use patchbay_model::{CloseReason, Stage};
use patchbay_session::{Interaction, Progress};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Connections of one tunnel at a time; a program that opens more has run wild.
pub const MOST_CONNECTIONS: u32 = 256;

/// What went through a tunnel. Counts on over reconnects.
#[derive(Debug, Default)]
pub struct Traffic {
    open: AtomicU32,
    total: AtomicU32,
    refused: AtomicU32,
    up: AtomicU64,
    down: AtomicU64,
    problem: Mutex<Option<String>>,
}

impl Traffic {
    /// Connections that are open.
    pub fn open(&self) -> u32 {
        self.open.load(Ordering::Relaxed)
    }

    /// Connections there were altogether, without those that were turned away.
    pub fn total(&self) -> u32 {
        self.total.load(Ordering::Relaxed)
    }

    /// Connections that were turned away, because they were too many or their destination was not reached.
    pub fn refused(&self) -> u32 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Bytes from this computer to the machine.
    pub fn up(&self) -> u64 {
        self.up.load(Ordering::Relaxed)
    }

    /// Bytes from the machine to this computer.
    pub fn down(&self) -> u64 {
        self.down.load(Ordering::Relaxed)
    }

    /// What went wrong with a connection last, as a sentence.
    pub fn problem(&self) -> Option<String> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts bytes that went to the machine.
    pub fn went_up(&self, bytes: u64) {
        self.up.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts bytes that came from the machine.
    pub fn came_down(&self, bytes: u64) {
        self.down.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Turns a connection away, or ends it, and remembers why.
    fn refuse(&self, why: String) {
        self.refused.fetch_add(1, Ordering::Relaxed);
        self.say(why);
    }

    fn say(&self, why: String) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }

    /// Counts a connection for as long as this lives; `None` if there are too many.
    fn enter(self: &Arc<Self>) -> Option<Entered> {
        let more = |open: u32| (open < MOST_CONNECTIONS).then_some(open + 1);
        if self.open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_err() {
            self.refuse(format!("More than {MOST_CONNECTIONS} connections at once."));
            return None;
        }
        Some(Entered(Arc::clone(self)))
    }
}

/// Why a place was not connected with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// As a program hears it that asks by SOCKS 5 (RFC 1928 section 6).
    pub code: u8,
    /// As a person hears it: a phrase.
    pub reason: String,
}

impl Refusal {
    /// For a reason that SOCKS has no code for.
    #[must_use]
    pub fn general(reason: &str) -> Self {
        Self { code: socks::GENERAL_FAILURE, reason: reason.to_owned() }
    }
}

/// What has been read of a message, and what it comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Read<T> {
    /// So many bytes more are needed at least.
    More(usize),
    /// This is it.
    Done(T),
}

/// A connection that is counted as open.
struct Entered(Arc<Traffic>);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the connections inside one SSH connection have to know of each other.
#[derive(Debug)]
pub(crate) struct Flow {
    open: AtomicU32,
    /// Connections whose reader is so far behind that nothing more is taken from the server for now.
    stalled: AtomicU32,
    heard: Mutex<Instant>,
}

impl Flow {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            open: AtomicU32::new(0),
            stalled: AtomicU32::new(0),
            heard: Mutex::new(Instant::now()),
        })
    }

    /// When the server was heard of last. While it is we who do not listen, its silence means nothing.
    fn heard(&self) -> Instant {
        if self.stalled.load(Ordering::Relaxed) > 0 {
            return Instant::now();
        }
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

/// A signed-in connection for the tunnels of a machine. Dropping the last handle on it ends it.
pub struct ForwardLink {
    route: Route,
    machine: String,
    keep_alive: Option<Duration>,
    flow: Arc<Flow>,
    /// Connections for programs that are not at this computer.
    elsewhere: Arc<Traffic>,
    /// It serves nobody any more.
    over: CancellationToken,
}

/// Connects through every hop and signs in, for tunnels.
///
/// # Errors
/// Why there is no connection.
pub async fn forwards(
    target: Target,
    interaction: Arc<dyn Interaction>,
    cancel: CancellationToken,
) -> Result<Arc<ForwardLink>, SshError> {
    let opening = async {
        let hop = session::machine(&target)?;
        let route = Route::open(&target, &interaction, Carries::Tunnels).await?;
        let report = Report { interaction: interaction.clone(), machine: hop.name.clone() };
        report.interaction.progress(Progress::Done { stage: Stage::SignIn, detail: String::new() });
        Ok(Arc::new(ForwardLink {
            route,
            machine: hop.name.clone(),
            keep_alive: hop.keep_alive,
            flow: Flow::new(),
            elsewhere: Arc::default(),
            over: CancellationToken::new(),
        }))
    };
    tokio::select! {
        opened = opening => opened,
        () = cancel.cancelled() => Err(SshError::Cancelled),
    }
}

impl ForwardLink {
    /// Waits until the connection is lost or `cancel` says so, and says why it ended. Round-trip times go to `latency`, in
    /// milliseconds.
    pub async fn hold(&self, cancel: &CancellationToken, latency: impl FnMut(u32)) -> CloseReason {
        let Ok(link) = self.route.last() else { return self.route.lost() };
        tokio::select! {
            () = link.shared.ended.cancelled() => self.route.lost(),
            silence = ping(&self.route, self.keep_alive, || self.flow.heard(), latency) => {
                self.route.failed(&SshError::Silent(silence))
            }
            () = cancel.cancelled() => CloseReason::ByPerson,
        }
    }

    /// Says goodbye. Whoever still serves a tunnel with it finds it gone.
    pub async fn close(self: Arc<Self>) {
        self.over.cancel();
        if let Ok(mine) = Arc::try_unwrap(self) {
            mine.route.close().await;
        }
    }
}

impl std::fmt::Debug for ForwardLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ForwardLink").field("machine", &self.machine).finish_non_exhaustive()
    }
}
