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
    all(task, disk, &files).await?;
    // Inner ones first; those of the same depth are not inside each other.
    folders.sort_by_key(|found| std::cmp::Reverse(found.below.len()));
    for level in folders.chunk_by(|a, b| a.below.len() == b.below.len()) {
        all(task, disk, level).await?;
    }
    Ok(())
}

async fn all(task: &Arc<Task>, disk: &Disk, some: &[Found]) -> Outcome {
    let mut deleting = FuturesUnordered::new();
    for found in some {
        if deleting.len() >= disk.at_once() {
            deleting.next().await.transpose()?;
        }
        deleting.push(one(task, disk, found));
    }
    while let Some(done) = deleting.next().await {
        done?;
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
