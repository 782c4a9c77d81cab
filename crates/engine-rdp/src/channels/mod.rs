//! What a session has besides its picture, each on a channel of its own (MS-RDPBCGR section 1.3.3, MS-RDPEDYC).

mod audio;
pub(crate) mod clipboard;
mod drive;
pub(crate) mod files;
mod graphics;

use crate::{Drive, RdpError, RdpOptions};
use ironrdp_cliprdr::pdu::{ClipboardFormatId, FileContentsRequest};
use ironrdp_connector::ClientConnector;
use ironrdp_displaycontrol::client::DisplayControlClient;
use ironrdp_dvc::DrdynvcClient;
use ironrdp_rdpdr::{NoopRdpdrBackend, Rdpdr};
use patchbay_session::desktop::{Clipboard, CopiedFile, DesktopEvent};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// How this computer is called there.
pub(crate) const COMPUTER: &str = "patchbay";

/// What a channel wants of the session, from within a decoder.
#[derive(Debug)]
pub(crate) enum Wish {
    /// Tell whoever looks at the desktop.
    Tell(DesktopEvent),
    /// The clipboard can be used.
    ClipboardReady,
    /// Say what was copied here.
    Offer,
    /// Send it in this form.
    Answer(ClipboardFormatId),
    /// Fetch what was copied there in this form.
    Fetch(ClipboardFormatId),
    /// This was copied there.
    Copied(Clipboard),
    /// Whether files can be copied.
    FilesReady(bool),
    /// These files were copied there; none: something else was.
    Files(Vec<CopiedFile>),
    /// Answer what is asked of a file that was copied here.
    Lend(FileContentsRequest),
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

/// The channel that carries others: for the size of the desktop, and for the graphics pipeline.
pub(crate) fn dynamic(outbox: &Outbox) -> DrdynvcClient {
    DrdynvcClient::new()
        .with_dynamic_channel(DisplayControlClient::new(|_| Ok(Vec::new())))
        .with_dynamic_channel(graphics::channel(outbox))
}

/// Offers the channels that are wanted; fails if the folder that is to be lent is not there.
pub(crate) fn attach(
    connector: ClientConnector,
    options: &RdpOptions,
) -> Result<(ClientConnector, Outbox), RdpError> {
    let outbox = Outbox::default();
    let mut connector = connector.with_static_channel(dynamic(&outbox));
    if options.clipboard {
        connector.attach_static_channel(clipboard::channel(&outbox));
    }
    let folder = |drive: &Drive| {
        drive::Folder::new(drive).map_err(|error| RdpError::NoFolder {
            path: drive.path.display().to_string(),
            reason: error.to_string(),
        })
    };
    match &options.drive {
        Some(lent) => {
            connector.attach_static_channel(drive::channel(lent, folder(lent)?, COMPUTER));
        }
        // Windows plays nothing to who has no channel of devices.
        None if options.audio => {
            let devices = Rdpdr::new(Box::new(NoopRdpdrBackend), COMPUTER.to_owned());
            connector.attach_static_channel(devices);
        }
        None => {}
    }
    if options.audio {
        connector.attach_static_channel(audio::channel(&outbox));
    }
    Ok((connector, outbox))
}
