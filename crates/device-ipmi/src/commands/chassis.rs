//! Power, identification and boot device (chapter 28).

use crate::{Bmc, IpmiError, Request, protocol::Reader};

const CHASSIS: u8 = 0;
const GET_STATUS: u8 = 1;
const CONTROL: u8 = 2;
const IDENTIFY: u8 = 4;
const SET_BOOT: u8 = 8;
const GET_BOOT: u8 = 9;
/// Parameters of the boot options (table 28-14).
const BOOT_SET_IN_PROGRESS: u8 = 0;
const BOOT_VALID_BITS: u8 = 3;
const BOOT_INITIATOR: u8 = 4;
const BOOT_FLAGS: u8 = 5;

/// What a machine's power can be told (table 28-4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Power {
    /// Off at once.
    Off,
    /// On.
    On,
    /// Off and on again.
    Cycle,
    /// A hard reset.
    Reset,
    /// An interrupt that makes most systems dump their memory.
    DiagnosticInterrupt,
    /// Asks the operating system to shut down.
    SoftOff,
}

impl Power {
    const fn number(self) -> u8 {
        match self {
            Self::Off => 0,
            Self::On => 1,
            Self::Cycle => 2,
            Self::Reset => 3,
            Self::DiagnosticInterrupt => 4,
            Self::SoftOff => 5,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Off => "power off",
            Self::On => "power on",
            Self::Cycle => "power cycle",
            Self::Reset => "reset",
            Self::DiagnosticInterrupt => "diagnostic interrupt",
            Self::SoftOff => "soft off",
        }
    }
}

/// How the machine is (table 28-3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chassis {
    /// It is on.
    pub on: bool,
    /// It went off because it took more power than it may.
    pub overload: bool,
    /// It is off because its case is open.
    pub interlock: bool,
    /// Its power supply is broken.
    pub power_fault: bool,
    /// Somebody opened the case.
    pub intrusion: bool,
    /// A drive is broken.
    pub drive_fault: bool,
    /// A fan is broken.
    pub fan_fault: bool,
    /// What it does when power comes back: 0 stays off, 1 as it was, 2 goes on, 3 not known.
    pub restore: u8,
    /// Whether its light blinks, if it says.
    pub identify: Option<Identify>,
}

/// A machine's light.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Identify {
    /// Dark.
    Off,
    /// Blinks for this many seconds; 0 is off.
    Seconds(u8),
    /// Blinks until it is told to stop.
    On,
}

impl Chassis {
    /// Reads the answer to Get Chassis Status.
    ///
    /// # Errors
    /// When it is too short.
    pub fn decode(data: &[u8]) -> Result<Self, IpmiError> {
        let [power, _last, misc] = Reader::new(data).array()?;
        let identify = (misc & 0x40 != 0).then_some(match misc >> 4 & 3 {
            0 => Identify::Off,
            // It does not say for how long it still blinks.
            1 => Identify::Seconds(15),
            _ => Identify::On,
        });
        Ok(Self {
            on: power & 1 != 0,
            overload: power & 2 != 0,
            interlock: power & 4 != 0,
            power_fault: power & 0x18 != 0,
            restore: power >> 5 & 3,
            intrusion: misc & 1 != 0,
            drive_fault: misc & 4 != 0,
            fan_fault: misc & 8 != 0,
            identify,
        })
    }
}

/// What a machine starts from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BootDevice {
    /// What its firmware says.
    None,
    /// Network.
    Pxe,
    /// Hard disk.
    Disk,
    /// Hard disk, safe mode.
    SafeDisk,
    /// Diagnostic partition.
    Diagnostic,
    /// CD or DVD.
    Cdrom,
    /// The firmware's own set-up.
    Setup,
    /// Removable media that the BMC lends.
    RemoteMedia,
    /// Floppy or another removable medium.
    Removable,
}

const DEVICES: [(BootDevice, u8); 9] = [
    (BootDevice::None, 0),
    (BootDevice::Pxe, 1),
    (BootDevice::Disk, 2),
    (BootDevice::SafeDisk, 3),
    (BootDevice::Diagnostic, 4),
    (BootDevice::Cdrom, 5),
    (BootDevice::Setup, 6),
    (BootDevice::RemoteMedia, 7),
    (BootDevice::Removable, 15),
];

/// What a machine starts from next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BootOverride {
    /// From where.
    pub device: BootDevice,
    /// Every time, and not only the next.
    pub persistent: bool,
    /// By UEFI, and not as a PC of old.
    pub uefi: bool,
}

impl BootOverride {
    /// The five bytes of the boot flags.
    #[must_use]
    pub fn encode(self) -> [u8; 5] {
        let number = DEVICES.iter().find(|(device, _)| *device == self.device);
        let number = number.map_or(0, |(_, number)| *number);
        let first = 0x80 | (u8::from(self.persistent) << 6) | (u8::from(self.uefi) << 5);
        [first, number << 2, 0, 0, 0]
    }

