//! Runs: one command or snippet on many machines at once, and what came of it.
//!
//! Each machine has a connection of its own and signs in as it always does; what would be asked on the way is not
//! answered, and the machine says so. Runs live as long as the process. Deliberately absent: a terminal for the commands
//! (they get none, and no input), and keeping results over a restart.

mod diff;
mod export;
mod nobody;
mod output;
mod run;
mod targets;
#[cfg(all(test, unix))]
mod tests;
mod work;

pub use output::plain_lines;
pub use work::{RunPiece, Watcher};

use crate::{
    Authorized, Core, CoreError, WholeVault,
    snippets::{Facts, needs_machine},
    sync,
};
pub(crate) use nobody::Nobody;
use patchbay_model::{
    AppEvent, NodeId, RunCommand, RunDetail, RunDiff, RunExport, RunGrouping, RunId, RunInfo,
    RunOptions, RunOutput, RunTarget,
};
use run::{Command, Run, Spec, Work, own};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

/// Machines of one run.
const MOST_MACHINES: usize = 5_000;
/// Runs that are kept to be looked at.
const MOST_RUNS: usize = 20;
/// Longer commands are files.
const LONGEST_COMMAND: usize = 64 * 1024;
/// Lines of an output that are shown.
const MOST_LINES: usize = 20_000;

/// What the services keep about runs between calls.
#[derive(Default)]
pub(crate) struct RunsState(Mutex<BTreeMap<RunId, Arc<Run>>>);

impl std::fmt::Debug for RunsState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunsState")
            .field("runs", &sync::lock(&self.0).len())
            .finish_non_exhaustive()
    }
}

impl Drop for RunsState {
    fn drop(&mut self) {
        for run in sync::lock(&self.0).values() {
            run.abandon();
        }
    }
}

/// Commands on many machines.
#[derive(Clone, Copy, Debug)]
pub struct Runs<'a>(pub(crate) &'a Core);

