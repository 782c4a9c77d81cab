//! Open files (sections 6.3, 6.4, 6.8 and 6.9 of the draft).
//!
//! Deliberately absent: a position; every request says where it reads or writes.

use crate::{
    Attributes, Client, Reader, SftpError, StatusCode, Writer, answer::Expect, codec::Draft,
    extended::offered, handle::Handle, kind, waiting::Waiting,
};
use bytes::Bytes;
use std::sync::Arc;

/// How to open a file (section 6.3).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct OpenOptions {
    /// For reading.
    pub read: bool,
    /// For writing.
    pub write: bool,
    /// Make it if it does not exist.
    pub create: bool,
    /// Empty it if it does exist. Servers want `create` with it.
    pub truncate: bool,
    /// Fail if it does exist. Servers want `create` with it.
    pub exclusive: bool,
    /// The permissions of a file that is made, from which the server takes away what it does not allow.
    pub mode: Option<u32>,
}

impl OpenOptions {
    /// An existing file, for reading.
    #[must_use]
    pub fn read() -> Self {
        Self { read: true, ..Self::default() }
    }

    /// An existing file, for writing into it as it is, for instance to go on with a transfer.
    #[must_use]
    pub fn write() -> Self {
        Self { write: true, ..Self::default() }
    }

    /// An empty file, for writing, whether it exists or not.
    #[must_use]
    pub fn create() -> Self {
        Self { write: true, create: true, truncate: true, ..Self::default() }
    }

    /// A file that does not exist, for writing.
    #[must_use]
    pub fn create_new() -> Self {
        Self { write: true, create: true, exclusive: true, ..Self::default() }
    }

    /// With these permissions, if it is made.
    #[must_use]
    pub const fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }

    fn flags(&self) -> u32 {
        u32::from(self.read)
            | u32::from(self.write) << 1
            | u32::from(self.create) << 3
            | u32::from(self.truncate) << 4
            | u32::from(self.exclusive) << 5
    }
}

/// How each part of [`File::write_whole`] went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WroteWhole {
    /// The bytes.
    pub data: Result<(), SftpError>,
    /// The attributes.
    pub attributes: Result<(), SftpError>,
    /// Closing it.
    pub closed: Result<(), SftpError>,
}

/// An open file. Dropping it, and the readers and writers over it, closes it without anybody hearing how that went.
#[derive(Debug)]
pub struct File {
    client: Client,
    handle: Arc<Handle>,
}

impl Client {
    /// Opens a file.
    ///
    /// # Errors
    /// The server's refusal, or why there is no answer.
    pub async fn open(&self, path: &[u8], options: OpenOptions) -> Result<File, SftpError> {
        let draft = Draft::new(kind::OPEN).path(path)?.u32(options.flags());
        let draft = draft.attributes(&Attributes::mode(options.mode));
        let handle = self.ask(draft, Expect::Handle, &[]).await?.handle()?;
        Ok(File { client: self.clone(), handle: Arc::new(handle) })
    }
}

impl File {
    /// Up to `length` bytes from `offset` on, at most [`Limits::read`](crate::Limits::read); fewer do not mean the end,
    /// none do.
    ///
    /// # Errors
    /// The server's refusal, or why there is no answer.
    pub async fn read_at(&self, offset: u64, length: usize) -> Result<Bytes, SftpError> {
        let most = self.client.limits().read;
        let length = u32::try_from(length).unwrap_or(most).min(most);
        if length == 0 {
            return Ok(Bytes::new());
        }
        match self.ask_read(offset, length).await?.answer().await {
            Ok(answer) => answer.data(),
            Err(error) if error.is(StatusCode::Eof) => Ok(Bytes::new()),
            Err(error) => Err(error),
        }
    }

    /// Writes all of `data` at `offset`, in several requests if it has to be.
    ///
    /// # Errors
    /// The server's refusal, after which some of it may be written, or why there is no answer.
    pub async fn write_at(&self, offset: u64, data: Bytes) -> Result<(), SftpError> {
        const AHEAD: usize = 16;
        let mut writer = self.writer(offset, AHEAD);
        writer.write(data).await?;
        writer.finish().await
    }

    /// Reads what a small file holds and closes it, in one round trip: up to `length` bytes from the beginning, at most
    /// [`Limits::read`](crate::Limits::read). A server answers with less only where a file ends (section 6.4).
    ///
    /// # Errors
    /// The server's refusal to read, or why there is no answer.
    pub async fn read_whole(self, length: usize) -> Result<Bytes, SftpError> {
        let most = self.client.limits().read;
        let mut reading = self.ask_read(0, u32::try_from(length).unwrap_or(most).min(most)).await?;
        // What it answers to CLOSE says nothing about what was read.
        let _closing = self.ask_close().await?;
        match reading.answer().await {
            Ok(answer) => answer.data(),
            Err(error) if error.is(StatusCode::Eof) => Ok(Bytes::new()),
            Err(error) => Err(error),
        }
    }

