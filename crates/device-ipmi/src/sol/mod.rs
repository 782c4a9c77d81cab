//! Serial over LAN: a machine's serial console as a terminal like any other (chapters 15 and 24, sections 26.1 to 26.3).
//!
//! Deliberately absent: the wires CTS and DCD, ring, and the settings of the line's speed, which belong to the firmware's
//! set-up on both ends.

mod line;
mod terminal;

pub use line::{Heard, SolLine};
pub use terminal::{Console, Stale};
