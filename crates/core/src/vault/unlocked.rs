//! Everything that is only there while the vault is unlocked: keys, the tree, identities, what can be undone.

use crate::{
    CoreError,
    identities::StoredIdentity,
    recents, sync,
    tree::{Deletions, Forest, Node, Step, read_node, write_node},
};
use patchbay_model::{IdentityId, NodeId, VaultSettings};
use patchbay_store::{Change, Field, Item, Items, Kind, OpenVault};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, RwLock},
    thread,
    time::Duration,
};
use tokio::sync::{Mutex as TurnMutex, MutexGuard as Turn, Notify};
use zeroize::Zeroizing;

/// The id of items of which there is only one.
pub(crate) const THE_ONE: [u8; 16] = [0; 16];

/// How long after the passphrase was typed a secret may be shown.
const PROOF_LASTS: Duration = Duration::from_secs(60);

/// Keys and caches of an unlocked vault; dropped as a whole when it locks.
pub struct Unlocked {
    vault: Arc<dyn Items>,
    /// Set if the items are those of a vault file.
    file: Option<OpenVault>,
    forest: RwLock<Forest>,
    identities: RwLock<BTreeMap<IdentityId, StoredIdentity>>,
    settings: RwLock<VaultSettings>,
    recents: RwLock<Vec<NodeId>>,
    deletions: Mutex<Deletions>,
    /// Held while a change is planned, written and made.
    turn: TurnMutex<()>,
    /// When the passphrase was typed last.
    proved: Mutex<Option<Duration>>,
    /// When a person was here last.
    touched: Mutex<Duration>,
    /// The time until it locks has changed.
    pub(crate) retimed: Arc<Notify>,
}

impl Unlocked {
    /// Reads everything the caches hold of a vault file.
    pub(crate) async fn load(
        file: OpenVault,
        now: Duration,
        proved: bool,
    ) -> Result<Self, CoreError> {
        let mut unlocked = Self::over(Arc::new(file.clone()), now).await?;
        unlocked.file = Some(file);
        unlocked.proved = Mutex::new(proved.then_some(now));
        Ok(unlocked)
    }

    /// Reads everything the caches hold, wherever it is kept.
    pub(crate) async fn over(vault: Arc<dyn Items>, now: Duration) -> Result<Self, CoreError> {
        let forest = forest(&*vault).await?;
        let identities = identities(&*vault).await?;
        let settings = the_one(&*vault, Kind::Settings).await?;
        let recents = the_one(&*vault, Kind::Recent).await?;
        Ok(Self {
            vault,
            file: None,
            forest: RwLock::new(forest),
            identities: RwLock::new(identities),
            settings: RwLock::new(settings.unwrap_or_default()),
            recents: RwLock::new(recents.map(recents::from_stored).unwrap_or_default()),
            deletions: Mutex::default(),
            turn: TurnMutex::default(),
            proved: Mutex::default(),
            touched: Mutex::new(now),
            retimed: Arc::default(),
        })
    }

    /// The items, for those that no cache holds. Keep a clone no longer than one operation.
    #[must_use]
    pub const fn vault(&self) -> &Arc<dyn Items> {
        &self.vault
    }

    /// The vault file, for what concerns its keys and not its items.
    pub(crate) fn file(&self) -> Result<&OpenVault, CoreError> {
        self.file.as_ref().ok_or(CoreError::NoVaultFile)
    }

    /// Reads anew what somebody else has changed.
    pub(crate) async fn reload(&self) -> Result<(), CoreError> {
        // What is being changed here is written before it is read again.
        let _turn = self.turn().await;
        let (forest, identities) = (forest(&*self.vault).await?, identities(&*self.vault).await?);
        *sync::write(&self.forest) = forest;
        *sync::write(&self.identities) = identities;
        Ok(())
    }

    pub(crate) const fn forest(&self) -> &RwLock<Forest> {
        &self.forest
    }

    pub(crate) const fn identities(&self) -> &RwLock<BTreeMap<IdentityId, StoredIdentity>> {
        &self.identities
    }

    pub(crate) const fn recents(&self) -> &RwLock<Vec<NodeId>> {
        &self.recents
    }

    pub(crate) const fn deletions(&self) -> &Mutex<Deletions> {
        &self.deletions
    }

    /// The settings that travel with the vault.
    #[must_use]
    pub fn settings(&self) -> VaultSettings {
        sync::read(&self.settings).clone()
    }

    pub(crate) fn set_settings(&self, settings: VaultSettings) {
        *sync::write(&self.settings) = settings;
        self.retimed.notify_one();
    }

