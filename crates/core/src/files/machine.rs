//! Files of a machine, over SFTP.

use super::{
    disk::{Content, Looks, Node, Sink, Source},
    problem,
};
use crate::CoreError;
use bytes::Bytes;
use patchbay_model::FileKind;
use patchbay_sftp::{Attributes, Client, File, OpenOptions, Reader, SftpError, StatusCode, Writer};
use std::{collections::HashMap, sync::Arc};

/// Requests on their way for one file: with pieces of 32 KiB, four megabytes.
const WINDOW: usize = 128;

/// Files below this many bytes come in one answer.
const SMALL: usize = 32 * 1024;

/// The disks of a machine.
#[derive(Clone)]
pub(super) struct Machine {
    pub(super) client: Client,
    /// What the machine is called.
    pub(super) called: Arc<str>,
}

/// A file being read.
pub(super) enum Reading {
    /// A small one, already here.
    Whole(Option<Bytes>),
    /// A larger one, read ahead.
    Ahead { machine: Machine, path: Vec<u8>, reader: Reader, _file: File },
}

/// A file being written.
pub(super) struct Writing {
    machine: Machine,
    path: Vec<u8>,
    writer: Writer,
    file: File,
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

impl Machine {
    fn problem<'a>(
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

    pub(super) async fn replace(&self, from: &[u8], to: &[u8]) -> Result<(), CoreError> {
        self.client.replace(from, to).await.map_err(self.problem(to, "put in place"))
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

    pub(super) async fn read(&self, path: &[u8], size: u64) -> Result<Source, CoreError> {
        let problem = self.problem(path, "read");
        let file = self.client.open(path, OpenOptions::read()).await.map_err(&problem)?;
        if let Some(size) = usize::try_from(size).ok().filter(|size| *size < SMALL) {
            // A server answers with less than it is asked for only where a file ends (section 6.4 of the draft).
            let whole = file.read_at(0, size + 1).await.map_err(&problem)?;
            if whole.len() <= size {
                return Ok(Source::Machine(Reading::Whole(Some(whole).filter(|b| !b.is_empty()))));
            }
        }
        let reader = file.reader(0, WINDOW);
        let (machine, path) = (self.clone(), path.to_vec());
        Ok(Source::Machine(Reading::Ahead { machine, path, reader, _file: file }))
    }

    pub(super) async fn create(&self, path: &[u8]) -> Result<Sink, CoreError> {
        let opened = self.client.open(path, OpenOptions::create().mode(0o600)).await;
        let file = opened.map_err(self.problem(path, "written"))?;
        let writer = file.writer(0, WINDOW);
        let (machine, path) = (self.clone(), path.to_vec());
        Ok(Sink::Machine(Writing { machine, path, writer, file }))
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
        match self {
            Self::Whole(bytes) => Ok(bytes.take()),
            Self::Ahead { machine, path, reader, .. } => {
                reader.next().await.map_err(machine.problem(path, "read"))
            }
        }
    }
}

impl Writing {
    pub(super) async fn write(&mut self, bytes: Bytes) -> Result<(), CoreError> {
        self.writer.write(bytes).await.map_err(self.machine.problem(&self.path, "written"))
    }

    pub(super) async fn finish(self, looks: Looks) -> Result<(), CoreError> {
        let Self { machine, path, writer, file } = self;
        let problem = machine.problem(&path, "written");
        writer.finish().await.map_err(&problem)?;
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
