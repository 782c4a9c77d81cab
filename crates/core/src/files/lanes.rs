//! More channels for a long file that is written far away.
//!
//! A server lets each channel have so much on its way and no more (RFC 4254 section 5.2; OpenSSH 2 MiB), which at 50 ms
//! is 40 MiB/s however fast the line is. Files that are read need none: there this side decides. Deliberately absent:
//! more connections; what limits is not the connection, and servers count those.

use futures_util::future::join_all;
use patchbay_engine_ssh::Commands;
use patchbay_sftp::{Client, File, OpenOptions, Options};
use std::{sync::Arc, time::Duration};
use tokio::sync::OnceCell;

/// Channels beside the first. A server lets a connection have ten if it is not told otherwise.
const MORE: usize = 3;
/// An answer that takes so long comes from far away.
const FAR: Duration = Duration::from_millis(8);
/// As many bytes are worth the round trips that more channels take.
const WORTH: u64 = 16 * 1024 * 1024;

/// The channels of a task, opened when one is needed.
#[derive(Clone, Debug)]
pub(super) struct Lanes {
    commands: Commands,
    more: Arc<OnceCell<Vec<Client>>>,
}

impl Lanes {
    pub(super) fn new(commands: Commands) -> Self {
        Self { commands, more: Arc::default() }
    }

    /// Whether they help with so many bytes, when an answer took so long.
    pub(super) fn help(bytes: u64, answer: Duration) -> bool {
        bytes >= WORTH && answer >= FAR
    }

    /// The same file once more on each, to be written. None if the server wants no more channels.
    pub(super) async fn open(&self, path: &[u8]) -> Vec<File> {
        let clients = self.more.get_or_init(|| self.connect()).await;
        let opening = clients.iter().map(|client| client.open(path, OpenOptions::write()));
        join_all(opening).await.into_iter().flatten().collect()
    }

    async fn connect(&self) -> Vec<Client> {
        let connecting = join_all((0..MORE).map(|_| self.one())).await;
        connecting.into_iter().flatten().collect()
    }

    async fn one(&self) -> Option<Client> {
        let refused = self.commands.files().await;
        let stream =
            refused.inspect_err(|error| tracing::debug!(%error, "one channel less")).ok()?;
        let (reader, writer) = tokio::io::split(stream);
        Client::start(reader, writer, Options::default()).await.ok()
    }
}
