//! The client against OpenSSH's server, and against doubles that misbehave as no real one does on purpose.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod cancel;
mod double;
mod files;
mod folders;
mod greeting;
mod hostile;
mod paths;
mod server;
mod transfer;
mod waiting;
