//! Programs that tests talk to and that no system packages: each is installed once below the target directory, in one version.

use crate::{
    build,
    step::{self, Outcome},
};
use std::path::Path;

/// Makes requests of an `OpenAPI` document (`crates/server/tests/document.rs`).
const SCHEMATHESIS: &[&str] = &["schemathesis==4.32.5"];

/// Recorded devices that speak SNMP, and what a switch of ours speaks it with (`crates/testkit/src/snmp.rs`).
const SNMPSIM: &[&str] = &["snmpsim==1.2.2", "snmpsim-data==1.0.1", "pysnmp==7.1.30"];

/// Installs what is missing.
pub(crate) fn install() -> Outcome {
    python("schemathesis", "schemathesis", SCHEMATHESIS)?;
    python("snmpsim", "snmpsim-command-responder", SNMPSIM)
}

/// Packages of Python's index in a place of their own, and the program among them that must start.
fn python(name: &str, program: &str, packages: &[&str]) -> Outcome {
    let place = format!("{}/peers/{name}", build::target());
    // The versions are in the file's name, so that other ones are another file.
    let stamp = format!("{place}/{}", packages.join("+"));
    if Path::new(&stamp).exists() {
        return Ok(());
    }
    step::timed(&format!("getting {name}"), "about 20 s", || {
        step::run("python3", &["-m", "venv", "--clear", &place])?;
        let pip = format!("{place}/bin/pip");
        let install = ["install", "--quiet", "--disable-pip-version-check"];
        step::run(&pip, &[&install, packages].concat())?;
        step::run(&format!("{place}/bin/{program}"), &["--version"])?;
        std::fs::write(&stamp, "").map_err(|error| format!("{stamp}: {error}"))
    })
}
