//! `settings.json`: what must be known before any vault is open. Nothing in it is secret.

use super::checked;
use crate::{CoreError, sync};
use patchbay_model::{AppSettings, TerminalSettings};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Mutex,
};

#[derive(Clone, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Stored {
    /// The vault chosen last.
    vault: Option<PathBuf>,
    app: AppSettings,
}

/// The file, and what is in it.
#[derive(Debug)]
pub(crate) struct SettingsFile {
    path: PathBuf,
    stored: Mutex<Stored>,
}

impl SettingsFile {
    /// Reads it. A file that cannot be read is kept beside a new one: settings are never worth not starting for.
    pub(crate) fn read(directory: &Path) -> Self {
        let path = directory.join("settings.json");
        let stored = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                let aside = path.with_extension("json.unreadable");
                tracing::warn!(%error, path = %path.display(), "the settings cannot be read and are kept aside");
                if let Err(error) = fs::rename(&path, aside) {
                    tracing::warn!(%error, "they could not be kept aside");
                }
                Stored::default()
            }),
            Err(_) => Stored::default(),
        };
        let stored = Stored { app: usable(stored.app), ..stored };
        Self { path, stored: Mutex::new(stored) }
    }

    pub(crate) fn app(&self) -> AppSettings {
        sync::lock(&self.stored).app.clone()
    }

    pub(crate) fn vault(&self) -> Option<PathBuf> {
        sync::lock(&self.stored).vault.clone()
    }

    pub(crate) fn set_app(&self, app: AppSettings) -> Result<(), CoreError> {
        self.change(|stored| stored.app = app)
    }

    pub(crate) fn remember_vault(&self, path: &Path) -> Result<(), CoreError> {
        self.change(|stored| stored.vault = Some(path.to_path_buf()))
    }

    fn change(&self, change: impl FnOnce(&mut Stored)) -> Result<(), CoreError> {
        let mut stored = sync::lock(&self.stored);
        let mut new = stored.clone();
        change(&mut new);
        let json = serde_json::to_vec_pretty(&new)
            .map_err(|error| CoreError::Internal(error.to_string()))?;
        replace(&self.path, &json).map_err(|source| CoreError::File {
            action: "Writing",
            path: self.path.clone(),
            source,
        })?;
        *stored = new;
        Ok(())
    }
}

/// A file may have been written by hand: what could not be chosen in the settings does not count.
fn usable(app: AppSettings) -> AppSettings {
    checked(app.clone()).unwrap_or_else(|error| {
        tracing::warn!(%error, "settings of terminals that cannot be used are left out");
        AppSettings { terminal: TerminalSettings::default(), ..app }
    })
}

/// Whoever reads it sees the old or the new content, never half of one.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let new = path.with_extension("json.new");
    let mut file = fs::File::create(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use patchbay_model::Theme;

    #[test]
    fn it_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let file = SettingsFile::read(dir.path());
        assert_eq!(file.app(), AppSettings::default());
        file.set_app(AppSettings { theme: Theme::Dark, ..AppSettings::default() }).unwrap();
        file.remember_vault(Path::new("/elsewhere/work.patchbay")).unwrap();
        let again = SettingsFile::read(dir.path());
        assert_eq!(again.app().theme, Theme::Dark);
        assert_eq!(again.vault().unwrap(), Path::new("/elsewhere/work.patchbay"));
    }

    #[test]
    fn an_unreadable_file_is_kept_aside() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("settings.json"), "{broken").unwrap();
        assert_eq!(SettingsFile::read(dir.path()).app(), AppSettings::default());
        assert_eq!(
            fs::read_to_string(dir.path().join("settings.json.unreadable")).unwrap(),
            "{broken"
        );
    }

    #[test]
    fn values_that_could_not_be_chosen_do_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let text = r#"{"vault":"/v","app":{"theme":"light","terminal":{"scrollback":4000000000}}}"#;
        fs::write(dir.path().join("settings.json"), text).unwrap();
        let file = SettingsFile::read(dir.path());
        assert_eq!(file.app().terminal, TerminalSettings::default());
        assert_eq!(file.app().theme, Theme::Light);
        assert_eq!(file.vault().unwrap(), Path::new("/v"));
    }

    #[test]
    fn unknown_and_missing_fields_are_fine() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("settings.json"), r#"{"app":{"theme":"light"},"future":1}"#)
            .unwrap();
        let app = SettingsFile::read(dir.path()).app();
        assert_eq!(app.theme, Theme::Light);
        assert_eq!(app.terminal.font_size, 13);
    }
}
