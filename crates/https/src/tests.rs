//! Against a double of ours on streams in memory: no server misbehaves on purpose, and over sockets time could not stand still.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::{Body, HttpsError, Limits, Pool};
use hyper::{Method, Request};
use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream},
    sync::Barrier,
    time::{Instant, advance},
};

const LIMITS: Limits = Limits {
    patience: Duration::from_secs(60),
    largest: 8,
    headers: 8 * 1024,
    idle: Duration::from_secs(5),
    kept: 2,
};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone";

/// The server's side of a connection, which ends when it is dropped.
type Left = Arc<Mutex<Option<DuplexStream>>>;

/// What is done about one request.
#[derive(Clone)]
enum Then {
    Say(String),
    /// Says it, and ends the connection.
    End(String),
    /// Says it, and leaves it to the test to end the connection.
    Leave(String, Left),
    /// Says it when as many are to be answered as the barrier is for.
    SayTogether(String, Arc<Barrier>),
}

fn say(text: &str) -> Then {
    Then::Say(text.to_owned())
}

fn end(text: &str) -> Then {
    Then::End(text.to_owned())
}

/// A server that does on each connection what was said beforehand, and then nothing more.
struct Peer {
    pool: Pool,
    connections: Mutex<Vec<Vec<Then>>>,
    made: Mutex<usize>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    fn new<const N: usize>(mut connections: [Vec<Then>; N]) -> Self {
        connections.reverse();
        Self {
            pool: Pool::new("a double", LIMITS),
            connections: Mutex::new(connections.into()),
            made: Mutex::default(),
            heard: Arc::default(),
        }
    }

    async fn connect(&self) -> io::Result<DuplexStream> {
        let script = self.connections.lock().unwrap().pop().ok_or(io::ErrorKind::NotFound)?;
        *self.made.lock().unwrap() += 1;
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        tokio::spawn(serve(theirs, script, Arc::clone(&self.heard)));
        Ok(ours)
    }

    async fn ask(&self, method: Method) -> Result<Vec<u8>, HttpsError<io::Error>> {
        let request = Request::builder().method(method).uri("/").body(Body::default()).unwrap();
        let answer = self.pool.send(request, self.connect()).await?;
        assert_eq!(answer.status(), 200);
        Ok(answer.into_body())
    }

    async fn is_done(&self, method: Method) {
        assert_eq!(self.ask(method).await.unwrap(), b"done");
    }

    fn made(&self) -> usize {
        *self.made.lock().unwrap()
    }

    fn heard(&self) -> String {
        self.heard.lock().unwrap().join(" ")
    }
}

/// By a clock that stands still while anything is done, and counts whole milliseconds.
fn in_time(began: Instant) -> bool {
    began.elapsed() <= LIMITS.patience + Duration::from_millis(1)
}

/// Nothing that a test sends has a body.
async fn serve(mut stream: DuplexStream, script: Vec<Then>, heard: Arc<Mutex<Vec<String>>>) {
    for then in script {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let Ok(byte) = stream.read_u8().await else { return };
            head.push(byte);
        }
        let head = String::from_utf8(head).unwrap();
        heard.lock().unwrap().push(head.split(' ').next().unwrap().to_owned());
        match then {
            Then::Say(text) => stream.write_all(text.as_bytes()).await.unwrap(),
            Then::End(text) => return stream.write_all(text.as_bytes()).await.unwrap(),
            Then::Leave(text, left) => {
                stream.write_all(text.as_bytes()).await.unwrap();
                *left.lock().unwrap() = Some(stream);
                return;
            }
            Then::SayTogether(text, all) => {
                all.wait().await;
                stream.write_all(text.as_bytes()).await.unwrap();
            }
        }
    }
    // Open until the other side ends it.
    let _ended = stream.read_u8().await;
}

