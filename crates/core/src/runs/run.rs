//! One run: its machines, what each put out, and how front ends are told.

use super::output::{Key, Output, Own};
use crate::{Authorized, Clock, Core, sync, tell::Tells};
use patchbay_model::{
    AppEvent, NodeId, RunCounts, RunDetail, RunGroup, RunGrouping, RunId, RunInfo, RunMachine,
    RunMachineState, RunOptions, RunState, Secret,
};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, Weak},
    time::Duration,
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Bytes that are kept of one run. Outputs that are the same are kept once.
const MOST_KEPT: usize = 64 * 1024 * 1024;

/// What a machine is given.
#[derive(Clone, Debug)]
pub(super) enum Command {
    /// Handed to its login shell.
    Plain(String),
    /// Holds a secret: goes to a shell's standard input, since command lines can be read by everybody on a machine.
    Script(Secret<String>),
}

/// What is to be done on one machine.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) machine: Authorized<NodeId>,
    pub(super) name: String,
    pub(super) address: String,
    pub(super) command: Command,
}

/// What is to be done.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    pub(super) title: String,
    pub(super) shown: String,
    pub(super) options: RunOptions,
    pub(super) work: Vec<Work>,
    /// The vault the machines are of.
    pub(super) vault: PathBuf,
}

/// A run.
pub(super) struct Run {
    pub(super) id: RunId,
    pub(super) spec: Spec,
    pub(super) core: Weak<Core>,
    pub(super) turns: Arc<Semaphore>,
    clock: Arc<dyn Clock>,
    live: Mutex<Live>,
}

/// What changes of a run.
pub(super) struct Live {
    machines: Vec<Machine>,
    info: RunInfo,
    began: Duration,
    ended: Option<Duration>,
    cancel: CancellationToken,
    /// What may still be kept.
    room: usize,
    /// Outputs by content.
    known: HashMap<Key, Arc<Output>>,
    scheduled: bool,
}

struct Machine {
    state: RunMachineState,
    began: Option<Duration>,
    ended: Option<Duration>,
    output: Arc<Output>,
    key: Option<Key>,
    cancel: CancellationToken,
}

impl Run {
    pub(super) fn new(core: &Core, spec: Spec, grouping: RunGrouping) -> Arc<Self> {
        let id = RunId::new();
        let clock = Arc::clone(&core.config().clock);
        let cancel = CancellationToken::new();
        let info = RunInfo {
            id,
            title: spec.title.clone(),
            command: spec.shown.clone(),
            options: spec.options,
            grouping,
            state: RunState::Running,
            counts: RunCounts::default(),
            groups: 0,
            began: clock.wall(),
            ms: 0,
            revision: 0,
        };
        let machine = |_: &Work| Machine {
            state: RunMachineState::Waiting,
            began: None,
            ended: None,
            output: Arc::default(),
            key: None,
            cancel: cancel.child_token(),
        };
        let live = Live {
            machines: spec.work.iter().map(machine).collect(),
            info,
            began: clock.now(),
            ended: None,
            cancel: cancel.clone(),
            room: MOST_KEPT,
            known: HashMap::new(),
            scheduled: false,
        };
        Arc::new(Self {
            id,
            turns: Arc::new(Semaphore::new(usize::from(spec.options.concurrency))),
            spec,
            core: core.weak(),
            clock,
            live: Mutex::new(live),
        })
    }

    pub(super) fn info(&self) -> RunInfo {
        self.live().snapshot(self.clock.now())
    }

    pub(super) fn over(&self) -> bool {
        self.live().machines.iter().all(|machine| over(&machine.state))
    }

    pub(super) fn detail(&self) -> RunDetail {
        let now = self.clock.now();
        let live = self.live();
        let machines = live.machines.iter().zip(&self.spec.work);
        let machines = machines.map(|(machine, work)| machine.shown(work, now)).collect();
        RunDetail { info: live.snapshot(now), machines, groups: live.groups() }
    }

    /// Which place a machine has.
    pub(super) fn place(&self, id: NodeId) -> Option<usize> {
        self.spec.work.iter().position(|work| *work.machine.get() == id)
    }

    /// What a machine has put out so far.
    pub(super) fn output(&self, at: usize) -> Option<Arc<Output>> {
        self.live().machines.get(at).map(|machine| Arc::clone(&machine.output))
    }

    /// What ends a machine's part.
    pub(super) fn cancellation(&self, at: usize) -> CancellationToken {
        self.live().machines.get(at).map(|machine| machine.cancel.clone()).unwrap_or_default()
    }

