//! Files wherever they are: what listing, copying and deleting need of this computer and of a machine alike.
//!
//! Paths are bytes, absolute or from the home folder, with `/` between their parts on a machine.

use super::{here::Here, machine::Machine};
use crate::CoreError;
use bytes::Bytes;
use patchbay_model::FileKind;
use std::sync::{Arc, atomic::AtomicU64};
use tokio::sync::Semaphore;

/// Bytes that are read at once on this computer.
pub(super) const PIECE: usize = 256 * 1024;
/// Files up to this many bytes are read and written in one go: every SFTP server must send so much at once.
pub(super) const SMALL: u64 = 32 * 1024 - 1;

/// What is known of a file without opening it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Node {
    /// Without the folder.
    pub(super) name: Vec<u8>,
    pub(super) kind: FileKind,
    /// Bytes.
    pub(super) size: u64,
    /// Seconds since the Unix epoch.
    pub(super) modified: Option<i64>,
    /// The low twelve bits of `st_mode`.
    pub(super) mode: Option<u16>,
    /// User and group.
    pub(super) owner: Option<(u32, u32)>,
}

/// What is set of a copy. Not every disk has it: what cannot be set is left as it is, the bytes are what counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looks {
    /// Seconds since the Unix epoch.
    pub(super) modified: Option<i64>,
    /// The low nine bits of `st_mode`: never those that make a program somebody else's.
    pub(super) mode: Option<u16>,
}

impl Node {
    /// What a copy of it takes over.
    pub(super) fn looks(&self) -> Looks {
        Looks { modified: self.modified, mode: self.mode.map(|mode| mode & 0o777) }
    }
}

/// A folder's content.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) nodes: Vec<Node>,
    /// Names that are none.
    pub(super) refused: u32,
}

/// A disk of this computer, or that of a machine.
#[derive(Clone, Debug)]
pub(super) enum Disk {
    Here(Here),
    Machine(Machine),
}

/// Whether something took its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Placed {
    /// It did.
    Yes,
    /// Something is there already, which was left as it is.
    Taken,
}

/// A file under another name, which is not whole yet.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) path: Vec<u8>,
    /// Held while bytes are written to it.
    pub(super) turn: Arc<Semaphore>,
    /// Up to here it is surely written.
    pub(super) reached: Arc<AtomicU64>,
}

impl Part {
    pub(super) fn new(path: Vec<u8>) -> Self {
        Self { path, turn: Arc::new(Semaphore::new(1)), reached: Arc::default() }
    }
}

/// A file being read, from some place on.
pub(super) enum Source {
    Here(super::here::Reading),
    Machine(super::machine::Reading),
}

/// A file being written, from some place on.
pub(super) enum Sink {
    Here(super::here::Writing),
    Machine(Box<super::machine::Writing>),
}

