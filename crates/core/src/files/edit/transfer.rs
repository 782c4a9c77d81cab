//! Fetching a file that is to be edited, and uploading what was saved of it.

use crate::{
    CoreError,
    files::{
        disk::{Disk, Looks, Node, Part, Placed},
        here::Here,
        names, problem,
        verify::digest,
    },
    sync::lock,
};
use patchbay_model::{ApiError, EditId, ErrorCode, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    path::{Path, PathBuf},
    sync::Mutex,
};

/// What a machine had when its file was fetched or uploaded last.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Base {
    size: u64,
    modified: Option<i64>,
    mode: Option<u16>,
    /// SHA-256.
    pub(super) digest: [u8; 32],
}

impl Base {
    fn of(node: &Node, digest: [u8; 32]) -> Self {
        Self { size: node.size, modified: node.modified, mode: node.mode, digest }
    }

    /// Nothing says that the file is another one.
    fn looks_like(&self, node: &Node) -> bool {
        self.size == node.size && self.modified == node.modified
    }
}

/// What is to be done with a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// Upload it unless it was changed on the machine.
    Careful,
    /// Upload it.
    Overwrite,
    /// Upload it under another name.
    Beside,
    /// Take what the machine has.
    Fetch,
}

/// What was done. Each holds what both sides have now, and where it is on the machine.
pub(super) enum Sent {
    /// There was nothing to upload.
    Same(Base, Vec<u8>),
    /// It is on the machine.
    Uploaded(Base, Vec<u8>),
    /// Nothing: somebody else changed the file, or took it away.
    Conflict(Option<Node>),
}

/// A file here and on a machine.
pub(super) struct Job<'a> {
    pub(super) disk: &'a Disk,
    pub(super) path: &'a [u8],
    pub(super) base: &'a Base,
    pub(super) local: &'a Path,
    pub(super) id: EditId,
    /// Takes what is on the machine and not whole yet, for whoever stops it.
    pub(super) part: &'a Mutex<Option<Vec<u8>>>,
}

/// Copies a file from a machine to this computer.
pub(super) async fn fetch(
    disk: &Disk,
    path: &[u8],
    there: &Node,
    local: &Path,
) -> Result<Base, CoreError> {
    let here = here();
    let local = names::of_path(local);
    let digest = copy(disk, path, there.size, &here, &local, Some(0o600)).await?;
    Ok(Base::of(there, digest))
}

/// The digest of a file here.
pub(super) async fn digest_here(local: &Path) -> Result<[u8; 32], CoreError> {
    let (here, local) = (here(), names::of_path(local));
    let size = here.look(&local).await?.size;
    digest(&here, &local, size, |_| ()).await
}

