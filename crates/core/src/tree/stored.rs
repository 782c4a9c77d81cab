//! How a node is kept in the vault: JSON that leaves out whatever is not set.
//!
//! Its own types, and not those of the API: what is on disk must stay readable when the API changes.

use super::forest::{Body, Node};
use patchbay_model::{
    DesktopSize, EntryDraft, FlowControl, FolderDraft, IdentityId, Jump, LineEnding, LocalEcho,
    Management, NodeId, PictureQuality, Protocol, RecordMode, SerialFrame, Settings, Tunnel,
    TunnelEnd, TunnelId, TunnelKind,
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct StoredNode {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<NodeId>,
    order: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entry: Option<StoredEntry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    folder: Option<StoredFolder>,
}

#[derive(Serialize, Deserialize)]
struct StoredEntry {
    name: String,
    #[serde(default)]
    address: String,
    #[serde(default, skip_serializing_if = "is_ssh")]
    protocol: Protocol,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mac: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    notes: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    color: Option<String>,
    #[serde(default, skip_serializing_if = "StoredSettings::is_empty")]
    settings: StoredSettings,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tunnels: Vec<StoredTunnel>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    management: Vec<Management>,
}

#[derive(Serialize, Deserialize)]
struct StoredFolder {
    name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    notes: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    color: Option<String>,
    #[serde(default, skip_serializing_if = "StoredSettings::is_empty")]
    settings: StoredSettings,
}

#[derive(Serialize, Deserialize)]
struct StoredTunnel {
    id: TunnelId,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    name: String,
    kind: StoredKind,
    listen: StoredEnd,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<StoredEnd>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    with_session: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredKind {
    Local,
    Remote,
    Dynamic,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredEnd {
    Port(String, u16),
    Socket(String),
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
struct StoredSettings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    baud: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    frame: Option<SerialFrame>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    flow_control: Option<FlowControl>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enter: Option<LineEnding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    local_echo: Option<LocalEcho>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identities: Option<Vec<IdentityId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jump: Option<Jump>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    connect_timeout: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keep_alive: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    legacy_algorithms: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    compression: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forward_agent: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forward_x11: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    terminal_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start_command: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    record: Option<RecordMode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    domain: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shared: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    view_only: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quality: Option<PictureQuality>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    desktop_size: Option<DesktopSize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keyboard_layout: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    share_clipboard: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    audio: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    drive: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    drive_writable: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weak_sign_in: Option<bool>,
}

impl StoredSettings {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_ssh(protocol: &Protocol) -> bool {
    *protocol == Protocol::Ssh
}

/// The bytes of a node.
pub(crate) fn write(node: &Node) -> Result<Vec<u8>, serde_json::Error> {
    let (entry, folder) = match &node.body {
        Body::Entry(draft) => (Some(StoredEntry::from(draft.as_ref().clone())), None),
        Body::Folder(draft) => (None, Some(StoredFolder::from(draft.as_ref().clone()))),
    };
    serde_json::to_vec(&StoredNode { parent: node.parent, order: node.order, entry, folder })
}

/// The node of these bytes.
pub(crate) fn read(bytes: &[u8]) -> Result<Node, serde_json::Error> {
    let stored: StoredNode = serde_json::from_slice(bytes)?;
    let body = match (stored.entry, stored.folder) {
        (Some(entry), _) => Body::Entry(Box::new(entry.into())),
        (None, Some(folder)) => Body::Folder(Box::new(folder.into())),
        (None, None) => return Err(serde::de::Error::missing_field("entry")),
    };
    Ok(Node { parent: stored.parent, order: stored.order, body })
}

impl From<EntryDraft> for StoredEntry {
    fn from(draft: EntryDraft) -> Self {
        let EntryDraft {
            name,
            protocol,
            address,
            mac,
            tags,
            notes,
            icon,
            color,
            settings,
            tunnels,
            management,
        } = draft;
        let settings = settings.into();
        let tunnels = tunnels.into_iter().map(StoredTunnel::from).collect();
        Self {
            name,
            address,
            protocol,
            mac,
            tags,
            notes,
            icon,
            color,
            settings,
            tunnels,
            management,
        }
    }
}

impl From<StoredEntry> for EntryDraft {
    fn from(stored: StoredEntry) -> Self {
        let StoredEntry {
            name,
            address,
            protocol,
            mac,
            tags,
            notes,
            icon,
            color,
            settings,
            tunnels,
            management,
        } = stored;
        let settings = settings.into();
        let tunnels = tunnels.into_iter().map(Tunnel::from).collect();
        Self {
            name,
            protocol,
            address,
            mac,
            tags,
            notes,
            icon,
            color,
            settings,
            tunnels,
            management,
        }
    }
}

impl From<FolderDraft> for StoredFolder {
    fn from(draft: FolderDraft) -> Self {
        let FolderDraft { name, tags, notes, icon, color, settings } = draft;
        Self { name, tags, notes, icon, color, settings: settings.into() }
    }
}

impl From<StoredFolder> for FolderDraft {
    fn from(stored: StoredFolder) -> Self {
        let StoredFolder { name, tags, notes, icon, color, settings } = stored;
        Self { name, tags, notes, icon, color, settings: settings.into() }
    }
}

impl From<Tunnel> for StoredTunnel {
    fn from(Tunnel { id, name, kind, listen, to, with_session }: Tunnel) -> Self {
        let kind = match kind {
            TunnelKind::Local => StoredKind::Local,
            TunnelKind::Remote => StoredKind::Remote,
            TunnelKind::Dynamic => StoredKind::Dynamic,
        };
        Self { id, name, kind, listen: listen.into(), to: to.map(StoredEnd::from), with_session }
    }
}

impl From<StoredTunnel> for Tunnel {
    fn from(stored: StoredTunnel) -> Self {
        let StoredTunnel { id, name, kind, listen, to, with_session } = stored;
        let kind = match kind {
            StoredKind::Local => TunnelKind::Local,
            StoredKind::Remote => TunnelKind::Remote,
            StoredKind::Dynamic => TunnelKind::Dynamic,
        };
        Self { id, name, kind, listen: listen.into(), to: to.map(TunnelEnd::from), with_session }
    }
}

impl From<TunnelEnd> for StoredEnd {
    fn from(end: TunnelEnd) -> Self {
        match end {
            TunnelEnd::Port { address, port } => Self::Port(address, port),
            TunnelEnd::Socket { path } => Self::Socket(path),
        }
    }
}

impl From<StoredEnd> for TunnelEnd {
    fn from(end: StoredEnd) -> Self {
        match end {
            StoredEnd::Port(address, port) => Self::Port { address, port },
            StoredEnd::Socket(path) => Self::Socket { path },
        }
    }
}

/// The same fields on both sides; naming them all makes forgetting a new one a compile error.
macro_rules! same_fields {
    ($($field:ident),+) => {
        impl From<Settings> for StoredSettings {
            fn from(Settings { $($field),+ }: Settings) -> Self {
                Self { $($field),+ }
            }
        }

        impl From<StoredSettings> for Settings {
            fn from(StoredSettings { $($field),+ }: StoredSettings) -> Self {
                Self { $($field),+ }
            }
        }
    };
}

same_fields!(
    port,
    baud,
    frame,
    flow_control,
    enter,
    local_echo,
    user,
    identities,
    jump,
    connect_timeout,
    keep_alive,
    legacy_algorithms,
    compression,
    forward_agent,
    forward_x11,
    terminal_type,
    start_command,
    record,
    domain,
    shared,
    view_only,
    quality,
    desktop_size,
    keyboard_layout,
    share_clipboard,
    audio,
    drive,
    drive_writable,
    weak_sign_in
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn a_small_entry_is_small_and_comes_back() {
        let draft = EntryDraft {
            name: "web-01".into(),
            address: "web-01.example.net".into(),
            ..Default::default()
        };
        let node = Node { parent: None, order: 5, body: Body::Entry(Box::new(draft)) };
        let bytes = write(&node).unwrap();
        assert_eq!(
            String::from_utf8(bytes.clone()).unwrap(),
            r#"{"order":5,"entry":{"name":"web-01","address":"web-01.example.net"}}"#
        );
        assert_eq!(read(&bytes).unwrap(), node);
    }

    #[test]
    fn everything_set_comes_back() {
        let settings = Settings {
            port: Some(2222),
            baud: Some(9600),
            frame: Some(SerialFrame { data_bits: 7, ..SerialFrame::default() }),
            flow_control: Some(FlowControl::RtsCts),
            enter: Some(LineEnding::Lf),
            local_echo: Some(LocalEcho::On),
            user: Some("root".into()),
            identities: Some(vec![IdentityId::new()]),
            jump: Some(Jump::Through { entry: NodeId::new() }),
            connect_timeout: Some(3),
            keep_alive: Some(0),
            legacy_algorithms: Some(true),
            compression: Some(true),
            forward_agent: Some(true),
            forward_x11: Some(false),
            terminal_type: Some("xterm".into()),
            start_command: Some("htop".into()),
            record: Some(RecordMode::Output),
            domain: Some("LAB".into()),
            shared: Some(false),
            view_only: Some(true),
            quality: Some(PictureQuality::Sharp),
            desktop_size: Some(DesktopSize::Fixed { width: 1024, height: 768 }),
            keyboard_layout: Some(0x407),
            share_clipboard: Some(true),
            audio: Some(false),
            drive: Some("/srv/shared".into()),
            drive_writable: Some(true),
            weak_sign_in: Some(false),
        };
        let draft = FolderDraft {
            name: "Ümlaut \u{1F600}".into(),
            tags: vec!["a".into()],
            settings,
            ..Default::default()
        };
        let node = Node {
            parent: Some(NodeId::new()),
            order: u64::MAX,
            body: Body::Folder(Box::new(draft)),
        };
        assert_eq!(read(&write(&node).unwrap()).unwrap(), node);
    }

    #[test]
    fn tunnels_come_back() {
        let port = |address: &str| TunnelEnd::Port { address: address.into(), port: 5432 };
        let socket = TunnelEnd::Socket { path: "/run/x".into() };
        let tunnel = |kind, listen, to| {
            let (id, name) = (TunnelId::new(), "db".to_owned());
            Tunnel { id, name, kind, listen, to, with_session: true }
        };
        let tunnels = vec![
            tunnel(TunnelKind::Local, port(""), Some(port("db"))),
            tunnel(TunnelKind::Remote, socket.clone(), Some(socket)),
            tunnel(TunnelKind::Dynamic, port("*"), None),
        ];
        let draft = EntryDraft { name: "web".into(), tunnels, ..Default::default() };
        let node = Node { parent: None, order: 5, body: Body::Entry(Box::new(draft)) };
        assert_eq!(read(&write(&node).unwrap()).unwrap(), node);
    }

    #[test]
    fn neither_entry_nor_folder_is_an_error() {
        assert!(read(br#"{"order":1}"#).is_err());
        assert!(read(b"garbage").is_err());
    }
}
