//! Where a team server keeps what it knows: SQLite in a file, or PostgreSQL, with the same meaning.
//!
//! The same SQL runs on both; what differs stands in `dialect.rs`. Writes stand in a queue, over all nodes: each takes
//! the next revision first, so revisions, the audit chain and what other nodes are told have one order.
//!
//! Deliberately absent: what is allowed (`patchbay-team`), and what sealed bytes mean.

mod audit;
mod backup;
mod connection;
mod copy;
mod dialect;
mod directory;
mod error;
mod find;
mod items;
mod nodes;
mod numbers;
mod place;
mod postgres;
mod revisions;
mod schema;
mod settings;
mod sqlite;
mod store;
mod used;
mod value;
mod write;

#[cfg(test)]
mod tests;

pub use backup::{backup_of, restore};
pub use error::StoreError;
pub use find::{Doer, Find, Found};
pub use items::{ItemChange, StoredItem};
pub use nodes::Node;
pub use numbers::Numbered;
pub use place::Place;
pub use revisions::{Changed, ItemId};
pub use store::TeamStore;
pub use used::Use;
pub use write::Write;
