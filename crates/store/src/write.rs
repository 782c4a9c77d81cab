//! Changing a vault: any number of changes in one transaction, together with the tally.

use crate::StoreError;
use crate::access::{self, Opened, State};
use crate::header::Header;
use crate::item::{Change, Field, Kind};
use crate::rows::{self, MARK_COLUMNS, RowMark};
use crate::sqlite::{self, problem};
use patchbay_vault::{Sealer, Slot, Tally};
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

/// Rows in one statement: enough that the hop to SQLite's thread no longer counts.
const AT_ONCE: usize = 500;

type Id = [u8; 16];

/// A row ready to be written.
pub(crate) struct SealedRow {
    pub(crate) mark: RowMark,
    pub(crate) sealed: Vec<u8>,
}

/// What remains of a list of changes when later ones have replaced earlier ones.
#[derive(Default)]
struct Folded {
    deleted: BTreeMap<Kind, BTreeSet<Id>>,
    put: BTreeMap<(Kind, Id, Field), Zeroizing<Vec<u8>>>,
}

impl Folded {
    fn new(changes: Vec<Change>) -> Self {
        let mut folded = Self::default();
        for change in changes {
            match change {
                Change::Put { kind, id, field, data } => {
                    folded.put.insert((kind, id, field), data);
                }
                Change::Delete { kind, id } => {
                    for field in Field::ALL {
                        folded.put.remove(&(kind, id, *field));
                    }
                    folded.deleted.entry(kind).or_default().insert(id);
                }
            }
        }
        folded
    }
}

/// Makes all changes, or none.
pub(crate) async fn apply(opened: &Arc<Opened>, changes: Vec<Change>) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut state = opened.access.state().await;
    let sealer = opened.sealer()?;
    let path = &opened.access.path;
    let mut tally = take_tally(path, &mut state, &sealer).await?;
    tally.change += 1;

    let (change, sealing) = (tally.change, Arc::clone(&sealer));
    let sealing =
        tokio::task::spawn_blocking(move || seal_all(&sealing, Folded::new(changes), change));
    let (deleted, rows) = access::joined(sealing.await)??;

    let connection = state.connection()?;
    sqlite::begin(path, connection).await?;
    let written = write(path, connection, &sealer, &mut tally, &deleted, &rows).await;
    sqlite::end(path, connection, written).await?;
    state.tally = Some(tally);
    Ok(())
}

async fn write(
    path: &Path,
    on: &mut SqliteConnection,
    sealer: &Sealer,
    tally: &mut Tally,
    deleted: &Deleted,
    rows: &[SealedRow],
) -> Result<(), StoreError> {
    for (kind, ids) in deleted {
        delete(path, on, sealer, tally, *kind, ids).await?;
    }
    put(path, on, sealer, tally, rows).await?;
    rows::write_tally(path, on, sealer, tally).await
}

/// Writes a header, and the tally that vouches for it.
pub(crate) async fn write_header(
    opened: &Arc<Opened>,
    state: &mut State,
    header: Header,
) -> Result<(), StoreError> {
    let sealer = opened.sealer()?;
    let path = &opened.access.path;
    let mut tally = take_tally(path, state, &sealer).await?;
    tally.change += 1;
    tally.header = header.fingerprint();
    let connection = state.connection()?;
    sqlite::begin(path, connection).await?;
    let mut written = header.write(path, connection).await;
    if written.is_ok() {
        written = rows::write_tally(path, connection, &sealer, &tally).await;
    }
    sqlite::end(path, connection, written).await?;
    state.tally = Some(tally);
    opened.access.adopt(state, header);
    forget_log(path, state).await;
    Ok(())
}

/// Works the log into the file at once: what was replaced is still in it, and should open nothing here any more.
///
/// The change is made and safe by then, so that this fails is no failure; it happens when the vault is closed.
pub(crate) async fn forget_log(path: &Path, state: &mut State) {
    let Ok(connection) = state.connection() else { return };
    if let Err(problem) = sqlite::checkpoint(path, connection).await {
        tracing::warn!(%problem, "the log of the vault could not be emptied");
    }
}

/// The tally to count on. It is gone from memory until the transaction is through: if that fails, the file knows.
pub(crate) async fn take_tally(
    path: &Path,
    state: &mut State,
    sealer: &Sealer,
) -> Result<Tally, StoreError> {
    if let Some(tally) = state.tally.take() {
        return Ok(tally);
    }
    let sealed = rows::sealed_tally(path, state.connection()?).await?;
    sealer
        .unseal_tally(&sealed)
        .map_err(|_| StoreError::damaged("the list of its rows cannot be opened"))
}

