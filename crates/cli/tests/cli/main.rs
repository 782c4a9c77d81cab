//! The built program from outside, against real vaults and a real OpenSSH server.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod connect;
mod cp;
mod devices;
mod exchange;
mod exec;
mod forward;
mod machines;
mod record;
mod run;
mod support;
