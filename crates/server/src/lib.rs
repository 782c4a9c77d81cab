//! tmp
mod service;
mod team;
pub use service::{Answer, Caller, Gauge, Proof, Service, Stream, Watch};
mod inside;
pub use inside::Inside;
/// tmp
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RequestId(u64);
mod http {
    pub use crate::RequestId;
}
pub use team::*;
