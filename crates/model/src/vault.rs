//! The vault as the UI sees it.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Where the vault stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum VaultPhase {
    /// There is no vault at the chosen path: first run.
    Missing,
    /// It is there and closed.
    Locked,
    /// It is open.
    Unlocked,
}

/// Why a vault was locked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LockReason {
    /// The app has just started.
    Start,
    /// The person locked it.
    Person,
    /// Nothing was touched for the time that is set.
    Idle,
    /// The computer went to sleep.
    Sleep,
    /// The screen was locked.
    ScreenLock,
}

/// The state of the vault.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VaultStatus {
    /// Where it stands.
    pub phase: VaultPhase,
    /// Name of the vault, from its file name.
    pub name: String,
    /// The file.
    pub path: String,
    /// Why it is locked.
    pub lock_reason: Option<LockReason>,
    /// Seconds until it locks by itself; `None` if that is off or it is locked.
    pub locks_in: Option<u32>,
    /// Whether the OS keyring can unlock it.
    pub keyring: bool,
    /// Sessions that are open or opening.
    pub running_sessions: u32,
}

/// Whether the OS keyring can be offered: told after a real write, since a locked one says yes and then refuses.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyringOffer {
    /// A probing write, read and delete worked.
    pub available: bool,
    /// Why not.
    pub reason: Option<String>,
}

/// How hard a passphrase is to guess offline.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PassphraseStrength {
    /// 0 to 4; 3 and more may be used for a vault.
    pub score: u8,
    /// Estimated entropy.
    pub bits: u32,
    /// "Weak", "Fair", "Strong", "Very strong".
    pub label: String,
    /// "centuries to guess offline".
    pub guess_time: String,
    /// How to improve it; empty if it need not be.
    pub hint: String,
}
