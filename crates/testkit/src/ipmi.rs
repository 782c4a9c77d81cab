//! A throwaway BMC: OpenIPMI's `ipmi_sim` on a free UDP port of 127.0.0.1, with power, sensors, log, inventory and a serial
//! console, and a relay before it that loses, repeats, holds back and changes packets.
//!
//! It takes cipher suite 3 only, whatever it lists. Its state lies in a folder of its own and goes with it.

mod fleet;

pub use fleet::IpmiFleet;

use crate::{
    TestkitError,
    daemon::{Daemon, free_port, run},
};
use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    path::Path,
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(30);

/// A machine's power as a program: it keeps one digit in a file, and writes down what it was told.
const CHASSIS: &str = r#"#!/bin/sh
cd "$(dirname "$0")" || exit 1
echo "$*" >> told
shift
operation=$1
shift
while [ $# -gt 0 ]; do
  case "$operation $1" in
    "get power") echo "power:$(cat power)"; shift ;;
    "get boot") echo "boot:$(cat boot)"; shift ;;
    "get "*) echo "unknown: $1"; exit 1 ;;
    "set power")
      # A machine that goes on starts: its serial console may want to show that.
      if [ "$2" = 1 ] && [ "$(cat power)" = 0 ]; then echo start >> starts; fi
      echo "$2" > power; shift 2 ;;
    "set boot") echo "$2" > boot; shift 2 ;;
    "set identify") shift $# ;;
    "set "*) shift 2 ;;
    *) shift ;;
  esac
done
"#;

/// A temperature, a voltage with two's complement and an exponent, a fan, a drive bay that tells states, and an inventory.
const SENSORS: &str = "\
sensor_add 0x20 0 0 35 0x6f event-only
sensor_add 0x20 0 1 0x01 0x01
sensor_set_value 0x20 0 1 0x60 0
sensor_set_threshold 0x20 0 1 settable 111000 0xa0 0x90 0x70 0 0 0
sensor_set_event_support 0x20 0 1 enable scanning per-state 000111111000000 000111111000000 000111111000000 000111111000000
main_sdr_add 0x20 0x00 0x00 0x51 0x01 0x31 0x20 0x00 0x01 0x03 0x01 0x67 0x88 0x01 0x01 0xc0 0x0f 0xc0 0x7f 0x38 0x38 0x00 0x01 0x00 0x00 0x01 0x00 0x00 0x00 0x00 0x00 0x03 0x60 0xb0 0x00 0xb0 0x00 0xa0 0x90 0x70 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0xc6 0x44 0x4a 0x74 0x65 0x6d 0x70
sensor_add 0x20 0 2 0x02 0x01
sensor_set_value 0x20 0 2 0xc2 0
sensor_set_threshold 0x20 0 2 settable 011011 0 0xd0 0xc8 0 0x90 0xa0
sensor_set_event_support 0x20 0 2 enable scanning per-state 000111111000000 000111111000000 000111111000000 000111111000000
main_sdr_add 0x20 0x01 0x00 0x51 0x01 0x30 0x20 0x00 0x02 0x07 0x01 0x67 0x88 0x02 0x01 0xc0 0x0f 0xc0 0x7f 0x1b 0x1b 0x00 0x04 0x00 0x00 0x69 0x00 0x05 0x00 0x00 0xc1 0x03 0x60 0xb0 0x00 0xff 0x00 0x00 0xd0 0xc8 0x00 0x90 0xa0 0x00 0x00 0x00 0x00 0x00 0xc5 0x56 0x63 0x6f 0x72 0x65
sensor_add 0x20 0 3 0x04 0x01
sensor_set_value 0x20 0 3 100 0
sensor_set_event_support 0x20 0 3 enable scanning per-state 000111111000000 000111111000000 000111111000000 000111111000000
main_sdr_add 0x20 0x02 0x00 0x51 0x01 0x2f 0x20 0x00 0x03 0x1d 0x01 0x67 0x80 0x04 0x01 0xc0 0x0f 0xc0 0x7f 0x00 0x00 0x00 0x12 0x00 0x00 0x4b 0x00 0x00 0x00 0x00 0x00 0x03 0x60 0xb0 0x00 0xff 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0xc4 0x46 0x61 0x6e 0x31
sensor_add 0x20 0 4 0x0d 0x6f
sensor_set_bit 0x20 0 4 0 1 0
sensor_set_bit 0x20 0 4 7 1 0
sensor_set_event_support 0x20 0 4 enable scanning per-state 000000111111111 000000000000000 000000111111111 000000000000000
main_sdr_add 0x20 0x03 0x00 0x51 0x02 0x20 0x20 0x00 0x04 0x04 0x01 0x67 0x40 0x0d 0x6f 0xff 0x01 0x00 0x00 0xff 0x01 0xc0 0x00 0x00 0x01 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0xc5 0x44 0x72 0x69 0x76 0x65
";

/// Who may sign in to every one: number, name, password, privilege.
const USERS: [(u8, &str, &str, &str); 3] = [
    (2, IpmiSim::USER, IpmiSim::PASSWORD, "admin"),
    (3, IpmiSim::OPERATOR, IpmiSim::PASSWORD, "operator"),
    (4, "reader", IpmiSim::PASSWORD, "user"),
];

/// The BMC; ends when it is dropped.
#[derive(Debug)]
pub struct IpmiSim {
    address: SocketAddr,
    // Before the folder.
    daemon: Option<Daemon>,
    _line: Option<Daemon>,
    dir: TempDir,
}

impl IpmiSim {
    /// An administrator.
    pub const USER: &str = "admin";
    /// An operator.
    pub const OPERATOR: &str = "oper";
    /// The password of both.
    pub const PASSWORD: &str = "secret-pass";

