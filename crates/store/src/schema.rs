//! The tables, and how older ones become these.

/// "PBVA": what `file` and others can tell a vault by.
pub(crate) const APPLICATION_ID: i32 = 0x5042_5641;

/// One version of the tables.
#[derive(Clone, Copy)]
pub(crate) struct Version {
    /// Kept as `user_version`.
    pub(crate) number: u32,
    /// Makes it out of the one before; for the first, out of nothing.
    pub(crate) upgrade: &'static [&'static str],
    /// Name and SQL of every table, as SQLite keeps them. A file with others is refused: SQL in a forged file (a
    /// trigger, a view) would run with our rights.
    pub(crate) tables: &'static [(&'static str, &'static str)],
}

/// All versions, oldest first.
pub(crate) type Schema = &'static [Version];

/// The versions this program knows.
pub(crate) const SCHEMA: Schema = &[VERSION_1];

/// The newest number of a schema.
pub(crate) fn newest(schema: Schema) -> u32 {
    schema.last().map_or(0, |version| version.number)
}

pub(crate) const VERSION_1: Version = Version {
    number: 1,
    upgrade: &[HEADER, ITEMS, MANIFEST],
    tables: &[("header", HEADER), ("items", ITEMS), ("manifest", MANIFEST)],
};

/// One row. `checksum` is over all of it, so that damage is told apart from a wrong passphrase.
const HEADER: &str = "CREATE TABLE header (one INTEGER PRIMARY KEY CHECK (one = 1), vault BLOB NOT NULL, \
    format INTEGER NOT NULL, passphrase BLOB NOT NULL, recovery BLOB NOT NULL, keyring BLOB, \
    checksum BLOB NOT NULL) STRICT";

/// One tree, in the order of the key: a scan sees every row once, in order.
const ITEMS: &str = "CREATE TABLE items (kind INTEGER NOT NULL, id BLOB NOT NULL, field INTEGER NOT NULL, \
    version INTEGER NOT NULL, changed_at INTEGER NOT NULL, sealed BLOB NOT NULL, \
    PRIMARY KEY (kind, id, field)) STRICT, WITHOUT ROWID";

/// One row: the sealed tally.
const MANIFEST: &str =
    "CREATE TABLE manifest (one INTEGER PRIMARY KEY CHECK (one = 1), sealed BLOB NOT NULL) STRICT";
