//! What a machine is below its operating system: the ways to manage it, and what those say.

mod bmc;
mod cluster;
mod console;
mod management;
mod pdu;
mod power;
mod switch;

pub use bmc::{
    BmcBoot, BmcBootDevice, BmcFacts, BmcItem, BmcItems, BmcLog, BmcLogEntry, BmcMedia, BmcSensor,
    BmcSensorKind, BmcSensors, BmcUser, BmcUserDraft, BmcUsers, SensorPoint, Severity,
};
pub use cluster::{
    BackupMode, Cluster, ClusterGuest, ClusterNode, ClusterStorage, ClusterTask, ClusterTaskState,
    ClusterUsage, ClusterVolume, GraphPoint, GraphSpan, GuestBackup, GuestChange, GuestClone,
    GuestDetail, GuestDisk, GuestFromTemplate, GuestKind, GuestMigration, GuestPower, GuestRestore,
    GuestSnapshot, NewGuestSnapshot,
};
pub use console::{ConsolePort, ConsolePortState, ConsolePortUser, ConsoleServer};
pub use management::{
    BmcProtocol, Management, ManagementKind, ManagementWay, SnmpCipher, SnmpHash, SnmpVersion,
    SwitchPlatform, WayStatus,
};
pub use pdu::{OutletAction, OutletLoad, OutletState, Pdu, PduOutlet};
pub use power::{
    ConsoleRung, Dependant, DependantEffect, FleetResult, FleetRow, MachineStatus, PowerAction,
    PowerDone, PowerEvent, PowerGuard, PowerState, PowerTaken, PowerTry,
};
pub use switch::{
    PlanLine, PortNeighbour, PortPoe, PortRates, PortState, PortTraffic, Switch, SwitchChange,
    SwitchChangeState, SwitchPlan, SwitchPort, SwitchStation, SwitchVlan, SwitchWish,
};
