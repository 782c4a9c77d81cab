//! The program that files of machines are edited with. It is started as it is: no shell reads what was typed.

use crate::CoreError;
use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

/// Stands for the file.
const FILE: &str = "{file}";
/// Longer ones are a mistake.
const LONGEST: usize = 1000;

/// A program, and what it is started with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Editor {
    /// Its file.
    pub program: PathBuf,
    /// Its arguments, the edited file among them.
    pub arguments: Vec<OsString>,
}

/// Whether what was typed can be started; empty is what the system has.
pub(super) fn check(text: &str, path: Option<&OsStr>) -> Result<(), CoreError> {
    for_file(text, Path::new(FILE), path).map(|_| ())
}

/// How a file is edited; `None` is what the system has for it.
pub(super) fn for_file(
    text: &str,
    file: &Path,
    path: Option<&OsStr>,
) -> Result<Option<Editor>, CoreError> {
    let refused = |message: String, next: &str| CoreError::invalid("editor", message, next);
    if text.len() > LONGEST || text.chars().any(char::is_control) {
        return Err(refused(
            "This is no program with its arguments.".into(),
            "Type less, in one line.",
        ));
    }
    let words = split(text).ok_or_else(|| {
        refused("A quotation mark is not closed.".into(), "Close it, or take it away.")
    })?;
    let Some((program, arguments)) = words.split_first() else { return Ok(None) };
    let found = find(program, path).ok_or_else(|| {
        refused(
            format!("No program {program} is found."),
            "Type the name of one that is installed, or its full path.",
        )
    })?;
    let named = arguments.iter().any(|argument| argument.contains(FILE));
    let mut arguments: Vec<OsString> =
        arguments.iter().map(|argument| filled(argument, file)).collect();
    if !named {
        arguments.push(file.into());
    }
    Ok(Some(Editor { program: found, arguments }))
}

/// An argument with the file in its place. Names of files need not be UTF-8.
fn filled(argument: &str, file: &Path) -> OsString {
    let mut parts = argument.split(FILE);
    let mut filled = OsString::from(parts.next().unwrap_or_default());
    for part in parts {
        filled.push(file);
        filled.push(part);
    }
    filled
}

/// Words between blanks; what is in quotation marks is one. `None` if one is not closed. There are no escapes: `\` is in
/// the paths of Windows.
fn split(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// A program by its full path, or by its name in one of the folders for programs.
fn find(program: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    let named = Path::new(program);
    if named.components().count() > 1 || named.is_absolute() {
        return (named.is_absolute() && is_program(named)).then(|| named.to_path_buf());
    }
    std::env::split_paths(path?)
        // What lies in the present folder is nobody's choice.
        .filter(|folder| folder.is_absolute())
        .flat_map(|folder| endings().map(move |ending| folder.join(format!("{program}{ending}"))))
        .find(|candidate| is_program(candidate))
}

/// What the name of a program may end in that is not typed.
fn endings() -> impl Iterator<Item = &'static str> {
    const WINDOWS: &[&str] = &["", ".exe", ".cmd", ".bat", ".com"];
    const OTHERS: &[&str] = &[""];
    if cfg!(windows) { WINDOWS.iter().copied() } else { OTHERS.iter().copied() }
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.extension().is_some() && path.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt as _};

    #[test]
    fn words_are_split_without_a_shell() {
        let split = |text| split(text).map(|words| words.join("|"));
        assert_eq!(split("code  --wait").as_deref(), Some("code|--wait"));
        assert_eq!(
            split(r#""C:\My Editor\e.exe" -a 'b c'"#).as_deref(),
            Some(r"C:\My Editor\e.exe|-a|b c")
        );
        assert_eq!(split("a $(rm) `x` ;b &").as_deref(), Some("a|$(rm)|`x`|;b|&"));
        assert_eq!(split(" ").as_deref(), Some(""));
        assert_eq!(split("a ''").as_deref(), Some("a|"));
        assert_eq!(split("a 'b"), None);
    }

    #[test]
    fn the_program_must_be_there_and_the_file_is_put_in_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("edit");
        fs::write(&program, "").unwrap();
        let folders = std::env::join_paths([Path::new("."), dir.path()]).unwrap();
        let path = Some(folders.as_os_str());
        let file = Path::new("/tmp/a b.conf");
        assert!(for_file("edit", file, path).is_err(), "it cannot be run");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();

        let editor = |text: &str| for_file(text, file, path).unwrap().unwrap();
        assert_eq!(editor("edit").program, program);
        assert_eq!(editor("edit -n").arguments, ["-n", "/tmp/a b.conf"]);
        assert_eq!(editor("edit --at={file}:1 -n").arguments, ["--at=/tmp/a b.conf:1", "-n"]);
        assert_eq!(editor(program.to_str().unwrap()).program, program);
        assert_eq!(for_file("  ", file, path).unwrap(), None);
        assert!(check("", None).is_ok());
        for bad in ["nosuch", "./edit", "edit 'x", "edit\nx", "/nosuch/edit"] {
            assert!(check(bad, path).is_err(), "{bad}");
        }
    }
}
