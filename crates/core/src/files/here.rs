//! Files of this computer.

use super::{
    disk::{Content, Looks, Node, PIECE, Sink, Source},
    names, problem,
};
use crate::CoreError;
use bytes::Bytes;
use patchbay_model::FileKind;
use std::{
    fs::{self, File, FileTimes, Metadata},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The disks of this computer.
#[derive(Clone, Debug, Default)]
pub(super) struct Here {
    pub(super) home: PathBuf,
}

/// A file being read.
pub(super) struct Reading {
    file: Option<File>,
    path: PathBuf,
}

/// A file being written.
pub(super) struct Writing {
    file: Option<File>,
    path: PathBuf,
}

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
    done.await.map_err(|_| CoreError::Internal("work on the disk stopped".to_owned()))?
}

impl Here {
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

    pub(super) async fn replace(&self, from: &[u8], to: &[u8]) -> Result<(), CoreError> {
        let target = names::path(to);
        blocking(from, "put in place", move |path| fs::rename(path, target)).await
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

    pub(super) async fn read(&self, path: &[u8], _: u64) -> Result<Source, CoreError> {
        let file = blocking(path, "read", |path| File::open(path)).await?;
        Ok(Source::Here(Reading { file: Some(file), path: names::path(path) }))
    }

    pub(super) async fn create(&self, path: &[u8]) -> Result<Sink, CoreError> {
        let file = blocking(path, "written", |path| {
            let mut options = File::options();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(path)
        })
        .await?;
        Ok(Sink::Here(Writing { file: Some(file), path: names::path(path) }))
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

impl Reading {
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, CoreError> {
        let Some(mut file) = self.file.take() else { return Ok(None) };
        let (file, read) = tokio::task::spawn_blocking(move || {
            let mut piece = Vec::with_capacity(PIECE);
            let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece);
            (file, read.map(|_| piece))
        })
        .await
        .map_err(|_| CoreError::Internal("reading a file stopped".to_owned()))?;
        let piece = read.map_err(|error| problem::of_here(&self.path, "read", &error))?;
        if piece.is_empty() {
            return Ok(None);
        }
        self.file = Some(file);
        Ok(Some(piece.into()))
    }
}

impl Writing {
    pub(super) async fn write(&mut self, bytes: Bytes) -> Result<(), CoreError> {
        let Some(mut file) = self.file.take() else {
            return Err(CoreError::Internal("a file was written after an error".to_owned()));
        };
        let (file, done) = tokio::task::spawn_blocking(move || {
            let done = file.write_all(&bytes);
            (file, done)
        })
        .await
        .map_err(|_| CoreError::Internal("writing a file stopped".to_owned()))?;
        done.map_err(|error| problem::of_here(&self.path, "written", &error))?;
        self.file = Some(file);
        Ok(())
    }

    pub(super) async fn finish(self, looks: Looks) -> Result<(), CoreError> {
        let Some(file) = self.file else {
            return Err(CoreError::Internal("a file was finished after an error".to_owned()));
        };
        let dressing = tokio::task::spawn_blocking(move || dress(&file, looks));
        dressing.await.map_err(|_| CoreError::Internal("writing a file stopped".to_owned()))
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