#[tokio::test(start_paused = true)]
async fn one_connection_serves_one_request_after_another() {
    let peer = Peer::new([vec![say(OK), say(OK), say(OK)]]);
    peer.is_done(Method::GET).await;
    peer.is_done(Method::POST).await;
    // Almost too long.
    advance(LIMITS.idle - Duration::from_millis(1)).await;
    peer.is_done(Method::GET).await;
    assert_eq!((peer.heard().as_str(), peer.made()), ("GET POST GET", 1));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_was_idle_for_too_long_is_not_used_again() {
    let peer = Peer::new([vec![say(OK), say(OK)], vec![say(OK)]]);
    peer.is_done(Method::GET).await;
    advance(LIMITS.idle).await;
    peer.is_done(Method::GET).await;
    assert_eq!(peer.made(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_the_server_wants_closed_is_not_used_again() {
    let closes = OK.replace("\r\n\r\n", "\r\nConnection: Close\r\n\r\n");
    let peer = Peer::new([vec![say(&closes), say(OK)], vec![say(OK)]]);
    peer.is_done(Method::GET).await;
    peer.is_done(Method::GET).await;
    assert_eq!(peer.made(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_was_closed_while_idle_has_heard_nothing_so_everything_is_sent_again() {
    let left = Left::default();
    for first in [end(OK), Then::Leave(OK.to_owned(), Arc::clone(&left))] {
        let peer = Peer::new([vec![first], vec![say(OK)]]);
        peer.is_done(Method::GET).await;
        // With nothing awaited in between, the connection still seems to be there.
        drop(left.lock().unwrap().take());
        peer.is_done(Method::POST).await;
        assert_eq!((peer.heard().as_str(), peer.made()), ("GET POST", 2));
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_heard_and_not_answered_is_asked_again_only_if_it_reads() {
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let peer = Peer::new([vec![say(OK), end("")], vec![say(OK)]]);
        peer.is_done(Method::GET).await;
        let error = peer.ask(method.clone()).await.unwrap_err();
        assert!(matches!(error, HttpsError::Broke), "{method}: {error}");
        assert_eq!((peer.heard(), peer.made()), (format!("GET {method}"), 1));
    }
    let peer = Peer::new([vec![say(OK), end("")], vec![say(OK)]]);
    peer.is_done(Method::GET).await;
    peer.is_done(Method::GET).await;
    assert_eq!((peer.heard().as_str(), peer.made()), ("GET GET GET", 2));
    // A new connection that breaks is no reason for another.
    let peer = Peer::new([vec![end("")], vec![say(OK)]]);
    let error = peer.ask(Method::GET).await.unwrap_err();
    assert!(matches!(error, HttpsError::Broke), "{error}");
    assert_eq!(peer.made(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_as_large_as_it_may_be_and_no_larger() {
    for (answer, fits) in [
        ("content-length: 8\r\n\r\n12345678", true),
        ("transfer-encoding: chunked\r\n\r\n4\r\n1234\r\n4\r\n5678\r\n0\r\n\r\n", true),
        // Known before any of it comes.
        ("content-length: 9\r\n\r\n", false),
        ("transfer-encoding: chunked\r\n\r\n4\r\n1234\r\n5\r\n56789\r\n0\r\n\r\n", false),
    ] {
        let peer = Peer::new([vec![say(&format!("HTTP/1.1 200 OK\r\n{answer}"))], vec![say(OK)]]);
        match peer.ask(Method::GET).await {
            Ok(body) => assert!(fits && body == b"12345678", "{answer}"),
            Err(error) => assert!(!fits && matches!(error, HttpsError::TooLarge), "{answer}"),
        }
        if !fits {
            // What is left of it is read by nobody.
            peer.is_done(Method::GET).await;
            assert_eq!(peer.made(), 2);
        }
    }
    let header = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(LIMITS.headers));
    let error = Peer::new([vec![say(&header)]]).ask(Method::GET).await.unwrap_err();
    assert!(matches!(error, HttpsError::Broke), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_stops_in_the_middle_is_none() {
    let half = OK.strip_suffix("ne").unwrap();
    for stops in [end(half), say(half)] {
        let peer = Peer::new([vec![stops], vec![say(OK)]]);
        let began = Instant::now();
        let error = peer.ask(Method::GET).await.unwrap_err();
        assert!(matches!(error, HttpsError::Stopped), "{error}");
        assert!(in_time(began));
        peer.is_done(Method::GET).await;
        assert_eq!(peer.made(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_is_waited_for_only_so_long() {
    for used in [false, true] {
        let first = if used { vec![say(OK), say("")] } else { vec![say("")] };
        let peer = Peer::new([first, vec![say(OK)]]);
        if used {
            peer.is_done(Method::GET).await;
        }
        let began = Instant::now();
        let error = peer.ask(Method::GET).await.unwrap_err();
        assert!(matches!(error, HttpsError::Slow), "{error}");
        assert!(in_time(began));
        assert_eq!(peer.made(), 1);
        peer.is_done(Method::GET).await;
        assert_eq!(peer.made(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_connections_are_kept_than_may_be() {
    let together = Then::SayTogether(OK.to_owned(), Arc::new(Barrier::new(3)));
    let twice = || vec![together.clone(), together.clone()];
    let peer = Peer::new([twice(), twice(), twice(), vec![together.clone()]]);
    let ask = || peer.is_done(Method::GET);
    let all = async || tokio::join!(ask(), ask(), ask());
    all().await;
    assert_eq!(peer.made(), 3);
    all().await;
    assert_eq!(peer.made(), 4);
}

#[tokio::test(start_paused = true)]
async fn why_no_connection_could_be_made_is_handed_on() {
    let peer = Peer::new([]);
    let error = peer.ask(Method::GET).await.unwrap_err();
    let is_own =
        matches!(&error, HttpsError::Connect(own) if own.kind() == io::ErrorKind::NotFound);
    assert!(is_own, "{error}");
}
