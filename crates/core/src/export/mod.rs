//! Writing machines to files: a table, the configuration of OpenSSH, or an archive that Patchbay reads again.
//!
//! A file is written beside its place and takes it when it is whole, and only its owner may read it. Deliberately absent:
//! what the formats look like (`patchbay-exchange`) and the archive's cipher (`patchbay-vault`).

pub(crate) mod archive;
mod collect;
mod plain;

#[cfg(test)]
mod tests;

use crate::{Authorized, Core, CoreError, WholeVault, vault::Unlocked};
use archive::{Contents, FORM};
use patchbay_model::{ExportDone, ExportFormat, NodeId, Secret};
use patchbay_vault::{KdfCost, seal_archive};
use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Shorter ones are no protection for a file that may lie anywhere.
const SHORTEST_PASSPHRASE: usize = 8;

/// Export to files.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a>(pub(crate) &'a Core);

/// What to export.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The format.
    pub format: ExportFormat,
    /// The file.
    pub path: String,
    /// Whether a file that is there is replaced.
    pub replace: bool,
    /// Whether a table holds passwords.
    pub passwords: bool,
    /// What an archive is sealed under.
    pub passphrase: Option<Secret<String>>,
    /// The vault's passphrase, which writing secrets needs, unless it was typed within the last minute.
    pub vault_passphrase: Option<Secret<String>>,
}

impl Export<'_> {
    /// Writes a folder with everything inside, or all machines, to a file.
    pub async fn write(
        &self,
        vault: &Authorized<WholeVault>,
        folder: &Authorized<Option<NodeId>>,
        wanted: Wanted,
    ) -> Result<ExportDone, CoreError> {
        let path = self.path(&wanted.path)?;
        // Before minutes of work, and again when it is written.
        if !wanted.replace && path.exists() {
            return Err(there(&path));
        }
        if wanted.passwords && wanted.format == ExportFormat::Csv
            || wanted.format == ExportFormat::Archive
        {
            self.prove(wanted.vault_passphrase.as_ref()).await?;
        }
        let (bytes, mut done) = match wanted.format {
            ExportFormat::Csv => self.table(*folder.get(), wanted.passwords).await?,
            ExportFormat::SshConfig => self.ssh_config(*folder.get())?,
            ExportFormat::Archive => {
                let passphrase = checked(wanted.passphrase)?;
                let contents = self.contents(vault, folder).await?;
                let mut done = ExportDone::default();
                collect::count(&contents, &mut done);
                let cheap = self.0.config().cheap_key_derivation;
                let seal = move || -> Result<_, CoreError> {
                    let cost = if cheap { KdfCost::FLOOR } else { KdfCost::calibrate() };
                    let sealed = seal_archive(&contents.write()?, &passphrase, cost);
                    sealed.map_err(|error| CoreError::Internal(error.to_string()))
                };
                let sealed = tokio::task::spawn_blocking(seal)
                    .await
                    .map_err(|stopped| CoreError::Internal(stopped.to_string()))??;
                (zeroize::Zeroizing::new(sealed), done)
            }
        };
        done.path = path.display().to_string();
        let replace = wanted.replace;
        tokio::task::spawn_blocking(move || save(&path, &bytes, replace))
            .await
            .map_err(|stopped| CoreError::Internal(stopped.to_string()))??;
        Ok(done)
    }

    /// What an archive of a folder, or of everything, holds.
    pub(crate) async fn contents(
        &self,
        _vault: &Authorized<WholeVault>,
        folder: &Authorized<Option<NodeId>>,
    ) -> Result<Contents, CoreError> {
        let unlocked: Arc<Unlocked> = self.0.vault().unlocked()?;
        // Nothing changes while it is collected.
        let _turn = unlocked.turn().await;
        let folder = *folder.get();
        let nodes = collect::nodes(&unlocked, folder)?;
        let identities = collect::identities(&unlocked, folder, &nodes).await?;
        let own = self.0.hostkeys().own_keys().await?;
        let host_keys = collect::host_keys(&unlocked, folder, &nodes, own);
        let nodes = nodes.iter().map(|(id, node)| archive::KeptNode::new(*id, node));
        Ok(Contents { form: FORM, nodes: nodes.collect::<Result<_, _>>()?, identities, host_keys })
    }

    /// Secrets leave the vault only for whoever knows its passphrase.
    async fn prove(&self, passphrase: Option<&Secret<String>>) -> Result<(), CoreError> {
        match passphrase.filter(|passphrase| !passphrase.expose_secret().is_empty()) {
            Some(passphrase) => self.0.vault().prove("vaultPassphrase", passphrase).await,
            None if self.0.vault().unlocked()?.is_proved(self.0.clock().now()) => Ok(()),
            None => Err(CoreError::NeedsPassphrase),
        }
    }

    fn path(&self, given: &str) -> Result<PathBuf, CoreError> {
        let given = given.trim();
        if given.is_empty() {
            return Err(CoreError::invalid("path", "No file is named.", "Choose a file."));
        }
        Ok(match given.strip_prefix("~/") {
            Some(rest) => self.0.config().home.join(rest),
            None => PathBuf::from(given),
        })
    }
}

fn checked(passphrase: Option<Secret<String>>) -> Result<Secret<String>, CoreError> {
    match passphrase {
        Some(passphrase) if passphrase.expose_secret().chars().count() >= SHORTEST_PASSPHRASE => {
            Ok(passphrase)
        }
        _ => Err(CoreError::invalid(
            "passphrase",
            format!("The passphrase has fewer than {SHORTEST_PASSPHRASE} characters."),
            "Choose a longer one: whoever gets the file can try as many as they like.",
        )),
    }
}

fn there(path: &Path) -> CoreError {
    CoreError::invalid(
        "path",
        format!("{} is there already.", path.display()),
        "Choose another name, or say that it is to be replaced.",
    )
}

/// Beside its place at first, so that nothing half written is ever there.
fn save(path: &Path, bytes: &[u8], replace: bool) -> Result<(), CoreError> {
    let problem = |source| CoreError::File { action: "Writing", path: path.to_owned(), source };
    let mut name = path.file_name().map(std::ffi::OsStr::to_owned).unwrap_or_default();
    name.push(format!(".{}.part", NodeId::new()));
    let beside = path.with_file_name(name);
    let written = (|| {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        if replace {
            return std::fs::rename(&beside, path);
        }
        // A link is not made over a file that came meanwhile; where there are no links, looking has to do.
        match std::fs::hard_link(&beside, path) {
            Ok(()) => std::fs::remove_file(&beside),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(error),
            Err(_) if path.exists() => Err(std::io::ErrorKind::AlreadyExists.into()),
            Err(_) => std::fs::rename(&beside, path),
        }
    })();
    written.map_err(|error: std::io::Error| {
        let _gone = std::fs::remove_file(&beside);
        if error.kind() == std::io::ErrorKind::AlreadyExists { there(path) } else { problem(error) }
    })
}
