//! Files of this computer and of machines, and work on them, as the UI sees them.
//!
//! A path is text with `/` between its parts on a machine, and as the system writes it here. Names need not be UTF-8 on
//! either side: a byte that does not fit stands as one character from U+F700 on, and every such character is taken back
//! to bytes on the way in, so that a path that was listed always leads to the same file.

use crate::{ApiError, Attachment, NodeId, SessionId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Where files are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum FilePlace {
    /// On this computer.
    Here,
    /// On the machine of a session that was opened for files.
    Machine {
        /// The session.
        session: SessionId,
    },
}

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum FileKind {
    /// Bytes.
    File,
    /// Holds more.
    Folder,
    /// Leads to another one.
    Link,
    /// A device, a socket or a pipe.
    Other,
}

/// One line of a folder.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileEntry {
    /// Its name, without the folder.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
    /// Bytes; exact up to 2^53.
    #[specta(type = u32)]
    pub size: f64,
    /// When it was last changed, if that is told.
    pub modified: Option<Timestamp>,
    /// The low twelve bits of `st_mode`, if they are told.
    pub mode: Option<u16>,
    /// Who owns it: a name, else a number.
    pub owner: Option<String>,
    /// The group it belongs to: a name, else a number.
    pub group: Option<String>,
    /// Of a link: where it leads, as it is written there.
    pub leads_to: Option<String>,
    /// Of a link: what is at its end; none if nothing is.
    pub end: Option<FileKind>,
}

/// A folder.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileListing {
    /// Its absolute path.
    pub path: String,
    /// The folder above; none at the top.
    pub parent: Option<String>,
    /// What is in it, in no order.
    pub entries: Vec<FileEntry>,
    /// Names that are left out, because they are not names: empty, or with a slash in them.
    pub refused: u32,
    /// Bytes that may still be written there, if that is told; exact up to 2^53.
    pub free: Option<f64>,
}

/// The beginning of a file, to look at.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FilePreview {
    /// Its text; none if it is no text.
    pub text: Option<String>,
    /// Bytes of the whole file; exact up to 2^53.
    #[specta(type = u32)]
    pub size: f64,
    /// There is more than is shown.
    pub cut: bool,
}

/// A kind of picture that is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PictureFormat {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF, also one that moves.
    Gif,
    /// WebP.
    Webp,
    /// A bitmap of Windows.
    Bmp,
    /// An icon of Windows.
    Ico,
    /// Drawn by numbers: it has no size of its own.
    Svg,
}

/// A picture, to look at.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FilePicture {
    /// How its bytes are fetched, as those of a session are.
    pub attachment: Attachment,
    /// What it is, by its bytes and not by its name.
    pub format: PictureFormat,
    /// Pixels; 0 where it has no size of its own.
    pub width: u32,
    /// Pixels; 0 where it has no size of its own.
    pub height: u32,
    /// Bytes.
    pub size: u32,
}

/// What is in some files and folders altogether.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileCount {
    /// Everything that is no folder.
    pub files: u32,
    /// Folders, those that were named included.
    pub folders: u32,
    /// Bytes of the files; exact up to 2^53.
    #[specta(type = u32)]
    pub bytes: f64,
    /// There is more: counting was given up here.
    pub more: bool,
}

/// What to do about a file that is there already.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Conflict {
    /// Ask the person.
    Ask,
    /// Leave it as it is.
    Skip,
    /// Put the new one in its place.
    Overwrite,
    /// Put the new one in its place if it was changed later.
    Newer,
    /// Give the new one another name.
    KeepBoth,
}

/// Long work on files.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum TaskKind {
    /// From this computer to a machine.
    Upload,
    /// From a machine to this computer.
    Download,
    /// Within one place, or from machine to machine through this computer.
    Copy,
    /// Takes files away.
    Delete,
    /// From a folder to another one.
    Move,
    /// Compares what was copied with where it came from.
    Verify,
    /// Sets permissions of folders and everything inside.
    Permissions,
}

/// A question of a task: something of that name is there already.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TaskConflict {
    /// Where.
    pub path: String,
    /// What is there.
    pub there: FileEntry,
    /// What would take its place.
    pub coming: FileEntry,
}

/// Where a task stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum TaskState {
    /// Waits for the ones before it.
    Waiting,
    /// At work.
    Running,
    /// Stands still until the person lets it go on, with what it has done so far.
    Paused {
        /// Why, if it was not the person who wanted it.
        error: Option<ApiError>,
    },
    /// The connection was lost: it connects again by itself and goes on.
    Reconnecting {
        /// To which machine.
        machine: String,
        /// Which try it is.
        attempt: u32,
        /// Of so many.
        most: u32,
    },
    /// Waits for a decision.
    Asking {
        /// About what.
        conflict: Box<TaskConflict>,
    },
    /// Done.
    Done,
    /// Stopped by the person. What was finished until then stays.
    Cancelled,
    /// Could not go on.
    Failed {
        /// Why, and what to do.
        error: ApiError,
    },
}

/// A folder that a task changes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TaskFolder {
    /// On this machine; on this computer if there is none.
    pub machine: Option<NodeId>,
    /// Its path.
    pub folder: String,
}

/// A task.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TaskInfo {
    /// Its id.
    pub id: TaskId,
    /// What it does.
    pub kind: TaskKind,
    /// The file or folder, or how many.
    pub title: String,
    /// Where from, in words.
    pub from: String,
    /// Where to, in words; empty for a deletion.
    pub to: String,
    /// Where it stands.
    pub state: TaskState,
    /// The file it is at.
    pub at: String,
    /// Files and folders that are done.
    pub files_done: u32,
    /// Of so many; grows while they are counted.
    pub files: u32,
    /// Files that were left out, because the person said so or because they could not be read.
    pub skipped: u32,
    /// Bytes that are done; exact up to 2^53.
    #[specta(type = u32)]
    pub bytes_done: f64,
    /// Of so many; grows while they are counted.
    #[specta(type = u32)]
    pub bytes: f64,
    /// Bytes a second, over the last seconds.
    #[specta(type = u32)]
    pub rate: f64,
    /// When it was asked for.
    pub began: Timestamp,
    /// The folders whose content it changes.
    pub touches: Vec<TaskFolder>,
    /// What was left out because it could not be done, or differs: the first hundred, each as a sentence.
    pub problems: Vec<String>,
    /// What it copied can be compared with where it came from.
    pub verifiable: bool,
}
