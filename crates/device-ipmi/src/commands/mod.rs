//! What a BMC can be told, and how its answers are read.

mod chassis;
mod formula;
mod fru;
mod fru_text;
mod info;
mod lan;
mod sdr;
mod sel;
mod sensors;
mod states;
mod units;
mod users;

pub use chassis::{BootDevice, BootOverride, Chassis, Identify, Power};
pub use formula::Formula;
pub use fru::{Board, ChassisInfo, Fru, Product};
pub use info::BmcInfo;
pub use lan::{IpSource, LanSettings};
pub use sdr::{FruLocator, Sdr, SdrSensor};
pub use sel::{SelEntry, SelEvent, SelInfo};
pub use sensors::{Reading, Sensor, Thresholds, Value};
pub use users::{User, UserAccess, UserList};
