//! Remote desktops in the real window: from a decoded picture to the canvas, and from a key to a changed pixel.
//!
//! - `frame-path`: 1080p, of which 20 % change 60 times a second. A server of our own (`feed.rs`) sends one rectangle of one
//!   colour a frame, which a client has decoded as soon as it is there: when it was sent counts as when it was decoded. A
//!   frame counts as painted when it, or one after it, was put on the canvas and that was handed to the compositor. The peer is
//!   the whole picture each time, one message a frame, in the same window (`full.rs`). `frame-path-display` sets ours beside
//!   the same damage put on a canvas from memory: what the display takes without any path.
//! - `desktop-latency`: a key goes into the display by XTEST and the changed pixel is seen on it from outside, for the window
//!   and for TigerVNC's viewer in the same way, on the same server, one after the other.
//! - `desktop-isolation`: the same in the window, while a session beside it copies files.

mod display;
mod feed;
mod full;

use super::{
    ROUNDS,
    figure::{Better, Figure, median, percentile},
    session::text,
};
use crate::{
    Error, demo,
    world::{World, call},
};
use display::Display;
use feed::{DAMAGE, Feed, MARK, Moment, Shown};
use full::FullFrames;
use patchbay_testkit::{Screen, Vnc, Window};
use serde_json::{Value, json};
use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{
    process::{Child, Command},
    task::block_in_place,
    time::sleep,
};

pub(crate) const NAMES: &[&str] = &[
    "frame-path",
    "frame-path-p99",
    "frame-path-rate",
    "frame-path-display",
    "desktop-latency",
    "desktop-isolation",
];

const FRAME_PATH: &str = include_str!("desktop/frame-path.js");
const DESKTOP: &str = "[data-testid=desktop]";
/// Frames of a round, of which the first only bring things up to speed.
const FRAMES: u32 = 330;
const WARM_UP: u32 = 30;
/// Keys of a round.
const KEYS: usize = 40;
/// What is copied meanwhile.
const TRANSFER: u64 = 8 << 30;
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) async fn take(name: &str) -> Result<Vec<Figure>, Error> {
    let wanted = |figure: &&&str| figure.contains(name);
    let wanted: Vec<&str> = NAMES.iter().filter(wanted).copied().collect();
    let mut figures = Vec::new();
    if wanted.iter().any(|figure| figure.starts_with("frame-path")) {
        figures.extend(frame_path().await?);
    }
    if wanted.iter().any(|figure| figure.starts_with("desktop-")) {
        let typing = Typing::start().await?;
        if wanted.contains(&"desktop-latency") {
            figures.push(typing.latency().await?);
        }
        if wanted.contains(&"desktop-isolation") {
            figures.push(typing.isolation().await?);
        }
        typing.window.close().await?;
    }
    figures.retain(|figure| wanted.contains(&figure.name));
    Ok(figures)
}

/// What the machine with the far desktop is called.
const MACHINE: &str = "far-desktop";

/// A world with a VNC server at this port of this computer that asks for no password.
async fn world(port: u16) -> Result<World, Error> {
    let world = World::with_machines().await?;
    let settings = json!({ "port": port, "weakSignIn": true });
    let draft = json!({
        "name": MACHINE, "address": "127.0.0.1", "protocol": "vnc", "settings": settings,
    });
    let ctx = world.unlocked().await?;
    call(&ctx, "entry_save", json!({ "parent": null, "draft": draft })).await?;
    Ok(world)
}

/// Opens the desktop, and waits until its picture has this width.
async fn open(window: &Window, width: u16) -> Result<(), Error> {
    demo::choose(window, MACHINE).await?;
    window.find(DESKTOP).await?;
    let shown = format!("return document.querySelector('{DESKTOP}').width === {width}");
    Ok(window.wait_true(&shown).await?)
}

/// How the frames of a round went.
#[derive(Default)]
struct Path {
    medians: Vec<f64>,
    worst: Vec<f64>,
    rates: Vec<f64>,
}

impl Path {
    fn add(&mut self, sent: &[Moment], shown: &[Moment]) {
        let warm = sent.get(usize::try_from(WARM_UP).unwrap_or_default()..).unwrap_or_default();
        let taken = waits(warm, shown);
        self.medians.push(median(&taken));
        self.worst.push(percentile(&taken, 99));
        if let (Some((first, begin)), Some((_, end))) = (warm.first(), warm.last()) {
            let painted = shown.iter().filter(|(number, _)| number >= first).count();
            let painted = f64::from(u32::try_from(painted).unwrap_or(u32::MAX));
            self.rates.push(painted * 1000.0 / (end - begin));
        }
    }
}

/// Milliseconds until each frame, or one after it, was shown.
fn waits(sent: &[Moment], shown: &[Moment]) -> Vec<f64> {
    let until = |(number, at): &Moment| {
        let (_, seen) = shown.iter().find(|(shown, _)| shown >= number)?;
        Some(seen - at)
    };
    sent.iter().filter_map(until).collect()
}

