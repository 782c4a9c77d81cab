//! Identifiers: UUID version 7 (RFC 9562), so that they sort by the time they were made.

use serde::{Deserialize, Serialize};
use specta::Type;
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize, Type)]
        #[serde(transparent)]
        pub struct $name(#[specta(type = String)] Uuid);

        impl $name {
            /// A new id, later than every one made before it in this process.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "a default that differs each time surprises")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The sixteen bytes, as they are stored and authenticated.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// The id with these sixteen bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// A vault.
    VaultId;
    /// A node of the tree of machines: a folder or an entry.
    NodeId;
    /// A way to sign in, shared between entries.
    IdentityId;
    /// A host key on record.
    HostKeyId;
    /// A session: one connection and what it shows. Lives as long as the process.
    SessionId;
    /// A recording of a terminal.
    RecordingId;
    /// A question a session is waiting on.
    PromptId;
    /// A deletion that can be taken back.
    UndoId;
    /// A tunnel of an entry.
    TunnelId;
    /// A way to manage a machine.
    ManagementId;
    /// A change of a switch. Lives as long as the process.
    SwitchChangeId;
    /// A task of a cluster. Lives as long as the process.
    ClusterTaskId;
    /// Tabs and splits with a name.
    LayoutId;
    /// Long work on files. Lives as long as the process.
    TaskId;
    /// A file of a machine that is edited on this computer.
    EditId;
    /// A command with parameters.
    SnippetId;
    /// A pattern that is looked for in output.
    TriggerId;
    /// A command on many machines. Lives as long as the process.
    RunId;
    /// A person's account on a team server.
    AccountId;
    /// People who share machines on a team server.
    OrganisationId;
    /// Several members of an organisation.
    GroupId;
    /// Permissions with a name.
    RoleId;
    /// A role that somebody has on something.
    GrantId;
    /// One sign-in of an account, from one place.
    SignInId;
    /// A token that scripts sign in with.
    TokenId;
    /// A link that lets somebody join an organisation.
    InvitationId;
    /// A link to a live session. Lives as long as the process.
    ShareId;
    /// Somebody who came by such a link. Lives as long as they are there.
    GuestId;
    /// A team server whose machines are shown here.
    WorkspaceId;
    /// Somebody asks to be let in where they cannot say who they are.
    HandoffId;
    /// A place outside of a team server that knows who people are.
    ProviderId;
    /// Who an account is at such a place.
    LinkId;
    /// A key of a device that signs somebody in.
    PasskeyId;
}
