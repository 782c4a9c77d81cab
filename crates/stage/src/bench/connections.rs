//! How soon a terminal is there, what a thousand of them take, and how little one notices of the others.

use super::{
    ROUNDS,
    figure::{Better, Figure, percentile},
    memory,
    peers::Login,
    session::{self, PROMPT, Terminal, text},
};
use crate::{Error, world::World};
use patchbay_core::{Ctx, Right, sessions::OpenTarget};
use patchbay_model::{Conflict, FilePlace, NodeId, SessionId, TaskState};
use std::{fs, process::Stdio, time::Instant};
use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
    task::JoinSet,
};

pub(crate) const NAMES: &[&str] = &["ssh-connect", "ssh-fanout", "isolation"];

/// Sessions of `ssh-fanout`.
const SESSIONS: usize = 1000;
/// Of them at once on the way: the servers start two processes for each.
const CONNECTING: usize = 16;
/// Keys pressed for one percentile.
const KEYS: usize = 500;
/// What is copied meanwhile.
const TRANSFER: u64 = 1 << 30;

pub(crate) async fn take(name: &str) -> Result<Vec<Figure>, Error> {
    let (world, ctx) = session::world().await?;
    let mut figures = Vec::new();
    for figure in NAMES.iter().filter(|figure| figure.contains(name)) {
        figures.push(match *figure {
            "ssh-connect" => connect(&world, &ctx).await?,
            "ssh-fanout" => fanout(&world, &ctx).await?,
            _ => isolation(&world, &ctx).await?,
        });
    }
    Ok(figures)
}

/// Milliseconds from nothing to the first prompt.
async fn connect(world: &World, ctx: &Ctx) -> Result<Figure, Error> {
    let machine = *session::machines(ctx)?.first().ok_or("a world without machines")?;
    let login = Login::to(world)?;
    let (mut ours, mut peers) = (vec![], vec![]);
    // The first connection also writes the host key down.
    ctx.core.sessions().close(Terminal::open(ctx, machine).await?.id)?;
    for _ in 0..4 * ROUNDS {
        let begin = Instant::now();
        let mut terminal = Terminal::open(ctx, machine).await?;
        terminal.until(PROMPT).await?;
        ours.push(begin.elapsed().as_secs_f64() * 1000.0);
        ctx.core.sessions().close(terminal.id)?;

        let begin = Instant::now();
        let _peer = prompted(&login).await?;
        peers.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    let (name, unit, better, peer) = ("ssh-connect", "ms", Better::Lower, "ssh");
    Ok(Figure { name, unit, better, ours, peer, peers })
}

/// MiB of one process with so many terminals, and of as many processes.
async fn fanout(world: &World, ctx: &Ctx) -> Result<Figure, Error> {
    let machines = session::machines(ctx)?;
    let machines = machines.get(..2).ok_or("a world of less than two machines")?;
    let mut waiting = JoinSet::new();
    let mut open: Vec<SessionId> = Vec::new();
    for n in 0..SESSIONS {
        if waiting.len() == CONNECTING {
            open.extend(opened(&mut waiting).await?);
        }
        let (ctx, machine) = (ctx.clone(), machines.get(n % 2).copied());
        waiting.spawn(async move {
            let machine = machine.ok_or("no machine")?;
            let mut terminal = Terminal::open(&ctx, machine).await?;
            terminal.until(PROMPT).await?;
            Ok::<_, Error>(terminal.id)
        });
    }
    while let Some(id) = opened(&mut waiting).await? {
        open.push(id);
    }
    let ours = vec![memory::of_process(std::process::id()).ok_or("no figures of this process")?];
    for id in open {
        ctx.core.sessions().close(id)?;
    }

    let login = Login::to(world)?;
    let mut peers: Vec<Child> = Vec::new();
    for _ in 0..SESSIONS {
        peers.push(prompted(&login).await?);
    }
    let peers = vec![peers.iter().filter_map(|peer| memory::of_process(peer.id()?)).sum()];
    let (name, unit, better, peer) = ("ssh-fanout", "MiB", Better::Lower, "1000-ssh");
    Ok(Figure { name, unit, better, ours, peer, peers })
}

async fn opened(
    waiting: &mut JoinSet<Result<SessionId, Error>>,
) -> Result<Option<SessionId>, Error> {
    waiting.join_next().await.map_or(Ok(None), |done| done?.map(Some))
}

/// OpenSSH's client, as soon as it shows a prompt. It ends when it is dropped.
pub(crate) async fn prompted(login: &Login) -> Result<Child, Error> {
    let line = login.ssh();
    let (program, arguments) = line.split_first().ok_or("an empty command line")?;
    let mut peer = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| {
            format!("the peer ssh cannot be started ({error}): install openssh-client")
        })?;
    let stdout = peer.stdout.as_mut().ok_or("ssh without output")?;
    let mut seen = Vec::new();
    while !seen.ends_with(PROMPT.as_bytes()) {
        if stdout.read_buf(&mut seen).await? == 0 {
            return Err("ssh ended before its prompt".into());
        }
    }
    Ok(peer)
}

