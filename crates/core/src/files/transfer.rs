//! Copying one file: what to do about one that is there already, and going on with half of one.
//!
//! A file is written under another name beside its place and takes it when it is whole, so that nobody ever finds half
//! of one. The name is always the same for a task, so that what is there already can be gone on with. That is done only
//! if the source has the same size and time as when it was begun, what is there is still an ordinary file, and its last
//! [`OVERLAP`] bytes are those of the source: both are read and compared. Otherwise it begins again. Deliberately
//! absent: comparing all of it, which costs as much as beginning again; that is what verifying is for.

use super::{
    copy::Copy,
    disk::{Disk, Node, Part, Placed, SMALL},
    entry,
    job::{Known, Stamp},
    machine::Machine,
    names, problem,
    shell::Copied,
    verify::digest,
    walk::Found,
};
use crate::CoreError;
use bytes::{Bytes, BytesMut};
use patchbay_model::{Conflict, FileKind, TaskConflict};
use sha2::{Digest as _, Sha256};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// So much of what is there already is compared before it is gone on with.
const OVERLAP: u64 = 256 * 1024;
/// After a restart nobody knows what of the last bytes was written: as many as may have been on their way.
const UNSURE: u64 = 16 * 1024 * 1024;
/// Names tried for one that is to be kept beside another.
const MOST_NAMES: u32 = 1000;
/// How often something else may take the place of a file before that is an error.
const MOST_TIMES: usize = 8;

/// What is to be done with a file.
enum Way {
    /// It is to be put there.
    Put { path: Vec<u8>, replaces: bool },
    /// It is left out.
    Leave,
    /// It is there.
    Same(Vec<u8>),
}

impl Copy {
    /// Where it was copied to; nothing if it was left out on purpose.
    pub(super) async fn put(
        &self,
        found: &Found,
        path: Vec<u8>,
    ) -> Result<Option<Vec<u8>>, CoreError> {
        let mut there = match self.job.known(self.above(&path)) {
            Known::Empty => None,
            Known::Holds(nodes) => nodes.get(name_in(&self.to, &path)).cloned(),
            Known::Nothing => self.to.look_at_link(&path).await?,
        };
        for _ in 0..MOST_TIMES {
            let way = match there {
                None => Way::Put { path: path.clone(), replaces: false },
                Some(node) => self.decide(found, &path, &node).await?,
            };
            let (goal, replaces) = match way {
                Way::Leave => return Ok(None),
                Way::Same(path) => {
                    self.task.was_there(size(found));
                    return Ok(Some(path));
                }
                Way::Put { path, replaces } => (path, replaces),
            };
            let part = self.part(&goal, &found.path);
            let done = self.bring(found, &part, &goal, replaces).await;
            if let Err(error) = &done
                && !problem::is_lost(error)
            {
                let _gone = self.to.remove_file(&part).await;
                self.job.forget_part(&part);
            }
            if done? == Placed::Yes {
                self.job.forget_part(&part);
                return Ok(Some(goal));
            }
            // It was not there a moment ago.
            there = self.to.look_at_link(&path).await?;
        }
        Err(problem::exists(&path))
    }

    /// What to do about something that is there already.
    async fn decide(&self, found: &Found, path: &[u8], there: &Node) -> Result<Way, CoreError> {
        if self.is_done(found, path, there).await? {
            return Ok(Way::Same(path.to_vec()));
        }
        let conflict = TaskConflict {
            path: names::text(path),
            there: entry::plain(there),
            coming: entry::plain(&found.node),
        };
        Ok(match self.task.decide(conflict).await {
            Conflict::Newer if found.node.modified <= there.modified => Way::Leave,
            Conflict::Skip | Conflict::Ask => Way::Leave,
            Conflict::KeepBoth => self.free_name(found, path).await?,
            Conflict::Overwrite | Conflict::Newer if there.kind == FileKind::Folder => {
                return Err(problem::exists(path));
            }
            Conflict::Overwrite | Conflict::Newer => {
                Way::Put { path: path.to_vec(), replaces: true }
            }
        })
    }

