//! Programs that tests talk to and that no system packages: each is installed once below the target directory, in one version.

use crate::{
    build,
    step::{self, Outcome},
};
use std::path::Path;

/// A package of PyPI in a place of its own.
struct Peer {
    /// The folder's name.
    name: &'static str,
    /// What pip is asked for.
    package: &'static str,
    /// What shows that it is there and runs.
    check: &'static [&'static str],
}

const PEERS: [Peer; 2] = [
    // Makes requests of an `OpenAPI` document (`crates/server/tests/document.rs`).
    Peer {
        name: "schemathesis",
        package: "schemathesis==4.32.5",
        check: &["schemathesis", "--version"],
    },
    // Answers as Proxmox VE does (`crates/testkit/src/pve`).
    Peer { name: "fakepve", package: "fakepve[crypto]==0.5.0", check: &["fakepve", "--version"] },
];

/// Installs what is missing.
pub(crate) fn install() -> Outcome {
    PEERS.iter().try_for_each(one)
}

fn one(peer: &Peer) -> Outcome {
    let place = format!("{}/peers/{}", build::target(), peer.name);
    // The version is in the file's name, so that another one is another file.
    let stamp = format!("{place}/{}", peer.package);
    if Path::new(&stamp).exists() {
        return Ok(());
    }
    step::timed(&format!("getting {}", peer.name), "about 20 s", || {
        step::run("python3", &["-m", "venv", "--clear", &place])?;
        let pip = format!("{place}/bin/pip");
        step::run(&pip, &["install", "--quiet", "--disable-pip-version-check", peer.package])?;
        if let Some((program, arguments)) = peer.check.split_first() {
            step::run(&format!("{place}/bin/{program}"), arguments)?;
        }
        std::fs::write(&stamp, "").map_err(|error| format!("{stamp}: {error}"))
    })
}
