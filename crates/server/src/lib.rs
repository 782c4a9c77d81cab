//! tmp
mod service;
mod team;
pub use service::Proof;
/// tmp
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RequestId(u64);
mod http {
    pub use crate::RequestId;
}
pub use team::*;
