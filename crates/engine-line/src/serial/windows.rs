//! Having a port to oneself, on Windows: whoever opens it has it.

use super::SerialError;
use std::{io, path::Path};

/// Nothing to be kept.
pub(super) struct Held;

pub(super) fn hold(_: &Path) -> io::Result<Held> {
    Ok(Held)
}

impl Held {
    /// Done by opening it.
    pub(super) const fn exclude(&self) {}
}

/// Windows does not wait for a carrier.
pub(super) const fn ignore_carrier(_: &mut serial2_tokio::Settings) {}

pub(super) fn explain(path: &Path, error: &io::Error) -> SerialError {
    let port = path.display().to_string();
    match error.kind() {
        io::ErrorKind::NotFound => SerialError::Missing { port },
        // What Windows says of a port that another program has.
        io::ErrorKind::PermissionDenied => SerialError::Busy { port },
        _ => SerialError::Other { port, reason: error.to_string() },
    }
}
