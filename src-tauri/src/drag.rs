//! Dragging files of this computer out of the window, to a file manager or another program.
//!
//! The page drags inside the window by itself; when the pointer leaves the window with the button down, it hands over to
//! a drag of the system. Deliberately absent: files of machines, which have to be here before anybody can take them, and
//! systems without GTK.

use patchbay_model::ApiError;
use serde::Deserialize;
use tauri::WebviewWindow;

/// What is dragged.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DragOut {
    /// Absolute paths of this computer.
    paths: Vec<String>,
}

/// Begins to drag; the button must be down.
#[cfg(target_os = "linux")]
pub(crate) fn out(window: &WebviewWindow, DragOut { paths }: DragOut) -> Result<(), ApiError> {
    let uris = paths.iter().map(|path| patchbay_core::files::file_uri(path)).collect();
    let source = window.clone();
    window
        .run_on_main_thread(move || {
            if let Err(problem) = gtk_drag::begin(&source, uris) {
                tracing::warn!(%problem, "nothing could be dragged out of the window");
            }
        })
        .map_err(|error| refused(&error.to_string()))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn out(_: &WebviewWindow, DragOut { paths }: DragOut) -> Result<(), ApiError> {
    Err(refused(&format!("this system does not take {} dragged file(s) from here", paths.len())))
}

fn refused(why: &str) -> ApiError {
    let message = format!("Nothing could be dragged out of the window: {why}.");
    ApiError::new(patchbay_model::ErrorCode::Desktop, message)
        .next("Copy the files to a folder instead.")
}

#[cfg(target_os = "linux")]
mod gtk_drag {
    use gtk::{
        TargetList,
        gdk::DragAction,
        glib::SignalHandlerId,
        prelude::{ObjectExt as _, WidgetExt as _},
    };
    use std::{cell::RefCell, rc::Rc};
    use tauri::WebviewWindow;

    /// As X11 and Wayland count buttons.
    const LEFT_BUTTON: i32 = 1;

    /// Who hears of one drag, until it has ended.
    type Hearing = Rc<RefCell<Vec<SignalHandlerId>>>;

    pub(super) fn begin(window: &WebviewWindow, uris: Vec<String>) -> Result<(), String> {
        let source = window.gtk_window().map_err(|error| error.to_string())?;
        let targets = TargetList::new(&[]);
        targets.add_uri_targets(0);
        let hearing = Hearing::default();
        let gives = source.connect_drag_data_get(move |_, _, data, _, _| {
            let uris: Vec<&str> = uris.iter().map(String::as_str).collect();
            data.set_uris(&uris);
        });
        let heard = Rc::clone(&hearing);
        let ends = source.connect_drag_end(move |source, _| {
            for id in heard.take() {
                source.disconnect(id);
            }
        });
        hearing.replace(vec![gives, ends]);
        let (action, x, y) = (DragAction::COPY, -1, -1);
        let begun = source.drag_begin_with_coordinates(&targets, action, LEFT_BUTTON, None, x, y);
        if begun.is_some() {
            return Ok(());
        }
        for id in hearing.take() {
            source.disconnect(id);
        }
        Err("the desktop did not begin it".to_owned())
    }
}
