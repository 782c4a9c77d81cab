//! A management controller that others wrote: OpenStack's `sushy-emulator` with its fake driver, over HTTPS and with a password.
//!
//! It has neither sessions nor accounts nor logs, and power takes 1 to 11 seconds on purpose.

use crate::{
    TestkitError,
    daemon::{Daemon, free_port, run},
};
use std::{
    env, fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);
/// bcrypt of [`SushyEmulator::PASSWORD`], as cheap as it gets.
const HASH: &str = "$2b$04$Zjtyo2Bbptv08UzWBUwmt.1qI.AI0qVYZgPG.jNrCRqqKLGukvlyy";

/// The controller; ends when it is dropped.
#[derive(Debug)]
pub struct SushyEmulator {
    port: u16,
    certificate: Vec<u8>,
    // Before the folder.
    _daemon: Daemon,
    dir: TempDir,
}

impl SushyEmulator {
    /// Who may sign in.
    pub const USER: &str = "admin";
    /// The password.
    pub const PASSWORD: &str = "emulator-pass";

    /// Starts it with systems of these names, the first of which has the id [`Self::id`] of 0. All are off.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(names: &[&str]) -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let path = dir.path();
        let write = |name: &str, text: String| {
            fs::write(path.join(name), text)
                .map_err(|e| TestkitError::file(format!("write {name}"), e))
        };
        let certificate = certificate(path)?;
        let port = free_port()?;
        fs::create_dir(path.join("state")).map_err(|e| TestkitError::file("make a folder", e))?;
        write("htpasswd", format!("{}:{HASH}\n", Self::USER))?;
        write("config", config(path, port, names))?;
        let mut command = Command::new(program("sushy-emulator"));
        command.arg("--config").arg(path.join("config")).env("TMPDIR", path);
        let mut daemon = Daemon::start(command, &path.join("log"))?;
        let listens = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        daemon.until("sushy-emulator", LIMIT, listens).await?;
        Ok(Self { port, certificate, _daemon: daemon, dir })
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its certificate (DER).
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The id of a system.
    #[must_use]
    pub fn id(index: usize) -> String {
        format!("27946b59-9e44-4fa7-8e91-{index:012}")
    }

    /// What it has logged so far: a line for each request.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }
}

fn config(dir: &Path, port: u16, names: &[&str]) -> String {
    let dir = dir.display();
    let system = |(index, name): (usize, &&str)| {
        format!(
            "{{'uuid': '{}', 'name': '{name}', 'power_state': 'Off', 'external_notifier': False, \
             'nics': [{{'mac': '00:5c:52:31:3a:{index:02x}', 'ip': '192.0.2.{index}'}}]}},\n",
            SushyEmulator::id(index)
        )
    };
    let systems: String = names.iter().enumerate().map(system).collect();
    format!(
        "SUSHY_EMULATOR_LISTEN_IP = '127.0.0.1'
SUSHY_EMULATOR_LISTEN_PORT = {port}
SUSHY_EMULATOR_SSL_CERT = '{dir}/bmc.pem'
SUSHY_EMULATOR_SSL_KEY = '{dir}/bmc.key'
SUSHY_EMULATOR_AUTH_FILE = '{dir}/htpasswd'
SUSHY_EMULATOR_STATE_DIR = '{dir}/state'
SUSHY_EMULATOR_FAKE_DRIVER = True
SUSHY_EMULATOR_FAKE_SYSTEMS = [
{systems}]
"
    )
}

/// Makes a certificate that signs itself, and gives it (DER).
fn certificate(dir: &Path) -> Result<Vec<u8>, TestkitError> {
    let (pem, der) = (dir.join("bmc.pem"), dir.join("bmc.der"));
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    openssl.args(["-nodes", "-days", "2", "-subj", "/CN=bmc"]);
    openssl.arg("-keyout").arg(dir.join("bmc.key")).arg("-out").arg(&pem);
    run(&mut openssl, None)?;
    let mut convert = Command::new("openssl");
    convert.args(["x509", "-outform", "DER", "-in"]).arg(pem).arg("-out").arg(&der);
    run(&mut convert, None)?;
    fs::read(der).map_err(|e| TestkitError::file("read a certificate", e))
}

/// Where `cargo xtask` installs it: beside what is built.
fn program(name: &str) -> PathBuf {
    let exe = env::current_exe().unwrap_or_default();
    // target/debug/deps/test
    let target = exe.ancestors().nth(3).unwrap_or_else(|| Path::new("target"));
    target.join("peers/sushy-tools/bin").join(name)
}

/// Whether it can be started; if not, prints that `what` was skipped and why.
#[must_use]
pub fn sushy_or_skip(what: &str) -> bool {
    let there = program("sushy-emulator").exists();
    if !there {
        eprintln!("skipped: {what} (sushy-tools is not installed: `cargo xtask test` does it)");
    }
    there
}
