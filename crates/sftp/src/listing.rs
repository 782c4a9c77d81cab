//! The names of a folder (section 6.7 of the draft), a few requests ahead.
//!
//! Deliberately absent: order. Servers send names as the file system has them.

use crate::{
    Client, DirEntry, SftpError, StatusCode, answer::Expect, codec::Draft, handle::Handle, kind,
    waiting::Waiting,
};
use std::collections::VecDeque;

/// How many requests are under way at first, for small folders, and later.
const FIRST: usize = 2;
const LATER: usize = 4;

/// A folder being listed. Dropping it closes the folder.
#[derive(Debug)]
pub struct ReadDir {
    client: Client,
    handle: Handle,
    asked: VecDeque<Waiting>,
    ahead: usize,
    seen: usize,
    refused: usize,
    over: Option<Result<(), SftpError>>,
}

impl Client {
    /// Opens a folder for listing.
    ///
    /// # Errors
    /// The server's refusal, or why there is no answer.
    pub async fn read_dir(&self, path: &[u8]) -> Result<ReadDir, SftpError> {
        let draft = Draft::new(kind::OPENDIR).path(path)?;
        let handle = self.ask(draft, Expect::Handle, &[]).await?.handle()?;
        let (client, asked) = (self.clone(), VecDeque::new());
        Ok(ReadDir { client, handle, asked, ahead: FIRST, seen: 0, refused: 0, over: None })
    }
}

impl ReadDir {
    /// Some more names, never none, without "." and ".."; `None` at the end. Can be dropped and called again.
    ///
    /// # Errors
    /// [`SftpError::TooManyNames`], the server's refusal, or why there is no answer; the same again if called again.
    pub async fn next(&mut self) -> Result<Option<Vec<DirEntry>>, SftpError> {
        loop {
            if let Some(Err(error)) = &self.over {
                return Err(error.clone());
            }
            while self.over.is_none() && self.asked.len() < self.ahead {
                let draft = Draft::new(kind::READDIR).string(self.handle.raw());
                let waiting =
                    self.client.link().send(draft, Expect::Names, &[&self.handle]).await?;
                self.asked.push_back(waiting);
            }
            let Some(first) = self.asked.front_mut() else { return Ok(None) };
            let answer = first.answer().await;
            self.asked.pop_front();
            let names = match answer {
                Ok(answer) => answer.names()?,
                Err(error) => {
                    self.refusal(error);
                    continue;
                }
            };
            self.ahead = LATER;
            self.seen = self.seen.saturating_add(names.len());
            let most = self.client.options().most_names;
            if self.seen > most {
                self.fail(SftpError::TooManyNames(most));
                continue;
            }
            let names = self.fit(names);
            if !names.is_empty() {
                return Ok(Some(names));
            }
        }
    }

    /// How many names were left out because they are none: empty, or with a slash or a NUL byte, with which a server
    /// could lead out of the folder that is copied into.
    #[must_use]
    pub const fn refused(&self) -> usize {
        self.refused
    }

    /// The end of the folder comes as a refusal. The requests behind it are still waited for: they bring the same, in
    /// whatever words, or names from a server that answers out of order.
    fn refusal(&mut self, error: SftpError) {
        match (&self.over, &error) {
            (Some(_), SftpError::Status { .. }) => {}
            (None, SftpError::Status { code: StatusCode::Eof, .. }) => self.over = Some(Ok(())),
            _ => self.fail(error),
        }
    }

    fn fail(&mut self, error: SftpError) {
        self.over = Some(Err(error));
        self.asked.clear();
    }

    fn fit(&mut self, mut names: Vec<DirEntry>) -> Vec<DirEntry> {
        names.retain(|entry| entry.name != b"." && entry.name != b"..");
        let before = names.len();
        names.retain(|entry| {
            !entry.name.is_empty() && !entry.name.iter().any(|byte| matches!(byte, 0 | b'/'))
        });
        self.refused += before - names.len();
        names
    }
}
