//! Copying files and folders from a disk to a disk.
//!
//! What there is to do is a [`Job`], which is kept while a task is paused or its connection is lost: going on takes up
//! what is not done. Links inside folders are copied as links, after everything else: nothing is ever written through
//! one that came with the copy. Deliberately absent: how a single file is copied (`transfer.rs`).

use super::{
    disk::{Disk, Node, Placed},
    job::{Job, Known, Plan, Stand},
    names, problem,
    task::{Outcome, Task},
    transfer::size,
    walk::{Found, Step, Walk, is_folder, named},
};
use crate::CoreError;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use patchbay_model::FileKind;
use std::{collections::HashMap, sync::Arc};

/// Files on their way at once: small ones cost round trips, not bytes.
const AT_ONCE: usize = 64;
/// From so many files in a folder on it is listed, instead of asking about each.
const WORTH_A_LISTING: usize = 8;

/// A copy under way.
pub(super) struct Copy {
    pub(super) task: Arc<Task>,
    pub(super) job: Arc<Job>,
    pub(super) from: Disk,
    pub(super) to: Disk,
    pub(super) folder: Vec<u8>,
    /// Both are disks of the same machine.
    pub(super) same: bool,
}

impl Copy {
    /// Copies everything that is not done yet.
    pub(super) async fn run(&self) -> Outcome {
        let plan = self.plan().await?;
        self.task.begins(&self.job, &plan);
        self.folders(&plan).await?;
        self.know(&plan).await?;
        for some in [plan.files(), plan.links()] {
            let mut copying = FuturesUnordered::new();
            for at in some {
                if self.job.stand(at) != Stand::Open {
                    continue;
                }
                let Some(found) = plan.all.get(at) else { continue };
                if copying.len() >= AT_ONCE {
                    copying.next().await.transpose()?;
                }
                copying.push(self.one(at, found, &plan.top));
            }
            while let Some(done) = copying.next().await {
                done?;
            }
        }
        // Last: a folder nobody may write to could not have been filled, and filling it changes its time.
        for at in plan.folders().rev() {
            if let (Some(found), true) = (plan.all.get(at), self.job.was_made(at)) {
                self.to.dress(&self.place(found, &plan.top), found.node.looks()).await?;
            }
        }
        if self.task.spec.moves { self.take_away(&plan).await } else { Ok(()) }
    }

    /// Everything there is to copy; found once.
    async fn plan(&self) -> Result<Arc<Plan>, CoreError> {
        if let Some(plan) = self.job.plan() {
            return Ok(plan);
        }
        self.task.counts_anew();
        let top = self.to.absolute(Some(&self.folder)).await?;
        let start = named(&self.from, &self.task.spec.paths, !self.task.spec.moves).await?;
        self.refuse_circle(&start, &top).await?;
        let start = self.move_within(start, &top).await?;
        let mut all = Vec::new();
        let mut walk = Walk::new(&self.from, &start);
        self.take(start, &mut all)?;
        while let Some(step) = walk.next().await? {
            match step {
                Step::Inside(found) => self.take(found, &mut all)?,
                Step::Failed(error) => self.task.problem(error, 0)?,
            }
        }
        Ok(self.job.planned(Plan::new(all, top)))
    }

    /// Moves what is on the same disk by giving it another path; gives what has to be copied.
    async fn move_within(&self, start: Vec<Found>, top: &[u8]) -> Result<Vec<Found>, CoreError> {
        if !(self.task.spec.moves && self.same) {
            return Ok(start);
        }
        let mut rest = Vec::new();
        for found in start {
            match self.to.place(&found.path, &self.place(&found, top), false).await {
                Ok(Placed::Yes) => {
                    self.task.counted(1, 0);
                    self.job.moved_one();
                }
                Err(error) if problem::is_lost(&error) => return Err(error),
                // Something is there already, or it is another disk.
                Ok(Placed::Taken) | Err(_) => rest.push(found),
            }
        }
        Ok(rest)
    }

    async fn refuse_circle(&self, start: &[Found], folder: &[u8]) -> Outcome {
        if !self.same {
            return Ok(());
        }
        for found in start {
            if !is_folder(found) {
                continue;
            }
            let path = self.from.absolute(Some(&found.path)).await?;
            if folder
                .strip_prefix(path.as_slice())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
            {
                return Err(CoreError::invalid(
                    "folder",
                    format!("{} cannot be copied into itself.", problem::short(&path)),
                    "Choose another folder.",
                ));
            }
        }
        Ok(())
    }

    /// Takes what can be copied into the plan.
    fn take(&self, found: Vec<Found>, plan: &mut Vec<Found>) -> Outcome {
        for found in found {
            let size = size(&found);
            self.task.counted(1, size);
            let here = matches!(self.to, Disk::Here(_));
            if here && !self.names(&found).all(names::is_plain) {
                let error = CoreError::invalid(
                    "paths",
                    format!(
                        "{} cannot be a name on this computer.",
                        problem::short(&found.node.name)
                    ),
                    "Rename it first.",
                );
                self.task.problem(error, size)?;
            } else if found.node.kind == FileKind::Other {
                let error = CoreError::invalid(
                    "paths",
                    format!("{} is a device, a socket or a pipe.", problem::short(&found.path)),
                    "Only files, folders and links are copied.",
                );
                self.task.problem(error, size)?;
            } else {
                plan.push(found);
            }
        }
        Ok(())
    }

