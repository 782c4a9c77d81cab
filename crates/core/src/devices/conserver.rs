//! Consoles that a conserver keeps: who is there, and opening them.
//!
//! The server is a machine of the tree, and its certificate is judged as any other. Its keepers of consoles listen at other ports of
//! the same address and have to show the same certificate. Deliberately absent: the protocol (`patchbay-engine-line`), and
//! consoles that another server of its group keeps.

use super::{
    Devices,
    reach::{Asked, Login, Trouble, Way},
};
use crate::{Authorized, Core, CoreError, Right};
use patchbay_device_proxmox::Bidirectional;
use patchbay_engine_line::conserver::{ConserverError, Info, PORT, Place, Talk};
use patchbay_model::{ApiError, ErrorCode, IdentityId, ManagementWay};
use patchbay_session::Terminal;
use std::{sync::Weak, time::Duration};
use tokio::{net::TcpStream, time::timeout};
use tokio_util::sync::CancellationToken;

/// How long a connection and its handshake are waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// What it takes to open a console, anew each time.
pub(super) struct SharedConsole {
    core: Weak<Core>,
    way: Way,
    force: bool,
}

/// A conserver, and the console that is meant.
struct Server {
    /// The server as a machine, with this way to it.
    way: Way,
    host: String,
    port: u16,
    encrypted: bool,
    identity: Option<IdentityId>,
    /// What the console is called there.
    console: String,
}

type Stream = Box<dyn Bidirectional>;

impl SharedConsole {
    /// Opens it.
    pub(super) async fn open(self, cancel: CancellationToken) -> Result<Terminal, ApiError> {
        let ended = || ApiError::new(ErrorCode::Cancelled, "Patchbay ends.");
        let core = self.core.upgrade().ok_or_else(ended)?;
        let devices = core.devices();
        let opening = async {
            let server = devices.conserver(&self.way)?;
            let keeper = devices.keeper(&server).await?;
            let attached = keeper.attach(&server.console, self.force).await;
            let attached = attached.map_err(|error| server.told(&error))?;
            Ok::<_, Trouble>(attached.terminal(self.way.machine(), cancel))
        };
        opening.await.map_err(|trouble| CoreError::from(trouble).into())
    }
}

impl Server {
    fn told(&self, error: &ConserverError) -> Trouble {
        Trouble::Error(error.api_error(self.way.machine()))
    }

    fn failed(&self, code: ErrorCode, why: &str) -> Trouble {
        let message = format!(
            "The console server {} does not answer at {}, port {}: {why}.",
            self.way.machine(),
            self.host,
            self.port
        );
        let next = "Check its address, and that conserver runs there.";
        Trouble::Error(ApiError::new(code, message).next(next).retry())
    }
}

impl Devices<'_> {
    /// Who is at a console.
    pub(super) async fn conserver_status(&self, way: &Way) -> Result<Asked, Trouble> {
        let info = self.conserver_info(way).await?;
        let mut about = format!("console {}: {}", info.name, if info.up { "up" } else { "down" });
        match &info.writer {
            Some(who) => about.push_str(&format!(", {who} has it")),
            None if !info.writable => about.push_str(", nobody may type"),
            None => about.push_str(", nobody has it"),
        }
        match info.watchers {
            0 => {}
            1 => about.push_str(", 1 looks on"),
            more => about.push_str(&format!(", {more} look on")),
        }
        Ok(Asked { about, ..Asked::default() })
    }

    /// What a conserver says of a console; nobody is attached by that.
    pub(super) async fn conserver_info(&self, way: &Way) -> Result<Info, Trouble> {
        let server = self.conserver(way)?;
        let mut keeper = self.keeper(&server).await?;
        keeper.info(&server.console).await.map_err(|error| server.told(&error))
    }

    /// What it takes to open a console; whoever types there goes on unless `force` says otherwise.
    pub(super) fn shared_console(
        &self,
        way: &Way,
        force: bool,
    ) -> Result<SharedConsole, CoreError> {
        self.conserver(way)?;
        Ok(SharedConsole { core: self.0.weak(), way: way.clone(), force })
    }

    /// The machine that is the conserver of a way, as a way of its own, and its port.
    pub(super) fn conserver_of(&self, way: &Way) -> Result<(Way, u16), CoreError> {
        let server = self.conserver(way)?;
        Ok((server.way, server.port))
    }

    fn conserver(&self, way: &Way) -> Result<Server, CoreError> {
        let ManagementWay::Conserver { server, console, port, identity, plain } =
            &way.management.way
        else {
            return Err(CoreError::NotFound("console"));
        };
        self.0.tree().require(*server)?;
        self.0.may_node(*server, Right::Use)?;
        let at = self.machine_as_way(&Authorized::new(*server, Right::Use), &way.management)?;
        let console = if console.is_empty() { way.machine() } else { console.as_str() };
        Ok(Server {
            host: at.address()?.to_owned(),
            way: at,
            port: port.unwrap_or(PORT),
            encrypted: !plain,
            identity: *identity,
            console: console.to_owned(),
        })
    }

    /// Whoever keeps the console, signed in.
    async fn keeper(&self, server: &Server) -> Result<Talk<Stream>, Trouble> {
        let login = self.required_login(&server.way, server.identity).await?;
        let pinned = match server.encrypted {
            true => Some(self.pinned(&server.way, &server.host, server.port).await?),
            false => None,
        };
        let mut master =
            self.enter_conserver(server, server.port, &login, pinned.as_deref()).await?;
        let place = master.find(&server.console).await.map_err(|error| server.told(&error))?;
        match place {
            Place::Port(port) => {
                self.enter_conserver(server, port, &login, pinned.as_deref()).await
            }
            Place::Server(other) => {
                let message = format!(
                    "The console {} is not at {}: the console server {other} keeps it.",
                    server.console,
                    server.way.machine()
                );
                let next = "Edit the machine and choose that server.";
                Err(Trouble::Error(ApiError::new(ErrorCode::NotFound, message).next(next)))
            }
        }
    }

    async fn enter_conserver(
        &self,
        server: &Server,
        port: u16,
        login: &Login,
        pinned: Option<&str>,
    ) -> Result<Talk<Stream>, Trouble> {
        let told = |error: ConserverError| server.told(&error);
        let address = self.resolve(&server.host, port).await?;
        let slow = || server.failed(ErrorCode::TimedOut, "nothing came in time");
        let tcp = timeout(PATIENCE, TcpStream::connect(address)).await.map_err(|_| slow())?;
        let tcp = tcp.map_err(|error| server.failed(ErrorCode::Unreachable, &error.to_string()))?;
        let mut talk = match pinned {
            None => Talk::<Stream>::begin(Box::new(tcp)).await.map_err(told)?,
            Some(pinned) => {
                let tcp = Talk::begin(tcp).await.map_err(told)?.secure().await.map_err(told)?;
                let securing = timeout(PATIENCE, patchbay_tls::connect(tcp, &server.host)).await;
                let secured = securing
                    .map_err(|_| slow())?
                    .map_err(|_| told(ConserverError::NoEncryption))?;
                let shown = secured.chain.first().map(|der| patchbay_tls::fingerprint(der));
                if shown.as_deref() != Some(pinned) {
                    return Err(self.question(&server.way, &server.host, server.port).await?);
                }
                Talk::<Stream>::resume(Box::new(secured.stream))
            }
        };
        talk.sign_in(&login.user, &login.password).await.map_err(told)?;
        Ok(talk)
    }
}
