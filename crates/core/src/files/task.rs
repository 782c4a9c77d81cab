//! A task: long work on files, what front ends see of it, and what it asks.

use super::{
    job::{Job, Plan, Stamp, Stand},
    names,
    place::Place,
    records::{self, Record},
    transfer::size,
};
use crate::{Core, CoreError, sync, tell::Tells};
use patchbay_model::{
    ApiError, AppEvent, Conflict, ErrorCode, TaskConflict, TaskFolder, TaskId, TaskInfo, TaskKind,
    TaskState,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::Duration,
};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// The rate is that of this long.
const RATE_OVER: Duration = Duration::from_secs(4);
/// So many problems are told one by one.
const MOST_PROBLEMS: usize = 100;

/// What to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Spec {
    pub(super) kind: TaskKind,
    pub(super) from: Place,
    pub(super) paths: Vec<Vec<u8>>,
    /// The folder something is copied to.
    pub(super) to: Option<(Place, Vec<u8>)>,
    /// What the one thing that is copied is called there; as it is called where it comes from if it has no other name.
    #[serde(default)]
    pub(super) name: Option<Vec<u8>>,
    pub(super) conflict: Conflict,
    /// What is copied is taken away where it came from.
    pub(super) moves: bool,
    /// The permissions that are set.
    #[serde(default)]
    pub(super) mode: Option<u16>,
}

/// How people read it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Words {
    pub(super) title: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) touches: Vec<TaskFolder>,
    /// The machines it works on.
    pub(super) machines: Vec<String>,
}

/// A task.
pub(super) struct Task {
    pub(super) id: TaskId,
    pub(super) spec: Spec,
    pub(super) core: Weak<Core>,
    words: Words,
    live: Mutex<Live>,
    /// One question at a time.
    asking: tokio::sync::Mutex<()>,
}

/// What changes of a task.
pub(super) struct Live {
    info: TaskInfo,
    policy: Conflict,
    answer: Option<oneshot::Sender<(Conflict, bool)>>,
    stop: CancellationToken,
    /// What stopped it.
    why: Why,
    job: Arc<Job>,
    bytes_done: u64,
    bytes: u64,
    /// Bytes that went over the wire or disk, also those that went twice.
    carried: u64,
    /// How far it was, and when.
    samples: VecDeque<(Duration, u64)>,
    first_problem: Option<ApiError>,
    scheduled: bool,
}

/// Why a task stops.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Why {
    /// For good; what is not whole is taken away.
    Cancel,
    /// To go on later.
    Pause,
}

/// What stopping a task asks of who does it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stopped {
    /// It is told, and will end by itself.
    Told,
    /// It was paused, and is cancelled by now: what is not whole is left to be taken away.
    Cancelled,
    /// It was over before.
    Over,
}

/// How it went.
pub(super) type Outcome = Result<(), CoreError>;

impl Task {
    pub(super) fn new(core: &Core, spec: Spec, words: Words) -> Arc<Self> {
        let job = Arc::new(Job::new(false));
        Self::build(core, TaskId::new(), spec, words, job, TaskState::Waiting)
    }

    /// One that an earlier run of the app left.
    pub(super) fn restored(core: &Core, id: TaskId, record: Record) -> Arc<Self> {
        let Record { mut spec, words, began, policy, bytes, files, parts } = record;
        spec.conflict = policy;
        let job = Arc::new(Job::new(true));
        for (path, stamp) in parts {
            job.left(path, stamp);
        }
        let task = Self::build(core, id, spec, words, job, TaskState::Paused { error: None });
        {
            let mut live = task.live();
            live.info.began = began;
            (live.bytes, live.info.files) = (bytes, files);
        }
        task
    }

    /// One that compares what another one has copied.
    pub(super) fn verifying(core: &Core, other: &Self) -> Arc<Self> {
        let spec = Spec { kind: TaskKind::Verify, ..other.spec.clone() };
        let words = Words { touches: Vec::new(), ..other.words.clone() };
        Self::build(core, TaskId::new(), spec, words, other.job(), TaskState::Waiting)
    }

