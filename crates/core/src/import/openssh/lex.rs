//! One line of ssh_config(5) into a keyword and its arguments, the way OpenSSH cuts it.
//!
//! Deliberately absent: what the keywords mean.

/// Longer lines are listed and skipped: no real setting needs one.
const LONGEST_LINE: usize = 8 * 1024;

/// A line that says something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Words {
    /// In lower case: keywords are compared without case.
    pub(super) keyword: String,
    /// With quotes and escapes resolved.
    pub(super) arguments: Vec<String>,
}

/// Why a line could not be cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Uncut {
    /// Bytes that are not UTF-8, or a NUL.
    NotText,
    /// It is longer than any real setting.
    TooLong,
    /// A quote is never closed.
    OpenQuote,
    /// A keyword stands alone.
    NoArgument,
}

impl Uncut {
    /// As a remark says it.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::NotText => "The line is not text.",
            Self::TooLong => "The line is longer than 8 KiB.",
            Self::OpenQuote => "A quotation mark is never closed.",
            Self::NoArgument => "The keyword has no argument.",
        }
    }
}

/// Cuts a line; `None` for an empty one or a comment.
pub(super) fn cut(line: &[u8]) -> Result<Option<Words>, Uncut> {
    if line.len() > LONGEST_LINE {
        return Err(Uncut::TooLong);
    }
    let text = str::from_utf8(line).map_err(|_| Uncut::NotText)?;
    if text.contains('\0') {
        return Err(Uncut::NotText);
    }
    // A form feed is white space at the end of a line only.
    let text = text
        .trim_end_matches([' ', '\t', '\r', '\n', '\u{c}'])
        .trim_start_matches([' ', '\t', '\r']);
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    let (keyword, rest) = keyword(text)?;
    if keyword.is_empty() || rest.is_empty() {
        return Err(Uncut::NoArgument);
    }
    let arguments = split(rest)?;
    if arguments.first().is_none_or(String::is_empty) {
        return Err(Uncut::NoArgument);
    }
    Ok(Some(Words { keyword: keyword.to_ascii_lowercase(), arguments }))
}

/// The keyword ends at white space, at one `=` with white space around it, or is in double quotes.
fn keyword(text: &str) -> Result<(&str, &str), Uncut> {
    const SPACE: [char; 3] = [' ', '\t', '\r'];
    if let Some(quoted) = text.strip_prefix('"') {
        let (word, rest) = quoted.split_once('"').ok_or(Uncut::OpenQuote)?;
        return Ok((word, rest.trim_start_matches(SPACE)));
    }
    let end = text.find(|c| SPACE.contains(&c) || c == '=' || c == '"').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let rest = rest.trim_start_matches(SPACE);
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    Ok((word, rest.trim_start_matches(SPACE)))
}

/// Words in single or double quotes keep their blanks; `\` escapes quotes, itself, and a blank outside quotes; a word
/// that starts with `#` begins a comment.
fn split(text: &str) -> Result<Vec<String>, Uncut> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if quote.is_none() && matches!(c, ' ' | '\t') {
            words.extend(word.take());
            continue;
        }
        if word.is_none() && c == '#' {
            break;
        }
        let current = word.get_or_insert_default();
        match c {
            '\\' => {
                let escaped = chars.next_if(|next| {
                    matches!(next, '\'' | '"' | '\\') || (quote.is_none() && *next == ' ')
                });
                current.push(escaped.unwrap_or('\\'));
            }
            '\'' | '"' if quote.is_none() => quote = Some(c),
            _ if quote == Some(c) => quote = None,
            _ => current.push(c),
        }
    }
    if quote.is_some() {
        return Err(Uncut::OpenQuote);
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::{Uncut, cut};

    fn words(line: &str) -> Vec<String> {
        let cut = cut(line.as_bytes()).unwrap().unwrap();
        [vec![cut.keyword], cut.arguments].concat()
    }

    #[test]
    fn blanks_equals_signs_quotes_and_comments() {
        assert_eq!(words("  HostName  web-01 "), ["hostname", "web-01"]);
        assert_eq!(words("HostName=web-01"), ["hostname", "web-01"]);
        assert_eq!(words("Host\t=\ta \"b c\" 'd e' f\\ g # h"), ["host", "a", "b c", "d e", "f g"]);
        assert_eq!(words("User ==x"), ["user", "=x"]);
        assert_eq!(words(r#"User a\"b\c"#), ["user", "a\"b\\c"]);
        assert_eq!(words("IdentityFile a#b\r\n"), ["identityfile", "a#b"]);
        assert_eq!(cut(b"   # all comment").unwrap(), None);
        assert_eq!(cut(b"\t\r\n").unwrap(), None);
    }

    #[test]
    fn lines_that_cannot_be_cut() {
        assert_eq!(cut(b"User \"x"), Err(Uncut::OpenQuote));
        assert_eq!(cut(b"User"), Err(Uncut::NoArgument));
        assert_eq!(cut(b"User # nobody"), Err(Uncut::NoArgument));
        assert_eq!(cut(b"User \"\""), Err(Uncut::NoArgument));
        assert_eq!(cut(b"User \xff\xfe"), Err(Uncut::NotText));
        assert_eq!(cut(&[b'x'; 9000]), Err(Uncut::TooLong));
    }
}
