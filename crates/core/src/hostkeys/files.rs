//! Reading the `known_hosts` files of OpenSSH. Nothing is ever written to them.

use patchbay_engine_ssh::known_hosts::{self, KnownHosts};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// More than any real one; what is beyond is not looked at.
const LARGEST: u64 = 16 * 1024 * 1024;

/// The person's and the system's files, as ssh_config(5) names them.
pub(super) fn paths(home: &Path) -> Vec<PathBuf> {
    let own = home.join(".ssh");
    let system = if cfg!(windows) {
        PathBuf::from(std::env::var_os("ProgramData").unwrap_or_else(|| "C:\\ProgramData".into()))
            .join("ssh")
    } else {
        PathBuf::from("/etc/ssh")
    };
    vec![
        own.join("known_hosts"),
        own.join("known_hosts2"),
        system.join("ssh_known_hosts"),
        system.join("ssh_known_hosts2"),
    ]
}

/// Everything the files hold.
pub(super) fn read(paths: &[PathBuf]) -> KnownHosts {
    let mut known = KnownHosts::default();
    for path in paths {
        match text(path) {
            Ok(text) => known.extend(known_hosts::parse(&text, &path.display().to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // Its hosts count as unknown then, which asks and does not trust.
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "host keys on file could not be read")
            }
        }
    }
    known
}

fn text(path: &Path) -> io::Result<String> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
