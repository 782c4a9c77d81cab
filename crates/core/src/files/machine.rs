//! Files of a machine, over SFTP.

use super::{
    disk::{Content, Looks, Node, Part, Placed, SMALL, Sink, Source},
    lanes::Lanes,
    problem,
    shell::Shell,
};
use crate::{CoreError, sessions::Reached};
use bytes::Bytes;
use patchbay_model::FileKind;
use patchbay_sftp::{Attributes, Client, File, OpenOptions, Reader, SftpError, StatusCode, Writer};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};
use tokio::sync::OwnedSemaphorePermit;

/// Requests on their way for one file: with pieces of 64 KiB, 16 MiB, which is what a gigabit brings in an eighth of a
/// second.
const WINDOW: usize = 256;

/// The disks of a machine.
#[derive(Clone)]
pub(super) struct Machine {
    client: Client,
    /// What the machine is called.
    called: Arc<str>,
    pub(super) shell: Shell,
    lanes: Lanes,
}

/// A file being read.
pub(super) struct Reading {
    machine: Machine,
    path: Vec<u8>,
    reader: Reader,
    _file: File,
}

/// A file being written.
pub(super) struct Writing {
    machine: Machine,
    path: Vec<u8>,
    writer: Writer,
    file: File,
    went_on: bool,
    reached: Arc<AtomicU64>,
    _turn: OwnedSemaphorePermit,
}

/// Names of users and groups, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Owners {
    pub(super) users: HashMap<u32, String>,
    pub(super) groups: HashMap<u32, String>,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Machine").field(&self.called).finish()
    }
}

impl From<Reached> for Machine {
    fn from(reached: Reached) -> Self {
        let Reached { client, shell, called } = reached;
        let lanes = Lanes::new(shell.commands());
        Self { client, called, shell, lanes }
    }
}

