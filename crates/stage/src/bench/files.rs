//! Files from and to a machine, against `sftp` of OpenSSH with the same cipher, each with a connection of its own that
//! is part of the time. A machine that is `far` has a round trip of 50 ms, put in between by the bench for both.

use super::{
    ROUNDS,
    figure::{Better, Figure},
    peers::Login,
    session::{self, text},
};
use crate::{Error, world::World};
use patchbay_core::{Ctx, Right, sessions::OpenTarget};
use patchbay_model::{Conflict, FilePlace, NodeId, TaskId, TaskState};
use patchbay_testkit::{Fault, Wire, current_user, noise};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{io::AsyncWriteExt, process::Command};

const SEED: u64 = 1;
const LARGE: usize = 512 << 20;
const FAR_ONE_WAY: Duration = Duration::from_millis(25);
const SMALL: usize = 4 << 10;
const MANY: usize = 10_000;
/// What ours and OpenSSH's server agree on for files.
const CIPHER: &str = "aes256-gcm@openssh.com";

pub(crate) const NAMES: &[&str] =
    &["sftp-get", "sftp-put", "sftp-get-far", "sftp-put-far", "sftp-get-many", "sftp-put-many"];

pub(crate) async fn take(name: &str) -> Result<Vec<Figure>, Error> {
    let world = World::with_machines().await?;
    let ctx = world.unlocked().await?;
    let bench = Bench::new(&world, ctx).await?;
    let mut figures = Vec::new();
    let exactly = NAMES.contains(&name);
    for figure in
        NAMES.iter().filter(|figure| **figure == name || !exactly && figure.contains(name))
    {
        let way = Way {
            put: figure.contains("put"),
            far: figure.ends_with("far"),
            many: figure.ends_with("many"),
        };
        let source = if way.many { bench.many()? } else { bench.large()? };
        let (mut ours, mut peers) = (vec![], vec![]);
        for _ in 0..ROUNDS {
            ours.push(bench.ours(&source, way).await?);
            bench.clear_large(way)?;
            peers.push(bench.peer(&source, way).await?);
            bench.clear_large(way)?;
        }
        bench.clear()?;
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

#[derive(Clone, Copy)]
struct Way {
    put: bool,
    far: bool,
    many: bool,
}

struct Bench {
    ctx: Ctx,
    near: NodeId,
    /// The same server over the wire.
    far: NodeId,
    port: u16,
    wire: Wire,
    login: Login,
    /// Holds what is copied, and what was.
    folder: PathBuf,
}

impl Bench {
    async fn new(world: &World, ctx: Ctx) -> Result<Self, Error> {
        let folder = world.home().join("files");
        fs::create_dir_all(&folder)?;
        let near = *session::machines(&ctx)?.first().ok_or("a world without machines")?;
        let wire = Wire::to(world.port(), Fault::Delay(FAR_ONE_WAY)).await?;
        let mut draft = ctx.core.tree().entry(&ctx.authorize(near, Right::View)?)?.draft;
        draft.settings.port = Some(wire.port());
        // What it inherits it has from the first folder.
        let rows = ctx.core.tree().rows(&ctx.authorize_vault(Right::View)?)?;
        let beside = ctx.authorize_folder(rows.ids.first().copied(), Right::Edit)?;
        let far = ctx.core.tree().add_entry(&beside, draft).await?.id;
        Ok(Self { near, far, ctx, port: world.port(), wire, login: Login::to(world)?, folder })
    }

    fn large(&self) -> Result<PathBuf, Error> {
        let path = self.folder.join("large");
        if !path.exists() {
            fs::write(&path, noise(LARGE, SEED))?;
        }
        Ok(path)
    }

    fn many(&self) -> Result<PathBuf, Error> {
        let path = self.folder.join("many");
        if !path.exists() {
            fs::create_dir(&path)?;
            let bytes = noise(SMALL, SEED);
            for n in 0..MANY {
                fs::write(path.join(format!("{n:05}")), &bytes)?;
            }
        }
        Ok(path)
    }

    /// Seconds from nothing to the copy being there.
    async fn ours(&self, source: &Path, Way { put, far, .. }: Way) -> Result<f64, Error> {
        let target = self.empty()?;
        let begin = Instant::now();
        let machine = if far { self.far } else { self.near };
        let open = OpenTarget::Files(self.ctx.authorize(machine, Right::Use)?);
        let session = session::open(&self.ctx, open).await?;
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

    async fn peer(&self, source: &Path, Way { put, far, .. }: Way) -> Result<f64, Error> {
        let target = self.empty()?;
        let port = if far { self.wire.port() } else { self.port };
        let verb = if put { "put" } else { "get" };
        let batch = format!("{verb} -r \"{}\" \"{}/\"\n", text(source)?, text(&target)?);
        let begin = Instant::now();
        let mut sftp = Command::new("sftp")
            .args(["-q", "-b", "-", "-P", &port.to_string(), "-c", CIPHER, "-i"])
            .arg(self.login.key())
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

    /// A new folder each time. Copies of many files stay until the end: ext4 searches long for names that were free a
    /// moment ago, and whoever comes after a deletion pays for it.
    fn empty(&self) -> Result<PathBuf, Error> {
        let targets = self.folder.join("targets");
        fs::create_dir_all(&targets)?;
        let target = targets.join(fs::read_dir(&targets)?.count().to_string());
        fs::create_dir(&target)?;
        Ok(target)
    }

    /// A virtual machine takes longer to touch memory for the first time than the transfer takes: what a large copy held
    /// serves the next one.
    fn clear_large(&self, way: Way) -> Result<(), Error> {
        if way.many { Ok(()) } else { self.clear() }
    }

    fn clear(&self) -> Result<(), Error> {
        let targets = self.folder.join("targets");
        if targets.exists() { Ok(fs::remove_dir_all(targets)?) } else { Ok(()) }
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
