//! The rows of items as the tally counts them.

use crate::StoreError;
use crate::header::Header;
use crate::sqlite::{column, problem};
use patchbay_vault::{RowMac, Sealer, Slot, TAG_LENGTH, Tally};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use std::path::Path;

/// All of a row but its content, and of that the tag that stands for it.
#[derive(Clone, Copy)]
pub(crate) struct RowMark {
    pub(crate) slot: Slot,
    pub(crate) changed_at: i64,
    pub(crate) tag: [u8; TAG_LENGTH],
}

/// What `RowMark::read` expects, in that order.
pub(crate) const MARK_COLUMNS: &str = "kind, id, field, version, changed_at, substr(sealed, -16)";
const ALL_MARKS: &str =
    "SELECT kind, id, field, version, changed_at, substr(sealed, -16) FROM items";

impl RowMark {
    pub(crate) fn read(row: &SqliteRow) -> Result<Self, StoreError> {
        let tag: &[u8] = column(row, 5)?;
        Ok(Self {
            slot: slot(row)?,
            changed_at: column(row, 4)?,
            tag: tag.try_into().map_err(|_| odd())?,
        })
    }

    pub(crate) fn of(slot: Slot, changed_at: i64, sealed: &[u8]) -> Result<Self, StoreError> {
        let tag = sealed.last_chunk().ok_or_else(odd)?;
        Ok(Self { slot, changed_at, tag: *tag })
    }

    pub(crate) fn fingerprint(&self, mac: &RowMac) -> [u8; 32] {
        mac.row(&self.slot, self.changed_at, &self.tag)
    }
}

/// The slot out of columns kind, id, field, version.
pub(crate) fn slot(row: &SqliteRow) -> Result<Slot, StoreError> {
    let (kind, id, field, version): (i64, &[u8], i64, i64) =
        (column(row, 0)?, column(row, 1)?, column(row, 2)?, column(row, 3)?);
    Ok(Slot {
        kind: u8::try_from(kind).map_err(|_| odd())?,
        id: id.try_into().map_err(|_| odd())?,
        field: u8::try_from(field).map_err(|_| odd())?,
        version: u64::try_from(version).map_err(|_| odd())?,
    })
}

fn odd() -> StoreError {
    StoreError::damaged("a row has a shape that Patchbay never writes")
}

/// Every row's mark. Needs no key, so it can be read while a key is being derived.
pub(crate) async fn marks(
    path: &Path,
    on: &mut SqliteConnection,
) -> Result<Vec<RowMark>, StoreError> {
    let rows = sqlx::query(ALL_MARKS).fetch_all(on).await.map_err(|e| problem(path, &e))?;
    rows.iter().map(RowMark::read).collect()
}

/// The sealed tally.
pub(crate) async fn sealed_tally(
    path: &Path,
    on: &mut SqliteConnection,
) -> Result<Vec<u8>, StoreError> {
    let rows = sqlx::query("SELECT sealed FROM manifest").fetch_all(on).await;
    let rows = rows.map_err(|e| problem(path, &e))?;
    let [row] = rows.as_slice() else {
        return Err(StoreError::damaged("it does not have exactly one list of its rows"));
    };
    column(row, 0)
}

/// Writes the tally over the one that is there, or as the first.
pub(crate) async fn write_tally(
    path: &Path,
    on: &mut SqliteConnection,
    sealer: &Sealer,
    tally: &Tally,
) -> Result<(), StoreError> {
    let sealed = sealer.seal_tally(tally)?;
    let query = sqlx::query("INSERT OR REPLACE INTO manifest (one, sealed) VALUES (1, ?)");
    query.bind(sealed).execute(on).await.map_err(|e| problem(path, &e))?;
    Ok(())
}

/// Checks that the file holds the rows and the header it was last written with, all of them and no others.
pub(crate) fn verify(
    sealer: &Sealer,
    header: &Header,
    sealed_tally: &[u8],
    marks: &[RowMark],
) -> Result<Tally, StoreError> {
    let tally = sealer
        .unseal_tally(sealed_tally)
        .map_err(|_| StoreError::damaged("the list of its rows cannot be opened"))?;
    if tally.header != header.fingerprint() {
        return Err(StoreError::damaged("its header is from another time than its rows"));
    }
    let found = marks.len() as u64;
    if found != tally.rows {
        return Err(StoreError::damaged(format!(
            "it holds {found} rows and should hold {}",
            tally.rows
        )));
    }
    // Twice the same row would vanish from the sum.
    let key = |mark: &RowMark| (mark.slot.kind, mark.slot.id, mark.slot.field);
    if !marks.is_sorted_by(|a, b| key(a) < key(b)) {
        return Err(StoreError::damaged("its rows are out of order"));
    }
    if sum(&sealer.row_mac(), marks) != tally.sum {
        let what = "a row was changed, swapped, or put back from an earlier time";
        return Err(StoreError::damaged(what));
    }
    Ok(tally)
}

/// The sum of all rows, on two threads when there are many.
fn sum(mac: &RowMac, marks: &[RowMark]) -> [u8; 32] {
    let part = |marks: &[RowMark]| {
        let mut tally = Tally::default();
        marks.iter().for_each(|mark| tally.add(&mark.fingerprint(mac)));
        tally.sum
    };
    if marks.len() < 2_000 {
        return part(marks);
    }
    let (left, right) = marks.split_at(marks.len() / 2);
    let (mut sum, other) = std::thread::scope(|scope| {
        let other = scope.spawn(|| part(right));
        (part(left), other.join())
    });
    // The other thread cannot panic; if it did, the sum is wrong and the file is refused.
    sum.iter_mut().zip(other.unwrap_or_default()).for_each(|(sum, byte)| *sum ^= byte);
    sum
}
