//! What a machine put out: kept as it came, and made fit to be shown.

use crate::plain::plain;
use patchbay_model::{Lines, OutputLine, RunGrouping};
use sha2::{Digest, Sha256};

/// Bytes that are kept of one machine.
pub(super) const MOST_BYTES: usize = 1024 * 1024;
/// More changes between the streams than these are not kept apart.
const MOST_PIECES: usize = 64 * 1024;

/// Names outputs that are the same.
pub(super) type Key = [u8; 32];

/// Both streams in the order they came.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Output {
    bytes: Vec<u8>,
    /// Standard error or not, and how many bytes of it.
    pieces: Vec<(bool, usize)>,
    /// Those that were not kept included.
    pub(super) total: u64,
    pub(super) cut: bool,
}

impl Output {
    /// Adds what there is room for, and says how much that was.
    pub(super) fn push(&mut self, error: bool, bytes: &[u8], room: usize) -> usize {
        self.total += bytes.len() as u64;
        let room = room.min(MOST_BYTES.saturating_sub(self.bytes.len()));
        let kept = bytes.get(..room).unwrap_or(bytes);
        let joins = self.pieces.last().is_some_and(|(last, _)| *last == error);
        if self.cut || (!joins && self.pieces.len() >= MOST_PIECES) {
            self.cut = true;
            return 0;
        }
        self.cut = kept.len() < bytes.len();
        self.bytes.extend_from_slice(kept);
        match self.pieces.last_mut() {
            Some((last, length)) if *last == error => *length += kept.len(),
            _ => self.pieces.push((error, kept.len())),
        }
        kept.len()
    }

    pub(super) const fn len(&self) -> usize {
        self.bytes.len()
    }

    fn pieces(&self) -> impl Iterator<Item = (bool, &[u8])> {
        let mut at = 0;
        self.pieces.iter().map(move |(error, length)| {
            let piece = self.bytes.get(at..at + length).unwrap_or_default();
            at += length;
            (*error, piece)
        })
    }

    /// One of the streams.
    pub(super) fn stream(&self, error: bool) -> Vec<u8> {
        self.pieces().filter(|(of, _)| *of == error).flat_map(|(_, piece)| piece).copied().collect()
    }

    /// The lines of both, as they came. A line that the other stream cut in two is two.
    pub(super) fn lines(&self) -> Lines {
        let mut lines = Lines::new();
        for (error, piece) in self.pieces() {
            lines.extend(plain_lines(piece).into_iter().map(|text| OutputLine { text, error }));
        }
        lines
    }

    /// How many lines.
    pub(super) fn count(&self) -> usize {
        self.pieces().map(|(_, piece)| piece.split_inclusive(|byte| *byte == b'\n').count()).sum()
    }

    /// What to compare: standard output and then standard error, so that the moment at which each came does not count.
    pub(super) fn compared(&self, grouping: RunGrouping, own: &Own<'_>) -> Vec<String> {
        let lines = [false, true].into_iter().flat_map(|error| plain_lines(&self.stream(error)));
        let mut lines: Vec<String> = lines.map(|line| normal(line, grouping, own)).collect();
        if grouping.ignore_trailing_space {
            while lines.last().is_some_and(String::is_empty) {
                lines.pop();
            }
        }
        lines
    }

    /// Names the output together with how the command ended.
    pub(super) fn key(&self, ended: &str, grouping: RunGrouping, own: &Own<'_>) -> Key {
        let mut digest = Sha256::new();
        digest.update(ended);
        digest.update([0, u8::from(self.cut)]);
        if grouping == RunGrouping::default() {
            for error in [false, true] {
                let stream = self.stream(error);
                digest.update(stream.len().to_le_bytes());
                digest.update(stream);
            }
        } else {
            for line in self.compared(grouping, own) {
                digest.update(line);
                digest.update([b'\n']);
            }
        }
        digest.finalize().into()
    }
}

/// A machine's own name and address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own<'a> {
    pub(super) name: &'a str,
    pub(super) address: &'a str,
}

fn normal(mut line: String, grouping: RunGrouping, own: &Own<'_>) -> String {
    if grouping.ignore_own_name {
        // The longer first: an address may hold the name.
        let mut words = [(own.name, "‹name›"), (own.address, "‹address›")];
        words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        for (word, with) in words {
            line = replaced(&line, word, with);
        }
    }
    if grouping.ignore_trailing_space {
        line.truncate(line.trim_end().len());
    }
    line
}

