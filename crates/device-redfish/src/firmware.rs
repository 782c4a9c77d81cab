//! The versions of all firmware.

use crate::{
    Client, Health, RedfishError,
    json::{flag, link, text},
};
use serde_json::Value;

/// The firmware of one part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Firmware {
    /// Its id there; Dell's begin with `Installed`, `Current`, `Previous` or `Available`.
    pub id: String,
    /// Of what.
    pub name: String,
    /// Which.
    pub version: Option<String>,
    /// Whether it can be replaced from here.
    pub updateable: Option<bool>,
    /// How well it is.
    pub health: Option<Health>,
}

impl Firmware {
    /// Reads a `SoftwareInventory`.
    #[must_use]
    pub fn of(body: &Value) -> Self {
        let id = text(body, &["Id"]).unwrap_or_default();
        Self {
            name: text(body, &["Name"]).unwrap_or_else(|| id.clone()),
            id,
            version: text(body, &["Version"]),
            updateable: flag(body, &["Updateable"]),
            health: Health::of(body),
        }
    }
}

impl Client {
    /// The versions of all firmware.
    ///
    /// # Errors
    /// If there is no answer, or the machine says no.
    pub async fn firmware(&self) -> Result<Vec<Firmware>, RedfishError> {
        let service = link(self.root(), &["UpdateService"]);
        let Some(service) = self.get_if_there(service).await? else {
            return Err(self.missing("list of its firmware"));
        };
        let found = self.members_if_there(link(&service.body, &["FirmwareInventory"])).await?;
        Ok(found.iter().map(|one| Firmware::of(&one.body)).collect())
    }
}
