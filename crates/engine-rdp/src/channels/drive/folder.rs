//! The folder that is lent, and what lies in it: nothing else of this computer can be reached by a name.
//!
//! A link is never followed, wherever it leads, and is not shown. Whoever changes the folder here at the same moment
//! could still lead astray; the machine there cannot make links.

use super::Status;
use crate::Drive;
use std::{
    ffi::OsStr,
    fs::{self, File, Metadata, OpenOptions, ReadDir},
    io,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// No path has more parts than this.
const MOST_PARTS: usize = 64;
/// No name has more bytes than this.
const MOST_NAME: usize = 255;

/// A folder.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    writable: bool,
}

impl Folder {
    pub(crate) fn new(drive: &Drive) -> io::Result<Self> {
        let root = drive.path.canonicalize()?;
        if !root.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self { root, writable: drive.writable })
    }

    pub(crate) const fn writable(&self) -> bool {
        self.writable
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where a path of the machine leads: what it is, if it is there. All but the last part must be.
    pub(crate) fn find(&self, path: &str) -> Result<(PathBuf, Option<Metadata>), Status> {
        let mut at = self.root.clone();
        let mut found = Some(plain(&at)?.ok_or(Status::OBJECT_PATH_NOT_FOUND)?);
        let parts = path.split(['\\', '/']).filter(|part| !part.is_empty());
        for (n, part) in parts.enumerate() {
            if n >= MOST_PARTS || !is_name(part) {
                return Err(Status::OBJECT_NAME_INVALID);
            }
            match found {
                Some(folder) if folder.is_dir() => {}
                Some(_) => return Err(Status::NOT_A_DIRECTORY),
                None => return Err(Status::OBJECT_PATH_NOT_FOUND),
            }
            at.push(part);
            found = plain(&at)?;
        }
        Ok((at, found))
    }

    /// Opens a file that was found here.
    pub(crate) fn open(&self, path: &Path, write: bool, create: bool) -> Result<File, Status> {
        let mut how = OpenOptions::new();
        how.read(true).write(write && self.writable).create_new(create && self.writable);
        never_follow(&mut how);
        let file = how.open(path).map_err(|error| status(&error))?;
        // A pipe or a device would answer as it likes, or never.
        let regular = file.metadata().is_ok_and(|about| about.is_file());
        if regular { Ok(file) } else { Err(Status::ACCESS_DENIED) }
    }

    /// How many bytes there are room for, and how many in all.
    #[cfg(unix)]
    pub(crate) fn room(&self) -> (u64, u64) {
        rustix::fs::statvfs(&self.root).map_or((0, 0), |disk| {
            let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
            (bytes(disk.f_bavail), bytes(disk.f_blocks))
        })
    }

    /// How many bytes there are room for, and how many in all: nobody knows, and writing says when there is no more.
    #[cfg(not(unix))]
    pub(crate) const fn room(&self) -> (u64, u64) {
        (1 << 40, 1 << 40)
    }
}

#[cfg(unix)]
fn never_follow(how: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    how.custom_flags(flags.bits().cast_signed());
}

#[cfg(not(unix))]
const fn never_follow(_: &mut OpenOptions) {}

/// What is there; nothing if nothing is. What is neither a file nor a folder is not for the machine.
fn plain(path: &Path) -> Result<Option<Metadata>, Status> {
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_file() || about.is_dir() => Ok(Some(about)),
        Ok(_) => Err(Status::ACCESS_DENIED),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(status(&error)),
    }
}

/// Whether it names something inside of a folder, on any system.
fn is_name(part: &str) -> bool {
    let bad = |c: char| {
        c.is_control() || matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '/' | '\\')
    };
    part != "." && part != ".." && part.len() <= MOST_NAME && !part.contains(bad)
}

/// What of a folder the machine asks for, one at a time.
#[derive(Debug)]
pub(crate) struct Listing {
    entries: ReadDir,
    pattern: String,
}

impl Listing {
    pub(crate) fn new(folder: &Path, pattern: &str) -> Result<Self, Status> {
        let entries = fs::read_dir(folder).map_err(|error| status(&error))?;
        Ok(Self { entries, pattern: pattern.to_owned() })
    }
}

impl Iterator for Listing {
    type Item = (String, Metadata);

    fn next(&mut self) -> Option<Self::Item> {
        let Self { entries, pattern } = self;
        entries.by_ref().flatten().find_map(|entry| {
            // What cannot be said in the machine's terms is not there for it.
            let name = entry.file_name().to_str().filter(|name| is_name(name))?.to_owned();
            let about = plain(&entry.path()).ok().flatten()?;
            matches_pattern(pattern, &name).then_some((name, about))
        })
    }
}

/// Whether a name is meant by a pattern with `*` and `?`; capital letters do not count.
fn matches_pattern(pattern: &str, name: &str) -> bool {
    if matches!(pattern, "" | "*" | "*.*") {
        return true;
    }
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.to_lowercase().chars().collect(), name.to_lowercase().chars().collect());
    // Where to go on when a star has to take one more; never further back than the last star.
    let (mut p, mut n, mut star) = (0, 0, None);
    while let Some(letter) = name.get(n) {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(wanted) if wanted == letter || *wanted == '?' => (p, n) = (p + 1, n + 1),
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                (p, n) = (at + 1, taken + 1);
            }
        }
    }
    pattern.iter().skip(p).all(|rest| *rest == '*')
}

