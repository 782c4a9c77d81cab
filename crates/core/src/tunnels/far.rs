//! Tunnels through the machines of team servers: this computer listens, the server connects.
//!
//! The server holds a session for them ([`SessionTarget::Tunnels`](patchbay_model::SessionTarget)), which is connected again by itself;
//! each connection has a WebSocket of its own (`patchbay_stream::carry_forward` has its words). Deliberately absent: tunnels from the
//! machine to this computer, and starting with a terminal, which may have been opened at another computer of the same person.

use super::{Link, Machine, Tunnels};
use crate::{Authorized, Core, CoreError, Right, WholeVault};
use bytes::Bytes;
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use patchbay_engine_ssh::forward::{Reach, Refusal, Traffic};
use patchbay_model::{
    ApiError, AppEvent, CloseReason, ErrorCode, MachineTunnels, NodeId, SessionId, SessionInfo,
    SessionState, TerminalSize, Tunnel, TunnelEnd, TunnelReached, WorkspaceId,
};
use serde_json::json;
use std::{
    io,
    pin::Pin,
    sync::{Arc, Weak},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    sync::broadcast::{Receiver, error::RecvError},
};
use tokio_util::sync::CancellationToken;

const PIECE: usize = 32 * 1024;
/// Nothing is shown in such a session.
const SIZE: TerminalSize = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };

/// A session for tunnels at a team server.
pub(crate) struct Far {
    core: Weak<Core>,
    workspace: WorkspaceId,
    session: SessionId,
    machine: String,
}

/// A connection that the server has made.
pub(crate) struct Made {
    to: Pin<Box<dyn Sink<Bytes, Error = io::Error> + Send>>,
    from: Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>,
}

impl Reach for Far {
    type Connection = Made;

    fn machine(&self) -> &str {
        &self.machine
    }

    async fn reach(self: Arc<Self>, to: TunnelEnd, _: (String, u16)) -> Result<Made, Refusal> {
        let made = self.open(&to).await.map_err(|error| {
            let said = ApiError::from(error).message;
            Refusal::general(said.trim_end_matches('.'))
        })?;
        match made {
            (TunnelReached::Connected, made) => Ok(made),
            (TunnelReached::Refused { code, reason }, _) => Err(Refusal { code, reason }),
        }
    }

    async fn carry(
        &self,
        near: impl AsyncRead + AsyncWrite + Send + Unpin,
        far: Made,
        traffic: &Traffic,
        stop: &CancellationToken,
    ) -> Result<(), &'static str> {
        let Made { mut to, mut from } = far;
        let (near_read, near_write) = tokio::io::split(near);
        let both = async {
            tokio::try_join!(up(near_read, &mut to, traffic), down(&mut from, near_write, traffic))
        };
        tokio::select! {
            _ended = both => {}
            () = stop.cancelled() => {}
        }
        let _gone = to.close().await;
        Ok(())
    }
}

/// From the program to the server; an empty message says that there is no more.
async fn up(
    mut near: impl AsyncRead + Unpin,
    to: &mut (impl Sink<Bytes, Error = io::Error> + Unpin),
    traffic: &Traffic,
) -> io::Result<()> {
    let mut buffer = vec![0; PIECE];
    loop {
        let count = near.read(&mut buffer).await?;
        to.send(Bytes::copy_from_slice(buffer.get(..count).unwrap_or_default())).await?;
        if count == 0 {
            return Ok(());
        }
        traffic.went_up(count as u64);
    }
}

/// From the server to the program.
async fn down(
    from: &mut (impl Stream<Item = io::Result<Bytes>> + Unpin),
    mut near: impl AsyncWrite + Unpin,
    traffic: &Traffic,
) -> io::Result<()> {
    while let Some(bytes) = from.next().await {
        let bytes = bytes?;
        if bytes.is_empty() {
            return near.shutdown().await;
        }
        near.write_all(&bytes).await?;
        traffic.came_down(bytes.len() as u64);
    }
    // The server has ended it: so is what was said to it.
    Err(io::ErrorKind::ConnectionAborted.into())
}

impl Far {
    /// Has the server connect with a place; what it says to that.
    async fn open(&self, to: &TunnelEnd) -> Result<(TunnelReached, Made), CoreError> {
        let core = self.core.upgrade().ok_or(CoreError::NotFound("session"))?;
        let relay = core.workspaces().relay(self.workspace, self.session).await?;
        let (to_server, from) = relay.messages();
        let (mut to_server, mut from) = (Box::pin(to_server), Box::pin(from));
        let asked = serde_json::to_vec(to).map_err(|error| broken(&error))?;
        to_server.send(asked.into()).await.map_err(|error| broken(&error))?;
        let said = from.next().await.unwrap_or(Err(io::ErrorKind::UnexpectedEof.into()));
        let said = said.map_err(|error| broken(&error))?;
        let said = serde_json::from_slice(&said).map_err(|error| broken(&error))?;
        Ok((said, Made { to: to_server, from }))
    }
}

/// What broke is not repeated: a server may say anything.
fn broken(error: &dyn std::error::Error) -> CoreError {
    tracing::info!(%error, "a connection through a team server came to nothing");
    CoreError::Api(Box::new(ApiError::new(
        ErrorCode::Disconnected,
        "the team server ended the connection",
    )))
}

