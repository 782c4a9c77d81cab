//! The program: a team behind the HTTP side.

use crate::{
    Api, Settings, api, dialect,
    inside::Inside,
    net::Certificate,
    options::{Database, MasterKeySource},
    start::{Done, Parts, Program, StartError},
    team::{Beside, Opening, Team, reach},
};
use futures_util::{FutureExt, future::BoxFuture};
use patchbay_core::SystemClock;
use patchbay_model::{ApiError, ErrorCode, Secret};
use patchbay_team::{audit::Head, master::MasterKey};
use patchbay_team_store::{Node, Place, StoreError};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Within the data folder, for who names no master key.
const MASTER_KEY_FILE: &str = "master.key";

/// The team server.
#[derive(Debug)]
pub struct TeamServer;

impl Program for TeamServer {
    fn open<'a>(
        &'a self,
        settings: &'a Settings,
        certificate: &'a Arc<Certificate>,
        url: &'a str,
    ) -> BoxFuture<'a, Result<Parts, StartError>> {
        async move {
            let fingerprint = settings.proxies.is_empty().then(|| certificate.fingerprint());
            let node = Node { url: url.to_owned(), fingerprint: fingerprint.clone() };
            let (team, note) = open(settings, Some(node)).await?;
            let mut says: Vec<String> = note.into_iter().collect();
            if let Some(token) = team.set_up_token().await? {
                says.push(set_up_line(url, &token));
            }
            let ending = Arc::clone(&team);
            let api = Api {
                team: Arc::clone(&team),
                name: settings.names.first().cloned().unwrap_or_default(),
                fingerprint,
            };
            Ok(Parts {
                api: api::router(api).merge(dialect::nexterm::routes(&Inside(Arc::clone(&team)))),
                service: Arc::new(Inside(team)),
                says,
                end: async move { ending.end().await }.boxed(),
            })
        }
        .boxed()
    }

    fn backup<'a>(&'a self, settings: &'a Settings, to: &'a Path) -> Done<'a> {
        async move {
            let copied = patchbay_team_store::backup_of(&place(settings), to).await;
            copied.map_err(|error| error.api_error())?;
            Ok(format!("Everything is in {}. Keep the master key apart from it: without it the backup opens nothing.", to.display()))
        }
        .boxed()
    }

    fn restore<'a>(&'a self, settings: &'a Settings, from: &'a Path) -> Done<'a> {
        async move {
            let to = place(settings);
            patchbay_team_store::restore(from, &to).await.map_err(|error| error.api_error())?;
            Ok("The backup is in place. Start the server with the master key of that time."
                .to_owned())
        }
        .boxed()
    }

    fn verify<'a>(&'a self, settings: &'a Settings, head: Option<&'a Path>) -> Done<'a> {
        async move {
            let exported = match head {
                None => None,
                Some(path) => {
                    let text = std::fs::read_to_string(path).map_err(|error| file(path, "--head", error))?;
                    Some(text.parse::<Head>().map_err(|error| error.api_error())?)
                }
            };
            let beside = beside(settings).await?;
            let verified = beside.verify(exported).await?;
            Ok(format!(
                "{} records are as they were written, {} checkpoints vouch for the first {}. The head is:\n{}",
                verified.head.seq, verified.checkpoints, verified.vouched, verified.head
            ))
        }
        .boxed()
    }

    fn rotate_master_key<'a>(&'a self, settings: &'a Settings, new: &'a Path) -> Done<'a> {
        async move {
            let key = read_key(new)?;
            beside(settings).await?.rotate_master_key(&key).await?;
            Ok(format!(
                "From its next start on the server needs the master key in {}; one that runs goes on.",
                new.display()
            ))
        }
        .boxed()
    }

    fn setup_link<'a>(&'a self, settings: &'a Settings, url: &'a str) -> Done<'a> {
        async move {
            let (team, _) = open(settings, None).await?;
            match team.set_up_token().await? {
                Some(token) => Ok(set_up_line(url, &token)),
                None => Err(ApiError::new(ErrorCode::Conflict, "This server is set up already.")
                    .next("Sign in, or let somebody who runs it invite you.")
                    .into()),
            }
        }
        .boxed()
    }
}

fn set_up_line(url: &str, token: &Secret<String>) -> String {
    format!("Set it up within a day at {url}/setup#{}", token.expose_secret())
}

fn place(settings: &Settings) -> Place {
    match &settings.database {
        Database::Sqlite(path) => Place::Sqlite(path.clone()),
        Database::Postgres(url) => Place::Postgres(url.expose_secret().clone()),
    }
}

/// The team, and what is to be said about its key.
async fn open(
    settings: &Settings,
    node: Option<Node>,
) -> Result<(Arc<Team>, Option<String>), StartError> {
    let (master, note) = master(settings)?;
    let files = match &settings.data {
        Some(folder) => folder.join("members"),
        // Of what is kept in files this node only has what it made itself, and not for longer than it has a folder.
        None => std::env::temp_dir().join(format!("patchbay-server-{}", std::process::id())),
    };
    let opening = Opening {
        place: place(settings),
        node,
        master,
        files,
        files_stay: settings.data.is_some(),
        reach: reach(settings.allow_destination.clone(), settings.refuse_destination.clone()),
        clock: Arc::new(SystemClock::default()),
        plain_loopback: settings.plain_loopback,
        cheap: false,
    };
    Ok((Team::open(opening).await?, note))
}

/// The database as it is, whether or not a server runs. Nothing is made.
async fn beside(settings: &Settings) -> Result<Beside, StartError> {
    let place = place(settings);
    if let Place::Sqlite(path) = &place
        && !path.exists()
    {
        return Err(StoreError::Missing { path: path.clone() }.api_error().into());
    }
    let (master, _) = master(settings)?;
    Ok(Beside::open(&place, &master).await?)
}

fn master(settings: &Settings) -> Result<(MasterKey, Option<String>), StartError> {
    match (&settings.master_key, &settings.data) {
        (Some(MasterKeySource::File(path)), _) => Ok((read_key(path)?, None)),
        (Some(MasterKeySource::Text(text)), _) => {
            let key = MasterKey::from_text(text);
            // What is no key is a passphrase.
            Ok((key.unwrap_or_else(|_| MasterKey::from_passphrase(text.clone())), None))
        }
        (None, Some(folder)) => {
            let path = folder.join(MASTER_KEY_FILE);
            if path.exists() {
                return Ok((read_key(&path)?, None));
            }
            let (key, text) = MasterKey::generate().map_err(|error| error.api_error())?;
            write_private(&path, text.expose_secret())?;
            let note = format!(
                "The master key was made in {}. Keep a copy in another place than the backups; without it nothing can be opened.",
                path.display()
            );
            Ok((key, Some(note)))
        }
        (None, None) => Err(ApiError::new(ErrorCode::Invalid, "There is no master key.")
            .next("Give a file with 32 random bytes in base64 with --master-key-file, or set PATCHBAY_MASTER_KEY.")
            .into()),
    }
}

fn read_key(path: &Path) -> Result<MasterKey, StartError> {
    let text = std::fs::read_to_string(path).map(Secret::new);
    let text = text.map_err(|error| file(path, "--master-key-file", error))?;
    Ok(MasterKey::from_text(&text).map_err(|error| error.api_error())?)
}

/// Writes a file that nobody else may read, and that was not there.
fn write_private(path: &PathBuf, text: &str) -> Result<(), StartError> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    written.map_err(|error| file(path, "--data", error))
}

fn file(path: &Path, option: &'static str, error: io::Error) -> StartError {
    StartError::Folder { path: path.to_path_buf(), error, option }
}
