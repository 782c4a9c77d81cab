//! Looking for text in recordings: in what the lines of the terminal said, not in the bytes that made them.
//!
//! A search goes in steps of a fraction of a second, so that whoever searches sees how far it is and can stop by asking
//! for no further step. A line that is written over several chunks is found although a step may begin within it: each
//! step reads a few chunks before its own again.

use super::file::{Chunks, End};
use patchbay_model::{RecordingHit, RecordingId};
use patchbay_session::asciicast::{Event, Lines};
use std::{
    io,
    time::{Duration, Instant},
};

/// Chunks read again at the beginning of a step.
const AGAIN: u32 = 8;
/// Characters of a line shown before and behind what was found.
const BEFORE: usize = 60;
const BEHIND: usize = 160;
/// One screen that is drawn again and again is no news.
const SAME_LINE: Duration = Duration::from_secs(10);

/// What is looked for; letter case does not count.
pub(super) struct Needle(Vec<char>);

impl Needle {
    /// `None` if there is nothing to look for.
    pub(super) fn new(text: &str) -> Option<Self> {
        let folded: Vec<char> = text.trim().chars().map(fold).collect();
        (!folded.is_empty()).then_some(Self(folded))
    }

    /// Where in a line it is, in characters.
    fn find(&self, line: &[char]) -> Option<usize> {
        let Self(needle) = self;
        let first = *needle.first()?;
        (0..=line.len().checked_sub(needle.len())?).find(|at| {
            let mut place = line.iter().skip(*at);
            place.next().is_some_and(|c| fold(*c) == first)
                && needle
                    .iter()
                    .skip(1)
                    .all(|c| place.next().is_some_and(|other| fold(*other) == *c))
        })
    }
}

fn fold(c: char) -> char {
    if c.is_ascii() { c.to_ascii_lowercase() } else { c.to_lowercase().next().unwrap_or(c) }
}

/// How far a step may go.
pub(super) struct Limits {
    pub(super) until: Instant,
    pub(super) hits: usize,
}

/// Where looking through one recording stopped.
pub(super) enum Stopped {
    /// At its end.
    End(End),
    /// Before this chunk, because the step is over.
    Before(u32),
}

/// Looks through a recording from a chunk on; adds to `hits` and counts `bytes`.
pub(super) fn search(
    chunks: &mut Chunks,
    (id, cols): (RecordingId, u16),
    from: u32,
    needle: &Needle,
    limits: &Limits,
    (hits, bytes): (&mut Vec<RecordingHit>, &mut u64),
) -> io::Result<Stopped> {
    let mut lines = Lines::new(usize::from(cols));
    let mut ended = Duration::ZERO;
    let mut last: Option<(Duration, String)> = None;
    chunks.skip_to(from.saturating_sub(AGAIN))?;
    while let Some(chunk) = chunks.next()? {
        let counts = chunk.number >= from;
        if counts {
            *bytes += chunk.text().len() as u64;
        }
        for (at, event) in chunk.events() {
            ended = at;
            let mut line = |line: &str| {
                let Some(hit) = look(line, needle, id, at) else { return };
                let same = last.as_ref().is_some_and(|(before, text)| {
                    *text == hit.line && at.saturating_sub(*before) < SAME_LINE
                });
                last = Some((at, hit.line.clone()));
                if counts && !same {
                    hits.push(hit);
                }
            };
            match event {
                Event::Output(text) => lines.feed(&text, &mut line),
                Event::Resize { cols, .. } => lines.resize(usize::from(cols)),
                Event::Marker(name) => line(&name),
                Event::Exit(_) => lines.finish(&mut line),
                Event::Input(_) => {}
            }
        }
        if counts && (hits.len() >= limits.hits || Instant::now() >= limits.until) {
            if chunks.end() == Some(End::Whole) {
                break;
            }
            return Ok(Stopped::Before(chunk.number + 1));
        }
    }
    lines.finish(|line| hits.extend(look(line, needle, id, ended)));
    Ok(Stopped::End(chunks.end().unwrap_or(End::Whole)))
}

fn look(line: &str, needle: &Needle, id: RecordingId, at: Duration) -> Option<RecordingHit> {
    let line: Vec<char> = line.chars().collect();
    let found = needle.find(&line)?;
    let skip = found.saturating_sub(BEFORE);
    let units = |chars: &[char]| u32::try_from(chars.iter().map(|c| c.len_utf16()).sum::<usize>());
    let end = found + needle.0.len();
    let before = units(line.get(skip..found)?).ok()?;
    let length = units(line.get(found..end)?).ok()?;
    let shown = line.get(skip..line.len().min(end + BEHIND))?;
    Some(RecordingHit {
        id,
        at: u32::try_from(at.as_millis()).unwrap_or(u32::MAX),
        line: shown.iter().collect(),
        start: before,
        end: before + length,
    })
}
