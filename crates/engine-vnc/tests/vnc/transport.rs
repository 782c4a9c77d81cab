//! What carries it other than TCP: Unix sockets and WebSockets.

use crate::{
    desk::{options, shown, until},
    person::Person,
};
use patchbay_engine_vnc::{VncError, VncOptions, connect};
use patchbay_model::{Stage, VncPlace};
use patchbay_session::{
    Progress,
    desktop::{Desktop, DesktopInput, Size},
};
use patchbay_testkit::{Vnc, Websockify, daemon::free_port, websockify_or_skip};
use std::sync::Arc;
use tokio::net::{TcpStream, UnixStream};
use tokio_util::sync::CancellationToken;

/// What the handshake agreed on.
fn agreed(person: &Person) -> Option<String> {
    person.progress.lock().unwrap().iter().find_map(|step| match step {
        Progress::Done { stage: Stage::Handshake, detail } => Some(detail.clone()),
        _ => None,
    })
}

/// A server whose desktop is not of one colour.
async fn patterned(security: &str, more: &[&str]) -> Vnc {
    let builder = Vnc::builder(security).size(1024, 700);
    let builder = more.iter().fold(builder, |builder, argument| builder.argument(*argument));
    let vnc = builder.start().await.unwrap();
    vnc.run("xsetroot", &["-mod", "7", "11", "-fg", "#336699", "-bg", "#cc8844"]).unwrap();
    vnc
}

/// Whether what is seen here is what is seen there, and what is done here arrives.
async fn works(desktop: &mut Desktop, vnc: &Vnc) {
    let expected = vnc.seen().unwrap();
    until(desktop, "the whole picture", |desktop| shown(desktop) == expected).await;
    let size = Size::new(800, 600);
    desktop.input.send(DesktopInput::Resize { size, scale: 100 }).await.unwrap();
    until(desktop, "another size", |desktop| desktop.screen.size() == size).await;
}

/// As the core opens it: the address says all.
fn at(uri: &str) -> VncOptions {
    let place = VncPlace::of(uri).unwrap();
    VncOptions { address: uri.to_owned(), allow_anonymous_plain: false, place, ..options(0) }
}

async fn open(options: VncOptions, person: &Arc<Person>) -> Result<Desktop, VncError> {
    let VncPlace::WebSocket(place) = &options.place else { panic!("{options:?}") };
    let stream = TcpStream::connect((place.host.as_str(), place.port)).await.unwrap();
    connect(stream, options, Arc::clone(person) as _, CancellationToken::new()).await
}

#[tokio::test]
async fn a_unix_socket_needs_no_other_protection() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("vnc.sock");
    let vnc = patterned("None", &["-rfbunixpath", path.to_str().unwrap()]).await;
    let person = Arc::new(Person::default());
    let mut with = options(0);
    with.allow_anonymous_plain = false;
    with.place = VncPlace::Socket { path: path.to_str().unwrap().to_owned() };
    let stream = UnixStream::connect(&path).await.unwrap();
    let opening = connect(stream, with, Arc::clone(&person) as _, CancellationToken::new());
    let mut desktop = opening.await.unwrap();
    assert_eq!(agreed(&person).unwrap(), "without a password, over a Unix socket");
    works(&mut desktop, &vnc).await;
}

