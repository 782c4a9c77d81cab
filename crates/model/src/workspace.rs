//! Workspaces: team servers whose machines stand in the tree of this computer.

use crate::{AccountId, ApiError, HandoffId, NodeId, Secret, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Where a workspace stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum WorkspaceState {
    /// On the way.
    Connecting,
    /// What is shown is so now.
    Connected,
    /// The server does not answer: what is shown was so once. It is tried again by itself.
    Offline,
    /// The server takes the sign-in no more, or there is none.
    SignedOut,
    /// The server shows another certificate than the one that was trusted. Nothing is sent to it.
    CertificateChanged,
}

/// Whom the server knows the person as.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceAccount {
    /// At the server.
    pub id: AccountId,
    /// What the person signs in with.
    pub name: String,
    /// What others call the person.
    pub display: String,
}

/// A team server that was added.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceInfo {
    /// Its id, which only this vault knows.
    pub id: WorkspaceId,
    /// The folder of the tree that its machines are shown in.
    pub root: NodeId,
    /// What the server calls itself.
    pub name: String,
    /// `https://host`, with `:port` unless it is 443.
    pub address: String,
    /// The certificate that is trusted, `SHA256:` and 64 digits; none where this computer's authorities decide.
    pub fingerprint: Option<String>,
    /// None before the first sign-in has gone well.
    pub account: Option<WorkspaceAccount>,
    /// Where it stands.
    pub state: WorkspaceState,
    /// Why it is not connected.
    pub problem: Option<ApiError>,
    /// When what is shown was so; only while it is not connected.
    pub as_of: Option<Timestamp>,
}

/// What answered at an address.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceOffer {
    /// `https://host`, with `:port` unless it is 443.
    pub address: String,
    /// What the server calls itself.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether anybody has an account there.
    pub set_up: bool,
    /// To be compared with what the server says of itself, and then pinned; none if this computer trusts the certificate.
    pub fingerprint: Option<String>,
    /// What lets the person join, if the address was a link that has it.
    pub token: Option<String>,
}

/// What a link to join says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceInvitation {
    /// Name of the organisation; none for the link that sets a server up.
    pub organisation: Option<String>,
    /// Who made it; none if that account is gone.
    pub by: Option<String>,
    /// Name of the role that comes with it.
    pub role: Option<String>,
    /// Until when it is good.
    pub expires: Timestamp,
}

/// How to get into a team server.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WorkspaceEntry {
    /// With an account.
    SignIn {
        /// Its name.
        name: String,
        /// Its password.
        password: Secret<String>,
        /// A one-time password or a recovery code, where one is asked for.
        code: Option<Secret<String>>,
    },
    /// With a link, making an account.
    Join {
        /// What is behind `#` in the link.
        token: Secret<String>,
        /// The name to sign in with from then on.
        name: String,
        /// What others call the person; may be empty.
        display: String,
        /// The password to sign in with from then on.
        password: Secret<String>,
    },
}

/// Which team server somebody signs in to with the browser.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WorkspaceDoor {
    /// One that is not in the tree yet.
    New {
        /// As looking gave it.
        address: String,
        /// As looking gave it, once the person has compared it.
        fingerprint: Option<String>,
    },
    /// One that was added before.
    Known {
        /// Its id.
        id: WorkspaceId,
    },
}

/// A request to be let in that its person answers in a browser. What proves who asks is not in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceHandoff {
    /// What it is called here; the server does not know it.
    pub id: HandoffId,
    /// The person compares it with what the page shows.
    pub code: String,
    /// The page, with the code behind `#`.
    pub link: String,
    /// What the page says is asking.
    pub client: String,
    /// Until when it can be answered, by the clock of this computer.
    pub expires: Timestamp,
}
