//! Messages between a desktop and its viewer (`session::desktop::codec`).

use bytes::Bytes;
use patchbay_session::desktop::{
    BYTES, Cursor, FromDesktopViewer, MOST_CURSOR, MOST_MONITORS, ToDesktopViewer,
    codec::{MAX_PART, MAX_THUMBNAIL},
};

/// What is understood means exactly its own bytes and holds no more than its limits; packed pixels are those of their
/// rectangle, or refused.
pub(crate) fn run(data: &[u8]) -> bool {
    let message = Bytes::copy_from_slice(data);
    let to = ToDesktopViewer::decode(message.clone());
    let from = FromDesktopViewer::decode(message.clone());
    if let Ok(to) = &to {
        assert_eq!(to.encode(), message, "{to:?}");
        match to {
            ToDesktopViewer::Frame { rect, pixels } => {
                if let Ok(raw) = pixels.clone().unpack(*rect) {
                    assert_eq!(raw.len(), rect.pixels() * BYTES);
                    assert!(raw.len() <= MAX_PART);
                }
            }
            ToDesktopViewer::Cursor(Cursor::Picture { size, rgba, .. }) => {
                assert!(size.width <= MOST_CURSOR && size.height <= MOST_CURSOR);
                assert_eq!(rgba.len(), size.pixels() * BYTES);
            }
            ToDesktopViewer::Monitors(monitors) => assert!(monitors.len() <= MOST_MONITORS),
            ToDesktopViewer::Thumbnail { size, rgba } => {
                assert!(size.width.max(size.height) <= MAX_THUMBNAIL);
                assert_eq!(rgba.len(), size.pixels() * BYTES);
            }
            _ => {}
        }
    }
    if let Ok(from) = &from {
        assert_eq!(from.encode(), Some(message), "{from:?}");
    }
    assert!(to.is_err() || from.is_err(), "a message of both directions");
    to.is_ok() || from.is_ok()
}
