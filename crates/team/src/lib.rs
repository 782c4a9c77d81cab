//! The rules of a team server: who people are, what they may do with what is shared, and what is written down of it.
//!
//! Deliberately absent: SQL (`patchbay-team-store`), HTTP and sessions (`patchbay-server`), and any I/O.

pub mod entity;
pub mod permission;
