//! Requests about paths (sections 6.5 to 6.10 of the draft). A relative path starts where the server put the account.
//!
//! A path with a NUL byte is [`SftpError::NulInPath`] and one that does not fit into a packet [`SftpError::TooLong`],
//! everywhere and before anything is sent. Deliberately absent: joining and splitting paths.

use crate::{
    Attributes, Client, FileKind, SftpError, StatusCode, answer::Expect, codec::Draft, kind,
};

impl Client {
    /// The absolute form of a path, without links where the server follows them (section 6.11).
    ///
    /// # Errors
    /// The server's refusal, or why there is no answer.
    pub async fn realpath(&self, path: &[u8]) -> Result<Vec<u8>, SftpError> {
        let draft = Draft::new(kind::REALPATH).path(path)?;
        self.ask(draft, Expect::OneName, &[]).await?.one_name()
    }

    /// What is at a path; of a link, what it points to (section 6.8).
    ///
    /// # Errors
    /// The server's refusal, or why there is no answer.
    pub async fn stat(&self, path: &[u8]) -> Result<Attributes, SftpError> {
        let draft = Draft::new(kind::STAT).path(path)?;
        self.ask(draft, Expect::Attributes, &[]).await?.attributes()
    }

    /// What is at a path; of a link, the link itself (section 6.8).
    ///
    /// # Errors
    /// The server's refusal, or why there is no answer.
    pub async fn lstat(&self, path: &[u8]) -> Result<Attributes, SftpError> {
        let draft = Draft::new(kind::LSTAT).path(path)?;
        self.ask(draft, Expect::Attributes, &[]).await?.attributes()
    }

    /// Changes what is `Some` at a path, following links (section 6.9).
    ///
    /// # Errors
    /// The server's refusal, after which some of it may be changed, or why there is no answer.
    pub async fn set_attributes(
        &self,
        path: &[u8],
        attributes: &Attributes,
    ) -> Result<(), SftpError> {
        self.demand(Draft::new(kind::SETSTAT).path(path)?.attributes(attributes), &[]).await
    }

    /// Makes a folder (section 6.6), with these permissions or the server's usual ones.
    ///
    /// # Errors
    /// The server's refusal, also if it exists, or why there is no answer.
    pub async fn make_dir(&self, path: &[u8], mode: Option<u32>) -> Result<(), SftpError> {
        let draft = Draft::new(kind::MKDIR).path(path)?.attributes(&Attributes::mode(mode));
        self.demand(draft, &[]).await
    }

    /// Deletes an empty folder (section 6.6).
    ///
    /// # Errors
    /// The server's refusal, also if it is not empty, or why there is no answer.
    pub async fn remove_dir(&self, path: &[u8]) -> Result<(), SftpError> {
        self.demand(Draft::new(kind::RMDIR).path(path)?, &[]).await
    }

    /// Deletes anything but a folder; of a link, the link itself (section 6.5).
    ///
    /// # Errors
    /// The server's refusal, or why there is no answer.
    pub async fn remove_file(&self, path: &[u8]) -> Result<(), SftpError> {
        self.demand(Draft::new(kind::REMOVE).path(path)?, &[]).await
    }

    /// Renames or moves within a file system (section 6.5).
    ///
    /// # Errors
    /// The server's refusal, as the draft wants it if `to` exists, or why there is no answer.
    pub async fn rename(&self, from: &[u8], to: &[u8]) -> Result<(), SftpError> {
        self.demand(Draft::new(kind::RENAME).path(from)?.path(to)?, &[]).await
    }

    /// Renames, and what was at `to` is gone: in one step by `posix-rename@openssh.com`. If that is not offered, a file at
    /// `to` is first renamed to `to` with `.replaced~` behind it, and deleted in the end; should the connection end in
    /// between, it is still there.
    ///
    /// # Errors
    /// The server's refusal, also if `to` is a folder that is not empty, or why there is no answer.
    pub async fn replace(&self, from: &[u8], to: &[u8]) -> Result<(), SftpError> {
        if self.extensions().posix_rename {
            let draft = Draft::extended("posix-rename@openssh.com").path(from)?.path(to)?;
            return self.demand(draft, &[]).await;
        }
        match self.rename(from, to).await {
            Err(refused @ SftpError::Status { .. }) => {
                self.replace_in_steps(from, to, refused).await
            }
            done => done,
        }
    }

    /// Deleting `to` first would be a step less, and lose the file if both paths lead to it, or the next step fails.
    async fn replace_in_steps(
        &self,
        from: &[u8],
        to: &[u8],
        refused: SftpError,
    ) -> Result<(), SftpError> {
        match self.lstat(to).await {
            Ok(found) if found.kind() != FileKind::Folder => {}
            // Servers do not tell "exists" from other failures, and this was another one.
            Ok(_) => return Err(refused),
            Err(error) if error.is(StatusCode::NoSuchFile) => return Err(refused),
            Err(error) => return Err(error),
        }
        let aside = [to, b".replaced~"].concat();
        self.rename(to, &aside).await?;
        if let Err(error) = self.rename(from, to).await {
            self.rename(&aside, to).await?;
            return Err(error);
        }
        self.remove_file(&aside).await
    }

    /// Where a link points to, as it is written in the link (section 6.10).
    ///
    /// # Errors
    /// The server's refusal, also if it is no link, or why there is no answer.
    pub async fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, SftpError> {
        let draft = Draft::new(kind::READLINK).path(path)?;
        self.ask(draft, Expect::OneName, &[]).await?.one_name()
    }

    /// Makes a link at `path` that points to `target` (section 6.10).
    ///
    /// # Errors
    /// The server's refusal, also if `path` exists, or why there is no answer.
    pub async fn symlink(&self, target: &[u8], path: &[u8]) -> Result<(), SftpError> {
        // The draft has the path first. OpenSSH took them in the other order when it was new, cannot change it any more
        // (its file PROTOCOL, section 4.1), and other servers follow it.
        self.demand(Draft::new(kind::SYMLINK).path(target)?.path(path)?, &[]).await
    }
}
