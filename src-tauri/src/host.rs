//! What only a desktop can do for the page: dialogs, clipboard, browser, the window itself.

use crate::bridge::Shell;
use crate::clipboard::{ClipboardError, KEEPS_SECRET, Picture};
use crate::copied;
use crate::drag;
use crate::edit;
use crate::started;
use crate::window;
use crate::windows::{self, Closing, Told, Windows};
use patchbay_core::Right;
use patchbay_model::{ApiError, ErrorCode, IdentityId, IdentitySecret, Secret};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tauri::{Manager as _, Url, WebviewWindow};
use tauri_plugin_dialog::{DialogExt as _, FilePath};
use tokio::sync::oneshot;

/// How the names of these commands begin.
pub(crate) const PREFIX: &str = "host_";
/// Longer addresses are not links a person clicks.
const LONGEST_URL: usize = 8 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PickFile {
    title: String,
    save: bool,
    default_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PickFolder {
    title: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PickFiles {
    title: String,
}

#[derive(Serialize)]
struct PickedFiles {
    /// None if the person cancels.
    paths: Vec<String>,
}

#[derive(Serialize)]
struct PickedFile {
    path: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenUrl {
    url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CopySecret {
    id: IdentityId,
    secret: IdentitySecret,
    passphrase: Option<Secret<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CopiedSecret {
    clears_in: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Html {
    html: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SaveText {
    title: String,
    default_name: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Png {
    /// In base64.
    png: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SavePng {
    title: String,
    default_name: String,
    /// In base64.
    png: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Window {
    action: WindowAction,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum WindowAction {
    Minimize,
    Maximize,
    Close,
    Drag,
}

/// What a window shows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shows {
    tabs: String,
    unsaved: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewWindow {
    tabs: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Send {
    to: String,
    message: String,
    /// Bring that window to the front.
    focus: bool,
}

#[derive(Serialize)]
struct Mail {
    messages: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Close {
    how: Closing,
}

/// Runs a command of the desktop.
pub(crate) async fn dispatch(
    window: &WebviewWindow,
    shell: &Shell,
    name: &str,
    args: &str,
) -> Result<String, ApiError> {
    match name {
        "host_pick_file" => json(&pick_file(window, parse(args)?).await?),
        "host_pick_files" => json(&pick_files(window, parse(args)?).await?),
        "host_open_url" => json(&open_url(parse(args)?).await?),
        "host_pick_folder" => json(&pick_folder(window, parse(args)?).await?),
        "host_edit_open" => json(&edit::open(shell, parse(args)?).await?),
        "host_copy_identity_secret" => json(&copy_secret(shell, parse(args)?).await?),
        "host_copy_text" => {
            let Text { text } = parse(args)?;
            json(&shell.clipboard.copy(text).await.map_err(no_clipboard)?)
        }
        "host_copy_html" => {
            let Html { html, text } = parse(args)?;
            json(&shell.clipboard.copy_html(html, text).await.map_err(no_clipboard)?)
        }
        "host_take_picture" => json(&copied::take_picture(shell, parse(args)?).await?),
        "host_offer_picture" => json(&copied::offer_picture(shell, parse(args)?).await?),
        "host_copy_png" => json(&copy_png(shell, &parse::<Png>(args)?.png).await?),
        "host_save_png" => json(&save_png(window, parse(args)?).await?),
        "host_save_text" => json(&save_text(window, parse(args)?).await?),
        "host_read_clipboard" => {
            json(&Text { text: shell.clipboard.read().await.map_err(no_clipboard)? })
        }
        "host_select_text" => {
            let Text { text } = parse(args)?;
            json(&shell.clipboard.select(text).await.map_err(no_clipboard)?)
        }
        "host_read_selection" => {
            json(&Text { text: shell.clipboard.selection().await.map_err(no_clipboard)? })
        }
        "host_windows" => json(&window.state::<Windows>().list(window.label())),
        "host_window_tell" => json(&tell(window, parse(args)?)?),
        "host_window_new" => json(&new_window(window, parse(args)?)?),
        "host_window_send" => json(&send(window, parse(args)?)?),
        "host_window_take" => {
            json(&Mail { messages: window.state::<Windows>().take(window.label()) })
        }
        "host_window_close" => {
            json(&windows::close(window.app_handle(), window.label(), parse::<Close>(args)?.how))
        }
        "host_drag_out" => json(&drag::out(window, parse(args)?)?),
        "host_window" => json(&change_window(window, &parse::<Window>(args)?.action)?),
        "host_ready" => {
            started::note("interactive");
            json(&())
        }
        _ => Err(ApiError::new(ErrorCode::NotFound, format!("There is no command “{name}”."))),
    }
}

fn parse<T: DeserializeOwned>(args: &str) -> Result<T, ApiError> {
    // The text of the error may quote what was given, and that may be a passphrase.
    serde_json::from_str(args).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        ApiError::new(
            ErrorCode::Invalid,
            format!("The arguments do not fit the command ({place})."),
        )
    })
}

fn json(value: &impl Serialize) -> Result<String, ApiError> {
    serde_json::to_string(value)
        .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))
}

fn desktop(message: String, step: &str) -> ApiError {
    ApiError::new(ErrorCode::Desktop, message).next(step)
}

pub(crate) fn no_clipboard(error: ClipboardError) -> ApiError {
    let message = format!("The clipboard of this desktop did not answer: {error}.");
    desktop(message, "Try again, or restart the desktop session.").retry()
}

async fn pick_file(window: &WebviewWindow, wanted: PickFile) -> Result<PickedFile, ApiError> {
    let mut dialog = window.dialog().file().set_title(wanted.title).set_parent(window);
    if let Some(name) = wanted.default_name {
        dialog = dialog.set_file_name(name);
    }
    let (done, answer) = oneshot::channel();
    // Nobody waits for it any more when the page was loaded again meanwhile.
    let picked = move |path| drop(done.send(path));
    if wanted.save {
        dialog.save_file(picked)
    } else {
        dialog.pick_file(picked)
    }
    picked_file(answer.await.ok().flatten())
}

async fn pick_files(window: &WebviewWindow, wanted: PickFiles) -> Result<PickedFiles, ApiError> {
    let dialog = window.dialog().file().set_title(wanted.title).set_parent(window);
    let (done, answer) = oneshot::channel();
    // Nobody waits for it any more when the page was loaded again meanwhile.
    dialog.pick_files(move |paths| drop(done.send(paths)));
    let mut paths = Vec::new();
    for path in answer.await.ok().flatten().unwrap_or_default() {
        paths.extend(picked_file(Some(path))?.path);
    }
    Ok(PickedFiles { paths })
}

async fn pick_folder(window: &WebviewWindow, wanted: PickFolder) -> Result<PickedFile, ApiError> {
    let dialog = window.dialog().file().set_title(wanted.title).set_parent(window);
    let (done, answer) = oneshot::channel();
    // Nobody waits for it any more when the page was loaded again meanwhile.
    dialog.pick_folder(move |path| drop(done.send(path)));
    picked_file(answer.await.ok().flatten())
}

fn picked_file(path: Option<FilePath>) -> Result<PickedFile, ApiError> {
    let Some(path) = path else { return Ok(PickedFile { path: None }) };
    let path = path.into_path().ok().and_then(|path| path.into_os_string().into_string().ok());
    let path = path.ok_or_else(|| {
        let message = "The name of that file is not valid text.".to_owned();
        desktop(message, "Rename the file or its folder, or choose another.")
    })?;
    Ok(PickedFile { path: Some(path) })
}

/// The person says where in the same call, so that the page cannot write anywhere by itself.
async fn save_text(window: &WebviewWindow, wanted: SaveText) -> Result<PickedFile, ApiError> {
    let SaveText { title, default_name, text } = wanted;
    save(window, title, default_name, text.into_bytes()).await
}

async fn save_png(window: &WebviewWindow, wanted: SavePng) -> Result<PickedFile, ApiError> {
    let SavePng { title, default_name, png } = wanted;
    save(window, title, default_name, decoded(&png)?).await
}

async fn copy_png(shell: &Shell, png: &str) -> Result<(), ApiError> {
    let image = tauri::image::Image::from_bytes(&decoded(png)?).map_err(|_| no_picture())?;
    let side = |side: u32| usize::try_from(side).map_err(|_| no_picture());
    let (width, height) = (side(image.width())?, side(image.height())?);
    let picture = Picture { width, height, rgba: image.rgba().to_vec() };
    shell.clipboard.copy_picture(picture).await.map_err(no_clipboard)
}

fn decoded(png: &str) -> Result<Vec<u8>, ApiError> {
    data_encoding::BASE64.decode(png.as_bytes()).map_err(|_| no_picture())
}

fn no_picture() -> ApiError {
    ApiError::new(ErrorCode::Invalid, "This is no picture in PNG.")
}

/// Asks where, and writes it there.
async fn save(
    window: &WebviewWindow,
    title: String,
    default_name: String,
    bytes: Vec<u8>,
) -> Result<PickedFile, ApiError> {
    let dialog = PickFile { title, save: true, default_name: Some(default_name) };
    let PickedFile { path: Some(path) } = pick_file(window, dialog).await? else {
        return Ok(PickedFile { path: None });
    };
    tokio::fs::write(&path, bytes).await.map_err(|error| {
        ApiError::new(ErrorCode::Storage, format!("{path} could not be written: {error}."))
            .next("Choose another folder, or make room.")
            .retry()
    })?;
    Ok(PickedFile { path: Some(path) })
}

async fn open_url(OpenUrl { url }: OpenUrl) -> Result<(), ApiError> {
    let url = web_address(&url)?;
    let opened = tokio::task::spawn_blocking(move || {
        tauri_plugin_opener::open_url(url.as_str(), None::<&str>)
    });
    let problem = match opened.await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    let message = format!("The browser could not be started: {problem}.");
    Err(desktop(message, "Copy the address and open it yourself."))
}

/// Links come from servers: only what a browser is for, and nothing that starts another program.
fn web_address(text: &str) -> Result<Url, ApiError> {
    let refused = |why: &str| {
        ApiError::new(ErrorCode::Invalid, format!("This link was not opened: {why}."))
            .next("Copy the address if you are sure about it.")
            .on("url")
    };
    if text.len() > LONGEST_URL {
        return Err(refused("it is too long"));
    }
    let url = Url::parse(text).map_err(|_| refused("it is not an address"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("it leads to something else than a web page"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it holds a user name, as forged links do"));
    }
    Ok(url)
}

/// The secret goes from the vault to the clipboard and never through the page.
async fn copy_secret(shell: &Shell, wanted: CopySecret) -> Result<CopiedSecret, ApiError> {
    let proof = shell.ctx.authorize_identity(wanted.id, Right::Reveal)?;
    let text = shell
        .ctx
        .core
        .identities()
        .reveal(&proof, wanted.secret, wanted.passphrase.as_ref())
        .await?;
    shell.clipboard.copy_secret(text).await.map_err(no_clipboard)?;
    Ok(CopiedSecret { clears_in: KEEPS_SECRET.as_secs() })
}

fn tell(window: &WebviewWindow, Shows { tabs, unsaved }: Shows) -> Result<(), ApiError> {
    if !window.state::<Windows>().tell(window.label(), tabs, unsaved) {
        return Err(ApiError::new(ErrorCode::Invalid, "These are too many tabs."));
    }
    windows::tell(window.app_handle(), Told::Windows, None);
    Ok(())
}

fn new_window(window: &WebviewWindow, NewWindow { tabs }: NewWindow) -> Result<String, ApiError> {
    let opened = windows::open(window.app_handle(), tabs)
        .map_err(|error| desktop(format!("No window could be opened: {error}."), ""))?;
    opened.ok_or_else(|| {
        desktop("There are too many windows already.".to_owned(), "Close one of them.")
    })
}

fn send(window: &WebviewWindow, Send { to, message, focus }: Send) -> Result<(), ApiError> {
    let app = window.app_handle();
    if !app.state::<Windows>().post(&to, message) {
        return Err(desktop("That window is not there any more.".to_owned(), "Choose another."));
    }
    windows::tell(app, Told::Mail, Some(&to));
    if focus {
        window::focus(app, &to);
    }
    Ok(())
}

fn change_window(window: &WebviewWindow, action: &WindowAction) -> Result<(), ApiError> {
    let changed = match action {
        WindowAction::Minimize => window.minimize(),
        WindowAction::Maximize => window
            .is_maximized()
            .and_then(|maximized| if maximized { window.unmaximize() } else { window.maximize() }),
        WindowAction::Close => window.close(),
        WindowAction::Drag => window.start_dragging(),
    };
    changed.map_err(|error| desktop(format!("The window stayed as it is: {error}."), ""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_web_pages_are_opened() {
        assert!(web_address("https://example.org/a?b#c").is_ok());
        assert!(web_address("http://[::1]:8080/").is_ok());
        let long = format!("https://example.org/{}", "a".repeat(LONGEST_URL));
        for refused in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "ssh://example.org",
            "smb://share",
            "https://bank.example@evil.example/",
            "example.org",
            "",
            "--help",
            &long,
        ] {
            assert_eq!(web_address(refused).unwrap_err().code, ErrorCode::Invalid, "{refused}");
        }
    }

    #[test]
    fn a_wrong_argument_is_not_quoted() {
        let text = r#"{"id":"hunter2","secret":"password"}"#;
        let error = parse::<CopySecret>(text).map(drop).unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }
}
