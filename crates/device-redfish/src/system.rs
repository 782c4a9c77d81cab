//! The machine itself: which one, and its state in as few requests as there can be.

use crate::{
    Client, Link, RedfishError, Resource,
    json::{link, links, list, text},
};
use serde_json::Value;
use std::{
    fmt,
    sync::{MutexGuard, PoisonError},
};

/// Whether it runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PowerState {
    /// It does.
    On,
    /// It does not.
    Off,
    /// It is about to.
    PoweringOn,
    /// It is about to stop.
    PoweringOff,
    /// It is held between the two.
    Paused,
    /// The machine does not say, or says something new.
    Unknown,
}

impl PowerState {
    pub(crate) fn of(body: &Value) -> Self {
        match text(body, &["PowerState"]).as_deref() {
            Some("On") => Self::On,
            Some("Off") => Self::Off,
            Some("PoweringOn") => Self::PoweringOn,
            Some("PoweringOff") => Self::PoweringOff,
            Some("Paused") => Self::Paused,
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for PowerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::On => "on",
            Self::Off => "off",
            Self::PoweringOn => "powering on",
            Self::PoweringOff => "powering off",
            Self::Paused => "paused",
            Self::Unknown => "in no state that it tells",
        })
    }
}

/// How well it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Health {
    /// Nothing is wrong.
    Ok,
    /// Something wants attention.
    Warning,
    /// Something wants it at once.
    Critical,
}

impl Health {
    pub(crate) fn of(body: &Value) -> Option<Self> {
        let one = |key: &str| match text(body, &["Status", key]).as_deref() {
            Some("OK") => Some(Self::Ok),
            Some("Warning") => Some(Self::Warning),
            Some("Critical") => Some(Self::Critical),
            _ => None,
        };
        // What is inside counts too, where it is told apart; sushy writes it with another capital.
        one("HealthRollup").max(one("HealthRollUp")).max(one("Health"))
    }
}

/// What a look at a machine shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Status {
    /// Whether it runs.
    pub power: PowerState,
    /// How well it is, with what is inside.
    pub health: Option<Health>,
    /// Its id at the controller.
    pub id: String,
    /// Who made it.
    pub manufacturer: Option<String>,
    /// What it is.
    pub model: Option<String>,
    /// Its serial number, or the service tag that Dell has as `SKU`.
    pub serial: Option<String>,
    /// `SKU`: at Dell the service tag.
    pub sku: Option<String>,
    /// Which it is in all the world.
    pub uuid: Option<String>,
    /// What its operating system calls itself.
    pub host_name: Option<String>,
    /// The version of its firmware.
    pub bios_version: Option<String>,
    /// When it was last reset, in the machine's own words.
    pub last_reset: Option<String>,
    /// Whether its locating light is on.
    pub located: Option<bool>,
}

impl Status {
    /// Reads a `ComputerSystem`.
    #[must_use]
    pub fn of(body: &Value) -> Self {
        let text = |key: &str| text(body, &[key]);
        Self {
            power: PowerState::of(body),
            health: Health::of(body),
            id: text("Id").unwrap_or_default(),
            manufacturer: text("Manufacturer"),
            model: text("Model"),
            serial: text("SerialNumber"),
            sku: text("SKU"),
            uuid: text("UUID"),
            host_name: text("HostName"),
            bios_version: text("BiosVersion"),
            last_reset: text("LastResetTime"),
            located: crate::indicator::is_lit(body),
        }
    }
}

