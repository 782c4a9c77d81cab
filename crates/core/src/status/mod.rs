//! Whether machines answer, as the dots in the tree show it.
//!
//! Deliberately absent: signing in, and looking through jump hosts, which would need to.

mod probe;
#[cfg(test)]
mod tests;

use crate::{Authorized, Core, CoreError, Right, tree::ResolvedHop};
use patchbay_model::{
    AppEvent, NodeId, Protocol, Reachability, StatusReport, VncPlace, WebSocketPlace,
};
use probe::Place;
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::sync::{Semaphore, mpsc};

/// How long a machine may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// Machines looked at at once, whoever asks.
const AT_ONCE: usize = 32;
/// Results are told together that come within this time.
const BATCH: Duration = Duration::from_millis(100);

/// What the services keep about status checks between calls.
#[derive(Debug)]
pub(crate) struct StatusState(Arc<Semaphore>);

impl Default for StatusState {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// Status checks.
#[derive(Clone, Copy, Debug)]
pub struct Status<'a>(pub(crate) &'a Core);

impl Status<'_> {
    /// Looks at the machines; results come as events. What is no machine is left out.
    pub fn check(&self, ids: &Authorized<Vec<NodeId>>) -> Result<(), CoreError> {
        let mut first = Vec::new();
        let mut looks = Vec::new();
        for id in ids.get() {
            match self.0.tree().route(&Authorized::new(*id, Right::Use)) {
                Ok(route) => match to_look_at(*id, &route) {
                    Ok(place) if place.is_local() && !self.0.is_own() => {
                        first.push(report(*id, Reachability::Unknown, String::new()));
                    }
                    Ok(place) => {
                        first.push(report(*id, Reachability::Checking, String::new()));
                        looks.push((*id, place));
                    }
                    Err(known) => first.push(known),
                },
                Err(CoreError::VaultLocked) => return Err(CoreError::VaultLocked),
                Err(_) => {}
            }
        }
        if !first.is_empty() {
            self.0.emit(AppEvent::Status { reports: first });
        }
        let (results, arrived) = mpsc::channel(AT_ONCE);
        for (id, place) in looks {
            let turn = Arc::clone(&self.0.status.0);
            let (results, reach) = (results.clone(), self.0.reach());
            tokio::spawn(async move {
                let Ok(_turn) = turn.acquire().await else { return };
                let (reachability, detail) = probe::look(place, &reach, PATIENCE).await;
                // Nobody listens once the services are gone.
                let _gone = results.send(report(id, reachability, detail)).await;
            });
        }
        tokio::spawn(tell(self.0.weak(), arrived));
        Ok(())
    }
}

impl Status<'_> {
    /// Looks at one machine now.
    pub(crate) async fn look_at(&self, id: &Authorized<NodeId>) -> Result<StatusReport, CoreError> {
        let route = self.0.tree().route(id)?;
        let place = match to_look_at(*id.get(), &route) {
            Ok(place) => place,
            Err(known) => return Ok(known),
        };
        let (reachability, detail) = probe::look(place, &self.0.reach(), PATIENCE).await;
        Ok(report(*id.get(), reachability, detail))
    }
}

/// Where to look, or what is known without looking.
fn to_look_at(id: NodeId, route: &[ResolvedHop]) -> Result<Place, StatusReport> {
    match route {
        [machine] if machine.entry.draft.address.trim().is_empty() => {
            Err(report(id, Reachability::Unknown, "no address".to_owned()))
        }
        [machine] => {
            let draft = &machine.entry.draft;
            let address = draft.address.clone();
            match (draft.protocol, machine.settings.port_of(draft.protocol)) {
                (Protocol::Serial, _) => Ok(Place::SerialPort { name: address }),
                (Protocol::Vnc, _) if !draft.has_port() => match VncPlace::of(&address) {
                    Some(VncPlace::WebSocket(WebSocketPlace { host: address, port, .. })) => {
                        Ok(Place::Tcp { address, port, greets: false })
                    }
                    // Whether a program listens there cannot be known without connecting to it.
                    _ => Ok(Place::Socket { path: address }),
                },
                (protocol, Some(port)) => {
                    Ok(Place::Tcp { address, port, greets: protocol == Protocol::Ssh })
                }
                (_, None) => Err(report(id, Reachability::Unknown, "no port".to_owned())),
            }
        }
        [.., jump, _] => {
            Err(report(id, Reachability::Unknown, format!("behind {}", jump.entry.draft.name)))
        }
        [] => Err(report(id, Reachability::Unknown, String::new())),
    }
}

const fn report(id: NodeId, reachability: Reachability, detail: String) -> StatusReport {
    StatusReport { id, reachability, detail }
}

/// Passes results on, together with whatever else arrives in the next moment.
async fn tell(core: Weak<Core>, mut arrived: mpsc::Receiver<StatusReport>) {
    while let Some(report) = arrived.recv().await {
        let mut reports = vec![report];
        let batch = tokio::time::sleep(BATCH);
        tokio::pin!(batch);
        loop {
            tokio::select! {
                () = &mut batch => break,
                next = arrived.recv() => match next {
                    Some(report) => reports.push(report),
                    None => break,
                },
            }
        }
        match core.upgrade() {
            Some(core) => core.emit(AppEvent::Status { reports }),
            None => return,
        }
    }
}
