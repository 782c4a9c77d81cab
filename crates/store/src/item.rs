//! What a vault keeps: items, told apart by kind, id and field.

use zeroize::Zeroizing;

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $number:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[repr(u8)]
        pub enum $name { $($(#[$each])* $variant = $number,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The number it has in the file. Never reused for something else.
            #[must_use]
            pub const fn number(self) -> u8 {
                self as u8
            }
        }
    };
}

numbered! {
    /// What an item is.
    Kind {
        /// A folder or machine of the tree, with its place in it.
        Node = 1,
        /// A way to sign in, without its secrets.
        Identity = 2,
        /// A secret of an identity.
        IdentitySecret = 3,
        /// A host key on record.
        HostKey = 4,
        /// Settings that travel with the vault.
        Settings = 5,
        /// The open tabs.
        Layout = 6,
        /// What was used lately.
        Recent = 7,
        /// A command with parameters.
        Snippet = 8,
        /// A pattern that is looked for in output.
        Trigger = 9,
        /// Tabs and splits with a name.
        NamedLayout = 10,
        /// A recording of a terminal: what it is, and the key of its file.
        Recording = 11,
        /// A transfer of files that is not over.
        Transfer = 12,
        /// A team server whose machines are shown here, without what signs in to it.
        Workspace = 13,
        /// The sign-in at a team server.
        WorkspaceSecret = 14,
        /// What a team server showed last, for when it does not answer.
        WorkspaceTree = 15,
        /// What was done with a machine's power, ports and outlets.
        DeviceHistory = 16,
    }
}

numbered! {
    /// Which part of an item.
    Field {
        /// The whole of it, for most kinds.
        Main = 0,
        /// A password.
        Password = 1,
        /// A private key.
        PrivateKey = 2,
        /// The passphrase of a private key.
        Passphrase = 3,
    }
}

impl Field {
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.number() == number)
    }
}

/// An item as it was sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// Which thing.
    pub id: [u8; 16],
    /// Which part of it.
    pub field: Field,
    /// Its content.
    pub data: Zeroizing<Vec<u8>>,
}

/// A change of a vault. Several make one transaction; later ones count over earlier ones.
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// Keeps this as the content of that field.
    Put {
        /// What it is.
        kind: Kind,
        /// Which thing.
        id: [u8; 16],
        /// Which part of it.
        field: Field,
        /// The content.
        data: Zeroizing<Vec<u8>>,
    },
    /// Forgets a thing with all its fields. That it is not there is no error.
    Delete {
        /// What it is.
        kind: Kind,
        /// Which thing.
        id: [u8; 16],
    },
}
