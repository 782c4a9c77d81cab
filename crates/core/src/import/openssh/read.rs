//! A configuration and everything it includes, as one list of steps in reading order.
//!
//! Every size is bounded, since the files may be anything: their own, their number, their depth and the number of lines.

use super::{
    keywords::{self, Setting},
    lex, pattern, values,
};
use crate::tree::is_deceptive;
use patchbay_model::ImportRemark;
use std::{
    collections::HashSet,
    fs::File,
    io::{self, Read},
    path::{Component, Path, PathBuf},
};

/// As OpenSSH.
const DEEPEST_INCLUDE: usize = 16;
const LARGEST_FILE: u64 = 2 * 1024 * 1024;
const MOST_FILES: usize = 512;
const MOST_INCLUDES: usize = 1_024;
const MOST_LINES: usize = 100_000;
/// Of all files together; one may be included many times.
const MOST_BYTES: usize = 16 * 1024 * 1024;
const MOST_REMARKS: usize = 1_000;
pub(in crate::import) const LONGEST_REMARK_TEXT: usize = 200;
pub(in crate::import) const LONGEST_REASON: usize = 500;

/// Where a line stands.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(in crate::import) struct Place {
    pub(in crate::import) file: PathBuf,
    pub(in crate::import) line: u32,
    pub(in crate::import) text: String,
}

impl Place {
    pub(in crate::import) fn remark(&self, reason: impl Into<String>) -> ImportRemark {
        ImportRemark {
            file: self.file.display().to_string(),
            line: self.line,
            text: self.text.clone(),
            reason: harmless(&reason.into(), LONGEST_REASON),
        }
    }
}

/// One step of reading.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// What follows counts for aliases that match.
    Host(Vec<String>),
    /// What follows counts for nobody: a `Match` that is not understood.
    Nobody,
    /// `Match all`: what follows counts for everybody.
    Everybody,
    /// A value.
    Set(Setting, String, Place),
    /// An included file begins.
    Enter,
    /// And ends.
    Leave,
}

/// All that was read.
#[derive(Debug, Default)]
pub(in crate::import) struct Config {
    pub(super) steps: Vec<Step>,
    pub(in crate::import) remarks: Vec<ImportRemark>,
}

/// Reads a file and what it includes. Only the first file has to be readable.
pub(in crate::import) fn read(path: &Path, home: &Path) -> io::Result<Config> {
    let bytes = read_bounded(path)?;
    Ok(Reader::new(home, true).read(path, &bytes))
}

/// Reads a text as if it were that file. No file is touched: what it includes is left out.
pub(in crate::import) fn read_text(text: &[u8], path: &Path) -> Config {
    Reader::new(Path::new(""), false).read(path, text)
}

/// The whole of a regular file, if it is not too large. A pipe or device would never end.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 2 MiB"));
    }
    Ok(bytes)
}

struct Reader<'a> {
    home: &'a Path,
    follow: bool,
    config: Config,
    remarked: HashSet<(PathBuf, u32)>,
    files: usize,
    includes: usize,
    lines: usize,
    bytes: usize,
    /// The files being read, outermost first.
    open: Vec<PathBuf>,
}

impl<'a> Reader<'a> {
    fn new(home: &'a Path, follow: bool) -> Self {
        Self {
            home,
            follow,
            config: Config::default(),
            remarked: HashSet::new(),
            files: 1,
            includes: 0,
            lines: 0,
            bytes: 0,
            open: Vec::new(),
        }
    }

    fn read(mut self, path: &Path, bytes: &[u8]) -> Config {
        self.file(path, bytes);
        self.config
    }

