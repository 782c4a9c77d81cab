//! What OpenSSH adds to version 3 (section 4 of its file PROTOCOL). Each is [`SftpError::NotOffered`] where the server
//! lacks it.
//!
//! Deliberately absent: what other servers add.

use crate::{
    Attributes, Client, File, SftpError, StatusCode,
    answer::Expect,
    codec::{Draft, Fields},
};
use bytes::{BufMut, Bytes, BytesMut};

/// The most numbers that are asked about in one packet.
const IDS: usize = 256;
/// How much is copied by one request, in bytes: so little that also a slow disk has it done before the time is up.
const COPY: u64 = 32 * 1024 * 1024;

/// How full a file system is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Space {
    /// Bytes in a block, for the numbers below.
    pub block_size: u64,
    /// All blocks.
    pub blocks: u64,
    /// Blocks that hold nothing.
    pub free: u64,
    /// Blocks that this account may fill.
    pub available: u64,
    /// How many files there can be.
    pub files: u64,
    /// How many more of them there can be.
    pub files_free: u64,
    /// Whether nothing can be written.
    pub read_only: bool,
    /// The longest name, in bytes.
    pub longest_name: u64,
}

impl Space {
    fn decode(answer: Bytes) -> Result<Self, SftpError> {
        let mut fields = Fields::new(answer);
        let _preferred = fields.u64()?;
        let (block_size, blocks) = (fields.u64()?, fields.u64()?);
        let (free, available) = (fields.u64()?, fields.u64()?);
        let (files, files_free) = (fields.u64()?, fields.u64()?);
        let (_available_files, _id) = (fields.u64()?, fields.u64()?);
        let (flags, longest_name) = (fields.u64()?, fields.u64()?);
        fields.finished(Self {
            block_size,
            blocks,
            free,
            available,
            files,
            files_free,
            read_only: flags & 1 != 0,
            longest_name,
        })
    }
}

/// Names of owners, in the order of the numbers that were asked about; `None` if a number has no name.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct UsersGroups {
    /// Of the users.
    pub users: Vec<Option<Vec<u8>>>,
    /// Of the groups.
    pub groups: Vec<Option<Vec<u8>>>,
}

impl Client {
    /// Changes what is `Some` about a link itself (`lsetstat@openssh.com`).
    ///
    /// # Errors
    /// The server's refusal, or why there is no answer.
    pub async fn set_link_attributes(
        &self,
        path: &[u8],
        attributes: &Attributes,
    ) -> Result<(), SftpError> {
        let name = offered(self.extensions().lsetstat, "lsetstat@openssh.com")?;
        self.demand(Draft::extended(name).path(path)?.attributes(attributes), &[]).await
    }

    /// Gives the file at `from` a further name (`hardlink@openssh.com`).
    ///
    /// # Errors
    /// The server's refusal, also if `to` exists, or why there is no answer.
    pub async fn hardlink(&self, from: &[u8], to: &[u8]) -> Result<(), SftpError> {
        let name = offered(self.extensions().hardlink, "hardlink@openssh.com")?;
        self.demand(Draft::extended(name).path(from)?.path(to)?, &[]).await
    }

    /// How full the file system at a path is (`statvfs@openssh.com`).
    ///
    /// # Errors
    /// The server's refusal, or why there is no answer.
    pub async fn statvfs(&self, path: &[u8]) -> Result<Space, SftpError> {
        let name = offered(self.extensions().statvfs, "statvfs@openssh.com")?;
        let answer = self.ask(Draft::extended(name).path(path)?, Expect::Extended, &[]).await?;
        self.or_end(Space::decode(answer.extended()?))
    }

    /// The absolute form of a path that may begin with `~` (`expand-path@openssh.com`).
    ///
    /// # Errors
    /// The server's refusal, or why there is no answer.
    pub async fn expand_path(&self, path: &[u8]) -> Result<Vec<u8>, SftpError> {
        let name = offered(self.extensions().expand_path, "expand-path@openssh.com")?;
        self.ask(Draft::extended(name).path(path)?, Expect::OneName, &[]).await?.one_name()
    }

    /// The names of users and groups (`users-groups-by-id@openssh.com`), asked for 256 at a time.
    ///
    /// # Errors
    /// The server's refusal, or why there is no answer.
    pub async fn users_groups(
        &self,
        users: &[u32],
        groups: &[u32],
    ) -> Result<UsersGroups, SftpError> {
        let name = offered(self.extensions().users_groups_by_id, "users-groups-by-id@openssh.com")?;
        let mut found = UsersGroups::default();
        let (mut users, mut groups) = (users.chunks(IDS), groups.chunks(IDS));
        loop {
            let (users, groups) = match (users.next(), groups.next()) {
                (None, None) => return Ok(found),
                (users, groups) => (users.unwrap_or_default(), groups.unwrap_or_default()),
            };
            let draft = Draft::extended(name).string(&packed(users)).string(&packed(groups));
            let answer = self.ask(draft, Expect::Extended, &[]).await?.extended()?;
            let mut fields = Fields::new(answer);
            found.users.extend(self.or_end(names(&mut fields, users.len()))?);
            found.groups.extend(self.or_end(names(&mut fields, groups.len()))?);
            self.or_end(fields.finished(()))?;
        }
    }

    /// Copies up to `length` bytes from file to file on the server (`copy-data`), 32 MiB by each request. It stops where
    /// `from` ends; that is no error, because OpenSSH mentions it only at times: compare sizes to be sure.
    ///
    /// # Errors
    /// The server's refusal, after which some of it may be copied, or why there is no answer.
    pub async fn copy_data(
        &self,
        (from, mut from_offset): (&File, u64),
        (to, mut to_offset): (&File, u64),
        length: u64,
    ) -> Result<(), SftpError> {
        let name = offered(self.extensions().copy_data, "copy-data")?;
        let (from, to) = (from.handle(), to.handle());
        let mut left = length;
        // A request for 0 bytes would mean all there are, for however long that takes.
        while left > 0 {
            let some = left.min(COPY);
            let draft = Draft::extended(name).string(from.raw()).u64(from_offset).u64(some);
            match self.demand(draft.string(to.raw()).u64(to_offset), &[from, to]).await {
                Err(error) if error.is(StatusCode::Eof) => return Ok(()),
                done => done?,
            }
            from_offset = from_offset.saturating_add(some);
            to_offset = to_offset.saturating_add(some);
            left -= some;
        }
        Ok(())
    }
}

pub(crate) fn offered(offered: bool, name: &'static str) -> Result<&'static str, SftpError> {
    if offered { Ok(name) } else { Err(SftpError::NotOffered(name)) }
}

fn packed(ids: &[u32]) -> Bytes {
    let mut out = BytesMut::with_capacity(ids.len() * 4);
    ids.iter().for_each(|id| out.put_u32(*id));
    out.freeze()
}

fn names(fields: &mut Fields, count: usize) -> Result<Vec<Option<Vec<u8>>>, SftpError> {
    let mut list = Fields::new(fields.string()?);
    let mut names = Vec::with_capacity(count);
    for _ in 0..count {
        names.push(Some(list.string()?.to_vec()).filter(|name| !name.is_empty()));
    }
    list.finished(names)
}
