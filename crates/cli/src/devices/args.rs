//! What may be written on the command line about machines below their operating systems.

use clap::{ArgAction, Args, Subcommand, ValueEnum, ValueHint};
use patchbay_model::{BmcBootDevice, GuestPower, OutletAction, PowerAction};
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(crate) struct Power {
    /// The machine
    pub(crate) name: String,
    /// What to do; without it, what its power is
    pub(crate) action: Option<PowerVerb>,
    /// By this way alone, and by no other if it fails: part of its name, as “power NAME” lists them
    #[arg(long, value_name = "WAY")]
    pub(crate) way: Option<String>,
    #[command(flatten)]
    pub(crate) sure: Sure,
}

/// Says that one is sure, in scripts.
#[derive(Args, Debug)]
pub(crate) struct Sure {
    /// The name that would have to be typed before it is done
    #[arg(long, value_name = "NAME")]
    pub(crate) confirm: Option<String>,
}

#[derive(Clone, Copy, ValueEnum, Debug)]
pub(crate) enum PowerVerb {
    On,
    /// Ask the operating system to stop
    Shutdown,
    /// Ask the operating system to stop and start again
    Restart,
    /// Take the power away
    Off,
    Cycle,
    Reset,
    /// Interrupt the operating system for a diagnosis
    Interrupt,
}