    fn file(&mut self, path: &Path, bytes: &[u8]) {
        self.open.push(path.to_owned());
        for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            self.lines += 1;
            self.bytes += line.len();
            let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
            if self.lines > MOST_LINES || self.bytes > MOST_BYTES {
                let place = Place { file: path.to_owned(), line: number, text: String::new() };
                let reason = "Reading stops here: there are more than 100,000 lines or 16 MiB.";
                self.remark(&place, reason);
                break;
            }
            self.line(path, number, line);
        }
        self.open.pop();
    }

    fn line(&mut self, file: &Path, number: u32, bytes: &[u8]) {
        let cut = lex::cut(bytes);
        if matches!(cut, Ok(None)) {
            return;
        }
        let place = Place { file: file.to_owned(), line: number, text: shown(bytes) };
        match cut {
            Err(uncut) => self.remark(&place, uncut.reason()),
            Ok(Some(words)) => self.words(words, place),
            Ok(None) => {}
        }
    }

    fn words(&mut self, words: lex::Words, place: Place) {
        match words.keyword.as_str() {
            "host" => self.config.steps.push(Step::Host(words.arguments)),
            "match" => self.match_block(&words.arguments, &place),
            "include" => self.include(&words.arguments, &place),
            keyword => match keywords::setting(keyword) {
                Some(setting) => self.set(setting, words.arguments, place),
                None => self.remark(&place, keywords::reason(keyword)),
            },
        }
    }

    fn match_block(&mut self, arguments: &[String], place: &Place) {
        if matches!(arguments, [all] if all.eq_ignore_ascii_case("all")) {
            self.config.steps.push(Step::Everybody);
        } else {
            self.config.steps.push(Step::Nobody);
            self.remark(
                place,
                "Match is not evaluated: the lines up to the next Host or Match are left out.",
            );
        }
    }

    fn set(&mut self, setting: Setting, mut arguments: Vec<String>, place: Place) {
        if setting == Setting::ProxyCommand {
            if let Some(jump) = values::jump_of_command(&arguments) {
                self.config.steps.push(Step::Set(Setting::ProxyJump, jump, place));
                return;
            }
            let none = matches!(arguments.as_slice(), [none] if none.eq_ignore_ascii_case("none"));
            if !none {
                self.remark(&place, keywords::reason("proxycommand"));
            }
            self.config.steps.push(Step::Set(setting, String::new(), place));
            return;
        }
        // The two ends are two words, and ssh(1) writes them with a colon in between.
        if matches!(setting, Setting::Forward(_)) && arguments.len() == 2 {
            arguments = vec![arguments.join(":")];
        }
        match (arguments.pop(), arguments.is_empty()) {
            (Some(value), true) => self.config.steps.push(Step::Set(setting, value, place)),
            _ => self.remark(&place, "There is more than one argument."),
        }
    }

    fn include(&mut self, arguments: &[String], place: &Place) {
        if !self.follow {
            self.remark(place, "Only this text is looked at, and no other file.");
            return;
        }
        for argument in arguments {
            if self.open.len() > DEEPEST_INCLUDE {
                self.remark(place, "Includes are nested more than 16 deep.");
                return;
            }
            self.includes += 1;
            if self.includes > MOST_INCLUDES {
                self.remark(place, "There are more than 1,024 includes.");
                return;
            }
            if argument.starts_with('~') && !argument.starts_with("~/") {
                self.remark(place, "Other people's home directories are not looked into.");
                continue;
            }
            for path in expand(&self.absolute(argument)) {
                if self.open.contains(&path) {
                    self.remark(place, format!("{} includes itself.", path.display()));
                } else if self.files >= MOST_FILES {
                    self.remark(place, "More than 512 files are included.");
                    return;
                } else {
                    self.included(&path, place);
                }
            }
        }
    }

    fn included(&mut self, path: &Path, place: &Place) {
        self.files += 1;
        match read_bounded(path) {
            Ok(bytes) => {
                self.config.steps.push(Step::Enter);
                self.file(path, &bytes);
                self.config.steps.push(Step::Leave);
            }
            // A file that is named and not there is nothing, as for ssh.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                self.remark(place, format!("{} cannot be read: {error}.", path.display()))
            }
        }
    }

    fn absolute(&self, argument: &str) -> PathBuf {
        match argument.strip_prefix("~/") {
            Some(rest) => self.home.join(rest),
            // An absolute argument replaces the rest.
            None => self.home.join(".ssh").join(argument),
        }
    }

    fn remark(&mut self, place: &Place, reason: impl Into<String>) {
        let full = self.config.remarks.len() >= MOST_REMARKS;
        if !full && self.remarked.insert((place.file.clone(), place.line)) {
            self.config.remarks.push(place.remark(reason));
        }
    }
}

/// A line as a remark shows it.
fn shown(bytes: &[u8]) -> String {
    let head = bytes.get(..LONGEST_REMARK_TEXT * 4).unwrap_or(bytes);
    harmless(String::from_utf8_lossy(head).trim(), LONGEST_REMARK_TEXT)
}

/// What the file says, cut off, and with nothing in it that acts on a screen.
pub(in crate::import) fn harmless(text: &str, longest: usize) -> String {
    let acts = |c: char| (c.is_control() && c != '\t') || is_deceptive(c);
    text.chars().take(longest).map(|c| if acts(c) { '\u{fffd}' } else { c }).collect()
}

/// The files a path with wildcards stands for, sorted; without wildcards the path itself.
fn expand(path: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for component in path.components() {
        let part = component.as_os_str().to_string_lossy();
        if !matches!(component, Component::Normal(_)) || !pattern::has_file_wildcards(&part) {
            for path in &mut found {
                path.push(component);
            }
            continue;
        }
        found = found
            .iter()
            .flat_map(|directory| matching(directory, &part))
            .take(MOST_FILES + 1)
            .collect();
    }
    found
}

fn matching(directory: &Path, part: &str) -> Vec<PathBuf> {
    let mut names: Vec<_> = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name())
        .filter(|name| pattern::file_matches(part, &name.to_string_lossy()))
        .collect();
    names.sort();
    names.into_iter().map(|name| directory.join(name)).collect()
}
