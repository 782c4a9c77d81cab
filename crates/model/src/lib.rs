//! The words every part of Patchbay shares: ids, machines, identities, sessions, problems.
//!
//! Types only. No I/O, no clocks, no randomness beyond making an id; storage is `patchbay-store`,
//! rules about the tree are `patchbay-core`.

mod edit;
mod entry;
mod error;
mod event;
mod files;
mod hostkey;
mod id;
mod identity;
mod import;
mod layout;
mod line;
mod secret;
mod session;
mod settings;
mod tree;
mod vault;

pub use edit::{EditAnswer, EditInfo, EditState};
pub use entry::{
    Effective, EffectiveSettings, Entry, EntryDraft, Folder, FolderDraft, Jump, NodeDetail, Origin,
    Protocol, Settings, WhereValuesComeFrom,
};
pub use error::{ApiError, ErrorCode};
pub use event::AppEvent;
pub use files::{
    Conflict, FileCount, FileEntry, FileKind, FileListing, FilePicture, FilePlace, FilePreview,
    PictureFormat, TaskConflict, TaskInfo, TaskKind, TaskState,
};
pub use hostkey::{HostKeyAnswer, HostKeyQuestion, HostKeyRecord, HostKeyStanding, PresentedKey};
pub use id::{
    EditId, HostKeyId, IdentityId, LayoutId, NodeId, PromptId, SessionId, TaskId, UndoId, VaultId,
};
pub use identity::{
    CertificateInfo, Identity, IdentityDraft, IdentityKind, IdentitySecret, PublicKeyInfo,
};
pub use import::{ImportHost, ImportPreview, ImportRemark};
pub use layout::NamedLayout;
pub use line::{
    FlowControl, LineEnding, LineSignal, LocalEcho, Parity, SerialFrame, SerialPortInfo,
};
pub use secret::Secret;
pub use session::{
    Attachment, CloseReason, Prompt, PromptKind, Question, SessionInfo, SessionState,
    SessionTarget, Stage, Step, StepState, TerminalSize, Timestamp,
};
pub use settings::{
    AppSettings, Bell, CursorShape, RestoreTabs, TabLayout, TerminalSettings, TerminalTheme, Theme,
    VaultSettings,
};
pub use tree::{MovePlace, NodeKind, Reachability, StatusReport, TreeRows};
pub use vault::{KeyringOffer, LockReason, PassphraseStrength, VaultPhase, VaultStatus};
