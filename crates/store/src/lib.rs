//! The vault file, and what services ask of whatever keeps their items.
//!
//! One SQLite file in WAL mode with `synchronous=FULL`, one process at a time, one writer. A stolen file tells row ids,
//! kinds, sizes and times; everything else is sealed by `patchbay-vault`. Rows cannot be swapped, left out or put back
//! from an earlier time one by one: a sealed tally of all rows changes with each of them and is checked on unlock.
//!
//! A file is not written to before it is known to be good: it is checked through an immutable connection, or, if the
//! last process died and left a write-ahead log, on a copy. Migrations run on a copy too.
//!
//! Deliberately absent: what the items mean (`patchbay-core`); a defence against the *whole* file being replaced by an
//! older one, which needs something outside the file; and a defence against someone who can write the file while it is
//! open.

mod access;
mod backup;
mod check;
mod create;
mod error;
mod file;
mod header;
mod item;
mod items;
mod migrate;
mod open;
mod rewrap;
mod rows;
mod schema;
mod sqlite;
mod staged;
mod write;

#[cfg(test)]
mod tests;

pub use backup::restore;
pub use error::StoreError;
pub use file::{UnlockWith, VaultFile};
pub use item::{Change, Field, Item, Kind};
pub use items::{Answer, Items};
pub use open::OpenVault;
pub use patchbay_vault as vault;
