//! Against real RDP servers.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod person;
mod shadow;
mod sharing;
mod xrdp;
