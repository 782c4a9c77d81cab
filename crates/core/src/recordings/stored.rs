//! How a recording is kept in the vault: what it is, and the key of its file.

use crate::{CoreError, served::vault_of};
use data_encoding::BASE64;
use patchbay_model::{
    NodeId, OrganisationId, RecordingId, RecordingInfo, RecordingState, Timestamp, VaultId,
};
use patchbay_vault::{StreamKey, StreamSealer};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Its own type, and not that of the API: what is on disk must stay readable when the API changes.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stored {
    /// In base64.
    #[serde(with = "wiped")]
    key: Zeroizing<String>,
    pub(super) title: String,
    pub(super) subtitle: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) machine: Option<NodeId>,
    pub(super) started: Timestamp,
    pub(super) cols: u16,
    pub(super) rows: u16,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) desktop: bool,
    #[serde(default)]
    pub(super) keys: bool,
    /// Known once it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) over: Option<Over>,
    /// The organisation whose rule had it made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) organisation: Option<OrganisationId>,
    /// Whose session it was, if it was made by a rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    who: Option<String>,
}

/// What those need to know of a kept recording who look after it without its key.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What people call it.
    pub title: String,
    /// The machine.
    pub machine: Option<NodeId>,
    /// Whose it is, if it was made by a rule.
    pub organisation: Option<OrganisationId>,
    /// When it began.
    pub started: Timestamp,
}

impl Kept {
    /// What is kept; none if it is no recording.
    #[must_use]
    pub fn read(kept: &[u8]) -> Option<Self> {
        let Stored { title, machine, organisation, started, .. } =
            serde_json::from_slice(kept).ok()?;
        Some(Self { title, machine, organisation, started })
    }
}

/// What is known of a recording that is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Over {
    /// Milliseconds.
    pub(super) length: u32,
    /// Chunks in its file.
    pub(super) chunks: u32,
    /// Whether it was finished, and not merely ended with Patchbay.
    pub(super) whole: bool,
}

impl Stored {
    pub(super) fn new(key: &StreamKey, about: super::About, started: Timestamp) -> Self {
        let super::About { title, subtitle, machine, desktop, cols, rows, keys, rule } = about;
        let organisation = rule.as_ref().map(|rule| rule.organisation);
        let who = rule.map(|rule| rule.who);
        let key = Zeroizing::new(BASE64.encode(key.expose_secret()));
        Self {
            key,
            title,
            subtitle,
            machine,
            started,
            cols,
            rows,
            desktop,
            keys,
            over: None,
            organisation,
            who,
        }
    }

    pub(super) fn sealer(
        &self,
        vault: VaultId,
        id: RecordingId,
    ) -> Result<StreamSealer, CoreError> {
        let unreadable = || CoreError::Internal("the key of a recording cannot be read".into());
        let key = BASE64.decode(self.key.as_bytes()).map_err(|_| unreadable())?;
        let key = StreamKey::from_slice(&Zeroizing::new(key)).map_err(|_| unreadable())?;
        let vault = self.organisation.map_or(vault, vault_of);
        Ok(StreamSealer::new(vault, *id.as_bytes(), &key))
    }

    pub(super) fn info(
        &self,
        id: RecordingId,
        length: u32,
        bytes: u64,
        state: RecordingState,
    ) -> RecordingInfo {
        RecordingInfo {
            id,
            title: self.title.clone(),
            subtitle: self.subtitle.clone(),
            machine: self.machine,
            started: self.started,
            length,
            bytes,
            desktop: self.desktop,
            cols: self.cols,
            rows: self.rows,
            keys: self.keys,
            state,
            organisation: self.organisation,
            who: self.who.clone(),
        }
    }
}

/// Text that is wiped when it is dropped.
mod wiped {
    use serde::{Deserialize, Deserializer, Serializer};
    use zeroize::Zeroizing;

    pub(super) fn serialize<S: Serializer>(
        text: &Zeroizing<String>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Zeroizing<String>, D::Error> {
        String::deserialize(from).map(Zeroizing::new)
    }
}
