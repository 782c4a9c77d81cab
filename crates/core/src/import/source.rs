//! Reading what is to be imported: one file, a folder of them, or a text that was pasted.

use crate::CoreError;
use patchbay_exchange::{File, Format, detect};
use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

const LARGEST_FILE: u64 = 32 << 20;
/// Of a folder.
const MOST_FILES: usize = 10_000;
const LARGEST_IN_FOLDER: u64 = 1 << 20;
/// What a text that was pasted is called.
pub(super) const PASTED: &str = "pasted text";

/// What was read.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) format: Format,
    pub(super) files: Vec<File>,
}

/// A pasted text.
pub(super) fn pasted(text: &str, format: Option<Format>) -> Result<Loaded, CoreError> {
    let files = vec![File { name: PASTED.to_owned(), bytes: text.as_bytes().to_vec() }];
    let format = format.or_else(|| detect(&files)).ok_or_else(|| unknown("The text"))?;
    Ok(Loaded { format, files })
}

/// A file or a folder. Blocks.
pub(super) fn load(path: &Path, format: Option<Format>, home: &Path) -> Result<Loaded, CoreError> {
    let problem = |source| CoreError::File { action: "Reading", path: path.to_owned(), source };
    let about = fs::metadata(path).map_err(problem)?;
    let mut files = if about.is_dir() {
        folder(path).map_err(problem)?
    } else {
        vec![File { name: shown(path), bytes: bounded(path, LARGEST_FILE).map_err(problem)? }]
    };
    let format = format
        .or_else(|| detect(&files))
        .ok_or_else(|| unknown(&format!("What is in {}", path.display())))?;
    match format {
        Format::Remmina => preferences(path, home, &mut files),
        Format::Rdp => keep(&mut files, |name| name.to_ascii_lowercase().ends_with(".rdp")),
        _ => {}
    }
    Ok(Loaded { format, files })
}

fn unknown(what: &str) -> CoreError {
    CoreError::invalid(
        "format",
        format!("{what} is in no format that is understood."),
        "Choose the program it comes from, and check that the file is the right one.",
    )
}

/// Leaves other files of a folder out, unless there is but one that was chosen.
fn keep(files: &mut Vec<File>, fits: impl Fn(&str) -> bool) {
    if files.len() > 1 {
        files.retain(|file| fits(&file.name));
    }
}

/// The name of a file without its folder.
fn shown(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The files in a folder, and those in its folder `sessions`, sorted by name. What cannot be read is not there.
fn folder(path: &Path) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    for (folder, prefix) in [(path.to_owned(), ""), (path.join("sessions"), "sessions/")] {
        let listed = match fs::read_dir(&folder) {
            Ok(listed) => listed,
            Err(error) if prefix.is_empty() => return Err(error),
            Err(_) => continue,
        };
        let mut paths: Vec<PathBuf> =
            listed.flatten().map(|item| item.path()).filter(|path| path.is_file()).collect();
        paths.sort();
        for path in paths {
            if files.len() >= MOST_FILES {
                return Err(io::Error::new(
                    io::ErrorKind::FileTooLarge,
                    "there are more than 10,000 files in it",
                ));
            }
            if let Ok(bytes) = bounded(&path, LARGEST_IN_FOLDER) {
                files.push(File { name: format!("{prefix}{}", shown(&path)), bytes });
            }
        }
    }
    Ok(files)
}

/// Remmina's preferences, which hold what opens its passwords, are in another folder than its profiles.
fn preferences(path: &Path, home: &Path, files: &mut Vec<File>) {
    const NAME: &str = "remmina.pref";
    if files.iter().any(|file| file.name == NAME) {
        return;
    }
    let beside = path.parent().map(|folder| folder.join(NAME));
    let usual = home.join(".config").join("remmina").join(NAME);
    let found =
        beside.into_iter().chain([usual]).find_map(|path| bounded(&path, LARGEST_IN_FOLDER).ok());
    files.extend(found.map(|bytes| File { name: NAME.to_owned(), bytes }));
}

/// The whole of a regular file, if it is not too large. A pipe or device would never end.
fn bounded(path: &Path, largest: u64) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(largest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > largest {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large"));
    }
    Ok(bytes)
}
