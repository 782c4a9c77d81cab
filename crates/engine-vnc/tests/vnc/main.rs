//! The engine against VNC servers that others wrote.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod desk;
mod encodings;
mod hands;
mod person;
mod picture;
mod qemu;
mod recorded;
mod security;
mod transport;
