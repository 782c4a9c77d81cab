//! The desktop app. Everything is in the library; here is only what must happen first.
//!
//! Deliberately absent: turning the web engine's compositing off where there is no graphics card. It scrolls faster
//! that way, but WebKitGTK 2.50 then shows what a terminal wrote only with the next event, and a flood takes twice as long.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    patchbay_desktop::process_starts();
    // Fails only if one is installed already, and then it is this one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match patchbay_desktop::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the window could not be opened");
            ExitCode::FAILURE
        }
    }
}
