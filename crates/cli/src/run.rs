//! A command on many machines at once.
//!
//! Nobody is asked anything on the way: a machine whose host key is not on record, or that wants a password, is one that
//! failed.

use crate::{
    app::App,
    args::Run,
    on,
    report::{FAILED, Failure, NO_CONNECTION, print, say},
};
use patchbay_core::{
    Right,
    runs::{RunPiece, Runs},
};
use patchbay_model::{
    ApiError, NodeId, RunCommand, RunExport, RunGrouping, RunId, RunMachine, RunMachineState,
    RunOptions, RunState, TreeRows,
};
use std::{collections::HashMap, io::Write};
use tokio::sync::mpsc;

/// The command ended with another status than 0 on some machine.
const NONZERO: u8 = 3;
/// Stopped by Ctrl-C, as shells say it.
const INTERRUPTED: u8 = 130;
/// A longer line is printed in pieces.
const LONGEST_LINE: usize = 64 * 1024;
/// Pieces of output on their way to the screen.
const PIECES: usize = 64;

/// `run --on WHERE -- CMD…`
pub(crate) async fn run(app: &App, args: &Run) -> Result<u8, Failure> {
    let rows: TreeRows = app.ask("tree_load", &serde_json::json!({})).await?;
    let targets = args.on.iter().map(|wanted| on::target(&rows, wanted));
    let targets = targets.collect::<Result<Vec<_>, ApiError>>()?;
    let runs = app.ctx.core.runs();
    let ids = runs.targets(&app.ctx.authorize_vault(Right::View)?, &targets)?;
    let machines = app.ctx.authorize_all(&ids, Right::Use)?;
    let command = RunCommand::Text { text: args.command.join(" ") };
    let options = RunOptions { concurrency: args.concurrency, time_limit: args.timeout };
    let (watcher, pieces) = mpsc::channel(PIECES);
    let streams = !args.group && !app.options.json;
    let watcher = streams.then_some(watcher);
    let run = runs.start(&machines, command, options, RunGrouping::default(), watcher).await?;
    let working = async {
        if streams {
            pass(&names(app, run.id)?, pieces).await;
        }
        done(app, run.id).await
    };
    let interrupted = tokio::select! {
        worked = working => { worked?; false }
        _ = tokio::signal::ctrl_c() => {
            runs.cancel(run.id, None)?;
            done(app, run.id).await?;
            true
        }
    };
    finish(app, runs, run.id, args, interrupted)
}

/// Waits until every machine is done.
async fn done(app: &App, id: RunId) -> Result<(), Failure> {
    let mut events = app.ctx.core.events();
    loop {
        let info = app.ctx.core.runs().info(id)?;
        let left = info.counts.waiting + info.counts.running;
        if info.state != RunState::Running && left == 0 {
            return Ok(());
        }
        // One that was missed is as good as one that was heard.
        let _changed = events.recv().await;
    }
}

fn names(app: &App, id: RunId) -> Result<HashMap<NodeId, String>, Failure> {
    let vault = app.ctx.authorize_vault(Right::View)?;
    let machines = app.ctx.core.runs().detail(&vault, id)?.machines;
    let width = machines.iter().map(|machine| machine.name.chars().count()).max().unwrap_or(0);
    Ok(machines
        .into_iter()
        .map(|machine| (machine.id, format!("{:width$}", machine.name)))
        .collect())
}

/// Prints lines as they come, each behind the name of its machine.
async fn pass(names: &HashMap<NodeId, String>, mut pieces: mpsc::Receiver<RunPiece>) {
    let mut begun: HashMap<(NodeId, bool), Vec<u8>> = HashMap::new();
    while let Some(RunPiece { machine, error, bytes }) = pieces.recv().await {
        let name = names.get(&machine).map(String::as_str).unwrap_or_default();
        let line = begun.entry((machine, error)).or_default();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            line.extend_from_slice(part);
            if line.ends_with(b"\n") || line.len() >= LONGEST_LINE {
                put(name, error, line);
                line.clear();
            }
        }
    }
    let mut left: Vec<_> = begun.into_iter().filter(|(_, line)| !line.is_empty()).collect();
    left.sort_by_key(|(of, _)| *of);
    for ((machine, error), line) in left {
        put(names.get(&machine).map(String::as_str).unwrap_or_default(), error, &line);
    }
}

fn put(name: &str, error: bool, line: &[u8]) {
    let mut out = format!("{name} | ").into_bytes();
    out.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
    out.push(b'\n');
    // A reader that has gone, as `head` goes, is no error.
    let _nobody_reads =
        if error { std::io::stderr().write_all(&out) } else { std::io::stdout().write_all(&out) };
}

fn finish(
    app: &App,
    runs: Runs<'_>,
    id: RunId,
    args: &Run,
    interrupted: bool,
) -> Result<u8, Failure> {
    let vault = app.ctx.authorize_vault(Right::View)?;
    if app.options.json || args.group {
        let form = if app.options.json { RunExport::Json } else { RunExport::Text };
        print(&runs.written(&vault, id, form)?);
    }
    let detail = runs.detail(&vault, id)?;
    if !app.options.json {
        for machine in &detail.machines {
            if let Some(why) = why(machine) {
                say(&format!("patchbay-cli: {}: {why}", machine.name));
            }
        }
    }
    let counts = detail.info.counts;
    Ok(if interrupted {
        INTERRUPTED
    } else if counts.failed + counts.attention > 0 {
        NO_CONNECTION
    } else if counts.nonzero > 0 {
        NONZERO
    } else if counts.ok == counts.machines {
        0
    } else {
        FAILED
    })
}

/// Why a machine did not end with 0; nothing if it did.
fn why(machine: &RunMachine) -> Option<String> {
    use RunMachineState::{
        Attention, Cancelled, Connecting, Ended, Failed, Running, TimedOut, Waiting,
    };
    match &machine.state {
        Ended { signal: Some(signal), .. } => Some(format!("ended by the signal {signal}")),
        Ended { code: Some(0) | None, .. } => None,
        Ended { code: Some(code), .. } => Some(format!("exit {code}")),
        Failed { error } | Attention { error, .. } => Some(error.to_string()),
        TimedOut => Some("took too long".to_owned()),
        Cancelled | Waiting | Connecting | Running => Some("stopped".to_owned()),
    }
}
