//! Tunnels: starting and stopping them, keeping them up, and what went through them.
//!
//! All running tunnels of a machine share one connection, which is a session ([`SessionTarget::Tunnels`]), so that questions
//! and host keys are asked as for a terminal. They end when the process does; those kept with a machine are part of its
//! entry. Deliberately absent: the bytes (`patchbay-engine-ssh`).

mod check;
mod far;
mod keep;
mod machine;
pub mod written;

#[cfg(all(test, unix))]
mod tests;

pub(crate) use check::tunnels as check_tunnels;
pub(crate) use keep::Link;
pub(crate) use machine::Machine;

use crate::{Authorized, Core, CoreError, Right, sessions::OpenTarget, sync};
use patchbay_engine_ssh::{SshError, forward::Listening};
use patchbay_model::{
    ApiError, ErrorCode, MachineTunnels, NodeId, SessionId, TerminalSize, Tunnel, TunnelId,
    TunnelKind,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

/// What the services keep about tunnels between calls.
#[derive(Default)]
pub(crate) struct TunnelsState(Mutex<HashMap<NodeId, Arc<Machine>>>);

impl std::fmt::Debug for TunnelsState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TunnelsState").field(&sync::lock(&self.0).len()).finish()
    }
}

/// Who wants a tunnel to run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum By {
    /// The person.
    Person,
    /// A terminal that it was to be started with.
    Session(SessionId),
}

/// Tunnels.
#[derive(Clone, Copy, Debug)]
pub struct Tunnels<'a>(pub(crate) &'a Core);