    /// Waits for its turn to change something the caches hold.
    pub(crate) async fn turn(&self) -> Turn<'_, ()> {
        self.turn.lock().await
    }

    /// Writes changes of nodes, with whatever has to be written in the same transaction.
    pub(crate) async fn write_nodes(
        &self,
        steps: &[Step],
        more: Vec<Change>,
    ) -> Result<(), CoreError> {
        let mut changes = more;
        changes.reserve(steps.len());
        for step in steps {
            changes.push(match step {
                Step::Put(id, node) => put(Kind::Node, *id.as_bytes(), written(write_node(node))?),
                Step::Remove(id) => Change::Delete { kind: Kind::Node, id: *id.as_bytes() },
            });
        }
        Ok(self.vault.apply(changes).await?)
    }

    /// Says that the passphrase was typed just now.
    pub(crate) fn prove(&self, now: Duration) {
        *sync::lock(&self.proved) = Some(now);
    }

    /// Whether the passphrase was typed within the last minute.
    pub(crate) fn is_proved(&self, now: Duration) -> bool {
        // Where there is no passphrase, rights decide.
        self.file.is_none()
            || sync::lock(&self.proved)
                .is_some_and(|proved| now.saturating_sub(proved) <= PROOF_LASTS)
    }

    /// Says that a person is here.
    pub(crate) fn touch(&self, now: Duration) {
        *sync::lock(&self.touched) = now;
    }

    /// When it locks by itself.
    pub(crate) fn locks_at(&self) -> Option<Duration> {
        self.file.as_ref()?;
        let minutes = u64::from(sync::read(&self.settings).lock_after_minutes);
        (minutes > 0).then(|| *sync::lock(&self.touched) + Duration::from_secs(60 * minutes))
    }
}

impl std::fmt::Debug for Unlocked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unlocked").field("vault", &self.vault).finish_non_exhaustive()
    }
}

/// An item as JSON.
pub(crate) fn put(kind: Kind, id: [u8; 16], json: Vec<u8>) -> Change {
    Change::Put { kind, id, field: Field::Main, data: Zeroizing::new(json) }
}

/// JSON that was written, or the bug that it was not.
pub(crate) fn written(json: Result<Vec<u8>, serde_json::Error>) -> Result<Vec<u8>, CoreError> {
    json.map_err(|error| CoreError::Internal(error.to_string()))
}

/// Reads JSON. What cannot be read stays in the file and is left out: one bad item must not keep everything else shut.
fn parse<T: serde::de::DeserializeOwned>(what: &str, item: &Item) -> Option<T> {
    serde_json::from_slice(&item.data).map_err(|error| left_out(what, &error)).ok()
}

/// The error is not written down: it could repeat part of the item.
fn left_out(what: &str, error: &serde_json::Error) {
    tracing::warn!(
        what,
        line = error.line(),
        column = error.column(),
        "an item cannot be read and is left out"
    );
}

async fn forest(vault: &dyn Items) -> Result<Forest, CoreError> {
    let nodes = vault.load(Kind::Node).await?;
    tokio::task::spawn_blocking(move || Forest::load(parse_nodes(&nodes)))
        .await
        .map_err(|stopped| CoreError::Internal(stopped.to_string()))
}

async fn identities(vault: &dyn Items) -> Result<BTreeMap<IdentityId, StoredIdentity>, CoreError> {
    let items = vault.load(Kind::Identity).await?;
    let read = |item: &Item| Some((IdentityId::from_bytes(item.id), parse("identity", item)?));
    Ok(items.iter().filter_map(read).collect())
}

async fn the_one<T: serde::de::DeserializeOwned>(
    vault: &dyn Items,
    kind: Kind,
) -> Result<Option<T>, CoreError> {
    let data = vault.get(kind, THE_ONE, Field::Main).await?;
    Ok(data.and_then(|data| {
        serde_json::from_slice(&data).map_err(|error| left_out("settings", &error)).ok()
    }))
}

/// On several threads: with 100,000 machines this is most of opening the vault.
fn parse_nodes(items: &[Item]) -> HashMap<NodeId, Node> {
    /// Fewer are read faster than a thread starts.
    const WORTH_A_THREAD: usize = 2000;
    let threads = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(items.len() / WORTH_A_THREAD + 1);
    let read = |items: &[Item]| -> Vec<(NodeId, Node)> {
        let node =
            |item: &Item| read_node(&item.data).map_err(|error| left_out("node", &error)).ok();
        items.iter().filter_map(|item| Some((NodeId::from_bytes(item.id), node(item)?))).collect()
    };
    let mut nodes = HashMap::with_capacity(items.len());
    thread::scope(|scope| {
        let parts = items.chunks(items.len().div_ceil(threads).max(1));
        let parts: Vec<_> = parts.map(|part| scope.spawn(move || read(part))).collect();
        for part in parts {
            nodes.extend(part.join().unwrap_or_default());
        }
    });
    nodes
}
