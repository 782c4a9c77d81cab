//! The command line, and what it comes to.

use clap::{Args, Parser, Subcommand, ValueEnum};
use ipnet::IpNet;
use patchbay_model::Secret;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Where there is nothing else.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 7443);
/// The file of an embedded database, within the data folder.
const SQLITE: &str = "patchbay.sqlite";
/// The variable that may have the master key.
pub const MASTER_KEY: &str = "PATCHBAY_MASTER_KEY";

/// The command line.
#[derive(Parser, Debug)]
#[command(
    name = "patchbay-server",
    version,
    about = "Share machines in a team without sharing secrets.",
    after_help = "The first start prints a link: open it to set the server up."
)]
pub struct Arguments {
    /// Where, and how.
    #[command(flatten)]
    pub options: Options,
    /// Something else than to serve.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What can be done besides serving.
#[derive(Subcommand, Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Write all data to a new file, while the server runs or not.
    Backup {
        /// The file; it must not be there yet.
        file: PathBuf,
    },
    /// Put a backup in the place of an empty database.
    Restore {
        /// The file that `backup` wrote.
        file: PathBuf,
    },
    /// Check that no record of the audit log was altered, dropped, reordered or cut off. A server with an embedded
    /// database has to be stopped meanwhile.
    Verify {
        /// A head of the log that was exported earlier.
        #[arg(long, value_name = "FILE")]
        head: Option<PathBuf>,
    },
    /// Wrap the data keys with another master key. A server with an embedded database has to be stopped meanwhile; others go on.
    RotateMasterKey {
        /// The file with the new one.
        #[arg(value_name = "FILE")]
        new: PathBuf,
    },
    /// Print a new link that sets the server up; for as long as nobody has.
    SetupLink,
}

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Keep everything in this folder, the database included unless --database names another.
    #[arg(long, value_name = "DIR", global = true, env = "PATCHBAY_DATA")]
    pub data: Option<PathBuf>,
    /// Use PostgreSQL: postgres://user@host/name. A password is better put into PATCHBAY_DATABASE or ~/.pgpass, for
    /// others on this computer can read command lines.
    #[arg(
        long,
        value_name = "URL",
        global = true,
        env = "PATCHBAY_DATABASE",
        hide_env_values = true
    )]
    pub database: Option<String>,
    /// Listen here; may be given several times [default: 0.0.0.0:7443].
    #[arg(long, value_name = "ADDRESS:PORT", global = true)]
    pub listen: Vec<SocketAddr>,
    /// Show this certificate (PEM, with those that signed it below) in place of the server's own. Read again when it changes.
    #[arg(long, value_name = "FILE", global = true, requires = "key")]
    pub certificate: Option<PathBuf>,
    /// The private key of the certificate (PEM).
    #[arg(long, value_name = "FILE", global = true, requires = "certificate")]
    pub key: Option<PathBuf>,
    /// Proxies are in this network: take plain HTTP from them, and believe whom they say they speak for
    /// (X-Forwarded-For, X-Forwarded-Proto). May be given several times.
    #[arg(long, value_name = "CIDR", global = true, value_parser = network)]
    pub behind_proxy: Vec<IpNet>,
    /// A name that the server is reached by; may be given several times. The first is the one in links.
    #[arg(long, value_name = "HOST", global = true, value_parser = host_name)]
    pub name: Vec<String>,
    /// Take the master key from this file. Otherwise from the variable PATCHBAY_MASTER_KEY.
    #[arg(long, value_name = "FILE", global = true)]
    pub master_key_file: Option<PathBuf>,
    /// Serve the UI from this folder in place of the one that is built in.
    #[arg(long, value_name = "DIR", global = true)]
    pub ui: Option<PathBuf>,
    /// Let members reach machines in this network though it is special: loopback, link-local. May be given several times.
    #[arg(long, value_name = "CIDR", global = true, value_parser = network)]
    pub allow_destination: Vec<IpNet>,
    /// Do not let members reach machines in this network. May be given several times.
    #[arg(long, value_name = "CIDR", global = true, value_parser = network)]
    pub refuse_destination: Vec<IpNet>,
    /// Ask OpenID providers on loopback (http://127.0.0.1) without TLS. For tests: whoever can listen there could be anybody.
    #[arg(long, global = true)]
    pub plain_providers_on_loopback: bool,
    /// How the log is written, to the standard error. PATCHBAY_LOG says how much: error, warn, info, debug.
    #[arg(long, value_enum, default_value_t = LogForm::Text, global = true)]
    pub log: LogForm,
    /// The most connections at a time.
    #[arg(long, value_name = "NUMBER", default_value_t = 20_000, global = true)]
    pub connections: usize,
    /// The most connections at a time from one address, proxies excepted.
    #[arg(long, value_name = "NUMBER", default_value_t = 2_000, global = true)]
    pub connections_per_address: usize,
}

