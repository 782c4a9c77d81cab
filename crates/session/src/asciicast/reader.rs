//! A file of asciicast, line by line, in bounded memory.

use super::{CastError, Header, Item, MAX_LINE, Parser};
use std::io::{BufRead, Read};

/// Reads a recording.
#[derive(Debug)]
pub struct Reader<R> {
    from: R,
    parser: Parser,
    header: Header,
    line: Vec<u8>,
}

impl<R: BufRead> Reader<R> {
    /// Reads the header.
    pub fn new(from: R) -> Result<Self, CastError> {
        let mut from = from;
        let mut parser = Parser::new();
        let mut line = Vec::new();
        next_line(&mut from, &mut line, 1)?;
        match parser.next(&String::from_utf8_lossy(&line))? {
            Some(Item::Header(header)) => Ok(Self { from, parser, header, line }),
            _ => Err(CastError::NoHeader),
        }
    }

    /// What it says of itself.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    fn read(&mut self) -> Result<Option<Item>, CastError> {
        loop {
            if !next_line(&mut self.from, &mut self.line, self.parser.line() + 1)? {
                return Ok(None);
            }
            let whole = self.line.ends_with(b"\n");
            match self.parser.next(&String::from_utf8_lossy(&self.line)) {
                Ok(None) => {}
                Ok(item) => return Ok(item),
                // The last line of a file that was being written is cut, which is no reason to complain.
                Err(_) if !whole => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<(std::time::Duration, super::Event), CastError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.read() {
                Ok(Some(Item::Event(at, event))) => return Some(Ok((at, event))),
                Ok(Some(Item::Header(_))) => {}
                Ok(None) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// Whether there was one.
fn next_line(from: &mut impl BufRead, line: &mut Vec<u8>, number: u64) -> Result<bool, CastError> {
    line.clear();
    let most = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
    from.by_ref().take(most).read_until(b'\n', line)?;
    if line.len() >= MAX_LINE && !line.ends_with(b"\n") {
        return Err(CastError::TooLong(number));
    }
    Ok(!line.is_empty())
}
