//! Who has control of a session: asked for every message, and hence without a lock.

use super::{Guest, Team};
use patchbay_model::{GuestId, SessionId};
use patchbay_session::{
    TerminalInput,
    desktop::{DesktopInput, ToDesktopViewer},
};
use patchbay_stream::Viewing;
use std::sync::{
    Arc, Weak,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// The owner.
const OWNER: u64 = 0;

/// Who has control, and who hears of changes.
#[derive(Debug, Default)]
pub(super) struct Floor {
    holder: AtomicU64,
    /// Counts changes of what guests are told.
    version: watch::Sender<u64>,
    /// The owner's terminal has another size.
    pub(super) resized: Notify,
}

impl Floor {
    /// The number of the guest who has control; 0 is the owner.
    pub(super) fn holder(&self) -> u64 {
        self.holder.load(Ordering::Acquire)
    }

    pub(super) fn give(&self, number: u64) {
        self.holder.store(number, Ordering::Release);
    }

    /// Guests are told how it stands.
    pub(super) fn changed(&self) {
        self.version.send_modify(|version| *version += 1);
    }

    pub(super) fn versions(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }
}

/// Whoever opened the session.
pub(super) struct OwnerView(pub(super) Arc<Floor>);

impl Viewing for OwnerView {
    fn may_type(&self, input: &TerminalInput) -> bool {
        // How large it is stays theirs: it is their window.
        if matches!(input, TerminalInput::Resize(_)) {
            self.0.resized.notify_one();
            return true;
        }
        self.0.holder() == OWNER
    }

    fn may_do(&self, input: &DesktopInput) -> bool {
        !is_control(input) || self.0.holder() == OWNER
    }
}

/// A guest who looks on, through one stream.
pub(super) struct GuestView {
    pub(super) floor: Arc<Floor>,
    pub(super) number: u64,
    pub(super) session: SessionId,
    pub(super) guest: GuestId,
    pub(super) team: Weak<Team>,
    /// Ends the stream.
    pub(super) end: CancellationToken,
}

impl GuestView {
    fn has_control(&self) -> bool {
        self.floor.holder() == self.number
    }
}

impl Viewing for GuestView {
    fn is_waited_for(&self) -> bool {
        false
    }

    fn may_type(&self, input: &TerminalInput) -> bool {
        matches!(input, TerminalInput::Bytes(_)) && self.has_control()
    }

    fn may_do(&self, input: &DesktopInput) -> bool {
        is_control(input) && self.has_control()
    }

    fn may_see(&self, said: &ToDesktopViewer) -> bool {
        // What is copied there is for whoever works there.
        !matches!(said, ToDesktopViewer::Clipboard(_) | ToDesktopViewer::Picture)
            || self.has_control()
    }
}

impl Drop for GuestView {
    fn drop(&mut self) {
        // It has ended, by whatever.
        self.end.cancel();
        if let Some(team) = self.team.upgrade() {
            team.sharing.looked(self.session, self.guest);
        }
    }
}

/// What is done on a desktop, and not how it is shown.
const fn is_control(input: &DesktopInput) -> bool {
    match input {
        DesktopInput::Pointer { .. }
        | DesktopInput::Wheel { .. }
        | DesktopInput::Key(_)
        | DesktopInput::Text(_)
        | DesktopInput::Clipboard(_)
        | DesktopInput::Focus(_)
        | DesktopInput::Leds(_) => true,
        DesktopInput::LendFiles(_)
        | DesktopInput::ReadPiece(_)
        | DesktopInput::Resize { .. }
        | DesktopInput::Quality(_)
        | DesktopInput::Refresh(_) => false,
    }
}

impl super::Shared {
    /// Control goes to a guest, or with 0 to the owner: at once, and what is held down there is let go.
    pub(super) fn hand_to(&mut self, number: u64) {
        self.floor.give(number);
        let is_holder = |guest: &&mut Guest| guest.number == number;
        if let Some(guest) = self.guests.iter_mut().find(is_holder) {
            guest.asks = false;
        }
        let core = self.core.upgrade();
        let handle = core.and_then(|core| core.sessions().handle(self.session).ok());
        if let Some(desktop) = handle.and_then(|handle| handle.desktop) {
            // A machine that takes nothing at the moment holds nothing for long.
            let _full = desktop.input.try_send(DesktopInput::Focus(false));
        }
    }
}
