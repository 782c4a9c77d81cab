//! What somebody may do with a thing that is shared.

use serde::{Deserialize, Serialize};
use specta::Type;

/// One thing that may be allowed.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "camelCase")]
#[repr(u8)]
pub enum Permission {
    /// Know that it is there, and look at it without its secrets.
    See = 1 << 0,
    /// Open sessions to it, with secrets of one's own.
    Connect = 1 << 1,
    /// Open sessions with the secrets that are kept with it, without seeing them.
    UseSecret = 1 << 2,
    /// Be shown its secrets.
    Reveal = 1 << 3,
    /// Change it, put something into it, delete it.
    Edit = 1 << 4,
    /// Let others have it, up to what one may do oneself; share live sessions.
    Share = 1 << 5,
    /// Give and take roles on it.
    Administer = 1 << 6,
}

impl Permission {
    /// All of them, from the least to the most.
    pub const ALL: [Self; 7] = [
        Self::See,
        Self::Connect,
        Self::UseSecret,
        Self::Reveal,
        Self::Edit,
        Self::Share,
        Self::Administer,
    ];
}

/// Several permissions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(from = "Vec<Permission>", into = "Vec<Permission>")]
pub struct Permissions(u8);

impl Permissions {
    /// None at all.
    pub const NONE: Self = Self(0);
    /// All there are.
    pub const ALL: Self = Self(0x7f);

    /// These.
    #[must_use]
    pub fn of(list: &[Permission]) -> Self {
        Self(list.iter().fold(0, |all, one| all | *one as u8))
    }

    /// As the number that is stored; bits that mean nothing are left out.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// The number that is stored.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether this one is among them.
    #[must_use]
    pub const fn has(self, one: Permission) -> bool {
        self.0 & one as u8 != 0
    }

    /// Whether all of those are among these.
    #[must_use]
    pub const fn covers(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// These but for one.
    #[must_use]
    pub const fn without(self, one: Permission) -> Self {
        Self(self.0 & !(one as u8))
    }

    /// Those of these that are among others.
    #[must_use]
    pub const fn within(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// Each of them.
    pub fn each(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |one| self.has(*one))
    }
}

impl From<Vec<Permission>> for Permissions {
    fn from(list: Vec<Permission>) -> Self {
        Self::of(&list)
    }
}

impl From<Permissions> for Vec<Permission> {
    fn from(permissions: Permissions) -> Self {
        permissions.each().collect()
    }
}