/// The last part of a path of the machine: what a listing asks for.
pub(crate) fn last_part(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or_default()
}

/// What the system says, as the machine understands it.
pub(crate) fn status(error: &io::Error) -> Status {
    match error.kind() {
        io::ErrorKind::NotFound => Status::NO_SUCH_FILE,
        io::ErrorKind::AlreadyExists => Status::OBJECT_NAME_COLLISION,
        io::ErrorKind::DirectoryNotEmpty => Status::DIRECTORY_NOT_EMPTY,
        io::ErrorKind::NotADirectory => Status::NOT_A_DIRECTORY,
        io::ErrorKind::IsADirectory => Status::FILE_IS_A_DIRECTORY,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Status::DISK_FULL,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Status::ACCESS_DENIED
        }
        _ => Status::UNSUCCESSFUL,
    }
}

/// A time as Windows counts it: in 100 nanoseconds since 1601.
pub(crate) fn file_time(time: io::Result<SystemTime>) -> i64 {
    const UNIX: i64 = 11_644_473_600;
    let since = time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let Some(since) = since else { return 0 };
    let seconds = i64::try_from(since.as_secs()).unwrap_or(0).saturating_add(UNIX);
    seconds.saturating_mul(10_000_000).saturating_add(i64::from(since.subsec_nanos() / 100))
}

/// Whether names that begin with a dot are hidden, as Unix has it.
pub(crate) fn hidden(path: &Path) -> bool {
    path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with('.'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("lent/inner")).unwrap();
        fs::write(dir.path().join("lent/inner/a.txt"), "a").unwrap();
        fs::write(dir.path().join("secret"), "s").unwrap();
        let drive = Drive { name: "x".into(), path: dir.path().join("lent"), writable: false };
        let folder = Folder::new(&drive).unwrap();
        (dir, folder)
    }

    #[test]
    fn paths_stay_inside() {
        let (_dir, folder) = folder();
        let (path, about) = folder.find("\\inner\\a.txt").unwrap();
        assert!(path.ends_with("lent/inner/a.txt") && about.unwrap().is_file());
        assert!(folder.find("").unwrap().1.unwrap().is_dir());
        for bad in [
            "..",
            "\\..\\secret",
            "inner\\..\\..\\secret",
            "inner/../../secret",
            ".",
            "a:b",
            "C:",
            "a*",
            "a\0b",
        ] {
            assert_eq!(folder.find(bad).unwrap_err(), Status::OBJECT_NAME_INVALID, "{bad:?}");
        }
        assert_eq!(folder.find(&"a\\".repeat(1000)).unwrap_err(), Status::OBJECT_PATH_NOT_FOUND);
        assert_eq!(folder.find(&"a".repeat(300)).unwrap_err(), Status::OBJECT_NAME_INVALID);
        assert_eq!(folder.find("inner\\a.txt\\b").unwrap_err(), Status::NOT_A_DIRECTORY);
        assert_eq!(folder.find("nothing\\b").unwrap_err(), Status::OBJECT_PATH_NOT_FOUND);
        assert!(folder.find("inner\\new").unwrap().1.is_none());
    }

    #[cfg(unix)]
    #[test]
    fn links_and_pipes_are_not_there() {
        use std::os::unix::fs::symlink;
        let (dir, folder) = folder();
        let lent = dir.path().join("lent");
        symlink(dir.path().join("secret"), lent.join("link")).unwrap();
        symlink(dir.path(), lent.join("up")).unwrap();
        symlink(lent.join("inner"), lent.join("inside")).unwrap();
        for bad in ["link", "up", "up\\secret", "inside\\a.txt"] {
            assert_eq!(folder.find(bad).unwrap_err(), Status::ACCESS_DENIED, "{bad}");
        }
        // Put in place between looking and opening.
        assert!(folder.open(&lent.join("link"), false, false).is_err());
        let made = std::process::Command::new("mkfifo").arg(lent.join("pipe")).status().unwrap();
        assert!(made.success());
        assert_eq!(folder.find("pipe").unwrap_err(), Status::ACCESS_DENIED);
        assert!(folder.open(&lent.join("pipe"), false, false).is_err());
        let listed: Vec<String> = Listing::new(&lent, "*").unwrap().map(|(name, _)| name).collect();
        assert_eq!(listed, ["inner"]);
    }

    #[test]
    fn patterns_mean_what_they_say_in_no_time() {
        for (pattern, name, meant) in [
            ("*", "a", true),
            ("a.txt", "A.TXT", true),
            ("*.txt", "a.txt", true),
            ("*.txt", "a.txt.gz", false),
            ("?.txt", "ab.txt", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXbY", false),
        ] {
            assert_eq!(matches_pattern(pattern, name), meant, "{pattern} {name}");
        }
        assert!(!matches_pattern(&"*a".repeat(100), &"b".repeat(255)));
    }

    #[test]
    fn times_are_those_of_windows() {
        assert_eq!(file_time(Ok(UNIX_EPOCH)), 116_444_736_000_000_000);
        assert_eq!(file_time(Err(io::ErrorKind::Other.into())), 0);
    }
}
