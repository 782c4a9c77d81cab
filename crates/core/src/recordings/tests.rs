#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::{
    Right,
    testing::{Fixture, PASSPHRASE, secret},
};
use bytes::Bytes;
use patchbay_model::LockReason;
use patchbay_session::asciicast::{Event, Reader};
use std::time::Duration;

const ABOUT: fn() -> About = || About {
    title: "box".into(),
    subtitle: "me@192.0.2.1".into(),
    machine: None,
    desktop: false,
    cols: 80,
    rows: 24,
    keys: false,
    rule: None,
};

impl Fixture {
    fn whole(&self) -> Authorized<WholeVault> {
        self.ctx.authorize_vault(Right::View).unwrap()
    }

    async fn recorder(&self) -> Arc<Recorder> {
        self.core.recordings().begin(ABOUT(), |problem| panic!("{problem}")).await.unwrap()
    }

    /// A recording of these texts, ten seconds apart, each in a chunk of its own.
    async fn recording(&self, texts: &[&str]) -> RecordingId {
        let recorder = self.recorder().await;
        for text in texts {
            self.clock.advance(Duration::from_secs(10));
            recorder.output(&Bytes::copy_from_slice(text.as_bytes())).await;
        }
        recorder.finish(Some(0)).await;
        recorder.id()
    }

    async fn info(&self, id: RecordingId) -> RecordingInfo {
        let all = self.core.recordings().list(&self.whole()).await.unwrap();
        all.into_iter().find(|info| info.id == id).unwrap()
    }

    async fn read_all(&self, id: RecordingId) -> (Vec<(u32, String)>, Option<String>) {
        let (mut events, mut from) = (Vec::new(), Some(0));
        let mut broken = None;
        while let Some(next) = from {
            let part = self.core.recordings().read(&self.whole(), id, next).await.unwrap();
            assert_eq!(part.codes.len(), part.times.len());
            events.extend(part.times.into_iter().zip(part.data));
            (from, broken) = (part.next, part.broken);
        }
        (events, broken)
    }

    fn file(&self, id: RecordingId) -> PathBuf {
        path(&directory(&self.core.vault().path()), id)
    }

    async fn found(&self, text: &str) -> Vec<RecordingHit> {
        let (mut hits, mut from) = (Vec::new(), None);
        loop {
            let step =
                self.core.recordings().search(&self.whole(), text, None, from).await.unwrap();
            hits.extend(step.hits);
            from = step.next;
            if from.is_none() {
                return hits;
            }
        }
    }
}

use patchbay_model::RecordingHit;

#[tokio::test]
async fn what_was_shown_is_played_again() {
    let fixture = Fixture::open().await;
    let id = fixture.recording(&["one\r\n", "two\r\n"]).await;
    let info = fixture.info(id).await;
    assert_eq!((info.state, info.length), (RecordingState::Whole, 20_000));
    let (events, broken) = fixture.read_all(id).await;
    let expected = [(10_000, "one\r\n"), (20_000, "two\r\n"), (20_000, "0")];
    assert_eq!(events, expected.map(|(at, text)| (at, text.to_owned())));
    assert_eq!(broken, None);

    let sealed = std::fs::read(fixture.file(id)).unwrap();
    assert_eq!(info.bytes, sealed.len() as u64);
    let names = |text: &[u8]| sealed.windows(text.len()).any(|window| window == text);
    assert!(!names(b"one") && !names(b"box"), "nothing of it can be read in the file");

    let to = fixture.dir.path().join("out.cast");
    let path = to.display().to_string();
    let note = fixture.core.recordings().export(&fixture.whole(), id, &path).await;
    assert_eq!(note.unwrap(), None);
    let reader = Reader::new(std::io::BufReader::new(std::fs::File::open(&to).unwrap())).unwrap();
    assert_eq!((reader.header().cols, reader.header().title.as_deref()), (80, Some("box")));
    let events: Vec<_> = reader.map(Result::unwrap).collect();
    assert_eq!(events[1], (Duration::from_secs(20), Event::Output("two\r\n".into())));
    assert_eq!(events[2].1, Event::Exit(0));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&to), mode(&fixture.file(id))), (0o600, 0o600));
    }
}

#[tokio::test]
async fn it_goes_on_while_the_vault_is_locked_and_can_be_played_under_a_new_key() {
    let fixture = Fixture::open().await;
    let recorder = fixture.recorder().await;
    recorder.output(&Bytes::from_static(b"before")).await;
    fixture.core.vault().lock(LockReason::Person, false);
    recorder.output(&Bytes::from_static(b" and after")).await;
    recorder.finish(None).await;
    let locked = fixture.ctx.authorize_vault(Right::View).unwrap_err();
    assert!(matches!(locked, CoreError::VaultLocked));
    let refused = fixture.core.recordings().begin(ABOUT(), |_| {}).await.unwrap_err();
    assert!(matches!(refused, CoreError::VaultLocked));

    fixture.unlock().await;
    assert_eq!(fixture.info(recorder.id()).await.state, RecordingState::Whole);
    fixture.core.vault().rekey(&secret(PASSPHRASE)).await.unwrap();
    let (events, _) = fixture.read_all(recorder.id()).await;
    let text: String = events.into_iter().map(|(_, text)| text).collect();
    assert_eq!(text, "before and after");
}

