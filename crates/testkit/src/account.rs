//! Throwaway system users with a password, and optionally a time-based code (TOTP) on top. Needs root.

use crate::{TestkitError, daemon::run};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// Says whether this process is root; if not, prints that `what` was skipped and why.
#[must_use]
pub fn root_or_skip(what: &str) -> bool {
    let root = is_root();
    if !root {
        eprintln!("skipped: {what} (it needs root: PAM passwords and throwaway users)");
    }
    root
}

/// Says whether a server started by this process can open terminals; if not, prints that `what` was skipped and why.
///
/// sshd gives each terminal to the group `tty`. An ordinary user may do so only where `/dev/pts` is mounted with that
/// group already, as most systems have it and some containers have not.
#[must_use]
pub fn terminals_or_skip(what: &str) -> bool {
    let groups = fs::read_to_string("/etc/group").unwrap_or_default();
    let tty = groups.lines().find_map(|line| line.strip_prefix("tty:x:")?.split(':').next());
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let given = tty.is_none_or(|gid| {
        mounts.lines().any(|line| {
            line.starts_with("devpts /dev/pts ") && line.contains(&format!("gid={gid},"))
        })
    });
    let able = is_root() || given;
    if !able {
        eprintln!(
            "skipped: {what} (terminals need root here: /dev/pts is mounted without the group tty)"
        );
    }
    able
}

/// Whether this process is root.
#[must_use]
pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

/// The name of the user this process runs as.
///
/// # Errors
/// When `id` fails.
pub fn current_user() -> Result<String, TestkitError> {
    Ok(run(Command::new("id").arg("-un"), None)?.trim().to_owned())
}

/// A system user with a password, and the PAM service that checks it. Both are gone when it is dropped.
#[derive(Debug)]
pub struct Account {
    name: String,
    password: String,
    totp_secret: Option<String>,
    service: PathBuf,
}

impl Account {
    /// Makes one. With `totp`, the service asks for the password first and then for a code.
    ///
    /// # Errors
    /// When this process is not root or a tool fails.
    pub(crate) fn create(home: &Path, totp: bool) -> Result<Self, TestkitError> {
        remove_stale();
        let name = format!("pb{}x{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let password = format!("pass word {name}!");
        let service = Path::new("/etc/pam.d").join(format!("sshd-{name}"));
        let account = Self {
            name,
            password,
            totp_secret: totp.then(|| "3132333435363738393031323334353637383930".into()),
            service,
        };
        locked(|| {
            Command::new("useradd")
                .args(["--no-create-home", "--shell", "/bin/sh", "--home-dir"])
                .arg(home)
                .arg(&account.name)
                .output()
        })?;
        run(
            &mut Command::new("chpasswd"),
            Some(&format!("{}:{}\n", account.name, account.password)),
        )?;
        // nodelay: two seconds after each wrong password prove nothing here.
        let mut rules = String::from("auth required pam_unix.so nodelay\n");
        if let Some(secret) = &account.totp_secret {
            let users = home.join("users.oath");
            write(&users, &format!("HOTP/T30/6 {} - {secret}\n", account.name))?;
            rules.push_str(&format!(
                "auth required pam_oath.so usersfile={} window=20 digits=6\n",
                users.display()
            ));
        }
        rules.push_str("account required pam_unix.so\nsession required pam_permit.so\n");
        write(&account.service, &rules)?;
        Ok(account)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its password.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// The code of this moment, made by `oathtool`. Each is good once.
    ///
    /// # Errors
    /// When it has none.
    pub fn totp(&self) -> Result<String, TestkitError> {
        let secret =
            self.totp_secret.as_deref().ok_or_else(|| TestkitError::waited("a TOTP secret"))?;
        Ok(run(Command::new("oathtool").args(["--totp", secret]), None)?.trim().to_owned())
    }

    /// Name of its PAM service; sshd uses the name it was started by.
    pub(crate) fn service(&self) -> String {
        format!("sshd-{}", self.name)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        remove(&self.name);
    }
}

fn write(path: &Path, text: &str) -> Result<(), TestkitError> {
    fs::write(path, text).map_err(|e| TestkitError::file(format!("write {}", path.display()), e))
}

fn remove(name: &str) {
    let _ = fs::remove_file(Path::new("/etc/pam.d").join(format!("sshd-{name}")));
    let _ = locked(|| Command::new("userdel").args(["--force", name]).output());
}

/// Other tests may be changing /etc/passwd at the same time: useradd and userdel then give up at once.
fn locked(
    mut tool: impl FnMut() -> std::io::Result<std::process::Output>,
) -> Result<(), TestkitError> {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let output = tool().map_err(|e| TestkitError::start("useradd", e))?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            return Ok(());
        }
        if !said.contains("lock") || Instant::now() > end {
            return Err(TestkitError::failed(
                format!("useradd or userdel ({})", said.trim()),
                output.status,
            ));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Removes what a killed test left behind: the names hold the process id.
fn remove_stale() {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    for name in passwd.lines().filter_map(|line| line.split(':').next()) {
        let owner = name
            .strip_prefix("pb")
            .and_then(|rest| rest.split_once('x'))
            .and_then(|(id, _)| id.parse::<u32>().ok());
        if owner.is_some_and(|id| !Path::new("/proc").join(id.to_string()).exists()) {
            remove(name);
        }
    }
}
