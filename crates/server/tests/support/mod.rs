#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]
//! A real server over loopback, with services that do what a test says, and a client that says exactly what it is told.

pub(crate) mod desktop;

use axum::Router;
use axum::routing::get;
use futures_util::future::BoxFuture;
use patchbay_core::sessions::SessionHandle;
use patchbay_model::{AccountId, ApiError, AppEvent, ErrorCode, SessionId, SignInId, TokenId};
use patchbay_server::http::Limits;
use patchbay_server::net::{Certificate, Timing};
use patchbay_server::options::Arguments;
use patchbay_server::start::Done;
use patchbay_server::{
    Answer, Caller, Gauge, Parts, Peer, Program, Proof, Service, Settings, StartError, Started,
    Stream, Watch,
};
use patchbay_session::{Output, TerminalInput};
use patchbay_team::permission::Permissions;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, broadcast, mpsc};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::sync::CancellationToken;

/// Services that do what a test says.
pub(crate) struct Double {
    pub(crate) account: AccountId,
    pub(crate) events: broadcast::Sender<AppEvent>,
    pub(crate) end: CancellationToken,
    pub(crate) output: Arc<Output>,
    pub(crate) input: mpsc::Sender<TerminalInput>,
    pub(crate) told: tokio::sync::Mutex<mpsc::Receiver<TerminalInput>>,
    pub(crate) down: AtomicBool,
    /// Somebody waits in the command `wait`.
    pub(crate) waiting: Notify,
    /// Lets them go.
    pub(crate) go: Notify,
    pub(crate) callers: Mutex<Vec<Caller>>,
}

fn no(code: ErrorCode, message: &str) -> ApiError {
    ApiError::new(code, message)
}

impl Service for Double {
    fn authenticate<'a>(&'a self, bearer: &'a str, _: IpAddr) -> Answer<'a, (AccountId, Proof)> {
        Box::pin(async move {
            match bearer {
                _ if self.down.load(Ordering::Relaxed) => {
                    Err(no(ErrorCode::Storage, "The database does not answer.").retry())
                }
                "pbs_good" => Ok((self.account, Proof::SignIn(SignInId::new()))),
                "pbt_operator" | "pbt_script" => {
                    Ok((self.account, Proof::Token(TokenId::new(), Permissions::ALL)))
                }
                _ => {
                    Err(no(ErrorCode::AuthFailed, "The token is not good.").next("Sign in again."))
                }
            }
        })
    }

    fn rpc<'a>(
        &'a self,
        caller: &'a Caller,
        command: &'a str,
        args: &'a str,
    ) -> Answer<'a, String> {
        self.callers.lock().unwrap().push(*caller);
        Box::pin(async move {
            match command {
                "echo" => Ok(args.to_owned()),
                "machine" => Err(no(ErrorCode::AuthFailed, "web refused the password.")),
                "field" => Err(no(ErrorCode::Invalid, "A name is needed.").on("name")),
                "panic" => panic!("{args}"),
                "wait" => {
                    self.waiting.notify_one();
                    self.go.notified().await;
                    self.waiting.notify_one();
                    Ok("\"done\"".to_owned())
                }
                _ => Err(no(ErrorCode::NotFound, "There is no such command.")),
            }
        })
    }

    fn events<'a>(&'a self, _: &'a Caller) -> Answer<'a, Watch> {
        let watch = Watch { events: self.events.subscribe(), end: self.end.clone() };
        Box::pin(std::future::ready(Ok(watch)))
    }

    fn redeem(&self, token: &str, caller: Option<&Caller>, origin: Option<&str>) -> Option<Stream> {
        let bound = caller.is_some() || origin.is_none();
        (token == "one" && bound).then(|| Stream {
            session: SessionHandle {
                id: SessionId::new(),
                output: Arc::clone(&self.output),
                input: self.input.clone(),
                desktop: None,
                files: None,
                tunnels: None,
            },
            viewing: Arc::new(patchbay_stream::Alone),
            end: self.end.clone(),
        })
    }

    fn ready(&self) -> Answer<'_, ()> {
        let down = self.down.load(Ordering::Relaxed);
        let failed = no(ErrorCode::Storage, "postgres://u:hush@h does not answer.");
        Box::pin(async move { if down { Err(failed) } else { Ok(()) } })
    }

    fn operator(&self, caller: &Caller) -> bool {
        matches!(caller.proof, Proof::Token(..))
    }

    fn gauges(&self) -> Vec<Gauge> {
        vec![Gauge { name: "sessions", help: "Sessions.", value: 1.0 }]
    }
}

struct Doubles(Arc<Double>);

fn never<'a>() -> Done<'a> {
    Box::pin(async { unreachable!("no test does that") })
}

