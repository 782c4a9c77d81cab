//! A `.reg` file, as `reg export` and regedit write it: UTF-16 with its mark, or the old format in a code page.

use super::{hostkeys, session, session::Values};
use crate::{ExchangeError, File, Found, text};

/// Whether it is a registry export at all.
pub(crate) fn is_export(text: &str) -> bool {
    text.starts_with("Windows Registry Editor Version 5") || text.starts_with("REGEDIT4")
}

enum Section {
    Session { name: String, line: u32, values: Values },
    HostKeys,
    Other,
}

pub(super) fn read(file: &File, found: &mut Found) -> Result<(), ExchangeError> {
    let text = text::decode(&file.bytes);
    let mut section = Section::Other;
    let mut known = false;
    for (number, line) in joined(&text) {
        let line = line.trim();
        if let Some(path) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            finish(file, section, found);
            section = begin(path, number);
            known |= !matches!(section, Section::Other);
            continue;
        }
        let Some((key, value)) = value(line) else { continue };
        match &mut section {
            Section::Session { values, .. } => {
                values.insert(key, value);
            }
            Section::HostKeys => hostkeys::add(&file.name, number, &key, &value, found),
            Section::Other => {}
        }
    }
    finish(file, section, found);
    if known {
        return Ok(());
    }
    Err(ExchangeError::Unreadable {
        format: "an export of PuTTY",
        reason: "the registry keys in it are of other programs.".into(),
    })
}

fn begin(path: &str, line: u32) -> Section {
    let lower = path.to_ascii_lowercase();
    if !lower.contains("\\putty\\") && !lower.contains("\\kitty\\") {
        return Section::Other;
    }
    if lower.ends_with("\\sshhostkeys") {
        return Section::HostKeys;
    }
    match lower.rfind("\\sessions\\").and_then(|at| path.get(at + "\\sessions\\".len()..)) {
        Some(name) => {
            Section::Session { name: text::percent_decoded(name), line, values: Values::new() }
        }
        None => Section::Other,
    }
}

fn finish(file: &File, section: Section, found: &mut Found) {
    if let Section::Session { name, line, values } = section {
        session::add(&file.name, (0, line), &name, &values, found);
    }
}

/// Lines, those that end in a backslash together with the next.
fn joined(text: &str) -> impl Iterator<Item = (u32, String)> {
    let mut lines = text::lines(text);
    std::iter::from_fn(move || {
        let (number, first) = lines.next()?;
        let mut whole = first.to_owned();
        // Only binary values go on; a string ends in a quote.
        while whole.ends_with('\\') && !whole.starts_with('[') {
            whole.pop();
            let Some((_, next)) = lines.next() else { break };
            whole.push_str(next.trim());
        }
        Some((number, whole))
    })
}

/// `"name"="text"` or `"name"=dword:hex`, as text.
fn value(line: &str) -> Option<(String, String)> {
    let (key, rest) = quoted(line)?;
    let rest = rest.strip_prefix('=')?;
    if let Some(hex) = rest.strip_prefix("dword:") {
        return Some((key, u32::from_str_radix(hex.trim(), 16).ok()?.to_string()));
    }
    Some((key, quoted(rest)?.0))
}

/// A quoted text and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut chars = text.strip_prefix('"')?.chars();
    let mut inside = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Some((inside, chars.as_str())),
            '\\' => inside.push(chars.next()?),
            c => inside.push(c),
        }
    }
    None
}
