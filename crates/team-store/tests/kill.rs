//! kill -9 of a process that writes to an SQLite file, at random points: what it acknowledged is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(missing_docs)]

mod common;

use common::*;
use patchbay_model::AccountId;
use patchbay_team::entity::{Account, Change, Space};
use patchbay_team_store::{Place, StoreError, TeamStore, Write};
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const PATH: &str = "PATCHBAY_TEST_KILL";
const SEED: &str = "PATCHBAY_TEST_KILL_SEED";
const TIMES: u32 = 25;
const ACK: &str = "done ";

fn somebody() -> AccountId {
    AccountId::from_bytes(id(1))
}

/// The write with this revision: somebody's display, a new item, one that changes each time, and two records.
fn nth(revision: i64) -> Write {
    let space = Space::Personal(somebody());
    let account =
        Account { id: somebody(), display: format!("as of {revision}"), ..account("somebody") };
    let before = (revision > 1).then_some(revision - 1);
    Write {
        changes: vec![Change::PutAccount(account)],
        items: vec![put(space, revision, None, 1), put(space, 0, before, revision)],
        audit: vec![entry(&format!("first of {revision}")), entry("second")],
        checked: Some(revision - 1),
    }
}

/// Not a test by itself: the process that the test below starts and kills.
#[tokio::test]
async fn child_to_be_killed() {
    let Ok(path) = std::env::var(PATH) else { return };
    println!();
    let store = TeamStore::open(&Place::Sqlite(path.into())).await.unwrap();
    let (_, mut revision) = store.changes_of_directory().await.unwrap();
    loop {
        revision += 1;
        assert_eq!(store.write(nth(revision)).await.unwrap(), revision);
        println!("{ACK}{revision}");
        std::io::stdout().flush().unwrap();
    }
}

struct Victim {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Victim {
    fn start(path: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_to_be_killed", "--nocapture"])
            .env(PATH, path)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    /// The next acknowledgement; none if the child is gone.
    fn acknowledged(&mut self) -> Option<i64> {
        loop {
            let mut line = String::new();
            if self.stdout.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            // A line that was cut off says nothing.
            let number = line.strip_suffix('\n').and_then(|line| line.strip_prefix(ACK));
            if let Some(number) = number {
                return Some(number.parse().unwrap());
            }
        }
    }

    /// Kills it after a while, and says what it had acknowledged last.
    fn kill_after(mut self, first: Option<i64>, delay: Duration) -> Option<i64> {
        std::thread::sleep(delay);
        self.child.kill().unwrap();
        let mut last = first;
        while let Some(number) = self.acknowledged() {
            last = Some(number);
        }
        let output = self.child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "the child failed before it was killed: {said}");
        last
    }
}

/// Good enough to pick moments (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

#[tokio::test]
async fn no_acknowledged_write_is_lost_and_the_log_stays_good() {
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let seed = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or(u64::try_from(clock % u128::from(u64::MAX)).unwrap() | 1);
    println!("seed {seed}; give it as {SEED} to pick the same moments again");
    let mut dice = Dice(seed);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("team.db");
    let mut known = 0;
    for round in 0..TIMES {
        let mut victim = Victim::start(&path);
        // Some die while they open the database, the first while it is made; most while they write.
        let early = round == 0 || dice.below(4) == 0;
        let first = if early { None } else { victim.acknowledged() };
        let limit = if early { 60_000 } else { 30_000 };
        let last = victim.kill_after(first, Duration::from_micros(dice.below(limit)));
        let least = last.unwrap_or(known);
        known = check(&path, least).await;
    }
    println!("killed {TIMES} times, after {known} writes");
    assert!(known > i64::from(TIMES), "hardly anything was written");
}

/// Everything up to some write is there, that one is not before `least`, and nothing is there of a later one.
async fn check(path: &Path, least: i64) -> i64 {
    let store = TeamStore::open(&Place::Sqlite(path.to_owned())).await.unwrap();
    let (changes, revision) = store.changes_of_directory().await.unwrap();
    // One that was under way may be there too.
    assert!(
        (least..=least + 1).contains(&revision),
        "{least} was acknowledged, {revision} is there"
    );
    let items = store.items(Space::Personal(somebody())).await.unwrap();
    if revision == 0 {
        assert!(changes.is_empty() && items.is_empty());
    } else {
        let Change::PutAccount(kept) = &changes[0] else { panic!("{changes:?}") };
        assert_eq!((changes.len(), kept.display.clone()), (1, format!("as of {revision}")));
        assert_eq!(i64::try_from(items.len()).unwrap(), revision + 1);
        assert_eq!((items[0].id, items[0].version), (id(0), revision));
    }
    assert_eq!(good_log(&store).await.head.seq, revision * 2);
    store.close().await;
    revision
}

#[tokio::test]
async fn a_second_process_is_told_which_one_has_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("team.db");
    let mut holder = Victim::start(&path);
    holder.acknowledged().unwrap();
    let place = Place::Sqlite(path);
    let Err(problem) = TeamStore::open(&place).await else { panic!("let in") };
    let StoreError::InUse { by, .. } = &problem else { panic!("{problem:?}") };
    assert!(by.ends_with(&format!(", process {}", holder.child.id())), "{by}");
    assert!(problem.to_string().contains("is open in another program"), "{problem}");
    holder.kill_after(None, Duration::ZERO);
    TeamStore::open(&place).await.unwrap().close().await;
}
