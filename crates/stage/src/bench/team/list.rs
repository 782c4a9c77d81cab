//! An authorised list of 1,000 entries, against a handler of axum that has the same bytes in memory.

use crate::{
    Error,
    bench::{
        ROUNDS,
        figure::{Better, Figure, percentile},
    },
    team::{Http, Server, request},
};
use axum::{Router, http::header, routing::get};
use patchbay_testkit::Postgres;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const ENTRIES: usize = 1000;
/// Scripts that ask at once, and many more of them.
const CONNECTIONS: usize = 64;
const MANY: usize = 1000;
/// How long each side is asked.
const ROUND: Duration = Duration::from_secs(3);
const ROUTE: &str = "/api/entry/list";

pub(crate) async fn take(name: &str) -> Result<Vec<Figure>, Error> {
    let mut figures = Vec::new();
    let sqlite = ["api-list-sqlite", "api-list-p99"].iter().any(|figure| figure.contains(name));
    if sqlite {
        figures.extend(of(None, "api-list-sqlite", true).await?);
    }
    if "api-list-postgres".contains(name) {
        let postgres = Postgres::start().await?;
        let database = postgres.another()?;
        figures.extend(of(Some(&database), "api-list-postgres", false).await?);
    }
    Ok(figures)
}

/// Lists a second, and with many connections the 99th percentile of an answer in milliseconds.
async fn of(database: Option<&str>, name: &'static str, many: bool) -> Result<Vec<Figure>, Error> {
    let server = Server::start(database).await?;
    let (mut owner, lab) = server.set_up().await?;
    for number in 0..ENTRIES {
        let draft = json!({ "name": format!("web-{number:04}"), "address": "192.0.2.1" });
        owner.machine(&lab, draft).await?;
    }
    let member = server.join(&mut owner, &lab, "Operator", "operator", "Operator").await?;
    let asked = request(&format!("GET {ROUTE}"), Some(&member.token), None);
    let bytes = Http::connect(server.port).await?.ask(&asked).await?;
    let told: Vec<serde_json::Value> = serde_json::from_slice(&bytes)?;
    if told.len() != ENTRIES {
        return Err(format!("{} entries were told", told.len()).into());
    }
    let peer = bare(bytes)?;

    let (mut ours, mut peers, mut slow, mut slow_peers) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        ours.push(ask_much(server.port, &asked, CONNECTIONS).await?.0);
        peers.push(ask_much(peer, &asked, CONNECTIONS).await?.0);
        if many {
            slow.push(ask_much(server.port, &asked, MANY).await?.1);
            slow_peers.push(ask_much(peer, &asked, MANY).await?.1);
        }
    }
    let (unit, peer, better) = ("/s", "bare-axum", Better::Higher);
    let mut figures = vec![Figure { name, unit, better, ours, peer, peers }];
    if many {
        let (name, unit, better) = ("api-list-p99", "ms", Better::Lower);
        figures.push(Figure { name, unit, better, ours: slow, peer, peers: slow_peers });
    }
    Ok(figures)
}

/// Answers a second over so many connections, and the 99th percentile in milliseconds.
async fn ask_much(port: u16, asked: &[u8], connections: usize) -> Result<(f64, f64), Error> {
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Http::connect(port).await?);
    }
    let begin = Instant::now();
    let mut asking = JoinSet::new();
    for mut http in open {
        let asked = asked.to_vec();
        asking.spawn(async move {
            let mut taken = Vec::new();
            while begin.elapsed() < ROUND {
                let one = Instant::now();
                http.ask(&asked).await?;
                taken.push(one.elapsed().as_secs_f64() * 1000.0);
            }
            Ok::<_, Error>(taken)
        });
    }
    let mut all = Vec::new();
    while let Some(taken) = asking.join_next().await {
        all.extend(taken??);
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let rate = all.len() as f64 / begin.elapsed().as_secs_f64();
    Ok((rate, percentile(&all, 99)))
}

/// The peer, on threads of its own; its port. It lives as long as this process.
fn bare(bytes: Vec<u8>) -> Result<u16, Error> {
    let bytes = bytes::Bytes::from(bytes);
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    std::thread::spawn(move || {
        runtime.block_on(async move {
            let answer =
                move || async move { ([(header::CONTENT_TYPE, "application/json")], bytes) };
            let app = Router::new().route(ROUTE, get(answer));
            let listener = tokio::net::TcpListener::from_std(listener)?;
            axum::serve(listener, app).await
        })
    });
    Ok(port)
}
