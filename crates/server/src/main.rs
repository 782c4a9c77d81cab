//! `patchbay-server`: the team server. All of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    // It fails only if somebody else was first, who then chose the same.
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    patchbay_server::run(&patchbay_server::TeamServer)
}