impl Runs<'_> {
    /// The machines that targets stand for, in the order of the tree.
    pub fn targets(
        &self,
        _vault: &Authorized<WholeVault>,
        targets: &[RunTarget],
    ) -> Result<Vec<NodeId>, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        Ok(targets::machines(&sync::read(unlocked.forest()), targets))
    }

    /// Runs a command; connecting and running go on by themselves. `watcher` gets what the machines put out.
    pub async fn start(
        &self,
        machines: &Authorized<Vec<NodeId>>,
        command: RunCommand,
        options: RunOptions,
        grouping: RunGrouping,
        watcher: Option<Watcher>,
    ) -> Result<RunInfo, CoreError> {
        check(machines, options)?;
        let spec = self.spec(machines, command, options).await?;
        self.begin(spec, grouping, watcher)
    }

    /// The last runs on machines of this vault, latest first.
    pub fn list(&self, _vault: &Authorized<WholeVault>) -> Result<Vec<RunInfo>, CoreError> {
        let vault = self.0.vault().path();
        let all = sync::lock(&self.0.runs.0);
        Ok(all.values().rev().filter(|run| run.spec.vault == vault).map(|run| run.info()).collect())
    }

    /// One run with its machines.
    pub fn detail(
        &self,
        _vault: &Authorized<WholeVault>,
        id: RunId,
    ) -> Result<RunDetail, CoreError> {
        Ok(self.get(id)?.detail())
    }

    /// The state of a run, for front ends of this process.
    pub fn info(&self, id: RunId) -> Result<RunInfo, CoreError> {
        Ok(self.get(id)?.info())
    }

    /// What a machine has put out so far.
    pub fn output(
        &self,
        _vault: &Authorized<WholeVault>,
        id: RunId,
        machine: NodeId,
    ) -> Result<RunOutput, CoreError> {
        let run = self.get(id)?;
        let output = run.output(place(&run, machine)?).unwrap_or_default();
        let mut lines = output.lines();
        let cut = output.cut || lines.len() > MOST_LINES;
        lines.truncate(MOST_LINES);
        Ok(RunOutput { lines, cut })
    }

    /// How the output of two machines differs, by the rule the run is grouped by.
    pub async fn diff(
        &self,
        _vault: &Authorized<WholeVault>,
        id: RunId,
        left: NodeId,
        right: NodeId,
    ) -> Result<RunDiff, CoreError> {
        let run = self.get(id)?;
        let (left, right) = (place(&run, left)?, place(&run, right)?);
        let compare = move || {
            let grouping = run.info().grouping;
            let side = |at: usize| {
                let output = run.output(at).unwrap_or_default();
                let lines = run.spec.work.get(at).map(|work| output.compared(grouping, &own(work)));
                (lines.unwrap_or_default(), output.cut)
            };
            let ((left, cut), (right, too)) = (side(left), side(right));
            let diff = diff::diff(&left, &right);
            RunDiff { cut: diff.cut || cut || too, ..diff }
        };
        blocking(compare).await
    }

    /// Groups the machines of a run by another rule.
    pub async fn group(
        &self,
        _vault: &Authorized<WholeVault>,
        id: RunId,
        grouping: RunGrouping,
    ) -> Result<(), CoreError> {
        let run = self.get(id)?;
        blocking(move || run.regroup(grouping)).await
    }

    /// The machines of a run.
    pub fn machines(&self, id: RunId) -> Result<Vec<NodeId>, CoreError> {
        Ok(self.get(id)?.spec.work.iter().map(|work| *work.machine.get()).collect())
    }

    /// Does it once more on these machines; without any named, on all that did not end with 0. Those that still run are
    /// left alone.
    pub fn retry(
        &self,
        machines: &Authorized<Vec<NodeId>>,
        id: RunId,
        named: bool,
    ) -> Result<RunInfo, CoreError> {
        let run = self.get(id)?;
        for at in run.again(named.then_some(machines.get())) {
            work::start(&run, at, None);
        }
        Ok(run.info())
    }

    /// Does all of it once more, as a run of its own, on these of its machines.
    pub fn again(
        &self,
        machines: &Authorized<Vec<NodeId>>,
        id: RunId,
    ) -> Result<RunInfo, CoreError> {
        let run = self.get(id)?;
        let mut spec = run.spec.clone();
        spec.work.retain(|work| machines.get().contains(work.machine.get()));
        if spec.work.is_empty() {
            return Err(no_machines());
        }
        self.begin(spec, run.info().grouping, None)
    }

    /// Stops a run, or one machine of it.
    pub fn cancel(&self, id: RunId, machine: Option<NodeId>) -> Result<(), CoreError> {
        let run = self.get(id)?;
        let at = machine.map(|machine| place(&run, machine)).transpose()?;
        run.cancel(at);
        Ok(())
    }

    /// Stops all runs.
    pub(crate) fn cancel_all(&self) {
        let all: Vec<Arc<Run>> = sync::lock(&self.0.runs.0).values().cloned().collect();
        for run in all {
            run.cancel(None);
        }
    }

    /// Forgets a run; what still runs is stopped.
    pub fn forget(&self, id: RunId) -> Result<(), CoreError> {
        let run = sync::lock(&self.0.runs.0).remove(&id).ok_or(CoreError::NotFound("run"))?;
        run.abandon();
        self.0.emit(AppEvent::RunGone { id });
        Ok(())
    }

    /// The results as text of a form.
    pub fn written(
        &self,
        _vault: &Authorized<WholeVault>,
        id: RunId,
        form: RunExport,
    ) -> Result<String, CoreError> {
        Ok(export::written(&*self.get(id)?, form))
    }

    /// Writes the results to a file that only the person can read, over what is there.
    pub async fn export(
        &self,
        _vault: &Authorized<WholeVault>,
        id: RunId,
        form: RunExport,
        path: PathBuf,
    ) -> Result<(), CoreError> {
        let run = self.get(id)?;
        blocking(move || write_private(&path, &export::written(&run, form))).await?
    }
}

