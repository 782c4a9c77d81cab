//! The log: to the standard error, for people or for programs. What requests say is in `http::outer`.

use crate::options::LogForm;
use std::io::IsTerminal as _;
use std::panic;
use tracing_subscriber::EnvFilter;

/// The variable that says how much is logged.
pub const VARIABLE: &str = "PATCHBAY_LOG";

/// Starts it; a second time it goes on as it was started.
pub fn start(form: LogForm) {
    let filter = EnvFilter::builder()
        .with_env_var(VARIABLE)
        .with_default_directive(tracing::level_filters::LevelFilter::INFO.into())
        .from_env_lossy();
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colours)
        .with_writer(std::io::stderr);
    let started = match form {
        LogForm::Text => log.try_init(),
        LogForm::Json => log.json().flatten_event(true).with_current_span(false).try_init(),
    };
    // One that is there already belongs to a test.
    drop(started);
    panic::set_hook(Box::new(|panicked| {
        // Words that were put together may hold anything; words that stand in the program do not.
        let words = panicked.payload().downcast_ref::<&'static str>().copied();
        let place = panicked.location().map(ToString::to_string);
        tracing::error!(words, place, "this is a bug: please report it");
    }));
}
