//! A tree of files, folder by folder. Links are found, never followed: they may lead anywhere, also back.

use super::disk::{Content, Disk, Node};
use crate::CoreError;
use futures_util::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use patchbay_model::FileKind;

/// More in one go are a mistake, or a trap.
const MOST: usize = 1_000_000;
/// Folders inside each other.
const DEEPEST: usize = 256;

/// Something that was found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) path: Vec<u8>,
    /// Where it is below what the walk began with: its name there, and those of the folders down to it.
    pub(super) below: Vec<Vec<u8>>,
    pub(super) node: Node,
}

type Listing<'a> = BoxFuture<'a, (Found, Result<Content, CoreError>)>;

/// A walk over some files and folders, and everything inside: several folders at once where that saves round trips.
pub(super) struct Walk<'a> {
    disk: &'a Disk,
    /// Folders still to be listed, the next one last.
    folders: Vec<Found>,
    listing: FuturesUnordered<Listing<'a>>,
    found: usize,
}

/// A step of a walk.
pub(super) enum Step {
    /// What a folder holds.
    Inside(Vec<Found>),
    /// A folder that could not be listed.
    Failed(CoreError),
}

impl<'a> Walk<'a> {
    /// Begins with these.
    pub(super) fn new(disk: &'a Disk, start: &[Found]) -> Self {
        let mut folders: Vec<Found> =
            start.iter().filter(|found| is_folder(found)).cloned().collect();
        folders.reverse();
        Self { disk, folders, listing: FuturesUnordered::new(), found: start.len() }
    }

    /// Gives the next folder, always after the one that it is in; nothing when all are done.
    pub(super) async fn next(&mut self) -> Result<Option<Step>, CoreError> {
        // Each listing is several requests ahead by itself.
        while self.listing.len() < self.disk.at_once() / 4
            && let Some(folder) = self.folders.pop()
        {
            let disk = self.disk;
            self.listing.push(Box::pin(async move {
                let content = disk.list(&folder.path).await;
                (folder, content)
            }));
        }
        let Some((folder, content)) = self.listing.next().await else { return Ok(None) };
        let content = match content {
            Ok(content) => content,
            Err(error) => return Ok(Some(Step::Failed(error))),
        };
        self.found += content.nodes.len();
        if self.found > MOST || folder.below.len() > DEEPEST {
            return Err(CoreError::invalid(
                "paths",
                format!(
                    "There is more in it than {MOST} files, or folders are more than {DEEPEST} deep."
                ),
                "Take a part of it at a time.",
            ));
        }
        let inside: Vec<Found> = content
            .nodes
            .into_iter()
            .map(|node| {
                let mut below = folder.below.clone();
                below.push(node.name.clone());
                Found { path: self.disk.join(&folder.path, &node.name), below, node }
            })
            .collect();
        self.folders.extend(inside.iter().rev().filter(|found| is_folder(found)).cloned());
        Ok(Some(Step::Inside(inside)))
    }
}

pub(super) fn is_folder(found: &Found) -> bool {
    found.node.kind == FileKind::Folder
}

/// Looks at what was named. `follow` takes what a link leads to for the link.
pub(super) async fn named(
    disk: &Disk,
    paths: &[Vec<u8>],
    follow: bool,
) -> Result<Vec<Found>, CoreError> {
    let mut named = Vec::with_capacity(paths.len());
    for path in paths {
        let Some((_, name)) = disk.split(path) else {
            return Err(CoreError::invalid(
                "paths",
                "The top folder is not to be copied or deleted.",
                "Choose what is in it.",
            ));
        };
        let mut node = match disk.look_at_link(path).await? {
            Some(node) if follow && node.kind == FileKind::Link => disk.look(path).await?,
            Some(node) => node,
            // Says what is missing.
            None => disk.look(path).await?,
        };
        node.name = name.to_vec();
        named.push(Found { path: path.clone(), below: vec![name.to_vec()], node });
    }
    Ok(named)
}