    /// Whether a task that is done again has put it there before: it has the same size and time, as a copy has. Before
    /// a move takes the source away, both are also compared.
    async fn is_done(&self, found: &Found, path: &[u8], there: &Node) -> Result<bool, CoreError> {
        let looks_done = self.job.careful
            && there.kind == FileKind::File
            && found.node.kind == FileKind::File
            && there.modified.is_some()
            && Stamp::of(there) == Stamp::of(&found.node);
        if !looks_done || !self.task.spec.moves {
            return Ok(looks_done);
        }
        let (from, to) = tokio::try_join!(
            digest(&self.from, &found.path, found.node.size, |_| ()),
            digest(&self.to, path, there.size, |_| ()),
        )?;
        Ok(from == to)
    }

    async fn free_name(&self, found: &Found, path: &[u8]) -> Result<Way, CoreError> {
        let (folder, name) = self.to.split(path).unwrap_or((b"", path));
        let dot = name.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0);
        let (stem, ending) = name.split_at(dot.unwrap_or(name.len()));
        for number in 2..MOST_NAMES {
            let name = [stem, format!(" ({number})").as_bytes(), ending].concat();
            let path = self.to.join(folder, &name);
            match self.to.look_at_link(&path).await? {
                None => return Ok(Way::Put { path, replaces: false }),
                Some(node) if self.is_done(found, &path, &node).await? => {
                    return Ok(Way::Same(path));
                }
                Some(_) => {}
            }
        }
        Err(problem::exists(path))
    }

    /// Writes a part and puts it in its place.
    async fn bring(
        &self,
        found: &Found,
        part: &[u8],
        goal: &[u8],
        replaces: bool,
    ) -> Result<Placed, CoreError> {
        let node = &found.node;
        if node.kind == FileKind::Link {
            let leads_to = self.from.leads_to(&found.path).await?;
            self.job.begins(part.to_vec(), Stamp::of(node));
            if self.to.look_at_link(part).await?.is_some() {
                self.to.remove_file(part).await?;
            }
            self.to.make_link(part, &leads_to).await?;
        } else if !self.bring_small(found, part).await? {
            self.bring_long(found, part).await?;
        }
        self.to.place(part, goal, replaces).await
    }

    /// Says whether it was small enough.
    async fn bring_small(&self, found: &Found, part: &[u8]) -> Result<bool, CoreError> {
        if found.node.size > SMALL || self.job.has_part(part) {
            return Ok(false);
        }
        let Some(bytes) = self.from.read_small(&found.path, found.node.size).await? else {
            return Ok(false);
        };
        self.job.begins(part.to_vec(), Stamp::of(&found.node));
        let count = bytes.len();
        self.to.write_small(part, bytes, found.node.looks()).await?;
        self.task.moved(count);
        Ok(true)
    }

    async fn bring_long(&self, found: &Found, path: &[u8]) -> Result<(), CoreError> {
        let (node, mut from) = self.go_on_at(found, path).await?;
        let part = self.job.begins(path.to_vec(), Stamp::of(&node));
        self.task.part_begun(Stamp::of(&node)).await;
        if let (true, Disk::Machine(machine)) = (self.same, &self.from) {
            if machine.copies_data() {
                self.task.was_there(from);
                let told = |bytes| self.task.moved(bytes);
                return machine.copy_data(&found.path, &part, from, &node, told).await;
            }
            if machine.shell_copies().await {
                if self.by_shell(machine, found, &part, &node).await? == Copied::Whole {
                    return Ok(());
                }
                from = 0;
            }
        }
        self.task.was_there(from);
        let mut source = self.from.read(&found.path, from, node.size).await?;
        let mut sink = self.to.write(&part, from, node.size).await?;
        let mut length = from;
        while let Some(bytes) = source.next().await? {
            let count = bytes.len();
            sink.write(bytes).await?;
            length += count as u64;
            self.task.moved(count);
        }
        sink.finish(length, node.looks()).await
    }

    /// From the beginning: a shell does not go on with half a file.
    async fn by_shell(
        &self,
        machine: &Machine,
        found: &Found,
        part: &Part,
        node: &Node,
    ) -> Result<Copied, CoreError> {
        let told = AtomicU64::new(0);
        let tell = |bytes| {
            told.fetch_add(bytes as u64, Ordering::Relaxed);
            self.task.moved(bytes);
        };
        let copied = machine.shell_copy(&found.path, part, node, tell).await;
        if !matches!(copied, Ok(Copied::Whole)) {
            self.task.was_in_vain(told.into_inner());
        }
        copied
    }

    /// What the source is now, and from where on it is to be copied.
    async fn go_on_at(&self, found: &Found, path: &[u8]) -> Result<(Node, u64), CoreError> {
        let Some((part, begun)) = self.job.part(path) else {
            return Ok((found.node.clone(), 0));
        };
        let now = self.from.look(&found.path).await?;
        let at = match Stamp::of(&now) == begun {
            true => self.sure_of(&part).await?.min(now.size),
            false => 0,
        };
        if at == 0 {
            return Ok((now, 0));
        }
        let begin = at.saturating_sub(OVERLAP);
        let (mine, theirs) = tokio::try_join!(
            read_range(&self.from, &found.path, begin, at),
            read_range(&self.to, path, begin, at),
        )?;
        let same = mine == theirs && mine.len() as u64 == at - begin;
        if !same {
            tracing::info!("half a file is not what its source begins with: it begins again");
        }
        Ok((now, if same { at } else { 0 }))
    }

    /// Up to where a part is surely written.
    async fn sure_of(&self, part: &Part) -> Result<u64, CoreError> {
        // Whoever wrote to it before may still be at it.
        drop(part.turn.acquire().await);
        let there = self.to.look_at_link(&part.path).await?;
        let Some(there) = there.filter(|node| node.kind == FileKind::File) else { return Ok(0) };
        Ok(match part.reached.load(Ordering::Relaxed) {
            u64::MAX => there.size.saturating_sub(UNSURE),
            reached => reached.min(there.size),
        })
    }

    /// Beside the file, hidden, and of this task and source alone, the same each time.
    fn part(&self, path: &[u8], source: &[u8]) -> Vec<u8> {
        let (folder, name) = self.to.split(path).unwrap_or((b"", path));
        let [a, b, c, d] = Sha256::digest(source).first_chunk().copied().unwrap_or_default();
        let of = u32::from_be_bytes([a, b, c, d]);
        let mark = format!("{}-{of:08x}", self.task.id);
        self.to.join(folder, &names::part(name, &mark))
    }
}

async fn read_range(disk: &Disk, path: &[u8], begin: u64, end: u64) -> Result<Bytes, CoreError> {
    let wanted = usize::try_from(end - begin).unwrap_or(usize::MAX);
    let mut source = disk.read(path, begin, end).await?;
    let mut read = BytesMut::new();
    while read.len() < wanted
        && let Some(bytes) = source.next().await?
    {
        read.extend_from_slice(&bytes);
    }
    read.truncate(wanted);
    Ok(read.freeze())
}

fn name_in<'a>(disk: &Disk, path: &'a [u8]) -> &'a [u8] {
    disk.split(path).map_or(path, |(_, name)| name)
}

pub(super) const fn size(found: &Found) -> u64 {
    match found.node.kind {
        FileKind::File => found.node.size,
        _ => 0,
    }
}

impl Part {
    /// One that an earlier run of the app began.
    pub(super) fn left(path: Vec<u8>) -> Arc<Self> {
        let part = Self::new(path);
        part.reached.store(u64::MAX, Ordering::Relaxed);
        Arc::new(part)
    }
}
