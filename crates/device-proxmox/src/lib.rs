//! Proxmox VE from outside: a client of its API (`/api2/json`).
//!
//! Every connection is TLS to a certificate whose fingerprint is pinned; before that is proved, nothing but the greeting of
//! TLS goes out. Every change names a task ([`Upid`]), and only [`Client::follow`] says whether it was done; a change is
//! sent once. Requests are values before they are sent, so that tests hold them against the server's own schema.
//! Deliberately absent: what is kept, which cluster a machine belongs to, and administering the cluster itself.

mod answer;
mod backup;
mod call;
mod client;
mod config;
mod console;
mod copy;
mod error;
mod graph;
mod guest;
mod http;
mod lenient;
mod power;
mod property;
mod resources;
#[cfg(test)]
mod schema_tests;
mod signin;
mod site;
mod snapshot;
mod storage;
mod task;
pub mod termproxy;
mod upload;

pub use backup::{BackupMode, Compression, NewBackup, Restore};
pub use client::{Client, Version};
pub use config::{CloudInit, ConfigChange, GuestConfig};
pub use console::{Bidirectional, Screen, TerminalAt};
pub use copy::{FromTemplate, LocalDisk, Migration, Movable, NewClone};
pub use error::ProxmoxError;
pub use graph::{Measured, Of, Point, Span};
pub use guest::{Guest, GuestKind, Node, VmId};
pub use power::Power;
pub use property::{Disk, Properties, bytes_of};
pub use resources::{Difference, Resource, ResourceKind, Usage, difference};
pub use signin::{Clock, SignIn};
pub use site::{Fingerprint, PORT, Site};
pub use snapshot::{NewSnapshot, Row, Snapshot, Snapshots};
pub use storage::{Checksum, Content, Download, HashKind, Storage, Volume};
pub use task::{Exit, Task, TaskNews, Upid, percent};
pub use upload::Upload;
