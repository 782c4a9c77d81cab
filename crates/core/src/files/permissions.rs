//! Setting permissions of folders and everything inside. Links are left alone: theirs mean nothing.

use super::{
    disk::Disk,
    names,
    task::{Outcome, Task},
    walk::{Found, Step, Walk, is_folder, named},
};
use crate::CoreError;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use patchbay_model::FileKind;
use std::sync::Arc;

/// Who owns a folder and has these may look into it.
const ENTER: u16 = 0o500;
const RUN: u16 = 0o111;

/// Sets what the task says.
pub(super) async fn run(task: &Arc<Task>, disk: &Disk, mode: u16) -> Outcome {
    let start = named(disk, &task.spec.paths, false).await?;
    let mut walk = Walk::new(disk, &start);
    task.counted(start.len(), 0);
    // What opens folders is done on the way in, and what closes them on the way out.
    let opens = mode & ENTER == ENTER;
    let mut later = Vec::new();
    let mut now = start;
    loop {
        if opens {
            all(task, disk, &now, mode).await?;
        } else {
            later.append(&mut now);
        }
        now = match walk.next().await? {
            None => break,
            Some(Step::Inside(found)) => {
                task.counted(found.len(), 0);
                found
            }
            Some(Step::Failed(error)) => {
                task.problem(error, 0)?;
                Vec::new()
            }
        };
    }
    later.sort_by_key(|found: &Found| std::cmp::Reverse(found.below.len()));
    for level in later.chunk_by(|a, b| a.below.len() == b.below.len()) {
        all(task, disk, level, mode).await?;
    }
    Ok(())
}

async fn all(task: &Arc<Task>, disk: &Disk, some: &[Found], mode: u16) -> Outcome {
    let mut setting = FuturesUnordered::new();
    for found in some {
        if setting.len() >= disk.at_once() {
            setting.next().await.transpose()?;
        }
        setting.push(one(task, disk, found, mode));
    }
    while let Some(done) = setting.next().await {
        done?;
    }
    Ok(())
}

async fn one(task: &Arc<Task>, disk: &Disk, found: &Found, mode: u16) -> Outcome {
    task.at(names::text(&found.path));
    let done: Result<(), CoreError> = match found.node.kind {
        FileKind::Link => Ok(()),
        FileKind::Folder => disk.set_mode(&found.path, mode).await,
        FileKind::File | FileKind::Other => disk.set_mode(&found.path, of_file(found, mode)).await,
    };
    match done {
        Ok(()) => {
            task.finished_one();
            Ok(())
        }
        Err(error) => task.problem(error, 0),
    }
}

/// As `X` of chmod(1) means it: a file is run only if it was before. What was chosen by name gets what was said, and
/// nothing inside becomes somebody else's program.
fn of_file(found: &Found, mode: u16) -> u16 {
    let named = found.below.len() <= 1 && !is_folder(found);
    let runs = found.node.mode.is_some_and(|mode| mode & RUN != 0);
    match (named, runs) {
        (true, _) => mode,
        (false, true) => mode & 0o777,
        (false, false) => mode & 0o777 & !RUN,
    }
}
