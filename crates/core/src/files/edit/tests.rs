//! Editing files of a real OpenSSH server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::{Right, files::tests::World};
use patchbay_model::TerminalSize;
use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

/// Time passes by itself meanwhile, as it does for an editor that saves.
async fn state(world: &World, id: EditId, wanted: impl Fn(&EditInfo) -> bool) -> EditInfo {
    let look = || world.fixture.core.files().edit_of(id).unwrap().info();
    let wait = async {
        loop {
            let info = look();
            if wanted(&info) {
                return info;
            }
            world.fixture.clock.advance(EVERY);
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), wait).await;
    waited.unwrap_or_else(|_| panic!("still {:#?}", look()))
}

async fn edit(world: &World, place: FilePlace, path: &Path) -> (EditId, PathBuf) {
    let place = world.fixture.ctx.authorize_files(place, Right::Edit).unwrap();
    let files = world.fixture.core.files();
    let info = files.edit(&place, path.to_str().unwrap()).await.unwrap();
    assert_eq!(info.state, EditState::Saved);
    (info.id, files.edit_local(info.id).unwrap())
}

fn past(path: &Path) {
    let time = std::time::UNIX_EPOCH + Duration::from_secs(1_500_000_000);
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_saved_here_is_uploaded_and_keeps_its_permissions() {
    let (world, machine) = World::with_machine().await;
    world.folder("etc");
    let there = world.path("etc/app.conf");
    fs::write(&there, "one").unwrap();
    fs::set_permissions(&there, fs::Permissions::from_mode(0o640)).unwrap();
    let (id, local) = edit(&world, machine, &there).await;
    assert_eq!(local.file_name().unwrap(), "app.conf");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(local.parent().unwrap()), mode(&local)), (0o700, 0o600));
    assert_eq!(edit(&world, machine, &there).await.0, id);

    for text in ["two", "three and more"] {
        let before = state(&world, id, |_| true).await.uploaded;
        fs::write(&local, text).unwrap();
        let saved = |info: &EditInfo| info.state == EditState::Saved && info.uploaded != before;
        state(&world, id, saved).await;
        assert_eq!(fs::read_to_string(&there).unwrap(), text);
        assert_eq!(mode(&there), 0o640);
    }
    // As editors do it that write a new file and put it in place.
    let before = state(&world, id, |_| true).await.uploaded;
    fs::write(local.with_extension("tmp"), "four").unwrap();
    fs::rename(local.with_extension("tmp"), &local).unwrap();
    state(&world, id, |info| info.uploaded != before && info.state == EditState::Saved).await;
    assert_eq!(fs::read_to_string(&there).unwrap(), "four");
    assert_eq!(fs::read_dir(world.path("etc")).unwrap().count(), 1);

    world.fixture.core.files().edit_stop(id, false).unwrap();
    assert!(!local.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_on_the_machine_is_asked_about_and_a_touch_is_not() {
    let (world, machine) = World::with_machine().await;
    let folder = world.folder("etc");
    let there = world.path("etc/app.conf");
    let conflict = |info: &EditInfo| matches!(info.state, EditState::Conflict { .. });
    let saved = |info: &EditInfo| info.state == EditState::Saved && info.uploaded.is_some();
    let files = world.fixture.core.files();

    fs::write(&there, "one").unwrap();
    let (id, local) = edit(&world, machine, &there).await;
    past(&there);
    fs::write(&local, "mine").unwrap();
    state(&world, id, saved).await;

    fs::write(&there, "somebody else's").unwrap();
    fs::write(&local, "mine again").unwrap();
    let EditState::Conflict { there: Some(node) } = state(&world, id, conflict).await.state else {
        panic!()
    };
    assert_eq!(node.size, 15.0);
    assert_eq!(fs::read_to_string(&there).unwrap(), "somebody else's");
    assert!(files.edit_stop(id, false).is_err());
    files.edit_answer(id, EditAnswer::KeepBoth).unwrap();
    let both = state(&world, id, saved).await;
    assert_ne!(both.path, there.to_str().unwrap());
    assert_eq!(fs::read_to_string(&both.path).unwrap(), "mine again");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);

    let (id, local) = edit(&world, machine, &there).await;
    fs::write(&there, "changed").unwrap();
    fs::write(&local, "mine, the third").unwrap();
    state(&world, id, conflict).await;
    files.edit_answer(id, EditAnswer::FetchAgain).unwrap();
    state(&world, id, |info| info.state == EditState::Saved).await;
    assert_eq!(fs::read_to_string(&local).unwrap(), "changed");

    fs::remove_file(&there).unwrap();
    fs::write(&local, "the last").unwrap();
    let gone = state(&world, id, conflict).await.state;
    assert_eq!(gone, EditState::Conflict { there: None });
    files.edit_answer(id, EditAnswer::Overwrite).unwrap();
    state(&world, id, saved).await;
    assert_eq!(fs::read_to_string(&there).unwrap(), "the last");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_saved_without_a_connection_goes_when_there_is_one_again() {
    let (world, machine) = World::with_machine().await;
    world.folder("etc");
    let there = world.path("etc/app.conf");
    fs::write(&there, "one").unwrap();
    let (id, local) = edit(&world, machine, &there).await;
    let FilePlace::Machine { session } = machine else { panic!() };
    world.fixture.core.sessions().disconnect(session).unwrap();
    world.state(session, |state| matches!(state, SessionState::Closed { .. })).await;
    fs::write(&local, "two").unwrap();
    state(&world, id, |info| info.state == EditState::Waiting).await;
    assert_eq!(fs::read_to_string(&there).unwrap(), "one");
    let size = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };
    world.fixture.core.sessions().reconnect(&world.fixture.ctx, session, size).await.unwrap();
    world.state(session, |state| matches!(state, SessionState::Open)).await;
    state(&world, id, |info| info.state == EditState::Saved).await;
    assert_eq!(fs::read_to_string(&there).unwrap(), "two");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_left_behind_is_found_by_the_next_one() {
    let top = tempfile::tempdir().unwrap();
    let earlier = Private::make(top.path()).unwrap();
    let note = |id: EditId, folder: &Path, digest| {
        let base = transfer::tests_base(digest);
        let note = serde_json::json!({ "id": id, "node": NodeId::new(), "machine": "box",
            "name": "a.conf", "path": "/etc/a.conf", "base": base });
        fs::write(folder.join("note.json"), note.to_string()).unwrap();
    };
    for (content, digest) in [("changed", [0; 32]), ("", sha2_of(b""))] {
        let id = EditId::new();
        let (folder, local) = earlier.room(id, b"a.conf").unwrap();
        fs::write(&local, content).unwrap();
        note(id, &folder, digest);
    }
    let other = Private::make(top.path()).unwrap();
    assert_eq!(other.left().await.len(), 0, "a run at work was disturbed");
    drop(earlier);
    let left = other.left().await;
    assert_eq!(left.len(), 1);
    assert_eq!(fs::read_dir(top.path()).unwrap().count(), 2);
    drop((left, other));
    let third = Private::make(top.path()).unwrap();
    assert_eq!(third.left().await.len(), 1, "it was lost");
}

fn sha2_of(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}
