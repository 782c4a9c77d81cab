//! What a VNC server sends once somebody is signed in: all messages and all encodings.

use patchbay_engine_vnc::Client;
use patchbay_session::desktop::{DesktopEvent, MOST_CLIPBOARD, MOST_CURSOR, Screen};
use std::sync::Arc;

/// Whether there is an update in it and nothing is wrong with it. However it is cut, the same comes of it.
pub(crate) fn run(data: &[u8]) -> bool {
    let whole = receive(data, usize::MAX);
    let cut = receive(data, 61);
    assert_eq!(whole, cut, "it matters how the stream is cut");
    whole.is_some_and(|(updates, _)| updates > 0)
}

/// How many updates there were, and what is shown in the end.
fn receive(data: &[u8], piece: usize) -> Option<(u64, Option<Vec<u8>>)> {
    let screen = Screen::new();
    let mut client = Client::new(Arc::clone(&screen), true);
    let (mut done, mut there) = (0, 0_usize);
    loop {
        there = data.len().min(there.saturating_add(piece));
        loop {
            let rest = data.get(done..there).unwrap_or_default();
            done += client.receive(rest).ok()?;
            drop(client.answers());
            while let Some(event) = client.event() {
                check(&event);
            }
            // Many desktops in a row are more than a fuzzer should wait for.
            if screen.size().pixels() > 1 << 20 {
                return None;
            }
            if client.needs() > 0 {
                break;
            }
        }
        if there == data.len() {
            return Some((client.tally().updates, screen.read(screen.size().rect())));
        }
    }
}

fn check(event: &DesktopEvent) {
    use patchbay_session::desktop::{Clipboard, Cursor};
    match event {
        DesktopEvent::Title(title) => super::assert_message(title),
        DesktopEvent::Clipboard(Clipboard::Text(text)) => {
            assert!(text.len() <= MOST_CLIPBOARD, "too much text");
        }
        DesktopEvent::Cursor(Cursor::Picture { size, hotspot: (x, y), rgba }) => {
            assert!(size.width <= MOST_CURSOR && size.height <= MOST_CURSOR, "too large");
            assert!(*x < size.width && *y < size.height, "it points beside itself");
            assert_eq!(rgba.len(), size.pixels() * 4);
        }
        _ => {}
    }
}
