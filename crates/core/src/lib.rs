//! The services behind every front end: the vault, the tree of machines, identities, sessions, files, host keys.
//!
//! A front end builds a [`Core`] and calls it through a [`Ctx`], which says who asks and hands out [`Authorized`]
//! proofs. Deliberately absent: JSON and command names (`patchbay-commands`), windows and sockets of the webview
//! (the shell), SQL (`patchbay-store`), and ciphers (`patchbay-vault`).

pub mod agent;
mod bulk;
mod clock;
mod config;
mod ctx;
pub mod descriptors;
pub mod devices;
mod error;
mod events;
pub mod export;
pub mod files;
pub mod hostkeys;
pub mod identities;
pub mod import;
pub mod layouts;
mod plain;
pub mod recents;
pub mod recordings;
pub mod runs;
mod served;
pub mod sessions;
pub mod settings;
pub mod snippets;
pub mod status;
pub mod sync;
mod tell;
#[cfg(test)]
mod testing;
pub mod tree;
pub mod triggers;
pub mod tunnels;
pub mod vault;
pub mod wake;
pub mod workspaces;

pub use clock::{Clock, ManualClock, SystemClock, Wait};
pub use config::CoreConfig;
pub use ctx::{Actor, Authorized, Ctx, Right, WholeVault};
pub use error::CoreError;
pub use patchbay_engine_ssh::Reach;
pub use served::{Beyond, RecordingRule, Rights, RuleRecordings, Served};

use agent::{Agent, AgentState};
use devices::{Devices, DevicesState};
use events::Events;
use export::Export;
use files::{Files, FilesState};
use hostkeys::HostKeys;
use identities::{Identities, Making};
use import::Import;
use layouts::Layouts;
use patchbay_model::{AppEvent, NodeId};
use recents::Recents;
use recordings::{Recordings, RecordingsState};
use runs::{Runs, RunsState};
use sessions::{Sessions, SessionsState};
use settings::{SettingsFile, SettingsService};
use snippets::Snippets;
use status::{Status, StatusState};
use std::sync::{Arc, Weak};
use tokio::sync::broadcast;
use tree::Tree;
use triggers::{Triggers, TriggersState};
use tunnels::{Tunnels, TunnelsState};
use vault::{Vault, VaultState};
use wake::Wake;
use workspaces::{Workspaces, WorkspacesState};

/// All services of one running Patchbay.
#[derive(Debug)]
pub struct Core {
    /// For tasks that must not keep the services alive.
    me: Weak<Core>,
    config: CoreConfig,
    events: Events,
    agent: Arc<AgentState>,
    files: FilesState,
    recordings: RecordingsState,
    runs: RunsState,
    making: Making,
    sessions: SessionsState,
    settings: SettingsFile,
    status: StatusState,
    triggers: TriggersState,
    tunnels: TunnelsState,
    devices: DevicesState,
    vault: VaultState,
    workspaces: WorkspacesState,
}

impl Core {
    /// The services, with the vault still locked.
    #[must_use]
    pub fn new(config: CoreConfig) -> Arc<Self> {
        let settings = SettingsFile::read(&config.config_dir);
        let chosen = config.vault_path.clone().or_else(|| settings.vault());
        let vault = VaultState::new(chosen.unwrap_or_else(|| config.default_vault_path()));
        Arc::new_cyclic(|me| Self {
            me: me.clone(),
            agent: AgentState::new(me.clone(), Arc::clone(&config.clock)),
            making: Making::default(),
            files: FilesState::default(),
            recordings: RecordingsState::default(),
            runs: RunsState::default(),
            sessions: SessionsState::default(),
            status: StatusState::default(),
            triggers: TriggersState::default(),
            tunnels: TunnelsState::default(),
            devices: DevicesState::default(),
            workspaces: WorkspacesState::default(),
            events: Events::new(),
            vault,
            settings,
            config,
        })
    }

    /// What it was built with.
    #[must_use]
    pub const fn config(&self) -> &CoreConfig {
        &self.config
    }

