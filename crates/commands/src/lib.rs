//! Every command a front end can give, once: names, request and result types, bodies, bindings.
//!
//! JSON goes in and out of [`dispatch`]; who carries it (a window, a command line, a server) is not known here, and
//! neither are windows, clipboards and file dialogs. Bytes of sessions never pass through.

mod agent;
mod app;
mod bindings;
mod bmc;
mod cluster;
mod edits;
mod export;
mod files;
mod framework;
mod hostkeys;
mod identities;
mod import;
pub mod joined;
mod layouts;
mod list;
mod management;
mod pdu;
mod power;
mod recordings;
mod runs;
mod sessions;
mod settings;
mod snippets;
mod status;
mod switch;
mod tree;
mod triggers;
mod tunnels;
mod vault;
mod workspaces;

pub use bindings::{BindingsError, CommandInfo, describe, typescript};
pub use list::{check, dispatch, names};
