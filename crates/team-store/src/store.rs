//! The database of a server, open.

use crate::connection::{Lent, Transaction};
use crate::items::StoredItem;
use crate::sqlite::Writer;
use crate::{
    Changed, Find, Found, Node, Numbered, Place, StoreError, Use, Write, audit, backup, directory,
    find, items, nodes, numbers, postgres, revisions, schema, settings, sqlite, used, write,
};
use patchbay_model::Timestamp;
use patchbay_team::audit::{Checkpoint, Head, Record};
use patchbay_team::entity::{Change, Space};
use sqlx::{PgPool, SqlitePool};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{Mutex, Notify, OwnedMutexGuard, broadcast};
use tokio::task::AbortHandle;

/// Changes that a listener may be behind by before it has to read everything anew.
const BACKLOG: usize = 1024;

/// The database of a server. Clones are the same one.
#[derive(Clone)]
pub struct TeamStore {
    inner: Arc<Inner>,
}

struct Inner {
    base: Base,
    told: broadcast::Sender<Changed>,
}

enum Base {
    Sqlite { writer: Arc<Mutex<Option<Writer>>>, readers: SqlitePool },
    Postgres { pool: PgPool, wrote: Arc<Notify>, tasks: [AbortHandle; 2] },
}

impl Drop for Base {
    fn drop(&mut self) {
        if let Self::Postgres { tasks, .. } = self {
            tasks.iter().for_each(AbortHandle::abort);
        }
    }
}

impl TeamStore {
    /// Opens it, makes the tables if there are none and brings older ones up to date.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if another process has the file open; what else is wrong with the place.
    pub async fn open(place: &Place) -> Result<Self, StoreError> {
        match place {
            Place::Sqlite(path) => Self::open_sqlite(path).await,
            Place::Postgres(url) => Self::open_postgres(url).await,
        }
    }

    /// Opens it to read and to change settings, whether or not a server has it open. A server does not hear of what else
    /// would be written.
    ///
    /// # Errors
    /// [`StoreError::Missing`] and [`StoreError::NotOurs`] if there is no database; as [`TeamStore::open`] if it has to be
    /// brought up to date first.
    pub async fn open_beside(place: &Place) -> Result<Self, StoreError> {
        let Place::Sqlite(path) = place else { return Self::open(place).await };
        let path = std::path::absolute(path).map_err(StoreError::io("found", path))?;
        let store = Self::sqlite(&path, Writer::beside(&path).await?);
        let mut look = store.inner.look().await?;
        let version = schema::version(&mut look.on()).await;
        if look.end(version).await? == schema::NEWEST {
            return Ok(store);
        }
        store.close().await;
        Self::open(place).await
    }

    fn sqlite(path: &Path, writer: Writer) -> Self {
        let writer = Arc::new(Mutex::new(Some(writer)));
        let base = Base::Sqlite { writer, readers: sqlite::readers(path) };
        Self { inner: Arc::new(Inner { base, told: broadcast::channel(BACKLOG).0 }) }
    }

    async fn open_sqlite(path: &Path) -> Result<Self, StoreError> {
        let path = std::path::absolute(path).map_err(StoreError::io("found", path))?;
        let new = Self::sqlite(&path, Writer::open(&path).await?);
        let mut transaction = Transaction::begin(new.inner.writer().await?).await?;
        let result = schema::migrate(&mut transaction.on()).await;
        transaction.end(result).await?;
        drop(transaction);
        Ok(new)
    }

