//! Every command a front end can give, once: names, request and result types, bodies, bindings.
//!
//! JSON goes in and out of [`dispatch`]; who carries it (a window, a command line, a server) is not known here, and
//! neither are windows, clipboards and file dialogs. Bytes of sessions never pass through.

mod app;
mod bindings;
mod edits;
mod files;
mod framework;
mod hostkeys;
mod identities;
mod import;
mod layouts;
mod list;
mod sessions;
mod settings;
mod status;
mod tree;
mod vault;

pub use bindings::{BindingsError, CommandInfo, describe, typescript};
pub use list::{check, dispatch, names};
