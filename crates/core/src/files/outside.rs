//! Files that go to somewhere without a disk and come from there: a browser, a script.
//!
//! Deliberately absent: tasks. Whoever is on the other side sees how far it is, and ends it by leaving; what was not whole by then
//! is taken away.

use super::{
    Files,
    disk::{Disk, Looks, Part, Placed, Sink, Source},
    entry, named, names, problem,
};
use crate::{Authorized, CoreError};
use bytes::Bytes;
use patchbay_model::{ApiError, ErrorCode, FileEntry, FileKind, FilePlace, TaskId};

/// What somebody else may read of a file that is new.
const MODE: u16 = 0o644;

/// A file on its way out.
pub struct Outgoing {
    /// Without the folder.
    pub name: String,
    /// Bytes, when it was looked at.
    pub size: u64,
    source: Source,
    left: u64,
}

/// A file on its way in: written beside its place until it is whole. Dropped before, it leaves nothing.
pub struct Incoming {
    disk: Disk,
    /// Taken when it is over.
    part: Option<Vec<u8>>,
    path: Vec<u8>,
    replaces: bool,
    mode: u16,
    sink: Option<Sink>,
    length: u64,
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing").field("size", &self.size).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming").field("length", &self.length).finish_non_exhaustive()
    }
}

impl Files<'_> {
    /// Opens a file to be read by somebody without a disk.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub async fn send_out(
        &self,
        place: &Authorized<FilePlace>,
        path: &str,
    ) -> Result<Outgoing, CoreError> {
        let disk = self.disk(*place.get())?;
        let path = disk.absolute(Some(&named(path)?)).await?;
        let node = disk.look(&path).await?;
        if node.kind != FileKind::File {
            let message = format!("{} is no file.", problem::short(&path));
            return Err(CoreError::invalid("path", message, "Choose the files inside."));
        }
        let source = disk.read(&path, 0, node.size).await?;
        let (_, name) = disk.split(&path).unwrap_or((b"", &path));
        Ok(Outgoing { name: names::text(name), size: node.size, source, left: node.size })
    }

    /// Begins to write a file of somebody without a disk. Its folder has to be there.
    ///
    /// # Errors
    /// If something is at its place that it does not replace, or it cannot be written.
    pub async fn take_in(
        &self,
        place: &Authorized<FilePlace>,
        path: &str,
        replaces: bool,
    ) -> Result<Incoming, CoreError> {
        let disk = self.disk(*place.get())?;
        let path = named(path)?;
        let there = disk.look_at_link(&path).await?;
        match there {
            Some(node) if node.kind != FileKind::File => {
                let message = format!("{} is there, and is no file.", problem::short(&path));
                return Err(CoreError::invalid("path", message, "Choose another name."));
            }
            Some(_) if !replaces => return Err(taken(&path)),
            _ => {}
        }
        let mode = there.and_then(|node| node.mode).map_or(MODE, |mode| mode & 0o777);
        let (folder, name) = disk.split(&path).unwrap_or((b"", &path));
        let part = disk.join(folder, &names::part(name, &TaskId::new().to_string()));
        let sink = disk.write(&Part::new(part.clone()), 0, 0).await?;
        let (part, sink) = (Some(part), Some(sink));
        Ok(Incoming { disk, part, path, replaces, mode, sink, length: 0 })
    }
}

fn taken(path: &[u8]) -> CoreError {
    let message = format!("{} is there already.", problem::short(path));
    let error = ApiError::new(ErrorCode::Conflict, message).on("replace");
    CoreError::Api(Box::new(error.next("Replace it, or choose another name.")))
}

impl Outgoing {
    /// The next bytes; nothing at the end, which is where the file ended when it was looked at.
    ///
    /// # Errors
    /// If it cannot be read on, or became shorter meanwhile.
    pub async fn next(&mut self) -> Result<Option<Bytes>, CoreError> {
        if self.left == 0 {
            return Ok(None);
        }
        let Some(mut bytes) = self.source.next().await? else {
            return Err(problem::shorter(&names::bytes(&self.name)));
        };
        bytes.truncate(usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len()));
        self.left -= bytes.len() as u64;
        Ok(Some(bytes))
    }
}

impl Incoming {
    /// Writes the next bytes.
    ///
    /// # Errors
    /// If they cannot be written.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), CoreError> {
        let Some(sink) = &mut self.sink else { return Ok(()) };
        self.length += bytes.len() as u64;
        sink.write(bytes).await
    }

    /// Puts the file in its place. Gives how it looks there.
    ///
    /// # Errors
    /// If it cannot be written, or something is at its place by now that it does not replace.
    pub async fn finish(mut self) -> Result<FileEntry, CoreError> {
        let looks = Looks { modified: None, mode: Some(self.mode) };
        if let Some(sink) = self.sink.take() {
            sink.finish(self.length, looks).await?;
        }
        if let Some(part) = &self.part
            && self.disk.place(part, &self.path, self.replaces).await? == Placed::Taken
        {
            return Err(taken(&self.path));
        }
        self.part = None;
        Ok(entry::plain(&self.disk.look(&self.path).await?))
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        let Some(part) = self.part.take() else { return };
        self.sink = None;
        let disk = self.disk.clone();
        // Without a runtime the process is at its end, and the connection with it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = disk.remove_file(&part).await {
                    tracing::debug!(%error, "a part of a file stays behind");
                }
            });
        }
    }
}
