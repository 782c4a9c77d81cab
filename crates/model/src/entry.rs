//! Machines (entries) and the folders that hold them, with the settings they pass down.

use crate::{
    DesktopSize, FlowControl, IdentityId, LineEnding, LocalEcho, Management, NodeId,
    PictureQuality, RecordMode, SerialFrame, Tunnel, VncPlace,
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// How a machine is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Protocol {
    /// Secure Shell (RFC 4251).
    #[default]
    Ssh,
    /// Telnet (RFC 854): nothing is encrypted.
    Telnet,
    /// The bytes of a TCP connection as they are: nothing is encrypted.
    Raw,
    /// A serial port of this computer; the machine's address is the name of the port.
    Serial,
    /// The remote framebuffer (RFC 6143): a desktop.
    Vnc,
    /// Remote Desktop (MS-RDPBCGR): a desktop.
    Rdp,
}

impl Protocol {
    /// As it is written inside a sentence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ssh => "SSH",
            Self::Telnet => "Telnet",
            Self::Raw => "raw TCP",
            Self::Serial => "a serial line",
            Self::Vnc => "VNC",
            Self::Rdp => "RDP",
        }
    }

    /// The port where nobody says one: none for raw TCP, which must say one, and for serial lines, which have none.
    #[must_use]
    pub const fn default_port(self) -> Option<u16> {
        match self {
            Self::Ssh => Some(22),
            Self::Telnet => Some(23),
            Self::Vnc => Some(5900),
            Self::Rdp => Some(3389),
            Self::Raw | Self::Serial => None,
        }
    }

    /// What Enter sends where nobody says: CR LF in Telnet (RFC 1123 section 3.3.1), CR elsewhere.
    #[must_use]
    pub const fn default_enter(self) -> LineEnding {
        match self {
            Self::Telnet => LineEnding::CrLf,
            Self::Ssh | Self::Raw | Self::Serial | Self::Vnc | Self::Rdp => LineEnding::Cr,
        }
    }

    /// Whether it shows a desktop, and no terminal.
    #[must_use]
    pub const fn is_desktop(self) -> bool {
        matches!(self, Self::Vnc | Self::Rdp)
    }

    /// The size of a desktop where nobody says one: what others may be looking at is left as it is.
    #[must_use]
    pub const fn default_size(self) -> DesktopSize {
        match self {
            Self::Rdp => DesktopSize::Tab,
            Self::Vnc | Self::Ssh | Self::Telnet | Self::Raw | Self::Serial => DesktopSize::Machine,
        }
    }
}

/// The way to a machine.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Jump {
    /// Straight from this computer, even if a folder above says otherwise.
    Direct,
    /// Through another SSH entry, which may itself be reached through a jump.
    Through {
        /// The entry that forwards.
        entry: NodeId,
    },
}

/// What an entry or folder sets itself; `None` means "as the folder above says".
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// TCP port. That of a folder is meant for the SSH machines inside.
    pub port: Option<u16>,
    /// Bits per second of a serial line.
    pub baud: Option<u32>,
    /// Data bits, parity and stop bits of a serial line.
    pub frame: Option<SerialFrame>,
    /// Flow control of a serial line.
    pub flow_control: Option<FlowControl>,
    /// What Enter sends in Telnet, over raw TCP and serial lines.
    pub enter: Option<LineEnding>,
    /// Whether what is typed is shown here; not for SSH.
    pub local_echo: Option<LocalEcho>,
    /// User name; without one the identity's, then this computer's.
    pub user: Option<String>,
    /// Identities, tried in this order.
    pub identities: Option<Vec<IdentityId>>,
    /// The way to the machine.
    pub jump: Option<Jump>,
    /// Seconds until a connection attempt is given up.
    pub connect_timeout: Option<u32>,
    /// Seconds between keep-alive messages; 0 sends none.
    pub keep_alive: Option<u32>,
    /// Whether to offer the outdated algorithms that old devices need, see [`AlgorithmPolicy`](crate::AlgorithmPolicy).
    pub legacy_algorithms: Option<bool>,
    /// Whether to compress (zlib).
    pub compression: Option<bool>,
    /// Whether programs on the machine may use this computer's SSH agent while a terminal is open.
    pub forward_agent: Option<bool>,
    /// Whether programs on the machine may use this computer's X server while a terminal is open.
    pub forward_x11: Option<bool>,
    /// The `TERM` to announce.
    pub terminal_type: Option<String>,
    /// Run instead of the login shell.
    pub start_command: Option<String>,
    /// What of its sessions is recorded from their beginning.
    pub record: Option<RecordMode>,
    /// The Windows domain to sign in to.
    pub domain: Option<String>,
    /// Whether others may look at the same desktop at the same time (VNC).
    pub shared: Option<bool>,
    /// Whether a desktop is only looked at.
    pub view_only: Option<bool>,
    /// How good the picture of a desktop is.
    pub quality: Option<PictureQuality>,
    /// How large a desktop is.
    pub desktop_size: Option<DesktopSize>,
    /// The keyboard of Windows there, by its number (0x407 is German); 0 is that of this computer.
    pub keyboard_layout: Option<u32>,
    /// Whether what is copied on one side can be pasted on the other.
    pub share_clipboard: Option<bool>,
    /// Whether the sound of the machine is played here.
    pub audio: Option<bool>,
    /// A folder of this computer that the machine may use as a drive.
    pub drive: Option<String>,
    /// Whether the machine may also write to it.
    pub drive_writable: Option<bool>,
    /// Whether to go on where nobody proves who they are before the desktop is there: RDP without NLA, VNC that neither
    /// encrypts nor wants a password.
    pub weak_sign_in: Option<bool>,
}