    async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        let options = postgres::options(url)?;
        let pool = postgres::pool(options.clone());
        let known = postgres::started(&pool).await?;
        let (told, wrote) = (broadcast::channel(BACKLOG).0, Arc::new(Notify::new()));
        let follow = postgres::follow(pool.clone(), known, told.clone(), Arc::clone(&wrote));
        let listen = postgres::listen(options, Arc::clone(&wrote));
        let tasks = [tokio::spawn(follow).abort_handle(), tokio::spawn(listen).abort_handle()];
        Ok(Self { inner: Arc::new(Inner { base: Base::Postgres { pool, wrote, tasks }, told }) })
    }

    /// All that is kept about people, as changes in an order in which a directory takes them, and its revision.
    pub async fn changes_of_directory(&self) -> Result<(Vec<Change>, i64), StoreError> {
        let mut look = self.inner.look().await?;
        let result = async {
            let on = &mut look.on();
            Ok((directory::all(on).await?, revisions::state(on).await?.revision))
        };
        let result = result.await;
        look.end(result).await
    }

    /// All items of an organisation or an account.
    pub async fn items(&self, space: Space) -> Result<Vec<StoredItem>, StoreError> {
        let mut look = self.inner.look().await?;
        let result = items::of_space(&mut look.on(), space).await;
        look.end(result).await
    }

    /// The fields of one item; none if it is not there.
    pub async fn item(
        &self,
        space: Space,
        kind: u8,
        id: [u8; 16],
    ) -> Result<Vec<StoredItem>, StoreError> {
        let mut look = self.inner.look().await?;
        let result = items::of_item(&mut look.on(), space, kind, id).await;
        look.end(result).await
    }

    /// Writes all of it in one step or nothing, and gives the new revision. When it returns, it is on the disk.
    ///
    /// It runs to its end also if nobody waits for it any more.
    ///
    /// # Errors
    /// [`StoreError::Conflict`], [`StoreError::Stale`], [`StoreError::Taken`] and [`StoreError::Gone`] if somebody else
    /// was first; [`StoreError::Uncertain`] if the connection was lost at the last moment.
    pub async fn write(&self, write: Write) -> Result<i64, StoreError> {
        let inner = Arc::clone(&self.inner);
        finish(async move { inner.write(&write).await }).await
    }

    /// What is written from now on: by this node and, on PostgreSQL, by the others. Who lags behind
    /// (`RecvError::Lagged`) has to read everything anew.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Changed> {
        self.inner.told.subscribe()
    }

    /// Writes down when sign-ins and tokens were used last.
    pub async fn used(&self, uses: Vec<Use>) -> Result<(), StoreError> {
        if uses.is_empty() {
            return Ok(());
        }
        let inner = Arc::clone(&self.inner);
        finish(async move {
            let mut transaction = Transaction::begin(inner.writer().await?).await?;
            let result = used::write(&mut transaction.on(), &uses).await;
            transaction.end(result).await
        })
        .await
    }

    /// Writes down that this node is there.
    pub async fn node_is_there(&self, node: &Node, now: Timestamp) -> Result<(), StoreError> {
        let Base::Postgres { pool, .. } = &self.inner.base else { return Ok(()) };
        let mut transaction = Transaction::begin(Lent::Postgres(pool.acquire().await?)).await?;
        let result = nodes::put(&mut transaction.on(), node, now).await;
        transaction.end(result).await
    }

    /// Forgets this node, which ends, and those that nobody has seen since.
    pub async fn node_ends(&self, url: &str, since: Timestamp) -> Result<(), StoreError> {
        let Base::Postgres { pool, .. } = &self.inner.base else { return Ok(()) };
        let mut transaction = Transaction::begin(Lent::Postgres(pool.acquire().await?)).await?;
        let result = nodes::forget(&mut transaction.on(), url, since).await;
        transaction.end(result).await
    }

    /// The nodes that were seen since, the last seen first; none on SQLite, which has this one alone.
    pub async fn nodes(&self, since: Timestamp) -> Result<Vec<Node>, StoreError> {
        let mut look = self.inner.look().await?;
        let result = nodes::all(&mut look.on(), since).await;
        look.end(result).await
    }

    /// The number of a thing, which it keeps for ever. It gets the next if it has none.
    pub async fn number(&self, what: Numbered, id: [u8; 16]) -> Result<i64, StoreError> {
        let numbers = self.numbers_of(what, vec![id]).await?;
        numbers
            .first()
            .copied()
            .ok_or_else(|| StoreError::Damaged("a number is missing".to_owned()))
    }

    /// The numbers of many things at once, in their order.
    pub async fn numbers_of(
        &self,
        what: Numbered,
        ids: Vec<[u8; 16]>,
    ) -> Result<Vec<i64>, StoreError> {
        let mut look = self.inner.look().await?;
        let known = numbers::known(&mut look.on(), what, &ids).await;
        if let Some(numbers) = look.end(known).await? {
            return Ok(numbers);
        }
        drop(look);
        let inner = Arc::clone(&self.inner);
        finish(async move {
            let mut transaction = Transaction::begin(inner.writer().await?).await?;
            let result = numbers::give(&mut transaction.on(), what, &ids).await;
            transaction.end(result).await
        })
        .await
    }

    /// What has a number, if anything does.
    pub async fn numbered(
        &self,
        what: Numbered,
        number: i64,
    ) -> Result<Option<[u8; 16]>, StoreError> {
        let mut look = self.inner.look().await?;
        let result = numbers::bearer(&mut look.on(), what, number).await;
        look.end(result).await
    }

    /// All numbers that were given.
    pub async fn numbers(&self) -> Result<Vec<(i64, Numbered, [u8; 16])>, StoreError> {
        let mut look = self.inner.look().await?;
        let result = numbers::all(&mut look.on()).await;
        look.end(result).await
    }

    /// A named value.
    pub async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut look = self.inner.look().await?;
        let result = settings::get(&mut look.on(), name).await;
        look.end(result).await
    }

    /// Sets a named value.
    pub async fn set_setting(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let (inner, name, value) = (Arc::clone(&self.inner), name.to_owned(), value.to_vec());
        finish(async move {
            let mut transaction = Transaction::begin(inner.writer().await?).await?;
            let result = settings::set(&mut transaction.on(), &name, &value).await;
            transaction.end(result).await
        })
        .await
    }

    /// Sets a named value unless it is set, and gives what it is: of several nodes that start at once, one is first.
    pub async fn settle_setting(&self, name: &str, value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (inner, name, value) = (Arc::clone(&self.inner), name.to_owned(), value.to_vec());
        finish(async move {
            let mut transaction = Transaction::begin(inner.writer().await?).await?;
            let result = settings::settle(&mut transaction.on(), &name, &value).await;
            transaction.end(result).await
        })
        .await
    }

    /// Records of the audit log in their order, from this one on.
    pub async fn audit(&self, from: i64, limit: u32) -> Result<Vec<Record>, StoreError> {
        let mut look = self.inner.look().await?;
        let result = audit::records(&mut look.on(), from, limit).await;
        look.end(result).await
    }

    /// Looks for records of the audit log, newest first: at most this many, and not for longer than a moment.
    pub async fn find_audit(&self, wanted: &Find, limit: u32) -> Result<Found, StoreError> {
        let mut look = self.inner.look().await?;
        let result = find::find(&mut look.on(), wanted, limit).await;
        look.end(result).await
    }

    /// The last record of the audit log.
    pub async fn audit_head(&self) -> Result<Head, StoreError> {
        let mut look = self.inner.look().await?;
        let result = audit::head(&mut look.on()).await;
        look.end(result).await
    }

    /// All checkpoints of the audit log, oldest first.
    pub async fn checkpoints(&self) -> Result<Vec<Checkpoint>, StoreError> {
        let mut look = self.inner.look().await?;
        let result = audit::checkpoints(&mut look.on()).await;
        look.end(result).await
    }

    /// The number of the record that the last checkpoint vouches for, if there is one.
    pub async fn last_checkpoint(&self) -> Result<Option<i64>, StoreError> {
        let mut look = self.inner.look().await?;
        let result = audit::last_checkpoint(&mut look.on()).await;
        look.end(result).await
    }

    /// Keeps a checkpoint.
    pub async fn put_checkpoint(&self, checkpoint: Checkpoint) -> Result<(), StoreError> {
        let inner = Arc::clone(&self.inner);
        finish(async move {
            let mut transaction = Transaction::begin(inner.writer().await?).await?;
            let result = audit::put_checkpoint(&mut transaction.on(), &checkpoint).await;
            transaction.end(result).await
        })
        .await
    }

    /// Writes a copy of everything as it is now into a new SQLite file, which [`restore`](crate::restore) puts into a
    /// database of either kind. Others go on reading and writing meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if there is something at the path.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let (lent, to) = (self.inner.reader().await?, to.to_owned());
        finish(async move { backup::backup(lent, &to).await }).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut look = self.inner.look().await?;
        let result = revisions::state(&mut look.on()).await;
        look.end(result).await.map(drop)
    }

    /// Waits for what is under way, and closes it, for all clones.
    pub async fn close(self) {
        match &self.inner.base {
            Base::Sqlite { writer, readers } => {
                readers.close().await;
                let writer = writer.lock().await.take();
                if let Some(Err(problem)) = match writer {
                    Some(writer) => Some(writer.close().await),
                    None => None,
                } {
                    tracing::warn!(%problem, "the database was not closed well");
                }
            }
            Base::Postgres { pool, tasks, .. } => {
                tasks.iter().for_each(AbortHandle::abort);
                pool.close().await;
            }
        }
    }
}

