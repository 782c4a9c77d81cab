//! A team server from outside: requests, commands, its events, and the bytes of sessions.
//!
//! Every connection is TLS to a certificate that was pinned, or that this computer's authorities vouch for; before that is
//! proved, nothing but the greeting of TLS goes out. Deliberately absent: what is kept, when to try again, and what any
//! answer means.

mod address;
mod client;
mod error;
mod events;
mod stream;
mod trust;

pub use address::{Address, Place};
pub use client::{Client, Method};
pub use error::ClientError;
pub use events::{EventLines, Events};
pub use patchbay_tls::fingerprint;
pub use stream::{Broken, Relay};
pub use trust::{Looked, Site, Trust};
