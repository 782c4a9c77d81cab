//! Telnet, raw TCP and serial lines against peers that others wrote.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod conserver;
mod screen;
mod serial;
mod tcp;
