//! The tree in a real vault.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use crate::{
    Authorized, CoreError, Right, WholeVault,
    testing::{Fixture, field},
};
use patchbay_model::{
    AppEvent, EntryDraft, FolderDraft, Jump, LockReason, MovePlace, NodeId, Origin, Settings,
    UndoId,
};
use std::time::{Duration, Instant};

fn vault(fixture: &Fixture) -> Authorized<WholeVault> {
    fixture.ctx.authorize_vault(Right::Edit).unwrap()
}

fn all(fixture: &Fixture, ids: &[NodeId]) -> Authorized<Vec<NodeId>> {
    fixture.ctx.authorize_all(ids, Right::Edit).unwrap()
}

fn place(fixture: &Fixture, place: MovePlace) -> Authorized<MovePlace> {
    fixture.ctx.authorize_place(place, Right::Edit).unwrap()
}

fn through(entry: NodeId) -> EntryDraft {
    EntryDraft {
        name: "inner".into(),
        address: "192.0.2.2".into(),
        settings: Settings { jump: Some(Jump::Through { entry }), ..Settings::default() },
        ..EntryDraft::default()
    }
}

#[tokio::test]
async fn moving_copying_renaming_survive_a_restart() {
    let fixture = Fixture::open().await;
    let tree = fixture.core.tree();
    let home = fixture.add_folder(None, "home").await;
    let [a, b, c] =
        [fixture.add(None, "a").await, fixture.add(None, "b").await, fixture.add(None, "c").await];
    tree.move_to(&all(&fixture, &[c]), &place(&fixture, MovePlace::Before { id: a }))
        .await
        .unwrap();
    tree.move_to(&all(&fixture, &[b]), &place(&fixture, MovePlace::EndOf { folder: Some(home) }))
        .await
        .unwrap();
    tree.duplicate(&all(&fixture, &[home])).await.unwrap();
    tree.rename(&fixture.node(a), " first ").await.unwrap();
    let now = ["home", " b", "home copy", " b", "c", "first"];
    assert_eq!(fixture.outline(), now);
    let fixture = fixture.restarted();
    fixture.unlock().await;
    assert_eq!(fixture.outline(), now);
}

#[tokio::test]
async fn changing_and_moving_at_once_is_both_or_neither() {
    let fixture = Fixture::open().await;
    let tree = fixture.core.tree();
    let home = fixture.add_folder(None, "home").await;
    let [a, b] = [fixture.add(None, "a").await, fixture.add(None, "b").await];
    let inside = place(&fixture, MovePlace::EndOf { folder: Some(home) });
    let draft = |name: &str| EntryDraft { name: name.into(), ..through(a) };
    tree.change_and_move(&fixture.node(b), draft("moved"), &inside).await.unwrap();
    assert_eq!(fixture.outline(), ["home", " moved", "a"]);
    // Where it lies already.
    tree.change_and_move(&fixture.node(b), draft("renamed"), &inside).await.unwrap();
    let now = ["home", " renamed", "a"];
    assert_eq!(fixture.outline(), now);
    let root = place(&fixture, MovePlace::EndOf { folder: None });
    for bad in [draft(""), EntryDraft { address: String::new(), ..draft("x") }, through(b)] {
        assert!(tree.change_and_move(&fixture.node(b), bad, &root).await.is_err());
    }
    assert!(tree.change_and_move(&fixture.node(home), draft("x"), &root).await.is_err());
    let fixture = fixture.restarted();
    fixture.unlock().await;
    assert_eq!(fixture.outline(), now);
}

#[tokio::test]
async fn changes_are_told() {
    let fixture = Fixture::open().await;
    let before = fixture.core.tree().rows(&vault(&fixture)).unwrap().revision;
    let mut events = fixture.core.events();
    let web = fixture.add(None, "web").await;
    let AppEvent::Tree { revision } = events.recv().await.unwrap() else { panic!("another event") };
    assert!(revision > before);
    assert_eq!(fixture.core.tree().rows(&vault(&fixture)).unwrap().revision, revision);
    // Moving it where it is changes nothing.
    let tree = fixture.core.tree();
    tree.move_to(&all(&fixture, &[web]), &place(&fixture, MovePlace::EndOf { folder: None }))
        .await
        .unwrap();
    assert!(events.try_recv().is_err());
}

