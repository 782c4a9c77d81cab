#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
use super::*;
use crate::desktop::{Canvas, Cursor, Rect, Region, Screen, Size, Update, Watcher};
use bytes::Bytes;
use proptest::prelude::*;
use std::sync::Arc;

const SIZE: Size = Size::new(200, 150);

/// What a screen showed at which time.
type Shown = Vec<(u32, Size, Vec<u8>)>;

/// A screen that is recorded.
struct Take {
    screen: Arc<Screen>,
    watcher: Watcher,
    writer: Writer,
    shown: Shown,
}

fn take(size: Size) -> Take {
    let screen = Screen::new();
    screen.resize(size).unwrap();
    let watcher = screen.watch();
    Take { screen, watcher, writer: Writer::default(), shown: Vec::new() }
}

impl Take {
    /// Everything that is new, at this time.
    fn see(&mut self, at: u32) {
        let time = Duration::from_millis(at.into());
        while let Some(update) = self.watcher.try_next() {
            match update {
                Update::Resized(size) => self.writer.resized(time, size, &self.watcher),
                Update::Damage(region) => self.writer.changed(time, &region, &self.watcher),
                Update::Over => break,
            }
        }
        let size = self.screen.size();
        self.shown.push((at, size, self.screen.read(size.rect()).unwrap()));
    }

