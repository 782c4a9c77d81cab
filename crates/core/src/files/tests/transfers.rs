//! Transfers that are held up: paused, cut off, begun by an earlier run, disturbed by others.

use super::*;
use patchbay_model::{ErrorCode, LockReason};
use patchbay_testkit::noise;

/// Long enough to be gone on with.
const LONG: usize = 24 << 20;
/// After so many bytes a wire stands still.
const HALF: u64 = 10 << 20;

const fn paused(state: &TaskState) -> bool {
    matches!(state, TaskState::Paused { .. })
}

/// Both directions.
fn ways(machine: FilePlace) -> [(FilePlace, FilePlace); 2] {
    [(machine, HERE), (HERE, machine)]
}

impl World {
    pub(super) fn wire(&self) -> &Wire {
        self.wire.as_ref().unwrap()
    }

    /// What is not whole in a folder.
    fn parts(&self, folder: &str) -> Vec<PathBuf> {
        let all = fs::read_dir(self.path(folder)).unwrap().map(|item| item.unwrap().path());
        all.filter(|path| path.to_str().unwrap().contains(".part-")).collect()
    }

    /// Begins to copy a long file, lets it come to a standstill, and pauses it.
    async fn half(&self, (from, to): (FilePlace, FilePlace)) -> TaskId {
        let (source, folder) = (self.folder("from"), self.folder("to"));
        fs::write(self.path("from/long"), noise(LONG, 7)).unwrap();
        let _before = fs::remove_file(self.path("to/long"));
        let id = self.copy((from, &[&format!("{source}/long")]), (to, &folder), Conflict::Ask);
        let mut events = self.fixture.core.events();
        let begun = || {
            let size = |path: &PathBuf| fs::metadata(path).map_or(0, |found| found.len());
            self.parts("to").iter().map(size).sum::<u64>() > 4 << 20
        };
        let wait = async {
            while !begun() {
                let _changed = events.recv().await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap();
        self.fixture.core.files().pause(id).unwrap();
        self.task(id, paused).await;
        assert!(!self.path("to/long").exists());
        assert_eq!(self.parts("to").len(), 1);
        id
    }

    async fn goes_on(&self, id: TaskId) {
        self.wire().set(Fault::None);
        self.fixture.core.files().resume(id).unwrap();
        self.done(id).await;
        assert!(
            fs::read(self.path("from/long")).unwrap() == fs::read(self.path("to/long")).unwrap()
        );
        assert_eq!(self.parts("to"), Vec::<PathBuf>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paused_goes_on_where_it_was() {
    for way in [0, 1] {
        let (world, machine) = World::wired(Fault::Stall { after: HALF }).await;
        let id = world.half(ways(machine)[way]).await;
        world.goes_on(id).await;
        let task = world.done(id).await;
        assert_eq!(task.bytes_done, task.bytes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_file_that_is_not_its_own_is_begun_again() {
    for way in [0, 1] {
        let (world, machine) = World::wired(Fault::Stall { after: HALF }).await;
        let id = world.half(ways(machine)[way]).await;
        let part = world.parts("to").remove(0);
        // Others wrote into it.
        let length = fs::metadata(&part).unwrap().len();
        fs::write(&part, vec![b'x'; usize::try_from(length).unwrap()]).unwrap();
        world.goes_on(id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_the_place_of_half_a_file_is_not_followed() {
    for way in [0, 1] {
        let (world, machine) = World::wired(Fault::Stall { after: HALF }).await;
        let id = world.half(ways(machine)[way]).await;
        let part = world.parts("to").remove(0);
        let victim = world.path("victim");
        fs::copy(&part, &victim).unwrap();
        fs::remove_file(&part).unwrap();
        std::os::unix::fs::symlink(&victim, &part).unwrap();
        let before = fs::read(&victim).unwrap();
        world.goes_on(id).await;
        assert!(fs::read(&victim).unwrap() == before);
        assert!(fs::symlink_metadata(world.path("to/long")).unwrap().is_file());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_changed_meanwhile_is_begun_again() {
    for way in [0, 1] {
        let (world, machine) = World::wired(Fault::Stall { after: HALF }).await;
        let id = world.half(ways(machine)[way]).await;
        fs::write(world.path("from/long"), noise(LONG - 1000, 8)).unwrap();
        world.goes_on(id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cancelled_while_it_is_paused_leaves_nothing() {
    let (world, machine) = World::wired(Fault::Stall { after: HALF }).await;
    let id = world.half((machine, HERE)).await;
    let mut events = world.fixture.core.events();
    world.fixture.core.files().cancel(id).unwrap();
    assert_eq!(world.over(id).await.state, TaskState::Cancelled);
    let wait = async {
        while !world.parts("to").is_empty() {
            let _changed = tokio::time::timeout(Duration::from_millis(20), events.recv()).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_outlives_its_tab() {
    for way in [0, 1] {
        let (world, machine) = World::wired(Fault::Stall { after: HALF }).await;
        let FilePlace::Machine { session } = machine else { panic!() };
        let id = world.half(ways(machine)[way]).await;
        world.fixture.core.sessions().close(session).unwrap();
        world.goes_on(id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_a_person_ends_pauses_the_transfer_until_it_is_resumed() {
    let (world, machine) = World::wired(Fault::Stall { after: HALF }).await;
    let FilePlace::Machine { session } = machine else { panic!() };
    let (from, to) = (world.folder("from"), world.folder("to"));
    fs::write(world.path("from/long"), noise(LONG, 7)).unwrap();
    let id = world.copy((machine, &[&format!("{from}/long")]), (HERE, &to), Conflict::Ask);
    world.task(id, |state| matches!(state, TaskState::Running)).await;
    world.fixture.core.sessions().disconnect(session).unwrap();
    let TaskState::Paused { error: Some(error) } = world.task(id, paused).await.state else {
        panic!()
    };
    assert_eq!(error.code, ErrorCode::Cancelled, "{error:?}");
    assert!(error.message.contains("box"), "{error:?}");
    world.goes_on(id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_vault_pauses_what_has_to_connect_again() {
    let (mut world, machine) = World::wired(Fault::Stall { after: HALF }).await;
    let (from, to) = (world.folder("from"), world.folder("to"));
    fs::write(world.path("from/long"), noise(LONG, 7)).unwrap();
    let id = world.copy((machine, &[&format!("{from}/long")]), (HERE, &to), Conflict::Ask);
    world.task(id, |state| matches!(state, TaskState::Running)).await;
    world.fixture.core.vault().lock(LockReason::Person, false);
    let server = world.server.as_mut().unwrap();
    server.drop_sessions();
    let TaskState::Paused { error: Some(error) } = world.task(id, paused).await.state else {
        panic!()
    };
    assert_eq!(error.code, ErrorCode::VaultLocked, "{error:?}");
    world.fixture.unlock().await;
    world.goes_on(id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_goes_on_after_a_restart() {
    for way in [0, 1] {
        let (world, machine) = World::wired(Fault::Stall { after: HALF }).await;
        let before = world.half(ways(machine)[way]).await;
        let World { fixture, server, wire, identity } = world;
        let world = World { fixture: fixture.restarted(), server, wire, identity };
        assert!(world.fixture.core.files().tasks().is_empty());
        world.fixture.unlock().await;
        let tasks = world.fixture.core.files().tasks();
        let [task] = tasks.as_slice() else { panic!("{tasks:#?}") };
        assert_eq!((task.id, &task.state), (before, &TaskState::Paused { error: None }));
        assert_eq!((task.title.as_str(), task.bytes), ("long", LONG as f64));
        world.goes_on(before).await;

        let world = World { fixture: world.fixture.restarted(), ..world };
        world.fixture.unlock().await;
        assert!(world.fixture.core.files().tasks().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_forgotten_is_not_there_after_a_restart() {
    let (world, machine) = World::wired(Fault::Stall { after: HALF }).await;
    let id = world.half((machine, HERE)).await;
    world.fixture.core.files().forget(id).unwrap();
    let wait = async {
        while !world.parts("to").is_empty() || !world.kept().await.is_empty() {
            patchbay_testkit::moment().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
}

impl World {
    /// The transfers in the vault.
    async fn kept(&self) -> Vec<TaskId> {
        let unlocked = self.fixture.core.vault().unlocked().unwrap();
        let kept = crate::files::records::load(&**unlocked.vault()).await.unwrap();
        kept.into_iter().map(|(id, _)| id).collect()
    }

    /// One long transfer over a wire that is cut a hundred times.
    async fn dropped((from, to): (FilePlace, FilePlace), world: &Self) {
        let (source, folder) = (world.folder("from"), world.folder("to"));
        fs::write(world.path("from/long"), noise(96 << 20, 9)).unwrap();
        world.wire().set(Fault::Cut { after: 900_000, times: DROPS });
        let id = world.copy((from, &[&format!("{source}/long")]), (to, &folder), Conflict::Ask);
        let mut events = world.fixture.core.events();
        // However slow a busy machine is: between two changes it waits for one connection alone.
        while !world.look(id).is_some_and(|task| task.state == TaskState::Done) {
            let state = world.look(id).map(|task| task.state);
            assert!(!matches!(state, Some(TaskState::Failed { .. })), "{state:#?}");
            assert!(!matches!(state, Some(TaskState::Paused { .. })), "{state:#?}");
            let changed = tokio::time::timeout(2 * PATIENCE, events.recv()).await;
            assert!(changed.is_ok(), "after {} drops: {state:#?}", world.wire().cuts());
        }
        assert_eq!(world.wire().cuts(), DROPS);
        assert!(
            fs::read(world.path("from/long")).unwrap() == fs::read(world.path("to/long")).unwrap()
        );
        assert_eq!(world.parts("to"), Vec::<PathBuf>::new());
    }

    fn look(&self, id: TaskId) -> Option<TaskInfo> {
        self.fixture.core.files().tasks().into_iter().find(|task| task.id == id)
    }
}

const DROPS: u64 = 100;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_drops_on_the_way_here() {
    let (world, machine) = World::with_machine().await;
    World::dropped((machine, HERE), &world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_drops_on_the_way_there() {
    let (world, machine) = World::with_machine().await;
    World::dropped((HERE, machine), &world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_verified_and_what_differs_is_named() {
    let (world, machine) = World::with_machine().await;
    plant(&world.path(""));
    let to = world.folder("to");
    fs::create_dir_all(world.path("to/site")).unwrap();
    fs::write(world.path("to/site/large"), "something else").unwrap();
    let site = world.path("site");
    let copied = world.copy((machine, &[text(&site)]), (HERE, &to), Conflict::KeepBoth);
    assert!(world.done(copied).await.verifiable);
    let files = world.fixture.core.files();
    let task = world.done(files.verify(copied).unwrap().id).await;
    assert_eq!((task.files, task.files_done), (5, 5));
    assert_eq!(task.bytes_done, task.bytes);

    let changed = world.path("to/site/large (2)");
    let mut bytes = fs::read(&changed).unwrap();
    bytes[2_000_000] ^= 1;
    fs::write(&changed, bytes).unwrap();
    let task = world.over(files.verify(copied).unwrap().id).await;
    assert!(matches!(task.state, TaskState::Failed { .. }), "{task:#?}");
    let [problem] = task.problems.as_slice() else { panic!("{task:#?}") };
    assert!(problem.contains("large (2)"), "{problem}");
    assert!(files.verify(task.id).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_takes_away_what_it_has_copied() {
    let (world, machine) = World::with_machine().await;
    for (from, to) in [(machine, machine), (HERE, HERE), (machine, HERE), (HERE, machine)] {
        let goal = world.folder("goal");
        fs::remove_dir_all(&goal).unwrap();
        fs::create_dir_all(&goal).unwrap();
        plant(&world.path(""));
        let before = tree(&world.path("site"));
        let site = world.path("site");
        let id = world.transfer((from, &[text(&site)]), (to, &goal), Conflict::Ask, true);
        world.done(id).await;
        assert!(!site.exists());
        assert_eq!(tree(&world.path("goal/site")), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_leaves_what_was_left_out() {
    let (world, machine) = World::with_machine().await;
    for (from, to) in [(machine, HERE), (HERE, HERE)] {
        plant(&world.path(""));
        let goal = world.folder("goal");
        fs::create_dir_all(world.path("goal/site")).unwrap();
        fs::write(world.path("goal/site/run.sh"), "another one").unwrap();
        let site = world.path("site");
        let id = world.transfer((from, &[text(&site)]), (to, &goal), Conflict::Skip, true);
        assert_eq!(world.done(id).await.skipped, 1);
        assert_eq!(fs::read_to_string(site.join("run.sh")).unwrap(), "#!/bin/sh\n");
        assert!(!site.join("large").exists());
        assert_eq!(fs::read_to_string(world.path("goal/site/run.sh")).unwrap(), "another one");
        fs::remove_dir_all(&goal).unwrap();
        fs::remove_dir_all(&site).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_longer_than_it_says_comes_whole() {
    let (world, machine) = World::with_machine().await;
    let to = world.folder("to");
    for place in [machine, HERE] {
        world
            .done(world.copy((place, &["/proc/filesystems"]), (HERE, &to), Conflict::Overwrite))
            .await;
        let there = fs::read(world.path("to/filesystems")).unwrap();
        assert!(!there.is_empty());
        assert_eq!(there, fs::read("/proc/filesystems").unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_done_again_leaves_what_is_the_same() {
    let (world, machine) = World::with_machine().await;
    let (from, to) = (world.folder("from"), world.folder("to"));
    for name in ["a", "b", "c"] {
        fs::write(world.path("from").join(name), format!("new {name}")).unwrap();
    }
    std::os::unix::net::UnixListener::bind(world.path("from/socket")).unwrap();
    let id = world.copy((HERE, &[&from]), (machine, &to), Conflict::Ask);
    // A socket cannot be copied.
    let TaskState::Failed { error } = world.over(id).await.state else { panic!() };
    assert!(error.message.contains("socket"), "{error:?}");
    fs::remove_file(world.path("from/socket")).unwrap();
    world.fixture.core.files().retry(id).unwrap();
    // Nothing is asked about what it has put there before.
    assert_eq!(world.done(id).await.files_done, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_is_done_again_takes_nothing_away_that_differs() {
    let (world, machine) = World::with_machine().await;
    let (from, to) = (world.folder("from"), world.folder("to/from"));
    // Of the same size and time, and something else.
    for (folder, content) in [("from", "one"), ("to/from", "two")] {
        let path = world.path(folder).join("file");
        fs::write(&path, content).unwrap();
        let past = UNIX_EPOCH + Duration::from_secs(1_500_000_000);
        fs::File::open(&path).unwrap().set_modified(past).unwrap();
    }
    let socket = world.path("from/socket");
    std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let goal = world.folder("to");
    let id = world.transfer((HERE, &[&from]), (machine, &goal), Conflict::Skip, true);
    assert!(matches!(world.over(id).await.state, TaskState::Failed { .. }));
    fs::remove_file(&socket).unwrap();
    world.fixture.core.files().retry(id).unwrap();
    assert_eq!(world.done(id).await.skipped, 1);
    assert_eq!(fs::read_to_string(world.path("from/file")).unwrap(), "one");
    assert_eq!(fs::read_to_string(Path::new(&to).join("file")).unwrap(), "two");
}
