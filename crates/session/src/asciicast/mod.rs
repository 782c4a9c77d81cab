//! Recordings of terminals as asciicast: version 3 is written, versions 2 and 3 are read.
//!
//! The formats: <https://docs.asciinema.org/manual/asciicast/v3/> and `/v2/`. One JSON value per line: a header, then events
//! `[time, code, data]`, where the time of version 3 counts from the event before, and that of version 2 from the beginning.
//! Deliberately absent: files, keys and clocks (`patchbay-core`), and version 1, which is a single JSON object.

mod lines;
mod parser;
mod reader;
mod text;
mod typed;

pub use lines::Lines;
pub use parser::{Item, Parser};
pub use reader::Reader;
pub use text::Decoder;
pub use typed::Typed;

use serde_json::{Value, json};
use std::time::Duration;

/// The longest line that is read, in bytes; an event of ours with 64 KiB of control characters is shorter.
pub const MAX_LINE: usize = 1024 * 1024;
/// The most columns or rows: a screen of hostile size would take all memory.
pub const MOST_CELLS: u16 = 1000;

/// Why a recording could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CastError {
    /// It does not begin with a header of asciicast.
    #[error("it does not begin as an asciicast recording does")]
    NoHeader,
    /// Of another version.
    #[error("it is of version {0} of asciicast; versions 2 and 3 are read")]
    Version(u64),
    /// The header names no size a screen can have.
    #[error("its header names no size of a screen from 1 to {MOST_CELLS} columns and rows")]
    Size,
    /// A line that is no event.
    #[error("line {0} is no event")]
    Event(u64),
    /// A line that is too long to be one.
    #[error("line {0} is longer than 1 MiB")]
    TooLong(u64),
    /// The file could not be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// What a recording says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// Columns at the beginning.
    pub cols: u16,
    /// Rows at the beginning.
    pub rows: u16,
    /// The `TERM` that was announced.
    pub terminal_type: Option<String>,
    /// When it began, in seconds since the Unix epoch.
    pub timestamp: Option<i64>,
    /// What it is called.
    pub title: Option<String>,
}

impl Header {
    /// The first line of a file, with its line feed.
    #[must_use]
    pub fn line(&self) -> String {
        let mut term = json!({ "cols": self.cols, "rows": self.rows });
        let mut header = json!({ "version": 3 });
        let put = |value: &mut Value, name: &str, text: Option<Value>| {
            if let (Some(object), Some(text)) = (value.as_object_mut(), text) {
                object.insert(name.to_owned(), text);
            }
        };
        put(&mut term, "type", self.terminal_type.clone().map(Value::from));
        put(&mut header, "term", Some(term));
        put(&mut header, "timestamp", self.timestamp.map(Value::from));
        put(&mut header, "title", self.title.clone().map(Value::from));
        format!("{header}\n")
    }
}

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// Text for the screen.
    Output(String),
    /// Text that was typed.
    Input(String),
    /// The screen changed its size.
    Resize {
        /// Columns from then on.
        cols: u16,
        /// Rows from then on.
        rows: u16,
    },
    /// A place with a name, which may be empty.
    Marker(String),
    /// The program ended with this status.
    Exit(i32),
}

impl Event {
    /// Its code.
    #[must_use]
    pub const fn code(&self) -> char {
        match self {
            Self::Output(_) => 'o',
            Self::Input(_) => 'i',
            Self::Resize { .. } => 'r',
            Self::Marker(_) => 'm',
            Self::Exit(_) => 'x',
        }
    }

    /// What it carries, as the file says it.
    #[must_use]
    pub fn data(self) -> String {
        match self {
            Self::Output(text) | Self::Input(text) | Self::Marker(text) => text,
            Self::Resize { cols, rows } => format!("{cols}x{rows}"),
            Self::Exit(status) => status.to_string(),
        }
    }

    /// Its line, with the line feed. `since` is the time since the event before.
    #[must_use]
    pub fn line(self, since: Duration) -> String {
        let code = self.code();
        let data = Value::from(self.data());
        format!("[{}.{:03},\"{code}\",{data}]\n", since.as_secs(), since.subsec_millis())
    }
}

#[cfg(test)]
mod tests;
