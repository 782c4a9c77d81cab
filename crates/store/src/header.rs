//! The one row that can be read without a key: the vault's id and the wrapped vault key.

use crate::StoreError;
use crate::sqlite::{column, problem};
use patchbay_model::VaultId;
use patchbay_vault::{SEAL_FORMAT, check_wraps};
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;
use std::path::Path;

#[derive(Clone)]
pub(crate) struct Header {
    pub(crate) id: VaultId,
    pub(crate) passphrase: Vec<u8>,
    pub(crate) recovery: Vec<u8>,
    pub(crate) keyring: Option<Vec<u8>>,
}

impl Header {
    pub(crate) async fn read(path: &Path, on: &mut SqliteConnection) -> Result<Self, StoreError> {
        let query = "SELECT vault, format, passphrase, recovery, keyring, checksum FROM header";
        let rows = sqlx::query(query).fetch_all(on).await.map_err(|e| problem(path, &e))?;
        let [row] = rows.as_slice() else {
            return Err(StoreError::damaged("it does not have exactly one header"));
        };
        let vault: Vec<u8> = column(row, 0)?;
        let format: i64 = column(row, 1)?;
        let header = Self {
            id: VaultId::from_bytes(
                vault.try_into().map_err(|_| StoreError::damaged("the header has no id"))?,
            ),
            passphrase: column(row, 2)?,
            recovery: column(row, 3)?,
            keyring: column(row, 4)?,
        };
        let checksum: Vec<u8> = column(row, 5)?;
        if header.fingerprint_with(format) != checksum.as_slice() {
            return Err(StoreError::damaged("the header does not match its checksum"));
        }
        if format != i64::from(SEAL_FORMAT) {
            let found = u32::try_from(format).unwrap_or(u32::MAX);
            return Err(StoreError::TooNew { found, known: SEAL_FORMAT.into() });
        }
        check_wraps(&header.passphrase, &header.recovery, header.keyring.as_deref())?;
        Ok(header)
    }

    /// Writes it over the one that is there, or as the first.
    pub(crate) async fn write(
        &self,
        path: &Path,
        on: &mut SqliteConnection,
    ) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO header (one, vault, format, passphrase, recovery, keyring, checksum) \
                   VALUES (1, ?, ?, ?, ?, ?, ?)";
        sqlx::query(sql)
            .bind(self.id.as_bytes().as_slice())
            .bind(i64::from(SEAL_FORMAT))
            .bind(self.passphrase.as_slice())
            .bind(self.recovery.as_slice())
            .bind(self.keyring.as_deref())
            .bind(self.fingerprint().as_slice())
            .execute(on)
            .await
            .map_err(|e| problem(path, &e))?;
        Ok(())
    }

    /// Stands for all of it, in the checksum and in the tally.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint_with(SEAL_FORMAT.into())
    }

    fn fingerprint_with(&self, format: i64) -> [u8; 32] {
        let mut hash =
            Sha256::new().chain_update(self.id.as_bytes()).chain_update(format.to_le_bytes());
        let parts = [Some(&self.passphrase), Some(&self.recovery), self.keyring.as_ref()];
        for part in parts.map(|part| part.map(Vec::as_slice)) {
            // Absent and empty differ, and no part can lend bytes to the next.
            let length = part.map_or(u64::MAX, |bytes| bytes.len() as u64);
            hash.update(length.to_le_bytes());
            hash.update(part.unwrap_or_default());
        }
        hash.finalize().into()
    }
}
