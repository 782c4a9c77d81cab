//! A VNC server that others wrote, with an X server in it: TigerVNC.

use crate::{
    Account, TestkitError,
    daemon::{Daemon, free_port, greets, run},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(20);

/// How a [`Vnc`] is to be set up.
#[derive(Clone, Debug)]
pub struct VncBuilder {
    security: String,
    password: String,
    size: (u16, u16),
    account: bool,
    more: Vec<String>,
}

impl VncBuilder {
    /// The password of VNC authentication; "test" unless told otherwise.
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        password.clone_into(&mut self.password);
        self
    }

    /// How large the desktop is; 640 × 480 unless told otherwise.
    #[must_use]
    pub const fn size(mut self, width: u16, height: u16) -> Self {
        self.size = (width, height);
        self
    }

    /// Makes a user of the system who may sign in (with a type that ends in Plain). Needs root.
    #[must_use]
    pub const fn account(mut self) -> Self {
        self.account = true;
        self
    }

    /// A further argument of Xtigervnc.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.more.push(argument.into());
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(self) -> Result<Vnc, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let at = |name: &str| dir.path().join(name);
        password_file(&at("password"), &self.password)?;
        let certificate =
            if self.security.contains("X509") { Some(certificate(dir.path())?) } else { None };
        if self.security.contains("RA2") {
            let key = at("rsa.pem");
            run(
                Command::new("openssl")
                    .args(["genrsa", "-traditional", "-out"])
                    .arg(&key)
                    .arg("2048"),
                None,
            )?;
        }
        let port = free_port()?;
        let script = r#"chosen=$1; shift; exec Xtigervnc -displayfd 3 "$@" 3>"$chosen""#;
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh"]).arg(at("display"));
        command.args([
            "-rfbport",
            &port.to_string(),
            "-localhost",
            "-AcceptSetDesktopSize",
            "-ac",
            "-noreset",
        ]);
        command.args(["-geometry", &format!("{}x{}", self.size.0, self.size.1), "-depth", "24"]);
        command.args(["-SecurityTypes", &self.security, "-BlacklistThreshold", "1000"]);
        command.arg("-PasswordFile").arg(at("password"));
        if let Some(certificate) = &certificate {
            command.arg("-X509Cert").arg(certificate).arg("-X509Key").arg(at("x509.key"));
        }
        if self.security.contains("RA2") {
            command.arg("-RSAKey").arg(at("rsa.pem"));
        }
        let account = if self.account { Some(Account::create(dir.path(), false)?) } else { None };
        if let Some(account) = &account {
            command.args(["-PlainUsers", account.name(), "-PAMService", &account.service()]);
        }
        command.args(&self.more);
        let mut daemon = Daemon::start(command, &at("log"))?;
        daemon.until("Xtigervnc", LIMIT, || greets(port, "RFB 003.008\n")).await?;
        let number = || fs::read_to_string(at("display")).unwrap_or_default().trim().to_owned();
        daemon.until("Xtigervnc's display", LIMIT, || !number().is_empty()).await?;
        let display = format!(":{}", number());
        Ok(Vnc { display, port, certificate, account, _daemon: daemon, dir })
    }
}

/// TigerVNC's server; ends when it is dropped.
#[derive(Debug)]
pub struct Vnc {
    display: String,
    port: u16,
    certificate: Option<PathBuf>,
    account: Option<Account>,
    _daemon: Daemon,
    dir: TempDir,
}

impl Vnc {
    /// A server with these security types, as Xtigervnc names them: `None`, `VncAuth`, `X509Plain`, several with commas.
    #[must_use]
    pub fn builder(security: &str) -> VncBuilder {
        VncBuilder {
            security: security.to_owned(),
            password: "test".to_owned(),
            size: (640, 480),
            account: false,
            more: Vec::new(),
        }
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its desktop, as `DISPLAY` names it.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Its certificate in PEM, if it has one.
    #[must_use]
    pub fn certificate(&self) -> Option<&Path> {
        self.certificate.as_deref()
    }

    /// Who may sign in, if that was wanted.
    #[must_use]
    pub const fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// A program that shows itself on its desktop.
    #[must_use]
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env("DISPLAY", &self.display).env_remove("XAUTHORITY");
        command
    }

    /// Runs a program there to its end and gives what it wrote.
    ///
    /// # Errors
    /// When it fails.
    pub fn run(&self, name: &str, arguments: &[&str]) -> Result<String, TestkitError> {
        run(self.program(name).args(arguments), None)
    }

    /// Shows a picture (of a format that ImageMagick reads) as the background, from the upper left corner on.
    ///
    /// # Errors
    /// When ImageMagick cannot be started. Whether it succeeded is to be [seen](Self::seen): its status says nothing.
    pub fn show(&self, picture: &Path) -> Result<(), TestkitError> {
        let mut command = self.program("display");
        let done = command.args(["-window", "root"]).arg(picture).output();
        done.map(|_| ()).map_err(|error| TestkitError::start("display", error))
    }

