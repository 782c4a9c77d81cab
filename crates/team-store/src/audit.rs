//! The audit log: its records as `patchbay_team::audit` chains them, and what vouches for them.

use crate::connection::Connection;
use crate::value::{Row, Value};
use crate::{StoreError, dialect};
use patchbay_model::{AccountId, OrganisationId, Timestamp, TokenId};
use patchbay_team::audit::{Actor, Chain, Checkpoint, Entry, Head, Outcome, Record};

/// The numbers of actors that have no account.
pub(crate) const SERVER: u8 = 3;
/// Whoever had not signed in.
pub(crate) const NOBODY: u8 = 4;

/// Puts entries behind the last record. Writes stand in a queue by then.
pub(crate) async fn append(on: &mut Connection<'_>, entries: &[Entry]) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut chain = Chain::after(head(on).await?);
    for entry in entries {
        put(on, &chain.next(storable(entry))).await?;
    }
    Ok(())
}

/// Others choose some of the words: what no database stores must not keep it from being recorded.
fn storable(entry: &Entry) -> Entry {
    let text = |text: &String| dialect::storable(text);
    Entry {
        action: text(&entry.action),
        object: entry.object.as_ref().map(text),
        address: entry.address.as_ref().map(text),
        reason: entry.reason.as_ref().map(text),
        detail: entry.detail.as_ref().map(text),
        ..entry.clone()
    }
}

async fn put(on: &mut Connection<'_>, record: &Record) -> Result<(), StoreError> {
    let Record { seq, entry, previous, hash } = record;
    let (kind, account, token) = match &entry.actor {
        Actor::Account { account } => (1, Some(account), None),
        Actor::Token { token, account } => (2, Some(account), Some(token)),
        Actor::Server => (3, None, None),
        Actor::Nobody => (4, None, None),
    };
    let sql = "INSERT INTO audit (seq, at, actor, account, token, action, object, address, reason, \
        outcome, detail, previous, hash, organisation, acting_as) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let values: [Value<'_>; 15] = [
        (*seq).into(),
        entry.at.0.into(),
        Value::Int(Some(kind)),
        account.map(|id| id.as_bytes().as_slice()).into(),
        token.map(|id| id.as_bytes().as_slice()).into(),
        (&entry.action).into(),
        entry.object.as_deref().into(),
        entry.address.as_deref().into(),
        entry.reason.as_deref().into(),
        (entry.outcome as u8).into(),
        entry.detail.as_deref().into(),
        previous.into(),
        hash.into(),
        entry.organisation.as_ref().map(|id| id.as_bytes().as_slice()).into(),
        entry.acting_as.as_ref().map(|id| id.as_bytes().as_slice()).into(),
    ];
    on.run(sql, &values).await.map(drop)
}

/// The last record.
pub(crate) async fn head(on: &mut Connection<'_>) -> Result<Head, StoreError> {
    let row = on.row("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", &[]).await?;
    let Some(row) = row else { return Ok(Head::default()) };
    Ok(Head { seq: row.get(0)?, hash: row.exact(1)? })
}

/// Records in their order, from this one on.
pub(crate) async fn records(
    on: &mut Connection<'_>,
    from: i64,
    limit: u32,
) -> Result<Vec<Record>, StoreError> {
    let sql = "SELECT seq, at, actor, account, token, action, object, address, reason, outcome, \
        detail, previous, hash, organisation, acting_as FROM audit WHERE seq >= $1 ORDER BY seq LIMIT $2";
    let rows = on.rows(sql, &[from.into(), i64::from(limit).into()]).await?;
    rows.iter().map(read).collect()
}

pub(crate) fn read(row: &Row) -> Result<Record, StoreError> {
    let seq: i64 = row.get(0)?;
    let unknown = |what| StoreError::Damaged(format!("audit record {seq} has {what}"));
    let account = row.exact_or_none(3)?.map(AccountId::from_bytes);
    let token = row.exact_or_none(4)?.map(TokenId::from_bytes);
    let actor = match (row.get::<i64>(2)?, account, token) {
        (1, Some(account), None) => Actor::Account { account },
        (2, Some(account), Some(token)) => Actor::Token { token, account },
        (3, None, None) => Actor::Server,
        (4, None, None) => Actor::Nobody,
        _ => return Err(unknown("an actor that cannot be")),
    };
    let outcomes = [Outcome::Done, Outcome::Refused, Outcome::Failed];
    let outcome = row.get::<i64>(9)?;
    let outcome = outcomes
        .into_iter()
        .find(|one| i64::from(*one as u8) == outcome)
        .ok_or_else(|| unknown("an outcome that cannot be"))?;
    let entry = Entry {
        at: Timestamp(row.get(1)?),
        actor,
        action: row.get(5)?,
        object: row.get(6)?,
        address: row.get(7)?,
        reason: row.get(8)?,
        outcome,
        detail: row.get(10)?,
        organisation: row.exact_or_none(13)?.map(OrganisationId::from_bytes),
        acting_as: row.exact_or_none(14)?.map(AccountId::from_bytes),
    };
    Ok(Record { seq, entry, previous: row.exact(11)?, hash: row.exact(12)? })
}

/// All checkpoints, oldest first.
pub(crate) async fn checkpoints(on: &mut Connection<'_>) -> Result<Vec<Checkpoint>, StoreError> {
    let sql = "SELECT seq, hash, at, signature FROM checkpoints ORDER BY seq, at";
    let read = |row: &Row| {
        Ok(Checkpoint {
            seq: row.get(0)?,
            hash: row.exact(1)?,
            at: Timestamp(row.get(2)?),
            signature: row.exact(3)?,
        })
    };
    on.rows(sql, &[]).await?.iter().map(read).collect()
}

/// The number of the record that the last checkpoint is about.
pub(crate) async fn last_checkpoint(on: &mut Connection<'_>) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT seq FROM checkpoints ORDER BY seq DESC LIMIT 1";
    on.row(sql, &[]).await?.map(|row| row.get(0)).transpose()
}

pub(crate) async fn put_checkpoint(
    on: &mut Connection<'_>,
    checkpoint: &Checkpoint,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO checkpoints (seq, hash, at, signature) VALUES ($1, $2, $3, $4) \
        ON CONFLICT DO NOTHING";
    let Checkpoint { seq, hash, at, signature } = checkpoint;
    on.run(sql, &[(*seq).into(), hash.into(), at.0.into(), signature.into()]).await.map(drop)
}
