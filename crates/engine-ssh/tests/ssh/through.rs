//! Plain TCP connections, straight and through jump hosts.

use crate::{
    forward::carries,
    jump::yard,
    person::{LIMIT, Person},
};
use patchbay_engine_ssh::{Destination, SshError, Target, dial_through};
use patchbay_model::{CloseReason, ErrorCode};
use patchbay_testkit::daemon::free_port;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_util::sync::CancellationToken;

/// Says back what it hears, and hangs up when the other side has.
async fn echo(address: &str) -> u16 {
    let listener = TcpListener::bind((address, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = stream.split();
                let _ = tokio::io::copy(&mut read, &mut write).await;
            });
        }
    });
    port
}

fn to(address: &str, port: u16) -> Destination {
    let connect_timeout = Duration::from_secs(10);
    Destination { name: "switch-01".into(), address: address.into(), port, connect_timeout }
}

#[tokio::test(flavor = "multi_thread")]
async fn straight_and_through_two_machines() {
    let yard = yard(2).await;
    for (jumps, address) in
        [(Target::default(), "127.0.0.1"), (yard.target(), "127.0.0.1"), (yard.target(), "[::1]")]
    {
        let port = echo(address.trim_matches(['[', ']'])).await;
        let cancel = CancellationToken::new();
        let dialled = dial_through(jumps, to(address, port), Person::new(), cancel.clone()).await;
        let (stream, link) = dialled.unwrap();
        let held = tokio::spawn(link.hold(std::future::pending(), cancel.clone(), |_| ()));
        carries(stream, 1_000_000, 31).await;
        cancel.cancel();
        assert_eq!(held.await.unwrap(), CloseReason::ByPerson);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_fault_it_is() {
    let mut yard = yard(2).await;
    let fails = async |jumps, port| {
        let dialled =
            dial_through(jumps, to("127.0.0.1", port), Person::new(), CancellationToken::new());
        dialled.await.map(drop).unwrap_err()
    };
    let nowhere = free_port().unwrap();
    let error = fails(Target::default(), nowhere).await;
    assert!(matches!(error, SshError::Refused { .. }), "{error:?}");
    let error = fails(yard.target(), nowhere).await;
    assert!(
        matches!(&error, SshError::ForwardRefused { jump, .. } if jump == "hop-1"),
        "{error:?}"
    );
    let mut wrong = yard.target();
    wrong.hops[1].credentials.clear();
    let error = fails(wrong, nowhere).await;
    assert!(matches!(&error, SshError::Jump { name, .. } if name == "hop-1"), "{error:?}");
    yard.servers[0].0.stop();
    let error = fails(yard.target(), nowhere).await;
    let said = error.api_error("switch-01");
    assert!(
        said.code == ErrorCode::Jump && said.message.contains("switch-01 is reached through hop-0"),
        "{said:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_ends_with_the_way_to_it() {
    let yard = yard(1).await;
    let port = echo("127.0.0.1").await;
    let cancel = CancellationToken::new();
    let dialled = dial_through(yard.target(), to("127.0.0.1", port), Person::new(), cancel.clone());
    let (mut stream, link) = dialled.await.unwrap();
    stream.write_all(b"there").await.unwrap();
    let mut back = [0; 5];
    stream.read_exact(&mut back).await.unwrap();
    yard.servers[0].0.drop_sessions();
    let gone = async {
        let _ = stream.read(&mut back).await;
    };
    let reason = tokio::time::timeout(LIMIT, link.hold(gone, cancel, |_| ())).await.unwrap();
    let CloseReason::Failed { error } = reason else { panic!("{reason:?}") };
    assert!(error.message.contains("switch-01 was lost: hop-0"), "{error:?}");
}

/// As telnetd does after an interrupt: half of a command is urgent, and what follows is not to wait for more.
#[tokio::test]
async fn what_comes_behind_an_urgent_byte_is_not_left_lying() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (jumps, cancel) = (Target::default(), CancellationToken::new());
    let dialled = dial_through(jumps, to("127.0.0.1", port), Person::new(), cancel).await;
    let (mut stream, _link) = dialled.unwrap();
    let far = socket2::Socket::from(listener.accept().unwrap().0);
    far.send(b"before\xff").unwrap();
    far.send_out_of_band(b"\xf2").unwrap();
    far.send(b"behind").unwrap();
    let mut came = Vec::new();
    while came.len() < 14 {
        let read = tokio::time::timeout(LIMIT, stream.read_buf(&mut came)).await;
        read.unwrap_or_else(|_| panic!("{came:?}, and no more")).unwrap();
    }
    assert_eq!(came, b"before\xff\xf2behind");
}
