//! Sessions: connecting to machines and local shells, and what they show, for as long as the process lives.
//!
//! Each session is a task of its own, so that one that hangs, floods or fails holds up no other. A session goes on when
//! the window is loaded again, and its output goes on when it is connected again. Deliberately absent: protocols (the
//! engines), keeping and passing on output (`patchbay-session`), and the sockets of the webview (the shell).

mod alone;
mod desktop;
#[cfg(all(test, unix))]
mod desktop_tests;
mod direct;
mod journal;
mod lending;
mod life;
mod line;
mod person;
mod pictures;
mod probe;
mod session;
mod tab;
mod tape;
mod target;
mod tickets;
mod tunnels;
mod typed;
mod way;

#[cfg(all(test, unix))]
mod line_tests;
#[cfg(all(test, unix))]
mod tests;

pub(crate) use alone::{Reached, closing, files_again};
pub(crate) use life::no_files;
pub use patchbay_engine_line::serial_ports;
pub use patchbay_engine_rdp::dib::Picture as CopiedPicture;
pub use patchbay_engine_ssh::{Exec, ExecEvent, TOUCH, algorithm_policy};
pub use person::{Answer, Person};
pub(crate) use probe::Account;
pub(crate) use tickets::Tickets;

use crate::{
    Authorized, Core, CoreError, Ctx, Right, WholeVault, bulk, recordings, sync, tree::ResolvedHop,
};
use life::{Errand, Life, Order, Plan, Purpose};
use patchbay_engine_local::LocalShell;
use patchbay_engine_ssh::{
    Commands, Target,
    forward::{ForwardLink, Refusal},
};
use patchbay_model::{
    ApiError, AppEvent, Attachment, EntryDraft, ErrorCode, HostKeyAnswer, LineSignal, NodeId,
    PromptId, Protocol, RecordMode, Secret, SessionId, SessionInfo, SessionSharing, SessionState,
    SessionTarget, TerminalSize, TunnelEnd, TunnelReached, WorkspaceId,
};
use patchbay_session::{
    Interaction, Output, Terminal, TerminalInput,
    desktop::{DesktopHub, DesktopInput},
};
use person::Gate;
use session::{Inputs, Names, Session};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, Weak},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{mpsc, oneshot},
};
use tokio_util::sync::CancellationToken;
use typed::{Memory, Typed};

/// More open at once are a mistake of a caller.
const MOST_SESSIONS: usize = 1_000;
/// How long a line may take to be told something.
const SIGNAL: Duration = Duration::from_secs(5);
/// Messages from a viewer on their way to the far end.
const INPUT_QUEUE: usize = 64;

/// What the services keep about sessions between calls.
#[derive(Default)]
pub(crate) struct SessionsState {
    all: Mutex<HashMap<SessionId, Held>>,
    tickets: Tickets<SessionId>,
    stream_url: Mutex<Option<String>>,
    typed: Typed,
}

struct Held {
    session: Arc<Session>,
    orders: mpsc::Sender<Order>,
}

impl std::fmt::Debug for SessionsState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionsState")
            .field("sessions", &sync::lock(&self.all).len())
            .finish_non_exhaustive()
    }
}

impl Drop for SessionsState {
    fn drop(&mut self) {
        for held in sync::lock(&self.all).values() {
            held.session.gone.cancel();
        }
    }
}

/// The bytes of a session, for whoever shows them.
#[derive(Clone, Debug)]
pub struct SessionHandle {
    /// The session.
    pub id: SessionId,
    /// What it shows; goes on over reconnects and ends when the session is forgotten.
    pub output: Arc<Output>,
    /// What is typed, and the size. While nothing is connected, what is typed goes nowhere.
    pub input: mpsc::Sender<TerminalInput>,
    /// Set if it is a desktop, and no terminal.
    pub desktop: Option<DesktopHandle>,
    /// Set if it was opened for files, and is no terminal.
    pub files: Option<FilesHandle>,
    /// Set if it was opened for tunnels, and is no terminal.
    pub tunnels: Option<TunnelsHandle>,
}

