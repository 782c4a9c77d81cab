//! What tests, the demo and the figures need of the world: real servers on loopback, a virtual display, the real window, a browser.
//!
//! Everything is started on a free port or display of its own and ends when it is dropped.

#[cfg(unix)]
mod account;
#[cfg(unix)]
mod browser;
#[cfg(unix)]
mod conserver;
#[cfg(unix)]
pub mod daemon;
mod error;
#[cfg(unix)]
mod farm;
#[cfg(unix)]
mod ipmi;
#[cfg(unix)]
mod keys;
#[cfg(unix)]
mod line;
mod moment;
mod noise;
#[cfg(unix)]
mod oidc;
#[cfg(unix)]
mod postgres;
#[cfg(unix)]
mod pve;
#[cfg(unix)]
mod redfish;
mod relay;
#[cfg(unix)]
mod screen;
#[cfg(unix)]
mod shadow;
#[cfg(unix)]
mod slapd;
#[cfg(unix)]
mod snmp;
#[cfg(unix)]
mod sshd;
#[cfg(unix)]
mod switch;
#[cfg(unix)]
mod team;
#[cfg(unix)]
mod vnc;
#[cfg(unix)]
mod websockify;
#[cfg(unix)]
mod window;
mod wire;
#[cfg(unix)]
mod xrdp;
#[cfg(unix)]
mod xserver;

#[cfg(unix)]
pub use account::{Account, current_user, is_root, root_or_skip, terminals_or_skip};
#[cfg(unix)]
pub use browser::{Browse, Received};
#[cfg(unix)]
pub use conserver::{Conserver, conserver_or_skip};
pub use error::TestkitError;
#[cfg(unix)]
pub use farm::{Farm, ShownCookie};
#[cfg(unix)]
pub use ipmi::{IpmiFleet, IpmiSim, ipmi_or_skip};
#[cfg(unix)]
pub use keys::{KeyPair, SshAgent};
#[cfg(unix)]
pub use line::{EchoServer, SerialPair, Telnetd};
pub use moment::moment;
pub use noise::noise;
#[cfg(unix)]
pub use oidc::{OidcProvider, oidc_or_skip};
#[cfg(unix)]
pub use postgres::{Postgres, postgres_or_skip};
#[cfg(unix)]
pub use pve::{Pve, PveLiar, pve_or_skip};
#[cfg(unix)]
pub use redfish::{SushyEmulator, sushy_or_skip};
pub use relay::{Fate, UdpRelay, Way};
#[cfg(unix)]
pub use screen::Screen;
#[cfg(unix)]
pub use shadow::{Shadow, shadow_or_skip};
#[cfg(unix)]
pub use slapd::{Slapd, slapd_or_skip};
#[cfg(unix)]
pub use snmp::{
    Nature, Pass, SnmpFleet, SnmpRelay, SnmpSwitch, Snmpd, Snmpsim, net_snmp, snmpd_or_skip,
    snmpsim_or_skip,
};
#[cfg(unix)]
pub use sshd::{Login, Sshd, SshdBuilder};
#[cfg(unix)]
pub use switch::CliSwitch;
#[cfg(unix)]
pub use team::TeamServer;
#[cfg(unix)]
pub use vnc::{QemuVnc, TightVnc, Vnc, VncBuilder, X11vnc};
#[cfg(unix)]
pub use websockify::{Websockify, websockify_or_skip};
#[cfg(unix)]
pub use window::{Launch, Window, binary_beside};
pub use wire::{Fault, Wire};
#[cfg(unix)]
pub use xrdp::{Backend, Xrdp, xrdp_or_skip};
#[cfg(unix)]
pub use xserver::XServer;
