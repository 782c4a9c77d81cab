//! A file or folder that the machine has opened.

use super::{
    Status,
    folder::{Folder, Listing, file_time, hidden, status},
};
use ironrdp_rdpdr::pdu::efs::{
    Boolean, DesiredAccess, FileAttributeTagInformation, FileAttributes, FileBasicInformation,
    FileBothDirectoryInformation, FileDirectoryInformation, FileFullDirectoryInformation,
    FileInformationClass as About, FileInformationClassLevel as Level, FileNamesInformation,
    FileStandardInformation,
};
use std::{
    fs::{self, File, Metadata},
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

#[derive(Debug)]
pub(super) struct Handle {
    path: PathBuf,
    what: What,
    /// Whether it goes when it is closed.
    delete: bool,
}

#[derive(Debug)]
enum What {
    File(File),
    Folder(Option<Listing>),
}

/// Whether what the machine wants to do would change something.
pub(super) const fn asks_to_write(access: &DesiredAccess) -> bool {
    access.intersects(
        DesiredAccess::FILE_WRITE_DATA_OR_FILE_ADD_FILE
            .union(DesiredAccess::FILE_APPEND_DATA_OR_FILE_ADD_SUBDIRECTORY)
            .union(DesiredAccess::GENERIC_WRITE)
            .union(DesiredAccess::GENERIC_ALL),
    )
}

impl Handle {
    pub(super) fn folder(path: PathBuf, create: bool, delete: bool) -> Result<Self, Status> {
        if create {
            fs::create_dir(&path).map_err(|error| status(&error))?;
        }
        Ok(Self { path, what: What::Folder(None), delete })
    }

    pub(super) fn file(
        folder: &Folder,
        path: PathBuf,
        (write, create, truncate): (bool, bool, bool),
        delete: bool,
    ) -> Result<Self, Status> {
        let file = folder.open(&path, write || create, create)?;
        if truncate {
            file.set_len(0).map_err(|error| status(&error))?;
        }
        Ok(Self { path, what: What::File(file), delete })
    }

    pub(super) fn close(self, folder: &Folder) -> Status {
        let Self { path, what, delete } = self;
        let is_folder = matches!(what, What::Folder(_));
        drop(what);
        if !delete || !folder.writable() {
            return Status::SUCCESS;
        }
        let removed = if is_folder { fs::remove_dir(&path) } else { fs::remove_file(&path) };
        removed.map_or_else(|error| status(&error), |()| Status::SUCCESS)
    }

    pub(super) fn read(&mut self, offset: u64, length: usize) -> Result<Vec<u8>, Status> {
        let What::File(file) = &mut self.what else { return Err(Status::FILE_IS_A_DIRECTORY) };
        let size = file.metadata().map_err(|error| status(&error))?.len();
        // Not more memory than there is to read.
        let left = usize::try_from(size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut data = vec![0; length.min(left)];
        file.seek(SeekFrom::Start(offset)).map_err(|error| status(&error))?;
        let mut read = 0;
        while let Some(rest) = data.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match file.read(rest) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(status(&error)),
            }
        }
        data.truncate(read);
        Ok(data)
    }

    pub(super) fn write(
        &mut self,
        folder: &Folder,
        offset: u64,
        data: &[u8],
    ) -> Result<(), Status> {
        let What::File(file) = &mut self.what else { return Err(Status::FILE_IS_A_DIRECTORY) };
        if !folder.writable() {
            return Err(Status::ACCESS_DENIED);
        }
        let length = u64::try_from(data.len()).unwrap_or(u64::MAX);
        fits(folder, file, offset.checked_add(length).ok_or(Status::INVALID_PARAMETER)?)?;
        file.seek(SeekFrom::Start(offset)).map_err(|error| status(&error))?;
        file.write_all(data).map_err(|error| status(&error))
    }

    pub(super) fn flush(&self) -> Status {
        match &self.what {
            What::File(file) => {
                file.sync_data().map_or_else(|error| status(&error), |()| Status::SUCCESS)
            }
            What::Folder(_) => Status::SUCCESS,
        }
    }

    pub(super) fn about(&self, level: Level) -> Result<About, Status> {
        let about = match &self.what {
            What::File(file) => file.metadata(),
            What::Folder(_) => fs::symlink_metadata(&self.path),
        };
        let about = about.map_err(|error| status(&error))?;
        let file_attributes = attributes(&self.path, &about);
        let size = size(&about);
        Ok(match level {
            Level::FILE_BASIC_INFORMATION => About::Basic(FileBasicInformation {
                creation_time: file_time(about.created().or_else(|_| about.modified())),
                last_access_time: file_time(about.accessed()),
                last_write_time: file_time(about.modified()),
                change_time: file_time(about.modified()),
                file_attributes,
            }),
            Level::FILE_STANDARD_INFORMATION => About::Standard(FileStandardInformation {
                allocation_size: size,
                end_of_file: size,
                number_of_links: 1,
                delete_pending: yes(self.delete),
                directory: yes(about.is_dir()),
            }),
            Level::FILE_ATTRIBUTE_TAG_INFORMATION => {
                About::AttributeTag(FileAttributeTagInformation { file_attributes, reparse_tag: 0 })
            }
            _ => return Err(Status::NOT_SUPPORTED),
        })
    }

    /// The next entry; with a pattern, the first one that it means.
    pub(super) fn list(&mut self, pattern: Option<&str>, level: Level) -> Result<About, Status> {
        let What::Folder(listing) = &mut self.what else { return Err(Status::NOT_A_DIRECTORY) };
        if let Some(pattern) = pattern {
            *listing = Some(Listing::new(&self.path, pattern)?);
        }
        let nothing = if pattern.is_some() { Status::NO_SUCH_FILE } else { Status::NO_MORE_FILES };
        let (name, about) = listing.as_mut().and_then(Iterator::next).ok_or(nothing)?;
        let created = file_time(about.created().or_else(|_| about.modified()));
        let accessed = file_time(about.accessed());
        let written = file_time(about.modified());
        let (size, kind) = (size(&about), attributes(Path::new(&name), &about));
        Ok(match level {
            Level::FILE_BOTH_DIRECTORY_INFORMATION => {
                About::BothDirectory(FileBothDirectoryInformation::new(
                    created, accessed, written, written, size, kind, name,
                ))
            }
            Level::FILE_FULL_DIRECTORY_INFORMATION => {
                About::FullDirectory(FileFullDirectoryInformation::new(
                    created, accessed, written, written, size, kind, name,
                ))
            }
            Level::FILE_DIRECTORY_INFORMATION => About::Directory(FileDirectoryInformation::new(
                created, accessed, written, written, size, kind, name,
            )),
            Level::FILE_NAMES_INFORMATION => About::Names(FileNamesInformation::new(name)),
            _ => return Err(Status::NOT_SUPPORTED),
        })
    }

    pub(super) fn set(&mut self, folder: &Folder, wanted: &About) -> Result<(), Status> {
        if !folder.writable() {
            return Err(Status::ACCESS_DENIED);
        }
        match (wanted, &self.what) {
            // Times and attributes stay what this computer makes them; programs go on.
            (About::Basic(_), _) => Ok(()),
            (About::EndOfFile(end), What::File(file)) => resize(folder, file, end.end_of_file),
            (About::Allocation(space), What::File(file)) => {
                // Room is taken when something is written; less than there is cuts it off.
                let less = u64::try_from(space.allocation_size)
                    .map_err(|_| Status::INVALID_PARAMETER)?
                    < file.metadata().map_err(|error| status(&error))?.len();
                if less { resize(folder, file, space.allocation_size) } else { Ok(()) }
            }
            (About::Disposition(wanted), what) => {
                let full = matches!(what, What::Folder(_))
                    && fs::read_dir(&self.path).is_ok_and(|mut entries| entries.next().is_some());
                if full && wanted.delete_pending != 0 {
                    return Err(Status::DIRECTORY_NOT_EMPTY);
                }
                self.delete = wanted.delete_pending != 0;
                Ok(())
            }
            (About::Rename(wanted), _) => {
                let (target, there) = folder.find(&wanted.file_name)?;
                if target == folder.root()
                    || (there.is_some() && wanted.replace_if_exists == Boolean::False)
                {
                    return Err(Status::OBJECT_NAME_COLLISION);
                }
                fs::rename(&self.path, &target).map_err(|error| status(&error))?;
                self.path = target;
                Ok(())
            }
            _ => Err(Status::NOT_SUPPORTED),
        }
    }
}