/// The tunnels of a machine, for whoever accepts their connections elsewhere.
#[derive(Clone, Debug)]
pub struct TunnelsHandle {
    // Whoever serves the machine's tunnels has it, and ends it.
    link: Weak<ForwardLink>,
    called: String,
}

impl TunnelsHandle {
    /// Connects with a place that the machine can reach.
    ///
    /// # Errors
    /// Why the machine does not.
    pub async fn connect(
        &self,
        to: TunnelEnd,
    ) -> Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static + use<>, TunnelReached> {
        let refused = |Refusal { code, reason }| TunnelReached::Refused { code, reason };
        let Some(link) = self.link.upgrade() else {
            let why = format!("{} is not connected for tunnels", self.called);
            return Err(refused(Refusal::general(&why)));
        };
        link.connect(to).await.map_err(refused)
    }
}

/// The files of a machine, for whoever speaks SFTP elsewhere.
#[derive(Clone, Debug)]
pub struct FilesHandle {
    commands: Option<Commands>,
    called: String,
}

impl FilesHandle {
    /// Another channel to the machine's SFTP server, on which nothing was said yet. Dropping it closes it.
    ///
    /// # Errors
    /// If the machine opens no more of them, or is gone.
    pub async fn open(
        &self,
    ) -> Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static, CoreError> {
        let Some(commands) = &self.commands else { return Err(no_connection(&self.called)) };
        let opened = commands.files().await;
        opened.map_err(|error| CoreError::Api(Box::new(error.api_error(&self.called))))
    }
}

fn no_connection(machine: &str) -> CoreError {
    let message = format!("The files of {machine} are not connected.");
    let error = ApiError::new(ErrorCode::Disconnected, message);
    CoreError::Api(Box::new(error.next("Connect again.").retry()))
}

/// A desktop, for whoever shows it.
#[derive(Clone, Debug)]
pub struct DesktopHandle {
    /// What it shows; goes on over reconnects and ends when the session is forgotten.
    pub hub: Arc<DesktopHub>,
    /// What the person does. While nothing is connected it goes nowhere.
    pub input: mpsc::Sender<DesktopInput>,
}

/// What to open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OpenTarget {
    /// A machine of the tree.
    Entry(Authorized<NodeId>),
    /// Its files.
    Files(Authorized<NodeId>),
    /// Its tunnels; which of them is told to [`Tunnels`](crate::tunnels::Tunnels).
    Tunnels(Authorized<NodeId>),
    /// A console that the machine is managed by: serial over LAN, a conserver's, a guest's, a node's.
    Managed(Authorized<NodeId>, SessionTarget),
    /// A shell on this computer, which needs no vault.
    LocalShell,
}

impl OpenTarget {
    /// The same with proof that the person may.
    pub fn of(ctx: &Ctx, target: SessionTarget) -> Result<Self, CoreError> {
        let may = |id: NodeId| ctx.authorize(id, Right::Use);
        Ok(match target {
            SessionTarget::Entry { id } => Self::Entry(may(id)?),
            SessionTarget::Files { id } => Self::Files(may(id)?),
            SessionTarget::Tunnels { id } => Self::Tunnels(may(id)?),
            SessionTarget::SerialOverLan { id, .. }
            | SessionTarget::Conserver { id, .. }
            | SessionTarget::Guest { id, .. }
            | SessionTarget::NodeShell { id, .. } => Self::Managed(may(id)?, target),
            SessionTarget::LocalShell => Self::LocalShell,
        })
    }
}

/// Sessions.
#[derive(Clone, Copy, Debug)]
pub struct Sessions<'a>(pub(crate) &'a Core);

