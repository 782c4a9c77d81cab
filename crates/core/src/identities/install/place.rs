//! Putting a key into the account's `authorized_keys` over SFTP: no shell is needed, and none is trusted.
//!
//! The new file is written beside the old one and takes its place when it is whole. A link is followed to what it points
//! to. The permissions of what is there stay as they are. Deliberately absent: the file OpenSSH on Windows keeps for
//! administrators, and places a server's `AuthorizedKeysFile` names.

use super::authorized_keys::{Plan, plan};
use crate::{CoreError, files::problem::of_machine};
use patchbay_model::{ApiError, ErrorCode, IdentityId};
use patchbay_sftp::{Attributes, Client, File, FileKind, OpenOptions, SftpError, StatusCode};

/// Longer is no file of keys.
const LARGEST: usize = 1024 * 1024;
/// How often it is begun anew because somebody else changed the file meanwhile.
const TRIES: u32 = 3;

/// What became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Placed {
    /// The file, as the machine names it.
    pub(super) path: Vec<u8>,
    /// It was put in now.
    pub(super) added: bool,
    /// It was there, behind options.
    pub(super) options: bool,
    /// What may keep the server from reading the file, as sentences.
    pub(super) notes: Vec<String>,
}

/// The account at the other end.
pub(super) struct Account<'a> {
    pub(super) client: &'a Client,
    /// What the machine is called.
    pub(super) machine: &'a str,
}