    fn build(
        core: &Core,
        id: TaskId,
        spec: Spec,
        words: Words,
        job: Arc<Job>,
        state: TaskState,
    ) -> Arc<Self> {
        let info = TaskInfo {
            id,
            kind: spec.kind,
            title: words.title.clone(),
            from: words.from.clone(),
            to: words.to.clone(),
            state,
            at: String::new(),
            files_done: 0,
            files: 0,
            skipped: 0,
            bytes_done: 0.0,
            bytes: 0.0,
            rate: 0.0,
            began: core.clock().wall(),
            touches: words.touches.clone(),
            problems: Vec::new(),
            verifiable: false,
        };
        let live = Live {
            info,
            policy: spec.conflict,
            answer: None,
            stop: CancellationToken::new(),
            why: Why::Cancel,
            job,
            bytes_done: 0,
            bytes: 0,
            carried: 0,
            samples: VecDeque::new(),
            first_problem: None,
            scheduled: false,
        };
        Arc::new(Self {
            id,
            spec,
            words,
            core: core.weak(),
            live: Mutex::new(live),
            asking: tokio::sync::Mutex::default(),
        })
    }

    pub(super) fn info(&self) -> TaskInfo {
        self.live().snapshot()
    }

    /// The machine or machines it works on, as people read it.
    pub(super) fn machine_words(&self) -> String {
        self.words.machines.join(" and ")
    }

    pub(super) fn job(&self) -> Arc<Job> {
        Arc::clone(&self.live().job)
    }

    /// As it is kept for the next start.
    pub(super) fn record(&self) -> Record {
        let live = self.live();
        Record {
            spec: self.spec.clone(),
            words: self.words.clone(),
            began: live.info.began,
            policy: live.policy,
            bytes: live.bytes,
            files: live.info.files,
            parts: live.job.long_parts(),
        }
    }

    /// Whether nothing more happens with it.
    pub(super) fn over(&self) -> bool {
        self.live().is_over()
    }

    /// Whether it stands still, and can go on.
    pub(super) fn is_paused(&self) -> bool {
        matches!(self.live().info.state, TaskState::Paused { .. })
    }

    /// Stops it.
    pub(super) fn stop(self: &Arc<Self>, why: Why) -> Stopped {
        if self.over() {
            return Stopped::Over;
        }
        let paused = self.is_paused();
        if paused && why == Why::Pause {
            return Stopped::Told;
        }
        if paused {
            self.ended(None);
            return Stopped::Cancelled;
        }
        let mut live = self.live();
        live.why = why;
        live.stop.cancel();
        Stopped::Told
    }

    pub(super) fn stopping(&self) -> CancellationToken {
        self.live().stop.clone()
    }

    pub(super) fn why(&self) -> Why {
        self.live().why
    }

    /// Lets it go on if it is paused.
    pub(super) fn go_on(self: &Arc<Self>) -> bool {
        self.change(true, |live| {
            let paused = matches!(live.info.state, TaskState::Paused { .. });
            if paused {
                live.info.state = TaskState::Waiting;
                live.stop = CancellationToken::new();
            }
            paused
        })
    }

    /// Goes back to the beginning; not if it is under way. What it has put in its place already is not copied again.
    pub(super) fn again(self: &Arc<Self>) -> bool {
        self.change(true, |live| {
            let over = matches!(live.info.state, TaskState::Cancelled | TaskState::Failed { .. });
            if over {
                live.info.state = TaskState::Waiting;
                live.stop = CancellationToken::new();
                if live.info.kind != TaskKind::Verify {
                    live.job = Arc::new(Job::new(true));
                }
                live.clear();
            }
            over
        })
    }

    pub(super) fn started(self: &Arc<Self>) {
        self.change(true, |live| live.info.state = TaskState::Running);
    }

    /// It is stopped for now: by the person, or because of an error.
    pub(super) fn paused(self: &Arc<Self>, error: Option<ApiError>) {
        self.change(true, |live| {
            live.answer = None;
            live.samples.clear();
            live.info.state = TaskState::Paused { error };
        });
    }

    /// The connection is lost, and is made again.
    pub(super) fn reconnecting(self: &Arc<Self>, machine: &str, attempt: u32, most: u32) {
        let machine = machine.to_owned();
        self.change(true, |live| {
            live.answer = None;
            live.samples.clear();
            live.info.state = TaskState::Reconnecting { machine, attempt, most };
        });
    }

    /// Counting begins anew.
    pub(super) fn counts_anew(self: &Arc<Self>) {
        self.change(false, Live::clear);
    }

