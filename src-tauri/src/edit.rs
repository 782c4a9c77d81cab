//! Opening the copies of edited files with the editor that was chosen, or with the system's programs.
//!
//! The page names an edit and never a path, and what a machine calls its file must not make it a program: what the
//! system would run instead of show is opened with a plain editor, or not at all. A chosen editor shows whatever it is
//! given; it is started as it is, and no shell reads the name of the file.

use crate::bridge::Shell;
use patchbay_core::settings::Editor;
use patchbay_model::{ApiError, EditId, ErrorCode};
use serde::Deserialize;
use std::path::Path;
use std::process::Stdio;

/// What to open.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditOpen {
    id: EditId,
    /// The folder it is in.
    folder: bool,
}

/// With what a file is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum With {
    /// What the system has for its kind.
    System,
    /// An editor that every such system has.
    Editor(&'static str),
    /// The system would run it.
    Nothing,
}

/// Opens it.
pub(crate) async fn open(shell: &Shell, EditOpen { id, folder }: EditOpen) -> Result<(), ApiError> {
    let local = shell.ctx.core.files().edit_local(id)?;
    let chosen = if folder { None } else { shell.ctx.core.settings().editor(&local)? };
    if let Some(editor) = chosen {
        return start(editor);
    }
    let opened = tokio::task::spawn_blocking(move || {
        if folder {
            let inside = local.parent().unwrap_or(&local);
            return Some(tauri_plugin_opener::open_path(inside, None::<&str>));
        }
        match with(&local) {
            With::System => Some(tauri_plugin_opener::open_path(&local, None::<&str>)),
            With::Editor(editor) => Some(tauri_plugin_opener::open_path(&local, Some(editor))),
            With::Nothing => None,
        }
    });
    let problem = match opened.await {
        Ok(Some(Ok(()))) => return Ok(()),
        Ok(Some(Err(error))) => error.to_string(),
        Ok(None) => "this system would run it instead of showing it".to_owned(),
        Err(error) => error.to_string(),
    };
    let message = format!("The file was not opened: {problem}.");
    Err(ApiError::new(ErrorCode::Desktop, message)
        .next("Open its folder and choose the program yourself: what you save is uploaded."))
}

/// Starts a program that goes on when Patchbay ends.
fn start(editor: Editor) -> Result<(), ApiError> {
    let Editor { program, arguments } = editor;
    let mut command = std::process::Command::new(&program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let started = command.spawn().and_then(|mut child| {
        // Somebody has to hear how it ended, or it stays in the table of processes.
        let wait = move || drop(child.wait());
        std::thread::Builder::new().name("editor".into()).spawn(wait).map(drop)
    });
    started.map_err(|error| {
        let message = format!("{} was not started: {error}.", program.display());
        ApiError::new(ErrorCode::Desktop, message).next("Choose another editor in the settings.")
    })
}

/// Files that are run when they are opened, by how their names end.
fn with(path: &Path) -> With {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    let ending = ending.unwrap_or_default();
    if cfg!(windows) {
        // Scripts are what administrators edit, and Windows runs them when they are opened.
        match ending.as_str() {
            "bat" | "cmd" | "ps1" | "psm1" | "vbs" | "vbe" | "js" | "jse" | "wsf" | "wsh"
            | "reg" | "hta" | "inf" | "url" | "py" | "pyw" | "sh" | "pl" | "rb" => {
                With::Editor("notepad")
            }
            "exe" | "com" | "scr" | "pif" | "msi" | "msp" | "lnk" | "cpl" | "jar"
            | "application" | "appref-ms" | "msc" | "chm" | "gadget" => With::Nothing,
            _ => With::System,
        }
    } else if cfg!(target_os = "macos") {
        match ending.as_str() {
            "command" | "tool" | "terminal" | "sh" | "scpt" | "applescript" => {
                With::Editor("TextEdit")
            }
            "app" | "pkg" | "mpkg" | "dmg" | "jar" | "workflow" | "webloc" | "inetloc"
            | "fileloc" => With::Nothing,
            _ => With::System,
        }
    } else {
        match ending.as_str() {
            "desktop" | "appimage" | "jar" | "exe" | "msi" | "run" | "flatpakref" => With::Nothing,
            _ => With::System,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_run_is_not_opened_as_it_is() {
        for name in ["evil.desktop", "evil.APPIMAGE", "evil.jar", "evil.exe"] {
            if cfg!(target_os = "linux") {
                assert_eq!(with(Path::new(name)), With::Nothing, "{name}");
            }
        }
        for name in ["app.conf", "README", ".bashrc", "a.txt"] {
            assert_eq!(with(Path::new(name)), With::System, "{name}");
        }
    }
}
