//! Results as a file.

use super::run::Run;
use patchbay_model::{RunDetail, RunExport, RunMachine, RunMachineState};
use serde_json::json;
use std::fmt::Write as _;

/// The content of the file.
pub(super) fn written(run: &Run, form: RunExport) -> String {
    let detail = run.detail();
    match form {
        RunExport::Text => text(run, &detail),
        RunExport::Csv => csv(run, &detail),
        RunExport::Json => json(run, &detail),
    }
}

fn text(run: &Run, detail: &RunDetail) -> String {
    let mut out = format!("$ {}\n", detail.info.command);
    let names = |places: &[u32]| -> String {
        let names = places.iter().filter_map(|at| detail.machines.get(*at as usize));
        names.map(|machine| machine.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    for group in &detail.groups {
        let Some(at) = group.machines.first().map(|at| *at as usize) else { continue };
        let Some(machine) = detail.machines.get(at) else { continue };
        let count = group.machines.len();
        let plural = if count == 1 { "" } else { "s" };
        // Writing to a string cannot fail.
        let _done = write!(
            out,
            "\n== {count} machine{plural}, {}: {}\n",
            ended(&machine.state),
            names(&group.machines)
        );
        for line in run.output(at).map(|output| output.lines()).unwrap_or_default() {
            out.push_str(&line.text);
            out.push('\n');
        }
        if machine.cut {
            out.push_str("[more was not kept]\n");
        }
    }
    for machine in &detail.machines {
        if !matches!(machine.state, RunMachineState::Ended { .. }) {
            let _done = write!(out, "\n== {}: {}\n", machine.name, ended(&machine.state));
        }
    }
    out
}

fn csv(run: &Run, detail: &RunDetail) -> String {
    let mut out = String::from("machine,address,result,seconds,stdout,stderr\r\n");
    for (at, (machine, work)) in detail.machines.iter().zip(&run.spec.work).enumerate() {
        let output = run.output(at).unwrap_or_default();
        let stream = |error| String::from_utf8_lossy(&output.stream(error)).into_owned();
        let fields = [
            machine.name.clone(),
            work.address.clone(),
            ended(&machine.state),
            seconds(machine).map(|seconds| seconds.to_string()).unwrap_or_default(),
            stream(false),
            stream(true),
        ];
        out.push_str(&fields.map(|field| format!("\"{}\"", field.replace('"', "\"\""))).join(","));
        out.push_str("\r\n");
    }
    out
}

fn json(run: &Run, detail: &RunDetail) -> String {
    let machine = |(at, (machine, work)): (usize, (&RunMachine, &super::run::Work))| {
        let output = run.output(at).unwrap_or_default();
        let stream = |error| String::from_utf8_lossy(&output.stream(error)).into_owned();
        json!({
            "machine": machine.name,
            "address": work.address,
            "id": machine.id,
            "state": machine.state,
            "seconds": seconds(machine),
            "stdout": stream(false),
            "stderr": stream(true),
            "cut": machine.cut,
        })
    };
    let machines = detail.machines.iter().zip(&run.spec.work).enumerate().map(machine);
    let whole = json!({
        "command": detail.info.command,
        "began": detail.info.began,
        "machines": machines.collect::<Vec<_>>(),
    });
    format!("{whole:#}\n")
}

/// How it ended, in a few words.
fn ended(state: &RunMachineState) -> String {
    use RunMachineState::{
        Attention, Cancelled, Connecting, Ended, Failed, Running, TimedOut, Waiting,
    };
    match state {
        Waiting => "waiting".to_owned(),
        Connecting => "connecting".to_owned(),
        Running => "running".to_owned(),
        Ended { signal: Some(signal), .. } => format!("signal {signal}"),
        Ended { code: Some(code), .. } => format!("exit {code}"),
        Ended { code: None, signal: None } => "ended".to_owned(),
        Failed { error } | Attention { error, .. } => error.message.clone(),
        TimedOut => "took too long".to_owned(),
        Cancelled => "stopped".to_owned(),
    }
}

fn seconds(machine: &RunMachine) -> Option<f64> {
    machine.ms.map(|ms| f64::from(ms) / 1000.0)
}