#[tokio::test]
async fn deleting_is_taken_back_until_it_is_too_late() {
    let fixture = Fixture::open().await;
    let tree = fixture.core.tree();
    let home = fixture.add_folder(None, "home").await;
    fixture.add(Some(home), "web").await;
    fixture.add(None, "other").await;
    let before = fixture.outline();
    let undo = tree.delete(&all(&fixture, &[home])).await.unwrap();
    assert_eq!(fixture.outline(), ["other"]);
    assert!(matches!(fixture.ctx.authorize(home, Right::View), Err(CoreError::NotFound(_))));
    tree.undelete(&vault(&fixture), undo).await.unwrap();
    assert_eq!(fixture.outline(), before);
    assert_eq!(field(tree.undelete(&vault(&fixture), undo).await), "undo");
    assert_eq!(field(tree.undelete(&vault(&fixture), UndoId::new()).await), "undo");

    let undo = tree.delete(&all(&fixture, &[home])).await.unwrap();
    fixture.clock.advance(Duration::from_secs(601));
    assert_eq!(field(tree.undelete(&vault(&fixture), undo).await), "undo");

    let other = fixture.core.tree().rows(&vault(&fixture)).unwrap().ids[0];
    let undo = tree.delete(&all(&fixture, &[other])).await.unwrap();
    fixture.core.vault().lock(LockReason::Person, false);
    fixture.unlock().await;
    assert_eq!(field(tree.undelete(&vault(&fixture), undo).await), "undo");
}

#[tokio::test]
async fn the_preview_names_what_goes_and_who_needs_it() {
    let fixture = Fixture::open().await;
    let tree = fixture.core.tree();
    let home = fixture.add_folder(None, "home").await;
    let bastion = fixture.add(Some(home), "bastion").await;
    tree.add_entry(&fixture.folder(None), through(bastion)).await.unwrap();
    let preview = tree.preview_deletion(&all(&fixture, &[home, bastion])).unwrap();
    assert_eq!((preview.entries, preview.folders), (1, 1));
    assert_eq!(preview.names, ["home", "bastion"]);
    assert_eq!(preview.used_as_jump_by, ["inner"]);
}

#[tokio::test]
async fn bad_drafts_name_the_field() {
    let fixture = Fixture::open().await;
    let tree = fixture.core.tree();
    let root = fixture.folder(None);
    let web = fixture.add(None, "web").await;
    let draft = |change: fn(&mut EntryDraft)| {
        let mut draft =
            EntryDraft { name: "web".into(), address: "web".into(), ..EntryDraft::default() };
        change(&mut draft);
        draft
    };
    assert_eq!(
        field(tree.add_entry(&root, draft(|draft| draft.name = "a\0b".into())).await),
        "name"
    );
    assert_eq!(
        field(tree.add_entry(&root, draft(|draft| draft.address = "a b".into())).await),
        "address"
    );
    assert_eq!(
        field(tree.add_entry(&root, draft(|draft| draft.settings.port = Some(0))).await),
        "port"
    );
    assert_eq!(
        field(tree.add_entry(&root, draft(|draft| draft.mac = Some("x".into()))).await),
        "mac"
    );
    assert_eq!(
        field(tree.add_entry(&root, draft(|draft| draft.tags = vec!["a b".into()])).await),
        "tags"
    );
    assert_eq!(field(tree.change_entry(&fixture.node(web), through(web), None).await), "jump");
    assert_eq!(
        field(
            tree.change_folder(
                &fixture.node(web),
                FolderDraft { name: "x".into(), ..FolderDraft::default() },
                None,
            )
            .await
        ),
        "id"
    );
    assert_eq!(fixture.outline(), ["web"]);
}

