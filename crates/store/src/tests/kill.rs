//! Processes killed without warning, five hundred times, at moments nobody chose.
//!
//! A child changes a vault and says after each change that it is done; its parent kills it and looks. The vault must
//! open, must hold every change that was acknowledged, and may hold the one that was under way, whole.

use super::copies::NEXT_SCHEMA;
use super::*;
use crate::schema::{SCHEMA, Schema};
use crate::vault::{KeyringKey, wrap_by_keyring, wrap_by_recovery};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const CHILD: &str = "tests::kill::child_to_be_killed";
const SETTING: &str = "PATCHBAY_TEST_KILL";
const SEED: &str = "PATCHBAY_TEST_KILL_SEED";
const ACK: &str = "done ";

/// What the child does over and over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Work {
    Save,
    Rekey,
    Rewrap,
    Migrate,
}

const PLAN: [(Work, usize); 4] =
    [(Work::Save, 260), (Work::Rekey, 90), (Work::Rewrap, 60), (Work::Migrate, 90)];

type Model = BTreeMap<([u8; 16], Field), Vec<u8>>;

/// The `n`th change of a vault: one item or many, new or over old ones, or one removed.
fn changes(n: u64) -> Vec<Change> {
    let text = |at: u64| format!("change {n} of item {at} {}", "x".repeat((n % 7 * 400) as usize));
    let number = (n % 23) as u32;
    match n % 6 {
        0 => vec![Change::Delete { kind: Kind::Node, id: id(number) }],
        1 | 2 => (0..30)
            .map(|at| put(Kind::Node, (number + at) % 40, Field::Main, text(at.into()).as_bytes()))
            .collect(),
        3 => vec![
            Change::Delete { kind: Kind::Node, id: id(number + 1) },
            put(Kind::Node, number, Field::Password, text(0).as_bytes()),
        ],
        _ => vec![put(Kind::Node, number, Field::Main, text(0).as_bytes())],
    }
}

fn follow(model: &mut Model, n: u64) {
    for change in changes(n) {
        match change {
            Change::Put { id, field, data, .. } => {
                model.insert((id, field), data.to_vec());
            }
            Change::Delete { id, .. } => model.retain(|(other, _), _| *other != id),
        }
    }
}

fn keyring(n: u64) -> KeyringKey {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&n.to_le_bytes());
    KeyringKey::from_slice(&bytes).unwrap()
}

