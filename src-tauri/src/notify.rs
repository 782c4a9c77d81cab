//! Notifications of the desktop: what a trigger found while no window of Patchbay has the keyboard.
//!
//! They go out on a thread of their own, a few at a time, so that a desktop that hangs holds nothing up. Where nothing
//! shows notifications there are none: the window says the same. Deliberately absent: answers to them.

use patchbay_model::TriggerHit;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

/// More would come at once than anybody reads; the window has them all.
const WAITING: usize = 4;
/// The least time between two of them.
const PACE: Duration = Duration::from_secs(1);
/// Characters of a line.
const LONGEST: usize = 200;

/// What is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Text {
    title: String,
    body: String,
}

/// Shows notifications.
#[derive(Clone, Debug)]
pub(crate) struct Notifications(SyncSender<Text>);

impl Notifications {
    /// Starts the thread. `identifier` is the app's, by which some systems know who speaks.
    pub(crate) fn start(identifier: String) -> std::io::Result<Self> {
        let (to, texts) = sync_channel::<Text>(WAITING);
        let show = move || {
            let mut told = false;
            for text in texts {
                if let Err(error) = show(&identifier, &text) {
                    // Once: a desktop without notifications is no fault.
                    if !std::mem::replace(&mut told, true) {
                        tracing::info!(%error, "this desktop shows no notifications");
                    }
                }
                std::thread::sleep(PACE);
            }
        };
        std::thread::Builder::new().name("notifications".into()).spawn(show)?;
        Ok(Self(to))
    }

    /// Shows what a trigger found. Never waits.
    pub(crate) fn trigger(&self, hit: &TriggerHit) {
        // Full: what comes too fast is in the window.
        let _full = self.0.try_send(text(hit));
    }
}

/// The trigger and the machine; the line only if the person chose so.
fn text(hit: &TriggerHit) -> Text {
    let title = format!("{} on {}", hit.name, hit.title);
    let mut body = match (&hit.ran, &hit.problem) {
        (Some(snippet), _) => format!("{snippet} was typed there."),
        (None, Some(_)) => "Its snippet was not typed.".to_owned(),
        (None, None) => String::new(),
    };
    if hit.show_line {
        if !body.is_empty() {
            body.push('\n');
        }
        body.extend(hit.line.chars().take(LONGEST));
    }
    Text { title, body: escaped(&body) }
}

/// Desktops by the specification of freedesktop.org read markup in the body, and a machine must not write any.
fn escaped(text: &str) -> String {
    if cfg!(target_os = "linux") {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    } else {
        text.to_owned()
    }
}

fn show(identifier: &str, text: &Text) -> Result<(), notify_rust::error::Error> {
    let mut notification = notify_rust::Notification::new();
    notification.appname("Patchbay").summary(&text.title).body(&text.body);
    #[cfg(target_os = "linux")]
    {
        let _unused = identifier;
        notification.icon("patchbay");
    }
    #[cfg(target_os = "windows")]
    notification.app_id(identifier);
    #[cfg(target_os = "macos")]
    {
        // Without it the system asks the person who speaks. It is set once; later calls are refused and change nothing.
        let _set_already = notify_rust::set_application(identifier);
    }
    notification.show().map(drop)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use patchbay_model::{SessionId, TriggerId};

    fn hit() -> TriggerHit {
        TriggerHit {
            trigger: TriggerId::new(),
            name: "Login".into(),
            session: SessionId::new(),
            title: "db-01".into(),
            line: "password is <b>hunter2</b>".into(),
            ran: None,
            problem: None,
            show_line: false,
        }
    }

    #[test]
    fn the_line_is_left_out_unless_it_was_chosen() {
        let quiet = text(&hit());
        assert_eq!((quiet.title.as_str(), quiet.body.as_str()), ("Login on db-01", ""));
        let ran = text(&TriggerHit { ran: Some("Answer".into()), ..hit() });
        assert_eq!(ran.body, "Answer was typed there.");
        let failed = TriggerHit { problem: Some("The vault holds hunter2".into()), ..hit() };
        assert_eq!(text(&failed).body, "Its snippet was not typed.");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_machine_writes_no_markup() {
        let chosen = text(&TriggerHit { show_line: true, ..hit() });
        assert_eq!(chosen.body, "password is &lt;b&gt;hunter2&lt;/b&gt;");
    }
}
