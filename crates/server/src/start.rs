//! From the command line to a server that serves, and to its end.

use crate::http::metrics::Metrics;
use crate::http::{Door, Limits, Proxies, routes};
use crate::net::{Bound, Certificate, CertificateError, Permits, Timing};
use crate::options::{Arguments, CertificateSource, Command, MASTER_KEY, OptionsError, Settings};
use crate::service::Service;
use crate::ui::Files;
use axum::Router;
use clap::Parser as _;
use futures_util::future::BoxFuture;
use patchbay_model::{ApiError, Secret};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use std::{env, io};
use thiserror::Error;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long the services may take to put everything away.
const FOR_SERVICES: Duration = Duration::from_secs(2);
/// Descriptors that are left for files, the database and machines.
#[cfg(unix)]
const OTHER_DESCRIPTORS: usize = 256;

/// What is behind the outside: who may do what, the data, and the API that is written beside the routes of this crate.
pub trait Program {
    /// Opens the data and makes the services. `url` is how people reach the server.
    fn open<'a>(
        &'a self,
        settings: &'a Settings,
        certificate: &'a Arc<Certificate>,
        url: &'a str,
    ) -> BoxFuture<'a, Result<Parts, StartError>>;

    /// Writes all data to a new file. The answer is printed, as those of all below are.
    fn backup<'a>(&'a self, settings: &'a Settings, to: &'a Path) -> Done<'a>;

    /// Puts a backup in the place of an empty database.
    fn restore<'a>(&'a self, settings: &'a Settings, from: &'a Path) -> Done<'a>;

    /// Checks the audit log, against a head that was exported if one is given.
    fn verify<'a>(&'a self, settings: &'a Settings, head: Option<&'a Path>) -> Done<'a>;

    /// Wraps the data keys with the master key in this file.
    fn rotate_master_key<'a>(&'a self, settings: &'a Settings, new: &'a Path) -> Done<'a>;

    /// A new link that sets the server up.
    fn setup_link<'a>(&'a self, settings: &'a Settings, url: &'a str) -> Done<'a>;
}

/// What is said when it is done.
pub type Done<'a> = BoxFuture<'a, Result<String, StartError>>;

/// What a [`Program`] is made of while it serves.
pub struct Parts {
    /// The services.
    pub service: Arc<dyn Service>,
    /// Routes beside those of this crate.
    pub api: Router,
    /// Lines to be printed once the server can be reached: the link that sets it up.
    pub says: Vec<String>,
    /// Puts everything away, after the last connection has ended.
    pub end: BoxFuture<'static, ()>,
}

/// Why the server does not start. Each says what to do.
#[derive(Debug, Error)]
pub enum StartError {
    /// The command line.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// An address is not to be had.
    #[error(
        "{address} cannot be listened on: {error}. Give another with --listen ADDRESS:PORT, or end what uses it."
    )]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// A folder cannot be used.
    #[error("{path} cannot be used: {error}. Give another with {option}.", path = path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
        /// Where it comes from.
        option: &'static str,
    },
    /// The system has no more to give.
    #[error("The system refused to start the server: {0}.")]
    System(io::Error),
    /// The services.
    #[error("{0}")]
    Service(ApiError),
}

impl From<ApiError> for StartError {
    fn from(error: ApiError) -> Self {
        Self::Service(error)
    }
}