    /// There is this much more to do.
    pub(super) fn counted(self: &Arc<Self>, files: usize, bytes: u64) {
        let files = u32::try_from(files).unwrap_or(u32::MAX);
        self.change(false, |live| {
            live.info.files = live.info.files.saturating_add(files);
            live.bytes = live.bytes.saturating_add(bytes);
        });
    }

    /// It begins, or goes on: so much is done.
    pub(super) fn begins(self: &Arc<Self>, job: &Job, plan: &Plan) {
        let (mut files, mut bytes) = (job.moved(), 0_u64);
        for (at, found) in plan.all.iter().enumerate() {
            if job.stand(at) == Stand::Done {
                files = files.saturating_add(1);
                bytes = bytes.saturating_add(size(found));
            }
        }
        self.change(true, |live| {
            live.info.files_done = files;
            live.bytes_done = bytes;
            live.samples.clear();
        });
    }

    pub(super) fn at(self: &Arc<Self>, path: String) {
        self.change(false, |live| live.info.at = path);
    }

    pub(super) fn moved(self: &Arc<Self>, bytes: usize) {
        let now = self.core.upgrade().map(|core| core.clock().now()).unwrap_or_default();
        self.change(false, |live| {
            live.bytes_done = live.bytes_done.saturating_add(bytes as u64);
            live.carried = live.carried.saturating_add(bytes as u64);
            live.sample(now);
        });
    }

    /// So many bytes were there already.
    pub(super) fn was_there(self: &Arc<Self>, bytes: u64) {
        self.change(false, |live| live.bytes_done = live.bytes_done.saturating_add(bytes));
    }

    /// So many bytes were moved that have to be moved again.
    pub(super) fn was_in_vain(self: &Arc<Self>, bytes: u64) {
        self.change(false, |live| live.bytes_done = live.bytes_done.saturating_sub(bytes));
    }

    /// How many bytes were moved, also those that were moved twice.
    pub(super) fn carried(&self) -> u64 {
        self.live().carried
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
            if live.info.problems.len() < MOST_PROBLEMS {
                live.info.problems.push(api.message.clone());
            }
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
        if all {
            self.keep(false).await;
        }
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

    /// A long file is begun: should the app end, it is gone on with from there.
    pub(super) async fn part_begun(&self, source: Stamp) {
        if source.is_long() {
            self.keep(false).await;
        }
    }

    /// Keeps it for the next start, or forgets what was kept of it once it is over.
    pub(super) async fn keep(&self, over: bool) {
        if self.spec.is_brief() {
            return;
        }
        if let Some(core) = self.core.upgrade() {
            records::keep(&core, self, over).await;
        }
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
            live.info.verifiable = live.info.state == TaskState::Done
                && live.job.plan().is_some()
                && self.spec.to.is_some()
                && !self.spec.moves
                && self.spec.kind != TaskKind::Verify;
        });
    }
}

impl Spec {
    /// It is sooner done again than kept over a restart.
    const fn is_brief(&self) -> bool {
        matches!(self.kind, TaskKind::Delete | TaskKind::Verify | TaskKind::Permissions)
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
    const fn is_over(&self) -> bool {
        use TaskState::{Cancelled, Done, Failed};
        matches!(self.info.state, Done | Cancelled | Failed { .. })
    }

    fn clear(&mut self) {
        (self.info.files_done, self.info.files, self.info.skipped) = (0, 0, 0);
        (self.bytes_done, self.bytes) = (0, 0);
        self.samples.clear();
        self.info.problems.clear();
        self.first_problem = None;
    }

    fn sample(&mut self, now: Duration) {
        // A few a second are enough, however small the pieces.
        let due = self.samples.back().is_none_or(|(last, _)| now - *last >= RATE_OVER / 40);
        if due {
            self.samples.push_back((now, self.carried));
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
                let what = match self.info.kind {
                    TaskKind::Verify => "differ",
                    _ => "were left out",
                };
                let message = format!("{more} {what}. The first: {}", problem.message);
                ApiError { message, ..problem }
            }
        }
    }
}

/// A folder, as a task is known to change it.
pub(super) fn touched(place: &Place, folder: &[u8]) -> TaskFolder {
    TaskFolder { machine: place.machine(), folder: names::text(folder) }
}

/// As front ends take numbers: exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "nine petabytes are enough")]
pub(super) const fn exact(number: u64) -> f64 {
    number as f64
}