#[tokio::test]
async fn a_websocket_carries_a_desktop() {
    if !websockify_or_skip("a desktop in a WebSocket") {
        return;
    }
    let vnc = patterned("VncAuth", &[]).await;
    let socket = Websockify::start(vnc.port(), false).await.unwrap();
    let uri = format!("ws://127.0.0.1:{}/websockify", socket.port());
    let person = Arc::new(Person::default());
    let mut desktop = open(at(&uri), &person).await.unwrap();
    assert_eq!(agreed(&person).unwrap(), "VncAuth, not encrypted");
    works(&mut desktop, &vnc).await;
    assert!(person.judged.lock().unwrap().is_empty());
    // It is told that this side goes.
    desktop.cancel.cancel();
    let end = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while !vnc.log().contains("Connections: closed") {
        assert!(tokio::time::Instant::now() < end, "{}", vnc.log());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn path_and_query_are_asked_for_as_they_are_written() {
    if !websockify_or_skip("the query of a WebSocket") {
        return;
    }
    let (one, two) = tokio::join!(patterned("None", &[]), Vnc::builder("VncAuth").start());
    let two = two.unwrap();
    let targets = [("one", one.port()), ("two", two.port())];
    let socket = Websockify::with_tokens(&targets).await.unwrap();
    for (token, security) in
        [("one", "without a password, not encrypted"), ("two", "VncAuth, not encrypted")]
    {
        let uri = format!("ws://127.0.0.1:{}/some/path?a=b&token={token}", socket.port());
        let person = Arc::new(Person::default());
        let with = VncOptions { allow_anonymous_plain: true, ..at(&uri) };
        open(with, &person).await.unwrap();
        assert_eq!(agreed(&person).unwrap(), security);
        assert!(
            socket.log().contains(&format!("/some/path?a=b&token={token}")),
            "{}",
            socket.log()
        );
    }
}

#[tokio::test]
async fn the_certificate_of_a_websocket_is_judged_first() {
    if !websockify_or_skip("a WebSocket over TLS") {
        return;
    }
    let vnc = patterned("None", &[]).await;
    let socket = Websockify::start(vnc.port(), true).await.unwrap();
    let uri = format!("wss://127.0.0.1:{}/websockify", socket.port());
    let person = Arc::new(Person::default());
    let mut desktop = open(at(&uri), &person).await.unwrap();
    assert_eq!(agreed(&person).unwrap(), "without a password, over TLS");
    works(&mut desktop, &vnc).await;
    let judged = person.judged.lock().unwrap().clone();
    assert_eq!((judged.len(), judged[0].port), (1, socket.port()));
    assert_eq!(judged[0].address, "127.0.0.1");
    let pem = std::fs::read_to_string(socket.certificate().unwrap()).unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    assert_eq!(data_encoding::BASE64.encode(&judged[0].chain[0]), body);

    let before = vnc.log();
    let distrusts = Arc::new(Person { distrusts: true, ..Person::default() });
    let refused = open(at(&uri), &distrusts).await.unwrap_err();
    assert_eq!(refused, VncError::CertificateRefused { reason: "Nobody knows it.".to_owned() });
    assert!(agreed(&distrusts).is_none());
    assert_eq!(vnc.log().matches("accepted").count(), before.matches("accepted").count());
}

/// A certificate of the desktop's own inside of that of the web server: both are judged, under different names.
#[tokio::test]
async fn two_certificates_are_two_questions() {
    if !websockify_or_skip("TLS inside of TLS") {
        return;
    }
    let vnc = patterned("X509Vnc", &[]).await;
    let socket = Websockify::start(vnc.port(), true).await.unwrap();
    let uri = format!("wss://127.0.0.1:{}/", socket.port());
    let person = Arc::new(Person::default());
    let mut desktop = open(at(&uri), &person).await.unwrap();
    assert_eq!(agreed(&person).unwrap(), "X509Vnc, TLS 1.3");
    works(&mut desktop, &vnc).await;
    let judged = person.judged.lock().unwrap().clone();
    let names: Vec<_> = judged.iter().map(|check| (check.address.as_str(), check.port)).collect();
    assert_eq!(names, [("127.0.0.1", socket.port()), (uri.as_str(), 0)]);
    assert_ne!(judged[0].chain, judged[1].chain);
}

#[tokio::test]
async fn it_is_said_why_there_is_no_websocket() {
    if !websockify_or_skip("why there is no WebSocket") {
        return;
    }
    let vnc = Vnc::builder("None").start().await.unwrap();
    let told = async |uri: String| {
        let error = open(at(&uri), &Arc::default()).await.unwrap_err();
        let told = error.api_error("lab-01");
        assert!(!told.next_step.is_empty(), "{told:?}");
        told.message
    };
    let port = vnc.port();
    assert_eq!(
        told(format!("ws://127.0.0.1:{port}/")).await,
        "No WebSocket to lab-01: what answers is not a WebSocket server."
    );
    // It hangs up on what is no VNC, in order or not.
    let no_tls = |said: &str| {
        said == "lab-01 closed the connection before there was a WebSocket."
            || said.starts_with("No WebSocket to lab-01: its TLS failed")
    };
    let said = told(format!("wss://127.0.0.1:{port}/")).await;
    assert!(no_tls(&said), "{said}");

    let nowhere = Websockify::start(free_port().unwrap(), false).await.unwrap();
    let said = told(format!("ws://127.0.0.1:{}/", nowhere.port())).await;
    assert_eq!(
        said,
        "lab-01 closed the connection before it greeted (Failed to connect to downstream server)."
    );
    let said = told(format!("wss://127.0.0.1:{}/", nowhere.port())).await;
    assert!(no_tls(&said), "{said}");
    let tokens = Websockify::with_tokens(&[("one", port)]).await.unwrap();
    let said = told(format!("ws://127.0.0.1:{}/?token=two", tokens.port())).await;
    assert!(said.contains("the web server"), "{said}");
}
