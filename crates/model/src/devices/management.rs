//! The ways to manage a machine, as they are kept with it.

use super::{PowerAction, PowerState};
use crate::{ApiError, HostKeyQuestion, IdentityId, ManagementId, NodeId, Timestamp};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A way to manage a machine.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Management {
    /// Its id.
    pub id: ManagementId,
    /// What people call it; may be empty.
    #[serde(default)]
    pub name: String,
    /// Which it is.
    #[serde(flatten)]
    pub way: ManagementWay,
}

/// Which way it is. The first four answer over the network themselves; an address that is empty is the machine's own, and without an
/// identity the machine's identities are used. The others are part of another machine of the tree.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ManagementWay {
    /// The machine's management controller.
    Bmc {
        /// What it speaks.
        protocol: BmcProtocol,
        /// Host name or IP address.
        address: String,
        /// UDP port of IPMI (623) or TCP port of Redfish (443).
        #[serde(default)]
        port: Option<u16>,
        /// Whose name and password.
        #[serde(default)]
        identity: Option<IdentityId>,
        /// Which system is meant where a Redfish service has several.
        #[serde(default)]
        system: Option<String>,
        /// The only cipher suite of IPMI that is taken: 17, 8, 3 or 0; none is the best that both have.
        #[serde(default)]
        suite: Option<u8>,
        /// Whether IPMI without protection is taken: cipher suite 0, no name, a password in clear.
        #[serde(default)]
        unprotected: bool,
    },
    /// A cluster or single node of Proxmox VE, which the machine is. A name of the form `user@realm!token` is that of an API token.
    Proxmox {
        /// Host name or IP address of any of its nodes.
        address: String,
        /// TCP port (8006).
        #[serde(default)]
        port: Option<u16>,
        /// Whose name and password, or token.
        #[serde(default)]
        identity: Option<IdentityId>,
    },
    /// SNMP: a switch, a power unit or a console server, which the machine is.
    Snmp {
        /// Host name or IP address.
        address: String,
        /// UDP port (161).
        #[serde(default)]
        port: Option<u16>,
        /// Which version.
        version: SnmpVersion,
        /// The community is its password; of version 3, user name and password for signing.
        #[serde(default)]
        identity: Option<IdentityId>,
        /// How messages of version 3 are signed; none is not.
        #[serde(default)]
        hash: Option<SnmpHash>,
        /// How they are encrypted; none is not.
        #[serde(default)]
        cipher: Option<SnmpCipher>,
        /// Whose password they are encrypted with; none is the one that signs.
        #[serde(default)]
        privacy_identity: Option<IdentityId>,
        /// The family of a power unit, one of `devices_families`; none is found out.
        #[serde(default)]
        family: Option<String>,
    },
    /// The command line of a switch, which the machine is, over SSH: with the machine's own address, identities and jump hosts.
    Cli {
        /// Whose it is.
        platform: SwitchPlatform,
    },
    /// A guest of a cluster.
    Guest {
        /// The machine with the way to the cluster.
        cluster: NodeId,
        /// The guest's number.
        guest: u32,
    },
    /// A port of a switch that the machine is wired to.
    Port {
        /// The switch.
        switch: NodeId,
        /// What the switch calls the port.
        port: String,
    },
    /// An outlet that feeds the machine, wholly or as one of several.
    Outlet {
        /// The power unit.
        pdu: NodeId,
        /// The outlet's place in the unit, `7` or `1.7`.
        outlet: String,
    },
    /// Another machine of the tree that is this one's serial console: a serial line, or a port of a console server.
    Console {
        /// It.
        entry: NodeId,
        /// The number of the console server's port, where it is one: the list of its ports then says what hangs there.
        #[serde(default)]
        port: Option<u32>,
    },
    /// A console that a conserver keeps.
    Conserver {
        /// The machine that it runs on.
        server: NodeId,
        /// What the console is called there; empty is the machine's own name.
        console: String,
        /// TCP port (782).
        #[serde(default)]
        port: Option<u16>,
        /// Whose name and password; none is an identity of the server.
        #[serde(default)]
        identity: Option<IdentityId>,
        /// Whether passwords and what is typed go there without encryption.
        #[serde(default)]
        plain: bool,
    },
}

impl ManagementWay {
    /// Which kind it is.
    #[must_use]
    pub const fn kind(&self) -> ManagementKind {
        match self {
            Self::Bmc { .. } => ManagementKind::Bmc,
            Self::Proxmox { .. } => ManagementKind::Proxmox,
            Self::Snmp { .. } => ManagementKind::Snmp,
            Self::Cli { .. } => ManagementKind::Cli,
            Self::Guest { .. } => ManagementKind::Guest,
            Self::Port { .. } => ManagementKind::Port,
            Self::Outlet { .. } => ManagementKind::Outlet,
            Self::Console { .. } => ManagementKind::Console,
            Self::Conserver { .. } => ManagementKind::Conserver,
        }
    }

