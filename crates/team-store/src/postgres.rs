//! Connections to PostgreSQL, and what comes from other nodes.

use crate::connection::{Lent, Transaction};
use crate::revisions::State;
use crate::sqlite::PATIENCE;
use crate::{Changed, StoreError, dialect, revisions, schema};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{ConnectOptions, PgPool};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, broadcast};
use tracing::log::LevelFilter;

/// How often a node looks for what others wrote when nobody tells it: their word may be lost, or a proxy in between
/// may not pass it on.
const LOOK: Duration = Duration::from_millis(800);

/// What a URL says. It may hold a password: no error repeats it.
pub(crate) fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let ours = url.starts_with("postgres://") || url.starts_with("postgresql://");
    let options = url.parse::<PgConnectOptions>().ok().filter(|_| ours).ok_or_else(|| {
        StoreError::Refused("its URL is not of the form postgres://name@host/database".to_owned())
    })?;
    Ok(options
        .application_name("patchbay-server")
        .log_statements(LevelFilter::Off)
        .log_slow_statements(LevelFilter::Off, Duration::ZERO))
}

pub(crate) fn pool(options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(10)
        .acquire_timeout(PATIENCE)
        .after_connect(|on, _| Box::pin(dialect::prepare(on)))
        .connect_lazy_with(options)
}

/// Brings the tables up to date, and says where the database stands.
pub(crate) async fn started(pool: &PgPool) -> Result<State, StoreError> {
    let mut transaction = Transaction::begin(Lent::Postgres(pool.acquire().await?)).await?;
    let mut result = schema::migrate(&mut transaction.on()).await.map(|()| None);
    if result.is_ok() {
        result = revisions::state(&mut transaction.on()).await.map(Some);
    }
    let state = transaction.end(result).await?;
    state.ok_or_else(|| StoreError::Damaged("it does not say its revision".to_owned()))
}

/// Hears from other nodes that there is something new. A connection of its own waits for that; a lost one is made anew.
pub(crate) async fn listen(options: PgConnectOptions, wrote: Arc<Notify>) {
    loop {
        if let Err(problem) = hear(&options, &wrote).await {
            tracing::debug!(%problem, "other nodes are not heard");
        }
        wrote.notify_one();
        tokio::time::sleep(LOOK).await;
    }
}

pub(crate) async fn hear(options: &PgConnectOptions, wrote: &Notify) -> Result<(), sqlx::Error> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_lazy_with(options.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(dialect::CHANNEL).await?;
    loop {
        // What was said before is found by looking.
        wrote.notify_one();
        listener.try_recv().await?;
    }
}

/// Tells of what was written, by whomever, in order.
pub(crate) async fn follow(
    pool: PgPool,
    mut known: State,
    told: broadcast::Sender<Changed>,
    wrote: Arc<Notify>,
) {
    let mut well = true;
    loop {
        let _ = tokio::time::timeout(LOOK, wrote.notified()).await;
        match look(&pool, &mut known, &told).await {
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

async fn look(
    pool: &PgPool,
    known: &mut State,
    told: &broadcast::Sender<Changed>,
) -> Result<(), StoreError> {
    let mut look = Transaction::look(Lent::Postgres(pool.acquire().await?)).await?;
    let result = revisions::catch_up(&mut look.on(), known, told).await;
    look.end(result).await
}
