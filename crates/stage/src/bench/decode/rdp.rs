//! RDP against `xfreerdp`, on the same session of the same xrdp, one after the other.
//!
//! The session shows pictures, half text and half shades, at a rhythm that both keep up with, so both are sent the same; how
//! many bytes that was is told beside the figure.

use super::viewers::itself;
use crate::{
    Error,
    bench::{
        ROUNDS,
        figure::{Better, Figure, median},
        machine,
    },
    view::{self, SIZE},
};
use patchbay_testkit::{Backend, Screen, Xrdp, xrdp_or_skip};
use std::{
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::sleep,
};

pub(super) const BITMAPS: &str = "rdp-decode-bitmaps";
pub(super) const REMOTE_FX: &str = "rdp-decode-remotefx";

/// The pictures' size in megapixels, and how many there are a second.
const PICTURE: f64 = 0.9;
const RATE: f64 = 10.0;
const PICTURES: &str = r#"
xsetroot -solid '#204060'
convert -size 600x750 -seed 5 plasma:tomato-steelblue -blur 0x3 "$HOME/still.miff"
for n in $(seq 10 21); do
  text=$(ls -l /usr/bin | tail -n +$((n * 3)) | head -50 | cut -c1-80 | tr -d '%@\\\\')
  convert -size 600x750 xc:white -font DejaVu-Sans-Mono -pointsize 12 -fill black -annotate +8+16 "$text" "$HOME/page.miff"
  convert "$HOME/page.miff" \( "$HOME/still.miff" -roll +$((n * 14))+$((n * 3)) \) +append -depth 8 "$HOME/frame-$n.miff"
done
touch "$HOME/ready"
exec animate -delay 10 -loop 0 -geometry +20+20 "$HOME"/frame-*.miff
"#;

/// How long each looks.
const LOOK: Duration = Duration::from_secs(6);
/// How long signing in and the first pictures may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// What has come once the pictures move: more than one of them.
const MOVING: u64 = 2 << 20;

/// Milliseconds of the processors for a megapixel of change.
pub(super) async fn take(name: &'static str) -> Result<Figure, Error> {
    if !xrdp_or_skip(name) {
        return Err("this figure needs xrdp, and root".into());
    }
    let backend = if name == BITMAPS { Backend::Xvnc } else { Backend::Xorg };
    let server = Xrdp::start(backend, PICTURES).await?;
    let screen = Screen::start(1400, 950).await?;
    let relay = Relay::to(server.port()).await?;
    let (mut ours, mut peers) = (vec![], vec![]);
    let (mut our_bytes, mut peer_bytes) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        for theirs in [false, true] {
            let viewer = start(theirs, &server, &screen, relay.port)?;
            let (ms, bytes) = looked(&viewer, &server, &relay).await?;
            drop(viewer);
            let (figures, counts) =
                if theirs { (&mut peers, &mut peer_bytes) } else { (&mut ours, &mut our_bytes) };
            figures.push(ms);
            counts.push(bytes);
            relay.quiet().await?;
        }
    }
    let (here, there) = (median(&our_bytes), median(&peer_bytes));
    eprintln!("bench: {name} on the wire: ours {here:.2} MiB/s, xfreerdp {there:.2} MiB/s");
    let (unit, better, peer) = ("ms/MP", Better::Lower, "xfreerdp");
    Ok(Figure { name, unit, better, ours, peer, peers })
}

fn start(theirs: bool, server: &Xrdp, screen: &Screen, port: u16) -> Result<Child, Error> {
    let (user, password) = (server.account().name(), server.account().password());
    let mut command = if theirs {
        let mut command = Command::new("xfreerdp");
        command.args([
            format!("/v:127.0.0.1:{port}"),
            format!("/u:{user}"),
            format!("/p:{password}"),
            format!("/size:{}x{}", SIZE.0, SIZE.1),
        ]);
        // What it looks like to ours as well: RemoteFX where the server has it, fonts smoothed, no sound.
        command.args(["/cert:ignore", "/bpp:32", "/rfx", "+fonts", "/network:lan"]);
        command
    } else {
        let mut command = itself("rdp", port)?;
        command.env(view::USER, user).env(view::PASSWORD, password);
        command
    };
    command
        .envs(screen.environment())
        .env("HOME", server.dir())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let missing = |error| format!("xfreerdp cannot be started ({error}): install freerdp2-x11");
    Ok(command.spawn().map_err(missing)?)
}

/// Milliseconds of the processors for a megapixel, and MiB a second that came.
async fn looked(viewer: &Child, server: &Xrdp, relay: &Relay) -> Result<(f64, f64), Error> {
    let id = viewer.id().ok_or("a viewer ended at once")?;
    let (begin, came) = (Instant::now(), relay.bytes());
    while !server.home().join("ready").exists() || relay.bytes() < came + MOVING {
        if begin.elapsed() > PATIENCE {
            return Err(format!("the pictures do not move: {}", server.log()).into());
        }
        sleep(Duration::from_millis(50)).await;
    }
    // Both begin with a picture of everything.
    machine::settle().await;
    let (before, came, begin) = (machine::processor_seconds(id)?, relay.bytes(), Instant::now());
    sleep(LOOK).await;
    let seconds = begin.elapsed().as_secs_f64();
    let used = machine::processor_seconds(id)? - before;
    let mib = (relay.bytes() - came) as f64 / f64::from(1 << 20);
    Ok((used * 1000.0 / (seconds * RATE * PICTURE), mib / seconds))
}

/// Passes connections on to the server, and counts what it sends.
struct Relay {
    port: u16,
    bytes: Arc<AtomicU64>,
    open: Arc<AtomicU64>,
}

impl Relay {
    async fn to(port: u16) -> Result<Self, Error> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let (bytes, open) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let relay = Self {
            port: listener.local_addr()?.port(),
            bytes: Arc::clone(&bytes),
            open: Arc::clone(&open),
        };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (bytes, open) = (Arc::clone(&bytes), Arc::clone(&open));
                open.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(async move {
                    // Either side hanging up is how it ends.
                    let _ended = pass(client, port, &bytes).await;
                    open.fetch_sub(1, Ordering::Relaxed);
                });
            }
        });
        Ok(relay)
    }

    fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Waits until nobody is connected.
    async fn quiet(&self) -> Result<(), Error> {
        let begin = Instant::now();
        while self.open.load(Ordering::Relaxed) > 0 {
            if begin.elapsed() > PATIENCE {
                return Err("a viewer of xrdp does not go".into());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

async fn pass(mut client: TcpStream, port: u16, bytes: &AtomicU64) -> Result<(), Error> {
    let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let there = async { Ok::<_, Error>(copy(&mut from_client, &mut to_server).await.map(|_| ())?) };
    let back = async {
        let mut room = vec![0; 64 << 10];
        loop {
            let count = from_server.read(&mut room).await?;
            if count == 0 {
                return Ok::<_, Error>(());
            }
            bytes.fetch_add(count as u64, Ordering::Relaxed);
            to_client.write_all(room.get(..count).unwrap_or_default()).await?;
        }
    };
    tokio::select! {
        ended = there => ended?,
        ended = back => ended?,
    }
    Ok(())
}
