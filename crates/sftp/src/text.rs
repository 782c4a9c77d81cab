//! Text from servers, made fit to be shown: a server is not trusted to move the cursor or to turn words around.

/// The most characters of a status message that are kept.
const MESSAGE: usize = 200;
/// The most characters of what is no SFTP that are kept.
const SAID: usize = 100;

/// A status message: of at most 200 characters, those nobody sees replaced by U+FFFD.
pub(crate) fn message(bytes: &[u8]) -> String {
    let head = bytes.get(..MESSAGE * 4).unwrap_or(bytes);
    let text = String::from_utf8_lossy(head);
    let shown = |c| if visible(c) { c } else { char::REPLACEMENT_CHARACTER };
    text.trim_end().chars().take(MESSAGE).map(shown).collect()
}

/// What was printed instead of SFTP: on one line, the first 100 characters that can be seen.
pub(crate) fn said(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let spaced = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let mut kept = String::new();
    for c in spaced.filter(|c| visible(*c) && *c != char::REPLACEMENT_CHARACTER).take(SAID) {
        // Two blanks are one, and none leads: banners are full of them.
        if c != ' ' || !(kept.is_empty() || kept.ends_with(' ')) {
            kept.push(c);
        }
    }
    kept.trim_end().to_owned()
}

const fn visible(c: char) -> bool {
    !matches!(
        c,
        '\u{0}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::{message, said};

    #[test]
    fn what_nobody_sees_is_replaced() {
        assert_eq!(message(b"No such\x1b[31m file\n"), "No such\u{fffd}[31m file");
        assert_eq!(message("a\u{202e}b".as_bytes()), "a\u{fffd}b");
        assert_eq!(message(b"\xff"), "\u{fffd}");
        assert_eq!(message("ä".repeat(9000).as_bytes()).chars().count(), 200);
    }

    #[test]
    fn what_was_said_is_one_short_line() {
        assert_eq!(said(b"\r\n  Welcome\x1b\n\n  to db-01\xff "), "Welcome to db-01");
        assert_eq!(said(&[b'x'; 5000]).len(), 100);
        assert_eq!(said(b"\0\0\x01"), "");
    }
}
