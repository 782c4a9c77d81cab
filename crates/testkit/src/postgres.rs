//! A throwaway PostgreSQL: a cluster of its own on a free port of 127.0.0.1, signed in to by password.

use crate::{
    TestkitError,
    account::is_root,
    daemon::{Daemon, free_port, run},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(30);
const NAME: &str = "patchbay";
const PASSWORD: &str = "pass-word-1";

/// The server; ends when it is dropped.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    programs: PathBuf,
    databases: AtomicU32,
    // Before the folder.
    daemon: Option<Daemon>,
    dir: TempDir,
}

impl Postgres {
    /// Makes a cluster and starts it.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start() -> Result<Self, TestkitError> {
        let programs =
            programs().ok_or_else(|| TestkitError::waited("PostgreSQL (not installed)"))?;
        let dir = tempfile::tempdir().map_err(|e| TestkitError::file("make a folder", e))?;
        let secret = dir.path().join("password");
        fs::write(&secret, PASSWORD).map_err(|e| TestkitError::file("write a password", e))?;
        if is_root() {
            run(Command::new("chown").arg("-R").arg("postgres:postgres").arg(dir.path()), None)?;
        }
        let mut init = ordinary(&programs.join("initdb"));
        init.arg("--pgdata").arg(dir.path().join("data"));
        init.args(["--no-sync", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]);
        init.arg(format!("--username={NAME}")).arg("--pwfile").arg(&secret);
        run(init.current_dir(dir.path()), None)?;
        let databases = AtomicU32::new(0);
        let mut new = Self { port: free_port()?, programs, databases, daemon: None, dir };
        new.start_again().await?;
        Ok(new)
    }

    /// Starts it again, with what is in it, on the port it had.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_again(&mut self) -> Result<(), TestkitError> {
        let mut command = ordinary(&self.programs.join("postgres"));
        command.arg("-D").arg(self.dir.path().join("data")).current_dir(self.dir.path());
        command.args(["-p", &self.port.to_string(), "-h", "127.0.0.1", "-k", ""]);
        command.args(["-c", "shared_buffers=16MB", "-c", "max_wal_size=128MB"]);
        let mut daemon = Daemon::start(command, &self.dir.path().join("log"))?;
        let ready = || {
            let mut ask = Command::new(self.programs.join("pg_isready"));
            ask.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            run(&mut ask, None).is_ok()
        };
        daemon.until("PostgreSQL", LIMIT, ready).await?;
        self.daemon = Some(daemon);
        Ok(())
    }

    /// Stops it in order: it tells those who are connected.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn stop(&mut self) -> Result<(), TestkitError> {
        self.end("-INT").await
    }

    /// Stops it as a failure of power does: it tells nobody, and has to recover when it is started again.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn cut(&mut self) -> Result<(), TestkitError> {
        self.end("-QUIT").await
    }

    async fn end(&mut self, signal: &str) -> Result<(), TestkitError> {
        let Some(mut daemon) = self.daemon.take() else { return Ok(()) };
        send(&daemon, signal);
        let end = std::time::Instant::now() + LIMIT;
        while daemon.alive() {
            if std::time::Instant::now() > end {
                return Err(TestkitError::waited("the end of PostgreSQL"));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Where its first database is, with name and password.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// Makes another database, and says where it is.
    ///
    /// # Errors
    /// When it does not run.
    pub fn another(&self) -> Result<String, TestkitError> {
        let name = format!("another_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql(&format!("CREATE DATABASE {name}"))?;
        Ok(self.url_of(&name))
    }

    /// Runs a statement in the first database, and gives what it answers.
    ///
    /// # Errors
    /// When it does not run or refuses.
    pub fn sql(&self, statement: &str) -> Result<String, TestkitError> {
        let mut command = Command::new(self.programs.join("psql"));
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]);
        command.args(["--set=ON_ERROR_STOP=1", &self.url(), "--command", statement]);
        run(&mut command, None)
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://{NAME}:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Postgres {
    /// Killed at once it would leave its shared memory behind.
    fn drop(&mut self) {
        if let Some(daemon) = &mut self.daemon {
            send(daemon, "-QUIT");
            for _ in 0..200 {
                if !daemon.alive() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

fn send(daemon: &Daemon, signal: &str) {
    let _ = Command::new("kill").arg(signal).arg(daemon.id().to_string()).status();
}

/// PostgreSQL refuses to run as root.
fn ordinary(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

/// Where the newest version has its programs; Debian keeps them out of the way of its own.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let number = |name: &std::ffi::OsStr| name.to_str()?.parse::<u32>().ok();
    let newest = versions.filter_map(|one| number(&one.file_name())).max()?;
    let programs = Path::new("/usr/lib/postgresql").join(newest.to_string()).join("bin");
    programs.join("initdb").exists().then_some(programs)
}

/// Whether it can be started; if not, prints that `what` was skipped and why.
#[must_use]
pub fn postgres_or_skip(what: &str) -> bool {
    let there = programs().is_some();
    if !there {
        eprintln!("skipped: {what} (postgresql is not installed)");
    }
    there
}