    /// What it shows, without the pointer: red, green and blue of each pixel, row by row.
    ///
    /// # Errors
    /// When ImageMagick fails.
    pub fn seen(&self) -> Result<Vec<u8>, TestkitError> {
        let file = self.dir.path().join("seen.rgb");
        let to = format!("rgb:{}", file.display());
        run(self.program("import").args(["-silent", "-window", "root", "-depth", "8", &to]), None)?;
        fs::read(&file).map_err(|e| TestkitError::file("read the picture", e))
    }
}

/// The server of x11vnc (LibVNCServer), which shows the desktop of another; ends when it is dropped.
#[derive(Debug)]
pub struct X11vnc {
    port: u16,
    log: PathBuf,
    _daemon: Daemon,
    _dir: TempDir,
}

impl X11vnc {
    /// Starts it without a password, with further arguments.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(shows: &Vnc, arguments: &[&str]) -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let port = free_port()?;
        let mut command = shows.program("x11vnc");
        command.args(["-localhost", "-forever", "-shared", "-norc", "-rfbport", &port.to_string()]);
        // Shared memory of tests that were killed stays for good.
        command.args(["-noshm", "-noipv6"]).args(arguments);
        let log = dir.path().join("log");
        let mut daemon = Daemon::start(command, &log)?;
        daemon.until("x11vnc", LIMIT, || greets(port, "RFB 003.00")).await?;
        Ok(Self { port, log, _daemon: daemon, _dir: dir })
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

/// The server of TightVNC for Unix, with an X server of its own; ends when it is dropped. Its password is "test".
#[derive(Debug)]
pub struct TightVnc {
    port: u16,
    display: String,
    _daemon: Daemon,
    _dir: TempDir,
}

impl TightVnc {
    /// Starts it, with a desktop of 640 × 480.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start() -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let password = dir.path().join("password");
        password_file(&password, "test")?;
        let port = free_port()?;
        // It cannot choose a display by itself; the port is free, so its number most likely is as well.
        let display = format!(":{}", port % 20_000 + 1_000);
        let mut command = Command::new("Xtightvnc");
        command.args([&display, "-rfbport", &port.to_string(), "-localhost", "-ac"]);
        command.args(["-geometry", "640x480", "-depth", "24", "-rfbauth"]).arg(&password);
        let mut daemon = Daemon::start(command, &dir.path().join("log"))?;
        daemon.until("Xtightvnc", LIMIT, || greets(port, "RFB 003.008\n")).await?;
        Ok(Self { port, display, _daemon: daemon, _dir: dir })
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Runs a program there to its end and gives what it wrote.
    ///
    /// # Errors
    /// When it fails.
    pub fn run(&self, name: &str, arguments: &[&str]) -> Result<String, TestkitError> {
        let mut command = Command::new(name);
        command.env("DISPLAY", &self.display).env_remove("XAUTHORITY").args(arguments);
        run(&mut command, None)
    }
}

/// QEMU's own server: the screen of a machine that has nothing to start from. Ends when it is dropped.
#[derive(Debug)]
pub struct QemuVnc {
    port: u16,
    log: PathBuf,
    _daemon: Daemon,
    _dir: TempDir,
}

impl QemuVnc {
    /// Starts it. Its log names the keys that reach the machine. With `encrypted` it has TLS without a certificate.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(encrypted: bool) -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let port = free_port()?;
        let mut command = Command::new("qemu-system-x86_64");
        command.args(["-nodefaults", "-vga", "std", "-audiodev", "none,id=sound", "-m", "32"]);
        command.args(["-trace", "input_event_key_qcode"]);
        let mut vnc = format!("127.0.0.1:{},audiodev=sound", port.saturating_sub(5900));
        if encrypted {
            command.args(["-object", "tls-creds-anon,id=tls,endpoint=server"]);
            vnc.push_str(",tls-creds=tls");
        }
        command.args(["-vnc", &vnc]);
        let log = dir.path().join("log");
        let mut daemon = Daemon::start(command, &log)?;
        daemon.until("QEMU", LIMIT, || greets(port, "RFB 003.008\n")).await?;
        Ok(Self { port, log, _daemon: daemon, _dir: dir })
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

/// Hidden with DES under a key that everybody knows, as VNC keeps it.
fn password_file(at: &Path, password: &str) -> Result<(), TestkitError> {
    let script = "vncpasswd -f >\"$1\" 2>/dev/null";
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh"]).arg(at);
    run(&mut command, Some(&format!("{password}\n"))).map(|_| ())
}

/// For 127.0.0.1, signed by itself.
pub(crate) fn certificate(dir: &Path) -> Result<PathBuf, TestkitError> {
    let at = dir.join("x509.pem");
    let mut command = Command::new("openssl");
    command
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=lab"]);
    command.args(["-addext", "subjectAltName=IP:127.0.0.1", "-keyout"]).arg(dir.join("x509.key"));
    run(command.arg("-out").arg(&at), None)?;
    Ok(at)
}
