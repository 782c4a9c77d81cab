//! The database of a server, open.

use crate::connection::{Lent, Transaction};
use crate::items::StoredItem;
use crate::lock::{ProcessLock, private};
use crate::revisions::State;
use crate::{
    Changed, Numbered, Place, StoreError, Use, Write, dialect, directory, items, numbers,
    revisions, schema, settings, used, write,
};
use patchbay_team::entity::{Change, Space};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _, PgPool, SqliteConnection, SqlitePool};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify, OwnedMutexGuard, broadcast};
use tokio::task::AbortHandle;
use tracing::log::LevelFilter;

/// How long a call waits for a connection before it says that the database does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a node looks for what others wrote when nobody tells it: their word may be lost, or a proxy in between
/// may not pass it on.
const LOOK: Duration = Duration::from_millis(800);

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
    Sqlite { writer: Arc<Mutex<Option<SqliteConnection>>>, readers: SqlitePool, _lock: ProcessLock },
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

    async fn open_sqlite(path: &Path) -> Result<Self, StoreError> {
        let path = std::path::absolute(path).map_err(StoreError::io("found", path))?;
        let lock = ProcessLock::acquire(&path)?;
        prepare(&path).await?;
        let options = sqlite_options(&path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "ON");
        let writer = Arc::new(Mutex::new(Some(options.connect().await?)));
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(PATIENCE)
            .connect_lazy_with(sqlite_options(&path).pragma("query_only", "ON"));
        let base = Base::Sqlite { writer, readers, _lock: lock };
        let new = Self { inner: Arc::new(Inner { base, told: broadcast::channel(BACKLOG).0 }) };
        new.migrate().await?;
        Ok(new)
    }

    async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        let options: PgConnectOptions = url.parse()?;
        let options = options
            .application_name("patchbay-server")
            .log_statements(LevelFilter::Off)
            .log_slow_statements(LevelFilter::Off, Duration::ZERO);
        let pool = PgPoolOptions::new()
            .max_connections(10)
            .acquire_timeout(PATIENCE)
            .after_connect(|on, _| Box::pin(async move { dialect::prepare(on).await }))
            .connect_lazy_with(options.clone());
        let (told, wrote) = (broadcast::channel(BACKLOG).0, Arc::new(Notify::new()));
        let known = started(&pool).await?;
        let tasks = [
            tokio::spawn(listen(options, Arc::clone(&wrote))).abort_handle(),
            tokio::spawn(follow(pool.clone(), known, told.clone(), Arc::clone(&wrote)))
                .abort_handle(),
        ];
        let base = Base::Postgres { pool, wrote, tasks };
        Ok(Self { inner: Arc::new(Inner { base, told }) })
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let mut transaction = Transaction::begin(self.inner.writer().await?).await?;
        let result = schema::migrate(&mut transaction.on()).await;
        transaction.end(result).await
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

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut look = self.inner.look().await?;
        let result = revisions::state(&mut look.on()).await;
        look.end(result).await.map(drop)
    }

    /// Waits for what is under way, and closes it, for all clones.
    pub async fn close(self) {
        match &self.inner.base {
            Base::Sqlite { writer, readers, .. } => {
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

    async fn look(&self) -> Result<Transaction, StoreError> {
        let lent = match &self.base {
            Base::Sqlite { readers, .. } => Lent::Reader(readers.acquire().await?),
            Base::Postgres { pool, .. } => Lent::Postgres(pool.acquire().await?),
        };
        Transaction::look(lent).await
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

fn sqlite_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        .pragma("temp_store", "MEMORY")
        .busy_timeout(PATIENCE)
        // Rows are handed over by another thread: in large batches it wakes us less often.
        .row_buffer_size(1024)
        .log_statements(LevelFilter::Off)
        .log_slow_statements(LevelFilter::Off, Duration::ZERO)
}

/// Makes sure that the file is ours, before anything is written to it; makes it if it is not there.
async fn prepare(path: &Path) -> Result<(), StoreError> {
    let mut file = private()
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(StoreError::io("opened", path))?;
    // https://sqlite.org/fileformat.html: sixteen bytes of magic, the application's id at 68.
    let mut header = Vec::new();
    Read::by_ref(&mut file)
        .take(72)
        .read_to_end(&mut header)
        .map_err(StoreError::io("read", path))?;
    drop(file);
    if header.is_empty() {
        // At once in the file itself and not in the log, so that a file that is not empty says whose it is.
        let mut new =
            sqlite_options(path).journal_mode(SqliteJournalMode::Delete).connect().await?;
        dialect::mark(&mut new).await?;
        return Ok(new.close().await?);
    }
    let id = header.get(68..72).and_then(|id| id.try_into().ok()).map(i32::from_be_bytes);
    if header.starts_with(b"SQLite format 3\0") && id == Some(schema::APPLICATION_ID) {
        return Ok(());
    }
    Err(StoreError::NotOurs { path: path.to_owned() })
}

/// Brings the tables up to date, and says where the database stands.
async fn started(pool: &PgPool) -> Result<State, StoreError> {
    let mut transaction = Transaction::begin(Lent::Postgres(pool.acquire().await?)).await?;
    let on = &mut transaction.on();
    let result = match schema::migrate(on).await {
        Ok(()) => revisions::state(on).await,
        Err(problem) => Err(problem),
    };
    transaction.end(result).await
}

/// Hears from other nodes that there is something new. A connection of its own waits for that; a lost one is made anew.
async fn listen(options: PgConnectOptions, wrote: Arc<Notify>) {
    loop {
        if let Err(problem) = hear(&options, &wrote).await {
            tracing::debug!(%problem, "other nodes are not heard");
        }
        wrote.notify_one();
        tokio::time::sleep(LOOK).await;
    }
}

async fn hear(options: &PgConnectOptions, wrote: &Notify) -> Result<(), sqlx::Error> {
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
    let pool = pool.max_lifetime(None).idle_timeout(None).connect_lazy_with(options.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(dialect::CHANNEL).await?;
    loop {
        // What was said before is found by looking.
        wrote.notify_one();
        listener.try_recv().await?;
    }
}

/// Tells of what was written, by whomever, in order.
async fn follow(
    pool: PgPool,
    mut known: State,
    told: broadcast::Sender<Changed>,
    wrote: Arc<Notify>,
) {
    let mut well = true;
    loop {
        let _ = tokio::time::timeout(LOOK, wrote.notified()).await;
        let result = async {
            let mut look = Transaction::look(Lent::Postgres(pool.acquire().await?)).await?;
            let result = revisions::catch_up(&mut look.on(), &mut known, &told).await;
            look.end(result).await
        };
        match result.await {
            Ok(()) if well => {}
            Ok(()) => {
                well = true;
                tracing::info!("the database answers again");
            }
            Err(StoreError::Closed) => return,
            Err(problem) if well => {
                well = false;
                tracing::warn!(%problem, "the database does not answer");
            }
            Err(_) => {}
        }
    }
}
