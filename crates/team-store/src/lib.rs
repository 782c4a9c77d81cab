//! Where a team server keeps what it knows: SQLite in a file, or PostgreSQL, with the same meaning.
//!
//! Deliberately absent: what is allowed (`patchbay-team`), and what sealed bytes mean.
