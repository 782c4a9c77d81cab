//! Programs that run in the foreground for as long as a test needs them.

use crate::TestkitError;
use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A foreground program. It and everything it started end when it is dropped, also when the test panics.
#[derive(Debug)]
pub struct Daemon {
    name: String,
    child: Child,
}

impl Daemon {
    /// Starts it with no input; `log` takes what it writes.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(mut command: Command, log: &Path) -> Result<Self, TestkitError> {
        let name = command.get_program().to_string_lossy().into_owned();
        let out = fs::File::options()
            .create(true)
            .append(true)
            .open(log)
            .map_err(|e| TestkitError::file(format!("open {}", log.display()), e))?;
        let err = out.try_clone().map_err(|e| TestkitError::file("copy a file handle", e))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(|e| TestkitError::start(&name, e))?;
        Ok(Self { name, child })
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// When the time was up.
    pub async fn ended(&mut self, what: &str, limit: Duration) -> Result<(), TestkitError> {
        let end = Instant::now() + limit;
        while self.alive() {
            if Instant::now() > end {
                return Err(TestkitError::waited(what));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Kills everything it started that still runs, and leaves itself alone.
    pub fn kill_children(&self) {
        kill(&descendants(self.id()));
    }

    /// Waits until `ready` says so, or the program ends, or the time is up.
    ///
    /// # Errors
    /// When it ended or the time was up.
    pub async fn until(
        &mut self,
        what: &str,
        limit: Duration,
        mut ready: impl FnMut() -> bool,
    ) -> Result<(), TestkitError> {
        let end = Instant::now() + limit;
        loop {
            if ready() {
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(TestkitError::failed(&self.name, status));
            }
            if Instant::now() > end {
                return Err(TestkitError::waited(what));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let children = descendants(self.id());
        let _ = self.child.kill();
        kill(&children);
        let _ = self.child.wait();
    }
}

/// A TCP port of 127.0.0.1 that nothing listened on a moment ago.
///
/// # Errors
/// When the system has none left.
pub fn free_port() -> Result<u16, TestkitError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|e| TestkitError::file("find a free port", e))
}

/// Whether something at the port greets with these words.
#[must_use]
pub fn greets(port: u16, words: &str) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_millis(500)) else {
        return false;
    };
    if stream.set_read_timeout(Some(Duration::from_millis(2000))).is_err() {
        return false;
    }
    let mut said = vec![0; words.len()];
    stream.read_exact(&mut said).is_ok() && said == words.as_bytes()
}

/// Runs a program to its end and gives what it wrote.
///
/// # Errors
/// When it cannot be started or fails.
pub fn run(command: &mut Command, input: Option<&str>) -> Result<String, TestkitError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| TestkitError::start(&name, e))?;
    if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
        stdin.write_all(input.as_bytes()).map_err(|e| TestkitError::start(&name, e))?;
    }
    let output = child.wait_with_output().map_err(|e| TestkitError::start(&name, e))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(TestkitError::failed(format!("{name} ({})", said.trim()), output.status))
    }
}

/// The processes that descend from this one, children first.
fn descendants(root: u32) -> Vec<u32> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        // The name, in parentheses, may hold spaces; the parent's id is the second field after it.
        let parent =
            stat.rsplit_once(')').and_then(|(_, rest)| rest.split_ascii_whitespace().nth(1));
        if let Some(parent) = parent.and_then(|p| p.parse::<u32>().ok()) {
            parents.push((id, parent));
        }
    }
    let mut found = vec![root];
    let mut looked = 0;
    while let Some(parent) = found.get(looked).copied() {
        found.extend(parents.iter().filter(|(_, p)| *p == parent).map(|(id, _)| *id));
        looked += 1;
    }
    found.split_off(1)
}

fn kill(ids: &[u32]) {
    if !ids.is_empty() {
        let _ = Command::new("kill")
            .arg("-KILL")
            .args(ids.iter().map(u32::to_string))
            .stderr(Stdio::null())
            .status();
    }
}
