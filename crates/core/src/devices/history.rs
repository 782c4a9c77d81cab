//! Who did what with machines' power, ports, outlets and guests: kept in the vault, one item a machine.

use super::Devices;
use crate::{
    Authorized, CoreError,
    vault::{put, written},
};
use patchbay_model::{NodeId, PowerEvent, Timestamp};
use patchbay_store::{Field, Kind};
use serde::{Deserialize, Serialize};

/// Of a machine.
const KEPT: usize = 200;

#[derive(Default, Serialize, Deserialize)]
struct Stored {
    events: Vec<StoredEvent>,
}

#[derive(Serialize, Deserialize)]
struct StoredEvent {
    at: Timestamp,
    who: String,
    what: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    way: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
}

impl Devices<'_> {
    /// Writes down what was done, in words: what, by which way (may be empty), and why it was not done if it was not. That it
    /// cannot be written down undoes nothing, and is said in the log alone.
    pub(super) async fn note(&self, entry: NodeId, what: &str, way: &str, failed: Option<&str>) {
        let event = StoredEvent {
            at: self.0.clock().wall(),
            who: self.0.config().user_name.clone(),
            what: what.to_owned(),
            way: way.to_owned(),
            failed: failed.map(str::to_owned),
        };
        if let Err(error) = self.write_down(entry, event).await {
            tracing::warn!(%error, "what was done with a device could not be written down");
        }
    }

    async fn write_down(&self, entry: NodeId, event: StoredEvent) -> Result<(), CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let _turn = unlocked.turn().await;
        let mut stored = self.stored(entry).await?;
        stored.events.insert(0, event);
        stored.events.truncate(KEPT);
        let json = written(serde_json::to_vec(&stored))?;
        let change = put(Kind::DeviceHistory, *entry.as_bytes(), json);
        Ok(unlocked.vault().apply(vec![change]).await?)
    }

    async fn stored(&self, entry: NodeId) -> Result<Stored, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let kept = unlocked.vault().get(Kind::DeviceHistory, *entry.as_bytes(), Field::Main);
        let Some(data) = kept.await? else { return Ok(Stored::default()) };
        Ok(serde_json::from_slice(&data).unwrap_or_else(|_| {
            // The error is not written down: it could repeat part of the item.
            tracing::warn!("the history of a machine cannot be read and begins anew");
            Stored::default()
        }))
    }

    /// What was done with a machine's power, ports and outlets, the latest first.
    pub async fn power_history(
        &self,
        entry: &Authorized<NodeId>,
    ) -> Result<Vec<PowerEvent>, CoreError> {
        let shown = |event: StoredEvent| PowerEvent {
            good: event.failed.is_none(),
            outcome: event.failed.map_or_else(|| "done".to_owned(), |why| format!("failed: {why}")),
            at: event.at,
            who: event.who,
            what: event.what,
            way: event.way,
        };
        Ok(self.stored(*entry.get()).await?.events.into_iter().map(shown).collect())
    }
}
