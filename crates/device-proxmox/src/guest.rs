//! What requests are about: nodes and guests.

use crate::call::Call;
use serde::Deserialize;
use std::{fmt, str::FromStr};

/// The lowest number of a guest.
const FIRST: u32 = 100;
/// The highest.
const LAST: u32 = 999_999_999;

/// A node's name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Node(String);

impl Node {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Node {
    type Err = &'static str;

    /// Letters, digits and hyphens (the schema's format `pve-node`), so that it is always one segment of a path.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let fits = (1..=63).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !name.starts_with('-')
            && !name.ends_with('-');
        if fits { Ok(Self(name.to_owned())) } else { Err("That is no name of a node.") }
    }
}

impl TryFrom<String> for Node {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse()
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a guest is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum GuestKind {
    /// A virtual machine.
    Qemu,
    /// A container.
    Lxc,
}

impl GuestKind {
    /// As it stands in paths.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Qemu => "qemu",
            Self::Lxc => "lxc",
        }
    }
}

/// A guest's number, which stays when it is moved.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct VmId(u32);

impl VmId {
    /// Nothing if it cannot be one: they go from 100 to 999,999,999.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number >= FIRST && number <= LAST { Some(Self(number)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for VmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A guest, where it was last seen.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Guest {
    /// Where it is.
    pub node: Node,
    /// What it is.
    pub kind: GuestKind,
    /// Its number.
    pub id: VmId,
}

impl Guest {
    /// The same guest on another node.
    #[must_use]
    pub fn on(&self, node: Node) -> Self {
        Self { node, ..self.clone() }
    }

    /// A request below it.
    pub(crate) fn call(&self, of: fn(&[&str]) -> Call, below: &[&str]) -> Call {
        let id = self.id.to_string();
        let own = ["nodes", self.node.as_str(), self.kind.as_str(), id.as_str()];
        of(&[&own, below].concat())
    }
}

impl fmt::Display for Guest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} on {}", self.kind.as_str(), self.id, self.node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_what_the_schema_takes() {
        for good in ["pve", "pve-1", "9"] {
            assert!(good.parse::<Node>().is_ok(), "{good}");
        }
        for wrong in ["", "-a", "a-", "a.b", "a/b", "..", "ä", &"x".repeat(64)] {
            assert!(wrong.parse::<Node>().is_err(), "{wrong}");
        }
        assert!(VmId::new(99).is_none() && VmId::new(1_000_000_000).is_none());
        assert!(VmId::new(100).is_some() && VmId::new(999_999_999).is_some());
    }
}