/// The 99th percentile of an echo, in milliseconds, beside a transfer from the same machine and a flood in another
/// terminal; the peer is the same terminal when all is quiet.
async fn isolation(world: &World, ctx: &Ctx) -> Result<Figure, Error> {
    let machines = session::machines(ctx)?;
    let machine = *machines.first().ok_or("a world without machines")?;
    let mut terminal = Terminal::open(ctx, machine).await?;
    terminal.until(PROMPT).await?;
    // The terminal of the far end echoes by itself: no shell that might be slow lies on the way.
    terminal.type_in("stty -icanon; echo rea''dy; exec cat > /dev/null\n").await?;
    terminal.until("ready").await?;
    let (mut ours, mut peers) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        peers.push(echo(&mut terminal).await?);
        let busy = Busy::start(world, ctx, machine).await?;
        ours.push(echo(&mut terminal).await?);
        busy.stop(ctx)?;
    }
    ctx.core.sessions().close(terminal.id)?;
    let (name, unit, better, peer) = ("isolation", "ms", Better::Lower, "quiet");
    Ok(Figure { name, unit, better, ours, peer, peers })
}

async fn echo(terminal: &mut Terminal) -> Result<f64, Error> {
    let mut taken = Vec::with_capacity(KEYS);
    for _ in 0..KEYS {
        let begin = Instant::now();
        terminal.type_in("x").await?;
        terminal.until("x").await?;
        taken.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(percentile(&taken, 99))
}

/// A transfer that lasts, and a flood.
struct Busy {
    files: SessionId,
    task: patchbay_model::TaskId,
    flood: tokio::task::JoinHandle<()>,
    flooded: SessionId,
}

impl Busy {
    async fn start(world: &World, ctx: &Ctx, machine: NodeId) -> Result<Self, Error> {
        let mut flood = Terminal::open(ctx, machine).await?;
        let flooded = flood.id;
        flood.until(PROMPT).await?;
        flood.type_in("yes\n").await?;
        let flood = tokio::spawn(async move { while flood.read().await.is_ok() {} });

        let source = world.home().join("transfer");
        if !source.exists() {
            fs::File::create(&source)?.set_len(TRANSFER)?;
        }
        let target = world.home().join("transferred");
        fs::create_dir_all(&target)?;
        let open = OpenTarget::Files(ctx.authorize(machine, Right::Use)?);
        let files = session::open(ctx, open).await?;
        let from = ctx.authorize_files(FilePlace::Machine { session: files }, Right::View)?;
        let to = ctx.authorize_files(FilePlace::Here, Right::Edit)?;
        let core = ctx.core.files();
        let task =
            core.copy(&from, vec![text(&source)?], &to, text(&target)?, Conflict::Overwrite)?;
        Ok(Self { files, task: task.id, flood, flooded })
    }

    fn stop(self, ctx: &Ctx) -> Result<(), Error> {
        let files = ctx.core.files();
        let task = files.tasks().into_iter().find(|task| task.id == self.task);
        let state = task.ok_or("the transfer is gone")?.state;
        if !matches!(state, TaskState::Waiting | TaskState::Running) {
            return Err(format!("the transfer was over before the keys: {state:?}").into());
        }
        files.cancel(self.task)?;
        ctx.core.sessions().close(self.files)?;
        ctx.core.sessions().close(self.flooded)?;
        self.flood.abort();
        Ok(())
    }
}