/// Forgets things with all their fields.
async fn delete(
    path: &Path,
    on: &mut SqliteConnection,
    sealer: &Sealer,
    tally: &mut Tally,
    kind: Kind,
    ids: &BTreeSet<Id>,
) -> Result<(), StoreError> {
    let ids: Vec<Id> = ids.iter().copied().collect();
    let mac = sealer.row_mac();
    for ids in ids.chunks(AT_ONCE) {
        for mark in marks_of(path, on, kind.number(), ids).await? {
            tally.remove(&mark.fingerprint(&mac));
        }
        let sql =
            format!("DELETE FROM items WHERE kind = ? AND id IN ({})", places("?", ids.len()));
        let query = sqlx::query(AssertSqlSafe(sql)).bind(i64::from(kind.number()));
        let query = ids.iter().fold(query, |query, id| query.bind(id.as_slice()));
        query
            .persistent(ids.len() == AT_ONCE)
            .execute(&mut *on)
            .await
            .map_err(|e| problem(path, &e))?;
    }
    Ok(())
}

/// Writes rows, over those that are there or as new ones. They come ordered by kind.
pub(crate) async fn put(
    path: &Path,
    on: &mut SqliteConnection,
    sealer: &Sealer,
    tally: &mut Tally,
    rows: &[SealedRow],
) -> Result<(), StoreError> {
    let mac = sealer.row_mac();
    let same_kind = |a: &SealedRow, b: &SealedRow| a.mark.slot.kind == b.mark.slot.kind;
    for rows in rows.chunk_by(same_kind).flat_map(|rows| rows.chunks(AT_ONCE)) {
        let written: BTreeSet<(Id, u8)> =
            rows.iter().map(|row| (row.mark.slot.id, row.mark.slot.field)).collect();
        let mut ids: Vec<Id> = written.iter().map(|(id, _)| *id).collect();
        ids.dedup();
        let kind = rows.first().map_or(0, |row| row.mark.slot.kind);
        for mark in marks_of(path, on, kind, &ids).await? {
            if written.contains(&(mark.slot.id, mark.slot.field)) {
                tally.remove(&mark.fingerprint(&mac));
            }
        }
        write_rows(path, on, rows).await?;
        rows.iter().for_each(|row| tally.add(&row.mark.fingerprint(&mac)));
    }
    Ok(())
}

/// Writes at most `AT_ONCE` rows in one statement, whatever the tally says.
pub(crate) async fn write_rows(
    path: &Path,
    on: &mut SqliteConnection,
    rows: &[SealedRow],
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT OR REPLACE INTO items (kind, id, field, version, changed_at, sealed) VALUES {}",
        places("(?, ?, ?, ?, ?, ?)", rows.len())
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for SealedRow { mark: RowMark { slot, changed_at, .. }, sealed } in rows {
        query = query
            .bind(i64::from(slot.kind))
            .bind(slot.id.as_slice())
            .bind(i64::from(slot.field))
            .bind(slot.version.cast_signed())
            .bind(changed_at)
            .bind(sealed.as_slice());
    }
    let query = query.persistent(rows.len() == AT_ONCE);
    query.execute(on).await.map_err(|e| problem(path, &e))?;
    Ok(())
}

/// The marks of all fields of these things.
async fn marks_of(
    path: &Path,
    on: &mut SqliteConnection,
    kind: u8,
    ids: &[Id],
) -> Result<Vec<RowMark>, StoreError> {
    let sql = format!(
        "SELECT {MARK_COLUMNS} FROM items WHERE kind = ? AND id IN ({})",
        places("?", ids.len())
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(i64::from(kind));
    let query = ids.iter().fold(query, |query, id| query.bind(id.as_slice()));
    let rows = query.persistent(ids.len() == AT_ONCE).fetch_all(on).await;
    rows.map_err(|e| problem(path, &e))?.iter().map(RowMark::read).collect()
}

fn places(one: &str, count: usize) -> String {
    vec![one; count].join(", ")
}

type Deleted = BTreeMap<Kind, BTreeSet<Id>>;

fn seal_all(
    sealer: &Sealer,
    folded: Folded,
    change: u64,
) -> Result<(Deleted, Vec<SealedRow>), StoreError> {
    let changed_at = now();
    let rows = folded.put.into_iter().map(|((kind, id, field), data)| {
        let slot = Slot { kind: kind.number(), id, field: field.number(), version: change };
        seal_row(sealer, slot, changed_at, &data)
    });
    Ok((folded.deleted, rows.collect::<Result<_, _>>()?))
}

pub(crate) fn seal_row(
    sealer: &Sealer,
    slot: Slot,
    changed_at: i64,
    data: &[u8],
) -> Result<SealedRow, StoreError> {
    let sealed = sealer.seal(&slot, data)?;
    Ok(SealedRow { mark: RowMark::of(slot, changed_at, &sealed)?, sealed })
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
