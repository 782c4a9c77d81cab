//! The words every part of Patchbay shares: ids, machines, identities, sessions, problems.
//!
//! Types only. No I/O, no clocks, no randomness beyond making an id; storage is `patchbay-store`,
//! rules about the tree are `patchbay-core`.

mod agent;
mod algorithms;
mod desktop;
mod devices;
mod direct;
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
mod recording;
mod run;
mod secret;
mod session;
mod settings;
mod sharing;
mod snippet;
mod tree;
mod trigger;
mod tunnel;
mod vault;
mod vnc;
mod workspace;

pub use agent::{AgentAsk, AgentProgram, AgentStatus, AgentUse};
pub use algorithms::{AlgorithmGroup, AlgorithmPolicy};
pub use desktop::{DesktopSize, PictureQuality, SessionDesktop};
pub use devices::*;
pub use direct::{DirectCredential, DirectHop, DirectKey, DirectWay, HandedSecret};
pub use edit::{EditAnswer, EditInfo, EditState};
pub use entry::{
    Effective, EffectiveSettings, Entry, EntryDraft, Folder, FolderDraft, Jump, NodeDetail, Origin,
    Protocol, Settings, WhereValuesComeFrom,
};
pub use error::{ApiError, ErrorCode};
pub use event::AppEvent;
pub use files::{
    Conflict, FileCount, FileEntry, FileKind, FileListing, FilePicture, FilePlace, FilePreview,
    PictureFormat, TaskConflict, TaskFolder, TaskInfo, TaskKind, TaskState,
};
pub use hostkey::{
    HostKeyAnswer, HostKeyQuestion, HostKeyRecord, HostKeyStanding, PresentedCertificate,
    PresentedKey, TlsCertificate,
};
pub use id::{
    AccountId, ClusterTaskId, EditId, GrantId, GroupId, GuestId, HandoffId, HostKeyId, IdentityId,
    InvitationId, LayoutId, LinkId, ManagementId, NodeId, OrganisationId, PasskeyId, PromptId,
    ProviderId, RecordingId, RoleId, RunId, SessionId, ShareId, SignInId, SnippetId,
    SwitchChangeId, TaskId, TokenId, TriggerId, TunnelId, UndoId, VaultId, WorkspaceId,
};
pub use identity::{
    CertificateInfo, Identity, IdentityDraft, IdentityKind, IdentitySecret, KeyInstalled,
    PublicKeyInfo,
};
pub use import::{
    ExportDone, ExportFormat, ImportColumn, ImportColumns, ImportDone, ImportFormat, ImportKind,
    ImportLock, ImportPreview, ImportRemark, ImportRow, ImportSource, ImportTable,
};
pub use layout::NamedLayout;
pub use line::{
    FlowControl, LineEnding, LineSignal, LocalEcho, Parity, SerialFrame, SerialPortInfo,
};
pub use recording::{
    RecordMode, RecordingCursor, RecordingHit, RecordingInfo, RecordingMoment, RecordingPart,
    RecordingPicture, RecordingPlay, RecordingSearch, RecordingState, RecordingsExpiring,
    RecordingsKept, SessionRecording,
};
pub use run::{
    DiffLine, Lines, OutputLine, RunAttention, RunCommand, RunCounts, RunDetail, RunDiff,
    RunExport, RunGroup, RunGrouping, RunInfo, RunMachine, RunMachineState, RunOptions, RunOutput,
    RunState, RunTarget,
};
pub use secret::Secret;
pub use session::{
    Attachment, CloseReason, Prompt, PromptKind, Question, SessionInfo, SessionState,
    SessionTarget, Stage, Step, StepState, TerminalSize, Timestamp,
};
pub use settings::{
    AppSettings, Bell, Closing, CursorShape, RestoreTabs, TabLayout, TerminalSettings,
    TerminalTheme, Theme, VaultSettings,
};
pub use sharing::{SessionGuest, SessionSharing};
pub use snippet::{
    ParameterKind, Snippet, SnippetDraft, SnippetParameter, SnippetPreview, SnippetValues,
    ValueProblem,
};
pub use tree::{ManagedMachine, MovePlace, NodeKind, Reachability, StatusReport, TreeRows};
pub use trigger::{
    Trigger, TriggerAction, TriggerColor, TriggerDraft, TriggerHit, TriggerList, TriggerMark,
    TriggerScope,
};
pub use tunnel::{
    MachineTunnels, Tunnel, TunnelEnd, TunnelInfo, TunnelKind, TunnelReached, TunnelRef,
    TunnelState, Use,
};
pub use vault::{KeyringOffer, LockReason, PassphraseStrength, VaultPhase, VaultStatus};
pub use vnc::{VncPlace, WebSocketPlace};
pub use workspace::{
    WorkspaceAccount, WorkspaceDoor, WorkspaceEntry, WorkspaceHandoff, WorkspaceInfo,
    WorkspaceInvitation, WorkspaceOffer, WorkspaceState,
};
