//! Comparing what was copied with where it came from, by SHA-256 of both sides. A machine that has a command for it tells
//! that of a longer file itself.
//!
//! Deliberately absent: times and permissions, and what is at the goal beside what was copied.

use super::{
    copy::Copy, disk::Disk, job::Stand, names, problem, task::Outcome, transfer::size, walk::Found,
};
use crate::CoreError;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use patchbay_model::{ApiError, ErrorCode, FileKind};
use sha2::{Digest as _, Sha256};

/// Files that are compared at once.
const AT_ONCE: usize = 16;
/// From so many bytes on, a machine's command answers sooner than they come.
const WORTH_A_COMMAND: u64 = 1024 * 1024;

/// Compares every file that the copy has put in its place.
pub(super) async fn run(copy: &Copy) -> Outcome {
    let Some(plan) = copy.job.plan() else {
        return Err(CoreError::invalid(
            "id",
            "What this task copied is not known any more.",
            "Copy it again: what is the same is left as it is.",
        ));
    };
    let files: Vec<_> = plan
        .files()
        .filter(|at| copy.job.stand(*at) == Stand::Done)
        .filter_map(|at| Some((at, plan.all.get(at)?)))
        .filter(|(_, found)| found.node.kind == FileKind::File)
        .collect();
    copy.task.counts_anew();
    copy.task.counted(files.len(), files.iter().map(|(_, found)| 2 * size(found)).sum());
    let mut comparing = FuturesUnordered::new();
    for (at, found) in files {
        if comparing.len() >= AT_ONCE {
            comparing.next().await.transpose()?;
        }
        let there = copy.job.landed(at).unwrap_or_else(|| copy.place(found, &plan.top));
        comparing.push(one(copy, found, there));
    }
    while let Some(done) = comparing.next().await {
        done?;
    }
    Ok(())
}

async fn one(copy: &Copy, found: &Found, there: Vec<u8>) -> Outcome {
    let _room = copy.job.room(size(found)).await;
    copy.task.at(names::text(&there));
    let same = match compare(copy, found, &there).await {
        Ok(same) => same,
        Err(error) => return copy.task.problem(error, 0),
    };
    if same {
        copy.task.finished_one();
        return Ok(());
    }
    let path = problem::short(&there);
    let api = ApiError::new(ErrorCode::Storage, format!("{path} differs from where it came from."))
        .next("One of them was changed since, or is damaged: copy it again.");
    copy.task.problem(CoreError::Api(Box::new(api)), 0)
}

async fn compare(copy: &Copy, found: &Found, there: &[u8]) -> Result<bool, CoreError> {
    let size = found.node.size;
    let ((from, from_shell), (to, to_shell)) = tokio::try_join!(
        hash(copy, &copy.from, &found.path, size),
        hash(copy, &copy.to, there, size),
    )?;
    if from == to || !(from_shell || to_shell) {
        return Ok(from == to);
    }
    // A shell may stand in another place than the SFTP server: before anybody is told, the bytes are read.
    let (from, to) = tokio::try_join!(
        digest(&copy.from, &found.path, size, |_| ()),
        digest(&copy.to, there, size, |_| ()),
    )?;
    Ok(from == to)
}

/// The hash of a file, and whether the machine's shell has told it.
async fn hash(
    copy: &Copy,
    disk: &Disk,
    path: &[u8],
    size: u64,
) -> Result<([u8; 32], bool), CoreError> {
    if let (Disk::Machine(machine), true) = (disk, size >= WORTH_A_COMMAND)
        && let Some(hash) = machine.shell_hash(path).await?
    {
        copy.task.moved(usize::try_from(size).unwrap_or(usize::MAX));
        return Ok((hash, true));
    }
    Ok((digest(disk, path, size, |bytes| copy.task.moved(bytes)).await?, false))
}

/// The SHA-256 of a file, which was `size` bytes long when it was looked at last; tells how much it has read each time.
pub(super) async fn digest(
    disk: &Disk,
    path: &[u8],
    size: u64,
    told: impl Fn(usize),
) -> Result<[u8; 32], CoreError> {
    let mut source = disk.read(path, 0, size).await?;
    let mut hash = Sha256::new();
    while let Some(bytes) = source.next().await? {
        hash.update(&bytes);
        told(bytes.len());
    }
    Ok(hash.finalize().into())
}