    fn draw(&self, draw: impl FnOnce(&mut Canvas<'_>)) {
        self.screen.draw(draw);
    }

    fn chunks(mut self) -> (Vec<Chunk>, Shown) {
        self.writer.flush();
        (std::iter::from_fn(|| self.writer.take()).collect(), self.shown)
    }
}

fn index(chunks: &[Chunk]) -> Index {
    let mut index = Index::default();
    for chunk in chunks {
        let length = u32::try_from(chunk.bytes.len()).unwrap();
        index.push(Entry { length, head: head(&chunk.bytes).unwrap() }).unwrap();
    }
    index
}

/// The picture at a time, read from a chunk on; key frames behind the first are passed over where that is right.
fn picture(chunks: &[Chunk], from: usize, at: u32) -> (Size, Vec<u8>) {
    let mut painter = Painter::new(Screen::new());
    let mut skipping = false;
    for (number, chunk) in chunks.iter().enumerate().skip(from) {
        let events = events(Bytes::from(chunk.bytes.clone())).unwrap();
        if events.head().begins_key() {
            let size = events.clone().next().unwrap().unwrap().1;
            skipping = number > from && size == Event::Size(painter.screen().size());
        }
        if skipping && events.head().is_key() {
            continue;
        }
        for event in events {
            let (time, event) = event.unwrap();
            if time > Duration::from_millis(at.into()) {
                break;
            }
            painter.apply(event).unwrap();
        }
    }
    let size = painter.screen().size();
    (size, painter.screen().read(size.rect()).unwrap())
}

#[test]
fn going_to_a_time_shows_what_playing_shows_and_what_was_there() {
    let mut take = take(SIZE);
    take.see(0);
    for n in 0..60_u32 {
        let colour = u8::try_from(n * 4).unwrap();
        let x = u16::try_from(n * 3).unwrap() % 180;
        take.draw(|canvas| canvas.fill(Rect::new(x, x / 2, 17, 11), [colour, 9, x as u8]).unwrap());
        if n == 30 {
            take.screen.resize(Size::new(240, 100)).unwrap();
        }
        take.see(n * 700 + 350);
    }
    let (chunks, shown) = take.chunks();
    let index = index(&chunks);
    assert!(chunks.iter().filter(|chunk| head(&chunk.bytes).unwrap().begins_key()).count() >= 5);
    assert_eq!(index.length(), 59 * 700 + 350);
    for (at, size, pixels) in shown {
        let key = index.key_before(at).unwrap();
        assert!(at - index.entries()[key].head.from <= 11_000, "{at}");
        assert!(picture(&chunks, key, at) == (size, pixels.clone()), "from the key frame to {at}");
        assert!(picture(&chunks, 0, at) == (size, pixels), "played to {at}");
    }
}

#[test]
fn only_what_is_different_is_written() {
    let mut take = take(Size::new(1000, 800));
    take.see(0);
    // Drawn anew as it was, but for a few pixels.
    take.draw(|canvas| {
        canvas.fill(Rect::new(0, 0, 1000, 800), [0; 3]).unwrap();
        canvas.fill(Rect::new(500, 400, 3, 3), [200, 0, 0]).unwrap();
    });
    take.see(100);
    take.draw(|canvas| canvas.fill(Rect::new(0, 0, 1000, 800), [0; 3]).unwrap());
    take.draw(|canvas| canvas.fill(Rect::new(500, 400, 3, 3), [200, 0, 0]).unwrap());
    take.see(200);
    let (chunks, _) = take.chunks();
    let changes: Vec<_> = chunks
        .iter()
        .filter(|chunk| !head(&chunk.bytes).unwrap().is_key())
        .flat_map(|chunk| events(Bytes::from(chunk.bytes.clone())).unwrap())
        .map(Result::unwrap)
        .collect();
    let [(at, Event::Pixels(rect, _))] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!(at.as_millis(), 100);
    assert!(rect.pixels() <= 64 * 3 && rect.contains(Rect::new(500, 400, 3, 3)), "{rect:?}");
}

#[test]
fn the_pointer_is_there_and_pauses_are_found() {
    let mut take = take(SIZE);
    take.writer.pointer(Duration::from_millis(1), (3, 4));
    take.see(5);
    let cursor = Cursor::Picture {
        size: Size::new(1, 1),
        hotspot: (0, 0),
        rgba: Bytes::from_static(&[1, 2, 3, 4]),
    };
    take.writer.cursor(Duration::from_millis(10), cursor.clone());
    take.writer.cursor(Duration::from_millis(20), cursor.clone());
    take.writer.pointer(Duration::from_millis(9_000), (5, 6));
    take.writer.pointer(Duration::from_millis(9_000), (5, 6));
    take.writer.end(Duration::from_millis(30_000));
    let (chunks, _) = take.chunks();
    let all: Vec<_> = chunks
        .iter()
        .flat_map(|chunk| events(Bytes::from(chunk.bytes.clone())).unwrap())
        .map(Result::unwrap)
        .map(|(at, event)| (at.as_millis(), event))
        .filter(|(_, event)| !matches!(event, Event::Pixels(..)))
        .collect();
    let expected = [
        (5, Event::Size(SIZE)),
        (5, Event::Cursor(Cursor::Usual)),
        (5, Event::Pointer(3, 4)),
        (10, Event::Cursor(cursor.clone())),
        (9_000, Event::Pointer(5, 6)),
        (30_000, Event::Cursor(cursor)),
    ];
    assert_eq!(all, expected);
    let index = index(&chunks);
    assert_eq!(index.pauses(3_000), (vec![10, 9_000], vec![9_000, 30_000]));
    assert_eq!(index.length(), 30_000);
}

#[test]
fn a_large_key_frame_counts_only_when_all_of_it_is_there() {
    let mut take = take(Size::new(1024, 1024));
    take.draw(|canvas| {
        let mut seed = 1_u32;
        for row in canvas.rows(Rect::new(0, 0, 1024, 1024)).unwrap() {
            for byte in row {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (seed >> 24) as u8;
            }
        }
    });
    take.see(0);
    let (chunks, _) = take.chunks();
    assert!(chunks.len() >= 4, "{}", chunks.len());
    assert!(chunks.iter().all(|chunk| chunk.bytes.len() < 2 * 1024 * 1024));
    assert_eq!(index(&chunks).key_before(u32::MAX), Some(0));
    assert_eq!(index(&chunks[..chunks.len() - 1]).key_before(u32::MAX), None);
}

#[test]
fn an_index_is_written_and_read() {
    let mut take = take(SIZE);
    take.see(7);
    take.draw(|canvas| canvas.fill(Rect::new(1, 1, 2, 2), [5; 3]).unwrap());
    take.see(9);
    let (chunks, _) = take.chunks();
    let index = index(&chunks);
    let bytes = index.chunk();
    assert_eq!(Index::read(&bytes).unwrap(), index);
    assert_eq!(index.start(1), Some(u64::try_from(chunks[0].bytes.len()).unwrap()));
    for bad in [&bytes[..bytes.len() - 1], &chunks[0].bytes, b""] {
        assert_eq!(Index::read(bad), Err(Damaged));
    }
    let mut swapped = bytes[..9].to_vec();
    swapped.extend_from_slice(&bytes[22..]);
    swapped.extend_from_slice(&bytes[9..22]);
    assert_eq!(Index::read(&swapped), Err(Damaged), "time goes on");
}

#[test]
fn what_takes_long_is_refused() {
    let event = |out: &mut Vec<u8>, message: &[u8]| {
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&u32::try_from(message.len()).unwrap().to_le_bytes());
        out.extend_from_slice(message);
    };
    // Small messages that are large when they are unpacked.
    let mut bomb = vec![0; HEAD];
    let rect = Rect::new(0, 0, 512, 512);
    let pixels = crate::desktop::Pixels::pack(vec![0; 1024 * 1024].into());
    let frame = crate::desktop::ToDesktopViewer::Frame { rect, pixels }.encode();
    assert!(frame.len() < 8 * 1024);
    (0..100).for_each(|_| event(&mut bomb, &frame));
    let read: Vec<_> = events(bomb.into()).unwrap().collect();
    assert!(read.len() <= 17 && read.last() == Some(&Err(Damaged)), "{}", read.len());
    // A size where none belongs, and what is not of a recording.
    for message in [[0x10, 1, 0, 1, 0].as_slice(), &[0x57], &[0x15, b'x'], &[0x04]] {
        let mut chunk = vec![0; HEAD];
        event(&mut chunk, message);
        assert_eq!(events(chunk.into()).unwrap().next(), Some(Err(Damaged)));
    }
}

