#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::{
    super::{About, directory, file::MAGIC, path},
    *,
};
use crate::{Authorized, CoreError, Right, WholeVault, testing::Fixture};
use patchbay_model::{LockReason, RecordingId, RecordingInfo, RecordingState, SessionId};
use patchbay_session::desktop::{
    Cursor, DesktopViewer, Rect, Screen, Size, ToDesktopViewer as Say,
};
use std::{path::PathBuf, sync::Arc, time::Duration};

const SIZE: Size = Size::new(160, 120);

/// A desktop that is drawn and recorded.
struct Set {
    fixture: Fixture,
    screen: Arc<Screen>,
    recorder: Arc<DesktopRecorder>,
}

impl Set {
    async fn new() -> Self {
        let fixture = Fixture::open().await;
        let screen = Screen::new();
        screen.resize(SIZE).unwrap();
        let about = About {
            title: "wall".into(),
            subtitle: "192.0.2.7:5900".into(),
            machine: None,
            desktop: true,
            cols: SIZE.width,
            rows: SIZE.height,
            keys: false,
            rule: None,
        };
        let look = Look { screen: Arc::clone(&screen), cursor: Cursor::Usual };
        let recordings = fixture.core.recordings();
        let recorder =
            recordings.begin_desktop(about, look, |problem| panic!("{problem}")).await.unwrap();
        let set = Self { fixture, screen, recorder };
        set.written(1).await;
        set
    }

    fn whole(&self) -> Authorized<WholeVault> {
        self.fixture.ctx.authorize_vault(Right::View).unwrap()
    }

    fn id(&self) -> RecordingId {
        self.recorder.id()
    }

    fn file(&self) -> PathBuf {
        path(&directory(&self.fixture.core.vault().path()), self.id())
    }

    async fn info(&self) -> RecordingInfo {
        self.fixture.core.recordings().list(&self.whole()).await.unwrap().remove(0)
    }

    /// Waits until so many chunks are in the file.
    async fn written(&self, chunks: usize) {
        let wait = async {
            while self.chunks().len() < chunks {
                patchbay_testkit::moment().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), wait).await.expect("it is written");
    }

    /// Where each whole chunk begins.
    fn chunks(&self) -> Vec<usize> {
        let bytes = std::fs::read(self.file()).unwrap();
        let (mut at, mut starts) = (MAGIC.len(), Vec::new());
        while let Some(word) = bytes.get(at..at + 4) {
            let word = u32::from_le_bytes(word.try_into().unwrap());
            let next = at + 4 + (word & 0x7fff_ffff) as usize;
            if next > bytes.len() {
                break;
            }
            starts.push(at);
            at = next;
            if word >> 31 == 1 {
                break;
            }
        }
        starts
    }

    /// Draws a square at a time, and waits until it is written.
    async fn square(&self, n: u8, pass: Duration) {
        let before = self.chunks().len();
        self.fixture.clock.advance(pass);
        let at = u16::from(n) * 5;
        self.screen.draw(|canvas| canvas.fill(Rect::new(at, at, 9, 7), [n, 2 * n, 255]).unwrap());
        // Two seconds, in which more might come.
        self.written(before + 1).await;
    }

    fn pixels(&self) -> Vec<u8> {
        self.screen.read(self.screen.size().rect()).unwrap()
    }

    async fn play(&self) -> SessionId {
        let playing = self.fixture.core.recordings().play(&self.whole(), self.id()).await;
        playing.unwrap().player
    }

    /// The picture of a player at a time, as a viewer is sent it, and what is wrong with it.
    async fn at(&self, player: SessionId, at: u32) -> (Vec<u8>, Option<String>) {
        let recordings = self.fixture.core.recordings();
        let moment = recordings.show(&self.whole(), player, at).await.unwrap();
        let viewer = recordings.played(player).unwrap().desktop.unwrap().hub.attach();
        (picture(&viewer).await, moment.broken)
    }
}