#[tokio::test]
async fn damage_is_named_and_what_comes_before_is_played() {
    let fixture = Fixture::open().await;
    let id = fixture.recording(&["one", "two", "three", "four"]).await;
    let file = fixture.file(id);
    let good = std::fs::read(&file).unwrap();
    let mut starts = Vec::new();
    let mut at = MAGIC_LENGTH;
    while at < good.len() {
        starts.push(at);
        let word = u32::from_le_bytes(good[at..at + 4].try_into().unwrap());
        at += 4 + (word & 0x7fff_ffff) as usize;
    }
    assert!(starts.len() >= 4, "{starts:?}");
    assert_eq!(fixture.info(id).await.state, RecordingState::Whole);

    let texts = |events: Vec<(u32, String)>| -> Vec<String> {
        events.into_iter().map(|(_, text)| text).collect()
    };
    let third = starts[starts.len() - 2];
    let mut flipped = good.clone();
    flipped[third + 40] ^= 1;
    std::fs::write(&file, &flipped).unwrap();
    let (events, broken) = fixture.read_all(id).await;
    let broken = broken.unwrap();
    assert!(broken.contains("damaged at 0:00:"), "{broken}");
    assert_eq!(texts(events)[0], "one");
    let step = fixture.core.recordings().search(&fixture.whole(), "one", None, None).await.unwrap();
    assert_eq!((step.hits.len(), step.unreadable), (1, vec![id]));

    // Whole chunks cut off, and half a chunk.
    let last = *starts.last().unwrap();
    for cut in [last, last + 10, third] {
        std::fs::write(&file, &good[..cut]).unwrap();
        let (events, broken) = fixture.read_all(id).await;
        assert!(broken.unwrap().contains("cut off at 0:00:"), "{cut}");
        assert_eq!(texts(events)[0], "one");
    }
    // Chunks that changed places.
    let mut swapped = good[..starts[1]].to_vec();
    swapped.extend_from_slice(&good[starts[2]..]);
    std::fs::write(&file, &swapped).unwrap();
    assert!(fixture.read_all(id).await.1.unwrap().contains("damaged"));
    std::fs::remove_file(&file).unwrap();
    assert_eq!(fixture.info(id).await.state, RecordingState::Damaged);
    fixture.core.recordings().delete(&fixture.whole(), id).await.unwrap();
    assert!(fixture.core.recordings().list(&fixture.whole()).await.unwrap().is_empty());
}

const MAGIC_LENGTH: usize = 16;

/// As it lies there when the process was killed: no last chunk, perhaps half of one.
#[tokio::test]
async fn one_that_was_not_finished_plays_as_far_as_it_goes() {
    let fixture = Fixture::open().await;
    let id = fixture.recording(&["one", "two", "three"]).await;
    let file = fixture.file(id);
    let good = std::fs::read(&file).unwrap();
    // Nobody has looked at it since: that it was whole is known nowhere.
    std::fs::write(&file, &good[..good.len() - 7]).unwrap();
    let info = fixture.info(id).await;
    assert_eq!(info.state, RecordingState::Interrupted);
    assert!(info.length >= 10_000, "{info:?}");
    let (events, broken) = fixture.read_all(id).await;
    assert!(broken.unwrap().contains("was stopped at"));
    assert_eq!(events[0], (10_000, "one".to_owned()));
}

#[tokio::test]
async fn those_that_go_on_are_finished_before_the_program_ends() {
    let fixture = Fixture::open().await;
    let recorders = [fixture.recorder().await, fixture.recorder().await];
    for recorder in &recorders {
        recorder.output(&Bytes::from_static(b"the last words")).await;
    }
    fixture.core.recordings().finish_all().await;
    for recorder in &recorders {
        assert_eq!(fixture.info(recorder.id()).await.state, RecordingState::Whole);
        assert_eq!(fixture.read_all(recorder.id()).await.0[0].1, "the last words");
    }
}

#[tokio::test]
async fn text_is_found_in_all_of_them() {
    let fixture = Fixture::open().await;
    let first = fixture.recording(&["$ \x1b[1mup", "time\x1b[0m\r\n10:00 up 3 days\r\n"]).await;
    fixture.clock.advance(Duration::from_secs(60));
    let second = fixture.recording(&["no\r\n", "\u{1f600} UpTime \u{dc}ber"]).await;
    let hits = fixture.found("UPTIME").await;
    let found: Vec<_> = hits.iter().map(|hit| (hit.id, hit.at, hit.line.as_str())).collect();
    assert_eq!(
        found,
        [(second, 20_000, "\u{1f600} UpTime \u{dc}ber"), (first, 20_000, "$ uptime")]
    );
    assert_eq!((hits[0].start, hits[0].end), (3, 9), "in UTF-16 code units");
    assert_eq!(fixture.found("\u{fc}BER").await.len(), 1);
    assert!(fixture.found("3 days").await.len() == 1 && fixture.found("absent").await.is_empty());
    let empty = fixture.core.recordings().search(&fixture.whole(), "  ", None, None).await;
    assert_eq!(crate::testing::field(empty), "text");
}

