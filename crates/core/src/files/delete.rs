//! Deleting files and folders with everything inside. Links are taken away, never followed.

use super::{
    disk::Disk,
    names,
    task::{Outcome, Task},
    walk::{Found, Step, Walk, is_folder, named},
};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use std::sync::Arc;

/// Deletes what the task names.
pub(super) async fn run(task: &Arc<Task>, disk: &Disk) -> Outcome {
    let start = named(disk, &task.spec.paths, false).await?;
    let mut walk = Walk::new(disk, &start);
    let (mut folders, mut files): (Vec<_>, Vec<_>) = start.into_iter().partition(is_folder);
    task.counted(folders.len() + files.len(), 0);
    while let Some(step) = walk.next().await? {
        match step {
            Step::Inside(found) => {
                task.counted(found.len(), 0);
                let (inner, rest): (Vec<_>, Vec<_>) = found.into_iter().partition(is_folder);
                folders.extend(inner);
                files.extend(rest);
            }
            Step::Failed(error) => task.problem(error, 0)?,
        }
    }
    let mut deleting = FuturesUnordered::new();
    for found in &files {
        if deleting.len() >= disk.at_once() {
            deleting.next().await.transpose()?;
        }
        deleting.push(one(task, disk, found));
    }
    while let Some(done) = deleting.next().await {
        done?;
    }
    // Inner ones first; a walk finds them after the outer ones.
    folders.sort_by_key(|found| std::cmp::Reverse(found.below.len()));
    for found in &folders {
        one(task, disk, found).await?;
    }
    Ok(())
}

async fn one(task: &Arc<Task>, disk: &Disk, found: &Found) -> Outcome {
    task.at(names::text(&found.path));
    let gone = if is_folder(found) {
        disk.remove_folder(&found.path).await
    } else {
        disk.remove_file(&found.path).await
    };
    match gone {
        Ok(()) => {
            task.finished_one();
            Ok(())
        }
        Err(error) => task.problem(error, 0),
    }
}
