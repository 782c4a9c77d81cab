//! Programs that tests talk to and that no system packages: each is installed once below the target directory, in one version.

use crate::{
    build,
    step::{self, Outcome},
};
use std::path::Path;

/// Each folder, what is installed in it, and the program that tests start.
const PEERS: &[(&str, &str, &str)] = &[
    // Makes requests of an `OpenAPI` document (`crates/server/tests/document.rs`).
    ("schemathesis", "schemathesis==4.32.5", "schemathesis"),
    // A management controller that speaks Redfish (`crates/testkit/src/redfish.rs`).
    ("sushy-tools", "sushy-tools==2.2.0", "sushy-emulator"),
];

/// Installs what is missing.
pub(crate) fn install() -> Outcome {
    PEERS.iter().try_for_each(|(name, package, program)| one(name, package, program))
}

fn one(name: &str, package: &str, program: &str) -> Outcome {
    let place = format!("{}/peers/{name}", build::target());
    // The version is in the file's name, so that another one is another file.
    let stamp = format!("{place}/{package}");
    if Path::new(&stamp).exists() {
        return Ok(());
    }
    step::timed(&format!("getting {name}"), "about 20 s", || {
        step::run("python3", &["-m", "venv", "--clear", &place])?;
        let pip = format!("{place}/bin/pip");
        step::run(&pip, &["install", "--quiet", "--disable-pip-version-check", package])?;
        let program = format!("{place}/bin/{program}");
        step::output(&program, &["--help"]).ok_or_else(|| format!("{program} does not start"))?;
        std::fs::write(&stamp, "").map_err(|error| format!("{stamp}: {error}"))
    })
}
