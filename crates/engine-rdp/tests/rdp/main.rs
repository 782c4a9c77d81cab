//! Against real RDP servers.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(feature = "h264")]
mod h264;
mod person;
mod shadow;
mod sharing;
mod xrdp;
