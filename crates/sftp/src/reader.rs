//! A file from some place to its end, many requests ahead (section 6.4 of the draft).
//!
//! Deliberately absent: the file's size. It may grow, and some files (in `/proc`) say 0; the end is where the server
//! says it is.

use crate::{File, SftpError, StatusCode, limits::PIECE, waiting::Waiting};
use bytes::Bytes;
use std::collections::VecDeque;

/// How many requests are under way at first: a small file should not cost a hundred of them. It doubles with each round.
const FIRST: usize = 4;
/// Requests do not become smaller than this, in bytes, however little the server answers with.
const SMALLEST: u32 = 4 * 1024;

/// Reads ahead, in order. Dropping it forgets what is under way.
#[derive(Debug)]
pub struct Reader {
    file: File,
    window: usize,
    ahead: usize,
    piece: u32,
    /// Where the next request begins.
    next: u64,
    pieces: VecDeque<Piece>,
    over: Option<Result<(), SftpError>>,
}

#[derive(Debug)]
struct Piece {
    offset: u64,
    length: u32,
    /// How much came at first, if that was not all.
    short: Option<u32>,
    /// `None` until its rest is asked for.
    waiting: Option<Waiting>,
}

impl Reader {
    pub(crate) fn new(file: File, offset: u64, window: usize) -> Self {
        let window = window.max(1);
        let piece = file.client().limits().read.min(PIECE);
        let pieces = VecDeque::new();
        Self { file, window, ahead: FIRST.min(window), piece, next: offset, pieces, over: None }
    }

    /// There are probably this many bytes to read: so many requests are under way from the beginning, up to the window.
    #[must_use]
    pub fn expecting(mut self, bytes: u64) -> Self {
        let pieces = usize::try_from(bytes / u64::from(self.piece.max(1))).unwrap_or(usize::MAX);
        // The last piece, and the answer that says that there are no more.
        self.ahead = pieces.saturating_add(2).clamp(self.ahead, self.window.max(self.ahead));
        self
    }

    /// The bytes that follow, never none; `None` at the end. Can be dropped and called again.
    ///
    /// # Errors
    /// The server's refusal, or why there is no answer; the same again if called again.
    pub async fn next(&mut self) -> Result<Option<Bytes>, SftpError> {
        match &self.over {
            Some(Ok(())) => return Ok(None),
            Some(Err(error)) => return Err(error.clone()),
            None => {}
        }
        match self.step().await {
            Ok(data) if !data.is_empty() => Ok(Some(data)),
            // An empty answer means nothing else either, and asking again could go on for ever.
            Ok(_) => self.finish(Ok(())),
            Err(error) if error.is(StatusCode::Eof) => self.finish(Ok(())),
            Err(error) => self.finish(Err(error)),
        }
    }

    fn finish(&mut self, how: Result<(), SftpError>) -> Result<Option<Bytes>, SftpError> {
        self.pieces.clear();
        self.over = Some(how.clone());
        how.map(|()| None)
    }

    async fn step(&mut self) -> Result<Bytes, SftpError> {
        self.ask().await?;
        let missing = || SftpError::Broken("nothing was asked for");
        let first = self.pieces.front_mut().ok_or_else(missing)?;
        let waiting = first.waiting.as_mut().ok_or_else(missing)?;
        // From the answer on nothing is waited for, so that being dropped loses no data.
        let data = waiting.answer().await?.data()?;
        self.account(u32::try_from(data.len()).unwrap_or(u32::MAX));
        Ok(data)
    }

    /// Keeps as many requests under way as are allowed.
    async fn ask(&mut self) -> Result<(), SftpError> {
        if let Some(first) = self.pieces.front_mut()
            && first.waiting.is_none()
        {
            first.waiting = Some(self.file.ask_read(first.offset, first.length).await?);
        }
        while self.pieces.len() < self.ahead {
            let (offset, length) = (self.next, self.piece);
            let waiting = Some(self.file.ask_read(offset, length).await?);
            self.pieces.push_back(Piece { offset, length, short: None, waiting });
            self.next = offset.saturating_add(u64::from(length));
        }
        Ok(())
    }

    /// Takes `got` bytes off the first piece.
    fn account(&mut self, got: u32) {
        let Some(mut piece) = self.pieces.pop_front() else { return };
        if let Some(short) = piece.short
            && got > 0
        {
            // There was more behind the short answer: the server does not send as much at once as was asked for.
            self.piece = self.piece.min(short.max(SMALLEST));
        }
        let rest = piece.length.saturating_sub(got);
        if rest == 0 {
            self.ahead = self.window.min(self.ahead + 1);
        } else {
            piece.offset = piece.offset.saturating_add(u64::from(got));
            piece.length = rest;
            piece.short = piece.short.or(Some(got));
            piece.waiting = None;
            self.pieces.push_front(piece);
        }
    }
}
