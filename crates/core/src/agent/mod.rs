//! Patchbay's own SSH agent: while the vault is open, other programs of the same person can sign with its keys.
//!
//! It is off until the settings of this computer turn it on, and only a front end that can ask serves it. A locked vault
//! has no keys to show. Deliberately absent: adding keys from outside, forwarding, and destination constraints.

mod client;
#[cfg(windows)]
mod pipe;
mod program;
#[cfg(unix)]
mod socket;

#[cfg(all(test, unix))]
mod tests;

use crate::{Clock, Core, CoreConfig, CoreError, identities::Offered, sync, tell::Tells};
use patchbay_model::{
    AgentAsk, AgentProgram, AgentStatus, AgentUse, ApiError, AppEvent, ErrorCode, PromptId,
    Timestamp, VaultPhase,
};
use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::Duration,
};
use tokio::sync::{broadcast::error::RecvError, oneshot};
use tokio_util::sync::CancellationToken;

/// Who does not answer says no.
const PATIENCE: Duration = Duration::from_secs(60);
/// More questions at once are no person's doing.
const MOST_ASKS: usize = 8;
/// Uses that are remembered.
const MOST_USES: usize = 20;

/// What the services keep about the agent.
pub(crate) struct AgentState {
    core: Weak<Core>,
    clock: Arc<dyn Clock>,
    live: Mutex<Live>,
}

#[derive(Default)]
pub(crate) struct Live {
    serving: Option<Serving>,
    problem: Option<ApiError>,
    asks: Vec<Waiting>,
    uses: VecDeque<AgentUse>,
    times: u32,
    scheduled: bool,
}

struct Serving {
    at: PathBuf,
    stop: CancellationToken,
}

struct Waiting {
    ask: AgentAsk,
    answer: oneshot::Sender<bool>,
}

impl std::fmt::Debug for AgentState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AgentState").finish_non_exhaustive()
    }
}

impl Drop for AgentState {
    fn drop(&mut self) {
        if let Some(serving) = &sync::lock(&self.live).serving {
            serving.stop.cancel();
        }
    }
}

impl Tells for AgentState {
    type Live = Live;
    const EVERY: Duration = Duration::from_millis(100);

    fn live(&self) -> MutexGuard<'_, Live> {
        sync::lock(&self.live)
    }

    fn scheduled(live: &mut Live) -> &mut bool {
        &mut live.scheduled
    }

    fn tell(&self, live: &Live) {
        if let Some(core) = self.core.upgrade() {
            core.emit(AppEvent::Agent { status: Box::new(live.status()) });
        }
    }
}

impl Live {
    fn status(&self) -> AgentStatus {
        let socket = self.serving.as_ref().map(|serving| serving.at.display().to_string());
        AgentStatus {
            serving: socket.is_some(),
            line: socket.as_deref().map(line),
            socket,
            problem: self.problem.clone(),
            asks: self.asks.iter().map(|waiting| waiting.ask.clone()).collect(),
            uses: self.uses.iter().cloned().collect(),
            times: self.times,
        }
    }
}

/// How a shell is told. A path of the person's own may hold blanks and quotes.
fn line(socket: &str) -> String {
    if cfg!(windows) {
        return format!("$env:SSH_AUTH_SOCK = '{}'", socket.replace('\'', "''"));
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-+@:".contains(&b);
    if socket.bytes().all(plain) {
        format!("export SSH_AUTH_SOCK={socket}")
    } else {
        format!("export SSH_AUTH_SOCK='{}'", socket.replace('\'', r"'\''"))
    }
}

/// Where the agent of this computer's person is: in their runtime folder, which nobody else can look into.
#[must_use]
pub fn place(config: &CoreConfig) -> PathBuf {
    if cfg!(windows) {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let user: String = config.user_name.chars().map(plain).collect();
        return PathBuf::from(format!(r"\\.\pipe\patchbay-agent-{user}"));
    }
    std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute() && folder.is_dir())
        .map_or_else(|| config.data_dir.join("run"), |folder| folder.join("patchbay"))
        .join("agent.sock")
}

/// The agent that other programs can use.
#[derive(Clone, Copy, Debug)]
pub struct Agent<'a>(pub(crate) &'a Core);

