//! Agents of SNMP: net-snmp's snmpd, snmpsim with recorded devices, a switch that keeps what is set, and a relay that spoils
//! what they say; and a thousand agents of our own.

mod answer;
mod fleet;
mod relay;

pub use fleet::{Nature, SnmpFleet};
pub use relay::{Pass, SnmpRelay};

use crate::{
    TestkitError,
    daemon::{Daemon, run},
};
use std::{
    fs,
    net::{Ipv4Addr, UdpSocket},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);

/// The users of [`Snmpd`]: name, hash and cipher as net-snmp calls them.
const USERS: [(&str, &str, &str); 7] = [
    ("md5", "MD5", "DES"),
    ("sha", "SHA", "AES"),
    ("sha224", "SHA-224", "AES"),
    ("sha256", "SHA-256", "AES"),
    ("sha384", "SHA-384", "AES-192"),
    ("sha512", "SHA-512", "AES-256"),
    ("signer", "SHA-256", ""),
];

/// A port of 127.0.0.1 for datagrams that nothing had a moment ago.
fn free_port() -> Result<u16, TestkitError> {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|socket| socket.local_addr())
        .map(|address| address.port())
        .map_err(|e| TestkitError::file("find a free port", e))
}

/// What one of net-snmp's programs says, with object identifiers and values as numbers.
///
/// # Errors
/// When it cannot be started or fails.
pub fn net_snmp(program: &str, arguments: &[&str]) -> Result<String, TestkitError> {
    // Without modules, which systems have or have not, and of which it would complain.
    run(Command::new(program).env("MIBS", "").args(["-On", "-Oe", "-t", "2"]).args(arguments), None)
}

/// Waits until the agent at this port answers.
async fn answers(
    daemon: &mut Daemon,
    what: &str,
    port: u16,
    community: &str,
) -> Result<(), TestkitError> {
    let agent = format!("127.0.0.1:{port}");
    let asked = ["-v2c", "-c", community, "-r", "0", &agent, ".1.3.6.1.2.1.1.3.0"];
    daemon.until(what, LIMIT, || net_snmp("snmpget", &asked).is_ok()).await
}

/// net-snmp's agent: reads with the community `public`, changes with `private`, and one user of version 3 for each hash and
/// cipher.
#[derive(Debug)]
pub struct Snmpd {
    port: u16,
    _daemon: Daemon,
    _dir: TempDir,
}

impl Snmpd {
    /// The password of all users that signs.
    pub const PASSWORD: &str = "auth-password";
    /// The password of all users that encrypts.
    pub const PRIVACY: &str = "priv-password";

    /// Starts it.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start() -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let port = free_port()?;
        let path = dir.path().join("snmpd.conf");
        fs::write(&path, config(port)).map_err(|e| TestkitError::file("write snmpd.conf", e))?;
        let mut command = Command::new("/usr/sbin/snmpd");
        command.env("MIBS", "").env("SNMP_PERSISTENT_DIR", dir.path().join("kept"));
        command.args(["-f", "-LE", "4", "-C", "-c"]).arg(&path);
        let mut daemon = Daemon::start(command, &dir.path().join("log"))?;
        answers(&mut daemon, "snmpd", port, "public").await?;
        Ok(Self { port, _daemon: daemon, _dir: dir })
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it also listens on `::1`, which machines without IPv6 have not.
    #[must_use]
    pub fn has_v6(&self) -> bool {
        has_v6()
    }
}

fn config(port: u16) -> String {
    let v6 = if has_v6() { format!(",udp6:[::1]:{port}") } else { String::new() };
    let mut text = format!(
        "agentAddress udp:127.0.0.1:{port}{v6}\nrocommunity public\nrocommunity6 public\nrwcommunity private\ncreateUser plain\nrouser plain noauth\n"
    );
    for (name, hash, cipher) in USERS {
        let (level, privacy) = if cipher.is_empty() {
            ("auth", String::new())
        } else {
            ("priv", format!(" {cipher} \"{}\"", Snmpd::PRIVACY))
        };
        let password = Snmpd::PASSWORD;
        text +=
            &format!("createUser {name} {hash} \"{password}\"{privacy}\nrwuser {name} {level}\n");
    }
    text
}

/// Whether this machine can talk to itself by IPv6.
fn has_v6() -> bool {
    UdpSocket::bind((std::net::Ipv6Addr::LOCALHOST, 0)).is_ok()
}

/// Whether snmpd can be started; if not, prints that `what` was skipped and why.
#[must_use]
pub fn snmpd_or_skip(what: &str) -> bool {
    let there = Path::new("/usr/sbin/snmpd").exists();
    if !there {
        eprintln!("skipped: {what} (snmpd is not installed)");
    }
    there
}

