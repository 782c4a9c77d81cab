//! Text from servers, made fit to be shown.

use patchbay_session::text::{inside_sentence, on_one_line};

/// On one line and of at most 201 characters, without anything that acts on a screen.
pub(crate) fn phrase(text: &str) -> String {
    let mut kept = String::new();
    for (count, c) in on_one_line(text).enumerate() {
        if count >= 200 {
            kept.push('…');
            break;
        }
        kept.push(c);
    }
    inside_sentence(&kept).to_owned()
}

/// ISO 8859-1, as most of RFB writes text.
pub(crate) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// The other way; what it does not have becomes a question mark.
pub(crate) fn to_latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}

/// Names are UTF-8 with servers of today and Latin-1 with those of old.
pub(crate) fn name(bytes: &[u8]) -> String {
    let text = str::from_utf8(bytes).map_or_else(|_| latin1(bytes), str::to_owned);
    phrase(text.trim_end_matches('\0'))
}

/// The beginning, of at most so many bytes.
pub(crate) fn cut(mut text: String, most: usize) -> String {
    text.truncate(text.floor_char_boundary(most));
    text
}

#[cfg(test)]
mod tests {
    use super::{cut, name, phrase, to_latin1};

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(cut("aüb".to_owned(), 2), "a");
        assert_eq!(cut("aüb".to_owned(), 3), "aü");
        assert_eq!(cut("aüb".to_owned(), 99), "aüb");
    }

    #[test]
    fn nothing_acts_on_a_screen() {
        assert_eq!(phrase(" a\u{1b}[31mb\nc\u{202e}d. "), "a[31mb cd");
        assert_eq!(phrase(&"x".repeat(100_000)).chars().count(), 201);
    }

    #[test]
    fn names_are_read_in_both_ways() {
        assert_eq!(name("Schlüssel".as_bytes()), "Schlüssel");
        assert_eq!(name(b"Schl\xfcssel\0"), "Schlüssel");
        assert_eq!(to_latin1("ü€"), [0xfc, b'?']);
    }
}
