//! Terminals: throughput, latency under load, and quiet after an interrupt.
//!
//! All are timed on the far end by a small Perl program (part of every Debian), which asks the terminal where its cursor is and waits for
//! the answer: a terminal answers only when it has taken in everything before the question. So both sides are measured by
//! the same clock, and nothing is added to the app.

use super::{
    ROUNDS,
    figure::{Better, Figure, percentile},
    peers::Login,
};
use crate::{Error, demo, world::World};
use patchbay_testkit::{Screen, Window};
use serde_json::json;
use std::{fs, path::PathBuf, time::Duration};
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};

const PROBE: &str = include_str!("probe.pl");
const FROM_MEMORY: &str = include_str!("from-memory.js");
const XTERM: [&str; 2] = [
    "ui/node_modules/@xterm/xterm/lib/xterm.js",
    "ui/node_modules/@xterm/addon-webgl/lib/addon-webgl.js",
];
/// Size of the log that is shown; the probe writes as much.
const LOG_MIB: f64 = 24.0;
/// Sessions that stream while the latency of another is taken.
const STREAMING: usize = 20;
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn take(name: &str) -> Result<Vec<Figure>, Error> {
    let screen = Screen::start(1280, 800).await?;
    let world = World::with_machines().await?;
    fs::write(world.home().join("probe.pl"), PROBE)?;
    let window = demo::unlocked(&world, &screen).await?;
    let bench = Bench { login: Login::to(&world)?, window, screen, world };
    demo::connect(&bench.window, "app-01").await?;
    let mut figures = Vec::new();
    if "terminal-throughput".contains(name) {
        figures.push(bench.throughput().await?);
    }
    if "ctrl-c".contains(name) {
        figures.push(bench.interrupt().await?);
    }
    if "terminal-latency".contains(name) {
        figures.push(bench.latency().await?);
    }
    bench.window.close().await?;
    Ok(figures)
}

struct Bench {
    world: World,
    screen: Screen,
    window: Window,
    login: Login,
}

impl Bench {
    /// A large log through sshd to the screen, against xterm.js fed such a log from memory in the same webview.
    async fn throughput(&self) -> Result<Figure, Error> {
        let (mut ours, mut peers) = (vec![], vec![]);
        let package = XTERM.map(fs::read_to_string).into_iter().collect::<Result<Vec<_>, _>>()?;
        let script = format!("{};\n{FROM_MEMORY}", package.join(";\n"));
        for _ in 0..ROUNDS {
            self.type_probe("log").await?;
            ours.push(LOG_MIB * 1000.0 / self.result("log").await?);
            let ms = self.window.run_async(&script, vec![json!(LOG_MIB)]).await?;
            peers.push(LOG_MIB * 1000.0 / ms.as_f64().ok_or("xterm.js from memory gave no time")?);
        }
        Ok(Figure {
            name: "terminal-throughput",
            unit: "MiB/s",
            better: Better::Higher,
            ours,
            peer: "xterm.js-from-memory",
            peers,
        })
    }

    /// From the moment a flooding program is interrupted until everything it had sent is taken in.
    async fn interrupt(&self) -> Result<Figure, Error> {
        let (mut ours, mut peers) = (vec![], vec![]);
        for _ in 0..ROUNDS {
            self.type_probe("flood").await?;
            self.interrupt_flood().await?;
            ours.push(self.result("flood").await?);
            let _peer = self.peer("flood")?;
            self.interrupt_flood().await?;
            peers.push(self.result("flood").await?);
        }
        Ok(Figure {
            name: "ctrl-c",
            unit: "ms",
            better: Better::Lower,
            ours,
            peer: "xterm+ssh",
            peers,
        })
    }

    /// The 99th percentile of a question to the terminal and its answer, while twenty other sessions stream.
    async fn latency(&self) -> Result<Figure, Error> {
        for _ in 0..STREAMING {
            self.type_probe("stream").await?;
            demo::connect_again(&self.window).await?;
        }
        let mut ours = vec![];
        for _ in 0..ROUNDS {
            self.type_probe("echo").await?;
            ours.push(percentile(&self.results("echo").await?, 99));
        }
        let stop = self.world.home().join("stop");
        fs::write(&stop, "")?;
        self.window.reload().await?; // the peers get the computer to themselves
        fs::remove_file(&stop)?;
        let _streaming =
            (0..STREAMING).map(|_| self.peer("stream")).collect::<Result<Vec<_>, _>>()?;
        let mut peers = vec![];
        for _ in 0..ROUNDS {
            let _peer = self.peer("echo")?;
            peers.push(percentile(&self.results("echo").await?, 99));
        }
        fs::write(&stop, "")?;
        Ok(Figure {
            name: "terminal-latency",
            unit: "ms",
            better: Better::Lower,
            ours,
            peer: "xterm+ssh",
            peers,
        })
    }

    fn probe(&self, mode: &str) -> String {
        format!("perl {} {mode}", self.world.home().join("probe.pl").display())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.world.home().join(name)
    }

    async fn type_probe(&self, mode: &str) -> Result<(), Error> {
        Ok(self.window.type_keys(&format!("{}\n", self.probe(mode))).await?)
    }

    fn peer(&self, mode: &str) -> Result<Child, Error> {
        self.login.xterm(&self.screen, &[&self.probe(mode)])
    }

    async fn result(&self, mode: &str) -> Result<f64, Error> {
        self.results(mode)
            .await?
            .first()
            .copied()
            .ok_or_else(|| "the probe reported nothing".into())
    }

    async fn results(&self, mode: &str) -> Result<Vec<f64>, Error> {
        let text = self.wait_for(&format!("result-{mode}")).await?;
        Ok(text.lines().map(str::parse).collect::<Result<_, _>>()?)
    }

    /// Interrupts the flooding program as the terminal driver does on Ctrl-C.
    async fn interrupt_flood(&self) -> Result<(), Error> {
        let process = self.wait_for("flooding").await?;
        Command::new("kill").args(["-INT", process.trim()]).status().await?;
        Ok(())
    }

    /// What the probe wrote, once it did.
    async fn wait_for(&self, name: &str) -> Result<String, Error> {
        let (path, deadline) = (self.file(name), Instant::now() + PATIENCE);
        loop {
            if let Ok(text) = fs::read_to_string(&path)
                && !text.is_empty()
            {
                fs::remove_file(&path)?;
                return Ok(text);
            }
            if Instant::now() > deadline {
                return Err(format!(
                    "the probe wrote no {name}; the page says: {}",
                    self.window.page_text().await
                )
                .into());
            }
            sleep(Duration::from_millis(5)).await;
        }
    }
}
