//! A client of Redfish services (DSP0266): what a management controller knows of its machine, and lets one do with it.
//!
//! Every connection is TLS to a certificate that was pinned; before that is proved nothing is said. HTTP is spoken by `hyper`
//! as in `team-client`, so that the certificate is judged in one way. Answers are read property by property and bounded: a
//! controller may be old, wrong or hostile. What changes something is sent once.
//!
//! The crates there are do not reach this: `redfish` 0.3 asks for fixed paths in place of following links, `nv-redfish` 0.22 has
//! no virtual media, and neither pins a certificate nor bounds an answer (both know "trusted by an authority" and "any").
//!
//! Deliberately absent: plain HTTP, authorities, events and telemetry, settings of the firmware, updates, and what vendors have
//! below `Oem`.

mod accounts;
mod boot;
mod client;
mod collection;
mod error;
mod firmware;
mod indicator;
mod inventory;
mod json;
mod link;
mod logs;
mod manager;
mod media;
mod power;
mod refusal;
mod sensors;
mod system;
mod task;
mod vendor;
mod wire;

pub use accounts::Account;
pub use boot::{Boot, BootFor, BootMode};
pub use client::Client;
pub(crate) use client::Resource;

pub use error::RedfishError;
pub use firmware::Firmware;
pub use inventory::{Drive, Inventory, MemoryModule, NetworkPort, Processor};
pub use link::Link;
pub use logs::{Log, LogEntry, LogPage};
pub use manager::Manager;
pub use media::{ImageLogin, VirtualMedia};
pub use power::{PowerAction, PowerDone, Taken};
pub use refusal::{Message, Said};
pub use sensors::{Sensor, SensorKind, Thresholds};
pub use system::{Health, PowerState, Status};
pub use task::{Sent, Task, TaskPhase, Waiting};
pub use vendor::{FACTS, Facts, Vendor};
pub use wire::Place;
