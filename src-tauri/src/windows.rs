//! The windows there are, what each shows, and how they open, hand tabs to each other, and close.
//!
//! A window's page owns its tabs; what it says of them is kept here as text, so that they outlive the page. A session
//! runs in the core and knows nothing of windows. Deliberately absent: what is in that text, and every question to a
//! person, which are the page's.

use crate::bridge::Shell;
use crate::environment::Environment;
use crate::window;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tauri::{AppHandle, Emitter as _, Manager as _, Wry};

/// The event that tells pages about windows.
const EVENT: &str = "patchbay-window";
/// How long a page may take to say that it heard that its window is to be closed; one that hangs cannot keep it open.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);
/// Tabs and messages beyond this are no honest page's.
const LONGEST: usize = 1024 * 1024;
/// Messages that wait for a page.
const MOST_WAITING: usize = 64;
/// More windows are a mistake.
const MOST: u32 = 32;

/// Something that pages are told.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Told {
    /// A window came, went, or shows something else.
    Windows,
    /// Messages wait to be taken.
    Mail,
    /// Somebody wants to close the window.
    Close,
}

#[derive(Clone, Debug, Serialize)]
struct Event<'a> {
    kind: Told,
    /// The window it is for; all if there is none.
    to: Option<&'a str>,
}

/// What is known of one window.
#[derive(Clone, Debug, Default)]
struct Known {
    tabs: String,
    unsaved: u32,
    mail: Vec<String>,
    /// Its page hears events.
    listens: bool,
    /// Its page said that it asks the person about closing.
    asking: bool,
}

/// A window as pages see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Listed {
    /// Its label.
    label: String,
    /// 1 is the main window.
    number: u32,
    /// Its tabs, as its page told them.
    tabs: String,
    /// Editors in it with changes that are not saved.
    unsaved: u32,
}

/// The windows from the view of one.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct List {
    /// The label of the one that asks.
    own: String,
    /// All of them, the main one first.
    windows: Vec<Listed>,
    /// Sessions can go on without a window: starting the app again shows one.
    can_keep: bool,
}

/// How a page wants its window closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Closing {
    /// Not yet: the person is asked.
    Asking,
    /// This one; the main window takes its tabs.
    Leave,
    /// This one, with its tabs.
    Drop,
    /// All of them; sessions go on without.
    Keep,
    /// All of them, and the app ends.
    Quit,
}

/// What the shell keeps about its windows.
pub(crate) struct Windows {
    environment: Environment,
    known: Mutex<BTreeMap<String, Known>>,
    /// There is no window on purpose: sessions go on.
    hidden: Mutex<bool>,
}

