//! The client against fakepve, which others wrote, behind TLS records that are cut anywhere. Unless a test says "plain", a
//! double of ours is over it (`crates/testkit/src/pve/double.py`), because the real server differs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod consoles;
mod guests;
mod hostile;
mod signing_in;
mod storages;
mod support;
mod tasks;
mod tree;
