//! The vocabulary every session engine speaks, and the way its bytes reach a viewer.
//!
//! An engine is handed a target and credentials, asks through [`Interaction`], and yields a [`Terminal`]. The [`hub`]
//! keeps the last output of each session and passes it to whoever is attached, as fast as they acknowledge.
//! Deliberately absent: sockets of the webview (the shell and the server have those) and anything about the vault.

pub mod asciicast;
pub mod codec;
pub mod desktop;
pub mod hub;
mod interaction;
mod terminal;
pub mod text;

pub use codec::{CodecError, FromViewer, ToViewer};
pub use hub::{CAPACITY, Output, Viewer};
pub use interaction::{
    Ask, CertificateCheck, Forwarded, HostKeyCheck, HostKeyVerdict, Interaction, Progress,
};
pub use terminal::{Terminal, TerminalEvent, TerminalInput};
