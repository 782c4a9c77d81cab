//! Tasks of clusters that were begun from here: followed to their end in a task of their own, with their log.

use super::super::{
    Devices,
    reach::{Trouble, Way},
};
use super::{TOLD, client::is_lost};
use crate::{Authorized, Core, CoreError, WholeVault, sync, tell::Tells};
use patchbay_device_proxmox::{Client, Exit, ProxmoxError, TaskNews, Upid};
use patchbay_model::{ApiError, AppEvent, ClusterTask, ClusterTaskId, ClusterTaskState, NodeId};
use std::{
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// Lines of a log that are kept.
const LINES: usize = 200;
/// Tasks that are kept after their end.
const OVER: usize = 200;

/// What a task does.
#[derive(Clone, Debug)]
pub(super) struct What {
    /// "Snapshot before-upgrade of web-01 (100)".
    pub(super) title: String,
    pub(super) guest: Option<u32>,
    /// Whose history tells of it.
    pub(super) noted: Option<NodeId>,
}

/// A task that is followed.
pub(super) struct Running {
    core: Weak<Core>,
    pub(super) cancel: CancellationToken,
    live: Mutex<Live>,
}

/// What changes of it.
pub(super) struct Live {
    task: ClusterTask,
    scheduled: bool,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}

impl Tells for Running {
    type Live = Live;
    const EVERY: Duration = Duration::from_millis(300);

    fn live(&self) -> MutexGuard<'_, Live> {
        sync::lock(&self.live)
    }

    fn scheduled(live: &mut Live) -> &mut bool {
        &mut live.scheduled
    }

    fn tell(&self, live: &Live) {
        if let Some(core) = self.core.upgrade() {
            core.emit(AppEvent::ClusterTask { task: Box::new(live.task.clone()) });
        }
    }
}

impl Running {
    fn info(&self) -> ClusterTask {
        self.live().task.clone()
    }

    fn is_over(&self) -> bool {
        self.live().task.state != ClusterTaskState::Running
    }

    /// Its log has grown.
    pub(super) fn news(self: &Arc<Self>, news: TaskNews) {
        self.change(false, |live| {
            live.task.done = news.done.or(live.task.done);
            live.task.log.extend(news.lines);
            let old = live.task.log.len().saturating_sub(LINES);
            live.task.log.drain(..old);
        });
    }

    /// So much of it is done, from 0 to 1.
    pub(super) fn done(self: &Arc<Self>, done: f64) {
        self.change(false, |live| live.task.done = Some(done));
    }

    /// Follows what was accepted to its end; what was done at once has no name.
    pub(super) async fn follow(
        self: &Arc<Self>,
        client: &Client,
        upid: Option<&Upid>,
    ) -> Result<Exit, ProxmoxError> {
        match upid {
            Some(upid) => client.follow(upid, &self.cancel, |news| self.news(news)).await,
            None => Ok(Exit::Good),
        }
    }

    fn ended(self: &Arc<Self>, state: ClusterTaskState) {
        self.change(true, |live| {
            if matches!(state, ClusterTaskState::Done { .. }) {
                live.task.done = Some(1.0);
            }
            live.task.state = state;
        });
    }
}

