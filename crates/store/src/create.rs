//! Making a vault: built under another name and put in place when it is whole.

use crate::StoreError;
use crate::header::Header;
use crate::lock::ProcessLock;
use crate::schema::{APPLICATION_ID, Schema};
use crate::sqlite::{self, problem};
use crate::staged::{self, Staged};
use crate::{access, rows};
use patchbay_model::{Secret, VaultId};
use patchbay_vault::{
    KdfCost, RecoveryKey, Sealer, Tally, VaultKey, wrap_by_passphrase, wrap_by_recovery,
};
use sqlx::{Connection, SqliteConnection};
use std::path::Path;

/// Takes the lock for a vault that does not exist yet.
pub(crate) fn claim(path: &Path) -> Result<ProcessLock, StoreError> {
    if path.exists() {
        return Err(StoreError::Exists { path: path.to_owned() });
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(StoreError::io("created", folder))?;
    }
    let lock = ProcessLock::acquire(path)?;
    staged::sweep(path);
    // Again, now that nobody else makes one.
    if path.exists() { Err(StoreError::Exists { path: path.to_owned() }) } else { Ok(lock) }
}

/// Builds it and puts it in place.
pub(crate) async fn build(
    path: &Path,
    passphrase: &Secret<String>,
    recovery: &RecoveryKey,
    cost: KdfCost,
    schema: Schema,
) -> Result<Sealer, StoreError> {
    let (passphrase, recovery) = (passphrase.clone(), recovery.clone());
    let making = tokio::task::spawn_blocking(move || keys(&passphrase, &recovery, cost));
    let (header, sealer) = access::joined(making.await)??;
    let tally = Tally { header: header.fingerprint(), ..Tally::default() };
    let tally = sealer.seal_tally(&tally)?;

    let staged = Staged::create(path)?;
    let mut connection = sqlite::writer(staged.path()).await?;
    let written = fill(&mut connection, &header, &tally, schema).await;
    written.map_err(|e| problem(path, &e))?;
    sqlite::checkpoint(staged.path(), &mut connection).await?;
    sqlite::close(staged.path(), connection).await?;
    staged.publish(path)?;
    Ok(sealer)
}

fn keys(
    passphrase: &Secret<String>,
    recovery: &RecoveryKey,
    cost: KdfCost,
) -> Result<(Header, Sealer), StoreError> {
    let (id, key) = (VaultId::new(), VaultKey::generate()?);
    let header = Header {
        id,
        passphrase: wrap_by_passphrase(&id, &key, passphrase, cost)?,
        recovery: wrap_by_recovery(&id, &key, recovery)?,
        keyring: None,
    };
    Ok((header, Sealer::new(id, key)))
}

async fn fill(
    on: &mut SqliteConnection,
    header: &Header,
    tally: &[u8],
    schema: Schema,
) -> Result<(), sqlx::Error> {
    let mut transaction = on.begin().await?;
    for version in schema {
        upgrade(&mut transaction, version).await?;
    }
    sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA application_id = {APPLICATION_ID}")))
        .execute(&mut *transaction)
        .await?;
    header.write(&mut transaction).await?;
    rows::write_tally(tally, &mut transaction).await?;
    transaction.commit().await
}

/// Makes the tables of a version out of those of the one before.
pub(crate) async fn upgrade(
    on: &mut SqliteConnection,
    version: &crate::schema::Version,
) -> Result<(), sqlx::Error> {
    for statement in version.upgrade {
        sqlx::query(*statement).execute(&mut *on).await?;
    }
    let number = version.number;
    let set = sqlx::AssertSqlSafe(format!("PRAGMA user_version = {number}"));
    sqlx::query(set).execute(&mut *on).await?;
    Ok(())
}
