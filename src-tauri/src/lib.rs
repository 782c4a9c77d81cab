//! The desktop shell: one window, one command that reaches the command list, one event, and the streams of sessions.
//!
//! It starts the core, hands JSON and bytes through, and does what only a desktop can: dialogs, clipboard, browser,
//! noticing that the screen is locked. Deliberately absent: every rule about machines, vaults and sessions
//! (`patchbay-core`) and every command that another front end could use (`patchbay-commands`).

mod bridge;
mod clipboard;
mod environment;
mod host;
mod journal;
mod started;
mod stream;
mod watch;
mod window;

pub use started::process_starts;

use bridge::Shell;
use environment::Environment;
use tauri::{App, RunEvent};

/// Opens the window and returns when it is closed.
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
        let focus = |app: &tauri::AppHandle, _args, _folder| window::focus(app);
        builder = builder.plugin(tauri_plugin_single_instance::init(focus));
    }
    let app = builder
        .plugin(window::remember(&environment))
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![bridge::call])
        .setup(move |app| Ok(setup(app, &environment)?))
        .build(tauri::generate_context!())?;
    app.run(|app, event| {
        if matches!(event, RunEvent::Exit) {
            Shell::end(app);
        }
    });
    Ok(())
}

/// The window first: the web engine starts in processes of its own while the rest is made ready here.
fn setup(app: &App, environment: &Environment) -> Result<(), SetupError> {
    let window = window::open(app, environment)?;
    started::note("window");
    bridge::start(app, &window, environment)?;
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
}
