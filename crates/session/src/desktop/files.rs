//! Files that are copied on a desktop and here: what each side tells the other of them, and how they are read.
//!
//! Deliberately absent: the bytes on a disk. Those of here are read by the engine when the far end pastes; those of there
//! are asked for a piece at a time, by whoever saves them.

use bytes::Bytes;
use std::path::PathBuf;

/// The most files and folders that are copied at once.
pub const MOST_FILES: usize = 10_000;
/// The most bytes of a file that are asked for at once.
pub const MOST_FILE_PIECE: u32 = 256 * 1024;

/// A file or folder that was copied there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CopiedFile {
    /// The folders it is in among those that were copied, and its name: each a single part of a path on any system, never
    /// `.` or `..`. Empty if its name was no such thing; it cannot be saved then.
    pub path: Vec<String>,
    /// It is a folder.
    pub folder: bool,
    /// Bytes, as the far end says; `None` if it does not.
    pub size: Option<u64>,
    /// When it was changed last, in seconds since the Unix epoch.
    pub modified: Option<i64>,
}

/// A file or folder that was copied here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LentFile {
    /// Where it is.
    pub at: PathBuf,
    /// The folders it is in among those that were copied, and its name.
    pub path: Vec<String>,
    /// It is a folder.
    pub folder: bool,
    /// Bytes.
    pub size: u64,
    /// When it was changed last, in seconds since the Unix epoch.
    pub modified: Option<i64>,
}

/// A piece of a file that was copied there is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadPiece {
    /// Names the wish; the answer has the same.
    pub wish: u32,
    /// Which of the lists that came over this connection it is of, from 1; empty lists count, too.
    pub list: u32,
    /// Its place in that list.
    pub file: u32,
    /// Where the piece begins.
    pub from: u64,
    /// Bytes, at most [`MOST_FILE_PIECE`].
    pub length: u32,
}

/// The answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// As in [`ReadPiece`].
    pub wish: u32,
    /// At most as many as were asked for; `None` if it cannot be had.
    pub bytes: Option<Bytes>,
}