/// How the log is written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogForm {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Which database.
#[derive(Clone, Debug)]
pub enum Database {
    /// This file.
    Sqlite(PathBuf),
    /// A server; the address may have a password in it.
    Postgres(Secret<String>),
}

/// Where the master key comes from.
#[derive(Clone, Debug)]
pub enum MasterKeySource {
    /// This file.
    File(PathBuf),
    /// The environment.
    Text(Secret<String>),
}

/// Which certificate is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CertificateSource {
    /// The server's own, in this folder.
    Own(PathBuf),
    /// From files.
    Files {
        /// The certificate and those that signed it.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
    },
}

/// A command line that is whole.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder for what is no row of the database; with PostgreSQL there may be none.
    pub data: Option<PathBuf>,
    /// The database.
    pub database: Database,
    /// Addresses to listen on; at least one.
    pub listen: Vec<SocketAddr>,
    /// The certificate.
    pub certificate: CertificateSource,
    /// Networks of proxies.
    pub proxies: Vec<IpNet>,
    /// Names and addresses that the server is known by; the first is the one in links.
    pub names: Vec<String>,
    /// The master key, if one is given.
    pub master_key: Option<MasterKeySource>,
    /// Networks that members may reach though they are special.
    pub allow_destination: Vec<IpNet>,
    /// Networks that members may not reach.
    pub refuse_destination: Vec<IpNet>,
    /// OpenID providers on loopback may be asked without TLS.
    pub plain_loopback: bool,
    /// A folder with the UI.
    pub ui: Option<PathBuf>,
    /// The most connections.
    pub connections: usize,
    /// The most connections from one address.
    pub connections_per_address: usize,
}

/// A command line that cannot be followed. Each says what to do.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum OptionsError {
    /// There is no place for data.
    #[error(
        "Nothing says where the data is. Add --data DIR, a folder that only this server uses, or --database postgres://…."
    )]
    NoPlace,
    /// The database is of another kind.
    #[error(
        "--database takes an address that begins with postgres://. For an embedded database leave it out and add --data DIR."
    )]
    Database,
    /// There is no place for the server's own certificate.
    #[error(
        "There is no folder to keep the server's own certificate in. Add --data DIR, or --certificate FILE and --key FILE."
    )]
    NoCertificate,
    /// No connection at all would be taken.
    #[error("--connections and --connections-per-address must be at least 1.")]
    NoConnections,
}

impl Settings {
    /// What the options come to. `host_name` is what this computer calls itself, and `master_key` is from the
    /// environment.
    ///
    /// # Errors
    /// If something is missing.
    pub fn new(
        options: Options,
        host_name: Option<String>,
        master_key: Option<Secret<String>>,
    ) -> Result<Self, OptionsError> {
        let database = match (&options.database, &options.data) {
            (Some(url), _)
                if url.starts_with("postgres://") || url.starts_with("postgresql://") =>
            {
                Database::Postgres(Secret::new(url.clone()))
            }
            (Some(_), _) => return Err(OptionsError::Database),
            (None, Some(folder)) => Database::Sqlite(folder.join(SQLITE)),
            (None, None) => return Err(OptionsError::NoPlace),
        };
        let certificate = match (options.certificate, options.key, &options.data) {
            (Some(certificate), Some(key), _) => CertificateSource::Files { certificate, key },
            (_, _, Some(folder)) => CertificateSource::Own(folder.clone()),
            _ => return Err(OptionsError::NoCertificate),
        };
        if options.connections == 0 || options.connections_per_address == 0 {
            return Err(OptionsError::NoConnections);
        }
        let listen = if options.listen.is_empty() { vec![LISTEN] } else { options.listen };
        let names = names(options.name, host_name, &listen);
        let master_key = match (options.master_key_file, master_key) {
            (Some(file), _) => Some(MasterKeySource::File(file)),
            (None, text) => text.map(MasterKeySource::Text),
        };
        Ok(Self {
            data: options.data,
            database,
            listen,
            certificate,
            proxies: options.behind_proxy,
            names,
            master_key,
            allow_destination: options.allow_destination,
            refuse_destination: options.refuse_destination,
            plain_loopback: options.plain_providers_on_loopback,
            ui: options.ui,
            connections: options.connections,
            connections_per_address: options.connections_per_address,
        })
    }