impl Program for Doubles {
    fn open<'a>(
        &'a self,
        _: &'a Settings,
        _: &'a Arc<Certificate>,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Parts, StartError>> {
        let api = Router::new()
            .route("/api/v1/here", get(async |peer: Peer| peer.address.to_string()))
            .route("/api/v1/me", get(async |caller: Caller| caller.account.to_string()));
        let parts = Parts {
            service: Arc::clone(&self.0) as Arc<dyn Service>,
            api,
            says: Vec::new(),
            end: Box::pin(async {}),
        };
        Box::pin(async { Ok(parts) })
    }

    fn backup<'a>(&'a self, _: &'a Settings, _: &'a Path) -> Done<'a> {
        never()
    }

    fn restore<'a>(&'a self, _: &'a Settings, _: &'a Path) -> Done<'a> {
        never()
    }

    fn verify<'a>(&'a self, _: &'a Settings, _: Option<&'a Path>) -> Done<'a> {
        never()
    }

    fn rotate_master_key<'a>(&'a self, _: &'a Settings, _: &'a Path) -> Done<'a> {
        never()
    }

    fn setup_link<'a>(&'a self, _: &'a Settings, _: &'a str) -> Done<'a> {
        never()
    }
}

/// A server that serves until it is dropped.
pub(crate) struct Fixture {
    pub(crate) started: Started,
    pub(crate) address: SocketAddr,
    pub(crate) double: Arc<Double>,
    pub(crate) folder: tempfile::TempDir,
    roots: Arc<RootCertStore>,
}

/// The whole server, with nothing in place of what is behind the outside.
pub(crate) async fn serve_team(more: &[&str]) -> Fixture {
    serve_program(
        &patchbay_server::TeamServer,
        double().0,
        more,
        Timing::default(),
        Limits::default(),
    )
    .await
}

pub(crate) async fn serve() -> Fixture {
    serve_with(&[], Timing::default(), Limits::default()).await
}

pub(crate) async fn serve_with(more: &[&str], timing: Timing, limits: Limits) -> Fixture {
    let (double, program) = double();
    serve_program(&program, double, more, timing, limits).await
}

fn double() -> (Arc<Double>, Doubles) {
    let (input, told) = mpsc::channel(64);
    let double = Arc::new(Double {
        account: AccountId::new(),
        events: broadcast::Sender::new(16),
        end: CancellationToken::new(),
        output: Output::new(patchbay_session::CAPACITY),
        input,
        told: told.into(),
        down: AtomicBool::default(),
        waiting: Notify::new(),
        go: Notify::new(),
        callers: Mutex::default(),
    });
    (Arc::clone(&double), Doubles(double))
}

async fn serve_program(
    program: &impl Program,
    double: Arc<Double>,
    more: &[&str],
    timing: Timing,
    limits: Limits,
) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    serve_in(folder, "127.0.0.1:0", program, double, more, timing, limits).await.unwrap()
}

/// The whole server once more, on the data and at the address of one that has ended.
pub(crate) async fn serve_again(ended: Fixture) -> Fixture {
    let Fixture { mut started, address, mut folder, .. } = ended;
    started.drain.cancel();
    started.ended().await;
    loop {
        let (program, listen) = (&patchbay_server::TeamServer, address.to_string());
        let (timing, limits) = (Timing::default(), Limits::default());
        let more = ["--allow-destination", "127.0.0.0/8"];
        let begun = serve_in(folder, &listen, program, double().0, &more, timing, limits).await;
        match begun {
            Ok(fixture) => return fixture,
            // The database and the port are let go of once the last task has ended.
            Err((back, _)) => folder = back,
        }
        patchbay_testkit::moment().await;
    }
}

async fn serve_in(
    folder: tempfile::TempDir,
    listen: &str,
    program: &impl Program,
    double: Arc<Double>,
    more: &[&str],
    timing: Timing,
    limits: Limits,
) -> Result<Fixture, (tempfile::TempDir, StartError)> {
    use clap::Parser as _;
    let ui = folder.path().join("ui");
    std::fs::create_dir_all(ui.join("assets")).unwrap();
    std::fs::write(ui.join("index.html"), "<!doctype html><title>Patchbay</title>").unwrap();
    std::fs::write(ui.join("assets/index-Bzwz.js"), "let a = 1;\n".repeat(500)).unwrap();
    let data = folder.path().to_str().unwrap();
    let line = ["patchbay-server", "--data", data, "--listen", listen];
    let line = line.into_iter().chain(["--ui", ui.to_str().unwrap()]).chain(more.iter().copied());
    let options = Arguments::try_parse_from(line).unwrap().options;
    let settings = Settings::new(options, None, None).unwrap();
    let started = match patchbay_server::start(program, &settings, timing, limits).await {
        Ok(started) => started,
        Err(error) => return Err((folder, error)),
    };
    let mut roots = RootCertStore::empty();
    let own = folder.path().join("certificate.pem");
    roots.add(CertificateDer::from_pem_file(own).unwrap()).unwrap();
    let address = started.addresses[0];
    Ok(Fixture { started, address, double, folder, roots: Arc::new(roots) })
}

