//! The engine against real servers, and against doubles that misbehave as no real one does on purpose.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod agent;
mod double;
mod forward;
mod forwarded;
mod host_keys;
mod hostile;
mod jump;
mod key_formats;
mod legacy;
mod made_keys;
mod network;
mod person;
mod questions;
mod security_keys;
mod sign_in;
mod terminal;
mod through;
