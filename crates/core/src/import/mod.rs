//! Taking over machines from other programs, and from Patchbay's own archives.
//!
//! One way for all formats: read (`source`), show (`preview`), plan what was picked (`openssh` and `merge`), make the
//! identities (`keys`), add everything at once, and tell what was left out. Deliberately absent: the formats themselves
//! (`patchbay-exchange`), but for OpenSSH's, which reads further files.

mod apply;
mod archive;
mod keys;
mod known;
mod merge;
mod openssh;
mod preview;
mod source;

#[cfg(all(test, unix))]
mod tests;

pub use openssh::{Described, Offer, describe};

use crate::{Authorized, Core, CoreError, Right, WholeVault, sync, tree::ResolvedHop};
use known::Known;
use openssh::{Config, Resolver, Surroundings};
use patchbay_exchange::{ExchangeError, Format, Found, Options, csv::Columns};
use patchbay_model::{
    ImportDone, ImportFormat, ImportLock, ImportPreview, ImportRemark, ImportSource, NodeId,
};
use source::Loaded;
use std::path::{Path, PathBuf};

/// Import from other programs.
#[derive(Clone, Copy, Debug)]
pub struct Import<'a>(pub(crate) &'a Core);

/// What was read, in whatever shape it comes.
enum Content {
    OpenSsh(Config, Surroundings),
    Found(Found),
}

/// All that is known about what is to be imported.
struct Read {
    /// The file or folder; empty for a pasted text.
    path: String,
    format: Format,
    /// The names of the files, for remarks.
    names: Vec<String>,
    content: Content,
}

/// What came of reading.
enum Reading {
    Done(Box<Read>),
    /// A password is wanted first.
    Locked(String, Format, ImportLock),
}

impl Import<'_> {
    /// The file that is imported unless another one is named.
    #[must_use]
    pub fn default_path(&self) -> PathBuf {
        self.0.config().home.join(".ssh").join("config")
    }

    /// How many hosts the default file names; none if it is not there.
    pub async fn count(&self) -> usize {
        let (path, around) = (self.default_path(), self.around());
        let count = move || {
            let config = openssh::read(&path, &around.home).ok()?;
            Some(Resolver::new(&config, &around).aliases().0.len())
        };
        tokio::task::spawn_blocking(count).await.ok().flatten().unwrap_or_default()
    }

    /// The formats there are, with where their files usually lie on this computer.
    #[must_use]
    pub fn formats(&self) -> Vec<ImportFormat> {
        let home = &self.0.config().home;
        let usual = |format| {
            let path = match format {
                Format::OpenSsh => self.default_path(),
                Format::KnownHosts => home.join(".ssh/known_hosts"),
                Format::Putty => home.join(".putty"),
                Format::Remmina => home.join(".local/share/remmina"),
                _ => return None,
            };
            path.exists().then(|| path.display().to_string())
        };
        let one = |format: Format| ImportFormat {
            id: format.id().to_owned(),
            name: format.name().to_owned(),
            how: format.how().to_owned(),
            usual_path: usual(format),
            folder: matches!(format, Format::Putty | Format::Remmina | Format::Rdp),
        };
        Format::ALL.into_iter().map(one).collect()
    }

    /// What importing would add.
    pub async fn preview(
        &self,
        _vault: &Authorized<WholeVault>,
        source: &ImportSource,
    ) -> Result<ImportPreview, CoreError> {
        let known = self.known()?;
        let read = match self.read(source).await? {
            Reading::Done(read) => read,
            Reading::Locked(path, format, lock) => {
                return Ok(preview::locked(path, format, lock));
            }
        };
        let place = |id| self.place(id);
        Ok(preview::preview(&read, known, &place))
    }

    /// Adds what was picked, and the jump hosts and identities it needs, all at once.
    pub async fn apply(
        &self,
        vault: &Authorized<WholeVault>,
        folder: &Authorized<Option<NodeId>>,
        source: &ImportSource,
        keys: Vec<String>,
    ) -> Result<ImportDone, CoreError> {
        match self.read(source).await? {
            Reading::Done(read) => self.add(vault, folder, *read, keys).await,
            Reading::Locked(..) => Err(CoreError::invalid(
                "password",
                "The password does not open the file.",
                "Type the password the file is protected with.",
            )),
        }
    }

    async fn read(&self, source: &ImportSource) -> Result<Reading, CoreError> {
        let format = match source.format.as_deref().filter(|format| !format.is_empty()) {
            None => None,
            Some(id) => Some(id.parse::<Format>().map_err(|()| {
                let all: Vec<&str> = Format::ALL.iter().map(|format| format.id()).collect();
                CoreError::invalid(
                    "format",
                    "There is no such format.",
                    format!("It is one of {}.", all.join(", ")),
                )
            })?),
        };
        let around = self.around();
        let given = source.path.as_deref().map(str::trim).filter(|path| !path.is_empty());
        let path = given.map(|given| self.path(given));
        let text = source.text.clone();
        let options = Options {
            password: source.password.clone(),
            columns: source.columns.as_ref().map(|columns| Columns {
                header: columns.header,
                columns: columns.columns.clone(),
            }),
            ..Options::default()
        };
        let default = self.default_path();
        let work = move || match (text, path) {
            (Some(text), _) => {
                let loaded = source::pasted(text.expose_secret(), format)?;
                if loaded.format == Format::OpenSsh {
                    let name = PathBuf::from(source::PASTED);
                    let config = openssh::read_pasted(text.expose_secret().as_bytes(), &name);
                    return Ok(open_ssh(String::new(), config, around));
                }
                opened(String::new(), loaded, &options)
            }
            (None, path) => {
                // Without anything said it is ssh's own file.
                let format = format.or(path.is_none().then_some(Format::OpenSsh));
                let path = path.unwrap_or(default);
                if format == Some(Format::OpenSsh) {
                    return open_ssh_file(&path, around);
                }
                let loaded = source::load(&path, format, &around.home)?;
                if loaded.format == Format::OpenSsh {
                    return open_ssh_file(&path, around);
                }
                opened(path.display().to_string(), loaded, &options)
            }
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|stopped| CoreError::Internal(stopped.to_string()))?
    }

    fn path(&self, given: &str) -> PathBuf {
        match given.strip_prefix("~/") {
            Some(rest) => self.0.config().home.join(rest),
            None => PathBuf::from(given),
        }
    }

    fn around(&self) -> Surroundings {
        let config = self.0.config();
        Surroundings {
            home: config.home.clone(),
            user: config.user_name.clone(),
            host_name: config.host_name.clone(),
            environment: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
        }
    }

    /// The machines that are there already, with what they inherit.
    fn known(&self) -> Result<Vec<Known>, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let mut ids: Vec<NodeId> =
            sync::read(unlocked.forest()).iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        let machine = |id: NodeId| {
            // A folder, or a machine whose way is broken: nothing can be linked to it.
            let route = self.0.tree().route(&Authorized::new(id, Right::View)).ok()?;
            let ResolvedHop { entry, settings, .. } = route.into_iter().next_back()?;
            Some(Known {
                id,
                name: entry.draft.name,
                protocol: entry.draft.protocol,
                address: entry.draft.address,
                own_user: entry.draft.settings.user,
                user: settings.user.value,
                port: settings.port.value,
                jump: sync::read(unlocked.forest()).jump_of(id),
                chained: false,
            })
        };
        Ok(ids.into_iter().filter_map(machine).collect())
    }

    /// A machine with the folders it is in.
    fn place(&self, id: NodeId) -> String {
        let Ok(unlocked) = self.0.vault().unlocked() else { return String::new() };
        let forest = sync::read(unlocked.forest());
        let mut names: Vec<String> =
            forest.above(id).map(|(_, folder)| folder.name().to_owned()).collect();
        names.reverse();
        names.extend(forest.get(id).map(|node| node.name().to_owned()));
        names.join("/")
    }
}

