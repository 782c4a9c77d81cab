//! Where copies of edited files lie: a folder that only the person can read, one inside for each run and in it one for
//! each file, with a note of what it is a copy of.
//!
//! A run holds a lock on its folder. What is in a folder whose lock is free was left behind by a run that is over.

use super::{Edit, Live, transfer, transfer::Base};
use crate::{Core, CoreError, files::names, sync};
use patchbay_model::{EditId, EditState, NodeId};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, Weak},
    time::SystemTime,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

const LOCK: &str = "lock";
const NOTE: &str = "note.json";
/// The folder of the file itself, which may be called as it likes.
const INSIDE: &str = "file";
/// Left behind by earlier runs: more are not looked at.
const MOST_LEFT: usize = 1_000;

/// The folder of this run.
pub(super) struct Private {
    top: PathBuf,
    own: PathBuf,
    _lock: File,
    /// Locks of earlier runs whose files are taken over.
    taken: Mutex<Vec<File>>,
}

/// What tells that a file was saved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stamp {
    modified: Option<SystemTime>,
    size: u64,
}

/// What a file here is a copy of.
#[derive(Serialize, Deserialize)]
pub(super) struct Note {
    id: EditId,
    node: NodeId,
    machine: String,
    name: String,
    path: String,
    base: Base,
}

/// A file that an earlier run could not upload.
pub(super) struct Left {
    note: Note,
    folder: PathBuf,
    local: PathBuf,
}

impl Private {
    /// Makes the folder of this run in `top`.
    pub(super) fn make(top: &Path) -> Result<Self, CoreError> {
        let own = top.join(EditId::new().to_string());
        let failed = |source| CoreError::File { action: "Making", path: own.clone(), source };
        make_private(&own).map_err(failed)?;
        let lock = File::create(own.join(LOCK)).map_err(failed)?;
        lock.try_lock().map_err(|error| failed(error.into()))?;
        Ok(Self { top: top.to_path_buf(), own, _lock: lock, taken: Mutex::default() })
    }

    /// Room for a file: its folder, and its path in there.
    pub(super) fn room(&self, id: EditId, name: &[u8]) -> Result<(PathBuf, PathBuf), CoreError> {
        let folder = self.own.join(id.to_string());
        let inside = folder.join(INSIDE);
        make_private(&inside).map_err(|source| CoreError::File {
            action: "Making",
            path: inside.clone(),
            source,
        })?;
        let name = if names::is_plain(name) { names::path(name) } else { PathBuf::from("file") };
        Ok((folder, inside.join(name)))
    }

    /// What earlier runs left behind and no machine has. The rest of them is taken away.
    pub(super) async fn left(&self) -> Vec<Left> {
        let mut left = Vec::new();
        for run in folders_in(&self.top) {
            if run == self.own {
                continue;
            }
            let Ok(lock) = File::options().write(true).open(run.join(LOCK)) else { continue };
            // Another Patchbay is at work in there.
            if lock.try_lock().is_err() {
                continue;
            }
            let mut some = false;
            for folder in folders_in(&run).into_iter().take(MOST_LEFT) {
                match Left::read(&folder).await {
                    Some(found) => {
                        some = true;
                        left.push(found);
                    }
                    None => remove(&folder),
                }
            }
            if some {
                sync::lock(&self.taken).push(lock);
            } else {
                drop(lock);
                remove(&run);
            }
        }
        left
    }
}

impl Left {
    /// Nothing if the machine has the file just the same, or nobody knows where it came from.
    async fn read(folder: &Path) -> Option<Self> {
        let note: Note = serde_json::from_slice(&fs::read(folder.join(NOTE)).ok()?).ok()?;
        let local =
            fs::read_dir(folder.join(INSIDE)).ok()?.flatten().map(|item| item.path()).find(
                |path| {
                    names::text(&names::of_path(Path::new(path.file_name().unwrap_or_default())))
                        == note.name
                },
            )?;
        // An unreadable one is not taken for one that may go.
        let same =
            transfer::digest_here(&local).await.is_ok_and(|digest| digest == note.base.digest);
        (!same).then(|| Self { note, folder: folder.to_path_buf(), local })
    }

    pub(super) fn into_edit(self, core: Weak<Core>) -> Edit {
        let Self { note, folder, local } = self;
        Edit {
            id: note.id,
            node: note.node,
            machine: note.machine,
            name: note.name,
            folder,
            core,
            cancel: CancellationToken::new(),
            wake: Notify::new(),
            part: Mutex::default(),
            live: Mutex::new(Live {
                path: names::bytes(&note.path),
                base: note.base,
                state: EditState::Left,
                uploaded: None,
                answer: None,
                dealt: stamp(&local),
                seen: None,
            }),
            local,
        }
    }
}

impl Note {
    pub(super) fn of(edit: &Edit, live: &Live) -> Self {
        Self {
            id: edit.id,
            node: edit.node,
            machine: edit.machine.clone(),
            name: edit.name.clone(),
            path: names::text(&live.path),
            base: live.base.clone(),
        }
    }
}

/// Writes the note of a file.
pub(super) fn note(folder: &Path, note: &Note) -> Result<(), CoreError> {
    let path = folder.join(NOTE);
    let written = serde_json::to_vec(note).map_err(io::Error::other).and_then(|text| {
        let fresh = folder.join("note.new");
        fs::write(&fresh, text)?;
        fs::rename(fresh, &path)
    });
    written.map_err(|source| CoreError::File { action: "Writing", path, source })
}

/// What a file is like now; nothing while there is none.
pub(super) fn stamp(local: &Path) -> Option<Stamp> {
    let found = fs::metadata(local).ok().filter(fs::Metadata::is_file)?;
    Some(Stamp { modified: found.modified().ok(), size: found.len() })
}

/// Takes a folder away with everything inside.
pub(super) fn remove(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "a copy of an edited file stayed behind");
    }
}

fn folders_in(path: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(path).into_iter().flatten().flatten();
    let mut folders: Vec<_> = found.map(|item| item.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// On Windows, what is below a person's own folders is theirs.
fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
