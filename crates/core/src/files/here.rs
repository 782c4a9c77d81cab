//! Files of this computer.

mod stream;
mod turns;

pub(super) use stream::{Reading, Writing};

use super::{
    disk::{Content, Looks, Node, Part, Placed, Sink, Source},
    names, problem,
};
use crate::CoreError;
use bytes::Bytes;
use patchbay_model::FileKind;
use std::{
    fs::{self, File, FileTimes, Metadata},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use turns::Turns;

/// The disks of this computer.
#[derive(Clone, Debug)]
pub(super) struct Here {
    home: PathBuf,
    reads: Arc<Turns>,
    /// One thread: those that make files in the same folder only wait for each other, and with spinning.
    writes: Arc<Turns>,
}

/// Threads that read small files: a disk far away answers several at once.
const READERS: usize = 4;

/// Does something that waits for the disk.
async fn blocking<T: Send + 'static>(
    path: &[u8],
    doing: &'static str,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T, CoreError> {
    let path = names::path(path);
    let done = tokio::task::spawn_blocking(move || {
        work(&path).map_err(|error| problem::of_here(&path, doing, &error))
    });
    done.await.map_err(|_| stopped())?
}

/// As [`blocking`], when its turn comes.
async fn in_turn<T: Send + 'static>(
    turns: &Arc<Turns>,
    path: &[u8],
    doing: &'static str,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T, CoreError> {
    let path = names::path(path);
    let done =
        turns.take(move || work(&path).map_err(|error| problem::of_here(&path, doing, &error)));
    done.await.ok_or_else(stopped)?
}

fn stopped() -> CoreError {
    CoreError::Internal("work on the disk stopped".to_owned())
}

impl Here {
    pub(super) fn new(home: PathBuf) -> Self {
        Self { home, reads: Turns::new(READERS), writes: Turns::new(1) }
    }

    pub(super) async fn absolute(&self, path: Option<&[u8]>) -> Result<Vec<u8>, CoreError> {
        let home = self.home.clone();
        let path = path.unwrap_or_default().to_vec();
        blocking(&path, "found", move |path| {
            let path = match path.strip_prefix("~") {
                Ok(rest) => home.join(rest),
                Err(_) if path.as_os_str().is_empty() => home,
                Err(_) => home.join(path),
            };
            Ok(names::of_path(&plain(fs::canonicalize(path)?)))
        })
        .await
    }

    pub(super) async fn list(&self, path: &[u8]) -> Result<Content, CoreError> {
        blocking(path, "listed", |path| {
            let mut content = Content::default();
            for item in fs::read_dir(path)? {
                let item = item?;
                // Gone since, or not to be looked at: it is left out, as ls(1) does.
                let Ok(metadata) = item.metadata() else { continue };
                let name = names::of_path(Path::new(&item.file_name()));
                content.nodes.push(node(name, &metadata));
            }
            Ok(content)
        })
        .await
    }

    pub(super) async fn look(&self, path: &[u8]) -> Result<Node, CoreError> {
        blocking(path, "looked at", |path| Ok(node(name_of(path), &fs::metadata(path)?))).await
    }