impl Agent<'_> {
    /// Serves at this place whenever the settings say so, for as long as the services live. For front ends that can ask.
    /// Needs a tokio runtime.
    pub fn follow(&self, at: PathBuf) {
        let mut events = self.0.events();
        let state = Arc::clone(&self.0.agent);
        state.settle(&at, self.0.settings().app().serve_agent);
        let core = self.0.weak();
        tokio::spawn(async move {
            loop {
                let event = events.recv().await;
                let Some(core) = core.upgrade() else { return };
                match event {
                    Ok(AppEvent::Vault { status }) if status.phase != VaultPhase::Unlocked => {
                        state.withdraw_all();
                    }
                    Ok(AppEvent::Settings { .. }) | Err(RecvError::Lagged(_)) => {
                        state.settle(&at, core.settings().app().serve_agent);
                    }
                    Ok(_) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
    }

    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> AgentStatus {
        self.0.agent.live().status()
    }

    /// Allows or denies what a program waits for.
    pub fn answer(&self, id: PromptId, allow: bool) -> Result<(), CoreError> {
        // Behind the lock screen nobody allows anything.
        self.0.vault().unlocked()?;
        let waiting = self.0.agent.change(true, |live| {
            let at = live.asks.iter().position(|waiting| waiting.ask.id == id)?;
            Some(live.asks.remove(at))
        });
        let waiting = waiting.ok_or(CoreError::NotFound("question"))?;
        // If nobody listens any more, the program has gone just now.
        let _gone = waiting.answer.send(allow);
        Ok(())
    }
}

impl AgentState {
    pub(crate) fn new(core: Weak<Core>, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { core, clock, live: Mutex::default() })
    }

    /// Begins or ends serving.
    fn settle(self: &Arc<Self>, at: &Path, wanted: bool) {
        let serving = self.live().serving.is_some();
        if wanted == serving {
            return;
        }
        if !wanted {
            self.change(true, |live| {
                live.problem = None;
                live.asks.clear();
                if let Some(serving) = live.serving.take() {
                    serving.stop.cancel();
                }
            });
            return;
        }
        let stop = CancellationToken::new();
        match listen(at, self, &stop) {
            Ok(()) => self.change(true, |live| {
                live.problem = None;
                live.serving = Some(Serving { at: at.to_path_buf(), stop });
            }),
            Err(error) => self.change(true, |live| live.problem = Some(not_served(at, &error))),
        }
    }

    fn withdraw_all(self: &Arc<Self>) {
        if !self.live().asks.is_empty() {
            self.change(true, |live| live.asks.clear());
        }
    }

    /// Asks the person; no answer is a no.
    async fn ask(self: &Arc<Self>, key: &Offered, program: &AgentProgram, purpose: &str) -> bool {
        let id = PromptId::new();
        let (sender, answer) = oneshot::channel();
        let Timestamp(now) = self.clock.wall();
        let patience = i64::try_from(PATIENCE.as_millis()).unwrap_or_default();
        let ask = AgentAsk {
            id,
            identity: key.name.clone(),
            fingerprint: key.fingerprint.clone(),
            program: program.clone(),
            purpose: purpose.to_owned(),
            until: Timestamp(now.saturating_add(patience)),
        };
        let taken = self.change(false, |live| {
            let room = live.asks.len() < MOST_ASKS;
            if room {
                live.asks.push(Waiting { ask, answer: sender });
            }
            room
        });
        if !taken {
            return false;
        }
        let _withdrawn = Withdrawn(self, id);
        tokio::select! {
            answer = answer => answer.unwrap_or(false),
            () = self.clock.until(self.clock.now() + PATIENCE) => false,
        }
    }

    fn used(self: &Arc<Self>, key: &Offered, program: &AgentProgram, purpose: &str, allowed: bool) {
        let used = AgentUse {
            at: self.clock.wall(),
            identity: key.name.clone(),
            program: program.clone(),
            purpose: purpose.to_owned(),
            allowed,
        };
        self.change(false, |live| {
            live.times = live.times.saturating_add(u32::from(allowed));
            live.uses.push_front(used);
            live.uses.truncate(MOST_USES);
        });
    }
}

/// Takes a question back when whoever asked has gone or got an answer.
struct Withdrawn<'a>(&'a Arc<AgentState>, PromptId);

impl Drop for Withdrawn<'_> {
    fn drop(&mut self) {
        let there = self.0.live().asks.iter().any(|waiting| waiting.ask.id == self.1);
        if there {
            self.0.change(false, |live| live.asks.retain(|waiting| waiting.ask.id != self.1));
        }
    }
}

#[cfg(unix)]
use socket::listen;

#[cfg(windows)]
use pipe::listen;

fn not_served(at: &Path, error: &std::io::Error) -> ApiError {
    let (why, next) = match error.kind() {
        std::io::ErrorKind::AddrInUse => (
            "another program serves there".to_owned(),
            "Another Patchbay may be running: close it, or use its agent.",
        ),
        _ => (error.to_string(), "Check who may use that folder, then turn the agent off and on."),
    };
    ApiError::new(
        ErrorCode::Agent,
        format!("The agent cannot be reached at {}: {why}.", at.display()),
    )
    .next(next)
}
