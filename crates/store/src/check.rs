//! Whether a file is a sound vault, as far as that can be told without a key and without touching it.

use crate::StoreError;
use crate::header::Header;
use crate::schema::{APPLICATION_ID, Schema, newest};
use crate::sqlite::{self, column, one, problem};
use crate::staged::{COMPANIONS, Staged};
use patchbay_lock::beside;
use sqlx::SqliteConnection;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Where SQLite keeps `application_id`.
const APPLICATION_ID_AT: usize = 68;

/// A file that was found sound.
pub(crate) struct Sound {
    /// Looks at the file, or at the copy.
    pub(crate) connection: SqliteConnection,
    pub(crate) header: Header,
    pub(crate) version: u32,
    /// What the connection looks at.
    pub(crate) path: PathBuf,
    /// Kept while the connection is.
    _copy: Option<Staged>,
}

/// Checks a file. Leaves it as it is, byte for byte.
pub(crate) async fn sound(path: &Path, schema: Schema) -> Result<Sound, StoreError> {
    let length = first_bytes(path)?;
    let left_over = COMPANIONS
        .iter()
        .filter(|c| **c != "-shm")
        .any(|companion| fs::metadata(beside(path, companion)).is_ok_and(|there| there.len() > 0));
    // With a log beside it the file alone is not the truth, and reading the two together means writing to them.
    let copy = if left_over { Some(merged_copy(path).await?) } else { None };
    if let (None, Length { found, expected }) = (&copy, length)
        && found < expected
    {
        // SQLite would take the missing end of a page for zeros.
        return Err(StoreError::damaged(format!(
            "it is cut short, to {found} of {expected} bytes"
        )));
    }
    let looked_at = copy.as_ref().map_or(path, Staged::path).to_owned();
    let mut connection = sqlite::immutable(&looked_at).await.map_err(as_damage)?;
    let (header, version) =
        look(&looked_at, path, &mut connection, schema).await.map_err(as_damage)?;
    Ok(Sound { connection, header, version, path: looked_at, _copy: copy })
}

impl Sound {
    /// Lets go of the file.
    pub(crate) async fn close(self) -> Result<Header, StoreError> {
        sqlite::close(&self.path, self.connection).await?;
        Ok(self.header)
    }
}

/// How long a file is, and how long its first page says it is.
struct Length {
    found: u64,
    expected: u64,
}

/// Tells a vault from other files, and from one that was cut off, before SQLite looks at it.
fn first_bytes(path: &Path) -> Result<Length, StoreError> {
    let mut start = Vec::new();
    let file = File::open(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => StoreError::Missing { path: path.to_owned() },
        _ => StoreError::io("read", path)(source),
    })?;
    let found = file.metadata().map_err(StoreError::io("read", path))?.len();
    file.take(100).read_to_end(&mut start).map_err(StoreError::io("read", path))?;
    if start.is_empty() {
        return Err(StoreError::damaged("it is empty"));
    }
    let ours = start
        .get(APPLICATION_ID_AT..)
        .is_some_and(|rest| rest.starts_with(&APPLICATION_ID.to_be_bytes()));
    if !start.starts_with(MAGIC) {
        return Err(if ours || MAGIC.starts_with(&start) {
            StoreError::damaged("its first bytes are wrong")
        } else {
            StoreError::NotAVault { path: path.to_owned() }
        });
    }
    if start.len() < 100 || found < 512 {
        return Err(StoreError::damaged("it is cut short"));
    }
    if !ours {
        return Err(StoreError::NotAVault { path: path.to_owned() });
    }
    // https://sqlite.org/fileformat.html#the_database_header; a page size of 65536 is kept as 1.
    let number = |at: usize, bytes: usize| {
        let digits = start.iter().skip(at).take(bytes);
        digits.fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
    };
    let page = if number(16, 2) == 1 { 65_536 } else { number(16, 2) };
    Ok(Length { found, expected: page * number(28, 4) })
}

/// A copy with the log worked in, as it would be if it were opened for writing.
async fn merged_copy(path: &Path) -> Result<Staged, StoreError> {
    let copy = Staged::copy_of(path, path)?;
    let mut connection = sqlite::writer(copy.path()).await.map_err(as_damage)?;
    sqlite::checkpoint(copy.path(), &mut connection).await.map_err(as_damage)?;
    sqlite::close(copy.path(), connection).await?;
    Ok(copy)
}

async fn look(
    looked_at: &Path,
    path: &Path,
    on: &mut SqliteConnection,
    schema: Schema,
) -> Result<(Header, u32), StoreError> {
    let id: i64 = one(looked_at, on, "PRAGMA application_id").await?;
    if id != i64::from(APPLICATION_ID) {
        return Err(StoreError::NotAVault { path: path.to_owned() });
    }
    let number: i64 = one(looked_at, on, "PRAGMA user_version").await?;
    let known = newest(schema);
    let number = u32::try_from(number).map_err(|_| StoreError::damaged("its version is odd"))?;
    if number > known {
        return Err(StoreError::TooNew { found: number, known });
    }
    let said: String = one(looked_at, on, "PRAGMA integrity_check(1)").await?;
    if said != "ok" {
        // "Tree 3 page 4: btreeInitPage() returns error code 11".
        return Err(StoreError::damaged(sqlite::words(&said)));
    }
    tables(looked_at, on, number, schema).await?;
    Ok((Header::read(looked_at, on).await?, number))
}

/// The tables must be exactly those of that version, to the letter.
async fn tables(
    path: &Path,
    on: &mut SqliteConnection,
    number: u32,
    schema: Schema,
) -> Result<(), StoreError> {
    let version = schema.iter().find(|version| version.number == number);
    let version = version.ok_or_else(|| StoreError::damaged("its version is odd"))?;
    let rows = sqlx::query("SELECT name, sql FROM sqlite_schema ORDER BY name").fetch_all(on).await;
    let rows = rows.map_err(|e| problem(path, &e))?;
    let mut expected = version.tables.to_vec();
    expected.sort_unstable();
    if rows.len() != expected.len() {
        return Err(StoreError::damaged("its tables are not those of a vault"));
    }
    for (row, (name, sql)) in rows.iter().zip(expected) {
        let (found_name, found_sql): (&str, Option<&str>) = (column(row, 0)?, column(row, 1)?);
        if found_name != name || found_sql != Some(sql) {
            return Err(StoreError::damaged(format!("its table {name} is not that of a vault")));
        }
    }
    Ok(())
}

/// While checking, whatever SQLite does not understand is damage.
fn as_damage(error: StoreError) -> StoreError {
    match error {
        StoreError::Database(what) => StoreError::Damaged { what },
        other => other,
    }
}
