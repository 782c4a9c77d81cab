//! A real RDP server with a real X session behind it. Needs root: it signs in a throwaway user through PAM.

use crate::{
    TestkitError,
    account::Account,
    daemon::{Daemon, free_port, run},
};
use std::{
    fs,
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(30);

/// What draws the desktop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Backend {
    /// `TigerVNC`'s X server; pictures reach the client as bitmaps.
    Xvnc,
    /// Xorg with xrdp's driver; pictures reach the client as `RemoteFX` if it can.
    Xorg,
}

/// xrdp with its session manager; both end when it is dropped, with every session.
#[derive(Debug)]
pub struct Xrdp {
    port: u16,
    home: PathBuf,
    // Dropped in this order: the server before its user, the folder last.
    daemon: Daemon,
    account: Account,
    dir: TempDir,
}

impl Xrdp {
    /// Starts it. A session runs the shell script `session` on its display, and ends with it.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(backend: Backend, session: &str) -> Result<Self, TestkitError> {
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a directory", e))?;
        allow(dir.path(), 0o755)?;
        let home = dir.path().join("home");
        fs::create_dir(&home).map_err(|e| TestkitError::file("make a home", e))?;
        let account = Account::create(&home, false)?;
        let start = dir.path().join("session");
        let script = format!(
            "#!/bin/sh\nxsetroot -solid '#204060'\n\
             echo \"$DISPLAY\" > \"$HOME/.display\" && mv \"$HOME/.display\" \"$HOME/display\"\n{session}\n"
        );
        write(&start, &script)?;
        allow(&start, 0o755)?;
        let owner = format!("{}:{}", account.name(), account.name());
        run(Command::new("chown").arg(&owner).arg(&home), None)?;
        let (key, certificate) = (dir.path().join("key.pem"), dir.path().join("cert.pem"));
        run(
            Command::new("openssl")
                .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"])
                .args(["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"])
                .arg("-keyout")
                .arg(&key)
                .arg("-out")
                .arg(&certificate),
            None,
        )?;
        let (port, manager) = (free_port()?, free_port()?);
        write(&dir.path().join("xrdp.ini"), &server(dir.path(), backend, port))?;
        write(&dir.path().join("sesman.ini"), &sessions(dir.path(), &start, manager))?;
        // Its session manager's port is read from /etc, and its sockets are in /run: both are its own here.
        let script = "mount --make-rprivate / && mount --bind \"$1/sesman.ini\" /etc/xrdp/sesman.ini \
             && mkdir -p /run/xrdp && mount -t tmpfs -o mode=755 tmpfs /run/xrdp \
             && mkdir /run/xrdp/sockdir && chmod 3777 /run/xrdp/sockdir \
             && { xrdp-sesman -n -c \"$1/sesman.ini\" & } && exec xrdp -n -c \"$1/xrdp.ini\"";
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", script, "sh"]).arg(dir.path());
        // What converts text from and to Unicode goes by it.
        command.env("LANG", "C.UTF-8");
        let mut daemon = Daemon::start(command, &dir.path().join("log"))?;
        for listening in [manager, port] {
            daemon.until("xrdp", LIMIT, || listens(listening)).await?;
        }
        Ok(Self { port, home, daemon, account, dir })
    }

    /// The port of 127.0.0.1 it listens on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Who can sign in.
    #[must_use]
    pub const fn account(&self) -> &Account {
        &self.account
    }

    /// The home of whoever signs in.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// A folder for the test's own files.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// What the server and its session manager logged.
    #[must_use]
    pub fn log(&self) -> String {
        ["log", "xrdp.log", "sesman.log"]
            .map(|name| fs::read_to_string(self.dir.path().join(name)).unwrap_or_default())
            .concat()
    }

    /// A socket of the session's channels, as programs of the session find it: `xrdp_chansrv_audio_out_socket` and so on.
    #[must_use]
    pub fn socket(&self, name: &str) -> Option<PathBuf> {
        // Its folder /run/xrdp is its own.
        let folder = format!("/proc/{}/root/run/xrdp/sockdir", self.daemon.id());
        let mut found = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
        found.find(|path| {
            path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name))
        })
    }

    /// A program that runs on the session's display, once there is one.
    ///
    /// # Errors
    /// When there is no session.
    pub async fn on_display(&self, program: &str) -> Result<Command, TestkitError> {
        let end = std::time::Instant::now() + LIMIT;
        let file = self.home.join("display");
        while !file.exists() {
            if std::time::Instant::now() > end {
                return Err(TestkitError::waited("a session of xrdp"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let display = fs::read_to_string(&file).unwrap_or_default();
        let mut command = Command::new(program);
        command
            .env("DISPLAY", display.trim())
            .env("XAUTHORITY", self.home.join(".Xauthority"))
            .env("HOME", &self.home)
            .current_dir(&self.home);
        Ok(command)
    }

    /// Runs a program on the session's display to its end.
    ///
    /// # Errors
    /// When there is no session or the program fails.
    pub async fn run(&self, program: &str, args: &[&str]) -> Result<String, TestkitError> {
        run(self.on_display(program).await?.args(args), None)
    }

    /// What the session's display shows: red, green and blue of each pixel.
    ///
    /// # Errors
    /// When there is no session.
    pub async fn picture(&self) -> Result<Vec<u8>, TestkitError> {
        let file = self.dir.path().join("picture");
        let target = format!("rgb:{}", file.display());
        let import = ["-silent", "-window", "root", "-depth", "8", target.as_str()];
        self.run("import", &import).await?;
        fs::read(&file).map_err(|e| TestkitError::file("read a picture", e))
    }
}

/// Whether xrdp and what its sessions need can be started; if not, prints that `what` was skipped and why.
#[must_use]
pub fn xrdp_or_skip(what: &str) -> bool {
    if !crate::account::root_or_skip(what) {
        return false;
    }
    let there = Path::new("/usr/sbin/xrdp").exists();
    if !there {
        eprintln!("skipped: {what} (xrdp is not installed)");
    }
    there
}

/// The session manager takes 127.0.0.1 for ::1 where there is one.
fn listens(port: u16) -> bool {
    ["127.0.0.1", "::1"].iter().any(|address| TcpStream::connect((*address, port)).is_ok())
}

fn server(dir: &Path, backend: Backend, port: u16) -> String {
    let dir = dir.display();
    let (name, library, code) = match backend {
        Backend::Xvnc => ("Xvnc", "libvnc.so", ""),
        Backend::Xorg => ("Xorg", "libxup.so", "code=20\n"),
    };
    format!(
        "[Globals]\nini_version=1\nfork=true\nport=tcp://.:{port}\ntcp_nodelay=true\nsecurity_layer=tls\n\
         certificate={dir}/cert.pem\nkey_file={dir}/key.pem\nssl_protocols=TLSv1.2, TLSv1.3\nautorun={name}\n\
         allow_channels=true\nbitmap_cache=true\nbitmap_compression=true\nbulk_compression=true\nmax_bpp=32\n\
         new_cursors=true\nuse_fastpath=both\n\
         [Logging]\nLogFile={dir}/xrdp.log\nLogLevel=INFO\nEnableSyslog=false\n\
         [Channels]\nrdpdr=true\nrdpsnd=true\ndrdynvc=true\ncliprdr=true\n\
         [{name}]\nname={name}\nlib={library}\nusername=ask\npassword=ask\nip=127.0.0.1\nport=-1\n{code}"
    )
}

fn sessions(dir: &Path, start: &Path, port: u16) -> String {
    let (dir, start) = (dir.display(), start.display());
    // Displays of their own, so that two of these do not wait for each other's locks.
    let offset = 100 + port % 1000;
    format!(
        "[Globals]\nListenAddress=127.0.0.1\nListenPort={port}\nEnableUserWindowManager=false\n\
         UserWindowManager=none\nDefaultWindowManager={start}\nReconnectScript=/bin/true\n\
         [Security]\nAllowRootLogin=false\nMaxLoginRetry=4\nAlwaysGroupCheck=false\n\
         [Sessions]\nX11DisplayOffset={offset}\nMaxSessions=50\nKillDisconnected=false\nDisconnectedTimeLimit=0\n\
         IdleTimeLimit=0\nPolicy=Default\n\
         [Logging]\nLogFile={dir}/sesman.log\nLogLevel=INFO\nEnableSyslog=false\n\
         [Xorg]\nparam=/usr/lib/xorg/Xorg\nparam=-config\nparam=xrdp/xorg.conf\nparam=-noreset\nparam=-nolisten\n\
         param=tcp\nparam=-logfile\nparam=.xorgxrdp.%s.log\n\
         [Xvnc]\nparam=Xvnc\nparam=-bs\nparam=-nolisten\nparam=tcp\nparam=-localhost\nparam=-dpi\nparam=96\n\
         [Chansrv]\nFuseMountName=shared\nFileUmask=077\n\
         [ChansrvLogging]\nLogLevel=INFO\nEnableSyslog=false\n\
         [SessionVariables]\nLANG=C.UTF-8\nLC_ALL=C.UTF-8\n"
    )
}

fn write(path: &Path, text: &str) -> Result<(), TestkitError> {
    fs::write(path, text).map_err(|e| TestkitError::file(format!("write {}", path.display()), e))
}

fn allow(path: &Path, mode: u32) -> Result<(), TestkitError> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(|e| TestkitError::file(format!("open {}", path.display()), e))
}
