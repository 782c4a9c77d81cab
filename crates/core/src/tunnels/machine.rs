//! The tunnels of one machine: which are wanted, how they stand, and how front ends are told.

use super::By;
use crate::{Core, sync, tell::Tells};
use patchbay_engine_ssh::forward::{Listening, Traffic};
use patchbay_model::{
    ApiError, AppEvent, CloseReason, MachineTunnels, NodeId, SessionId, Tunnel, TunnelId,
    TunnelInfo, TunnelState,
};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::Duration,
};
use tokio::{sync::Notify, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// How long stopping may wait for the connections to end.
const ENDING: Duration = Duration::from_secs(3);

/// A machine and its tunnels.
pub(crate) struct Machine {
    core: Weak<Core>,
    pub(super) entry: NodeId,
    live: Mutex<Live>,
    /// Something became wanted, or stopped being so.
    pub(super) woken: Notify,
    /// Two that start at once make one connection.
    pub(super) connecting: tokio::sync::Mutex<()>,
}

#[derive(Default)]
pub(crate) struct Live {
    pub(super) rows: Vec<Row>,
    session: Option<SessionId>,
    /// What its team server keeps with it, if it is a machine of one.
    kept: Option<Vec<Tunnel>>,
    /// Why somebody wants the next session for them, where that is asked.
    reason: Option<String>,
    scheduled: bool,
}

/// A tunnel that was started.
pub(super) struct Row {
    pub(super) tunnel: Tunnel,
    by_person: bool,
    by_sessions: HashSet<SessionId>,
    pub(super) state: TunnelState,
    /// Kept over reconnects, so that nobody else takes the port meanwhile.
    pub(super) bound: Option<Arc<Listening>>,
    pub(super) listening: Vec<String>,
    pub(super) traffic: Arc<Traffic>,
    pub(super) serving: Option<Serving>,
    /// Bytes up and down a second ago, and how many there have been since.
    before: (u64, u64),
    rate: (u64, u64),
}

/// The task that carries a tunnel's connections.
pub(super) struct Serving {
    pub(super) stop: CancellationToken,
    pub(super) task: JoinHandle<()>,
}

impl Row {
    fn new(tunnel: Tunnel) -> Self {
        Self {
            tunnel,
            by_person: false,
            by_sessions: HashSet::new(),
            state: TunnelState::Connecting,
            bound: None,
            listening: Vec::new(),
            traffic: Arc::default(),
            serving: None,
            before: (0, 0),
            rate: (0, 0),
        }
    }

    pub(super) fn wanted(&self) -> bool {
        self.by_person || !self.by_sessions.is_empty()
    }

    fn want(&mut self, by: By) {
        match by {
            By::Person => self.by_person = true,
            By::Session(id) => {
                self.by_sessions.insert(id);
            }
        }
    }

    fn info(&self, saved: bool) -> TunnelInfo {
        let traffic = &self.traffic;
        TunnelInfo {
            tunnel: self.tunnel.clone(),
            saved,
            state: self.state.clone(),
            by_session: !self.by_person && !self.by_sessions.is_empty(),
            listening: self.listening.clone(),
            open: traffic.open(),
            total: traffic.total(),
            refused: traffic.refused(),
            up: float(traffic.up()),
            down: float(traffic.down()),
            up_rate: float(self.rate.0),
            down_rate: float(self.rate.1),
            problem: traffic.problem(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53, and JSON has no more")]
fn float(bytes: u64) -> f64 {
    bytes as f64
}

impl Machine {
    pub(super) fn new(core: Weak<Core>, entry: NodeId) -> Arc<Self> {
        Arc::new(Self {
            core,
            entry,
            live: Mutex::default(),
            woken: Notify::new(),
            connecting: tokio::sync::Mutex::new(()),
        })
    }

    pub(super) fn core(&self) -> Option<Arc<Core>> {
        self.core.upgrade()
    }

    /// What front ends see.
    pub(super) fn info(&self) -> MachineTunnels {
        self.snapshot(&self.live())
    }

    /// Whether any of its tunnels is to run.
    pub(super) fn wanted(&self) -> bool {
        self.live().rows.iter().any(Row::wanted)
    }

    pub(super) fn session(&self) -> Option<SessionId> {
        self.live().session
    }

    pub(super) fn set_session(self: &Machine, session: Option<SessionId>) {
        let mut live = self.live();
        live.session = session;
        self.tell(&live);
    }

    /// What its team server keeps with it, if it is a machine of one.
    pub(super) fn kept(&self) -> Option<Vec<Tunnel>> {
        self.live().kept.clone()
    }

    /// Why somebody wants the next session for them.
    pub(super) fn because(&self, reason: Option<String>) {
        self.live().reason = reason;
    }

    pub(super) fn reason(&self) -> Option<String> {
        self.live().reason.take()
    }

    pub(super) fn keeps(&self, kept: Vec<Tunnel>) {
        let mut live = self.live();
        if live.kept.as_ref() != Some(&kept) {
            live.kept = Some(kept);
            self.tell(&live);
        }
    }

    pub(super) fn tunnel(&self, id: TunnelId) -> Option<Tunnel> {
        let live = self.live();
        live.rows.iter().find(|row| row.tunnel.id == id).map(|row| row.tunnel.clone())
    }

    /// The tunnel that listens at a place, and what the machine is called.
    pub(super) fn has(&self, at: &str) -> Option<(String, String)> {
        let found = {
            let live = self.live();
            let row = live.rows.iter().find(|row| row.listening.iter().any(|mine| mine == at))?;
            row.tunnel.title()
        };
        let name = self.core()?.tree().name(self.entry);
        Some((found, name.unwrap_or_else(|| "another machine".to_owned())))
    }

    /// One more wants a tunnel that runs already, or is about to.
    pub(super) fn join(&self, id: TunnelId, by: By) -> bool {
        let mut live = self.live();
        let row = live.rows.iter_mut().find(|row| row.tunnel.id == id);
        let Some(row) = row.filter(|row| {
            row.wanted() && !matches!(row.state, TunnelState::Failed { .. } | TunnelState::Stopped)
        }) else {
            return false;
        };
        row.want(by);
        self.tell(&live);
        true
    }

    /// Adds a tunnel, or takes up one again that has stopped.
    pub(super) fn add(&self, tunnel: Tunnel, by: By, bound: Option<Listening>) {
        let mut live = self.live();
        let mut row = Row::new(tunnel);
        if let Some(at) = live.rows.iter().position(|old| old.tunnel.id == row.tunnel.id) {
            let old = live.rows.remove(at);
            (row.by_person, row.by_sessions) = (old.by_person, old.by_sessions);
        }
        row.want(by);
        row.listening = bound.as_ref().map(Listening::shown).unwrap_or_default();
        row.bound = bound.map(Arc::new);
        live.rows.push(row);
        self.tell(&live);
    }

    /// A tunnel that could not even be added.
    pub(super) fn refused(&self, tunnel: Tunnel, error: ApiError) {
        let mut live = self.live();
        live.rows.retain(|row| row.tunnel.id != tunnel.id || row.wanted());
        if live.rows.iter().all(|row| row.tunnel.id != tunnel.id) {
            live.rows.push(Row { state: TunnelState::Failed { error }, ..Row::new(tunnel) });
        }
        self.tell(&live);
    }

    /// Stops those that `which` says: altogether, or as far as one terminal is concerned.
    pub(super) async fn stop(&self, which: impl Fn(&Row) -> bool, of: Option<SessionId>) {
        let mut ending = Vec::new();
        {
            let mut live = self.live();
            for row in live.rows.iter_mut().filter(|row| which(row)) {
                let was = row.wanted();
                match of {
                    Some(session) => drop(row.by_sessions.remove(&session)),
                    None => {
                        row.by_person = false;
                        row.by_sessions.clear();
                    }
                }
                if row.wanted() || (of.is_some() && !was) {
                    continue;
                }
                ending.extend(row.end(TunnelState::Stopped));
            }
            self.tell(&live);
        }
        self.woken.notify_one();
        // The port is free once nobody holds the socket any more.
        for task in ending {
            let _late = tokio::time::timeout(ENDING, task).await;
        }
    }

    /// A session for them has closed. If another has taken its place, that is nothing to them.
    pub(crate) async fn over(&self, session: SessionId, reason: &CloseReason) {
        // Whoever opens one just now must be through with it.
        let _turn = self.connecting.lock().await;
        if self.session() != Some(session) {
            return;
        }
        match reason {
            CloseReason::Failed { error } => self.failed(error),
            _ => self.ended(),
        }
    }

    /// The connection could not be made, or is given up: the tunnels stay wanted, for another attempt.
    pub(super) fn failed(&self, error: &ApiError) {
        let mut live = self.live();
        for row in live.rows.iter_mut().filter(|row| row.wanted()) {
            drop(row.end(TunnelState::Failed { error: error.clone() }));
        }
        self.tell(&live);
    }

    /// The connection is gone for good, as somebody wanted.
    fn ended(&self) {
        let mut live = self.live();
        for row in live.rows.iter_mut().filter(|row| row.wanted()) {
            row.by_person = false;
            row.by_sessions.clear();
            drop(row.end(TunnelState::Stopped));
        }
        self.tell(&live);
    }

    /// The connection was lost, and is tried again.
    pub(crate) fn lost(&self, error: &ApiError) {
        let mut live = self.live();
        for row in live.rows.iter_mut().filter(|row| row.wanted()) {
            // Those that failed for a reason of their own fail again.
            if !matches!(row.state, TunnelState::Failed { .. }) {
                row.state = TunnelState::Reconnecting { error: error.clone() };
            }
        }
        self.tell(&live);
    }

    /// Once a second: how much went through since.
    pub(super) fn tick(self: &Arc<Self>) {
        let mut changed = false;
        let mut live = self.live();
        for row in &mut live.rows {
            let now = (row.traffic.up(), row.traffic.down());
            let rate = (now.0.saturating_sub(row.before.0), now.1.saturating_sub(row.before.1));
            changed |= row.rate != rate || rate != (0, 0);
            (row.before, row.rate) = (now, rate);
        }
        let counts = live.rows.iter().map(|row| row.traffic.open() + row.traffic.refused());
        changed |= counts.sum::<u32>() > 0;
        if changed {
            self.tell(&live);
        }
    }

    fn snapshot(&self, live: &Live) -> MachineTunnels {
        let here = || self.core().and_then(|core| core.tree().tunnels(self.entry).ok());
        let saved = live.kept.clone().or_else(here);
        let known = saved.is_some();
        let saved = saved.unwrap_or_default();
        let mut tunnels = Vec::new();
        for tunnel in &saved {
            let row = live.rows.iter().find(|row| row.tunnel.id == tunnel.id);
            let stopped = || Row { state: TunnelState::Stopped, ..Row::new(tunnel.clone()) };
            tunnels.push(match row {
                Some(row) if row.wanted() => row.info(true),
                // As it is kept now, with what went through it when it ran.
                Some(row) => TunnelInfo { tunnel: tunnel.clone(), ..row.info(true) },
                None => stopped().info(true),
            });
        }
        let others = live.rows.iter().filter(|row| saved.iter().all(|one| one.id != row.tunnel.id));
        // With a locked vault nobody can say what is kept.
        tunnels.extend(others.map(|row| row.info(!known)));
        MachineTunnels { entry: self.entry, session: live.session, tunnels }
    }
}

impl Row {
    /// Ends what runs; what is left to wait for.
    fn end(&mut self, state: TunnelState) -> Option<JoinHandle<()>> {
        self.state = state;
        self.bound = None;
        self.listening.clear();
        self.rate = (0, 0);
        let serving = self.serving.take()?;
        serving.stop.cancel();
        Some(serving.task)
    }
}

impl Tells for Machine {
    type Live = Live;
    const EVERY: Duration = Duration::from_millis(250);

    fn live(&self) -> MutexGuard<'_, Live> {
        sync::lock(&self.live)
    }

    fn scheduled(live: &mut Live) -> &mut bool {
        &mut live.scheduled
    }

    fn tell(&self, live: &Live) {
        if let Some(core) = self.core() {
            core.emit(AppEvent::Tunnels { machine: Box::new(self.snapshot(live)) });
        }
    }
}
