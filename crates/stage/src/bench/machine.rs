//! Looking at processes of this computer.

use crate::{Error, world::World};
use std::{collections::HashMap, fs, time::Duration};

/// Lets a program that was just started or filled finish what it does in the background. Not a condition that can be waited for:
/// memory after start-up has no event of its own, so both sides get the same time.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_secs(2)).await;
}

/// The app that runs on this world.
pub(crate) fn app_process(world: &World) -> Option<u32> {
    let mark = format!("PATCHBAY_DATA_DIR={}", world.home().join("data").display());
    let processes = fs::read_dir("/proc")
        .ok()?
        .flatten()
        .filter_map(|item| item.file_name().to_str()?.parse::<u32>().ok());
    processes.into_iter().find(|process| {
        let is_app = fs::read_to_string(format!("/proc/{process}/comm"))
            .is_ok_and(|name| name.trim() == "patchbay");
        let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        is_app && environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    })
}

/// Seconds of the processors that the threads of a process have had so far, to the nanosecond: the first number of their
/// `schedstat` (sched-stats of the kernel's documentation).
pub(crate) fn processor_seconds(process: u32) -> Result<f64, Error> {
    let mut sum = 0.0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))?.flatten() {
        // One that has ended meanwhile has none.
        let stat = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        sum += stat.split_whitespace().next().map_or(Ok(0.0), str::parse::<f64>)?;
    }
    Ok(sum / 1e9)
}

/// A process and all that descend from it.
pub(crate) fn tree(root: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    for process in processes.filter_map(|item| item.file_name().to_str()?.parse::<u32>().ok()) {
        if let Some(parent) = parent_of(process) {
            children.entry(parent).or_default().push(process);
        }
    }
    let (mut found, mut waiting) = (vec![], vec![root]);
    while let Some(process) = waiting.pop() {
        found.push(process);
        waiting.extend(children.remove(&process).unwrap_or_default());
    }
    found
}

/// The field after the command's closing parenthesis and the state, proc(5).
fn parent_of(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}