impl Runs<'_> {
    fn get(&self, id: RunId) -> Result<Arc<Run>, CoreError> {
        sync::lock(&self.0.runs.0).get(&id).cloned().ok_or(CoreError::NotFound("run"))
    }

    async fn spec(
        &self,
        machines: &Authorized<Vec<NodeId>>,
        command: RunCommand,
        options: RunOptions,
    ) -> Result<Spec, CoreError> {
        let mut work = Vec::with_capacity(machines.get().len());
        let (title, shown);
        match command {
            RunCommand::Text { text } => {
                let text = text.trim().to_owned();
                check_command(&text)?;
                for machine in machines.each() {
                    work.push(self.work(machine, Command::Plain(text.clone()))?);
                }
                (title, shown) = (first_line(&text), text);
            }
            RunCommand::Snippet { id, values } => {
                let snippets = self.0.snippets();
                let draft = snippets.get(id).await?.draft;
                let asks = needs_machine(&draft.body);
                let filled = |facts: Option<&Facts>| snippets.filled(&draft, &values, facts);
                for machine in machines.each() {
                    let facts = if asks { Some(snippets.facts(&machine)?) } else { None };
                    let filled = filled(facts.as_ref())?;
                    let command = if filled.secret {
                        Command::Script(filled.text)
                    } else {
                        Command::Plain(filled.text.expose_secret().clone())
                    };
                    work.push(self.work(machine, command)?);
                }
                shown = filled(None)?.shown;
                title = draft.name;
            }
        }
        Ok(Spec { title, shown, options, work, vault: self.0.vault().path() })
    }

    fn work(&self, machine: Authorized<NodeId>, command: Command) -> Result<Work, CoreError> {
        let draft = self.0.tree().entry(&machine)?.draft;
        Ok(Work { machine, name: draft.name, address: draft.address, command })
    }

    fn begin(
        &self,
        spec: Spec,
        grouping: RunGrouping,
        watcher: Option<Watcher>,
    ) -> Result<RunInfo, CoreError> {
        let run = Run::new(self.0, spec, grouping);
        let mut all = sync::lock(&self.0.runs.0);
        let mut gone = None;
        if all.len() >= MOST_RUNS {
            // The oldest that is over makes room.
            gone = all.iter().find(|(_, run)| run.over()).map(|(id, _)| *id);
            let Some(id) = gone else {
                let message = format!("{MOST_RUNS} runs are still under way.");
                return Err(CoreError::invalid("targets", message, "Wait for some of them."));
            };
            all.remove(&id);
        }
        all.insert(run.id, Arc::clone(&run));
        drop(all);
        if let Some(id) = gone {
            self.0.emit(AppEvent::RunGone { id });
        }
        self.0.emit(AppEvent::Run { run: Box::new(run.info()) });
        for at in 0..run.spec.work.len() {
            work::start(&run, at, watcher.clone());
        }
        Ok(run.info())
    }
}

fn check(machines: &Authorized<Vec<NodeId>>, options: RunOptions) -> Result<(), CoreError> {
    if machines.get().is_empty() {
        return Err(no_machines());
    }
    if machines.get().len() > MOST_MACHINES {
        let message = format!("These are more than {MOST_MACHINES} machines.");
        return Err(CoreError::invalid("targets", message, "Run it on a part of them at a time."));
    }
    if !(1..=64).contains(&options.concurrency) {
        return Err(CoreError::invalid(
            "concurrency",
            "From 1 to 64 machines can run at a time.",
            "Choose another number.",
        ));
    }
    if options.time_limit > 24 * 60 * 60 {
        return Err(CoreError::invalid(
            "timeLimit",
            "A machine may be given a day at most.",
            "Choose a shorter time, or 0 for no limit.",
        ));
    }
    Ok(())
}

fn check_command(text: &str) -> Result<(), CoreError> {
    let (message, next) = if text.is_empty() {
        ("There is no command.", "Type what to run.")
    } else if text.len() > LONGEST_COMMAND {
        ("The command is longer than 64 KiB.", "Copy it to the machines as a file and run that.")
    } else if text.contains('\0') {
        ("The command holds a null character.", "Take it out.")
    } else {
        return Ok(());
    };
    Err(CoreError::invalid("command", message, next))
}

fn no_machines() -> CoreError {
    CoreError::invalid("targets", "No machine is chosen.", "Choose a folder, a tag or machines.")
}

fn place(run: &Run, machine: NodeId) -> Result<usize, CoreError> {
    run.place(machine).ok_or(CoreError::NotFound("machine of this run"))
}

fn first_line(text: &str) -> String {
    crate::tree::shown(text.lines().next().unwrap_or_default())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, CoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|stopped| CoreError::Internal(stopped.to_string()))
}

/// Writes a file that only the person can read, over what is there.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), CoreError> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|source| CoreError::File {
        action: "Writing",
        path: path.to_path_buf(),
        source,
    })
}