    /// The time.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.config.clock
    }

    /// What happens from now on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<AppEvent> {
        self.events.subscribe()
    }

    /// Tells the front ends.
    pub(crate) fn emit(&self, event: AppEvent) {
        self.events.emit(event);
    }

    /// A handle for tasks that must not keep the services alive.
    pub(crate) fn weak(&self) -> Weak<Self> {
        self.me.clone()
    }

    /// The vault: opening, locking, keys.
    #[must_use]
    pub const fn vault(&self) -> Vault<'_> {
        Vault(self)
    }

    /// The tree of machines.
    #[must_use]
    pub const fn tree(&self) -> Tree<'_> {
        Tree(self)
    }

    /// Ways to sign in.
    #[must_use]
    pub const fn identities(&self) -> Identities<'_> {
        Identities(self)
    }

    /// The agent that other programs can use.
    #[must_use]
    pub const fn agent(&self) -> Agent<'_> {
        Agent(self)
    }

    /// Machines used lately.
    #[must_use]
    pub const fn recents(&self) -> Recents<'_> {
        Recents(self)
    }

    /// Settings and the open tabs.
    #[must_use]
    pub const fn settings(&self) -> SettingsService<'_> {
        SettingsService(self)
    }

    pub(crate) const fn settings_file(&self) -> &SettingsFile {
        &self.settings
    }

    /// Sessions.
    #[must_use]
    pub const fn sessions(&self) -> Sessions<'_> {
        Sessions(self)
    }

    /// Tunnels.
    #[must_use]
    pub const fn tunnels(&self) -> Tunnels<'_> {
        Tunnels(self)
    }

    /// Files, and tasks on them.
    #[must_use]
    pub const fn files(&self) -> Files<'_> {
        Files(self)
    }

    /// Recordings of terminals.
    #[must_use]
    pub const fn recordings(&self) -> Recordings<'_> {
        Recordings(self)
    }

    /// Commands with parameters.
    #[must_use]
    pub const fn snippets(&self) -> Snippets<'_> {
        Snippets(self)
    }

    /// Patterns that are looked for in what terminals show.
    #[must_use]
    pub const fn triggers(&self) -> Triggers<'_> {
        Triggers(self)
    }

    /// Commands on many machines.
    #[must_use]
    pub const fn runs(&self) -> Runs<'_> {
        Runs(self)
    }

    /// Host keys on record.
    #[must_use]
    pub const fn hostkeys(&self) -> HostKeys<'_> {
        HostKeys(self)
    }

    /// Whether machines answer.
    #[must_use]
    pub const fn status(&self) -> Status<'_> {
        Status(self)
    }

    /// Machines below their operating systems.
    #[must_use]
    pub const fn devices(&self) -> Devices<'_> {
        Devices(self)
    }

    /// Waking machines up.
    #[must_use]
    pub const fn wake(&self) -> Wake<'_> {
        Wake(self)
    }

    /// Team servers whose machines are shown here.
    #[must_use]
    pub const fn workspaces(&self) -> Workspaces<'_> {
        Workspaces(self)
    }

    /// Import from other programs.
    #[must_use]
    pub const fn import(&self) -> Import<'_> {
        Import(self)
    }

    /// Export to files.
    #[must_use]
    pub const fn export(&self) -> Export<'_> {
        Export(self)
    }

    /// Tabs and splits with a name.
    #[must_use]
    pub const fn layouts(&self) -> Layouts<'_> {
        Layouts(self)
    }

    /// Sessions that are open or opening.
    pub(crate) fn running_sessions(&self) -> u32 {
        self.sessions().running()
    }

    /// Sessions that are open or opening to one of these machines.
    pub(crate) fn open_sessions(&self, machines: &[NodeId]) -> u32 {
        self.sessions().running_to(machines)
    }

    /// Ends all sessions, and commands on many machines.
    pub(crate) fn close_sessions(&self) {
        self.runs().cancel_all();
        // Those that work on machines have connections too.
        self.files().pause_all();
        self.sessions().close_all();
    }
}
