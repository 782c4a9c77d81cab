//! The rules of a team server: who people are, what they may do with what is shared, and what is written down of it.
//!
//! Nothing here reads a clock: the time is handed in. Random numbers come from the operating system.
//!
//! Deliberately absent: SQL (`patchbay-team-store`), HTTP and sessions (`patchbay-server`), and any I/O. The tree of
//! machines is not known here either: who asks for permissions says which folders a thing lies in.

pub mod audit;
pub mod directory;
pub mod entity;
mod error;
pub mod master;
pub mod passkey;
pub mod password;
pub mod permission;
mod random;
pub mod recovery;
pub mod throttle;
pub mod token;
pub mod totp;

pub use error::{TeamError, Thing};
