//! Files of this computer on the clipboard of a desktop: they are read when somebody pastes them there.
//!
//! What is chosen is named once and bounded; links inside folders are left out, since they may lead anywhere. Deliberately
//! absent: VNC, which has no such thing, and progress, which the far end shows to whoever pastes.

use super::{Sessions, desktop::takes_copies};
use crate::{Authorized, CoreError};
use patchbay_model::{FilePlace, SessionId};
use patchbay_session::desktop::{DesktopInput, LentFile, MOST_FILES};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// UTF-16 units of a name with the folders it is in, as Windows has them.
const MOST_PATH: usize = 259;

impl Sessions<'_> {
    /// Makes files and folders of this computer ones that can be pasted on a desktop. Says how many, with all that is in
    /// the folders.
    ///
    /// # Errors
    /// If the desktop takes none, or one of them cannot be had there.
    pub async fn lend_files(
        &self,
        id: SessionId,
        _here: &Authorized<FilePlace>,
        paths: Vec<String>,
    ) -> Result<u32, CoreError> {
        let session = self.get(id)?;
        let title = session.info().title;
        if !takes_copies(&session) {
            return Err(CoreError::invalid(
                "id",
                format!("{title} takes no copied files."),
                "Switch its shared clipboard on and connect, or lend it a folder as a drive.",
            ));
        }
        if paths.is_empty() {
            return Err(CoreError::invalid("paths", "Nothing is chosen.", "Choose some files."));
        }
        let walking = tokio::task::spawn_blocking(move || {
            let mut lent = Vec::new();
            for path in paths {
                add(&mut lent, &PathBuf::from(path), &[], true)?;
            }
            Ok(lent)
        });
        let walked = walking.await.map_err(|error| CoreError::Internal(error.to_string()))?;
        let lent: Vec<LentFile> = walked.map_err(|why: Why| why.about(&title))?;
        let count = u32::try_from(lent.len()).unwrap_or(u32::MAX);
        if count == 0 {
            return Err(CoreError::invalid(
                "paths",
                "There is no file among what was chosen.",
                "Choose files or folders.",
            ));
        }
        let sent = session.input.desktop.send(DesktopInput::LendFiles(lent)).await;
        sent.map(|()| count).map_err(|_| CoreError::NotFound("session"))
    }
}

/// Why something cannot be lent.
#[derive(Debug)]
enum Why {
    Unreadable(PathBuf, io::Error),
    Name(PathBuf),
    TooMany,
}

impl Why {
    fn about(self, title: &str) -> CoreError {
        let (message, next) = match self {
            Self::Unreadable(path, error) => {
                (format!("{} cannot be read: {error}.", path.display()), "Choose another file.")
            }
            Self::Name(path) => (
                format!("{} has a name that {title} cannot take.", path.display()),
                "Rename it: shorter, and without \\ : * ? \" < > | and control characters.",
            ),
            Self::TooMany => (
                format!("These are more than {MOST_FILES} files and folders."),
                "Pack them into one file, or lend a folder as a drive.",
            ),
        };
        CoreError::invalid("paths", message, next)
    }
}

/// Adds what is at a path, and everything inside.
fn add(lent: &mut Vec<LentFile>, at: &Path, folders: &[String], chosen: bool) -> Result<(), Why> {
    let unreadable = |error| Why::Unreadable(at.to_owned(), error);
    // A link that was chosen by hand is what it leads to.
    let looked = if chosen { fs::metadata(at) } else { fs::symlink_metadata(at) };
    let found = looked.map_err(unreadable)?;
    if !found.is_file() && !found.is_dir() {
        return Ok(());
    }
    if lent.len() >= MOST_FILES {
        return Err(Why::TooMany);
    }
    let name = at.file_name().and_then(|name| name.to_str()).filter(|name| usable(name));
    let name = name.ok_or_else(|| Why::Name(at.to_owned()))?;
    let path: Vec<String> =
        folders.iter().map(String::as_str).chain([name]).map(str::to_owned).collect();
    if path.join("\\").encode_utf16().count() > MOST_PATH {
        return Err(Why::Name(at.to_owned()));
    }
    let since = found.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let modified = since.and_then(|since| i64::try_from(since.as_secs()).ok());
    let folder = found.is_dir();
    let size = if folder { 0 } else { found.len() };
    lent.push(LentFile { at: at.to_owned(), path: path.clone(), folder, size, modified });
    if folder {
        let mut inside: Vec<PathBuf> = fs::read_dir(at)
            .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
            .map_err(unreadable)?;
        inside.sort_unstable();
        for entry in inside {
            add(lent, &entry, &path, false)?;
        }
    }
    Ok(())
}

/// As Windows takes it, which is what a desktop reached by RDP mostly is.
fn usable(name: &str) -> bool {
    let refused =
        |c: char| c.is_control() || matches!(c, '\\' | ':' | '<' | '>' | '"' | '|' | '?' | '*');
    name.len() <= 255 && !name.ends_with(['.', ' ']) && !name.chars().any(refused)
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn walk(path: &Path) -> Result<Vec<String>, Why> {
        let mut lent = Vec::new();
        add(&mut lent, path, &[], true)?;
        Ok(lent.iter().map(|file| file.path.join("/")).collect())
    }

    #[test]
    fn folders_are_lent_with_what_is_inside_and_links_are_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path().join("top");
        fs::create_dir_all(top.join("inner")).unwrap();
        fs::write(top.join("b.txt"), b"b").unwrap();
        fs::write(top.join("inner/a.txt"), b"a").unwrap();
        fs::write(dir.path().join("secret"), b"s").unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret"), top.join("link")).unwrap();
        std::os::unix::fs::symlink(dir.path(), top.join("up")).unwrap();
        assert_eq!(walk(&top).unwrap(), ["top", "top/b.txt", "top/inner", "top/inner/a.txt"]);
        // One that was chosen is meant.
        assert_eq!(walk(&top.join("link")).unwrap(), ["link"]);
        assert!(matches!(walk(&dir.path().join("none")), Err(Why::Unreadable(..))));
        for name in ["a:b", "ends.", "back\\slash", "what?"] {
            fs::write(dir.path().join(name), b"").unwrap();
            assert!(matches!(walk(&dir.path().join(name)), Err(Why::Name(_))), "{name}");
        }
        let deep = (0..30).fold(dir.path().join("deep"), |path, _| path.join("0123456789"));
        fs::create_dir_all(&deep).unwrap();
        assert!(matches!(walk(&dir.path().join("deep")), Err(Why::Name(_))));
    }
}
