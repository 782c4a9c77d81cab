//! Controllers that are asked by Redfish.

mod facts;
mod log;
mod sensors;
mod users;

use super::failed::Failed;
use crate::{CoreError, devices::reach::Asked, plain::plain};
use patchbay_device_redfish::{
    BootFor, BootMode, Client, Health, Place, PowerAction as Told, PowerState as State,
    RedfishError, Sent, Status, Taken, VirtualMedia, Waiting,
};
use patchbay_model::{
    BmcBoot, BmcBootDevice, PowerAction, PowerState, PowerTaken, Secret, Severity,
};
use std::time::Duration;

/// How long a connection, or an answer, may take: some think for half a minute.
const PATIENCE: Duration = Duration::from_secs(45);
/// How a task is followed that does what was asked for.
const WAITING: Waiting = Waiting { every: Duration::from_secs(1), limit: Duration::from_secs(120) };

/// What it takes to sign in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Target {
    pub(super) host: String,
    pub(super) port: u16,
    /// Of the certificate on record.
    pub(super) fingerprint: String,
    pub(super) user: String,
    pub(super) password: Secret<String>,
    pub(super) system: Option<String>,
}

/// Somebody who is signed in.
#[derive(Debug)]
pub(super) struct Session {
    client: Client,
    user: String,
}

impl Target {
    pub(super) async fn sign_in(&self) -> Result<Session, Failed> {
        let place = Place {
            host: self.host.clone(),
            port: self.port,
            fingerprint: self.fingerprint.clone(),
            patience: PATIENCE,
        };
        let (password, system) = (self.password.clone(), self.system.clone());
        let client = Client::sign_in(place, &self.user, password, system).await?;
        Ok(Session { client, user: self.user.clone() })
    }
}

/// What not every controller has: none if it says so.
fn if_there<T>(result: Result<T, RedfishError>) -> Result<Option<T>, RedfishError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(
            RedfishError::Missing { .. }
            | RedfishError::Refused { .. }
            | RedfishError::NotAllowed { .. }
            | RedfishError::TooLarge { .. },
        ) => Ok(None),
        Err(error) => Err(error),
    }
}

/// How well something is; nothing is wrong where nobody says.
fn severity(health: Option<Health>) -> Severity {
    match health {
        None | Some(Health::Ok) => Severity::Good,
        Some(Health::Warning) => Severity::Warning,
        Some(Health::Critical) => Severity::Critical,
    }
}

/// A text of the controller's as it may be shown; empty if there is none.
fn shown(text: Option<&String>) -> String {
    text.map(|text| plain(text.as_bytes())).unwrap_or_default()
}

/// What is there of these, joined.
fn line(parts: impl IntoIterator<Item = Option<String>>) -> String {
    let there = parts.into_iter().flatten().map(|part| plain(part.trim().as_bytes()));
    there.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// What can be done with power, and how Redfish calls it.
const ACTIONS: [(PowerAction, Told); 7] = [
    (PowerAction::On, Told::On),
    (PowerAction::ShutDown, Told::GracefulShutdown),
    (PowerAction::Restart, Told::GracefulRestart),
    (PowerAction::Off, Told::ForceOff),
    (PowerAction::Cycle, Told::PowerCycle),
    (PowerAction::Reset, Told::ForceRestart),
    (PowerAction::Interrupt, Told::Nmi),
];

impl Session {
    pub(super) async fn status(&self) -> Result<Asked, Failed> {
        let Status { power, manufacturer, model, bios_version, .. } = self.client.status().await?;
        let offered = self.client.power_actions().await?;
        let is_offered = |(_, told): &&(PowerAction, Told)| offered.contains(told);
        let power = match power {
            State::On => PowerState::On,
            State::Off => PowerState::Off,
            State::PoweringOn | State::PoweringOff => PowerState::Changing,
            State::Paused | State::Unknown => PowerState::Unknown,
        };
        let bios = bios_version.map(|version| format!("BIOS {version}"));
        let version = self.client.version().map(|version| format!("Redfish {version}"));
        let whose = line([manufacturer.map(|maker| {
            let model = model.unwrap_or_default();
            format!("{maker} {model}")
        })]);
        Ok(Asked {
            power,
            offers: ACTIONS.iter().filter(is_offered).map(|(action, _)| *action).collect(),
            about: line([Some(whose), bios, version]),
        })
    }

    pub(super) async fn power(&self, action: PowerAction) -> Result<PowerTaken, Failed> {
        let told = ACTIONS.iter().find(|(known, _)| *known == action).map(|(_, told)| *told);
        let told = told.ok_or(CoreError::NotFound("power action"))?;
        Ok(match self.client.send_power(told, &WAITING).await? {
            Taken::NotNeeded => PowerTaken::NotNeeded,
            Taken::Yes => PowerTaken::Done,
            Taken::Unknown => PowerTaken::Unknown,
        })
    }

    /// Follows what was accepted to its end.
    async fn finish(&self, sent: Sent) -> Result<(), Failed> {
        Ok(self.client.finish(sent, &WAITING, |_| {}).await?)
    }

    pub(super) async fn locate(&self, lit: bool) -> Result<(), Failed> {
        let sent = self.client.locate(lit).await?;
        self.finish(sent).await
    }

    pub(super) async fn boot_from(&self, boot: BmcBoot) -> Result<(), Failed> {
        let targets = match boot.device {
            BmcBootDevice::None => ["None"].as_slice(),
            BmcBootDevice::Network => &["Pxe"],
            BmcBootDevice::Disk => &["Hdd"],
            BmcBootDevice::Optical => &["Cd"],
            BmcBootDevice::Removable => &["Usb", "Floppy"],
            BmcBootDevice::Setup => &["BiosSetup"],
            BmcBootDevice::Diagnostics => &["Diags"],
        };
        let holds = match boot {
            BmcBoot { device: BmcBootDevice::None, .. } => BootFor::Disabled,
            BmcBoot { persistent: true, .. } => BootFor::Continuous,
            BmcBoot { .. } => BootFor::Once,
        };
        let mode = boot.uefi.map(|uefi| if uefi { BootMode::Uefi } else { BootMode::Bios });
        let mut refused = None;
        for target in targets {
            match self.client.set_boot(target, holds, mode).await {
                Ok(sent) => return self.finish(sent).await,
                // The next means the same.
                Err(error @ RedfishError::NotOffered { .. }) => refused = refused.or(Some(error)),
                Err(error) => return Err(error.into()),
            }
        }
        Err(refused.map_or_else(|| CoreError::NotFound("boot device").into(), Failed::from))
    }

    pub(super) async fn reset(&self) -> Result<(), Failed> {
        // One whose answer was lost has gone down before it could give it.
        let (Taken::Yes | Taken::Unknown | Taken::NotNeeded) = self.client.reset_manager().await?;
        Ok(())
    }

    async fn drive(&self, id: &str) -> Result<VirtualMedia, Failed> {
        let drives = self.client.virtual_media().await?;
        let found = drives.into_iter().find(|drive| drive.id == id);
        found.ok_or_else(|| CoreError::NotFound("virtual drive").into())
    }

    pub(super) async fn insert(&self, media: &str, image: &str) -> Result<(), Failed> {
        let drive = self.drive(media).await?;
        let sent = self.client.insert_media(&drive.link, image, None).await?;
        self.finish(sent).await
    }

    pub(super) async fn eject(&self, media: &str) -> Result<(), Failed> {
        let drive = self.drive(media).await?;
        let sent = self.client.eject_media(&drive.link).await?;
        self.finish(sent).await
    }
}
