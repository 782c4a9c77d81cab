//! The text of an `authorized_keys` file (sshd(8)), which may be anybody's: what is there stays as it is, byte for byte.

use data_encoding::{BASE64, BASE64_NOPAD};

/// What has to be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Plan {
    /// The key is there.
    Present {
        /// With options before it, which may restrict what it can do.
        options: bool,
    },
    /// The file as it is to be.
    Add(Vec<u8>),
}

/// Puts a line with a key at the end, unless the key is there already. `None` if the line is no key.
pub(super) fn plan(text: &[u8], line: &str) -> Option<Plan> {
    let mut words = line.split_ascii_whitespace();
    let algorithm = words.next()?;
    let key = decoded(words.next()?)?;
    for old in text.split(|byte| *byte == b'\n') {
        if let Some(options) = holds(old, algorithm, &key) {
            return Some(Plan::Present { options });
        }
    }
    let end: &[u8] = if writes_crlf(text) { b"\r\n" } else { b"\n" };
    let mut new = text.to_vec();
    if !new.is_empty() && new.last() != Some(&b'\n') {
        new.extend_from_slice(end);
    }
    new.extend_from_slice(line.trim().as_bytes());
    new.extend_from_slice(end);
    Some(Plan::Add(new))
}

/// Whether a line lets this very key in, and then whether it does so with options. A line for an authority does not: it
/// is about certificates.
fn holds(line: &[u8], algorithm: &str, key: &[u8]) -> Option<bool> {
    let line = line.trim_ascii();
    if line.is_empty() || line.starts_with(b"#") {
        return None;
    }
    let words = words(line);
    let at = words.iter().position(|word| *word == algorithm.as_bytes())?;
    let base64 = std::str::from_utf8(words.get(at + 1)?).ok()?;
    let options = words.get(..at)?;
    let authority = options
        .iter()
        .any(|word| word.split(|byte| *byte == b',').any(|option| option == b"cert-authority"));
    (!authority && decoded(base64)? == key).then_some(at > 0)
}

/// Splits at blanks that are not between quotes, as sshd does to find where the options end.
fn words(line: &[u8]) -> Vec<&[u8]> {
    let mut words = Vec::new();
    let (mut quoted, mut escaped, mut start) = (false, false, None);
    for (at, byte) in line.iter().enumerate() {
        let blank = matches!(byte, b' ' | b'\t') && !quoted;
        match (blank, start) {
            (true, Some(from)) => {
                words.extend(line.get(from..at));
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
        if *byte == b'"' && !escaped {
            quoted = !quoted;
        }
        escaped = *byte == b'\\' && !escaped;
    }
    words.extend(start.and_then(|from| line.get(from..)));
    words
}

fn decoded(base64: &str) -> Option<Vec<u8>> {
    let bytes = base64.as_bytes();
    BASE64.decode(bytes).or_else(|_| BASE64_NOPAD.decode(bytes)).ok().filter(|key| !key.is_empty())
}

/// As the last line that has an end.
fn writes_crlf(text: &[u8]) -> bool {
    let last = text.iter().rposition(|byte| *byte == b'\n');
    last.and_then(|at| at.checked_sub(1)).and_then(|at| text.get(at)) == Some(&b'\r')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    const A: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK2pr+Bfus1hvPof4Wb/plZCzSbqadHH0u+/f4ODtKnE";
    const B: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILagOJFgwaMNhBWQINinKOXmqS4Gh5NgxgriXwdOoINJ";

    fn added(text: &str, line: &str) -> String {
        match plan(text.as_bytes(), line) {
            Some(Plan::Add(new)) => String::from_utf8(new).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_end_of_the_file_is_kept_right() {
        assert_eq!(added("", A), format!("{A}\n"));
        assert_eq!(added(&format!("{B}\n"), A), format!("{B}\n{A}\n"));
        assert_eq!(added(B, A), format!("{B}\n{A}\n"));
        assert_eq!(added(&format!("{B}\r\n"), A), format!("{B}\r\n{A}\r\n"));
        assert_eq!(added(&format!("# x\r\n{B}"), A), format!("# x\r\n{B}\r\n{A}\r\n"));
        assert_eq!(
            added("\n\n# x\n", &format!("{A} me@desk\n")),
            format!("\n\n# x\n{A} me@desk\n")
        );
    }

    #[test]
    fn a_key_is_found_by_what_it_is() {
        for (line, options) in [
            (format!("{A} another comment"), false),
            (format!("  {A}\r"), false),
            (format!("no-pty,command=\"echo \\\"{B}\\\" # x\" {A} x"), true),
            (format!("from=\"10.0.0.0/8\"\t{A}"), true),
        ] {
            let text = format!("# first\n{B}\n{line}\nlast");
            let found = plan(text.as_bytes(), &format!("{A} mine"));
            assert_eq!(found, Some(Plan::Present { options }), "{line}");
        }
        for line in [
            format!("# {A}"),
            format!("cert-authority {A}"),
            format!("no-pty,cert-authority,principals=\"a b\" {A}"),
            format!("command=\"{A}\" {B}"),
            A.replace("IK2p", "IK2q"),
        ] {
            assert!(matches!(plan(line.as_bytes(), A), Some(Plan::Add(_))), "{line}");
        }
        assert_eq!(plan(b"", "no key"), None);
    }

    proptest! {
        #[test]
        fn what_was_there_stays_and_the_key_is_there_afterwards(text: Vec<u8>) {
            match plan(&text, A) {
                Some(Plan::Add(new)) => {
                    prop_assert!(new.starts_with(&text));
                    prop_assert_eq!(plan(&new, A), Some(Plan::Present { options: false }));
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }

        #[test]
        fn lines_of_options_and_quotes(text in "(([a-z,=\" \\\\]|ssh-ed25519 ){0,20}\r?\n){0,8}[a-z\" ]{0,9}") {
            if let Some(Plan::Add(new)) = plan(text.as_bytes(), A) {
                prop_assert!(new.starts_with(text.as_bytes()));
            }
        }
    }
}