impl Tunnels<'_> {
    /// All tunnels of a machine: those kept with it, and those started by hand.
    pub fn of(&self, id: &Authorized<NodeId>) -> MachineTunnels {
        self.machine(*id.get()).info()
    }

    /// The machines with tunnels that were started.
    #[must_use]
    pub fn started(&self) -> Vec<MachineTunnels> {
        let machines: Vec<_> = sync::lock(&self.0.tunnels.0).values().cloned().collect();
        let mut started: Vec<_> = machines
            .iter()
            .filter(|machine| machine.wanted())
            .map(|machine| machine.info())
            .collect();
        started.sort_by_key(|machine| machine.entry);
        started
    }

    /// Starts a tunnel that is kept with the machine; why it could not be started is said in its row.
    pub async fn start(
        &self,
        id: &Authorized<NodeId>,
        tunnel: TunnelId,
    ) -> Result<MachineTunnels, CoreError> {
        let machine = self.machine(*id.get());
        let saved = self.saved(&machine)?;
        let found = saved.into_iter().find(|saved| saved.id == tunnel);
        // One that was started by hand is started again just so.
        let tunnel =
            found.or_else(|| machine.tunnel(tunnel)).ok_or(CoreError::NotFound("tunnel"))?;
        self.run_or_say(id, tunnel, By::Person).await
    }

    /// Starts a tunnel that need not be kept with the machine.
    pub async fn start_new(
        &self,
        id: &Authorized<NodeId>,
        tunnel: Tunnel,
    ) -> Result<MachineTunnels, CoreError> {
        let tunnel = check::tunnel(tunnel, "tunnel")?;
        self.run(id, tunnel, By::Person).await
    }

    /// Starts all that are kept with the machine. Each says itself if it could not be started.
    pub async fn start_all(&self, id: &Authorized<NodeId>) -> Result<MachineTunnels, CoreError> {
        for tunnel in self.saved(&self.machine(*id.get()))? {
            self.run_or_say(id, tunnel, By::Person).await?;
        }
        Ok(self.of(id))
    }

    /// Stops a tunnel and ends its connections; its port is free afterwards.
    pub async fn stop(&self, id: &Authorized<NodeId>, tunnel: TunnelId) -> MachineTunnels {
        let machine = self.machine(*id.get());
        machine.stop(|row| row.tunnel.id == tunnel, None).await;
        self.rest(&machine);
        machine.info()
    }

    /// Stops all tunnels of a machine.
    pub async fn stop_all(&self, id: &Authorized<NodeId>) -> MachineTunnels {
        let machine = self.machine(*id.get());
        machine.stop(|_| true, None).await;
        self.rest(&machine);
        machine.info()
    }

    /// Starts what is to run with each terminal.
    pub(crate) async fn session_opened(&self, id: NodeId, session: SessionId) {
        // Where the ports would be another's, that is no reason to complain with each terminal.
        if !self.0.is_own() {
            return;
        }
        // Whoever opened the terminal may use the machine.
        let id = Authorized::new(id, Right::Use);
        let Ok(saved) = self.0.tree().tunnels(*id.get()) else { return };
        for tunnel in saved.into_iter().filter(|tunnel| tunnel.with_session) {
            if let Err(error) = self.run_or_say(&id, tunnel, By::Session(session)).await {
                tracing::warn!(%error, "a tunnel was not started with its terminal");
            }
        }
    }

    /// Stops what ran with a terminal, unless a person or another terminal wants it as well.
    pub(crate) async fn session_closed(&self, id: NodeId, session: SessionId) {
        let machine = sync::lock(&self.0.tunnels.0).get(&id).cloned();
        if let Some(machine) = machine {
            machine.stop(|_| true, Some(session)).await;
            self.rest(&machine);
        }
    }

    /// Those that are kept with a machine.
    fn saved(&self, machine: &Machine) -> Result<Vec<Tunnel>, CoreError> {
        match machine.kept() {
            Some(there) => Ok(there),
            None => self.0.tree().tunnels(machine.entry),
        }
    }

    pub(crate) fn machine(&self, id: NodeId) -> Arc<Machine> {
        let mut machines = sync::lock(&self.0.tunnels.0);
        Arc::clone(machines.entry(id).or_insert_with(|| Machine::new(self.0.weak(), id)))
    }

    /// Starts a tunnel that has a row of its own; why it could not be started is said there, unless a person can help at once.
    async fn run_or_say(
        &self,
        id: &Authorized<NodeId>,
        tunnel: Tunnel,
        by: By,
    ) -> Result<MachineTunnels, CoreError> {
        match self.run(id, tunnel.clone(), by).await.map_err(ApiError::from) {
            Ok(info) => Ok(info),
            Err(error) if error.code == ErrorCode::NeedsReason => {
                Err(CoreError::Api(Box::new(error)))
            }
            Err(error) => {
                let machine = self.machine(*id.get());
                machine.refused(tunnel, error);
                Ok(machine.info())
            }
        }
    }

    async fn run(
        &self,
        id: &Authorized<NodeId>,
        tunnel: Tunnel,
        by: By,
    ) -> Result<MachineTunnels, CoreError> {
        self.0.own_computer("open ports")?;
        let machine = self.machine(*id.get());
        if tunnel.kind == TunnelKind::Remote && machine.kept().is_some() {
            let message =
                "A tunnel from a machine of a team server to this computer cannot be opened.";
            let next = "Add the machine to your own vault if you need that.";
            return Err(CoreError::invalid("kind", message, next));
        }
        if !machine.join(tunnel.id, by) {
            // Before anything else, so that a port that is taken is said at once and to whoever asked for it.
            let listening = match tunnel.kind {
                TunnelKind::Remote => None,
                TunnelKind::Local | TunnelKind::Dynamic => Some(self.bind(&tunnel).await?),
            };
            machine.add(tunnel, by, listening);
        }
        self.connect(id, &machine).await?;
        Ok(machine.info())
    }

    async fn bind(&self, tunnel: &Tunnel) -> Result<Listening, CoreError> {
        Listening::bind(&tunnel.listen)
            .await
            .map_err(|error| CoreError::Api(Box::new(self.explain(&error))))
    }

    /// Names the tunnel that has the place, if it is one of ours.
    pub(crate) fn explain(&self, error: &SshError) -> ApiError {
        let mut said = error.api_error("this computer");
        if let SshError::ListenTaken { at } = error {
            let machines: Vec<_> = sync::lock(&self.0.tunnels.0).values().cloned().collect();
            if let Some((tunnel, machine)) = machines.iter().find_map(|machine| machine.has(at)) {
                said.message = format!("{at} is taken by the tunnel “{tunnel}” of {machine}.");
                said.next_step = "Stop that tunnel, or choose another port or path.".to_owned();
            }
        }
        said
    }

    /// Sees to it that there is a connection, or that one is on the way.
    async fn connect(
        &self,
        id: &Authorized<NodeId>,
        machine: &Arc<Machine>,
    ) -> Result<(), CoreError> {
        let _one_at_a_time = machine.connecting.lock().await;
        let connected = match self.0.workspaces().owner(*id.get().as_bytes()) {
            Some(workspace) => self.connect_far(machine, workspace).await,
            None => self.connect_here(id, machine).await,
        };
        connected.map_err(|error| {
            let said = ApiError::from(error);
            machine.failed(&said);
            CoreError::Api(Box::new(said))
        })
    }

    async fn connect_here(
        &self,
        id: &Authorized<NodeId>,
        machine: &Machine,
    ) -> Result<(), CoreError> {
        let sessions = self.0.sessions();
        if let Some(session) = machine.session() {
            if sessions.is_running(session) {
                machine.woken.notify_one();
                return Ok(());
            }
            // Closed, and perhaps shown as such; the new one takes its place.
            let _gone = sessions.close(session);
        }
        let size = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };
        let session = sessions.open(OpenTarget::Tunnels(id.clone()), size, None).await?;
        machine.set_session(Some(session.id));
        Ok(())
    }

    /// Ends the connection when nothing wants it any more.
    fn rest(&self, machine: &Machine) {
        if !machine.wanted()
            && let Some(session) = machine.session()
        {
            machine.set_session(None);
            // It may have been closed in between.
            if self.0.sessions().close(session).is_err() {
                self.close_far(session);
            }
        }
    }
}
