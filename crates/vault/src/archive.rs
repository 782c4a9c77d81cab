//! An archive: data sealed under a passphrase, for a file that leaves the vault.
//!
//! The same pieces as the vault's: a random key wrapped by Argon2id, and one sealed item. What stands before it (the mark,
//! the format and an id made for this archive) is authenticated with both.

use crate::{
    KdfCost, Sealer, Slot, VaultError, VaultKey, unwrap_by_passphrase, wrap_by_passphrase,
};
use patchbay_model::{Secret, VaultId};
use zeroize::Zeroizing;

/// What every archive begins with.
const MARK: &[u8; 17] = b"PATCHBAY ARCHIVE\n";
/// The layout this version writes.
const FORMAT: u8 = 1;
/// Version, three numbers, salt, nonce, sealed key with its tag.
const WRAP: usize = 1 + 12 + 16 + 24 + 32 + 16;

/// The one item of an archive; its format is authenticated as the version of the item.
const SLOT: Slot = Slot { kind: 0xa0, id: [0; 16], field: 0, version: FORMAT as u64 };

/// Why an archive cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It begins otherwise.
    #[error("This is not a Patchbay archive.")]
    NoArchive,
    /// A later version wrote it.
    #[error("The archive was written by a later version of Patchbay.")]
    Later,
    /// It is shorter than it was.
    #[error("The archive is cut off.")]
    Cut,
    /// The passphrase, or the part that holds its key, is not right.
    #[error("The passphrase does not open the archive.")]
    WrongPassphrase,
    /// The passphrase is right and what it protects was changed.
    #[error("The archive is damaged: it is not what was written.")]
    Damaged,
    /// Memory, random numbers, or a cost out of bounds.
    #[error(transparent)]
    Vault(VaultError),
}

/// Seals data. Takes as long as `cost` says.
pub fn seal_archive(
    data: &[u8],
    passphrase: &Secret<String>,
    cost: KdfCost,
) -> Result<Vec<u8>, VaultError> {
    let id = VaultId::new();
    let key = VaultKey::generate()?;
    let wrap = wrap_by_passphrase(&id, &key, passphrase, cost)?;
    let sealed = Sealer::new(id, key).seal(&SLOT, data)?;
    let mut archive = MARK.to_vec();
    archive.push(FORMAT);
    archive.extend_from_slice(id.as_bytes());
    archive.extend_from_slice(&wrap);
    archive.extend_from_slice(&sealed);
    Ok(archive)
}

/// Opens an archive. Takes as long as it says, within bounds.
pub fn open_archive(
    archive: &[u8],
    passphrase: &Secret<String>,
) -> Result<Zeroizing<Vec<u8>>, ArchiveError> {
    let (id, wrap, sealed) = split(archive)?;
    let key = unwrap_by_passphrase(&id, wrap, passphrase).map_err(|error| match error {
        VaultError::WrongPassphrase => ArchiveError::WrongPassphrase,
        VaultError::Damaged(_) => ArchiveError::Damaged,
        other => ArchiveError::Vault(other),
    })?;
    Sealer::new(id, key).unseal(&SLOT, sealed).map_err(|_| ArchiveError::Damaged)
}

/// Whether it looks like an archive that a passphrase could open.
pub fn check_archive(archive: &[u8]) -> Result<(), ArchiveError> {
    split(archive).map(drop)
}

fn split(archive: &[u8]) -> Result<(VaultId, &[u8], &[u8]), ArchiveError> {
    let rest = archive.strip_prefix(MARK).ok_or(ArchiveError::NoArchive)?;
    let (format, rest) = rest.split_first().ok_or(ArchiveError::Cut)?;
    match *format {
        FORMAT => {}
        0 => return Err(ArchiveError::Damaged),
        _ => return Err(ArchiveError::Later),
    }
    let (id, rest) = rest.split_first_chunk::<16>().ok_or(ArchiveError::Cut)?;
    let (wrap, sealed) = rest.split_at_checked(WRAP).ok_or(ArchiveError::Cut)?;
    Ok((VaultId::from_bytes(*id), wrap, sealed))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn what_is_sealed_comes_back_and_nothing_else_does() {
        let archive = seal_archive(b"machines", &secret("correct"), KdfCost::FLOOR).unwrap();
        assert_eq!(*open_archive(&archive, &secret("correct")).unwrap(), b"machines");
        let error = |archive: &[u8], passphrase: &str| {
            open_archive(archive, &secret(passphrase)).unwrap_err()
        };
        assert!(matches!(error(&archive, "wrong"), ArchiveError::WrongPassphrase));
        assert!(matches!(error(b"something else", "correct"), ArchiveError::NoArchive));
        assert!(matches!(error(MARK, "correct"), ArchiveError::Cut));
        assert!(matches!(error(&archive[..100], "correct"), ArchiveError::Cut));
        assert!(matches!(error(&archive[..archive.len() - 1], "correct"), ArchiveError::Damaged));
        let changed = |at: usize, to: u8| {
            let mut changed = archive.clone();
            changed[at] = to;
            changed
        };
        assert!(matches!(error(&changed(MARK.len(), 2), "correct"), ArchiveError::Later));
        let last = archive.len() - 1;
        assert!(matches!(error(&changed(last, !archive[last]), "correct"), ArchiveError::Damaged));
        // The id belongs to the key's protection.
        let id = MARK.len() + 3;
        assert!(matches!(
            error(&changed(id, !archive[id]), "correct"),
            ArchiveError::WrongPassphrase
        ));
    }
}
