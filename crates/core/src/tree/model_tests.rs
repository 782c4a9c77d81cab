//! The planned changes against a naive model: lists of lists that are simply cut and pasted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::{
    duplicate::duplicated,
    forest::{Body, Forest, Node, Step},
    inherit::Ladder,
    jumps,
    plan::{added, moved},
    rows::rows,
    undo,
};
use patchbay_model::{EntryDraft, FolderDraft, Jump, MovePlace, NodeId, Origin, Settings};
use proptest::prelude::*;
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

fn machine(name: &str) -> Body {
    Body::Entry(Box::new(EntryDraft {
        name: name.into(),
        address: "a".into(),
        ..EntryDraft::default()
    }))
}

fn folder(name: &str, settings: Settings) -> Body {
    Body::Folder(Box::new(FolderDraft { name: name.into(), settings, ..FolderDraft::default() }))
}

/// Adds a node and gives its id.
fn add(forest: &mut Forest, parent: Option<NodeId>, body: Body) -> NodeId {
    let id = NodeId::new();
    let steps = added(forest, parent, vec![(id, body)]);
    forest.apply(steps);
    id
}

/// Everything that was ever written, as the vault would hold it.
#[derive(Default)]
struct Disk(HashMap<NodeId, Node>);

impl Disk {
    fn write(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Put(id, node) => self.0.insert(*id, node.clone()),
                Step::Remove(id) => self.0.remove(id),
            };
        }
    }
}

fn shape(forest: &Forest) -> Vec<(u16, NodeId)> {
    let rows = rows(forest, 0);
    rows.depths.into_iter().zip(rows.ids).collect()
}

/// The naive model: children by folder, in order.
#[derive(Clone, Default)]
struct Naive(HashMap<Option<NodeId>, Vec<NodeId>>);

impl Naive {
    fn walk(&self, of: Option<NodeId>, depth: u16, out: &mut Vec<(u16, NodeId)>) {
        for id in self.0.get(&of).into_iter().flatten() {
            out.push((depth, *id));
            self.walk(Some(*id), depth + 1, out);
        }
    }

    fn shape(&self) -> Vec<(u16, NodeId)> {
        let mut out = Vec::new();
        self.walk(None, 0, &mut out);
        out
    }

    fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.0.iter().find(|(_, children)| children.contains(&id)).and_then(|(parent, _)| *parent)
    }

    fn is_above(&self, above: NodeId, id: NodeId) -> bool {
        let mut at = self.parent(id);
        while let Some(parent) = at {
            if parent == above {
                return true;
            }
            at = self.parent(parent);
        }
        false
    }

    /// The same as `moved`, done the slow way; `None` if it is refused.
    fn move_to(
        &mut self,
        ids: &[NodeId],
        place: MovePlace,
        folders: &HashSet<NodeId>,
    ) -> Option<()> {
        let order: Vec<NodeId> = self.shape().into_iter().map(|(_, id)| id).collect();
        let moving: Vec<NodeId> = order
            .into_iter()
            .filter(|id| ids.contains(id) && !ids.iter().any(|other| self.is_above(*other, *id)))
            .collect();
        let target = match place {
            MovePlace::Before { id } | MovePlace::After { id } => self.parent(id),
            MovePlace::EndOf { folder } => folder,
        };
        if let Some(target) = target
            && (!folders.contains(&target)
                || moving.iter().any(|id| *id == target || self.is_above(*id, target)))
        {
            return None;
        }
        // A mark where they go, then cut, then paste at the mark.
        let mark = NodeId::from_bytes([0; 16]);
        let siblings = self.0.entry(target).or_default();
        let at = match place {
            MovePlace::EndOf { .. } => siblings.len(),
            MovePlace::Before { id } => siblings.iter().position(|other| *other == id).unwrap(),
            MovePlace::After { id } => siblings.iter().position(|other| *other == id).unwrap() + 1,
        };
        siblings.insert(at, mark);
        for children in self.0.values_mut() {
            children.retain(|id| !moving.contains(id));
        }
        let siblings = self.0.get_mut(&target).unwrap();
        let at = siblings.iter().position(|id| *id == mark).unwrap();
        siblings.splice(at..=at, moving);
        Some(())
    }
}

/// A random tree: for each node, where it hangs and whether it is a folder.
fn tree() -> impl Strategy<Value = Vec<(prop::sample::Index, bool)>> {
    prop::collection::vec((any::<prop::sample::Index>(), prop::bool::weighted(0.4)), 1..25)
}

