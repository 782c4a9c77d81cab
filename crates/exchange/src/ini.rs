//! INI files: `[section]`, `key=value`, comments with `;` or `#` at the start of a line.

use crate::text;

/// A line that says something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Line<'a> {
    /// A section begins.
    Section(&'a str),
    /// A value.
    Value(&'a str, &'a str),
}

/// The lines that are understood, with their numbers. Others are nothing, as for the programs that write these files.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (u32, Line<'_>)> {
    text::lines(text).filter_map(|(number, line)| {
        let line = line.trim();
        if line.starts_with([';', '#']) {
            return None;
        }
        if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return Some((number, Line::Section(section.trim())));
        }
        let (key, value) = line.split_once('=')?;
        Some((number, Line::Value(key.trim(), value.trim())))
    })
}
