//! What every engine of remote desktops speaks.
//!
//! An engine decodes what the far end draws into a [`Screen`], says the rest as [`DesktopEvent`]s, and takes
//! [`DesktopInput`]s. Whoever shows the desktop watches the screen and is handed what changed since it last looked, so a
//! slow viewer skips what nobody would have seen. The [`hub`](DesktopHub) outlives connections and speaks to viewers in the
//! messages of [`codec`]. Deliberately absent: anything that only one protocol knows.

pub mod codec;
mod event;
mod files;
mod hub;
mod input;
pub mod recording;
mod rect;
mod region;
mod screen;
mod thumbnail;

pub use codec::{FromDesktopViewer, Pixels, ToDesktopViewer};
pub use event::{
    Audio, Clipboard, Cursor, DesktopEvent, Leds, MOST_CLIPBOARD, MOST_CURSOR, MOST_MONITORS,
    Monitor,
};
pub use files::{CopiedFile, LentFile, MOST_FILE_PIECE, MOST_FILES, Piece, ReadPiece};
pub use hub::{DesktopHub, DesktopViewer};
pub use input::{Buttons, DesktopInput, Key, Wheel};
pub use rect::{Rect, Size};
pub use region::Region;
pub use screen::{BYTES, Canvas, MOST_PIXELS, Outside, Screen, TooLarge, Update, Watcher};

use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// An open desktop. Dropping it, or cancelling, closes the connection.
#[derive(Debug)]
pub struct Desktop {
    /// What the far end shows.
    pub screen: Arc<Screen>,
    /// What else it says. A short queue: whoever does not read it stops the far end.
    pub events: mpsc::Receiver<DesktopEvent>,
    /// What it is told.
    pub input: mpsc::Sender<DesktopInput>,
    /// Ends it.
    pub cancel: CancellationToken,
}
