//! Names, ports and silence.

use crate::person::{LIMIT, Person, Screen, fails, hop, key};
use patchbay_engine_ssh::{Hop, SshError, Target, Waiting, connect};
use patchbay_model::{CloseReason, ErrorCode};
use patchbay_testkit::{KeyPair, Sshd, daemon::free_port};
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
    Target { hops: vec![hop], agent: None }
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
    let pair = KeyPair::generate(dir.path(), "k", &["-t", "ed25519", "-a", "1"], "secret").unwrap();
    let sshd = Sshd::builder().authorized_key(&pair.public).start().await.unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut waiting = to("127.0.0.1", silent.local_addr().unwrap().port());
    waiting.hops[0].connect_timeout = LIMIT;
    let at_host_key = Target { hops: vec![hop(&sshd, vec![])], agent: None };
    let asleep = || Arc::new(Person { asleep: true, ..Person::default() });
    let begun = Instant::now();
    for (target, reached) in [(waiting, "Handshake"), (at_host_key, "HostKey")] {
        let (person, cancel) = (asleep(), CancellationToken::new());
        let stop = cancel.clone();
        let watching = person.clone();
        tokio::spawn(async move {
            crate::person::eventually(reached, || {
                watching.notes().contains(&format!("stage: {reached}"))
            })
            .await;
            stop.cancel();
        });
        let ended = connect(target, person, crate::person::SIZE, cancel).await;
        assert_eq!(ended.err(), Some(SshError::Cancelled));
    }
    // At a question: the host key is trusted, the passphrase is never given.
    let person = Arc::new(AsleepAtQuestions(Person::new()));
    let (cancel, watching) = (CancellationToken::new(), person.clone());
    let stop = cancel.clone();
    tokio::spawn(async move {
        crate::person::eventually("the question", || !watching.0.asked.lock().unwrap().is_empty())
            .await;
        stop.cancel();
    });
    let target = Target { hops: vec![hop(&sshd, vec![key(&pair)])], agent: None };
    let ended = connect(target, person, crate::person::SIZE, cancel).await;
    assert_eq!(ended.err(), Some(SshError::Cancelled));
    assert!(begun.elapsed() < Duration::from_secs(8));
    // The server's side has ended too: no task of ours keeps the connection.
    crate::person::eventually("the server to see it", || {
        let log = sshd.log();
        log.matches("Connection closed").count()
            + log.matches("Connection reset").count()
            + log.matches("Disconnected").count()
            >= 2
    })
    .await;
}

struct AsleepAtQuestions(Arc<Person>);

impl patchbay_session::Interaction for AsleepAtQuestions {
    fn progress(&self, progress: patchbay_session::Progress) {
        self.0.progress(progress);
    }

    fn ask(
        &self,
        ask: patchbay_session::Ask,
    ) -> futures_util::future::BoxFuture<'_, Option<Vec<patchbay_model::Secret<String>>>> {
        self.0.asked.lock().unwrap().push(ask);
        Box::pin(std::future::pending())
    }

    fn check_host_key(
        &self,
        check: patchbay_session::HostKeyCheck,
    ) -> futures_util::future::BoxFuture<'_, patchbay_session::HostKeyVerdict> {
        self.0.check_host_key(check)
    }
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
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let sshd = Sshd::builder().authorized_key(&pair.public).start().await.unwrap();
    let (port, silent) = relay(sshd.port()).await;
    let mut hop = hop(&sshd, vec![key(&pair)]);
    hop.port = port;
    hop.keep_alive = Some(Duration::from_millis(300));
    let mut screen =
        Screen::open(Target { hops: vec![hop], agent: None }, &Person::new()).await.unwrap();
    while screen.latency.is_none() {
        assert_eq!(screen.step().await, None);
    }
    silent.store(true, Ordering::Relaxed);
    let CloseReason::Failed { error } = screen.end().await else { panic!("not a failure") };
    assert_eq!(error.code, ErrorCode::Disconnected);
    assert!(error.message.contains("has not answered for 900 ms"), "{error:?}");
}
