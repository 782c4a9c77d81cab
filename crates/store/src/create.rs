//! Making a vault: built under another name and put in place when it is whole.

use crate::StoreError;
use crate::header::Header;
use crate::schema::{APPLICATION_ID, Schema, Version};
use crate::sqlite::{self, problem};
use crate::staged::{self, Staged};
use crate::{access, rows};
use patchbay_lock::ProcessLock;
use patchbay_model::{Secret, VaultId};
use patchbay_vault::{
    KdfCost, RecoveryKey, Sealer, Tally, VaultKey, wrap_by_passphrase, wrap_by_recovery,
};
use sqlx::{AssertSqlSafe, SqlSafeStr, SqliteConnection};
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

    let staged = Staged::create(path)?;
    let mut connection = sqlite::writer(staged.path()).await?;
    sqlite::begin(path, &mut connection).await?;
    let mut written = upgrade(path, &mut connection, schema).await;
    if written.is_ok() {
        written = fill(path, &mut connection, &header, &sealer, &tally).await;
    }
    sqlite::end(path, &mut connection, written).await?;
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
    path: &Path,
    on: &mut SqliteConnection,
    header: &Header,
    sealer: &Sealer,
    tally: &Tally,
) -> Result<(), StoreError> {
    run(path, on, AssertSqlSafe(format!("PRAGMA application_id = {APPLICATION_ID}"))).await?;
    header.write(path, on).await?;
    rows::write_tally(path, on, sealer, tally).await
}

/// Makes the tables of each version out of those of the one before.
pub(crate) async fn upgrade(
    path: &Path,
    on: &mut SqliteConnection,
    versions: &[Version],
) -> Result<(), StoreError> {
    for version in versions {
        for statement in version.upgrade {
            run(path, on, *statement).await?;
        }
        let number = version.number;
        run(path, on, AssertSqlSafe(format!("PRAGMA user_version = {number}"))).await?;
    }
    Ok(())
}

async fn run(
    path: &Path,
    on: &mut SqliteConnection,
    sql: impl SqlSafeStr,
) -> Result<(), StoreError> {
    sqlx::query(sql).execute(on).await.map_err(|e| problem(path, &e))?;
    Ok(())
}