impl Windows {
    pub(crate) fn new(environment: Environment) -> Self {
        Self { environment, known: Mutex::default(), hidden: Mutex::new(false) }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hidden(&self) -> MutexGuard<'_, bool> {
        self.hidden.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The windows, from the view of one; its page hears events from here on.
    pub(crate) fn list(&self, own: &str) -> List {
        let mut known = self.known();
        known.entry(own.to_owned()).or_default().listens = true;
        let mut windows: Vec<Listed> = known
            .iter()
            .map(|(label, known)| Listed {
                label: label.clone(),
                number: number_of(label),
                tabs: known.tabs.clone(),
                unsaved: known.unsaved,
            })
            .collect();
        windows.sort_by_key(|window| window.number);
        List { own: own.to_owned(), windows, can_keep: self.environment.finds_back() }
    }

    /// A page tells what its window shows. False if that is far too much.
    pub(crate) fn tell(&self, label: &str, tabs: String, unsaved: u32) -> bool {
        if tabs.len() > LONGEST {
            return false;
        }
        let mut known = self.known();
        let window = known.entry(label.to_owned()).or_default();
        window.tabs = tabs;
        window.unsaved = unsaved;
        true
    }

    /// Keeps a message until the page of a window takes it. False if there is no such window, or no more room.
    pub(crate) fn post(&self, to: &str, message: String) -> bool {
        let mut known = self.known();
        let Some(window) = known.get_mut(to) else { return false };
        if message.len() > LONGEST || window.mail.len() >= MOST_WAITING {
            return false;
        }
        window.mail.push(message);
        true
    }

    /// The messages for a window, once.
    pub(crate) fn take(&self, label: &str) -> Vec<String> {
        self.known()
            .get_mut(label)
            .map(|window| std::mem::take(&mut window.mail))
            .unwrap_or_default()
    }

    /// Makes room for one more window that will show these tabs, and gives its label.
    fn admit(&self, tabs: String) -> Option<String> {
        let mut known = self.known();
        let label = (2..=MOST).map(label_of).find(|label| !known.contains_key(label))?;
        known.insert(label.clone(), Known { tabs, ..Known::default() });
        Some(label)
    }

    /// Somebody wants to close a window. Whether its page may be waited for.
    fn may_ask(&self, label: &str) -> bool {
        let mut known = self.known();
        let Some(window) = known.get_mut(label) else { return false };
        window.asking = false;
        window.listens
    }

    fn asks(&self, label: &str) {
        if let Some(window) = self.known().get_mut(label) {
            window.asking = true;
        }
    }

    fn is_asking(&self, label: &str) -> bool {
        self.known().get(label).is_some_and(|window| window.asking)
    }

    /// Forgets a window; what it showed, and messages it did not take, go to the main one. A window that was told of
    /// tabs a moment ago has them in one of the two places and never in both.
    fn hand_over(&self, label: &str) {
        let mut known = self.known();
        let Some(gone) = known.remove(label) else { return };
        let main = known.entry(window::MAIN.to_owned()).or_default();
        if !gone.tabs.is_empty() {
            main.mail.push(returned(&gone.tabs));
        }
        main.mail.extend(gone.mail);
    }
}

/// Tabs of a window that closed, as a message to the main one.
fn returned(tabs: &str) -> String {
    serde_json::json!({ "kind": "tabs", "tabs": tabs, "front": false }).to_string()
}

fn label_of(number: u32) -> String {
    format!("window-{number}")
}

fn number_of(label: &str) -> u32 {
    label.strip_prefix("window-").and_then(|number| number.parse().ok()).unwrap_or(1)
}

/// Tells one page, or all.
pub(crate) fn tell(app: &AppHandle, kind: Told, to: Option<&str>) {
    if let Err(error) = app.emit(EVENT, Event { kind, to }) {
        tracing::warn!(%error, "a page was not told about windows");
    }
}

/// Opens one more window that shows these tabs, and gives its label; `None` if there are too many.
pub(crate) fn open(app: &AppHandle, tabs: String) -> tauri::Result<Option<String>> {
    let windows = app.state::<Windows>();
    let Some(label) = windows.admit(tabs) else { return Ok(None) };
    if let Err(error) = window::open(app, &label, &windows.environment) {
        windows.known().remove(&label);
        return Err(error);
    }
    tell(app, Told::Windows, None);
    Ok(Some(label))
}

/// Shows the main window: somebody started the app a second time. Opens it if sessions went on without one.
pub(crate) fn focus(app: &AppHandle) {
    if app.get_webview_window(window::MAIN).is_some() {
        window::focus(app, window::MAIN);
        return;
    }
    // None while the app is still starting: its window is about to come.
    let Some(windows) = app.try_state::<Windows>() else { return };
    match window::open(app, window::MAIN, &windows.environment) {
        Ok(_) => *windows.hidden() = false,
        Err(error) => tracing::error!(%error, "the window could not be opened again"),
    }
}

/// Whether somebody types into one of the windows.
pub(crate) fn has_focus(app: &AppHandle) -> bool {
    // A window that cannot say is none.
    app.webview_windows().values().any(|window| window.is_focused().unwrap_or(false))
}

/// Somebody wants to close a window: its page decides, as long as it answers.
pub(crate) fn close_requested(app: &AppHandle, label: &str) {
    let windows = app.state::<Windows>();
    if !windows.may_ask(label) {
        close_unasked(app, label);
        return;
    }
    tell(app, Told::Close, Some(label));
    let (app, label) = (app.clone(), label.to_owned());
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(ANSWERS_WITHIN).await;
        let open = app.get_webview_window(&label).is_some();
        if open && !app.state::<Windows>().is_asking(&label) {
            tracing::warn!(label, "the page did not answer: its window closes");
            close_unasked(&app, &label);
        }
    });
}

/// What loses nothing, for a page that cannot ask.
fn close_unasked(app: &AppHandle, label: &str) {
    let keep = running(app) > 0 && app.state::<Windows>().environment.finds_back();
    let how = match (label == window::MAIN, keep) {
        (false, _) => Closing::Leave,
        (true, true) => Closing::Keep,
        (true, false) => Closing::Quit,
    };
    close(app, label, how);
}

