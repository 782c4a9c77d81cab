//! Text from servers, made fit to stand inside a sentence.

use patchbay_session::text::{inside_sentence, on_one_line};

/// On one line, of at most 200 characters, without control and direction characters and without a full stop.
#[must_use]
pub fn phrase(text: &str) -> String {
    let line: String = on_one_line(text).take(200).collect();
    inside_sentence(&line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::phrase;

    #[test]
    fn what_servers_say_stays_inside_the_sentence() {
        assert_eq!(phrase("  two\r\nlines\u{202e} \u{1b}[1m. "), "two  lines [1m");
        assert_eq!(phrase(&"x".repeat(1000)).len(), 200);
    }
}
