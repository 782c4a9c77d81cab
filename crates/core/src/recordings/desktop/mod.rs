//! Recordings of desktops: making them, and playing them.
//!
//! A player is a desktop that nobody can do anything on: its picture comes to the window as that of a session, and the
//! window says which time it is. What is written and read is described in `patchbay_session::desktop::recording`.
//! Deliberately absent: the passing of time, speed and pauses, which are the window's.

mod export;
mod play;
mod reader;
mod recorder;

#[cfg(all(test, unix))]
mod tests;

pub(super) use export::write as export;
pub(super) use play::Playing;
pub(super) use reader::Reader;
pub(crate) use recorder::{DesktopRecorder, Look};
