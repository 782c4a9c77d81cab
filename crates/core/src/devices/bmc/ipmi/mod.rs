//! Controllers that are asked by IPMI.

mod console;
mod facts;
mod log;
mod sensors;
mod users;
mod words;

use super::failed::Failed;
use crate::{CoreError, devices::reach::Asked};
pub(in crate::devices) use console::SerialConsole;
use patchbay_device_ipmi::{
    Bmc, BmcInfo, Bmcs, BootDevice, BootOverride, Identify, Insecure, IpmiError, Login, Options,
    Power, Privilege, Request, Suite,
};
use patchbay_model::{BmcBoot, BmcBootDevice, PowerAction, PowerState, PowerTaken, Secret};
use sensors::Repository;
use std::{fmt::Write as _, net::SocketAddr};
use tokio::sync::OnceCell;

/// What is asked for where the account is no administrator: it can still switch power, or read.
const LESSER: [Privilege; 2] = [Privilege::Operator, Privilege::User];
/// Seconds that a light blinks that cannot be told to blink for ever.
const LONGEST_BLINK: u8 = 255;
/// What it offers whose machine has a power switch: there is no word for restarting the operating system (table 28-4).
const OFFERS: [PowerAction; 6] = [
    PowerAction::On,
    PowerAction::ShutDown,
    PowerAction::Off,
    PowerAction::Cycle,
    PowerAction::Reset,
    PowerAction::Interrupt,
];

/// What it takes to sign in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Target {
    pub(super) address: SocketAddr,
    /// May be empty where that is allowed, as may the password.
    pub(super) user: String,
    pub(super) password: Secret<String>,
    pub(super) suite: Option<Suite>,
    pub(super) unprotected: bool,
}

/// Somebody who is signed in.
#[derive(Debug)]
pub(super) struct Session {
    bmc: Bmc,
    info: BmcInfo,
    user: String,
    /// Read once: it takes hundreds of requests.
    repository: OnceCell<Repository>,
}

/// The cipher suite of a number.
pub(super) fn suite(number: u8) -> Result<Suite, CoreError> {
    let all = [Suite::Sha256, Suite::Md5, Suite::Sha1, Suite::None];
    all.into_iter().find(|suite| suite.number() == number).ok_or_else(|| {
        let message = format!("Cipher suite {number} is not one that Patchbay speaks.");
        CoreError::invalid("management", message, "Choose 17, 8 or 3.")
    })
}

impl Target {
    fn bmc(&self, sockets: &Bmcs, privilege: Privilege) -> Result<Bmc, IpmiError> {
        let login = Login::new(&self.user, &self.password, None)?;
        let insecure = Insecure {
            unprotected: self.unprotected,
            anonymous: self.unprotected,
            plain_password: self.unprotected,
        };
        let options = Options { privilege, suite: self.suite, insecure, ..Options::default() };
        Ok(sockets.bmc(self.address, login, options))
    }

    /// Signs in with the highest privilege that the account has.
    pub(super) async fn sign_in(&self, sockets: &Bmcs) -> Result<Session, Failed> {
        let mut signed_in = self.sign_in_as(sockets, Privilege::Administrator).await;
        for privilege in LESSER {
            if !matches!(signed_in, Err(IpmiError::Privilege(_))) {
                break;
            }
            signed_in = self.sign_in_as(sockets, privilege).await;
        }
        let (bmc, info) = signed_in?;
        Ok(Session { bmc, info, user: self.user.clone(), repository: OnceCell::new() })
    }

    async fn sign_in_as(
        &self,
        sockets: &Bmcs,
        privilege: Privilege,
    ) -> Result<(Bmc, BmcInfo), IpmiError> {
        let bmc = self.bmc(sockets, privilege)?;
        let info = bmc.info().await?;
        Ok((bmc, info))
    }
}

/// What not every controller has: none if it says so.
fn if_there<T>(result: Result<T, IpmiError>) -> Result<Option<T>, IpmiError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(IpmiError::Refused { .. } | IpmiError::Garbled(_) | IpmiError::Privilege(_)) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The bytes of a raw command: in hexadecimal, with or without `0x`, apart or in one piece.
pub(super) fn raw_command(text: &str) -> Result<Request, CoreError> {
    let invalid = |message: &str| {
        let next = "Type it like 06 01 or 0x06 0x01: network function, command, data.";
        CoreError::invalid("request", message, next)
    };
    let mut bytes = Vec::new();
    for part in text.split(|c: char| c.is_whitespace() || c == ',').filter(|part| !part.is_empty())
    {
        let digits = part.strip_prefix("0x").unwrap_or(part);
        let digits = if digits.len() == 1 { format!("0{digits}") } else { digits.to_owned() };
        let part = data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes());
        bytes.extend(part.map_err(|_| invalid("These are no bytes in hexadecimal."))?);
    }
    let [net_fn, command, data @ ..] = bytes.as_slice() else {
        return Err(invalid("A raw command has at least two bytes."));
    };
    Request::raw(*net_fn, *command, data)
        .map_err(|error| invalid(&format!("This cannot be sent: {error}.")))
}

impl Session {
    /// In a line.
    fn about(&self) -> String {
        let BmcInfo { firmware, ipmi, manufacturer, .. } = &self.info;
        let maker = words::manufacturer(*manufacturer);
        let maker = maker.map_or_else(String::new, |maker| format!("{maker}, "));
        format!("{maker}IPMI {ipmi}, firmware {firmware}")
    }

