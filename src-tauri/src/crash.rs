//! A page whose process crashed is loaded again. Sessions are in this process and lose nothing.

use std::cell::Cell;
use std::time::{Duration, Instant};
use tauri::WebviewWindow;
use webkit2gtk::WebViewExt as _;

/// A page that crashes again within this time is not loaded at once: it would only crash on and on.
const CALM: Duration = Duration::from_secs(10);

/// Follows the page of a window.
pub(crate) fn follow(window: &WebviewWindow) {
    let (page, label) = (window.clone(), window.label().to_owned());
    let followed = window.with_webview(move |webview| {
        let last: Cell<Option<Instant>> = Cell::new(None);
        webview.inner().connect_web_process_terminated(move |_, reason| {
            tracing::error!(?reason, label, "the page's process ended: it is loaded again");
            let before = last.replace(Some(Instant::now()));
            let soon = before.is_some_and(|before| before.elapsed() < CALM);
            let page = page.clone();
            tauri::async_runtime::spawn(async move {
                tokio::time::sleep(if soon { CALM } else { Duration::ZERO }).await;
                if let Err(error) = page.reload() {
                    tracing::error!(%error, "the page did not load again");
                }
            });
        });
    });
    if let Err(error) = followed {
        tracing::warn!(%error, "a crash of the page will not be noticed");
    }
}
