//! Ways to sign in.

use crate::{ApiError, IdentityId, Secret, WorkspaceId};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What an identity offers to a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum IdentityKind {
    /// A password, also used to answer keyboard-interactive password prompts.
    Password,
    /// A private key in the vault, optionally with an OpenSSH certificate.
    Key,
    /// Keys of a running SSH agent.
    Agent,
}

/// A public key as people compare it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PublicKeyInfo {
    /// `ssh-ed25519` and so on.
    pub algorithm: String,
    /// Length in bits, where the algorithm has more than one.
    pub bits: Option<u32>,
    /// `SHA256:…`, base64 without padding.
    pub fingerprint: String,
    /// One line, as `authorized_keys` holds it.
    pub openssh: String,
}

/// An OpenSSH certificate (PROTOCOL.certkeys).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CertificateInfo {
    /// The certificate's key id.
    pub key_id: String,
    /// User names, or host names, it is good for; none means any.
    pub principals: Vec<String>,
    /// RFC 3339, or `None` for "always".
    pub valid_from: Option<String>,
    /// RFC 3339, or `None` for "forever".
    pub valid_until: Option<String>,
    /// Fingerprint of the authority that signed it.
    pub authority: String,
    /// The number the authority gave it, in decimal; authorities revoke by it.
    #[serde(default)]
    pub serial: String,
    /// Fingerprint of the key it was made for.
    #[serde(default)]
    pub key: String,
    /// What a server must know or refuse it: `force-command=…`, `source-address=…`.
    #[serde(default)]
    pub critical_options: Vec<String>,
    /// What it allows: `permit-pty` and so on.
    #[serde(default)]
    pub extensions: Vec<String>,
}

/// An identity as the UI sees it: secrets are only said to be set.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// Shown in lists.
    pub name: String,
    /// User name, unless the entry says another.
    pub user: Option<String>,
    /// What it offers.
    pub kind: IdentityKind,
    /// Whether a password is stored.
    pub has_password: bool,
    /// Whether a private key is stored.
    pub has_private_key: bool,
    /// Whether the key's passphrase is stored.
    pub has_passphrase: bool,
    /// The key's public half.
    pub public_key: Option<PublicKeyInfo>,
    /// The certificate that goes with the key.
    pub certificate: Option<CertificateInfo>,
    /// Restricts an agent identity to the key with this fingerprint.
    pub agent_fingerprint: Option<String>,
    /// Whether programs that use Patchbay's agent are asked about each use of the key.
    pub ask_on_use: bool,
    /// How many entries and folders name it.
    pub used_by: u32,
    /// The team server it is kept on; none for one of this vault.
    #[serde(default)]
    pub workspace: Option<WorkspaceId>,
}

/// A new or changed identity. A secret that is `None` stays as it is; an empty one is removed.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IdentityDraft {
    /// `None` makes a new one.
    pub id: Option<IdentityId>,
    /// Shown in lists.
    pub name: String,
    /// User name, unless the entry says another.
    pub user: Option<String>,
    /// What it offers.
    pub kind: IdentityKind,
    /// The password.
    pub password: Option<Secret<String>>,
    /// Text of a private key: OpenSSH, PEM (PKCS#1, PKCS#8, SEC 1) or PuTTY `.ppk` 2 and 3.
    pub private_key: Option<Secret<String>>,
    /// Passphrase of the private key.
    pub passphrase: Option<Secret<String>>,
    /// Text of an OpenSSH certificate (`…-cert.pub`); empty removes it.
    pub certificate: Option<String>,
    /// Restricts an agent identity to the key with this fingerprint.
    pub agent_fingerprint: Option<String>,
}

/// What became of a public key that was to be installed on a machine.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyInstalled {
    /// The machine's name.
    pub machine: String,
    /// The account, as `user@address`.
    pub account: String,
    /// The file on the machine.
    pub path: String,
    /// It was put in now; otherwise it was there already.
    pub added: bool,
    /// It was there with options before it, which may restrict what it can do.
    pub options: bool,
    /// Why the key could not be shown to let in; none if it does.
    pub problem: Option<ApiError>,
    /// What may keep the server from reading the file, as sentences.
    pub notes: Vec<String>,
}

/// Which secret of an identity to show or copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum IdentitySecret {
    /// The password.
    Password,
    /// The private key, as it was given.
    PrivateKey,
    /// The key's passphrase.
    Passphrase,
}
