//! SSH: from a target and credentials to a terminal or a command's output, over russh.
//!
//! Nothing here knows the vault or the tree of machines; whatever only the person or the records can tell is asked
//! through [`Interaction`](patchbay_session::Interaction). Every server is taken to be hostile: what it sends is bounded
//! in memory and time, and nothing is offered to it before its host key was judged.
//! Deliberately absent: SFTP itself (`patchbay-sftp`): here is only the connection it runs over. Files and tunnels have
//! connections of their own, since a full channel holds up every other one on its connection.

pub mod agent_server;
pub mod forward;
pub mod hostkey;
pub mod keys;
pub mod known_hosts;
pub mod text;

mod agent;
mod algorithms;
mod commands;
mod dial;
mod error;
mod exec;
mod files;
mod gate;
mod held;
mod inline;
mod link;
mod policy;
mod pump;
mod report;
mod route;
mod russh_error;
mod session;
mod sign_in;
mod target;
mod terminal;
mod through;
mod watcher;

pub use agent::{TOUCH, agent_keys};
pub use commands::{Answered, CommandInput, Commands};
pub use error::{SshError, Waiting};
pub use exec::{Exec, ExecEvent, exec};
pub use files::files;
pub use held::{HeldLink, HeldStream};
pub use policy::algorithm_policy;
pub use target::{Credential, Display, Hop, HostKeyHints, Reach, Target};
pub use terminal::connect;
pub use through::{Destination, SocketDestination, dial_socket_through, dial_through};
