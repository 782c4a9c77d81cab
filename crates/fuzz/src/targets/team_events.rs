//! What a team server tells a desktop, as a stream of events.

use patchbay_team_client::EventLines;

fn events(parts: impl Iterator<Item = impl AsRef<[u8]>>) -> Vec<String> {
    let mut lines = EventLines::default();
    let mut events = Vec::new();
    for part in parts {
        if !lines.push(part.as_ref()) {
            break;
        }
        events.extend(std::iter::from_fn(|| lines.next()));
    }
    events
}

/// However it is cut, the same events come of it.
pub(crate) fn run(data: &[u8]) -> bool {
    let whole = events(std::iter::once(data));
    for size in [1, 2, 7] {
        assert_eq!(events(data.chunks(size)), whole, "in parts of {size}");
    }
    !whole.is_empty()
}
