//! Cold start to an interactive window, and memory with no, one and twenty terminals.
//!
//! Peers: Remmina for start and idle memory (the remote-desktop client of most Linux desktops), one `xterm` with one `ssh` a terminal
//! for the rest.

use super::{
    ROUNDS,
    figure::{Better, Figure},
    machine, memory, peers,
};
use crate::{Error, demo, world::World};
use patchbay_testkit::{Screen, binary_beside};
use std::{env, process::Stdio, time::Instant};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

pub(crate) async fn take(name: &str) -> Result<Vec<Figure>, Error> {
    let mut figures = Vec::new();
    if "startup".contains(name) || "startup-memory-idle".contains(name) {
        figures.extend(start_and_idle().await?);
    }
    for (figure, terminals) in
        [("startup-memory-1-terminal", 1), ("startup-memory-20-terminals", 20)]
    {
        if figure.contains(name) {
            figures.push(with_terminals(figure, terminals).await?);
        }
    }
    Ok(figures)
}

async fn start_and_idle() -> Result<[Figure; 2], Error> {
    let screen = Screen::start(1280, 800).await?;
    let (mut start, mut idle, mut peer_start, mut peer_idle) = (vec![], vec![], vec![], vec![]);
    for round in 0..=ROUNDS {
        let ours = ours(&screen).await?;
        let peer = peers::remmina(&screen).await?;
        if round > 0 {
            // the first round only fills the page cache
            start.push(ours.0);
            idle.push(ours.1);
            peer_start.push(peer.0);
            peer_idle.push(peer.1);
        }
    }
    let better = Better::Lower;
    Ok([
        Figure {
            name: "startup",
            unit: "ms",
            better,
            ours: start,
            peer: "remmina",
            peers: peer_start,
        },
        Figure {
            name: "startup-memory-idle",
            unit: "MiB",
            better,
            ours: idle,
            peer: "remmina",
            peers: peer_idle,
        },
    ])
}

/// Milliseconds until the first screen takes input, and MiB then.
async fn ours(screen: &Screen) -> Result<(f64, f64), Error> {
    let world = World::empty()?;
    let begin = Instant::now();
    let mut app = Command::new(binary_beside(&env::current_exe()?, "patchbay"))
        .envs(screen.environment())
        .envs(world.environment())
        .env("HOME", world.home())
        .env("PATCHBAY_NO_SINGLE_INSTANCE", "1")
        .env("PATCHBAY_TRACE_START", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(app.stderr.take().ok_or("no standard error")?).lines();
    while let Some(line) = lines.next_line().await? {
        if line.contains("interactive") {
            let elapsed = begin.elapsed().as_secs_f64() * 1000.0;
            machine::settle().await;
            let used = app.id().map_or(0.0, memory::of_tree);
            app.kill().await?;
            return Ok((elapsed, used));
        }
    }
    Err("the app ended before its window was interactive".into())
}

async fn with_terminals(name: &'static str, terminals: usize) -> Result<Figure, Error> {
    let screen = Screen::start(1280, 800).await?;
    let (mut ours, mut peer) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        let world = World::with_machines().await?;
        let window = demo::unlocked(&world, &screen).await?;
        demo::connect(&window, "app-01").await?;
        for _ in 1..terminals {
            demo::connect_again(&window).await?;
        }
        machine::settle().await;
        ours.push(machine::app_process(&world).map_or(f64::NAN, memory::of_tree));
        window.close().await?;
        peer.push(peers::xterms_memory(&screen, &world, terminals).await?);
    }
    Ok(Figure { name, unit: "MiB", better: Better::Lower, ours, peer: "xterm+ssh", peers: peer })
}