proptest! {
    #[test]
    fn any_changes_are_found_again(
        draws in prop::collection::vec(
            (0_u16..200, 0_u16..150, 1_u16..200, 1_u16..150, any::<u8>(), 0_u32..4_000), 1..20
        )
    ) {
            let mut take = take(SIZE);
            take.see(0);
            let mut at = 0;
            for (x, y, width, height, colour, wait) in draws {
                let rect = Rect::new(x, y, width, height).intersection(SIZE.rect()).unwrap();
                take.draw(|canvas| canvas.fill(rect, [colour, 1, 2]).unwrap());
                at += wait;
                take.see(at);
            }
            let (chunks, shown) = take.chunks();
            let index = index(&chunks);
            for (next, (at, size, pixels)) in shown.iter().enumerate().map(|(n, it)| (n + 1, it)) {
                // Of several at one time the last one is seen.
                if shown.get(next).is_none_or(|(later, ..)| later > at) {
                    let key = index.key_before(*at).unwrap();
                    assert!(picture(&chunks, key, *at) == (*size, pixels.clone()));
                }
            }
    }
}

#[test]
fn regions_outside_are_left_out() {
    let screen = Screen::new();
    screen.resize(Size::new(10, 10)).unwrap();
    let watcher = screen.watch();
    let mut writer = Writer::default();
    writer.resized(Duration::ZERO, Size::new(10, 10), &watcher);
    while writer.take().is_some() {}
    // Smaller by now, and nobody said so yet.
    screen.resize(Size::new(4, 4)).unwrap();
    let mut region = Region::default();
    region.add(Rect::new(0, 0, 50, 50));
    writer.changed(Duration::from_secs(1), &region, &watcher);
    assert!(!writer.waits());
}