/// A machine.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its id.
    pub id: NodeId,
    /// The folder it is in; `None` is the root.
    pub parent: Option<NodeId>,
    /// The fields a person edits.
    #[serde(flatten)]
    pub draft: EntryDraft,
}

/// What a person edits of a machine.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct EntryDraft {
    /// Shown in the tree.
    pub name: String,
    /// How it is reached.
    pub protocol: Protocol,
    /// Host name or IP address; for a serial line the name of the port, as `/dev/ttyUSB0` or `COM3`; for VNC also the
    /// path of a Unix socket or the URI of a WebSocket, see [`VncPlace`].
    pub address: String,
    /// Hardware address for Wake-on-LAN, `aa:bb:cc:dd:ee:ff`.
    pub mac: Option<String>,
    /// Labels, without those of the folders.
    pub tags: Vec<String>,
    /// Free text.
    pub notes: String,
    /// Name of the icon; `None` is the protocol's.
    pub icon: Option<String>,
    /// Name of a colour of the palette.
    pub color: Option<String>,
    /// Own settings.
    pub settings: Settings,
    /// Its tunnels.
    pub tunnels: Vec<Tunnel>,
    /// The ways to manage it.
    pub management: Vec<Management>,
}

impl EntryDraft {
    /// Whether it has a port beside its address: not where the address is a serial port, a socket or a URI.
    #[must_use]
    pub fn has_port(&self) -> bool {
        match self.protocol {
            Protocol::Serial => false,
            Protocol::Vnc => VncPlace::of(&self.address) == Some(VncPlace::Tcp),
            Protocol::Ssh | Protocol::Telnet | Protocol::Raw | Protocol::Rdp => true,
        }
    }
}

/// A folder.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Folder {
    /// Its id.
    pub id: NodeId,
    /// The folder it is in; `None` is the root.
    pub parent: Option<NodeId>,
    /// The fields a person edits.
    #[serde(flatten)]
    pub draft: FolderDraft,
}

/// What a person edits of a folder.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct FolderDraft {
    /// Shown in the tree.
    pub name: String,
    /// Tags everything inside has.
    pub tags: Vec<String>,
    /// Free text.
    pub notes: String,
    /// Name of the icon; `None` is a folder.
    pub icon: Option<String>,
    /// Name of a colour of the palette.
    pub color: Option<String>,
    /// Passed down to everything inside.
    pub settings: Settings,
}

/// Where an effective value was set.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Origin {
    /// Nobody set it: Patchbay's own default.
    BuiltIn,
    /// A folder above.
    Folder {
        /// The folder.
        id: NodeId,
        /// Its name.
        name: String,
    },
    /// Here.
    Here,
}

