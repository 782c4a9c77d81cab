//! Bringing an older vault up to date: on a copy, which takes the place of the original once it was found sound.

use crate::StoreError;
use crate::check::{self, Sound};
use crate::create::upgrade;
use crate::schema::{Schema, newest};
use crate::sqlite;
use crate::staged::Staged;
use patchbay_lock::beside;
use std::path::Path;

/// Migrates a file that was found sound. What it was is kept as `<vault>.before-<version it became>`.
///
/// Killed at any point it leaves either the old vault or the new one, never with the other's log beside it.
pub(crate) async fn migrate(path: &Path, sound: Sound, schema: Schema) -> Result<(), StoreError> {
    let (from, to) = (sound.version, newest(schema));
    let was = sound.close().await?;
    empty_log(path).await?;

    let staged = Staged::copy_of(path, path)?;
    let mut connection = sqlite::writer(staged.path()).await?;
    let already = schema.iter().take_while(|version| version.number <= from).count();
    sqlite::begin(path, &mut connection).await?;
    let upgraded = upgrade(path, &mut connection, schema.get(already..).unwrap_or_default()).await;
    sqlite::end(path, &mut connection, upgraded).await?;
    sqlite::checkpoint(staged.path(), &mut connection).await?;
    sqlite::close(staged.path(), connection).await?;

    let became = check::sound(staged.path(), schema).await?;
    let version = became.version;
    let became = became.close().await?;
    if version != to || became.fingerprint() != was.fingerprint() {
        return Err(StoreError::Database(format!("the step to version {to} went wrong")));
    }
    Staged::copy_of(path, path)?.publish(&beside(path, &format!(".before-{to}")))?;
    staged.publish(path)?;
    tracing::info!(from, to, "the vault was brought up to date");
    Ok(())
}

/// Works a left-over log into the file: beside the new file it would be taken for its own.
async fn empty_log(path: &Path) -> Result<(), StoreError> {
    let mut connection = sqlite::writer(path).await?;
    sqlite::checkpoint(path, &mut connection).await?;
    sqlite::close(path, connection).await
}