/// Where `cargo xtask test` puts snmpsim, in the directory that this test's program is built into.
fn venv() -> Option<PathBuf> {
    let here = std::env::current_exe().ok()?;
    let found = here.ancestors().map(|folder| folder.join("peers/snmpsim"));
    found.into_iter().find(|place| place.join("bin/snmpsim-command-responder").exists())
}

fn python(place: &Path) -> Command {
    Command::new(place.join("bin/python3"))
}

/// Whether snmpsim and pysnmp are there; if not, prints that `what` was skipped and why.
#[must_use]
pub fn snmpsim_or_skip(what: &str) -> bool {
    let there = venv().is_some();
    if !there {
        eprintln!("skipped: {what} (snmpsim is not there: `cargo xtask test` installs it)");
    }
    there
}

fn missing() -> TestkitError {
    TestkitError::silent("snmpsim, which `cargo xtask test` installs,")
}

/// snmpsim with records of devices, each under a community of its own.
#[derive(Debug)]
pub struct Snmpsim {
    port: u16,
    _daemon: Daemon,
    _dir: TempDir,
}

impl Snmpsim {
    /// The community of the recorded APC AP7902, a switched power distribution unit with 16 outlets.
    pub const AP7902: &str = "ap7902";

    /// Starts it with the AP7902, and with these records: community and lines `OID|TAG|VALUE`. What stands in a record's line
    /// beats what is recorded.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(records: &[(&str, &str)]) -> Result<Self, TestkitError> {
        let place = venv().ok_or_else(missing)?;
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let data = dir.path().join("data");
        fs::create_dir(&data).map_err(|e| TestkitError::file("make a folder", e))?;
        let write = |name: &str, text: &str| {
            let path = data.join(format!("{name}.snmprec"));
            fs::write(path, text).map_err(|e| TestkitError::file("write a record", e))
        };
        write(Self::AP7902, &recorded(&place)?)?;
        for (community, lines) in records {
            write(community, lines)?;
        }
        let port = free_port()?;
        let mut command = Command::new(place.join("bin/snmpsim-command-responder"));
        if crate::is_root() {
            command.args(["--process-user=root", "--process-group=root"]);
        }
        command.arg(format!("--data-dir={}", data.display()));
        command.arg(format!("--cache-dir={}", dir.path().join("cache").display()));
        command.arg(format!("--agent-udpv4-endpoint=127.0.0.1:{port}"));
        let mut daemon = Daemon::start(command, &dir.path().join("log"))?;
        answers(&mut daemon, "snmpsim", port, Self::AP7902).await?;
        Ok(Self { port, _daemon: daemon, _dir: dir })
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// The record of the AP7902, its outlets' commands made writable.
fn recorded(place: &Path) -> Result<String, TestkitError> {
    let find = "import snmpsim_data, os; print(os.path.dirname(snmpsim_data.__file__))";
    let folder = run(python(place).args(["-c", find]), None)?;
    let path = Path::new(folder.trim()).join("data/UPS/apc-7902b.snmprec");
    let text = fs::read_to_string(path).map_err(|e| TestkitError::file("read a record", e))?;
    let mut lines = String::new();
    for line in text.lines() {
        let command = line.starts_with("1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.");
        match line.split_once("|2|").filter(|_| command) {
            Some((name, value)) => lines += &format!("{name}|2:writecache|value={value}\n"),
            None => lines += &format!("{line}\n"),
        }
    }
    Ok(lines)
}

/// A switch of 48 ports that keeps what is set, with pysnmp as its agent. What it is made of is ours (`snmp/switch.py`).
#[derive(Debug)]
pub struct SnmpSwitch {
    port: u16,
    daemon: Daemon,
    _dir: TempDir,
}

impl SnmpSwitch {
    /// The community with which it is a power unit of 8 outlets that keeps what it is told, of the family `apc`, and ours as
    /// well: the recorded unit never switches. Outlet 2 is off; 7 and 8 cannot be cycled, and 7 does not go on again.
    pub const UNIT: &str = "unit";

    /// The interface of a port of the switch, 1 to 48.
    #[must_use]
    pub fn interface(port: u32) -> u32 {
        10_100 + port
    }

    /// Starts it.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start() -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let path = dir.path().join("switch.py");
        let script = include_str!("snmp/switch.py");
        fs::write(&path, script).map_err(|e| TestkitError::file("write switch.py", e))?;
        let port = free_port()?;
        let mut command = python(&venv().ok_or_else(missing)?);
        command.arg(&path).arg(port.to_string());
        let mut daemon = Daemon::start(command, &dir.path().join("log"))?;
        answers(&mut daemon, "the switch", port, "public").await?;
        Ok(Self { port, daemon, _dir: dir })
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it still runs.
    pub fn alive(&mut self) -> bool {
        self.daemon.alive()
    }
}
