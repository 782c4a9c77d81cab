//! The log: to stderr, and to a file for those who start the app from a menu. It never holds a secret.

use crate::environment::Environment;
use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::sync::Mutex;
use tracing_subscriber::{
    EnvFilter, Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// A log larger than this is put aside at the start.
const LARGE: u64 = 2 * 1024 * 1024;

/// Starts logging; `PATCHBAY_LOG` says what (`debug`, `patchbay_core=trace`).
pub(crate) fn start(environment: &Environment) {
    let filter =
        || EnvFilter::try_from_env("PATCHBAY_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let file = environment.data_dir().and_then(|dir| open(&dir).ok());
    let file = file.map(|file| {
        let layer = tracing_subscriber::fmt::layer().with_ansi(false);
        layer.with_writer(Mutex::new(file)).with_filter(filter())
    });
    let stderr = tracing_subscriber::fmt::layer()
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .with_filter(filter());
    // Fails only if somebody logs already, as tests may.
    let _ = tracing_subscriber::registry().with(file).with(stderr).try_init();
    log_panics();
}

/// A panic in a task ends that task only: without this nobody would know.
fn log_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a bug: {}", panic.payload_as_str().unwrap_or("no message"));
        before(panic);
    }));
}

fn open(dir: &Path) -> io::Result<File> {
    private_folder(dir)?;
    let path = dir.join("patchbay.log");
    if fs::metadata(&path).is_ok_and(|meta| meta.len() > LARGE) {
        fs::rename(&path, dir.join("patchbay.old.log"))?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The vault will be in there, too.
fn private_folder(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_large_log_is_put_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("patchbay.log");
        drop(open(dir.path()).unwrap());
        File::options().write(true).open(&path).unwrap().set_len(LARGE + 1).unwrap();
        drop(open(dir.path()).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
        assert!(dir.path().join("patchbay.old.log").exists());
    }
}
