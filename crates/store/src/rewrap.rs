//! Changing what opens a vault.
//!
//! A new passphrase or recovery key wraps the same vault key: whoever has an old copy of the file and the old passphrase
//! can still open that copy, and with the key in it every later one. Re-keying ends that.

use crate::access::{self, Opened, Unlocking};
use crate::header::Header;
use crate::rows::{self, slot};
use crate::sqlite::{self, column, problem};
use crate::write::{self, SealedRow, seal_row, take_tally, write_rows};
use crate::{OpenVault, StoreError, open};
use patchbay_model::Secret;
use patchbay_vault::{
    KeyringKey, RecoveryKey, Sealer, Tally, VaultError, VaultKey, cost_of, wrap_by_keyring,
    wrap_by_passphrase, wrap_by_recovery,
};
use sqlx::SqliteConnection;
use std::path::Path;
use std::sync::Arc;

const AT_ONCE: i64 = 500;

impl OpenVault {
    /// Whether this is the passphrase. Takes as long as unlocking with it.
    pub async fn verify_passphrase(&self, passphrase: &Secret<String>) -> Result<bool, StoreError> {
        let header = self.opened.access.state().await.header.clone();
        let with = Unlocking::Passphrase(passphrase.clone());
        let checking = tokio::task::spawn_blocking(move || with.unwrap(&header).map(drop));
        match access::joined(checking.await)? {
            Ok(()) => Ok(true),
            Err(StoreError::Vault(VaultError::WrongPassphrase)) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Replaces the passphrase; the cost of a guess stays as it was calibrated. Ask for the present one first.
    pub async fn change_passphrase(&self, new: &Secret<String>) -> Result<(), StoreError> {
        let new = new.clone();
        self.rewrap(move |header, sealer| {
            let cost = cost_of(&header.passphrase)?;
            header.passphrase = wrap_by_passphrase(&header.id, sealer.vault_key(), &new, cost)?;
            Ok(())
        })
        .await
    }

    /// Replaces the recovery key: the one before opens nothing any more.
    pub async fn replace_recovery_key(&self, new: &RecoveryKey) -> Result<(), StoreError> {
        let new = new.clone();
        self.rewrap(move |header, sealer| {
            header.recovery = wrap_by_recovery(&header.id, sealer.vault_key(), &new)?;
            Ok(())
        })
        .await
    }

    /// Lets this key of the OS keyring open the vault too, or none.
    pub async fn set_keyring_wrap(&self, key: Option<&KeyringKey>) -> Result<(), StoreError> {
        let key = key.cloned();
        self.rewrap(move |header, sealer| {
            let wrap = key.map(|key| wrap_by_keyring(&header.id, sealer.vault_key(), &key));
            header.keyring = wrap.transpose()?;
            Ok(())
        })
        .await
    }

    /// Makes a new vault key and seals everything anew, in one transaction. Every clone goes on with the new key.
    ///
    /// The passphrase may stay the same. The recovery key must be given, since it wraps the new key and is kept nowhere;
    /// a new one is as good. The wrap for the OS keyring is dropped: set it again if it is wanted.
    pub async fn rekey(
        &self,
        passphrase: &Secret<String>,
        recovery: &RecoveryKey,
    ) -> Result<(), StoreError> {
        let (passphrase, recovery) = (passphrase.clone(), recovery.clone());
        self.rekey_with(move |header, key| {
            let cost = cost_of(&header.passphrase)?;
            header.passphrase = wrap_by_passphrase(&header.id, key, &passphrase, cost)?;
            header.recovery = wrap_by_recovery(&header.id, key, &recovery)?;
            header.keyring = None;
            Ok(())
        })
        .await
    }

    /// Changes the header and writes it.
    pub(crate) async fn rewrap(
        &self,
        change: impl FnOnce(&mut Header, &Sealer) -> Result<(), VaultError> + Send + 'static,
    ) -> Result<(), StoreError> {
        let opened = Arc::clone(&self.opened);
        access::finish(async move {
            let mut state = opened.access.state().await;
            let (mut header, sealer) = (state.header.clone(), opened.sealer()?);
            let wrapping = tokio::task::spawn_blocking(move || {
                change(&mut header, &sealer)?;
                Ok::<_, StoreError>(header)
            });
            let header = access::joined(wrapping.await)??;
            write::write_header(&opened, &mut state, header).await
        })
        .await
    }

    /// Re-keys with the wraps that `wrap` puts into the header.
    pub(crate) async fn rekey_with(
        &self,
        wrap: impl FnOnce(&mut Header, &VaultKey) -> Result<(), VaultError> + Send + 'static,
    ) -> Result<(), StoreError> {
        let opened = Arc::clone(&self.opened);
        access::finish(async move { rekey(&opened, wrap).await }).await
    }
}

async fn rekey(
    opened: &Arc<Opened>,
    wrap: impl FnOnce(&mut Header, &VaultKey) -> Result<(), VaultError> + Send + 'static,
) -> Result<(), StoreError> {
    let mut state = opened.access.state().await;
    let path = &opened.access.path;
    let (old, mut header) = (opened.sealer()?, state.header.clone());
    let wrapping = tokio::task::spawn_blocking(move || {
        let key = VaultKey::generate()?;
        wrap(&mut header, &key)?;
        Ok::<_, StoreError>((Sealer::new(header.id, key), header))
    });
    let (new, header) = access::joined(wrapping.await)??;
    let change = take_tally(path, &mut state, &old).await?.change + 1;
    let mut tally = Tally { change, header: header.fingerprint(), ..Tally::default() };

    let new = Arc::new(new);
    let connection = state.connection()?;
    sqlite::begin(path, connection).await?;
    let written = write_all(path, connection, (&old, &new), &header, &mut tally).await;
    sqlite::end(path, connection, written).await?;
    state.tally = Some(tally);
    opened.access.adopt(&mut state, header);
    opened.renew(new);
    write::forget_log(path, &mut state).await;
    Ok(())
}

async fn write_all(
    path: &Path,
    on: &mut SqliteConnection,
    (old, new): (&Arc<Sealer>, &Arc<Sealer>),
    header: &Header,
    tally: &mut Tally,
) -> Result<(), StoreError> {
    reseal(path, on, old, new, tally).await?;
    header.write(path, on).await?;
    rows::write_tally(path, on, new, tally).await
}

/// Seals every row anew, a page of them at a time, in the order of their keys.
async fn reseal(
    path: &Path,
    on: &mut SqliteConnection,
    old: &Arc<Sealer>,
    new: &Arc<Sealer>,
    tally: &mut Tally,
) -> Result<(), StoreError> {
    let mac = new.row_mac();
    let mut after = (-1_i64, Vec::new(), -1_i64);
    loop {
        let query = "SELECT kind, id, field, version, changed_at, sealed FROM items \
                     WHERE (kind, id, field) > (?, ?, ?) ORDER BY kind, id, field LIMIT ?";
        let query = sqlx::query(query).bind(after.0).bind(after.1).bind(after.2).bind(AT_ONCE);
        let found = query.fetch_all(&mut *on).await.map_err(|e| problem(path, &e))?;
        let (old, new, change) = (Arc::clone(old), Arc::clone(new), tally.change);
        let sealing = tokio::task::spawn_blocking(move || {
            let again = found.iter().map(|row| {
                let mut slot = slot(row)?;
                let data = open::unseal(&old, &slot, column(row, 5)?)?;
                slot.version = change;
                seal_row(&new, slot, column(row, 4)?, &data)
            });
            again.collect::<Result<Vec<SealedRow>, StoreError>>()
        });
        let rows = access::joined(sealing.await)??;
        let Some(last) = rows.last().map(|row| row.mark.slot) else { return Ok(()) };
        write_rows(path, on, &rows).await?;
        rows.iter().for_each(|row| tally.add(&row.mark.fingerprint(&mac)));
        after = (last.kind.into(), last.id.to_vec(), last.field.into());
    }
}
