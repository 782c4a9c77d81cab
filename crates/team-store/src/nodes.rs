//! Where the nodes of a server are, so that clients of one that ends find another.
//!
//! It is of the moment: no audit, no revision, in no backup. A SQLite database has one node, and nothing is written of it.

use crate::StoreError;
use crate::connection::Connection;
use patchbay_model::Timestamp;

/// A node, as people reach it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// An address with its port, as links have it. Nodes behind one proxy share theirs.
    pub url: String,
    /// SHA-256 of its certificate; none behind a proxy.
    pub fingerprint: Option<String>,
}

/// Writes down that a node is there.
pub(crate) async fn put(
    on: &mut Connection<'_>,
    node: &Node,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO nodes (url, fingerprint, seen) VALUES ($1, $2, $3) \
        ON CONFLICT (url) DO UPDATE SET fingerprint = excluded.fingerprint, seen = excluded.seen";
    on.run(sql, &[(&node.url).into(), node.fingerprint.as_deref().into(), now.0.into()])
        .await
        .map(drop)
}

/// Forgets a node that ends, and those that nobody has seen since.
pub(crate) async fn forget(
    on: &mut Connection<'_>,
    url: &str,
    since: Timestamp,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM nodes WHERE url = $1 OR seen < $2";
    on.run(sql, &[url.into(), since.0.into()]).await.map(drop)
}

/// Those that were seen since, the last seen first.
pub(crate) async fn all(
    on: &mut Connection<'_>,
    since: Timestamp,
) -> Result<Vec<Node>, StoreError> {
    let sql = "SELECT url, fingerprint FROM nodes WHERE seen >= $1 ORDER BY seen DESC, url";
    let rows = on.rows(sql, &[since.0.into()]).await?;
    rows.iter().map(|row| Ok(Node { url: row.get(0)?, fingerprint: row.get(1)? })).collect()
}
