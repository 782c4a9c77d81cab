//! What can go wrong, and what to do about it.

use patchbay_model::{ApiError, ErrorCode};
use std::fmt;
use std::time::Duration;

/// The kinds of things a server keeps about people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is the entity it names")]
pub enum Thing {
    Account,
    SignIn,
    Token,
    RecoveryCode,
    Organisation,
    Member,
    Group,
    Role,
    Grant,
    Invitation,
    Handoff,
    Provider,
    Link,
    Passkey,
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Account => "account",
            Self::SignIn => "sign-in",
            Self::Token => "token",
            Self::RecoveryCode => "recovery code",
            Self::Organisation => "organisation",
            Self::Member => "member",
            Self::Group => "group",
            Self::Role => "role",
            Self::Grant => "grant",
            Self::Invitation => "invitation",
            Self::Handoff => "request to sign in",
            Self::Provider => "provider",
            Self::Link => "link to a provider",
            Self::Passkey => "passkey",
        })
    }
}

/// Why something about people, their proofs or the server's keys is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TeamError {
    /// Nothing has this id, or not here.
    #[error("There is no such {0}.")]
    Unknown(Thing),
    /// Another one has the name, perhaps in other letter case.
    #[error("There is already {} {what} named “{name}”.", article(*what))]
    NameTaken {
        /// Of what kind.
        what: Thing,
        /// As it was asked for.
        name: String,
    },
    /// The name is empty, too long or has characters that names do not have.
    #[error("This cannot be the name of {} {what}: {why}.", article(*what))]
    NameMalformed {
        /// Of what kind.
        what: Thing,
        /// The rule it breaks.
        why: &'static str,
    },
    /// The same thing is there already under another id.
    #[error("This {0} is there already.")]
    Exists(Thing),
    /// What it belongs to cannot change.
    #[error("The {0} cannot be moved to another owner.")]
    Moved(Thing),
    /// Somebody has the role, or an invitation gives it.
    #[error("The role “{name}” is in use.")]
    RoleInUse {
        /// Of the role.
        name: String,
    },
    /// The roles that every server has stay as they are.
    #[error("The role “{name}” is part of Patchbay and cannot be changed.")]
    BuiltInRole {
        /// Of the role.
        name: String,
    },
    /// Nobody could run the server any more.
    #[error("This is the last account that runs this server.")]
    LastOperator,
    /// A network that cannot be read.
    #[error("“{0}” is not a network.")]
    Network(String),
    /// A password that is easily guessed.
    #[error("This password is too weak.")]
    WeakPassword {
        /// What would be better, one sentence.
        hint: String,
    },
    /// A passphrase or a password is longer than anyone types.
    #[error("The password is longer than {0} bytes.")]
    LongPassword(usize),
    /// Too many tries to sign in; this one was not looked at.
    #[error("Too many tries to sign in.")]
    TooManyTries {
        /// How long until the next one is looked at.
        wait: Duration,
    },
    /// Not enough memory, or parameters out of bounds.
    #[error("The password could not be hashed: {0}.")]
    Hashing(String),
    /// The operating system gives no random numbers.
    #[error("The operating system gives no random numbers: {0}.")]
    Random(String),
    /// Not 32 bytes as base64 or hexadecimal.
    #[error("The master key is not 32 bytes in base64 or hexadecimal.")]
    MasterKeyMalformed,
    /// Well-formed, and not the one the server's keys were wrapped with.
    #[error("The master key is not the one that this server's data was sealed with.")]
    WrongMasterKey,
    /// A passphrase is needed and a key was given, or the other way round.
    #[error("This server's data was sealed with {}.", if *.passphrase { "a passphrase, and a key was given" } else { "a key, and a passphrase was given" })]
    OtherMasterKey {
        /// A passphrase is what is needed.
        passphrase: bool,
    },
    /// The wrapped keys are not what was written.
    #[error("The server's wrapped keys are damaged.")]
    KeysDamaged,
    /// Sealed data does not fit its place: damaged, or moved there from elsewhere.
    #[error("Sealed data is damaged, or was moved.")]
    Unsealable,
    /// Sealed with a data key that is not there.
    #[error("Data was sealed with key {0}, which is not among this server's keys.")]
    UnknownDataKey(u32),
    /// An audit record or checkpoint that cannot be read.
    #[error("An audit record cannot be read: {0}.")]
    AuditUnreadable(&'static str),
}

impl TeamError {
    /// As people and programs get it.
    #[must_use]
    pub fn api_error(&self) -> ApiError {
        let error = ApiError::new(self.code(), self.to_string()).next(self.next_step());
        match self {
            Self::NameMalformed { what: Thing::Member, .. } => error.on("display"),
            Self::NameTaken { .. } | Self::NameMalformed { .. } => error.on("name"),
            Self::Network(_) => error.on("networks"),
            Self::WeakPassword { .. } | Self::LongPassword(_) => error.on("password"),
            Self::TooManyTries { .. } | Self::Hashing(_) => error.retry(),
            _ => error,
        }
    }

