//! A task: long work on files, what front ends see of it, and what it asks.

use crate::{Core, CoreError, sync, tell::Tells};
use patchbay_model::{
    ApiError, AppEvent, Conflict, ErrorCode, FilePlace, TaskConflict, TaskId, TaskInfo, TaskKind,
    TaskState,
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::Duration,
};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// The rate is that of this long.
const RATE_OVER: Duration = Duration::from_secs(4);

/// What to do.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    pub(super) kind: TaskKind,
    pub(super) from: FilePlace,
    pub(super) paths: Vec<Vec<u8>>,
    /// The folder something is copied to.
    pub(super) to: Option<(FilePlace, Vec<u8>)>,
    pub(super) conflict: Conflict,
}

/// A task.
pub(super) struct Task {
    pub(super) id: TaskId,
    pub(super) spec: Spec,
    core: Weak<Core>,
    live: Mutex<Live>,
    /// One question at a time.
    asking: tokio::sync::Mutex<()>,
}

/// What changes of a task.
pub(super) struct Live {
    info: TaskInfo,
    policy: Conflict,
    answer: Option<oneshot::Sender<(Conflict, bool)>>,
    cancel: CancellationToken,
    bytes_done: u64,
    bytes: u64,
    /// How far it was, and when.
    samples: VecDeque<(Duration, u64)>,
    first_problem: Option<ApiError>,
    scheduled: bool,
}

/// How it went.
pub(super) type Outcome = Result<(), CoreError>;

impl Task {
    pub(super) fn new(
        core: &Core,
        spec: Spec,
        title: String,
        from: String,
        to: String,
    ) -> Arc<Self> {
        let id = TaskId::new();
        let info = TaskInfo {
            id,
            kind: spec.kind,
            title,
            from,
            to,
            state: TaskState::Waiting,
            at: String::new(),
            files_done: 0,
            files: 0,
            skipped: 0,
            bytes_done: 0.0,
            bytes: 0.0,
            rate: 0.0,
            began: core.clock().wall(),
        };
        let live = Live {
            info,
            policy: spec.conflict,
            answer: None,
            cancel: CancellationToken::new(),
            bytes_done: 0,
            bytes: 0,
            samples: VecDeque::new(),
            first_problem: None,
            scheduled: false,
        };
        Arc::new(Self {
            id,
            spec,
            core: core.weak(),
            live: Mutex::new(live),
            asking: tokio::sync::Mutex::default(),
        })
    }

    pub(super) fn info(&self) -> TaskInfo {
        self.live().snapshot()
    }

    /// Whether nothing more happens with it.
    pub(super) fn over(&self) -> bool {
        use TaskState::{Cancelled, Done, Failed};
        matches!(self.live().info.state, Done | Cancelled | Failed { .. })
    }

    pub(super) fn cancel(&self) {
        self.live().cancel.cancel();
    }

    pub(super) fn cancellation(&self) -> CancellationToken {
        self.live().cancel.clone()
    }

    /// Goes back to the beginning; not if it is under way.
    pub(super) fn again(self: &Arc<Self>) -> bool {
        self.change(true, |live| {
            let over = matches!(live.info.state, TaskState::Cancelled | TaskState::Failed { .. });
            if over {
                live.info.state = TaskState::Waiting;
                live.cancel = CancellationToken::new();
                (live.info.files_done, live.info.files, live.info.skipped) = (0, 0, 0);
                (live.bytes_done, live.bytes) = (0, 0);
                live.samples.clear();
                live.first_problem = None;
            }
            over
        })
    }

    pub(super) fn started(self: &Arc<Self>) {
        self.change(true, |live| live.info.state = TaskState::Running);
    }

    /// There is this much more to do.
    pub(super) fn counted(self: &Arc<Self>, files: usize, bytes: u64) {
        let files = u32::try_from(files).unwrap_or(u32::MAX);
        self.change(false, |live| {
            live.info.files = live.info.files.saturating_add(files);
            live.bytes = live.bytes.saturating_add(bytes);
        });
    }

    pub(super) fn at(self: &Arc<Self>, path: String) {
        self.change(false, |live| live.info.at = path);
    }

    pub(super) fn moved(self: &Arc<Self>, bytes: usize) {
        let now = self.core.upgrade().map(|core| core.clock().now()).unwrap_or_default();
        self.change(false, |live| {
            live.bytes_done = live.bytes_done.saturating_add(bytes as u64);
            live.sample(now);
        });
    }

    pub(super) fn finished_one(self: &Arc<Self>) {
        self.change(false, |live| live.info.files_done += 1);
    }

