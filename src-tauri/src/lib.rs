//! The desktop shell: its windows, one command that reaches the command list, one event, and the streams of sessions.
//!
//! It starts the core, hands JSON and bytes through, and does what only a desktop can: dialogs, clipboard, browser,
//! noticing that the screen is locked. Deliberately absent: every rule about machines, vaults and sessions
//! (`patchbay-core`) and every command that another front end could use (`patchbay-commands`).

mod bridge;
mod clipboard;
mod copied;
#[cfg(target_os = "linux")]
mod crash;
mod drag;
mod edit;
mod environment;
mod host;
mod journal;
mod notify;
mod started;
mod stream;
mod watch;
mod window;
mod windows;

pub use started::process_starts;

use bridge::Shell;
use environment::Environment;
use tauri::{App, Manager as _, RunEvent};
use windows::Windows;

/// Opens the window and returns when the app ends.
///
/// # Errors
/// If there is no display, or the web engine does not start.
pub fn run() -> tauri::Result<()> {
    let environment = Environment::read();
    journal::start(&environment);
    started::note("main");
    patchbay_core::descriptors::make_room();
    let mut builder = tauri::Builder::default();
    if environment.single_instance {
        let focus = |app: &tauri::AppHandle, _args, _folder| windows::focus(app);
        builder = builder.plugin(tauri_plugin_single_instance::init(focus));
    }
    // Linux has `crash` for it. Sessions are in this process and lose nothing.
    #[cfg(target_os = "macos")]
    {
        builder = builder.on_web_content_process_terminate(|page| drop(page.reload()));
    }
    let app = builder
        .plugin(window::remember(&environment))
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![bridge::call])
        .setup(move |app| Ok(setup(app, &environment)?))
        .build(tauri::generate_context!())?;
    app.run(|app, event| match event {
        // The last window is gone; an exit that was asked for has a code.
        RunEvent::ExitRequested { code: None, api, .. } if windows::goes_on(app) => {
            api.prevent_exit();
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => windows::focus(app),
        RunEvent::Exit => Shell::end(app),
        _ => {}
    });
    Ok(())
}

/// The window first: the web engine starts in processes of its own while the rest is made ready here.
fn setup(app: &App, environment: &Environment) -> Result<(), SetupError> {
    app.manage(Windows::new(environment.clone()));
    window::open(app, window::MAIN, environment)?;
    started::note("window");
    bridge::start(app, environment)?;
    started::note("core");
    Ok(())
}

/// Why the app did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    /// No window.
    #[error("No window could be opened: {0}")]
    Window(#[from] tauri::Error),
    /// The core does not find its way on this computer.
    #[error(transparent)]
    Core(#[from] patchbay_core::CoreError),
    /// No port on loopback.
    #[error("No port could be opened on 127.0.0.1 for the terminals: {0}")]
    Stream(#[source] std::io::Error),
    /// No thread.
    #[error("The clipboard could not be watched: {0}")]
    Clipboard(#[source] std::io::Error),
    /// No thread.
    #[error("Notifications could not be made ready: {0}")]
    Notifications(#[source] std::io::Error),
}