    /// Writes a small file, gives it these attributes and closes it, in one round trip: nothing waits for the answer to
    /// what was sent before it.
    ///
    /// # Errors
    /// That something could not be sent at all; how each part went is in what it gives.
    pub async fn write_whole(
        self,
        data: Bytes,
        attributes: &Attributes,
    ) -> Result<WroteWhole, SftpError> {
        let piece = self.client.limits().write as usize;
        let (mut rest, mut offset, mut writing) = (data, 0, Vec::new());
        while !rest.is_empty() {
            let some = rest.split_to(piece.min(rest.len()));
            let length = some.len() as u64;
            writing.push(self.ask_write(offset, some).await?);
            offset += length;
        }
        let draft = Draft::new(kind::FSETSTAT).string(self.handle.raw()).attributes(attributes);
        let mut setting = self.client.link().send(draft, Expect::Done, &[&self.handle]).await?;
        let mut closing = self.ask_close().await?;
        let mut wrote = WroteWhole { data: Ok(()), attributes: Ok(()), closed: Ok(()) };
        for mut waiting in writing {
            wrote.data = wrote.data.and(done(&mut waiting).await);
        }
        wrote.attributes = done(&mut setting).await;
        wrote.closed = done(&mut closing).await;
        Ok(wrote)
    }

    async fn ask_close(&self) -> Result<Waiting, SftpError> {
        let draft = Draft::new(kind::CLOSE).string(self.handle.raw());
        self.client.link().send(draft, Expect::Done, &[&self.handle]).await
    }

    /// What is known of it.
    ///
    /// # Errors
    /// The server's refusal, or why there is no answer.
    pub async fn stat(&self) -> Result<Attributes, SftpError> {
        let draft = Draft::new(kind::FSTAT).string(self.handle.raw());
        self.client.ask(draft, Expect::Attributes, &[&self.handle]).await?.attributes()
    }

    /// Changes what is `Some`.
    ///
    /// # Errors
    /// The server's refusal, after which some of it may be changed, or why there is no answer.
    pub async fn set_attributes(&self, attributes: &Attributes) -> Result<(), SftpError> {
        let draft = Draft::new(kind::FSETSTAT).string(self.handle.raw()).attributes(attributes);
        self.client.demand(draft, &[&self.handle]).await
    }

    /// Waits until what was written is on the disk (`fsync@openssh.com`).
    ///
    /// # Errors
    /// [`SftpError::NotOffered`], the server's refusal, or why there is no answer.
    pub async fn sync(&self) -> Result<(), SftpError> {
        let name = offered(self.client.extensions().fsync, "fsync@openssh.com")?;
        self.client.demand(Draft::extended(name).string(self.handle.raw()), &[&self.handle]).await
    }

    /// Closes it; readers and writers over it fail from then on with [`SftpError::FileClosed`].
    ///
    /// # Errors
    /// The server's refusal, which may be the first to say that what was written is lost, or why there is no answer.
    pub async fn close(self) -> Result<(), SftpError> {
        let draft = Draft::new(kind::CLOSE).string(self.handle.raw());
        self.client.demand(draft, &[&self.handle]).await
    }

    /// Reads from `offset` to the end, with up to `window` requests under way.
    #[must_use]
    pub fn reader(&self, offset: u64, window: usize) -> Reader {
        Reader::new(self.share(), offset, window)
    }

    /// Writes from `offset` on, with up to `window` requests under way.
    #[must_use]
    pub fn writer(&self, offset: u64, window: usize) -> Writer {
        Writer::new(self.share(), offset, window)
    }

    fn share(&self) -> Self {
        Self { client: self.client.clone(), handle: Arc::clone(&self.handle) }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    pub(crate) async fn ask_read(&self, offset: u64, length: u32) -> Result<Waiting, SftpError> {
        let draft = Draft::new(kind::READ).string(self.handle.raw()).u64(offset).u32(length);
        self.client.link().send(draft, Expect::Data(length), &[&self.handle]).await
    }

    pub(crate) async fn ask_write(&self, offset: u64, data: Bytes) -> Result<Waiting, SftpError> {
        let draft = Draft::new(kind::WRITE).string(self.handle.raw()).u64(offset).payload(data);
        self.client.link().send(draft, Expect::Done, &[&self.handle]).await
    }
}

async fn done(waiting: &mut Waiting) -> Result<(), SftpError> {
    waiting.answer().await.and_then(crate::answer::Answer::done)
}
