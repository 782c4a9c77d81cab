//! What the tests of this crate share.
#![allow(dead_code, reason = "each test takes a part")]

use patchbay_device_snmp::{Access, Agent, Credentials, Patience, Socket};
use patchbay_model::Secret;
use std::time::Duration;

/// Patient where an answer is expected, on a machine that does much else.
pub(crate) const PATIENT: Patience =
    Patience { answer: Duration::from_secs(10), repeats: 2, table: Duration::from_secs(60) };

/// Where answers are lost on purpose.
pub(crate) const LOSSY: Patience =
    Patience { answer: Duration::from_secs(2), repeats: 2, table: Duration::from_secs(60) };

/// For where none is expected.
pub(crate) const SHORT: Patience =
    Patience { answer: Duration::from_millis(150), repeats: 1, table: Duration::from_secs(60) };

pub(crate) fn v2c(community: &str) -> Credentials {
    Credentials::V2c { community: Secret::new(community.to_owned()) }
}

pub(crate) async fn agent(port: u16, credentials: &Credentials, patience: Patience) -> Agent {
    let access = Access::new(credentials).unwrap();
    Socket::open().await.unwrap().agent("127.0.0.1", port, &access, patience).await.unwrap()
}