async fn frame_path() -> Result<Vec<Figure>, Error> {
    // Room for the desktop as it is, with all there is around it.
    let screen = Screen::start(2304, 1296).await?;
    let (feed, full) = (Feed::bind().await?, FullFrames::bind().await?);
    let world = world(feed.port()?).await?;
    let window = demo::unlocked(&world, &screen).await?;
    window.resize(2304, 1296).await?;
    let opened = open(&window, feed::SIZE.0);
    let (feed, opened) = tokio::join!(feed.accept(), opened);
    let ((), mut feed) = (opened?, feed?);
    let [mut ours, mut peer, mut memory] = [(); 3].map(|()| Path::default());
    for _ in 0..ROUNDS {
        let (sent, shown) = damage(&window, &mut feed).await?;
        ours.add(&sent, &shown);
        let (sent, shown) = whole(&window, &full).await?;
        peer.add(&sent, &shown);
        let (sent, shown) = from_memory(&window).await?;
        memory.add(&sent, &shown);
    }
    window.close().await?;
    let figure = |name, unit, better, ours: &[f64], peer, peers| Figure {
        name,
        unit,
        better,
        ours: ours.to_vec(),
        peer,
        peers,
    };
    let (lower, whole) = (Better::Lower, "full-frames");
    Ok(vec![
        figure("frame-path", "ms", lower, &ours.medians, whole, peer.medians),
        figure("frame-path-p99", "ms", lower, &ours.worst, whole, peer.worst),
        figure("frame-path-rate", "fps", Better::Higher, &ours.rates, whole, peer.rates),
        figure("frame-path-display", "ms", lower, &ours.worst, "from-memory", memory.worst),
    ])
}

async fn damage(window: &Window, feed: &mut Shown) -> Result<(Vec<Moment>, Vec<Moment>), Error> {
    let from = feed.number();
    let shown = watch(window, "ours", [from, from + FRAMES], 0);
    let (sent, shown) = tokio::join!(feed.play(FRAMES), shown);
    Ok((sent?, shown?))
}

async fn whole(window: &Window, full: &FullFrames) -> Result<(Vec<Moment>, Vec<Moment>), Error> {
    let shown = watch(window, "full", [0, FRAMES], full.port()?);
    let (sent, shown) = tokio::join!(full.play(FRAMES), shown);
    Ok((sent?, shown?))
}

async fn from_memory(window: &Window) -> Result<(Vec<Moment>, Vec<Moment>), Error> {
    let shown = watch(window, "memory", [0, FRAMES], 0).await?;
    let (_, begun) = shown.first().ok_or("nothing was painted from memory")?;
    let due = |number| begun + f64::from(number - 1) * feed::FRAME.as_secs_f64() * 1000.0;
    Ok(((1..=FRAMES).map(|number| (number, due(number))).collect(), shown))
}

/// What the page painted when.
async fn watch(
    window: &Window,
    what: &str,
    [from, last]: [u32; 2],
    port: u16,
) -> Result<Vec<Moment>, Error> {
    let arguments =
        vec![json!(what), json!(from), json!(last), json!(port), json!(DAMAGE), json!(MARK)];
    let shown = window.run_async(FRAME_PATH, arguments).await?;
    Ok(serde_json::from_value(shown)?)
}

/// The window on a display, at a far desktop with a lamp.
struct Typing {
    world: World,
    screen: Screen,
    window: Window,
    server: Vnc,
}

impl Typing {
    async fn start() -> Result<Self, Error> {
        let screen = Screen::start(1280, 800).await?;
        let server = Vnc::builder("None").size(800, 600).start().await?;
        display::light(server.display())?;
        let world = world(server.port()).await?;
        let window = demo::unlocked(&world, &screen).await?;
        // Its host key is known from here on.
        demo::connect(&window, "app-01").await?;
        open(&window, 800).await?;
        Ok(Self { world, screen, window, server })
    }

    async fn latency(&self) -> Result<Figure, Error> {
        let (mut ours, mut peers) = (vec![], vec![]);
        for _ in 0..ROUNDS {
            ours.push(median(&self.keys().await?));
            // Whoever only looks on costs the others time, too.
            self.window.click("[data-testid=disconnect]").await?;
            self.window.find("[data-testid=closed-bar]").await?;
            peers.push(median(&self.peer().await?));
            self.window.click("[data-testid=closed-reconnect]").await?;
            self.window.find("[data-testid=desktop-pace]").await?;
        }
        Ok(Figure {
            name: "desktop-latency",
            unit: "ms",
            better: Better::Lower,
            ours,
            peer: "xtigervncviewer",
            peers,
        })
    }

    async fn isolation(&self) -> Result<Figure, Error> {
        let (mut ours, mut peers) = (vec![], vec![]);
        for _ in 0..ROUNDS {
            peers.push(percentile(&self.keys().await?, 99));
            let transfer = Transfer::start(self).await?;
            ours.push(percentile(&self.keys().await?, 99));
            transfer.stop(self).await?;
        }
        let (name, unit, better, peer) = ("desktop-isolation", "ms", Better::Lower, "quiet");
        Ok(Figure { name, unit, better, ours, peer, peers })
    }

