#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
//! What the log promises to a session and to its viewers.

use super::*;
use futures_util::FutureExt as _;

fn pattern(from: u64, len: usize) -> Bytes {
    (from..).take(len).map(|n| u8::try_from(n % 251).unwrap()).collect::<Vec<_>>().into()
}

/// Pushes without letting anything wait.
fn push_now(output: &Output, bytes: Bytes) {
    assert!(output.push(bytes).now_or_never().is_some(), "the writer waited");
}

/// Reads all there is, acknowledging it, and returns it with the offset it began at.
fn drain(viewer: &Viewer) -> (Option<u64>, Vec<u8>) {
    let mut all = Vec::new();
    let mut first = None;
    while let Some(message) = viewer.try_next() {
        if let ToViewer::Output { offset, bytes } = message {
            assert!(!bytes.is_empty() && bytes.len() <= MAX_OUTPUT);
            assert_eq!(offset, *first.get_or_insert(offset) + all.len() as u64);
            all.extend_from_slice(&bytes);
            viewer.ack(offset + bytes.len() as u64);
        }
    }
    (first, all)
}

#[test]
fn a_viewer_gets_the_old_then_the_new_then_the_end() {
    let output = Output::new(CAPACITY);
    push_now(&output, Bytes::from_static(b"old"));
    let viewer = output.attach(0);
    push_now(&output, Bytes::from_static(b"new"));
    assert_eq!(viewer.try_next(), Some(ToViewer::Start { offset: 0, lost: false }));
    let old = ToViewer::Output { offset: 0, bytes: Bytes::from_static(b"old") };
    assert_eq!(viewer.try_next(), Some(old));
    assert_eq!(viewer.try_next(), Some(ToViewer::Live));
    let new = ToViewer::Output { offset: 3, bytes: Bytes::from_static(b"new") };
    assert_eq!(viewer.try_next(), Some(new));
    assert_eq!(viewer.try_next(), None);
    output.close();
    assert_eq!(viewer.next().now_or_never(), Some(Some(ToViewer::End)));
    assert_eq!(viewer.next().now_or_never(), Some(None));
}

#[test]
fn without_viewers_it_never_waits_and_keeps_the_last_bytes() {
    let output = Output::new(CAPACITY);
    let total = 5 * CAPACITY + 12_345;
    push_now(&output, pattern(0, total));
    assert_eq!(output.end(), total as u64);
    let viewer = output.attach(0);
    let Some(ToViewer::Start { offset, lost: true }) = viewer.try_next() else {
        panic!("the replay says that output was lost");
    };
    let (_, all) = drain(&viewer);
    assert_eq!(offset + all.len() as u64, total as u64);
    assert!(all.len() <= CAPACITY && all.len() > CAPACITY - LINE_SEARCH);
    assert_eq!(all, pattern(offset, all.len()));
}

#[test]
fn a_cut_replay_begins_with_a_whole_line() {
    let output = Output::new(0);
    push_now(&output, Bytes::from("a line of text\n".repeat(CAPACITY / 15)));
    let viewer = output.attach(0);
    let (_, all) = drain(&viewer);
    assert!(all.starts_with(b"a line"));
}

#[test]
fn a_viewer_goes_on_where_it_was() {
    let output = Output::new(CAPACITY);
    push_now(&output, pattern(0, 1000));
    assert_eq!(drain(&output.attach(600)), (Some(600), pattern(600, 400).to_vec()));
    let beyond = output.attach(u64::MAX);
    assert_eq!(beyond.try_next(), Some(ToViewer::Start { offset: 1000, lost: false }));
    assert_eq!(beyond.try_next(), Some(ToViewer::Live));
}

#[test]
fn the_writer_waits_for_the_slowest_and_not_for_who_left() {
    let output = Output::new(CAPACITY);
    let (fast, slow) = (output.attach(0), output.attach(0));
    assert_eq!(output.viewers(), 2);
    let mut writing = Box::pin(output.push(pattern(0, CAPACITY)));
    assert!(writing.as_mut().now_or_never().is_none());
    let (_, first) = drain(&fast);
    assert_eq!(first.len() as u64, LEAST_WINDOW);
    assert!(writing.as_mut().now_or_never().is_none(), "the slow one has not read a byte");
    let (_, same) = drain(&slow);
    assert_eq!(first, same);
    assert!(writing.as_mut().now_or_never().is_none(), "there is more than one window to write");
    drop((fast, slow));
    assert!(writing.as_mut().now_or_never().is_some());
    assert_eq!(output.viewers(), 0);
}