    pub(super) async fn look_at_link(&self, path: &[u8]) -> Result<Option<Node>, CoreError> {
        blocking(path, "looked at", |path| match fs::symlink_metadata(path) {
            Ok(metadata) => Ok(Some(node(name_of(path), &metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    pub(super) async fn leads_to(&self, path: &[u8]) -> Result<Vec<u8>, CoreError> {
        blocking(path, "followed", |path| Ok(names::of_path(&fs::read_link(path)?))).await
    }

    pub(super) async fn make_folder(&self, path: &[u8]) -> Result<(), CoreError> {
        blocking(path, "made", |path| fs::create_dir(path)).await
    }

    pub(super) async fn make_link(&self, path: &[u8], to: &[u8]) -> Result<(), CoreError> {
        let to = names::path(to);
        blocking(path, "made", move |path| link(&to, path)).await
    }

    pub(super) async fn rename(&self, from: &[u8], to: &[u8]) -> Result<(), CoreError> {
        let target = names::path(to);
        let renamed = blocking(from, "renamed", move |path| rename_new(path, &target)).await?;
        if renamed { Ok(()) } else { Err(problem::exists(to)) }
    }

    pub(super) async fn remove_file(&self, path: &[u8]) -> Result<(), CoreError> {
        blocking(path, "deleted", |path| fs::remove_file(path)).await
    }

    pub(super) async fn remove_folder(&self, path: &[u8]) -> Result<(), CoreError> {
        blocking(path, "deleted", |path| fs::remove_dir(path)).await
    }

    pub(super) async fn set_mode(&self, path: &[u8], mode: u16) -> Result<(), CoreError> {
        blocking(path, "changed", move |path| {
            let permissions = permissions(mode, || fs::metadata(path))?;
            fs::set_permissions(path, permissions)
        })
        .await
    }

    pub(super) async fn dress(&self, path: &[u8], looks: Looks) -> Result<(), CoreError> {
        blocking(path, "changed", move |path| {
            // Windows opens no folder this way, and keeps its own times for them.
            if let Ok(folder) = File::open(path) {
                dress(&folder, looks);
            }
            Ok(())
        })
        .await
    }

    pub(super) async fn read(&self, path: &[u8], from: u64, _: u64) -> Result<Source, CoreError> {
        Ok(Source::Here(stream::Reading::open(path, from).await?))
    }

    pub(super) async fn read_small(
        &self,
        path: &[u8],
        size: u64,
    ) -> Result<Option<Bytes>, CoreError> {
        in_turn(&self.reads, path, "read", move |path| {
            let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
            File::open(path)?.take(size + 1).read_to_end(&mut bytes)?;
            Ok(Some(Bytes::from(bytes)).filter(|bytes| bytes.len() as u64 <= size))
        })
        .await
    }

    pub(super) async fn write(&self, part: &Part, from: u64, _: u64) -> Result<Sink, CoreError> {
        Ok(Sink::Here(stream::Writing::open(part, from).await?))
    }

    pub(super) async fn write_small(
        &self,
        part: &[u8],
        bytes: Bytes,
        looks: Looks,
    ) -> Result<(), CoreError> {
        in_turn(&self.writes, part, "written", move |path| {
            let mut file = create(path)?;
            file.write_all(&bytes)?;
            dress(&file, looks);
            Ok(())
        })
        .await
    }

    pub(super) async fn place(
        &self,
        part: &[u8],
        path: &[u8],
        replaces: bool,
    ) -> Result<Placed, CoreError> {
        let target = names::path(path);
        in_turn(&self.writes, part, "put in place", move |part| {
            if replaces {
                fs::rename(part, target)?;
                return Ok(Placed::Yes);
            }
            Ok(if rename_new(part, &target)? { Placed::Yes } else { Placed::Taken })
        })
        .await
    }

    pub(super) async fn free(&self, path: &[u8]) -> Result<Option<u64>, CoreError> {
        #[cfg(unix)]
        {
            blocking(path, "looked at", |path| {
                let space = rustix::fs::statvfs(path)?;
                Ok(Some(space.f_bavail.saturating_mul(space.f_frsize)))
            })
            .await
        }
        #[cfg(not(unix))]
        {
            let _unknown = path;
            Ok(None)
        }
    }
}

/// A new file that only its owner may read. What is at its path is taken away, be it a link that leads elsewhere.
fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            options.open(path)
        }
        opened => opened,
    }
}

fn dress(file: &File, looks: Looks) {
    if let Some(since) = looks.modified.and_then(|seconds| u64::try_from(seconds).ok()) {
        let time = UNIX_EPOCH + Duration::from_secs(since);
        let _without = file.set_times(FileTimes::new().set_modified(time));
    }
    if let Some(permissions) =
        looks.mode.and_then(|mode| permissions(mode, || file.metadata()).ok())
    {
        let _without = file.set_permissions(permissions);
    }
}

#[cfg(unix)]
fn permissions(mode: u16, _: impl FnOnce() -> io::Result<Metadata>) -> io::Result<fs::Permissions> {
    Ok(std::os::unix::fs::PermissionsExt::from_mode(u32::from(mode)))
}

/// All that Windows knows of it: whether anybody may write.
#[cfg(not(unix))]
fn permissions(
    mode: u16,
    now: impl FnOnce() -> io::Result<Metadata>,
) -> io::Result<fs::Permissions> {
    let mut permissions = now()?.permissions();
    permissions.set_readonly(mode & 0o222 == 0);
    Ok(permissions)
}

/// Renames unless something is there; says whether it did.
fn rename_new(from: &Path, to: &Path) -> io::Result<bool> {
    #[cfg(target_os = "linux")]
    {
        use rustix::{fs, io::Errno};
        match fs::renameat_with(fs::CWD, from, fs::CWD, to, fs::RenameFlags::NOREPLACE) {
            Ok(()) => return Ok(true),
            Err(Errno::EXIST) => return Ok(false),
            // A file system that cannot do it in one step.
            Err(Errno::INVAL | Errno::NOSYS) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if fs::symlink_metadata(to).is_ok() {
        return Ok(false);
    }
    fs::rename(from, to).map(|()| true)
}

fn name_of(path: &Path) -> Vec<u8> {
    path.file_name().map(|name| names::of_path(Path::new(name))).unwrap_or_default()
}

fn node(name: Vec<u8>, metadata: &Metadata) -> Node {
    let kind = match metadata.file_type() {
        kind if kind.is_dir() => FileKind::Folder,
        kind if kind.is_symlink() => FileKind::Link,
        kind if kind.is_file() => FileKind::File,
        _ => FileKind::Other,
    };
    let modified = metadata.modified().ok().and_then(seconds);
    #[cfg(unix)]
    let (mode, owner) = {
        use std::os::unix::fs::MetadataExt as _;
        let mode = u16::try_from(metadata.mode() & 0o7777).ok();
        (mode, Some((metadata.uid(), metadata.gid())))
    };
    #[cfg(not(unix))]
    let (mode, owner) = (None, None);
    Node { name, kind, size: metadata.len(), modified, mode, owner }
}

fn seconds(time: SystemTime) -> Option<i64> {
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "links are not made on this system"))
}

/// Without the `\\?\` that Windows puts before an absolute path.
fn plain(path: PathBuf) -> PathBuf {
    match path.to_str().and_then(|path| path.strip_prefix(r"\\?\")) {
        Some(rest) if cfg!(windows) && !rest.starts_with("UNC") => PathBuf::from(rest),
        _ => path,
    }
}