    /// Stops one machine, or all of them.
    pub(super) fn cancel(self: &Arc<Self>, at: Option<usize>) {
        self.change(true, |live| match at {
            Some(at) => {
                if let Some(machine) = live.machines.get(at) {
                    machine.cancel.cancel();
                }
            }
            None => {
                if live.ended.is_none() {
                    live.info.state = RunState::Cancelled;
                }
                live.cancel.cancel();
            }
        });
    }

    /// Without telling anybody: the services go away.
    pub(super) fn abandon(&self) {
        self.live().cancel.cancel();
    }

    pub(super) fn connecting(self: &Arc<Self>, at: usize) {
        let now = self.clock.now();
        self.set(at, false, |machine| {
            machine.state = RunMachineState::Connecting;
            machine.began = Some(now);
        });
    }

    pub(super) fn running(self: &Arc<Self>, at: usize) {
        self.set(at, false, |machine| machine.state = RunMachineState::Running);
    }

    pub(super) fn put_out(self: &Arc<Self>, at: usize, error: bool, bytes: &[u8]) {
        self.change(false, |live| {
            live.info.revision += 1;
            let room = live.room;
            if let Some(machine) = live.machines.get_mut(at) {
                let kept = Arc::make_mut(&mut machine.output).push(error, bytes, room);
                live.room = room.saturating_sub(kept);
            }
        });
    }

    pub(super) fn ended(self: &Arc<Self>, at: usize, state: RunMachineState) {
        let now = self.clock.now();
        let grouping = self.live().info.grouping;
        let keys = self.keys(at, &state, grouping);
        self.change(false, |live| {
            live.info.revision += 1;
            if let Some(machine) = live.machines.get_mut(at) {
                machine.state = state;
                machine.ended = Some(now);
                // It may have been changed while this was worked out; then it is worked out again there.
                if let Some((content, key)) = keys {
                    machine.key = Some(key);
                    let length = machine.output.len();
                    let known =
                        live.known.entry(content).or_insert_with(|| Arc::clone(&machine.output));
                    if !Arc::ptr_eq(known, &machine.output) && **known == *machine.output {
                        machine.output = Arc::clone(known);
                        live.room += length;
                    }
                }
            }
            if live.machines.iter().all(|machine| over(&machine.state)) {
                live.ended = Some(now);
                if live.info.state == RunState::Running {
                    live.info.state = RunState::Done;
                }
            }
        });
        // The lock is let go of first: grouping takes it, too.
        let wanted = self.live().info.grouping;
        if wanted != grouping {
            self.regroup(wanted);
        }
    }

    /// Groups by another rule.
    pub(super) fn regroup(self: &Arc<Self>, grouping: RunGrouping) {
        self.change(false, |live| {
            live.info.grouping = grouping;
            live.info.revision += 1;
        });
        let states: Vec<RunMachineState> =
            self.live().machines.iter().map(|machine| machine.state.clone()).collect();
        let keys: Vec<Option<Key>> = states
            .iter()
            .enumerate()
            .map(|(at, state)| self.keys(at, state, grouping).map(|(_, key)| key))
            .collect();
        self.change(true, |live| {
            live.info.revision += 1;
            for (machine, key) in live.machines.iter_mut().zip(keys) {
                // One that ended meanwhile has its key already.
                machine.key = key.or(machine.key);
            }
        });
    }

    /// Names what a machine that ended put out: as it is, and by the rule. Not under the lock: it may be much.
    fn keys(
        &self,
        at: usize,
        state: &RunMachineState,
        grouping: RunGrouping,
    ) -> Option<(Key, Key)> {
        let RunMachineState::Ended { code, signal } = state else { return None };
        let ended = format!("{code:?} {signal:?}");
        let work = self.spec.work.get(at)?;
        let output = self.output(at)?;
        let own = own(work);
        let content = output.key("", RunGrouping::default(), &own);
        Some((content, output.key(&ended, grouping, &own)))
    }