impl From<PowerVerb> for PowerAction {
    fn from(verb: PowerVerb) -> Self {
        match verb {
            PowerVerb::On => Self::On,
            PowerVerb::Shutdown => Self::ShutDown,
            PowerVerb::Restart => Self::Restart,
            PowerVerb::Off => Self::Off,
            PowerVerb::Cycle => Self::Cycle,
            PowerVerb::Reset => Self::Reset,
            PowerVerb::Interrupt => Self::Interrupt,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct Bmc {
    /// The machine
    pub(crate) name: String,
    #[command(subcommand)]
    pub(crate) what: BmcVerb,
}

#[derive(Subcommand, Debug)]
pub(crate) enum BmcVerb {
    /// What the machine and its controller are
    Info,
    /// The sensors
    Sensors,
    /// The event log
    Log {
        /// Write it to a file as CSV
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        export: Option<PathBuf>,
        /// Clear it
        #[arg(long, conflicts_with = "export")]
        clear: bool,
        #[command(flatten)]
        sure: Sure,
    },
    /// Switch the locating light
    Locate {
        #[arg(value_parser = on_or_off, action = ArgAction::Set)]
        light: bool,
    },
    /// Say what the machine starts from
    Boot {
        device: BootDevice,
        /// From now on, and not once
        #[arg(long)]
        persistent: bool,
    },
    /// The users of the controller
    Users,
    /// Start the controller anew; the machine runs on
    Reset,
    /// Send a raw command of IPMI, in hexadecimal
    Raw {
        /// Network function, command and data, as in “06 01”
        #[arg(required = true)]
        bytes: Vec<String>,
        #[command(flatten)]
        sure: Sure,
    },
}

fn on_or_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("say on or off".to_owned()),
    }
}

#[derive(Clone, Copy, ValueEnum, Debug)]
pub(crate) enum BootDevice {
    /// What the firmware says
    None,
    Network,
    Disk,
    Optical,
    Removable,
    Setup,
    Diagnostics,
}

impl From<BootDevice> for BmcBootDevice {
    fn from(device: BootDevice) -> Self {
        match device {
            BootDevice::None => Self::None,
            BootDevice::Network => Self::Network,
            BootDevice::Disk => Self::Disk,
            BootDevice::Optical => Self::Optical,
            BootDevice::Removable => Self::Removable,
            BootDevice::Setup => Self::Setup,
            BootDevice::Diagnostics => Self::Diagnostics,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct Guest {
    /// The machine that is the cluster
    pub(crate) cluster: String,
    /// The guest's number or name
    pub(crate) guest: String,
    #[command(subcommand)]
    pub(crate) what: GuestVerb,
}

#[derive(Subcommand, Debug)]
pub(crate) enum GuestVerb {
    /// Its configuration and snapshots
    Show,
    /// Do something with its power
    Power {
        action: GuestAction,
        #[command(flatten)]
        sure: Sure,
    },
    /// Take a snapshot
    Snapshot {
        /// Its name
        name: String,
        /// With the memory of a virtual machine
        #[arg(long)]
        memory: bool,
        /// Notes about it
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Take it back to a snapshot: what it is now is lost
    RollBack {
        /// The snapshot
        name: String,
        /// Start it then
        #[arg(long)]
        start: bool,
        #[command(flatten)]
        sure: Sure,
    },
    /// Delete a snapshot
    DeleteSnapshot {
        /// The snapshot
        name: String,
    },
    /// Open its console as a terminal; Enter ~ . closes it
    Console,
}

#[derive(Clone, Copy, ValueEnum, Debug)]
pub(crate) enum GuestAction {
    Start,
    Shutdown,
    Reboot,
    Stop,
    Reset,
    Suspend,
    Hibernate,
    Resume,
}

impl From<GuestAction> for GuestPower {
    fn from(action: GuestAction) -> Self {
        match action {
            GuestAction::Start => Self::Start,
            GuestAction::Shutdown => Self::ShutDown,
            GuestAction::Reboot => Self::Reboot,
            GuestAction::Stop => Self::Stop,
            GuestAction::Reset => Self::Reset,
            GuestAction::Suspend => Self::Suspend,
            GuestAction::Hibernate => Self::Hibernate,
            GuestAction::Resume => Self::Resume,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct Port {
    /// The machine that is the switch
    pub(crate) switch: String,
    /// What the switch calls the port
    pub(crate) port: String,
    /// Up
    #[arg(long, conflicts_with = "down")]
    pub(crate) up: bool,
    /// Down
    #[arg(long)]
    pub(crate) down: bool,
    /// What is written at it
    #[arg(long, value_name = "TEXT")]
    pub(crate) alias: Option<String>,
    /// Into this VLAN, untagged, and in no other
    #[arg(long, value_name = "N", conflicts_with_all = ["tagged", "native"])]
    pub(crate) vlan: Option<u16>,
    /// Into these VLANs with tags
    #[arg(long, value_name = "N,N", value_delimiter = ',')]
    pub(crate) tagged: Vec<u16>,
    /// With --tagged: into this VLAN without a tag
    #[arg(long, value_name = "N", requires = "tagged")]
    pub(crate) native: Option<u16>,
    #[command(flatten)]
    pub(crate) how: Apply,
}

/// How a change of a switch is made.
#[derive(Args, Debug)]
pub(crate) struct Apply {
    /// Only show what would be changed
    #[arg(long)]
    pub(crate) plan: bool,
    /// Keep it as soon as the switch has it as planned; else a question is asked, and no answer takes it back
    #[arg(long)]
    pub(crate) keep: bool,
    /// How long there is to keep it
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = clap::value_parser!(u32).range(10..=3600))]
    pub(crate) revert_after: u32,
    #[command(flatten)]
    pub(crate) sure: Sure,
}

#[derive(Args, Debug)]
pub(crate) struct Vlan {
    /// The machine that is the switch
    pub(crate) switch: String,
    /// The VLAN's number
    #[arg(value_parser = clap::value_parser!(u16).range(1..=4094))]
    pub(crate) vlan: u16,
    #[command(subcommand)]
    pub(crate) action: VlanAction,
    #[command(flatten)]
    pub(crate) how: Apply,
}

#[derive(Clone, Subcommand, Debug)]
pub(crate) enum VlanAction {
    /// Make it
    Create {
        /// Its name
        #[arg(default_value = "")]
        name: String,
    },
    /// Give it another name
    Rename {
        /// The name
        name: String,
    },
    /// Remove it
    Remove,
    /// Give it these layer-3 addresses instead of those it has, as 192.0.2.1/24 or 2001:db8::1/64; the first of IPv4 is the primary
    /// one, and none takes all away
    Address {
        /// The addresses
        addresses: Vec<String>,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Outlet {
    /// The machine that is the power unit
    pub(crate) pdu: String,
    /// The outlet's number
    pub(crate) outlet: String,
    pub(crate) action: OutletVerb,
    #[command(flatten)]
    pub(crate) sure: Sure,
}

#[derive(Clone, Copy, ValueEnum, Debug)]
pub(crate) enum OutletVerb {
    On,
    Off,
    Cycle,
}

impl From<OutletVerb> for OutletAction {
    fn from(verb: OutletVerb) -> Self {
        match verb {
            OutletVerb::On => Self::On,
            OutletVerb::Off => Self::Off,
            OutletVerb::Cycle => Self::Cycle,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct Console {
    /// The machine
    pub(crate) name: String,
    /// Only say which ways to a console answer
    #[arg(long)]
    pub(crate) list: bool,
    /// End a serial console that somebody else has open
    #[arg(long)]
    pub(crate) end_other: bool,
}