    /// How a person reaches the server, for links: behind a proxy without a port, for the proxy has its own.
    #[must_use]
    pub fn url(&self, bound: &[SocketAddr]) -> String {
        let name = self.names.first().map_or("localhost", String::as_str);
        let name = match name.parse::<IpAddr>() {
            Ok(IpAddr::V6(_)) => format!("[{name}]"),
            _ => name.to_owned(),
        };
        match bound.first().map(SocketAddr::port) {
            Some(port) if port != 443 && self.proxies.is_empty() => {
                format!("https://{name}:{port}")
            }
            _ => format!("https://{name}"),
        }
    }

    /// The folder for data must be there and belong to this user alone.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn make_folder(&self) -> std::io::Result<()> {
        let Some(folder) = &self.data else { return Ok(()) };
        make_private(folder)
    }
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The given ones, the computer's own, those that are listened on, and loopback; each once.
fn names(given: Vec<String>, own: Option<String>, listen: &[SocketAddr]) -> Vec<String> {
    let listened = listen.iter().map(SocketAddr::ip).filter(|ip| !ip.is_unspecified());
    let listened = listened.map(|ip| ip.to_string());
    let own = own.filter(|name| host_name(name).is_ok());
    let always = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut names: Vec<String> = Vec::new();
    for name in given.into_iter().chain(listened).chain(own).chain(always) {
        let name = name.to_ascii_lowercase();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn network(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| "write it as 192.0.2.0/24 or 192.0.2.1".to_owned())
}

fn host_name(text: &str) -> Result<String, String> {
    let is_name = !text.is_empty()
        && text.len() <= 253
        && text.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        });
    if is_name || text.parse::<IpAddr>().is_ok() {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("give a host name or an address alone, without https:// and port".to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::CommandFactory as _;

    fn settings(line: &[&str]) -> Result<Settings, String> {
        let line = ["patchbay-server"].iter().chain(line);
        let arguments = Arguments::try_parse_from(line).map_err(|error| error.to_string())?;
        Settings::new(arguments.options, Some("box".into()), None)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_folder_is_enough() {
        let found = settings(&["--data", "/srv/patchbay"]).unwrap();
        assert!(matches!(&found.database, Database::Sqlite(file) if file.ends_with(SQLITE)));
        assert_eq!(found.certificate, CertificateSource::Own("/srv/patchbay".into()));
        assert_eq!(found.names, ["box", "localhost", "127.0.0.1", "::1"]);
        assert_eq!(found.url(&[LISTEN]), "https://box:7443");
    }

    #[test]
    fn what_is_missing_or_wrong_is_said_with_what_to_do() {
        for (line, says) in [
            (&[][..], "--data DIR"),
            (&["--database", "mysql://x"], "postgres://"),
            (&["--database", "postgres://x/y"], "--certificate FILE and --key FILE"),
            (&["--data", "d", "--certificate", "c"], "--key"),
            (&["--data", "d", "--name", "https://x"], "without https://"),
            (&["--data", "d", "--behind-proxy", "x"], "192.0.2.0/24"),
            (&["--data", "d", "--connections", "0"], "at least 1"),
            (&["--data", "d", "--listen", "x"], "--listen"),
        ] {
            let error = settings(line).unwrap_err();
            assert!(error.contains(says), "{line:?}: {error}");
        }
    }

    #[test]
    fn options_may_stand_behind_a_command_and_the_password_is_not_shown() {
        let line = [
            "patchbay-server",
            "backup",
            "to",
            "--database",
            "postgres://u:hush@h/d",
            "--data",
            "d",
        ];
        let arguments = Arguments::try_parse_from(line).unwrap();
        assert_eq!(arguments.command, Some(Command::Backup { file: "to".into() }));
        let settings = Settings::new(arguments.options, None, None).unwrap();
        assert!(!format!("{settings:?}").contains("hush"));
    }

    #[test]
    fn links_have_the_first_name_and_the_port_unless_a_proxy_has_another() {
        let found = settings(&["--data", "d", "--name", "Team.example.org"]).unwrap();
        assert_eq!(found.url(&[LISTEN]), "https://team.example.org:7443");
        let behind = ["--data", "d", "--name", "::1", "--behind-proxy", "10.0.0.1"];
        assert_eq!(settings(&behind).unwrap().url(&[LISTEN]), "https://[::1]");
    }
}
