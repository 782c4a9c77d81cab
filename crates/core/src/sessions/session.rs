//! One session: what front ends see of it, what it waits for, and how they are told of changes.

use super::{journal::Journal, person::check_answer, pictures::Both, tape::Tape};
use crate::{Clock, Core, CoreError, files::shell::Shell, sync, tell::Tells};
use bytes::Bytes;
use patchbay_engine_ssh::forward::ForwardLink;
use patchbay_model::{
    ApiError, AppEvent, CloseReason, ErrorCode, HostKeyAnswer, HostKeyQuestion, NodeId, PromptId,
    Protocol, Secret, SessionDesktop, SessionId, SessionInfo, SessionSharing, SessionState,
    SessionTarget, Stage, TerminalSize, Timestamp, WorkspaceId,
};
use patchbay_session::{
    Output, TerminalInput,
    desktop::{DesktopHub, DesktopInput},
};
use patchbay_sftp::Client;
use std::{
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

const LATENCY_EVERY: Duration = Duration::from_secs(5);

/// A session and its life.
pub(super) struct Session {
    pub(super) id: SessionId,
    /// Names the call that opened it.
    pub(super) attempt: Option<String>,
    pub(super) output: Arc<Output>,
    /// What is shown of a desktop, in place of output.
    pub(super) hub: Arc<DesktopHub>,
    /// Of a desktop: which picture both clipboards have.
    pub(super) pictures: Both,
    /// For whoever is attached; stay the same over reconnects.
    pub(super) input: Inputs,
    /// Ends it for good.
    pub(super) gone: CancellationToken,
    pub(super) core: Weak<Core>,
    pub(super) clock: Arc<dyn Clock>,
    live: Mutex<Live>,
    /// One question at a time.
    pub(super) asking: tokio::sync::Mutex<()>,
    pub(super) tape: Tape,
}

/// What changes of a session.
pub(super) struct Live {
    pub(super) info: SessionInfo,
    pub(super) journal: Journal,
    pending: Option<Pending>,
    /// What to go back to once the question is answered or withdrawn.
    before: Option<SessionState>,
    /// Ends the present connection only.
    cancel: CancellationToken,
    /// Ends the wait for the next attempt.
    hurry: CancellationToken,
    size: TerminalSize,
    /// Told by the server before signing in, not yet on the screen.
    pub(super) banner: Vec<u8>,
    /// An event is on its way.
    scheduled: bool,
    files: Option<(Client, Shell)>,
    /// What carries its tunnels, which ends with who serves them.
    forwards: Weak<ForwardLink>,
    latency_told: Duration,
}

/// What the session waits for.
pub(super) enum Pending {
    Prompt(PromptId, usize, oneshot::Sender<Option<Vec<Secret<String>>>>),
    HostKey(Box<HostKeyQuestion>, oneshot::Sender<HostKeyAnswer>),
}

impl Session {
    pub(super) fn new(
        core: &Core,
        (target, direct): (SessionTarget, Option<WorkspaceId>),
        names: Names,
        size: TerminalSize,
        attempt: Option<String>,
        input: Inputs,
    ) -> Arc<Self> {
        let clock = Arc::clone(&core.config().clock);
        let now = clock.now();
        let id = SessionId::new();
        let info = SessionInfo {
            id,
            title: names.title.clone(),
            subtitle: names.subtitle,
            target,
            protocol: names.protocol,
            state: SessionState::Connecting { stage: Stage::Name, machine: names.title },
            steps: Vec::new(),
            log: Vec::new(),
            opened: clock.wall(),
            latency: None,
            recording: None,
            agent: None,
            x11: None,
            desktop: names.desktop,
            sharing: None,
            workspace: None,
            direct,
        };
        Arc::new(Self {
            id,
            attempt,
            output: Output::new(patchbay_session::CAPACITY),
            hub: DesktopHub::new(),
            pictures: Both::default(),
            input,
            gone: CancellationToken::new(),
            core: core.weak(),
            clock,
            live: Mutex::new(Live {
                info,
                journal: Journal::default(),
                pending: None,
                before: None,
                cancel: CancellationToken::new(),
                hurry: CancellationToken::new(),
                size,
                banner: Vec::new(),
                scheduled: false,
                files: None,
                forwards: Weak::new(),
                latency_told: now,
            }),
            asking: tokio::sync::Mutex::new(()),
            tape: Tape::default(),
        })
    }

    pub(super) fn info(&self) -> SessionInfo {
        self.live().snapshot()
    }

    /// Whether it is connected or on the way.
    pub(super) fn running(&self) -> bool {
        !matches!(self.live().info.state, SessionState::Closed { .. })
    }

    /// The machine it leads to, if it is one of the tree.
    pub(super) fn machine(&self) -> Option<NodeId> {
        self.live().info.target.machine()
    }

    /// Its files and the shell beside them, while it is connected for them.
    pub(super) fn files(&self) -> Option<(Client, Shell)> {
        self.live().files.clone()
    }

    /// What carries its tunnels, while it is connected for them.
    pub(super) fn forwards(&self) -> Weak<ForwardLink> {
        self.live().forwards.clone()
    }

    pub(super) fn set_forwards(&self, link: &Arc<ForwardLink>) {
        self.live().forwards = Arc::downgrade(link);
    }

    pub(super) fn set_files(&self, files: Option<(Client, Shell)>) {
        self.live().files = files;
    }

    pub(super) fn rename(self: &Arc<Self>, title: String) {
        self.change(true, |live| live.info.title = title);
    }

    /// Begins an attempt and gives what ends it; `None` if one is under way.
    pub(super) fn begin(
        self: &Arc<Self>,
        names: Option<Names>,
        size: TerminalSize,
        first: bool,
    ) -> Option<CancellationToken> {
        let now = self.clock.now();
        self.change(true, |live| {
            if !first && !matches!(live.info.state, SessionState::Closed { .. }) {
                return None;
            }
            let wanted = names.as_ref().map_or(&live.info.title, |names| &names.title).clone();
            if let Some(names) = names {
                live.info.subtitle = names.subtitle;
                live.info.protocol = names.protocol;
                live.info.desktop = names.desktop;
            }
            live.size = size;
            live.cancel = self.gone.child_token();
            let first_line = format!("Connecting to {}", live.info.subtitle);
            live.journal = Journal::start(now, &first_line, &wanted, live.info.protocol);
            live.info.state =
                SessionState::Connecting { stage: Stage::Name, machine: live.info.title.clone() };
            live.info.latency = None;
            (live.info.agent, live.info.x11) = (None, None);
            Some(live.cancel.clone())
        })
    }

    pub(super) fn set_sharing(self: &Arc<Self>, sharing: Option<SessionSharing>) {
        self.change(true, |live| live.info.sharing = sharing);
    }

    pub(super) fn size(&self) -> TerminalSize {
        self.live().size
    }

    pub(super) fn set_size(&self, size: TerminalSize) {
        self.live().size = size;
    }

    /// Ends the present connection, if there is one.
    pub(super) fn disconnect(&self) {
        self.live().cancel.cancel();
    }

    /// An open desktop was lost, and is tried again after a while: at once when what comes back is cancelled.
    pub(super) fn lost(
        self: &Arc<Self>,
        error: ApiError,
        (attempt, most): (u32, u32),
        wait: Duration,
    ) -> CancellationToken {
        let (now, wall) = (self.clock.now(), self.clock.wall());
        let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        self.change(true, |live| {
            if matches!(live.info.state, SessionState::Open) {
                live.journal.note(now, &error.message);
            } else {
                live.journal.failed(now, error.code, &error.message);
            }
            live.info.latency = None;
            let next = Timestamp(wall.0.saturating_add(wait));
            live.info.state = SessionState::Lost { error, attempt, most, next };
            live.hurry = CancellationToken::new();
            live.hurry.clone()
        })
    }

    /// Whether it is lost and waits to be tried again; it no longer does.
    pub(super) fn hurry(&self) -> bool {
        let live = self.live();
        let lost = matches!(live.info.state, SessionState::Lost { .. });
        if lost {
            live.hurry.cancel();
        }
        lost
    }

    /// The wait of a lost desktop is over.
    pub(super) fn again_now(self: &Arc<Self>) {
        let now = self.clock.now();
        self.change(true, |live| {
            let SessionState::Lost { error, attempt, .. } = &live.info.state else { return };
            let first_line = format!("{} It is tried again ({attempt}).", error.message);
            live.connecting(now, &first_line);
        });
    }

    /// An open desktop is sent to another server.
    pub(super) fn sent_on(self: &Arc<Self>, note: &str) {
        let now = self.clock.now();
        self.change(true, |live| live.connecting(now, note));
    }

    /// An open connection was lost, and another attempt follows by itself.
    pub(super) fn again(self: &Arc<Self>, error: &ApiError) {
        let now = self.clock.now();
        self.change(true, |live| {
            live.connecting(now, &format!("{} It is tried again.", error.message));
        });
    }

    pub(super) fn opened(self: &Arc<Self>) {
        let now = self.clock.now();
        self.change(true, |live| {
            live.journal.opened(now);
            live.info.state = SessionState::Open;
        });
    }

    pub(super) fn closed(self: &Arc<Self>, reason: CloseReason) {
        let now = self.clock.now();
        self.change(true, |live| {
            live.pending = None;
            live.before = None;
            live.info.recording = None;
            let opened = matches!(live.info.state, SessionState::Open | SessionState::Lost { .. });
            match &reason {
                CloseReason::Failed { error } if opened => live.journal.note(now, &error.message),
                CloseReason::Failed { error } => {
                    live.journal.failed(now, error.code, &error.message)
                }
                CloseReason::ByPerson if opened => live.journal.note(now, "Closed."),
                CloseReason::ByPerson => {
                    live.journal.failed(now, ErrorCode::Cancelled, "Cancelled.")
                }
                CloseReason::Exited { .. } | CloseReason::Signalled { .. } => {
                    live.journal.note(now, "Ended.")
                }
            }
            (live.info.agent, live.info.x11) = (None, None);
            live.info.state = SessionState::Closed { reason };
        });
    }

    pub(super) fn latency(self: &Arc<Self>, ms: u32) {
        let now = self.clock.now();
        let mut live = self.live();
        let first = live.info.latency.is_none();
        live.info.latency = Some(ms);
        if first || now.saturating_sub(live.latency_told) >= LATENCY_EVERY {
            live.latency_told = now;
            drop(live);
            self.change(false, |_| ());
        }
    }

    /// What the server said before signing in, as a terminal shows it.
    pub(super) fn take_banner(&self) -> Bytes {
        std::mem::take(&mut self.live().banner).into()
    }

    pub(super) fn answer(
        &self,
        prompt: PromptId,
        answers: Option<Vec<Secret<String>>>,
    ) -> Result<(), CoreError> {
        let mut live = self.live();
        match live.pending.take() {
            Some(Pending::Prompt(id, wanted, sender)) if id == prompt => {
                let given = answers.as_ref().map_or(wanted, Vec::len);
                if given != wanted {
                    live.pending = Some(Pending::Prompt(id, wanted, sender));
                    let message = format!("There are {wanted} questions and {given} answers.");
                    return Err(CoreError::invalid("answers", message, "Answer each question."));
                }
                // If nobody listens any more, the question was withdrawn just now.
                let _withdrawn = sender.send(answers);
                live.resume();
                self.tell(&live);
                Ok(())
            }
            other => {
                live.pending = other;
                Err(CoreError::NotFound("question"))
            }
        }
    }

    pub(super) fn answer_host_key(&self, answer: HostKeyAnswer) -> Result<(), CoreError> {
        let mut live = self.live();
        match live.pending.take() {
            Some(Pending::HostKey(question, sender)) => {
                if let Err(error) = check_answer(&question, &answer) {
                    live.pending = Some(Pending::HostKey(question, sender));
                    return Err(error);
                }
                let _withdrawn = sender.send(answer);
                live.resume();
                self.tell(&live);
                Ok(())
            }
            other => {
                live.pending = other;
                Err(CoreError::NotFound("question"))
            }
        }
    }

    /// Waits for an answer, in this state; whatever ends the wait puts the state back.
    pub(super) async fn wait<T>(
        self: &Arc<Self>,
        state: SessionState,
        pending: Pending,
        answer: oneshot::Receiver<T>,
    ) -> Option<T> {
        self.change(true, |live| {
            live.pending = Some(pending);
            live.before = Some(std::mem::replace(&mut live.info.state, state));
        });
        let _back = Back(self);
        answer.await.ok()
    }
}

impl Tells for Session {
    type Live = Live;
    const EVERY: Duration = Duration::from_millis(60);

    fn live(&self) -> MutexGuard<'_, Live> {
        sync::lock(&self.live)
    }

    fn scheduled(live: &mut Live) -> &mut bool {
        &mut live.scheduled
    }

    fn tell(&self, live: &Live) {
        // A forgotten session stays forgotten.
        if let (Some(core), false) = (self.core.upgrade(), self.gone.is_cancelled()) {
            core.emit(AppEvent::Session { session: Box::new(live.snapshot()) });
        }
    }
}

