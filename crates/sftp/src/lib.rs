//! SFTP version 3 (draft-ietf-secsh-filexfer-02) and OpenSSH's extensions to it, over any pair of byte streams.
//!
//! Names, paths and handles are bytes from end to end, so a file whose name is no UTF-8 can be listed, opened, renamed
//! and deleted. The server is taken to be hostile: every length is bounded, what it was not asked for ends the client,
//! and a request waits only so long after the last byte that came.
//! Deliberately absent: a server, the later versions of the protocol (OpenSSH speaks none of them), appending (OpenSSH
//! then ignores offsets), text mode, `home-directory` and `fstatvfs` (`expand-path` and `statvfs` do the same), and any
//! policy: recursion, resuming and conflicts belong to whoever calls.

mod answer;
mod attributes;
mod client;
mod codec;
mod error;
mod extended;
mod file;
mod greeting;
mod handle;
mod kind;
mod limits;
mod link;
mod listing;
mod paths;
mod reader;
mod receive;
mod reply;
mod text;
mod transmit;
mod waiting;
mod writer;

pub use attributes::{Attributes, FileKind};
pub use client::{Client, Options};
pub use error::{SftpError, StatusCode};
pub use extended::{Space, UsersGroups};
pub use file::{File, OpenOptions, WroteWhole};
pub use greeting::Extensions;
pub use limits::Limits;
pub use listing::ReadDir;
pub use reader::Reader;
pub use reply::{DirEntry, Reply};
pub use writer::Writer;
