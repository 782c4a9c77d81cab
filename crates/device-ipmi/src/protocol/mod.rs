//! The wire without I/O.

mod bytes;
mod lan;
mod privilege;
mod rakp;
mod rmcp;
mod session15;
mod session20;
mod suite;
mod window;

pub(crate) use bytes::Reader;
pub use lan::{LanReply, LanRequest, completion};
pub use privilege::Privilege;
pub use rakp::{Handshake, Login};
pub use rmcp::{Class, Pong, ping, pong, unwrap as unwrap_rmcp};
pub(crate) use session15::open_plain;
pub use session15::{AuthCapabilities, AuthType, Session15, plain_packet};
pub use session20::{Opened, PayloadType, Session20};
pub(crate) use session20::{bare, open_bare};
pub use suite::Suite;
pub use window::Window;
