//! What the server calls an open file or folder.
//!
//! Servers use the same handle again for the next file they open. So nothing is sent with a handle once its CLOSE is
//! under way: a late write would go into another file.

use crate::link::Link;
use bytes::Bytes;
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Closes itself when dropped, without anybody hearing how that went.
pub(crate) struct Handle {
    link: Arc<Link>,
    raw: Bytes,
    closed: AtomicBool,
}

impl Handle {
    pub(crate) fn new(link: &Arc<Link>, raw: Bytes) -> Self {
        Self { link: Arc::clone(link), raw, closed: AtomicBool::new(false) }
    }

    pub(crate) fn raw(&self) -> &[u8] {
        &self.raw
    }

    pub(crate) fn belongs_to(&self, link: &Arc<Link>) -> bool {
        Arc::ptr_eq(&self.link, link)
    }

    /// Read and set under the lock of the link only, which is what orders them.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    pub(crate) fn mark_closed(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if !self.is_closed() {
            self.link.close_unattended(&self.raw);
        }
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("raw", &self.raw).finish_non_exhaustive()
    }
}
