//! A real OpenSSH server on loopback.

use crate::{
    TestkitError,
    account::{Account, current_user, is_root},
    daemon::{Daemon, free_port, greets},
    keys::KeyPair,
};
use std::{
    fmt::Write as _,
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

const SSHD: &str = "/usr/sbin/sshd";

/// How passwords are checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Login {
    /// By keys and certificates only. Works for an ordinary user; the user is the one the test runs as.
    Keys,
    /// Also by the password of a throwaway user. Needs root.
    Password,
    /// Password and time-based code, by keyboard-interactive. Needs root.
    PasswordAndTotp,
}

/// What a server should be like.
#[derive(Clone, Debug)]
pub struct SshdBuilder {
    login: Login,
    authorized: Vec<String>,
    user_authority: Option<String>,
    host_authority: Option<KeyPair>,
    banner: Option<String>,
    options: Vec<String>,
    sftp: String,
    host_key: Vec<&'static str>,
}

/// A running server; ends when it is dropped, with every session on it.
#[derive(Debug)]
pub struct Sshd {
    daemon: Option<Daemon>,
    builder: SshdBuilder,
    program: PathBuf,
    port: u16,
    host_key: KeyPair,
    generation: u32,
    user: String,
    // Dropped after the server: it removes the user.
    account: Option<Account>,
    dir: TempDir,
}

impl Sshd {
    /// A server that accepts nobody yet.
    #[must_use]
    pub fn builder() -> SshdBuilder {
        SshdBuilder {
            login: Login::Keys,
            authorized: Vec::new(),
            user_authority: None,
            host_authority: None,
            banner: None,
            options: Vec::new(),
            sftp: "internal-sftp".into(),
            host_key: vec!["-t", "ed25519"],
        }
    }

    /// The port of 127.0.0.1 it listens on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Who can sign in.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The throwaway user, with [`Login::Password`] and [`Login::PasswordAndTotp`].
    #[must_use]
    pub const fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// Its host key.
    #[must_use]
    pub const fn host_key(&self) -> &KeyPair {
        &self.host_key
    }

    /// The line a `known_hosts` file would hold.
    #[must_use]
    pub fn known_hosts_line(&self) -> String {
        format!("[127.0.0.1]:{} {}", self.port, self.host_key.public)
    }

    /// A directory for the test's own files, gone with the server.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// What it logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// Ends the server and every session on it; [`Sshd::start_again`] brings it back.
    pub fn stop(&mut self) {
        self.daemon = None;
    }

    /// Ends every session and keeps listening.
    pub fn drop_sessions(&self) {
        if let Some(daemon) = &self.daemon {
            daemon.kill_children();
        }
    }

    /// Starts it on the same port with the same host key.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_again(&mut self) -> Result<(), TestkitError> {
        self.daemon = None;
        self.launch().await
    }

    /// Starts it on the same port with a new host key, as a reinstalled machine or an impostor would.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn rotate_host_key(&mut self) -> Result<(), TestkitError> {
        self.daemon = None;
        self.generation += 1;
        self.host_key = self.new_host_key()?;
        self.write_config()?;
        self.launch().await
    }

    fn new_host_key(&self) -> Result<KeyPair, TestkitError> {
        KeyPair::generate(
            self.dir.path(),
            &format!("host{}", self.generation),
            &self.builder.host_key,
            "",
        )
    }

    async fn launch(&mut self) -> Result<(), TestkitError> {
        let mut command = Command::new(&self.program);
        command.arg("-D").arg("-e").arg("-f").arg(self.dir.path().join("config"));
        let mut daemon = Daemon::start(command, &self.dir.path().join("log"))?;
        let port = self.port;
        daemon
            .until("sshd's greeting", Duration::from_secs(20), move || greets(port, "SSH-2.0-"))
            .await?;
        self.daemon = Some(daemon);
        Ok(())
    }

    fn write_config(&self) -> Result<(), TestkitError> {
        let dir = self.dir.path();
        let builder = &self.builder;
        let pam = builder.login != Login::Keys;
        let yes = |on: bool| if on { "yes" } else { "no" };
        let mut config = String::new();
        for option in &builder.options {
            // The first mention of a keyword counts.
            let _ = writeln!(config, "{option}");
        }
        let _ = write!(
            config,
            "ListenAddress 127.0.0.1\nPort {}\nHostKey {}\nPidFile none\nStrictModes no\nLogLevel VERBOSE\nUseDNS no\n\
             PermitRootLogin yes\nAuthorizedKeysFile {}\nUsePAM {}\nPasswordAuthentication {}\n\
             KbdInteractiveAuthentication {}\nSubsystem sftp {}\nMaxStartups 200\nMaxSessions 100\n\
             PrintMotd no\nPrintLastLog no\n",
            self.port,
            self.host_key.path.display(),
            dir.join("authorized_keys").display(),
            yes(pam),
            yes(builder.login == Login::Password),
            yes(builder.login == Login::PasswordAndTotp),
            builder.sftp,
        );
        // Shells must not run the startup files of whoever runs the tests: they may be slow, and they leave locks behind
        // when they are killed in the middle.
        let _ = writeln!(config, "SetEnv HOME={}", dir.join("home").display());
        write(&dir.join("authorized_keys"), &(builder.authorized.join("\n") + "\n"))?;
        if let Some(text) = &builder.banner {
            write(&dir.join("banner"), text)?;
            let _ = writeln!(config, "Banner {}", dir.join("banner").display());
        }
        if let Some(authority) = &builder.user_authority {
            write(&dir.join("user_ca.pub"), authority)?;
            let _ = writeln!(config, "TrustedUserCAKeys {}", dir.join("user_ca.pub").display());
        }
        if let Some(authority) = &builder.host_authority {
            authority
                .certify(&self.host_key, &["-h", "-I", "host", "-n", "127.0.0.1,localhost"])?;
            let _ = writeln!(config, "HostCertificate {}-cert.pub", self.host_key.path.display());
        }
        write(&dir.join("config"), &config)
    }
}

