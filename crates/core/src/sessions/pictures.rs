//! Pictures that are copied on a desktop and here, between the far end and the clipboard of whoever shows it.
//!
//! They go to the front end of this process and not to pages, which only say when. Deliberately absent: text, which pages
//! pass on themselves, and VNC, whose servers offer no pictures.

use super::{Sessions, desktop::takes_copies};
use crate::{CoreError, sync};
use patchbay_engine_rdp::dib::Picture;
use patchbay_model::SessionId;
use patchbay_session::desktop::{Clipboard, DesktopInput, MOST_CLIPBOARD};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Mutex,
};

/// What both sides have, as far as is known, so that a picture does not go back to where it came from.
#[derive(Debug, Default)]
pub(super) struct Both(Mutex<Option<u64>>);

impl Both {
    /// Another connection: nothing is known of it.
    pub(super) fn forget(&self) {
        *sync::lock(&self.0) = None;
    }

    /// Takes note of a picture, and says whether it is another one.
    fn is_new(&self, picture: &Picture) -> bool {
        let mut hasher = DefaultHasher::new();
        (picture.width, picture.height).hash(&mut hasher);
        // Without alpha, which not every clipboard keeps.
        for [red, green, blue, _] in picture.rgba.as_chunks::<4>().0 {
            hasher.write(&[*red, *green, *blue]);
        }
        let hash = Some(hasher.finish());
        std::mem::replace(&mut *sync::lock(&self.0), hash) != hash
    }
}

impl Sessions<'_> {
    /// The picture that was copied last on a desktop; nothing if something else was, or if it came from here.
    pub async fn copied_picture(&self, id: SessionId) -> Result<Option<Picture>, CoreError> {
        let session = self.get(id)?;
        let Some(png) = session.hub.picture() else { return Ok(None) };
        let unpacking = tokio::task::spawn_blocking(move || {
            Picture::from_png(&png).filter(|picture| session.pictures.is_new(picture))
        });
        unpacking.await.map_err(|error| CoreError::Internal(error.to_string()))
    }

    /// Whether a picture that was copied here can be pasted on this desktop.
    pub fn takes_pictures(&self, id: SessionId) -> Result<bool, CoreError> {
        Ok(takes_copies(&*self.get(id)?))
    }

    /// Makes a picture that was copied here one that can be pasted on a desktop, and says whether it is one now: not if the
    /// desktop takes none, or if it has this one already.
    pub async fn offer_picture(&self, id: SessionId, picture: Picture) -> Result<bool, CoreError> {
        let session = self.get(id)?;
        if !takes_copies(&session) {
            return Ok(false);
        }
        let both = std::sync::Arc::clone(&session);
        let packing = tokio::task::spawn_blocking(move || {
            both.pictures.is_new(&picture).then(|| picture.to_png())
        });
        let packed = packing.await.map_err(|error| CoreError::Internal(error.to_string()))?;
        let Some(png) = packed else { return Ok(false) };
        let Some(png) = png.filter(|png| png.len() <= MOST_CLIPBOARD) else {
            let title = session.info().title;
            return Err(CoreError::invalid(
                "id",
                format!("The picture you copied was not passed to {title}: it is too large."),
                "Copy a smaller part of it, or save it and copy the file.",
            ));
        };
        let copied = DesktopInput::Clipboard(Clipboard::Png(png.into()));
        // A session that is about to end takes nothing more.
        Ok(session.input.desktop.send(copied).await.is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_new_once() {
        let both = Both::default();
        let picture = |shade| Picture { width: 1, height: 1, rgba: vec![shade, 2, 3, 255] };
        assert!(both.is_new(&picture(1)) && !both.is_new(&picture(1)));
        let lost_alpha = Picture { rgba: vec![1, 2, 3, 0], ..picture(1) };
        assert!(!both.is_new(&lost_alpha));
        assert!(both.is_new(&picture(2)) && both.is_new(&picture(1)));
        both.forget();
        assert!(both.is_new(&picture(1)));
    }
}
