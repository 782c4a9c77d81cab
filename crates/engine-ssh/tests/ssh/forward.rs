//! Tunnels through a real sshd.

use crate::person::{LIMIT, Person, eventually, hop, key, target};
use patchbay_engine_ssh::{
    SshError,
    forward::{ForwardLink, Listening, Traffic, forwards, serve_local},
};
use patchbay_model::{CloseReason, ErrorCode, TunnelEnd};
use patchbay_testkit::{KeyPair, Sshd, SshdBuilder, daemon::free_port};
use std::{path::Path, sync::Arc};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixListener, UnixStream},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

struct Machine {
    sshd: Sshd,
    pair: KeyPair,
    dir: tempfile::TempDir,
}

async fn machine_with(change: impl FnOnce(SshdBuilder) -> SshdBuilder) -> Machine {
    let dir = tempfile::tempdir().unwrap();
    let pair = KeyPair::ed25519(dir.path(), "k").unwrap();
    let builder = change(Sshd::builder().authorized_key(&pair.public));
    Machine { sshd: builder.start().await.unwrap(), pair, dir }
}

impl Machine {
    async fn new() -> Self {
        machine_with(|builder| builder).await
    }

    async fn link(&self) -> Arc<ForwardLink> {
        let target = target(&self.sshd, vec![key(&self.pair)]);
        let connecting = forwards(target, Person::new(), CancellationToken::new());
        timeout(LIMIT, connecting).await.unwrap().unwrap()
    }

    fn socket(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }
}

fn port(address: &str, port: u16) -> TunnelEnd {
    TunnelEnd::Port { address: address.into(), port }
}

fn socket(path: &str) -> TunnelEnd {
    TunnelEnd::Socket { path: path.into() }
}

async fn echo(stream: impl AsyncRead + AsyncWrite) {
    let (mut read, mut write) = tokio::io::split(stream);
    let _ = tokio::io::copy(&mut read, &mut write).await;
    let _ = write.shutdown().await;
}

/// Says back what it hears.
async fn echo_at(address: &str) -> u16 {
    let listener = TcpListener::bind((address, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(echo(stream));
        }
    });
    port
}

fn echo_in(path: &str) {
    let listener = UnixListener::bind(path).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(echo(stream));
        }
    });
}

/// Sends it all, half-closes, and compares what comes back up to the end.
pub(crate) async fn carries(
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    bytes: usize,
    seed: u32,
) {
    let sent: Vec<u8> = (0..u32::try_from(bytes).unwrap())
        .map(|n| u8::try_from((n ^ seed).wrapping_mul(2_654_435_761) >> 24).unwrap())
        .collect();
    let (mut read, mut write) = tokio::io::split(stream);
    let copy = sent.clone();
    let writing = tokio::spawn(async move {
        write.write_all(&copy).await.unwrap();
        write.shutdown().await.unwrap();
        write
    });
    let mut back = Vec::new();
    timeout(LIMIT, read.read_to_end(&mut back)).await.unwrap().unwrap();
    assert!(back == sent, "{} of {bytes} bytes came back", back.len());
    writing.await.unwrap();
}