#[tokio::test]
async fn nothing_goes_into_a_machine_or_into_itself() {
    let fixture = Fixture::open().await;
    let tree = fixture.core.tree();
    let outer = fixture.add_folder(None, "outer").await;
    let inner = fixture.add_folder(Some(outer), "inner").await;
    let web = fixture.add(None, "web").await;
    let to = |id| MovePlace::EndOf { folder: Some(id) };
    let refused =
        tree.move_to(&all(&fixture, &[outer]), &place(&fixture, to(inner))).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "The folder “outer” cannot be put into “inner”, which is inside it."
    );
    assert!(tree.move_to(&all(&fixture, &[outer]), &place(&fixture, to(outer))).await.is_err());
    assert_eq!(field(fixture.ctx.authorize_place(to(web), Right::Edit)), "parent");
    assert!(fixture.ctx.authorize_folder(Some(web), Right::Edit).is_err());
    assert!(fixture.ctx.authorize_folder(Some(NodeId::new()), Right::Edit).is_err());
}

#[tokio::test]
async fn circles_are_refused_and_nothing_is_written() {
    let fixture = Fixture::open().await;
    let tree = fixture.core.tree();
    let outer = fixture.add(None, "outer").await;
    let inner = tree.add_entry(&fixture.folder(None), through(outer)).await.unwrap().id;
    let mut draft = tree.entry(&fixture.node(outer)).unwrap().draft;
    draft.settings.jump = Some(Jump::Through { entry: inner });
    let refused =
        tree.change_entry(&fixture.node(outer), draft, None).await.unwrap_err().to_string();
    assert_eq!(refused, "The jumps would go in a circle: “outer” through “inner” through “outer”.");
    assert_eq!(tree.route(&fixture.node(inner)).unwrap().len(), 2);
}

#[tokio::test]
async fn a_draft_can_be_dialled_before_it_is_saved() {
    let fixture = Fixture::open().await;
    let tree = fixture.core.tree();
    let draft = FolderDraft {
        name: "home".into(),
        settings: Settings { port: Some(2222), ..Settings::default() },
        ..FolderDraft::default()
    };
    let home = tree.add_folder(&fixture.folder(None), draft).await.unwrap().id;
    let bastion = fixture.add(Some(home), "bastion").await;
    let way = tree.route_of_draft(&fixture.folder(Some(home)), None, through(bastion)).unwrap();
    assert_eq!(way.iter().map(|hop| hop.settings.port.value).collect::<Vec<_>>(), [2222, 2222]);
    let way = tree.route_of_draft(&fixture.folder(None), Some(bastion), through(bastion));
    assert_eq!(field(way), "jump");
    assert_eq!(fixture.outline(), ["home", " bastion"]);
}

#[tokio::test]
async fn machines_added_together_may_jump_through_each_other() {
    let fixture = Fixture::open().await;
    let tree = fixture.core.tree();
    let (bastion, inner) = (NodeId::new(), NodeId::new());
    let first =
        EntryDraft { name: "bastion".into(), address: "192.0.2.1".into(), ..EntryDraft::default() };
    tree.add_entries(&fixture.folder(None), vec![(inner, through(bastion)), (bastion, first)])
        .await
        .unwrap();
    assert_eq!(tree.route(&fixture.node(inner)).unwrap().len(), 2);
    // An id that is taken would overwrite its machine.
    assert!(
        tree.add_entries(&fixture.folder(None), vec![(bastion, through(inner))]).await.is_err()
    );
    let (one, other) = (NodeId::new(), NodeId::new());
    let circle = vec![(one, through(other)), (other, through(one))];
    assert_eq!(field(tree.add_entries(&fixture.folder(None), circle).await), "jump");
    assert_eq!(fixture.outline(), ["inner", "bastion"]);
}

