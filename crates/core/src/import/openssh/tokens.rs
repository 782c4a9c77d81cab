//! `~`, `%` and `${}` in file names and `HostName`.
//!
//! Results are bounded: a line of tokens that each stand for a long text would stand for megabytes.

use std::collections::HashMap;
use std::path::PathBuf;

/// Longer results are refused: neither a path nor a host name is.
const LONGEST: usize = 8 * 1024;

/// What is true of this computer, handed in so that tests can say it.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    /// The person's home directory.
    pub(crate) home: PathBuf,
    /// The person's user name.
    pub(crate) user: String,
    /// The name of this computer.
    pub(crate) host_name: String,
    /// Environment variables that may be named.
    pub(crate) environment: HashMap<String, String>,
}

/// `HostName` knows only `%h`, the alias, and `%%`.
pub(in crate::import) fn host_name(pattern: &str, alias: &str) -> Result<String, String> {
    expand(pattern, |token| (token == 'h').then(|| alias.to_owned()))
}

/// The values of the tokens of one alias.
pub(in crate::import) struct Tokens<'a> {
    pub(in crate::import) around: &'a Surroundings,
    pub(in crate::import) alias: &'a str,
    pub(in crate::import) host: &'a str,
    pub(in crate::import) port: u16,
    pub(in crate::import) user: &'a str,
}

impl Tokens<'_> {
    /// The path a file name stands for.
    pub(in crate::import) fn file(&self, text: &str) -> Result<String, String> {
        let home = self.around.home.to_string_lossy();
        let text = match text.strip_prefix('~') {
            Some("") => home.clone().into_owned(),
            Some(rest) if rest.starts_with(['/', '\\']) => format!("{home}{rest}"),
            Some(_) => {
                return Err("Other people's home directories are not looked into.".to_owned());
            }
            None => text.to_owned(),
        };
        let text = self.environment(&text)?;
        expand(&text, |token| self.token(token))
    }

    fn token(&self, token: char) -> Option<String> {
        Some(match token {
            'd' => self.around.home.to_string_lossy().into_owned(),
            'h' => self.host.to_owned(),
            'k' | 'n' => self.alias.to_owned(),
            'l' => self.around.host_name.clone(),
            'L' => self.around.host_name.split('.').next().unwrap_or_default().to_owned(),
            'p' => self.port.to_string(),
            'r' => self.user.to_owned(),
            'u' => self.around.user.clone(),
            _ => return None,
        })
    }

    fn environment(&self, text: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let (name, tail) = after.split_once('}').ok_or("“${” is never closed.")?;
            let value = self
                .around
                .environment
                .get(name)
                .ok_or_else(|| format!("${{{name}}} is not set."))?;
            out.push_str(value);
            bounded(&out)?;
            rest = tail;
        }
        out.push_str(rest);
        bounded(&out)?;
        Ok(out)
    }
}

fn expand(text: &str, value: impl Fn(char) -> Option<String>) -> Result<String, String> {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('%') => out.push('%'),
            Some(token) => {
                out.push_str(&value(token).ok_or_else(|| format!("%{token} is not resolved."))?)
            }
            None => return Err("A lone % is at the end.".to_owned()),
        }
        bounded(&out)?;
    }
    Ok(out)
}

fn bounded(text: &str) -> Result<(), String> {
    if text.len() > LONGEST {
        return Err("With its tokens resolved it is longer than 8 KiB.".to_owned());
    }
    Ok(())
}