fn plant(
    nodes: &[(prop::sample::Index, bool)],
) -> (Forest, Naive, Vec<NodeId>, HashSet<NodeId>, Disk) {
    let (mut forest, mut naive, mut disk) = (Forest::default(), Naive::default(), Disk::default());
    let (mut all, mut folders) = (Vec::new(), Vec::new());
    for (nth, (home, is_folder)) in nodes.iter().enumerate() {
        let homes: Vec<Option<NodeId>> =
            std::iter::once(None).chain(folders.iter().copied().map(Some)).collect();
        let parent = *home.get(&homes);
        let id = NodeId::new();
        let body = if *is_folder {
            folder(&nth.to_string(), Settings::default())
        } else {
            machine(&nth.to_string())
        };
        let steps = added(&forest, parent, vec![(id, body)]);
        disk.write(&steps);
        forest.apply(steps);
        naive.0.entry(parent).or_default().push(id);
        all.push(id);
        if *is_folder {
            folders.push(id);
        }
    }
    (forest, naive, all, folders.into_iter().collect(), disk)
}

fn moves() -> impl Strategy<Value = Vec<(Vec<prop::sample::Index>, u8, prop::sample::Index)>> {
    let one = (
        prop::collection::vec(any::<prop::sample::Index>(), 1..5),
        0u8..4,
        any::<prop::sample::Index>(),
    );
    prop::collection::vec(one, 1..30)
}

