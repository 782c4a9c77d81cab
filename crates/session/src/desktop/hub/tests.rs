#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
use super::*;
use crate::desktop::Size;
use tokio::time::{Duration, timeout};

fn screen(width: u16, height: u16) -> Arc<Screen> {
    let screen = Screen::new();
    screen.resize(Size::new(width, height)).unwrap();
    screen
}

async fn next(viewer: &DesktopViewer) -> Say {
    timeout(Duration::from_secs(5), viewer.next()).await.unwrap().unwrap()
}

/// Nothing is said, however often the viewer is asked.
async fn silent(viewer: &DesktopViewer) {
    for _ in 0..3 {
        tokio::select! {
            biased;
            said = viewer.next() => panic!("{said:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
}

/// A whole frame: its parts, and its number.
async fn frame(viewer: &DesktopViewer) -> (Vec<(Rect, Bytes)>, u32) {
    let mut parts = Vec::new();
    loop {
        match next(viewer).await {
            Say::Frame { rect, pixels } => parts.push((rect, pixels.unpack(rect).unwrap())),
            Say::FrameEnd(id) => return (parts, id),
            other => panic!("{other:?}"),
        }
    }
}

async fn beginning(viewer: &DesktopViewer, size: Size) -> u32 {
    assert_eq!(next(viewer).await, Say::Cursor(Cursor::Usual));
    assert_eq!(next(viewer).await, Say::Resized(size));
    frame(viewer).await.1
}

fn fill(screen: &Screen, rect: Rect, colour: u8) {
    screen.draw(|canvas| canvas.fill(rect, [colour; 3]).unwrap());
}

#[tokio::test]
async fn large_frames_come_in_strips_and_the_newest_wins() {
    let (hub, screen) = (DesktopHub::new(), screen(1000, 1000));
    hub.show(Arc::clone(&screen));
    let viewer = hub.attach();
    assert_eq!(next(&viewer).await, Say::Cursor(Cursor::Usual));
    assert_eq!(next(&viewer).await, Say::Resized(Size::new(1000, 1000)));
    let (parts, first) = frame(&viewer).await;
    assert_eq!(parts.len(), 4);
    assert!(parts.iter().all(|(_, bytes)| bytes.len() <= MAX_PART));
    assert_eq!(parts.iter().map(|(rect, _)| rect.pixels()).sum::<usize>(), 1_000_000);

    let corner = Rect::new(0, 0, 10, 10);
    fill(&screen, corner, 1);
    assert_eq!(frame(&viewer).await.0[0].1[..4], [1, 1, 1, 255]);
    // Two are on their way: what is drawn now waits, and is joined.
    fill(&screen, corner, 2);
    silent(&viewer).await;
    fill(&screen, corner, 3);
    viewer.ack(first);
    let (parts, third) = frame(&viewer).await;
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].1[..4], [3, 3, 3, 255]);
    fill(&screen, corner, 4);
    // What was not sent cannot be acknowledged, and what is older than the last says nothing new.
    viewer.ack(third + 1);
    viewer.ack(first);
    silent(&viewer).await;
    viewer.ack(third);
    assert_eq!(frame(&viewer).await.0[0].1[..4], [4, 4, 4, 255]);
}

#[tokio::test]
async fn what_nobody_sees_is_sent_once_it_is_shown() {
    let (hub, screen) = (DesktopHub::new(), screen(20, 20));
    hub.show(Arc::clone(&screen));
    let viewer = hub.attach();
    viewer.show(false);
    assert_eq!(next(&viewer).await, Say::Cursor(Cursor::Usual));
    silent(&viewer).await;
    hub.tell(DesktopEvent::Bell);
    assert_eq!(next(&viewer).await, Say::Bell);
    fill(&screen, Rect::new(1, 1, 2, 2), 9);
    viewer.show(true);
    viewer.pack(true);
    assert_eq!(next(&viewer).await, Say::Resized(Size::new(20, 20)));
    assert!(matches!(next(&viewer).await, Say::Frame { pixels: Pixels::Zlib(_), .. }));
    let Say::FrameEnd(id) = next(&viewer).await else { panic!("the end of a frame") };
    viewer.ack(id);
    viewer.again();
    assert_eq!(next(&viewer).await, Say::Resized(Size::new(20, 20)));
    assert_eq!(frame(&viewer).await.0[0].0, Rect::new(0, 0, 20, 20));
}

#[tokio::test]
async fn the_picture_stays_over_a_lost_connection_and_a_reload() {
    let (hub, first) = (DesktopHub::new(), screen(10, 10));
    hub.show(Arc::clone(&first));
    hub.tell(DesktopEvent::Title("wall".into()));
    assert_eq!((hub.screen().unwrap().size(), hub.cursor()), (Size::new(10, 10), Cursor::Usual));
    fill(&first, Rect::new(0, 0, 1, 1), 5);
    first.close();
    for _ in 0..2 {
        let viewer = hub.attach();
        assert_eq!(next(&viewer).await, Say::Cursor(Cursor::Usual));
        assert_eq!(next(&viewer).await, Say::Title("wall".into()));
        assert_eq!(next(&viewer).await, Say::Resized(Size::new(10, 10)));
        assert_eq!(frame(&viewer).await.0[0].1[0], 5);
        silent(&viewer).await;
    }
    let viewer = hub.attach();
    let second = Screen::new();
    hub.show(Arc::clone(&second));
    assert_eq!(next(&viewer).await, Say::Title("wall".into()));
    assert_eq!(next(&viewer).await, Say::Cursor(Cursor::Usual));
    // It has not drawn yet.
    silent(&viewer).await;
    second.resize(Size::new(4, 4)).unwrap();
    assert_eq!(next(&viewer).await, Say::Resized(Size::new(4, 4)));
    frame(&viewer).await;
    hub.close();
    assert_eq!(next(&viewer).await, Say::End);
    assert_eq!(viewer.next().await, None);
}

#[tokio::test]
async fn what_waits_is_bounded() {
    let (hub, screen) = (DesktopHub::new(), screen(1, 1));
    hub.show(screen);
    let viewer = hub.attach();
    let id = beginning(&viewer, Size::new(1, 1)).await;
    viewer.ack(id);
    for n in 0..1_000_u32 {
        hub.tell(DesktopEvent::Latency(n));
        hub.tell(DesktopEvent::Clipboard(Clipboard::Text(n.to_string())));
        let samples = Bytes::from(vec![0; 4096]);
        hub.tell(DesktopEvent::Audio(Audio { rate: n, channels: 2, samples }));
    }
    let mut heard = Vec::new();
    while let Ok(Some(say)) = timeout(Duration::from_millis(20), viewer.next()).await {
        heard.push(say);
    }
    assert!(heard.contains(&Say::Latency(999)) && heard.contains(&Say::Clipboard("999".into())));
    let sound = heard.iter().filter(|say| is_sound(say)).count();
    assert!((10..=17).contains(&sound), "{sound}");
    assert_eq!(heard.len(), sound + 2);
    assert!(matches!(heard.last(), Some(Say::Audio(Audio { rate: 999, .. }))));
}

#[tokio::test]
async fn a_screen_that_shrinks_meanwhile_sends_nothing_outside() {
    let (hub, screen) = (DesktopHub::new(), screen(600, 2000));
    hub.show(Arc::clone(&screen));
    let viewer = hub.attach();
    assert_eq!(next(&viewer).await, Say::Cursor(Cursor::Usual));
    assert_eq!(next(&viewer).await, Say::Resized(Size::new(600, 2000)));
    assert!(matches!(next(&viewer).await, Say::Frame { .. }));
    screen.resize(Size::new(5, 5)).unwrap();
    assert!(matches!(next(&viewer).await, Say::FrameEnd(1)));
    assert_eq!(next(&viewer).await, Say::Resized(Size::new(5, 5)));
    assert_eq!(frame(&viewer).await.0[0].0, Rect::new(0, 0, 5, 5));
}

#[tokio::test]
async fn a_thumbnail_is_sent_when_there_is_something_new() {
    let (hub, screen) = (DesktopHub::new(), screen(1000, 500));
    hub.show(Arc::clone(&screen));
    let viewer = hub.attach();
    viewer.show(false);
    assert_eq!(next(&viewer).await, Say::Cursor(Cursor::Usual));
    silent(&viewer).await;
    let within = Size::new(100, 100);
    viewer.thumbnail(within);
    let Say::Thumbnail { size, rgba } = next(&viewer).await else { panic!("it was asked for") };
    assert_eq!((size, rgba.len()), (Size::new(100, 50), 100 * 50 * BYTES));
    // The same is not sent again, and nothing else either: it is not shown.
    viewer.thumbnail(within);
    silent(&viewer).await;
    fill(&screen, Rect::new(0, 0, 1000, 500), 7);
    let Say::Thumbnail { rgba, .. } = next(&viewer).await else { panic!("it was drawn on") };
    assert_eq!(&rgba[..BYTES], [7, 7, 7, 255]);
    fill(&screen, Rect::new(0, 0, 1000, 500), 8);
    silent(&viewer).await;
    // What is lost stays in sight, and what comes after it is shown.
    screen.close();
    viewer.thumbnail(within);
    assert!(matches!(next(&viewer).await, Say::Thumbnail { .. }));
    viewer.thumbnail(within);
    silent(&viewer).await;
    hub.show(self::screen(10, 10));
    assert_eq!(next(&viewer).await, Say::Cursor(Cursor::Usual));
    let Say::Thumbnail { size, .. } = next(&viewer).await else { panic!("another connection") };
    assert_eq!(size, Size::new(10, 10));
    hub.close();
    assert_eq!(next(&viewer).await, Say::End);
}

#[tokio::test]
async fn a_copied_picture_is_told_of_and_kept_until_something_else_is_copied() {
    let hub = DesktopHub::new();
    hub.show(screen(10, 10));
    let viewer = hub.attach();
    viewer.show(false);
    assert_eq!(next(&viewer).await, Say::Cursor(Cursor::Usual));
    let png = Bytes::from_static(b"as large as a clipboard may be");
    hub.tell(DesktopEvent::Clipboard(Clipboard::Png(png.clone())));
    assert_eq!(next(&viewer).await, Say::Picture);
    assert_eq!(hub.picture(), Some(png.clone()));
    // Who comes later is not told of it.
    let later = hub.attach();
    later.show(false);
    assert_eq!(next(&later).await, Say::Cursor(Cursor::Usual));
    silent(&later).await;
    hub.tell(DesktopEvent::Clipboard(Clipboard::Text("text".into())));
    assert_eq!(hub.picture(), None);
    hub.tell(DesktopEvent::Clipboard(Clipboard::Png(png)));
    hub.show(screen(10, 10));
    assert_eq!(hub.picture(), None);
}