#[tokio::test]
async fn a_search_goes_in_steps_and_finds_each_line_once() {
    let fixture = Fixture::open().await;
    let recorder = fixture.recorder().await;
    for round in 0..40 {
        fixture.clock.advance(Duration::from_secs(3));
        for line in 0..10 {
            let text = format!("needle {round}-{line}\r\n");
            recorder.output(&Bytes::from(text)).await;
        }
    }
    recorder.finish(None).await;
    let hits = fixture.found("needle").await;
    assert_eq!(hits.len(), 400);
    let mut lines: Vec<_> = hits.into_iter().map(|hit| hit.line).collect();
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), 400);
}

#[tokio::test]
async fn a_recording_that_goes_on_is_listed_played_and_kept() {
    let fixture = Fixture::open().await;
    let recorder = fixture.recorder().await;
    let id = recorder.id();
    recorder.output(&Bytes::from_static(b"so far")).await;
    fixture.clock.advance(Duration::from_secs(3));
    recorder.output(&Bytes::from_static(b"!")).await;
    let refused = fixture.core.recordings().delete(&fixture.whole(), id).await;
    assert_eq!(crate::testing::field(refused), "id");
    assert_eq!(fixture.info(id).await.state, RecordingState::Running);
    let played = async {
        loop {
            let (events, broken) = fixture.read_all(id).await;
            assert_eq!(broken, None);
            if events.len() == 2 {
                break;
            }
            patchbay_testkit::moment().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), played).await.unwrap();
    recorder.finish(None).await;
    let renamed = fixture.core.recordings().rename(&fixture.whole(), id, " Update of box ").await;
    assert_eq!(renamed.unwrap().title, "Update of box");
    let refused = fixture.core.recordings().rename(&fixture.whole(), id, " \u{7} ").await;
    assert_eq!(crate::testing::field(refused), "title");
}

impl Fixture {
    async fn keep(&self, rule: patchbay_model::RecordingsKept) {
        let vault = self.ctx.authorize_vault(Right::Edit).unwrap();
        let settings = patchbay_model::VaultSettings {
            recordings_kept: rule,
            // Days pass in here.
            lock_after_minutes: 0,
            ..self.core.settings().vault(&vault).unwrap()
        };
        self.core.settings().set_vault(&vault, settings).await.unwrap();
    }

    async fn kept(&self) -> Vec<RecordingId> {
        let all = self.core.recordings().list(&self.whole()).await.unwrap();
        all.into_iter().map(|info| info.id).collect()
    }
}

/// Waits until old recordings were deleted, and says how many.
async fn expired(events: &mut tokio::sync::broadcast::Receiver<AppEvent>) -> u32 {
    let wait = async {
        loop {
            if let AppEvent::RecordingsExpired { count } = events.recv().await.unwrap() {
                return count;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.expect("something is deleted")
}

#[tokio::test]
async fn what_is_older_than_the_vault_says_is_deleted_when_it_opens_and_when_another_ends() {
    use patchbay_model::RecordingsKept;
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let fixture = Fixture::open().await;
    fixture.keep(RecordingsKept::Forever).await;
    let old = fixture.recording(&["old"]).await;
    let running = fixture.recorder().await;
    fixture.clock.advance(6 * DAY);
    let young = fixture.recording(&["young"]).await;
    // Somebody looks what a rule would do: that alone deletes nothing.
    let rule = RecordingsKept::Days { days: 6 };
    let would = fixture.core.recordings().expiring(&fixture.whole(), rule).await.unwrap();
    assert_eq!((would.count, would.bytes), (1, fixture.info(old).await.bytes));
    fixture.keep(RecordingsKept::Days { days: 7 }).await;
    fixture.core.recordings().tidy().await.unwrap();
    assert_eq!(fixture.kept().await, [young, running.id(), old], "nothing is that old yet");

    fixture.core.vault().lock(LockReason::Person, false);
    fixture.clock.advance(DAY);
    assert!(fixture.core.recordings().tidy().await.is_err());
    assert!(fixture.file(old).exists(), "nothing is deleted behind a locked vault");
    let mut events = fixture.core.events();
    fixture.unlock().await;
    assert_eq!(expired(&mut events).await, 1);
    assert_eq!(fixture.kept().await, [young, running.id()], "one that goes on stays");
    assert!(!fixture.file(old).exists());

    // The one that ended is as young as its end; the other has its week behind it by then.
    let mut events = fixture.core.events();
    fixture.clock.advance(7 * DAY);
    running.finish(None).await;
    assert_eq!(expired(&mut events).await, 1);
    assert_eq!(fixture.kept().await, [running.id()]);

    // Another rule counts at once.
    fixture.clock.advance(2 * DAY);
    let mut events = fixture.core.events();
    fixture.keep(RecordingsKept::Days { days: 1 }).await;
    assert_eq!(expired(&mut events).await, 1);
    assert!(fixture.kept().await.is_empty());
}