impl Live {
    /// Begins another attempt.
    fn connecting(&mut self, now: Duration, first_line: &str) {
        let machine = self.info.title.clone();
        self.journal = Journal::start(now, first_line, &machine, self.info.protocol);
        self.info.state = SessionState::Connecting { stage: Stage::Name, machine };
        self.info.latency = None;
    }

    /// Nothing is asked any more: at once, so that no front end asks again what was just answered.
    fn resume(&mut self) {
        self.pending = None;
        if let Some(before) = self.before.take() {
            self.info.state = before;
        }
    }

    fn snapshot(&self) -> SessionInfo {
        SessionInfo {
            steps: self.journal.steps(),
            log: self.journal.lines().to_vec(),
            ..self.info.clone()
        }
    }
}

/// The ways to a session's far end, of which it listens to one.
#[derive(Clone, Debug)]
pub(super) struct Inputs {
    pub(super) terminal: mpsc::Sender<TerminalInput>,
    pub(super) desktop: mpsc::Sender<DesktopInput>,
}

/// What people call the far end.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) title: String,
    pub(super) subtitle: String,
    /// None for a shell on this computer.
    pub(super) protocol: Option<Protocol>,
    /// Set for a desktop.
    pub(super) desktop: Option<SessionDesktop>,
}

/// Puts the state back when a question is withdrawn.
struct Back<'a>(&'a Arc<Session>);

impl Drop for Back<'_> {
    fn drop(&mut self) {
        if self.0.live().before.is_some() {
            self.0.change(true, Live::resume);
        }
    }
}

/// Why a session that could not be opened is closed.
pub(super) fn failed(error: ApiError) -> CloseReason {
    match error.code {
        ErrorCode::Cancelled => CloseReason::ByPerson,
        _ => CloseReason::Failed { error },
    }
}
