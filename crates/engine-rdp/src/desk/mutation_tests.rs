//! Sessions of real servers as they were recorded (the frames within TLS), and what becomes of them when they are changed.
//!
//! A record has one byte for the kind of each frame (1 is the fast path), four for its length, and the frame.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::{channels, config};
use ironrdp_pdu::Action;
use ironrdp_svc::StaticChannelSet;
use std::any::TypeId;

const BITMAPS: &[u8] = include_bytes!("../../tests/data/bitmaps.frames");
const REMOTE_FX: &[u8] = include_bytes!("../../tests/data/remote_fx.frames");
const PIPELINE: &[u8] = include_bytes!("../../tests/data/graphics_pipeline.frames");

type Frames = Vec<(Action, Vec<u8>)>;

fn frames(mut record: &[u8]) -> Frames {
    let mut frames = Vec::new();
    while let Some((head, rest)) = record.split_first_chunk::<5>() {
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let action = if head[0] == 1 { Action::FastPath } else { Action::X224 };
        frames.push((action, rest[..length].to_vec()));
        record = &rest[length..];
    }
    frames
}

/// A desk as it is when a session begins, without a connection.
fn desk(width: u16, height: u16) -> (Desk, mpsc::Receiver<Vec<u8>>, mpsc::Receiver<DesktopEvent>) {
    let (out, messages) = mpsc::channel(WRITES);
    let (events, told) = mpsc::channel(EVENTS);
    let screen = Screen::new();
    let (image, size) = canvas(&screen, DesktopSize { width, height }).unwrap();
    let options = config::tests_options(size);
    let outbox = Outbox::default();
    let mut static_channels = StaticChannelSet::new();
    static_channels.insert(channels::dynamic(&outbox));
    static_channels.attach_channel_id(TypeId::of::<DrdynvcClient>(), 1004);
    let stage = ActiveStageBuilder {
        static_channels,
        user_channel_id: 1007,
        io_channel_id: 1003,
        message_channel_id: Some(1005),
        share_id: 0,
        compression_type: None,
        enable_server_pointer: true,
        pointer_software_rendering: false,
    };
    let mut held = Held::default();
    held.resized(size);
    let desk = Desk {
        shared: Shared { screen, events, cancel: CancellationToken::new() },
        stage: stage.build(),
        image,
        guard: Guard::new(1003, Some(1005), Some(1004)),
        held,
        outbox,
        out,
        again: ConnectionActivationFactory::new(config::config(&options), 1003, 1007),
        activation: None,
        early: Early::default(),
        input_flags: InputFlags::all(),
        refresh: (true, true),
        cursor: None,
        wanted: None,
        resized: None,
        scale: 100,
        can_resize: false,
        clipboard: false,
        files: false,
        lent: Arc::default(),
        lists: (0, false),
        copied: None,
        resume: Resume::default(),
        typing: VecDeque::new(),
    };
    (desk, messages, told)
}

/// How a session went: how many frames were taken, and whether a decoder gave up in a way that ends the task.
async fn play((width, height): (u16, u16), frames: &Frames) -> (usize, bool, Arc<Screen>) {
    let (mut desk, mut messages, mut told) = desk(width, height);
    let screen = Arc::clone(&desk.shared.screen);
    for (n, (action, frame)) in frames.iter().enumerate() {
        let frame = bytes::Bytes::copy_from_slice(frame);
        let step = async {
            desk.frame(*action, &frame, None).await?;
            desk.fulfil().await
        };
        let mut step = Box::pin(AssertUnwindSafe(step).catch_unwind());
        let result = loop {
            tokio::select! {
                biased;
                result = &mut step => break result,
                _ = messages.recv() => {}
                _ = told.recv() => {}
            }
        };
        drop(step);
        match result {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return (n, false, screen),
            Err(_) => return (n, true, screen),
        }
    }
    (frames.len(), false, screen)
}

/// Numbers that are the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(end.max(1)).unwrap()).unwrap()
    }
}

fn changed(frames: &Frames, numbers: &mut Numbers) -> Frames {
    let mut frames = frames.clone();
    for _ in 0..=numbers.below(6) {
        let at = numbers.below(frames.len());
        let frame = &mut frames[at].1;
        let byte = numbers.below(frame.len());
        match numbers.below(4) {
            0 => frame[byte] ^= 1 << numbers.below(8),
            1 => frame[byte] = [0, 1, 0x7f, 0x80, 0xff][numbers.below(5)],
            2 => frame.truncate(byte.max(1)),
            _ => {
                let other = numbers.below(frames.len());
                frames.swap(at, other);
            }
        }
    }
    frames
}

async fn hold(record: &[u8], size: (u16, u16), changes: u64) {
    let frames = frames(record);
    let (taken, _, screen) = play(size, &frames).await;
    assert_eq!(taken, frames.len(), "the record itself is understood");
    let all = screen.read(screen.size().rect()).unwrap();
    let drawn = all.chunks(4).filter(|pixel| pixel[..3] != [0, 0, 0]).count();
    assert!(drawn > all.len() / 40, "something is drawn: {drawn} of {}", all.len() / 4);
    let (mut early, mut panics) = (0, 0);
    for seed in 0..changes {
        let (taken, panicked, screen) = play(size, &changed(&frames, &mut Numbers(seed))).await;
        early += usize::from(taken < frames.len());
        panics += usize::from(panicked);
        let size = screen.size();
        assert!(size.pixels() <= patchbay_session::desktop::MOST_PIXELS, "{size:?}");
        let all = screen.read(size.rect()).unwrap();
        assert!(all.iter().skip(3).step_by(4).all(|alpha| *alpha == 255), "all is opaque");
    }
    println!("{early} of {changes} ended early, {panics} in a panic");
    assert!(early > 0, "changes make a difference");
}

/// A server under load draws before the size is agreed on to the end, and says the terms of RemoteFX in the first drawing only.
#[tokio::test]
async fn what_is_drawn_while_the_size_changes_is_not_lost() {
    let (mut desk, _messages, _told) = desk(800, 600);
    desk.activation = Some(desk.again.create());
    let record = frames(REMOTE_FX);
    for (_, frame) in record.iter().filter(|(action, _)| *action == Action::FastPath) {
        desk.frame(Action::FastPath, &bytes::Bytes::copy_from_slice(frame), None)
            .await
            .ok()
            .unwrap();
    }
    let drawn = |desk: &Desk| {
        let all = desk.shared.screen.read(desk.shared.screen.size().rect()).unwrap();
        all.chunks(4).any(|pixel| pixel[..3] != [0, 0, 0])
    };
    assert!(!drawn(&desk));
    desk.activation = None;
    desk.draw_early().await.ok().unwrap();
    assert!(drawn(&desk));
}

#[tokio::test]
async fn bitmaps_that_were_changed_harm_nothing() {
    hold(BITMAPS, (800, 600), 60).await;
}

#[tokio::test]
async fn remote_fx_that_was_changed_harms_nothing() {
    hold(REMOTE_FX, (800, 600), 40).await;
}

#[tokio::test]
async fn a_graphics_pipeline_that_was_changed_harms_nothing() {
    hold(PIPELINE, (640, 480), 60).await;
}
