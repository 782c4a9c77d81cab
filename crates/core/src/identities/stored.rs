//! How an identity is kept in the vault, without its secrets.

use patchbay_model::{CertificateInfo, Identity, IdentityId, IdentityKind, PublicKeyInfo};
use serde::{Deserialize, Serialize};

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn not(flag: &bool) -> bool {
    !*flag
}

/// An identity. Which secrets it has is said here, so that listing identities opens no secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredIdentity {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    pub(crate) kind: IdentityKind,
    #[serde(default, skip_serializing_if = "not")]
    pub(crate) has_password: bool,
    #[serde(default, skip_serializing_if = "not")]
    pub(crate) has_private_key: bool,
    #[serde(default, skip_serializing_if = "not")]
    pub(crate) has_passphrase: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) public_key: Option<PublicKeyInfo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) certificate: Option<StoredCertificate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) agent_fingerprint: Option<String>,
    #[serde(default, skip_serializing_if = "not")]
    pub(crate) ask_on_use: bool,
}

/// A certificate: public, but it names people and machines, so it is sealed like everything else.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct StoredCertificate {
    pub(crate) text: String,
    pub(crate) info: CertificateInfo,
}

impl StoredIdentity {
    /// As front ends see it.
    pub(crate) fn shown(&self, id: IdentityId, used_by: u32) -> Identity {
        Identity {
            id,
            name: self.name.clone(),
            user: self.user.clone(),
            kind: self.kind,
            has_password: self.has_password,
            has_private_key: self.has_private_key,
            has_passphrase: self.has_passphrase,
            public_key: self.public_key.clone(),
            certificate: self.certificate.as_ref().map(|certificate| certificate.info.clone()),
            agent_fingerprint: self.agent_fingerprint.clone(),
            ask_on_use: self.ask_on_use,
            used_by,
            workspace: None,
        }
    }
}

/// What a kept identity is called; none if it is no identity.
#[must_use]
pub fn name_of(kept: &[u8]) -> Option<String> {
    serde_json::from_slice::<StoredIdentity>(kept).ok().map(|identity| identity.name)
}
