//! What is in an archive: machines, folders, identities with their secrets, host keys. As JSON, sealed as a whole
//! (`patchbay_vault::seal_archive`).
//!
//! Nodes and identities are kept as the vault keeps them, so that what one release wrote every later one reads.

use crate::{
    CoreError,
    identities::StoredIdentity,
    tree::{Node, read_node, write_node},
};
use patchbay_model::{IdentityId, NodeId, Secret};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use zeroize::Zeroizing;

/// The newest form of the contents that this version reads, and the one it writes.
pub(crate) const FORM: u32 = 1;

/// Everything.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Contents {
    pub(crate) form: u32,
    /// In the order of the tree: each after the folder it is in.
    #[serde(default)]
    pub(crate) nodes: Vec<KeptNode>,
    #[serde(default)]
    pub(crate) identities: Vec<KeptIdentity>,
    #[serde(default)]
    pub(crate) host_keys: Vec<KeptHostKey>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptNode {
    pub(crate) id: NodeId,
    node: Value,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeptIdentity {
    pub(crate) id: IdentityId,
    pub(crate) identity: StoredIdentity,
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "exposed")]
    pub(crate) password: Option<Secret<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "exposed")]
    pub(crate) private_key: Option<Secret<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "exposed")]
    pub(crate) passphrase: Option<Secret<String>>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct KeptHostKey {
    pub(crate) host: String,
    pub(crate) key: String,
}

/// The one place where secrets are written down: into what is sealed at once.
#[expect(clippy::ref_option, reason = "serde hands a reference to the field")]
fn exposed<S: Serializer>(secret: &Option<Secret<String>>, to: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => to.serialize_some(secret.expose_secret()),
        None => to.serialize_none(),
    }
}

impl KeptNode {
    pub(crate) fn new(id: NodeId, node: &Node) -> Result<Self, CoreError> {
        let value = write_node(node).and_then(|bytes| serde_json::from_slice(&bytes));
        value.map(|node| Self { id, node }).map_err(|error| CoreError::Internal(error.to_string()))
    }

    pub(crate) fn read(&self) -> Option<Node> {
        read_node(&serde_json::to_vec(&self.node).ok()?).ok()
    }
}

impl Contents {
    pub(crate) fn write(&self) -> Result<Zeroizing<Vec<u8>>, CoreError> {
        // What grows leaves copies behind, so it is written once to see how long it is.
        let internal = |error: serde_json::Error| CoreError::Internal(error.to_string());
        let mut length = Length(0);
        serde_json::to_writer(&mut length, self).map_err(internal)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(length.0));
        serde_json::to_writer(&mut *bytes, self).map_err(internal)?;
        Ok(bytes)
    }
}

struct Length(usize);

impl std::io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