fn place(kind: u8, at: &prop::sample::Index, all: &[NodeId]) -> MovePlace {
    let id = *at.get(all);
    match kind {
        0 => MovePlace::Before { id },
        1 => MovePlace::After { id },
        2 => MovePlace::EndOf { folder: Some(id) },
        _ => MovePlace::EndOf { folder: None },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn moves_do_what_cutting_and_pasting_does(nodes in tree(), moves in moves()) {
        let (mut forest, mut naive, all, folders, mut disk) = plant(&nodes);
        for (chosen, kind, at) in moves {
            let ids: Vec<NodeId> = chosen.iter().map(|index| *index.get(&all)).collect();
            let place = place(kind, &at, &all);
            match moved(&forest, &ids, place) {
                Ok(steps) => {
                    prop_assert!(naive.move_to(&ids, place, &folders).is_some());
                    disk.write(&steps);
                    forest.apply(steps);
                }
                Err(_) => prop_assert!(naive.clone().move_to(&ids, place, &folders).is_none()),
            }
            prop_assert_eq!(shape(&forest), naive.shape());
        }
        // What was written reads back as the same tree.
        prop_assert_eq!(shape(&Forest::load(disk.0)), naive.shape());
    }

    #[test]
    fn undoing_a_deletion_restores_the_tree(nodes in tree(), chosen in prop::collection::vec(any::<prop::sample::Index>(), 1..6)) {
        let (mut forest, _, all, _, mut disk) = plant(&nodes);
        let before = shape(&forest);
        let ids: Vec<NodeId> = chosen.iter().map(|index| *index.get(&all)).collect();
        let (steps, deletion) = undo::removed(&forest, &ids, Duration::ZERO);
        disk.write(&steps);
        forest.apply(steps);
        prop_assert!(ids.iter().all(|id| forest.get(*id).is_none()));
        let steps = undo::restored(&forest, &deletion);
        disk.write(&steps);
        forest.apply(steps);
        prop_assert_eq!(&shape(&forest), &before);
        prop_assert_eq!(&shape(&Forest::load(disk.0)), &before);
    }

    #[test]
    fn copies_lie_beside_their_originals(nodes in tree(), chosen in prop::collection::vec(any::<prop::sample::Index>(), 1..6)) {
        let (mut forest, _, all, _, _) = plant(&nodes);
        let ids: Vec<NodeId> = chosen.iter().map(|index| *index.get(&all)).collect();
        let tops = forest.outermost(&ids);
        let inside: usize = tops.iter().map(|id| forest.inside(*id).len()).sum();
        let len = forest.len();
        let (steps, copies, _) = duplicated(&forest, &ids);
        forest.apply(steps);
        prop_assert_eq!(forest.len(), len + inside);
        for (original, copy) in tops.iter().zip(&copies) {
            prop_assert_eq!(forest.position(*copy), forest.position(*original).map(|at| at + 1));
            prop_assert_eq!(forest.inside(*copy).len(), forest.inside(*original).len());
        }
        prop_assert_eq!(rows(&forest, 0).ids.len(), forest.len());
    }
}

#[test]
fn a_move_writes_only_what_moves() {
    let mut forest = Forest::default();
    let ids: Vec<NodeId> =
        (0..1000).map(|nth| add(&mut forest, None, machine(&nth.to_string()))).collect();
    let steps = moved(&forest, &[ids[700], ids[900]], MovePlace::Before { id: ids[3] }).unwrap();
    assert_eq!(steps.len(), 2);
    let steps = moved(&forest, &[ids[4]], MovePlace::After { id: ids[3] }).unwrap();
    assert!(steps.is_empty(), "it is there already");
}

#[test]
fn undo_finds_its_place_among_newcomers() {
    let mut forest = Forest::default();
    let [a, b, c] = ["a", "b", "c"].map(|name| add(&mut forest, None, machine(name)));
    let (steps, deletion) = undo::removed(&forest, &[b], Duration::ZERO);
    forest.apply(steps);
    let d = add(&mut forest, None, machine("d"));
    let steps = moved(&forest, &[d], MovePlace::Before { id: a }).unwrap();
    forest.apply(steps);
    let steps = undo::restored(&forest, &deletion);
    forest.apply(steps);
    assert_eq!(forest.children(None), [d, a, b, c]);
}

#[test]
fn undo_without_its_folder_goes_to_the_root() {
    let mut forest = Forest::default();
    let home = add(&mut forest, None, folder("home", Settings::default()));
    let inside = add(&mut forest, Some(home), machine("inside"));
    let (steps, deletion) = undo::removed(&forest, &[inside], Duration::ZERO);
    forest.apply(steps);
    let (steps, _) = undo::removed(&forest, &[home], Duration::ZERO);
    forest.apply(steps);
    let steps = undo::restored(&forest, &deletion);
    forest.apply(steps);
    assert_eq!(forest.children(None), [inside]);
}

#[test]
fn nothing_saved_disappears() {
    let (missing, a, b, machine_id, in_machine) =
        (NodeId::new(), NodeId::new(), NodeId::new(), NodeId::new(), NodeId::new());
    let node = |parent, body| Node { parent, order: 1, body };
    let forest = Forest::load(HashMap::from([
        (a, node(Some(b), folder("a", Settings::default()))),
        (b, node(Some(a), folder("b", Settings::default()))),
        (machine_id, node(Some(missing), machine("m"))),
        (in_machine, node(Some(machine_id), machine("n"))),
    ]));
    assert_eq!(rows(&forest, 0).ids.len(), 4);
}

#[test]
fn values_come_from_the_nearest_folder() {
    let mut forest = Forest::default();
    let outer = Settings { port: Some(2222), user: Some("ops".into()), ..Settings::default() };
    let inner = Settings { user: Some("root".into()), ..Settings::default() };
    let outer = add(&mut forest, None, folder("outer", outer));
    let inner = add(&mut forest, Some(outer), folder("inner", inner));
    let web = add(&mut forest, Some(inner), machine("web"));
    let node = forest.get(web).unwrap();
    let ladder = Ladder::to(&forest, web, node);
    let effective = ladder.effective();
    assert_eq!(effective.port.value, 2222);
    assert_eq!(effective.port.origin, Origin::Folder { id: outer, name: "outer".into() });
    assert_eq!(effective.user.value.as_deref(), Some("root"));
    assert_eq!(effective.user.origin, Origin::Folder { id: inner, name: "inner".into() });
    assert_eq!(effective.keep_alive.origin, Origin::BuiltIn);
    let counts: Vec<u32> = ladder.described(&effective).iter().map(|rung| rung.values).collect();
    assert_eq!(counts, [27, 1, 1, 0]);
    assert_eq!(ladder.path(), ["outer", "inner"]);
}

#[test]
fn what_is_set_here_still_says_what_it_hides() {
    let mut forest = Forest::default();
    let home = add(
        &mut forest,
        None,
        folder("home", Settings { port: Some(2222), ..Settings::default() }),
    );
    let draft = EntryDraft {
        name: "web".into(),
        settings: Settings { port: Some(22), ..Settings::default() },
        ..EntryDraft::default()
    };
    let web = add(&mut forest, Some(home), Body::Entry(Box::new(draft)));
    let port = Ladder::to(&forest, web, forest.get(web).unwrap()).effective().port;
    assert_eq!((port.value, port.origin), (22, Origin::Here));
    assert_eq!(port.inherited, 2222);
    assert_eq!(port.inherited_origin, Origin::Folder { id: home, name: "home".into() });
}

fn through(entry: NodeId) -> Settings {
    Settings { jump: Some(Jump::Through { entry }), ..Settings::default() }
}

fn set(forest: &mut Forest, id: NodeId, settings: Settings) {
    let mut node = forest.get(id).unwrap().clone();
    *node.settings_mut() = settings;
    forest.apply(vec![Step::Put(id, node)]);
}

#[test]
fn the_way_is_in_dialling_order() {
    let mut forest = Forest::default();
    let [outer, inner, web] =
        ["outer", "inner", "web"].map(|name| add(&mut forest, None, machine(name)));
    set(&mut forest, web, through(inner));
    set(&mut forest, inner, through(outer));
    let way = jumps::route(&forest, web).unwrap();
    let names: Vec<_> = way.iter().map(|hop| hop.entry.draft.name.as_str()).collect();
    assert_eq!(names, ["outer", "inner", "web"]);
}

#[test]
fn a_bastion_may_lie_in_the_folder_that_goes_through_it() {
    let mut forest = Forest::default();
    let home = add(&mut forest, None, folder("home", Settings::default()));
    let bastion = add(&mut forest, Some(home), machine("bastion"));
    let web = add(&mut forest, Some(home), machine("web"));
    set(&mut forest, home, through(bastion));
    jumps::refuse_circles(&forest, &[], &[home]).unwrap();
    assert_eq!(jumps::route(&forest, bastion).unwrap().len(), 1);
    assert_eq!(jumps::route(&forest, web).unwrap().len(), 2);
}

#[test]
fn circles_are_refused_by_name() {
    let mut forest = Forest::default();
    let [a, b] = ["a", "b"].map(|name| add(&mut forest, None, machine(name)));
    set(&mut forest, a, through(b));
    let mut node = forest.get(b).unwrap().clone();
    *node.settings_mut() = through(a);
    let error = jumps::refuse_circles(&forest, &[Step::Put(b, node.clone())], &[b]).unwrap_err();
    assert_eq!(error.to_string(), "The jumps would go in a circle: “b” through “a” through “b”.");
    // Should one be there all the same, connecting says so instead of going on for ever.
    forest.apply(vec![Step::Put(b, node)]);
    assert!(jumps::route(&forest, a).unwrap_err().to_string().contains("circle"));
}

#[test]
fn moving_into_a_folder_can_close_a_circle() {
    let mut forest = Forest::default();
    let home = add(&mut forest, None, folder("home", Settings::default()));
    let [bastion, first] = ["bastion", "first"].map(|name| add(&mut forest, None, machine(name)));
    set(&mut forest, home, through(bastion));
    set(&mut forest, bastion, through(first));
    let steps = moved(&forest, &[first], MovePlace::EndOf { folder: Some(home) }).unwrap();
    let error = jumps::refuse_circles(&forest, &steps, &[first]).unwrap_err().to_string();
    assert!(error.contains("“first”") && error.contains("“bastion”"), "{error}");
}

#[test]
fn a_deleted_jump_host_is_said_to_be_deleted() {
    let mut forest = Forest::default();
    let [web, bastion] = ["web", "bastion"].map(|name| add(&mut forest, None, machine(name)));
    set(&mut forest, web, through(bastion));
    let (steps, _) = undo::removed(&forest, &[bastion], Duration::ZERO);
    forest.apply(steps);
    let error = jumps::route(&forest, web).unwrap_err().to_string();
    assert_eq!(error, "“web” is reached through a machine that was deleted.");
}

#[test]
fn copies_of_a_folder_jump_through_the_copy() {
    let mut forest = Forest::default();
    let home = add(&mut forest, None, folder("home", Settings::default()));
    let bastion = add(&mut forest, Some(home), machine("bastion"));
    set(&mut forest, home, through(bastion));
    let (steps, copies, _) = duplicated(&forest, &[home]);
    forest.apply(steps);
    let copy = forest.children(Some(copies[0]))[0];
    assert_eq!(forest.get(copies[0]).unwrap().settings(), &through(copy));
    assert_eq!(forest.get(copies[0]).unwrap().name(), "home copy");
}

#[test]
fn rows_carry_inherited_tags_once() {
    let mut forest = Forest::default();
    let home = FolderDraft {
        name: "home".into(),
        tags: vec!["eu".into(), "prod".into()],
        ..FolderDraft::default()
    };
    let home = add(&mut forest, None, Body::Folder(Box::new(home)));
    let web = EntryDraft {
        name: "web".into(),
        tags: vec!["prod".into(), "web".into()],
        ..EntryDraft::default()
    };
    add(&mut forest, Some(home), Body::Entry(Box::new(web)));
    let rows = rows(&forest, 7);
    assert_eq!(rows.tags, ["eu prod", "eu prod web"]);
    assert_eq!(rows.depths, [0, 1]);
    assert_eq!(rows.revision, 7);
}
