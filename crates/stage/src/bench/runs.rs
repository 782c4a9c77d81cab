//! Peers that are run to their end.

use crate::Error;
use std::{fs, path::Path, process::Stdio, time::Instant};
use tokio::{io::AsyncReadExt as _, process::Command};

/// How a program ran to its end.
pub(crate) struct Ran {
    /// Seconds until it said its last word, and until it ended.
    pub(crate) last: f64,
    pub(crate) whole: f64,
    pub(crate) said: String,
}

/// Runs a program to its end.
pub(crate) async fn once(line: &[&str]) -> Result<Ran, Error> {
    let (program, arguments) = line.split_first().ok_or("an empty command line")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    run(command, program).await
}

/// Runs a program for what is in a file, by so many processes at once, as `how` tells `xargs`. Runs that fail, fail alone.
pub(crate) async fn each(
    processes: usize,
    how: &[&str],
    line: &[&str],
    input: &Path,
) -> Result<Ran, Error> {
    let mut command = Command::new("xargs");
    command.args(["-P", &processes.to_string()]).args(how).args(line);
    command.stdin(fs::File::open(input)?);
    run(command, "xargs").await
}

async fn run(mut command: Command, program: &str) -> Result<Ran, Error> {
    // Without net-snmp's modules, which systems have or have not, and which take long to read.
    command.env("MIBS", "").stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let begin = Instant::now();
    let mut running = command.spawn().map_err(|error| {
        format!("the peer {program} cannot be started ({error}): `cargo xtask bench` installs it")
    })?;
    let mut stdout = running.stdout.take().ok_or("a program without output")?;
    let (mut said, mut last) = (Vec::with_capacity(1 << 20), 0.0);
    while stdout.read_buf(&mut said).await? > 0 {
        last = begin.elapsed().as_secs_f64();
    }
    running.wait().await?;
    let whole = begin.elapsed().as_secs_f64();
    Ok(Ran { last, whole, said: String::from_utf8_lossy(&said).into_owned() })
}

/// With which of these numbers it takes least.
pub(crate) async fn fastest(
    numbers: &[usize],
    mut take: impl AsyncFnMut(usize) -> Result<f64, Error>,
) -> Result<usize, Error> {
    let mut taken = Vec::new();
    for number in numbers {
        taken.push((take(*number).await?, *number));
    }
    taken.sort_by(|a, b| a.0.total_cmp(&b.0));
    let tried: Vec<String> =
        taken.iter().map(|(s, number)| format!("{number}: {s:.1} s")).collect();
    eprintln!("bench: the peer's processes at once: {}", tried.join(", "));
    taken.first().map(|(_, number)| *number).ok_or_else(|| "nothing to choose from".into())
}