impl Machine {
    pub(super) fn problem<'a>(
        &'a self,
        path: &'a [u8],
        doing: &'a str,
    ) -> impl Fn(SftpError) -> CoreError + 'a {
        move |error| problem::of_machine(&self.called, path, doing, &error)
    }

    pub(super) async fn absolute(&self, path: Option<&[u8]>) -> Result<Vec<u8>, CoreError> {
        let path = match path {
            None | Some(b"" | b"~" | b"~/") => b".".as_slice(),
            Some(path) => path.strip_prefix(b"~/").unwrap_or(path),
        };
        self.client.realpath(path).await.map_err(self.problem(path, "found"))
    }

    pub(super) async fn list(&self, path: &[u8]) -> Result<Content, CoreError> {
        let problem = self.problem(path, "listed");
        let mut folder = self.client.read_dir(path).await.map_err(&problem)?;
        let mut content = Content::default();
        while let Some(entries) = folder.next().await.map_err(&problem)? {
            let nodes = entries.into_iter().map(|entry| node(entry.name, &entry.attributes));
            content.nodes.extend(nodes);
        }
        content.refused = u32::try_from(folder.refused()).unwrap_or(u32::MAX);
        Ok(content)
    }

    pub(super) async fn look(&self, path: &[u8]) -> Result<Node, CoreError> {
        let found = self.client.stat(path).await.map_err(self.problem(path, "looked at"))?;
        Ok(node(name_of(path), &found))
    }

    pub(super) async fn look_at_link(&self, path: &[u8]) -> Result<Option<Node>, CoreError> {
        match self.client.lstat(path).await {
            Ok(found) => Ok(Some(node(name_of(path), &found))),
            Err(error) if error.is(StatusCode::NoSuchFile) => Ok(None),
            Err(error) => Err(self.problem(path, "looked at")(error)),
        }
    }

    pub(super) async fn leads_to(&self, path: &[u8]) -> Result<Vec<u8>, CoreError> {
        self.client.read_link(path).await.map_err(self.problem(path, "followed"))
    }

    pub(super) async fn make_folder(&self, path: &[u8]) -> Result<(), CoreError> {
        let made = self.client.make_dir(path, None).await;
        match made {
            // Version 3 has no code for it.
            Err(SftpError::Status { .. }) if self.look_at_link(path).await?.is_some() => {
                Err(problem::exists(path))
            }
            made => made.map_err(self.problem(path, "made")),
        }
    }

    pub(super) async fn make_link(&self, path: &[u8], to: &[u8]) -> Result<(), CoreError> {
        self.client.symlink(to, path).await.map_err(self.problem(path, "made"))
    }

    pub(super) async fn rename(&self, from: &[u8], to: &[u8]) -> Result<(), CoreError> {
        match self.client.rename(from, to).await {
            Err(SftpError::Status { .. }) if self.look_at_link(to).await?.is_some() => {
                Err(problem::exists(to))
            }
            renamed => renamed.map_err(self.problem(from, "renamed")),
        }
    }

    pub(super) async fn remove_file(&self, path: &[u8]) -> Result<(), CoreError> {
        self.client.remove_file(path).await.map_err(self.problem(path, "deleted"))
    }

    pub(super) async fn remove_folder(&self, path: &[u8]) -> Result<(), CoreError> {
        self.client.remove_dir(path).await.map_err(self.problem(path, "deleted"))
    }

    pub(super) async fn set_mode(&self, path: &[u8], mode: u16) -> Result<(), CoreError> {
        let wanted = Attributes { permissions: Some(u32::from(mode)), ..Attributes::default() };
        self.client.set_attributes(path, &wanted).await.map_err(self.problem(path, "changed"))
    }

    pub(super) async fn dress(&self, path: &[u8], looks: Looks) -> Result<(), CoreError> {
        match self.client.set_attributes(path, &attributes(looks)).await {
            // Some servers set nothing.
            Ok(()) | Err(SftpError::Status { .. }) => Ok(()),
            Err(error) => Err(self.problem(path, "changed")(error)),
        }
    }

    pub(super) async fn read(
        &self,
        path: &[u8],
        from: u64,
        size: u64,
    ) -> Result<Source, CoreError> {
        let problem = self.problem(path, "read");
        let file = self.client.open(path, OpenOptions::read()).await.map_err(&problem)?;
        let reader = file.reader(from, WINDOW).expecting(size.saturating_sub(from));
        let (machine, path) = (self.clone(), path.to_vec());
        Ok(Source::Machine(Reading { machine, path, reader, _file: file }))
    }

    pub(super) async fn read_small(
        &self,
        path: &[u8],
        size: u64,
    ) -> Result<Option<Bytes>, CoreError> {
        let problem = self.problem(path, "read");
        let file = self.client.open(path, OpenOptions::read()).await.map_err(&problem)?;
        let length = usize::try_from(size.min(SMALL)).unwrap_or_default();
        let whole = file.read_whole(length + 1).await.map_err(&problem)?;
        Ok(Some(whole).filter(|whole| whole.len() <= length))
    }

    pub(super) async fn write(&self, part: &Part, from: u64, size: u64) -> Result<Sink, CoreError> {
        let turn = Arc::clone(&part.turn).acquire_owned().await;
        let turn = turn.map_err(|_| CoreError::Internal("a file cannot be written".to_owned()))?;
        let asked = Instant::now();
        let file = match from {
            0 => self.create(&part.path).await?,
            _ => {
                let opened = self.client.open(&part.path, OpenOptions::write()).await;
                opened.map_err(self.problem(&part.path, "written"))?
            }
        };
        part.reached.store(from, Ordering::Relaxed);
        let mut writer = file.writer(from, WINDOW);
        if Lanes::help(size.saturating_sub(from), asked.elapsed()) {
            writer = writer.beside(self.lanes.open(&part.path).await);
        }
        let (machine, path) = (self.clone(), part.path.clone());
        let reached = Arc::clone(&part.reached);
        let went_on = from > 0;
        let writing = Writing { machine, path, writer, file, went_on, reached, _turn: turn };
        Ok(Sink::Machine(Box::new(writing)))
    }

    pub(super) async fn write_small(
        &self,
        part: &[u8],
        bytes: Bytes,
        looks: Looks,
    ) -> Result<(), CoreError> {
        let problem = self.problem(part, "written");
        let file = self.create(part).await?;
        let wrote = file.write_whole(bytes, &attributes(looks)).await.map_err(&problem)?;
        wrote.data.and(wrote.closed).map_err(&problem)?;
        match wrote.attributes {
            // Some servers set nothing.
            Ok(()) | Err(SftpError::Status { .. }) => Ok(()),
            Err(error) => Err(problem(error)),
        }
    }

    pub(super) async fn place(
        &self,
        part: &[u8],
        path: &[u8],
        replaces: bool,
    ) -> Result<Placed, CoreError> {
        let problem = self.problem(path, "put in place");
        if replaces {
            self.client.replace(part, path).await.map_err(problem)?;
            return Ok(Placed::Yes);
        }
        match self.client.rename(part, path).await {
            Ok(()) => Ok(Placed::Yes),
            // Version 3 has no code for it.
            Err(SftpError::Status { .. }) if self.look_at_link(path).await?.is_some() => {
                Ok(Placed::Taken)
            }
            Err(error) => Err(problem(error)),
        }
    }

    /// Whether the server copies from file to file by itself.
    pub(super) fn copies_data(&self) -> bool {
        self.client.extensions().copy_data
    }

    /// Has the server copy a file into a part from a place on, and tells how much it has copied each time.
    pub(super) async fn copy_data(
        &self,
        path: &[u8],
        part: &Part,
        from: u64,
        node: &Node,
        told: impl Fn(usize),
    ) -> Result<(), CoreError> {
        /// Bytes by each request, so that it is seen how it goes.
        const STEP: u64 = 8 * 1024 * 1024;
        let problem = self.problem(path, "copied");
        let source = self.client.open(path, OpenOptions::read()).await.map_err(&problem)?;
        let target = match from {
            0 => self.create(&part.path).await?,
            _ => self.client.open(&part.path, OpenOptions::write()).await.map_err(&problem)?,
        };
        let mut at = from;
        while at < node.size {
            let some = STEP.min(node.size - at);
            let copied = self.client.copy_data((&source, at), (&target, at), some).await;
            copied.map_err(&problem)?;
            at += some;
            part.reached.store(at, Ordering::Relaxed);
            told(usize::try_from(some).unwrap_or(usize::MAX));
        }
        // It stops where the source ends, and does not say so.
        if target.stat().await.map_err(&problem)?.size.is_some_and(|size| size < node.size) {
            return Err(problem::shorter(path));
        }
        match target.set_attributes(&attributes(node.looks())).await {
            // Some servers set nothing.
            Ok(()) | Err(SftpError::Status { .. }) => {}
            Err(error) => return Err(problem(error)),
        }
        target.close().await.map_err(&problem)
    }

    /// A new file that only its owner may read. What is at its path is taken away, be it a link that leads elsewhere.
    pub(super) async fn create(&self, path: &[u8]) -> Result<File, CoreError> {
        let problem = self.problem(path, "written");
        let new = OpenOptions::create_new().mode(0o600);
        match self.client.open(path, new).await {
            Err(SftpError::Status { .. }) if self.look_at_link(path).await?.is_some() => {
                self.client.remove_file(path).await.map_err(&problem)?;
                self.client.open(path, new).await.map_err(problem)
            }
            opened => opened.map_err(problem),
        }
    }

    pub(super) async fn free(&self, path: &[u8]) -> Result<Option<u64>, CoreError> {
        if !self.client.extensions().statvfs {
            return Ok(None);
        }
        // Some servers offer it and fail.
        let space = self.client.statvfs(path).await.ok();
        Ok(space.map(|space| space.available.saturating_mul(space.block_size)))
    }

    pub(super) async fn owners(&self, nodes: &[Node]) -> Owners {
        if !self.client.extensions().users_groups_by_id {
            return Owners::default();
        }
        let mut users: Vec<u32> = nodes.iter().filter_map(|node| Some(node.owner?.0)).collect();
        let mut groups: Vec<u32> = nodes.iter().filter_map(|node| Some(node.owner?.1)).collect();
        for ids in [&mut users, &mut groups] {
            ids.sort_unstable();
            ids.dedup();
            ids.truncate(256);
        }
        let Ok(called) = self.client.users_groups(&users, &groups).await else {
            return Owners::default();
        };
        let named = |ids: Vec<u32>, names: Vec<Option<Vec<u8>>>| {
            let known = ids.into_iter().zip(names);
            known.filter_map(|(id, name)| Some((id, super::names::text(&name?)))).collect()
        };
        Owners { users: named(users, called.users), groups: named(groups, called.groups) }
    }
}

