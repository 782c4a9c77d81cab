//! The keys of a vault: how they are made, wrapped, and used to seal items.
//!
//! A random 32-byte vault key seals everything. It is itself kept three ways: wrapped by the passphrase
//! (Argon2id), by a printable recovery key, and, if asked for, by a key in the OS keyring. Each purpose has a subkey of
//! its own (HKDF). Items are sealed with XChaCha20-Poly1305 and bound to where they are kept.
//!
//! Deliberately absent: SQL and files (`patchbay-store`), and any say in when a vault locks (`patchbay-core`). The only
//! I/O is the OS keyring. Keys are wiped when dropped, but memory is not locked against swapping, and what the hash
//! crates leave on the stack while they work is not wiped: someone who reads this process's memory wins.

mod archive;
mod cost;
mod error;
mod key;
pub mod keyring;
mod random;
mod recovery;
mod seal;
mod stream;
mod strength;
mod tally;
mod wrap;

pub use archive::{ArchiveError, check_archive, open_archive, seal_archive};
pub use cost::KdfCost;
pub use error::VaultError;
pub use key::{KeyringKey, VaultKey};
pub use recovery::RecoveryKey;
pub use seal::{SEAL_FORMAT, Sealer, Slot, TAG_LENGTH};
pub use stream::{StreamKey, StreamSealer};
pub use strength::strength;
pub use tally::{RowMac, Tally};
pub use wrap::{
    check_wraps, cost_of, unwrap_by_keyring, unwrap_by_passphrase, unwrap_by_recovery,
    wrap_by_keyring, wrap_by_passphrase, wrap_by_recovery,
};