impl SshdBuilder {
    /// Accepts this public key.
    #[must_use]
    pub fn authorized_key(mut self, line: impl Into<String>) -> Self {
        self.authorized.push(line.into());
        self
    }

    /// Accepts certificates signed by this public key.
    #[must_use]
    pub fn user_authority(mut self, line: impl Into<String>) -> Self {
        self.user_authority = Some(line.into());
        self
    }

    /// Presents a host certificate signed by this authority, for 127.0.0.1 and localhost.
    #[must_use]
    pub fn host_authority(mut self, authority: &KeyPair) -> Self {
        self.host_authority = Some(authority.clone());
        self
    }

    /// How passwords are checked.
    #[must_use]
    pub const fn login(mut self, login: Login) -> Self {
        self.login = login;
        self
    }

    /// Text shown before signing in.
    #[must_use]
    pub fn banner(mut self, text: impl Into<String>) -> Self {
        self.banner = Some(text.into());
        self
    }

    /// Whether it forwards TCP, as a jump host does.
    #[must_use]
    pub fn forwarding(self, allowed: bool) -> Self {
        self.option(format!("AllowTcpForwarding {}", if allowed { "yes" } else { "no" }))
    }

    /// Any line of `sshd_config`; comes before the others, so it wins.
    #[must_use]
    pub fn option(mut self, line: impl Into<String>) -> Self {
        self.options.push(line.into());
        self
    }

    /// What serves files, instead of `internal-sftp`.
    #[must_use]
    pub fn sftp(mut self, command: impl Into<String>) -> Self {
        self.sftp = command.into();
        self
    }

    /// Arguments of `ssh-keygen` for the host key, instead of `-t ed25519`.
    #[must_use]
    pub fn host_key(mut self, arguments: &[&'static str]) -> Self {
        self.host_key = arguments.to_vec();
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// When it does not come up, or needs root and has none.
    pub async fn start(self) -> Result<Sshd, TestkitError> {
        let dir = tempfile::Builder::new()
            .prefix("pbsshd")
            .tempdir()
            .map_err(|e| TestkitError::file("make a directory", e))?;
        // The throwaway user's home is here.
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755))
            .map_err(|e| TestkitError::file("open the directory", e))?;
        fs::create_dir(dir.path().join("home"))
            .map_err(|e| TestkitError::file("make a home", e))?;
        if is_root() {
            fs::create_dir_all("/run/sshd").map_err(|e| TestkitError::file("make /run/sshd", e))?;
        }
        let (account, program) = match self.login {
            Login::Keys => (None, PathBuf::from(SSHD)),
            login => {
                let account = Account::create(dir.path(), login == Login::PasswordAndTotp)?;
                let program = dir.path().join(account.service());
                symlink(SSHD, &program).map_err(|e| TestkitError::file("link sshd", e))?;
                (Some(account), program)
            }
        };
        let user =
            account.as_ref().map_or_else(current_user, |account| Ok(account.name().to_owned()))?;
        let host_key = KeyPair::generate(dir.path(), "host0", &self.host_key, "")?;
        let mut sshd = Sshd {
            daemon: None,
            builder: self,
            program,
            port: 0,
            host_key,
            generation: 0,
            user,
            account,
            dir,
        };
        // Another program may take the port in between.
        for attempt in 0.. {
            sshd.port = free_port()?;
            sshd.write_config()?;
            match sshd.launch().await {
                Err(TestkitError::Failed { .. }) if attempt < 5 => {}
                done => return done.map(|()| sshd),
            }
        }
        Err(TestkitError::waited("a free port"))
    }
}

fn write(path: &Path, text: &str) -> Result<(), TestkitError> {
    fs::write(path, text).map_err(|e| TestkitError::file(format!("write {}", path.display()), e))
}
