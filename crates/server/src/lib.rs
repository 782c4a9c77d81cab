//! The team server. Outside: command line, TLS, connections, HTTP, and what every request goes through. Inside: the team.
//!
//! What is behind the outside is a [`Service`], and a [`Program`] makes one. Nothing in `http`, `net` or `ui` knows who may do what.
//! The team (`team`) is what the server knows and how it is changed; each member has services of their own there.
//! Deliberately absent: plain HTTP but from proxies that are named, `Strict-Transport-Security` (it would bind every other
//! service of the same host name), CORS (no other site has business here), and HTTP/3.

mod api;
mod dialect;
pub mod http;
mod inside;
pub mod log;
pub mod net;
pub mod options;
mod outbound;
mod program;
pub mod service;
pub mod start;
mod team;
pub mod ui;

pub use api::{Api, router};
pub use http::{Failure, Peer, RequestId};
pub use inside::Inside;
pub use options::{Command, Settings};
pub use program::TeamServer;
pub use service::{Acting, Answer, Caller, Gauge, Proof, Service, Stream, Watch};
pub use start::{Done, Parts, Program, StartError, Started, run, start};
pub use team::{Beside, Opening, POLICIES, Policy, Team, policy, reach};
