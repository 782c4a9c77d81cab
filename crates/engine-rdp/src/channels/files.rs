//! Files on the clipboard (MS-RDPECLIP sections 2.2.5.2 to 2.2.5.4): lists of them from and to the far end's form, and the
//! pieces of ours that it reads.
//!
//! Deliberately absent: locks, so a copy of files ends when something else is copied.

use ironrdp_cliprdr::pdu::{
    ClipboardFileAttributes, FileContentsFlags, FileContentsRequest, FileContentsResponse,
    FileDescriptor,
};
use patchbay_session::desktop::{CopiedFile, LentFile, MOST_FILES};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

/// Bytes that the far end gets at once, however many it asks for.
const MOST_READ: u32 = 4 * 1024 * 1024;
/// UTF-16 units of a path on the wire, without the zero at its end.
const MOST_PATH: usize = 259;
/// 100 ns in a second.
const TICKS: i64 = 10_000_000;
/// Seconds from 1601, with which Windows begins, to 1970.
const EPOCHS: i64 = 11_644_473_600;

/// What the far end says that it has. What has no usable name keeps its place, with no path at all.
pub(crate) fn copied(files: &[FileDescriptor]) -> Vec<CopiedFile> {
    files.iter().take(MOST_FILES).map(entry).collect()
}

fn entry(file: &FileDescriptor) -> CopiedFile {
    let whole = file.relative_path.iter().chain([&file.name]);
    let parts = whole.flat_map(|part| part.split(['\\', '/'])).filter(|part| !part.is_empty());
    let path: Vec<String> = parts.map(str::to_owned).collect();
    let folder = file
        .attributes
        .is_some_and(|attributes| attributes.contains(ClipboardFileAttributes::DIRECTORY));
    let seconds = |ticks: u64| {
        i64::try_from(ticks).ok().filter(|ticks| *ticks != 0).map(|t| t / TICKS - EPOCHS)
    };
    CopiedFile {
        // A place in the list without a name that can be used: nothing is made of it.
        path: if path.iter().all(|part| usable(part)) { path } else { Vec::new() },
        folder,
        size: file.file_size,
        modified: file.last_write_time.and_then(seconds),
    }
}

/// Whether it is a single part of a path on any system.
fn usable(part: &str) -> bool {
    let refused = |c: char| c.is_control() || matches!(c, ':' | '<' | '>' | '"' | '|' | '?' | '*');
    !matches!(part, "." | "..")
        && part.len() <= 255
        && !part.chars().any(refused)
        && !part.ends_with(['.', ' '])
        && !ironrdp_cliprdr::is_windows_device_name(part)
}

/// Files of here as the far end is told of them; nothing if one has a name that cannot be told.
pub(crate) fn descriptors(files: &[LentFile]) -> Option<Vec<FileDescriptor>> {
    files.iter().map(descriptor).collect()
}

fn descriptor(file: &LentFile) -> Option<FileDescriptor> {
    let (name, folders) = file.path.split_last()?;
    let path = file.path.join("\\");
    if !file.path.iter().all(|part| usable(part) && !part.contains(['\\', '/']))
        || path.encode_utf16().count() > MOST_PATH
    {
        return None;
    }
    let attributes = if file.folder {
        ClipboardFileAttributes::DIRECTORY
    } else {
        ClipboardFileAttributes::NORMAL
    };
    let mut told = FileDescriptor::new(name)
        .with_attributes(attributes)
        .with_file_size(if file.folder { 0 } else { file.size });
    let ticks = file.modified.and_then(|at| at.checked_add(EPOCHS)?.checked_mul(TICKS));
    if let Some(ticks) = ticks.and_then(|ticks| u64::try_from(ticks).ok()) {
        told = told.with_last_write_time(ticks);
    }
    Some(if folders.is_empty() { told } else { told.with_relative_path(folders.join("\\")) })
}

/// What the far end wants to know of one of ours. Reads from the disk: not for a thread that must not wait.
pub(crate) fn answer(
    file: Option<&LentFile>,
    request: &FileContentsRequest,
) -> FileContentsResponse<'static> {
    let id = request.stream_id;
    let Some(file) = file.filter(|file| !file.folder) else {
        return FileContentsResponse::new_error(id);
    };
    if request.flags.contains(FileContentsFlags::SIZE) {
        return FileContentsResponse::new_size_response(id, file.size);
    }
    match read(file, request.position, request.requested_size.min(MOST_READ)) {
        Ok(bytes) => FileContentsResponse::new_data_response(id, bytes),
        Err(error) => {
            tracing::debug!(%error, "a file that was copied here cannot be read");
            FileContentsResponse::new_error(id)
        }
    }
}

fn read(file: &LentFile, from: u64, length: u32) -> io::Result<Vec<u8>> {
    let mut opened = File::open(&file.at)?;
    // It may be something else by now, and a pipe would be waited for.
    if !opened.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    opened.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    opened.take(length.into()).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn hostile_names_come_to_nothing() {
        for name in ["..", "a\\..\\b", "c:d", "CON", "nul.txt", "a\u{7}", "a*", "end.", "end "] {
            assert_eq!(entry(&FileDescriptor::new(name)).path, Vec::<String>::new(), "{name:?}");
        }
        let long = "x".repeat(256);
        assert!(entry(&FileDescriptor::new(long)).path.is_empty());
        let deep = FileDescriptor::new("c.txt").with_relative_path("\\a\\b");
        assert_eq!(entry(&deep).path, ["a", "b", "c.txt"]);
        let many = vec![FileDescriptor::new("a"); MOST_FILES + 5];
        assert_eq!(copied(&many).len(), MOST_FILES);
    }

    #[test]
    fn what_is_told_of_a_file_is_understood() {
        let path = vec!["folder".to_owned(), "ä.txt".to_owned()];
        let file = LentFile {
            at: "/nowhere".into(),
            path: path.clone(),
            folder: false,
            size: 5_000_000_000,
            modified: Some(1_700_000_000),
        };
        let told = descriptors(std::slice::from_ref(&file)).unwrap();
        let size = Some(5_000_000_000);
        let modified = Some(1_700_000_000);
        assert_eq!(copied(&told), [CopiedFile { path, folder: false, size, modified }]);
        for path in [vec![], vec!["a".repeat(150), "b".repeat(150)], vec!["a/b".to_owned()]] {
            assert_eq!(descriptors(&[LentFile { path, ..file.clone() }]), None);
        }
    }

    #[test]
    fn pieces_are_those_of_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().join("file");
        std::fs::write(&at, b"0123456789").unwrap();
        let file =
            LentFile { at, path: vec!["file".into()], folder: false, size: 10, modified: None };
        let request = |flags, position, requested_size| FileContentsRequest {
            stream_id: 7,
            index: 0,
            flags,
            position,
            requested_size,
            data_id: None,
        };
        let range = |position, length| {
            answer(Some(&file), &request(FileContentsFlags::RANGE, position, length))
        };
        assert_eq!(range(2, 3).data(), b"234");
        assert_eq!(range(8, u32::MAX).data(), b"89");
        assert_eq!(range(u64::MAX / 4, 3).data(), b"");
        let size = answer(Some(&file), &request(FileContentsFlags::SIZE, 0, 8));
        assert_eq!(size.data_as_size().unwrap(), 10);
        let folder = LentFile { folder: true, ..file.clone() };
        assert!(answer(Some(&folder), &request(FileContentsFlags::RANGE, 0, 1)).is_error());
        assert!(answer(None, &request(FileContentsFlags::RANGE, 0, 1)).is_error());
    }
}