/// A value together with where it comes from, and what it would be if it were not set here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Effective<T> {
    /// What counts.
    pub value: T,
    /// Who said so.
    pub origin: Origin,
    /// What would count without the value set here.
    pub inherited: T,
    /// Who would say so.
    pub inherited_origin: Origin,
}

/// All settings of a node after inheritance.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of Settings")]
pub struct EffectiveSettings {
    /// What SSH machines use; see [`EffectiveSettings::port_of`] for others.
    pub port: Effective<u16>,
    pub baud: Effective<u32>,
    pub frame: Effective<SerialFrame>,
    pub flow_control: Effective<FlowControl>,
    /// `None` is what the protocol usually sends; see [`EffectiveSettings::enter_of`].
    pub enter: Effective<Option<LineEnding>>,
    pub local_echo: Effective<LocalEcho>,
    pub user: Effective<Option<String>>,
    pub identities: Effective<Vec<IdentityId>>,
    pub jump: Effective<Jump>,
    pub connect_timeout: Effective<u32>,
    pub keep_alive: Effective<u32>,
    pub legacy_algorithms: Effective<bool>,
    pub compression: Effective<bool>,
    pub forward_agent: Effective<bool>,
    pub forward_x11: Effective<bool>,
    pub terminal_type: Effective<String>,
    pub start_command: Effective<Option<String>>,
    pub record: Effective<RecordMode>,
    pub domain: Effective<Option<String>>,
    pub shared: Effective<bool>,
    pub view_only: Effective<bool>,
    pub quality: Effective<PictureQuality>,
    /// `None` is what the protocol usually has; see [`EffectiveSettings::size_of`].
    pub desktop_size: Effective<Option<DesktopSize>>,
    pub keyboard_layout: Effective<u32>,
    pub share_clipboard: Effective<bool>,
    pub audio: Effective<bool>,
    pub drive: Effective<Option<String>>,
    pub drive_writable: Effective<bool>,
    pub weak_sign_in: Effective<bool>,
}

impl EffectiveSettings {
    /// The port of a machine of this protocol. One that a folder passes down is that of SSH.
    #[must_use]
    pub fn port_of(&self, protocol: Protocol) -> Option<u16> {
        match (protocol, &self.port.origin) {
            (Protocol::Serial, _) => None,
            (Protocol::Ssh, _) | (_, Origin::Here) => Some(self.port.value),
            (Protocol::Telnet | Protocol::Raw | Protocol::Vnc | Protocol::Rdp, _) => {
                protocol.default_port()
            }
        }
    }

    /// The port of this machine; nothing if it has none beside its address.
    #[must_use]
    pub fn port_to(&self, draft: &EntryDraft) -> Option<u16> {
        self.port_of(draft.protocol).filter(|_| draft.has_port())
    }

    /// What Enter sends to a machine of this protocol.
    #[must_use]
    pub fn enter_of(&self, protocol: Protocol) -> LineEnding {
        self.enter.value.unwrap_or_else(|| protocol.default_enter())
    }

    /// How large the desktop of a machine of this protocol is.
    #[must_use]
    pub fn size_of(&self, protocol: Protocol) -> DesktopSize {
        match self.desktop_size.value {
            Some(DesktopSize::Machine) if protocol == Protocol::Rdp => DesktopSize::Tab,
            size => size.unwrap_or_else(|| protocol.default_size()),
        }
    }
}

/// One rung of the ladder from built-in defaults to the node.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WhereValuesComeFrom {
    /// The rung.
    pub origin: Origin,
    /// How many of the effective settings are set there.
    pub values: u32,
    /// The tags set there.
    pub tags: Vec<String>,
}

/// A node as its editor shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NodeDetail {
    /// Set for an entry.
    pub entry: Option<Entry>,
    /// Set for a folder.
    pub folder: Option<Folder>,
    /// The settings after inheritance.
    pub effective: EffectiveSettings,
    /// The tags it has from folders above.
    pub inherited_tags: Vec<String>,
    /// Names of the folders above, outermost first.
    pub path: Vec<String>,
    /// From built in, through each folder, to here.
    pub ladder: Vec<WhereValuesComeFrom>,
    /// Open sessions that use it.
    pub open_sessions: u32,
    /// What it says now. To be given back when it is saved, so that what somebody else saved meanwhile is not lost; empty
    /// for one that is not saved yet.
    #[serde(default)]
    pub version: String,
}
