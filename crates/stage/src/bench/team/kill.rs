//! kill -9 of a server under writes, and a PostgreSQL that loses its power: what was acknowledged is there, and the
//! service is back by itself. A write that is lost is an error of the run, not a figure.

use crate::{
    Error,
    bench::{
        ROUNDS,
        figure::{Better, Figure},
    },
    team::{Person, Server},
};
use patchbay_testkit::Postgres;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::{sync::watch, task::JoinSet};

/// How often the server is killed, and the database.
const KILLS: u64 = 500;
const OUTAGES: u64 = 20;
/// The longest that is written for before that.
const LONGEST: u64 = 200;
/// Machines, each renamed by a writer of its own.
const WRITERS: usize = 4;

pub(crate) async fn take(name: &str) -> Result<Vec<Figure>, Error> {
    let mut figures = Vec::new();
    if "kill-server".contains(name) || name == "kill" {
        figures.push(server().await?);
    }
    if "kill-database".contains(name) || name == "kill" {
        figures.push(database().await?);
    }
    Ok(figures)
}

async fn server() -> Result<Figure, Error> {
    let mut server = Server::start(None).await?;
    let mut written = Written::new(&server).await?;
    let mut ours = Vec::new();
    for kill in 0..KILLS {
        let writing = written.begin(&server).await?;
        tokio::time::sleep(moment(kill)).await;
        server.kill().await?;
        let back;
        (server, back) = server.again().await?;
        ours.push(back);
        written.check(&server, writing).await?;
    }
    eprintln!(
        "bench: killed {KILLS} times; {} writes were acknowledged, none is lost",
        written.count()
    );
    let mut peers = Vec::new();
    for _ in 0..ROUNDS {
        server.end().await?;
        let back;
        (server, back) = server.again().await?;
        peers.push(back);
    }
    let (unit, better, peer) = ("ms", Better::Lower, "ended-in-order");
    Ok(Figure { name: "kill-server", unit, better, ours, peer, peers })
}

async fn database() -> Result<Figure, Error> {
    let mut postgres = Postgres::start().await?;
    let server = Server::start(Some(&postgres.another()?)).await?;
    let mut written = Written::new(&server).await?;
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for outage in 0..OUTAGES {
        let writing = written.begin(&server).await?;
        tokio::time::sleep(moment(outage * KILLS / OUTAGES)).await;
        postgres.cut().await?;
        let begin = Instant::now();
        postgres.start_again().await?;
        peers.push(begin.elapsed().as_secs_f64() * 1000.0);
        written.taken_again(&server).await?;
        ours.push(begin.elapsed().as_secs_f64() * 1000.0);
        written.check(&server, writing).await?;
    }
    eprintln!(
        "bench: cut {OUTAGES} times; {} writes were acknowledged, none is lost",
        written.count()
    );
    let (unit, better, peer) = ("ms", Better::Lower, "postgresql-alone");
    Ok(Figure { name: "kill-database", unit, better, ours, peer, peers })
}

/// Spread over the time of writing, in no order.
const fn moment(number: u64) -> Duration {
    Duration::from_millis(number * 83 % LONGEST)
}

/// What is known of each machine's name, which is a number that counts up.
struct Written {
    owner: Person,
    machines: Vec<(Value, u64)>,
}

/// Writers at work. Each says what was sent and what was acknowledged last, and ends at the first failure or when told to.
struct Writing {
    all: JoinSet<(usize, u64, u64)>,
    end: watch::Sender<bool>,
}

impl Written {
    async fn new(server: &Server) -> Result<Self, Error> {
        let (mut owner, lab) = server.set_up().await?;
        let mut machines = Vec::new();
        for _ in 0..WRITERS {
            let draft = json!({ "name": "0", "address": "192.0.2.1" });
            machines.push((owner.machine(&lab, draft).await?, 0));
        }
        Ok(Self { owner, machines })
    }

    async fn begin(&self, server: &Server) -> Result<Writing, Error> {
        let (end, ended) = watch::channel(false);
        let mut all = JoinSet::new();
        for (number, (machine, known)) in self.machines.iter().enumerate() {
            let mut person = self.owner.again(server.port).await?;
            let (machine, known, ended) = (machine.clone(), *known, ended.clone());
            all.spawn(async move {
                let (mut sent, mut acknowledged) = (known, known);
                while !*ended.borrow() {
                    sent += 1;
                    let rename = json!({ "id": machine, "name": sent.to_string() });
                    if person.rpc("node_rename", rename).await.is_err() {
                        break;
                    }
                    acknowledged = sent;
                }
                (number, sent, acknowledged)
            });
        }
        Ok(Writing { all, end })
    }

    /// Fails if anything that was acknowledged is not there, or anything is that nobody sent.
    async fn check(&mut self, server: &Server, mut writing: Writing) -> Result<(), Error> {
        // Most have ended with the server.
        writing.end.send_replace(true);
        self.owner = self.owner.again(server.port).await?;
        while let Some(writer) = writing.all.join_next().await {
            let (number, sent, acknowledged) = writer?;
            let (machine, known) = self.machines.get_mut(number).ok_or("no such writer")?;
            let node = self.owner.rpc("node_get", json!({ "id": machine })).await?;
            let name = node.pointer("/entry/name").and_then(Value::as_str).ok_or("no name")?;
            *known = name.parse()?;
            if !(acknowledged..=sent).contains(known) {
                let lost =
                    format!("{acknowledged} was acknowledged, {sent} was sent, {known} is there");
                return Err(lost.into());
            }
        }
        Ok(())
    }

    /// Returns once a write is taken again.
    async fn taken_again(&mut self, server: &Server) -> Result<(), Error> {
        let same = json!({ "display": "Owner" });
        loop {
            self.owner = self.owner.again(server.port).await?;
            if self.owner.ask("PATCH /api/v1/me", Some(&same)).await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn count(&self) -> u64 {
        self.machines.iter().map(|(_, known)| known).sum()
    }
}
