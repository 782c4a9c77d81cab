//! What a machine does with its own commands, and that it is only done where that is certain.

use super::*;
use patchbay_testkit::noise;
use tempfile::TempDir;

/// Too long for one go, and worth a command.
const LENGTH: usize = 3 << 20;
/// An SFTP server that cannot copy.
const COPIES_NOTHING: &str = "internal-sftp -P copy-data";
/// Names that are hard on shells.
const NAMES: [&[u8]; 7] = [
    b"it's \"quoted\"",
    b"two\nlines",
    b"-rf",
    b"--",
    b"caf\xe9\x81\x88",
    b"$(touch oh) `no` \\ ;& !1 *",
    b"' ''",
];

/// Commands that stand before those of the machine, and note that they were called.
struct Tools(TempDir);

impl Tools {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// In the place of a command; `$D` is this folder.
    fn put(&self, name: &str, body: &str) {
        let at = self.0.path().join(name);
        let dir = text(self.0.path());
        fs::write(&at, format!("#!/bin/sh\nD={dir}\necho {name} >> {dir}/log\n{body}\n")).unwrap();
        fs::set_permissions(&at, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The real ones.
    fn watched() -> Self {
        let tools = Self::new();
        tools.put("cp", "exec /bin/cp \"$@\"");
        tools.put("sha256sum", "exec /usr/bin/sha256sum \"$@\"");
        tools
    }

    fn calls(&self, name: &str) -> usize {
        let log = fs::read_to_string(self.0.path().join("log")).unwrap_or_default();
        log.lines().filter(|line| *line == name).count()
    }

    fn server(&self) -> SshdBuilder {
        let dir = text(self.0.path());
        let set = format!("SetEnv PATH={dir}:/usr/bin:/bin HOME={dir}");
        Sshd::builder().sftp(COPIES_NOTHING).option(set)
    }

    async fn machine(&self) -> (World, FilePlace) {
        World::served(Fault::None, self.server()).await
    }
}

impl World {
    /// Copies within the machine, and says how that went.
    async fn within(&self, machine: FilePlace) -> TaskInfo {
        self.folder("from");
        for (seed, name) in (1..).zip(NAMES) {
            fs::write(self.path("from").join(OsStr::from_bytes(name)), noise(LENGTH, seed))
                .unwrap();
        }
        let (from, to) = (text(&self.path("from")).to_owned(), self.folder("to"));
        let task = self.done(self.copy((machine, &[&from]), (machine, &to), Conflict::Ask)).await;
        assert_eq!(task.bytes_done, task.bytes);
        assert!(tree(&self.path("from")) == tree(&self.path("to/from")));
        task
    }

    /// Waits for something outside of Patchbay.
    async fn until(&self, what: &str, is: impl Fn() -> bool) {
        let mut events = self.fixture.core.events();
        let wait = async {
            while !is() {
                let _changed = tokio::time::timeout(Duration::from_millis(20), events.recv()).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("{what}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_copy_data_copies_by_its_shell() {
    let tools = Tools::watched();
    let (world, machine) = tools.machine().await;
    let task = world.within(machine).await;
    assert_eq!(tools.calls("cp"), NAMES.len());
    assert!(!world.path("oh").exists());
    let copied = fs::metadata(world.path("to/from/-rf")).unwrap();
    let source = fs::metadata(world.path("from/-rf")).unwrap();
    assert_eq!(copied.permissions(), source.permissions());
    let seconds = |of: &fs::Metadata| of.modified().unwrap().duration_since(UNIX_EPOCH).unwrap();
    assert_eq!(seconds(&copied).as_secs(), seconds(&source).as_secs());

    let check = || world.fixture.core.files().verify(task.id).unwrap().id;
    let checked = world.done(check()).await;
    assert_eq!(checked.bytes_done, checked.bytes);
    assert_eq!(tools.calls("sha256sum"), 2 * NAMES.len());
    let damaged = world.path("to/from").join(OsStr::from_bytes(NAMES[0]));
    fs::write(damaged, noise(LENGTH, 99)).unwrap();
    let checked = world.over(check()).await;
    assert!(matches!(checked.state, TaskState::Failed { .. }), "{checked:#?}");
    assert_eq!(checked.problems.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_shell_the_bytes_go_over_the_wire() {
    let tools = Tools::watched();
    let server = tools.server().option("ForceCommand internal-sftp -P copy-data");
    let (world, machine) = World::served(Fault::None, server).await;
    let task = world.within(machine).await;
    world.done(world.fixture.core.files().verify(task.id).unwrap().id).await;
    assert_eq!((tools.calls("cp"), tools.calls("sha256sum")), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_fails_is_made_up_for() {
    let tools = Tools::new();
    tools.put("cp", "head -c 100000 \"$2\" > \"$3\"; exit 1");
    tools.put("sha256sum", "echo 'no idea'");
    let (world, machine) = tools.machine().await;
    let task = world.within(machine).await;
    world.done(world.fixture.core.files().verify(task.id).unwrap().id).await;
    assert!(tools.calls("cp") > 0 && tools.calls("sha256sum") > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_hash_is_not_believed_before_the_bytes_are_read() {
    let tools = Tools::watched();
    tools.put("sha256sum", &format!("echo '{}  -'", "00".repeat(32)));
    let (world, machine) = tools.machine().await;
    let up = world.folder("up");
    fs::write(world.path("file"), noise(LENGTH, 3)).unwrap();
    let file = world.path("file");
    let task = world.done(world.copy((HERE, &[text(&file)]), (machine, &up), Conflict::Ask)).await;
    world.done(world.fixture.core.files().verify(task.id).unwrap().id).await;
    assert_eq!(tools.calls("sha256sum"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_seen_how_far_a_copy_by_the_shell_is_and_it_can_be_stopped() {
    let tools = Tools::new();
    // Half of it, and then nothing more.
    tools.put("cp", "head -c 1500000 \"$2\" > \"$3\"; echo $$ > $D/pid; exec sleep 600");
    let (world, machine) = tools.machine().await;
    let (from, to) = (world.folder("from"), world.folder("to"));
    fs::write(world.path("from/long"), noise(LENGTH, 5)).unwrap();
    let id = world.copy((machine, &[&format!("{from}/long")]), (machine, &to), Conflict::Ask);
    let done = || {
        let tasks = world.fixture.core.files().tasks();
        tasks.into_iter().find(|task| task.id == id).unwrap().bytes_done
    };
    world.until("half of it", || (done() - 1_500_000.0).abs() < 1.0).await;
    let pid = || fs::read_to_string(tools.0.path().join("pid")).unwrap_or_default();
    world.until("its number", || pid().ends_with('\n')).await;
    let process = PathBuf::from("/proc").join(pid().trim());
    assert!(process.exists());
    world.fixture.core.files().cancel(id).unwrap();
    assert_eq!(world.over(id).await.state, TaskState::Cancelled);
    world.until("its end", || !process.exists()).await;
    world.until("nothing left", || fs::read_dir(&to).unwrap().next().is_none()).await;
}
