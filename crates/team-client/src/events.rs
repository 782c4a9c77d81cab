//! Server-sent events, as far as the server uses them: the lines `data:` of each.

use crate::ClientError;
use bytes::BytesMut;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use patchbay_https::Sender;
use std::time::Duration;
use tokio::time::timeout;

/// The server says something every 20 seconds, if only that it is there.
const SILENCE: Duration = Duration::from_secs(50);
/// No event is longer.
const LARGEST: usize = 8 * 1024 * 1024;

/// What happens at a server.
#[derive(Debug)]
pub struct Events {
    /// The connection ends with it.
    _sender: Sender,
    body: Incoming,
    lines: EventLines,
    at: String,
}

impl Events {
    pub(crate) fn new(sender: Sender, body: Incoming, at: String) -> Self {
        Self { _sender: sender, body, lines: EventLines::default(), at }
    }

    /// The next event, as its data. May be given up at any time.
    ///
    /// # Errors
    /// When the connection breaks, falls silent, or is ended by the server.
    pub async fn next(&mut self) -> Result<String, ClientError> {
        loop {
            if let Some(event) = self.lines.next() {
                return Ok(event);
            }
            let gone =
                |why: &str| ClientError::Unreachable { at: self.at.clone(), why: why.into() };
            let frame = timeout(SILENCE, self.body.frame()).await;
            let frame = frame.map_err(|_| gone("nothing was heard of it any more"))?;
            let frame = frame.ok_or_else(|| gone("it ended the connection"))?;
            let frame = frame.map_err(|_| gone("the connection broke"))?;
            let Some(data) = frame.data_ref() else { continue };
            if !self.lines.push(data) {
                return Err(ClientError::TooLarge { at: self.at.clone() });
            }
        }
    }
}

/// What came of server-sent events, up to where it was read.
#[derive(Debug, Default)]
pub struct EventLines {
    rest: BytesMut,
    /// The lines of an event that is not over.
    data: Option<String>,
}

impl EventLines {
    /// Takes what came next; whether it is not too much.
    pub fn push(&mut self, data: &[u8]) -> bool {
        let so_far = self.rest.len() + self.data.as_ref().map_or(0, String::len);
        if so_far + data.len() > LARGEST {
            return false;
        }
        self.rest.extend_from_slice(data);
        true
    }

    /// The data of the next event that is whole.
    #[expect(clippy::should_implement_trait, reason = "more may come after there was nothing")]
    pub fn next(&mut self) -> Option<String> {
        loop {
            let end = self.rest.iter().position(|byte| *byte == b'\n')?;
            let line = self.rest.split_to(end + 1);
            let line = line.strip_suffix(b"\n").unwrap_or(&line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                if let Some(event) = self.data.take() {
                    return Some(event);
                }
                continue;
            }
            // Comments and the other fields say nothing here.
            let Some(value) = line.strip_prefix(b"data:") else { continue };
            let value = String::from_utf8_lossy(value.strip_prefix(b" ").unwrap_or(value));
            match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(&value);
                }
                none => *none = Some(value.into_owned()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_however_they_are_cut() {
        let all = b": here\nretry: 1000\n\ndata: {\"a\":1}\n\n:\n\ndata:two\r\ndata: lines\r\n\r\ndata: half";
        for size in 1..all.len() {
            let mut lines = EventLines::default();
            let mut events = Vec::new();
            for part in all.chunks(size) {
                assert!(lines.push(part));
                events.extend(std::iter::from_fn(|| lines.next()));
            }
            assert_eq!(events, ["{\"a\":1}", "two\nlines"], "in parts of {size}");
        }
    }

    #[test]
    fn an_event_without_an_end_is_refused() {
        let mut lines = EventLines::default();
        let part = [b'x'; 64 * 1024];
        let taken = (0..1_000).take_while(|_| lines.push(&part)).count();
        assert!(taken <= LARGEST / part.len());
    }
}
