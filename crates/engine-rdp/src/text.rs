//! Text from servers, made fit to stand inside a sentence.

/// On one line, of at most 200 characters, without control and direction characters and without a full stop.
#[must_use]
pub fn phrase(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| shown(*c))
        .take(200)
        .collect();
    line.trim_start().trim_end_matches(|c: char| c == '.' || c.is_whitespace()).to_owned()
}

const fn shown(c: char) -> bool {
    !matches!(c,
        '\u{0}'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{e0000}'..='\u{e007f}')
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