pub(crate) type Secured = TlsStream<TcpStream>;

impl Fixture {
    pub(crate) async fn tls(
        &self,
        versions: &[&'static rustls::SupportedProtocolVersion],
        alpn: &[&str],
    ) -> Secured {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(Arc::clone(&self.roots))
            .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        let tcp = TcpStream::connect(self.address).await.unwrap();
        let name = ServerName::from(self.address.ip());
        TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap()
    }

    pub(crate) async fn connect(&self) -> Secured {
        self.tls(rustls::ALL_VERSIONS, &["http/1.1"]).await
    }

    /// What the server says to exactly these bytes, until it hangs up.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> Reply {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        Reply::read(&mut stream).await
    }

    /// A request with a `Host` unless there is one among the headers (an empty one is left out).
    pub(crate) async fn ask(&self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        self.raw(&self.request(line, headers, body)).await
    }

    pub(crate) fn request(&self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
        let mut text = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            text += &format!("Host: {}\r\n", self.address);
        }
        if !body.is_empty() {
            text += &format!("Content-Length: {}\r\n", body.len());
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            text += &format!("{name}: {value}\r\n");
        }
        [text.as_bytes(), b"\r\n", body].concat()
    }

    pub(crate) async fn rpc(&self, command: &str, args: &str) -> Reply {
        let headers = [("Authorization", "Bearer pbs_good"), ("Content-Type", "application/json")];
        self.ask(&format!("POST /api/rpc/{command}"), &headers, args.as_bytes()).await
    }

    pub(crate) fn origin(&self) -> String {
        format!("https://{}", self.address)
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) async fn read(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Self {
        let mut all = Vec::new();
        let reading = async {
            let mut part = [0; 4096];
            // A connection that is cut off counts as ended; what came counts.
            while let Ok(some @ 1..) = stream.read(&mut part).await {
                all.extend_from_slice(&part[..some]);
            }
        };
        tokio::time::timeout(Duration::from_secs(30), reading).await.expect("no end");
        Self::parse(&all)
    }

    pub(crate) fn parse(all: &[u8]) -> Self {
        let end = all.windows(4).position(|four| four == b"\r\n\r\n");
        let Some(end) = end else {
            return Self { status: 0, headers: HashMap::new(), body: all.to_vec() };
        };
        let head = String::from_utf8_lossy(&all[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
        Self { status, headers: headers.collect(), body: all[end + 4..].to_vec() }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The code of an error, after looking at all that every error has.
    #[track_caller]
    pub(crate) fn error(&self) -> (u16, String) {
        let json: serde_json::Value = serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text()));
        assert_eq!(json["requestId"].as_str(), Some(self.header("x-request-id")), "{json}");
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.header("cache-control"), "no-store");
        let error = &json["error"];
        assert!(!error["message"].as_str().unwrap().is_empty());
        assert!(error["nextStep"].is_string() && error["retryable"].is_boolean(), "{json}");
        (self.status, error["code"].as_str().unwrap().to_owned())
    }
}

/// Somebody at the server, with all that ever came back to them.
pub(crate) struct Person<'a> {
    pub(crate) server: &'a Fixture,
    pub(crate) token: String,
    pub(crate) received: Vec<u8>,
}

impl Person<'_> {
    pub(crate) async fn ask(&mut self, line: &str, body: Value) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let reply = self.server.ask(line, &headers, &body).await;
        self.received.extend(&reply.body);
        reply
    }

    /// What comes of it, which has to go well.
    pub(crate) async fn get(&mut self, line: &str, body: Value) -> Value {
        let reply = self.ask(line, body).await;
        assert!(reply.status < 300, "{line}: {} {}", reply.status, reply.text());
        serde_json::from_slice(&reply.body).unwrap_or_default()
    }

    pub(crate) async fn rpc(&mut self, command: &str, args: Value) -> Value {
        self.get(&format!("POST /api/rpc/{command}"), args).await
    }
}

/// Somebody who comes in by this route.
pub(crate) async fn open<'a>(server: &'a Fixture, route: &str, body: Value) -> Person<'a> {
    let mut person = Person { server, token: "none".to_owned(), received: Vec::new() };
    let answer = person.get(&format!("POST /api/v1/{route}"), body).await;
    person.token = answer["token"].as_str().unwrap().to_owned();
    person
}
