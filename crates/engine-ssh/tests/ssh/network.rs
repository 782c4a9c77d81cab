//! Names, ports and silence.

use crate::person::{LIMIT, Person, Screen, eventually, fails, hop, key};
use patchbay_engine_ssh::{Hop, SshError, Target, Waiting, connect};
use patchbay_model::{CloseReason, ErrorCode};
use patchbay_testkit::{KeyPair, Sshd, daemon::free_port, terminals_or_skip};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

fn to(address: &str, port: u16) -> Target {
    let hop = Hop {
        user: Some("x".into()),
        connect_timeout: Duration::from_millis(700),
        ..Hop::new("web-01", address, port)
    };
    Target { hops: vec![hop], ..Target::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_refused_and_filtered() {
    let mut unknown = to("no-such-host.invalid", 22);
    unknown.hops[0].connect_timeout = Duration::from_secs(10);
    let error = fails(unknown, &Person::new()).await;
    assert!(
        matches!(&error, SshError::UnknownHost { host, .. } if host == "no-such-host.invalid"),
        "{error:?}"
    );
    assert_eq!(error.api_error("web-01").code, ErrorCode::UnknownHost);

    let port = free_port().unwrap();
    let error = fails(to("localhost", port), &Person::new()).await;
    assert_eq!(error.api_error("web-01").code, ErrorCode::Refused);

    // A listener whose queue is full answers no more, like a firewall that drops.
    let (full, _held) = full_listener();
    let begun = Instant::now();
    let error = fails(to("127.0.0.1", full), &Person::new()).await;
    assert!(matches!(error, SshError::TimedOut { waiting: Waiting::Connect, .. }), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(3));
}

/// A listener that accepts nothing, with its queue filled.
fn full_listener() -> (u16, (tokio::net::TcpListener, Vec<std::net::TcpStream>)) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut held = Vec::new();
    while let Ok(stream) =
        std::net::TcpStream::connect_timeout(&address, Duration::from_millis(100))
    {
        held.push(stream);
    }
    (address.port(), (listener, held))
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_returns_at_once_at_every_stage() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = &["-t", "ed25519", "-a", "1"];
    let pair = KeyPair::generate(dir.path(), "k", arguments, "secret").unwrap();
    let sshd = Sshd::builder().authorized_key(&pair.public).start().await.unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut waiting = to("127.0.0.1", silent.local_addr().unwrap().port());
    waiting.hops[0].connect_timeout = LIMIT;
    let real = Target { hops: vec![hop(&sshd, vec![key(&pair)])], ..Target::default() };
    let ended = || {
        sshd.log().matches("Connection closed by").count() + sshd.log().matches("reset by").count()
    };
    let before = ended();
    for (target, trusting, reached) in
        [(waiting, true, "Handshake"), (real.clone(), false, "HostKey"), (real, true, "SignIn")]
    {
        let person = Arc::new(Person { asleep: true, trusting, ..Person::default() });
        let cancel = CancellationToken::new();
        let connecting =
            tokio::spawn(connect(target, person.clone(), crate::person::SIZE, cancel.clone()));
        let stage = format!("stage: {reached}");
        let asks = usize::from(reached != "Handshake");
        eventually(reached, || {
            person.notes().contains(&stage) && person.open_questions.load(Ordering::Relaxed) == asks
        })
        .await;
        cancel.cancel();
        let begun = Instant::now();
        assert_eq!(connecting.await.unwrap().err(), Some(SshError::Cancelled));
        assert!(begun.elapsed() < Duration::from_secs(2));
        eventually("the question to be withdrawn", || {
            person.open_questions.load(Ordering::Relaxed) == 0
        })
        .await;
    }
    // No task of ours keeps the connections.
    eventually("the server to see the end", || ended() >= before + 2).await;
}

/// A relay that can fall silent without closing anything, like a cable that is pulled.
async fn relay(port: u16) -> (u16, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = listener.local_addr().unwrap().port();
    let silent = Arc::new(AtomicBool::new(false));
    let flag = silent.clone();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let ((near_read, near_write), (far_read, far_write)) =
                (near.into_split(), far.into_split());
            tokio::spawn(pass(near_read, far_write, flag.clone()));
            tokio::spawn(pass(far_read, near_write, flag.clone()));
        }
    });
    (here, silent)
}

async fn pass(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    silent: Arc<AtomicBool>,
) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if !silent.load(Ordering::Relaxed) && to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_falls_silent_is_given_up() {
    if !terminals_or_skip("a connection that falls silent is given up") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let sshd = Sshd::builder().authorized_key(&pair.public).start().await.unwrap();
    let (port, silent) = relay(sshd.port()).await;
    let mut hop = hop(&sshd, vec![key(&pair)]);
    hop.port = port;
    hop.keep_alive = Some(Duration::from_millis(300));
    let mut screen = Screen::open(Target { hops: vec![hop], ..Target::default() }, &Person::new())
        .await
        .unwrap();
    while screen.latency.is_none() {
        assert_eq!(screen.step().await, None);
    }
    silent.store(true, Ordering::Relaxed);
    let CloseReason::Failed { error } = screen.end().await else { panic!("not a failure") };
    assert_eq!(error.code, ErrorCode::Disconnected);
    assert!(error.message.contains("has not answered for 900 ms"), "{error:?}");
}
