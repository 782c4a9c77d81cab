//! A window: its size and place, its colours until the page is there, and where it may go.

use crate::environment::Environment;
use crate::windows;
use patchbay_model::{AppSettings, Theme};
use serde::Deserialize;
use tauri::plugin::TauriPlugin;
use tauri::utils::config::Color;
use tauri::webview::NewWindowResponse;
use tauri::{
    AppHandle, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent, Wry,
};
use tauri_plugin_window_state::StateFlags;

/// The first window's label, as the capability names it.
pub(crate) const MAIN: &str = "main";

/// Opens a window. The page loads while the rest of the app is made ready.
pub(crate) fn open<M: Manager<Wry>>(
    app: &M,
    label: &str,
    environment: &Environment,
) -> tauri::Result<WebviewWindow> {
    let builder = WebviewWindowBuilder::new(app, label, WebviewUrl::App("index.html".into()))
        .title("Patchbay")
        .inner_size(1280.0, 800.0)
        .min_inner_size(800.0, 520.0)
        // Shown below, once its background has a colour: a white window in a dark room hurts.
        .visible(false)
        .general_autofill_enabled(false)
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny);
    let builder = match environment.data_dir() {
        Some(dir) => builder.data_directory(dir.join("webview")),
        None => builder,
    };
    let window = title_bar(builder).build()?;
    paint(&window, &saved_settings(environment));
    follow(&window);
    window.show()?;
    Ok(window)
}

/// The page decides about closing, and is loaded again when it crashes.
fn follow(window: &WebviewWindow) {
    let (app, label) = (window.app_handle().clone(), window.label().to_owned());
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            api.prevent_close();
            windows::close_requested(&app, &label);
        }
    });
    #[cfg(target_os = "linux")]
    crate::crash::follow(window);
}

/// The page draws the title bar, except for the three buttons of a Mac.
#[cfg(target_os = "macos")]
fn title_bar<'a, M: Manager<Wry>>(
    builder: WebviewWindowBuilder<'a, Wry, M>,
) -> WebviewWindowBuilder<'a, Wry, M> {
    builder.title_bar_style(tauri::TitleBarStyle::Overlay).hidden_title(true)
}

#[cfg(not(target_os = "macos"))]
fn title_bar<'a, M: Manager<Wry>>(
    builder: WebviewWindowBuilder<'a, Wry, M>,
) -> WebviewWindowBuilder<'a, Wry, M> {
    builder.decorations(false)
}

/// Keeps size and place between starts.
pub(crate) fn remember(environment: &Environment) -> TauriPlugin<Wry> {
    let builder = tauri_plugin_window_state::Builder::new()
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED);
    let file = environment.config_dir().map(|dir| dir.join("window.json"));
    match file.as_deref().and_then(|file| file.to_str()) {
        Some(file) => builder.with_filename(file).build(),
        None => builder.build(),
    }
}

/// Brings a window to the front.
pub(crate) fn focus(app: &AppHandle, label: &str) {
    let Some(window) = app.get_webview_window(label) else { return };
    let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window did not come to the front");
    }
}

/// Follows the theme: of the desktop's own parts (dialogs, title bar), and of what shows before the page is painted.
pub(crate) fn paint(window: &WebviewWindow, settings: &AppSettings) {
    let wanted = match settings.theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    };
    let painted = window.set_theme(wanted).and_then(|()| {
        let light = wanted.or(window.theme().ok()) == Some(tauri::Theme::Light);
        // --bg-app of the page's two themes.
        let color =
            if light { Color(0xf3, 0xf4, 0xf6, 0xff) } else { Color(0x11, 0x12, 0x15, 0xff) };
        window.set_background_color(Some(color))
    });
    if let Err(error) = painted {
        tracing::warn!(%error, "the window kept its theme");
    }
}

/// What concerns the window in the core's settings file.
#[derive(Default, Deserialize)]
struct Saved {
    #[serde(default)]
    app: AppSettings,
}

/// The settings as the last run left them; the core reads them properly a moment later.
fn saved_settings(environment: &Environment) -> AppSettings {
    let file = environment.config_dir().map(|dir| dir.join("settings.json"));
    let text = file.and_then(|file| std::fs::read(file).ok());
    text.and_then(|text| serde_json::from_slice::<Saved>(&text).ok()).unwrap_or_default().app
}

/// The window shows the app and nothing else, whatever a page in it might try.
fn is_own_page(url: &Url) -> bool {
    let origin = url.origin().ascii_serialization();
    let opaque = format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default());
    crate::stream::own_origins().any(|own| own == origin || own == opaque)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_the_own_page_may_be_shown() {
        let own = if cfg!(any(windows, target_os = "android")) {
            "http://tauri.localhost/index.html"
        } else {
            "tauri://localhost/index.html"
        };
        assert!(is_own_page(&Url::parse(own).unwrap()));
        for other in
            ["https://example.org/", "file:///etc/passwd", "data:text/html,x", "tauri://evil/"]
        {
            assert!(!is_own_page(&Url::parse(other).unwrap()), "{other}");
        }
    }
}