fn kept<T>(cell: &std::sync::Mutex<T>) -> MutexGuard<'_, T> {
    cell.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Client {
    /// The ids of the systems that the controller looks after.
    ///
    /// # Errors
    /// If there is no answer, or the machine says no.
    pub async fn systems(&self) -> Result<Vec<String>, RedfishError> {
        let links = self.system_links().await?;
        Ok(links.iter().map(|link| link.name().to_owned()).collect())
    }

    async fn system_links(&self) -> Result<Vec<Link>, RedfishError> {
        let systems = link(self.root(), &["Systems"]).ok_or_else(|| self.missing("systems"))?;
        self.member_links(&systems).await
    }

    pub(crate) fn missing(&self, what: &str) -> RedfishError {
        RedfishError::Missing { at: self.at(), what: what.to_owned() }
    }

    /// Where the system is that is meant.
    async fn system_link(&self) -> Result<Link, RedfishError> {
        if let Some(link) = kept(&self.found_system).clone() {
            return Ok(link);
        }
        let all = self.system_links().await?;
        let found = match (self.wanted_system(), all.as_slice()) {
            (Some(id), all) => {
                let found = all.iter().find(|link| link.name() == id);
                found.ok_or_else(|| self.missing(&format!("system {id}")))?
            }
            (None, [only]) => only,
            (None, []) => return Err(self.missing("systems")),
            (None, several) => {
                let ids: Vec<_> = several.iter().map(Link::name).collect();
                return Err(RedfishError::WhichSystem { at: self.at(), ids: ids.join(", ") });
            }
        };
        *kept(&self.found_system) = Some(found.clone());
        Ok(found.clone())
    }

    /// The system as it is now. What has not changed since the last look does not come over the wire again.
    pub(crate) async fn system(&self) -> Result<Resource, RedfishError> {
        let link = self.system_link().await?;
        let old = kept(&self.seen).clone().filter(|old| old.link == link && old.etag.is_some());
        let Some(old) = old else {
            let new = self.get(&link).await?;
            *kept(&self.seen) = Some(new.clone());
            return Ok(new);
        };
        match self.get_if_new(&old).await? {
            None => Ok(old),
            Some(new) => {
                *kept(&self.seen) = Some(new.clone());
                Ok(new)
            }
        }
    }

    /// The system as it is now, read whole: what decides about a change does not hang on how well a machine keeps its etags.
    pub(crate) async fn fresh_system(&self) -> Result<Resource, RedfishError> {
        *kept(&self.seen) = None;
        self.system().await
    }

    /// Looks at the machine: one request, and one more the first time.
    ///
    /// # Errors
    /// If there is no answer, or the machine says no.
    pub async fn status(&self) -> Result<Status, RedfishError> {
        Ok(Status::of(&self.system().await?.body))
    }

    /// The chassis that the system is in: those that it names, or else the only ones there are.
    pub(crate) async fn chassis(&self) -> Result<Vec<Link>, RedfishError> {
        let system = self.system().await?;
        let named: Vec<_> = links(&system.body, &["Links", "Chassis"]).take(8).collect();
        match link(self.root(), &["Chassis"]) {
            Some(all) if named.is_empty() => {
                let mut all = self.member_links(&all).await?;
                all.truncate(8);
                Ok(all)
            }
            _ => Ok(named),
        }
    }

    /// The controller that looks after the system.
    pub(crate) async fn manager_link(&self) -> Result<Link, RedfishError> {
        let system = self.system().await?;
        if let Some(named) = links(&system.body, &["Links", "ManagedBy"]).next() {
            return Ok(named);
        }
        let all = link(self.root(), &["Managers"]).ok_or_else(|| self.missing("managers"))?;
        let all = self.member_links(&all).await?;
        all.into_iter().next().ok_or_else(|| self.missing("managers"))
    }

    /// The target of an action, and which values a parameter of it may have, if the machine says so: beside the action, or at
    /// its `@Redfish.ActionInfo` (DSP0266 section 9.6).
    pub(crate) async fn action(
        &self,
        resource: &Resource,
        action: &str,
        parameter: &str,
    ) -> Result<Option<(Link, Vec<String>)>, RedfishError> {
        let action = crate::json::at(&resource.body, &["Actions", action]);
        let Some(target) = text(action, &["target"]).and_then(|target| Link::parse(&target)) else {
            return Ok(None);
        };
        let beside = format!("{parameter}@Redfish.AllowableValues");
        let mut values = crate::json::texts(action, &[&beside]);
        if values.is_empty() {
            let info = text(action, &["@Redfish.ActionInfo"]).and_then(|info| Link::parse(&info));
            if let Some(info) = self.get_if_there(info).await? {
                let described = list(&info.body, &["Parameters"])
                    .find(|one| text(one, &["Name"]).as_deref() == Some(parameter));
                values = described
                    .map(|one| crate::json::texts(one, &["AllowableValues"]))
                    .unwrap_or_default();
            }
        }
        Ok(Some((target, values)))
    }
}
