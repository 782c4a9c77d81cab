//! What the environment says about where things are and how to behave; tests and the demo live in their own folders.

use patchbay_core::{CoreConfig, CoreError};
use std::ffi::OsString;
use std::path::PathBuf;

/// Read once, at the start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    data_dir: Option<PathBuf>,
    config_dir: Option<PathBuf>,
    vault: Option<PathBuf>,
    cheap_key_derivation: bool,
    /// Whether a second start shows the window of the first.
    pub(crate) single_instance: bool,
}

impl Environment {
    pub(crate) fn read() -> Self {
        Self::from(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
    }

    fn from(get: impl Fn(&str) -> Option<OsString>) -> Self {
        let path = |name| get(name).map(PathBuf::from);
        Self {
            data_dir: path("PATCHBAY_DATA_DIR"),
            config_dir: path("PATCHBAY_CONFIG_DIR"),
            vault: path("PATCHBAY_VAULT"),
            cheap_key_derivation: get("PATCHBAY_CHEAP_KEY_DERIVATION").is_some(),
            single_instance: get("PATCHBAY_NO_SINGLE_INSTANCE").is_none(),
        }
    }

    /// The core's view of this computer, with the directories asked for.
    pub(crate) fn core_config(&self) -> Result<CoreConfig, CoreError> {
        let mut config = CoreConfig::of_this_computer()?;
        if let Some(dir) = &self.data_dir {
            config.data_dir.clone_from(dir);
        }
        if let Some(dir) = &self.config_dir {
            config.config_dir.clone_from(dir);
        }
        config.vault_path.clone_from(&self.vault);
        config.cheap_key_derivation = self.cheap_key_derivation;
        Ok(config)
    }

    /// Whether starting the app again leads back to this process, so that it may go on without a window.
    pub(crate) fn finds_back(&self) -> bool {
        self.single_instance && session_bus_is_there()
    }

    /// Where the shell's own files go; `None` if there is no home folder.
    pub(crate) fn data_dir(&self) -> Option<PathBuf> {
        self.core_config().ok().map(|config| config.data_dir)
    }

    /// Where settings are.
    pub(crate) fn config_dir(&self) -> Option<PathBuf> {
        self.core_config().ok().map(|config| config.config_dir)
    }
}

/// A second start finds the first over D-Bus. Where there is none, nothing leads back.
#[cfg(target_os = "linux")]
fn session_bus_is_there() -> bool {
    std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|address| !address.is_empty())
        || std::env::var_os("XDG_RUNTIME_DIR")
            .is_some_and(|dir| PathBuf::from(dir).join("bus").exists())
}

#[cfg(not(target_os = "linux"))]
fn session_bus_is_there() -> bool {
    true
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::path::Path;

    #[test]
    fn folders_can_be_moved() {
        let environment = Environment::from(|name| match name {
            "PATCHBAY_DATA_DIR" => Some("/elsewhere/data".into()),
            "PATCHBAY_VAULT" => Some("/elsewhere/a.patchbay".into()),
            "PATCHBAY_NO_SINGLE_INSTANCE" => Some("1".into()),
            _ => None,
        });
        let config = environment.core_config().unwrap();
        assert_eq!(config.data_dir, Path::new("/elsewhere/data"));
        assert_eq!(config.vault_path.as_deref(), Some(Path::new("/elsewhere/a.patchbay")));
        assert!(!environment.single_instance);
        assert!(Environment::from(|_| None).single_instance);
    }
}
