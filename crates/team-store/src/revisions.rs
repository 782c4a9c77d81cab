//! The order of all writes, and who is told of them.
//!
//! A write takes the next revision with its first statement and holds the row until its end, so there is one queue over
//! all nodes. What each revision changed is kept for a while: a node whose connection was lost reads what it missed.

use crate::StoreError;
use crate::connection::Connection;
use crate::items::{space_key, space_of};
use patchbay_team::entity::Space;
use tokio::sync::broadcast;

/// An item: whose, what kind, which.
pub type ItemId = (Space, u8, [u8; 16]);

/// What a write changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changed {
    /// Its revision; each is one above the one before, unless `everything` is set.
    pub revision: i64,
    /// Whether what is kept about people changed.
    pub directory: bool,
    /// The items that it changed or deleted.
    pub items: Vec<ItemId>,
    /// What changed is not known: all has to be read anew.
    pub everything: bool,
}

/// Revisions that are remembered, for nodes that missed them.
const REMEMBERED: i64 = 10_000;

/// Items that a revision names; above, everything counts as changed.
const NAMED: usize = 1_000;

/// Where a database stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct State {
    pub(crate) revision: i64,
    pub(crate) lineage: [u8; 16],
}

/// Waits until no other write is under way, until the end of the transaction.
pub(crate) async fn queue(on: &mut Connection<'_>) -> Result<(), StoreError> {
    on.run("UPDATE state SET revision = revision + 0", &[]).await.map(drop)
}

/// Takes the next revision, when its turn comes. Also says which revision changed people last.
pub(crate) async fn take(on: &mut Connection<'_>) -> Result<(i64, i64), StoreError> {
    let sql = "UPDATE state SET revision = revision + 1 RETURNING revision, directory";
    let row = on.row(sql, &[]).await?;
    let row = row.ok_or_else(|| StoreError::Damaged("it does not say its revision".to_owned()))?;
    Ok((row.get(0)?, row.get(1)?))
}

/// Writes down what a revision changed.
pub(crate) async fn note(on: &mut Connection<'_>, changed: &Changed) -> Result<(), StoreError> {
    if changed.directory {
        on.run("UPDATE state SET directory = $1", &[changed.revision.into()]).await?;
    }
    let items = (!changed.everything).then(|| packed(&changed.items));
    let sql = "INSERT INTO revisions (revision, directory, items) VALUES ($1, $2, $3)";
    let values = [changed.revision.into(), changed.directory.into(), items.as_deref().into()];
    on.run(sql, &values).await?;
    let old = changed.revision - REMEMBERED;
    on.run("DELETE FROM revisions WHERE revision <= $1", &[old.into()]).await.map(drop)
}

pub(crate) async fn state(on: &mut Connection<'_>) -> Result<State, StoreError> {
    let row = on.row("SELECT revision, lineage FROM state", &[]).await?;
    let row = row.ok_or_else(|| StoreError::Damaged("it does not say its revision".to_owned()))?;
    Ok(State { revision: row.get(0)?, lineage: row.exact(1)? })
}

/// Lets a copy go on where the other stands. Its history is its own from here on.
pub(crate) async fn go_on(
    from: &mut Connection<'_>,
    to: &mut Connection<'_>,
) -> Result<(), StoreError> {
    let row = from.row("SELECT revision, directory FROM state", &[]).await?;
    let row = row.ok_or_else(|| StoreError::Damaged("it does not say its revision".to_owned()))?;
    let values = [row.get::<i64>(0)?.into(), row.get::<i64>(1)?.into()];
    to.run("UPDATE state SET revision = $1, directory = $2", &values).await.map(drop)
}

/// Tells of all that came after `known`.
pub(crate) async fn catch_up(
    on: &mut Connection<'_>,
    known: &mut State,
    told: &broadcast::Sender<Changed>,
) -> Result<(), StoreError> {
    let now = state(on).await?;
    if now == *known {
        return Ok(());
    }
    let mut missed = Vec::new();
    if now.lineage == known.lineage {
        let sql = "SELECT revision, directory, items FROM revisions \
            WHERE revision > $1 AND revision <= $2 ORDER BY revision";
        let rows = on.rows(sql, &[known.revision.into(), now.revision.into()]).await?;
        missed = rows.iter().map(read).collect::<Result<_, _>>()?;
    }
    let whole = missed
        .iter()
        .map(|changed: &Changed| changed.revision)
        .eq(known.revision + 1..=now.revision);
    if now.lineage != known.lineage || now.revision < known.revision || !whole {
        let all = Changed {
            revision: now.revision,
            directory: true,
            items: Vec::new(),
            everything: true,
        };
        missed = vec![all];
    }
    *known = now;
    for changed in missed {
        // Nobody may be listening.
        let _ = told.send(changed);
    }
    Ok(())
}

impl Changed {
    /// What a write changed; items are named once.
    pub(crate) fn new(revision: i64, directory: bool, mut items: Vec<ItemId>) -> Self {
        items.sort_unstable();
        items.dedup();
        let everything = items.len() > NAMED;
        if everything {
            items.clear();
        }
        Self { revision, directory: directory || everything, items, everything }
    }
}

fn packed(items: &[ItemId]) -> Vec<u8> {
    items
        .iter()
        .flat_map(|(space, kind, id)| [&space_key(*space)[..], &[*kind], id].concat())
        .collect()
}

fn read(row: &crate::value::Row) -> Result<Changed, StoreError> {
    let packed: Option<Vec<u8>> = row.get(2)?;
    let items =
        packed.as_deref().map(|packed| packed.chunks(34).map(unpacked).collect::<Option<Vec<_>>>());
    let damaged = || StoreError::Damaged("what a write changed cannot be read".to_owned());
    let items = items.map(|items| items.ok_or_else(damaged)).transpose()?;
    Ok(Changed {
        revision: row.get(0)?,
        directory: row.flag(1)?,
        everything: items.is_none(),
        items: items.unwrap_or_default(),
    })
}

fn unpacked(item: &[u8]) -> Option<ItemId> {
    let (space, rest) = item.split_at_checked(17)?;
    let (kind, id) = rest.split_first()?;
    Some((space_of(space)?, *kind, id.try_into().ok()?))
}
