//! One SSH connection: handshake, and what is left of it afterwards.

use crate::{
    Hop, SshError, Waiting,
    algorithms::{self, Carries},
    dial,
    gate::{Gate, Gated},
    report::Report,
    watcher::{Shared, Watcher},
};
use patchbay_model::Stage;
use russh::{Disconnect, client};
use std::{future::pending, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::{CancellationToken, DropGuard};

/// How long a polite goodbye may take.
const GOODBYE: Duration = Duration::from_millis(500);

/// A connection whose host key was accepted. Dropping it ends it at once.
pub(crate) struct Link {
    pub handle: client::Handle<Watcher>,
    pub shared: Arc<Shared>,
    pub name: String,
    _closing: DropGuard,
}

impl Link {
    /// Greets, exchanges keys and has the host key judged.
    pub(crate) async fn open<S>(
        stream: S,
        hop: &Hop,
        carries: Carries,
        report: &Report,
        deadline: Instant,
    ) -> Result<Self, SshError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        report.began(Stage::Handshake, "");
        let closing = CancellationToken::new();
        let gate = Gate::new(closing.clone());
        // russh's task outlives this future if it is dropped; this ends it.
        let closing = closing.drop_guard();
        let shared = Shared::new(gate.clone());
        let watcher = Watcher {
            shared: shared.clone(),
            report: report.clone(),
            address: dial::bare(&hop.address).to_owned(),
            port: hop.port,
            banners: 0.into(),
        };
        let judging = shared.judging.subscribe();
        let connecting = client::connect_stream(
            algorithms::config(hop, carries),
            Gated::new(stream, gate, carries.read_ahead()),
            watcher,
        );
        let handle = tokio::select! {
            done = connecting => done.map_err(|error| shared.explain(error, Waiting::Handshake))?,
            () = patience(judging, deadline, hop.connect_timeout) => {
                let greeted = shared.gate.greeting().is_some();
                return Err(dial::timed_out(hop, if greeted { Waiting::Handshake } else { Waiting::Greeting }));
            }
        };
        Ok(Self { handle, shared, name: hop.name.clone(), _closing: closing })
    }

    /// Why the connection is gone, for when something on it failed.
    pub(crate) fn broke_off(&self, waiting: Waiting) -> SshError {
        self.shared.explain(SshError::BrokeOff { waiting, reason: None }, waiting)
    }

    /// Says goodbye, as far as the server lets us.
    pub(crate) async fn close(mut self) {
        let _ = timeout(GOODBYE, async {
            if self.handle.disconnect(Disconnect::ByApplication, "", "").await.is_ok() {
                let _ = (&mut self.handle).await;
            }
        })
        .await;
    }
}

/// Ends when the server has kept us waiting for too long; the time a person takes to judge does not count.
async fn patience(mut judging: watch::Receiver<bool>, deadline: Instant, afterwards: Duration) {
    let mut until = deadline;
    loop {
        let changed = if *judging.borrow_and_update() {
            let changed = judging.changed().await;
            until = Instant::now() + afterwards;
            changed
        } else {
            tokio::select! {
                () = sleep_until(until) => return,
                changed = judging.changed() => changed,
            }
        };
        if changed.is_err() {
            return pending().await;
        }
    }
}
