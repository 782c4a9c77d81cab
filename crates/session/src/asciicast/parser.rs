//! One line after the other, as what it says.

use super::{CastError, Event, Header, MOST_CELLS};
use serde_json::Value;
use std::time::Duration;

/// Longer is no recording but a mistake: the time stands still from then on.
const LONGEST_MS: u64 = 10 * 366 * 24 * 60 * 60 * 1000;

/// What a line says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Item {
    /// The first line.
    Header(Header),
    /// An event, and when it happened since the beginning.
    Event(Duration, Event),
}

/// Reads lines in order.
#[derive(Clone, Debug)]
pub struct Parser {
    /// Known once the header was read.
    version: Option<u8>,
    at: Duration,
    line: u64,
}

impl Parser {
    /// At the first line.
    #[must_use]
    pub const fn new() -> Self {
        Self { version: None, at: Duration::ZERO, line: 0 }
    }

    /// Among the events of a version 3, at this time since the beginning.
    #[must_use]
    pub const fn within(at: Duration) -> Self {
        Self { version: Some(3), at, line: 0 }
    }

    /// When the last event happened.
    #[must_use]
    pub const fn at(&self) -> Duration {
        self.at
    }

    /// How many lines were read.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// The next line, with or without its line feed; `None` for comments, empty lines and events of kinds made later.
    pub fn next(&mut self, line: &str) -> Result<Option<Item>, CastError> {
        self.line += 1;
        let line = line.trim_end_matches(['\n', '\r']);
        let Some(version) = self.version else {
            let (version, header) = header(line)?;
            self.version = Some(version);
            return Ok(Some(Item::Header(header)));
        };
        if line.trim().is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        let bad = || CastError::Event(self.line);
        let (time, code, data): (f64, String, String) =
            serde_json::from_str(line).map_err(|_| bad())?;
        let time = milliseconds(time).ok_or_else(bad)?;
        self.at = match version {
            2 => self.at.max(time),
            _ => (self.at + time).min(Duration::from_millis(LONGEST_MS)),
        };
        let event = match code.as_str() {
            "o" => Event::Output(data),
            "i" => Event::Input(data),
            "m" => Event::Marker(data),
            "r" => {
                let (cols, rows) = size(&data).ok_or_else(bad)?;
                Event::Resize { cols, rows }
            }
            "x" => Event::Exit(data.trim().parse().map_err(|_| bad())?),
            _ => return Ok(None),
        };
        Ok(Some(Item::Event(self.at, event)))
    }
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

/// Seconds as a time; nothing that is negative or no number.
fn milliseconds(seconds: f64) -> Option<Duration> {
    let most = Duration::from_millis(LONGEST_MS);
    (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(most).min(most))
}

fn size(text: &str) -> Option<(u16, u16)> {
    let (cols, rows) = text.split_once('x')?;
    Some((cells(cols.parse().ok())?, cells(rows.parse().ok())?))
}

fn cells(count: Option<u64>) -> Option<u16> {
    u16::try_from(count?).ok().filter(|count| (1..=MOST_CELLS).contains(count))
}

fn header(line: &str) -> Result<(u8, Header), CastError> {
    let value: Value = serde_json::from_str(line).map_err(|_| CastError::NoHeader)?;
    let version = value.get("version").and_then(Value::as_u64).ok_or(CastError::NoHeader)?;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let (version, cols, rows, terminal_type) = match version {
        2 => (2, value.get("width"), value.get("height"), value.pointer("/env/TERM")),
        3 => (
            3,
            value.pointer("/term/cols"),
            value.pointer("/term/rows"),
            value.pointer("/term/type"),
        ),
        other => return Err(CastError::Version(other)),
    };
    let cells = |value: Option<&Value>| cells(value.and_then(Value::as_u64)).ok_or(CastError::Size);
    let header = Header {
        cols: cells(cols)?,
        rows: cells(rows)?,
        terminal_type: text(terminal_type),
        timestamp: value.get("timestamp").and_then(Value::as_i64),
        title: text(value.get("title")),
    };
    Ok((version, header))
}