/// Replaces a word where it stands by itself: `web-1` is not in `web-10`.
fn replaced(line: &str, word: &str, with: &str) -> String {
    if word.is_empty() || !line.contains(word) {
        return line.to_owned();
    }
    let of_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(word) {
        let (before, found) = rest.split_at(at);
        let after = found.get(word.len()..).unwrap_or_default();
        let alone =
            !before.chars().next_back().or_else(|| out.chars().next_back()).is_some_and(of_word)
                && !after.chars().next().is_some_and(of_word);
        out.push_str(before);
        out.push_str(if alone { with } else { word });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The lines of a text from a machine, without what would move a cursor or hide something.
#[must_use]
pub fn plain_lines(bytes: &[u8]) -> Vec<String> {
    if bytes.is_empty() {
        return Vec::new();
    }
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    text.split(|byte| *byte == b'\n').map(plain).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::plain::LONGEST_LINE;

    const NOBODY: Own<'static> = Own { name: "", address: "" };

    fn output(pieces: &[(bool, &str)]) -> Output {
        let mut output = Output::default();
        for (error, text) in pieces {
            output.push(*error, text.as_bytes(), usize::MAX);
        }
        output
    }

    #[test]
    fn lines_are_fit_to_be_shown() {
        let texts = |text: &str| -> Vec<String> { plain_lines(text.as_bytes()) };
        assert_eq!(texts("a\r\n\nb"), ["a", "", "b"]);
        assert_eq!(texts(""), Vec::<String>::new());
        assert_eq!(texts("\n"), [""]);
        assert_eq!(
            texts("\x1b[1;31mred\x1b[0m \x1b]0;title\x07x\x1b(B\x1bP1$r\x1b\\y"),
            ["red xy"]
        );
        assert_eq!(texts("10 %\r50 %\rdone\n"), ["done"]);
        assert_eq!(texts("a\u{202e}b\u{8}\u{9b}2Jc"), ["a\u{fffd}bc"]);
        assert_eq!(texts("open \x1b]0;never"), ["open "]);
        assert_eq!(texts(&"x".repeat(10_000)).concat().chars().count(), LONGEST_LINE + 1);
    }

    #[test]
    fn streams_keep_their_order_and_are_compared_apart() {
        let one = output(&[(false, "a\n"), (true, "oops\n"), (false, "b\n")]);
        let other = output(&[(true, "oops\n"), (false, "a\nb\n")]);
        let shown: Vec<(String, bool)> =
            one.lines().into_iter().map(|line| (line.text, line.error)).collect();
        assert_eq!(shown, [("a".into(), false), ("oops".into(), true), ("b".into(), false)]);
        let plain = RunGrouping::default();
        assert_eq!(one.key("0", plain, &NOBODY), other.key("0", plain, &NOBODY));
        assert_ne!(one.key("0", plain, &NOBODY), one.key("1", plain, &NOBODY));
        // The same bytes in another stream are not the same.
        let moved = output(&[(false, "a\nb\noops\n")]);
        assert_ne!(one.key("0", plain, &NOBODY), moved.key("0", plain, &NOBODY));
        assert_eq!(one.count(), 3);
    }

    #[test]
    fn names_and_blanks_may_be_left_out() {
        let grouping = RunGrouping { ignore_trailing_space: true, ignore_own_name: true };
        let one = output(&[(false, "web-1 (10.0.0.1) up  \nnot web-10\n\n")]);
        let other = output(&[(false, "web-2 (10.0.0.2) up\nnot web-10\n")]);
        let own = Own { name: "web-1", address: "10.0.0.1" };
        let theirs = Own { name: "web-2", address: "10.0.0.2" };
        assert_eq!(one.compared(grouping, &own), ["‹name› (‹address›) up", "not web-10"]);
        assert_eq!(one.key("0", grouping, &own), other.key("0", grouping, &theirs));
        let exact = RunGrouping::default();
        assert_ne!(one.key("0", exact, &own), other.key("0", exact, &theirs));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut output = Output::default();
        assert_eq!(output.push(false, &vec![b'x'; MOST_BYTES + 5], usize::MAX), MOST_BYTES);
        assert!(output.cut);
        assert_eq!(output.push(true, b"more", usize::MAX), 0);
        assert_eq!((output.len(), output.total), (MOST_BYTES, MOST_BYTES as u64 + 9));
        let mut poor = Output::default();
        assert_eq!(poor.push(false, b"12345", 2), 2);
        assert!(poor.cut);
    }
}
