//! What a machine starts from next.

use crate::{
    Client, RedfishError, Resource, Sent,
    json::{at, link, text, texts},
};
use serde_json::{Value, json};

/// For how long an override holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BootFor {
    /// Not at all: the usual order.
    Disabled,
    /// For the next start.
    Once,
    /// For all of them.
    Continuous,
}

/// How the firmware starts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BootMode {
    /// As a BIOS.
    Bios,
    /// As UEFI.
    Uefi,
}

/// What a machine starts from, and from what it could.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Boot {
    /// For how long the override holds.
    pub holds: BootFor,
    /// `Pxe`, `Hdd`, `Cd`, `BiosSetup` and so on (`BootSource` of DSP0268).
    pub target: Option<String>,
    /// How the firmware starts, if it says so.
    pub mode: Option<BootMode>,
    /// What it could start from, if it says so.
    pub targets: Vec<String>,
}

impl Boot {
    /// Reads a `ComputerSystem`.
    #[must_use]
    pub fn of(body: &Value) -> Self {
        let boot = at(body, &["Boot"]);
        Self {
            holds: match text(boot, &["BootSourceOverrideEnabled"]).as_deref() {
                Some("Once") => BootFor::Once,
                Some("Continuous") => BootFor::Continuous,
                _ => BootFor::Disabled,
            },
            target: text(boot, &["BootSourceOverrideTarget"]).filter(|target| target != "None"),
            mode: match text(boot, &["BootSourceOverrideMode"]).as_deref() {
                Some("Legacy") => Some(BootMode::Bios),
                Some("UEFI") => Some(BootMode::Uefi),
                _ => None,
            },
            targets: texts(boot, &["BootSourceOverrideTarget@Redfish.AllowableValues"]),
        }
    }
}

impl Client {
    /// What the machine starts from.
    ///
    /// # Errors
    /// If there is no answer, or the machine says no.
    pub async fn boot(&self) -> Result<Boot, RedfishError> {
        Ok(Boot::of(&self.system().await?.body))
    }

    /// Sets what the machine starts from; the mode stays as it is if none is named.
    ///
    /// # Errors
    /// If the machine does not offer that, or says no.
    pub async fn set_boot(
        &self,
        target: &str,
        holds: BootFor,
        mode: Option<BootMode>,
    ) -> Result<Sent, RedfishError> {
        let system = self.fresh_system().await?;
        let targets = Boot::of(&system.body).targets;
        let offers = |target: &str| targets.iter().any(|one| one == target);
        let as_usb = target == "Cd" && self.vendor().facts().cd_is_usb && offers("UsbCd");
        let target = if as_usb { "UsbCd" } else { target };
        let boot = if holds == BootFor::Disabled {
            json!({ "BootSourceOverrideEnabled": "Disabled" })
        } else {
            if !targets.is_empty() && !offers(target) {
                let (asked, offered) = (format!("starting from {target}"), targets.join(", "));
                return Err(RedfishError::NotOffered { asked, offered });
            }
            let holds = if holds == BootFor::Once { "Once" } else { "Continuous" };
            let mut boot =
                json!({ "BootSourceOverrideEnabled": holds, "BootSourceOverrideTarget": target });
            if let (Some(mode), Some(boot)) = (mode, boot.as_object_mut()) {
                let mode = if mode == BootMode::Bios { "Legacy" } else { "UEFI" };
                boot.insert("BootSourceOverrideMode".to_owned(), mode.into());
            }
            boot
        };
        self.set_pending(&system, &json!({ "Boot": boot })).await
    }

    /// Changes a system where its settings are: in itself, or in the resource that it names for what counts from the next
    /// start on (DSP0266 section 9.10), if it takes no changes itself as iDRAC 10 and controllers by AMI do.
    async fn set_pending(&self, system: &Resource, body: &Value) -> Result<Sent, RedfishError> {
        let sent = self.patch(system, body).await;
        let settings = link(&system.body, &["@Redfish.Settings", "SettingsObject"]);
        match (sent, settings) {
            (Err(error), Some(settings)) if error.is_refused(&[400, 405, 501]) => {
                let settings = self.get(&settings).await?;
                self.patch(&settings, body).await
            }
            (sent, _) => sent,
        }
    }
}