    /// Reads boot flags; `None` if they are not in force.
    ///
    /// # Errors
    /// When they are too short, or name a device without a meaning.
    pub fn decode(data: &[u8]) -> Result<Option<Self>, IpmiError> {
        let [first, second] = Reader::new(data).array()?;
        if first & 0x80 == 0 {
            return Ok(None);
        }
        let number = second >> 2 & 0xf;
        let device = DEVICES.iter().find(|(_, known)| *known == number);
        let (device, _) = device.ok_or(IpmiError::Garbled("it starts from no device we know"))?;
        Ok(Some(Self { device: *device, persistent: first & 0x40 != 0, uefi: first & 0x20 != 0 }))
    }
}

impl Bmc {
    /// How the machine is.
    ///
    /// # Errors
    /// As for every command.
    pub async fn chassis(&self) -> Result<Chassis, IpmiError> {
        let request = Request::again("get chassis status", CHASSIS, GET_STATUS, &[]);
        Chassis::decode(&self.send(&request).await?)
    }

    /// Changes the machine's power. The command is sent once, whatever gets lost.
    ///
    /// # Errors
    /// [`IpmiError::NotKnown`] when no answer came, with the state that was read afterwards.
    pub async fn power(&self, power: Power) -> Result<(), IpmiError> {
        let request = Request::once(power.name(), CHASSIS, CONTROL, &[power.number()]);
        match self.send(&request).await {
            Err(IpmiError::NotKnown { command, .. }) => {
                let power = self.chassis().await.ok().map(|chassis| chassis.on);
                Err(IpmiError::NotKnown { command, power })
            }
            result => result.map(drop),
        }
    }

    /// Makes its light blink, or stop.
    ///
    /// # Errors
    /// As for every command.
    pub async fn identify(&self, identify: Identify) -> Result<(), IpmiError> {
        let data: &[u8] = match identify {
            Identify::Off => &[0],
            Identify::Seconds(seconds) => &[seconds],
            Identify::On => &[0, 1],
        };
        let request = Request::again("identify", CHASSIS, IDENTIFY, data);
        self.send(&request).await.map(drop)
    }

    /// What the machine starts from next, if not from what its firmware says.
    ///
    /// # Errors
    /// As for every command.
    pub async fn boot_override(&self) -> Result<Option<BootOverride>, IpmiError> {
        let request = Request::again("get boot options", CHASSIS, GET_BOOT, &[BOOT_FLAGS, 0, 0]);
        let data = self.send(&request).await?;
        match data.split_at_checked(2) {
            // "Invalid or locked" is bit 7 of the parameter.
            Some(([_, parameter], _)) if parameter & 0x80 != 0 => Ok(None),
            Some((_, flags)) => BootOverride::decode(flags),
            None => Err(IpmiError::Garbled("a message is too short")),
        }
    }

    /// Sets what the machine starts from; `None` takes it back.
    ///
    /// # Errors
    /// As for every command.
    pub async fn set_boot_override(&self, boot: Option<BootOverride>) -> Result<(), IpmiError> {
        // Not every BMC knows the first parameters; what counts is the last.
        let _unknown = self.set_boot(BOOT_SET_IN_PROGRESS, &[1]).await;
        // The BMC is not to take it back after a minute or a reset of another kind (parameter 3, bits 0 to 4).
        let _unknown = self.set_boot(BOOT_VALID_BITS, &[0x1f]).await;
        let _unknown = self.set_boot(BOOT_INITIATOR, &[1, 1]).await;
        let flags = boot.map_or([0; 5], BootOverride::encode);
        let result = self.set_boot(BOOT_FLAGS, &flags).await;
        let _unknown = self.set_boot(BOOT_SET_IN_PROGRESS, &[0]).await;
        result
    }

    async fn set_boot(&self, parameter: u8, data: &[u8]) -> Result<(), IpmiError> {
        let data = [&[parameter], data].concat();
        let request = Request::again("set boot options", CHASSIS, SET_BOOT, &data);
        self.send(&request).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::{BootDevice, BootOverride, Chassis, DEVICES, Identify};

    #[test]
    fn status() {
        let chassis = Chassis::decode(&[0x61, 0x10, 0x51, 0]).unwrap();
        assert!(chassis.on && chassis.intrusion && !chassis.fan_fault && !chassis.power_fault);
        assert_eq!((chassis.restore, chassis.identify), (3, Some(Identify::Seconds(15))));
        assert!(Chassis::decode(&[1, 0]).is_err());
    }

    #[test]
    fn boot_flags() {
        // As `ipmitool chassis bootdev pxe options=persistent,efiboot` sends them.
        let boot = BootOverride { device: BootDevice::Pxe, persistent: true, uefi: true };
        assert_eq!(boot.encode(), [0xe0, 4, 0, 0, 0]);
        for (device, _) in DEVICES {
            let boot = BootOverride { device, persistent: false, uefi: true };
            assert_eq!(BootOverride::decode(&boot.encode()), Ok(Some(boot)));
        }
        assert_eq!(BootOverride::decode(&[0, 4, 0, 0, 0]), Ok(None));
    }
}
