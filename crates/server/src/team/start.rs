//! Opening what the server keeps.

use super::{Known, Members, Team, follow, members::FOLDER_OF_ACTING};
use patchbay_core::{Clock, Reach, RuleRecordings};
use patchbay_model::ApiError;
use patchbay_team::{
    TeamError,
    master::{DataKeys, MasterKey},
};
use patchbay_team_store::{Node, Place, TeamStore};
use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicI64},
};
use tokio::sync::Mutex;
use uuid::Uuid;

const SERVER_ID: &str = "server id";
const DATA_KEYS: &str = "data keys";

/// What a server is opened with.
pub struct Opening {
    /// The database.
    pub place: Place,
    /// Where people reach it, if it is one that serves.
    pub node: Option<Node>,
    /// What opens its keys.
    pub master: MasterKey,
    /// Holds a folder for each member's files: recordings, for one.
    pub files: PathBuf,
    /// That folder is there at the next start as well.
    pub files_stay: bool,
    /// Which addresses the server may dial.
    pub reach: Reach,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Providers on loopback may be asked without TLS: for tests.
    pub plain_loopback: bool,
    /// Hash passwords as cheaply as is allowed: for tests.
    pub cheap: bool,
}

impl Team {
    /// Opens a server's database, makes its keys if it is a new one, and knows all of it when it returns.
    ///
    /// # Errors
    /// The database cannot be used, or the master key is another one.
    pub async fn open(opening: Opening) -> Result<Arc<Self>, ApiError> {
        let Opening { place, node, master, files, files_stay, reach, clock, plain_loopback, cheap } =
            opening;
        let store = TeamStore::open(&place).await.map_err(|error| error.api_error())?;
        let keys = keys(&store, &master).await?;
        // Left by a server that did not end by itself; mostly there is none.
        let _none = tokio::fs::remove_dir_all(files.join(FOLDER_OF_ACTING)).await;
        let team = Arc::new(Self {
            known: Known::default(),
            store,
            node,
            members: Members::default(),
            keys,
            turn: Mutex::default(),
            revision: AtomicI64::new(0),
            clock,
            recordings: RuleRecordings::new(files.join("organisations"), files_stay),
            files,
            reach,
            watching: Default::default(),
            sharing: Default::default(),
            throttle: Default::default(),
            pace: Default::default(),
            descriptions: Default::default(),
            plain_loopback,
            uses: Default::default(),
            seen: Default::default(),
            cheap,
        });
        let changes = team.store.changes();
        team.read_all().await?;
        follow::start(&team, changes);
        team.node_is_there().await;
        follow::tend(&team);
        Ok(team)
    }
}

/// A server's database and its keys, without the server: for what is done beside one that runs.
pub struct Beside {
    pub(super) store: TeamStore,
    pub(super) keys: DataKeys,
}

impl Beside {
    /// Opens a database that a server may have open.
    ///
    /// # Errors
    /// There is none, or the master key is another one.
    pub async fn open(place: &Place, master: &MasterKey) -> Result<Self, ApiError> {
        let store = TeamStore::open_beside(place).await.map_err(|error| error.api_error())?;
        let keys = keys(&store, master).await?;
        Ok(Self { store, keys })
    }

    /// Wraps the data keys under another master key. Nothing else has to be written, and servers go on with what they have open.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn rotate_master_key(&self, master: &MasterKey) -> Result<(), ApiError> {
        let wrapped = self.keys.wrap(master).map_err(|error| error.api_error())?;
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::team::testing::{newcomer, visitor};
    use patchbay_core::SystemClock;
    use patchbay_model::{ErrorCode, Secret};

    fn opening(home: &tempfile::TempDir, key: &Secret<String>) -> Opening {
        Opening {
            place: Place::Sqlite(home.path().join("team.db")),
            node: None,
            master: MasterKey::from_text(key).unwrap(),
            files: home.path().join("members"),
            files_stay: true,
            reach: Reach::default(),
            clock: Arc::new(SystemClock::default()),
            plain_loopback: true,
            cheap: true,
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_log_is_checked_and_the_master_key_exchanged_beside_a_server_that_runs() {
        let home = tempfile::tempdir().unwrap();
        let (_, old) = MasterKey::generate().unwrap();
        let (_, new) = MasterKey::generate().unwrap();
        let Opening { place, master, .. } = opening(&home, &old);
        assert!(Beside::open(&place, &master).await.is_err(), "a database was made");
        let team = Team::open(opening(&home, &old)).await.unwrap();
        let token = team.set_up_token().await.unwrap().unwrap();
        team.checkpoint(true).await.unwrap();

        let beside = Beside::open(&place, &master).await.unwrap();
        let before = beside.verify(None).await.unwrap();
        assert_eq!((before.head.seq, before.checkpoints), (1, 1));
        beside.rotate_master_key(&MasterKey::from_text(&new).unwrap()).await.unwrap();
        // The server goes on, and what it writes has its place in the log.
        team.set_up(token.expose_secret(), newcomer("owner"), "Lab", &visitor()).await.unwrap();
        let after = beside.verify(Some(before.head)).await.unwrap();
        assert_eq!(after.head.seq, 2);
        team.store.clone().close().await;
        drop(team);

        let refused = Team::open(opening(&home, &old)).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::WrongPassphrase);
        let team = Team::open(opening(&home, &new)).await.unwrap();
        assert!(team.known.directory().account_named("owner").is_some());
    }
}
