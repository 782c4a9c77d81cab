//! What the services need to know about the computer they run on.

use crate::{Clock, CoreError, Served, SystemClock};
use directories::{BaseDirs, ProjectDirs};
use std::{env, path::PathBuf, sync::Arc};

/// Where things are and who is here; handed in, so that tests live in their own directory.
#[derive(Clone)]
pub struct CoreConfig {
    /// Holds the vault unless another one was chosen.
    pub data_dir: PathBuf,
    /// Holds `settings.json`.
    pub config_dir: PathBuf,
    /// Use this vault, whatever was chosen before, and do not remember it.
    pub vault_path: Option<PathBuf>,
    /// The person's home directory: `.ssh` is looked for there.
    pub home: PathBuf,
    /// The person's login name.
    pub user_name: String,
    /// Name of this computer.
    pub host_name: String,
    /// The person's login shell, if it is known.
    pub shell: Option<PathBuf>,
    /// Version of the product.
    pub version: String,
    /// Use the cheapest key derivation that is allowed instead of measuring one that takes 0.5 to 1 s.
    pub cheap_key_derivation: bool,
    /// Set on a team server, where the person sits elsewhere and has rights.
    pub served: Option<Served>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl CoreConfig {
    /// As this computer and its environment say.
    pub fn of_this_computer() -> Result<Self, CoreError> {
        let no_home = || CoreError::NoHome;
        let project = ProjectDirs::from("", "", "patchbay").ok_or_else(no_home)?;
        let base = BaseDirs::new().ok_or_else(no_home)?;
        Ok(Self {
            data_dir: project.data_dir().to_path_buf(),
            config_dir: project.config_dir().to_path_buf(),
            vault_path: None,
            home: base.home_dir().to_path_buf(),
            user_name: user_name(),
            host_name: host_name(),
            shell: env::var_os(if cfg!(windows) { "COMSPEC" } else { "SHELL" }).map(PathBuf::from),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            cheap_key_derivation: false,
            served: None,
            clock: Arc::new(SystemClock::default()),
        })
    }

    /// Where a vault is made unless the person says otherwise.
    #[must_use]
    pub fn default_vault_path(&self) -> PathBuf {
        self.data_dir.join("machines.patchbay")
    }
}

impl std::fmt::Debug for CoreConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CoreConfig")
            .field("data_dir", &self.data_dir)
            .field("config_dir", &self.config_dir)
            .field("vault_path", &self.vault_path)
            .finish_non_exhaustive()
    }
}

fn user_name() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_default()
}

fn host_name() -> String {
    let from_kernel = || {
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
        Some(name.trim().to_owned())
    };
    ["COMPUTERNAME", "HOSTNAME"]
        .into_iter()
        .find_map(|name| env::var(name).ok())
        .or_else(from_kernel)
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "this computer".to_owned())
}