    /// Puts machines back to the beginning, and says which those are. Without names, those that did not end with 0.
    pub(super) fn again(self: &Arc<Self>, named: Option<&[NodeId]>) -> Vec<usize> {
        let now = self.clock.now();
        self.change(true, |live| {
            let renewed = live.cancel.is_cancelled().then(CancellationToken::new);
            let was_over = live.ended.is_some();
            if let Some(cancel) = renewed {
                live.cancel = cancel;
            }
            let mut chosen = Vec::new();
            for (at, (machine, work)) in live.machines.iter_mut().zip(&self.spec.work).enumerate() {
                let wanted = match named {
                    Some(ids) => ids.contains(work.machine.get()),
                    None => !matches!(
                        machine.state,
                        RunMachineState::Ended { code: Some(0) | None, signal: None }
                    ),
                };
                if !wanted || !over(&machine.state) {
                    continue;
                }
                chosen.push(at);
                machine.state = RunMachineState::Waiting;
                machine.cancel = live.cancel.child_token();
                machine.output = Arc::default();
                (machine.key, machine.began, machine.ended) = (None, None, None);
            }
            if !chosen.is_empty() {
                live.info.revision += 1;
                live.info.state = RunState::Running;
                live.ended = None;
                if was_over {
                    live.began = now;
                    live.info.began = self.clock.wall();
                }
                let mut kept: Vec<&Arc<Output>> =
                    live.machines.iter().map(|machine| &machine.output).collect();
                kept.sort_by_key(|output| Arc::as_ptr(output));
                kept.dedup_by_key(|output| Arc::as_ptr(output));
                live.room = MOST_KEPT.saturating_sub(kept.iter().map(|output| output.len()).sum());
                live.known.clear();
            }
            chosen
        })
    }

    fn set(self: &Arc<Self>, at: usize, at_once: bool, set: impl FnOnce(&mut Machine)) {
        self.change(at_once, |live| {
            live.info.revision += 1;
            if let Some(machine) = live.machines.get_mut(at) {
                set(machine);
            }
        });
    }
}

/// A machine's own name and address.
pub(super) fn own(work: &Work) -> Own<'_> {
    Own { name: &work.name, address: &work.address }
}

impl Tells for Run {
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
            core.emit(AppEvent::Run { run: Box::new(live.snapshot(self.clock.now())) });
        }
    }
}

impl Live {
    fn snapshot(&self, now: Duration) -> RunInfo {
        let mut counts =
            RunCounts { machines: number(self.machines.len()), ..RunCounts::default() };
        let mut keys: Vec<Key> = Vec::new();
        for machine in &self.machines {
            *counter(&mut counts, &machine.state) += 1;
            keys.extend(machine.key);
        }
        keys.sort_unstable();
        keys.dedup();
        let ms = millis(self.ended.unwrap_or(now).saturating_sub(self.began));
        RunInfo { counts, groups: number(keys.len()), ms, ..self.info.clone() }
    }

    /// The largest first, and among those of one size the one whose first machine comes first.
    fn groups(&self) -> Vec<RunGroup> {
        let mut by_key: HashMap<Key, Vec<usize>> = HashMap::new();
        for (at, machine) in self.machines.iter().enumerate() {
            if let Some(key) = machine.key {
                by_key.entry(key).or_default().push(at);
            }
        }
        let mut groups: Vec<Vec<usize>> = by_key.into_values().collect();
        groups.sort_by_key(|group| (std::cmp::Reverse(group.len()), group.first().copied()));
        let alone = groups.len() == 1;
        let shown = |(place, group): (usize, Vec<usize>)| {
            let first = group.first().and_then(|at| self.machines.get(*at));
            RunGroup {
                lines: number(first.map_or(0, |machine| machine.output.count())),
                usual: place == 0 && (alone || group.len() > 1),
                machines: group.into_iter().map(number).collect(),
            }
        };
        groups.into_iter().enumerate().map(shown).collect()
    }
}

impl Machine {
    fn shown(&self, work: &Work, now: Duration) -> RunMachine {
        let took = self.began.map(|began| self.ended.unwrap_or(now).saturating_sub(began));
        RunMachine {
            id: *work.machine.get(),
            name: work.name.clone(),
            state: self.state.clone(),
            ms: took.map(millis),
            bytes: u32::try_from(self.output.total).unwrap_or(u32::MAX),
            cut: self.output.cut,
        }
    }
}

fn counter<'a>(counts: &'a mut RunCounts, state: &RunMachineState) -> &'a mut u32 {
    use RunMachineState::{
        Attention, Cancelled, Connecting, Ended, Failed, Running, TimedOut, Waiting,
    };
    match state {
        Waiting => &mut counts.waiting,
        Connecting | Running => &mut counts.running,
        // A server that does not say counts as success, as it does for ssh(1).
        Ended { code: Some(0) | None, signal: None } => &mut counts.ok,
        Ended { .. } => &mut counts.nonzero,
        Failed { .. } | TimedOut => &mut counts.failed,
        Attention { .. } => &mut counts.attention,
        Cancelled => &mut counts.cancelled,
    }
}

const fn over(state: &RunMachineState) -> bool {
    use RunMachineState::{Connecting, Running, Waiting};
    !matches!(state, Waiting | Connecting | Running)
}

fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