/// Closes a window the way its page wants it.
pub(crate) fn close(app: &AppHandle, label: &str, how: Closing) {
    let windows = app.state::<Windows>();
    match how {
        Closing::Asking => windows.asks(label),
        Closing::Leave | Closing::Drop if label != window::MAIN => {
            if how == Closing::Leave {
                windows.hand_over(label);
            } else {
                windows.known().remove(label);
            }
            destroy(app, label);
            tell(app, Told::Mail, Some(window::MAIN));
            tell(app, Told::Windows, None);
        }
        Closing::Keep if running(app) > 0 && windows.environment.finds_back() => {
            *windows.hidden() = true;
            let labels: Vec<String> = app.webview_windows().into_keys().collect();
            // Their tabs are in the vault: they come back with the next window.
            windows.known().clear();
            for label in labels {
                destroy(app, &label);
            }
        }
        Closing::Leave | Closing::Drop | Closing::Keep | Closing::Quit => app.exit(0),
    }
}

/// Whether the app goes on though its last window is gone.
pub(crate) fn goes_on(app: &AppHandle) -> bool {
    let hidden = app.try_state::<Windows>().is_some_and(|windows| *windows.hidden());
    hidden && running(app) > 0
}

/// A session changed or went: an app without window and sessions has nothing left to do.
pub(crate) fn session_changed(app: &AppHandle) {
    let windows = app.state::<Windows>();
    if *windows.hidden() && running(app) == 0 {
        app.exit(0);
    }
}

fn running(app: &AppHandle) -> u32 {
    app.try_state::<Shell>().map_or(0, |shell| shell.ctx.core.sessions().running())
}

fn destroy(app: &AppHandle<Wry>, label: &str) {
    if let Some(window) = app.get_webview_window(label)
        && let Err(error) = window.destroy()
    {
        tracing::warn!(%error, label, "a window did not close");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn two() -> Windows {
        let windows = Windows::new(Environment::default());
        windows.list(window::MAIN);
        windows.admit("first".into()).unwrap();
        windows
    }

    #[test]
    fn windows_are_numbered_and_numbers_are_used_again() {
        let windows = two();
        assert_eq!(windows.admit(String::new()).unwrap(), "window-3");
        windows.hand_over("window-2");
        assert_eq!(windows.admit("again".into()).unwrap(), "window-2");
        let list = windows.list("window-3");
        assert_eq!(list.own, "window-3");
        let shown: Vec<_> = list.windows.iter().map(|one| (one.number, &*one.tabs)).collect();
        assert_eq!(shown, [(1, ""), (2, "again"), (3, "")]);
    }

    #[test]
    fn there_is_an_end_to_windows() {
        let windows = two();
        while windows.admit(String::new()).is_some() {}
        assert_eq!(windows.known().len(), MOST as usize);
    }

    #[test]
    fn tabs_and_messages_of_a_closed_window_go_to_the_main_one_once() {
        let windows = two();
        assert!(windows.tell("window-2", "later".into(), 1));
        assert!(windows.post("window-2", "unread".into()));
        windows.hand_over("window-2");
        let mail = windows.take(window::MAIN);
        assert_eq!(mail.len(), 2);
        let tabs: serde_json::Value = serde_json::from_str(&mail[0]).unwrap();
        assert_eq!((&tabs["kind"], &tabs["tabs"]), (&"tabs".into(), &"later".into()));
        assert_eq!(mail[1], "unread");
        assert!(windows.take(window::MAIN).is_empty());
        windows.hand_over("window-2");
        assert!(windows.take(window::MAIN).is_empty(), "it is gone once");
    }

    #[test]
    fn messages_need_a_window_and_room() {
        let windows = two();
        assert!(!windows.post("window-9", "x".into()));
        assert!(!windows.post("window-2", "x".repeat(LONGEST + 1)));
        for _ in 0..MOST_WAITING {
            assert!(windows.post("window-2", "x".into()));
        }
        assert!(!windows.post("window-2", "x".into()));
        assert!(!windows.tell("window-2", "x".repeat(LONGEST + 1), 0));
    }

    #[test]
    fn only_a_page_that_listens_is_waited_for() {
        let windows = two();
        assert!(!windows.may_ask("window-2"), "its page did not load yet");
        windows.list("window-2");
        assert!(windows.may_ask("window-2"));
        assert!(!windows.is_asking("window-2"));
        windows.asks("window-2");
        assert!(windows.is_asking("window-2"));
        assert!(windows.may_ask("window-2") && !windows.is_asking("window-2"), "asked anew");
    }
}