impl Job<'_> {
    pub(super) async fn run(&self, way: Way, wall: Timestamp) -> Result<Sent, CoreError> {
        if way == Way::Fetch {
            let there = self.disk.look(self.path).await?;
            let base = fetch(self.disk, self.path, &there, self.local).await?;
            return Ok(Sent::Same(base, self.path.to_vec()));
        }
        if way == Way::Careful && digest_here(self.local).await? == self.base.digest {
            return Ok(Sent::Same(self.base.clone(), self.path.to_vec()));
        }
        let there = self.there().await?;
        if way == Way::Careful && self.is_another(there.as_ref()).await? {
            return Ok(Sent::Conflict(there));
        }
        let target = match way {
            Way::Beside => self.free_name(wall).await?,
            _ => self.path.to_vec(),
        };
        let replaces = way != Way::Beside && there.is_some();
        let mode = there.and_then(|node| node.mode).or(self.base.mode);
        let digest = self.put(&target, replaces, mode).await?;
        let node = self.disk.look(&target).await?;
        Ok(Sent::Uploaded(Base::of(&node, digest), target))
    }

    /// What is on the machine now.
    async fn there(&self) -> Result<Option<Node>, CoreError> {
        match self.disk.look(self.path).await {
            Ok(node) => Ok(Some(node)),
            Err(error) => {
                let api = ApiError::from(error);
                match api.code {
                    ErrorCode::NotFound => Ok(None),
                    _ => Err(CoreError::Api(Box::new(api))),
                }
            }
        }
    }

    /// Whether the machine has something else than it had. A time alone is no change.
    async fn is_another(&self, there: Option<&Node>) -> Result<bool, CoreError> {
        let Some(there) = there else { return Ok(true) };
        if self.base.looks_like(there) {
            return Ok(false);
        }
        Ok(there.size != self.base.size
            || digest(self.disk, self.path, there.size, |_| ()).await? != self.base.digest)
    }

    /// Writes it beside its place and puts it there when it is whole.
    async fn put(
        &self,
        target: &[u8],
        replaces: bool,
        mode: Option<u16>,
    ) -> Result<[u8; 32], CoreError> {
        let (folder, name) = self.disk.split(target).unwrap_or((b"", target));
        let part = self.disk.join(folder, &names::part(name, &self.id.to_string()));
        *lock(self.part) = Some(part.clone());
        let (here, local) = (here(), names::of_path(self.local));
        let done = async {
            let size = here.look(&local).await?.size;
            let digest = copy(&here, &local, size, self.disk, &part, mode).await?;
            match self.disk.place(&part, target, replaces).await? {
                Placed::Yes => Ok(digest),
                Placed::Taken => Err(problem::exists(target)),
            }
        };
        let done = done.await;
        if done.is_err() {
            // The connection may be what failed.
            let _left = self.disk.remove_file(&part).await;
        }
        *lock(self.part) = None;
        done
    }

    /// "app (2026-11-22 18.03).conf", or with a number if that is taken.
    async fn free_name(&self, wall: Timestamp) -> Result<Vec<u8>, CoreError> {
        let (folder, name) = self.disk.split(self.path).unwrap_or((b"", self.path));
        let dot = name.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0);
        let (stem, ending) = name.split_at(dot.unwrap_or(name.len()));
        let date = date(wall);
        for number in 1..100 {
            let mark = match number {
                1 => format!(" ({date})"),
                more => format!(" ({date}, {more})"),
            };
            let path = self.disk.join(folder, &[stem, mark.as_bytes(), ending].concat());
            if self.disk.look_at_link(&path).await?.is_none() {
                return Ok(path);
            }
        }
        Err(problem::exists(self.path))
    }
}

fn here() -> Disk {
    Disk::Here(Here::new(PathBuf::new()))
}

/// Copies bytes and gives their digest.
async fn copy(
    from: &Disk,
    source: &[u8],
    size: u64,
    to: &Disk,
    target: &[u8],
    mode: Option<u16>,
) -> Result<[u8; 32], CoreError> {
    let mut source = from.read(source, 0, size).await?;
    let mut sink = to.write(&Part::new(target.to_vec()), 0, size).await?;
    let (mut digest, mut length) = (Sha256::new(), 0);
    while let Some(bytes) = source.next().await? {
        digest.update(&bytes);
        length += bytes.len() as u64;
        sink.write(bytes).await?;
    }
    let looks = Looks { modified: None, mode: mode.map(|mode| mode & 0o777) };
    sink.finish(length, looks).await?;
    Ok(digest.finalize().into())
}

/// A day and a minute, without what no file system takes in a name.
fn date(wall: Timestamp) -> String {
    use time::{OffsetDateTime, macros::format_description};
    let format = format_description!("[year]-[month]-[day] [hour].[minute]");
    let at = OffsetDateTime::from_unix_timestamp(wall.0 / 1000).ok();
    at.and_then(|at| at.format(format).ok()).unwrap_or_else(|| "mine".to_owned())
}

#[cfg(all(test, unix))]
pub(super) const fn tests_base(digest: [u8; 32]) -> Base {
    Base { size: 0, modified: None, mode: None, digest }
}
