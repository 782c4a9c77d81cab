//! Settings of this computer (a plain file) and of the vault (sealed in it).

use crate::{RecordMode, RecordingsKept};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Light or dark.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the desktop says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// Colours of terminals.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum TerminalTheme {
    /// As the window.
    #[default]
    Window,
    /// Light paper.
    Light,
    /// Dark.
    Dark,
    /// Solarized dark.
    SolarizedDark,
    /// Solarized light.
    SolarizedLight,
    /// White on black, full contrast.
    HighContrast,
}

/// What the bell does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Bell {
    /// Nothing.
    Off,
    /// Marks the tab.
    #[default]
    Visual,
    /// Sounds.
    Sound,
}

/// The cursor of terminals.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CursorShape {
    /// A full cell.
    #[default]
    Block,
    /// A vertical line.
    Bar,
    /// A line below.
    Underline,
}

/// How terminals look and behave.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct TerminalSettings {
    /// Typeface; "JetBrains Mono" is shipped.
    pub font: String,
    /// Pixels, 8 to 32.
    pub font_size: u8,
    /// Factor of the font size, 1.0 to 2.0.
    #[specta(type = u32)]
    // a plain number to TypeScript: JSON has no NaN that would make it null
    pub line_height: f32,
    /// Colours.
    pub theme: TerminalTheme,
    /// Change text colours that fall below 4.5 : 1.
    pub raise_contrast: bool,
    /// The cursor.
    pub cursor: CursorShape,
    /// Whether it blinks.
    pub cursor_blink: bool,
    /// Lines kept, 0 to 200,000.
    pub scrollback: u32,
    /// What the bell does.
    pub bell: Bell,
    /// Copy whatever is selected.
    pub copy_on_select: bool,
    /// Ask before pasting several lines.
    pub confirm_paste: bool,
    /// Let programs write the clipboard (OSC 52). They can never read it.
    pub osc52_write: bool,
}

impl Default for TerminalSettings {
    fn default() -> Self {
        Self {
            font: "JetBrains Mono".into(),
            font_size: 13,
            line_height: 1.38,
            theme: TerminalTheme::default(),
            raise_contrast: true,
            cursor: CursorShape::default(),
            cursor_blink: false,
            scrollback: 20_000,
            bell: Bell::default(),
            copy_on_select: false,
            confirm_paste: true,
            osc52_write: false,
        }
    }
}

/// Settings of this computer. Nothing in here is secret: it is read before any vault is open.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct AppSettings {
    /// Light or dark.
    pub theme: Theme,
    /// Terminals.
    pub terminal: TerminalSettings,
    /// Open the tabs of the last time once the vault is unlocked.
    pub restore_tabs: RestoreTabs,
    /// Let other programs use the vault's keys through Patchbay's own SSH agent while it is open.
    pub serve_agent: bool,
    /// What becomes of running sessions when the last window is closed.
    pub closing: Closing,
    /// The program that files of machines are edited with, and its arguments: split at blanks, `"` and `'` hold what
    /// belongs together, and `{file}` is the file, which comes last if it is not named. Empty is what the system has.
    pub editor: String,
}

/// What becomes of running sessions when Patchbay is closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Closing {
    /// The person is asked.
    #[default]
    Ask,
    /// They go on without a window, where that is possible.
    Keep,
    /// They end.
    End,
}

/// Whether tabs come back on the next start.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct RestoreTabs(pub bool);

impl Default for RestoreTabs {
    fn default() -> Self {
        Self(true)
    }
}

/// Settings that travel with the vault.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct VaultSettings {
    /// Minutes without a key or click until it locks; 0 is never.
    pub lock_after_minutes: u32,
    /// Lock when the computer sleeps.
    pub lock_on_sleep: bool,
    /// Lock when the screen is locked.
    pub lock_on_screen_lock: bool,
    /// Read `~/.ssh/known_hosts` (and the system's) beside the vault's own host keys.
    pub read_known_hosts: bool,
    /// What of terminals is recorded where neither the machine nor a folder says so.
    pub record: RecordMode,
    /// How long recordings are kept.
    pub recordings_kept: RecordingsKept,
}

impl Default for VaultSettings {
    fn default() -> Self {
        Self {
            lock_after_minutes: 15,
            lock_on_sleep: true,
            lock_on_screen_lock: true,
            read_known_hosts: true,
            record: RecordMode::Off,
            recordings_kept: RecordingsKept::Forever,
        }
    }
}

/// The open tabs, kept sealed in the vault because they name machines. The UI owns the shape.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct TabLayout {
    /// JSON, at most 256 KiB.
    pub json: String,
}