/// A tunnel that is being served.
struct Serving {
    at: Vec<String>,
    traffic: Arc<Traffic>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Serving {
    async fn local(link: &Arc<ForwardLink>, listen: TunnelEnd, to: Option<TunnelEnd>) -> Self {
        let listening = Listening::bind(&listen).await.unwrap();
        let at = listening.shown();
        let (traffic, stop) = (Arc::<Traffic>::default(), CancellationToken::new());
        let (link, counted, stopped) = (link.clone(), traffic.clone(), stop.clone());
        let task = tokio::spawn(async move {
            serve_local(&link, &listening, to.as_ref(), &counted, &stopped).await;
        });
        Self { at, traffic, stop, task }
    }

    async fn remote(link: &Arc<ForwardLink>, listen: TunnelEnd, to: TunnelEnd) -> Self {
        let listening = link.listen_there(&listen).await.unwrap();
        let at = vec![listening.shown.clone()];
        let (traffic, stop) = (Arc::<Traffic>::default(), CancellationToken::new());
        let (link, counted, stopped) = (link.clone(), traffic.clone(), stop.clone());
        let task = tokio::spawn(async move {
            link.serve_remote(listening, &to, &counted, &stopped).await;
        });
        Self { at, traffic, stop, task }
    }

    fn address(&self) -> &str {
        &self.at[0]
    }

    async fn stopped(self) {
        self.stop.cancel();
        timeout(LIMIT, self.task).await.unwrap().unwrap();
        assert_eq!(self.traffic.open(), 0);
    }
}

async fn dial(address: &str) -> TcpStream {
    TcpStream::connect(address).await.unwrap_or_else(|error| panic!("{address}: {error}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn local_ones_between_ports_and_sockets() {
    let machine = Machine::new().await;
    let link = machine.link().await;
    let (v4, v6) = (echo_at("127.0.0.1").await, echo_at("::1").await);
    let far = machine.socket("far");
    echo_in(&far);
    for to in [port("127.0.0.1", v4), port("localhost", v4), port("[::1]", v6), socket(&far)] {
        let tunnel = Serving::local(&link, port("", 0), Some(to)).await;
        // Loopback of both families, and nothing else.
        let addresses: Vec<_> = tunnel.at.iter().map(|at| at.rsplit_once(':').unwrap().0).collect();
        assert_eq!(addresses, ["127.0.0.1", "[::1]"]);
        for (number, at) in (1..).zip(&tunnel.at) {
            carries(dial(at).await, 1_000_000, number).await;
        }
        assert_eq!((tunnel.traffic.total(), tunnel.traffic.refused()), (2, 0));
        assert_eq!((tunnel.traffic.up(), tunnel.traffic.down()), (2_000_000, 2_000_000));
        tunnel.stopped().await;
    }
    let near = machine.socket("near");
    let tunnel = Serving::local(&link, socket(&near), Some(port("127.0.0.1", v4))).await;
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(&near).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    carries(UnixStream::connect(&near).await.unwrap(), 300_000, 7).await;
    tunnel.stopped().await;
    assert!(!Path::new(&near).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn remote_ones_between_ports_and_sockets() {
    let machine = Machine::new().await;
    let link = machine.link().await;
    let (v4, near) = (echo_at("127.0.0.1").await, machine.socket("near"));
    echo_in(&near);
    for to in [port("localhost", v4), socket(&near)] {
        let tunnel = Serving::remote(&link, port("", 0), to).await;
        let at = tunnel.address().to_owned();
        assert!(at.starts_with("localhost:") && at != "localhost:0", "{at}");
        carries(dial(&at).await, 1_000_000, 3).await;
        carries(dial(&at.replace("localhost", "[::1]")).await, 1_000, 4).await;
        tunnel.stopped().await;
        assert!(TcpStream::connect(&at).await.is_err(), "it still listens at {at}");
    }
    let far = machine.socket("far");
    let tunnel = Serving::remote(&link, socket(&far), port("127.0.0.1", v4)).await;
    carries(UnixStream::connect(&far).await.unwrap(), 300_000, 5).await;
    tunnel.stopped().await;
    assert!(UnixStream::connect(&far).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_one_whose_destination_is_gone() {
    let machine = Machine::new().await;
    let link = machine.link().await;
    let nowhere = free_port().unwrap();
    let tunnel = Serving::remote(&link, port("", 0), port("127.0.0.1", nowhere)).await;
    let mut stream = dial(tunnel.address()).await;
    assert_eq!(timeout(LIMIT, stream.read(&mut [0; 1])).await.unwrap().unwrap_or(0), 0);
    eventually("the refusal", || tunnel.traffic.refused() == 1).await;
    let problem = tunnel.traffic.problem().unwrap();
    assert!(problem.contains("nothing listens there"), "{problem}");
    tunnel.stopped().await;
}

async fn socks(at: &str, request: &[u8]) -> (TcpStream, u8) {
    let mut stream = dial(at).await;
    stream.write_all(&[5, 1, 0]).await.unwrap();
    let mut chosen = [0; 2];
    stream.read_exact(&mut chosen).await.unwrap();
    assert_eq!(chosen, [5, 0]);
    stream.write_all(request).await.unwrap();
    let mut reply = [0; 10];
    timeout(LIMIT, stream.read_exact(&mut reply)).await.unwrap().unwrap();
    (stream, reply[1])
}

fn wanted(command: u8, kind: u8, address: &[u8], port: u16) -> Vec<u8> {
    [&[5, command, 0, kind], address, &port.to_be_bytes()].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn dynamic_ones_go_where_they_are_told() {
    let machine = Machine::new().await;
    let link = machine.link().await;
    let tunnel = Serving::local(&link, port("", 0), None).await;
    let (v4, v6) = (echo_at("127.0.0.1").await, echo_at("::1").await);
    let loopback = std::net::Ipv6Addr::LOCALHOST.octets();
    for request in [
        wanted(1, 1, &[127, 0, 0, 1], v4),
        wanted(1, 4, &loopback, v6),
        wanted(1, 3, b"\x09localhost", v4),
    ] {
        let (stream, code) = socks(tunnel.address(), &request).await;
        assert_eq!(code, 0);
        carries(stream, 200_000, 9).await;
    }
    let nowhere = free_port().unwrap();
    for (request, code) in [
        (wanted(1, 1, &[127, 0, 0, 1], nowhere), 5),
        (wanted(2, 1, &[127, 0, 0, 1], v4), 7),
        (wanted(3, 1, &[127, 0, 0, 1], v4), 7),
        (wanted(1, 9, &[127, 0, 0, 1], v4), 8),
    ] {
        assert_eq!(socks(tunnel.address(), &request).await.1, code, "{request:?}");
    }
    // Others hear nothing that would make sense to them.
    for other in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[4, 1, 0, 80, 127, 0, 0, 1, 0]] {
        let mut stream = dial(tunnel.address()).await;
        stream.write_all(other).await.unwrap();
        let mut heard = Vec::new();
        let _reset = timeout(LIMIT, stream.read_to_end(&mut heard)).await.unwrap();
        assert!(heard.is_empty(), "{heard:?}");
    }
    assert_eq!((tunnel.traffic.total(), tunnel.traffic.refused()), (3, 6));
    tunnel.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_connections_at_once() {
    let machine = Machine::new().await;
    let link = machine.link().await;
    let to = echo_at("127.0.0.1").await;
    let tunnel = Serving::local(&link, port("", 0), Some(port("127.0.0.1", to))).await;
    let all = (0..100).map(|number| {
        let at = tunnel.address().to_owned();
        tokio::spawn(async move { carries(dial(&at).await, 100_000, number).await })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    assert_eq!((tunnel.traffic.total(), tunnel.traffic.refused()), (100, 0));
    tunnel.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_connections_than_are_carried() {
    let machine = Machine::new().await;
    let link = machine.link().await;
    let to = echo_at("127.0.0.1").await;
    let tunnel = Serving::local(&link, port("", 0), Some(port("127.0.0.1", to))).await;
    let mut open = Vec::new();
    for _ in 0..256 {
        open.push(dial(tunnel.address()).await);
    }
    eventually("all of them to be open", || tunnel.traffic.open() == 256).await;
    let mut turned_away = dial(tunnel.address()).await;
    assert_eq!(timeout(LIMIT, turned_away.read(&mut [0; 1])).await.unwrap().unwrap_or(0), 0);
    assert_eq!(tunnel.traffic.refused(), 1);
    open.pop();
    eventually("room for another", || tunnel.traffic.open() < 256).await;
    carries(dial(tunnel.address()).await, 1_000, 1).await;
    tunnel.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_half_of_a_connection_ends_by_itself() {
    let machine = Machine::new().await;
    let link = machine.link().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = port("127.0.0.1", listener.local_addr().unwrap().port());
    let tunnel = Serving::local(&link, port("", 0), Some(to)).await;
    // The far end says all it has and goes on listening; then the near end does.
    let mut near = dial(tunnel.address()).await;
    let (mut far, _) = timeout(LIMIT, listener.accept()).await.unwrap().unwrap();
    far.write_all(b"all there is").await.unwrap();
    far.shutdown().await.unwrap();
    let mut heard = String::new();
    timeout(LIMIT, near.read_to_string(&mut heard)).await.unwrap().unwrap();
    assert_eq!(heard, "all there is");
    near.write_all(b"and an answer").await.unwrap();
    near.shutdown().await.unwrap();
    heard.clear();
    timeout(LIMIT, far.read_to_string(&mut heard)).await.unwrap().unwrap();
    assert_eq!(heard, "and an answer");
    eventually("the end of the connection", || tunnel.traffic.open() == 0).await;
    // The far end hangs up altogether: the near end is told, although it has said nothing.
    let mut near = dial(tunnel.address()).await;
    let (far, _) = timeout(LIMIT, listener.accept()).await.unwrap().unwrap();
    drop(far);
    assert_eq!(timeout(LIMIT, near.read(&mut [0; 1])).await.unwrap().unwrap_or(0), 0);
    tunnel.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_is_said_and_what_is_stopped_is_free() {
    let machine = Machine::new().await;
    let link = machine.link().await;
    let to = echo_at("127.0.0.1").await;
    let taken = echo_at("127.0.0.1").await;
    let error = Listening::bind(&port("", taken)).await.unwrap_err();
    assert_eq!(error, SshError::ListenTaken { at: format!("127.0.0.1:{taken}") });
    let said = error.api_error("web-01");
    assert!(said.code == ErrorCode::AddressTaken && said.message.contains("is taken"), "{said:?}");
    let taken = echo_at("::1").await;
    let error = Listening::bind(&port("", taken)).await.unwrap_err();
    assert_eq!(error, SshError::ListenTaken { at: format!("[::1]:{taken}") });

    let path = machine.socket("taken");
    echo_in(&path);
    let error = Listening::bind(&socket(&path)).await.unwrap_err();
    assert_eq!(error, SshError::ListenTaken { at: path.clone() });
    std::fs::write(machine.socket("file"), "mine").unwrap();
    Listening::bind(&socket(&machine.socket("file"))).await.unwrap_err();
    assert_eq!(std::fs::read_to_string(machine.socket("file")).unwrap(), "mine");
    // A socket somebody left behind is in nobody's way.
    drop(std::os::unix::net::UnixListener::bind(machine.socket("left")).unwrap());
    Listening::bind(&socket(&machine.socket("left"))).await.unwrap();

    for bad in ["not an address", "192.0.2.1"] {
        let error = Listening::bind(&port(bad, 0)).await.unwrap_err();
        assert!(matches!(error, SshError::ListenFailed { .. }), "{error:?}");
    }

    let tunnel = Serving::local(&link, port("", 0), Some(port("127.0.0.1", to))).await;
    let at: std::net::SocketAddr = tunnel.address().parse().unwrap();
    let mut open = dial(tunnel.address()).await;
    open.write_all(b"x").await.unwrap();
    open.read_exact(&mut [0; 1]).await.unwrap();
    tunnel.stopped().await;
    assert_eq!(timeout(LIMIT, open.read(&mut [0; 1])).await.unwrap().unwrap_or(0), 0);
    Listening::bind(&port("", at.port())).await.unwrap();

    // The same place of the machine twice, and one that is taken there.
    let tunnel = Serving::remote(&link, port("", 0), port("127.0.0.1", to)).await;
    let again: u16 = tunnel.address().rsplit_once(':').unwrap().1.parse().unwrap();
    let error = link.listen_there(&port("", again)).await.unwrap_err();
    assert!(matches!(error, SshError::ListenTaken { .. }), "{error:?}");
    let _both = TcpListener::bind(("127.0.0.1", taken)).await.unwrap();
    let error = link.listen_there(&port("", taken)).await.unwrap_err();
    assert!(matches!(error, SshError::RemoteListenRefused { .. }), "{error:?}");
    tunnel.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_forbids_it() {
    let machine =
        machine_with(|builder| builder.forwarding(false).option("AllowStreamLocalForwarding no"))
            .await;
    let link = machine.link().await;
    let to = echo_at("127.0.0.1").await;
    for (number, to) in [port("127.0.0.1", to), socket("/nowhere")].into_iter().enumerate() {
        let tunnel = Serving::local(&link, port("", 0), Some(to)).await;
        let mut stream = dial(tunnel.address()).await;
        assert_eq!(timeout(LIMIT, stream.read(&mut [0; 1])).await.unwrap().unwrap_or(0), 0);
        eventually("the refusal", || tunnel.traffic.refused() == 1).await;
        let problem = tunnel.traffic.problem().unwrap();
        assert!(problem.starts_with("web-01 did not connect to"), "{number}: {problem}");
        tunnel.stopped().await;
    }
    let dynamic = Serving::local(&link, port("", 0), None).await;
    assert_eq!(socks(dynamic.address(), &wanted(1, 1, &[127, 0, 0, 1], to)).await.1, 2);
    dynamic.stopped().await;
    for at in [port("", 0), socket(&machine.socket("x"))] {
        let error = link.listen_there(&at).await.unwrap_err();
        assert!(matches!(error, SshError::RemoteListenRefused { .. }), "{error:?}");
        let said = error.api_error("web-01");
        assert!(said.message.starts_with("web-01 would not listen at"), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_wait_while_the_machine_is_away() {
    let mut machine = Machine::new().await;
    let to = port("127.0.0.1", echo_at("127.0.0.1").await);
    let listening = Arc::new(Listening::bind(&port("", 0)).await.unwrap());
    let traffic = Arc::<Traffic>::default();
    let serve = |link: Arc<ForwardLink>, stop: CancellationToken| {
        let (listening, traffic, to) = (listening.clone(), traffic.clone(), to.clone());
        tokio::spawn(async move {
            serve_local(&link, &listening, Some(&to), &traffic, &stop).await;
        })
    };
    let (link, stop) = (machine.link().await, CancellationToken::new());
    let serving = serve(link.clone(), stop.clone());
    let mut open = dial(&listening.shown()[0]).await;
    open.write_all(b"x").await.unwrap();
    open.read_exact(&mut [0; 1]).await.unwrap();
    machine.sshd.stop();
    let never = CancellationToken::new();
    let reason = timeout(LIMIT, link.hold(&never, |_| ())).await.unwrap();
    let CloseReason::Failed { error } = reason else { panic!("{reason:?}") };
    assert_eq!(error.code, ErrorCode::Disconnected);
    assert_eq!(timeout(LIMIT, open.read(&mut [0; 1])).await.unwrap().unwrap_or(0), 0);
    stop.cancel();
    serving.await.unwrap();
    let waiting = dial(&listening.shown()[0]).await;
    machine.sshd.start_again().await.unwrap();
    let serving = serve(machine.link().await, never.clone());
    carries(waiting, 10_000, 1).await;
    never.cancel();
    serving.await.unwrap();
}

/// Sends for as long as anybody takes it.
async fn flood() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let piece = vec![b'f'; 64 * 1024];
                while stream.write_all(&piece).await.is_ok() {}
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_takes_nothing_holds_up_no_other_for_long() {
    let machine = Machine::new().await;
    let link = machine.link().await;
    let to = port("127.0.0.1", flood().await);
    let flooded = Serving::local(&link, port("", 0), Some(to)).await;
    let to = port("127.0.0.1", echo_at("127.0.0.1").await);
    let other = Serving::local(&link, port("", 0), Some(to)).await;
    let stuck = dial(flooded.address()).await;
    // It gets some megabytes ahead, and another works beside it.
    eventually("a few megabytes", || flooded.traffic.down() > 2_000_000).await;
    carries(dial(other.address()).await, 100_000, 1).await;
    // Once it is far behind for good it is ended, so that the others go on.
    let mut beside = dial(other.address()).await;
    let ended = async {
        while flooded.traffic.open() > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    timeout(LIMIT, ended).await.unwrap();
    assert!(flooded.traffic.problem().unwrap().contains("took nothing"));
    assert!(flooded.traffic.down() < 16 * 1024 * 1024, "{}", flooded.traffic.down());
    beside.write_all(b"x").await.unwrap();
    timeout(LIMIT, beside.read_exact(&mut [0; 1])).await.unwrap().unwrap();
    drop(stuck);
    flooded.stopped().await;
    other.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn through_a_jump_host() {
    let (jump, machine) = (Machine::new().await, Machine::new().await);
    let mut target = target(&jump.sshd, vec![key(&jump.pair)]);
    target.hops.push(hop(&machine.sshd, vec![key(&machine.pair)]));
    let link = forwards(target, Person::new(), CancellationToken::new()).await.unwrap();
    let to = port("127.0.0.1", echo_at("127.0.0.1").await);
    let tunnel = Serving::local(&link, port("", 0), Some(to)).await;
    carries(dial(tunnel.address()).await, 2_000_000, 1).await;
    tunnel.stopped().await;
    link.close().await;
}
