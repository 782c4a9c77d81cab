//! Programs that tests talk to and that no system packages: each is installed once below the target directory, in one version.

use crate::{
    build,
    step::{self, Outcome},
};
use std::path::Path;

/// Makes requests of an `OpenAPI` document (`crates/server/tests/document.rs`).
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// Installs what is missing.
pub(crate) fn install() -> Outcome {
    let place = format!("{}/peers/schemathesis", build::target());
    let program = format!("{place}/bin/schemathesis");
    // The version is in the file's name, so that another one is another file.
    let stamp = format!("{place}/{SCHEMATHESIS}");
    if Path::new(&stamp).exists() {
        return Ok(());
    }
    step::timed("getting schemathesis", "about 20 s", || {
        step::run("python3", &["-m", "venv", "--clear", &place])?;
        let pip = format!("{place}/bin/pip");
        step::run(&pip, &["install", "--quiet", "--disable-pip-version-check", SCHEMATHESIS])?;
        step::run(&program, &["--version"])?;
        std::fs::write(&stamp, "").map_err(|error| format!("{stamp}: {error}"))
    })
}
