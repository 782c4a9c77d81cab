//! Small numbers for APIs whose ids are numbers.

use crate::connection::Connection;
use crate::{StoreError, revisions};

/// What has a number; each has a count of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Numbered {
    /// A machine.
    Entry,
    /// A folder.
    Folder,
    /// An identity.
    Identity,
    /// An organisation.
    Organisation,
    /// An account.
    Account,
}

impl Numbered {
    const ALL: [Self; 5] =
        [Self::Entry, Self::Folder, Self::Identity, Self::Organisation, Self::Account];

    /// As it is stored.
    const fn code(self) -> i64 {
        match self {
            Self::Entry => 1,
            Self::Folder => 2,
            Self::Identity => 3,
            Self::Organisation => 4,
            Self::Account => 5,
        }
    }
}

/// The numbers of these, in their order, as far as they have any.
pub(crate) async fn known(
    on: &mut Connection<'_>,
    what: Numbered,
    ids: &[[u8; 16]],
) -> Result<Option<Vec<i64>>, StoreError> {
    let mut numbers = Vec::with_capacity(ids.len());
    for id in ids {
        match find(on, what, id).await? {
            Some(number) => numbers.push(number),
            None => return Ok(None),
        }
    }
    Ok(Some(numbers))
}

/// The numbers of these, in their order; who has none gets the next.
pub(crate) async fn give(
    on: &mut Connection<'_>,
    what: Numbered,
    ids: &[[u8; 16]],
) -> Result<Vec<i64>, StoreError> {
    revisions::queue(on).await?;
    let sql = "SELECT COALESCE(MAX(number), 0) FROM numbers WHERE what = $1";
    let highest = on.row(sql, &[what.code().into()]).await?;
    let mut highest: i64 = highest.map_or(Ok(0), |row| row.get(0))?;
    let mut numbers = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(number) = find(on, what, id).await? {
            numbers.push(number);
            continue;
        }
        highest += 1;
        let sql = "INSERT INTO numbers (what, id, number) VALUES ($1, $2, $3)";
        on.run(sql, &[what.code().into(), id.into(), highest.into()]).await?;
        numbers.push(highest);
    }
    Ok(numbers)
}

async fn find(
    on: &mut Connection<'_>,
    what: Numbered,
    id: &[u8; 16],
) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT number FROM numbers WHERE what = $1 AND id = $2";
    let row = on.row(sql, &[what.code().into(), id.into()]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// What has this number.
pub(crate) async fn bearer(
    on: &mut Connection<'_>,
    what: Numbered,
    number: i64,
) -> Result<Option<[u8; 16]>, StoreError> {
    let sql = "SELECT id FROM numbers WHERE what = $1 AND number = $2";
    let row = on.row(sql, &[what.code().into(), number.into()]).await?;
    row.map(|row| row.exact(0)).transpose()
}

/// All numbers that were ever given.
pub(crate) async fn all(
    on: &mut Connection<'_>,
) -> Result<Vec<(i64, Numbered, [u8; 16])>, StoreError> {
    let rows = on.rows("SELECT number, what, id FROM numbers ORDER BY what, number", &[]).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        let code: i64 = row.get(1)?;
        // What a newer version numbers means nothing here.
        if let Some(what) = Numbered::ALL.into_iter().find(|what| what.code() == code) {
            all.push((row.get(0)?, what, row.exact(2)?));
        }
    }
    Ok(all)
}
