//! Opening what the server keeps.

use super::{Known, Members, Team, follow};
use patchbay_core::{Clock, Reach};
use patchbay_model::ApiError;
use patchbay_team::{
    TeamError,
    master::{DataKeys, MasterKey},
};
use patchbay_team_store::{Place, TeamStore};
use std::{
    path::PathBuf,
    sync::{Arc, RwLock, atomic::AtomicI64},
};
use tokio::sync::Mutex;
use uuid::Uuid;

const SERVER_ID: &str = "server id";
const DATA_KEYS: &str = "data keys";

/// What a server is opened with.
pub struct Opening {
    /// The database.
    pub place: Place,
    /// What opens its keys.
    pub master: MasterKey,
    /// Holds a folder for each member's files: recordings, for one.
    pub files: PathBuf,
    /// Which addresses the server may dial.
    pub reach: Reach,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Hash passwords as cheaply as is allowed: for tests.
    pub cheap: bool,
}

impl Team {
    /// Opens a server's database, makes its keys if it is a new one, and knows all of it when it returns.
    ///
    /// # Errors
    /// The database cannot be used, or the master key is another one.
    pub async fn open(opening: Opening) -> Result<Arc<Self>, ApiError> {
        let Opening { place, master, files, reach, clock, cheap } = opening;
        let store = TeamStore::open(&place).await.map_err(|error| error.api_error())?;
        let keys = keys(&store, &master).await?;
        let team = Arc::new(Self {
            known: Known::default(),
            store,
            members: Members::default(),
            keys: RwLock::new(keys),
            turn: Mutex::default(),
            revision: AtomicI64::new(0),
            clock,
            files,
            reach,
            watching: Default::default(),
            throttle: Default::default(),
            uses: Default::default(),
            seen: Default::default(),
            cheap,
        });
        let changes = team.store.changes();
        team.read_all().await?;
        follow::start(&team, changes);
        follow::tend(&team);
        Ok(team)
    }

    /// Wraps the data keys under another master key. Nothing else has to be written, and other nodes go on with what they have open.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn rotate_master_key(&self, master: &MasterKey) -> Result<(), ApiError> {
        let wrapped = super::known::read(&self.keys).wrap(master);
        let wrapped = wrapped.map_err(|error| error.api_error())?;
        self.store.set_setting(DATA_KEYS, &wrapped).await.map_err(|error| error.api_error())
    }
}

/// Two nodes that start on a new database at once make one set of keys.
async fn keys(store: &TeamStore, master: &MasterKey) -> Result<DataKeys, ApiError> {
    let failed = |error: TeamError| error.api_error();
    let stored = |error: patchbay_team_store::StoreError| error.api_error();
    let made = Uuid::now_v7();
    let id = store.settle_setting(SERVER_ID, made.as_bytes()).await.map_err(stored)?;
    let server: [u8; 16] = id.as_slice().try_into().map_err(|_| failed(TeamError::KeysDamaged))?;
    let wrapped = match store.setting(DATA_KEYS).await.map_err(stored)? {
        Some(wrapped) => wrapped,
        None => {
            let new = DataKeys::generate(server).and_then(|keys| keys.wrap(master));
            store.settle_setting(DATA_KEYS, &new.map_err(failed)?).await.map_err(stored)?
        }
    };
    DataKeys::unwrap(server, &wrapped, master).map_err(failed)
}
