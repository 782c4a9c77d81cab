//! What one of several viewers of a session may do.

use patchbay_session::TerminalInput;
use patchbay_session::desktop::{DesktopInput, ToDesktopViewer};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

/// Asked whenever it matters: it may change while they look. Somebody who is alone with a session may do everything.
pub trait Viewing: Send + Sync {
    /// Whether the session waits until the viewer has shown what it was sent. One that is not waited for misses what comes
    /// too fast, and what it says is heard at a pace that holds up nobody else.
    fn is_waited_for(&self) -> bool {
        true
    }

    /// Whether a terminal is told this; otherwise nothing comes of it.
    fn may_type(&self, _input: &TerminalInput) -> bool {
        true
    }

    /// Whether a desktop is told this; otherwise nothing comes of it.
    fn may_do(&self, _input: &DesktopInput) -> bool {
        true
    }

    /// Whether the viewer of a desktop is told this.
    fn may_see(&self, _said: &ToDesktopViewer) -> bool {
        true
    }
}

/// Nobody else is there.
#[derive(Clone, Copy, Debug)]
pub struct Alone;

impl Viewing for Alone {}

/// What a viewer may say within [`SPAN`], who is not waited for. Nobody moves a pointer or acknowledges output so often.
const MESSAGES: u32 = 250;
const SPAN: Duration = Duration::from_millis(250);

/// Hears a viewer no faster than that.
pub(crate) struct Pace {
    left: u32,
    until: Option<Instant>,
    held: bool,
}

impl Pace {
    pub(crate) fn of(viewing: &dyn Viewing) -> Self {
        Self { left: 0, until: None, held: !viewing.is_waited_for() }
    }

    /// Returns when the next message may be heard.
    pub(crate) async fn next(&mut self) {
        if !self.held {
            return;
        }
        let now = Instant::now();
        match self.until {
            Some(until) if now < until && self.left == 0 => {
                sleep_until(until).await;
                self.begin(until);
            }
            Some(until) if now < until => {}
            _ => self.begin(now),
        }
        self.left = self.left.saturating_sub(1);
    }

    fn begin(&mut self, at: Instant) {
        self.left = MESSAGES;
        self.until = Some(at + SPAN);
    }
}

/// What of a viewer's, who is not waited for, may wait at the machine: what the next one says comes behind it.
const AHEAD: usize = 4;
/// How soon to look again whether it was taken.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Returns when the machine has taken nearly all that it was told before, unless the viewer is waited for.
pub(crate) async fn taken<T>(viewing: &dyn Viewing, input: &mpsc::Sender<T>) {
    while !viewing.is_waited_for()
        && !input.is_closed()
        && input.max_capacity().saturating_sub(input.capacity()) >= AHEAD
    {
        sleep(LOOK_AGAIN).await;
    }
}
