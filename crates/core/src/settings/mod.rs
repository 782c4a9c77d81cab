//! Settings of this computer (a plain file), settings of the vault and the open tabs (sealed in it).

mod editor;
mod file;

pub use editor::Editor;
pub(crate) use file::SettingsFile;

use crate::{
    Authorized, Core, CoreError, WholeVault,
    vault::{THE_ONE, put, written},
};
use patchbay_model::{AppEvent, AppSettings, TabLayout, VaultSettings};
use patchbay_store::{Field, Kind};
use std::path::Path;

/// What a webview may keep here at most.
pub(crate) const LONGEST_LAYOUT: usize = 256 * 1024;

/// Settings and the open tabs.
#[derive(Clone, Copy, Debug)]
pub struct SettingsService<'a>(pub(crate) &'a Core);

impl SettingsService<'_> {
    /// Settings of this computer.
    #[must_use]
    pub fn app(&self) -> AppSettings {
        self.0.settings_file().app()
    }

    /// Changes the settings of this computer.
    pub async fn set_app(&self, settings: AppSettings) -> Result<AppSettings, CoreError> {
        let mut settings = checked(settings)?;
        settings.editor = settings.editor.trim().to_owned();
        // One that was uninstalled since keeps nobody from changing something else.
        if settings.editor != self.app().editor {
            editor::check(&settings.editor, std::env::var_os("PATH").as_deref())?;
        }
        let core = self.0.weak();
        let keep = settings.clone();
        tokio::task::spawn_blocking(move || {
            core.upgrade().map(|core| core.settings_file().set_app(keep))
        })
        .await
        .map_err(|stopped| CoreError::Internal(stopped.to_string()))?
        .transpose()?;
        self.0.emit(AppEvent::Settings { settings: Box::new(settings.clone()) });
        Ok(settings)
    }

    /// The program that a file of a machine is edited with; `None` is what the system has for it.
    pub fn editor(&self, file: &Path) -> Result<Option<Editor>, CoreError> {
        editor::for_file(&self.app().editor, file, std::env::var_os("PATH").as_deref())
    }

    /// Settings that travel with the vault.
    pub fn vault(&self, _vault: &Authorized<WholeVault>) -> Result<VaultSettings, CoreError> {
        Ok(self.0.vault().unlocked()?.settings())
    }

    /// Changes the settings that travel with the vault.
    pub async fn set_vault(
        &self,
        _vault: &Authorized<WholeVault>,
        settings: VaultSettings,
    ) -> Result<VaultSettings, CoreError> {
        /// A week.
        const LONGEST: u32 = 7 * 24 * 60;
        if settings.lock_after_minutes > LONGEST {
            return Err(CoreError::invalid(
                "lockAfterMinutes",
                format!("{} minutes are more than a week.", settings.lock_after_minutes),
                "Choose less, or 0 for never.",
            ));
        }
        crate::recordings::check_kept(settings.recordings_kept)?;
        let unlocked = self.0.vault().unlocked()?;
        let _turn = unlocked.turn().await;
        let before = unlocked.settings().recordings_kept;
        let change = put(Kind::Settings, THE_ONE, written(serde_json::to_vec(&settings))?);
        unlocked.vault().apply(vec![change]).await?;
        unlocked.set_settings(settings.clone());
        if settings.recordings_kept != before {
            self.0.recordings().tidy_soon();
        }
        self.0.vault().touch();
        Ok(settings)
    }

    /// The tabs open last time.
    pub async fn layout(&self, _vault: &Authorized<WholeVault>) -> Result<TabLayout, CoreError> {
        let unlocked = self.0.vault().unlocked()?;
        let data = unlocked.vault().get(Kind::Layout, THE_ONE, Field::Main).await?;
        // The interface owns the shape: what it cannot read any more is no layout.
        Ok(data.and_then(|data| serde_json::from_slice(&data).ok()).unwrap_or_default())
    }

    /// Remembers the open tabs.
    pub async fn set_layout(
        &self,
        _vault: &Authorized<WholeVault>,
        layout: TabLayout,
    ) -> Result<(), CoreError> {
        if layout.json.len() > LONGEST_LAYOUT {
            return Err(CoreError::invalid("json", "The layout is larger than 256 KiB.", ""));
        }
        if serde_json::from_str::<serde::de::IgnoredAny>(&layout.json).is_err() {
            return Err(CoreError::invalid("json", "The layout is not JSON.", ""));
        }
        let change = put(Kind::Layout, THE_ONE, written(serde_json::to_vec(&layout))?);
        Ok(self.0.vault().unlocked()?.vault().apply(vec![change]).await?)
    }
}

fn checked(mut settings: AppSettings) -> Result<AppSettings, CoreError> {
    let terminal = &mut settings.terminal;
    terminal.font = terminal.font.trim().to_owned();
    if terminal.font.is_empty()
        || terminal.font.len() > 200
        || terminal.font.chars().any(char::is_control)
    {
        return Err(CoreError::invalid(
            "font",
            "This is not the name of a font.",
            "JetBrains Mono is always there.",
        ));
    }
    if !(8..=32).contains(&terminal.font_size) {
        return Err(CoreError::invalid(
            "fontSize",
            format!("{} pixels is not a font size for a terminal.", terminal.font_size),
            "Choose from 8 to 32.",
        ));
    }
    if !(1.0..=2.0).contains(&terminal.line_height) {
        return Err(CoreError::invalid(
            "lineHeight",
            format!("{} is not a line height.", terminal.line_height),
            "Choose from 1 to 2.",
        ));
    }
    if terminal.scrollback > 200_000 {
        return Err(CoreError::invalid(
            "scrollback",
            format!("{} lines are too many to keep.", terminal.scrollback),
            "Choose up to 200,000.",
        ));
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn terminals_stay_usable() {
        let with = |change: fn(&mut AppSettings)| {
            let mut settings = AppSettings::default();
            change(&mut settings);
            checked(settings)
        };
        assert!(with(|_| {}).is_ok());
        assert!(with(|settings| settings.terminal.font = " ".into()).is_err());
        assert!(with(|settings| settings.terminal.font_size = 7).is_err());
        assert!(with(|settings| settings.terminal.line_height = f32::NAN).is_err());
        assert!(with(|settings| settings.terminal.scrollback = 200_001).is_err());
    }
}
