//! Text from servers, made fit to be shown: a server is not trusted to move the cursor or to turn words around.

use patchbay_session::text::{inside_sentence, is_shown};

/// At most this many characters of what a server says are kept.
const LIMIT: usize = 8 * 1024;

/// Without control and direction characters; line ends and tabs stay. At most 8 Ki characters.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut kept = String::new();
    for c in text.chars().filter(|c| shown(*c)).take(LIMIT) {
        kept.push(c);
    }
    kept
}

/// On one line and of at most 201 characters, for use inside a sentence.
#[must_use]
pub fn phrase(text: &str) -> String {
    let mut kept = String::new();
    for c in text.chars().map(|c| if c == '\n' || c == '\t' { ' ' } else { c }) {
        if kept.chars().count() >= 200 {
            kept.push('…');
            break;
        }
        if shown(c) {
            kept.push(c);
        }
    }
    inside_sentence(&kept).to_owned()
}

/// Line ends and tabs are laid out, and the rest is seen or left out.
const fn shown(c: char) -> bool {
    matches!(c, '\n' | '\t') || is_shown(c)
}

#[cfg(test)]
mod tests {
    use super::{phrase, plain};

    #[test]
    fn control_and_direction_characters_go() {
        assert_eq!(plain("a\u{1b}[31mb\r\n\tc\u{202e}d\u{9b}2J"), "a[31mb\n\tcd2J");
        assert_eq!(plain("a\u{61c}b\u{e0041}c"), "abc");
        assert_eq!(phrase("  two\nlines. "), "two lines");
        assert_eq!(phrase(" and so on . . ."), "and so on");
    }

    #[test]
    fn length_is_bounded() {
        assert_eq!(plain(&"x".repeat(100_000)).len(), 8192);
        assert_eq!(phrase(&"x".repeat(100_000)).chars().count(), 201);
    }
}