    const fn code(&self) -> ErrorCode {
        match self {
            Self::Unknown(_) => ErrorCode::NotFound,
            Self::TooManyTries { .. } => ErrorCode::Throttled,
            Self::Exists(_) | Self::RoleInUse { .. } | Self::LastOperator => ErrorCode::Conflict,
            Self::BuiltInRole { .. } => ErrorCode::NotAllowed,
            Self::MasterKeyMalformed | Self::WrongMasterKey | Self::OtherMasterKey { .. } => {
                ErrorCode::WrongPassphrase
            }
            Self::KeysDamaged
            | Self::Unsealable
            | Self::UnknownDataKey(_)
            | Self::AuditUnreadable(_) => ErrorCode::VaultDamaged,
            Self::Hashing(_) | Self::Random(_) => ErrorCode::Internal,
            _ => ErrorCode::Invalid,
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::Unknown(_) => "Load the list again: it may have been deleted.",
            Self::NameTaken { .. } => "Choose another name.",
            Self::NameMalformed { what: Thing::Account, .. } => {
                "Use up to 64 of a–z, 0–9 and . _ - + @, beginning with a letter or digit."
            }
            Self::NameMalformed { .. } => {
                "Use up to 128 characters on one line, with no space around them."
            }
            Self::Exists(_) => "Load the list again and change the one that is there.",
            Self::Moved(_) => "Delete it and make a new one.",
            Self::RoleInUse { .. } => {
                "Take it from everybody who has it, delete invitations that give it, and try again."
            }
            Self::BuiltInRole { .. } => "Make a role of your own with other permissions.",
            Self::LastOperator => "Let another account run this server first.",
            Self::Network(_) => "Write networks as 192.0.2.0/24 or 2001:db8::/32, or one address.",
            Self::WeakPassword { hint } => return hint.clone(),
            Self::LongPassword(_) => "Use a shorter one.",
            Self::TooManyTries { wait } => {
                let seconds = wait.as_millis().div_ceil(1000).max(1);
                let unit = if seconds == 1 { "second" } else { "seconds" };
                return format!("Wait {seconds} {unit}, then try again.");
            }
            Self::Hashing(_) => "Try again when the server has more free memory.",
            Self::Random(_) => "Check the server's operating system.",
            Self::MasterKeyMalformed => {
                "Give the key as it was made, or make one with: openssl rand -base64 32"
            }
            Self::WrongMasterKey => {
                "Start the server with the master key it was last started with."
            }
            Self::OtherMasterKey { passphrase: true } => {
                "Start the server with the passphrase it was last started with."
            }
            Self::OtherMasterKey { passphrase: false } => {
                "Start the server with the key file or variable it was last started with."
            }
            Self::KeysDamaged
            | Self::Unsealable
            | Self::UnknownDataKey(_)
            | Self::AuditUnreadable(_) => "Restore the newest good backup.",
        }
        .to_owned()
    }
}

const fn article(what: Thing) -> &'static str {
    match what {
        Thing::Account | Thing::Organisation | Thing::Invitation => "an",
        _ => "a",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_says_what_to_do() {
        let all = [
            TeamError::Unknown(Thing::Group),
            TeamError::NameTaken { what: Thing::Account, name: "ann".to_owned() },
            TeamError::NameMalformed { what: Thing::Role, why: "it is empty" },
            TeamError::Exists(Thing::Grant),
            TeamError::Moved(Thing::Invitation),
            TeamError::RoleInUse { name: "Night shift".to_owned() },
            TeamError::BuiltInRole { name: "Owner".to_owned() },
            TeamError::LastOperator,
            TeamError::Network("ten".to_owned()),
            TeamError::WeakPassword { hint: "Use more words.".to_owned() },
            TeamError::LongPassword(1024),
            TeamError::TooManyTries { wait: Duration::from_millis(1) },
            TeamError::Hashing("no memory".to_owned()),
            TeamError::Random("none".to_owned()),
            TeamError::MasterKeyMalformed,
            TeamError::WrongMasterKey,
            TeamError::OtherMasterKey { passphrase: true },
            TeamError::OtherMasterKey { passphrase: false },
            TeamError::KeysDamaged,
            TeamError::Unsealable,
            TeamError::UnknownDataKey(7),
            TeamError::AuditUnreadable("it is cut off"),
        ];
        for error in all {
            let api = error.api_error();
            assert!(api.message.ends_with('.'), "{api:?}");
            assert!(!api.next_step.is_empty(), "{api:?}");
        }
        let said = |error: TeamError| error.api_error().to_string();
        assert_eq!(
            said(TeamError::NameTaken { what: Thing::Account, name: "ann".to_owned() }),
            "There is already an account named “ann”. Choose another name."
        );
        assert_eq!(
            said(TeamError::TooManyTries { wait: Duration::from_millis(1_001) }),
            "Too many tries to sign in. Wait 2 seconds, then try again."
        );
        assert_eq!(
            said(TeamError::Moved(Thing::Invitation)),
            "The invitation cannot be moved to another owner. Delete it and make a new one."
        );
        assert!(said(TeamError::TooManyTries { wait: Duration::ZERO }).contains("1 second,"));
    }
}
