//! What remote desktops (VNC, RDP) have that terminals have not.

use serde::{Deserialize, Serialize};
use specta::Type;

/// How large a remote desktop is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum DesktopSize {
    /// As the tab that shows it, where the machine can do that.
    Tab,
    /// As the machine has it. RDP always says a size, and takes that of the tab.
    Machine,
    /// Always the same.
    Fixed {
        /// Pixels across.
        width: u16,
        /// Pixels down.
        height: u16,
    },
}

/// How good the picture of a remote desktop is, against how much data it takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PictureQuality {
    /// As the link allows.
    #[default]
    Auto,
    /// As little data as possible.
    LowTraffic,
    /// Text stays readable, pictures lose.
    Balanced,
    /// Hardly any loss.
    Sharp,
    /// None.
    Lossless,
}

impl PictureQuality {
    /// From 0, least data, to 9, lossless; `None` is left to the engine.
    #[must_use]
    pub const fn level(self) -> Option<u8> {
        match self {
            Self::Auto => None,
            Self::LowTraffic => Some(1),
            Self::Balanced => Some(5),
            Self::Sharp => Some(8),
            Self::Lossless => Some(9),
        }
    }
}

/// What whoever shows a desktop has to know of how it was opened.
#[expect(clippy::struct_excessive_bools, reason = "each is a setting")]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SessionDesktop {
    /// Neither keys nor the pointer are passed on.
    pub view_only: bool,
    /// What is copied on one side can be pasted on the other.
    pub clipboard: bool,
    /// How large it is to be.
    pub size: DesktopSize,
    /// The machine's settings or those of a folder say so; if not, what was chosen in its window last may count.
    pub size_chosen: bool,
    /// How good the picture is to be.
    pub quality: PictureQuality,
    /// As [`size_chosen`](Self::size_chosen).
    pub quality_chosen: bool,
}
