//! A node as it is kept, for those who keep the nodes of several people: where it lies, and what decides over secrets.

use super::{
    forest::{Body, Node},
    stored,
};
use patchbay_model::{EntryDraft, FolderDraft, IdentityId, Jump, NodeId, Protocol};

/// A folder or machine, as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptNode(Node);

/// Where a connection goes: whoever changes it decides to whom the secrets are told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leads {
    address: String,
    protocol: Option<Protocol>,
    port: Option<u16>,
    user: Option<String>,
    jump: Option<Jump>,
    start_command: Option<String>,
    identities: Option<Vec<IdentityId>>,
}

impl KeptNode {
    /// Reads one.
    ///
    /// # Errors
    /// It is not what is kept of a node.
    pub fn read(data: &[u8]) -> Result<Self, serde_json::Error> {
        stored::read(data).map(Self)
    }

    /// What is kept of it.
    ///
    /// # Errors
    /// A bug: every node can be written.
    pub fn write(&self) -> Result<Vec<u8>, serde_json::Error> {
        stored::write(&self.0)
    }

    /// A folder at the root, for everything that belongs to somebody else.
    #[must_use]
    pub fn folder(name: &str, order: u64) -> Self {
        let draft = FolderDraft { name: name.to_owned(), ..FolderDraft::default() };
        Self(Node { parent: None, order, body: Body::Folder(Box::new(draft)) })
    }

    /// A machine inside a folder.
    #[must_use]
    pub fn machine(draft: EntryDraft, parent: Option<NodeId>, order: u64) -> Self {
        Self(Node { parent, order, body: Body::Entry(Box::new(draft)) })
    }

    /// The folder it is in.
    #[must_use]
    pub const fn parent(&self) -> Option<NodeId> {
        self.0.parent
    }

    /// Puts it into another folder.
    #[must_use]
    pub fn within(mut self, parent: Option<NodeId>) -> Self {
        self.0.parent = parent;
        self
    }

    /// Its place among those beside it: smaller is further up.
    #[must_use]
    pub const fn order(&self) -> u64 {
        self.0.order
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The machine; nothing if it is a folder.
    #[must_use]
    pub fn entry(&self) -> Option<&EntryDraft> {
        match &self.0.body {
            Body::Entry(draft) => Some(draft),
            Body::Folder(_) => None,
        }
    }

    /// The identities it names itself; those of the folders around it count if it names none.
    #[must_use]
    pub fn identities(&self) -> Option<&[IdentityId]> {
        self.0.settings().identities.as_deref()
    }

    /// All identities that it names itself, those of ways to manage it among them.
    #[must_use]
    pub fn named_identities(&self) -> Vec<IdentityId> {
        self.0.named_identities().collect()
    }

    /// The machine it is reached through, if it names one itself.
    #[must_use]
    pub fn jump(&self) -> Option<NodeId> {
        match self.0.settings().jump {
            Some(Jump::Through { entry }) => Some(entry),
            Some(Jump::Direct) | None => None,
        }
    }

    /// Where a connection goes, as far as it says so itself.
    #[must_use]
    pub fn leads(&self) -> Leads {
        let settings = self.0.settings();
        let entry = self.entry();
        Leads {
            address: entry.map(|entry| entry.address.clone()).unwrap_or_default(),
            protocol: entry.map(|entry| entry.protocol),
            port: settings.port,
            user: settings.user.clone(),
            jump: settings.jump.clone(),
            start_command: settings.start_command.clone(),
            identities: settings.identities.clone(),
        }
    }
}