fn resize(folder: &Folder, file: &File, size: i64) -> Result<(), Status> {
    let size = u64::try_from(size).map_err(|_| Status::INVALID_PARAMETER)?;
    fits(folder, file, size)?;
    file.set_len(size).map_err(|error| status(&error))
}

/// Whether the disk has room for a file of this size, so that none is made that only seems to be.
fn fits(folder: &Folder, file: &File, size: u64) -> Result<(), Status> {
    let now = file.metadata().map_err(|error| status(&error))?.len();
    let (room, _) = folder.room();
    if size > now.saturating_add(room) { Err(Status::DISK_FULL) } else { Ok(()) }
}

fn size(about: &Metadata) -> i64 {
    if about.is_dir() { 0 } else { i64::try_from(about.len()).unwrap_or(i64::MAX) }
}

fn attributes(path: &Path, about: &Metadata) -> FileAttributes {
    let mut attributes = if about.is_dir() {
        FileAttributes::FILE_ATTRIBUTE_DIRECTORY
    } else {
        FileAttributes::FILE_ATTRIBUTE_ARCHIVE
    };
    attributes.set(FileAttributes::FILE_ATTRIBUTE_HIDDEN, hidden(path));
    attributes.set(FileAttributes::FILE_ATTRIBUTE_READONLY, about.permissions().readonly());
    attributes
}

const fn yes(it_is: bool) -> Boolean {
    if it_is { Boolean::True } else { Boolean::False }
}
