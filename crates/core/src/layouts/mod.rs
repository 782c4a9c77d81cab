//! Named layouts: tabs and splits that a person saved under a name, sealed in the vault.
//!
//! Deliberately absent: what is in one. The interface owns its shape, as with the open tabs in `settings`.

#[cfg(test)]
mod tests;

use crate::{
    Authorized, Core, CoreError, WholeVault,
    settings::LONGEST_LAYOUT,
    vault::{put, written},
};
use patchbay_model::{AppEvent, LayoutId, NamedLayout, Timestamp};
use patchbay_store::{Change, Kind};
use serde::{Deserialize, Serialize};

/// More are a mistake of a caller.
const MOST: usize = 500;
const LONGEST_NAME: usize = 100;

/// As it is kept. Its own type, and not that of the API: what is on disk must stay readable when the API changes.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    name: String,
    json: String,
    saved: Timestamp,
}

/// Named layouts.
#[derive(Clone, Copy, Debug)]
pub struct Layouts<'a>(pub(crate) &'a Core);

impl Layouts<'_> {
    /// All of them, by name. One that cannot be read is left out.
    pub async fn list(
        &self,
        _vault: &Authorized<WholeVault>,
    ) -> Result<Vec<NamedLayout>, CoreError> {
        self.read().await
    }

    /// Saves a new one, or replaces name and content of the one with this id.
    ///
    /// # Errors
    /// If another one has this name, the name is empty or too long, or the content is not JSON or too large.
    pub async fn save(
        &self,
        _vault: &Authorized<WholeVault>,
        id: Option<LayoutId>,
        name: &str,
        json: String,
    ) -> Result<NamedLayout, CoreError> {
        let name = checked_name(name)?;
        check_content(&json)?;
        let unlocked = self.0.vault().unlocked()?;
        let _turn = unlocked.turn().await;
        let all = self.read().await?;
        if let Some(id) = id
            && !all.iter().any(|layout| layout.id == id)
        {
            return Err(CoreError::NotFound("layout"));
        }
        if all.iter().any(|other| Some(other.id) != id && same_name(&other.name, &name)) {
            return Err(CoreError::invalid(
                "name",
                format!("There is a layout called “{name}” already."),
                "Overwrite that one, or choose another name.",
            ));
        }
        if id.is_none() && all.len() >= MOST {
            let message = format!("There are {MOST} layouts already.");
            return Err(CoreError::invalid("name", message, "Delete some that are not needed."));
        }
        let id = id.unwrap_or_else(LayoutId::new);
        let stored = Stored { name, json, saved: self.0.clock().wall() };
        let change = put(Kind::NamedLayout, *id.as_bytes(), written(serde_json::to_vec(&stored))?);
        unlocked.vault().apply(vec![change]).await?;
        self.0.emit(AppEvent::Layouts);
        Ok(shown(id, stored))
    }

    /// Forgets one.
    pub async fn delete(
        &self,
        _vault: &Authorized<WholeVault>,
        id: LayoutId,
    ) -> Result<(), CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let _turn = unlocked.turn().await;
        if !self.read().await?.iter().any(|layout| layout.id == id) {
            return Err(CoreError::NotFound("layout"));
        }
        let change = Change::Delete { kind: Kind::NamedLayout, id: *id.as_bytes() };
        unlocked.vault().apply(vec![change]).await?;
        self.0.emit(AppEvent::Layouts);
        Ok(())
    }

    async fn read(&self) -> Result<Vec<NamedLayout>, CoreError> {
        let items = self.0.vault().unlocked()?.vault().load(Kind::NamedLayout).await?;
        let mut all: Vec<NamedLayout> = items
            .iter()
            .filter_map(|item| {
                let stored = serde_json::from_slice(&item.data);
                if stored.is_err() {
                    // The error is not written down: it could repeat part of the item.
                    tracing::warn!("a named layout cannot be read and is left out");
                }
                Some(shown(LayoutId::from_bytes(item.id), stored.ok()?))
            })
            .collect();
        all.sort_by_cached_key(|layout| (layout.name.to_lowercase(), layout.id));
        Ok(all)
    }
}

fn shown(id: LayoutId, Stored { name, json, saved }: Stored) -> NamedLayout {
    NamedLayout { id, name, json, saved }
}

fn same_name(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn checked_name(name: &str) -> Result<String, CoreError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control)
    {
        return Err(CoreError::invalid(
            "name",
            format!("The name of a layout has 1 to {LONGEST_NAME} printable characters."),
            "Type another one.",
        ));
    }
    Ok(name.to_owned())
}

fn check_content(json: &str) -> Result<(), CoreError> {
    if json.len() > LONGEST_LAYOUT {
        return Err(CoreError::invalid(
            "json",
            "The layout is larger than 256 KiB.",
            "Save fewer tabs at once.",
        ));
    }
    if serde_json::from_str::<serde::de::IgnoredAny>(json).is_err() {
        return Err(CoreError::invalid("json", "The layout is not JSON.", ""));
    }
    Ok(())
}
