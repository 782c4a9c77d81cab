//! Files from and to a machine, against `sftp` of OpenSSH with the same cipher, each with a connection of its own that
//! is part of the time.

use super::{
    ROUNDS,
    figure::{Better, Figure},
};
use crate::{Error, world::World};
use patchbay_core::{Ctx, Right, sessions::OpenTarget};
use patchbay_model::{
    Conflict, FilePlace, HostKeyAnswer, NodeId, SessionId, SessionState, TaskId, TaskState,
    TerminalSize,
};
use patchbay_testkit::current_user;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Instant,
};
use tokio::{io::AsyncWriteExt, process::Command};

const LARGE: usize = 512 << 20;
const SMALL: usize = 4 << 10;
const MANY: usize = 10_000;
/// What ours and OpenSSH's server agree on for files.
const CIPHER: &str = "aes256-gcm@openssh.com";

pub(crate) const NAMES: &[&str] = &["sftp-get", "sftp-put", "sftp-get-many", "sftp-put-many"];

pub(crate) async fn take(name: &str) -> Result<Vec<Figure>, Error> {
    let world = World::with_machines().await?;
    let ctx = world.unlocked().await?;
    let bench = Bench::new(&world, ctx)?;
    let mut figures = Vec::new();
    for figure in NAMES.iter().filter(|figure| figure.contains(name)) {
        let source = if figure.ends_with("many") { bench.many()? } else { bench.large()? };
        let (mut ours, mut peers) = (vec![], vec![]);
        for _ in 0..ROUNDS {
            ours.push(bench.ours(&source, figure.contains("put")).await?);
            peers.push(bench.peer(&source, figure.contains("put")).await?);
        }
        figures.push(Figure {
            name: figure,
            unit: "s",
            better: Better::Lower,
            ours,
            peer: "sftp",
            peers,
        });
    }
    Ok(figures)
}

struct Bench {
    ctx: Ctx,
    machine: NodeId,
    port: u16,
    key: PathBuf,
    /// Holds what is copied, and what was.
    folder: PathBuf,
}

impl Bench {
    fn new(world: &World, ctx: Ctx) -> Result<Self, Error> {
        let folder = world.home().join("files");
        fs::create_dir_all(&folder)?;
        let key = folder.join("key");
        fs::write(&key, world.private_key())?;
        #[cfg(unix)]
        fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        let rows = ctx.core.tree().rows(&ctx.authorize_vault(Right::View)?)?;
        // The first machine leads to the first server.
        let first = rows.folders.iter().position(|folder| *folder == 0);
        let machine = first.and_then(|at| rows.ids.get(at)).ok_or("a world without machines")?;
        Ok(Self { machine: *machine, ctx, port: world.port(), key, folder })
    }

    fn large(&self) -> Result<PathBuf, Error> {
        let path = self.folder.join("large");
        if !path.exists() {
            fs::write(&path, noise(LARGE))?;
        }
        Ok(path)
    }

    fn many(&self) -> Result<PathBuf, Error> {
        let path = self.folder.join("many");
        if !path.exists() {
            fs::create_dir(&path)?;
            let bytes = noise(SMALL);
            for n in 0..MANY {
                fs::write(path.join(format!("{n:05}")), &bytes)?;
            }
        }
        Ok(path)
    }

    /// Seconds from nothing to the copy being there.
    async fn ours(&self, source: &Path, put: bool) -> Result<f64, Error> {
        let target = self.empty()?;
        let begin = Instant::now();
        let session = self.open().await?;
        let machine = FilePlace::Machine { session };
        let (from, to) = if put { (FilePlace::Here, machine) } else { (machine, FilePlace::Here) };
        let from = self.ctx.authorize_files(from, Right::View)?;
        let to = self.ctx.authorize_files(to, Right::Edit)?;
        let (source, folder) = (text(source)?, text(&target)?);
        let task = self.ctx.core.files().copy(&from, vec![source], &to, folder, Conflict::Skip)?;
        self.done(task.id).await?;
        let seconds = begin.elapsed().as_secs_f64();
        self.ctx.core.sessions().close(session)?;
        Ok(seconds)
    }

    async fn peer(&self, source: &Path, put: bool) -> Result<f64, Error> {
        let target = self.empty()?;
        let verb = if put { "put" } else { "get" };
        let batch = format!("{verb} -r \"{}\" \"{}/\"\n", text(source)?, text(&target)?);
        let begin = Instant::now();
        let mut sftp = Command::new("sftp")
            .args(["-q", "-b", "-", "-P", &self.port.to_string(), "-c", CIPHER, "-i"])
            .arg(&self.key)
            .args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
            .args(["-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR"])
            .arg(format!("{}@127.0.0.1", current_user()?))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| {
                format!("the peer sftp cannot be started ({error}): install openssh-client")
            })?;
        if let Some(mut stdin) = sftp.stdin.take() {
            stdin.write_all(batch.as_bytes()).await?;
        }
        let status = sftp.wait().await?;
        let seconds = begin.elapsed().as_secs_f64();
        if status.success() { Ok(seconds) } else { Err(format!("sftp ended with {status}").into()) }
    }

    fn empty(&self) -> Result<PathBuf, Error> {
        let target = self.folder.join("target");
        if target.exists() {
            fs::remove_dir_all(&target)?;
        }
        fs::create_dir(&target)?;
        Ok(target)
    }

    async fn open(&self) -> Result<SessionId, Error> {
        let mut events = self.ctx.core.events();
        let sessions = self.ctx.core.sessions();
        let size = TerminalSize { cols: 80, rows: 24, width: 0, height: 0 };
        let target = OpenTarget::Files(self.ctx.authorize(self.machine, Right::Use)?);
        let id = sessions.open(target, size, None).await?.id;
        loop {
            match sessions.info(id)?.state {
                SessionState::Open => return Ok(id),
                SessionState::HostKey { .. } => {
                    sessions.answer_host_key(id, HostKeyAnswer::Trust)?;
                }
                SessionState::Closed { reason } => return Err(format!("{reason:?}").into()),
                _ => {
                    let _changed = events.recv().await;
                }
            }
        }
    }

    async fn done(&self, id: TaskId) -> Result<(), Error> {
        let mut events = self.ctx.core.events();
        loop {
            let tasks = self.ctx.core.files().tasks();
            let task = tasks.into_iter().find(|task| task.id == id).ok_or("the task is gone")?;
            match task.state {
                TaskState::Done => return Ok(()),
                TaskState::Waiting | TaskState::Running => {
                    let _changed = events.recv().await;
                }
                other => return Err(format!("{other:?}").into()),
            }
        }
    }
}

fn text(path: &Path) -> Result<String, Error> {
    Ok(path.to_str().ok_or("a path that is no text")?.to_owned())
}

/// Bytes that do not compress.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
