//! Chunks of recordings of desktops, and their index (`session::desktop::recording`).

use super::assert_message;
use bytes::Bytes;
use patchbay_session::desktop::{
    BYTES, Screen,
    recording::{Event, Index, Painter, events, head},
};

/// More is not drawn here: it would only take time.
const MOST_DRAWN: usize = 1024 * 1024;
/// Pixels of a chunk, in bytes.
const MOST_UNPACKED: usize = 16 * 1024 * 1024;

/// Time never goes back, no chunk unpacks to more than its bound, nothing is drawn outside, and an index that is
/// understood means exactly its own bytes.
pub(crate) fn run(data: &[u8]) -> bool {
    let Ok(head) = head(data) else { return false };
    assert!(head.from <= head.to);
    if let Ok(index) = Index::read(data) {
        assert_eq!(index.chunk(), data);
        let (from, to) = index.pauses(3_000);
        assert!(from.len() == to.len() && from.iter().zip(&to).all(|(from, to)| from < to));
        for at in [0, head.to / 2, head.to, u32::MAX] {
            let key = index.key_before(at);
            assert!(key.is_none_or(|key| index.entries().get(key).is_some()));
        }
        return true;
    }
    let Ok(read) = events(Bytes::copy_from_slice(data)) else { return false };
    let mut painter = Painter::new(Screen::new());
    let (mut last, mut unpacked) = (std::time::Duration::ZERO, 0);
    for event in read {
        let (at, event) = match event {
            Ok(event) => event,
            Err(damaged) => {
                assert_message(&damaged.to_string());
                return false;
            }
        };
        assert!(at >= last && at.as_millis() <= u128::from(head.to));
        last = at;
        if let Event::Pixels(rect, pixels) = &event {
            assert_eq!(pixels.len(), rect.pixels() * BYTES);
            unpacked += pixels.len();
            assert!(unpacked <= MOST_UNPACKED);
        }
        if matches!(&event, Event::Size(size) if size.pixels() > MOST_DRAWN) {
            continue;
        }
        if painter.apply(event).is_err() {
            // Beside the screen, which may have its size from a chunk before this one.
            continue;
        }
    }
    true
}
