//! The desktop app. Everything is in the library; here is only what must happen before any thread exists.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    patchbay_desktop::process_starts();
    if patchbay_desktop::without_gpu() {
        draw_without_compositing();
    }
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

#[expect(unsafe_code, reason = "the web engine takes this decision from the environment only")]
fn draw_without_compositing() {
    // SAFETY: this is the start of `main`; no other thread exists that could read the environment meanwhile.
    unsafe { std::env::set_var("WEBKIT_DISABLE_COMPOSITING_MODE", "1") };
}