impl Sessions<'_> {
    /// Opens a session; connecting goes on by itself. The same attempt asked for twice is one session.
    pub async fn open(
        &self,
        target: OpenTarget,
        size: TerminalSize,
        attempt: Option<String>,
    ) -> Result<SessionInfo, CoreError> {
        if let Some(known) = attempt.as_ref().and_then(|attempt| self.of_attempt(attempt)) {
            return Ok(known.info());
        }
        let (plan, purpose, names) = self.plan(&target).await?;
        let shown = match &target {
            OpenTarget::Entry(id) => SessionTarget::Entry { id: *id.get() },
            OpenTarget::Files(id) => SessionTarget::Files { id: *id.get() },
            OpenTarget::Tunnels(id) => SessionTarget::Tunnels { id: *id.get() },
            OpenTarget::Managed(_, shown) => shown.clone().again(),
            OpenTarget::LocalShell => SessionTarget::LocalShell,
        };
        if let OpenTarget::Entry(id) | OpenTarget::Files(id) = &target {
            // Not being listed among the recent ones is worth no failed connection.
            if let Err(error) = self.0.recents().touch(id).await {
                tracing::warn!(%error, "the list of recent machines could not be changed");
            }
        }
        let errand = Errand { plan, purpose, handed: None };
        self.start(errand, (shown, None), names, size, attempt)
    }

    /// Tries a machine that is not saved yet: signs in, and closes by itself.
    pub async fn test(
        &self,
        draft: EntryDraft,
        parent: &Authorized<Option<NodeId>>,
        id: Option<NodeId>,
    ) -> Result<SessionInfo, CoreError> {
        let route = self.0.tree().route_of_draft(parent, id, draft)?;
        // What is not saved could lead anywhere: its secrets go only where the person knows them anyway.
        for identity in route.iter().flat_map(|hop| hop.identities.get()) {
            self.0.may_identity(*identity, Right::Reveal)?;
        }
        let names = target::names(&route);
        let plan = self.machine(&route).await?;
        let size = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };
        let shown = SessionTarget::Entry { id: id.unwrap_or_else(NodeId::new) };
        let errand = Errand { plan, purpose: Purpose::Trial, handed: None };
        self.start(errand, (shown, None), names, size, None)
    }

    /// Runs a command on a machine, for front ends that are scripts. It is no session: nobody else sees it.
    pub async fn exec(
        &self,
        id: &Authorized<NodeId>,
        command: String,
        person: Arc<dyn Person>,
    ) -> Result<Exec, CoreError> {
        self.dial(id, person).await?.exec(command).await
    }

    /// Makes ready to run a command on a machine. What comes of it does not keep the services alive.
    pub(crate) async fn dial(
        &self,
        id: &Authorized<NodeId>,
        person: Arc<dyn Person>,
    ) -> Result<Dial, CoreError> {
        let route = self.0.tree().route(id)?;
        self.dial_route(&route, person).await
    }

    /// The same for a machine that may not be saved yet.
    pub(crate) async fn dial_route(
        &self,
        route: &[ResolvedHop],
        person: Arc<dyn Person>,
    ) -> Result<Dial, CoreError> {
        needs_ssh(route, "run commands")?;
        let mut target = target::build(self.0, route).await?;
        // What is run instead of a shell is not run instead of this command.
        if let Some(machine) = target.hops.last_mut() {
            machine.start_command = None;
        }
        let machine = route.last().map(|machine| machine.entry.id);
        let memory = machine.map(|machine| Memory::new(self.0.weak(), machine));
        let gate = Arc::new(Gate { core: self.0.weak(), person, memory, handed: None });
        Ok(Dial { target, gate, title: target::names(route).title })
    }

    /// All sessions, oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<SessionInfo> {
        let mut all: Vec<SessionInfo> =
            sync::lock(&self.0.sessions.all).values().map(|held| held.session.info()).collect();
        all.sort_by_key(|info| info.id);
        all
    }

    /// How many are connected or on the way.
    #[must_use]
    pub fn running(&self) -> u32 {
        self.count(|_| true)
    }

    /// Whether one is connected or on the way.
    pub(crate) fn is_running(&self, id: SessionId) -> bool {
        self.get(id).is_ok_and(|session| session.running())
    }

    /// How many to these machines are connected or on the way.
    #[must_use]
    pub fn running_to(&self, ids: &[NodeId]) -> u32 {
        self.count(|session| session.machine().is_some_and(|machine| ids.contains(&machine)))
    }

    /// Where front ends of this process find the stream of bytes.
    pub fn set_stream_url(&self, url: impl Into<String>) {
        *sync::lock(&self.0.sessions.stream_url) = Some(url.into());
    }

    /// A way for the webview to reach the bytes of a session.
    pub fn attach(&self, id: SessionId) -> Result<Attachment, CoreError> {
        self.get(id)?;
        self.ticket(id)
    }

    /// The same for bytes that go as those of a session do.
    pub(crate) fn ticket(&self, id: SessionId) -> Result<Attachment, CoreError> {
        let url = self.stream_url()?;
        let token = self.0.sessions.tickets.issue(id, self.0.clock().now());
        Ok(Attachment {
            url,
            token: token.ok_or_else(|| CoreError::Internal("no token could be made".into()))?,
        })
    }

    /// Where front ends of this process find the stream of bytes.
    pub(crate) fn stream_url(&self) -> Result<String, CoreError> {
        sync::lock(&self.0.sessions.stream_url).clone().ok_or_else(|| {
            CoreError::invalid("id", "This front end shows no terminals.", "Use the window.")
        })
    }

    /// The session of a token. A token is good once, for ten seconds.
    #[must_use]
    pub fn redeem(&self, token: &str) -> Option<SessionHandle> {
        let id = self.0.sessions.tickets.redeem(token, self.0.clock().now())?;
        let session = self.handle(id).ok();
        session
            .or_else(|| self.0.files().picture_bytes(id))
            .or_else(|| self.0.recordings().played(id))
    }

    /// The bytes of a session, for front ends in this process.
    pub fn handle(&self, id: SessionId) -> Result<SessionHandle, CoreError> {
        let session = self.get(id)?;
        let SessionInfo { desktop, target, title, .. } = session.info();
        let desktop = desktop.is_some().then(|| DesktopHandle {
            hub: Arc::clone(&session.hub),
            input: session.input.desktop.clone(),
        });
        let input = session.input.terminal.clone();
        let files = matches!(target, SessionTarget::Files { .. }).then(|| FilesHandle {
            commands: session.files().map(|(_, shell)| shell.commands()),
            called: title.clone(),
        });
        let tunnels = matches!(target, SessionTarget::Tunnels { .. })
            .then(|| TunnelsHandle { link: session.forwards(), called: title });
        let output = Arc::clone(&session.output);
        Ok(SessionHandle { id, output, input, desktop, files, tunnels })
    }

    /// The files of a session that was opened for them.
    pub(crate) fn files(&self, id: SessionId) -> Result<Reached, CoreError> {
        let session = self.get(id)?;
        let title = session.info().title;
        let (client, shell) = session.files().ok_or_else(|| no_connection(&title))?;
        Ok(Reached { client, shell, called: title.into() })
    }

    /// One session.
    pub fn info(&self, id: SessionId) -> Result<SessionInfo, CoreError> {
        Ok(self.get(id)?.info())
    }

    /// One session, of this computer's or at a team server.
    pub(crate) fn wherever(&self, id: SessionId) -> Option<SessionInfo> {
        self.info(id).ok().or_else(|| self.0.workspaces().session(id))
    }

    /// Shows who else looks at a session; whoever lets them look keeps this right.
    pub fn set_sharing(
        &self,
        id: SessionId,
        sharing: Option<SessionSharing>,
    ) -> Result<(), CoreError> {
        self.get(id)?.set_sharing(sharing);
        Ok(())
    }

    /// The size of a session's terminal as it was told last.
    pub fn size(&self, id: SessionId) -> Result<TerminalSize, CoreError> {
        Ok(self.get(id)?.size())
    }

    /// Answers a prompt; `None` gives up.
    pub fn answer(
        &self,
        id: SessionId,
        prompt: PromptId,
        answers: Option<Vec<Secret<String>>>,
    ) -> Result<(), CoreError> {
        self.get(id)?.answer(prompt, answers)
    }

    /// Decides about a host key.
    pub fn answer_host_key(&self, id: SessionId, answer: HostKeyAnswer) -> Result<(), CoreError> {
        self.get(id)?.answer_host_key(answer)
    }

    /// Tells a line something besides bytes, as a break.
    pub async fn signal(&self, id: SessionId, signal: LineSignal) -> Result<(), CoreError> {
        let session = self.get(id)?;
        let title = session.info().title;
        let refused =
            |why: &str| CoreError::invalid("signal", format!("{title} was not told: {why}."), "");
        if !matches!(session.info().state, SessionState::Open) {
            return Err(refused("it is not connected"));
        }
        let (done, answer) = oneshot::channel();
        let told = session.input.terminal.send(TerminalInput::Signal { signal, done });
        let answer = async { told.await.is_ok().then_some(answer.await.ok()).flatten() };
        match tokio::time::timeout(SIGNAL, answer).await {
            Ok(Some(Ok(()))) => Ok(()),
            Ok(Some(Err(why))) => Err(refused(&why)),
            Ok(None) => Err(refused("a session of this kind has nothing like it")),
            Err(_) => Err(refused("it takes nothing at the moment")),
        }
    }

    /// Connects a closed session again, or one that waits for it without more ado. What it showed stays.
    pub async fn reconnect(
        &self,
        ctx: &Ctx,
        id: SessionId,
        size: TerminalSize,
    ) -> Result<SessionInfo, CoreError> {
        let session = self.get(id)?;
        if session.hurry() {
            return Ok(session.info());
        }
        let target = OpenTarget::of(ctx, session.info().target)?;
        let (plan, purpose, names) = self.plan(&target).await?;
        self.again(&session, Errand { plan, purpose, handed: None }, names, size).await
    }

    /// Has a closed session connect again. One that is already on the way, or open, is left as it is.
    async fn again(
        &self,
        session: &Arc<Session>,
        errand: Errand,
        names: Names,
        size: TerminalSize,
    ) -> Result<SessionInfo, CoreError> {
        let orders = self.orders(session.id)?;
        if let Some(cancel) = session.begin(Some(names), size, false) {
            let _forgotten = orders.send(Order { errand, cancel }).await;
        }
        Ok(session.info())
    }

    /// Ends the connection; the session stays to be read.
    pub fn disconnect(&self, id: SessionId) -> Result<(), CoreError> {
        self.get(id)?.disconnect();
        Ok(())
    }

    /// Ends the connection and forgets the session.
    pub fn close(&self, id: SessionId) -> Result<(), CoreError> {
        let held =
            sync::lock(&self.0.sessions.all).remove(&id).ok_or(CoreError::NotFound("session"))?;
        held.session.gone.cancel();
        self.0.emit(AppEvent::SessionGone { id });
        Ok(())
    }

    /// Ends and forgets every session.
    pub fn close_all(&self) {
        let ids: Vec<SessionId> = sync::lock(&self.0.sessions.all).keys().copied().collect();
        for id in ids {
            // Another caller may have closed it in between.
            let _gone = self.close(id);
        }
    }

    /// Records a terminal or desktop that is open, from now on.
    pub async fn record(
        &self,
        _vault: &Authorized<WholeVault>,
        id: SessionId,
        keys: bool,
    ) -> Result<SessionInfo, CoreError> {
        let session = self.get(id)?;
        session.record(keys).await?;
        Ok(session.info())
    }

    /// Ends the recording of a session; the session goes on.
    pub async fn stop_recording(&self, id: SessionId) -> Result<SessionInfo, CoreError> {
        let session = self.get(id)?;
        if let Some(rule) = session.info().recording.and_then(|recording| recording.rule) {
            return Err(CoreError::Forbidden(format!("stop a recording that “{rule}” wants")));
        }
        session.stop_recording(None).await;
        Ok(session.info())
    }

    /// Gives a session another title.
    pub fn rename(&self, id: SessionId, title: &str) -> Result<SessionInfo, CoreError> {
        let title = title.trim();
        if title.is_empty() || title.chars().count() > 200 || title.chars().any(char::is_control) {
            return Err(CoreError::invalid(
                "title",
                "A title has 1 to 200 printable characters.",
                "Type another one.",
            ));
        }
        let session = self.get(id)?;
        session.rename(title.to_owned());
        Ok(session.info())
    }
}

