//! PuTTY's saved sessions and host keys: exported from the Windows registry, or the folder `~/.putty` of Unix.
//!
//! Not taken over, and said so: proxies other than SSH itself, port forwardings, agent and X11 forwarding.

mod hostkeys;
mod registry;
mod session;

use crate::{ExchangeError, File, Found, text};
use session::Values;

/// What PuTTY's files are called on Unix.
const HOST_KEYS: &str = "sshhostkeys";

/// Reads a registry export, or the files of the folder.
pub(crate) fn read(files: &[File], found: &mut Found) -> Result<(), ExchangeError> {
    if let [file] = files
        && registry::is_export(&text::decode(&file.bytes))
    {
        return registry::read(file, found);
    }
    let mut sessions = 0_usize;
    for (at, file) in files.iter().enumerate() {
        let name = file.name.rsplit(['/', '\\']).next().unwrap_or_default();
        let content = text::decode(&file.bytes);
        if name == HOST_KEYS {
            for (line, row) in text::lines(&content) {
                let (name, key) = row.split_once(' ').unwrap_or((row, ""));
                hostkeys::add(&file.name, line, name, key, found);
            }
        } else if session::is_session(&content) {
            sessions += 1;
            let values: Values = text::lines(&content)
                .filter_map(|(_, line)| line.split_once('='))
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect();
            let name = text::percent_decoded(name);
            session::add(&file.name, (at, 0), &name, &values, found);
        }
    }
    if sessions == 0 && found.host_keys.is_empty() && found.skipped.is_empty() {
        return Err(ExchangeError::Unreadable {
            format: "a file of PuTTY",
            reason: "it is neither a registry export nor a saved session.".into(),
        });
    }
    Ok(())
}

pub(crate) use registry::is_export;
pub(crate) use session::is_session;

#[cfg(test)]
mod tests;
