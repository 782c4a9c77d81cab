//! A connection that is reset in the midst of the handshake, at every place.
//!
//! A program of its own, because it counts what the whole process holds open.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../ssh/person.rs"]
#[expect(dead_code, reason = "shared with the other tests, which use all of it")]
mod person;

use patchbay_engine_ssh::Target;
use patchbay_testkit::{KeyPair, Sshd};
use person::{LIMIT, Person, eventually, hop, key, run};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Handle,
};

/// How far apart the places are.
const STEP: usize = 64;

/// A relay that resets each connection after so many bytes, whichever way they went.
async fn relay(port: u16, most: Arc<AtomicUsize>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            pass(near, far, most.load(Ordering::Relaxed)).await;
        }
    });
    here
}

async fn pass(mut near: TcpStream, mut far: TcpStream, mut left: usize) {
    let (mut up, mut down) = ([0; STEP], [0; STEP]);
    while left > 0 {
        let most = left.min(STEP);
        let passed = tokio::select! {
            read = near.read(&mut up[..most]) => match read {
                Ok(count @ 1..) => far.write_all(&up[..count]).await.map(|()| count),
                _ => return,
            },
            read = far.read(&mut down[..most]) => match read {
                Ok(count @ 1..) => near.write_all(&down[..count]).await.map(|()| count),
                _ => return,
            },
        };
        let Ok(count) = passed else { return };
        left -= count;
    }
    for stream in [near, far] {
        stream.set_zero_linger().unwrap();
    }
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_at_every_64th_byte_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let sshd = Sshd::builder().authorized_key(&pair.public).start().await.unwrap();
    let most = Arc::new(AtomicUsize::new(usize::MAX));
    let port = relay(sshd.port(), Arc::clone(&most)).await;
    let mut hop = hop(&sshd, vec![key(&pair)]);
    hop.port = port;
    hop.connect_timeout = Duration::from_secs(5);
    let target = Target { hops: vec![hop], ..Target::default() };
    // Once as it should be, so that whatever stays open for good is open already.
    run(target.clone(), &Person::new(), "true").await.unwrap();
    let tasks = || Handle::current().metrics().num_alive_tasks();
    eventually("the first connection to be gone", || tasks() == 1).await;
    let files = open_files();

    let mut resets = 0;
    for at in (0..).step_by(STEP) {
        most.store(at, Ordering::Relaxed);
        let begun = Instant::now();
        let outcome = run(target.clone(), &Person::new(), "true").await;
        assert!(begun.elapsed() < LIMIT, "hung after a reset at byte {at}");
        match outcome {
            Err(error) => {
                let said = error.api_error("web-01");
                assert!(
                    said.message.contains("web-01") || said.message.contains("127.0.0.1"),
                    "{said:?}"
                );
                resets += 1;
            }
            // The command was under way already.
            Ok((_, _, end)) if at < 64 * 1024 && !ended_well(&end) => resets += 1,
            Ok(_) => break,
        }
    }
    assert!(resets > 30, "a handshake takes more than {} bytes", resets * STEP);
    eventually("every task to end", || tasks() == 1).await;
    eventually("every descriptor to be closed", || open_files() <= files).await;
}

fn ended_well(end: &patchbay_model::CloseReason) -> bool {
    *end == patchbay_model::CloseReason::Exited { code: Some(0) }
}