    /// Starts it, for a machine that is off. `serial` is a shell command that talks over the serial line; it finds a line for
    /// each time that the machine was switched on in the file `$STARTS`.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(serial: &str, inventory: &[u8]) -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let write = |name: &str, text: &str| {
            fs::write(dir.path().join(name), text)
                .map_err(|e| TestkitError::file(format!("write {name}"), e))
        };
        let line = free_port()?;
        let mut socat = Command::new("socat");
        socat.arg(format!("TCP-LISTEN:{line},bind=127.0.0.1,reuseaddr,fork"));
        socat.arg(format!("SYSTEM:{serial},pty,rawer,setsid,ctty"));
        socat.env("STARTS", dir.path().join("starts"));
        let mut line_daemon = Daemon::start(socat, &dir.path().join("line.log"))?;
        let listens = || std::net::TcpStream::connect(("127.0.0.1", line)).is_ok();
        line_daemon.until("socat", LIMIT, listens).await?;
        let address = free_udp()?;
        write("chassis", CHASSIS)?;
        write("power", "0\n")?;
        write("boot", "none\n")?;
        write("told", "")?;
        write("starts", "")?;
        let chassis = dir.path().join("chassis");
        let machine = format!(
            "chassis_control \"{} 0x20\"\nsol \"tcp:127.0.0.1:{line}\" 115200\n",
            chassis.display()
        );
        write("lan.conf", &lan_conf(address, &machine))?;
        write("bmc.emu", &commands(inventory))?;
        run(Command::new("chmod").arg("+x").arg(chassis), None)?;
        fs::create_dir(dir.path().join("state"))
            .map_err(|e| TestkitError::file("make a folder", e))?;
        let mut new = Self { address, daemon: None, _line: Some(line_daemon), dir };
        new.start_again().await?;
        Ok(new)
    }

    /// Starts it again, on the port it had. Sessions are forgotten.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_again(&mut self) -> Result<(), TestkitError> {
        self.stop();
        let mut command = Command::new("ipmi_sim");
        let file = |name: &str| self.dir.path().join(name);
        command.arg("-c").arg(file("lan.conf")).arg("-f").arg(file("bmc.emu"));
        command.arg("-s").arg(file("state")).arg("-n");
        let mut daemon = Daemon::start(command, &file("log"))?;
        let port = self.address.port();
        daemon.until("ipmi_sim", LIMIT, || is_bound(port)).await?;
        self.daemon = Some(daemon);
        Ok(())
    }

    /// Stops it.
    pub fn stop(&mut self) {
        self.daemon = None;
    }

    /// Where it answers.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether the machine is on.
    #[must_use]
    pub fn on(&self) -> bool {
        fs::read_to_string(self.dir.path().join("power")).is_ok_and(|power| power.trim() == "1")
    }

    /// What the machine was told, a line each: `0x20 set power 1`.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        let told = fs::read_to_string(self.dir.path().join("told")).unwrap_or_default();
        told.lines().map(str::to_owned).collect()
    }

    /// What `ipmitool` prints for these words, signed in as the administrator.
    ///
    /// # Errors
    /// When it fails.
    pub fn ipmitool(&self, words: &[&str]) -> Result<String, TestkitError> {
        let mut command = Command::new("ipmitool");
        command.args(["-I", "lanplus", "-C", "3", "-H", "127.0.0.1", "-U", Self::USER]);
        command.args(["-P", Self::PASSWORD, "-p", &self.address.port().to_string()]);
        run(command.args(words), None)
    }
}

/// Its configuration; `machine` says what it switches and where its serial line is.
fn lan_conf(address: SocketAddr, machine: &str) -> String {
    let (ip, port, ways) = (address.ip(), address.port(), "none md2 md5 straight");
    let mut text = format!(
        "name \"bmc\"\nset_working_mc 0x20\nstartlan 1\naddr {ip} {port}\npriv_limit admin\n"
    );
    for level in ["callback", "user", "operator", "admin"] {
        text += &format!("allowed_auths_{level} {ways}\n");
    }
    text += "guid a123456789abcdefa123456789abcdef\nendlan\n";
    text += machine;
    text += "startnow false\n";
    text += &format!("user 1 true \"\" \"\" user 10 {ways}\n");
    for (number, name, password, level) in USERS {
        text += &format!("user {number} true \"{name}\" \"{password}\" {level} 10 {ways}\n");
    }
    text
}

fn commands(inventory: &[u8]) -> String {
    let mut text = "mc_setbmc 0x20\n".to_owned();
    text += "mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02\nsel_enable 0x20 1000 0x0a\n";
    text += SENSORS;
    if !inventory.is_empty() {
        let bytes: Vec<String> = inventory.iter().map(|byte| format!("{byte:#04x}")).collect();
        text += &format!("mc_add_fru_data 0x20 0 {} data {}\n", inventory.len(), bytes.join(" "));
    }
    text + "mc_enable 0x20\n"
}

fn free_udp() -> Result<SocketAddr, TestkitError> {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|socket| socket.local_addr())
        .map_err(|e| TestkitError::file("find a free port", e))
}

/// Whether somebody has the UDP port.
fn is_bound(port: u16) -> bool {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_err()
}

/// Whether it can be started; if not, prints that `what` was skipped and why.
#[must_use]
pub fn ipmi_or_skip(what: &str) -> bool {
    let there = |name: &str| Path::new("/usr/bin").join(name).exists();
    let missing: Vec<_> =
        ["ipmi_sim", "ipmitool", "socat"].into_iter().filter(|name| !there(name)).collect();
    if !missing.is_empty() {
        eprintln!("skipped: {what} ({} not installed)", missing.join(", "));
    }
    missing.is_empty()
}