    pub(super) async fn status(&self) -> Result<Asked, Failed> {
        let chassis = self.bmc.chassis().await?;
        let power = if chassis.on { PowerState::On } else { PowerState::Off };
        Ok(Asked { power, offers: OFFERS.to_vec(), about: self.about() })
    }

    pub(super) async fn power(&self, action: PowerAction) -> Result<PowerTaken, Failed> {
        let power = match action {
            PowerAction::On => Power::On,
            PowerAction::ShutDown => Power::SoftOff,
            PowerAction::Off => Power::Off,
            PowerAction::Cycle => Power::Cycle,
            PowerAction::Reset => Power::Reset,
            PowerAction::Interrupt => Power::DiagnosticInterrupt,
            PowerAction::Restart => {
                let message = "IPMI has no word for restarting an operating system.";
                let next = "Shut it down and turn it on again, or reset it.";
                return Err(CoreError::invalid("action", message, next).into());
            }
        };
        let on = self.bmc.chassis().await?.on;
        match (action, on) {
            (PowerAction::On, true) | (PowerAction::Off | PowerAction::ShutDown, false) => {
                return Ok(PowerTaken::NotNeeded);
            }
            _ => {}
        }
        match self.bmc.power(power).await {
            Ok(()) => Ok(PowerTaken::Done),
            Err(error) if is_in_doubt(&error) => {
                tracing::debug!(%error, "what became of a power command is not known");
                Ok(PowerTaken::Unknown)
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn locate(&self, lit: bool) -> Result<(), Failed> {
        if !lit {
            return Ok(self.bmc.identify(Identify::Off).await?);
        }
        match self.bmc.identify(Identify::On).await {
            // Older ones blink for a time only.
            Err(IpmiError::Refused { .. }) => {
                Ok(self.bmc.identify(Identify::Seconds(LONGEST_BLINK)).await?)
            }
            result => Ok(result?),
        }
    }

    pub(super) async fn boot_from(&self, boot: BmcBoot) -> Result<(), Failed> {
        let device = match boot.device {
            BmcBootDevice::None => return Ok(self.bmc.set_boot_override(None).await?),
            BmcBootDevice::Network => BootDevice::Pxe,
            BmcBootDevice::Disk => BootDevice::Disk,
            BmcBootDevice::Optical => BootDevice::Cdrom,
            BmcBootDevice::Removable => BootDevice::Removable,
            BmcBootDevice::Setup => BootDevice::Setup,
            BmcBootDevice::Diagnostics => BootDevice::Diagnostic,
        };
        let uefi = match boot.uefi {
            Some(uefi) => uefi,
            None => {
                let now = if_there(self.bmc.boot_override().await)?.flatten();
                now.is_some_and(|now| now.uefi)
            }
        };
        let new = BootOverride { device, persistent: boot.persistent, uefi };
        Ok(self.bmc.set_boot_override(Some(new)).await?)
    }

    pub(super) async fn reset(&self) -> Result<(), Failed> {
        match self.bmc.cold_reset().await {
            // Many do it before they answer.
            Ok(()) | Err(IpmiError::NotKnown { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn clear_log(&self) -> Result<(), Failed> {
        Ok(self.bmc.clear_log().await?)
    }

    pub(super) async fn tell_raw(&self, command: &Request) -> Result<String, Failed> {
        Ok(hex(&self.bmc.raw(command).await?))
    }
}

/// Whether a power command may have been done all the same: no answer came, or one that says that the answer could not be
/// given in time, or that the command was seen twice (table 5-2).
const fn is_in_doubt(error: &IpmiError) -> bool {
    matches!(
        error,
        IpmiError::NotKnown { .. } | IpmiError::Refused { code: 0xc3 | 0xce | 0xcf, .. }
    )
}

/// Bytes as people write them.
fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 3);
    for (at, byte) in bytes.iter().enumerate() {
        let gap = if at == 0 { "" } else { " " };
        // Writing to a string cannot fail.
        let _done = write!(out, "{gap}{byte:02x}");
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{hex, is_in_doubt, raw_command};
    use crate::testing::field;
    use patchbay_device_ipmi::{IpmiError, Request};

    #[test]
    fn raw_commands_are_written_in_any_usual_way() {
        let wanted = Request::raw(6, 1, &[0xab, 0]).unwrap();
        for text in ["06 01 ab 00", "0x06 0x01 0xAB 0x0", "0601ab00", "6,1, ab,0"] {
            assert_eq!(raw_command(text).unwrap(), wanted, "{text}");
        }
        for text in ["", "06", "06 01 xyz", "07 01", "060", "06 01 -1"] {
            assert_eq!(field(raw_command(text)), "request", "{text}");
        }
        assert_eq!(hex(&[1, 0xab]), "01 ab");
    }

    #[test]
    fn what_may_have_been_done_is_no_refusal() {
        let refused = |code| IpmiError::Refused { command: "power cycle", code };
        assert!(is_in_doubt(&IpmiError::NotKnown { command: "power cycle", power: None }));
        assert!(is_in_doubt(&refused(0xc3)) && is_in_doubt(&refused(0xce)));
        assert!(!is_in_doubt(&refused(0xd5)) && !is_in_doubt(&IpmiError::Silent));
    }
}