#[tokio::test]
async fn a_new_machine_shows_what_it_would_inherit() {
    let fixture = Fixture::open().await;
    let tree = fixture.core.tree();
    let draft = FolderDraft {
        name: "home".into(),
        tags: vec!["eu".into()],
        settings: Settings { user: Some("ops".into()), ..Settings::default() },
        ..FolderDraft::default()
    };
    let home = tree.add_folder(&fixture.folder(None), draft).await.unwrap().id;
    let detail = tree.new_detail(&fixture.folder(Some(home))).unwrap();
    assert_eq!(detail.effective.user.value.as_deref(), Some("ops"));
    assert_eq!(detail.effective.user.origin, Origin::Folder { id: home, name: "home".into() });
    assert_eq!(
        (detail.path.as_slice(), detail.inherited_tags.as_slice()),
        (&["home".to_owned()][..], &["eu".to_owned()][..])
    );
    assert!(detail.entry.is_none() && detail.folder.is_none());
}

#[tokio::test]
async fn recents_are_latest_first_and_forget_the_deleted() {
    let fixture = Fixture::open().await;
    let recents = fixture.core.recents();
    let mut ids = Vec::new();
    for nth in 0..22 {
        ids.push(fixture.add(None, &nth.to_string()).await);
    }
    for id in &ids {
        recents.touch(&fixture.node(*id)).await.unwrap();
    }
    recents.touch(&fixture.node(ids[5])).await.unwrap();
    fixture.core.tree().delete(&all(&fixture, &[ids[21]])).await.unwrap();
    let list = recents.list(&vault(&fixture)).unwrap();
    assert_eq!(list.len(), 19);
    assert_eq!(list[..2], [ids[5], ids[20]]);
    let fixture = fixture.restarted();
    fixture.unlock().await;
    assert_eq!(fixture.core.recents().list(&vault(&fixture)).unwrap(), list);
}

#[tokio::test]
async fn tags_are_listed_once() {
    let fixture = Fixture::open().await;
    for (name, tags) in [("a", vec!["web", "eu"]), ("b", vec!["db", "eu"])] {
        let tags = tags.into_iter().map(str::to_owned).collect();
        let draft =
            EntryDraft { name: name.into(), address: name.into(), tags, ..EntryDraft::default() };
        fixture.core.tree().add_entry(&fixture.folder(None), draft).await.unwrap();
    }
    assert_eq!(fixture.core.tree().tags(&vault(&fixture)).unwrap(), ["db", "eu", "web"]);
}

#[tokio::test]
async fn a_large_tree_opens_and_shows() {
    const FOLDERS: usize = 100;
    const EACH: usize = 1000;
    let fixture = Fixture::open().await;
    let tree = fixture.core.tree();
    for folder in 0..FOLDERS {
        let home = fixture.add_folder(None, &format!("folder {folder}")).await;
        let machine = |nth: usize| EntryDraft {
            name: format!("web-{folder:03}-{nth:04}"),
            address: format!("web-{nth:04}.dc{folder}.example.net"),
            tags: vec!["prod".into(), format!("rack-{}", nth / 40)],
            settings: Settings { user: Some("deploy".into()), ..Settings::default() },
            ..EntryDraft::default()
        };
        let drafts = (0..EACH).map(|nth| (NodeId::new(), machine(nth))).collect();
        tree.add_entries(&fixture.folder(Some(home)), drafts).await.unwrap();
    }
    fixture.core.vault().lock(LockReason::Person, false);
    let start = Instant::now();
    fixture.unlock().await;
    let unlocked = start.elapsed();
    let start = Instant::now();
    let rows = fixture.core.tree().rows(&vault(&fixture)).unwrap();
    let listed = start.elapsed();
    let start = Instant::now();
    let json = serde_json::to_string(&rows).unwrap();
    let written = start.elapsed();
    assert_eq!(rows.ids.len(), FOLDERS * (EACH + 1));
    println!(
        "{} nodes: unlock with key derivation {unlocked:?}, rows {listed:?}, {} KiB of JSON {written:?}",
        rows.ids.len(),
        json.len() / 1024
    );
    let start = Instant::now();
    let last = *rows.ids.last().unwrap();
    tree.move_to(&all(&fixture, &[last]), &place(&fixture, MovePlace::Before { id: rows.ids[1] }))
        .await
        .unwrap();
    println!("one move {:?}", start.elapsed());
}