    /// Makes the folders, outer ones first and those of the same depth at once.
    async fn folders(&self, plan: &Plan) -> Outcome {
        let mut at = plan.folders().peekable();
        while let Some(first) = at.peek().copied() {
            let depth = plan.depth(first);
            let mut making = FuturesUnordered::new();
            while let Some(next) = at.next_if(|next| plan.depth(*next) == depth) {
                if self.job.stand(next) != Stand::Open {
                    continue;
                }
                let Some(found) = plan.all.get(next) else { continue };
                if making.len() >= self.to.at_once() {
                    making.next().await.transpose()?;
                }
                making.push(self.make_folder(next, found, &plan.top));
            }
            while let Some(made) = making.next().await {
                made?;
            }
        }
        Ok(())
    }

    async fn make_folder(&self, at: usize, found: &Found, top: &[u8]) -> Outcome {
        let path = self.place(found, top);
        self.task.at(names::text(&found.path));
        let there = match self.job.known(self.above(&path)) {
            Known::Empty => Ok(None),
            _ => self.to.look_at_link(&path).await,
        };
        let made = match there {
            Ok(None) => self.to.make_folder(&path).await.map(|()| true),
            // A link to a folder was put there by whoever owns the place.
            Ok(Some(node)) if node.kind == FileKind::Link => match self.to.look(&path).await {
                Ok(end) if end.kind == FileKind::Folder => Ok(false),
                _ => Err(problem::exists(&path)),
            },
            Ok(Some(node)) if node.kind == FileKind::Folder => Ok(false),
            Ok(Some(_)) => Err(problem::exists(&path)),
            Err(error) => Err(error),
        };
        match made {
            Ok(new) => {
                if new {
                    self.job.made(at, path);
                }
                self.job.stands(at, Stand::Done);
                self.task.finished_one();
                Ok(())
            }
            Err(error) => self.failed(at, error, 0),
        }
    }

    /// Looks what is in the folders that were there before.
    async fn know(&self, plan: &Plan) -> Outcome {
        let mut counts: HashMap<Vec<u8>, usize> = HashMap::new();
        for at in plan.files().chain(plan.links()) {
            if let (Some(found), Stand::Open) = (plan.all.get(at), self.job.stand(at)) {
                let path = self.place(found, &plan.top);
                *counts.entry(self.above(&path).to_vec()).or_default() += 1;
            }
        }
        for (folder, count) in counts {
            if count < WORTH_A_LISTING || matches!(self.job.known(&folder), Known::Empty) {
                continue;
            }
            // What cannot be listed may be written to all the same.
            if let Ok(content) = self.to.list(&folder).await {
                let nodes: HashMap<Vec<u8>, Node> =
                    content.nodes.into_iter().map(|node| (node.name.clone(), node)).collect();
                self.job.knows(folder, Known::Holds(Arc::new(nodes)));
            }
        }
        Ok(())
    }

    /// Copies a file or link.
    async fn one(&self, at: usize, found: &Found, top: &[u8]) -> Outcome {
        let _room = self.job.room(size(found)).await;
        self.task.at(names::text(&found.path));
        match self.put(found, self.place(found, top)).await {
            Ok(Some(landed)) => {
                if landed != self.place(found, top) {
                    self.job.lands(at, landed);
                }
                self.job.stands(at, Stand::Done);
                self.task.finished_one();
                Ok(())
            }
            Ok(None) => {
                self.job.stands(at, Stand::Skipped);
                self.task.left_out(size(found));
                Ok(())
            }
            Err(error) => self.failed(at, error, size(found)),
        }
    }

    fn failed(&self, at: usize, error: CoreError, bytes: u64) -> Outcome {
        self.task.problem(error, bytes)?;
        self.job.stands(at, Stand::Failed);
        Ok(())
    }

    /// Takes away what was copied, where it came from: of a move across disks. A folder stays if something is left in it.
    async fn take_away(&self, plan: &Plan) -> Outcome {
        let mut deleting = FuturesUnordered::new();
        for at in plan.files().chain(plan.links()) {
            if let (Some(found), Stand::Done) = (plan.all.get(at), self.job.stand(at)) {
                if deleting.len() >= self.from.at_once() {
                    deleting.next().await.transpose()?;
                }
                deleting.push(async move {
                    match self.from.remove_file(&found.path).await {
                        Ok(()) => Ok(()),
                        Err(error) => self.task.problem(error, 0),
                    }
                });
            }
        }
        while let Some(done) = deleting.next().await {
            done?;
        }
        for at in plan.folders().rev() {
            if let (Some(found), Stand::Done) = (plan.all.get(at), self.job.stand(at)) {
                // It stays if it is not empty: something was left out, or is new.
                let _stays = self.from.remove_folder(&found.path).await;
            }
        }
        Ok(())
    }

    /// Takes away what is not whole, after it was stopped.
    pub(super) async fn tidy(&self) {
        for part in self.job.take_parts() {
            // The connection may be what failed.
            let _left = self.to.remove_file(&part.path).await;
        }
    }

    pub(super) fn place(&self, found: &Found, top: &[u8]) -> Vec<u8> {
        self.names(found).fold(top.to_vec(), |path, name| self.to.join(&path, name))
    }

    /// The names that lead to it from the folder things are copied to.
    fn names<'a>(&'a self, found: &'a Found) -> impl Iterator<Item = &'a [u8]> {
        let first = self.task.spec.name.as_deref().or(found.below.first().map(Vec::as_slice));
        first.into_iter().chain(found.below.iter().skip(1).map(Vec::as_slice))
    }

    pub(super) fn above<'a>(&self, path: &'a [u8]) -> &'a [u8] {
        self.to.split(path).map_or(b"", |(folder, _)| folder)
    }
}