impl Inner {
    async fn writer(&self) -> Result<Lent, StoreError> {
        match &self.base {
            Base::Sqlite { writer, .. } => {
                let writer = Arc::clone(writer).lock_owned().await;
                OwnedMutexGuard::try_map(writer, Option::as_mut)
                    .map(Lent::Writer)
                    .map_err(|_| StoreError::Closed)
            }
            Base::Postgres { pool, .. } => Ok(Lent::Postgres(pool.acquire().await?)),
        }
    }

    async fn reader(&self) -> Result<Lent, StoreError> {
        Ok(match &self.base {
            Base::Sqlite { readers, .. } => Lent::Reader(readers.acquire().await?),
            Base::Postgres { pool, .. } => Lent::Postgres(pool.acquire().await?),
        })
    }

    async fn look(&self) -> Result<Transaction, StoreError> {
        Transaction::look(self.reader().await?).await
    }

    async fn write(&self, write: &Write) -> Result<i64, StoreError> {
        let mut transaction = Transaction::begin(self.writer().await?).await?;
        let result = write::write(&mut transaction.on(), write).await;
        let changed = transaction.end(result).await?;
        let revision = changed.revision;
        match &self.base {
            // Before the next write can begin.
            Base::Sqlite { .. } => drop(self.told.send(changed)),
            Base::Postgres { wrote, .. } => wrote.notify_one(),
        }
        Ok(revision)
    }
}

/// Lets it run to its end, whatever becomes of who asked for it.
async fn finish<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::spawn(work).await {
        Ok(result) => result,
        Err(problem) => Err(StoreError::Uncertain(problem.to_string())),
    }
}
