//! What a team server hands out to a member whose own computer is to dial a machine of it.
//!
//! It goes from the server to the services of the desktop app, and never to a page: there it would be a secret in the webview.

use crate::{EffectiveSettings, EntryDraft, NodeId, Secret, TlsCertificate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use specta::{Type, Types, datatype::DataType};

/// A secret on its way to where it is used. It is the one form in which a secret is written out again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandedSecret(pub Secret<String>);

impl Serialize for HandedSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}

impl<'de> Deserialize<'de> for HandedSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Secret::deserialize(deserializer).map(Self)
    }
}

impl Type for HandedSecret {
    fn definition(types: &mut Types) -> DataType {
        String::definition(types)
    }
}

/// A way to sign in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DirectCredential {
    /// With a password.
    Password {
        /// It.
        password: HandedSecret,
    },
    /// With a private key.
    Key {
        /// In any format that is read.
        text: HandedSecret,
        /// What it is encrypted with.
        passphrase: Option<HandedSecret>,
        /// An OpenSSH certificate for it.
        certificate: Option<String>,
    },
    /// With the SSH agent of the computer that dials.
    Agent {
        /// `SHA256:…`: only this key.
        fingerprint: Option<String>,
    },
}

/// A machine on the way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DirectHop {
    /// The machine.
    pub id: NodeId,
    /// Its name, protocol and address; nothing else of it is filled in.
    pub machine: EntryDraft,
    /// Its settings after inheritance.
    pub settings: EffectiveSettings,
    /// The user name of the first identity that has one.
    pub user: Option<String>,
    /// In the order in which they are to be tried.
    pub credentials: Vec<DirectCredential>,
}

/// A host key or certificate that the server has on record for a machine on the way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DirectKey {
    /// `host` or `[host]:port`; patterns for an authority.
    pub host: String,
    /// `algorithm base64`; the fingerprint of a certificate.
    pub key: String,
    /// Whether it is the key of an authority that vouches for hosts.
    pub authority: bool,
    /// Set for the certificate of a desktop.
    pub tls: Option<TlsCertificate>,
}

/// What it takes to open a session with a machine from another computer than the server.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DirectWay {
    /// The machines in the order in which they are dialled; the last is the one that is wanted.
    pub hops: Vec<DirectHop>,
    /// What they are recognised by.
    pub keys: Vec<DirectKey>,
}