impl Reading {
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, CoreError> {
        self.reader.next().await.map_err(self.machine.problem(&self.path, "read"))
    }
}

impl Writing {
    pub(super) async fn write(&mut self, bytes: Bytes) -> Result<(), CoreError> {
        let written = self.writer.write(bytes).await;
        self.reached.store(self.writer.acknowledged(), Ordering::Relaxed);
        written.map_err(self.machine.problem(&self.path, "written"))
    }

    pub(super) async fn finish(self, length: u64, looks: Looks) -> Result<(), CoreError> {
        let Self { machine, path, writer, file, went_on, reached, _turn } = self;
        let problem = machine.problem(&path, "written");
        writer.finish().await.map_err(&problem)?;
        reached.store(length, Ordering::Relaxed);
        if went_on {
            // What was there before may be longer.
            let cut = Attributes { size: Some(length), ..Attributes::default() };
            file.set_attributes(&cut).await.map_err(&problem)?;
        }
        match file.set_attributes(&attributes(looks)).await {
            // Some servers set nothing.
            Ok(()) | Err(SftpError::Status { .. }) => {}
            Err(error) => return Err(problem(error)),
        }
        file.close().await.map_err(&problem)
    }
}

fn attributes(looks: Looks) -> Attributes {
    // Version 3 counts in 32 bits: until 2106.
    let time = looks.modified.and_then(|seconds| u32::try_from(seconds).ok());
    Attributes {
        permissions: looks.mode.map(u32::from),
        times: time.map(|time| (time, time)),
        ..Attributes::default()
    }
}

fn name_of(path: &[u8]) -> Vec<u8> {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_vec()
}

fn node(name: Vec<u8>, attributes: &Attributes) -> Node {
    let kind = match attributes.kind() {
        patchbay_sftp::FileKind::File => FileKind::File,
        patchbay_sftp::FileKind::Folder => FileKind::Folder,
        patchbay_sftp::FileKind::Link => FileKind::Link,
        patchbay_sftp::FileKind::Other(_) => FileKind::Other,
    };
    Node {
        name,
        kind,
        size: attributes.size.unwrap_or_default(),
        modified: attributes.times.map(|(_, modified)| i64::from(modified)),
        mode: attributes.permissions.and_then(|mode| u16::try_from(mode & 0o7777).ok()),
        owner: attributes.owner,
    }
}
