//! The management controller itself.

use crate::{
    Client, Health, NetworkPort, RedfishError, Sent, Taken,
    json::{link, text},
};
use serde_json::{Value, json};

/// What a controller says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Manager {
    /// What it is called there.
    pub name: Option<String>,
    /// `BMC`, `ManagementController` and so on.
    pub kind: Option<String>,
    /// What it is.
    pub model: Option<String>,
    /// The version of its firmware.
    pub firmware: Option<String>,
    /// How well it is.
    pub health: Option<Health>,
    /// Which it is in all the world.
    pub uuid: Option<String>,
    /// Its clock, as it writes it.
    pub clock: Option<String>,
}

impl Manager {
    /// Reads a `Manager`.
    #[must_use]
    pub fn of(body: &Value) -> Self {
        let text = |key: &str| text(body, &[key]);
        Self {
            name: text("Name"),
            kind: text("ManagerType"),
            model: text("Model"),
            firmware: text("FirmwareVersion"),
            health: Health::of(body),
            uuid: text("UUID"),
            clock: text("DateTime"),
        }
    }
}

impl Client {
    /// What the controller says of itself.
    ///
    /// # Errors
    /// If there is no answer, or the machine says no.
    pub async fn manager(&self) -> Result<Manager, RedfishError> {
        let link = self.manager_link().await?;
        Ok(Manager::of(&self.get(&link).await?.body))
    }

    /// The controller's own network ports.
    ///
    /// # Errors
    /// If there is no answer, or the machine says no.
    pub async fn manager_networks(&self) -> Result<Vec<NetworkPort>, RedfishError> {
        let manager = self.get(&self.manager_link().await?).await?;
        let ports = self.members_if_there(link(&manager.body, &["EthernetInterfaces"])).await?;
        Ok(ports.iter().map(|port| NetworkPort::of(&port.body)).collect())
    }

    /// Restarts the controller, and not the machine: gracefully where that is offered, or else without asking. It is sent
    /// once, and a controller that goes down before it answers is [`Taken::Unknown`]. Sessions end with it.
    ///
    /// # Errors
    /// If it does not offer that, or says no.
    pub async fn reset_manager(&self) -> Result<Taken, RedfishError> {
        let manager = self.get(&self.manager_link().await?).await?;
        let found = self.action(&manager, "#Manager.Reset", "ResetType").await?;
        let (target, offered) =
            found.ok_or_else(|| self.missing("way to restart its controller"))?;
        let word = ["GracefulRestart", "ForceRestart"]
            .into_iter()
            .find(|word| offered.is_empty() || offered.iter().any(|one| one == word));
        let word = word.ok_or_else(|| RedfishError::NotOffered {
            asked: "a restart of its controller".to_owned(),
            offered: offered.join(", "),
        })?;
        match self.post(&target, &json!({ "ResetType": word })).await {
            Ok(Sent::Done { .. } | Sent::Task(_)) => Ok(Taken::Yes),
            Err(error) if error.is_lost() => Ok(Taken::Unknown),
            Err(error) => Err(error),
        }
    }
}
