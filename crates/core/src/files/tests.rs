//! Files of this computer, and of a real OpenSSH server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::{Right, sessions::OpenTarget, testing::Fixture};
use patchbay_model::{
    Conflict, EntryDraft, FileKind, FileListing, FilePlace, HostKeyAnswer, IdentityDraft,
    IdentityId, IdentityKind, Secret, SessionId, SessionState, Settings, TaskId, TaskInfo,
    TaskState, TerminalSize,
};
use patchbay_testkit::{Fault, KeyPair, Sshd, SshdBuilder, Wire};
use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt as _, fs::PermissionsExt as _},
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

mod far;
mod shell;
mod transfers;

const PATIENCE: Duration = Duration::from_secs(30);
const HERE: FilePlace = FilePlace::Here;
const SIZE: TerminalSize = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };

/// A vault, a folder to work in, and perhaps a server.
pub(super) struct World {
    pub(super) fixture: Fixture,
    server: Option<Sshd>,
    wire: Option<Wire>,
    identity: Option<IdentityId>,
}

impl World {
    async fn here() -> Self {
        Self { fixture: Fixture::open().await, server: None, wire: None, identity: None }
    }

    /// With a server, and a session for its files.
    pub(super) async fn with_machine() -> (Self, FilePlace) {
        Self::wired(Fault::None).await
    }

    /// The same over a wire with a fault.
    async fn wired(fault: Fault) -> (Self, FilePlace) {
        Self::served(fault, Sshd::builder()).await
    }

    /// The same with a server of this kind.
    async fn served(fault: Fault, server: SshdBuilder) -> (Self, FilePlace) {
        let mut world = Self::here().await;
        let fixture = &world.fixture;
        let key = KeyPair::ed25519(fixture.dir.path(), "id").unwrap();
        let server = server.authorized_key(&key.public).start().await.unwrap();
        let vault = fixture.ctx.authorize_vault(Right::Edit).unwrap();
        let identity = IdentityDraft {
            id: None,
            name: "id".into(),
            user: Some(server.user().to_owned()),
            kind: IdentityKind::Key,
            password: None,
            private_key: Some(Secret::new(key.private.clone())),
            passphrase: None,
            certificate: None,
            agent_fingerprint: None,
        };
        let identity = fixture.core.identities().add(&vault, identity).await.unwrap().id;
        world.wire = Some(Wire::to(server.port(), fault).await.unwrap());
        world.server = Some(server);
        world.identity = Some(identity);
        let session = world.machine("box").await;
        (world, FilePlace::Machine { session })
    }

    /// Another machine, which is the same server, and a session for its files.
    async fn machine(&self, name: &str) -> SessionId {
        let fixture = &self.fixture;
        let draft = EntryDraft {
            name: name.into(),
            address: "127.0.0.1".into(),
            settings: Settings {
                port: Some(self.wire.as_ref().unwrap().port()),
                identities: Some(self.identity.into_iter().collect()),
                ..Settings::default()
            },
            ..EntryDraft::default()
        };
        let machine = fixture.core.tree().add_entry(&fixture.folder(None), draft).await.unwrap().id;
        let target = OpenTarget::Files(fixture.ctx.authorize(machine, Right::Use).unwrap());
        let session = fixture.core.sessions().open(target, SIZE, None).await.unwrap().id;
        let settled = |state: &SessionState| {
            matches!(state, SessionState::HostKey { .. } | SessionState::Open)
        };
        self.state(session, settled).await;
        // The key of the first one holds for all.
        let _known = fixture.core.sessions().answer_host_key(session, HostKeyAnswer::Trust);
        self.state(session, |state| matches!(state, SessionState::Open)).await;
        session
    }

