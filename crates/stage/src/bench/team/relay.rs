//! A terminal through the server, against the same machine without one.

use super::streams::Stream;
use crate::{
    Error,
    bench::{
        ROUNDS,
        figure::{Better, Figure, median},
        session::{self, PROMPT, Terminal},
    },
    team::Server,
};
use std::{fs, io::Write as _, time::Instant};

/// What is shown for the throughput, in MiB.
const MIB: usize = 64;
/// Keys pressed for one median.
const KEYS: usize = 500;
const READY: &str = "stty -icanon; echo rea''dy; exec cat > /dev/null\n";

pub(crate) async fn take() -> Result<Vec<Figure>, Error> {
    let (world, ctx) = session::world().await?;
    let machine = *session::machines(&ctx)?.first().ok_or("a world without machines")?;
    let server = Server::start(None).await?;
    let (mut owner, lab) = server.set_up().await?;
    let shared = owner.ssh(&lab, "web-01", world.port(), world.private_key()).await?;
    let text = world.home().join("much");
    let mut file = fs::File::create(&text)?;
    for _ in 0..MIB * 1024 * 1024 / 64 {
        file.write_all(b"The quick brown fox jumps over the lazy dog and sixty-four is.\r\n")?;
    }
    let show = format!("cat {}; echo do''ne\n", session::text(&text)?);

    let (mut ours, mut peers) = (vec![], vec![]);
    let id = owner.open(&shared).await?;
    let mut far = Stream::attach(server.port, &mut owner, &id).await?;
    far.until(PROMPT).await?;
    let mut near = Terminal::open(&ctx, machine).await?;
    near.until(PROMPT).await?;
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        far.type_in(&show).await?;
        far.until("done").await?;
        ours.push(rate(begin));
        let begin = Instant::now();
        near.type_in(&show).await?;
        near.until("done").await?;
        peers.push(rate(begin));
    }
    let (unit, better, peer) = ("MiB/s", Better::Higher, "direct");
    let throughput = Figure { name: "relay-throughput", unit, better, ours, peer, peers };

    far.type_in(READY).await?;
    far.until("ready").await?;
    near.type_in(READY).await?;
    near.until("ready").await?;
    let (mut ours, mut peers) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        let (mut through, mut direct) = (vec![], vec![]);
        for _ in 0..KEYS {
            let begin = Instant::now();
            far.type_in("x").await?;
            far.until("x").await?;
            through.push(begin.elapsed().as_secs_f64() * 1000.0);
            let begin = Instant::now();
            near.type_in("x").await?;
            near.until("x").await?;
            direct.push(begin.elapsed().as_secs_f64() * 1000.0);
        }
        ours.push(median(&through));
        peers.push(median(&direct));
    }
    let (unit, better) = ("ms", Better::Lower);
    Ok(vec![throughput, Figure { name: "relay-latency", unit, better, ours, peer, peers }])
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn rate(begin: Instant) -> f64 {
    MIB as f64 / begin.elapsed().as_secs_f64()
}
