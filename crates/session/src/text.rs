//! Text that others wrote, made fit to be shown: who is at the other end is not trusted to move the cursor, to turn words
//! around, or to hide some. How much of it is kept is for those to say who show it.

/// Whether a character does nothing but be seen: no control character (C0, C1, line ends and tabs among them), none that
/// turns the direction of writing, and none that nobody sees.
#[must_use]
pub const fn is_shown(c: char) -> bool {
    !matches!(
        c,
        '\u{0}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            // Tags: letters that nobody sees.
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// What is shown of a text, on one line: every white space is a blank.
pub fn on_one_line(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| is_shown(*c))
}

/// Without white space around it and full stops behind it, to stand inside a sentence.
#[must_use]
pub fn inside_sentence(text: &str) -> &str {
    text.trim_start().trim_end_matches(|c: char| c == '.' || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::{inside_sentence, is_shown, on_one_line};

    #[test]
    fn what_acts_on_a_screen_or_is_not_seen_is_not_shown() {
        let bounds = [
            ('\u{0}', '\u{1f}'),
            ('\u{7f}', '\u{9f}'),
            ('\u{61c}', '\u{61c}'),
            ('\u{200b}', '\u{200f}'),
            ('\u{2028}', '\u{202e}'),
            ('\u{2060}', '\u{206f}'),
            ('\u{feff}', '\u{feff}'),
            ('\u{e0000}', '\u{e007f}'),
        ];
        for c in '\u{0}'..=char::MAX {
            let within = bounds.iter().any(|(first, last)| (*first..=*last).contains(&c));
            assert_eq!(is_shown(c), !within, "U+{:04X}", u32::from(c));
            assert!(!(c.is_control() && is_shown(c)), "U+{:04X}", u32::from(c));
        }
        assert!("Schlüssel, 鍵, 🔑, ünï e\u{301}".chars().all(is_shown));
    }

    #[test]
    fn a_line_stays_a_line() {
        let line = |text| on_one_line(text).collect::<String>();
        assert_eq!(line("a\u{1b}[31mb\r\n\tc\u{202e}d\u{9b}2J"), "a[31mb   cd2J");
        assert_eq!(line("a\u{61c}b\u{e0041}c\u{2028}d\u{a0}e"), "abc d e");
        assert!(line(&('\u{0}'..=char::MAX).collect::<String>()).chars().all(is_shown));
    }

    #[test]
    fn a_sentence_goes_on() {
        assert_eq!(inside_sentence("  No such user.\n"), "No such user");
        assert_eq!(inside_sentence(" and so on . . ."), "and so on");
        assert_eq!(inside_sentence("v1.2"), "v1.2");
        assert_eq!(inside_sentence(" . "), "");
    }
}
