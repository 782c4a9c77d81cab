//! What tests, the demo and the figures need of the world: real servers on loopback, a virtual display, the real window.
//!
//! Everything is started on a free port or display of its own and ends when it is dropped.

mod error;
mod screen;
mod window;

pub use error::TestkitError;
pub use screen::Screen;
pub use window::{Launch, Window, binary_beside};