    /// Of ours.
    async fn keys(&self) -> Result<Vec<f64>, Error> {
        self.window.click("[aria-label^='Desktop of']").await?;
        self.window
            .wait_true("return document.activeElement.matches('[data-remote-keys]')")
            .await?;
        keys(&self.screen).await
    }

    async fn peer(&self) -> Result<Vec<f64>, Error> {
        let screen = Screen::start(1280, 800).await?;
        let _viewer = self.viewer(&screen)?;
        keys(&screen).await
    }

    fn viewer(&self, screen: &Screen) -> Result<Child, Error> {
        let viewer = Command::new("xtigervncviewer")
            .args(["-SecurityTypes", "None", "-RemoteResize", "0"])
            .arg(format!("127.0.0.1::{}", self.server.port()))
            .envs(screen.environment())
            .env("HOME", self.world.home())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        viewer.map_err(|error| {
            format!("the peer cannot be started ({error}): install tigervnc-viewer").into()
        })
    }

    /// Runs a command of the product as its page does.
    async fn call(&self, name: &str, arguments: Value) -> Result<Value, Error> {
        let script = "const [name, args, done] = arguments; \
            window.__TAURI_INTERNALS__.invoke('call', { name, args }).then((ok) => done({ ok }), (error) => done({ error }))";
        let arguments = vec![json!(name), json!(arguments.to_string())];
        let mut done = self.window.run_async(script, arguments).await?;
        match done.get_mut("ok") {
            Some(value) => Ok(value.take()),
            None => Err(format!("{name}: {done}").into()),
        }
    }
}

/// Presses the keys of a round on a display that shows the lamp, or soon will.
async fn keys(screen: &Screen) -> Result<Vec<f64>, Error> {
    let [(_, name), ..] = screen.environment();
    let display = Display::open(name)?;
    let deadline = Instant::now() + PATIENCE;
    let lamp = loop {
        if let Some(lamp) = display.lamp()? {
            break lamp;
        }
        if Instant::now() > deadline {
            return Err("the far desktop is not to be seen".into());
        }
        sleep(Duration::from_millis(20)).await;
    };
    display.focus()?;
    // The first ones find everything asleep.
    block_in_place(|| display.keys(lamp, 5))?;
    block_in_place(|| display.keys(lamp, KEYS))
}

/// A copy that lasts longer than a round.
struct Transfer {
    session: Value,
    task: Value,
}

impl Transfer {
    async fn start(typing: &Typing) -> Result<Self, Error> {
        let home = typing.world.home();
        let (source, folder) = (home.join("transfer"), home.join("transferred"));
        fs::create_dir_all(&folder)?;
        fs::File::create(&source)?.set_len(TRANSFER)?;
        let sessions = typing.call("session_list", json!({})).await?;
        let machine = sessions.as_array().into_iter().flatten().find_map(|session| {
            (session.get("protocol")? == "ssh").then(|| session.pointer("/target/id").cloned())?
        });
        let size = json!({ "cols": 80, "rows": 24, "width": 0, "height": 0 });
        let target = json!({ "kind": "files", "id": machine.ok_or("no session of a machine")? });
        let session =
            typing.call("session_open", json!({ "target": target, "size": size })).await?;
        let session = session.get("id").cloned().unwrap_or_default();
        typing.until("session_list", &session, "open").await?;
        let copy = json!({
            "from": { "kind": "machine", "session": session }, "paths": [text(&source)?],
            "to": { "kind": "here" }, "folder": text(&folder)?, "conflict": "overwrite",
        });
        let task = typing.call("files_copy", copy).await?.get("id").cloned().unwrap_or_default();
        typing.until("task_list", &task, "running").await?;
        Ok(Self { session, task })
    }

    async fn stop(self, typing: &Typing) -> Result<(), Error> {
        // A copy that was over before the keys would have been no burden.
        typing.until("task_list", &self.task, "running").await?;
        typing.call("task_cancel", json!({ "id": self.task })).await?;
        typing.call("session_close", json!({ "id": self.session })).await?;
        Ok(fs::remove_dir_all(typing.world.home().join("transferred"))?)
    }
}

impl Typing {
    /// Waits until what has this id in a list is in this state.
    async fn until(&self, list: &str, id: &Value, state: &str) -> Result<(), Error> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let all = self.call(list, json!({})).await?;
            let one = all.as_array().into_iter().flatten().find(|one| one.get("id") == Some(id));
            let is = one.and_then(|one| one.get("state")).cloned().unwrap_or_default();
            if is == state || is.get("kind").is_some_and(|kind| kind == state) {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(format!("{list}: it should be {state} and is {is}").into());
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::waits;

    #[test]
    fn a_frame_that_was_passed_over_waits_for_the_next() {
        let sent = [(1, 10.0), (2, 20.0), (3, 30.0), (4, 40.0)];
        assert_eq!(waits(&sent, &[(1, 15.0), (3, 38.0)]), [5.0, 18.0, 8.0]);
    }
}