impl Account<'_> {
    /// Puts the line into the file, unless its key is there.
    pub(super) async fn place(&self, line: &str) -> Result<Placed, CoreError> {
        let home = self.client.realpath(b".").await.map_err(self.problem(b".", "found"))?;
        let folder = join(&home, b".ssh");
        self.folder(&folder).await?;
        let path = self.real(&join(&folder, b"authorized_keys")).await?;
        for _ in 0..TRIES {
            let Some(placed) = self.attempt(&path, line).await? else { continue };
            let mut notes = Vec::new();
            for at in [&home, &folder, &path] {
                notes.extend(self.loose(at).await);
            }
            return Ok(Placed { path, notes, ..placed });
        }
        Err(self.refused(&path, "is being changed by somebody else at this moment", "Try again."))
    }

    /// Makes `~/.ssh` where there is none.
    async fn folder(&self, folder: &[u8]) -> Result<(), CoreError> {
        if let Some(found) =
            there(self.client.stat(folder).await).map_err(self.problem(folder, "looked at"))?
        {
            if found.kind() == FileKind::Folder {
                return Ok(());
            }
            return Err(self.refused(folder, "is not a folder", "Look what is in the way there."));
        }
        let made = self.client.make_dir(folder, Some(0o700)).await;
        made.map_err(self.problem(folder, "made"))?;
        // Some servers give a new folder other permissions than they are asked for.
        let private = Attributes { permissions: Some(0o700), ..Attributes::default() };
        let set = self.client.set_attributes(folder, &private).await;
        set.map_err(self.problem(folder, "made private"))
    }

    /// The file itself, if its name is a link.
    async fn real(&self, named: &[u8]) -> Result<Vec<u8>, CoreError> {
        let problem = || self.problem(named, "looked at");
        match there(self.client.lstat(named).await).map_err(problem())? {
            Some(found) if found.kind() == FileKind::Link => {}
            _ => return Ok(named.to_vec()),
        }
        if there(self.client.stat(named).await).map_err(problem())?.is_none() {
            return Err(self.refused(
                named,
                "is a link that leads nowhere",
                "Remove it, or make the file it points to.",
            ));
        }
        self.client.realpath(named).await.map_err(problem())
    }

    /// Reads, adds and replaces; `None` if the file was changed meanwhile.
    async fn attempt(&self, path: &[u8], line: &str) -> Result<Option<Placed>, CoreError> {
        let before = there(self.client.stat(path).await).map_err(self.problem(path, "read"))?;
        if before
            .as_ref()
            .is_some_and(|found| matches!(found.kind(), FileKind::Folder | FileKind::Other(1..)))
        {
            return Err(self.refused(path, "is no file", "Look what is in the way there."));
        }
        let text = match &before {
            Some(_) => self.read(path).await?,
            None => Vec::new(),
        };
        let placed = |added, options| {
            Some(Placed { path: path.to_vec(), added, options, notes: Vec::new() })
        };
        let new = match plan(&text, line) {
            Some(Plan::Present { options }) => return Ok(placed(false, options)),
            Some(Plan::Add(new)) => new,
            None => return Err(CoreError::Internal("a public key is no line".into())),
        };
        let beside = beside(path);
        let swap = async {
            self.write(&beside, &new, before.as_ref()).await?;
            let now = there(self.client.stat(path).await).map_err(self.problem(path, "read"))?;
            if stamp(now.as_ref()) != stamp(before.as_ref()) {
                return Ok(false);
            }
            let replaced = match before {
                Some(_) => self.client.replace(&beside, path).await,
                None => self.client.rename(&beside, path).await,
            };
            replaced.map_err(self.problem(path, "replaced")).map(|()| true)
        };
        let swapped = swap.await;
        if !matches!(swapped, Ok(true)) {
            // It may not have been made at all.
            let _gone = self.client.remove_file(&beside).await;
        }
        if !swapped? {
            return Ok(None);
        }
        // A server that says "done" and keeps nothing has been seen on full disks.
        if self.read(path).await? == new {
            return Ok(placed(true, false));
        }
        Ok(None)
    }

    async fn read(&self, path: &[u8]) -> Result<Vec<u8>, CoreError> {
        let problem = self.problem(path, "read");
        let file = self.client.open(path, OpenOptions::read()).await.map_err(&problem)?;
        let mut text = Vec::new();
        loop {
            let offset = u64::try_from(text.len()).unwrap_or(u64::MAX);
            let piece = file.read_at(offset, 32 * 1024).await.map_err(&problem)?;
            if piece.is_empty() {
                return Ok(text);
            }
            text.extend_from_slice(&piece);
            if text.len() > LARGEST {
                return Err(self.refused(
                    path,
                    "is larger than 1 MiB, so nothing was changed",
                    "Look what is in it: it holds more than keys.",
                ));
            }
        }
    }

    async fn write(
        &self,
        path: &[u8],
        text: &[u8],
        like: Option<&Attributes>,
    ) -> Result<(), CoreError> {
        let problem = self.problem(path, "written");
        let options = OpenOptions::create_new().mode(0o600);
        let file = self.client.open(path, options).await.map_err(&problem)?;
        let mode = like.and_then(|like| like.permissions).map_or(0o600, |mode| mode & 0o7777);
        let looks = Attributes { permissions: Some(mode), ..Attributes::default() };
        file.set_attributes(&looks).await.map_err(&problem)?;
        if let Some(owner) = like.and_then(|like| like.owner) {
            // Only root may give a file away; for anybody else it is theirs already, or cannot be.
            let owned = Attributes { owner: Some(owner), ..Attributes::default() };
            let _refused = file.set_attributes(&owned).await;
        }
        self.fill(file, text).await.map_err(problem)
    }

    async fn fill(&self, file: File, text: &[u8]) -> Result<(), SftpError> {
        file.write_at(0, text.to_vec().into()).await?;
        match file.sync().await {
            Ok(()) | Err(SftpError::NotOffered(_) | SftpError::Status { .. }) => {}
            Err(error) => return Err(error),
        }
        file.close().await
    }

    /// sshd with `StrictModes` does not read files others can write.
    async fn loose(&self, path: &[u8]) -> Option<String> {
        let mode = self.client.stat(path).await.ok()?.permissions?;
        (mode & 0o022 != 0).then(|| {
            format!(
                "{} can be changed by others (mode {:04o}); many servers do not read keys there until that ends.",
                name(path),
                mode & 0o7777
            )
        })
    }

    fn problem<'a>(
        &'a self,
        path: &'a [u8],
        doing: &'a str,
    ) -> impl Fn(SftpError) -> CoreError + 'a {
        move |error| of_machine(self.machine, path, doing, &error)
    }

    fn refused(&self, path: &[u8], what: &str, next: &str) -> CoreError {
        let message = format!("{} of {} {what}.", name(path), self.machine);
        CoreError::Api(Box::new(ApiError::new(ErrorCode::Storage, message).next(next)))
    }
}

/// The answer about something that need not be there.
fn there(answer: Result<Attributes, SftpError>) -> Result<Option<Attributes>, SftpError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(SftpError::Status { code: StatusCode::NoSuchFile, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What differs once somebody else has written it.
fn stamp(found: Option<&Attributes>) -> Option<(Option<u64>, Option<u32>)> {
    found.map(|found| (found.size, found.times.map(|(_, modified)| modified)))
}

fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = folder.to_vec();
    if path.last() != Some(&b'/') {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

/// A name in the same folder that nobody else has.
fn beside(path: &[u8]) -> Vec<u8> {
    let at = path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    let mut new = path.get(..at).unwrap_or_default().to_vec();
    new.extend_from_slice(format!(".patchbay-{}", IdentityId::new()).as_bytes());
    new
}

fn name(path: &[u8]) -> String {
    crate::tree::shown(&String::from_utf8_lossy(path)).to_string()
}
