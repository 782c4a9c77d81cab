//! Copying files and folders from a disk to a disk.
//!
//! A file is written under another name beside its place and takes it when it is whole, so that nobody ever finds half of
//! one. Links inside folders are copied as links, after everything else: nothing is ever written through one that came
//! with the copy. Deliberately absent: going on with half a file.

use super::{
    disk::Disk,
    entry, names, problem,
    task::{Outcome, Task},
    walk::{Found, Step, Walk, is_folder, named},
};
use crate::{CoreError, sync::lock};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use patchbay_model::{Conflict, FileKind, TaskConflict};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

/// Files on their way at once: small ones cost round trips, not bytes.
const AT_ONCE: usize = 16;
/// Names tried for one that is to be kept beside another.
const MOST_NAMES: u32 = 1000;

/// A copy under way.
pub(super) struct Copy {
    pub(super) task: Arc<Task>,
    pub(super) from: Disk,
    pub(super) to: Disk,
    pub(super) folder: Vec<u8>,
    /// Files that are not whole yet.
    pub(super) parts: Mutex<HashSet<Vec<u8>>>,
}

impl Copy {
    /// Copies everything.
    pub(super) async fn run(&self) -> Outcome {
        let folder = self.to.absolute(Some(&self.folder)).await?;
        let start = named(&self.from, &self.task.spec.paths, true).await?;
        self.refuse_circle(&start, &folder).await?;
        let plan = self.plan(start).await?;
        let (folders, rest): (Vec<_>, Vec<_>) = plan.into_iter().partition(is_folder);
        let (links, files): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|found| found.node.kind == FileKind::Link);
        let made = self.folders(&folders, &folder).await?;
        for some in [files, links] {
            let mut copying = FuturesUnordered::new();
            for found in &some {
                if copying.len() >= AT_ONCE {
                    copying.next().await.transpose()?;
                }
                copying.push(self.one(found, &folder));
            }
            while let Some(done) = copying.next().await {
                done?;
            }
        }
        // Last: a folder nobody may write to could not have been filled, and filling it changes its time.
        for (found, path) in made.iter().rev() {
            self.to.dress(path, found.node.looks()).await?;
        }
        Ok(())
    }

    /// Takes away what is not whole, after it was stopped.
    pub(super) async fn tidy(&self) {
        let parts: Vec<_> = lock(&self.parts).drain().collect();
        for part in parts {
            // The connection may be what failed.
            let _left = self.to.remove_file(&part).await;
        }
    }

    async fn refuse_circle(&self, start: &[Found], folder: &[u8]) -> Outcome {
        let spec = &self.task.spec;
        if spec.to.as_ref().is_none_or(|(place, _)| *place != spec.from) {
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

    /// Everything there is to copy, folders before what is in them.
    async fn plan(&self, start: Vec<Found>) -> Result<Vec<Found>, CoreError> {
        let mut plan = Vec::new();
        let mut walk = Walk::new(&self.from, &start);
        self.take(start, &mut plan)?;
        while let Some(step) = walk.next().await? {
            match step {
                Step::Inside(found) => self.take(found, &mut plan)?,
                Step::Failed(error) => self.task.problem(error, 0)?,
            }
        }
        Ok(plan)
    }

    /// Takes what can be copied into the plan.
    fn take(&self, found: Vec<Found>, plan: &mut Vec<Found>) -> Outcome {
        for found in found {
            let size = size(&found);
            self.task.counted(1, size);
            let here = matches!(self.to, Disk::Here(_));
            if here && !found.below.iter().all(|name| names::is_plain(name)) {
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

    /// Makes the folders; gives those that are new.
    async fn folders<'a>(
        &self,
        folders: &'a [Found],
        top: &[u8],
    ) -> Result<Vec<(&'a Found, Vec<u8>)>, CoreError> {
        let mut made = Vec::new();
        for found in folders {
            let path = self.place(found, top);
            self.task.at(names::text(&found.path));
            let there = self.to.look_at_link(&path).await?;
            let result = match there {
                None => self.to.make_folder(&path).await.map(|()| made.push((found, path))),
                // A link to a folder was put there by whoever owns the place.
                Some(node) if node.kind == FileKind::Link => match self.to.look(&path).await {
                    Ok(end) if end.kind == FileKind::Folder => Ok(()),
                    _ => Err(problem::exists(&path)),
                },
                Some(node) if node.kind == FileKind::Folder => Ok(()),
                Some(_) => Err(problem::exists(&path)),
            };
            match result {
                Ok(()) => self.task.finished_one(),
                Err(error) => self.task.problem(error, 0)?,
            }
        }
        Ok(made)
    }

    /// Copies a file or link.
    async fn one(&self, found: &Found, top: &[u8]) -> Outcome {
        self.task.at(names::text(&found.path));
        match self.put(found, self.place(found, top)).await {
            Ok(true) => {
                self.task.finished_one();
                Ok(())
            }
            Ok(false) => {
                self.task.left_out(size(found));
                Ok(())
            }
            Err(error) => self.task.problem(error, size(found)),
        }
    }

    /// Whether it was copied; otherwise it was left out on purpose.
    async fn put(&self, found: &Found, mut path: Vec<u8>) -> Result<bool, CoreError> {
        let mut replaces = false;
        if let Some(there) = self.to.look_at_link(&path).await? {
            let conflict = TaskConflict {
                path: names::text(&path),
                there: entry::plain(&there),
                coming: entry::plain(&found.node),
            };
            match self.task.decide(conflict).await {
                Conflict::Newer if found.node.modified <= there.modified => return Ok(false),
                Conflict::Skip | Conflict::Ask => return Ok(false),
                Conflict::KeepBoth => path = self.free_name(&path).await?,
                Conflict::Overwrite | Conflict::Newer if there.kind == FileKind::Folder => {
                    return Err(problem::exists(&path));
                }
                Conflict::Overwrite | Conflict::Newer => replaces = true,
            }
        }
        let part = self.part(&path);
        lock(&self.parts).insert(part.clone());
        let done = self.fill(found, &part, &path, replaces).await;
        if done.is_err() {
            let _gone = self.to.remove_file(&part).await;
        }
        lock(&self.parts).remove(&part);
        done.map(|()| true)
    }

    /// Writes `part` and puts it in its place.
    async fn fill(&self, found: &Found, part: &[u8], path: &[u8], replaces: bool) -> Outcome {
        if found.node.kind == FileKind::Link {
            let leads_to = self.from.leads_to(&found.path).await?;
            self.to.make_link(part, &leads_to).await?;
        } else {
            let mut source = self.from.read(&found.path, found.node.size).await?;
            let mut sink = self.to.create(part).await?;
            while let Some(bytes) = source.next().await? {
                let count = bytes.len();
                sink.write(bytes).await?;
                self.task.moved(count);
            }
            sink.finish(found.node.looks()).await?;
        }
        if replaces { self.to.replace(part, path).await } else { self.to.rename(part, path).await }
    }

    fn place(&self, found: &Found, top: &[u8]) -> Vec<u8> {
        found.below.iter().fold(top.to_vec(), |path, name| self.to.join(&path, name))
    }

    /// Beside the file, hidden, and of this task alone.
    fn part(&self, path: &[u8]) -> Vec<u8> {
        let (folder, name) = self.to.split(path).unwrap_or((b"", path));
        let mut part = b".".to_vec();
        // File systems take 255 bytes.
        part.extend_from_slice(name.get(..name.len().min(180)).unwrap_or_default());
        part.extend_from_slice(format!(".part-{}", self.task.id).as_bytes());
        self.to.join(folder, &part)
    }

    async fn free_name(&self, path: &[u8]) -> Result<Vec<u8>, CoreError> {
        let (folder, name) = self.to.split(path).unwrap_or((b"", path));
        let dot = name.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0);
        let (stem, ending) = name.split_at(dot.unwrap_or(name.len()));
        for number in 2..MOST_NAMES {
            let name = [stem, format!(" ({number})").as_bytes(), ending].concat();
            let path = self.to.join(folder, &name);
            if self.to.look_at_link(&path).await?.is_none()
                && !lock(&self.parts).contains(&self.part(&path))
            {
                return Ok(path);
            }
        }
        Err(problem::exists(path))
    }
}

const fn size(found: &Found) -> u64 {
    match found.node.kind {
        FileKind::File => found.node.size,
        _ => 0,
    }
}