fn open_ssh_file(path: &Path, around: Surroundings) -> Result<Reading, CoreError> {
    match openssh::read(path, &around.home) {
        Ok(config) => Ok(open_ssh(path.display().to_string(), config, around)),
        Err(source) => Err(CoreError::File { action: "Reading", path: path.to_owned(), source }),
    }
}

fn open_ssh(path: String, config: Config, around: Surroundings) -> Reading {
    Reading::Done(Box::new(Read {
        names: vec![path.clone()],
        path,
        format: Format::OpenSsh,
        content: Content::OpenSsh(config, around),
    }))
}

/// What is in the files, or that they want a password. Blocks.
fn opened(path: String, loaded: Loaded, options: &Options) -> Result<Reading, CoreError> {
    let Loaded { format, files } = loaded;
    let found = match format {
        Format::Archive => {
            let bytes = files.first().map(|file| file.bytes.as_slice()).unwrap_or_default();
            archive::found(bytes, options.password.as_ref())
        }
        _ => patchbay_exchange::read(format, &files, options).map_err(archive::Problem::Exchange),
    };
    let found = match found {
        Ok(found) => found,
        Err(archive::Problem::Exchange(ExchangeError::PasswordNeeded)) => {
            return Ok(Reading::Locked(path, format, ImportLock::Needed));
        }
        Err(archive::Problem::Exchange(ExchangeError::PasswordWrong)) => {
            return Ok(Reading::Locked(path, format, ImportLock::Wrong));
        }
        Err(archive::Problem::Exchange(problem)) => {
            return Err(CoreError::invalid(
                "path",
                problem.to_string(),
                "Check that the file is the right one and whole; or choose another format.",
            ));
        }
        Err(archive::Problem::Archive(problem, next)) => {
            return Err(CoreError::invalid("path", problem, next));
        }
    };
    let names = files.into_iter().map(|file| file.name).collect();
    Ok(Reading::Done(Box::new(Read { path, format, names, content: Content::Found(found) })))
}

/// What a file says is shown cut off and without anything that acts on a screen.
fn remark(file: &str, line: u32, text: &str, reason: &str) -> ImportRemark {
    let short = |text: &str| openssh::harmless(text, openssh::LONGEST_REMARK_TEXT);
    ImportRemark {
        file: short(file),
        line,
        text: short(text),
        reason: openssh::harmless(reason, openssh::LONGEST_REASON),
    }
}
