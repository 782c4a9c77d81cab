//! Programs that tests talk to and that no system packages: each is installed once below the target directory, in one version.

use crate::{
    build,
    step::{self, Outcome},
};
use std::path::Path;

/// Each folder, what of Python's index is installed in it, and how the program that tests start shows that it starts.
const PEERS: &[(&str, &[&str], [&str; 2])] = &[
    // Makes requests of an `OpenAPI` document (`crates/server/tests/document.rs`).
    ("schemathesis", &["schemathesis==4.32.5"], ["schemathesis", "--version"]),
    // A management controller that speaks Redfish (`crates/testkit/src/redfish.rs`).
    ("sushy-tools", &["sushy-tools==2.2.0"], ["sushy-emulator", "--help"]),
    // Recorded devices that speak SNMP, and what a switch of ours speaks it with (`crates/testkit/src/snmp.rs`).
    (
        "snmpsim",
        &["snmpsim==1.2.2", "snmpsim-data==1.0.1", "pysnmp==7.1.30"],
        ["snmpsim-command-responder", "--version"],
    ),
    // Answers as Proxmox VE does (`crates/testkit/src/pve`).
    ("fakepve", &["fakepve[crypto]==0.5.0"], ["fakepve", "--version"]),
];

/// Installs what is missing.
pub(crate) fn install() -> Outcome {
    PEERS.iter().try_for_each(|(name, packages, starts)| one(name, packages, *starts))
}

fn one(name: &str, packages: &[&str], [program, says]: [&str; 2]) -> Outcome {
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
        let program = format!("{place}/bin/{program}");
        step::output(&program, &[says]).ok_or_else(|| format!("{program} does not start"))?;
        std::fs::write(&stamp, "").map_err(|error| format!("{stamp}: {error}"))
    })
}
