//! Recordings that somebody else wrote (`session::asciicast`), and what a terminal shows.

use super::assert_message;
use patchbay_session::asciicast::{Decoder, Event, Lines, MAX_LINE, Reader, Typed};
use std::time::Duration;

/// Time never goes back, what was read is written and read again as it was, and no line of a screen grows without end.
pub(crate) fn run(data: &[u8]) -> bool {
    let mut lines = Lines::new(80);
    let mut typed = Typed::new(80);
    let text = Decoder::default().decode(data);
    lines.feed(&text, |line| assert!(line.len() <= MAX_LINE));
    typed.keys(data);
    for line in typed.output(&text) {
        assert!(line.len() <= data.len() * 3, "more than was typed");
    }
    let reader = match Reader::new(data) {
        Ok(reader) => reader,
        Err(error) => {
            assert_message(&error.to_string());
            return false;
        }
    };
    let header = reader.header().clone();
    assert!((1..=1000).contains(&header.cols) && (1..=1000).contains(&header.rows));
    let mut file = header.line();
    let mut last = Duration::ZERO;
    let mut events = Vec::new();
    for event in reader {
        let (at, event) = match event {
            Ok(event) => event,
            Err(error) => {
                assert_message(&error.to_string());
                return false;
            }
        };
        assert!(at >= last);
        let line = event.clone().line(at - last);
        // Escaped, a line may be longer than one that is read.
        if line.len() < MAX_LINE {
            file.push_str(&line);
            events.push(event);
        }
        last = at;
    }
    let again: Option<Vec<Event>> = Reader::new(file.as_bytes())
        .ok()
        .and_then(|again| again.map(|event| event.ok().map(|(_, event)| event)).collect());
    assert_eq!(again.as_deref(), Some(events.as_slice()));
    true
}
