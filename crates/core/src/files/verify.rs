//! Comparing what was copied with where it came from, by SHA-256 of both sides.
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
    let hashes = tokio::try_join!(
        hash(copy, &copy.from, &found.path, found.node.size),
        hash(copy, &copy.to, &there, found.node.size),
    );
    let same = match hashes {
        Ok((from, to)) => from == to,
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

async fn hash(copy: &Copy, disk: &Disk, path: &[u8], size: u64) -> Result<[u8; 32], CoreError> {
    digest(disk, path, size, |bytes| copy.task.moved(bytes)).await
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
