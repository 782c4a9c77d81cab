//! The programs others wrote that ours is measured against.

use super::{machine, memory};
use crate::{Error, world::World};
use patchbay_testkit::{Screen, current_user};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Instant,
};
use tokio::process::{Child, Command};

/// Milliseconds until Remmina's main window is on the screen, and MiB then.
pub(crate) async fn remmina(screen: &Screen) -> Result<(f64, f64), Error> {
    let home = tempfile::tempdir()?;
    let begin = Instant::now();
    let mut peer = command("remmina", screen)
        .env("HOME", home.path())
        .spawn()
        .map_err(|error| missing("remmina", &error))?;
    let id = peer.id().ok_or("remmina ended at once")?.to_string();
    let seen = command("xdotool", screen)
        .args(["search", "--sync", "--onlyvisible", "--pid", &id])
        .status()
        .await?;
    let elapsed = begin.elapsed().as_secs_f64() * 1000.0;
    machine::settle().await;
    let used = peer.id().map_or(0.0, memory::of_tree);
    peer.kill().await?;
    if seen.success() { Ok((elapsed, used)) } else { Err("remmina showed no window".into()) }
}

/// MiB of so many `xterm`s, each running `ssh` to a server of the world.
pub(crate) async fn xterms_memory(
    screen: &Screen,
    world: &World,
    count: usize,
) -> Result<f64, Error> {
    let login = Login::to(world)?;
    let mut running = Vec::new();
    for _ in 0..count {
        running.push(login.xterm(screen, &[])?);
    }
    machine::settle().await;
    Ok(running.iter().filter_map(Child::id).map(memory::of_tree).sum())
}

/// What OpenSSH's client needs to sign in to a server of the world.
pub(crate) struct Login {
    key: PathBuf,
    port: u16,
    user: String,
}

impl Login {
    /// Writes the world's key where `ssh` reads it.
    pub(crate) fn to(world: &World) -> Result<Self, Error> {
        let key = world.home().join("peer-key");
        fs::write(&key, world.private_key())?;
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600))?;
        Ok(Self { key, port: world.port(), user: current_user()? })
    }

    /// The file of the world's key.
    pub(crate) fn key(&self) -> &Path {
        &self.key
    }

    /// The client's command line, with a terminal on the far end.
    pub(crate) fn ssh(&self) -> Vec<String> {
        let option = |text: &str| ["-o".to_owned(), text.to_owned()];
        let mut line =
            vec!["ssh".to_owned(), "-tt".to_owned(), "-p".to_owned(), self.port.to_string()];
        line.extend(["-i".to_owned(), self.key.to_string_lossy().into_owned()]);
        line.extend(option("StrictHostKeyChecking=no"));
        line.extend(option("UserKnownHostsFile=/dev/null"));
        line.extend(option("LogLevel=ERROR"));
        line.push(format!("{}@127.0.0.1", self.user));
        line
    }

    /// A terminal window of its own with `ssh` in it, which runs a command or the login shell.
    pub(crate) fn xterm(&self, screen: &Screen, remote: &[&str]) -> Result<Child, Error> {
        let mut command = command("xterm", screen);
        command.args(["-geometry", "120x40", "-e"]).args(self.ssh()).args(remote);
        command.spawn().map_err(|error| missing("xterm", &error))
    }
}

fn command(program: &str, screen: &Screen) -> Command {
    let mut command = Command::new(program);
    command
        .envs(screen.environment())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    command
}

fn missing(program: &str, error: &std::io::Error) -> Error {
    format!("the peer {program} cannot be started ({error}): install the package {program}").into()
}
