//! What the services tell their front ends by themselves.

use patchbay_model::AppEvent;
use tokio::sync::broadcast;

/// Events a slow front end may fall behind by before it misses some and has to load again.
const BACKLOG: usize = 1024;

/// Where events go out.
#[derive(Debug)]
pub(crate) struct Events(broadcast::Sender<AppEvent>);

impl Events {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<AppEvent> {
        self.0.subscribe()
    }

    /// Tells whoever listens; nobody listening is fine.
    pub(crate) fn emit(&self, event: AppEvent) {
        let _nobody_listens = self.0.send(event);
    }
}
