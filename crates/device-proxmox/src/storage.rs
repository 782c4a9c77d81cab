//! Storages: what is on them, fetching more, deleting.

use crate::{Client, Node, ProxmoxError, Upid, VmId, call::Call, resources::list};
use serde::{Deserialize, Deserializer};

/// A storage as a node sees it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Storage {
    /// Its name.
    #[serde(rename = "storage")]
    pub name: String,
    /// `dir`, `lvmthin`, `rbd`, `pbs` and so on.
    #[serde(rename = "type", default)]
    pub plugin: String,
    /// What it may hold.
    #[serde(default, deserialize_with = "de_list")]
    pub content: Vec<String>,
    /// Whether it can be reached.
    #[serde(default, deserialize_with = "crate::lenient::de_flag")]
    pub active: bool,
    /// Whether all nodes see the same.
    #[serde(default, deserialize_with = "crate::lenient::de_flag")]
    pub shared: bool,
    /// Bytes.
    #[serde(default, deserialize_with = "crate::lenient::de_count")]
    pub total: Option<u64>,
    /// Bytes in use.
    #[serde(default, deserialize_with = "crate::lenient::de_count")]
    pub used: Option<u64>,
}

fn de_list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Option::<String>::deserialize(from).map(|text| list(text.as_deref()))
}

/// What something on a storage is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// A picture of a CD.
    Iso,
    /// What a container is made of.
    Template,
    /// A backup.
    Backup,
    /// A virtual machine's disk.
    Images,
    /// A container's disk.
    RootDir,
}

impl Content {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Iso => "iso",
            Self::Template => "vztmpl",
            Self::Backup => "backup",
            Self::Images => "images",
            Self::RootDir => "rootdir",
        }
    }
}

/// Something on a storage.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Volume {
    /// `local:iso/debian.iso`.
    #[serde(rename = "volid")]
    pub id: String,
    /// What it is, as [`Storage::content`] names it.
    #[serde(default)]
    pub content: String,
    /// `iso`, `qcow2`, `vma.zst` and so on.
    #[serde(default)]
    pub format: String,
    /// Bytes.
    #[serde(default, deserialize_with = "crate::lenient::de_count")]
    pub size: Option<u64>,
    /// When it was made, in seconds since the Unix epoch.
    #[serde(rename = "ctime", default, deserialize_with = "crate::lenient::de_count")]
    pub made: Option<u64>,
    /// The guest it belongs to.
    #[serde(rename = "vmid", default, deserialize_with = "crate::lenient::de_count")]
    pub guest: Option<u64>,
    /// Words that are kept with it.
    #[serde(default)]
    pub notes: Option<String>,
    /// Whether nothing deletes it until somebody says so.
    #[serde(default, deserialize_with = "crate::lenient::de_flag")]
    pub protected: bool,
}

/// How the hash of a file is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HashKind {
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// What a file must hash to, or else the server throws it away.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checksum {
    /// How.
    pub kind: HashKind,
    /// In hexadecimal digits.
    pub hex: String,
}

impl HashKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }
}

/// A file that a node fetches by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Download {
    /// [`Content::Iso`] or [`Content::Template`].
    pub content: Content,
    /// Where it is: `https://…`.
    pub url: String,
    /// What it is called on the storage.
    pub name: String,
    /// What it must hash to.
    pub checksum: Option<Checksum>,
    /// Whether it is fetched from a server whose certificate nobody vouches for.
    pub any_certificate: bool,
}

impl Client {
    /// The storages that a node sees.
    ///
    /// # Errors
    /// If there is no answer, or the server says no.
    pub async fn storages(&self, node: &Node) -> Result<Vec<Storage>, ProxmoxError> {
        self.ask(&storages(node)).await
    }

    /// What is on a storage, all of it or of one kind.
    ///
    /// # Errors
    /// If there is no answer, or the server says no.
    pub async fn content(
        &self,
        node: &Node,
        storage: &str,
        kind: Option<Content>,
    ) -> Result<Vec<Volume>, ProxmoxError> {
        self.ask(&content(node, storage, kind, None)).await
    }

    /// Has a node fetch a file.
    ///
    /// # Errors
    /// If the server says no.
    pub async fn download(
        &self,
        node: &Node,
        storage: &str,
        file: &Download,
    ) -> Result<Upid, ProxmoxError> {
        self.start(&download(node, storage, file)).await
    }

    /// Deletes something on a storage. Without a task it is gone at once.
    ///
    /// # Errors
    /// If the server says no: it is in use, or protected.
    pub async fn delete_volume(
        &self,
        node: &Node,
        volume: &str,
    ) -> Result<Option<Upid>, ProxmoxError> {
        let no_volume = || ProxmoxError::Invalid(format!("{volume} names no storage."));
        let (storage, _) = volume.split_once(':').ok_or_else(no_volume)?;
        self.start_or_done(&delete(node, storage, volume)).await
    }
}

pub(crate) fn storages(node: &Node) -> Call {
    Call::get(&["nodes", node.as_str(), "storage"]).flag("enabled", true)
}

pub(crate) fn content(node: &Node, storage: &str, kind: Option<Content>, of: Option<VmId>) -> Call {
    let call = Call::get(&["nodes", node.as_str(), "storage", storage, "content"]);
    call.maybe("content", kind.map(Content::as_str)).maybe("vmid", of)
}

pub(crate) fn download(node: &Node, storage: &str, file: &Download) -> Call {
    let call = Call::post(&["nodes", node.as_str(), "storage", storage, "download-url"]);
    let call = call.with("content", file.content.as_str()).with("filename", &file.name);
    let call = call.with("url", &file.url);
    let checksum = file.checksum.as_ref();
    let call = call.maybe("checksum", checksum.map(|checksum| &checksum.hex));
    let call = call.maybe("checksum-algorithm", checksum.map(|checksum| checksum.kind.as_str()));
    if file.any_certificate { call.with("verify-certificates", 0) } else { call }
}

pub(crate) fn delete(node: &Node, storage: &str, volume: &str) -> Call {
    Call::delete(&["nodes", node.as_str(), "storage", storage, "content", volume])
}