/// Not a test by itself: the process that the test below starts and kills.
#[tokio::test]
async fn child_to_be_killed() {
    let Ok(setting) = std::env::var(SETTING) else { return };
    let parts: Vec<&str> = setting.split('|').collect();
    let [work, start, recovery, path] = parts[..] else { panic!("{setting}") };
    let (mut n, path) = (start.parse::<u64>().unwrap(), PathBuf::from(path));
    let recovery = RecoveryKey::parse(recovery).unwrap();
    println!();
    let schema = if work == "Migrate" { NEXT_SCHEMA } else { SCHEMA };
    let file = VaultFile::open_as(&path, schema).await.unwrap();
    if work == "Migrate" {
        println!("{ACK}1");
    }
    let vault = file.unlock(UnlockWith::Recovery(&recovery)).await.unwrap();
    loop {
        n += 1;
        match work {
            "Rekey" => {
                let recovery = recovery.clone();
                vault
                    .rekey_with(move |header, key| {
                        // The wrap by passphrase stays behind: deriving its key would be nearly all of the time.
                        header.recovery = wrap_by_recovery(&header.id, key, &recovery)?;
                        header.keyring = Some(wrap_by_keyring(&header.id, key, &keyring(n))?);
                        Ok(())
                    })
                    .await
                    .unwrap();
            }
            "Rewrap" => vault.set_keyring_wrap(Some(&keyring(n))).await.unwrap(),
            _ => vault.apply(changes(n)).await.unwrap(),
        }
        println!("{ACK}{n}");
        std::io::stdout().flush().unwrap();
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

struct Victim {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Victim {
    fn start(work: Work, from: u64, recovery: &RecoveryKey, path: &Path) -> Self {
        let recovery = recovery.display();
        let setting = format!("{work:?}|{from}|{}|{}", recovery.expose_secret(), path.display());
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", CHILD, "--nocapture"])
            .env(SETTING, setting)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    /// Waits for the next acknowledgement; `None` if the child is gone.
    fn acknowledged(&mut self) -> Option<u64> {
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
    fn kill_after(mut self, first: Option<u64>, delay: Duration) -> Option<u64> {
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

/// Where a vault stands: how many changes it had, and what they made of it.
struct Run {
    path: PathBuf,
    recovery: RecoveryKey,
    done: u64,
    model: Model,
    opened_by: Option<u64>,
    /// How long a child needs until its first change is through.
    startup: Duration,
}

impl Run {
    /// Lets one child come up undisturbed.
    fn time_startup(&mut self, work: Work) {
        let started = Instant::now();
        let mut victim = Victim::start(work, self.done, &self.recovery, &self.path);
        victim.acknowledged().expect("the child did not come up");
        self.startup = started.elapsed();
        victim.kill_after(None, Duration::ZERO);
    }

    fn kill(&mut self, work: Work, dice: &mut Dice) -> Option<u64> {
        let mut victim = Victim::start(work, self.done, &self.recovery, &self.path);
        // Some die while they open the vault, most while they write.
        let early = work == Work::Migrate || dice.below(4) == 0;
        let first = if early { None } else { victim.acknowledged() };
        let limit = if early { self.startup.mul_f64(1.2) } else { Duration::from_millis(12) };
        victim.kill_after(first, Duration::from_micros(dice.below(limit.as_micros() as u64)))
    }

    async fn check_save(&mut self, acknowledged: Option<u64>) {
        let done = acknowledged.unwrap_or(self.done);
        while self.done < done {
            self.done += 1;
            follow(&mut self.model, self.done);
        }
        let found = self.content(SCHEMA).await;
        if found != self.model {
            // The one that was under way may be there too, but whole.
            self.done += 1;
            follow(&mut self.model, self.done);
            assert!(
                found == self.model,
                "after change {done} the vault holds neither it nor the next"
            );
        }
    }

    async fn check_keys(&mut self, acknowledged: Option<u64>) {
        let done = acknowledged.unwrap_or(self.done);
        assert!(self.content(SCHEMA).await == self.model);
        let file = VaultFile::open(&self.path).await.unwrap();
        let mut opened_by = None;
        for n in [Some(done), Some(done + 1), self.opened_by].into_iter().flatten() {
            if file.unlock(UnlockWith::Keyring(&keyring(n))).await.is_ok() {
                opened_by = Some(n);
            }
        }
        let newest = opened_by.unwrap_or(0);
        assert!(
            acknowledged.is_none_or(|n| newest >= n),
            "key {done} was acknowledged and opens nothing"
        );
        assert!(opened_by.is_some() || (acknowledged.is_none() && self.opened_by.is_none()));
        self.opened_by = opened_by;
        self.done = newest.max(done);
    }

    async fn check_migration(&mut self, original: &[u8], acknowledged: Option<u64>) {
        let version = std::fs::read(&self.path).unwrap()[63];
        assert!(
            acknowledged.is_none() || version == 2,
            "acknowledged, and still version {version}"
        );
        let found = self.content(NEXT_SCHEMA).await;
        // Once it is migrated the child goes on to save: what was acknowledged is there, and perhaps one more.
        let mut expected = self.model.clone();
        let saved = acknowledged.unwrap_or(0).max(self.done);
        (self.done + 1..=saved).for_each(|n| follow(&mut expected, n));
        let mut next = expected.clone();
        follow(&mut next, saved + 1);
        assert!(
            found == expected || found == next,
            "after {acknowledged:?} it holds something else"
        );
        if version == 2 {
            let kept = patchbay_lock::beside(&self.path, ".before-2");
            assert!(std::fs::read(kept).unwrap() == original);
        }
    }

    /// All that is in the vault, which must open.
    async fn content(&self, schema: Schema) -> Model {
        let file = VaultFile::open_as(&self.path, schema).await.unwrap();
        let vault = file.unlock(UnlockWith::Recovery(&self.recovery)).await.unwrap();
        let items = vault.load(Kind::Node).await.unwrap();
        items.into_iter().map(|item| ((item.id, item.field), item.data.to_vec())).collect()
    }
}

#[tokio::test]
async fn a_second_process_is_told_which_one_has_the_vault() {
    let (_folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    drop((vault, file));
    let mut holder = Victim::start(Work::Save, 0, &recovery, &path);
    holder.acknowledged().unwrap();
    let Err(crate::StoreError::InUse { by }) = VaultFile::open(&path).await else {
        panic!("let in")
    };
    assert!(by.ends_with(&format!(", process {}", holder.child.id())), "{by}");
    holder.kill_after(None, Duration::ZERO);
    reopen(&path, &recovery).await;
}

#[test]
fn no_acknowledged_write_is_lost_and_the_vault_always_opens() {
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok()).unwrap_or(clock | 1);
    println!("seed {seed}; give it as {SEED} to pick the same moments again");
    let total: usize = PLAN.iter().map(|(_, times)| times).sum();
    assert_eq!(total, 500);
    std::thread::scope(|scope| {
        for (number, (work, times)) in PLAN.into_iter().enumerate() {
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(kill_repeatedly(
                    work,
                    times,
                    Dice(seed.rotate_left(number as u32 * 8) | 1),
                ));
            });
        }
    });
}

async fn kill_repeatedly(work: Work, times: usize, mut dice: Dice) {
    let (_folder, path) = place();
    let (file, vault, recovery) = new_vault(&path).await;
    let mut run = Run {
        path,
        recovery,
        done: 0,
        model: Model::new(),
        opened_by: None,
        startup: Duration::ZERO,
    };
    while run.done < 8 {
        run.done += 1;
        vault.apply(changes(run.done)).await.unwrap();
        follow(&mut run.model, run.done);
    }
    drop((vault, file));
    let original = std::fs::read(&run.path).unwrap();
    run.time_startup(work);
    std::fs::write(&run.path, &original).unwrap();
    let _ = std::fs::remove_file(patchbay_lock::beside(&run.path, "-wal"));
    let mut acknowledged = 0;
    for _ in 0..times {
        if work == Work::Migrate {
            std::fs::write(&run.path, &original).unwrap();
            let _ = std::fs::remove_file(patchbay_lock::beside(&run.path, "-wal"));
        }
        let last = run.kill(work, &mut dice);
        acknowledged += usize::from(last.is_some());
        match work {
            Work::Save => run.check_save(last).await,
            Work::Rekey | Work::Rewrap => run.check_keys(last).await,
            Work::Migrate => run.check_migration(&original, last).await,
        }
    }
    println!(
        "{work:?}: killed {times} times, {acknowledged} of them after at least one change was through"
    );
}