/// A machine that is known how to reach.
#[derive(Clone)]
pub(crate) struct Dial {
    target: Target,
    gate: Arc<Gate>,
    title: String,
}

impl Dial {
    /// Connects, signs in and runs a command.
    pub(crate) async fn exec(self, command: String) -> Result<Exec, CoreError> {
        patchbay_engine_ssh::exec(self.target, self.gate, command, CancellationToken::new())
            .await
            .map_err(|error| CoreError::Api(Box::new(error.api_error(&self.title))))
    }

    /// Who answers for the records and the person.
    pub(crate) fn interaction(&self) -> Arc<dyn Interaction> {
        Arc::clone(&self.gate) as _
    }

    /// Connects, signs in and opens a terminal for programs: plain, wide, and with nothing lent to the machine. Can be done
    /// again, also once the vault is locked.
    pub(crate) async fn terminal(
        &self,
        interaction: Arc<dyn Interaction>,
    ) -> Result<Terminal, CoreError> {
        let mut target = self.target.clone();
        if let Some(machine) = target.hops.last_mut() {
            (machine.forward_agent, machine.forward_x11) = (false, false);
            machine.terminal_type = "vt100".to_owned();
        }
        let size = TerminalSize { cols: 512, rows: 200, width: 0, height: 0 };
        let cancel = CancellationToken::new();
        patchbay_engine_ssh::connect(target, interaction, size, cancel)
            .await
            .map_err(|error| CoreError::Api(Box::new(error.api_error(&self.title))))
    }
}