    pub(super) async fn state(&self, id: SessionId, wanted: impl Fn(&SessionState) -> bool) {
        let mut events = self.fixture.core.events();
        let look = || self.fixture.core.sessions().info(id).unwrap().state;
        let wait = async {
            while !wanted(&look()) {
                let _changed = events.recv().await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        waited.unwrap_or_else(|_| panic!("still {:?}", look()));
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.fixture.dir.path().join(name)
    }

    pub(super) fn folder(&self, name: &str) -> String {
        let path = self.path(name);
        fs::create_dir_all(&path).unwrap();
        path.to_str().unwrap().to_owned()
    }

    async fn list(&self, place: FilePlace, path: &str) -> FileListing {
        let place = self.fixture.ctx.authorize_files(place, Right::View).unwrap();
        self.fixture.core.files().list(&place, Some(path)).await.unwrap()
    }

    fn copy(
        &self,
        from: (FilePlace, &[&str]),
        to: (FilePlace, &str),
        conflict: Conflict,
    ) -> TaskId {
        self.transfer(from, to, conflict, false)
    }

    fn transfer(
        &self,
        (from, paths): (FilePlace, &[&str]),
        (to, folder): (FilePlace, &str),
        conflict: Conflict,
        moves: bool,
    ) -> TaskId {
        let from = self.fixture.ctx.authorize_files(from, Right::View).unwrap();
        let to = self.fixture.ctx.authorize_files(to, Right::Edit).unwrap();
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let files = self.fixture.core.files();
        if moves {
            return files.move_to(&from, paths, &to, folder, conflict).unwrap().id;
        }
        files.copy(&from, paths, &to, folder.into(), conflict).unwrap().id
    }

    /// Waits until a task is in a state.
    async fn task(&self, id: TaskId, wanted: impl Fn(&TaskState) -> bool) -> TaskInfo {
        let mut events = self.fixture.core.events();
        let look = || {
            let tasks = self.fixture.core.files().tasks();
            tasks.into_iter().find(|task| task.id == id).unwrap()
        };
        let wait = async {
            loop {
                let task = look();
                if wanted(&task.state) {
                    return task;
                }
                let _changed = events.recv().await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        waited.unwrap_or_else(|_| panic!("still {:#?}", look()))
    }

    async fn over(&self, id: TaskId) -> TaskInfo {
        use TaskState::{Cancelled, Done, Failed};
        self.task(id, |state| matches!(state, Done | Cancelled | Failed { .. })).await
    }

    async fn done(&self, id: TaskId) -> TaskInfo {
        let task = self.over(id).await;
        assert_eq!(task.state, TaskState::Done, "{task:#?}");
        task
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What is below a folder: paths, with the bytes of files and the ends of links.
fn tree(path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![path.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let item = item.unwrap().path();
            let kind = fs::symlink_metadata(&item).unwrap().file_type();
            let bytes = if kind.is_symlink() {
                fs::read_link(&item).unwrap().as_os_str().as_bytes().to_vec()
            } else if kind.is_dir() {
                folders.push(item.clone());
                b"/".to_vec()
            } else {
                fs::read(&item).unwrap()
            };
            found.push((item.strip_prefix(path).unwrap().to_path_buf(), bytes));
        }
    }
    found.sort();
    found
}

/// A tree with what trips copies up.
fn plant(at: &Path) {
    fs::create_dir_all(at.join("site/empty")).unwrap();
    fs::create_dir_all(at.join("site/a b/deep")).unwrap();
    fs::write(
        at.join("site/large"),
        (0..3_000_000_u32).map(|n| (n * 7 % 251) as u8).collect::<Vec<_>>(),
    )
    .unwrap();
    fs::write(at.join("site/nothing"), b"").unwrap();
    fs::write(at.join("site/a b/deep/-rf"), b"a name like an option").unwrap();
    fs::write(at.join("site").join(OsStr::from_bytes(b"caf\xe9")), b"not UTF-8").unwrap();
    fs::write(at.join("site/run.sh"), b"#!/bin/sh\n").unwrap();
    fs::set_permissions(at.join("site/run.sh"), fs::Permissions::from_mode(0o750)).unwrap();
    std::os::unix::fs::symlink("run.sh", at.join("site/current")).unwrap();
    std::os::unix::fs::symlink("/etc", at.join("site/out")).unwrap();
    let past = UNIX_EPOCH + Duration::from_secs(1_500_000_000);
    fs::File::open(at.join("site/run.sh")).unwrap().set_modified(past).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_goes_to_a_machine_and_back_as_it_was() {
    let (world, machine) = World::with_machine().await;
    plant(&world.path(""));
    let (up, down) = (world.folder("up"), world.folder("down"));
    let site = world.path("site");
    let task = world.done(world.copy((HERE, &[text(&site)]), (machine, &up), Conflict::Ask)).await;
    assert_eq!((task.files_done, task.skipped), (task.files, 0));
    assert_eq!(task.bytes_done, task.bytes);
    assert_eq!(tree(&site), tree(&world.path("up/site")));

    let there = format!("{up}/site");
    world.done(world.copy((machine, &[&there]), (HERE, &down), Conflict::Ask)).await;
    assert_eq!(tree(&site), tree(&world.path("down/site")));
    let script = fs::metadata(world.path("down/site/run.sh")).unwrap();
    assert_eq!(script.permissions().mode() & 0o777, 0o750);
    let changed = script.modified().unwrap().duration_since(UNIX_EPOCH).unwrap();
    assert_eq!(changed.as_secs(), 1_500_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_goes_from_machine_to_machine() {
    let (world, machine) = World::with_machine().await;
    plant(&world.path(""));
    let other = FilePlace::Machine { session: world.machine("other").await };
    let site = world.path("site");
    // Through this computer, and then by the server itself.
    for (goal, folder) in [(other, "to"), (machine, "beside")] {
        let folder = world.folder(folder);
        world.done(world.copy((machine, &[text(&site)]), (goal, &folder), Conflict::Ask)).await;
        assert_eq!(tree(&site), tree(&Path::new(&folder).join("site")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_listed_alike_here_and_there() {
    let (world, machine) = World::with_machine().await;
    plant(&world.path(""));
    let site = world.path("site");
    for place in [HERE, machine] {
        let mut listing = world.list(place, text(&site)).await;
        listing.entries.sort_by(|a, b| a.name.cmp(&b.name));
        let shown: Vec<_> = listing.entries.iter().map(|e| (e.name.as_str(), e.kind)).collect();
        use FileKind::{File, Folder, Link};
        assert_eq!(
            shown,
            [
                ("a b", Folder),
                ("caf\u{f7e9}", File),
                ("current", Link),
                ("empty", Folder),
                ("large", File),
                ("nothing", File),
                ("out", Link),
                ("run.sh", File),
            ]
        );
        let link = &listing.entries[2];
        assert_eq!((link.leads_to.as_deref(), link.end), (Some("run.sh"), Some(File)));
        let script = listing.entries.last().unwrap();
        assert_eq!(script.mode, Some(0o750));
        assert_eq!(script.modified.unwrap().0, 1_500_000_000_000);
        assert_eq!(
            listing.parent.as_deref(),
            world.fixture.dir.path().canonicalize().unwrap().to_str()
        );
        assert!(listing.free.unwrap() > 0.0);
    }
    let there = world.list(machine, text(&site)).await;
    let user = world.server.as_ref().unwrap().user();
    assert!(there.entries.iter().all(|entry| entry.owner.as_deref() == Some(user)), "{there:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_asked_about() {
    let world = World::here().await;
    let (from, to) = (world.folder("from"), world.folder("to"));
    for name in ["a.txt", "b.txt", "c.txt"] {
        fs::write(world.path("from").join(name), "new").unwrap();
        fs::write(world.path("to").join(name), "old").unwrap();
    }
    let paths: Vec<String> =
        ["a.txt", "b.txt", "c.txt"].map(|name| format!("{from}/{name}")).into();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let files = || fs::read_dir(&to).unwrap().count();

    let id = world.copy((HERE, &paths), (HERE, &to), Conflict::Ask);
    let asking = |state: &TaskState| matches!(state, TaskState::Asking { .. });
    let TaskState::Asking { conflict } = world.task(id, asking).await.state else { panic!() };
    assert_eq!((conflict.there.size, conflict.coming.size), (3.0, 3.0));
    let first = conflict.path.clone();
    world.fixture.core.files().answer(id, Conflict::Skip, false).unwrap();
    world
        .task(id, |state| matches!(state, TaskState::Asking { conflict } if conflict.path != first))
        .await;
    world.fixture.core.files().answer(id, Conflict::Overwrite, true).unwrap();
    assert_eq!(world.done(id).await.skipped, 1);
    assert_eq!(fs::read_to_string(&first).unwrap(), "old");
    assert_eq!(files(), 3);

    world.done(world.copy((HERE, &paths), (HERE, &to), Conflict::KeepBoth)).await;
    assert_eq!(fs::read_to_string(world.path("to/a (2).txt")).unwrap(), "new");
    assert_eq!(files(), 6);

    let past = UNIX_EPOCH + Duration::from_secs(1_500_000_000);
    fs::File::open(world.path("from/a.txt")).unwrap().set_modified(past).unwrap();
    fs::write(world.path("to/a.txt"), "later").unwrap();
    let newer = world.done(world.copy((HERE, &paths[..1]), (HERE, &to), Conflict::Newer)).await;
    assert_eq!(newer.skipped, 1);
    assert_eq!(fs::read_to_string(world.path("to/a.txt")).unwrap(), "later");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_stopped_leaves_nothing_half_done() {
    let (world, machine) = World::with_machine().await;
    let (from, to) = (world.folder("from"), world.folder("to"));
    for n in 0..40 {
        fs::write(world.path("from").join(format!("{n}")), vec![n; 4_000_000]).unwrap();
    }
    let id = world.copy((machine, &[&from]), (HERE, &to), Conflict::Ask);
    world.task(id, |state| matches!(state, TaskState::Running)).await;
    world.fixture.core.files().cancel(id).unwrap();
    assert_eq!(world.over(id).await.state, TaskState::Cancelled);
    let left = tree(&world.path("to"));
    assert!(
        left.iter().all(|(path, bytes)| path.is_dir() || bytes == b"/" || bytes.len() == 4_000_000)
    );

    world.fixture.core.files().retry(id).unwrap();
    let asking =
        world.task(id, |state| !matches!(state, TaskState::Waiting | TaskState::Running)).await;
    if matches!(asking.state, TaskState::Asking { .. }) {
        world.fixture.core.files().answer(id, Conflict::Overwrite, true).unwrap();
    }
    world.done(id).await;
    assert_eq!(tree(&world.path("from")), tree(&world.path("to/from")));
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_takes_links_away_and_not_what_they_lead_to() {
    let (world, machine) = World::with_machine().await;
    for place in [HERE, machine] {
        plant(&world.path(""));
        let kept = world.folder("kept");
        fs::write(world.path("kept/file"), "stays").unwrap();
        std::os::unix::fs::symlink(&kept, world.path("site/kept")).unwrap();
        let site = text(&world.path("site")).to_owned();
        let authorized = world.fixture.ctx.authorize_files(place, Right::Edit).unwrap();
        let count = world
            .fixture
            .core
            .files()
            .count(&authorized, std::slice::from_ref(&site))
            .await
            .unwrap();
        assert_eq!((count.folders, count.files, count.more), (4, 8, false));
        let task = world.fixture.core.files().delete(&authorized, vec![site]).unwrap();
        assert_eq!(world.done(task.id).await.files_done, 12);
        assert!(!world.path("site").exists());
        assert_eq!(fs::read_to_string(world.path("kept/file")).unwrap(), "stays");
        let top = world.fixture.core.files().delete(&authorized, vec!["/".into()]).unwrap();
        assert!(matches!(world.over(top.id).await.state, TaskState::Failed { .. }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_permissions_change() {
    let (world, machine) = World::with_machine().await;
    for (place, name) in [(HERE, "here"), (machine, "there")] {
        let folder = world.folder(name);
        let authorized = world.fixture.ctx.authorize_files(place, Right::Edit).unwrap();
        let files = world.fixture.core.files();
        files.make_folder(&authorized, &format!("{folder}/new")).await.unwrap();
        let again = files.make_folder(&authorized, &format!("{folder}/new")).await.unwrap_err();
        assert!(again.to_string().contains("already"), "{again}");
        fs::write(world.path(name).join("a"), "a\nb\n").unwrap();
        let taken =
            files.rename(&authorized, &format!("{folder}/a"), &format!("{folder}/new")).await;
        assert!(taken.unwrap_err().to_string().contains("already"));
        files
            .rename(&authorized, &format!("{folder}/a"), &format!("{folder}/new/b"))
            .await
            .unwrap();
        let b = format!("{folder}/new/b");
        files.set_mode(&authorized, std::slice::from_ref(&b), 0o640).await.unwrap();
        assert_eq!(fs::metadata(&b).unwrap().permissions().mode() & 0o7777, 0o640);
        let preview = files.preview(&authorized, &b).await.unwrap();
        assert_eq!((preview.text.as_deref(), preview.cut), (Some("a\nb\n"), false));
        let missing = files.preview(&authorized, "/nowhere").await.unwrap_err();
        assert!(missing.to_string().starts_with("/nowhere is not on "), "{missing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_does_not_go_into_itself() {
    let world = World::here().await;
    let folder = world.folder("a/b");
    let id = world.copy((HERE, &[text(&world.path("a"))]), (HERE, &folder), Conflict::Ask);
    let TaskState::Failed { error } = world.over(id).await.state else { panic!() };
    assert!(error.message.contains("into itself"), "{error:?}");
    assert_eq!(tree(&world.path("a")).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn permissions_go_to_everything_inside_and_not_through_links() {
    let (world, machine) = World::with_machine().await;
    for place in [HERE, machine] {
        plant(&world.path(""));
        let kept = world.folder("kept");
        fs::write(world.path("kept/file"), "stays").unwrap();
        fs::set_permissions(world.path("kept/file"), fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink(format!("{kept}/file"), world.path("site/kept")).unwrap();
        let mode = |name: &str| {
            fs::symlink_metadata(world.path(name)).unwrap().permissions().mode() & 0o7777
        };
        let authorized = world.fixture.ctx.authorize_files(place, Right::Edit).unwrap();
        let site = [text(&world.path("site")).to_owned()];
        let files = world.fixture.core.files();
        for (wanted, file) in [(0o2750, 0o640), (0o700, 0o600)] {
            let task = files.set_mode_inside(&authorized, &site, wanted).unwrap();
            world.done(task.id).await;
            assert_eq!([mode("site"), mode("site/a b/deep")], [wanted_u32(wanted); 2]);
            assert_eq!(mode("site/a b/deep/-rf"), file);
            assert_eq!(mode("site/run.sh"), wanted_u32(wanted) & 0o777);
            assert_eq!(mode("kept/file"), 0o600);
        }
        // What closes folders is set from inside out.
        let task = files.set_mode_inside(&authorized, &site, 0).unwrap();
        world.done(task.id).await;
        assert_eq!(mode("site"), 0);
        let open = files.set_mode_inside(&authorized, &site, 0o755).unwrap();
        world.done(open.id).await;
        assert_eq!(mode("site/a b/deep"), 0o755);
        fs::remove_dir_all(world.path("site")).unwrap();
    }
}

fn wanted_u32(mode: u16) -> u32 {
    u32::from(mode)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_measured_and_fetched_once() {
    let (world, machine) = World::with_machine().await;
    let core = &world.fixture.core;
    core.sessions().set_stream_url("ws://127.0.0.1:1/stream");
    let folder = world.folder("pictures");
    let png = |width: u32, height: u32| {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend_from_slice(&width.to_be_bytes());
        bytes.extend_from_slice(&height.to_be_bytes());
        bytes.resize(700_000, 7);
        bytes
    };
    fs::write(world.path("pictures/good.png"), png(640, 480)).unwrap();
    fs::write(world.path("pictures/bomb.png"), png(60_000, 60_000)).unwrap();
    fs::write(world.path("pictures/text.png"), "no picture").unwrap();
    for place in [HERE, machine] {
        let place = world.fixture.ctx.authorize_files(place, Right::View).unwrap();
        let files = core.files();
        let picture = files.picture(&place, &format!("{folder}/good.png")).await.unwrap();
        assert_eq!((picture.width, picture.height, picture.size), (640, 480, 700_000));
        let handle = core.sessions().redeem(&picture.attachment.token).unwrap();
        assert!(core.sessions().redeem(&picture.attachment.token).is_none());
        let viewer = handle.output.attach(0);
        let mut bytes = Vec::new();
        while let Some(message) = viewer.next().await {
            if let patchbay_session::ToViewer::Output { bytes: piece, .. } = message {
                bytes.extend_from_slice(&piece);
                viewer.ack(bytes.len() as u64);
            }
        }
        assert_eq!(bytes, png(640, 480));
        for (name, why) in [("bomb.png", "50 million"), ("text.png", "no picture")] {
            let refused = files.picture(&place, &format!("{folder}/{name}")).await.unwrap_err();
            assert!(refused.to_string().contains(why), "{refused}");
        }
    }
}
