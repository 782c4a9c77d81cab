//! What a session has besides its picture, each on a channel of its own (MS-RDPBCGR section 1.3.3, MS-RDPEDYC).

use crate::RdpOptions;
use ironrdp_connector::ClientConnector;
use ironrdp_displaycontrol::client::DisplayControlClient;
use ironrdp_dvc::DrdynvcClient;
use patchbay_session::desktop::DesktopEvent;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// What a channel wants of the session, from within a decoder.
#[derive(Debug)]
pub(crate) enum Wish {
    /// Tell whoever looks at the desktop.
    Tell(DesktopEvent),
}

/// Wishes in their order. The session fulfils them after each frame, so that there are never many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox(Arc<Mutex<VecDeque<Wish>>>);

impl Outbox {
    pub(crate) fn put(&self, wish: Wish) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(wish);
    }

    pub(crate) fn take(&self) -> Option<Wish> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

/// Whether the graphics pipeline (MS-RDPEGFX) is offered.
pub(crate) const fn graphics(_: &RdpOptions) -> bool {
    false
}

/// Offers the channels that are wanted.
pub(crate) fn attach(
    connector: ClientConnector,
    _options: &RdpOptions,
) -> (ClientConnector, Outbox) {
    let outbox = Outbox::default();
    let dynamic =
        DrdynvcClient::new().with_dynamic_channel(DisplayControlClient::new(|_| Ok(Vec::new())));
    (connector.with_static_channel(dynamic), outbox)
}