impl Sessions<'_> {
    async fn plan(&self, target: &OpenTarget) -> Result<(Plan, Purpose, Names), CoreError> {
        match target {
            OpenTarget::Entry(id) | OpenTarget::Files(id) | OpenTarget::Tunnels(id) => {
                let route = self.0.tree().route(id)?;
                let plan = match target {
                    OpenTarget::Files(_) => {
                        needs_ssh(&route, "give access to files")?;
                        Plan::Files(Box::new(target::build(self.0, &route).await?))
                    }
                    OpenTarget::Tunnels(_) => {
                        // Who listens for them is another matter, and other computers' ports are theirs.
                        needs_ssh(&route, "carry tunnels")?;
                        Plan::Tunnels(Box::new(target::build(self.0, &route).await?))
                    }
                    _ => self.machine(&route).await?,
                };
                let default = self.0.vault().unlocked()?.settings().record;
                let record = route
                    .last()
                    .map(|machine| recordings::wanted(&machine.settings.record, default));
                let purpose = Purpose::Work(record.unwrap_or_default());
                Ok((plan, purpose, target::names(&route)))
            }
            OpenTarget::Managed(id, target) => {
                let (plan, names) = self.managed(id, target).await?;
                let default = self.0.vault().unlocked()?.settings().record;
                let route = self.0.tree().route(id)?;
                let record = route
                    .last()
                    .map(|machine| recordings::wanted(&machine.settings.record, default));
                Ok((plan, Purpose::Work(record.unwrap_or_default()), names))
            }
            OpenTarget::LocalShell => {
                self.0.own_computer("open a shell")?;
                let shell = LocalShell { program: None, cwd: Some(self.0.config().home.clone()) };
                let names = Names {
                    title: shell.name(),
                    subtitle: "this computer".to_owned(),
                    protocol: None,
                    desktop: None,
                };
                // Without an open vault there is nothing to seal a recording with, and no setting that asks for one.
                let settings = self.0.vault().unlocked().map(|unlocked| unlocked.settings());
                let record = settings.map_or(RecordMode::Off, |settings| settings.record);
                Ok((Plan::Local(shell), Purpose::Work(record), names))
            }
        }
    }

    /// How to reach a console that a machine is managed by.
    async fn managed(
        &self,
        id: &Authorized<NodeId>,
        target: &SessionTarget,
    ) -> Result<(Plan, Names), CoreError> {
        let devices = self.0.devices();
        if let SessionTarget::Guest { guest, screen: true, .. } = target {
            let screen = devices.screen_of(id, *guest)?;
            let machine = self.0.tree().route(id)?.pop().ok_or(CoreError::NotFound("machine"))?;
            let (title, subtitle) = (screen.name.clone(), screen.place.clone());
            let plan = desktop::screen(screen, &machine.settings);
            let (protocol, desktop) = (Some(Protocol::Vnc), Some(plan.shown()));
            return Ok((
                Plan::Desktop(Box::new(plan)),
                Names { title, subtitle, protocol, desktop },
            ));
        }
        let console = devices.console(id, target).await?;
        let (title, subtitle) = (console.title.clone(), console.subtitle.clone());
        let names = Names { title, subtitle, protocol: None, desktop: None };
        Ok((Plan::Managed(Box::new(console)), names))
    }

    /// How to reach a machine's terminal or desktop.
    async fn machine(&self, route: &[ResolvedHop]) -> Result<Plan, CoreError> {
        if let Some(desktop) = desktop::build(self.0, route).await? {
            return Ok(Plan::Desktop(Box::new(desktop)));
        }
        Ok(match line::build(self.0, route).await? {
            Some(line) => Plan::Line(Box::new(line)),
            None => Plan::Ssh(Box::new(target::build(self.0, route).await?)),
        })
    }

    fn start(
        &self,
        errand: Errand,
        shown: (SessionTarget, Option<WorkspaceId>),
        names: Names,
        size: TerminalSize,
        attempt: Option<String>,
    ) -> Result<SessionInfo, CoreError> {
        let lane = match errand.plan {
            Plan::Files(_) | Plan::Tunnels(_) => Some(bulk::TRANSFERS),
            Plan::Desktop(_) => Some(bulk::DESKTOPS),
            Plan::Ssh(_) | Plan::Line(_) | Plan::Managed(_) | Plan::Local(_) => None,
        };
        let (terminal, typed) = mpsc::channel(INPUT_QUEUE);
        let (desktop, done) = mpsc::channel(INPUT_QUEUE);
        let input = Inputs { terminal, desktop };
        let (orders, ordered) = mpsc::channel(1);
        let session = Session::new(self.0, shown, names, size, attempt, input);
        let mut all = sync::lock(&self.0.sessions.all);
        if all.len() >= MOST_SESSIONS {
            let message = format!("There are {MOST_SESSIONS} sessions already.");
            return Err(CoreError::invalid("target", message, "Close some of them."));
        }
        // Asked for twice at the same moment, it is still one session.
        if let Some(twin) = all
            .values()
            .find(|held| session.attempt.is_some() && held.session.attempt == session.attempt)
        {
            return Ok(twin.session.info());
        }
        all.insert(session.id, Held { session: Arc::clone(&session), orders: orders.clone() });
        drop(all);
        if let Some(cancel) = session.begin(None, size, true) {
            // The queue is new and has room.
            let _room = orders.try_send(Order { errand, cancel });
        }
        let info = session.info();
        let life = Life { session, input: typed, done, handed: None, orders: ordered }.run();
        match lane {
            Some(lane) => lane.spawn(life),
            None => tokio::spawn(life),
        };
        Ok(info)
    }

    fn get(&self, id: SessionId) -> Result<Arc<Session>, CoreError> {
        let all = sync::lock(&self.0.sessions.all);
        all.get(&id).map(|held| Arc::clone(&held.session)).ok_or(CoreError::NotFound("session"))
    }

    fn orders(&self, id: SessionId) -> Result<mpsc::Sender<Order>, CoreError> {
        let all = sync::lock(&self.0.sessions.all);
        all.get(&id).map(|held| held.orders.clone()).ok_or(CoreError::NotFound("session"))
    }

    fn of_attempt(&self, attempt: &str) -> Option<Arc<Session>> {
        let all = sync::lock(&self.0.sessions.all);
        let found = all.values().find(|held| held.session.attempt.as_deref() == Some(attempt))?;
        Some(Arc::clone(&found.session))
    }

    fn count(&self, which: impl Fn(&Session) -> bool) -> u32 {
        let all = sync::lock(&self.0.sessions.all);
        let running = all.values().filter(|held| held.session.running() && which(&held.session));
        u32::try_from(running.count()).unwrap_or(u32::MAX)
    }
}

/// Only SSH does more than terminals.
fn needs_ssh(route: &[ResolvedHop], what: &str) -> Result<(), CoreError> {
    match route.last().map(|machine| &machine.entry.draft) {
        Some(draft) if draft.protocol != Protocol::Ssh => Err(CoreError::invalid(
            "id",
            format!("{} is reached by {}, which cannot {what}.", draft.name, draft.protocol.name()),
            if draft.protocol.is_desktop() {
                "Open its desktop instead."
            } else {
                "Open a terminal instead."
            },
        )),
        _ => Ok(()),
    }
}
