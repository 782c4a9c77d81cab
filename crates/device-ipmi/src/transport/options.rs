//! What a caller may choose about a BMC.

use crate::{Privilege, Suite};
use std::time::Duration;

/// How a BMC is talked to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// What the session may do.
    pub privilege: Privilege,
    /// How long the first answer is waited for; each further try waits that much longer.
    pub wait: Duration,
    /// How often something is sent that may be sent again.
    pub tries: u32,
    /// After how much silence an open session is used, so that the BMC does not forget it: they do after 60 seconds.
    pub keep_alive: Option<Duration>,
    /// Which versions are spoken.
    pub versions: Versions,
    /// The only cipher suite that is taken, instead of the best that both have; suite 0 still needs [`Insecure::unprotected`].
    pub suite: Option<Suite>,
    /// What is done without protection.
    pub insecure: Insecure,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            privilege: Privilege::Administrator,
            wait: Duration::from_secs(1),
            tries: 4,
            keep_alive: Some(Duration::from_secs(30)),
            versions: Versions::Best,
            suite: None,
            insecure: Insecure::default(),
        }
    }
}

/// Which versions of IPMI are spoken.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Versions {
    /// 2.0, and 1.5 with a BMC that knows nothing better.
    #[default]
    Best,
    /// 2.0 only.
    Only20,
    /// 1.5 only.
    Only15,
}

/// What is done without protection; nothing unless somebody says so.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Insecure {
    /// Sessions that prove and hide nothing: cipher suite 0, and "none" of IPMI 1.5.
    pub unprotected: bool,
    /// Signing in without a name.
    pub anonymous: bool,
    /// The password in clear, where a BMC with IPMI 1.5 has nothing better.
    pub plain_password: bool,
}