macro_rules! on_both {
    ($($(#[doc = $doc:literal])+ $name:ident($($argument:ident: $kind:ty),*) -> $result:ty;)+) => {
        impl Disk {
            $($(#[doc = $doc])+
            pub(super) async fn $name(&self, $($argument: $kind),*) -> Result<$result, CoreError> {
                match self {
                    Self::Here(here) => here.$name($($argument),*).await,
                    Self::Machine(machine) => machine.$name($($argument),*).await,
                }
            })+
        }
    };
}

on_both! {
    /// The absolute path of a folder; of the home folder if none is given.
    absolute(path: Option<&[u8]>) -> Vec<u8>;
    /// What is in a folder, without `.` and `..`.
    list(path: &[u8]) -> Content;
    /// What is at a path, links followed.
    look(path: &[u8]) -> Node;
    /// What is at a path, a link as such; nothing if nothing is.
    look_at_link(path: &[u8]) -> Option<Node>;
    /// Where a link leads, as it is written there.
    leads_to(path: &[u8]) -> Vec<u8>;
    /// Makes a folder; nothing may be there.
    make_folder(path: &[u8]) -> ();
    /// Makes a link.
    make_link(path: &[u8], to: &[u8]) -> ();
    /// Gives another path; nothing may be there.
    rename(from: &[u8], to: &[u8]) -> ();
    /// Takes a file or link away.
    remove_file(path: &[u8]) -> ();
    /// Takes an empty folder away.
    remove_folder(path: &[u8]) -> ();
    /// Sets the low twelve bits of `st_mode`.
    set_mode(path: &[u8], mode: u16) -> ();
    /// Gives a folder its looks, as far as they can be set.
    dress(path: &[u8], looks: Looks) -> ();
    /// Opens a file to read it from a place on. It was `size` bytes long when it was looked at last.
    read(path: &[u8], from: u64, size: u64) -> Source;
    /// What a small file holds, which was `size` bytes long when it was looked at last; nothing if it holds more by now.
    read_small(path: &[u8], size: u64) -> Option<Bytes>;
    /// Makes a file and opens it to write it, or goes on with one at the place `from`. Only its owner may read it. What
    /// else is at the path of a part is taken away.
    write(part: &Part, from: u64, size: u64) -> Sink;
    /// Writes a small file at the path of a part.
    write_small(part: &[u8], bytes: Bytes, looks: Looks) -> ();
    /// Gives a part its path: in the place of what is there if it `replaces` that.
    place(part: &[u8], path: &[u8], replaces: bool) -> Placed;
    /// Bytes that may still be written in a folder, if that is told.
    free(path: &[u8]) -> Option<u64>;
}

impl Disk {
    /// What takes part of the time of a round trip may be asked for this many times at once.
    pub(super) const fn at_once(&self) -> usize {
        match self {
            Self::Here(_) => 4,
            Self::Machine(_) => 32,
        }
    }

    /// What users and groups are called, as far as that is told.
    pub(super) async fn owners(&self, nodes: &[Node]) -> super::machine::Owners {
        match self {
            Self::Here(_) => super::machine::Owners::default(),
            Self::Machine(machine) => machine.owners(nodes).await,
        }
    }

    /// The path of a name in a folder.
    pub(super) fn join(&self, folder: &[u8], name: &[u8]) -> Vec<u8> {
        let separator = self.separator();
        let mut path = folder.to_vec();
        if path.last().is_some_and(|last| *last != separator && *last != b'/') {
            path.push(separator);
        }
        path.extend_from_slice(name);
        path
    }

    /// The folder of a path and the name in it; nothing at the top.
    pub(super) fn split<'a>(&self, path: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        split(matches!(self, Self::Here(_)), path)
    }

    const fn separator(&self) -> u8 {
        separator(matches!(self, Self::Here(_)))
    }
}

const fn separator(is_here: bool) -> u8 {
    if is_here && cfg!(windows) { b'\\' } else { b'/' }
}

/// The folder of a path, of this computer or of a machine, and the name in it; nothing at the top.
pub(super) fn split(is_here: bool, path: &[u8]) -> Option<(&[u8], &[u8])> {
    let separator = separator(is_here);
    let is_separator = |byte: &u8| *byte == separator || *byte == b'/';
    let end = path.iter().rposition(|byte| !is_separator(byte))? + 1;
    let path = path.get(..end)?;
    let at = path.iter().rposition(is_separator)?;
    let name = path.get(at + 1..)?;
    // `/` stays with what is directly below it, and so does `C:\`.
    let head = path.get(..at)?;
    let folder = if head.is_empty() || head.ends_with(b":") { path.get(..=at)? } else { head };
    Some((folder, name))
}

impl Source {
    /// The next bytes; nothing at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, CoreError> {
        match self {
            Self::Here(file) => file.next().await,
            Self::Machine(file) => file.next().await,
        }
    }
}

impl Sink {
    /// Writes the next bytes.
    pub(super) async fn write(&mut self, bytes: Bytes) -> Result<(), CoreError> {
        match self {
            Self::Here(file) => file.write(bytes).await,
            Self::Machine(file) => file.write(bytes).await,
        }
    }

    /// Waits until everything is written, lets it end at `length`, gives it what it looks like from outside, and closes
    /// it.
    pub(super) async fn finish(self, length: u64, looks: Looks) -> Result<(), CoreError> {
        match self {
            Self::Here(file) => file.finish(length, looks).await,
            Self::Machine(file) => file.finish(length, looks).await,
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn paths_are_taken_apart_and_put_together() {
        let disk = Disk::Here(Here::new(std::path::PathBuf::new()));
        for (path, folder, name) in
            [("/a/b", "/a", "b"), ("/a", "/", "a"), ("/a/b/", "/a", "b"), ("/a//b", "/a/", "b")]
        {
            let (found, called) = disk.split(path.as_bytes()).unwrap();
            assert_eq!((found, called), (folder.as_bytes(), name.as_bytes()), "{path}");
        }
        assert_eq!(disk.split(b"/"), None);
        assert_eq!(disk.split(b""), None);
        assert_eq!(disk.join(b"/", b"a"), b"/a");
        assert_eq!(disk.join(b"/a", b"b"), b"/a/b");
    }
}
