//! Memory of a process with all its children, in MiB: the proportional share (PSS), so that shared pages count once.

use super::machine;
use std::fs;

/// The sum over a process and everything it started.
pub(crate) fn of_tree(root: u32) -> f64 {
    machine::tree(root).into_iter().filter_map(of_process).sum()
}

/// Of this process alone.
pub(crate) fn of_process(process: u32) -> Option<f64> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find(|line| line.starts_with("Pss:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}
