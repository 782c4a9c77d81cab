//! A file from some place on, many requests ahead (section 6.4 of the draft).
//!
//! Deliberately absent: undoing. After a failure it is unknown which of the pieces behind the failed one are written.

use crate::{File, SftpError, limits::PIECE, waiting::Waiting};
use bytes::Bytes;
use std::collections::VecDeque;

/// Writes ahead. Dropping it without [`Writer::finish`] leaves unknown how much is written.
#[derive(Debug)]
pub struct Writer {
    /// The same file, on as many connections; pieces go to them in turn.
    files: Vec<File>,
    turn: usize,
    window: usize,
    piece: usize,
    next: u64,
    /// Up to here everything is written.
    acknowledged: u64,
    /// With the lengths of their pieces.
    asked: VecDeque<(Waiting, u64)>,
    failed: Option<SftpError>,
}

impl Writer {
    pub(crate) fn new(file: File, offset: u64, window: usize) -> Self {
        let piece = file.client().limits().write.min(PIECE) as usize;
        let asked = VecDeque::new();
        let (window, failed) = (window.max(1), None);
        let (files, turn) = (vec![file], 0);
        Self { files, turn, window, piece, next: offset, acknowledged: offset, asked, failed }
    }

    /// Sends pieces in turn over these too, which are the same file on other channels: each has a window of its own
    /// (RFC 4254 section 5.2), which from far away decides how much is on its way.
    #[must_use]
    pub fn beside(mut self, others: Vec<File>) -> Self {
        let limits = others.iter().map(|file| file.client().limits().write as usize);
        self.piece = limits.fold(self.piece, usize::min);
        self.files.extend(others);
        self
    }

    /// Writes `data` behind what was written before, without waiting for more answers than the window needs. If it is
    /// dropped, a part of `data` may be written.
    ///
    /// # Errors
    /// That this or an earlier write was refused, or why there is no answer; the same again if called again.
    pub async fn write(&mut self, mut data: Bytes) -> Result<(), SftpError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        while !data.is_empty() {
            while self.asked.len() >= self.window {
                self.settle().await?;
            }
            let piece = data.split_to(self.piece.min(data.len()));
            let length = piece.len() as u64;
            self.turn = (self.turn + 1) % self.files.len();
            let Some(file) = self.files.get(self.turn) else { return Err(SftpError::FileClosed) };
            let waiting = match file.ask_write(self.next, piece).await {
                Ok(waiting) => waiting,
                Err(error) => return Err(self.fail(error)),
            };
            self.asked.push_back((waiting, length));
            self.next = self.next.saturating_add(length);
        }
        Ok(())
    }

    /// Up to where the server has taken everything, from where the writer began: to go on from there another time.
    #[must_use]
    pub const fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// Waits until the server has taken everything, and closes the [others](Self::beside). The disk may not have it yet:
    /// see [`File::sync`].
    ///
    /// # Errors
    /// That a write was refused, or why there is no answer.
    pub async fn finish(mut self) -> Result<(), SftpError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        while !self.asked.is_empty() {
            self.settle().await?;
        }
        for other in self.files.drain(1..) {
            other.close().await?;
        }
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), SftpError> {
        let Some((first, length)) = self.asked.front_mut() else { return Ok(()) };
        let (answer, length) = (first.answer().await, *length);
        self.asked.pop_front();
        match answer.and_then(crate::answer::Answer::done) {
            Ok(()) => {
                self.acknowledged = self.acknowledged.saturating_add(length);
                Ok(())
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    fn fail(&mut self, error: SftpError) -> SftpError {
        self.asked.clear();
        self.failed.insert(error).clone()
    }
}