    /// The machine that it is a part of.
    #[must_use]
    pub const fn other(&self) -> Option<NodeId> {
        match self {
            Self::Bmc { .. } | Self::Proxmox { .. } | Self::Snmp { .. } | Self::Cli { .. } => None,
            Self::Guest { cluster: id, .. }
            | Self::Port { switch: id, .. }
            | Self::Outlet { pdu: id, .. }
            | Self::Console { entry: id, .. }
            | Self::Conserver { server: id, .. } => Some(*id),
        }
    }

    /// The same, to be changed.
    pub const fn other_mut(&mut self) -> Option<&mut NodeId> {
        match self {
            Self::Bmc { .. } | Self::Proxmox { .. } | Self::Snmp { .. } | Self::Cli { .. } => None,
            Self::Guest { cluster: id, .. }
            | Self::Port { switch: id, .. }
            | Self::Outlet { pdu: id, .. }
            | Self::Console { entry: id, .. }
            | Self::Conserver { server: id, .. } => Some(id),
        }
    }

    /// Where it can name identities.
    pub fn identities_mut(&mut self) -> impl Iterator<Item = &mut Option<IdentityId>> {
        let (one, other) = match self {
            Self::Bmc { identity, .. }
            | Self::Proxmox { identity, .. }
            | Self::Conserver { identity, .. } => (Some(identity), None),
            Self::Snmp { identity, privacy_identity, .. } => {
                (Some(identity), Some(privacy_identity))
            }
            _ => (None, None),
        };
        one.into_iter().chain(other)
    }

    /// The identities that it names.
    pub fn identities(&self) -> impl Iterator<Item = IdentityId> {
        let (one, other) = match self {
            Self::Bmc { identity, .. }
            | Self::Proxmox { identity, .. }
            | Self::Conserver { identity, .. } => (*identity, None),
            Self::Snmp { identity, privacy_identity, .. } => (*identity, *privacy_identity),
            _ => (None, None),
        };
        one.into_iter().chain(other)
    }
}

/// What kind of way it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "they are those of ManagementWay")]
pub enum ManagementKind {
    Bmc,
    Proxmox,
    Snmp,
    Cli,
    Guest,
    Port,
    Outlet,
    Console,
    Conserver,
}

/// What a management controller speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum BmcProtocol {
    /// Redfish (DSP0266).
    Redfish,
    /// IPMI 2.0, and 1.5 where nothing better answers.
    Ipmi,
}

/// A version of SNMP.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SnmpVersion {
    /// 1 (RFC 1157): nothing is encrypted.
    V1,
    /// 2c (RFC 1901): nothing is encrypted.
    V2c,
    /// 3 (RFC 3414).
    V3,
}

/// Whose command line a switch has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SwitchPlatform {
    /// Juniper Junos, with Enhanced Layer 2 Software.
    Junos,
    /// Arista EOS.
    Eos,
    /// Cisco NX-OS.
    NxOs,
    /// Cisco IOS-XE.
    IosXe,
    /// Dell OS10.
    Os10,
}

/// How messages of SNMP 3 are signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "their names are the standards' (RFC 3414, RFC 7860)")]
pub enum SnmpHash {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// How messages of SNMP 3 are encrypted. Makers lengthen keys in two ways that do not understand each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "their names are the standards' (RFC 3414, RFC 3826, the Blumenthal and Reeder drafts)"
)]
pub enum SnmpCipher {
    Des,
    Aes128,
    Aes192,
    Aes192Cisco,
    Aes256,
    Aes256Cisco,
}

/// What a way said when it was asked last.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WayStatus {
    /// The way.
    pub id: ManagementId,
    /// What kind it is.
    pub kind: ManagementKind,
    /// In a few words: "IPMI at 198.51.100.7", "outlet 7 of pdu-a2".
    pub name: String,
    /// When it was asked; none if it was not yet.
    pub read: Option<Timestamp>,
    /// How long the answer took, in milliseconds.
    pub ms: Option<u32>,
    /// Whether it says that the machine is on.
    pub power: PowerState,
    /// What can be done with the machine's power by it.
    pub offers: Vec<PowerAction>,
    /// What it is, in a line: maker, model, version.
    pub about: String,
    /// What is wrong; none if it answered.
    pub problem: Option<ApiError>,
    /// Set where its certificate or host key has to be looked at first: nothing was said to it. See `management_trust`.
    pub question: Option<Box<HostKeyQuestion>>,
}
