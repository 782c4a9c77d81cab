//! Memory of a process with all its children, in MiB: the proportional share (PSS), so that shared pages count once.

use std::{collections::HashMap, fs};

/// The sum over a process and everything it started.
pub(crate) fn of_tree(root: u32) -> f64 {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    for process in processes.filter_map(|item| item.file_name().to_str()?.parse::<u32>().ok()) {
        if let Some(parent) = parent_of(process) {
            children.entry(parent).or_default().push(process);
        }
    }
    let (mut sum, mut waiting) = (0.0, vec![root]);
    while let Some(process) = waiting.pop() {
        sum += of_process(process).unwrap_or(0.0);
        waiting.extend(children.remove(&process).unwrap_or_default());
    }
    sum
}

/// The field after the command's closing parenthesis and the state, proc(5).
fn parent_of(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Of this process alone.
pub(crate) fn of_process(process: u32) -> Option<f64> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}