impl Tunnels<'_> {
    /// A machine of a team server, if it is one: for whoever may use all that the vault shows. Nothing is asked of the server, so
    /// that its tunnels can be stopped while it is away.
    ///
    /// # Errors
    /// If it is none.
    pub fn of_workspace(
        &self,
        _vault: &Authorized<WholeVault>,
        entry: NodeId,
    ) -> Result<Authorized<NodeId>, CoreError> {
        let owner = self.0.workspaces().owner(*entry.as_bytes());
        owner.ok_or(CoreError::NotFound("machine"))?;
        Ok(Authorized::new(entry, Right::Use))
    }

    /// Reads what its team server keeps with a machine, if it is a machine of one. The `reason` is for the session that is opened
    /// for it, where the server asks for one.
    ///
    /// # Errors
    /// If the server is not connected, or does not show the machine any more.
    pub async fn look(
        &self,
        id: &Authorized<NodeId>,
        reason: Option<String>,
    ) -> Result<(), CoreError> {
        let entry = *id.get();
        let Some(owner) = self.0.workspaces().owner(*entry.as_bytes()) else { return Ok(()) };
        let args = json!({ "entry": entry }).to_string();
        let there: MachineTunnels = self.0.workspaces().told(owner, "tunnel_list", &args).await?;
        let machine = self.machine(entry);
        machine.keeps(kept(there));
        machine.because(reason);
        Ok(())
    }

    /// A server says what is kept with a machine of its own.
    pub(crate) fn told(&self, there: MachineTunnels) {
        self.machine(there.entry).keeps(kept(there));
    }

    /// Sees to it that the server has a session for them, or that one is on the way.
    pub(super) async fn connect_far(
        &self,
        machine: &Arc<Machine>,
        workspace: WorkspaceId,
    ) -> Result<(), CoreError> {
        let workspaces = self.0.workspaces();
        if let Some(session) = machine.session() {
            let known = workspaces.session(session);
            if known.is_some_and(|one| !matches!(one.state, SessionState::Closed { .. })) {
                machine.woken.notify_one();
                return Ok(());
            }
            self.close_far(session);
        }
        let target = json!({ "kind": "tunnels", "id": machine.entry });
        let args =
            json!({ "target": target, "size": SIZE, "attempt": null, "reason": machine.reason() })
                .to_string();
        let events = self.0.events();
        let opened: SessionInfo = workspaces.told(workspace, "session_open", &args).await?;
        let session = Box::new(opened.clone());
        workspaces.heard(workspace, AppEvent::Session { session });
        machine.set_session(Some(opened.id));
        tokio::spawn(keep_up(self.0.weak(), Arc::clone(machine), workspace, opened, events));
        Ok(())
    }

    /// Has the server close a session, if it has it.
    pub(super) fn close_far(&self, session: SessionId) {
        let Some(core) = self.0.weak().upgrade() else { return };
        tokio::spawn(async move {
            let workspaces = core.workspaces();
            let Some(workspace) = workspaces.owner(*session.as_bytes()) else { return };
            let args = json!({ "id": session }).to_string();
            if let Err(error) = workspaces.rpc(workspace, "session_close", &args).await {
                tracing::debug!(%error, "a session for tunnels was not closed");
            }
        });
    }
}

fn kept(there: MachineTunnels) -> Vec<Tunnel> {
    there.tunnels.into_iter().filter(|one| one.saved).map(|one| one.tunnel).collect()
}

/// Serves the tunnels whenever the session is open, until it is over.
async fn keep_up(
    core: Weak<Core>,
    machine: Arc<Machine>,
    workspace: WorkspaceId,
    opened: SessionInfo,
    mut events: Receiver<AppEvent>,
) {
    let session = opened.id;
    let far = Arc::new(Far { core: core.clone(), workspace, session, machine: opened.title });
    let mut state = opened.state;
    let reason = loop {
        state = match state {
            SessionState::Open => {
                let hold = other(&core, session, &mut events, |state| *state != SessionState::Open);
                let mut next = None;
                let held = async {
                    next = Some(hold.await);
                    CloseReason::ByPerson
                };
                machine.serve(Link::There(Arc::clone(&far)), held).await;
                next.unwrap_or_else(gone)
            }
            SessionState::Closed { reason } => break reason,
            state => {
                if let SessionState::Lost { error, .. } = &state {
                    machine.lost(error);
                }
                other(&core, session, &mut events, |now| *now != state).await
            }
        };
    };
    machine.over(session, &reason).await;
}

/// Waits until the session stands otherwise, and how.
async fn other(
    core: &Weak<Core>,
    session: SessionId,
    events: &mut Receiver<AppEvent>,
    is_other: impl Fn(&SessionState) -> bool,
) -> SessionState {
    loop {
        let now = core.upgrade().and_then(|core| core.workspaces().session(session));
        let Some(now) = now else { return gone() };
        if is_other(&now.state) {
            return now.state;
        }
        if matches!(events.recv().await, Err(RecvError::Closed)) {
            return gone();
        }
    }
}

/// The session is not there any more, nor is who told of it.
fn gone() -> SessionState {
    let message = "The team server has the session for these tunnels no more.";
    let error = ApiError::new(ErrorCode::Disconnected, message).next("Start them again.").retry();
    SessionState::Closed { reason: CloseReason::Failed { error } }
}
