//! What a copy has to do and what of it is done. It is kept as long as the task may go on.

use super::{
    disk::{Node, Part, SMALL},
    walk::{Found, is_folder},
};
use crate::sync::lock;
use patchbay_model::FileKind;
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::{Arc, Mutex},
};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Room for files on their way: what a small one takes of it, and what a long one does, which is many requests ahead.
const ROOM: usize = 64;
const ROOM_OF_SMALL: u32 = 1;
const ROOM_OF_LONG: u32 = 16;

/// Everything there is to copy.
#[derive(Debug)]
pub(super) struct Plan {
    /// Folders from the outside in, then files, then links.
    pub(super) all: Vec<Found>,
    /// The folder they go to.
    pub(super) top: Vec<u8>,
    folders: usize,
    files: usize,
}

impl Plan {
    pub(super) fn new(mut all: Vec<Found>, top: Vec<u8>) -> Self {
        all.sort_by_key(|found| match found.node.kind {
            FileKind::Folder => (0, found.below.len()),
            FileKind::Link => (2, 0),
            _ => (1, 0),
        });
        let folders = all.iter().filter(|found| is_folder(found)).count();
        let links = all.iter().filter(|found| found.node.kind == FileKind::Link).count();
        Self { folders, files: all.len() - links, all, top }
    }

    pub(super) const fn folders(&self) -> Range<usize> {
        0..self.folders
    }

    pub(super) const fn files(&self) -> Range<usize> {
        self.folders..self.files
    }

    pub(super) fn links(&self) -> Range<usize> {
        self.files..self.all.len()
    }

    pub(super) fn depth(&self, at: usize) -> usize {
        self.all.get(at).map_or(0, |found| found.below.len())
    }
}

/// What became of a line of the plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stand {
    /// It is still to be done.
    Open,
    Done,
    /// It was left out on purpose.
    Skipped,
    /// It could not be done.
    Failed,
}

/// What is known of a folder that is copied into.
#[derive(Clone, Debug)]
pub(super) enum Known {
    Nothing,
    /// The task has made it.
    Empty,
    /// It was there before, with these.
    Holds(Arc<HashMap<Vec<u8>, Node>>),
}

/// What tells whether a file has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) size: u64,
    pub(super) modified: Option<i64>,
}

impl Stamp {
    pub(super) const fn of(node: &Node) -> Self {
        Self { size: node.size, modified: node.modified }
    }

    /// A file that is worth being gone on with after a restart. Shorter ones are sooner copied again.
    pub(super) const fn is_long(self) -> bool {
        self.size >= 8 * 1024 * 1024
    }
}

/// A copy.
#[derive(Debug)]
pub(super) struct Job {
    state: Mutex<State>,
    room: Semaphore,
    /// Some of it may be done already: what looks the same at its place is not copied again.
    pub(super) careful: bool,
}

#[derive(Debug, Default)]
struct State {
    plan: Option<Arc<Plan>>,
    stands: Vec<Stand>,
    /// Folders that are new.
    made: HashSet<usize>,
    /// Where files came to, if that is not what they were called.
    landed: HashMap<usize, Vec<u8>>,
    known: HashMap<Vec<u8>, Known>,
    parts: HashMap<Vec<u8>, (Arc<Part>, Stamp)>,
    /// How many were moved as they are.
    moved: u32,
}

impl Job {
    pub(super) fn new(careful: bool) -> Self {
        Self { state: Mutex::default(), room: Semaphore::new(ROOM), careful }
    }

    pub(super) fn plan(&self) -> Option<Arc<Plan>> {
        lock(&self.state).plan.clone()
    }

    pub(super) fn planned(&self, plan: Plan) -> Arc<Plan> {
        let plan = Arc::new(plan);
        let mut state = lock(&self.state);
        state.stands = vec![Stand::Open; plan.all.len()];
        state.plan = Some(Arc::clone(&plan));
        plan
    }

    pub(super) fn stand(&self, at: usize) -> Stand {
        lock(&self.state).stands.get(at).copied().unwrap_or(Stand::Failed)
    }

    pub(super) fn stands(&self, at: usize, stand: Stand) {
        if let Some(now) = lock(&self.state).stands.get_mut(at) {
            *now = stand;
        }
    }

    pub(super) fn lands(&self, at: usize, path: Vec<u8>) {
        lock(&self.state).landed.insert(at, path);
    }

    /// Where a file came to, if that is not what it was called.
    pub(super) fn landed(&self, at: usize) -> Option<Vec<u8>> {
        lock(&self.state).landed.get(&at).cloned()
    }

    pub(super) fn made(&self, at: usize, path: Vec<u8>) {
        let mut state = lock(&self.state);
        state.made.insert(at);
        state.known.insert(path, Known::Empty);
    }

    pub(super) fn was_made(&self, at: usize) -> bool {
        lock(&self.state).made.contains(&at)
    }

    pub(super) fn known(&self, folder: &[u8]) -> Known {
        lock(&self.state).known.get(folder).cloned().unwrap_or(Known::Nothing)
    }

    pub(super) fn knows(&self, folder: Vec<u8>, known: Known) {
        lock(&self.state).known.insert(folder, known);
    }

    /// One was moved as it is, and needs not be in the plan.
    pub(super) fn moved_one(&self) {
        lock(&self.state).moved += 1;
    }

    /// How many were moved as they are.
    pub(super) fn moved(&self) -> u32 {
        lock(&self.state).moved
    }

    /// Waits until there is room for a file of this size.
    pub(super) async fn room(&self, size: u64) -> Option<SemaphorePermit<'_>> {
        let wanted = if size > SMALL { ROOM_OF_LONG } else { ROOM_OF_SMALL };
        self.room.acquire_many(wanted).await.ok()
    }

    /// The part at a path, and what its source looked like when it was begun.
    pub(super) fn part(&self, path: &[u8]) -> Option<(Arc<Part>, Stamp)> {
        lock(&self.state).parts.get(path).cloned()
    }

    pub(super) fn begins(&self, path: Vec<u8>, source: Stamp) -> Arc<Part> {
        let mut state = lock(&self.state);
        let known = state.parts.get(&path).map(|(part, _)| Arc::clone(part));
        let part = known.unwrap_or_else(|| Arc::new(Part::new(path.clone())));
        state.parts.insert(path, (Arc::clone(&part), source));
        part
    }

    /// A part that an earlier run of the app left.
    pub(super) fn left(&self, path: Vec<u8>, source: Stamp) {
        lock(&self.state).parts.insert(path.clone(), (Part::left(path), source));
    }

    /// The long files that are under way, as far as they are worth being gone on with.
    pub(super) fn long_parts(&self) -> Vec<(Vec<u8>, Stamp)> {
        let state = lock(&self.state);
        let long = state.parts.iter().filter(|(_, (_, source))| source.is_long());
        long.map(|(path, (_, source))| (path.clone(), *source)).collect()
    }

    pub(super) fn has_part(&self, path: &[u8]) -> bool {
        lock(&self.state).parts.contains_key(path)
    }

    pub(super) fn forget_part(&self, path: &[u8]) {
        lock(&self.state).parts.remove(path);
    }

    /// All parts, which are forgotten.
    pub(super) fn take_parts(&self) -> Vec<Arc<Part>> {
        lock(&self.state).parts.drain().map(|(_, (part, _))| part).collect()
    }
}