/// The first frame a viewer is sent.
async fn picture(viewer: &DesktopViewer) -> Vec<u8> {
    let screen = Screen::new();
    loop {
        match viewer.next().await.unwrap() {
            Say::Resized(size) => screen.resize(size).unwrap(),
            Say::Frame { rect, pixels } => {
                let pixels = pixels.unpack(rect).unwrap();
                screen.draw(|canvas| canvas.put(rect, &pixels)).unwrap();
            }
            Say::FrameEnd(_) => return screen.read(screen.size().rect()).unwrap(),
            Say::End => panic!("it was closed"),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_played_forwards_and_back_and_small() {
    let set = Set::new().await;
    let mut shown = vec![(0, set.pixels())];
    for n in 1..=6_u8 {
        set.square(n, Duration::from_secs(4)).await;
        shown.push((u32::from(n) * 4_000, set.pixels()));
    }
    set.recorder.pointer(3, 4);
    set.fixture.clock.advance(Duration::from_secs(6));
    set.recorder.finish().await;
    let info = set.info().await;
    assert_eq!((info.state, info.length, info.desktop), (RecordingState::Whole, 30_000, true));
    assert_eq!((info.cols, info.rows, info.keys), (160, 120, false));

    let whole = set.whole();
    let recordings = set.fixture.core.recordings();
    let play = recordings.play(&whole, set.id()).await.unwrap();
    assert_eq!(play.length, 30_000);
    assert_eq!(play.pauses_from, [0, 4_000, 8_000, 12_000, 16_000, 20_000, 24_000]);
    assert_eq!(play.pauses_to.last(), Some(&30_000));
    for back in [false, true] {
        let player = set.play().await;
        for n in 0..shown.len() {
            let (at, pixels) = &shown[if back { shown.len() - 1 - n } else { n }];
            for at in [*at, at + 3_999] {
                let (seen, broken) = set.at(player, at).await;
                assert!(seen == *pixels && broken.is_none(), "at {at}, {broken:?}");
            }
        }
        recordings.leave(player);
    }
    let moment = recordings.show(&whole, play.player, 4_500).await.unwrap();
    assert_eq!(moment.next, Some(8_000));
    assert_eq!(recordings.show(&whole, play.player, u32::MAX).await.unwrap().next, None);

    set.fixture.core.sessions().set_stream_url("ws://127.0.0.1:1/stream");
    let small = recordings.picture(&whole, play.player, 25_000, (40, 40)).await.unwrap().unwrap();
    assert_eq!((small.width, small.height), (40, 30));
    let bytes = set.fixture.core.sessions().redeem(&small.attachment.token).unwrap();
    assert!(bytes.desktop.is_none());

    let text = recordings.read(&whole, set.id(), 0).await.unwrap_err();
    assert!(matches!(text, CoreError::Invalid { .. }), "{text:?}");
    let found = recordings.search(&whole, "wall", None, None).await.unwrap();
    assert!(found.hits.is_empty() && found.unreadable.is_empty());
    set.fixture.core.vault().lock(LockReason::Person, false);
    assert!(recordings.played(play.player).is_none(), "nothing is played behind a locked vault");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_played_after_a_kill_and_while_it_goes_on() {
    let set = Set::new().await;
    set.square(1, Duration::from_secs(3)).await;
    let first = set.pixels();
    let player = set.play().await;
    assert!(set.at(player, 3_000).await == (first.clone(), None), "while it goes on");
    set.square(2, Duration::from_secs(9)).await;
    let second = set.pixels();
    assert!(set.at(player, 12_000).await == (second.clone(), None), "what came since");

    // As it lies there when the process was killed, with half a chunk behind it.
    let killed = std::fs::read(set.file()).unwrap();
    set.square(3, Duration::from_secs(1)).await;
    set.recorder.finish().await;
    let whole = std::fs::read(set.file()).unwrap();
    let half = killed.len() + 20;
    std::fs::write(set.file(), &whole[..half]).unwrap();
    let info = set.info().await;
    assert_eq!((info.state, info.length), (RecordingState::Interrupted, 12_000));
    let player = set.play().await;
    let (seen, broken) = set.at(player, 12_000).await;
    assert!(seen == second);
    assert!(broken.unwrap().contains("was stopped at 0:00:12"));
    assert!(set.at(player, 5_000).await == (first, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_is_named_and_the_next_key_frame_is_right_again() {
    let set = Set::new().await;
    for n in 1..=5_u8 {
        set.square(n, Duration::from_secs(4)).await;
    }
    let last = set.pixels();
    set.recorder.finish().await;
    let good = std::fs::read(set.file()).unwrap();
    let starts = set.chunks();
    let mut bad = good.clone();
    bad[starts[1] + 40] ^= 1;
    std::fs::write(set.file(), &bad).unwrap();
    let player = set.play().await;
    let (_, broken) = set.at(player, 5_000).await;
    assert!(broken.unwrap().contains("damaged at 0:00:04"));
    assert!(set.at(player, 20_000).await.0 == last);
    // Without an index it is made again, and a tail that leads astray is not believed.
    let index = *starts.last().unwrap();
    for tail in [&good[good.len() - 12..], &[7; 12], &[0; 12]] {
        let mut bytes = good[..index].to_vec();
        bytes.extend_from_slice(tail);
        std::fs::write(set.file(), &bytes).unwrap();
        let player = set.play().await;
        assert!(set.at(player, 20_000).await.0 == last);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_exported_to_a_picture_that_moves() {
    let set = Set::new().await;
    set.square(1, Duration::from_secs(4)).await;
    set.screen.resize(Size::new(200, 60)).unwrap();
    set.square(2, Duration::from_secs(100)).await;
    let last = set.pixels();
    set.recorder.finish().await;
    let to = set.fixture.dir.path().join("wall.png");
    let recordings = set.fixture.core.recordings();
    let note = recordings.export(&set.whole(), set.id(), &to.display().to_string()).await.unwrap();
    assert_eq!(note, None);
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(&to).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    assert_eq!((reader.info().width, reader.info().height), (200, 120), "as large as it ever was");
    let frames = reader.info().animation_control().unwrap().num_frames;
    let mut canvas = vec![0_u8; 200 * 120 * 3];
    let mut time = 0.0;
    for _ in 0..frames {
        let mut part = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut part).unwrap();
        let at = *reader.info().frame_control().unwrap();
        time += f64::from(at.delay_num) / f64::from(at.delay_den);
        let width = info.width as usize * 3;
        for (y, row) in part.chunks(width).take(info.height as usize).enumerate() {
            let from = ((at.y_offset as usize + y) * 200 + at.x_offset as usize) * 3;
            canvas[from..from + width].copy_from_slice(row);
        }
    }
    assert!((103.9..104.1).contains(&time), "{time}");
    for (y, row) in last.chunks(200 * 4).enumerate() {
        for (x, pixel) in row.chunks(4).enumerate() {
            let at = (y * 200 + x) * 3;
            assert_eq!(canvas[at..at + 3], pixel[..3], "{x}, {y}");
        }
    }
    assert!(canvas[60 * 200 * 3..].iter().all(|byte| *byte == 0), "black beside a smaller one");
}