#[test]
fn a_viewer_that_says_nothing_is_sent_one_window_and_no_more() {
    let output = Output::new(CAPACITY);
    push_now(&output, pattern(0, CAPACITY));
    let viewer = output.attach(0);
    let mut sent = 0;
    while let Some(message) = viewer.try_next() {
        if let ToViewer::Output { bytes, .. } = message {
            sent += bytes.len() as u64;
        }
    }
    assert_eq!(sent, LEAST_WINDOW);
    viewer.ack(sent);
    assert!(viewer.try_next().is_some());
}

/// The window of a viewer that always has something to do and shows so many bytes in a second.
fn window_at(bytes_a_second: u64) -> u64 {
    const STEP: u64 = 32 * 1024;
    let mut seat = Seat::new(0, Phase::Live, true);
    let mut now = Instant::now();
    seat.handed_out(2 * STEP, now);
    for _ in 0..40 {
        now += Duration::from_micros(STEP * 1_000_000 / bytes_a_second);
        seat.handed_out(STEP, now);
        seat.ack(seat.acked + STEP, now);
    }
    seat.window
}

#[test]
fn the_window_is_what_a_viewer_shows_in_a_moment() {
    for (pace, window) in [(100_000, LEAST_WINDOW), (4_000_000, 160_000), (1_000_000_000, WINDOW)] {
        let found = window_at(pace);
        assert!(found.abs_diff(window) < window / 50, "{found} instead of {window}");
    }
}

#[test]
fn time_without_output_does_not_make_a_viewer_slow() {
    let mut seat = Seat::new(0, Phase::Live, true);
    let begin = Instant::now();
    for second in 0..40 {
        let now = begin + Duration::from_secs(second);
        seat.handed_out(64 * 1024, now);
        seat.ack(seat.sent, now + Duration::from_micros(500));
    }
    assert!(seat.window > WINDOW - WINDOW / 50, "{}", seat.window);
}

#[test]
fn nonsense_acknowledgements_are_clamped() {
    let output = Output::new(CAPACITY);
    let viewer = output.attach(0);
    viewer.ack(u64::MAX);
    let mut writing = Box::pin(output.push(pattern(0, CAPACITY)));
    assert!(writing.as_mut().now_or_never().is_none(), "it cannot have read what it was not sent");
    let (_, read) = drain(&viewer);
    viewer.ack(3);
    assert!(writing.as_mut().now_or_never().is_none());
    let (_, more) = drain(&viewer);
    assert_eq!([read, more].concat(), pattern(0, usize::try_from(output.end()).unwrap()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_viewer_sees_every_byte_in_order() {
    const TOTAL: usize = 6 * CAPACITY;
    let output = Output::new(CAPACITY);
    let readers = (0..3u64).map(|n| {
        let viewer = output.attach(0);
        tokio::spawn(async move {
            let mut seen = 0u64;
            while let Some(message) = viewer.next().await {
                if let ToViewer::Output { offset, bytes } = message {
                    assert_eq!(offset, seen);
                    assert_eq!(bytes, pattern(offset, bytes.len()));
                    seen += bytes.len() as u64;
                    if seen.is_multiple_of(n + 1) || seen > 100 {
                        viewer.ack(seen);
                    }
                }
            }
            seen
        })
    });
    let readers: Vec<_> = readers.collect();
    let mut at = 0;
    while at < TOTAL {
        let len = (1 + at % 70_001).min(TOTAL - at);
        output.push(pattern(at as u64, len)).await;
        at += len;
    }
    output.close();
    for reader in readers {
        assert_eq!(reader.await.unwrap(), TOTAL as u64);
    }
}

#[test]
fn closing_frees_a_writer_that_waits() {
    let output = Output::new(CAPACITY);
    let viewer = output.attach(0);
    let mut writing = Box::pin(output.push(pattern(0, CAPACITY)));
    assert!(writing.as_mut().now_or_never().is_none());
    output.close();
    assert!(writing.now_or_never().is_some());
    drop(viewer);
}

#[test]
fn nobody_waits_for_who_only_looks_on_and_they_catch_up_with_the_last_lines() {
    let output = Output::new(CAPACITY);
    push_now(&output, Bytes::from_static(b"before\n"));
    let viewer = output.look_on(0);
    assert_eq!(viewer.try_next(), Some(ToViewer::Start { offset: 0, lost: false }));
    let lines = "a line of output\n".repeat(2 * CAPACITY / 17);
    push_now(&output, Bytes::from(lines));
    let Some(ToViewer::Start { offset, lost: true }) = viewer.try_next() else {
        panic!("what was missed is said");
    };
    assert!(output.end() - offset <= CATCH_UP);
    let (_, all) = drain(&viewer);
    assert!(all.starts_with(b"a line"));
    assert_eq!(offset + all.len() as u64, output.end());
    assert_eq!(viewer.try_next(), None);
    // Somebody who is waited for still is.
    let slow = output.attach(output.end());
    let waits = output.push(pattern(0, 2 * CAPACITY)).now_or_never();
    assert!(waits.is_none());
    drop(slow);
}
