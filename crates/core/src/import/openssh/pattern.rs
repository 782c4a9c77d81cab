//! Wildcards: those of `Host` lines, and those of file names after `Include`.

/// Whether a `Host` line's patterns take in the alias: one matches, and none with a `!` does.
pub(super) fn host_matches(patterns: &[String], alias: &str) -> bool {
    let mut found = false;
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            Some(negated) if matches(negated, alias) => return false,
            None if matches(pattern, alias) => found = true,
            _ => {}
        }
    }
    found
}

/// Whether a pattern of a `Host` line names exactly one alias.
pub(super) fn is_concrete(pattern: &str) -> bool {
    !pattern.is_empty() && !pattern.starts_with('!') && !pattern.contains(['*', '?'])
}

/// What comparing a pattern costs at most, in steps. Sixteen characters are one, as they take less time than others.
pub(super) fn cost(pattern: &str, text: &str) -> u64 {
    if !pattern.contains(['*', '?']) {
        return 1;
    }
    // From each place in the text, up to the whole of what is between two `*`.
    let between = pattern.split('*').map(str::len).max().unwrap_or(0);
    (pattern.len() + text.len() + text.len().saturating_mul(between) / 16) as u64
}

/// `*` stands for any characters, `?` for one. Takes at most the product of both lengths, whatever the pattern.
fn matches(pattern: &str, text: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return pattern == text;
    }
    walk(&pattern.chars().map(Atom::of_host).collect::<Vec<_>>(), text)
}

/// Whether a file name matches a pattern of glob(7): also `[a-z]` and `[!a-z]`; a leading dot must be written.
pub(super) fn file_matches(pattern: &str, name: &str) -> bool {
    (!name.starts_with('.') || pattern.starts_with('.')) && walk(&file_atoms(pattern), name)
}

/// Whether a part of a path has wildcards.
pub(super) fn has_file_wildcards(part: &str) -> bool {
    part.contains(['*', '?', '['])
}

enum Atom {
    Any,
    One,
    Char(char),
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Atom {
    const fn of_host(c: char) -> Self {
        match c {
            '*' => Self::Any,
            '?' => Self::One,
            other => Self::Char(other),
        }
    }

    fn takes(&self, c: char) -> bool {
        match self {
            Self::Any => false,
            Self::One => true,
            Self::Char(own) => *own == c,
            Self::Class { negated, ranges } => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != *negated
            }
        }
    }
}

fn file_atoms(pattern: &str) -> Vec<Atom> {
    let mut atoms = Vec::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = rest.split_at(c.len_utf8()).1;
        match c {
            '\\' if !rest.is_empty() => {
                let escaped = rest.chars().next().unwrap_or('\\');
                rest = rest.split_at(escaped.len_utf8()).1;
                atoms.push(Atom::Char(escaped));
            }
            '[' => match class(rest) {
                Some((atom, after)) => {
                    atoms.push(atom);
                    rest = after;
                }
                None => atoms.push(Atom::Char('[')),
            },
            other => atoms.push(Atom::of_host(other)),
        }
    }
    atoms
}

/// What follows `[`; `None` if the bracket is never closed, and then stands for itself.
fn class(text: &str) -> Option<(Atom, &str)> {
    let (negated, body) = match text.strip_prefix(['!', '^']) {
        Some(body) => (true, body),
        None => (false, text),
    };
    // A `]` in the first place is a member.
    let end = body.char_indices().skip(1).find(|(_, c)| *c == ']').map(|(at, _)| at)?;
    let (members, after) = body.split_at(end);
    let members: Vec<char> = members.chars().collect();
    let mut ranges = Vec::new();
    let mut left = members.as_slice();
    while let Some((first, tail)) = left.split_first() {
        match tail {
            ['-', last, more @ ..] => {
                ranges.push((*first, *last));
                left = more;
            }
            _ => {
                ranges.push((*first, *first));
                left = tail;
            }
        }
    }
    Some((Atom::Class { negated, ranges }, after.strip_prefix(']')?))
}

/// Greedy with one way back: to the last `*`, which then takes one character more.
fn walk(pattern: &[Atom], text: &str) -> bool {
    let mut pattern = pattern;
    let mut text = text.chars();
    let mut back = None;
    loop {
        if let Some((Atom::Any, after)) = pattern.split_first() {
            pattern = after;
            back = Some((after, text.clone()));
            continue;
        }
        let mut ahead = text.clone();
        match (pattern.split_first(), ahead.next()) {
            (None, None) => return true,
            (Some((atom, after)), Some(c)) if atom.takes(c) => {
                pattern = after;
                text = ahead;
            }
            _ => {
                let Some((after, mut from)) = back.take() else { return false };
                if from.next().is_none() {
                    return false;
                }
                pattern = after;
                text = from.clone();
                back = Some((after, from));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{file_matches, host_matches, is_concrete};

    fn host(line: &str, alias: &str) -> bool {
        host_matches(&line.split(' ').map(str::to_owned).collect::<Vec<_>>(), alias)
    }

    #[test]
    fn host_lines() {
        assert!(host("web-*", "web-01"));
        assert!(host("web-0?", "web-01"));
        assert!(!host("web-0?", "web-011"));
        assert!(host("* !db-*", "web"));
        assert!(!host("* !db-*", "db-1"));
        assert!(!host("!web", "db"), "a negated pattern alone matches nothing");
        assert!(host("*a*b", "xaabab"));
        assert!(!host("Web", "web"), "aliases are compared with case");
        assert!(is_concrete("web.example.com"));
        assert!(!is_concrete("*.example.com") && !is_concrete("!web"));
    }

    #[test]
    fn a_pattern_made_to_be_slow_is_not() {
        let pattern = "*a".repeat(500) + "b";
        assert!(!host(&pattern, &"a".repeat(255)));
    }

    #[test]
    fn file_names() {
        assert!(file_matches("*.conf", "a.conf"));
        assert!(!file_matches("*", ".hidden"));
        assert!(file_matches(".h*", ".hidden"));
        assert!(file_matches("[a-c]?", "b1"));
        assert!(!file_matches("[!a-c]?", "b1"));
        assert!(file_matches("[", "["));
        assert!(file_matches("[]x]", "]"));
        assert!(file_matches("\\*", "*"));
    }
}