    /// One was left out on purpose.
    pub(super) fn left_out(self: &Arc<Self>, bytes: u64) {
        self.change(false, |live| {
            live.info.skipped += 1;
            live.bytes = live.bytes.saturating_sub(bytes);
        });
    }

    /// One could not be done. What cannot go on at all is given back.
    pub(super) fn problem(self: &Arc<Self>, error: CoreError, bytes: u64) -> Outcome {
        let api = ApiError::from(error);
        if matches!(api.code, ErrorCode::Disconnected | ErrorCode::Internal) {
            return Err(CoreError::Api(Box::new(api)));
        }
        self.left_out(bytes);
        self.change(false, |live| {
            live.first_problem.get_or_insert(api);
        });
        Ok(())
    }

    /// What to do about something that is there already.
    pub(super) async fn decide(self: &Arc<Self>, conflict: TaskConflict) -> Conflict {
        let policy = self.live().policy;
        if policy != Conflict::Ask {
            return policy;
        }
        let _turn = self.asking.lock().await;
        // What was said about the one before may go for all.
        let policy = self.live().policy;
        if policy != Conflict::Ask {
            return policy;
        }
        let (sender, answer) = oneshot::channel();
        self.change(true, |live| {
            live.answer = Some(sender);
            live.info.state = TaskState::Asking { conflict: Box::new(conflict) };
        });
        let (decision, all) = answer.await.unwrap_or((Conflict::Skip, false));
        self.change(true, |live| {
            live.info.state = TaskState::Running;
            if all {
                live.policy = decision;
            }
        });
        decision
    }

    pub(super) fn answer(&self, decision: Conflict, all: bool) -> Result<(), CoreError> {
        if decision == Conflict::Ask {
            return Err(CoreError::invalid(
                "conflict",
                "That is no decision.",
                "Say whether to skip, overwrite or keep both.",
            ));
        }
        let answer = self.live().answer.take().ok_or(CoreError::NotFound("question"))?;
        // If nobody waits any more, the task was cancelled just now.
        let _cancelled = answer.send((decision, all));
        Ok(())
    }

    pub(super) fn ended(self: &Arc<Self>, outcome: Option<Outcome>) {
        self.change(true, |live| {
            live.answer = None;
            live.samples.clear();
            live.info.at.clear();
            live.info.state = match (outcome, live.first_problem.take()) {
                (None, _) => TaskState::Cancelled,
                (Some(Err(error)), _) => TaskState::Failed { error: error.into() },
                (Some(Ok(())), Some(problem)) => TaskState::Failed { error: live.put(problem) },
                (Some(Ok(())), None) => TaskState::Done,
            };
        });
    }
}

impl Tells for Task {
    type Live = Live;
    const EVERY: Duration = Duration::from_millis(150);

    fn live(&self) -> MutexGuard<'_, Live> {
        sync::lock(&self.live)
    }

    fn scheduled(live: &mut Live) -> &mut bool {
        &mut live.scheduled
    }

    fn tell(&self, live: &Live) {
        if let Some(core) = self.core.upgrade() {
            core.emit(AppEvent::Task { task: Box::new(live.snapshot()) });
        }
    }
}

impl Live {
    fn sample(&mut self, now: Duration) {
        // A few a second are enough, however small the pieces.
        let due = self.samples.back().is_none_or(|(last, _)| now - *last >= RATE_OVER / 40);
        if due {
            self.samples.push_back((now, self.bytes_done));
        }
        while self.samples.front().is_some_and(|(first, _)| now - *first > RATE_OVER) {
            self.samples.pop_front();
        }
    }

    fn rate(&self) -> f64 {
        match (self.samples.front(), self.samples.back()) {
            (Some((begin, from)), Some((end, to))) if end > begin => {
                exact(to - from) / (*end - *begin).as_secs_f64()
            }
            _ => 0.0,
        }
    }

    fn snapshot(&self) -> TaskInfo {
        TaskInfo {
            bytes_done: exact(self.bytes_done),
            bytes: exact(self.bytes),
            rate: self.rate(),
            ..self.info.clone()
        }
    }

    /// The first problem, and how many there were.
    fn put(&self, problem: ApiError) -> ApiError {
        match self.info.skipped {
            0 | 1 => problem,
            more => {
                let message = format!("{more} were left out. The first: {}", problem.message);
                ApiError { message, ..problem }
            }
        }
    }
}

/// As front ends take numbers: exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "nine petabytes are enough")]
pub(super) const fn exact(number: u64) -> f64 {
    number as f64
}
