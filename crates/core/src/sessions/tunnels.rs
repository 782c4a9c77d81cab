//! The life of the connection that carries a machine's tunnels, which is made again by itself when it is lost.

use super::{
    life::Life,
    session::{Session, failed},
};
use crate::tunnels::{Link, Machine};
use patchbay_engine_ssh::{Target, forward::forwards};
use patchbay_model::{ApiError, CloseReason, ErrorCode, NodeId, SessionId, SessionTarget};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// Waits before another attempt: the first, and the longest, which each doubles up to.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

impl Life {
    /// Connects, serves, and begins again when the connection was lost: until nobody wants a tunnel any more, or a reason
    /// comes up that no waiting helps against.
    pub(super) async fn tunnels(
        &mut self,
        target: Target,
        cancel: &CancellationToken,
    ) -> CloseReason {
        let core = self.session.core.upgrade();
        let machine = self.session.machine().zip(core).map(|(id, core)| core.tunnels().machine(id));
        match machine {
            Some(machine) => self.keep_up(target, &machine, cancel).await,
            None => CloseReason::ByPerson,
        }
    }

    /// Tells the tunnels that their session has closed: afterwards, so that who starts one then finds it closed.
    pub(super) async fn over(&self, reason: &CloseReason) {
        let SessionTarget::Tunnels { id } = self.session.info().target else { return };
        if let Some(core) = self.session.core.upgrade() {
            let machine = core.tunnels().machine(id);
            drop(core);
            machine.over(self.session.id, reason).await;
        }
    }

    async fn keep_up(
        &mut self,
        target: Target,
        machine: &Arc<Machine>,
        cancel: &CancellationToken,
    ) -> CloseReason {
        let mut ever = false;
        let mut wait = FIRST_WAIT;
        loop {
            let connecting = forwards(target.clone(), self.gate(), cancel.clone());
            let name = self.session.info().title;
            let connecting =
                async move { connecting.await.map_err(|error| error.api_error(&name)) };
            let error = match self.wait_for(connecting, cancel).await {
                Ok(link) => {
                    self.session.set_forwards(&link);
                    self.session.opened();
                    (ever, wait) = (true, FIRST_WAIT);
                    let session = Arc::clone(&self.session);
                    let (held, cancel) = (Arc::clone(&link), cancel.clone());
                    let hold = async move { held.hold(&cancel, |ms| session.latency(ms)).await };
                    match machine.serve(Link::Here(link), hold).await {
                        CloseReason::Failed { error } => error,
                        reason => return reason,
                    }
                }
                Err(_) if cancel.is_cancelled() => return CloseReason::ByPerson,
                Err(error) => error,
            };
            if !ever || !comes_back(&error) {
                return failed(error);
            }
            machine.lost(&error);
            self.session.again(&error);
            tokio::select! {
                () = tokio::time::sleep(wait) => wait = (wait * 2).min(LONGEST_WAIT),
                () = cancel.cancelled() => return CloseReason::ByPerson,
            }
        }
    }
}

/// Whether waiting may help.
fn comes_back(error: &ApiError) -> bool {
    error.retryable && error.code != ErrorCode::Cancelled
}

/// The tunnels that run with a terminal: started when it opens, stopped when this is dropped.
pub(super) struct WithSession {
    core: Weak<crate::Core>,
    machine: NodeId,
    session: SessionId,
    /// Not the task itself: that would keep its memory after it is done.
    starting: CancellationToken,
}

impl WithSession {
    pub(super) fn begin(session: &Session, machine: NodeId) -> Self {
        let (core, id) = (session.core.clone(), session.id);
        let starting = CancellationToken::new();
        tokio::spawn(starting.clone().run_until_cancelled_owned({
            let core = core.clone();
            async move {
                if let Some(core) = core.upgrade() {
                    core.tunnels().session_opened(machine, id).await;
                }
            }
        }));
        Self { core, machine, session: id, starting }
    }
}

impl Drop for WithSession {
    fn drop(&mut self) {
        self.starting.cancel();
        let (core, machine, session) = (self.core.clone(), self.machine, self.session);
        // At the end of the process nobody is left to do it, and nothing left to stop.
        if let (Some(core), Ok(runtime)) = (core.upgrade(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move { core.tunnels().session_closed(machine, session).await });
        }
    }
}