/// The whole program: reads the command line, does what it says, and returns how it ended.
pub fn run(program: &impl Program) -> ExitCode {
    let Arguments { options, command } = Arguments::parse();
    crate::log::start(options.log);
    let master_key = env::var(MASTER_KEY).ok().map(Secret::new);
    let done = Settings::new(options, host_name(), master_key)
        .map_err(StartError::from)
        .and_then(|settings| begin(program, &settings, command));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("patchbay-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn begin(
    program: &impl Program,
    settings: &Settings,
    command: Option<Command>,
) -> Result<(), StartError> {
    settings.make_folder().map_err(|error| StartError::Folder {
        path: settings.data.clone().unwrap_or_default(),
        error,
        option: "--data",
    })?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(StartError::System)?;
    let done = runtime.block_on(async {
        match command {
            None => serve(program, settings).await,
            Some(command) => {
                let said = once(program, settings, command).await?;
                say(&said);
                Ok(())
            }
        }
    });
    // Whatever is still at work had its time.
    runtime.shutdown_background();
    done
}

async fn once(
    program: &impl Program,
    settings: &Settings,
    command: Command,
) -> Result<String, StartError> {
    match command {
        Command::Backup { file } => program.backup(settings, &file).await,
        Command::Restore { file } => program.restore(settings, &file).await,
        Command::Verify { head } => program.verify(settings, head.as_deref()).await,
        Command::RotateMasterKey { new } => program.rotate_master_key(settings, &new).await,
        Command::SetupLink => program.setup_link(settings, &settings.url(&settings.listen)).await,
    }
}

async fn serve(program: &impl Program, settings: &Settings) -> Result<(), StartError> {
    let mut started = start(program, settings, Timing::default(), Limits::default()).await?;
    for line in started.says.drain(..) {
        say(&line);
    }
    told_to_end().await;
    tracing::info!("told to end: no new work is taken");
    started.drain.cancel();
    tokio::select! {
        () = started.ended() => tracing::info!("ended"),
        () = told_to_end() => tracing::warn!("told to end again: ended at once"),
    }
    Ok(())
}

/// A server that serves.
pub struct Started {
    /// Where.
    pub addresses: Vec<SocketAddr>,
    /// The fingerprint of its certificate.
    pub fingerprint: String,
    /// What is to be printed.
    pub says: Vec<String>,
    /// To be cancelled when it is to end.
    pub drain: CancellationToken,
    serving: JoinHandle<()>,
}

impl Started {
    /// Returns once everything has ended.
    pub async fn ended(&mut self) {
        if let Err(error) = (&mut self.serving).await {
            tracing::error!(%error, "the end was not as it should be");
        }
    }
}

/// Starts serving; what is served ends with the runtime, or in good order once [`Started::drain`] is cancelled.
///
/// # Errors
/// If it cannot be started; each error says what to do.
pub async fn start(
    program: &impl Program,
    settings: &Settings,
    timing: Timing,
    limits: Limits,
) -> Result<Started, StartError> {
    let certificate = Arc::new(match &settings.certificate {
        CertificateSource::Own(folder) => Certificate::own(folder, &settings.names)?,
        CertificateSource::Files { certificate, key } => Certificate::files(certificate, key)?,
    });
    let files = match &settings.ui {
        None => Files::embedded(),
        Some(folder) => Files::folder(folder).map_err(|error| StartError::Folder {
            path: folder.clone(),
            error,
            option: "--ui",
        })?,
    };
    let bound = Bound::bind(&settings.listen).await;
    let bound = bound.map_err(|(address, error)| StartError::Listen { address, error })?;
    let addresses = bound.addresses();
    let url = settings.url(&addresses);
    let Parts { service, api, says, end } = program.open(settings, &certificate, &url).await?;
    let fingerprint = certificate.fingerprint();
    let says = introduction(&url, &certificate, &files).into_iter().chain(says).collect();
    let drain = CancellationToken::new();
    let metrics = Metrics::default();
    let in_all = settings.connections.min(descriptors());
    let permits = Permits::new(in_all, settings.connections_per_address, &metrics.connections);
    let door = Arc::new(Door {
        service,
        metrics,
        drain: drain.clone(),
        names: settings.names.clone(),
        limits,
        proxies: Proxies(settings.proxies.clone()),
        files,
    });
    let app = routes(&door, api);
    let serving = tokio::spawn(async move {
        bound.serve(door, app, certificate, permits, timing).await;
        if tokio::time::timeout(FOR_SERVICES, end).await.is_err() {
            tracing::warn!("the services did not end in time");
        }
    });
    Ok(Started { addresses, fingerprint, says, drain, serving })
}

fn introduction(url: &str, certificate: &Certificate, files: &Files) -> Vec<String> {
    let mut says = vec![format!("Patchbay serves at {url}")];
    let whose = if certificate.is_own() { "its own certificate" } else { "the certificate" };
    says.push(format!("The fingerprint of {whose} is {}", certificate.fingerprint()));
    if files.is_empty() {
        says.push(
            "This build has no pages for browsers: give a folder with them by --ui DIR.".to_owned(),
        );
    }
    says
}

#[expect(clippy::print_stdout, reason = "what the person at the terminal is to read")]
fn say(line: &str) {
    println!("{line}");
}

/// How many connections the system lets this process have, after asking for all that may be asked for.
#[cfg(unix)]
fn descriptors() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, wanted) {
        tracing::debug!(%error, "the number of open files stays as it is");
    }
    let files = getrlimit(Resource::Nofile).current.and_then(|files| usize::try_from(files).ok());
    files.map_or(usize::MAX, |files| files.saturating_sub(OTHER_DESCRIPTORS).max(1))
}

#[cfg(not(unix))]
const fn descriptors() -> usize {
    usize::MAX
}

#[cfg(not(unix))]
fn host_name() -> Option<String> {
    env::var("COMPUTERNAME").ok()
}

#[cfg(unix)]
fn host_name() -> Option<String> {
    rustix::system::uname().nodename().to_str().ok().map(str::to_owned)
}

/// Returns when the process is asked to end.
#[cfg(not(unix))]
async fn told_to_end() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(%error, "signals will end the server at once");
        std::future::pending().await
    }
}

/// Returns when the process is asked to end.
#[cfg(unix)]
async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = signal(SignalKind::terminate())
        .and_then(|terminate| Ok((terminate, signal(SignalKind::interrupt())?)));
    match signals {
        Ok((mut terminate, mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "signals will end the server at once");
            std::future::pending().await
        }
    }
}