impl Devices<'_> {
    /// Asks for a change, and follows the task that it runs as. What fails before it was accepted fails here.
    pub(super) async fn begin_task<F>(
        &self,
        way: &Way,
        what: What,
        change: impl FnOnce(Client) -> F,
    ) -> Result<ClusterTask, CoreError>
    where
        F: Future<Output = Result<Option<Upid>, ProxmoxError>>,
    {
        let (client, upid) = self.accepted(way, change).await?;
        let following =
            |running: Arc<Running>| async move { running.follow(&client, upid.as_ref()).await };
        Ok(self.run(way, what, following))
    }

    /// Asks for a change, once, and says who may follow it.
    pub(super) async fn accepted<T, F>(
        &self,
        way: &Way,
        change: impl FnOnce(Client) -> F,
    ) -> Result<(Client, T), Trouble>
    where
        F: Future<Output = Result<T, ProxmoxError>>,
    {
        let client = self.cluster_client(way).await?;
        match change(client.clone()).await {
            Ok(accepted) => Ok((client, accepted)),
            Err(error) if is_lost(&error) => Err(Trouble::Error(unknown(error))),
            Err(error) => Err(self.trouble(way, error).await),
        }
    }

    /// Follows a task that was accepted until it is over, whoever waits for it.
    pub(super) fn run<F>(
        &self,
        way: &Way,
        what: What,
        follow: impl FnOnce(Arc<Running>) -> F,
    ) -> ClusterTask
    where
        F: Future<Output = Result<Exit, ProxmoxError>> + Send + 'static,
    {
        let What { title, guest, noted } = what;
        let task = ClusterTask {
            id: ClusterTaskId::new(),
            entry: way.entry,
            guest,
            title,
            started: self.0.clock().wall(),
            done: None,
            log: Vec::new(),
            state: ClusterTaskState::Running,
        };
        let running = Arc::new(Running {
            core: self.0.weak(),
            cancel: CancellationToken::new(),
            live: Mutex::new(Live { task: task.clone(), scheduled: false }),
        });
        self.keep(task.id, &running);
        running.change(true, |_| ());
        let (core, way) = (self.0.weak(), way.clone());
        let follow = follow(Arc::clone(&running));
        tokio::spawn(async move {
            let ended = follow.await;
            let Some(alive) = core.upgrade() else { return };
            alive.devices().over(&way, &running, noted, ended).await;
            // What it has come to is not known everywhere yet.
            let later = alive.clock().until(alive.clock().now() + TOLD);
            drop(alive);
            later.await;
            if let Some(alive) = core.upgrade() {
                // If it fails, whoever asks next is told.
                let _read = alive.devices().read(&way).await;
            }
        });
        task
    }

    /// A task has ended: says how, and what the cluster is like by then.
    async fn over(
        &self,
        way: &Way,
        running: &Arc<Running>,
        noted: Option<NodeId>,
        ended: Result<Exit, ProxmoxError>,
    ) {
        let state = match ended {
            Ok(exit) => ClusterTaskState::Done { warnings: exit == Exit::Warnings },
            Err(ProxmoxError::Cancelled) => ClusterTaskState::Cancelled,
            Err(error) => {
                let error = match self.trouble(way, error).await {
                    Trouble::Error(error) => error,
                    asks @ Trouble::Question(_) => CoreError::from(asks).into(),
                };
                ClusterTaskState::Failed { error }
            }
        };
        if let Some(entry) = noted {
            let failed = match &state {
                ClusterTaskState::Failed { error } => Some(error.message.as_str()),
                ClusterTaskState::Cancelled => Some("It was cancelled."),
                _ => None,
            };
            self.note(entry, &running.info().title, "Proxmox VE", failed).await;
        }
        running.ended(state);
        self.read_again(way).await;
    }

    /// Keeps a task, and forgets the oldest of those that are over where there are too many.
    fn keep(&self, id: ClusterTaskId, running: &Arc<Running>) {
        let mut tasks = sync::lock(&self.0.devices.cluster.tasks);
        let mut over: Vec<_> =
            tasks.iter().filter(|(_, task)| task.is_over()).map(|(id, _)| *id).collect();
        over.sort();
        for old in over.iter().take(over.len().saturating_sub(OVER)) {
            tasks.remove(old);
        }
        tasks.insert(id, Arc::clone(running));
    }

    /// Tasks of clusters that were begun from here, the latest first.
    #[must_use]
    pub fn cluster_tasks(&self) -> Vec<ClusterTask> {
        let tasks = sync::lock(&self.0.devices.cluster.tasks);
        let mut all: Vec<ClusterTask> = tasks.values().map(|task| task.info()).collect();
        // Ids grow with time.
        all.sort_by_key(|task| std::cmp::Reverse(task.id));
        all
    }

    /// Stops a task of a cluster: the cluster is asked to, and the task is over when it says so.
    pub async fn cluster_task_cancel(
        &self,
        _vault: &Authorized<WholeVault>,
        id: ClusterTaskId,
    ) -> Result<(), CoreError> {
        self.task(id)?.cancel.cancel();
        Ok(())
    }

    /// Forgets a task of a cluster that is over.
    pub async fn cluster_task_forget(
        &self,
        _vault: &Authorized<WholeVault>,
        id: ClusterTaskId,
    ) -> Result<(), CoreError> {
        if !self.task(id)?.is_over() {
            return Err(CoreError::invalid("id", "This task still runs.", "Stop it first."));
        }
        sync::lock(&self.0.devices.cluster.tasks).remove(&id);
        Ok(())
    }

    fn task(&self, id: ClusterTaskId) -> Result<Arc<Running>, CoreError> {
        let tasks = sync::lock(&self.0.devices.cluster.tasks);
        tasks.get(&id).cloned().ok_or(CoreError::NotFound("task"))
    }
}

/// A change whose answer was lost.
fn unknown(error: ProxmoxError) -> ApiError {
    let mut error = ApiError::from(error)
        .next("It may have been done all the same: look before you try it again.");
    // Nothing is to send it a second time by itself.
    error.retryable = false;
    error
}
