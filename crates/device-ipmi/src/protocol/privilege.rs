//! How far an account or a session reaches (section 6.8).

use std::fmt;

/// A privilege level; a higher one may do all that the lower ones may.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Privilege {
    /// May start a call back.
    Callback = 1,
    /// May read.
    User = 2,
    /// May switch power, and not change settings.
    Operator = 3,
    /// May do everything.
    Administrator = 4,
    /// What the vendor made of it.
    Oem = 5,
}

impl Privilege {
    /// The level of a number on the wire; `None` for "no access" and numbers without a meaning.
    #[must_use]
    pub const fn of(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Callback),
            2 => Some(Self::User),
            3 => Some(Self::Operator),
            4 => Some(Self::Administrator),
            5 => Some(Self::Oem),
            _ => None,
        }
    }

    /// Its number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Privilege {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Callback => "callback",
            Self::User => "user",
            Self::Operator => "operator",
            Self::Administrator => "administrator",
            Self::Oem => "OEM",
        })
    }
}
